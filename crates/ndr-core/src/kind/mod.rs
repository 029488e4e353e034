//! What a message is. The order of evidence: the declared type and the machine-readable part; Exchange's mark;
//! automatic answers; only then the words.

mod hearsay;
mod pasted;

use hearsay::WORDS_READ;

use crate::evidence::{Finding, Findings, Reader};
use crate::mail::PartKind;
use crate::mail::headers::Headers;
use crate::mail::status::FieldRecipient;
use crate::merge;
use crate::page::Page;
use crate::page::daemon::{is_bounce_subject, is_daemon, is_daemon_name, null_sender};
use crate::phrases::kinds::{AUTO_REPLY_FIELDS, AUTO_REPLY_SUBJECTS, MDN_REJECTIONS, NOTICE_SUBJECTS, TICKET_FIELDS};
use crate::phrases::signs::contains_ignoring_case;
use crate::phrases::{Topic, outcome};
use crate::statement::tells;
use crate::text;
use crate::text::search::{Phrases, phrases};
use crate::vocabulary::{Action, Kind};

pub(crate) use hearsay::Found;
pub(crate) use pasted::{is_pasted_report, outcome_of_pasted};

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

// Long, because it is one list, in the order in which evidence counts.
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
    if hearsay::is_lure(evidence.page, evidence.said) {
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
    if (is_done || pasted::is_receipt(evidence.page)) && !refused {
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

#[cfg(test)]
mod tests {
    use crate::Kind;

    fn kind(mail: &str) -> Kind {
        crate::decode(mail.as_bytes()).kind
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
