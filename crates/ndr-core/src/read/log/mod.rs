//! Lines that programs write about deliveries: logs of mail servers, tables of deliveries, dialogues of SMTP, exceptions
//! of mail libraries. Read only in text that somebody pasted, never in mail.
//!
//! The formats are data in [`crate::phrases::logs`]. The recipient is the one whom the line names as such, never the
//! sender; whether the failure is final says the log's own word, not the reply in it.

mod dialogue;
mod exception;
mod lines;
mod shared;
mod table;

use crate::evidence::{Finding, Findings, Reader};
use crate::page::Page;
use crate::phrases::logs::{ABOUT, DONE, FORMATS, PROGRAMS};
use crate::read::event;
use crate::text;
use crate::text::search::Grams;
use crate::vocabulary::{Action, Kind};
use shared::{LINES, LONGEST};
use std::borrow::Cow;
use std::sync::LazyLock;

/// Whether somebody pasted a text.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    page.is_pasted
}

/// Reads the lines.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    let text = &*page.pasted;
    match read_text(text, page.limits.recipients) {
        Some((dialect, recipients)) => Findings { dialect, ..Findings::of(Reader::Log, recipients) },
        None if is_about(text) => Findings { kind: Some(Kind::Other), ..Findings::new(Reader::Log) },
        None => Findings::new(Reader::Log),
    }
}

/// What the lines of a text tell, and who wrote them.
fn read_text(text: &str, limit: usize) -> Option<(Option<&'static str>, Vec<Finding>)> {
    let text = &*unwrapped(text);
    if let Some((id, found)) = table::read(text, limit).or_else(|| table::list(text, limit)) {
        return Some((id, found));
    }
    if let Some(found) = lines::qmail(text, limit) {
        return Some((Some("qmail"), found));
    }
    let mut writer = None;
    let mut told: Vec<Told> = Vec::new();
    let numbered = if text.contains(" RID ") { lines::ironport_recipients(text) } else { Default::default() };
    for line in text::lines(text).take(LINES) {
        let line = text::cap(line, LONGEST);
        let has =
            |marks: &[&str]| marks.iter().all(|mark| memchr::memmem::find(line.as_bytes(), mark.as_bytes()).is_some());
        let read = FORMATS.iter().filter(|format| has(format.marks)).find_map(|format| {
            let found = lines::read(format.grammar, line);
            (!found.is_empty()).then_some((format.id, found))
        });
        let Some((id, found)) = read else { continue };
        writer = writer.or(Some(id));
        for mut one in found {
            if one.address.is_none() && !numbered.is_empty() {
                let named = lines::ironport_numbers(line).and_then(|numbers| numbered.get(&numbers));
                one.address = named.map(|address| (*address).to_string());
            }
            join(&mut told, Told { queue: lines::queue_id(line), finding: one });
        }
        if told.len() >= limit {
            break;
        }
    }
    let mut found: Vec<Finding> = told.into_iter().map(|told| told.finding).collect();
    // "Delivery for ... has completed (Bounced)" at the end of a dialogue has no words of its own.
    let is_poor = found.iter().all(|one| !one.has_statement() && one.context.is_empty());
    if found.is_empty() || is_poor {
        let said = dialogue::read(text, limit).or_else(|| exception::read(text, limit));
        if let Some((id, said)) = said {
            writer = writer.or(id);
            found = complete(found, said);
        }
    }
    if found.is_empty() {
        found = text::lines(text)
            .take(LINES)
            .filter_map(pairs)
            .flat_map(|pairs| event::of_pairs(&pairs))
            .take(limit)
            .collect();
    }
    (!found.is_empty()).then_some((writer, found))
}

/// The `name=value` pairs of a line that some program wrote: values in quotes, or up to a blank.
fn pairs(line: &str) -> Option<Vec<(&str, &str)>> {
    let line = text::cap(line, LONGEST);
    let mut found = Vec::new();
    let mut rest = line;
    while let Some((before, behind)) = rest.split_once('=') {
        let name = before.rsplit([' ', '\t', ',', ';', '[', '(']).next().unwrap_or(before);
        let value = match behind.strip_prefix('"') {
            Some(inside) => inside.split('"').next().unwrap_or(inside),
            None => behind.split([' ', '\t']).next().unwrap_or(behind).trim_end_matches([',', ';', ']', ')']),
        };
        if !name.is_empty() && !value.is_empty() {
            found.push((name, value));
        }
        let used = text::offset(behind, value) + value.len();
        rest = text::from(behind, used);
        if found.len() > 200 {
            break;
        }
    }
    (found.len() >= 2).then_some(found)
}

/// The marks that stand first in the formats: most lines of a log have none of them.
static FIRST_MARKS: LazyLock<(Vec<&str>, Grams)> = LazyLock::new(|| {
    let mut list: Vec<&str> = FORMATS.iter().filter_map(|format| format.marks.first().copied()).collect();
    list.sort_unstable();
    list.dedup();
    let grams = Grams::build(&list, false);
    (list, grams)
});

/// The outcome that one line tells; `None` where it tells of no delivery.
pub(crate) fn result(line: &str) -> Option<Action> {
    let line = text::cap(line, LONGEST);
    let (list, grams) = &*FIRST_MARKS;
    grams.find(list, line.as_bytes()).next()?;
    // Most deliveries succeed; their lines need not be read further.
    if DONE.iter().any(|mark| memchr::memmem::find(line.as_bytes(), mark.as_bytes()).is_some()) {
        return Some(Action::Delivered);
    }
    let has =
        |marks: &[&str]| marks.iter().all(|mark| memchr::memmem::find(line.as_bytes(), mark.as_bytes()).is_some());
    let mut read = FORMATS.iter().filter(|format| has(format.marks)).map(|format| lines::read(format.grammar, line));
    let found = read.find(|found| !found.is_empty())?;
    found.iter().filter_map(|one| one.action).min()
}

/// Whether a line is one of a mail server's log, whatever it tells.
pub(crate) fn is_line(line: &str) -> bool {
    let is_program = || {
        let head = text::cap(line, 120);
        let has_time = head.bytes().take(40).filter(|byte| byte.is_ascii_digit()).count() >= 4;
        has_time && PROGRAMS.iter().any(|program| head.contains(program)) || lines::is_exim(line)
    };
    ABOUT.iter().any(|marks| marks.iter().all(|mark| line.contains(mark))) || is_program() || result(line).is_some()
}

/// How many lines a table has in front of its rows, where it is one that is known.
pub(crate) fn table_head(head: &str) -> Option<usize> {
    table::head(head)
}

/// The gravest outcome of a row, given with the head of its table.
pub(crate) fn table_row(text: &str) -> Option<Action> {
    let (_, found) = table::read(text, 1_000)?;
    found.iter().filter_map(|one| one.action).min()
}

/// A finding with the queue id of its line.
struct Told {
    queue: Option<String>,
    finding: Finding,
}

/// Adds what a line tells. A later line about the same message and recipient counts; one without words says only how it
/// ended.
fn join(all: &mut Vec<Told>, new: Told) {
    let is_same = |known: &Told| match (&known.finding.address, &new.finding.address) {
        (Some(known), Some(new)) => known.eq_ignore_ascii_case(new),
        (None, None) => true,
        _ => false,
    };
    let queue = |told: &Told| told.queue.clone();
    // A line that names nobody, such as "refused to talk to me", is told again by the one with the result.
    if new.finding.address.is_some() {
        all.retain(|known| known.finding.address.is_some() || known.queue.is_none() || known.queue != new.queue);
    }
    let Some(known) = all.iter_mut().rev().find(|known| is_same(known)) else {
        all.push(new);
        return;
    };
    let is_one_message = queue(known).is_none() || new.queue.is_none() || known.queue == new.queue;
    if !new.finding.has_statement() && is_one_message {
        known.finding.action = new.finding.action.or(known.finding.action);
        known.finding.add_context(&new.finding.context);
    } else if !known.finding.has_statement() && is_one_message {
        *known = new;
    } else if known.finding.text == new.finding.text && known.finding.action == new.finding.action {
        // The same again.
    } else if known.queue.is_some() && known.queue == new.queue {
        *known = new;
    } else if new.finding.address.is_none() {
        let words = new.finding.text.unwrap_or_default();
        known.finding.add_context(&words);
    } else {
        all.push(new);
    }
}

/// What lines without words tell, completed by what a dialogue in the same text says.
fn complete(poor: Vec<Finding>, mut said: Vec<Finding>) -> Vec<Finding> {
    for one in poor {
        match said.iter_mut().find(|known| one.address.as_deref().is_some_and(|address| known.is_about(address))) {
            Some(known) => known.action = one.action.or(known.action),
            None => said.push(one),
        }
    }
    said
}

/// The text without what journals and containers put around each line: colours, `{"log":"..."}`.
fn unwrapped(text: &str) -> Cow<'_, str> {
    let is_json = text.trim_start().starts_with("{\"");
    let has_colours = text.contains('\u{1b}');
    if !is_json && !has_colours {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for line in text::lines(text).take(LINES) {
        let value =
            (is_json && line.starts_with('{')).then(|| serde_json::from_str::<serde_json::Value>(line).ok()).flatten();
        let inner = value
            .as_ref()
            .and_then(|value| ["log", "MESSAGE", "message", "msg"].iter().find_map(|name| value[*name].as_str()));
        let line = inner.unwrap_or(line);
        let mut rest = line;
        // ESC [ numbers m
        while let Some((before, code)) = rest.split_once("\u{1b}[") {
            out.push_str(before);
            rest = code.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';').strip_prefix('m').unwrap_or(code);
        }
        out.push_str(rest);
        if !rest.ends_with('\n') {
            out.push('\n');
        }
    }
    Cow::Owned(out)
}

/// Whether every line is one of a log that tells of no result.
fn is_about(text: &str) -> bool {
    let mut lines = text::lines(text).filter(|line| !text::trim(line).is_empty()).take(1_000).peekable();
    lines.peek().is_some() && lines.all(|line| ABOUT.iter().any(|marks| marks.iter().all(|mark| line.contains(mark))))
}

#[cfg(test)]
mod tests;
