//! The answer as one HTML fragment: a card that needs no script, no style sheet and no network, readable on light and
//! dark backgrounds. Everything from the mail is escaped; links come from the catalogue only.

use super::{act_words, basis_words, groups, kind_words, permanence_words, retry_words, suppress_words};
use crate::report::{Kind, Report};
use crate::sanitize::html as escape;

const STYLE: &str = "border:1px solid rgba(128,128,128,.4);border-left:4px solid #c0392b;border-radius:6px;padding:12px 16px;margin:8px 0;max-width:46em;font-family:system-ui,sans-serif;line-height:1.45";

/// Renders a report as an HTML fragment.
///
/// ```
/// let report = ndr::explain("550 5.1.1 <script>alert(1)</script> User unknown");
/// assert!(!ndr::render::html(&report).contains("<script"));
/// ```
pub fn html(report: &Report) -> String {
    let mut out = String::from("<div class=\"ndr\">");
    if !matches!(report.kind, Kind::Failure | Kind::Delay) || report.recipients.is_empty() {
        out += &format!(
            "<div style=\"{}\"><strong>{}</strong></div>",
            STYLE.replace("#c0392b", "#7f8c8d"),
            escape(kind_words(report.kind))
        );
    }
    for group in groups(report).iter().filter(|_| matches!(report.kind, Kind::Failure | Kind::Delay)).take(50) {
        let recipient = group.first();
        let color = if report.kind == Kind::Delay { "#d68910" } else { "#c0392b" };
        out += &format!("<div style=\"{}\">", STYLE.replace("#c0392b", color));
        let title = recipient
            .diagnosis
            .as_ref()
            .map_or("Delivery failed for a reason that ndr does not know", |d| d.entry.title);
        out += &format!("<div style=\"font-size:1.15em;font-weight:600\">{}</div>", escape(title));
        if let Some(diagnosis) = &recipient.diagnosis {
            out += &format!(
                "<div style=\"opacity:.75\">{} · {} · {}</div>",
                permanence_words(diagnosis),
                escape(suppress_words(diagnosis.entry.suppress)),
                escape(retry_words(diagnosis.entry.retry))
            );
            out += &format!(
                "<div style=\"margin-top:6px\"><strong>Who acts:</strong> {}</div>",
                escape(&act_words(diagnosis))
            );
            if diagnosis.entry.security {
                out += "<div style=\"color:#c0392b;font-weight:600\">This may mean that an account was taken over, or an attack. Check that first.</div>";
            }
        }
        let addresses: Vec<String> = group
            .recipients
            .iter()
            .filter_map(|r| r.address.as_deref())
            .take(10)
            .map(|a| format!("<code>{}</code>", escape(a)))
            .collect();
        if !addresses.is_empty() {
            let more = group.recipients.len().saturating_sub(10);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            out += &format!("<div><strong>To:</strong> {}{more}</div>", addresses.join(", "));
        }
        if let Some(text) = &recipient.text {
            out += "<div style=\"margin-top:8px\"><strong>What the server said</strong>";
            if let Some(host) = &recipient.remote {
                out += &format!(" <span style=\"opacity:.75\">({})</span>", escape(host));
            }
            let phrase = recipient
                .diagnosis
                .as_ref()
                .and_then(|d| d.evidence.as_ref())
                .map(|e| e.phrase.as_str())
                .unwrap_or_default();
            let marked = match text.split_once(phrase).filter(|_| !phrase.is_empty()) {
                Some((before, after)) => format!(
                    "{}<u style=\"text-decoration-color:#c0392b;text-decoration-thickness:2px\">{}</u>{}",
                    escape(before),
                    escape(phrase),
                    escape(after)
                ),
                None => escape(text),
            };
            out += &format!(
                "<div style=\"font-family:ui-monospace,monospace;font-size:.9em;background:rgba(128,128,128,.12);border-radius:4px;padding:6px 8px;overflow-wrap:anywhere\">{marked}</div></div>"
            );
        }
        if let Some(diagnosis) = &recipient.diagnosis {
            out += &format!("<p style=\"margin:8px 0\">{}</p>", escape(&diagnosis.meaning()));
            for (title, steps) in
                [("What the sender does", diagnosis.steps_sender()), ("What an admin does", diagnosis.steps_admin())]
            {
                if !steps.is_empty() {
                    out += &format!(
                        "<div><strong>{title}</strong></div><ol style=\"margin:4px 0 8px 0;padding-left:1.6em\">"
                    );
                    for step in steps {
                        out += &format!("<li>{}</li>", escape(&step));
                    }
                    out += "</ol>";
                }
            }
            for link in diagnosis.entry.links {
                out += &format!("<div><a href=\"{0}\" rel=\"noopener noreferrer\">{0}</a></div>", escape(link));
            }
            out += &format!(
                "<div style=\"opacity:.65;font-size:.85em;margin-top:6px\">{} · <code>{}</code></div>",
                escape(basis_words(diagnosis.basis)),
                escape(diagnosis.entry.slug)
            );
        }
        out += "</div>";
    }
    out += "</div>\n";
    out
}
