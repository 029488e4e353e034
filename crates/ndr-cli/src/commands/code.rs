//! `ndr code`

use super::entries_json;
use crate::args::{Code, Format};
use crate::output::Output;
use crate::{Exit, Outcome, Stop};
use ndr::render::{entry_human, entry_markdown};
use ndr::{Catalog, Entry, StatusCode};

pub(crate) fn code(args: &Code, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let catalog = decoder.catalog();
    let found = look_up(catalog, args.code.trim());
    match out.format(args.format) {
        Format::Json => return entries_json(&found, false),
        Format::Ndjson => return entries_json(&found, true),
        Format::Csv | Format::Html => {
            return Err(Stop { message: "ndr code prints human, json, ndjson or markdown".into(), exit: Exit::Usage });
        }
        Format::Human if !found.is_empty() => {
            let mut text = String::new();
            if found.len() > 1 {
                text += &format!("{} has {} entries\n\n", args.code, found.len());
            }
            let shown: Vec<String> = found.iter().map(|entry| entry_human(entry, out.options())).collect();
            text += &shown.join(&format!("\n{}\n\n", "─".repeat(out.options().width)));
            out.print(&text)?;
        }
        Format::Markdown if !found.is_empty() => {
            let shown: Vec<String> = found.iter().map(|entry| entry_markdown(entry, 2)).collect();
            out.print(&shown.join("\n"))?;
        }
        _ => {}
    }
    if found.is_empty() {
        let near = nearest(catalog, args.code.trim());
        let mut message = format!("the catalogue has no entry for `{}`", args.code);
        if !near.is_empty() {
            message += &format!("\nnearest: {}", near.join(", "));
        }
        return Err(Stop { message, exit: Exit::Nothing });
    }
    Ok(Exit::Done)
}

/// The entries of a status code, a reply code or a slug; the registry's general ranges only where nothing else is known.
fn look_up<'c>(catalog: &'c Catalog, text: &str) -> Vec<&'c Entry> {
    if let Ok(code) = text.parse::<StatusCode>() {
        let all = catalog.by_code(code);
        let near: Vec<&Entry> = all
            .iter()
            .copied()
            .filter(|entry| entry.codes.iter().any(|p| p.matches(code) && p.width() <= 500))
            .collect();
        return if near.is_empty() { all } else { near };
    }
    if let Ok(reply) = text.parse::<u16>() {
        let last = catalog.by_reply(reply);
        return last
            .into_iter()
            .chain(catalog.entries().iter().filter(|entry| {
                entry.replies.contains(&reply) && Some(entry.slug) != last.map(|l| l.slug) && entry.codes.is_empty()
            }))
            .collect();
    }
    catalog.by_slug(text).into_iter().collect()
}

/// Slugs and codes that differ least from what was typed.
fn nearest(catalog: &Catalog, text: &str) -> Vec<String> {
    if let Ok(code) = text.parse::<StatusCode>() {
        let mut near: Vec<(u16, String)> = catalog
            .entries()
            .iter()
            .flat_map(|entry| entry.codes)
            .filter(|pattern| {
                pattern.is_exact() && pattern.class == code.class() && pattern.subject.0 == code.subject()
            })
            .map(|pattern| (pattern.detail.0.abs_diff(code.detail()), pattern.to_string()))
            .collect();
        near.sort();
        near.dedup();
        return near.into_iter().take(5).map(|(_, code)| code).collect();
    }
    super::search::rank(catalog, &text.replace('-', " "))
        .into_iter()
        .take(5)
        .map(|(entry, _)| entry.slug.to_string())
        .collect()
}
