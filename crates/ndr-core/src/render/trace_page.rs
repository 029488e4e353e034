//! Where a message went, as Markdown for a ticket and as an HTML fragment. Nothing from the mail is markup.

use super::findings;
use super::trace::{
    field_rows, hop_rows, node_name, node_words, refusal_words, remarks, source_words, span_words, timing_words,
};
use crate::sanitize::{html as escape, markdown as escape_markdown, markdown_code};
use crate::trace::{Hop, Trace};

/// Renders a trace as Markdown.
///
/// ```
/// let trace = ndr::trace::of_message(b"Received: from `a` by mx.example.com; Tue, 21 Jan 2025 07:00:01 +0000\n\n");
/// assert!(ndr::render::trace_markdown(&trace).contains("| 1 |"));
/// ```
pub fn trace_markdown(trace: &Trace) -> String {
    let mut out = format!("## {}\n", escape_markdown(trace.message.subject.as_deref().unwrap_or("(no subject)")));
    if let Some(words) = source_words(trace) {
        out += &format!("\n{words}\n");
    }
    let rows = field_rows(&trace.message);
    if !rows.is_empty() {
        out.push('\n');
    }
    for (name, value) in rows {
        out += &format!("- {name}: {}\n", markdown_code(value));
    }
    if !trace.chain.nodes.is_empty() {
        out += "\n**Where it went**\n\n";
        for (at, node) in trace.chain.nodes.iter().enumerate() {
            let (_, words) = node_words(&trace.chain, at, node);
            let words = if node.refused { format!("**{words}**") } else { words.to_string() };
            let delay = node.delay.map(|delay| format!(", after {}", span_words(delay))).unwrap_or_default();
            out += &format!("{}. {}: {words}{delay}\n", at + 1, markdown_code(&node_name(node, usize::MAX)));
        }
    }
    if !trace.chain.refusals.is_empty() {
        out += "\n**Who said no**\n\n";
        for refusal in &trace.chain.refusals {
            out += &format!("- {}\n", escape_markdown(&refusal_words(&trace.chain, refusal)));
        }
    }
    let remarks = remarks(trace);
    if !remarks.is_empty() {
        out += &format!("\n{}\n", escape_markdown(&remarks.join(" ")));
    }
    findings::markdown(&mut out, &findings::all(trace));
    if !trace.path.hops.is_empty() {
        out += "\n**Hops**\n\n| | time (UTC) | delay | from | by | with |\n|---|---|---|---|---|---|\n";
        for hop in &trace.path.hops {
            let cells = hop_cells(hop).map(|cell| {
                // In a table, a bar ends the cell even within code.
                if cell.is_empty() { String::new() } else { markdown_code(&cell).replace('|', "\\|") }
            });
            out += &format!(
                "| {} | {} | {} | {} |\n",
                hop.number,
                hop.time.map(|time| time.to_string()).unwrap_or_default(),
                timing_words(hop),
                cells.join(" | ")
            );
        }
    }
    out
}

/// From, by and with in one cell each.
fn hop_cells(hop: &Hop) -> [String; 3] {
    let rows = hop_rows(hop);
    let of = |label: &str| rows.iter().find(|(name, _)| *name == label).map(|(_, value)| value.clone());
    [of("from").or_else(|| of("?")), of("by"), of("with")].map(Option::unwrap_or_default)
}

/// Renders a trace as an HTML fragment.
///
/// ```
/// let trace = ndr::trace::of_message(b"Received: from <script> by mx.example.com; Tue, 21 Jan 2025 07:00:01 +0000\n\n");
/// assert!(!ndr::render::trace_html(&trace).contains("<script"));
/// ```
pub fn trace_html(trace: &Trace) -> String {
    const TABLE: &str = "border-collapse:collapse;font-size:.9em;margin:8px 0";
    const CELL: &str = "border-bottom:1px solid rgba(128,128,128,.4);padding:3px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere";
    let mut out =
        String::from("<div class=\"ndr\" style=\"font-family:system-ui,sans-serif;line-height:1.45;max-width:60em\">");
    let title = trace.message.subject.as_deref().unwrap_or("(no subject)");
    out += &format!("<div style=\"font-size:1.15em;font-weight:600\">{}</div>", escape(title));
    if let Some(words) = source_words(trace) {
        out += &format!("<div style=\"opacity:.75\">{}</div>", escape(words));
    }
    for (name, value) in field_rows(&trace.message) {
        out += &format!("<div><strong>{name}:</strong> <code>{}</code></div>", escape(value));
    }
    if !trace.chain.nodes.is_empty() {
        out += "<div style=\"margin-top:8px\"><strong>Where it went</strong></div><ol style=\"margin:4px 0\">";
        for (at, node) in trace.chain.nodes.iter().enumerate() {
            let (_, words) = node_words(&trace.chain, at, node);
            let color = if node.refused { "color:#c0392b;font-weight:600" } else { "opacity:.75" };
            let delay = node.delay.map(|delay| format!(", after {}", span_words(delay))).unwrap_or_default();
            out += &format!(
                "<li><code>{}</code> <span style=\"{color}\">{words}</span>{delay}</li>",
                escape(&node_name(node, usize::MAX))
            );
        }
        out += "</ol>";
    }
    for refusal in &trace.chain.refusals {
        out += &format!("<div>{}</div>", escape(&refusal_words(&trace.chain, refusal)));
    }
    for line in remarks(trace) {
        out += &format!("<div style=\"opacity:.75\">{}</div>", escape(&line));
    }
    findings::html(&mut out, &findings::all(trace));
    if !trace.path.hops.is_empty() {
        out += &format!("<table style=\"{TABLE}\"><tr>");
        for name in ["", "Time (UTC)", "Delay", "From", "By", "With"] {
            out += &format!("<th style=\"{CELL}\">{name}</th>");
        }
        out += "</tr>";
        for hop in &trace.path.hops {
            let [from, by, with] = hop_cells(hop);
            let time = hop.time.map(|time| time.to_string()).unwrap_or_default();
            out += "<tr>";
            for cell in [hop.number.to_string(), time, timing_words(hop), from, by, with] {
                out += &format!("<td style=\"{CELL}\">{}</td>", escape(&cell));
            }
            out += "</tr>";
        }
        out += "</table>";
    }
    out += "</div>\n";
    out
}
