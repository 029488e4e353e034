//! What a header says besides the route: authentication, filters, Exchange addresses, hints. Collected once as lines,
//! which each format renders.

use super::terminal::{Paint, bullet, heading, wrap};
use crate::sanitize::{html as escape, markdown as escape_markdown, markdown_code, terminal};
use crate::trace::{Authentication, DnsRecord, ExchangeAddress, Fix, Knowledge, Trace};

/// A heading with its lines.
pub(crate) struct Section {
    title: &'static str,
    lines: Vec<Line>,
}

/// A line without its format.
enum Line {
    /// A sentence.
    Say(String),
    /// One of several.
    Point(String),
    /// What to do about it.
    Step(String),
    /// A name and what it says.
    Pair(String, String),
    /// Something to copy: a record or a command, never broken.
    Code(String),
    /// A side remark.
    Remark(String),
}

/// Everything, as `ndr headers` shows it.
pub(crate) fn all(trace: &Trace) -> Vec<Section> {
    let mut sections = Vec::new();
    if let Some(authentication) = trace.authentication.as_deref() {
        sections.push(checks(authentication));
        sections.push(Section { title: "What to change", lines: causes(authentication) });
    }
    sections.push(Section { title: "What filters said", lines: filters(trace) });
    sections.push(Section { title: "Addresses of Exchange", lines: exchange_addresses(&trace.exchange_addresses) });
    sections.push(hints(trace));
    sections.retain(|section| !section.lines.is_empty());
    sections
}

/// What matters within the answer to a bounce.
pub(crate) fn short(trace: &Trace) -> Vec<Section> {
    let mut sections = Vec::new();
    if let Some(authentication) = trace.authentication.as_deref() {
        let verdict = &authentication.verdict;
        let cause = verdict.causes.iter().find(|cause| !cause.harmless);
        if verdict.authenticated == Some(false) || cause.is_some() {
            let mut lines = vec![Line::Say(verdict.words.clone())];
            let fix = cause.and_then(|cause| cause.fixes.first());
            lines.extend(fix.map(|fix| Line::Step(fix.words.clone())));
            sections.push(Section { title: "Authentication failed", lines });
        }
    }
    sections.push(Section { title: "Addresses of Exchange", lines: exchange_addresses(&trace.exchange_addresses) });
    sections.push(hints(trace));
    sections.retain(|section| !section.lines.is_empty());
    sections
}

fn checks(authentication: &Authentication) -> Section {
    let verdict = &authentication.verdict;
    let mut lines = vec![Line::Say(verdict.words.clone())];
    lines.extend(verdict.checks.iter().map(|check| Line::Point(check.words.clone())));
    if let Some(action) = &verdict.action {
        let meaning = action.meaning.unwrap_or("not known");
        lines
            .push(Line::Pair("action".to_string(), format!("{}: {meaning}{}", action.value, caveat(action.knowledge))));
    }
    if let Some(composite) = &verdict.composite {
        let reason = composite.reason.as_deref().map(|reason| format!(", reason {reason}")).unwrap_or_default();
        let meaning = composite.meaning.unwrap_or("Microsoft does not say what that means.");
        lines.push(Line::Pair("compauth".to_string(), format!("{}{reason}: {meaning}", composite.outcome)));
    }
    if let Some(trusted) = &authentication.trusted {
        lines.push(Line::Remark(format!("These results are believed: {}.", trusted.words)));
    }
    lines.extend(authentication.notes.iter().map(|note| Line::Remark(note.text.to_string())));
    Section { title: "Authentication", lines }
}

/// Why it failed, and what to publish or to change; each remedy once.
fn causes(authentication: &Authentication) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut said: Vec<&Fix> = Vec::new();
    for cause in &authentication.verdict.causes {
        let lead = if cause.harmless { "Harmless: " } else { "" };
        // The verdict begins with the words of the first cause.
        if !authentication.verdict.words.contains(&cause.words) {
            lines.push(Line::Point(format!("{lead}{}", cause.words)));
        }
        for fix in &cause.fixes {
            if said.contains(&fix) {
                continue;
            }
            said.push(fix);
            lines.push(Line::Step(fix.words.clone()));
            lines.extend(fix.record.as_ref().map(|record| Line::Code(record_words(record))));
            lines.extend(fix.command.clone().map(Line::Code));
        }
    }
    lines
}

/// A record as zone files write it, or its name and type where only the domain's own systems know the value.
fn record_words(record: &DnsRecord) -> String {
    match &record.value {
        Some(value) if record.adds => format!("{} {}, add: {value}", record.name, record.kind),
        Some(value) => format!("{} {} \"{value}\"", record.name, record.kind),
        None => format!("{} {}", record.name, record.kind),
    }
}

const fn caveat(knowledge: Knowledge) -> &'static str {
    match knowledge {
        Knowledge::Documented => "",
        Knowledge::Observed => " (not documented; commonly read so)",
        Knowledge::Undocumented => " (not documented)",
    }
}

fn filters(trace: &Trace) -> Vec<Line> {
    let mut lines = Vec::new();
    for header in &trace.antispam.headers {
        let whose = if header.foreign { ", of another organisation" } else { "" };
        let mut unknown: Vec<&str> = Vec::new();
        let mut told: Vec<Line> = Vec::new();
        for field in &header.fields {
            match field.meaning {
                _ if field.value.is_empty() => {}
                Some(meaning) => {
                    let text = format!("{}: {meaning}{}", field.title, caveat(field.knowledge));
                    told.push(Line::Pair(format!("{} {}", field.key, field.value), text));
                }
                None if field.knowledge == Knowledge::Undocumented => unknown.push(&field.key),
                None => told.push(Line::Pair(format!("{} {}", field.key, field.value), field.title.to_string())),
            }
        }
        if told.is_empty() && unknown.is_empty() {
            continue;
        }
        lines.push(Line::Remark(format!("{}{whose}", header.name)));
        lines.extend(told);
        if !unknown.is_empty() {
            unknown.truncate(12);
            lines.push(Line::Remark(format!("not documented: {}", unknown.join(", "))));
        }
    }
    lines
}

fn exchange_addresses(addresses: &[ExchangeAddress]) -> Vec<Line> {
    let mut lines = Vec::new();
    for address in addresses.iter().take(10) {
        lines.push(Line::Point(address.written.clone()));
        lines.push(Line::Pair("stands for".to_string(), address.decoded.clone()));
        lines.push(Line::Step(address.words.to_string()));
        lines.extend(address.command("MAILBOX").map(Line::Code));
    }
    lines
}

fn hints(trace: &Trace) -> Section {
    let lines = trace.hints.iter().map(|hint| Line::Point(hint.words.clone())).collect();
    Section { title: "Hints, not proofs", lines }
}

/// The sections for a terminal.
pub(crate) fn human(out: &mut String, sections: &[Section], width: usize, paint: Paint) {
    for section in sections {
        heading(out, section.title, paint);
        for line in &section.lines {
            match line {
                Line::Say(text) => wrapped(out, "    ", "    ", text, width),
                Line::Point(text) => bullet(out, text, width),
                Line::Step(text) => wrapped(out, "      → ", "        ", text, width),
                Line::Pair(label, text) => {
                    wrapped(out, &format!("    {}  ", terminal(label)), "        ", text, width);
                }
                Line::Code(text) => *out += &format!("        {}\n", paint.cyan(&terminal(text))),
                Line::Remark(text) => {
                    for part in wrap(&terminal(text), width - 4) {
                        *out += &format!("    {}\n", paint.dim(&part));
                    }
                }
            }
        }
    }
}

/// A text with a lead in front of its first line and another in front of the rest.
fn wrapped(out: &mut String, lead: &str, rest: &str, text: &str, width: usize) {
    let options = textwrap::Options::new(width)
        .initial_indent(lead)
        .subsequent_indent(rest)
        .word_splitter(textwrap::WordSplitter::NoHyphenation);
    for line in textwrap::wrap(&terminal(text), options) {
        *out += line.trim_end();
        out.push('\n');
    }
}

/// The sections as Markdown.
pub(crate) fn markdown(out: &mut String, sections: &[Section]) {
    for section in sections {
        *out += &format!("\n**{}**\n\n", section.title);
        for line in &section.lines {
            *out += &match line {
                Line::Say(text) => format!("{}\n\n", escape_markdown(text)),
                Line::Point(text) => format!("- {}\n", escape_markdown(text)),
                Line::Step(text) => format!("  - {}\n", escape_markdown(text)),
                Line::Pair(label, text) => format!("- {}: {}\n", markdown_code(label), escape_markdown(text)),
                Line::Code(text) => format!("  - {}\n", markdown_code(text)),
                Line::Remark(text) => format!("- *{}*\n", escape_markdown(text)),
            };
        }
    }
}

/// The sections as HTML.
pub(crate) fn html(out: &mut String, sections: &[Section]) {
    for section in sections {
        *out += &format!("<div style=\"margin-top:8px\"><strong>{}</strong></div>", escape(section.title));
        for line in &section.lines {
            *out += &match line {
                Line::Say(text) | Line::Point(text) => format!("<div>{}</div>", escape(text)),
                Line::Step(text) => {
                    format!("<div style=\"padding-left:1.6em\">{}</div>", escape(text))
                }
                Line::Pair(label, text) => format!("<div><code>{}</code> {}</div>", escape(label), escape(text)),
                Line::Code(text) => format!(
                    "<div style=\"padding-left:1.6em;overflow-wrap:anywhere\"><code>{}</code></div>",
                    escape(text)
                ),
                Line::Remark(text) => format!("<div style=\"opacity:.65;font-size:.85em\">{}</div>", escape(text)),
            };
        }
    }
}
