//! The command `ndr`, as people and scripts use it. A snapshot shows arguments, exit status, standard output and
//! standard error together, so that this folder tells someone who never saw the program what it does.

use std::fmt;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A report of Exchange Online, with every part.
const SAMPLE: &str = "tests/samples/exchange/group-outside-5-7-133.eml";
/// Words that one entry knows, with a value in them.
const BANNED: &str = "550 5.7.606 Access denied, banned sending IP [203.0.113.7]";

/// A call of the program.
struct Call {
    args: Vec<String>,
    stdin: Vec<u8>,
    env: Vec<(&'static str, &'static str)>,
}

/// How it ended.
struct Ran {
    command: String,
    status: i32,
    stdout: Vec<u8>,
    stderr: String,
}

fn ndr<const N: usize>(args: [&str; N]) -> Call {
    Call { args: args.map(str::to_string).into(), stdin: Vec::new(), env: Vec::new() }
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ndr"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "COLUMNS"] {
        command.env_remove(name);
    }
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

impl Call {
    fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Call {
        self.stdin = bytes.into();
        self
    }

    fn env(mut self, name: &'static str, value: &'static str) -> Call {
        self.env.push((name, value));
        self
    }

    fn run(self) -> Ran {
        let mut child = command().args(&self.args).envs(self.env.iter().copied()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let bytes = self.stdin;
        let writer = std::thread::spawn(move || {
            // A command that reads nothing closes the pipe early.
            let _ = stdin.write_all(&bytes);
        });
        let output = child.wait_with_output().unwrap();
        writer.join().unwrap();
        let env = self.env.iter().map(|(name, value)| format!("{name}={value} "));
        let args = self.args.iter().map(|arg| if arg.contains(' ') { format!(" '{arg}'") } else { format!(" {arg}") });
        Ran {
            command: format!("{}ndr{}", env.collect::<String>(), args.collect::<String>()),
            status: output.status.code().expect("no signal"),
            stdout: output.stdout,
            stderr: String::from_utf8(output.stderr).expect("standard error is UTF-8"),
        }
    }
}

impl Ran {
    fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("standard output is UTF-8")
    }

    fn json(&self) -> serde_json::Value {
        serde_json::from_str(self.text()).unwrap_or_else(|error| panic!("{}: {error}\n{self}", self.command))
    }

    /// Only the first lines of the output, where the rest is shown by another snapshot.
    fn head(mut self, lines: usize) -> Ran {
        let all = self.text();
        let mut text: String = all.lines().take(lines).map(|line| format!("{line}\n")).collect();
        if all.lines().count() > lines {
            text += "[...]\n";
        }
        self.stdout = text.into_bytes();
        self
    }

    /// Other output in place of the real one, such as the part of it that matters.
    fn showing(mut self, stdout: String) -> Ran {
        self.stdout = stdout.into_bytes();
        self
    }

    /// The slugs of a list of entries.
    fn slugs(&self) -> Vec<String> {
        let entries = self.json();
        let slug = |entry: &serde_json::Value| entry["slug"].as_str().expect("a slug").to_string();
        entries.as_array().expect("an array").iter().map(slug).collect()
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "$ {}\nexit {}", self.command, self.status)?;
        for (name, text) in [("stdout", self.text()), ("stderr", self.stderr.as_str())] {
            if !text.is_empty() {
                // Escape sequences are shown, and so are spaces at the end of a line.
                let text = text.replace('\u{1b}', "\\e").replace("\r\n", "\\r\n").replace(" \n", "·\n");
                writeln!(f, "---- {name}\n{}", text.trim_end_matches('\n'))?;
            }
        }
        Ok(())
    }
}

/// Compares with `tests/snapshots/cli/NAME.snap`; temporary paths do not count.
#[track_caller]
fn check(name: &str, ran: &Ran) {
    let text = ran.to_string().replace(env!("CARGO_TARGET_TMPDIR"), "[tmp]");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots/cli" }, { insta::assert_snapshot!(name, text) });
}

/// An empty directory of its own for a test.
fn temporary(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn sample(path: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)).unwrap()
}

/// An mbox of two messages; a line of the first would end it if it were not quoted.
fn mbox() -> Vec<u8> {
    let mut all = Vec::new();
    for text in ["550 5.1.1 User unknown", "552 5.2.2 Mailbox full"] {
        all.extend_from_slice(
            format!(
                "From mailer-daemon@example.com Mon Nov 23 10:00:00 2026\n\
                 From: mailer-daemon@example.com\nSubject: Undelivered Mail Returned to Sender\n\n\
                 <user@example.net>: host mx.example.net[192.0.2.1] said:\n {text} (in reply to RCPT TO command)\n\
                 >From here on nothing matters.\n\n"
            )
            .as_bytes(),
        );
    }
    all
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// What `ndr scan --format ndjson` found, a line for each record.
fn records(ran: &Ran) -> String {
    let mut out = String::new();
    for line in ran.text().lines() {
        let record: serde_json::Value = serde_json::from_str(line).unwrap();
        let slug = |recipient: &serde_json::Value| recipient["diagnosis"]["slug"].as_str().unwrap_or("-").to_string();
        let slugs: Vec<String> = record["recipients"].as_array().unwrap().iter().map(slug).collect();
        let name = |key: &str| record[key].as_str().unwrap_or("null").to_string();
        out += &format!("{} {} {}\n", name("source"), name("kind"), slugs.join(" "));
    }
    out
}

// ---- help and usage

#[test]
fn help() {
    check("help", &ndr(["--help"]).run());
    check("help-explain", &ndr(["explain", "-h"]).run());
    let bare = ndr([]).run();
    assert_eq!(bare.status, 2, "{bare}");
    assert!(bare.stderr.contains("Usage: ndr"), "{bare}");
}

#[test]
fn bad_usage() {
    check("bad-usage-option", &ndr(["explain", "--nope"]).run());
    check("bad-usage-format", &ndr(["explain", "550 5.1.1", "--format", "yaml"]).run());
    check("bad-usage-for-and-format", &ndr(["explain", BANNED, "--for", "sender", "--format", "json"]).run());
    check("bad-usage-scan-format", &ndr(["scan", SAMPLE, "--format", "html"]).run());
    check("bad-usage-code-format", &ndr(["code", "5.7.1", "--format", "csv"]).run());
    assert_eq!(ndr(["scan", SAMPLE, "--jobs", "0"]).run().status, 2);
    assert_eq!(ndr(["scan"]).run().status, 2);
}

// ---- headers

/// The message that docs/headers.md shows.
const DOCUMENTED_ROUTE: &str = "tests/headers/bounce-dmarc.eml";
/// A report that returns a header with hops.
const WAY: &str = "tests/headers/bounce-remote-refused.eml";

#[test]
fn headers_in_every_format() {
    check("headers", &ndr(["headers", WAY]).run());
    check("headers-color", &ndr(["headers", WAY, "--color", "always"]).run());
    check("headers-markdown", &ndr(["headers", WAY, "--format", "markdown"]).run());
    check("headers-html", &ndr(["headers", WAY, "--format", "html"]).run());
    check("headers-csv", &ndr(["headers", WAY, "--format", "csv"]).run());
    let json = ndr(["headers", WAY, "--format", "json"]).run();
    assert_eq!(json.json()["chain"]["nodes"][3]["refused"], true, "{json}");
    let lines = ndr(["headers", WAY, "-f", "ndjson"]).run();
    assert_eq!(lines.text().lines().count(), 1, "{lines}");
    assert_eq!(lines.json(), json.json());
}

#[test]
fn headers_of_what() {
    let outer = ndr(["headers", WAY, "--outer", "--format", "json"]).run().json();
    assert_eq!(outer["message"]["subject"], "Undelivered Mail Returned to Sender");
    assert_eq!(outer["source"], "message");
    let bytes = sample("tests/headers/qmail.eml");
    let piped = ndr(["headers", "-", "--format", "json"]).stdin(bytes).run().json();
    assert_eq!(piped["path"]["hops"].as_array().unwrap().len(), 3);
    let text =
        ndr(["headers", "Received: from a.example.net by mx.example.com; Tue, 21 Jan 2025 06:59:56 +0000"]).run();
    assert_eq!(text.status, 0, "{text}");
    check("headers-nothing", &ndr(["headers", "hello there"]).run());
    check("headers-missing", &ndr(["headers", "no-such.eml"]).run());
}

#[test]
fn mail_that_is_not_yours() {
    let forged = "From: mailer-daemon@example.net\nSubject: Undelivered Mail Returned to Sender\n\n\
                  <user@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 User unknown\n\n\
                  --- Below this line is a copy of the message.\n\n\
                  Received: from [203.0.113.9] by mx.example.net; Thu, 1 Oct 2026 10:00:00 +0000\n\
                  From: ceo@contoso.com\nMessage-ID: <1@bot.example.org>\n";
    let hints = |domain: &str| {
        let ran = ndr(["headers", "-", "--domain", domain, "--format", "json"]).stdin(forged).run();
        let of = |hint: &serde_json::Value| hint["kind"].as_str().unwrap().to_string();
        ran.json()["hints"].as_array().unwrap().iter().map(of).collect::<Vec<_>>()
    };
    assert!(hints("contoso.com").contains(&"likely-backscatter".to_string()));
    assert!(!hints("example.net").contains(&"likely-backscatter".to_string()));
}

#[test]
fn scan_gives_the_way_only_when_asked() {
    let without = ndr(["scan", WAY, "--quiet", "--format", "ndjson"]).run().json();
    assert!(without.get("trace").is_none(), "{without}");
    let with = ndr(["scan", WAY, "--quiet", "--format", "ndjson", "--trace"]).run().json();
    assert_eq!(with["trace"]["path"]["hops"].as_array().unwrap().len(), 2, "{with}");
}

// ---- explain

#[test]
fn explain_a_text() {
    check("explain-text", &ndr(["explain", BANNED]).run());
}

#[test]
fn explain_a_file() {
    check("explain-file", &ndr(["explain", SAMPLE]).run());
}

#[test]
fn the_documents_show_what_the_program_prints() {
    for (page, command, path) in [("README.md", "explain", SAMPLE), ("docs/headers.md", "headers", DOCUMENTED_ROUTE)] {
        let text = String::from_utf8(sample(page)).unwrap();
        let ran = ndr([command, path]).run();
        let shown = format!("```console\n$ ndr {command} {path}\n{}```\n", ran.text());
        assert!(text.contains(&shown), "{page} shows an old answer; paste this:\n{shown}");
    }
}

#[test]
fn explain_standard_input() {
    let from_file = ndr(["explain", SAMPLE, "--format", "json"]).run();
    let ran = ndr(["explain", "-", "--format", "json"]).stdin(sample(SAMPLE)).run();
    let mut expected = from_file.json();
    expected["source"] = serde_json::Value::Null;
    assert_eq!(ran.json(), expected);
    check("explain-stdin", &ndr(["explain"]).stdin("452 4.5.3 Too many recipients\r\n").run().head(2));
}

#[test]
fn explain_nothing_recognised() {
    check("explain-nothing", &ndr(["explain", "hello"]).run());
    assert_eq!(ndr(["explain"]).stdin("").run().status, 1);
    assert_eq!(ndr(["explain", "hello", "--format", "json"]).run().status, 1);
}

#[test]
fn explain_what_was_perhaps_meant() {
    let prose = "my colleague says that since Monday the mailbox is full, why?";
    // A failure that no entry explains has no dead end either.
    let unknown = "Your message to kim@example.net could not be delivered: the frobnicator was full of mailbox quota";
    for (text, status) in [(prose, 1), (unknown, 0)] {
        for format in ["human", "markdown", "html"] {
            let ran = ndr(["explain", text, "--format", format]).run();
            assert_eq!(ran.status, status, "{format}: {text}");
            let said = ran.text();
            assert!(said.contains("Did you mean") && said.contains("generic-mailbox-full"), "{said}");
        }
    }
    // The answer of a program is as it was.
    let json = ndr(["explain", prose, "--format", "json"]).run();
    assert!(!json.text().contains("generic-mailbox-full"));
    let header = "Received: from a.example.com by mx.example.net; Tue, 4 Mar 2025 09:12:03 +0100\nFrom: a@example.com\nSubject: hi\n";
    let ran = ndr(["explain", "-"]).stdin(header).run();
    let said = ran.text();
    assert!(
        said.contains("the header of a message") && said.contains("ndr headers") && !said.contains("Did you mean"),
        "{said}"
    );
    // An answer that is known asks nothing.
    assert!(!ndr(["explain", BANNED]).run().text().contains("Did you mean"));
}

#[test]
fn explain_what_cannot_be_read() {
    let missing = ndr(["explain", "no-such-file.eml"]).run();
    assert_eq!((missing.status, missing.text()), (3, ""));
    // What the system says differs between systems.
    assert!(missing.stderr.starts_with("ndr: no-such-file.eml: "), "{missing}");
    check("explain-directory", &ndr(["explain", "tests/samples"]).run());
}

#[test]
fn explain_for_somebody() {
    check("explain-for-sender", &ndr(["explain", SAMPLE, "--for", "sender"]).run());
    check("explain-for-admin", &ndr(["explain", SAMPLE, "--for", "admin"]).run());
    check("explain-for-support", &ndr(["explain", SAMPLE, "--for", "support"]).run());
}

#[test]
fn explain_in_each_format() {
    check("explain-json", &ndr(["explain", BANNED, "--format", "json"]).run());
    check("explain-markdown", &ndr(["explain", BANNED, "--format", "markdown"]).run().head(12));
    let html = ndr(["explain", BANNED, "--format", "html"]).run();
    assert!(html.text().starts_with("<div class=\"ndr\">") && html.text().trim_end().ends_with("</div>"), "{html}");
    assert!(html.text().contains("your server&#39;s IP address"), "{html}");
    check("explain-csv", &ndr(["explain", BANNED, "--format", "csv"]).run());
    let line = ndr(["explain", BANNED, "--format", "ndjson"]).run();
    assert_eq!(line.text().lines().count(), 1);
    assert_eq!(line.json(), ndr(["explain", BANNED, "--format", "json"]).run().json());
}

#[test]
fn explain_in_colour() {
    check("explain-color", &ndr(["--color", "always", "explain", BANNED]).run().head(9));
    let plain = ndr(["explain", BANNED]).run();
    for call in [
        ndr(["explain", BANNED, "--color", "never"]),
        ndr(["explain", BANNED]).env("NO_COLOR", "1"),
        ndr(["explain", BANNED]).env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1"),
        ndr(["explain", BANNED, "--color", "never"]).env("CLICOLOR_FORCE", "1"),
    ] {
        let ran = call.run();
        assert_eq!(ran.text(), plain.text(), "{}", ran.command);
    }
    assert!(!plain.text().contains('\u{1b}'));
    assert!(ndr(["explain", BANNED]).env("CLICOLOR_FORCE", "1").run().text().contains('\u{1b}'));
    assert!(ndr(["explain", BANNED, "--color", "always"]).env("NO_COLOR", "1").run().text().contains('\u{1b}'));
}

#[test]
fn nothing_from_a_mail_reaches_the_terminal_raw() {
    let evil = "550 5.7.606 Access denied, banned sending IP [203.0.113.7] \u{1b}]52;c;eA==\u{7}\u{202e}";
    for format in ["human", "markdown", "html"] {
        let ran = ndr(["explain", "-", "--format", format]).stdin(evil).run();
        assert!(!ran.text().contains(['\u{1b}', '\u{7}', '\u{202e}']), "{format}: {ran}");
    }
    let formula = ndr(["explain", "-", "--format", "csv"]).stdin("=1+1 550 5.1.1 User unknown").run();
    assert!(!formula.text().contains(",="), "{formula}");
    let call = ["explain", "-", "--format", "csv", "--csv-raw"];
    let raw = ndr(call).stdin("=1+1 550 5.1.1 User unknown").run();
    assert!(raw.text().contains(",=1+1 550 5.1.1 User unknown,"), "{raw}");
}

#[test]
fn an_overlay() {
    let place = temporary("overlay");
    let good = place.join("own.yaml");
    std::fs::write(
        &good,
        "entries:\n- slug: own-quarantine\n  provider: generic\n  title: Our own gateway keeps the message\n  codes: []\n  \
         texts: [\"kept by the Fabrikam gateway\"]\n  category: content\n  meaning: The gateway keeps it.\n  steps:\n    \
         sender: [Ask the help desk.]\n  examples: [\"550 kept by the Fabrikam gateway\"]\n  sources:\n  - name: our own wiki\n    \
         checked: 2026-11-23\n    trust: documented\n",
    )
    .unwrap();
    let overlay = good.display().to_string();
    let ran = ndr(["explain", "550 kept by the Fabrikam gateway", "--catalog", &overlay, "--format", "json"]).run();
    let diagnosis = &ran.json()["recipients"][0]["diagnosis"];
    assert_eq!(diagnosis["slug"], "own-quarantine");
    assert_eq!(diagnosis["origin"], overlay.as_str());

    let bad = place.join("bad.yaml");
    std::fs::write(&bad, "entries:\n- slug: Own Quarantine\n  provider: generic\n").unwrap();
    let ran = ndr(["list", "--catalog", &bad.display().to_string()]).run();
    assert_eq!((ran.status, ran.text()), (3, ""), "{ran}");
    for wanted in ["`Own Quarantine` is not kebab-case", "bad.yaml:2:9", "^^^^"] {
        assert!(ran.stderr.contains(wanted), "{wanted} is missing: {ran}");
    }
    assert_eq!(ndr(["list", "--catalog", "no-such-file.yaml"]).run().status, 3);
}

// ---- code, search, list

#[test]
fn code_with_several_meanings() {
    let ran = ndr(["code", "5.7.1", "--format", "json"]).run();
    let slugs = ran.slugs();
    for wanted in ["client-not-authenticated", "delivery-not-authorized"] {
        assert!(slugs.iter().any(|slug| slug == wanted), "{wanted} is missing: {slugs:?}");
    }
    let human = ndr(["code", "5.7.1"]).run();
    assert!(human.text().starts_with(&format!("5.7.1 has {} entries\n", slugs.len())), "{human}");
    assert_eq!(human.text().matches("\n────────").count(), slugs.len() - 1);
}

#[test]
fn code_within_a_range() {
    check("code-range", &ndr(["code", "5.7.606"]).run());
    check("code-markdown", &ndr(["code", "5.7.606", "--format", "markdown"]).run().head(6));
}

#[test]
fn code_of_a_slug() {
    assert_eq!(ndr(["code", "banned-sending-ip"]).run().text(), ndr(["code", "5.7.606"]).run().text());
    check("code-slug", &ndr(["code", "client-not-authenticated"]).run().head(4));
}

#[test]
fn code_unknown() {
    let near = ndr(["code", "baned-sending-ip"]).run();
    assert_eq!((near.status, near.text()), (1, ""), "{near}");
    assert!(near.stderr.starts_with("ndr: the catalogue has no entry for `baned-sending-ip`"), "{near}");
    assert!(near.stderr.contains("nearest: banned-sending-ip"), "{near}");
    check("code-unknown", &ndr(["code", "5.7"]).run());
    check("code-general", &ndr(["code", "5.8.1"]).run().head(5));
    for unknown in ["5.7", "6.1.1", "999", ""] {
        let json = ndr(["code", unknown, "--format", "json"]).run();
        assert_eq!((json.status, json.text().trim()), (1, "[]"), "{unknown}");
    }
}

#[test]
fn search() {
    check("search", &ndr(["search", "banned sending ip", "--limit", "1"]).run());
    check("search-typo", &ndr(["search", "baned", "sendng", "-n", "1"]).run());
    check("search-nothing", &ndr(["search", "xylophone"]).run());
    let best = ndr(["search", "relay access denied", "--format", "json", "-n", "3"]).run();
    assert_eq!(best.slugs().len(), 3);
}

#[test]
fn list() {
    let slugs = |ran: Ran| {
        let slugs = ran.slugs().join("\n");
        ran.showing(slugs)
    };
    check("list-provider", &slugs(ndr(["list", "--provider", "hve", "--format", "json"]).run()));
    let filters = ["list", "--provider", "exchange-online", "--category", "account-blocked", "--act", "provider"];
    let [a, b, c, d, e, f, g] = filters;
    check("list-filters", &slugs(ndr([a, b, c, d, e, f, g, "--format", "json"]).run()));
    let all = ndr(["list", "--format", "json"]).run();
    assert_eq!(all.status, 0);
    let lines = ndr(["list", "--format", "ndjson"]).run();
    assert_eq!(lines.text().lines().count(), all.slugs().len());
}

#[test]
fn list_holds_every_field() {
    let all = ndr(["list", "--format", "json"]).run().json();
    for entry in all.as_array().unwrap() {
        for field in [
            "slug",
            "provider",
            "title",
            "codes",
            "replies",
            "texts",
            "category",
            "permanent",
            "act",
            "suppress",
            "retry",
            "meaning",
            "steps",
            "links",
            "examples",
            "sources",
        ] {
            assert!(entry.get(field).is_some(), "{}: {field}", entry["slug"]);
        }
    }
}

#[test]
fn list_bad_filter() {
    check("list-bad-category", &ndr(["list", "--category", "nope"]).run());
    check("list-bad-act", &ndr(["list", "--act", "nope"]).run());
    let ran = ndr(["list", "--provider", "nope"]).run();
    assert_eq!(ran.status, 2, "{ran}");
    assert!(ran.stderr.contains("exchange-online"), "{ran}");
}

// ---- schema, completions, man

/// The values of `enum` at a place of the schema, without null.
fn values(schema: &serde_json::Value, place: &str) -> Vec<String> {
    let list = schema.pointer(place).and_then(|list| list.as_array()).unwrap_or_else(|| panic!("{place}"));
    list.iter().filter_map(|value| value.as_str().map(str::to_string)).collect()
}

#[test]
fn the_catalogue_fits_the_schema_that_editors_use() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (text, schema) = (read("catalog.yaml"), read("crates/ndr-catalog/generated/catalog.schema.json"));
    assert_eq!(
        text.lines().next(),
        Some("# yaml-language-server: $schema=./crates/ndr-catalog/generated/catalog.schema.json")
    );
    let validator = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    let errors = |text: &str| -> Vec<String> {
        let value: serde_json::Value = serde_yaml::from_str(text).unwrap();
        validator.iter_errors(&value).take(5).map(|error| format!("{}: {error}", error.instance_path())).collect()
    };
    assert_eq!(errors(&text), [""; 0]);
    for (old, new) in [
        ("category: mailbox-full", "category: mailbox-ful"),
        ("checked: 2026-11-23", "checked: 23.11.2026"),
        ("codes: [\"5.2.2\"]", "codes: [\"5.2\"]"),
        ("links: [\"https://", "links: [\"http://"),
        ("  meaning: >-", "  meening: >-"),
    ] {
        let changed = text.replacen(old, new, 1);
        assert_ne!(changed, text, "{old} is not there");
        assert!(!errors(&changed).is_empty(), "the schema allows {new}");
    }
}

#[test]
fn schema_is_valid_and_names_every_value() {
    let ran = ndr(["schema"]).run();
    assert_eq!(ran.status, 0);
    let schema = ran.json();
    assert!(jsonschema::meta::is_valid(&schema));
    macro_rules! same {
        ($place:literal, $name:ty) => {
            let known: Vec<String> = <$name>::ALL.iter().map(|value| value.slug().to_string()).collect();
            assert_eq!(values(&schema, $place), known, "{}", $place);
        };
    }
    same!("/properties/kind/enum", ndr::Kind);
    same!("/$defs/recipient/properties/action/enum", ndr::Action);
    same!("/$defs/diagnosis/properties/category/enum", ndr::Category);
    same!("/$defs/diagnosis/properties/act/items/enum", ndr::Actor);
    same!("/$defs/diagnosis/properties/suppress/enum", ndr::Suppress);
    same!("/$defs/diagnosis/properties/retry/enum", ndr::Retry);
    same!("/$defs/diagnosis/properties/about/enum", ndr::Party);
    same!("/$defs/diagnosis/properties/certainty/enum", ndr::Certainty);
}

#[test]
fn every_sample_obeys_the_schema() {
    let validator = jsonschema::validator_for(&ndr(["schema"]).run().json()).unwrap();
    let ran = ndr(["scan", "tests/samples", "--format", "ndjson", "--quiet"]).run();
    let traced = ndr(["scan", "tests/samples", "tests/headers", "--format", "ndjson", "--quiet", "--trace"]).run();
    let texts = ["hello", BANNED, "421", "5.7.1"].map(|text| ndr(["explain", text, "--format", "ndjson"]).run());
    let unreadable = ndr(["scan", "no-such-file.eml", "--format", "ndjson"]).run();
    let mut count = 0;
    for ran in [&ran, &traced, &unreadable].into_iter().chain(&texts) {
        for line in ran.text().lines() {
            count += 1;
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let errors: Vec<String> =
                validator.iter_errors(&record).map(|error| format!("{}: {error}", error.instance_path())).collect();
            assert!(errors.is_empty(), "{}: {errors:#?}", record["source"]);
        }
    }
    assert!(count > 220, "only {count} records");
}

#[test]
fn every_trace_obeys_the_schema() {
    let mut schema = ndr(["schema"]).run().json();
    let record = schema.as_object_mut().unwrap();
    record.retain(|key, _| key.starts_with('$'));
    record.insert("$ref".into(), "#/$defs/trace".into());
    let validator = jsonschema::validator_for(&schema).unwrap();
    let place = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/headers");
    let mut count = 0;
    for file in std::fs::read_dir(place).unwrap() {
        let path = file.unwrap().path().display().to_string();
        if path.ends_with(".eml") {
            count += 1;
            let ran = ndr(["headers", &path, "--format", "json"]).run();
            let errors: Vec<String> =
                validator.iter_errors(&ran.json()).map(|e| format!("{}: {e}", e.instance_path())).collect();
            assert!(errors.is_empty(), "{path}: {errors:#?}");
        }
    }
    assert!(count >= 40, "only {count} files");
}

#[test]
fn completions_and_man() {
    let bash = ndr(["completions", "bash"]).run();
    assert!(bash.text().starts_with("_ndr() {"), "{}", bash.head(3));
    for shell in ["zsh", "fish", "powershell", "elvish"] {
        let ran = ndr(["completions", shell]).run();
        assert!(ran.status == 0 && ran.text().contains("explain"), "{shell}");
    }
    let man = ndr(["man"]).run();
    assert!(man.text().contains(".TH ndr 1") && man.text().contains(".SH NAME"), "{}", man.head(5));
}

// ---- scan

#[test]
fn scan_gives_the_same_whatever_the_jobs() {
    for format in ["ndjson", "json", "csv", "human"] {
        let one = ndr(["scan", "tests/samples", "--format", format, "--jobs", "1"]).run();
        let four = ndr(["scan", "tests/samples", "--format", format, "--jobs", "4"]).run();
        assert_eq!(one.status, 0, "{}", one.stderr);
        assert!(one.stdout == four.stdout, "{format}: the output depends on --jobs");
        assert_eq!(one.stderr, four.stderr);
    }
}

#[test]
fn scan_in_json_is_one_document() {
    let many = ndr(["scan", "tests/samples", "--format", "json", "--quiet"]).run().json();
    let lines = ndr(["scan", "tests/samples", "--format", "ndjson", "--quiet"]).run();
    let lines: Vec<serde_json::Value> = lines.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(many, serde_json::Value::Array(lines));
    let place = temporary("scan-empty");
    assert_eq!(ndr(["scan", &place.display().to_string(), "--format", "json"]).run().json(), serde_json::json!([]));
}

#[test]
fn scan_for_people() {
    check("scan-human", &ndr(["scan", SAMPLE, SAMPLE, "--format", "human"]).run());
    check("scan-quiet", &ndr(["scan", SAMPLE, "--format", "csv", "--quiet"]).run());
}

#[test]
fn scan_goes_on_past_what_cannot_be_read() {
    let place = temporary("scan-unreadable");
    std::fs::write(place.join("a.eml"), sample(SAMPLE)).unwrap();
    let mut broken = gzip(&mbox());
    broken.truncate(20);
    std::fs::write(place.join("b.mbox.gz"), broken).unwrap();
    std::fs::write(place.join("c.eml"), sample(SAMPLE)).unwrap();
    let ran = ndr(["scan", "no-such-file.eml", &place.display().to_string(), "--format", "ndjson"]).run();
    assert_eq!(ran.status, 3, "{ran}");
    let errors: Vec<String> =
        ran.text().lines().filter(|line| line.contains("\"code\":\"error\"")).map(String::from).collect();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert_eq!(ran.stderr.lines().filter(|line| line.starts_with("ndr: ")).count(), 2, "{}", ran.stderr);
    assert!(ran.stderr.contains("4 messages, 2 unreadable"), "{}", ran.stderr);
    let found = records(&ran).replace(env!("CARGO_TARGET_TMPDIR"), "[tmp]");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "snapshots/cli" }, { insta::assert_snapshot!("scan-unreadable", found) });
}

#[test]
fn scan_opens_containers() {
    let place = temporary("scan-containers");
    std::fs::write(place.join("1.mbox"), mbox()).unwrap();
    std::fs::write(place.join("2.mbox.gz"), gzip(&mbox())).unwrap();
    std::fs::write(place.join("3.eml.gz"), gzip(&sample(SAMPLE))).unwrap();

    let mut tar = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(sample(SAMPLE).len() as u64);
    header.set_mode(0o644);
    header.set_cksum();
    tar.append_data(&mut header, "in/a.eml", sample(SAMPLE).as_slice()).unwrap();
    let tar = tar.into_inner().unwrap();
    std::fs::write(place.join("4.tar"), &tar).unwrap();
    std::fs::write(place.join("5.tar.gz"), gzip(&tar)).unwrap();

    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("a.eml", zip::write::SimpleFileOptions::default()).unwrap();
    zip.write_all(&sample(SAMPLE)).unwrap();
    std::fs::write(place.join("6.zip"), zip.finish().unwrap().into_inner()).unwrap();

    for folder in ["cur", "new", "tmp"] {
        std::fs::create_dir_all(place.join("7-maildir").join(folder)).unwrap();
    }
    std::fs::write(place.join("7-maildir/cur/1764000000.1.host:2,S"), sample(SAMPLE)).unwrap();

    let ran = ndr(["scan", &place.display().to_string(), "--format", "ndjson", "--quiet"]).run();
    let found = records(&ran);
    let ran = ran.showing(found);
    check("scan-containers", &ran);
}

#[test]
fn scan_standard_input() {
    for (name, bytes) in [("mbox", mbox()), ("mbox.gz", gzip(&mbox())), ("eml", sample(SAMPLE))] {
        let ran = ndr(["scan", "-", "--format", "ndjson", "--quiet"]).stdin(bytes).run();
        let found = records(&ran);
        check(&format!("scan-stdin-{name}"), &ran.showing(found));
    }
}

#[test]
fn scan_names_what_it_skips() {
    let ran = ndr(["scan", "/dev/null", SAMPLE, "--format", "ndjson"]).run();
    if cfg!(unix) {
        assert_eq!(ran.status, 0, "{ran}");
        assert!(
            ran.text().contains(r#""notes":[{"code":"skipped","text":"a device, not a file; it was not opened"}]"#)
        );
        assert!(ran.stderr.contains("2 messages, 1 skipped"), "{ran}");
    }
}

// ---- summary

/// Bounces of one blocked address, one mailbox that is gone, one that is full.
fn mailing() -> Vec<u8> {
    let mut all = Vec::new();
    let blocked = "550 5.7.606 Access denied, banned sending IP [203.0.113.7]";
    let rows = [("a@example.net", blocked), ("b@contoso.com", blocked), ("c@example.net", blocked)];
    let rest = [("gone@example.net", "550 5.1.1 User unknown"), ("full@example.net", "452 4.2.2 Mailbox full")];
    for (n, (address, said)) in rows.into_iter().chain(rest).enumerate() {
        all.extend_from_slice(
            format!(
                "From mailer-daemon@example.com Mon Nov 23 10:00:00 2026\n\
                 From: mailer-daemon@example.com\nSubject: Undelivered Mail Returned to Sender\n\
                 Date: Mon, 23 Nov 2026 10:0{n}:00 +0000\n\n\
                 <{address}>: host mx.example.net[192.0.2.1] said:\n {said} (in reply to RCPT TO command)\n\n"
            )
            .as_bytes(),
        );
    }
    all
}

#[test]
fn summary() {
    check("summary", &ndr(["summary", "-"]).stdin(mailing()).run());
    let ran = ndr(["summary", "-", "--format", "json"]).stdin(mailing()).run();
    check("summary-json", &ran);
    let lists = ["human", "json", "ndjson", "csv"];
    for (list, format) in lists.map(|format| ("suppress", format)).into_iter().chain(lists.map(|f| ("retry", f))) {
        let ran = ndr(["summary", "-", "--list", list, "--format", format]).stdin(mailing()).run();
        check(&format!("summary-{list}-{format}"), &ran);
    }
    let once = ndr(["summary", "-", "--list", "suppress", "--repeats", "1"]).stdin(mailing()).run();
    assert!(once.text().contains("full@example.net") && !once.text().contains("a@example.net"), "{once}");
    check("bad-usage-summary-format", &ndr(["summary", "-", "--format", "csv"]).run());
    assert_eq!(ndr(["summary", "-", "--list", "retry", "--format", "html"]).run().status, 2);
    assert_eq!(ndr(["summary", "no-such-file.eml"]).run().status, 3);
}

// ---- the catalogue at work

/// Messages that say in words of their own what no text of the catalogue matches.
fn unknown_mail(name: &str) -> PathBuf {
    let place = temporary(name);
    for (file, text) in [
        ("1.txt", "550 5.7.812 Attachment of ann@contoso.com is kept back by gw1.contoso.com for a look"),
        ("2.txt", "550 5.7.812 Attachment of <bob@fabrikam.com> is kept back by gw2.contoso.com, for a look!"),
        ("3.txt", "554 5.0.0 Gremlins in box 4711 at 198.51.100.23, ask for Jq83kd92x"),
        ("4.txt", "550 5.1.1 User unknown"),
        ("5.txt", "250 2.0.0 Gremlins are fine here"),
    ] {
        std::fs::write(place.join(file), text).unwrap();
    }
    place
}

#[test]
fn unknowns() {
    let place = unknown_mail("unknowns");
    let place = place.display().to_string();
    let mut ran = ndr(["unknowns", &place]).run();
    // The date of today.
    let text: String = ran
        .text()
        .lines()
        .map(|line| match line.strip_prefix("      checked: ") {
            Some(_) => "      checked: [today]\n".to_string(),
            None => format!("{line}\n"),
        })
        .collect();
    let yaml = ran.text().to_string();
    ran = ran.showing(text);
    check("unknowns", &ran);
    for private in ["contoso", "fabrikam", "4711", "198.51.100.23", "Jq83kd92x", "ann", "bob"] {
        assert!(!yaml.contains(private), "{private} is in\n{yaml}");
    }

    // The output is an overlay as it stands, and then nothing is unknown any more.
    let overlay = temporary("unknowns-overlay").join("own.yaml");
    std::fs::write(&overlay, yaml).unwrap();
    let again = ndr(["--catalog", &overlay.display().to_string(), "unknowns", &place]).run();
    assert_eq!((again.status, again.text()), (1, ""), "{again}");
    assert!(again.stderr.contains("3 failures") || again.stderr.contains("4 failures"), "{again}");

    let json = ndr(["unknowns", &place, "--at-least", "2", "--format", "json"]).run().json();
    assert_eq!(json[0]["count"], 2);
    assert_eq!(json[0]["text"], "Attachment of {address} is kept back by {host} for a look");
    assert_eq!(json.as_array().map(Vec::len), Some(1));
    let lines = ndr(["unknowns", &place, "--format", "ndjson"]).run();
    assert_eq!(lines.text().lines().count(), 2);

    assert_eq!(ndr(["unknowns", "no-such-file"]).run().status, 3);
    assert_eq!(ndr(["unknowns", &place, "--format", "csv"]).run().status, 2);
}

#[test]
fn catalog_diff() {
    let place = unknown_mail("diff");
    let place = place.display().to_string();
    let folder = temporary("diff-overlay");
    let overlay = folder.join("own.yaml");
    let entry = "entries:\n- slug: our-gremlins\n  provider: generic\n  title: There are gremlins\n  codes: []\n  \
                 texts: [\"Gremlins in box {number}\"]\n  category: system-error\n  meaning: The box has gremlins.\n  \
                 steps: {sender: [Wait.]}\n  examples: [\"554 Gremlins in box 7\"]\n  \
                 sources: [{name: Us, checked: 2026-11-23, trust: observed}]\n";
    std::fs::write(&overlay, entry).unwrap();
    let overlay = overlay.display().to_string();

    // An overlay as the old catalogue, and as the new one.
    check("catalog-diff", &ndr(["catalog", "diff", "--against", &overlay, &place]).run());
    let built_in = "catalog.yaml";
    let ran = ndr(["--catalog", &overlay, "catalog", "diff", "--against", built_in, &place, "--format", "json"]).run();
    assert_eq!(ran.status, 1, "{ran}");
    let json = ran.json();
    assert_eq!(json.as_array().map(Vec::len), Some(1), "{ran}");
    assert_eq!(json[0]["new"]["slug"], "our-gremlins");
    assert_eq!(json[0]["old"]["category"], "policy");

    // Nothing changes.
    let same = ndr(["catalog", "diff", "--against", built_in, &place, "--format", "json"]).run();
    assert_eq!((same.status, same.text()), (0, "[]\n"), "{same}");
    let same = ndr(["catalog", "diff", "--against", built_in, "tests/samples"]).run();
    assert_eq!((same.status, same.text()), (0, ""), "{same}");

    let broken = folder.join("broken.yaml");
    std::fs::write(&broken, entry.replace("system-error", "system-eror").replace("Wait.", "")).unwrap();
    check("catalog-diff-broken", &ndr(["catalog", "diff", "--against", &broken.display().to_string(), &place]).run());
    assert_eq!(ndr(["catalog", "diff", "--against", "no-such-file.yaml", &place]).run().status, 3);
    assert_eq!(ndr(["catalog", "diff", "--against", built_in, "no-such-file"]).run().status, 3);
    assert_eq!(ndr(["catalog", "diff", "--against", built_in, "-"]).run().status, 2);
    assert_eq!(ndr(["catalog", "diff", &place]).run().status, 2);
}

/// Several overlays: each may use and override what those before it hold.
#[test]
fn overlays_build_on_each_other() {
    let folder = temporary("overlays");
    let entry = |title: &str, provider: &str| {
        format!(
            "entries:\n- slug: our-gremlins\n  provider: {provider}\n  title: {title}\n  codes: []\n  \
             texts: [\"Gremlins in box {{number}}\"]\n  category: system-error\n  meaning: The box has gremlins.\n  \
             steps: {{sender: [Wait.]}}\n  examples: [\"554 Gremlins in box 7\"]\n  \
             sources: [{{name: Us, checked: 2026-11-23, trust: observed}}]\n"
        )
    };
    let (one, two) = (folder.join("one.yaml"), folder.join("two.yaml"));
    let provider = "providers:\n- id: our-gateway\n  name: Our gateway\n  hosts: [\"*.gw.example.com\"]\n";
    std::fs::write(&one, provider.to_string() + &entry("Theirs", "our-gateway")).unwrap();
    std::fs::write(&two, entry("Ours", "our-gateway")).unwrap();
    let (one, two) = (one.display().to_string(), two.display().to_string());
    let ran = ndr(["--catalog", &one, "--catalog", &two, "code", "our-gremlins", "--format", "json"]).run();
    assert_eq!(ran.json()[0]["title"], "Ours", "{ran}");
    assert_eq!(ran.json()[0]["origin"], two.as_str(), "{ran}");
    // Alone, the second one names a provider that is nowhere.
    let ran = ndr(["--catalog", &two, "list"]).run();
    assert_eq!(ran.status, 3);
    assert!(ran.stderr.contains("there is no provider `our-gateway`"), "{ran}");
}

// ---- pipes

#[test]
fn a_closed_pipe_is_no_error() {
    for args in [
        vec!["list", "--format", "ndjson"],
        vec!["list"],
        vec!["code", "5.7.1"],
        vec!["scan", "tests/samples", "tests/samples", "--format", "ndjson", "--quiet"],
        vec!["completions", "bash"],
        vec!["man"],
        vec!["schema"],
    ] {
        // As `| head -1` does: read a line, then go away.
        let mut child = command().args(&args).spawn().unwrap();
        let mut line = String::new();
        let mut stdout = BufReader::with_capacity(64, child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        drop(stdout);
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{args:?}: {stderr}");
        assert_eq!(stderr, "", "{args:?}");
        assert!(!line.is_empty(), "{args:?}");
    }
}

// ---- limits, masking, hostile names

#[test]
fn limits() {
    let long = format!("550 5.1.1 User unknown {}", "word ".repeat(1_000));
    let ran = ndr(["explain", "-f", "json", "--limit", "text_bytes=1K", "--limit", "recipients=5"]).stdin(long).run();
    assert_eq!(ran.status, 0, "{ran}");
    let notes = ran.json()["notes"].to_string();
    assert!(notes.contains("limit-text-bytes") && notes.contains("1024"), "{notes}");
    check("bad-usage-limit-name", &ndr(["explain", "550", "--limit", "colour=1"]).run());
    check("bad-usage-limit-value", &ndr(["explain", "550", "--limit", "parts=many"]).run());
    let help = ndr(["explain", "--help"]).run();
    for name in ndr::Limits::NAMES {
        assert!(help.text().contains(name), "the help says nothing of {name}");
    }
}

#[test]
fn redact() {
    check("redact", &ndr(["redact", "tests/samples/postfix/user-unknown.eml"]).run());
    let place = temporary("redact");
    std::fs::create_dir_all(&place).unwrap();
    let (out, map) = (place.join("masked.eml").display().to_string(), place.join("map.json").display().to_string());
    let ran = ndr(["redact", SAMPLE, "-o", &out, "--map", &map]).run();
    assert_eq!((ran.status, ran.stdout.len()), (0, 0), "{ran}");
    let rows: serde_json::Value = serde_json::from_slice(&std::fs::read(&map).unwrap()).unwrap();
    let masked = String::from_utf8(std::fs::read(&out).unwrap()).unwrap();
    let rows = rows.as_array().unwrap();
    assert!(rows.len() > 5);
    for row in rows {
        assert!(masked.contains(row["token"].as_str().unwrap()), "{row}");
    }
    let kept = ndr(["redact", SAMPLE, "--keep", "*.contoso.com"]).run();
    assert!(kept.text().contains("@contoso.com") && !kept.text().contains("mia@"), "{kept}");
    assert_eq!(ndr(["redact", "tests/no-such.eml"]).run().status, 3);
}

/// The name of a file is a message's text too: an attachment is saved under the name that its sender gave it.
#[cfg(unix)]
#[test]
fn hostile_file_names() {
    let place = temporary("names");
    std::fs::create_dir_all(&place).unwrap();
    for name in ["=cmd|' C'!A1.eml", "a\u{1b}[2J\u{9b}31m\u{202e}.eml", "line\nbreak.eml", "@SUM(1+1).eml"] {
        std::fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(SAMPLE), place.join(name)).unwrap();
    }
    let place = place.display().to_string();
    let harmless = |text: &str| text.chars().all(|c| c == '\n' || !(c.is_control() || c == '\u{202e}'));
    let ran = ndr(["scan", &place, "--format", "human"]).run();
    assert!(harmless(ran.text()) && harmless(&ran.stderr), "{ran}");
    assert_eq!(ran.text().lines().count(), 4, "{ran}");
    let missing = format!("{place}/no\u{1b}[2J\u{9b}31m.eml");
    for args in [["explain", missing.as_str()], ["scan", missing.as_str()], ["redact", missing.as_str()]] {
        let ran = ndr(args).run();
        assert_eq!(ran.status, 3, "{ran}");
        assert!(harmless(&ran.stderr) && ran.stderr.contains("\\u{1b}[2J"), "{ran}");
    }
    // Relative, so that a cell begins with the name.
    let mut scan = command();
    let ran = scan
        .current_dir(&place)
        .args(["scan", "=cmd|' C'!A1.eml", "@SUM(1+1).eml", "--format", "csv", "-q"])
        .output()
        .unwrap();
    let csv = String::from_utf8(ran.stdout).unwrap();
    let sources: Vec<&str> = csv.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
    assert_eq!(sources, ["'=cmd|' C'!A1.eml", "'@SUM(1+1).eml"], "{csv}");
    let mut scan = command();
    let ran = scan.current_dir(&place).args(["scan", "=cmd|' C'!A1.eml", "--format", "ndjson", "-q"]).output().unwrap();
    let json: serde_json::Value = serde_json::from_slice(&ran.stdout).unwrap();
    assert_eq!(json["source"], "=cmd|' C'!A1.eml");
}

/// `ndr explain` of a mailbox or an archive shows the first message and says so.
#[test]
fn explain_shows_the_first_of_a_mailbox() {
    let folder = temporary("first");
    let mail = "From: mailer-daemon@example.net\nTo: mia@example.org\nSubject: Undelivered Mail Returned to Sender\n\n\
                <kim@example.com>: host mx.example.com[192.0.2.1] said: 550 5.1.1 User unknown\n";
    let boxed = format!("From x@example.com Mon Jan  1 00:00:00 2024\n{mail}\n");
    let mmdf = format!("\u{1}\u{1}\u{1}\u{1}\n{mail}\u{1}\u{1}\u{1}\u{1}\n");
    let emlx = format!("{}      \n{mail}<?xml version=\"1.0\"?>\n", mail.len());
    for (name, bytes, count) in
        [("two.mbox", boxed.repeat(2), Some(2)), ("two.mmdf", mmdf.repeat(2), Some(2)), ("one.emlx", emlx, None)]
    {
        let path = folder.join(name);
        std::fs::write(&path, bytes).unwrap();
        let shown = ndr(["explain", path.to_str().unwrap(), "--format", "json"]).run();
        assert!(shown.text().contains("kim@example.com"), "{name}");
        assert_eq!(
            count.is_some(),
            shown.stderr.as_str().contains("holds 2 messages"),
            "{name}: {}",
            shown.stderr.as_str()
        );
        let scanned = ndr(["scan", path.to_str().unwrap(), "--format", "ndjson", "-q"]).run();
        assert_eq!(scanned.text().lines().count(), count.unwrap_or(1), "{name}");
    }
}

/// Paths come from a list, and from a pattern that no shell expanded.
#[test]
fn scan_takes_paths_from_a_list() {
    let folder = temporary("list");
    for name in ["a.txt", "b.txt", "c c.txt"] {
        std::fs::write(folder.join(name), "550 5.1.1 User unknown").unwrap();
    }
    let list = folder.join("list");
    for (end, names) in [("\n", ["a.txt", "c c.txt"]), ("\0", ["a.txt", "c c.txt"])] {
        let lines: String = names.iter().map(|name| format!("{}{end}", folder.join(name).display())).collect();
        std::fs::write(&list, lines).unwrap();
        let found = ndr(["scan", "--files-from", list.to_str().unwrap(), "--format", "ndjson", "-q"]).run();
        assert_eq!(found.text().lines().count(), 2);
    }
    let pattern = folder.join("[ab].txt");
    let found = ndr(["scan", pattern.to_str().unwrap(), "--format", "ndjson", "-q"]).run();
    assert_eq!(found.text().lines().count(), 2);
    let none = ndr(["scan", folder.join("*.none").to_str().unwrap()]).run();
    assert!(none.stderr.as_str().contains("no file has such a name"), "{}", none.stderr.as_str());
}
