//! Whether a pasted text is a report, and of what.

use super::hearsay::{Found, WORDS_READ, only_speaks_of_refusals};
use crate::evidence::Finding;
use crate::page::Page;
use crate::phrases::{Topic, exchange, kinds, outcome};
use crate::report::{Recipient, Report};
use crate::statement;
use crate::text;
use crate::text::search::{Phrases, phrases};
use crate::vocabulary::{Action, Kind};

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
pub(super) fn is_receipt(page: &Page<'_>) -> bool {
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
pub(crate) fn is_pasted_report(report: &Report, page: &Page<'_>, found: Found) -> bool {
    if only_speaks_of_refusals(page, found) {
        return false;
    }
    if found.is_structured {
        return true;
    }
    let has_item = found.has_item;
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
            "msg=\"x\" error=\"550 5.1.1 User unknown\"",
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
            "The unrouteable road to the mailbox is closed.",
            "We saw a mail loop yesterday; the mailbox is full of duplicates.",
            "status=\"500\" error=\"500 Internal Server Error\" path=/mail/inbox",
            "level=error msg=\"request failed\" error=\"500 internal error: mailbox not loaded\"",
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
}
