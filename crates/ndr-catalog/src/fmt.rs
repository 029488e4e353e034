//! The layout of catalog.yaml: fields and entries in their order, whitespace tidied.
//!
//! Whole lines are moved and nothing is written anew, so comments, quotes and block scalars stay as they were typed.

use crate::layout::{Item, Layout};
use crate::problem::Problems;
use crate::raw::Code;
use ndr_resolve::CodePattern;
use serde_yaml::Value;

/// The fields of an entry, in the order in which they are written.
pub(crate) const FIELDS: [&str; 23] = [
    "slug",
    "provider",
    "title",
    "codes",
    "replies",
    "texts",
    "category",
    "about",
    "after",
    "needs_host",
    "act",
    "permanent",
    "suppress",
    "retry",
    "security",
    "wrapper",
    "meaning",
    "steps",
    "limits",
    "links",
    "examples",
    "sources",
    "was",
];

/// Puts a catalogue into its canonical form. To do it twice changes nothing more.
///
/// Entries stand by provider, in the order of `providers:`, and then by their first code; entries without a code come
/// last, by slug. One blank line separates them, and their fields have a fixed order. A comment goes with the entry or
/// field below it.
///
/// # Errors
/// An item that is no YAML: what belongs together cannot be told then.
///
/// ```
/// let text = "entries:\n- provider: generic\n  slug: b  \n\n\n- slug: a\n  provider: generic";
/// let tidy = "entries:\n- slug: a\n  provider: generic\n\n- slug: b\n  provider: generic\n";
/// assert_eq!(ndr_catalog::format("my.yaml", text).unwrap(), tidy);
/// ```
pub fn format(file: &str, text: &str) -> Result<String, Problems> {
    let text = outdent(text);
    let layout = Layout::read(file, &text);
    if !layout.problems.is_empty() {
        return Err(Problems(layout.problems));
    }
    let places = places(&layout)?;
    let mut out: Vec<String> = Vec::new();
    let mut next = 0;
    // Entries that follow each other without another section between them are sorted together.
    let mut nth = 0;
    while nth < layout.entries.len() {
        let Some(first) = layout.entries.get(nth).map(|item| item.first) else { break };
        let above = comments_above(&layout.lines, first);
        out.extend(between(&layout.lines, next, above).iter().map(ToString::to_string));
        let mut comments: Vec<String> = between(&layout.lines, above, first).iter().map(ToString::to_string).collect();
        let mut blocks: Vec<(&Place, Vec<String>)> = Vec::new();
        let mut end = first;
        while let Some(item) = layout.entries.get(nth).filter(|item| item.first == end) {
            end = item.first + item.lines.len();
            let own = own_lines(item);
            let mut block = std::mem::take(&mut comments);
            block.extend(arrange(between(&item.lines, 0, own)));
            blocks.extend(places.get(nth).map(|place| (place, block)));
            let below = item.lines.iter().skip(own).filter(|line| !line.is_empty());
            comments = below.map(ToString::to_string).collect();
            nth += 1;
        }
        blocks.sort_by_key(|(place, _)| *place);
        for (i, (_, block)) in blocks.into_iter().enumerate() {
            if i > 0 {
                out.push(String::new());
            }
            out.extend(block);
        }
        if !comments.is_empty() || end < layout.lines.len() {
            out.push(String::new());
        }
        out.append(&mut comments);
        next = end;
    }
    out.extend(layout.lines.iter().skip(next).map(ToString::to_string));
    Ok(format!("{}\n", out.join("\n").trim_end()))
}

/// Where an entry belongs: provider, first code, and the slug for those without a code. Entries that are even in this
/// keep the order in which they were written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    provider: usize,
    code: u32,
    slug: String,
}

impl Place {
    pub(crate) fn of(providers: &[String], provider: &str, first_code: Option<CodePattern>, slug: &str) -> Place {
        Place {
            provider: providers.iter().position(|known| known == provider).unwrap_or(providers.len()),
            code: first_code.map_or(u32::MAX, |code| code.first_key()),
            slug: if first_code.is_none() { slug.to_string() } else { String::new() },
        }
    }
}

/// The place of every entry.
pub(crate) fn places(layout: &Layout<'_>) -> Result<Vec<Place>, Problems> {
    let mut problems = Vec::new();
    let mut values = |items: &[Item<'_>]| -> Vec<Value> {
        let mut read = Vec::new();
        for item in items {
            match crate::parse::<Value>(layout, item) {
                Ok(value) => read.push(value),
                Err(problem) => problems.push(problem),
            }
        }
        read
    };
    let text = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_string();
    let providers: Vec<String> = values(&layout.providers).iter().map(|value| text(value, "id")).collect();
    let entries = values(&layout.entries);
    if !problems.is_empty() {
        return Err(Problems(problems));
    }
    let place = |value: &Value| {
        let first = value.get("codes").and_then(|codes| codes.get(0)).cloned();
        let code = first.and_then(|code| serde_yaml::from_value::<Code>(code).ok()).map(|code| code.0);
        Place::of(&providers, &text(value, "provider"), code, &text(value, "slug"))
    };
    Ok(entries.iter().map(place).collect())
}

/// No trailing whitespace, LF, and the items of the top level in the first column.
fn outdent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // The columns to take away in this section; unknown until its first item.
    let mut columns: Option<usize> = None;
    for line in text.trim_start_matches('\u{feff}').lines() {
        let line = line.trim_end();
        let inner = line.trim_start_matches(' ');
        let indent = line.len() - inner.len();
        if indent == 0 && !inner.is_empty() && !inner.starts_with(['#', '-']) {
            columns = None;
        } else if columns.is_none() && (inner.starts_with("- ") || inner == "-") {
            columns = Some(indent);
        }
        out.push_str(line.get(indent.min(columns.unwrap_or(0))..).unwrap_or_default());
        out.push('\n');
    }
    out
}

/// Some of the lines; none where there are none.
fn between<'a, 't>(lines: &'a [&'t str], from: usize, to: usize) -> &'a [&'t str] {
    lines.get(from..to).unwrap_or_default()
}

/// The line at which the comments begin that stand right above `first`.
fn comments_above(lines: &[&str], first: usize) -> usize {
    let above = between(lines, 0, first).iter().rev().take_while(|line| line.starts_with('#')).count();
    first - above
}

/// How many lines of an item are its own: comments at its end that begin in the first column belong to what follows.
pub(crate) fn own_lines(item: &Item<'_>) -> usize {
    let below = item.lines.iter().rev().take_while(|line| line.is_empty() || line.starts_with('#')).count();
    item.lines.len() - below
}

/// One field with the comments above it.
#[derive(Default)]
struct Field {
    name: String,
    comments: Vec<String>,
    lines: Vec<String>,
}

/// The lines of one entry, its fields in order. Where that would change what the YAML says, the lines as they are.
fn arrange(lines: &[&str]) -> Vec<String> {
    let read = |lines: &[String]| serde_yaml::from_str::<Value>(&lines.join("\n")).ok();
    let before: Vec<String> = lines.iter().map(ToString::to_string).collect();
    match fields(lines).map(write) {
        Some(after) if after == before || (read(&after).is_some() && read(&after) == read(&before)) => after,
        _ => before,
    }
}

/// Cuts an entry into fields, indented by two; `None` where it is not written as one field below the other.
fn fields(lines: &[&str]) -> Option<Vec<Field>> {
    // The dash counts as a space: then all fields begin in the same column.
    let head = format!(" {}", lines.first()?.strip_prefix('-')?);
    let all: Vec<&str> = std::iter::once(head.as_str()).chain(lines.iter().skip(1).copied()).collect();
    let width = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let column = all.iter().find(|line| !line.trim().is_empty()).map(|line| width(line))?;
    let mut fields: Vec<Field> = Vec::new();
    let mut comments: Vec<String> = Vec::new();
    for line in all {
        let inner = line.trim_start();
        let deep = width(line);
        if inner.is_empty() {
            if let Some(field) = fields.last_mut().filter(|_| comments.is_empty()) {
                field.lines.push(String::new());
            }
        } else if deep <= column && inner.starts_with('#') {
            comments.push(format!("  {inner}"));
        } else if deep < column {
            return None;
        } else if let Some(name) = name_of(inner).filter(|_| deep == column) {
            let comments = std::mem::take(&mut comments);
            fields.push(Field { name: name.to_string(), comments, lines: vec![format!("  {inner}")] });
        } else {
            let field = fields.last_mut()?;
            field.lines.append(&mut comments);
            field.lines.push(format!("  {}", line.get(column..)?));
        }
    }
    fields.last_mut()?.lines.append(&mut comments);
    for field in &mut fields {
        while field.lines.last().is_some_and(String::is_empty) {
            field.lines.pop();
        }
    }
    Some(fields)
}

/// The name of the field that a line without its indent begins.
fn name_of(line: &str) -> Option<&str> {
    let (name, rest) = line.split_once(':')?;
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    (is_name && (rest.is_empty() || rest.starts_with(' '))).then_some(name)
}

fn write(mut fields: Vec<Field>) -> Vec<String> {
    fields.sort_by_key(|field| FIELDS.iter().position(|name| *name == field.name).unwrap_or(FIELDS.len()));
    let mut out: Vec<String> = Vec::new();
    for (i, field) in fields.into_iter().enumerate() {
        if i == 0 {
            out.extend(field.comments.iter().map(|comment| comment.trim_start().to_string()));
            let mut lines = field.lines.into_iter();
            out.extend(lines.next().map(|line| format!("-{}", line.get(1..).unwrap_or_default())));
            out.extend(lines);
        } else {
            out.extend(field.comments);
            out.extend(field.lines);
        }
    }
    out
}
