//! The general reader: it finds recipients and what is said of them in the words of any report, by where addresses
//! stand and what stands near them. Mailers that it reads well need no code of their own.

use crate::evidence::{Finding, Findings, Origin, Reader, Role};
use crate::mail::status::FieldRecipient;
use crate::page::Page;
use crate::phrases::outcome;
use crate::statement::role::{Roles, role_of_label};
use crate::statement::{self, quoted, tells};
use crate::text::address::{self, Found};
use crate::text::search::{Phrases, phrases};
use crate::text::{self, cap, lines};
use crate::vocabulary::Action;
use ndr_resolve::{find_reply, unfold_reply};
use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::HashMap;

/// What the general reader needs to know of the message around the text.
struct Surroundings<'a> {
    /// Addresses that are not recipients: the report's own sender and addressee.
    pub(crate) strangers: &'a [Cow<'a, str>],
    /// Addresses that are known to have failed (X-Failed-Recipients, machine-readable part).
    pub(crate) known: &'a [&'a str],
    /// Words in front of the recipient's address that only this mailer writes.
    pub(crate) recipient: &'static [&'static str],
    /// Most recipients.
    pub(crate) limit: usize,
}

/// One address and the words about it.
#[derive(Debug)]
struct Candidate {
    address: String,
    /// Lines that are about this address alone.
    own: String,
    /// The line of the address.
    line: usize,
    /// The line behind the last of its own.
    end: usize,
    /// Whether it was found in running text and not at the head of a line.
    cued: bool,
    /// Whether its own words lie deeper than its address, so that they are about nothing else.
    deeper: bool,
    /// How strongly its place says that it is the recipient.
    strength: u8,
}

/// Words that make a statement, where no code does.
const ENOUGH: usize = 3;

struct Line<'t> {
    text: &'t str,
    indent: usize,
    addresses: Vec<Found<'t>>,
}

/// Whether there are words to read. A pasted line is one statement, and no report.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    let words = text::trim(&page.words.text);
    !page.is_pasted || words.contains('@') && words.lines().count() > 1
}

/// Reads the words.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    let machine = page.fields.recipients.iter().filter_map(FieldRecipient::address);
    let around = Surroundings {
        strangers: &page.addresses,
        known: &page.failed.iter().map(String::as_str).chain(machine).collect::<Vec<&str>>(),
        recipient: page.mailer.map_or(&[], |mailer| mailer.recipient),
        limit: page.limits.recipients,
    };
    Findings::of(Reader::General, read_text(&page.words.text, &around))
}

/// Reads `text`, which ends before the returned message.
fn read_text(text: &str, around: &Surroundings<'_>) -> Vec<Finding> {
    let found = read_without_strangers(text, around);
    if found.is_empty() && !around.strangers.is_empty() && around.known.is_empty() {
        // Somebody who wrote to their own address is recipient and addressee of the report. Only an item of its own
        // with a reply says so.
        let mut own = read_without_strangers(text, &Surroundings { strangers: &[], ..*around });
        own.retain(|one| {
            let is_item = one.origin == Origin::Frame && (one.reply.is_some() || one.status.is_some());
            is_item || one.address.as_deref().is_some_and(|address| names_undelivered(text, address))
        });
        return own;
    }
    found
}

fn read_without_strangers(text: &str, around: &Surroundings<'_>) -> Vec<Finding> {
    let lines = lines_of(text);
    let mut candidates = Vec::new();
    let mut taken = vec![false; lines.len()];
    for at in 0..lines.len() {
        if candidates.len() >= around.limit {
            break;
        }
        if !is_taken(&taken, at) {
            candidates.extend(head_line(&lines, at, around, &mut taken));
        }
    }
    if candidates.iter().all(|candidate| candidate.strength < 2) {
        for at in 0..lines.len() {
            if !is_taken(&taken, at) && candidates.len() < around.limit {
                candidates.extend(labelled(&lines, at, around, &mut taken));
            }
        }
    }
    if candidates.iter().all(|candidate| candidate.strength < 2) {
        for (at, line) in lines.iter().enumerate() {
            let before = at.checked_sub(1).and_then(|before| lines.get(before)).map(|before| text::trim(before.text));
            candidates.extend(cued(line, at, before, around));
        }
    }
    let best = candidates.iter().map(|candidate| candidate.strength).max().unwrap_or(0);
    let mut found: Vec<Finding> = Vec::new();
    // Places that make an address the recipient come first; any other place of the same address may add words.
    let mut kept: Vec<Candidate> = Vec::new();
    let mut places = Places::default();
    let (strong, weak): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| candidate.strength >= best.min(2));
    let strong_count = strong.len();
    for (at, candidate) in strong.into_iter().chain(weak).enumerate() {
        match places.find(&kept, &candidate.address).and_then(|known| kept.get_mut(known)) {
            // The same address once more: the place that says more wins.
            Some(known) if !tells(&known.own) && tells(&candidate.own) => known.own = candidate.own,
            Some(_) => {}
            None if at < strong_count => kept.push(candidate),
            None => {}
        }
    }
    paragraphs(&lines, &mut kept, &mut taken);
    let shared = shared_words(&lines, &taken, &kept);
    for candidate in kept {
        let mut recipient = Finding::new(Some(candidate.address));
        recipient.origin = if candidate.cued { Origin::Prose } else { Origin::Frame };
        recipient.action = outcome_above(&lines, candidate.line);
        let own = text::trim(&candidate.own);
        let least = if candidate.deeper { ENOUGH - 1 } else { ENOUGH };
        let own_tells = tells(own) || (own.split_whitespace().count() >= least && !candidate.cued);
        let shares = || own.is_empty() || candidate.cued || shared.coded || shared.text.contains(own);
        if !own_tells && shares() {
            fill(&mut recipient, &shared.text);
        } else {
            fill(&mut recipient, own);
            if recipient.remote.is_none() {
                recipient.remote = statement::Marked::new(&shared.text).remote();
            }
            recipient.add_context(&shared.text);
        }
        found.push(recipient);
    }
    found
}

/// Fills a finding from the words about it; Exchange 2003 wraps a reply in its own name and code.
fn fill(recipient: &mut Finding, words: &str) {
    let is_wrapped = memchr::memchr(b'#', words.as_bytes()).is_some() && quoted::wraps(&unfold_reply(words));
    if is_wrapped {
        // The server that it names is the one that writes the report.
        let remote = recipient.remote.take();
        quoted::state_line(recipient, unfold_reply(words));
        recipient.remote = remote;
    } else {
        statement::fill(recipient, words);
    }
}

/// Where addresses stand in a list of candidates.
#[derive(Default)]
struct Places {
    /// How many candidates are filed, and where the first of each address stands.
    filed: usize,
    by_address: HashMap<String, usize>,
}

impl Places {
    /// A list of so many is as soon walked through.
    const FEW: usize = 16;

    /// The first candidate of that address. `list` must be that of the last call, or one that goes on from it.
    fn find(&mut self, list: &[Candidate], address: &str) -> Option<usize> {
        if list.len() <= Places::FEW {
            return list.iter().position(|known| known.address.eq_ignore_ascii_case(address));
        }
        for (at, one) in list.iter().enumerate().skip(self.filed) {
            self.by_address.entry(one.address.to_ascii_lowercase()).or_insert(at);
        }
        self.filed = list.len();
        self.by_address.get(&address.to_ascii_lowercase()).copied()
    }
}

/// Where the signature of a person begins: behind a line of two dashes near the end, unless it tells of a failure.
fn signature_start(text: &str) -> usize {
    const MOST_LINES: usize = 12;
    let Some(at) = memchr::memmem::rfind(text.as_bytes(), b"\n--") else { return text.len() };
    let (mark, behind) = text::cut(text::from(text, at + 1), b'\n').unwrap_or_default();
    let is_signature =
        mark.trim_end() == "--" && behind.lines().filter(|line| !line.trim().is_empty()).count() <= MOST_LINES;
    if is_signature && !tells(behind) { at + 1 } else { text.len() }
}

/// The lines of a text with the addresses in them.
fn lines_of(text: &str) -> Vec<Line<'_>> {
    // Most lines hold no address, so the next one's place is kept.
    let next_sign = |from: usize| memchr::memchr(b'@', text::from(text, from).as_bytes()).map(|at| from + at);
    let mut sign = next_sign(0);
    let mut found = Vec::with_capacity(text.len() / 40 + 1);
    let signature = signature_start(text);
    for line in lines(text).take_while(|line| text::offset(text, line) < signature) {
        let end = text::offset(text, line) + line.len();
        let holds_sign = sign.is_some_and(|sign| sign < end);
        if holds_sign {
            sign = next_sign(end);
        }
        found.push(Line {
            text: line,
            indent: if line.starts_with(|c: char| c.is_ascii_graphic()) {
                0
            } else {
                line.len() - line.trim_start().len()
            },
            addresses: if holds_sign { address::find_all(line) } else { Vec::new() },
        });
    }
    found
}

/// Among several addresses that each have a paragraph below them, that paragraph is about the address above it. A list
/// of addresses with words behind the last one shares them.
fn paragraphs(lines: &[Line<'_>], kept: &mut [Candidate], taken: &mut [bool]) {
    kept.sort_by_key(|candidate| candidate.line);
    let mut any = false;
    let mut kept = kept.iter_mut().peekable();
    while let Some(one) = kept.next() {
        let until = kept.peek().map_or(lines.len(), |next| next.line);
        if !one.own.is_empty() || one.cued || one.end >= until || until == lines.len() && !any {
            continue;
        }
        let blank = |line: &Line<'_>| text::trim(line.text).is_empty();
        let below = lines.get(one.end..until).unwrap_or_default();
        let Some(skipped) = below.iter().position(|line| !blank(line)) else { continue };
        let below = below.get(skipped..).unwrap_or_default();
        let paragraph = below.split(|line| blank(line) || is_rule(line.text)).next().unwrap_or_default();
        let start = one.end + skipped;
        let end = start + paragraph.len();
        for line in paragraph {
            if one.own.len() > 6_000 {
                break;
            }
            one.own.push_str(text::trim(line.text));
            one.own.push('\n');
        }
        take(taken, start, end);
        one.end = end;
        any = true;
    }
}

/// Whether a line is part of what is said about an address that was found.
fn is_taken(taken: &[bool], line: usize) -> bool {
    taken.get(line).is_some_and(|taken| *taken)
}

/// Marks the lines `from..to` as taken.
fn take(taken: &mut [bool], from: usize, to: usize) {
    if let Some(lines) = taken.get_mut(from..to) {
        lines.fill(true);
    }
}

/// A line that an address begins: `<a@example.com>: reason`, an address alone, `* a@example.com`.
fn head_line(lines: &[Line<'_>], at: usize, around: &Surroundings<'_>, taken: &mut [bool]) -> Option<Candidate> {
    let (line, below) = lines.get(at..)?.split_first()?;
    let (mut first, others) = line.addresses.split_first()?;
    if !leads(line.text, first) || is_stranger(first.address, around) || is_instruction(lines, at) {
        return None;
    }
    let mut end = first.end;
    for again in others {
        // "a@example.com <a@example.com>", "a@example.com<mailto:a@example.com>"
        let between = text::between(line.text, end, again.start);
        if again.address.eq_ignore_ascii_case(first.address) && between.len() < 12 {
            end = again.end;
        } else if text::trim(between) == "<" {
            // "name@example.com <user@example.net>": the first is only how the second is called.
            first = again;
            end = again.end;
        }
    }
    let rest = text::from(line.text, end).trim_start_matches(['>', '"', '\'', ']', ')', '」']).trim_start();
    let rest = match rest.strip_prefix("(expanded from") {
        Some(tail) => tail.split_once(')').map_or("", |(_, after)| after),
        None => rest,
    };
    let rest = rest.trim_start_matches([':', ';', ',', '-', ' ', '\t', '>']).trim();
    if names_sender(rest) || rest.is_empty() && is_other_detail(lines, at) {
        return None;
    }
    take(taken, at, at + 1);
    let mut last = at;
    // Tabs part columns.
    let mut own = rest.replace('\t', "\n");
    for (offset, next) in below.iter().enumerate() {
        let next_at = at + 1 + offset;
        if text::trim(next.text).is_empty() {
            if own.is_empty()
                && lines.get(next_at + 1).is_some_and(|after| after.indent > line.indent && after.addresses.is_empty())
            {
                continue;
            }
            // A reply that goes on after an empty line, as in Exim's quoted texts.
            let goes_on = !own.is_empty()
                && lines.get(next_at + 1).is_some_and(|after| {
                    after.indent > line.indent && line.indent > 0 && !is_head(after, around, first.address)
                });
            if goes_on {
                continue;
            }
            break;
        }
        if is_head(next, around, first.address)
            && next.indent <= line.indent.max(if own.is_empty() { usize::MAX } else { 0 })
        {
            break;
        }
        if is_rule(next.text) {
            break;
        }
        // Prose that resumes at the left margin under an indented address is not about this address alone.
        if line.indent > 0 && next.indent == 0 && rest.is_empty() && own.is_empty() {
            break;
        }
        if line.indent > 0 && next.indent < line.indent && !own.is_empty() {
            break;
        }
        if own.len() > 6_000 {
            break;
        }
        take(taken, next_at, next_at + 1);
        last = next_at;
        own.push('\n');
        own.push_str(text::trim(next.text));
    }
    let strength = if is_known(first.address, around) { 3 } else { 2 };
    let deeper = line.indent > 0 && lines.get(last).is_some_and(|below| last == at + 1 && below.indent > line.indent);
    Some(Candidate { address: first.address.to_string(), own, line: at, end: last + 1, cued: false, deeper, strength })
}

/// Whether the label above an address that stands alone on its line makes it somebody else's: the sender's, a copy's. In
/// tables that were HTML, an empty line may lie between the two.
fn is_other_detail(lines: &[Line<'_>], at: usize) -> bool {
    let above = lines.get(..at).unwrap_or_default().iter().rev().map(|line| text::trim(line.text));
    let label = above.take(2).find(|line| !line.is_empty());
    label.and_then(role_of_label).is_some_and(|role| role != Role::Failed)
}

/// Labels of a line that names the recipient: `Finding address: a@example.com`, `>>> RCPT TO:<a@example.com>`.
const LABELS: &[&str] = &[
    "rcpt to",
    "recipient",
    "recipients",
    "recipient address",
    "recipient(s)",
    "failed recipient",
    "failed recipients",
    "failed recipient(s)",
    "failed address",
    "final recipient",
    "intended recipient",
    "affected recipient",
    "envelope recipient",
    "envelope-to",
    "email address",
    "e-mail address",
    "destination",
    "undeliverable to",
    "empfänger",
    "empfaenger",
    "destinataire",
    "destinatario",
    "destinatário",
    "ontvanger",
    "mottagare",
    "modtager",
    "odbiorca",
    "получатель",
    "收件人",
    "宛先",
    "受信者",
    "受信アドレス",
    "받는사람",
    "받는 사람",
    "수신자",
    "empfängeradresse",
    "adresse du destinataire",
    "dirección del destinatario",
    "endereço do destinatário",
    "indirizzo del destinatario",
    "adres ontvanger",
    "адрес получателя",
    "收件人地址",
    "收 件 人",
    "收件者地址",
    "受信者のアドレス",
    "vastaanottaja",
    "mottaker",
    "adresat",
    "příjemce",
    "alıcı",
    "címzett",
];

/// Labels that name a recipient only where a reason stands among the lines below: the header of a quoted mail has none.
const LABELS_WITH_REASON: &[&str] = &[
    "to",
    "an",
    "à",
    "para",
    "a",
    "aan",
    "till",
    "til",
    "vastaanottaja",
    "do",
    "komu",
    "кому",
    "kime",
    "宛",
    "收件",
    "给",
];

/// A line whose label says that the address is the recipient; the lines below it, up to the next one, are its own.
fn labelled(lines: &[Line<'_>], at: usize, around: &Surroundings<'_>, taken: &mut [bool]) -> Option<Candidate> {
    let (line, below) = lines.get(at..)?.split_first()?;
    let (first, needs_reason) = match label_of(line) {
        Some(first) => (first, false),
        None => (labelled_by(line, LABELS_WITH_REASON)?, true),
    };
    if is_stranger(first.address, around) {
        return None;
    }
    let mut own =
        text::from(line.text, first.end).trim_start_matches(|c: char| !c.is_alphanumeric()).trim().to_string();
    let mut end = at + 1;
    let mut answer = None;
    for next in below {
        if text::trim(next.text).is_empty() || is_rule(next.text) || label_of(next).is_some() || own.len() > 6_000 {
            break;
        }
        let said = next.text.trim_start_matches(['<', '>', ' ', '\t']).trim_end();
        // The first answer counts; another one is to another command.
        if let Some((code, 0)) = find_reply(said)
            && *answer.get_or_insert(code) != code
        {
            break;
        }
        own.push('\n');
        own.push_str(said);
        end += 1;
    }
    // Other labels may follow, of which only a reason counts.
    let own = match reason(&own) {
        // "Reason: holiday" below "To: a@example.com" is no server's.
        reason if needs_reason && !reason.is_some_and(tells) => return None,
        Some(reason) => reason.to_string(),
        None if tells(&own) => own.trim_start().to_string(),
        None => {
            end = at + 1;
            String::new()
        }
    };
    take(taken, at, end);
    let strength = if is_known(first.address, around) { 3 } else { 2 };
    Some(Candidate { address: first.address.to_string(), own, line: at, end, cued: false, deeper: false, strength })
}

/// Labels of a line that gives the reason.
const REASONS: &[&str] = &[
    "reason",
    "the reason",
    "reason for failure",
    "failure reason",
    "error",
    "error message",
    "diagnostic",
    "diagnostic code",
    "grund",
    "fehler",
    "fehlermeldung",
    "raison",
    "motif",
    "motivo",
    "razón",
    "causa",
    "reden",
    "orsak",
    "årsag",
    "причина",
    "ошибка",
    "原因",
    "理由",
    "エラー",
    "remote server replied",
    "error text",
    "description",
    "fehlergrund",
    "ursache",
    "erreur",
    "cause",
    "foutmelding",
    "fout",
    "fel",
    "fejl",
    "feil",
    "virhe",
    "błąd",
    "przyczyna",
    "chyba",
    "důvod",
    "hata",
    "neden",
    "hiba",
    "错误",
    "錯誤",
    "失败原因",
    "退信原因",
    "오류",
    "실패사유",
    "실패 사유",
    "사유",
];

/// What stands behind a label that announces the reason, up to the end of its paragraph.
fn reason(text: &str) -> Option<&str> {
    let mut found: Option<(usize, usize)> = None;
    let mut open = false;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let parted = if line.is_ascii() { text::cut(line, b':') } else { line.split_once([':', '：']) };
        let parted = parted.filter(|(label, _)| label.len() < 40);
        let label = parted.map(|(label, _)| label.trim_start_matches(|c: char| !c.is_alphanumeric()).trim_end());
        let is_reason = |label: &str| match label.is_ascii() {
            true => REASONS.iter().any(|known| label.eq_ignore_ascii_case(known)),
            false => REASONS.contains(&label.to_lowercase().as_str()),
        };
        if let (Some(label), Some((_, value))) = (label, parted)
            && is_reason(label)
        {
            // Of several, the first that holds a reply counts, else the last.
            if found.is_some_and(|(from, to)| tells(text::between(text, from, to))) {
                break;
            }
            found = Some((at - value.len(), at));
            open = true;
        } else if text::trim(line).is_empty()
            && found.is_some_and(|(from, to)| !text::between(text, from, to).trim().is_empty())
            || label.is_some_and(|label| label.split_whitespace().count() <= 3 && find_reply(line).is_none())
        {
            open = false;
        } else if let (true, Some((_, to))) = (open, &mut found) {
            *to = at;
        }
    }
    found.map(|(from, to)| text::between(text, from, to).trim()).filter(|value| !value.is_empty())
}

/// The address of a line that one of [`LABELS`] begins.
fn label_of<'l>(line: &'l Line<'_>) -> Option<&'l Found<'l>> {
    labelled_by(line, LABELS)
}

/// The address of a line that one of `labels` begins.
fn labelled_by<'l>(line: &'l Line<'_>, labels: &[&str]) -> Option<&'l Found<'l>> {
    let first = line.addresses.first()?;
    let before = text::upto(line.text, first.start).trim_end_matches(['<', '"', '\'', '[', '(', ' ', '\t']);
    let label = before.strip_suffix([':', '=', '：'])?.trim_end();
    // A sentence is no label.
    if label.len() > 48 {
        return None;
    }
    let label = label.to_lowercase();
    let named = labels.iter().any(|known| {
        label.strip_suffix(known).is_some_and(|head| head.is_empty() || !head.ends_with(char::is_alphanumeric))
    });
    let marked = label.trim_start_matches(['<', '>', '*', '-', ' ', '\t']).split_whitespace().count() <= 4;
    (named && marked).then_some(first)
}

/// Whether the address of the line is where the sender is asked to write, and not who failed: the sentence above it asks.
fn is_instruction(lines: &[Line<'_>], at: usize) -> bool {
    static ASKS: Phrases = phrases!(&[
        "please send",
        "please contact",
        "please write",
        "please mail",
        "please forward",
        "please report",
        "please email",
        "for help",
        "for assistance",
        "for further assistance",
        "if you have questions",
        "if you have any questions",
        "subscribe",
    ]);
    static FAILS: Phrases = phrases!(&["deliver", "fail", "reject", "following", "undeliver", "bounce", "unknown"]);
    let mut asks = false;
    let above = lines.iter().take(at).rev().map(|line| text::trim(line.text)).filter(|text| !text.is_empty());
    for text in above.take(4) {
        if text.ends_with('.') || FAILS.any(text) {
            break;
        }
        asks |= ASKS.any(text);
    }
    asks
}

fn is_known(address: &str, around: &Surroundings<'_>) -> bool {
    around.known.iter().any(|known| known.eq_ignore_ascii_case(address))
}

/// Whether nothing but marks, or a number, stands in front of an address.
fn leads(text: &str, first: &Found<'_>) -> bool {
    let before = text::upto(text, first.start).trim_matches([
        '>', '*', '-', '•', '·', '○', '+', '|', '"', '\'', '<', '(', '[', ' ', '\t', '「', '\u{201c}', '\u{ab}',
    ]);
    before.is_empty()
        || before.len() <= 3 && before.ends_with(['.', ')']) && before.starts_with(|c: char| c.is_ascii_digit())
}

/// Whether an address begins the line.
fn is_head(line: &Line<'_>, around: &Surroundings<'_>, current: &str) -> bool {
    line.addresses.first().is_some_and(|first| {
        if !leads(line.text, first) || is_stranger(first.address, around) {
            return false;
        }
        let after = text::from(line.text, first.end);
        // "<a@example.com>... User unknown" continues a reply; "<a@example.com>:" begins an item.
        let rest = after.trim_start_matches(['>', '"', '\'']).trim_start();
        !first.address.eq_ignore_ascii_case(current)
            || rest.is_empty()
            || rest.starts_with([':', '(', '<', '\t', ','])
            || after.starts_with("  ")
    })
}

/// What the heading above a line says was done for the addresses below it: `----- Delivery to these was successful -----`.
fn outcome_above(lines: &[Line<'_>], at: usize) -> Option<Action> {
    static LATE: Phrases =
        phrases!(&["temporary", "delayed", "still being", "will be retried", "deferred", "transient"]);
    static DONE: Phrases = phrases!(&["successful", "delivered to", "was delivered", "relayed", "expanded"]);
    static FAILED: Phrases = phrases!(&["fail", "permanent", "fatal", "not deliver", "undeliver", "not be deliver"]);
    const FAR: usize = 200;
    let above = lines.get(..at)?.iter().rev().take(FAR).map(|line| text::trim(line.text));
    let heading = above.filter(|line| is_rule(line)).find(|line| line.contains(char::is_alphabetic))?;
    match heading {
        _ if FAILED.any(heading) => Some(Action::Failed),
        _ if LATE.any(heading) => Some(Action::Delayed),
        _ if DONE.any(heading) => Some(Action::Delivered),
        _ => None,
    }
}

/// Whether the words right behind an address call it the sender's: `<a@example.com>: Sender address rejected`.
fn names_sender(words: &str) -> bool {
    const SENDER: &[&str] = &["sender", "absender", "expéditeur", "remitente", "mittente", "remetente", "afzender"];
    let first = words.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    SENDER.iter().any(|name| first.eq_ignore_ascii_case(name))
}

/// A line of dashes or stars, with or without a heading in it.
fn is_rule(text: &str) -> bool {
    let text = text::trim(text);
    text.len() >= 3
        && (text.starts_with("---") || text.starts_with("***") || text.starts_with("===") || text.starts_with("___"))
}

/// Whether a line within dashes or stars is a sentence that somebody set off, and no heading: it names an address, or it
/// ends as sentences do.
fn is_set_off(line: &str) -> bool {
    let inner = line.trim_matches(['*', '-', '=', '_', ' ', '\t']);
    inner.split_whitespace().count() >= ENOUGH && (inner.contains('@') || inner.ends_with(['.', '!']))
}

fn is_stranger(address: &str, around: &Surroundings<'_>) -> bool {
    if is_known(address, around) {
        return false;
    }
    around.strangers.iter().any(|stranger| stranger.eq_ignore_ascii_case(address))
}

/// Addresses in running text, by their role.
fn cued(line: &Line<'_>, at: usize, before: Option<&str>, around: &Surroundings<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    if line.addresses.is_empty() {
        return found;
    }
    let roles = Roles::of(line.text);
    // "<a>: Sender address rejected: not owned by user b" speaks of the sending side alone.
    let speaks_of_sender = line.addresses.iter().any(|one| roles.is_called_sender(one));
    let lower = if around.recipient.is_empty() { String::new() } else { line.text.to_ascii_lowercase() };
    for one in line.addresses.iter().take(around.limit) {
        if is_stranger(one.address, around) {
            continue;
        }
        // What this mailer writes right in front of the recipient.
        let is_cued_by_mailer = || {
            let in_front = lower.get(..one.start).unwrap_or_default();
            around.recipient.iter().any(|cue| in_front.rfind(cue).is_some_and(|at| at + cue.len() + 2 >= one.start))
        };
        let strength = match roles.role(one) {
            _ if is_known(one.address, around) => 3,
            Role::Failed if !speaks_of_sender => 2,
            _ if is_cued_by_mailer() => 2,
            // An address of which nothing is said failed only if its line tells of a failure.
            Role::Unknown if !is_role_address(one.address) && tells_of_failure(line.text) => 1,
            _ => continue,
        };
        // Sendmail's own line says what it made of the reply; the reply stands above it.
        let reply = before
            .filter(|before| before.starts_with("<<<") && find_reply(before).is_some_and(|(code, _)| code >= 400));
        // The line above it may also be what the program said that delivers into mailboxes.
        let program =
            before.filter(|before| find_reply(line.text).is_some_and(|(_, at)| at == 0) && is_program(before));
        let own = match reply.or(program) {
            Some(above) => format!("{}\n{}", above.trim_start_matches(['<', ' ']), near(line.text, one.start)),
            None => near(line.text, one.start).to_string(),
        };
        found.push(Candidate {
            address: one.address.to_string(),
            own,
            line: at,
            end: at + 1,
            cued: true,
            deeper: false,
            strength,
        });
    }
    found
}

/// Whether a line is what a program says of itself: `mail.local: words`, `/usr/bin/procmail: words`.
fn is_program(line: &str) -> bool {
    let Some((name, words)) = line.split_once(": ") else { return false };
    let name = name.rsplit('/').next().unwrap_or_default();
    let is_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-' | b'_');
    (2..=20).contains(&name.len()) && name.bytes().all(is_name) && words.contains(' ') && !tells(line)
}

/// Whether a text says outright that mail to an address was not delivered: "error delivering your mail to <a@...>".
fn names_undelivered(text: &str, address: &str) -> bool {
    const NEAR: usize = 60;
    static DELIVERY: Phrases = phrases!(&[
        "deliver",
        "zustell",
        "zugestellt",
        "remis",
        "entreg",
        "consegn",
        "recapit",
        "bezorg",
        "afgelever",
        "lever",
        "доставл",
        "doruč",
        "dostarcz",
        "配信",
        "送达",
        "배달",
    ]);
    text.match_indices(address).any(|(at, _)| {
        let in_front = text::between(text, text::ceil(text, at.saturating_sub(NEAR)), at);
        DELIVERY.any(in_front.rsplit('\n').next().unwrap_or_default())
    })
}

/// Whether a line says that something was not delivered.
fn tells_of_failure(line: &str) -> bool {
    static FAILURES: Phrases = phrases!(outcome::FAILURE);
    tells(line) || FAILURES.any(line)
}

/// An address of an office and not of a person, which running text often names as somebody to write to.
fn is_role_address(address: &str) -> bool {
    const OFFICES: &[&str] =
        &["postmaster", "mailer-daemon", "abuse", "support", "helpdesk", "noreply", "no-reply", "hostmaster", "info"];
    let local = address.split('@').next().unwrap_or_default().trim_matches(['\'', '"', '<']);
    OFFICES.iter().any(|office| local.eq_ignore_ascii_case(office))
}

/// The words of a line about an address in it. A line is no longer than this where people write; a text without line
/// ends is one line with thousands of addresses, and each must not take all of it.
fn near(line: &str, at: usize) -> &str {
    const REACH: usize = 2_000;
    if line.len() <= 2 * REACH {
        return text::trim(line);
    }
    let before = cap(line, at.saturating_sub(REACH)).len();
    cap(text::from(line, before), at - before + REACH).trim()
}

/// The words of the report that are about no single address.
struct Shared {
    text: String,
    /// Whether they hold a reply or status code.
    coded: bool,
}

/// How many bytes of such words are kept.
const SHARED: usize = 4_000;

fn shared_words(lines: &[Line<'_>], taken: &[bool], kept: &[Candidate]) -> Shared {
    // What stands under one of several addresses is about that one alone.
    let several = kept.len() > 1;
    let mut owned = vec![false; lines.len()];
    for one in kept {
        let end = if several { one.end } else { one.line + 1 };
        take(&mut owned, one.line, end);
    }
    let free = || {
        let lines = lines.iter().map(|line| text::trim(line.text)).enumerate();
        lines.filter(|(at, line)| !(line.is_empty() || is_taken(taken, *at) && is_taken(&owned, *at)))
    };
    // The lines that hold a reply, each with what it continues on, speak before the prose around them.
    let refuses = |line: &str| find_reply(line).is_some_and(|(code, _)| code >= 400);
    // Asked only where a line of consent needs it.
    let any_refusal = LazyCell::new(|| free().any(|(_, line)| refuses(line)));
    let mut coded = String::new();
    let mut open = false;
    let mut last = 0;
    for (at, line) in free() {
        let starts = tells(line) && !is_prose_code(line) && !(is_consent(line) && *any_refusal);
        let goes_on = open && at == last + 1 && !is_rule(line) && !line.starts_with(">>>") && !line.ends_with(':');
        if starts || goes_on {
            // The command that a transcript shows above its first refusal is the one that was refused.
            if coded.is_empty() && line.starts_with("<<<") && refuses(line) {
                let above = at.checked_sub(1).and_then(|above| lines.get(above)).map(|above| text::trim(above.text));
                if let Some(sent) = above.filter(|above| above.starts_with(">>> ")) {
                    coded.push_str(cap(sent, 200));
                    coded.push('\n');
                }
            }
            // So is what the program said that delivers into mailboxes.
            if coded.is_empty() && starts && find_reply(line).is_some_and(|(code, start)| start == 0 && code >= 400) {
                let above = at.checked_sub(1).and_then(|above| lines.get(above)).map(|above| text::trim(above.text));
                if let Some(said) = above.filter(|above| is_program(above)) {
                    coded.push_str(cap(said, 400));
                    coded.push('\n');
                }
            }
            coded.push_str(line.trim_start_matches(['<', '>', ' ']));
            coded.push('\n');
            open = true;
            last = at;
        } else {
            open = false;
        }
    }
    if !coded.is_empty() {
        coded.truncate(text::floor(&coded, SHARED));
        return Shared { text: coded, coded: true };
    }
    let mut text = String::new();
    let mut last = 0;
    for (at, line) in free().filter(|(_, line)| !is_rule(line) || is_set_off(line)) {
        if !text.is_empty() {
            text.push_str(if at > last + 1 { "\n\n" } else { "\n" });
        }
        text.push_str(line);
        last = at;
    }
    if let Some(reason) = reason(&text) {
        return Shared { text: cap(reason, SHARED).to_string(), coded: false };
    }
    text.truncate(text::floor(&text, SHARED));
    Shared { text, coded: false }
}

/// A line that holds only a reply of success, such as the greeting in the transcript of a session.
fn is_consent(line: &str) -> bool {
    find_reply(line).is_some_and(|(code, _)| code < 400)
}

/// A line whose number is no reply: dates, sizes, message ids.
fn is_prose_code(line: &str) -> bool {
    ["date:", "message-id", "received:", "arrival-date", "sent:", "size", "bytes", "subject:"]
        .iter()
        .any(|word| text::upto(line, word.len()).eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_addresses_are_each_found_once() {
        let once: String = (0..40).map(|n| format!("<a{n}@example.com>\n")).collect();
        let text = format!("{once}\n{}", once.to_uppercase().replace(">\n", ">: 550 5.1.1 no\n"));
        let around = Surroundings { strangers: &[], known: &[], recipient: &[], limit: 1_000 };
        let found = read_text(&text, &around);
        let addresses: Vec<_> = found.iter().filter_map(|one| one.address.as_deref()).collect();
        assert_eq!(addresses, (0..40).map(|n| format!("a{n}@example.com")).collect::<Vec<_>>());
        assert!(found.iter().all(|one| one.reply == Some(550)));
    }
}
