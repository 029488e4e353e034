//! A pasted text that is one statement: a reply, a line of words, a code.

use crate::evidence::{Finding, Findings, Origin, Reader};
use crate::page::Page;
use crate::report::Reply;
use crate::statement::named::failed_address;
use crate::statement::{self, Marked, quoted};
use crate::text;

/// Whether somebody pasted a text.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    page.is_pasted
}

/// Reads all of the words as one statement.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    Findings::of(Reader::Reply, vec![statement_of(page)])
}

/// Reads a reply that a client states, with what it knows besides.
pub(crate) fn of(page: &Page<'_>, reply: &Reply<'_>) -> Finding {
    let mut found = statement_of(page);
    found.address = reply.recipient.map(str::to_string).or(found.address);
    found.remote = reply.remote.map(str::to_string).or(found.remote);
    found.command = reply.command.and_then(statement::command).or(found.command);
    found
}

fn statement_of(page: &Page<'_>) -> Finding {
    let mut found = Finding::new(None);
    found.origin = Origin::Prose;
    quoted::state(&mut found, text::cap(&page.words.text, 16_000));
    let line = found.text.clone().unwrap_or_default();
    let marked = Marked::new(&line);
    if found.remote.is_none() {
        found.remote = marked.remote();
    }
    found.command = marked.command();
    found.address = failed_address(&line);
    let part = marked.reply_part();
    if part.len() < line.len() {
        statement::set_text(&mut found, part);
    }
    found
}
