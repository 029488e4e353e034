//! Reports within mails: which report is the one that is meant, where somebody forwarded or wrapped one.

use crate::page::daemon::{is_bounce_subject, is_daemon, is_daemon_name, names_daemon};
use crate::page::forward::Forwarded;
use crate::page::{self, Page};
use crate::statement::tells;
use crate::text;
use std::borrow::Cow;

/// How deep forwarded reports are followed.
pub(crate) const DEPTH: usize = 2;

/// A report within a mail.
pub(crate) struct Inner<'p> {
    /// The report, header first.
    pub(crate) bytes: Cow<'p, [u8]>,
    /// Whether it is an attachment of a mail that only carries it.
    pub(crate) is_attachment: bool,
    /// The code and the text of the note that says where it was found.
    pub(crate) note: (&'static str, &'static str),
}

/// The reports that an input may hold, the likeliest first. The first that reads as a report is the one that is meant.
pub(crate) fn inner<'p>(page: &'p Page<'_>) -> Vec<Inner<'p>> {
    let mut found = Vec::new();
    if !page.is_pasted {
        found.extend(attached(page));
        found.extend(wrapped(page));
    }
    inline(page, &mut found);
    if page.is_pasted && found.is_empty() {
        found.extend(quoted(page));
    }
    found
}

/// A report that somebody forwarded as an attachment, or that a mail system attached to a notice of its own.
fn attached<'p>(page: &'p Page<'_>) -> Option<Inner<'p>> {
    use crate::mail::PartKind::{DeliveryStatus, Disposition, Feedback};
    let mail = &page.mail;
    let has_own_status = || mail.parts.iter().any(|part| matches!(part.kind, DeliveryStatus | Feedback | Disposition));
    let inner = mail.original.as_deref()?;
    let may_forward = !mail.is_multipart_report && !has_own_status();
    // A report returns what was sent, and that may be a report itself; its own words then hold a code.
    let is_outer = || is_daemon(&mail.headers) && tells(&page.words.text);
    // A forward of a forward holds the report deeper.
    let holds_report = || memchr::memmem::find(inner, b"multipart/report").is_some();
    (may_forward && !is_outer() && (page::is_report(inner) || holds_report())).then_some(Inner {
        bytes: Cow::Borrowed(inner),
        is_attachment: true,
        note: ("forwarded-report", "the report came as an attachment of a mail that forwards it"),
    })
}

/// Reports that somebody's mail client wrote into the text: header lines in its own words, then the report.
fn inline<'p>(page: &'p Page<'_>, found: &mut Vec<Inner<'p>>) {
    let headers = &page.mail.headers;
    // A mail system reports itself, and a person who answers a thread discusses.
    let answers = || {
        let subject = headers.text("Subject").unwrap_or_default().to_lowercase();
        ["re:", "aw:", "sv:", "antw:", "odp:", "ynt:"].iter().any(|mark| subject.starts_with(mark))
    };
    if !page.is_pasted && (page.mail.is_multipart_report || is_daemon_name(headers)) {
        return;
    }
    let answers = !page.is_pasted && answers();
    // What a report returns is no forward, whatever header it begins with.
    let is_report = page.mailer.is_some() || page.is_exchange || tells(&page.words.text);
    let returned = page.words.returned.as_deref().filter(|_| !is_report);
    let texts = [Some(&*page.words.text), returned];
    for one in texts.into_iter().flatten().flat_map(Forwarded::all) {
        // Who quotes the very mail of a mail system, without a header, passes it on, whatever the subject.
        let is_quoted = one.subject.is_empty();
        let is_report = names_daemon(&one.from) || is_bounce_subject(&one.subject.to_lowercase());
        if is_report && (is_quoted || !answers) {
            found.push(Inner {
                bytes: Cow::Owned(one.to_mail()),
                is_attachment: false,
                note: ("forwarded-report", "the report stands in the text of a mail that forwards it"),
            });
        }
    }
}

/// A report that is quoted, line by line, in a pasted text.
fn quoted<'p>(page: &'p Page<'_>) -> Option<Inner<'p>> {
    let is_quoted = |line: &&str| line.trim_start().starts_with(['>', '|']) && !text::is_table_row(line);
    let lines = || text::lines(&page.words.text).filter(|line| !line.trim().is_empty());
    let count = lines().filter(is_quoted).count();
    if count < 3 || count * 2 < lines().count() {
        return None;
    }
    // What is indented behind the marks stays so: an item's words lie deeper than its address.
    let bare = |line: &str| {
        let mut rest = line;
        while let Some(behind) = rest.trim_start().strip_prefix(['>', '|']) {
            rest = behind;
        }
        rest.strip_prefix(' ').unwrap_or(rest).to_string() + "\n"
    };
    let text: String = text::lines(&page.words.text).filter(|line| is_quoted(line)).map(bare).collect();
    Some(Inner {
        bytes: Cow::Owned(text.into_bytes()),
        is_attachment: false,
        note: ("forwarded-report", "the report is quoted in the text"),
    })
}

/// A report that somebody wrapped in words of their own, header and all.
fn wrapped<'p>(page: &'p Page<'_>) -> Option<Inner<'p>> {
    let returned = page.words.returned.as_deref().filter(|returned| page::is_report(returned.as_bytes()))?;
    (!page.fields_stand_in_words() && !tells(&page.words.text)).then_some(Inner {
        bytes: Cow::Borrowed(returned.as_bytes()),
        is_attachment: false,
        note: ("wrapped-report", "the report stands within the text of another mail"),
    })
}

#[cfg(test)]
mod tests {
    const REPORT: &str = "This is the mail system at host mx.example.net.\n\n<a@example.com>: host mx.example.com[192.0.2.1] \
                          said: 550 5.1.1 no such user (in reply to RCPT TO command)\n";

    fn addresses(text: &str) -> Vec<String> {
        crate::decode(text.as_bytes()).recipients.into_iter().filter_map(|one| one.address).collect()
    }

    #[test]
    fn forwards_of_clients_are_unwrapped() {
        let header =
            "From: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nTo: mia@example.org\nSubject: Undelivered Mail";
        for text in [
            format!("Hi IT, what is this?\n\n-----Original Message-----\n{header}\n\n{REPORT}"),
            format!(
                "From: mia@example.org\nTo: it@example.org\nSubject: Fwd: Undelivered Mail\n\nlook\n\n-----Original Message-----\n{header}\n\n{REPORT}"
            ),
            format!(
                "Von: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nGesendet: Montag\nAn: mia@example.org\nBetreff: Undelivered Mail\n\n{REPORT}"
            ),
            format!(
                "look\n\n{}",
                format!("{header}\n\n{REPORT}").lines().map(|line| format!("> {line}\n")).collect::<String>()
            ),
        ] {
            assert_eq!(addresses(&text), ["a@example.com"], "{text}");
        }
    }

    #[test]
    fn a_person_who_answers_reports_nothing() {
        let quoted: String = REPORT.lines().map(|line| format!("> {line}\n")).collect();
        let text = format!(
            "From: mia@example.org\nTo: it@example.org\nSubject: Re: your mail\n\nDid you see this?\n\n{quoted}"
        );
        assert_eq!(addresses(&text), Vec::<String>::new());
    }
}
