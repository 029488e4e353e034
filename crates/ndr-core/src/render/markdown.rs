//! The answer as Markdown, for a ticket or a wiki. Nothing from the mail is markup.

use super::words::{
    act_words, certainty_words, fate_words, groups, kind_words, permanence_words, retry_words, suppress_words,
};
use crate::report::Report;
use crate::sanitize::{markdown as escape, markdown_code};
use crate::vocabulary::Kind;

/// Renders a report as Markdown.
///
/// ```
/// let report = ndr::explain("550 5.7.606 Access denied, banned sending IP [203.0.113.7]");
/// assert!(ndr::render::markdown(&report).starts_with("## "));
/// ```
pub fn markdown(report: &Report) -> String {
    let mut out = String::new();
    if !matches!(report.kind, Kind::Failure | Kind::Delay) || report.recipients.is_empty() {
        out += &format!("## {}\n", kind_words(report.kind));
    }
    for group in groups(report).iter().filter(|_| matches!(report.kind, Kind::Failure | Kind::Delay)) {
        let recipient = group.first();
        let title = recipient.diagnosis.as_ref().map_or(fate_words(report, recipient), |d| d.entry.title);
        if !out.is_empty() {
            out.push('\n');
        }
        out += &format!("## {}\n\n", escape_own(title));
        for one in &group.recipients {
            if let Some(address) = &one.address {
                out += &format!("- Recipient: {}\n", markdown_code(address));
            }
        }
        if let Some(diagnosis) = &recipient.diagnosis {
            out += &format!("- Who acts: {}\n", act_words(diagnosis));
            out += &format!(
                "- {}; {}; {}\n",
                permanence_words(diagnosis),
                suppress_words(diagnosis.suppress),
                retry_words(diagnosis.retry)
            );
            if diagnosis.entry.security {
                out += "- **This may mean that an account was taken over, or an attack. Check that first.**\n";
            }
        }
        if let Some(text) = &recipient.text {
            let by = recipient.remote.as_deref().map(|host| format!(" ({})", markdown_code(host))).unwrap_or_default();
            out += &format!("\n**What the server said**{by}\n\n> {}\n", markdown_code(text));
        }
        let Some(diagnosis) = &recipient.diagnosis else {
            continue;
        };
        out += &format!("\n**What it means**\n\n{}\n", escape(&diagnosis.meaning()));
        for (title, steps) in
            [("What the sender does", diagnosis.steps_sender()), ("What an admin does", diagnosis.steps_admin())]
        {
            if !steps.is_empty() {
                out += &format!("\n**{title}**\n\n");
                for (i, step) in steps.iter().enumerate() {
                    out += &format!("{}. {}\n", i + 1, escape(step));
                }
            }
        }
        if !diagnosis.entry.links.is_empty() {
            out += "\n**Links**\n\n";
            for link in diagnosis.entry.links {
                out += &format!("- <{link}>\n");
            }
        }
        out += &format!("\n*How sure: {}. Entry: `{}`.*\n", certainty_words(diagnosis), diagnosis.entry.slug);
    }
    let original = &report.original;
    let rows = [
        ("Subject", &original.subject),
        ("From", &original.from),
        ("Sent", &original.date),
        ("Message-ID", &original.message_id),
        ("Reported by", &report.generator),
    ];
    if rows.iter().any(|(_, value)| value.is_some()) {
        out += "\n**Details**\n\n";
        for (name, value) in rows {
            if let Some(value) = value {
                out += &format!("- {name}: {}\n", markdown_code(value));
            }
        }
    }
    for note in report.notes.iter().filter(|note| note.code != "kind") {
        out += &format!("- Note: {}\n", escape(&note.text));
    }
    out
}

/// A title of our own: only the characters that would be markup in it.
fn escape_own(text: &str) -> String {
    text.replace('_', "\\_").replace('*', "\\*")
}
