//! The answer as one HTML fragment: a card that needs no script, no style sheet and no network. It takes its colours
//! from the page, so it is readable on light and on dark ones. Everything from the mail is escaped; links come from the
//! catalogue only.

use super::entry::{act, codes, permanence, plain};
use super::words::{
    Group, act_words, certainty_words, fate, fate_words, groups, kind_words, permanence_words, retry_words,
    suppress_words,
};
use crate::report::{Diagnosis, Recipient, Report};
use crate::sanitize::html as escape;
use crate::vocabulary::Kind;
use ndr_resolve::{Actor, Entry};

/// Most groups of recipients that are shown, and most recipients of a group.
const GROUPS: usize = 20;
const RECIPIENTS: usize = 10;
/// Most rows of a table of entries.
const ROWS: usize = 60;
/// Most bytes of a server's words that are shown.
const WORDS: usize = 4000;

/// Accents that stand out on white and on black alike.
const RED: &str = "#d9534f";
const AMBER: &str = "#d98a1f";
const GREEN: &str = "#3c9d5b";
const BLUE: &str = "#4a8fe0";
const GREY: &str = "#8a8f98";

/// Renders a report as an HTML fragment.
///
/// ```
/// let report = ndr::explain("550 5.1.1 <script>alert(1)</script> User unknown");
/// assert!(!ndr::render::html(&report).contains("<script"));
/// ```
pub fn html(report: &Report) -> String {
    let mut out = String::from("<div class=\"ndr\">\n");
    let failed = matches!(report.kind, Kind::Failure | Kind::Delay);
    let shown = if failed { groups(report) } else { Vec::new() };
    if shown.is_empty() {
        plain_card(&mut out, report);
    }
    for (at, group) in shown.iter().enumerate().take(GROUPS) {
        let last = at + 1 == shown.len().min(GROUPS);
        group_card(&mut out, report, group, last);
    }
    if shown.len() > GROUPS {
        out += &format!("<div>… and {} more groups of recipients</div>\n", shown.len() - GROUPS);
    }
    out + "</div>\n"
}

/// Renders an entry of the catalogue as an HTML fragment.
///
/// ```
/// let entry = ndr::catalog().by_slug("banned-sending-ip").unwrap();
/// assert!(ndr::render::entry_html(entry).contains("5.7.606-649"));
/// ```
pub fn entry_html(entry: &Entry) -> String {
    let mut out = String::from("<div class=\"ndr\">\n");
    open(&mut out, BLUE);
    title(&mut out, "", entry.title);
    chips(&mut out, &[&codes(entry), entry.provider, entry.category.slug(), permanence(entry)]);
    verdict(&mut out, &act(entry), &[suppress_words(entry.suppress), retry_words(entry.retry)]);
    warning(&mut out, entry);
    out += &format!("<p style=\"margin:10px 0\">{}</p>\n", escape(&ndr_resolve::fill(entry.meaning, &[])));
    steps(&mut out, entry, plain(entry.steps_sender), plain(entry.steps_admin));
    heading(&mut out, "How servers say it");
    for example in entry.examples {
        words(&mut out, example, "");
    }
    links(&mut out, entry);
    footer(&mut out, &[entry.slug]);
    close(&mut out);
    out + "</div>\n"
}

/// Renders entries of the catalogue as an HTML table.
///
/// ```
/// let entries: Vec<_> = ndr::catalog().entries().iter().take(3).collect();
/// assert_eq!(ndr::render::entries_html(&entries).matches("<tr>").count(), 4);
/// ```
pub fn entries_html(entries: &[&Entry]) -> String {
    const CELL: &str = "text-align:left;vertical-align:top;padding:3px 10px";
    let row = |cells: [&str; 5], tag: &str| {
        let cells = cells.map(|cell| format!("<{tag} style=\"{CELL}\">{cell}</{tag}>"));
        format!("<tr>{}</tr>\n", cells.concat())
    };
    let mut out = String::from("<div class=\"ndr\">\n<table style=\"border-collapse:collapse\">\n");
    out += &row(["Codes", "Meaning", "Category", "Who acts", "Slug"], "th");
    for entry in entries.iter().take(ROWS) {
        let slug = format!("<code>{}</code>", escape(entry.slug));
        let cells = [escape(&codes(entry)), escape(entry.title), escape(entry.category.slug()), escape(&act(entry))];
        out += &row([&cells[0], &cells[1], &cells[2], &cells[3], &slug], "td");
    }
    out += "</table>\n";
    if entries.len() > ROWS {
        out += &format!("<div style=\"opacity:.75\">… and {} more entries</div>\n", entries.len() - ROWS);
    }
    out + "</div>\n"
}

/// Colour and mark of an outcome.
const fn look(kind: Kind) -> (&'static str, &'static str) {
    match kind {
        Kind::Success => (GREEN, "✓"),
        Kind::Failure => (RED, "✗"),
        Kind::Delay => (AMBER, "●"),
        _ => (GREY, "·"),
    }
}

/// A message that is not a failure, or that names no recipient.
fn plain_card(out: &mut String, report: &Report) {
    let (accent, mark) = look(report.kind);
    open(out, accent);
    title(out, mark, kind_words(report.kind));
    let addresses: Vec<&str> = report.recipients.iter().filter_map(|r| r.address.as_deref()).collect();
    recipients(out, &addresses);
    details(out, report, None);
    close(out);
}

fn group_card(out: &mut String, report: &Report, group: &Group<'_>, last: bool) {
    let recipient = group.first();
    let (accent, mark) = look(fate(report, recipient));
    open(out, accent);
    let addresses: Vec<&str> = group.recipients.iter().filter_map(|r| r.address.as_deref()).collect();
    match &recipient.diagnosis {
        Some(diagnosis) => {
            title(out, mark, diagnosis.entry.title);
            let advice =
                [permanence_words(diagnosis), suppress_words(diagnosis.suppress), retry_words(diagnosis.retry)];
            verdict(out, &act_words(diagnosis), &advice);
            warning(out, diagnosis.entry);
        }
        None => title(out, mark, fate_words(report, recipient)),
    }
    recipients(out, &addresses);
    said(out, recipient);
    match &recipient.diagnosis {
        Some(diagnosis) => meaning(out, diagnosis),
        None => candidates(out, recipient),
    }
    if last {
        details(out, report, Some(recipient));
    }
    if let Some(diagnosis) = &recipient.diagnosis {
        footer(out, &[&certainty_words(diagnosis), diagnosis.entry.slug]);
    }
    close(out);
}

fn open(out: &mut String, accent: &str) {
    *out += &format!(
        "<div style=\"border:1px solid rgba(128,128,128,.35);border-left:5px solid {accent};border-radius:6px;\
         padding:14px 18px;margin:10px 0;max-width:52em;font-family:system-ui,sans-serif;font-size:14px;\
         line-height:1.5;overflow-wrap:anywhere\">\n"
    );
}

fn close(out: &mut String) {
    *out += "</div>\n";
}

fn title(out: &mut String, mark: &str, text: &str) {
    let mark = if mark.is_empty() { String::new() } else { format!("{mark} ") };
    *out += &format!("<div style=\"font-size:1.25em;font-weight:600;line-height:1.3\">{mark}{}</div>\n", escape(text));
}

fn heading(out: &mut String, text: &str) {
    *out += &format!("<div style=\"margin-top:12px;font-weight:600\">{text}</div>\n");
}

/// Who must act, and what becomes of the address and the message.
fn verdict(out: &mut String, act: &str, advice: &[&str]) {
    *out += &format!(
        "<div style=\"margin:8px 0 4px\"><span style=\"opacity:.75\">Who acts:</span> \
         <strong style=\"border-bottom:2px solid {BLUE}\">{}</strong></div>\n",
        escape(act)
    );
    chips(out, advice);
}

fn chips(out: &mut String, words: &[&str]) {
    *out += "<div style=\"display:flex;flex-wrap:wrap;gap:6px;margin:6px 0\">";
    for word in words.iter().filter(|word| !word.is_empty()) {
        *out += &format!(
            "<span style=\"background:rgba(128,128,128,.16);border-radius:10px;padding:1px 10px;font-size:.9em\">\
             {}</span>",
            escape(word)
        );
    }
    *out += "</div>\n";
}

fn warning(out: &mut String, entry: &Entry) {
    if entry.security {
        *out += &format!(
            "<div style=\"border:1px solid {RED};border-radius:4px;padding:4px 10px;margin:8px 0\">⚠ This may mean that \
             an account was taken over, or an attack. Check that first.</div>\n"
        );
    }
}

fn recipients(out: &mut String, addresses: &[&str]) {
    if addresses.is_empty() {
        return;
    }
    let shown: Vec<String> =
        addresses.iter().take(RECIPIENTS).map(|address| format!("<code>{}</code>", escape(address))).collect();
    let more = addresses.len().saturating_sub(RECIPIENTS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    *out += &format!("<div><span style=\"opacity:.75\">To:</span> {}{more}</div>\n", shown.join(", "));
}

/// The server's own words, with the deciding phrase underlined.
fn said(out: &mut String, recipient: &Recipient) {
    let Some(text) = &recipient.text else { return };
    let by = match (&recipient.remote, recipient.command) {
        (Some(host), Some(command)) => format!("{host}, after {command}"),
        (Some(host), None) => host.clone(),
        (None, Some(command)) => format!("after {command}"),
        (None, None) => String::new(),
    };
    let by = if by.is_empty() { by } else { format!(" <span style=\"opacity:.7\">{}</span>", escape(&by)) };
    heading(out, &format!("What the server said{by}"));
    let evidence = recipient.diagnosis.as_ref().and_then(|diagnosis| diagnosis.evidence.as_ref());
    words(out, text, evidence.map_or("", |evidence| evidence.phrase.as_str()));
}

/// Words of a server in a box; `phrase`, where they hold it, underlined.
fn words(out: &mut String, text: &str, phrase: &str) {
    let cut = shortened(text);
    let marked = match cut.split_once(phrase).filter(|_| !phrase.is_empty()) {
        Some((before, after)) => format!(
            "{}<span style=\"text-decoration:underline 2px {RED};text-underline-offset:3px\">{}</span>{}",
            escape(before),
            escape(phrase),
            escape(after)
        ),
        None => escape(cut),
    };
    let dots = if cut.len() < text.len() { " …" } else { "" };
    *out += &format!(
        "<div style=\"font-family:ui-monospace,monospace;font-size:.92em;background:rgba(128,128,128,.13);\
         border-radius:4px;padding:7px 10px;margin:4px 0\">{marked}{dots}</div>\n"
    );
}

/// The beginning of a long text.
fn shortened(text: &str) -> &str {
    (0..=WORDS.min(text.len())).rev().find_map(|end| text.get(..end)).unwrap_or_default()
}

fn meaning(out: &mut String, diagnosis: &Diagnosis) {
    *out += &format!("<p style=\"margin:10px 0\">{}</p>\n", escape(&diagnosis.meaning()));
    steps(out, diagnosis.entry, diagnosis.steps_sender(), diagnosis.steps_admin());
    links(out, diagnosis.entry);
}

/// The steps of sender and admin, side by side if there is room; the one who acts first comes first.
fn steps(out: &mut String, entry: &Entry, sender: Vec<String>, admin: Vec<String>) {
    let admin_first = matches!(entry.act.first(), Some(Actor::SenderAdmin | Actor::RecipientAdmin | Actor::Provider));
    let mut lists = [("What the sender does", sender), ("What an admin does", admin)];
    if admin_first {
        lists.reverse();
    }
    *out += "<div style=\"display:flex;flex-wrap:wrap;gap:0 28px\">\n";
    for (title, steps) in lists.iter().filter(|(_, steps)| !steps.is_empty()) {
        *out += "<div style=\"flex:1 1 20em;min-width:0\">\n";
        heading(out, title);
        *out += "<ol style=\"margin:4px 0;padding-left:1.6em\">\n";
        for step in steps {
            *out += &format!("<li style=\"margin:3px 0\">{}</li>\n", escape(step));
        }
        *out += "</ol>\n</div>\n";
    }
    *out += "</div>\n";
}

fn links(out: &mut String, entry: &Entry) {
    for link in entry.links {
        let link = escape(link);
        *out += &format!(
            "<div style=\"margin-top:4px\"><a href=\"{link}\" rel=\"noopener noreferrer\" style=\"color:{BLUE}\">{link}</a></div>\n"
        );
    }
}

fn candidates(out: &mut String, recipient: &Recipient) {
    if recipient.others.is_empty() {
        return;
    }
    heading(out, "What it may be");
    *out += "<ul style=\"margin:4px 0;padding-left:1.6em\">\n";
    for entry in recipient.others.iter().take(8) {
        *out += &format!("<li>{} (<code>{}</code>)</li>\n", escape(entry.title), escape(entry.slug));
    }
    *out += "</ul>\n";
}

/// The technical side, folded.
fn details(out: &mut String, report: &Report, recipient: Option<&Recipient>) {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let mut add = |name: &'static str, value: Option<String>| rows.extend(value.map(|value| (name, value)));
    add("Status", recipient.and_then(|r| r.status).map(|status| status.to_string()));
    add("Reply", recipient.and_then(|r| r.reply).map(|reply| reply.to_string()));
    add("Written by", report.dialect.map(str::to_string));
    add("Reported by", report.generator.clone());
    let original = &report.original;
    add("Subject", original.subject.clone());
    add("From", original.from.clone());
    add("Sent", original.date.clone());
    add("Message-ID", original.message_id.clone());
    for attempt in recipient.iter().flat_map(|r| &r.attempts).take(6) {
        add("Attempt", Some(format!("{} {}", attempt.time, attempt.text)));
    }
    let others = recipient.map(|r| r.others.iter().take(4).map(|entry| entry.slug).collect::<Vec<_>>().join(", "));
    add("May also be", others.filter(|slugs| !slugs.is_empty()));
    for note in &report.notes {
        add("Note", Some(note.text.to_string()));
    }
    add("Source", report.source.clone());
    if rows.is_empty() {
        return;
    }
    *out += "<details style=\"margin-top:10px\"><summary style=\"cursor:pointer;opacity:.8\">Details</summary>\n";
    *out += "<div style=\"display:grid;grid-template-columns:max-content 1fr;gap:2px 16px;font-size:.92em;margin-top:4px\">\n";
    for (name, value) in rows {
        let value = escape(shortened(&value));
        *out += &format!("<div style=\"opacity:.7\">{name}</div><div style=\"min-width:0\">{value}</div>\n");
    }
    *out += "</div></details>\n";
}

fn footer(out: &mut String, words: &[&str]) {
    let words: Vec<String> = words.iter().map(|word| escape(word)).collect();
    *out += &format!("<div style=\"opacity:.65;font-size:.88em;margin-top:10px\">{}</div>\n", words.join(" · "));
}
