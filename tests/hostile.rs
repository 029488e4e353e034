//! Mail is written by attackers: nothing may panic, hang, or grow without bound.

use ndr::render::{Options, html, human, markdown};
use ndr::{Decoder, Limits};
use proptest::prelude::*;
use std::time::Instant;

#[test]
fn deep_nesting_is_cut_before_it_is_parsed() {
    // Some 40,000 levels overflow the stack of a thread when mail-parser's tree is dropped; a small stack proves the guard.
    let mut mail = b"From: mailer-daemon@example.com\nSubject: Undelivered Mail\n".to_vec();
    for _ in 0..200_000 {
        mail.extend_from_slice(b"Content-Type: message/rfc822\n\n");
    }
    let check = move || {
        let report = ndr::decode(&mail);
        assert!(report.notes.iter().any(|note| note.code == "limit-nesting"), "{:?}", report.notes);
    };
    std::thread::Builder::new().stack_size(512 << 10).spawn(check).unwrap().join().unwrap();
}

#[test]
fn nested_digests_are_cut_too() {
    let mut mail = b"From: a@example.com\nSubject: x\n".to_vec();
    for i in 0..50_000 {
        mail.extend_from_slice(format!("Content-Type: multipart/digest; boundary=b{i}\n\n--b{i}\n\n").as_bytes());
    }
    let check = move || drop(ndr::decode(&mail));
    std::thread::Builder::new().stack_size(512 << 10).spawn(check).unwrap().join().unwrap();
}

#[test]
fn limits_are_named() {
    let limits = Limits { message_bytes: 4_000, parts: 10, header_lines: 20, ..Limits::default() };
    let decoder = Decoder::new().with_limits(limits);
    let long = format!("From: a@example.com\nSubject: x\n\n{}", "word ".repeat(5_000));
    let many_parts = format!(
        "From: a@example.com\nTo: b@example.com\nContent-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\n\nx\n".repeat(200)
    );
    let many_lines = format!("From: a@example.com\nTo: b@example.com\n{}\nx\n", "X-A: b\n".repeat(200));
    for (mail, code) in [(long, "limit-message-bytes"), (many_parts, "limit-parts"), (many_lines, "limit-header-lines")]
    {
        let report = decoder.decode(mail.as_bytes());
        assert!(report.notes.iter().any(|note| note.code == code), "{code}: {:?}", report.notes);
    }
}

/// Sizes of the same hostile shape: ten times the input may cost ten times the time, with room for noise, and no more.
#[test]
fn time_is_linear() {
    type Shape = fn(usize) -> String;
    let shapes: Vec<(&str, Shape)> = vec![
        ("addresses", |n| {
            format!(
                "From: mailer-daemon@example.com\nSubject: Undelivered Mail\n\n{}",
                "<a@example.com>: 550 5.1.1 no\n".repeat(n)
            )
        }),
        ("at signs", |n| {
            format!("From: mailer-daemon@example.com\nSubject: Undelivered Mail\n\n{}", "@".repeat(n * 20))
        }),
        ("one long word", |n| {
            format!("From: mailer-daemon@example.com\nSubject: Undelivered Mail\n\n{}", "a".repeat(n * 20))
        }),
        ("codes", |n| "5.1.1 ".repeat(n * 4)),
        ("header lines", |n| {
            format!("From: a@example.com\nTo: b@example.com\n{}\n\nx", "Received: from a by b; x\n".repeat(n))
        }),
        ("folded field", |n| {
            format!("From: a@example.com\nTo: b@example.com\nSubject: x\n{}\nx", " y\n".repeat(n * 5))
        }),
        ("status groups", |n| {
            format!(
                "From: a@example.com\nTo: b@example.com\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n{}",
                "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n\n".repeat(n / 2)
            )
        }),
        ("html", |n| format!("<html><body>{}", "<div><td>&nbsp;<wbr>5.1.1</td>".repeat(n))),
        ("quotes", |n| format!("Remote Server returned '{}", "Server at x returned '".repeat(n))),
        ("any holes", |n| "the message size too many users exceeded your limit ".repeat(n)),
    ];
    for (name, shape) in shapes {
        let time = |n: usize| {
            let text = shape(n);
            (0..3)
                .map(|_| {
                    let start = Instant::now();
                    drop(ndr::decode(text.as_bytes()));
                    start.elapsed()
                })
                .min()
                .unwrap()
        };
        let (small, large) = (time(400), time(4_000));
        assert!(large.as_micros() < small.as_micros() * 40 + 60_000, "{name}: {small:?} for 1, {large:?} for 10");
    }
}

#[test]
fn nothing_of_the_mail_reaches_the_terminal_raw() {
    let evil = "\u{1b}]52;c;ZXZpbA==\u{7}\u{1b}[2J\u{9b}31m\u{202e}\u{200b}x";
    let mail = format!(
        "From: mailer-daemon@example.com\nSubject: {evil}\nX-Failed-Recipients: a@example.com\n\nThis message was created automatically by mail delivery software.\n\n  a@example.com\n    host {evil}.example.com [192.0.2.1]: 550 5.1.1 {evil} User unknown {evil}\n\n\
         ------ This is a copy of the message, including all the headers. ------\n\nFrom: {evil}@example.com\nTo: {evil}\nSubject: {evil}\nMessage-ID: <{evil}>\nDate: {evil}\n"
    );
    for report in [ndr::decode(mail.as_bytes()), ndr::explain(&format!("550 5.1.1 {evil} User unknown {evil}"))] {
        let shown = human(&report, Options::default());
        for c in shown.chars() {
            let fine = c == '\n'
                || !(c.is_control()
                    || matches!(c as u32, 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFEFF));
            assert!(fine, "{:?} in {shown:?}", c);
        }
        assert!(!html(&report).contains('\u{1b}') && !markdown(&report).contains('\u{1b}'));
    }
}

#[test]
fn nothing_of_the_mail_is_markup() {
    let evil = "</code><script>alert(1)</script><img src=x onerror=alert(1)>[click](javascript:alert(1))`x`|a|\n# h";
    let line = format!("550 5.7.606 Access denied, banned sending IP [203.0.113.7] {evil}");
    let report = ndr::explain(&line);
    let page = html(&report);
    assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("onerror=alert(1)>"), "{page}");
    let text = markdown(&report);
    assert!(!text.lines().any(|line| line.starts_with("# ")), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_decode(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let report = ndr::decode(&bytes);
        let _ = human(&report, Options::default());
    }

    #[test]
    fn any_text_is_explained(text in "\\PC{0,300}") {
        let report = ndr::explain(&text);
        let _ = (human(&report, Options { width: 40, color: true }), markdown(&report), html(&report));
    }
}
