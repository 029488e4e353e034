//! Advice harms nobody: whatever an entry of the catalogue says, a bounce that is not about the recipient costs no
//! address, and what is temporary is never final.

use ndr::{Action, Basis, Diagnosis, Kind, Party, Recipient, Retry, Suppress};
use std::path::{Path, PathBuf};

/// A bounce in which `host` says something of one recipient.
fn bounce(said: &str) -> Vec<u8> {
    format!(
        "From: mailer-daemon@example.com\nTo: bob@example.com\nSubject: Undelivered Mail Returned to Sender\n\n\
         This is the mail system at host mail.example.com.\n\n\
         <anna@example.net>: host mx.example.net[192.0.2.1] said: {said}\n"
    )
    .into_bytes()
}

/// A delivery status of recipients: address, action, and words.
fn status(recipients: &[(&str, &str, &str)]) -> Vec<u8> {
    let mut mail = String::from(
        "From: mailer-daemon@example.com\nSubject: Report\nContent-Type: multipart/report; \
         report-type=delivery-status; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n\
         Reporting-MTA: dns; mail.example.com\n",
    );
    for (address, action, said) in recipients {
        mail += &format!("\nFinal-Recipient: rfc822; {address}\nAction: {action}\n");
        match said.split_once(' ') {
            Some((status, said)) => {
                mail += &format!("Status: {status}\nRemote-MTA: dns; mx.example.net\nDiagnostic-Code: smtp; {said}\n");
            }
            None => mail += &format!("Status: {said}\n"),
        }
    }
    (mail + "--b--\n").into_bytes()
}

fn diagnoses(report: &ndr::Report) -> Vec<(&Recipient, &Diagnosis)> {
    report.recipients.iter().filter_map(|one| Some((one, one.diagnosis.as_ref()?))).collect()
}

/// What must hold for every diagnosis, whatever the input.
fn assert_harmless(report: &ndr::Report, what: &str) {
    for (recipient, diagnosis) in diagnoses(report) {
        let is = format!("{what}: {} {:?}", diagnosis.entry.slug, recipient);
        let class = recipient.status.map(|status| u16::from(status.class()));
        let reply = recipient.reply.map(|reply| reply / 100);
        let early = ["CONNECT", "HELO", "EHLO", "STARTTLS", "AUTH", "MAIL FROM"];
        if diagnosis.about.is_some_and(Party::is_sending_side)
            || recipient.command.is_some_and(|command| early.contains(&command))
        {
            assert_eq!(diagnosis.suppress, Suppress::No, "{is}");
        }
        if class == Some(4)
            || reply == Some(4)
            || report.kind == Kind::Delay
            || recipient.action == Some(Action::Delayed)
        {
            assert_ne!(diagnosis.suppress, Suppress::Yes, "{is}");
            assert_ne!(diagnosis.retry, Retry::No, "{is}");
        }
        if matches!(diagnosis.basis, Basis::Range | Basis::Class) {
            assert_ne!(diagnosis.suppress, Suppress::Yes, "{is}");
        }
        assert!(diagnosis.suppress >= diagnosis.entry.suppress, "{is}");
    }
}

/// The same reply with codes of another class.
fn with_class_4(said: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for word in said.split(' ') {
        let is_code = word.starts_with('5')
            && word.len() >= 3
            && word.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-');
        out.push(if is_code { word.replacen('5', "4", 1).replace("-5.", "-4.") } else { word.to_string() });
    }
    out.join(" ")
}

#[test]
fn no_entry_costs_an_address_that_is_fine() {
    let (mut early, mut temporary, mut named) = (0, 0, 0);
    for entry in ndr::catalog().entries() {
        let Some(example) = entry.examples.first() else { continue };
        let what = |of: &str| format!("{} {of}", entry.slug);
        for command in ["RCPT TO", "end of DATA", "MAIL FROM", "HELO", "EHLO", "AUTH"] {
            let report = ndr::decode(&bounce(&format!("{example} (in reply to {command} command)")));
            assert_harmless(&report, &what(command));
            early += usize::from(report.recipients.iter().any(|one| one.command == Some("MAIL FROM")));
        }
        let late = with_class_4(example);
        let report = ndr::decode(&bounce(&late));
        assert_harmless(&report, &what("class 4"));
        temporary += diagnoses(&report).iter().filter(|(one, _)| one.reply.is_some_and(|reply| reply < 500)).count();
        assert_harmless(&ndr::explain(&late), &what("class 4, pasted"));
        assert_harmless(
            &ndr::decode(&status(&[("anna@example.net", "delayed", &format!("4.0.0 {example}"))])),
            &what("delayed"),
        );
        for words in [
            "Sender address rejected",
            "your account is blocked",
            "your IP [192.0.2.9] is listed",
            "from domain has no MX",
            "Client was not authenticated",
        ] {
            let report = ndr::decode(&bounce(&format!("{example}; {words}")));
            assert_harmless(&report, &what(words));
            for (_, diagnosis) in
                diagnoses(&report).iter().filter(|(one, _)| one.text.as_ref().is_some_and(|text| text.contains(words)))
            {
                named += 1;
                assert_eq!(diagnosis.suppress, Suppress::No, "{}: {words}: {diagnosis:?}", entry.slug);
            }
        }
    }
    assert!(early > 300 && temporary > 100 && named > 1000, "{early} {temporary} {named}");
}

#[test]
fn samples_harm_nobody() {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() { collect(&path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples"), &mut found);
    assert!(found.len() > 200);
    for path in found {
        assert_harmless(&ndr::decode(&std::fs::read(&path).unwrap()), &path.display().to_string());
    }
}

fn suppress(text: &str) -> Suppress {
    let report = ndr::explain(text);
    report.recipients[0].diagnosis.as_ref().unwrap_or_else(|| panic!("{text}")).suppress
}

#[test]
fn what_a_reply_says_decides() {
    use Suppress::*;
    for (text, want) in [
        ("550 5.1.1 <anna@example.net>: Recipient address rejected: User unknown", Yes),
        ("550 5.1.1", Yes),
        ("5.1.10", Yes),
        ("550 5.1.1 <anna@example.net>", Yes),
        ("450 4.1.1 <anna@example.net>: Recipient address rejected: User unknown", AfterRepeats),
        ("550 5.1.1 User unknown, please try again later", AfterRepeats),
        ("550 5.1.1 Kein solcher Teilnehmer im Verzeichnis", AfterRepeats),
        ("<bob@example.com>: Sender address rejected: User unknown in relay recipient table", No),
        ("550 5.1.1 User unknown (in reply to MAIL FROM command)", No),
        ("550 5.1.8 <bob@example.com>: Domain not found", No),
        ("535 5.1.1 User unknown", No),
    ] {
        assert_eq!(suppress(text), want, "{text}");
    }
}

#[test]
fn one_refused_sender_costs_no_recipient() {
    let said = "5.1.8 550 5.1.8 Sender address rejected: Domain not found (in reply to MAIL FROM command)";
    let report = ndr::decode(&status(&[
        ("anna@example.net", "failed", said),
        ("ben@example.net", "failed", "5.1.1"),
        ("cleo@example.net", "failed", "5.1.1"),
    ]));
    assert_eq!(report.recipients.len(), 3);
    assert_eq!(diagnoses(&report).len(), 3);
    for (recipient, diagnosis) in diagnoses(&report) {
        assert_eq!(diagnosis.suppress, Suppress::No, "{recipient:?}");
    }
    assert!(report.notes.iter().any(|note| note.code == "lowered-advice"), "{:?}", report.notes);
    // Recipients that were refused themselves stand for themselves.
    let report = ndr::decode(&status(&[
        ("anna@example.net", "failed", said),
        ("ben@example.net", "failed", "5.1.1 550 5.1.1 User unknown (in reply to RCPT TO command)"),
    ]));
    assert_eq!(diagnoses(&report)[1].1.suppress, Suppress::Yes);
}

/// Fronts show the diagnosis. The entry's own advice is for pages of the catalogue.
#[test]
fn no_front_reads_the_advice_of_an_entry() {
    fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() && path.file_name().is_none_or(|name| name != "target") {
                sources(&path, found);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                found.push(path);
            }
        }
    }
    let top = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for folder in ["crates/ndr-core/src", "crates/ndr-scan/src", "crates/ndr-cli/src", "bindings/python/src"] {
        sources(&top.join(folder), &mut found);
    }
    assert!(found.len() > 90, "{} files", found.len());
    // Where an entry is shown by itself: the item around the line takes an entry and no diagnosis.
    let shows_entries = |lines: &[&str]| {
        let is_item = |line: &&&str| {
            let line = line.trim_start();
            ["fn ", "pub fn ", "pub(crate) fn ", "impl "].iter().any(|start| line.starts_with(start))
        };
        lines
            .iter()
            .rev()
            .filter(is_item)
            .take(2)
            .any(|line| (line.contains("Entry") || line.contains("Entries")) && !line.contains("Row<"))
    };
    for path in found {
        if path.ends_with("ndr-core/src/advice.rs") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let reads = [".suppress", ".retry"].iter().any(|field| {
                line.match_indices(field).any(|(start, _)| {
                    let before = line[..start].trim_end();
                    let after = line[start + field.len()..].chars().next();
                    before.ends_with("entry") && !after.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '(')
                })
            });
            let chained = line.contains(".entry.suppress") || line.contains(".entry.retry");
            let own = chained && line.contains("self.entry.") && path.ends_with("python/src/catalog.rs");
            assert!(
                !reads || own || (!chained && shows_entries(&lines[..at])),
                "{}:{}: read the diagnosis, not the entry: {line}",
                path.display(),
                at + 1
            );
        }
    }
}
