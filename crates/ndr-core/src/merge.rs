//! Decides what counts where readers found different things about one recipient: the only place with precedence.
//!
//! | question | what counts | why |
//! |---|---|---|
//! | who failed | the fields; else X-Failed-Recipients; else the words; last the returned message's `To:` | a field names recipients and nothing else |
//! | what was done | the fields, else the kind of the message | words seldom tell one recipient from the other |
//! | the server's words | the fields, unless they hold no code and the words do | Diagnostic-Code is often a bare `x.0.0` |
//! | the status | in the server's words before the Status field, any before `x.0.0` | contract of the result |
//! | who said it, to which command | the fields, then the words | Remote-MTA names the server outright |
//! | the same recipient twice | the first statement | a later one is often its echo |

use crate::evidence::{Finding, Findings, Origin, Reader, Role};
use crate::mail::headers::Headers;
use crate::page::Page;
use crate::report::Original;
use crate::statement::{self, Marked, tells};
use crate::text::{self, address, lines};
use crate::vocabulary::{Action, Kind, Note};
use ndr_resolve::unfold_reply;

/// What all readers together say.
#[derive(Debug, Default)]
pub(crate) struct Merged {
    /// What wrote the report.
    pub(crate) dialect: Option<&'static str>,
    /// The provider of the catalogue whose words the report is in.
    pub(crate) provider: Option<&'static str>,
    /// The mail service's own word for the event.
    pub(crate) event: Option<String>,
    /// The host that generated the report.
    pub(crate) generator: Option<String>,
    /// One item for each recipient.
    pub(crate) recipients: Vec<Finding>,
    /// The message that the report is about.
    pub(crate) original: Original,
}

/// What readers other than that of the fields found: of the first that found a recipient.
pub(crate) fn said(findings: &[Findings]) -> &[Finding] {
    let is_words = |one: &&Findings| !matches!(one.reader, Reader::Fields | Reader::Feedback | Reader::Reply);
    findings.iter().filter(is_words).find(|one| !one.recipients.is_empty()).map_or(&[], |one| &one.recipients)
}

/// Joins the findings of all readers, given what kind of message it is.
pub(crate) fn merge(page: &Page<'_>, mut findings: Vec<Findings>, kind: Kind, notes: &mut Vec<Note>) -> Merged {
    let mut merged = Merged::default();
    for one in &mut findings {
        merged.generator = merged.generator.or(one.generator.take());
        merged.dialect = merged.dialect.or(one.dialect);
        merged.provider = merged.provider.or(one.provider);
        merged.event = merged.event.or(one.event.take());
        notes.append(&mut one.notes);
    }
    if merged.dialect.is_none() {
        (merged.dialect, merged.provider) = writer(page, merged.generator.as_deref());
    }
    let is_stated = findings.iter().any(|one| matches!(one.reader, Reader::Event | Reader::Log) && one.is_decisive());
    if is_stated {
        for mut one in findings {
            if matches!(one.reader, Reader::Event | Reader::Log) {
                merged.recipients.append(&mut one.recipients);
                merged.original.complete(one.original);
            }
        }
        return merged;
    }
    // Pasting flattens a header more often than a table of labelled values.
    let labelled = findings.iter_mut().map(|one| std::mem::take(&mut one.original)).reduce(|mut all, one| {
        all.complete(one);
        all
    });
    if page.is_pasted {
        merged.original = labelled.clone().unwrap_or_default();
    }
    if let Some(header) = &page.mail.original {
        merged.original.read(header);
    }
    if let Some(header) = &page.words.returned {
        merged.original.read(header.trim_start().as_bytes());
    }
    merged.original.complete(labelled.unwrap_or_default());
    if kind != Kind::Other && merged.original.message_id.is_none() {
        merged.original.message_id = page.in_reply_to();
    }
    match kind {
        Kind::Failure | Kind::Delay | Kind::Success => recipients(page, findings, kind, &mut merged, notes),
        Kind::Other if page.is_pasted => recipients(page, findings, kind, &mut merged, notes),
        Kind::Feedback => {
            let complaints = findings.into_iter().filter(|one| one.reader == Reader::Feedback);
            merged.recipients = complaints.flat_map(|one| one.recipients).collect();
        }
        _ => merged.dialect = merged.dialect.filter(|_| kind == Kind::ReadReceipt),
    }
    merged
}

/// Who wrote the report: the dialect, and the provider whose words it is in.
fn writer(page: &Page<'_>, generator: Option<&str>) -> (Option<&'static str>, Option<&'static str>) {
    if page.is_exchange {
        let dialect = exchange_dialect(generator, &page.mail.headers);
        return (Some(dialect), Some(dialect));
    }
    (page.mailer.and_then(|mailer| mailer.id), page.mailer.and_then(|mailer| mailer.provider))
}

/// Exchange Online or a server of one's own, by the generating host and the header.
fn exchange_dialect(generator: Option<&str>, headers: &Headers<'_>) -> &'static str {
    let is_cloud = |host: &str| {
        [".outlook.com", ".exchangelabs.com", ".office365.com"].iter().any(|domain| {
            host.len().checked_sub(domain.len()).is_some_and(|at| text::from(host, at).eq_ignore_ascii_case(domain))
        })
    };
    let is_stamped = headers.has("x-ms-publictraffictype") || headers.has("x-ms-office365-filtering-correlation-id");
    match generator {
        Some(host) if is_cloud(host) => "exchange-online",
        _ if is_stamped => "exchange-online",
        _ => "exchange-server",
    }
}

/// Joins what the fields and the words say of each recipient.
fn recipients(page: &Page<'_>, findings: Vec<Findings>, kind: Kind, merged: &mut Merged, notes: &mut Vec<Note>) {
    let said = said(&findings).to_vec();
    let mut stated = Vec::new();
    let mut whole = None;
    for one in findings {
        match one.reader {
            Reader::Fields => stated = one.recipients,
            Reader::Reply => whole = one.recipients.into_iter().next(),
            _ => {}
        }
    }
    let mut found = if stated.is_empty() { of_words(page, said) } else { of_fields(page, stated, &said) };
    if let Some(whole) = whole.filter(|_| !found.iter().any(Finding::has_statement)) {
        found = vec![of_text(found.pop(), whole)];
    }
    if found.is_empty() && matches!(kind, Kind::Failure | Kind::Delay) {
        found.push(of_original(page, &merged.original, notes));
    }
    for recipient in &mut found {
        recipient.action = recipient.action.or(match kind {
            Kind::Delay => Some(Action::Delayed),
            Kind::Success => Some(Action::Delivered),
            Kind::Failure => Some(Action::Failed),
            _ => None,
        });
        if recipient.remote.is_some() && recipient.remote == merged.generator {
            recipient.remote = None;
        }
    }
    merged.recipients = found;
}

/// A pasted text that is one statement, with the address that another reader found.
fn of_text(known: Option<Finding>, mut whole: Finding) -> Finding {
    if let Some(known) = known.filter(|known| known.address.is_some()) {
        whole.address = known.address;
    }
    whole
}

/// Recipients where only words speak. X-Failed-Recipients names the failed ones, and words without a reply about others
/// do not count.
fn of_words(page: &Page<'_>, said: Vec<Finding>) -> Vec<Finding> {
    let mut found = said;
    let failed = &page.failed;
    if failed.is_empty() {
        return found;
    }
    let is_failed = |one: &Finding| failed.iter().any(|known| one.is_about(known));
    if found.iter().any(is_failed) {
        found.retain(is_failed);
    } else if found.iter().all(|one| one.reply.is_none()) {
        found.clear();
    }
    if found.is_empty() || found.iter().any(is_failed) {
        for address in failed.iter().take(page.limits.recipients) {
            if !found.iter().any(|known| known.is_about(address)) {
                found.push(of_shared_words(Some(address.clone()), page));
            }
        }
    }
    found
}

/// A recipient about whom all words of the report speak.
fn of_shared_words(address: Option<String>, page: &Page<'_>) -> Finding {
    let mut one = Finding::new(address);
    one.origin = Origin::Prose;
    statement::fill(&mut one, &coded_words(&page.words.text));
    one.context = text::cap(&page.words.text, 8_000).to_string();
    one
}

/// Recipients whom the fields name, each completed by the words.
fn of_fields(page: &Page<'_>, stated: Vec<Finding>, said: &[Finding]) -> Vec<Finding> {
    let is_single = stated.len() == 1;
    let mut joined: Vec<Finding> = Vec::new();
    for mut one in stated {
        let matching = said.iter().find(|other| {
            let names = [one.address.as_deref(), one.original_address.as_deref()];
            names.iter().flatten().any(|name| other.is_about(name))
        });
        match matching.or_else(|| said.first().filter(|_| is_single)) {
            Some(other) => complete(&mut one, other),
            None => complete_by_words(&mut one, &page.words.text, is_single),
        }
        one.settle_status();
        match joined.iter_mut().find(|known| known.address.is_some() && known.address == one.address) {
            Some(known) if known.text.is_none() => *known = one,
            Some(_) => {}
            None => joined.push(one),
        }
    }
    joined.retain(|one| one.address.is_some() || one.text.is_some());
    joined
}

/// Whether a statement has no code, so that another one may say more.
fn is_poor(one: &Finding) -> bool {
    one.text.as_deref().is_none_or(|text| !tells(text))
}

/// Completes what the fields say by what the words say of the same recipient.
fn complete(one: &mut Finding, other: &Finding) {
    if is_poor(one) && other.text.is_some() && (one.text.is_none() || other.reply.is_some()) {
        one.text = other.text.clone();
        one.reply = other.reply;
        one.status = other.status.or(one.status);
        one.inner = other.inner.clone();
        one.part = 0;
    }
    one.remote = one.remote.take().or_else(|| other.remote.clone());
    one.command = one.command.or(other.command);
    if one.attempts.is_empty() {
        one.attempts = other.attempts.clone();
    }
    one.add_context(&other.context);
}

/// Words of a report that are short enough to be the statement themselves, in bytes.
const SHORT: usize = 600;

/// Completes what the fields say by the words of a report that name no recipient.
fn complete_by_words(one: &mut Finding, words: &str, is_single: bool) {
    let coded = coded_words(words);
    if is_single && is_poor(one) && tells(&coded) {
        let status = one.status.take();
        statement::set_text(one, Marked::new(&unfold_reply(&coded)).reply_part());
        one.status = one.status.or(status);
        one.part = 0;
    }
    if is_single && one.action == Some(Action::Failed) && one.text.is_none() && text::trim(words).len() <= SHORT {
        let status = one.status.take();
        statement::set_text(one, &unfold_reply(text::trim(words)));
        one.status = one.status.or(status);
        one.part = 0;
    }
    one.add_context(text::cap(words, 4_000));
}

/// The lines of a text that hold a code, or all of it.
fn coded_words(words: &str) -> String {
    let coded: Vec<&str> = lines(words).map(str::trim).filter(|line| tells(line)).take(6).collect();
    if coded.is_empty() { text::cap(words, 2_000).to_string() } else { coded.join(" ") }
}

/// The addressee of the returned message, where the report names nobody.
fn of_original(page: &Page<'_>, original: &Original, notes: &mut Vec<Note>) -> Finding {
    let to = original.to.as_deref().unwrap_or_default();
    let addresses: Vec<&str> = address::find(to).map(|one| one.address).collect();
    let is_own = |address: &str| page.addresses.iter().any(|one| one == address);
    let first = addresses.iter().find(|address| addresses.len() == 1 || !is_own(address));
    if first.is_some() {
        notes.push(Note {
            code: "recipient-from-original",
            text: "the report names no recipient; the address is the To of the returned message".into(),
        });
    }
    let mut one = of_shared_words(first.map(|address| (*address).to_string()), page);
    if one.address.is_some() {
        // What the sender wrote in To is no evidence that it failed.
        one.role = Role::Unknown;
    }
    one
}

#[cfg(test)]
mod tests {
    use crate::{Action, Kind, Recipient, Report};

    /// A report with these words, fields and returned header.
    fn report(header: &str, words: &str, fields: &str, returned: &str) -> Report {
        let mail = format!(
            "From: mailer-daemon@mx.example.net\nTo: mia@example.com\n{header}Content-Type: multipart/report; \
             report-type=delivery-status; boundary=b\n\n--b\nContent-Type: text/plain\n\n{words}\n\n--b\n\
             Content-Type: message/delivery-status\n\n{fields}\n\n--b\nContent-Type: text/rfc822-headers\n\n{returned}\n\n--b--\n"
        );
        crate::decode(mail.as_bytes())
    }

    fn first(report: &Report) -> &Recipient {
        &report.recipients[0]
    }

    const FIELDS: &str =
        "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\n";

    #[test]
    fn who_failed_say_the_fields_before_the_words() {
        let report = report("", "<b@example.com>: 550 5.1.1 no such user", &format!("{FIELDS}Status: 5.1.1"), "");
        assert_eq!(first(&report).address.as_deref(), Some("a@example.com"));
        assert_eq!(report.recipients.len(), 1);
    }

    #[test]
    fn who_failed_says_the_header_before_the_words() {
        let mail = "From: mailer-daemon@mx.example.net\nX-Failed-Recipients: a@example.com\nSubject: Mail delivery failed\n\n\
                    Your mail could not be delivered. See b@example.com\n";
        let report = crate::decode(mail.as_bytes());
        assert_eq!(first(&report).address.as_deref(), Some("a@example.com"));
    }

    #[test]
    fn the_returned_message_names_the_recipient_only_where_nothing_else_does() {
        let mail = |words: &str| {
            format!(
                "From: mailer-daemon@mx.example.net\nTo: mia@example.com\nSubject: Undelivered mail\n\n{words}\n\n\
                 --- Below this line is a copy of the message.\n\nFrom: mia@example.com\nTo: c@example.com\n\
                 Message-ID: <1@example.com>\nDate: Mon, 2 Mar 2026 10:00:00 +0000\n\nhello\n"
            )
        };
        let silent = crate::decode(mail("Your message could not be delivered: 550 no such user").as_bytes());
        assert_eq!(first(&silent).address.as_deref(), Some("c@example.com"));
        assert!(silent.notes.iter().any(|note| note.code == "recipient-from-original"));
        let named = crate::decode(mail("<a@example.com>: 550 no such user").as_bytes());
        assert_eq!(first(&named).address.as_deref(), Some("a@example.com"));
    }

    #[test]
    fn what_was_done_say_the_fields_before_the_kind() {
        let fields =
            format!("{FIELDS}Status: 5.1.1\n\nFinal-Recipient: rfc822; b@example.com\nAction: delayed\nStatus: 4.4.1");
        let report = report("", "could not be delivered", &fields, "");
        let actions: Vec<_> = report.recipients.iter().map(|one| one.action).collect();
        assert_eq!(report.kind, Kind::Failure);
        assert_eq!(actions, [Some(Action::Failed), Some(Action::Delayed)]);
    }

    #[test]
    fn the_words_speak_where_the_fields_hold_no_code() {
        let words =
            "<a@example.com>: host mx.example.com[192.0.2.1] said: 550 5.7.1 blocked (in reply to DATA command)";
        let bare = report("", words, &format!("{FIELDS}Status: 5.0.0\nDiagnostic-Code: smtp; failed"), "");
        assert_eq!(first(&bare).text.as_deref(), Some("550 5.7.1 blocked"));
        assert_eq!(first(&bare).command, Some("DATA"));
        let coded = report("", words, &format!("{FIELDS}Status: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 full"), "");
        assert_eq!(first(&coded).text.as_deref(), Some("552 5.2.2 full"));
    }

    #[test]
    fn the_status_in_the_words_counts_before_the_field_and_any_before_a_bare_one() {
        let status = |field: &str, words: &str| {
            let fields = format!("{FIELDS}Status: {field}\nDiagnostic-Code: smtp; {words}");
            first(&report("", "could not be delivered", &fields, "")).status.map(|status| status.to_string())
        };
        assert_eq!(status("5.1.1", "550 5.7.1 blocked").as_deref(), Some("5.7.1"));
        assert_eq!(status("5.1.1", "550 5.0.0 failed").as_deref(), Some("5.1.1"));
        assert_eq!(status("5.1.1", "550 failed").as_deref(), Some("5.1.1"));
    }

    #[test]
    fn who_said_it_says_the_field_before_the_words() {
        let words = "<a@example.com>: host mx1.example.com[192.0.2.1] said: 550 5.1.1 no (in reply to RCPT TO command)";
        let named = report("", words, &format!("{FIELDS}Status: 5.1.1\nRemote-MTA: dns; mx2.example.com"), "");
        assert_eq!(first(&named).remote.as_deref(), Some("mx2.example.com"));
        let silent = report("", words, &format!("{FIELDS}Status: 5.1.1"), "");
        assert_eq!(first(&silent).remote.as_deref(), Some("mx1.example.com"));
    }

    #[test]
    fn the_first_statement_about_a_recipient_counts() {
        let fields = format!(
            "{FIELDS}Status: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 first\n\nFinal-Recipient: rfc822; a@example.com\n\
             Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 5.2.2 second"
        );
        let report = report("", "could not be delivered", &fields, "");
        assert_eq!(report.recipients.len(), 1);
        assert_eq!(first(&report).text.as_deref(), Some("550 5.1.1 first"));
    }
}
