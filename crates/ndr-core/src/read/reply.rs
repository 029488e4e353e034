//! A pasted text that is one statement: a reply, a line of words, a code.

use crate::evidence::{Finding, Findings, Origin, Reader};
use crate::page::Page;
use crate::statement::{self, Marked, quoted};
use crate::text::{self, address};

/// Whether somebody pasted a text.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    page.is_pasted
}

/// Reads all of the words as one statement.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    let mut found = Finding::new(None);
    found.origin = Origin::Prose;
    quoted::state(&mut found, text::cap(&page.words.text, 16_000));
    let line = found.text.clone().unwrap_or_default();
    let marked = Marked::new(&line);
    if found.remote.is_none() {
        found.remote = marked.remote();
    }
    found.command = marked.command();
    found.address = address_of(&line);
    let part = marked.reply_part();
    if part.len() < line.len() {
        statement::set_text(&mut found, part);
    }
    Findings::of(Reader::Reply, vec![found])
}

/// The address of a one-line input: `to=<user@example.com>`, `<user@example.com>... no`.
fn address_of(line: &str) -> Option<String> {
    let found = address::find_all(line);
    let to = found.iter().find(|one| {
        let before = text::upto(line, one.start).trim_end_matches(['<', '[', '"', '\'', ' ']).to_ascii_lowercase();
        before.ends_with("to=") || before.ends_with("to:") || before.ends_with("for")
    });
    let from = |one: &&address::Found<'_>| {
        let before = text::upto(line, one.start).trim_end_matches(['<', ' ']).to_ascii_lowercase();
        !["from=", "from:", "sender", "from", "to"].iter().any(|word| before.ends_with(word))
    };
    to.or_else(|| found.iter().find(from)).map(|one| one.address.to_string())
}
