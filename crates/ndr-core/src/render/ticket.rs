//! A text to paste into a mail or a ticket, for the person who has to act next.

use super::words::{fate, groups, kind_words, permanence_words};
use crate::report::Report;
use crate::sanitize::terminal;
use crate::vocabulary::Kind;

/// Whom the text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// The person who sent the message: plain words, their own steps.
    Sender,
    /// An admin: the server's words and the admin's steps.
    Admin,
    /// A provider's support: the facts, no advice.
    Support,
}

/// Renders the text.
///
/// ```
/// use ndr::render::{Audience, ticket};
/// let report = ndr::explain("550 5.7.606 Access denied, banned sending IP [203.0.113.7]");
/// assert!(ticket(&report, Audience::Admin).contains("203.0.113.7"));
/// ```
pub fn ticket(report: &Report, audience: Audience) -> String {
    let mut out = String::new();
    // Who got the message needs no help.
    let troubled = groups(report).into_iter().filter(|group| fate(report, group.first()) != Kind::Success);
    for (i, group) in troubled.enumerate() {
        if i > 0 {
            out += "\n----\n\n";
        }
        let recipient = group.first();
        let addresses: Vec<String> =
            group.recipients.iter().filter_map(|r| r.address.as_deref()).map(|a| terminal(a).into_owned()).collect();
        let to = if addresses.is_empty() { String::new() } else { format!(" to {}", addresses.join(", ")) };
        let subject = report.original.subject.as_deref().map(|s| format!(" \"{}\"", terminal(s))).unwrap_or_default();
        let date = report.original.date.as_deref().map(|d| format!(" of {}", terminal(d))).unwrap_or_default();
        let diagnosis = recipient.diagnosis.as_ref();
        let sentence = |text: &str| {
            let text = text.trim_end_matches('.');
            format!("{text}.\n")
        };
        match audience {
            Audience::Sender => {
                let fate =
                    if fate(report, recipient) == Kind::Delay { "is not delivered yet" } else { "was not delivered" };
                out += &format!("Your message{subject}{date}{to} {fate}.\n\n");
                match diagnosis {
                    Some(d) => {
                        out += &sentence(d.entry.title);
                        out += &format!("{}\n", terminal(&d.meaning()));
                        if !d.steps_sender().is_empty() {
                            out += "\nWhat you can do:\n";
                            for (n, step) in d.steps_sender().iter().enumerate() {
                                out += &format!("{}. {}\n", n + 1, terminal(step));
                            }
                        } else {
                            out += "\nThere is nothing for you to do; your mail admin has to act.\n";
                        }
                    }
                    None => out += "The report does not say why in a way that we know.\n",
                }
            }
            Audience::Admin => {
                match diagnosis {
                    Some(d) => {
                        out += &format!("Bounce: {} ({}, {})\n", d.entry.title, d.entry.slug, permanence_words(d))
                    }
                    None => out += &format!("Bounce: {}\n", kind_words(report.kind)),
                }
                facts(&mut out, report, recipient, &addresses);
                if let Some(d) = diagnosis {
                    out += &format!("\n{}\n", terminal(&d.meaning()));
                    if d.entry.security {
                        out += "This may mean that an account was taken over, or an attack. Check that first.\n";
                    }
                    if !d.steps_admin().is_empty() {
                        out += "\nSteps:\n";
                        for (n, step) in d.steps_admin().iter().enumerate() {
                            out += &format!("{}. {}\n", n + 1, terminal(step));
                        }
                    }
                    for link in d.entry.links {
                        out += &format!("See {link}\n");
                    }
                }
            }
            Audience::Support => {
                out += &format!("We ask for help with mail{to} that is refused.\n\n");
                facts(&mut out, report, recipient, &addresses);
                if let Some(d) = diagnosis {
                    out += &format!("\nWe read it as: {}", sentence(d.entry.title));
                    for (name, value) in &d.values {
                        out += &format!("{name}: {}\n", terminal(value));
                    }
                }
            }
        }
    }
    if out.is_empty() {
        out += &format!("{}.\n", kind_words(report.kind));
    }
    out
}

fn facts(out: &mut String, report: &Report, recipient: &crate::Recipient, addresses: &[String]) {
    let mut row = |name: &str, value: Option<&str>| {
        if let Some(value) = value {
            *out += &format!("{name}: {}\n", terminal(value));
        }
    };
    row("Recipient", (!addresses.is_empty()).then(|| addresses.join(", ")).as_deref());
    row("Server's words", recipient.text.as_deref());
    row("Refused by", recipient.remote.as_deref());
    row("Reported by", report.generator.as_deref());
    row("Command", recipient.command);
    row("From", report.original.from.as_deref());
    row("Subject", report.original.subject.as_deref());
    row("Sent", report.original.date.as_deref());
    row("Message-ID", report.original.message_id.as_deref());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_got_the_message_needs_no_help() {
        let mail = b"From: mailer-daemon@example.net\r\nSubject: Report\r\n\
            Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n\
            --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n\
            Final-Recipient: rfc822; oak@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n\
            Final-Recipient: rfc822; elm@example.org\r\nAction: delivered\r\nStatus: 2.1.5\r\n\r\n\
            Final-Recipient: rfc822; ash@example.org\r\nAction: delayed\r\nStatus: 4.4.1\r\n--b--\r\n";
        let text = ticket(&crate::decode(mail), Audience::Sender);
        assert!(text.contains("to oak@example.org was not delivered"), "{text}");
        assert!(text.contains("to ash@example.org is not delivered yet"), "{text}");
        assert!(!text.contains("elm@example.org"), "{text}");
        assert!(crate::render::human(&crate::decode(mail), crate::render::Options::default()).contains("✓ Delivered"));
    }
}
