//! The general reader: it finds recipients and what is said of them in the words of any report, by where addresses
//! stand and what stands near them. Mailers that it reads well need no code of their own.

use super::statement::{self, cap};
use crate::address::{self, Found};
use crate::cues::{Cues, Hit, cue_lists};
use crate::report::Recipient;
use ndr_resolve::{find_codes, find_reply};

/// What the general reader needs to know of the message around the text.
pub(crate) struct Surroundings<'a> {
    /// Addresses that are not recipients: the report's own sender and addressee.
    pub(crate) strangers: &'a [String],
    /// Addresses that are known to have failed (X-Failed-Recipients, machine-readable part).
    pub(crate) known: &'a [String],
    /// Most recipients.
    pub(crate) limit: usize,
}

/// One address and the words about it.
#[derive(Debug)]
struct Candidate {
    address: String,
    /// Lines that are about this address alone.
    own: String,
    line: usize,
    /// Whether it was found in running text and not at the head of a line.
    cued: bool,
    /// How strongly its place says that it is the recipient.
    strength: u8,
}

struct Line<'t> {
    text: &'t str,
    indent: usize,
    addresses: Vec<Found>,
}

/// Reads `text`, which ends before the returned message.
pub(crate) fn read(text: &str, around: &Surroundings<'_>) -> Vec<Recipient> {
    let found = read_without_strangers(text, around);
    if found.is_empty() && !around.strangers.is_empty() && around.known.is_empty() {
        // Somebody who wrote to their own address is recipient and addressee of the report.
        return read_without_strangers(text, &Surroundings { strangers: &[], ..*around });
    }
    found
}

fn read_without_strangers(text: &str, around: &Surroundings<'_>) -> Vec<Recipient> {
    let lines: Vec<Line<'_>> = text
        .lines()
        .map(|line| Line {
            text: line,
            indent: line.len() - line.trim_start().len(),
            addresses: if line.contains('@') { address::find_all(line) } else { Vec::new() },
        })
        .collect();
    let mut candidates = Vec::new();
    let mut taken = vec![false; lines.len()];
    for at in 0..lines.len() {
        if candidates.len() >= around.limit {
            break;
        }
        if taken[at] || lines[at].addresses.is_empty() {
            continue;
        }
        if let Some(candidate) = head_line(&lines, at, around, &mut taken) {
            candidates.push(candidate);
        }
    }
    if candidates.iter().all(|candidate| candidate.strength < 2) {
        for (at, line) in lines.iter().enumerate() {
            let before = at.checked_sub(1).map(|before| lines[before].text.trim());
            candidates.extend(cued(line, at, before, around));
        }
    }
    let best = candidates.iter().map(|candidate| candidate.strength).max().unwrap_or(0);
    let mut found: Vec<Recipient> = Vec::new();
    // Places that make an address the recipient come first; any other place of the same address may add words.
    let mut kept: Vec<Candidate> = Vec::new();
    let (strong, weak): (Vec<_>, Vec<_>) =
        candidates.into_iter().partition(|candidate| candidate.strength >= best.min(2));
    let strong_count = strong.len();
    for (at, candidate) in strong.into_iter().chain(weak).enumerate() {
        match kept.iter_mut().find(|known| known.address.eq_ignore_ascii_case(&candidate.address)) {
            // The same address once more: the place that says more wins.
            Some(known) if !tells(&known.own) && tells(&candidate.own) => known.own = candidate.own,
            Some(_) => {}
            None if at < strong_count => kept.push(candidate),
            None => {}
        }
    }
    let shared = shared_words(&lines, &taken, &kept);
    for candidate in kept {
        let mut recipient = Recipient::new(Some(candidate.address));
        let own = candidate.own.trim();
        let own_tells = tells(own) || (own.split_whitespace().count() >= 3 && !candidate.cued);
        if own_tells {
            statement::fill(&mut recipient, own);
        } else if own.is_empty() || shared.coded || shared.text.contains(own) {
            statement::fill(&mut recipient, &shared.text);
        } else {
            statement::fill(&mut recipient, &format!("{own}\n{}", shared.text));
        }
        if recipient.remote.is_none() {
            recipient.remote = statement::Marked::new(&shared.text).remote();
        }
        recipient.hidden.context.push('\n');
        recipient.hidden.context.push_str(cap(&shared.text, 4_000));
        found.push(recipient);
    }
    found
}

/// Whether words hold a reply or status code.
pub(crate) fn tells(text: &str) -> bool {
    find_reply(text).is_some() || find_codes(text).next().is_some()
}

/// A line that an address begins: `<a@example.com>: reason`, an address alone, `* a@example.com`.
fn head_line(lines: &[Line<'_>], at: usize, around: &Surroundings<'_>, taken: &mut [bool]) -> Option<Candidate> {
    let line = &lines[at];
    let mut first = &line.addresses[0];
    let before = line.text[..first.start]
        .trim()
        .trim_start_matches(['>', '*', '-', '•', '·', '○', '+', '|', '"', '\'', '<', '(', '[', ' ', '「']);
    let numbered =
        before.len() <= 3 && before.ends_with(['.', ')']) && before.starts_with(|c: char| c.is_ascii_digit());
    if !(before.is_empty() || numbered) || is_stranger(&first.address, around) {
        return None;
    }
    let mut end = first.end;
    for again in &line.addresses[1..] {
        // "a@example.com <a@example.com>", "a@example.com<mailto:a@example.com>"
        let between = &line.text[end..again.start];
        if again.address.eq_ignore_ascii_case(&first.address) && between.len() < 12 {
            end = again.end;
        } else if line.text[end..again.start].trim() == "<" {
            // "name@example.com <user@example.net>": the first is only how the second is called.
            first = again;
            end = again.end;
        }
    }
    let rest = line.text[end..].trim_start_matches(['>', '"', '\'', ']', ')', '」']).trim_start();
    let rest = match rest.strip_prefix("(expanded from") {
        Some(tail) => tail.split_once(')').map_or("", |(_, after)| after),
        None => rest,
    };
    let rest = rest.trim_start_matches([':', ';', ',', '-', ' ', '\t', '>']).trim();
    taken[at] = true;
    let mut own = String::from(rest);
    for (offset, next) in lines[at + 1..].iter().enumerate() {
        let next_at = at + 1 + offset;
        if next.text.trim().is_empty() {
            if own.is_empty()
                && lines.get(next_at + 1).is_some_and(|after| after.indent > line.indent && after.addresses.is_empty())
            {
                continue;
            }
            // A reply that goes on after an empty line, as in Exim's quoted texts.
            let goes_on = !own.is_empty()
                && lines.get(next_at + 1).is_some_and(|after| {
                    after.indent > line.indent && line.indent > 0 && !is_head(after, around, &first.address)
                });
            if goes_on {
                continue;
            }
            break;
        }
        if is_head(next, around, &first.address)
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
        taken[next_at] = true;
        own.push('\n');
        own.push_str(next.text.trim());
    }
    let known = around.known.iter().any(|address| address.eq_ignore_ascii_case(&first.address));
    Some(Candidate { address: first.address.clone(), own, line: at, cued: false, strength: if known { 3 } else { 2 } })
}

/// Whether an address begins the line.
fn is_head(line: &Line<'_>, around: &Surroundings<'_>, current: &str) -> bool {
    line.addresses.first().is_some_and(|first| {
        let before = line.text[..first.start].trim_matches(['>', '*', '-', '•', '"', '\'', '<', '(', ' ', '\t']);
        before.is_empty() && !is_stranger(&first.address, around)
    }) && {
        let first = &line.addresses[0];
        // "<a@example.com>... User unknown" continues a reply; "<a@example.com>:" begins an item.
        let rest = line.text[first.end..].trim_start_matches(['>', '"', '\'']).trim_start();
        !first.address.eq_ignore_ascii_case(current)
            || rest.is_empty()
            || rest.starts_with([':', '(', '<', '\t', ','])
            || line.text[first.end..].starts_with("  ")
    }
}

/// A line of dashes or stars, with or without a heading in it.
fn is_rule(text: &str) -> bool {
    let text = text.trim();
    text.len() >= 3
        && (text.starts_with("---") || text.starts_with("***") || text.starts_with("===") || text.starts_with("___"))
}

fn is_stranger(address: &str, around: &Surroundings<'_>) -> bool {
    if around.known.iter().any(|known| known.eq_ignore_ascii_case(address)) {
        return false;
    }
    let local = address.split('@').next().unwrap_or_default().to_ascii_lowercase();
    around.strangers.iter().any(|stranger| stranger.eq_ignore_ascii_case(address))
        || matches!(
            local.trim_matches(['\'', '"', '<']),
            "postmaster" | "mailer-daemon" | "abuse" | "support" | "helpdesk" | "noreply" | "no-reply"
        )
}

// Words in front of an address that say whose it is.
cue_lists! {
    static BEFORE_ADDRESS ():
    /// The address is the recipient's.
    TO = [
    "final-recipient",
    "original-recipient",
    "failed recipient",
    "rcpt to",
    "unable to deliver message to",
    "could not be delivered to",
    "was not delivered to",
    "not delivered to",
    "undeliverable to",
    "delivering your mail to",
    "deliver to",
    "delivered to",
    "delivery to",
    "recipient",
    "rcpt",
    "gateway for",
    "deliver mail to",
    "deliver your message to",
    "message to",
    "mail to",
    "email to",
    "sent to",
    "address",
    "user",
    "mailbox",
    "account",
    "allowed size",
    "for <",
    "unknown",
    "to:",
    "errors:",
    "wasn't found at",
    "envelope-to",
    "mailing list <",
    "following recipients returned permanent errors",
    "to <",
    "宛",
    "адрес",
    "Адрес",
    ];
    /// It is somebody else's.
    FROM = [
    "from:",
    "mail from",
    "from <",
    "sender",
    "contact",
    "send mail to",
    "reply to",
    "reply-to",
    "forward this",
    "report to",
    "questions",
    "e-mail to postmaster",
    "please mail",
    "write to",
    "envelope-from",
    "return-path",
    "originator",
    "cc:",
    "message-id",
    "help",
    "unsubscribe",
    "please send",
    "via email",
    "addressed from",
    "delist@",
];
}

/// Addresses in running text.
fn cued(line: &Line<'_>, at: usize, before: Option<&str>, around: &Surroundings<'_>) -> Vec<Candidate> {
    let mut found = Vec::new();
    let cues: Vec<Hit> = BEFORE_ADDRESS.find(line.text).collect();
    for one in &line.addresses {
        if is_stranger(&one.address, around) {
            continue;
        }
        let known = around.known.iter().any(|address| address.eq_ignore_ascii_case(&one.address));
        let last = |list: std::ops::Range<usize>| {
            let fits = |hit: &&Hit| hit.end <= one.start && list.contains(&hit.number);
            cues.iter().filter(fits).map(|hit| hit.end).max()
        };
        let strength = match (last(TO), last(FROM)) {
            _ if known => 3,
            (Some(to), Some(from)) if from > to => continue,
            (Some(_), _) => 2,
            (None, Some(_)) => continue,
            (None, None) => 1,
        };
        // Sendmail's own line says what it made of the reply; the reply stands above it.
        let reply = before
            .filter(|before| before.starts_with("<<<") && find_reply(before).is_some_and(|(code, _)| code >= 400));
        let own = match reply {
            Some(reply) => format!("{}\n{}", reply.trim_start_matches(['<', ' ']), line.text.trim()),
            None => line.text.trim().to_string(),
        };
        found.push(Candidate { address: one.address.clone(), own, line: at, cued: true, strength });
    }
    found
}

/// The words of the report that are about no single address.
struct Shared {
    text: String,
    /// Whether they hold a reply or status code.
    coded: bool,
}

fn shared_words(lines: &[Line<'_>], taken: &[bool], kept: &[Candidate]) -> Shared {
    let free: Vec<(usize, &str)> = lines
        .iter()
        .enumerate()
        .filter(|(at, line)| {
            !line.text.trim().is_empty() && (!taken[*at] || kept.iter().all(|candidate| candidate.line != *at))
        })
        .map(|(at, line)| (at, line.text.trim()))
        .collect();
    // The lines that hold a reply, each with what it continues on, speak before the prose around them.
    let mut coded = String::new();
    let mut open = false;
    let mut last = 0;
    for (at, line) in &free {
        let starts = tells(line) && !is_prose_code(line);
        let goes_on = open && *at == last + 1 && !is_rule(line) && !line.starts_with(">>>") && !line.ends_with(':');
        if starts || goes_on {
            coded.push_str(line.trim_start_matches(['<', '>', ' ']));
            coded.push('\n');
            open = true;
            last = *at;
        } else {
            open = false;
        }
    }
    if !coded.is_empty() {
        return Shared { text: cap(&coded, 4_000).to_string(), coded: true };
    }
    let text = free.iter().map(|(_, line)| *line).filter(|line| !is_rule(line)).collect::<Vec<_>>().join("\n");
    Shared { text: cap(&text, 4_000).to_string(), coded: false }
}

/// A line whose number is no reply: dates, sizes, message ids.
fn is_prose_code(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    ["date:", "message-id", "received:", "arrival-date", "sent:", "size", "bytes", "subject:"]
        .iter()
        .any(|word| lower.starts_with(word))
}
