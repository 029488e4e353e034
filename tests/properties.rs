//! What must hold for any input, checked with samples, mutations of them, other line ends and charsets, and with every
//! input that ever broke something. The checks are those of the fuzz targets.

#[path = "../fuzz/src/lib.rs"]
#[allow(unreachable_pub, clippy::expect_used, clippy::panic)]
mod checks;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

fn files(folder: &str) -> Vec<(String, Vec<u8>)> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        let mut names: Vec<_> = std::fs::read_dir(folder).unwrap().map(|item| item.unwrap().path()).collect();
        names.sort();
        for name in names {
            if name.is_dir() { collect(&name, found) } else { found.push(name) }
        }
    }
    let mut found = Vec::new();
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder), &mut found);
    found.iter().map(|path| (path.display().to_string(), std::fs::read(path).unwrap())).collect()
}

static SAMPLES: LazyLock<Vec<(String, Vec<u8>)>> = LazyLock::new(|| files("tests/samples"));

/// Every input that broke something once: `tests/regressions/<target>/<name>`.
#[test]
fn what_broke_once_stays_whole() {
    let inputs = files("tests/regressions");
    assert!(!inputs.is_empty());
    for (path, bytes) in inputs {
        let target = Path::new(&path).parent().and_then(Path::file_name).and_then(|name| name.to_str()).unwrap();
        println!("{path}");
        match target {
            "decode" => checks::decode(&bytes),
            "outlook" => checks::outlook(&bytes),
            "text" => checks::text(&bytes),
            "headers" => checks::headers(&bytes),
            "templates" => checks::templates(&bytes),
            "overlay" => checks::overlay(&bytes),
            "redact" => checks::redact(&bytes),
            other => panic!("there is no target {other}"),
        }
    }
}

/// A change to a message.
#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Cut(Index, Index),
    Repeat(Index, Index, usize),
    Insert(Index, &'static [u8]),
    Truncate(Index),
    Splice(Index, Index, Index),
}

/// What hurts readers: controls, half of a character, markup, delimiters, numbers that overflow.
const SNIPPETS: &[&[u8]] = &[
    b"\0",
    b"\r",
    b"\n\n",
    b"\n ",
    b"\xff",
    b"\xc3",
    "\u{2028}\u{202e}\u{200b}".as_bytes(),
    b"\x1b]8;;http://x\x07",
    b"\xc2\x9b",
    b"<!--",
    b"<wbr>",
    b"&#1114112;",
    b"=?utf-8?b?",
    b"=?x?q?=00?=",
    b"--b\n",
    b"\n--",
    b"Content-Type: multipart/mixed; boundary=b\n\n",
    b"Content-Type: message/rfc822\n\n",
    b"Content-Transfer-Encoding: base64\n",
    b"charset=utf-16",
    b"charset=iso-2022-jp",
    b"99999999999999999999",
    b"5.999.999",
    b"550-5.1.1",
    b"@",
    b"@@@@",
    b"[::ffff:192.0.2.1]",
    b"'",
    b"{LED=",
    b"\"",
    b"\\x{110000}",
];

fn change() -> impl Strategy<Value = Change> {
    let at = any::<Index>;
    prop_oneof![
        (at(), any::<u8>()).prop_map(|(at, byte)| Change::Flip(at, byte)),
        (at(), at()).prop_map(|(from, to)| Change::Cut(from, to)),
        (at(), at(), 1usize..20).prop_map(|(from, to, times)| Change::Repeat(from, to, times)),
        (at(), select(SNIPPETS)).prop_map(|(at, snippet)| Change::Insert(at, snippet)),
        at().prop_map(Change::Truncate),
        (at(), at(), at()).prop_map(|(other, from, at)| Change::Splice(other, from, at)),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let len = bytes.len();
        let range = |from: &Index, to: &Index| {
            let (from, to) = (from.index(len), to.index(len));
            from.min(to)..from.max(to).min(from.min(to) + 2_000)
        };
        match self {
            Change::Flip(at, byte) => bytes[at.index(len)] ^= byte,
            Change::Cut(from, to) => drop(bytes.drain(range(from, to))),
            Change::Repeat(from, to, times) => {
                let range = range(from, to);
                let piece = bytes[range.clone()].repeat(*times);
                bytes.splice(range.start..range.start, piece).for_each(drop);
            }
            Change::Insert(at, snippet) => drop(bytes.splice(at.index(len)..at.index(len), snippet.iter().copied())),
            Change::Truncate(at) => bytes.truncate(at.index(len)),
            Change::Splice(other, from, at) => {
                let (_, other) = &SAMPLES[other.index(SAMPLES.len())];
                let from = from.index(other.len().max(1)).min(other.len());
                let piece = &other[from..other.len().min(from + 1_000)];
                bytes.splice(at.index(len)..at.index(len), piece.iter().copied()).for_each(drop);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, max_shrink_iters: 200, ..ProptestConfig::default() })]

    #[test]
    fn changed_samples_decode(sample in any::<Index>(), changes in prop::collection::vec(change(), 1..6)) {
        let mut bytes = SAMPLES[sample.index(SAMPLES.len())].1.clone();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        checks::decode(&bytes);
        checks::headers(&bytes);
    }

    #[test]
    fn changed_samples_are_masked_or_refused(sample in any::<Index>(), changes in prop::collection::vec(change(), 1..3)) {
        let mut bytes = SAMPLES[sample.index(SAMPLES.len())].1.clone();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        bytes.truncate(20_000);
        drop(ndr::redact::Redactor::new().redact(&bytes));
    }

    #[test]
    fn changed_replies_are_explained(entry in any::<Index>(), changes in prop::collection::vec(change(), 1..4)) {
        let entries = ndr::catalog().entries();
        let entry = &entries[entry.index(entries.len())];
        let mut bytes = entry.examples.first().unwrap_or(&"550 5.1.1 no").as_bytes().to_vec();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        checks::text(&bytes);
    }

    #[test]
    fn any_template_meets_any_text(template in "[a-c {}:|]{0,12}|(\\{(any|ip|host|x:tag)\\} (aa|bb) ){1,6}", text in "([ab]{1,2} |192.0.2.1 ){0,80}") {
        checks::templates(format!("{template}\n{text}").as_bytes());
    }

    #[test]
    fn changed_entries_are_read_or_refused(item in any::<Index>(), changes in prop::collection::vec(change(), 1..4)) {
        static ITEMS: LazyLock<Vec<String>> = LazyLock::new(|| {
            let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../catalog.yaml")).unwrap();
            text.split("\n- ").filter(|item| item.starts_with("slug: ")).map(|item| format!("entries:\n- {item}\n")).collect()
        });
        let mut bytes = ITEMS[item.index(ITEMS.len())].as_bytes().to_vec();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        checks::overlay(&bytes);
    }
}

/// What a report says, without what counts bytes.
fn said(bytes: &[u8]) -> Value {
    fn clear(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.remove("span");
                fields.values_mut().for_each(clear);
            }
            Value::Array(items) => items.iter_mut().for_each(clear),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(ndr::decode(bytes)).unwrap();
    clear(&mut value);
    value
}

/// Lines end in LF, CRLF or CR, as systems will; what is said stays.
#[test]
fn line_ends_change_nothing() {
    let mut different = Vec::new();
    for (path, bytes) in SAMPLES.iter() {
        let lf: Vec<u8> = String::from_utf8_lossy(bytes).replace("\r\n", "\n").into_bytes();
        if lf.contains(&b'\r') || std::str::from_utf8(bytes).is_err() {
            continue;
        }
        let text = String::from_utf8(lf.clone()).unwrap();
        let known = said(&lf);
        for end in ["\r\n", "\r"] {
            let found = said(text.replace('\n', end).as_bytes());
            if found != known {
                different.push(format!("{path} with {end:?}"));
            }
        }
    }
    assert!(different.is_empty(), "{} differ:\n{}", different.len(), different.join("\n"));
}

/// A part that names a charset which is not its own is read as well as it goes, and the machine-readable part fully.
#[test]
fn false_charsets_harm_only_what_they_name() {
    for (path, bytes) in SAMPLES.iter().filter(|(path, _)| path.ends_with(".eml")) {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let low = text.to_ascii_lowercase();
        let charsets: Vec<&str> = low
            .match_indices("charset=")
            .filter_map(|(at, _)| text.get(at + 8..)?.trim_start_matches('"').split(['"', ';', '\n', '\r', ' ']).next())
            .filter(|name| !name.is_empty())
            .collect();
        for other in ["utf-16", "iso-2022-jp", "windows-1252", "koi8-r", "no-such-charset"] {
            let changed = charsets.iter().fold(text.to_string(), |text, name| {
                text.replace(&format!("charset={name}"), &format!("charset={other}"))
                    .replace(&format!("charset=\"{name}\""), &format!("charset=\"{other}\""))
            });
            checks::decode(changed.as_bytes());
            if low.contains("content-type: message/delivery-status\n\n") && low.contains("\nfinal-recipient:") {
                let addresses =
                    |bytes: &[u8]| ndr::decode(bytes).recipients.into_iter().map(|one| one.address).collect::<Vec<_>>();
                assert_eq!(addresses(changed.as_bytes()), addresses(bytes), "{path} as {other}");
            }
        }
    }
}

/// A text saved as UTF-16, with either byte first, says what it says in UTF-8.
#[test]
fn utf_16_is_the_same_text() {
    for (path, bytes) in SAMPLES.iter().filter(|(path, _)| path.ends_with(".txt")) {
        let Ok(text) = std::str::from_utf8(bytes) else { continue };
        let units = || std::iter::once(0xFEFF).chain(text.encode_utf16());
        let little: Vec<u8> = units().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = units().flat_map(u16::to_be_bytes).collect();
        assert_eq!(said(&little), said(bytes), "{path}");
        assert_eq!(said(&big), said(bytes), "{path}");
    }
}
