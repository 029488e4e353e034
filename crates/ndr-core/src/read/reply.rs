//! A pasted text that is one statement: a reply, a line of words, a code.

use crate::evidence::{Finding, Findings, Origin, Reader};
use crate::page::Page;
use crate::report::Reply;
use crate::statement::named::failed_address;
use crate::statement::{self, Marked, quoted};
use crate::text;
use ndr_resolve::{find_reply, party_of_command, unfold_reply};

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

/// The lines of the first refusal among the replies of several lines.
fn refusal(words: &str) -> Option<&str> {
    let reply = |line: &str| find_reply(line).filter(|(_, at)| text::upto(line, *at).trim_matches(MARKS).is_empty());
    let lines = || words.split_inclusive('\n').map(|line| (text::offset(words, line), line));
    let (start, _) = lines().find(|(_, line)| reply(line).is_some_and(|(code, _)| code >= 400))?;
    let end = lines().find(|(at, line)| *at > start && reply(line).is_some_and(|(code, _)| code < 400));
    Some(text::between(words, start, end.map_or(words.len(), |(at, _)| at)))
}

/// What stands in front of a reply in a dialogue.
const MARKS: [char; 5] = ['<', '>', '-', ' ', '\t'];

fn statement_of(page: &Page<'_>) -> Finding {
    let mut found = Finding::new(None);
    found.origin = Origin::Prose;
    let words = text::cap(&page.words.text, 16_000);
    quoted::state(&mut found, words);
    // A greeting or an accepted command in front does not hide the refusal.
    if found.reply.is_some_and(|reply| reply < 400)
        && let Some(refusal) = refusal(words)
    {
        found.status = None;
        statement::set_text(&mut found, &unfold_reply(refusal));
    }
    let line = found.text.clone().unwrap_or_default();
    let marked = Marked::new(&line);
    if found.remote.is_none() {
        found.remote = marked.remote();
    }
    found.command = marked.command();
    // What a refused MAIL FROM or login names behind its reply is the sending side's.
    let is_early = found.command.is_some_and(|command| party_of_command(command).is_some());
    let behind = |address: &str| find_reply(&line).is_some_and(|(_, at)| text::from(&line, at).contains(address));
    found.address = failed_address(&line).filter(|address| !(is_early && behind(address)));
    let part = marked.reply_part();
    if part.len() < line.len() {
        statement::set_text(&mut found, part);
    }
    found
}
