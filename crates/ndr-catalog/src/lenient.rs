//! Reads an entry past its first mistake. serde stops where it meets one; so the field at fault gets a stand-in, and the
//! entry is read again, until nothing is wrong any more.

use crate::layout::{Item, Layout, field_of};
use crate::problem::Problem;
use crate::raw::RawEntry;
use std::ops::Range;

/// An entry with mistakes.
pub(crate) struct Faulty {
    /// What serde complained about, field by field.
    pub(crate) problems: Vec<Problem>,
    /// The entry with stand-ins, so that the rest of it can be checked; `None` where it is no YAML.
    pub(crate) rest: Option<RawEntry>,
    /// Lines that hold stand-ins, from 0: what a check says of these says nothing.
    replaced: Vec<Range<usize>>,
    /// Fields that hold stand-ins.
    fields: Vec<String>,
}

impl Faulty {
    /// Whether a complaint of a later check is about what the author wrote, and not about a stand-in.
    pub(crate) fn is_real(&self, problem: &Problem, item: &Item<'_>) -> bool {
        let at = problem.line - 1;
        // A complaint about the whole entry, such as that nothing leads to it, may come of a stand-in too; and without
        // the texts nobody knows what their holes catch.
        at != item.first
            && !self.replaced.iter().any(|lines| lines.contains(&at))
            && !self.fields.iter().any(|f| f == "texts")
    }
}

/// A value that any entry may have.
fn stand_in(field: &str) -> &'static str {
    match field {
        "slug" => "stand-in",
        "provider" => "generic",
        "codes" | "replies" | "texts" | "links" | "limits" | "was" | "examples" | "sources" => "[]",
        "category" => "unknown",
        "act" | "permanent" | "suppress" | "retry" | "about" | "after" | "needs_host" => "null",
        "security" | "wrapper" => "false",
        "steps" => "{}",
        _ => "stand-in",
    }
}

/// Reads an item of `entries:`.
pub(crate) fn read(layout: &Layout<'_>, item: &Item<'_>) -> Result<RawEntry, Box<Faulty>> {
    let mut faulty = Faulty { problems: Vec::new(), rest: None, replaced: Vec::new(), fields: Vec::new() };
    let mut item = item.clone();
    // Each round takes one field away, so there are no more rounds than fields and lines.
    for _ in 0..=item.lines.len() + crate::fmt::FIELDS.len() {
        let problem = match crate::parse::<RawEntry>(layout, &item) {
            Ok(raw) if faulty.problems.is_empty() => return Ok(raw),
            Ok(raw) => {
                faulty.rest = Some(raw);
                break;
            }
            Err(problem) => problem,
        };
        // What is no YAML cannot be read on; that it is none is worth saying beside the first complaint.
        let no_yaml = crate::parse::<serde_yaml::Value>(layout, &item).err();
        let is_yaml = no_yaml.is_none();
        faulty.problems.extend(no_yaml.filter(|other| other.line != problem.line));
        let missing = crate::between(&problem.message, "the field `", "` is missing").map(str::to_string);
        let at = problem.line - 1 - item.first;
        // A field that is only misspelt is not said to be missing as well.
        let misspelt = missing.as_ref().map(|field| format!("did you mean `{field}`?"));
        if misspelt.is_none() || !faulty.problems.iter().any(|problem| problem.help == misspelt) {
            faulty.problems.push(problem);
        }
        let replaced = match missing {
            Some(field) if is_yaml && at == 0 => {
                item.text += &format!("  {field}: {}\n", stand_in(&field));
                faulty.fields.push(field);
                true
            }
            _ => is_yaml && replace(&mut item, at, &mut faulty),
        };
        if !replaced {
            break;
        }
    }
    Err(Box::new(faulty))
}

/// Puts a stand-in in the place of the field that holds the line `at` of the item.
fn replace(item: &mut Item<'_>, at: usize, faulty: &mut Faulty) -> bool {
    let begins = |line: &str| {
        line.starts_with("- ") || line.strip_prefix("  ").is_some_and(|rest| !rest.starts_with([' ', '-', '#']))
    };
    let fields: Vec<(usize, Option<&str>)> =
        item.lines.iter().enumerate().filter(|(_, line)| begins(line)).map(|(at, line)| (at, field_of(line))).collect();
    let (before, after) = fields.split_at(fields.partition_point(|(first, _)| *first <= at));
    let Some((start, name)) = before.last() else { return false };
    let lines = *start..after.first().map_or(item.lines.len(), |(next, _)| *next);
    let name = name.unwrap_or_default().to_string();
    let known = crate::fmt::FIELDS.contains(&name.as_str());
    // A field that stands here twice, or that is none, only goes.
    let twice = fields.iter().filter(|(_, other)| *other == Some(name.as_str())).count() > 1;
    let text: Vec<String> = item
        .text
        .lines()
        .enumerate()
        .map(|(line, text)| match line {
            _ if !lines.contains(&line) => text.to_string(),
            _ if line == lines.start && known && !twice => format!("  {name}: {}", stand_in(&name)),
            _ => String::new(),
        })
        .collect();
    let text = text.join("\n") + "\n";
    if text == item.text {
        return false;
    }
    item.text = text;
    faulty.replaced.push(item.first + lines.start..item.first + lines.end);
    faulty.fields.push(name);
    true
}
