//! `ndr list`

use super::entries_json;
use crate::args::{Entries, Format};
use crate::output::Output;
use crate::{Exit, Outcome, Stop};
use ndr::Entry;

pub(crate) fn list(args: &Entries, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let entries =
        ndr_catalog::filter(decoder.catalog(), args.provider.as_deref(), args.category.as_deref(), args.act.as_deref())
            .map_err(|message| Stop { message, exit: Exit::Usage })?;
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
                text += &out.csv().line(&cells);
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

fn join<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(" ")
}

/// Codes, category, actors and slug on one line.
pub(crate) fn line(entry: &Entry) -> String {
    let codes = if entry.codes.is_empty() { "no code".to_string() } else { join(entry.codes.iter()) };
    format!("{codes} · {} · {} · {}", entry.category, join(entry.act.iter()), entry.slug)
}
