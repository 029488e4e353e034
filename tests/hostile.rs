//! Mail is written by attackers: nothing may panic, hang, or grow without bound.

use ndr::render::{Audience, Options, html, human, markdown, ticket};
use ndr::{Decoder, Limits};
use proptest::prelude::*;
use std::time::{Duration, Instant};

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

/// Past each limit a note names it, and the report is read as far as it goes.
#[test]
fn limits_are_named() {
    let head = "From: MAILER-DAEMON@example.com\nTo: a@example.com\nSubject: Undelivered Mail Returned to Sender\n";
    let said = "\n<a@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1 User unknown\n";
    let parts = "--b\n\nx\n".repeat(200);
    let many: String = (0..50).map(|i| format!("<a{i}@example.com>: 550 5.1.1 User unknown\n")).collect();
    let cases = [
        ("message_bytes", 4_000, format!("{head}{said}{}", "word ".repeat(5_000))),
        ("parts", 10, format!("{head}Content-Type: multipart/mixed; boundary=b\n\n--b\n{said}{parts}")),
        ("header_lines", 20, format!("{head}{}{said}", "X-A: b\n".repeat(200))),
        ("header_bytes", 1_000, format!("{head}X-A: {}\nX-B: c\n{said}", "b".repeat(30_000))),
        ("header_bytes", 1_000, format!("{head}X-A: b\n{}X-B: c\n{said}", " folded\n".repeat(5_000))),
        (
            "nesting",
            3,
            format!(
                "{head}Content-Type: multipart/mixed; boundary=b\n\n--b\n{said}--b\n{}",
                "Content-Type: message/rfc822\n\n".repeat(10)
            ),
        ),
        ("recipients", 20, format!("{head}\n{many}")),
        ("text_bytes", 2_000, format!("{head}{said}{}", "word ".repeat(5_000))),
        ("text_bytes", 2_000, format!("550 5.1.1 User unknown {}", "word ".repeat(5_000))),
        ("text_bytes", 2_000, format!("<html><body>550 5.1.1 User unknown {}", "word ".repeat(5_000))),
    ];
    for (name, value, mail) in &cases {
        let limits = Limits::default().with(name, *value).unwrap();
        assert_eq!(limits.get(name), Some(*value));
        let report = Decoder::new().with_limits(limits).decode(mail.as_bytes());
        let code = format!("limit-{}", name.replace('_', "-"));
        let notes = report.notes.iter().filter(|note| note.code == code).count();
        assert_eq!(notes, 1, "{code}: {:?}", report.notes);
        assert!(
            report.notes.iter().any(|note| note.code == code && note.text.contains(&value.to_string())),
            "{:?}",
            report.notes
        );
        assert_eq!(
            report.recipients[0].status.map(|status| status.to_string()).as_deref(),
            Some("5.1.1"),
            "{code}: {report:?}"
        );
        assert!(report.recipients.len() <= limits.recipients);
        // Nothing is said of limits that a message keeps.
        assert!(!ndr::decode(mail.as_bytes()).notes.iter().any(|note| note.code.starts_with("limit-")), "{code}");
    }
    let tested: Vec<&str> = cases.iter().map(|(name, ..)| *name).collect();
    for name in Limits::NAMES {
        assert!(tested.contains(name), "{name} has no test");
    }
}

type Shape = fn(usize) -> String;

/// The same hostile shape in two sizes: four times the input may cost four times the work, with room for caches and for
/// a busy machine. What is quadratic costs sixteen times as much, at every size. Noise only ever adds, so one good try of
/// several proves it.
fn assert_linear(name: &str, shape: Shape, run: fn(&[u8])) {
    let time = |text: &str| {
        let start = Instant::now();
        run(text.as_bytes());
        start.elapsed().max(Duration::from_micros(200))
    };
    let mut seen = Vec::new();
    // A short text may be spared a step that a longer one takes: then the next sizes tell.
    for n in [1_000, 4_000] {
        let (small, large) = (shape(n), shape(4 * n));
        for _ in 0..6 {
            let (one, four) = (time(&small), time(&large));
            if four < one * 8 {
                return;
            }
            seen.push((n, one, four));
        }
    }
    panic!("{name}: times of one and of four: {seen:?}");
}

fn mail(body: &str) -> String {
    format!("From: mailer-daemon@example.com\nSubject: Undelivered Mail\n\n{body}")
}

fn mime(kind: &str, body: &str) -> String {
    format!("From: mailer-daemon@example.com\nTo: a@example.com\nMIME-Version: 1.0\nContent-Type: {kind}\n\n{body}")
}

const SHAPES: &[(&str, Shape)] = &[
    ("addresses", |n| mail(&"<a@example.com>: 550 5.1.1 no\n".repeat(n))),
    ("other addresses", |n| mail(&(0..n).map(|i| format!("<a{i}@example.com>: 550 5.1.1 no\n")).collect::<String>())),
    ("at signs", |n| mail(&"@".repeat(n * 20))),
    ("quotes before at signs", |n| mail(&"\"a\"@b ".repeat(n))),
    ("one long word", |n| mail(&"a".repeat(n * 20))),
    ("blanks", |n| mail(&" ".repeat(n * 20))),
    ("empty lines", |n| mail(&"\n".repeat(n * 20))),
    ("angle brackets", |n| mail(&"<".repeat(n * 20))),
    ("codes", |n| "5.1.1 ".repeat(n * 4)),
    ("replies", |n| "550-5.1.1 no\n".repeat(n)),
    ("continued replies", |n| mail(&"550-5.1.1 no such user 550-5.1.1 ".repeat(n))),
    ("addresses of IPv6", |n| "550 2001:db8::5.1.1 ".repeat(n)),
    ("header lines", |n| {
        format!("From: a@example.com\nTo: b@example.com\n{}\n\nx", "Received: from a by b; x\n".repeat(n))
    }),
    ("folded field", |n| format!("From: a@example.com\nTo: b@example.com\nSubject: x\n{}\nx", " y\n".repeat(n * 5))),
    ("encoded words", |n| {
        format!("From: a@example.com\nSubject: {}\n\nx", "=?utf-8?q?=C3=A9?= =?utf-8?b?4pyT?=".repeat(n))
    }),
    ("open encoded words", |n| format!("From: a@example.com\nSubject: {}\n\nx", "=?utf-8?q?=C3".repeat(n))),
    ("status groups", |n| {
        let group = "Final-Recipient: rfc822; a@example.com\nAction: failed\nStatus: 5.1.1\n\n";
        mime(
            "multipart/report; report-type=delivery-status; boundary=b",
            &format!("--b\nContent-Type: message/delivery-status\n\n{}", group.repeat(n / 2)),
        )
    }),
    ("parts", |n| mime("multipart/mixed; boundary=b", &"--b\n\n550 5.1.1 x\n".repeat(n))),
    ("parts in parts", |n| {
        (0..n / 10)
            .map(|i| format!("Content-Type: multipart/mixed; boundary=b{i}\nFrom: a@example.com\n\n--b{i}\n"))
            .collect()
    }),
    ("lines like boundaries", |n| mime("multipart/mixed; boundary=b", &"--\n".repeat(n * 5))),
    ("base64", |n| mime("text/plain\nContent-Transfer-Encoding: base64", &"NTUwIDUuMS4xIG5v\n".repeat(n))),
    ("quoted-printable", |n| {
        mime("text/plain\nContent-Transfer-Encoding: quoted-printable", &"=35=35=30 5.1.1=\n".repeat(n))
    }),
    ("attributes", |n| mime(&format!("text/plain{}", "; a=b".repeat(n)), "x")),
    ("html", |n| format!("<html><body>{}", "<div><td>&nbsp;<wbr>5.1.1</td>".repeat(n))),
    ("open tags", |n| format!("<html><body>{}", "<div <wbr".repeat(n))),
    ("entities", |n| format!("<html><body>{}", "&amp;&#64;&lt;".repeat(n))),
    ("quoted servers", |n| format!("Remote Server returned '{}", "Server at x returned '".repeat(n))),
    ("holes", |n| "the message size too many users exceeded your limit ".repeat(n)),
    ("openers", |n| mail(&"--- original message follows\n--- your message ---\n".repeat(n))),
    ("headings of a session", |n| {
        mail(&"----- Transcript of session follows -----\n>>> RCPT To:<a@b>\n<<< 550 no\n".repeat(n))
    }),
    ("brackets of JSON", |n| "[{\"bounce\":".repeat(n)),
    ("attempts", |n| {
        mail(&"1/2/2026 1:02:03 AM - Server at mx.example.com (192.0.2.1) returned '450 4.7.0 no'\n".repeat(n))
    }),
];

#[test]
fn decoding_is_linear() {
    for (name, shape) in SHAPES {
        assert_linear(name, *shape, |bytes| drop(ndr::decode(bytes)));
    }
}

#[test]
fn masking_is_linear() {
    let redactor = |bytes: &[u8]| drop(ndr::redact::Redactor::new().redact(bytes));
    let shapes: &[(&str, Shape)] = &[
        ("addresses", |n| mail(&"<a@example.com>: 550 5.1.1 no\n".repeat(n / 4))),
        ("words", |n| mail(&format!("<a@example.com>: 550 5.1.1 {}", "no.such.user ".repeat(n)))),
        ("colons", |n| mail(&":".repeat(n * 4))),
        ("base64", |n| mime("text/plain\nContent-Transfer-Encoding: base64", &"NTUwIDUuMS4xIG5v\n".repeat(n))),
        ("a returned body", |n| {
            mail(&format!(
                "<a@example.com>: 550 5.1.1 no\n\n--- Original message follows ---\nFrom: b@example.com\nTo: a@example.com\nSubject: x y\n\n{}",
                "secret words\n".repeat(n)
            ))
        }),
    ];
    for (name, shape) in shapes {
        assert_linear(name, *shape, redactor);
    }
}

#[test]
fn rendering_is_linear() {
    let shapes: &[(&str, Shape)] = &[
        ("one recipient's text", |n| format!("550 5.1.1 User unknown {}", "`<a> |* é\u{1b}".repeat(n))),
        ("recipients", |n| {
            mail(&(0..n / 8).map(|i| format!("<a{i}@example.com>: 550 5.1.1 no {i}\n")).collect::<String>())
        }),
        ("subject", |n| {
            format!(
                "From: mailer-daemon@example.com\nSubject: Undelivered Mail\n\n<a@example.com>: 550 5.1.1 no\n\n--- Original message follows ---\nSubject: {}\nFrom: b@example.com\nTo: a@example.com\n",
                "x\u{202e} ".repeat(n)
            )
        }),
    ];
    for (name, shape) in shapes {
        assert_linear(name, *shape, |bytes| {
            let report = ndr::decode(bytes);
            drop((human(&report, Options::default()), html(&report), markdown(&report)));
            drop(ticket(&report, Audience::Admin));
        });
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
