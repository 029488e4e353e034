//! The work that is measured, each kind as one pass over the same inputs.

use ndr::{ParsedReply, Query};
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// One kind of work.
pub struct Work {
    /// Name on the command line and in the baseline.
    pub name: &'static str,
    /// Title in the table.
    pub title: &'static str,
    /// One pass over all inputs.
    pub pass: fn(),
    /// Number of inputs of a pass.
    pub items: fn() -> usize,
    /// Name of the inputs, in the plural.
    pub unit: &'static str,
}

/// The messages: the samples of the repository, or those under `NDR_BENCH_DIR`.
pub static MAILS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/samples");
    let folder = std::env::var_os("NDR_BENCH_DIR").map_or(own, PathBuf::from);
    let mut mails = Vec::new();
    collect(&folder, &mut mails);
    assert!(!mails.is_empty(), "no .eml files under {}", folder.display());
    mails
});

fn collect(folder: &Path, mails: &mut Vec<Vec<u8>>) {
    let Ok(items) = std::fs::read_dir(folder) else { return };
    let mut names: Vec<PathBuf> = items.filter_map(|item| item.ok().map(|item| item.path())).collect();
    names.sort();
    for name in names {
        if name.is_dir() {
            collect(&name, mails);
        } else if name.extension().is_some_and(|end| end == "eml") {
            mails.extend(std::fs::read(&name));
        }
    }
}

/// Every example of the catalogue with its codes.
static REPLIES: LazyLock<Vec<(ParsedReply, &'static str)>> = LazyLock::new(|| {
    let examples = ndr::catalog().entries().iter().flat_map(|entry| entry.examples).copied();
    examples.map(|text| (ParsedReply::parse(text), text)).collect()
});

/// Some of them, evenly spread, because matching a set of ten thousand regexes is slow.
static FEW: LazyLock<Vec<&'static str>> = LazyLock::new(|| REPLIES.iter().step_by(32).map(|(_, text)| *text).collect());

/// The texts of the catalogue as regexes: words separated by anything but letters and digits; holes match without blanks.
static REGEXES: LazyLock<regex::RegexSet> = LazyLock::new(|| {
    let patterns: Vec<String> =
        ndr::catalog().entries().iter().flat_map(|entry| entry.texts).map(|text| pattern(text)).collect();
    let mut set = regex::RegexSetBuilder::new(patterns);
    set.case_insensitive(true).size_limit(1 << 30).dfa_size_limit(1 << 28);
    set.build().unwrap_or_else(|error| panic!("the texts are no regexes: {error}"))
});

fn pattern(text: &str) -> String {
    let mut out: Vec<String> = Vec::new();
    for piece in text.split_inclusive(['{', '}']) {
        let hole = piece.ends_with('}');
        let piece = piece.trim_end_matches(['{', '}']);
        if hole {
            out.push(if piece.ends_with("any") { "[^\\n]{1,200}?".into() } else { "[^ ]+".into() });
            continue;
        }
        let words = piece.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
        out.extend(words.map(str::to_string));
    }
    out.join("[^a-zA-Z0-9]+")
}

static FULL: LazyLock<mail_parser::MessageParser> = LazyLock::new(mail_parser::MessageParser::default);

const CODES: &[&str] = &["5.7.606", "5.1.1", "4.4.7", "5.2.2", "4.7.550", "5.9.9"];

/// An overlay of one entry, on the built-in catalogue.
const OVERLAY: &str = "entries:\n- slug: gateway-holds\n  provider: generic\n  title: A gateway holds it\n  codes: [\"5.7.812\"]\n  texts: [\"held by attachment policy of {host}\"]\n  category: malicious-content\n  meaning: It is held.\n  steps: { sender: [\"Send a link.\"], admin: [\"Release it.\"] }\n  examples: [\"550 5.7.812 Message held by attachment policy of gw1.example.com\"]\n  sources: [{ name: A reply, checked: 2026-11-23, trust: observed }]\n";

/// All work that is measured.
pub const ALL: &[Work] = &[
    Work {
        name: "mail-parser",
        title: "mail-parser, full parse",
        pass: || MAILS.iter().for_each(|mail| drop(black_box(FULL.parse(black_box(mail.as_slice()))))),
        items: || MAILS.len(),
        unit: "messages",
    },
    Work {
        name: "mail-parser-headers",
        title: "mail-parser, headers only",
        pass: || MAILS.iter().for_each(|mail| drop(black_box(FULL.parse_headers(black_box(mail.as_slice()))))),
        items: || MAILS.len(),
        unit: "messages",
    },
    Work {
        name: "decode",
        title: "ndr, full decode",
        pass: || MAILS.iter().for_each(|mail| drop(black_box(ndr::decode(black_box(mail))))),
        items: || MAILS.len(),
        unit: "messages",
    },
    Work {
        name: "decode-json",
        title: "ndr, full decode and JSON",
        pass: || MAILS.iter().for_each(|mail| drop(black_box(serde_json::to_vec(&ndr::decode(black_box(mail)))))),
        items: || MAILS.len(),
        unit: "messages",
    },
    Work {
        name: "resolve",
        title: "ndr, one reply resolved",
        pass: || {
            for (reply, text) in REPLIES.iter() {
                let query =
                    Query { text, status: reply.status, inner: &reply.inner, reply: reply.code, ..Query::default() };
                black_box(ndr::catalog().resolve(black_box(&query)));
            }
        },
        items: || REPLIES.len(),
        unit: "replies",
    },
    Work {
        name: "regex-set",
        title: "regex::RegexSet of the same texts",
        pass: || FEW.iter().for_each(|text| drop(black_box(REGEXES.matches(black_box(text))))),
        items: || FEW.len(),
        unit: "replies",
    },
    Work {
        name: "code",
        title: "ndr, look-up of a code",
        pass: || {
            for code in CODES.iter().filter_map(|code| code.parse().ok()) {
                black_box(ndr::catalog().by_code(black_box(code)));
            }
        },
        items: || CODES.len(),
        unit: "codes",
    },
    Work {
        name: "index",
        title: "ndr, index over the whole catalogue with an overlay",
        pass: || drop(black_box(ndr_catalog::load_overlay(ndr::catalog(), "overlay.yaml", black_box(OVERLAY)))),
        items: || 1,
        unit: "indexes",
    },
];

/// Returns the work with a name.
pub fn named(name: &str) -> Option<&'static Work> {
    ALL.iter().find(|work| work.name == name)
}
