//! `ndr code`

use super::entries_json;
use crate::args::{Code, Format};
use crate::output::Output;
use crate::{Exit, Outcome, Stop};
use ndr::render::{entry_human, entry_markdown};
use ndr::{Catalog, Entry, StatusCode};
use ndr_catalog::{GENERAL, look_up, search};

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
            if let Some(code) = args.code.trim().parse().ok().filter(|code| is_general(&found, *code)) {
                text += &format!("No entry is about {code} itself.\n{}\n", around(catalog, code));
            }
            let shown: Vec<String> = found.iter().map(|entry| entry_human(catalog, entry, out.options())).collect();
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
        let message = format!("the catalogue has no entry for `{}`\n{}", args.code, unknown(catalog, args.code.trim()));
        return Err(Stop { message: message.trim_end().to_string(), exit: Exit::Nothing });
    }
    Ok(Exit::Done)
}

/// The most codes and slugs that are suggested for an unknown one.
const NEAR: usize = 5;

/// Whether nothing but the registry's general ranges holds a code.
fn is_general(found: &[&Entry], code: StatusCode) -> bool {
    !found.iter().any(|entry| entry.codes.iter().any(|p| p.matches(code) && p.width() <= GENERAL))
}

/// What is known of something that the catalogue does not know, for any kind of it.
fn unknown(catalog: &Catalog, text: &str) -> String {
    if let Ok(code) = text.parse::<StatusCode>() {
        return around(catalog, code);
    }
    // The beginning of a code: `5.7`, `4.4.`.
    let mut parts = text.trim_end_matches('.').split('.').map(str::parse::<u16>);
    if let (Some(Ok(class)), Some(Ok(subject)), None) = (parts.next(), parts.next(), parts.next())
        && let Ok(code) = format!("{class}.{subject}.0").parse::<StatusCode>()
    {
        return around(catalog, code);
    }
    if let Ok(reply) = text.parse::<u32>() {
        let mut near: Vec<u16> = catalog.entries().iter().flat_map(|entry| entry.replies).copied().collect();
        near.sort_unstable_by_key(|known| (u32::from(*known).abs_diff(reply), *known));
        near.dedup();
        let lines = near.iter().filter_map(|reply| Some((reply.to_string(), said(catalog.by_reply(*reply)?))));
        return format!("{}{}", class_words(text), nearest(lines));
    }
    let found = search(catalog, &text.replace('-', " ")).into_iter().take(NEAR);
    let slugs: Vec<&str> = found.map(|(entry, _)| entry.slug).collect();
    if slugs.is_empty() { String::new() } else { format!("nearest: {}", slugs.join(", ")) }
}

/// What the class of a reply code means, in a line.
fn class_words(reply: &str) -> String {
    let class = reply.bytes().next().map_or(0, |digit| digit.wrapping_sub(b'0'));
    match ndr::class_means(class).filter(|_| class > 0 && reply.len() == 3) {
        Some(means) => format!("{class}xx means {means}\n"),
        None => "reply codes have three digits and begin with 2, 4 or 5; status codes look like 5.7.1\n".to_string(),
    }
}

/// What class and subject of a code mean, and the nearest codes that have entries.
fn around(catalog: &Catalog, code: StatusCode) -> String {
    let class = ndr::class_means(code.class()).unwrap_or("in no standard");
    let subject = ndr::subject_means(code.subject()).unwrap_or("in no standard");
    let entries = catalog.entries().iter();
    let mut near: Vec<(u16, String, &Entry)> = entries
        .flat_map(|entry| entry.codes.iter().map(move |pattern| (pattern, entry)))
        .filter(|(pattern, _)| matches!(pattern.class, 0) || pattern.class == code.class())
        .filter(|(pattern, _)| pattern.subject == (code.subject(), code.subject()) && pattern.width() <= GENERAL)
        .map(|(pattern, entry)| {
            let (from, to) = pattern.detail;
            let far = if code.detail() < from { from - code.detail() } else { code.detail().saturating_sub(to) };
            (far, pattern.to_string(), entry)
        })
        .collect();
    near.sort_by(|a, b| (a.0, &a.1, a.2.slug).cmp(&(b.0, &b.1, b.2.slug)));
    let lines = near.chunk_by(|a, b| a.1 == b.1).filter_map(|same| {
        let (_, pattern, entry) = same.first()?;
        let meaning = if same.len() == 1 { said(entry) } else { format!("{} meanings", same.len()) };
        Some((pattern.clone(), meaning))
    });
    let (digit, subject_digit) = (code.class(), code.subject());
    format!("{digit} means {class}, subject {subject_digit} is {subject}\n{}", nearest(lines))
}

fn said(entry: &Entry) -> String {
    format!("{} ({})", entry.title, entry.provider)
}

/// The first few codes, one a line with its meaning.
fn nearest(found: impl Iterator<Item = (String, String)>) -> String {
    let lines: Vec<String> = found.take(NEAR).map(|(code, says)| format!("  {code:<12} {says}\n")).collect();
    if lines.is_empty() { String::new() } else { format!("nearest:\n{}", lines.concat()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_dead_end() {
        let catalog = ndr::catalog();
        let text = unknown(catalog, "5.7.611");
        assert!(text.starts_with("5 means a permanent failure, subject 7 is security or policy\nnearest:\n"), "{text}");
        assert!(text.contains("\n  5.7.606-649 "), "{text}");
        assert_eq!(text.lines().count(), 2 + NEAR);
        for typed in ["5.7", "5.7.", "4.9", "5.99.1", "599", "7", "baned-ip"] {
            let text = unknown(catalog, typed);
            assert!(!text.is_empty(), "{typed}");
        }
        assert!(unknown(catalog, "5.9.1").starts_with("5 means a permanent failure, subject 9 is in no standard"));
        assert!(unknown(catalog, "455555").starts_with("reply codes have three digits"));
        assert!(unknown(catalog, "544").starts_with("5xx means a permanent failure\nnearest:\n"));
    }

    #[test]
    fn general_ranges_are_no_entry_of_the_code() {
        let catalog = ndr::catalog();
        for (code, general) in [("5.7.1", false), ("5.7.611", false), ("5.8.1", true), ("5.7.444", true)] {
            let found = look_up(catalog, code);
            assert_eq!(is_general(&found, code.parse().unwrap()), general, "{code}");
        }
    }
}
