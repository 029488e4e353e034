//! Where messages went: a snapshot of the JSON and of the text for people for each sample, the same way with other line
//! ends, and headers made to do harm.

#[path = "sample.rs"]
mod sample;

use ndr::render::{Options, trace_html, trace_human, trace_markdown};
use ndr::trace::{self, Trace};
use sample::read;
use std::time::{Duration, Instant};

fn trace_of(bytes: &[u8]) -> Trace {
    ndr::Decoder::new().trace_of(bytes)
}

#[test]
fn headers() {
    insta::glob!("headers/*.eml", |path| {
        let trace = trace_of(&read(path));
        let json = serde_json::to_string_pretty(&trace).unwrap();
        let text = trace_human(&trace, Options::default());
        // Records and commands stay in one piece, so that one can copy them.
        let is_copied = |line: &str| ["Get-", "Set-", " TXT", " CNAME"].iter().any(|mark| line.contains(mark));
        sample::fits(path, &text, is_copied);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots/headers" }, {
            insta::assert_snapshot!(format!("{text}\n{}\n{json}", "=".repeat(80)));
        });
    });
}

#[test]
fn line_ends_do_not_matter() {
    insta::glob!("headers/*.eml", |path| {
        let lf = read(path);
        let want = trace_of(&lf);
        for (ends, bytes) in sample::with_other_line_ends(&lf) {
            assert_eq!(trace_of(&bytes), want, "{} with {ends}", path.display());
        }
    });
}

/// Every field is a hop, whatever it holds.
#[test]
fn no_hop_is_lost() {
    insta::glob!("headers/*.eml", |path| {
        let bytes = read(path);
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").filter(|end| bytes[..*end].contains(&b':'));
        let end = end.unwrap_or(bytes.len());
        let header = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let fields = header.lines().filter(|line| line.starts_with("received:") || line.starts_with("x-received:"));
        assert_eq!(trace::of_message(&bytes).path.hops.len(), fields.count(), "{}", path.display());
    });
}

/// What a person copies: without the folds' indent, quoted, or with an empty line behind each.
#[test]
fn pasted_headers_give_the_same_hops() {
    let header = "Received: from mail.example.net (mail.example.net [IPv6:2001:db8::7])\n by mx.example.com (Postfix) with ESMTPS id 4F1\n for <noa@example.com>; Tue, 21 Jan 2025\n 07:00:01 +0000 (UTC)\nReceived: from pc (unknown [192.0.2.9])\n by mail.example.net with ESMTPSA id 77; Tue, 21 Jan 2025 06:59:56 +0000\nFrom: mia@example.net\nTo: noa@example.com\nSubject: hello\n";
    let want = trace::of_message(header.as_bytes()).path;
    assert_eq!(want.hops.len(), 2);
    let quoted: String = header.lines().map(|line| format!("> {line}\n")).collect();
    let spaced: String = header.lines().map(|line| format!("{line}\n\n")).collect();
    for (name, pasted) in [
        ("unindented", header.replace("\n ", "\n")),
        ("quoted", quoted),
        ("spaced", spaced),
        ("with words", format!("Hi,\n\nhere is what I found:\n\n{header}\nThanks\n")),
        ("as html", format!("<html><body><pre>{}</pre></body></html>", header.replace('<', "&lt;"))),
    ] {
        assert_eq!(trace_of(pasted.as_bytes()).path, want, "{name}");
    }
}

// ---- hostile headers

/// Far above what any of these takes, and far below what quadratic time would.
const PATIENCE: Duration = Duration::from_secs(20);

fn within_time(name: &str, bytes: &[u8]) -> Trace {
    let start = Instant::now();
    let trace = trace_of(bytes);
    let shown = [trace_human(&trace, Options::default()), trace_markdown(&trace), trace_html(&trace)];
    assert!(start.elapsed() < PATIENCE, "{name} took {:?}", start.elapsed());
    for text in shown {
        let harmful = |c: char| c.is_control() && c != '\n' && c != '\t' || matches!(c, '\u{202e}' | '\u{200b}');
        assert!(!text.contains(harmful), "{name}: {text:.400}");
    }
    assert!(!serde_json::to_string(&trace).unwrap().contains('\u{1b}'));
    trace
}

#[test]
fn ten_thousand_hops() {
    let hop = "Received: from a.example.net (a.example.net [192.0.2.1]) by b.example.com with ESMTP id 1; Tue, 21 Jan 2025 07:00:01 +0000\n";
    let trace = within_time("10,000 hops", format!("{}\n", hop.repeat(10_000)).as_bytes());
    assert_eq!((trace.path.hops.len(), trace.path.omitted), (10_000, 0));
    let trace = within_time("10,100 hops", format!("{}\n", hop.repeat(10_100)).as_bytes());
    assert_eq!((trace.path.hops.len(), trace.path.omitted), (10_000, 100));
}

#[test]
fn ten_megabytes() {
    let long = "x".repeat(10 << 20);
    let trace = within_time("one long field", format!("Received: from {long}\n\n").as_bytes());
    assert_eq!(trace.path.hops.len(), 1);
    assert!(trace.path.hops[0].text.len() < 5_000);
    within_time("a folded field", format!("Received: {}\n\n", "from a by\n ".repeat(100_000)).as_bytes());
    within_time("parentheses", format!("Received: from a {}\n\n", "(".repeat(1 << 20)).as_bytes());
    within_time("quotes", format!("Received: for {}\n\n", "\"<(".repeat(700_000)).as_bytes());
    within_time("semicolons", format!("Received: {}\n\n", ";".repeat(1 << 20)).as_bytes());
    within_time("many fields", "Received: (\n".repeat(800_000).as_bytes());
    within_time("unindented", format!("Received: from a\n{}", "by b (c)\n".repeat(200_000)).as_bytes());
    within_time("double-spaced", "Received: from a\n\n".repeat(100_000).as_bytes());
    within_time("openers", "text\nFrom: a\n\n".repeat(150_000).as_bytes());
    within_time("pre", "<html><pre>Received: a\n".repeat(80_000).as_bytes());
}

#[test]
fn broken_dates_and_clocks() {
    let mut header = String::new();
    for (n, date) in [
        "Tue, 99 Jan 2025 07:00:01 +0000",
        "Tue, 21 Jan 999999 07:00:01 +0000",
        "Tue, 21 Jan 2025 07:00:01 +9999",
        "21 Jan 2025 07:00:01 +2359",
        "-9223372036854775808",
        "Thu, 01 Jan 1970 00:00:00 -1200",
        "Fri, 31 Dec 9999 23:59:59 -2359",
        "\u{1b}[2J",
        "",
        "éèà Jan é",
    ]
    .iter()
    .enumerate()
    {
        header += &format!("Received: from h{n} by h{n}.example.com; {date}\n");
    }
    let trace = within_time("broken dates", format!("{header}\n").as_bytes());
    assert_eq!(trace.path.hops.len(), 10);
    // The clocks of ten thousand servers run backwards: one is right, the others are flagged.
    let backwards: String = (0..10_000)
        .map(|n| {
            format!(
                "Received: by h.example.com; Tue, 21 Jan 2025 {:02}:{:02}:{:02} +0000\n",
                n / 3600,
                n / 60 % 60,
                n % 60
            )
        })
        .collect();
    let trace = within_time("clocks", format!("{backwards}\n").as_bytes());
    assert_eq!(trace.path.hops.iter().filter(|hop| hop.skew.is_some()).count(), 9_999);
}

#[test]
fn escape_sequences_and_markup() {
    let header = "Received: from \u{1b}]52;c;x\u{7} (\u{9b}2J\u{202e} [192.0.2.1]) by <script>alert(1)</script>|`x`\u{200b}\n with \u{1b}[31m; Tue, 21 Jan 2025 07:00:01 +0000\nSubject: \u{1b}[2J[link](javascript:x)<img>\nFrom: =?utf-8?q?=1b=5b2J?= <a@example.com>\n\n";
    let trace = within_time("escapes", header.as_bytes());
    let html = trace_html(&trace);
    assert!(!html.contains("<script") && !html.contains("<img"), "{html}");
    let markdown = trace_markdown(&trace);
    assert!(!markdown.contains("](javascript"), "{markdown}");
}
