//! Every sample: a snapshot of the JSON and of the answer for people; the same verdict with other line ends and from
//! pasted text; no panic when it is cut off anywhere.

#[path = "sample.rs"]
mod sample;

use ndr::render::{Options, human};
use sample::read;

/// What must not change with the dress of a message.
fn verdict(report: &ndr::Report) -> Vec<String> {
    let mut all = vec![format!("{} {:?}", report.kind, report.dialect)];
    all.extend(report.recipients.iter().map(|r| {
        let slug = r.diagnosis.as_ref().map(|d| d.entry.slug);
        format!("{:?} {:?} {:?} {:?} {slug:?} {:?}", r.address, r.status, r.reply, r.text, r.remote)
    }));
    all
}

/// The facts of a report as JSON: what the message states, and which entry explains it. The prose of an entry is the
/// catalogue's and changes with it.
fn facts(report: &ndr::Report) -> String {
    const OF_THE_ENTRY: &[&str] = &["title", "meaning", "steps", "links", "provider", "security", "origin"];
    let mut json = serde_json::to_value(report).unwrap();
    // Only events of mail services have one.
    json.as_object_mut().unwrap().retain(|name, value| name != "event" || !value.is_null());
    for recipient in json["recipients"].as_array_mut().unwrap() {
        recipient.as_object_mut().unwrap().remove("others");
        if let Some(diagnosis) = recipient["diagnosis"].as_object_mut() {
            diagnosis.retain(|name, _| !OF_THE_ENTRY.contains(&name.as_str()));
        }
    }
    serde_json::to_string_pretty(&json).unwrap()
}

#[test]
fn samples() {
    insta::glob!("samples/**/*.{eml,txt,html,json}", |path| {
        let bytes = read(path);
        let report = ndr::decode(&bytes);
        let text = human(&report, Options::default());
        sample::fits(path, &text, |line| line.trim_start().starts_with("https://"));
        insta::with_settings!({
            omit_expression => true,
            prepend_module_to_snapshot => false,
            snapshot_path => "snapshots/samples",
        }, { insta::assert_snapshot!(facts(&report)) });
    });
}

#[test]
fn line_ends_do_not_matter() {
    insta::glob!("samples/**/*.{eml,txt,html,json}", |path| {
        let lf = read(path);
        let want = verdict(&ndr::decode(&lf));
        for (ends, bytes) in sample::with_other_line_ends(&lf) {
            assert_eq!(verdict(&ndr::decode(&bytes)), want, "{} with {ends}", path.display());
        }
    });
}

#[test]
fn a_message_may_end_anywhere() {
    insta::glob!("samples/**/*.{eml,txt,html,json}", |path| {
        let bytes = read(path);
        for (at, byte) in bytes.iter().enumerate() {
            if *byte == b'\n' {
                let report = ndr::decode(&bytes[..at]);
                let _ = human(&report, Options { width: 60, color: true });
            }
        }
    });
}

#[test]
fn an_mbox_line_in_front_changes_nothing() {
    insta::glob!("samples/exchange/*.eml", |path| {
        let bytes = read(path);
        let want = verdict(&ndr::decode(&bytes));
        let boxed = [b"From MAILER-DAEMON Mon Nov 23 10:00:00 2026\n".as_slice(), &bytes].concat();
        assert_eq!(verdict(&ndr::decode(&boxed)), want, "{}", path.display());
    });
}

/// What a person copies out of a mail client: the text without the mail around it.
#[test]
fn pasted_text_gives_the_same_diagnosis() {
    let slugs = |report: &ndr::Report| -> Vec<Option<&'static str>> {
        report.recipients.iter().map(|r| r.diagnosis.as_ref().map(|d| d.entry.slug)).collect()
    };
    let mut compared = 0;
    insta::glob!("samples/exchange/*.eml", |path| {
        let bytes = read(path);
        let mail = ndr::decode(&bytes);
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        let text = match parsed.body_text(0) {
            // The words of the report, where the mail holds them at all.
            Some(text)
                if mail.kind == ndr::Kind::Failure
                    && ["550", "554", "530", "5.", "4."].iter().any(|code| text.contains(code)) =>
            {
                text
            }
            _ => return,
        };
        // A forwarded report is pasted without the words around it.
        if mail.notes.iter().any(|note| note.code == "forwarded-report") {
            return;
        }
        compared += 1;
        let pasted = ndr::explain(&text);
        for slug in slugs(&mail) {
            assert!(slugs(&pasted).contains(&slug), "{}: {slug:?} is not among {:?}", path.display(), slugs(&pasted));
        }
    });
    assert!(compared >= 60, "{compared}");
}
