//! What a message is. The order of evidence: the declared type and the machine-readable part; Exchange's mark;
//! automatic answers; only then the words.

use crate::evidence::{Finding, Findings, Origin, Reader};
use crate::mail::PartKind;
use crate::mail::headers::Headers;
use crate::mail::status::FieldRecipient;
use crate::merge;
use crate::page::Page;
use crate::page::daemon::{is_bounce_subject, is_daemon, is_daemon_name, null_sender};
use crate::phrases::kinds::{
    self, AUTO_REPLY_FIELDS, AUTO_REPLY_SUBJECTS, LURES as LURE_WORDS, MDN_REJECTIONS, NOTICE_SUBJECTS, TICKET_FIELDS,
};
use crate::phrases::signs::contains_ignoring_case;
use crate::phrases::{Topic, exchange, outcome};
use crate::report::{Recipient, Report};
use crate::statement::{self, tells};
use crate::text;
use crate::text::search::{Phrases, phrases};
use crate::vocabulary::{Action, Kind};

/// How much of the words tells what a report is, in bytes.
const WORDS_READ: usize = 20_000;

/// What the verdict rests on.
struct Evidence<'a> {
    page: &'a Page<'a>,
    /// What readers of words found.
    said: &'a [Finding],
}

impl Evidence<'_> {
    /// Whether the words show what wrote them.
    const fn has_known_mailer(&self) -> bool {
        self.page.mailer.is_some() || self.page.is_exchange
    }
}

pub(crate) struct Verdict {
    pub(crate) kind: Kind,
    pub(crate) reason: &'static str,
}

const fn verdict(kind: Kind, reason: &'static str) -> Verdict {
    Verdict { kind, reason }
}

/// The kind of a mail, by what readers found in it.
pub(crate) fn of(page: &Page<'_>, findings: &[Findings]) -> Verdict {
    if let Some(kind) = findings.iter().find_map(|one| one.kind) {
        return verdict(kind, "it is an event of a mail service");
    }
    if page.is_pasted {
        return verdict(Kind::Other, "what a pasted text is shows when its words are explained");
    }
    // A server tells its postmaster of sessions that it refused: nobody's mail came back. One that broke off behind an
    // accepted recipient lost a message.
    let is_refused = |one: &Finding| one.command != Some("DATA");
    if findings.iter().any(|one| one.reader == Reader::Transcript && one.recipients.iter().any(is_refused)) {
        return verdict(Kind::Other, "it tells a postmaster of a session that the server refused");
    }
    of_mail(&Evidence { page, said: merge::said(findings) })
}

fn of_mail(evidence: &Evidence<'_>) -> Verdict {
    let headers = &evidence.page.mail.headers;
    let has = |kind: PartKind| evidence.page.mail.parts.iter().any(|part| part.kind == kind);
    let report_type = evidence.page.mail.report_type.as_deref();
    let declares = |name: &str| report_type.is_some_and(|declared| declared.eq_ignore_ascii_case(name));
    if declares("feedback-report") || has(PartKind::Feedback) {
        return verdict(Kind::Feedback, "a feedback-report part says so (RFC 5965)");
    }
    if declares("tlsrpt") {
        return verdict(Kind::Other, "it is a report on TLS (RFC 8460)");
    }
    if is_dmarc_report(headers) {
        return verdict(Kind::Other, "it is an aggregate report on DMARC (RFC 7489)");
    }
    if (declares("disposition-notification") || has(PartKind::Disposition)) && !has(PartKind::DeliveryStatus) {
        if is_rejecting_receipt(evidence) {
            return verdict(Kind::Failure, "a mailbox rejected the message, in the form of a read receipt");
        }
        return verdict(Kind::ReadReceipt, "a disposition-notification part says so (RFC 8098)");
    }
    if has(PartKind::DeliveryStatus)
        && (!evidence.page.fields.recipients.is_empty() || declares("delivery-status"))
        && !evidence.page.has_fields_in_text
    {
        let reason = "a delivery-status part says so (RFC 3464)";
        if evidence.page.fields.recipients.is_empty() {
            return verdict(by_words(evidence), reason);
        }
        return verdict(by_actions(&evidence.page.fields.recipients).unwrap_or_else(|| by_words(evidence)), reason);
    }
    if headers.has("X-MS-Exchange-Message-Is-Ndr") {
        return verdict(by_words(evidence), "Exchange marked it as a non-delivery report");
    }
    if evidence.page.is_complaint() {
        return verdict(Kind::Feedback, "the words are those of a complaint report");
    }
    let daemon = is_daemon(headers);
    let subject = headers.text("Subject").unwrap_or_default().to_lowercase();
    if is_of_ticket_system(headers) {
        return verdict(Kind::AutoReply, "a ticket system wrote it, whatever it quotes");
    }
    if let Some(reason) = auto_reply(headers, &subject)
        && evidence.page.failed.is_empty()
        && !is_daemon_name(headers)
        && !evidence.page.is_exchange
        && !(evidence.has_known_mailer() && evidence.said.iter().any(|recipient| recipient.reply.is_some()))
    {
        return verdict(Kind::AutoReply, reason);
    }
    if is_notice(&subject) && evidence.page.failed.is_empty() && !evidence.page.has_fields_in_text {
        return verdict(Kind::Other, "its subject is that of a notice, not of a report");
    }
    if is_lure(evidence) {
        return verdict(Kind::Other, "it looks like a report, and tells its reader of their own mail");
    }
    if evidence.page.has_fields_in_text {
        return verdict(
            by_actions(&evidence.page.fields.recipients).unwrap_or_else(|| by_words(evidence)),
            "the fields of a delivery status stand in its text",
        );
    }
    if !evidence.page.failed.is_empty() {
        return verdict(by_words(evidence), "X-Failed-Recipients names who did not get the message");
    }
    let coded = tells(&evidence.page.words.text);
    let named = !evidence.said.is_empty();
    if is_newsletter(headers, &subject, coded && named) {
        return verdict(Kind::Other, "it is mail of a list, not a report");
    }
    if !daemon
        && !evidence.page.is_exchange
        && ["re:", "aw:", "sv:", "antw:"].iter().any(|reply| subject.starts_with(reply))
    {
        return verdict(Kind::Other, "a person answers in it, whatever it quotes");
    }
    let bounce_subject = is_bounce_subject(&subject);
    let forwarded = subject.starts_with("fwd:") || subject.starts_with("fw:");
    if evidence.has_known_mailer()
        && (daemon || bounce_subject || coded || evidence.page.mail.original.is_some())
        && (named || coded || bounce_subject)
    {
        return verdict(by_words(evidence), "its words are those that a mail system writes");
    }
    if daemon && !forwarded && (bounce_subject || (coded && named) || evidence.page.mail.original.is_some() && named) {
        return verdict(by_words(evidence), "a mail system sent it, and it tells of a failed address");
    }
    if daemon && !forwarded && named && evidence.page.words.matches.any(Topic::Failure, WORDS_READ) {
        return verdict(by_words(evidence), "a mail system sent it, and its words tell of a failed address");
    }
    if bounce_subject && named && (coded || evidence.page.mail.original.is_some() || null_sender(headers)) {
        return verdict(by_words(evidence), "its subject is that of a report, and it tells of a failed address");
    }
    verdict(Kind::Other, "nothing shows that it is a report")
}

fn by_actions(fields: &[FieldRecipient]) -> Option<Kind> {
    let any = |wanted: &[Action]| {
        fields.iter().any(|recipient| recipient.action.is_some_and(|action| wanted.contains(&action)))
    };
    let failing = |recipient: &FieldRecipient| {
        recipient.action.is_none() && recipient.status.is_some_and(|status| status.class() == 5)
    };
    if any(&[Action::Failed]) || fields.iter().any(failing) {
        Some(Kind::Failure)
    } else if any(&[Action::Delayed]) {
        Some(Kind::Delay)
    } else if any(&[Action::Delivered, Action::Relayed, Action::Expanded]) {
        Some(Kind::Success)
    } else {
        None
    }
}

/// Failure or delay, by the words.
fn by_words(evidence: &Evidence<'_>) -> Kind {
    let subject = evidence.page.mail.headers.text("Subject").unwrap_or_default().to_lowercase();
    static LATE_SUBJECT: Phrases = phrases!(outcome::DELAY);
    let gone = evidence.page.words.matches.any(Topic::Gone, WORDS_READ);
    let failed = gone || evidence.page.words.matches.any(Topic::Failure, WORDS_READ);
    let refused = evidence.said.iter().any(|recipient| recipient.reply.is_some_and(|reply| reply >= 400));
    let is_done = evidence.page.words.matches.any(Topic::Done, WORDS_READ) && !failed;
    if (is_done || is_receipt(evidence.page)) && !refused {
        return Kind::Success;
    }
    let late = evidence.page.words.matches.any(Topic::Delay, WORDS_READ) || LATE_SUBJECT.any(&subject);
    let late_subject = subject.starts_with("delayed")
        || subject.contains("warning:") && subject.contains("delayed")
        || subject.contains("(delay)");
    if (late && !gone) || late_subject { Kind::Delay } else { Kind::Failure }
}

/// An automatic answer of a person's mailbox (RFC 3834).
fn auto_reply(headers: &Headers<'_>, subject: &str) -> Option<&'static str> {
    static SUBJECTS: Phrases = phrases!(AUTO_REPLY_SUBJECTS);
    // At the beginning, or behind a mark such as "Re: " or "[".
    let begins = |at: usize| at <= 1 || at <= 12 && text::upto(subject, at).trim_end_matches([' ', '[']).ends_with(':');
    if SUBJECTS.find(subject).any(|hit| begins(hit.start)) {
        return Some("its subject is that of an automatic answer");
    }
    if headers.raw("Auto-Submitted").is_some_and(|value| contains_ignoring_case(value, b"auto-replied")) {
        return Some("Auto-Submitted says that a machine answered (RFC 3834)");
    }
    let marked = AUTO_REPLY_FIELDS
        .iter()
        .any(|(known, wanted)| headers.all(known).any(|value| contains_ignoring_case(value, wanted.as_bytes())));
    marked.then_some("a header marks it as an automatic answer")
}

/// Mail of a list or a newsletter, whatever its sender is called.
/// `tells`: whether it names an address and a code.
fn is_newsletter(headers: &Headers<'_>, subject: &str, tells: bool) -> bool {
    (headers.has("List-Unsubscribe") || headers.has("List-Id"))
        && !null_sender(headers)
        && !(is_daemon_name(headers) && is_bounce_subject(subject) && tells)
}

/// Whether a ticket system wrote it: such mail quotes reports and is none.
fn is_of_ticket_system(headers: &Headers<'_>) -> bool {
    TICKET_FIELDS.iter().any(|name| headers.has(name))
}

/// A notice about mail or a mailbox: a digest of a quarantine, a warning about a quota, a complaint.
fn is_notice(subject: &str) -> bool {
    static NOTICES: Phrases = phrases!(NOTICE_SUBJECTS);
    NOTICES.any(subject) && !is_bounce_subject(subject)
}

/// Whether a mail looks like a report and speaks of mail to its own reader, who shall click or sign in: it comes from an
/// ordinary address, returns no message, and names nobody but its reader. The name of a mail system is no proof of one.
fn is_lure(evidence: &Evidence<'_>) -> bool {
    let (page, said) = (evidence.page, evidence.said);
    let is_proven = page.is_exchange
        || page.mail.original.is_some()
        || page.words.returned.is_some()
        || !page.failed.is_empty()
        || page.has_fields_in_text;
    if is_proven {
        return false;
    }
    let headers = &page.mail.headers;
    let subject = headers.text("Subject").unwrap_or_default();
    let words = text::cap(&page.words.text, WORDS_READ);
    let lures = lures(&[&subject, words]);
    let own = |one: &Finding| {
        let is_own = |address: &str| page.addresses.iter().any(|known| known.eq_ignore_ascii_case(address));
        one.address.as_deref().is_none_or(is_own)
    };
    let is_prose = |one: &Finding| one.origin == Origin::Prose && one.status.is_none();
    match lures {
        _ if page.mailer.is_some() && null_sender(headers) => false,
        0 => !null_sender(headers) && !said.is_empty() && said.iter().all(|one| own(one) && is_prose(one)),
        1 => !null_sender(headers) && said.iter().all(own),
        _ => !null_sender(headers) || said.iter().all(own),
    }
}

/// How many kinds of words in the texts tell a reader of their own mail.
fn lures(texts: &[&str]) -> usize {
    static LURES: Phrases = phrases!(LURE_WORDS);
    let mut kinds: Vec<usize> = texts.iter().flat_map(|text| LURES.find(text)).map(|hit| hit.number).collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds.len()
}

/// Whether a pasted text speaks of mail to its own reader and is neither a reply nor in the words of a mail system.
fn is_pasted_lure(page: &Page<'_>, words: &str, has_item: bool) -> bool {
    let is_reply = || has_item || statement::stated(words) == Some(statement::Stated::Coded);
    let begins = |words: &str| ndr_resolve::find_reply(words).is_some_and(|(_, at)| at == 0);
    page.mailer.is_none()
        && !page.is_exchange
        && lures(&[text::cap(words, WORDS_READ)]) >= 2
        && !is_reply()
        && !begins(words)
}

/// A rejection in the form of a read receipt, as Sieve's `reject` and servers with a full mailbox send it.
fn is_rejecting_receipt(evidence: &Evidence<'_>) -> bool {
    static REJECTIONS: Phrases = phrases!(MDN_REJECTIONS);
    let page = evidence.page;
    let receipts = page.mail.parts.iter().filter(|part| part.kind == PartKind::Disposition);
    let is_deleted = receipts.map(|part| part.text.to_ascii_lowercase()).any(|text| {
        let disposition = text.lines().find(|line| line.starts_with("disposition:"));
        disposition.is_some_and(|line| line.contains("deleted") || line.contains("denied") || line.contains("failed"))
    });
    let subject = page.mail.headers.text("Subject").unwrap_or_default().to_lowercase();
    is_deleted && (REJECTIONS.any(page.words.text.as_bytes()) || REJECTIONS.any(&subject))
}

/// The subject that RFC 7489 section 7.2.1.1 demands of an aggregate report.
fn is_dmarc_report(headers: &Headers<'_>) -> bool {
    headers.raw("Subject").is_some_and(|subject| {
        contains_ignoring_case(subject, b"report domain:") && contains_ignoring_case(subject, b"submitter:")
    })
}

/// Failure, delay or success of a pasted text, if it is a report at all; sets what was done for each recipient.
pub(crate) fn outcome_of_pasted(page: &Page<'_>, recipients: &mut [Finding]) -> Kind {
    let matches = &page.words.matches;
    let is_late = matches.any(Topic::Delay, WORDS_READ) && !matches.any(Topic::Gone, WORDS_READ);
    let is_final = !is_late && (matches.any(Topic::Gone, WORDS_READ) || says_undelivered(page));
    let is_done = is_receipt(page);
    let class =
        |one: &Finding| one.reply.map(|reply| reply / 100).or(one.status.map(|status| u16::from(status.class())));
    for one in recipients.iter_mut() {
        // What the frame says of the outcome comes before what the codes say.
        one.action = one.action.or(match class(one) {
            Some(2 | 3) => Some(Action::Delivered),
            None if is_done => Some(Action::Delivered),
            _ if is_late => Some(Action::Delayed),
            Some(4) if !is_final => Some(Action::Delayed),
            _ => Some(Action::Failed),
        });
    }
    let any = |action: Action| recipients.iter().any(|one| one.action == Some(action));
    match () {
        () if any(Action::Failed) => Kind::Failure,
        () if any(Action::Delayed) => Kind::Delay,
        () if recipients.is_empty() => Kind::Other,
        () => Kind::Success,
    }
}

/// Whether the words say that all went well, and none of them that anything failed or is late. What stands within the
/// sentence that says so counts for nothing else: "Delivery to the following recipients is complete".
fn is_receipt(page: &Page<'_>) -> bool {
    let matches = &page.words.matches;
    let is_within = |start: usize| matches.of_topic(Topic::Done).any(|done| (done.start..done.end).contains(&start));
    matches.any(Topic::Done, WORDS_READ)
        && !matches.any(Topic::Gone, WORDS_READ)
        && !matches.any(Topic::Delay, WORDS_READ)
        && matches.of_topic(Topic::Failure).all(|mark| is_within(mark.start))
}

/// Whether the report's frame says that the message was not delivered. Words such as "user unknown" may be a server's.
fn says_undelivered(page: &Page<'_>) -> bool {
    page.words.matches.of_topic(Topic::Failure).any(|mark| mark.number < outcome::FRAMES)
}

/// Whether a pasted text is a report: it has the frame of one, it states a reply, or a known phrase is most of it.
/// `has_item`: whether a reader found a recipient in an item of its own.
pub(crate) fn is_pasted_report(report: &Report, page: &Page<'_>, has_item: bool) -> bool {
    let words = text::trim(&page.words.text);
    let matches = &page.words.matches;
    let has_words_of_report = || {
        page.mailer.is_some()
            || page.is_exchange
            || [Topic::Failure, Topic::Delay, Topic::Gone, Topic::Done]
                .iter()
                .any(|topic| matches.any(*topic, WORDS_READ))
    };
    let is_list = |recipient: &Recipient| recipient.reply.is_none() && lists_codes(words);
    let is_explained = |recipient: &Recipient| {
        recipient.diagnosis.is_some()
            || recipient.status.is_some()
            || recipient.reply.is_some()
            || !recipient.others.is_empty()
    };
    // "There was a problem delivering your message to a@example.com" names who, and says what became of the message.
    let names_somebody = || {
        report.recipients.iter().any(|one| one.address.is_some())
            && (says_undelivered(page)
                || [Topic::Delay, Topic::Done].iter().any(|topic| matches.any(*topic, WORDS_READ)))
    };
    if is_pasted_lure(page, words, has_item) {
        return false;
    }
    let is_item_explained = || has_item && report.recipients.iter().any(|one| one.diagnosis.is_some());
    has_item && has_words_of_report()
        || is_item_explained()
        || page.mailer.is_some()
        || names_somebody()
        || report
            .recipients
            .iter()
            .any(|one| is_explained(one) && !is_list(one) && (states(one, words) || covers(one, words, page)))
}

/// Whether a text only speaks of refusals: a server's settings, a program's test, a letter about what is settled.
/// `is_structured`: whether a log, a dialogue or an event was read in it.
pub(crate) fn only_speaks_of_refusals(page: &Page<'_>, is_structured: bool) -> bool {
    let words = text::cap(text::trim(&page.words.text), WORDS_READ);
    is_settings(words)
        || is_test(words)
        || !is_structured && !page.is_exchange && page.mailer.is_none() && is_settled(words)
}

/// Whether each line of a text is one of a server's settings or of a lookup table.
fn is_settings(words: &str) -> bool {
    /// So many settings are no accident.
    const SOME: usize = 2;
    let is_name = |name: &str| {
        name.contains('_')
            && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    let is_action = |word: &str| {
        let begins = |action: &&str| word.get(..action.len()).is_some_and(|head| head.eq_ignore_ascii_case(action));
        kinds::TABLE_ACTIONS.iter().any(|action| if action.ends_with(':') { begins(action) } else { word == *action })
    };
    let (mut settings, mut actions, mut names_file) = (0, 0, false);
    for line in words.lines().filter(|line| !line.trim().is_empty()) {
        let bare = line.trim();
        let mut pieces = bare.split_whitespace();
        let (key, value) = (pieces.next().unwrap_or_default(), pieces.next().unwrap_or_default());
        if bare.starts_with('#') {
            names_file |= bare.contains("/etc/") || bare.contains(".cf");
        } else if value == "=" && is_name(key) {
            settings += 1;
        } else if key.contains(['@', '.']) && is_action(value) {
            actions += 1;
        } else if !(line.starts_with([' ', '\t']) && settings > 0 || is_entry(key, value)) {
            return false;
        }
    }
    actions > 0 || settings >= SOME || names_file
}

/// Whether a line begins as one of an access table: an address, then a reply.
fn is_entry(key: &str, reply: &str) -> bool {
    key.contains('@') && !key.starts_with('<') && reply.len() == 3 && reply.starts_with(['4', '5'])
}

/// Whether a text is a program that makes up a refusal. One that ran left the frames of a stack, or an error of its own.
fn is_test(words: &str) -> bool {
    static MARKS: Phrases = phrases!(kinds::MADE_UP);
    let has_run = || {
        words.lines().map(str::trim_start).any(|line| {
            let named = line.split_once(": ").map_or("", |(name, _)| name);
            line.starts_with("Traceback (")
                || line.starts_with("at ")
                || line.starts_with(|c: char| c.is_ascii_digit())
                || !named.contains(' ') && (named.ends_with("Error") || named.ends_with("Exception"))
        })
    };
    MARKS.any(words) && words.contains('(') && !has_run()
}

/// Whether a letter quotes a refusal amid its sentences, and says that it is over.
fn is_settled(words: &str) -> bool {
    static SETTLED: Phrases = phrases!(kinds::SETTLED);
    static NOT_YET: Phrases = phrases!(kinds::NOT_YET);
    let is_item = |line: &str| line.trim_start_matches(['>', ' ', '\t', '<']).starts_with(|c: char| c.is_ascii_digit());
    let is_condition = |start: usize| {
        let (line, _) = text::line_at(words, start);
        let in_front = text::between(words, line, start);
        let sentence = in_front.rsplit(['.', '!', '?']).next().unwrap_or_default();
        NOT_YET.any(sentence)
    };
    SETTLED.find(words).any(|hit| !is_condition(hit.start)) && !words.lines().any(is_item)
}

/// Whether a text states the reply or the status of a recipient where a reply begins, and not a number in passing.
fn states(recipient: &Recipient, words: &str) -> bool {
    let Some(stated) = statement::stated(words) else { return false };
    let has_phrase = recipient.diagnosis.as_ref().is_some_and(|diagnosis| diagnosis.basis <= ndr_resolve::Basis::Text);
    // A number alone at the beginning of a line may count packages.
    let is_short = words.len() <= 300 && words.lines().count() <= 3;
    match stated {
        statement::Stated::Coded => true,
        statement::Stated::Reply(code) => has_phrase || code >= 400 && is_short || is_bare(words),
    }
}

/// Whether a text holds so many codes that it is a list of them, such as an agenda or a manual.
fn lists_codes(words: &str) -> bool {
    const MANY: usize = 3;
    let mut codes: Vec<ndr_resolve::StatusCode> = Vec::new();
    for found in ndr_resolve::find_codes(words) {
        if !codes.contains(&found.code) {
            codes.push(found.code);
        }
        if codes.len() >= MANY {
            return true;
        }
    }
    false
}

/// Whether a text is a code and nothing else.
fn is_bare(words: &str) -> bool {
    words.len() <= 12 && words.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b' ' | b'#' | b'-'))
}

/// Whether the phrase that explains a recipient is most of a text. A question about a full mailbox is no report of one.
/// Where the text says besides that something was refused, or that mail was not delivered, less of it is enough; so it is
/// where a short text is in words that only mail systems write.
fn covers(recipient: &Recipient, words: &str, page: &Page<'_>) -> bool {
    /// Most bytes of a line that a mail system wrote without a code.
    const TECHNICAL_LEN: usize = 400;
    static MAIL: Phrases = phrases!(kinds::MAIL_WORDS);
    static TECHNICAL: Phrases = phrases!(kinds::TECHNICAL);
    static OWN: Phrases = phrases!(exchange::SENTENCES);
    let phrase = recipient
        .diagnosis
        .as_ref()
        .filter(|diagnosis| diagnosis.basis <= ndr_resolve::Basis::Text)
        .and_then(|diagnosis| diagnosis.evidence.as_ref());
    let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).count();
    let matches = &page.words.matches;
    let says_refused = || matches.any(Topic::Failure, WORDS_READ);
    // On one line: "the message could not be delivered because ..."
    let says_of_mail = || {
        let frames = matches.of_topic(Topic::Failure).filter(|mark| mark.number < outcome::FRAMES);
        frames.chain(matches.of_topic(Topic::Delay)).any(|mark| {
            let (start, end) = text::line_at(&page.words.text, mark.start);
            MAIL.any(text::between(&page.words.text, start, end))
        })
    };
    let Some(evidence) = phrase.filter(|_| !words.ends_with(['?', '？'])) else { return false };
    let (part, all) = (letters(&evidence.phrase), letters(words));
    let is_technical = || words.len() <= TECHNICAL_LEN && words.lines().count() <= 3 && TECHNICAL.any(words);
    let has_own_sentence = || OWN.any(text::cap(words, WORDS_READ));
    part * 2 >= all
        || part * 3 >= all && says_refused()
        || part * 5 >= all && is_technical()
        || part * 8 >= all && says_of_mail()
        || part * 30 >= all && has_own_sentence()
}

#[cfg(test)]
mod tests {
    use crate::Kind;

    fn kind(mail: &str) -> Kind {
        crate::decode(mail.as_bytes()).kind
    }

    #[test]
    fn pasted_texts_are_reports_by_what_they_state() {
        for text in [
            "550 5.1.1 User unknown",
            "SMTP error: 550 5.1.1 User unknown",
            "Remote server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound'",
            "The mailbox is full",
            "552",
            "Host or domain name not found. Name service error for name=exampl.com type=MX: Host not found",
            "TLS negotiation failed with remote host mx.example.com",
            "mailbox is full: retry timeout exceeded",
            "Too many \"Received\" headers - suspected mail loop",
            "DNS Error: DNS type 'mx' lookup of exampl.com responded with code NXDOMAIN",
            "<a@example.com>: host mx.example.com said: 554 no",
        ] {
            assert_eq!(kind(text), Kind::Failure, "{text}");
        }
        for text in [
            "I had a handshake with the new colleague; her mailbox is full of good wishes.",
            "Connection refused was the title of the film; it expired from the programme.",
            "How do I stop STARTTLS errors on my server, and where is the log?",
            "nodemailer@5.1.1:\n  version \"5.1.1\"",
            "if reply.code >= 500:\n    raise PermanentError(\"user unknown\")",
            "My mailbox is full again, can you raise the limit for the project before Friday, please?",
            "Our office is in room 5.2.2, second floor.",
            "Line 550 of the script fails; see ticket 5.1.1 of the release plan.",
            "mailbox_size_limit = 51200000\nrelay_domains_reject_code = 554",
            "Agenda 1 March: 5.1.1 budget, 5.2.2 storage of old mail boxes, 5.7.1 who may reject applications.",
            "| 5.1.1 | bad destination mailbox address |\n| 5.2.2 | mailbox full |\n| 4.4.7 | expired |",
            "[TICKET-421] Login form shows \"user unknown\" after a reset\nReporter: pia@example.net\nStatus: 5.1.1 released",
        ] {
            assert_eq!(kind(text), Kind::Other, "{text}");
        }
    }

    #[test]
    fn the_frame_says_whether_delivery_goes_on() {
        let giving_up =
            "Your message could not be delivered to the following address. Giving up.\n\n<a@example.com>: 421 busy\n";
        assert_eq!(kind(giving_up), Kind::Failure);
        let trying =
            "This is a warning only. We are still trying to deliver your message.\n\n<a@example.com>: 421 busy\n";
        assert_eq!(kind(trying), Kind::Delay);
        assert_eq!(kind("421 4.7.0 busy, try again later"), Kind::Delay);
    }

    #[test]
    fn mail_about_mail_is_no_report() {
        let body = "\n\nThis is the mail system at host mx.example.net.\n\n<a@example.com>: 550 5.1.1 no such user\n";
        for header in [
            "From: Helpdesk <rt@example.com>\nX-RT-Loop-Prevention: example.com\nSubject: [#1] Undeliverable: offer",
            "From: Quarantine <postmaster@example.com>\nSubject: Spam quarantine digest",
            "From: News <bounce@example.com>\nList-Unsubscribe: <https://example.com/u>\nSubject: Why mail bounces",
            "From: Mia <mia@example.com>\nSubject: Re: Undelivered Mail Returned to Sender",
        ] {
            let kind = kind(&format!("{header}{body}"));
            assert!(matches!(kind, Kind::Other | Kind::AutoReply), "{kind:?} {header}");
        }
        let report = format!("From: MAILER-DAEMON@mx.example.net\nSubject: Undelivered Mail Returned to Sender{body}");
        assert_eq!(kind(&report), Kind::Failure);
    }

    #[test]
    fn a_rejection_may_come_as_a_read_receipt() {
        let receipt = |words: &str, disposition: &str| {
            format!(
                "From: postmaster@example.net\nSubject: Automatically rejected mail\nContent-Type: multipart/report; \
                 report-type=disposition-notification; boundary=b\n\n--b\nContent-Type: text/plain\n\n{words}\n\n--b\n\
                 Content-Type: message/disposition-notification\n\nFinal-Recipient: rfc822; a@example.net\n\
                 Disposition: {disposition}\n\n--b--\n"
            )
        };
        let rejected = receipt(
            "Your message was automatically rejected: Quota exceeded",
            "automatic-action/MDN-sent-automatically; deleted",
        );
        let report = crate::decode(rejected.as_bytes());
        assert_eq!(report.kind, Kind::Failure);
        assert_eq!(report.recipients[0].address.as_deref(), Some("a@example.net"));
        let read = receipt("I read it", "manual-action/MDN-sent-manually; displayed")
            .replace("Automatically rejected mail", "Read: offer");
        assert_eq!(kind(&read), Kind::ReadReceipt);
    }
}
