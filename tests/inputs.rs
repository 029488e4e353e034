//! Events, log lines, dialogues and tables: each sample gives what `inputs.tsv` says, and docs/inputs.md names every form.

use std::fmt::Write;
use std::path::Path;

fn path(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(name)
}

fn read(name: &str) -> String {
    std::fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A report as a row of the table.
fn row(file: &str, report: &ndr::Report) -> String {
    let or = |value: Option<String>| value.unwrap_or_else(|| "-".into());
    let event = or(report.event.clone());
    let mut out = format!("{file}\t{}\t{}\t{event}", report.kind, report.dialect.unwrap_or("-"));
    for one in &report.recipients {
        let suppress = one.diagnosis.as_ref().map(|diagnosis| diagnosis.suppress.slug().to_string());
        let action = one.action.map(|action| action.slug().to_string());
        let _ = write!(
            out,
            "\t{} {} {} {} {}",
            or(one.address.clone()),
            or(action),
            or(one.reply.map(|reply| reply.to_string())),
            or(one.status.map(|status| status.to_string())),
            or(suppress)
        );
    }
    out
}

#[test]
fn each_sample_gives_what_the_table_says() {
    let table = read("tests/inputs.tsv");
    let rows: Vec<&str> = table.lines().filter(|line| !line.starts_with('#')).collect();
    let mut wrong = String::new();
    for want in &rows {
        let file = want.split('\t').next().unwrap();
        let text = read(&format!("tests/samples/inputs/{file}"));
        let got = row(file, &ndr::decode(text.as_bytes()));
        if got != *want {
            let _ = writeln!(wrong, "want {want}\n got {got}");
        }
        let _ = ndr::decode(text.replace('\n', "\r\n").as_bytes());
    }
    assert!(wrong.is_empty(), "{wrong}");
    let files = std::fs::read_dir(path("tests/samples/inputs")).unwrap().count();
    assert_eq!(files, rows.len(), "every sample has a row");
}

#[test]
fn a_sample_may_end_anywhere() {
    for entry in std::fs::read_dir(path("tests/samples/inputs")).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        for end in (0..bytes.len()).step_by(7) {
            let report = ndr::decode(&bytes[..end]);
            assert!(
                report.recipients.iter().all(|one| one.address.as_deref() != Some("news@example.org")),
                "the sender failed"
            );
        }
    }
}

/// The page, with the tables made from the data.
fn page() -> String {
    let mut out = String::from(HEAD);
    for (kind, title) in [("event", "Events of mail services"), ("log", "Lines of logs"), ("table", "Tables")] {
        let mut rows: Vec<(&str, &str, &str)> =
            ndr::input_forms().filter(|form| form.kind == kind).map(|form| (form.name, form.told, form.id)).collect();
        rows.sort_by_key(|(name, ..)| name.to_lowercase());
        rows.dedup();
        let _ = write!(out, "\n## {title}\n\n");
        let (head, line) = if kind == "event" {
            ("| service | which | `dialect` |", "|---|---|---|")
        } else {
            ("| format | `dialect` |", "|---|---|")
        };
        let _ = writeln!(out, "{head}\n{line}");
        for (name, told, id) in rows {
            let told = if kind == "event" { format!(" {told} |") } else { String::new() };
            let _ = writeln!(out, "| {name} |{told} `{id}` |");
        }
    }
    out + TAIL
}

const HEAD: &str = "# What ndr reads besides mail

`ndr explain` and `ndr scan` find out what an input is. JSON, logs and tables are read by their structure: the recipient is \
who a field names as such, the outcome is the service's or the log's own word, and the server's words are those of the \
field that holds them. JSON of unknown form is read by the names of its fields (`rcpt`, `recipient`, `to`, `email`; \
`response`, `diagnostic`, `error`, `reason`; `smtp_code`, `status`); where no field names a recipient, or nothing failed, \
the answer says so and names nobody.

`ndr scan` makes one record of each event, line or row. Of a log or table it takes what failed or is late; `--all` takes \
the rest, too. `ndr scan bounces.csv --column smtp_response --keep id,sent_at` reads one column of any table.

The tables below are made from the data in `crates/ndr-core/src/phrases/events.rs` and `logs.rs`; a test compares them.
";

const TAIL: &str = "
## Dialogues and exceptions

Dialogues of SMTP as PHPMailer, swaks, smtplib, nodemailer, MailKit, curl, telnet, Ruby, MDaemon, hMailServer, SmarterMail, \
IceWarp, CommuniGate Pro, Exim and Exchange print them; exceptions of smtplib, aiosmtplib, nodemailer, PHPMailer, Symfony, \
Swift Mailer, JavaMail, MailKit and Ruby.

## Files

mbox, Maildir, MMDF, Apple Mail's `.emlx`, zip, tar, gzip, zstd, bzip2, xz. Outlook items (`.msg`) and `winmail.dat`, alone or attached to a mail: reports \
with the recipients that their properties name, ordinary messages, messages in messages, texts in RTF \
(samples: `tests/samples/outlook`). What is not read (`.rar`, `.7z`, `.pst`, `.oft` and others) is an error that names the way \
out; programs, pictures and other binaries in a directory are left out and counted.
";

#[test]
fn the_page_names_every_form() {
    let want = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path("docs/inputs.md"), &want).unwrap();
    }
    assert_eq!(read("docs/inputs.md"), want, "run with UPDATE_DOCS=1 to write docs/inputs.md");
}
