//! What must hold for any input, one function for each fuzz target. The tests of the repository call the same functions
//! with samples, mutations and past findings.

#![forbid(unsafe_code)]

use ndr_resolve::{Catalog, Category, Entry, Query, Reply, Template, intern, intern_text};
use std::sync::LazyLock;

/// Any bytes as a message.
pub fn decode(bytes: &[u8]) {
    answer(&ndr::decode(bytes));
}

/// Any text as a paste, a reply or a log line.
pub fn text(bytes: &[u8]) {
    answer(&ndr::explain(&String::from_utf8_lossy(bytes)));
}

/// Any bytes as an Outlook item: as a compound file and as a TNEF stream, whatever they begin with.
pub fn outlook(bytes: &[u8]) {
    let magics: [&[u8]; 2] = [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1], &[0x78, 0x9F, 0x3E, 0x22]];
    for magic in magics {
        let mut item = magic.to_vec();
        item.extend(bytes.get(magic.len()..).unwrap_or_default());
        answer(&ndr::decode(&item));
    }
}

/// A report and every view of it: nothing raw reaches a terminal, nothing becomes markup, no span leads nowhere.
fn answer(report: &ndr::Report) {
    for color in [false, true] {
        let shown = ndr::render::human(report, ndr::render::Options { width: 40, color });
        assert!(shown.chars().all(|c| harmless(c, color)), "a control character in {shown:?}");
    }
    let page = ndr::render::html(report);
    assert!(page.chars().all(|c| harmless(c, false)), "a control character in {page:?}");
    let tags = ["<script", "<img", "<iframe", "<svg", "<style"];
    assert!(!tags.iter().any(|tag| page.contains(tag)), "markup in {page:?}");
    let ticket = ndr::render::markdown(report);
    assert!(ticket.chars().all(|c| harmless(c, false)), "a control character in {ticket:?}");
    for audience in [ndr::render::Audience::Sender, ndr::render::Audience::Admin, ndr::render::Audience::Support] {
        let text = ndr::render::ticket(report, audience);
        assert!(text.chars().all(|c| harmless(c, false)), "a control character in {text:?}");
    }
    let json = serde_json::to_string(report).expect("a report is JSON");
    serde_json::from_str::<serde_json::Value>(&json).expect("its JSON can be read");
    for recipient in &report.recipients {
        if let Some((from, to)) = recipient.diagnosis.as_ref().and_then(|d| d.evidence.as_ref()).and_then(|e| e.span) {
            assert!(from <= to, "a span that ends before it begins");
        }
    }
}

fn harmless(c: char, color: bool) -> bool {
    match c as u32 {
        0x0A => true,
        0x1B => color,
        0..=0x1F | 0x7F..=0x9F => false,
        0xAD | 0x61C | 0x200B..=0x200F | 0x2028..=0x202E | 0x2060..=0x206F | 0xFEFF | 0xE0000..=0xE007F => false,
        _ => true,
    }
}

/// Any bytes as a header block.
pub fn headers(bytes: &[u8]) {
    let headers = ndr::Headers::of_message(bytes);
    for (name, raw) in headers.iter() {
        assert!(!name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()), "a name that is none: {name:?}");
        assert!(headers.has(name) && headers.text(name).is_some());
        assert!(raw.len() < bytes.len());
    }
    let trace = ndr::trace::of_message(bytes);
    let options = ndr::render::Options { width: 60, color: false };
    for shown in [
        ndr::render::trace_human(&trace, options),
        ndr::render::trace_markdown(&trace),
        ndr::render::trace_html(&trace),
    ] {
        assert!(shown.chars().all(|c| harmless(c, false)), "a control character in {shown:?}");
    }
    serde_json::to_string(&trace).expect("a trace is JSON");
}

/// The first line as a template, the rest as a text that it is matched against.
pub fn templates(bytes: &[u8]) {
    let input = String::from_utf8_lossy(bytes);
    let (template, text) = input.split_once('\n').unwrap_or((&input, &input));
    ndr::find_codes(text).for_each(drop);
    let Ok(parsed) = Template::parse(template) else { return };
    assert!(!parsed.comparison_key().is_empty());
    // The names that a sentence may use are those that a match can give.
    let names: Vec<String> = parsed.hole_names().map(str::to_string).collect();
    let entry = Entry { texts: intern([intern_text(template)]), ..BLANK };
    let catalog = Catalog::build(vec![entry], Vec::new()).expect("a parsed template builds");
    let reply = Reply::parse(text);
    let query = Query { text, status: reply.status, inner: &reply.inner, reply: reply.code, ..Query::default() };
    let answer = catalog.resolve(&query);
    for (name, value) in &answer.values {
        assert!(names.iter().any(|known| known == name), "`{name}` is no hole of `{template}`");
        assert!(text.contains(value.as_str()), "`{value}` does not stand in the text");
    }
    if let Some((from, to)) = answer.phrase {
        assert!(text.get(from..to).is_some(), "the phrase {from}..{to} is no part of the text");
    }
    let sentence = format!("run x {{{}|y}} and {template}", names.first().map_or("ip", String::as_str));
    drop(ndr_resolve::fill(&sentence, &answer.values));
    drop(ndr_resolve::sentence_holes(template));
}

// An entry is static data, so memory grows with each template. `cargo xtask fuzz` restarts the process now and then.
const BLANK: Entry = Entry {
    slug: "probe",
    provider: "generic",
    title: "Probe",
    codes: &[],
    replies: &[],
    texts: &[],
    category: Category::Policy,
    about: None,
    after: None,
    needs_host: None,
    permanent: None,
    act: &[],
    suppress: ndr_resolve::Suppress::No,
    retry: ndr_resolve::Retry::No,
    security: false,
    wrapper: false,
    meaning: "",
    steps_sender: &[],
    steps_admin: &[],
    limits: &[],
    links: &[],
    examples: &[],
    sources: &[],
    was: &[],
    origin: None,
};

/// Any text as a catalogue, as an overlay on a small one, and as a file to tidy.
pub fn overlay(bytes: &[u8]) {
    static BASE: LazyLock<Catalog> = LazyLock::new(|| {
        let text = "providers:\n- id: generic\n  name: Any\n  hosts: []\n  marks: []\nentries:\n- slug: gateway-holds\n  provider: generic\n  title: A gateway holds it\n  codes: [\"5.7.812\"]\n  texts: [\"held by attachment policy of {host}\"]\n  category: malicious-content\n  meaning: It is held.\n  steps: { sender: [\"Send a link.\"], admin: [\"Release it.\"] }\n  examples: [\"550 5.7.812 Message held by attachment policy of gw1.example.com\"]\n  sources: [{ name: A reply, checked: 2026-11-23, trust: observed }]\n";
        ndr_catalog::load("base.yaml", text).unwrap_or_else(|problems| panic!("{problems}"))
    });
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    for outcome in [ndr_catalog::load_overlay(&BASE, "my.yaml", text), ndr_catalog::load("my.yaml", text)] {
        match outcome {
            Ok(catalog) => drop(catalog.resolve(&Query { text, ..Query::default() })),
            Err(problems) => assert!(!problems.to_string().is_empty(), "refused without a reason"),
        }
    }
    if let Ok(once) = ndr_catalog::format("my.yaml", text) {
        assert_eq!(ndr_catalog::format("my.yaml", &once).as_ref(), Ok(&once), "to tidy twice changes more");
    }
}

/// Any bytes as a message to mask.
pub fn redact(bytes: &[u8]) {
    // Each `Ok` has its proof inside. Twice gives the same as once for mail that is whole (see tests/redact.rs); where
    // a header is broken, what is header and what is body may itself change.
    if let Ok(masked) = ndr::redact::Redactor::new().redact(bytes) {
        drop(ndr::redact::Redactor::new().redact(&masked.bytes));
    }
}
