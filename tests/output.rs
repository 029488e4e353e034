//! Output is safe wherever it goes: every attack stands in every field that a message can fill.

use ndr::Report;
use ndr::render::{Audience, Options, html, human, markdown, ticket};
use pulldown_cmark::{Event, Options as Extensions, Parser, Tag};
use std::collections::BTreeSet;

/// A report with every part that is shown: two recipients, attempts, an original, notes.
fn report() -> Report {
    let mail = include_bytes!("samples/exchange/expiry-4-4-7-remote-server-at.eml");
    let mut report = ndr::decode(mail);
    let mut other = ndr::decode(include_bytes!("samples/exchange/group-outside-5-7-133.eml"));
    report.recipients.append(&mut other.recipients);
    report.recipients.extend(ndr::explain("550 5.7.606 Access denied, banned sending IP [203.0.113.7]").recipients);
    let mut unknown = report.recipients[0].clone();
    unknown.diagnosis = None;
    unknown.others = ndr::catalog().entries().iter().take(2).collect();
    report.recipients.push(unknown);
    assert!(report.recipients.iter().any(|one| !one.attempts.is_empty()), "a sample with attempts");
    assert!(report.recipients.iter().any(|one| one.diagnosis.as_ref().is_some_and(|d| !d.values.is_empty())));
    assert!(report.recipients.iter().any(|one| one.diagnosis.is_none()));
    report
}

/// Puts a text into every field of a report that comes from a message, each time a little different.
fn fill(report: &mut Report, evil: &str) {
    report.source = Some(evil.to_string());
    report.generator = Some(evil.to_string());
    let original = &mut report.original;
    for field in
        [&mut original.message_id, &mut original.from, &mut original.to, &mut original.subject, &mut original.date]
    {
        *field = Some(evil.to_string());
    }
    report.notes.push(ndr::Note { code: "attack", text: evil.to_string().into() });
    for recipient in &mut report.recipients {
        for field in [&mut recipient.address, &mut recipient.original_address, &mut recipient.remote] {
            *field = Some(evil.to_string());
        }
        recipient.text = Some(format!("{evil} 550 {evil}"));
        for attempt in &mut recipient.attempts {
            attempt.time = evil.to_string();
            attempt.server = Some(evil.to_string());
            attempt.text = evil.to_string();
        }
        if let Some(diagnosis) = &mut recipient.diagnosis {
            diagnosis.values.iter_mut().for_each(|(_, value)| *value = evil.to_string());
            if let Some(evidence) = &mut diagnosis.evidence {
                evidence.phrase = evil.to_string();
                evidence.part = evil.to_string().into();
            }
        }
    }
}

fn filled(evil: &str) -> Report {
    let mut report = report();
    fill(&mut report, evil);
    report
}

const ATTACKS: &[&str] = &[
    "\u{1b}[2J\u{1b}[1;31mred\u{1b}[0m",
    "\u{1b}]0;title\u{7}\u{1b}]52;c;ZXZpbA==\u{7}",
    "\u{1b}]8;;https://evil.example\u{1b}\\click\u{1b}]8;;\u{1b}\\",
    "\u{1b}P1$r\u{1b}\\\u{1b}_x\u{1b}\\\u{1b}c",
    "\u{9b}2J\u{9d}0;x\u{9c}\u{90}x\u{85}y",
    "a\u{8}\u{8}b\rc\u{b}d\u{c}e\u{0}f\u{7f}g",
    "\u{202e}txt.exe\u{202c}\u{2066}x\u{2069}\u{61c}\u{200f}",
    "z\u{200b}e\u{200c}r\u{200d}o\u{2060}\u{feff}\u{ad}\u{180e}\u{34f}\u{115f}\u{3164}\u{ffa0}",
    "line\u{2028}and\u{2029}paragraph\nnew line\r\nand another",
    "tags\u{e0001}\u{e0041}\u{e007f}\u{fff9}\u{fffb}",
    "</code></div><script>alert(1)</script><img src=x onerror=alert(1)>",
    "\" onmouseover=\"alert(1)\" style='x' '><svg/onload=alert(1)>",
    "<!-- --><![CDATA[x]]><style>*{display:none}</style>&lt;b&#60;",
    "[x](javascript:alert(1)) ![x](https://evil.example/x.png) <https://evil.example> https://evil.example www.evil.example",
    "`code` ``` ~~~ ``\n```\n# heading\n- list\n1. list\n> quote\n***\n---\n===",
    "a|b|c\n|---|---|\n[^1] [ref]: https://evil.example \"t\"",
    "\\`\\[\\]\\<\\*x*_y_~~z~~$m$ &amp; :smile: @someone #1",
];

/// What one of our own escape sequences may be: colours, and the end of colours.
const PAINT: &[&str] =
    &["\u{1b}[1m", "\u{1b}[2m", "\u{1b}[1;31m", "\u{1b}[1;32m", "\u{1b}[1;33m", "\u{1b}[36m", "\u{1b}[0m"];

fn assert_harmless(shown: &str, what: &str) {
    for c in shown.chars() {
        let hides = matches!(c as u32,
            0xAD | 0x34F | 0x61C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F | 0x2028..=0x202E
            | 0x2060..=0x206F | 0x3164 | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB | 0xE0000..=0xE0FFF);
        assert!(c == '\n' || !(c.is_control() || hides), "{what}: {c:?} in {shown:?}");
    }
}

#[test]
fn no_field_reaches_a_terminal_raw() {
    for attack in ATTACKS {
        let report = filled(attack);
        for width in [40, 80, 200] {
            assert_harmless(&human(&report, Options { width, color: false }), "human");
            let painted = human(&report, Options { width, color: true });
            let bare = PAINT.iter().fold(painted.clone(), |text, code| text.replace(code, ""));
            assert_harmless(&bare, "human in colour");
            let lines = |text: &str| text.lines().map(|line| line.trim_end().to_string()).collect::<Vec<_>>();
            let plain = human(&report, Options { width, color: false });
            assert_eq!(lines(&bare), lines(&plain), "colour changes nothing but colour");
        }
        for audience in [Audience::Sender, Audience::Admin, Audience::Support] {
            assert_harmless(&ticket(&report, audience), "ticket");
        }
        assert_harmless(&html(&report), "html");
        assert_harmless(&markdown(&report), "markdown");
    }
}

#[test]
fn a_long_field_fills_no_screen() {
    for long in ["x".repeat(200_000), "wide 漢字 ".repeat(20_000), "\u{1b}".repeat(50_000)] {
        let report = filled(&long);
        let shown = human(&report, Options { width: 80, color: false });
        let lines = shown.lines().count();
        assert!(lines < 3_000, "{lines} lines");
        for line in shown.lines().filter(|line| !line.contains("https://")) {
            let width = unicode_width::UnicodeWidthStr::width(line);
            assert!(width <= 80, "{width} columns: {line:.120}");
        }
    }
}

/// The tags of a page, in order. A link that can be clicked comes from the catalogue.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).filter_map(|rest| rest.split_once('>')).map(|(tag, _)| tag).collect()
}

#[test]
fn html_has_the_same_markup_whatever_a_message_says() {
    let known = html(&filled("plain"));
    for attack in ATTACKS {
        let page = html(&filled(attack));
        assert_eq!(tags(&page), tags(&known), "{attack:?}");
    }
    let links = links();
    for tag in tags(&known).iter().filter(|tag| tag.contains("href")) {
        assert!(links.iter().any(|link| tag.contains(&ndr::sanitize::html(link))), "{tag}");
    }
}

fn links() -> BTreeSet<&'static str> {
    ndr::catalog().entries().iter().flat_map(|entry| entry.links).copied().collect()
}

/// Headings, list items, quotes and the like, without what stands in them.
fn outline(text: &str) -> Vec<String> {
    Parser::new_ext(text, Extensions::all())
        .filter_map(|event| match event {
            Event::Start(tag) => Some(format!("{tag:?}")),
            Event::Html(_) | Event::InlineHtml(_) => Some("html".to_string()),
            Event::FootnoteReference(_) | Event::TaskListMarker(_) | Event::Rule => Some("other".to_string()),
            Event::InlineMath(_) | Event::DisplayMath(_) => Some("math".to_string()),
            _ => None,
        })
        .collect()
}

#[test]
fn markdown_has_the_same_markup_whatever_a_message_says() {
    let known = outline(&markdown(&filled("plain")));
    assert!(known.len() > 20 && !known.contains(&"html".to_string()), "{known:?}");
    let links = links();
    for attack in ATTACKS {
        let text = markdown(&filled(attack));
        assert_eq!(outline(&text), known, "{attack:?} in:\n{text}");
        for event in Parser::new_ext(&text, Extensions::all()) {
            if let Event::Start(Tag::Link { dest_url, .. }) = event {
                assert!(links.contains(dest_url.as_ref()), "{dest_url}");
            }
        }
        // GitHub makes links of bare addresses, too: outside of code and of our links they are escaped.
        let mut outside = text.clone();
        for (event, span) in Parser::new_ext(&text, Extensions::all()).into_offset_iter() {
            if matches!(event, Event::Code(_)) {
                outside.replace_range(span.clone(), &" ".repeat(span.len()));
            }
        }
        assert!(!outside.contains("https://evil") && !outside.contains("www.evil"), "{outside}");
    }
}

/// JSON is data: it says what the message says.
#[test]
fn json_changes_nothing() {
    for attack in ATTACKS {
        let report = filled(attack);
        let json = serde_json::to_string(&report).unwrap();
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["original"]["subject"], *attack);
        assert_eq!(value["recipients"][0]["address"], *attack);
    }
}

/// Cells that a spreadsheet would run.
#[test]
fn formulas_are_guarded() {
    for lead in
        ["=", "+", "-", "@", "\t=", "\r=", "\n=", " =", "\u{a0}=", "\u{200b}=", "\u{feff}=", "＝", "＋", "－", "＠"]
    {
        let cell = format!("{lead}HYPERLINK(\"https://evil.example\")");
        assert_eq!(ndr::sanitize::csv(&cell), format!("'{cell}"), "{cell:?}");
    }
    for fine in ["550 5.1.1 no", "a=b", "user+tag@example.com", "", "'quoted"] {
        assert_eq!(ndr::sanitize::csv(fine), fine);
    }
}

/// A value that stands in a command is one word there, in a POSIX shell as in PowerShell, or it does not stand there.
#[test]
fn commands_take_values_as_one_word() {
    let step = "Run Get-Mailbox {address|ADDRESS} and read RecipientLimits. Then write to {address|them}.";
    let filled = |value: &str| ndr::fill(step, &[("address", value.to_string())]);
    assert_eq!(
        filled("a.b+c@example.com"),
        "Run Get-Mailbox a.b+c@example.com and read RecipientLimits. Then write to a.b+c@example.com."
    );
    for evil in [
        "a$(reboot)@example.com",
        "a;reboot@example.com",
        "a&b@example.com",
        "a|b@example.com",
        "a`b@example.com",
        "a b",
        "$HOME",
        "(x)",
        "{x}",
        "#x",
    ] {
        assert!(filled(evil).starts_with(&format!("Run Get-Mailbox '{evil}' and")), "{}", filled(evil));
        assert!(filled(evil).ends_with(&format!("write to {evil}.")), "{}", filled(evil));
    }
    // No quoting holds in both shells: the words for when nothing was caught stand there.
    for evil in ["o'neil@example.com", "a\u{2019}; Remove-Item x", "-Identity", "a\nreboot", "a\u{1b}b", "", "--x"] {
        assert!(filled(evil).starts_with("Run Get-Mailbox ADDRESS and"), "{}", filled(evil));
    }
    for (step, want) in [
        ("Run `dig MX {domain|DOMAIN}`, or ask {domain|them}.", "Run `dig MX 'a;b'`, or ask a;b."),
        ("Run dig -x on {domain|it} now.", "Run dig -x on 'a;b' now."),
        ("Set the name {domain|x} of the host. Run Set-Mailbox.", "Set the name a;b of the host. Run Set-Mailbox."),
    ] {
        assert_eq!(ndr::fill(step, &[("domain", "a;b".to_string())]), want);
    }
}
