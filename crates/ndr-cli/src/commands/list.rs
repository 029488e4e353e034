//! `ndr list`

use super::entries_json;
use crate::args::{Entries, Format};
use crate::output::Output;
use crate::{Exit, Outcome, Stop};
use ndr::{Actor, Category, Entry};

pub(crate) fn list(args: &Entries, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let category = args
        .category
        .as_deref()
        .map(|name| parse(name, Category::from_slug, Category::ALL.iter().map(|c| c.slug()), "category"))
        .transpose()?;
    let act = args
        .act
        .as_deref()
        .map(|name| parse(name, Actor::from_slug, Actor::ALL.iter().map(|a| a.slug()), "actor"))
        .transpose()?;
    let providers = decoder.catalog().providers();
    if let Some(wanted) = &args.provider
        && !providers.iter().any(|provider| provider.id == wanted)
    {
        let known: Vec<&str> = providers.iter().map(|provider| provider.id).collect();
        return Err(Stop {
            message: format!("there is no provider `{wanted}`; they are {}", known.join(", ")),
            exit: Exit::Usage,
        });
    }
    let entries: Vec<&Entry> = decoder
        .catalog()
        .entries()
        .iter()
        .filter(|entry| args.provider.as_deref().is_none_or(|provider| entry.provider == provider))
        .filter(|entry| category.is_none_or(|category| entry.category == category))
        .filter(|entry| act.is_none_or(|act| entry.act.contains(&act)))
        .collect();
    match out.format(args.format) {
        Format::Json => entries_json(&entries, false).map(|_| Exit::Done),
        Format::Ndjson => entries_json(&entries, true).map(|_| Exit::Done),
        Format::Csv => {
            let mut text = String::from("slug,provider,title,codes,category,act,suppress,retry\r\n");
            for entry in entries {
                let cells = [
                    entry.slug.to_string(),
                    entry.provider.to_string(),
                    entry.title.to_string(),
                    join(entry.codes.iter()),
                    entry.category.to_string(),
                    join(entry.act.iter()),
                    entry.suppress.to_string(),
                    entry.retry.to_string(),
                ];
                text += &super::scan::csv_line(&cells);
            }
            out.print(&text)?;
            Ok(Exit::Done)
        }
        Format::Markdown => {
            let mut text = String::from("| Codes | Meaning | Who acts | Slug |\n|---|---|---|---|\n");
            for entry in entries {
                text += &format!(
                    "| {} | {} | {} | `{}` |\n",
                    join(entry.codes.iter()),
                    entry.title.replace('|', "\\|"),
                    join(entry.act.iter()),
                    entry.slug
                );
            }
            out.print(&text)?;
            Ok(Exit::Done)
        }
        Format::Human => {
            let text: String = entries.iter().map(|entry| format!("{}\n  {}\n", entry.title, line(entry))).collect();
            out.print(&text)?;
            Ok(Exit::Done)
        }
        Format::Html => {
            Err(Stop { message: "ndr list prints human, json, ndjson, csv or markdown".into(), exit: Exit::Usage })
        }
    }
}

fn parse<T>(
    name: &str,
    read: impl Fn(&str) -> Option<T>,
    all: impl Iterator<Item = &'static str>,
    what: &str,
) -> Result<T, Stop> {
    read(name).ok_or_else(|| Stop {
        message: format!("there is no {what} `{name}`; they are {}", all.collect::<Vec<_>>().join(", ")),
        exit: Exit::Usage,
    })
}

fn join<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(" ")
}

/// Codes, category, actors and slug on one line.
pub(crate) fn line(entry: &Entry) -> String {
    let codes = if entry.codes.is_empty() { "no code".to_string() } else { join(entry.codes.iter()) };
    format!("{codes} · {} · {} · {}", entry.category, join(entry.act.iter()), entry.slug)
}
