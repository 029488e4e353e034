//! `ndr search`

use super::entries_json;
use crate::args::{Format, Search};
use crate::output::Output;
use crate::{Exit, Outcome, Stop};
use ndr::{Catalog, Entry};
use std::collections::HashSet;

pub(crate) fn search(args: &Search, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let words = args.words.join(" ");
    let found: Vec<(&Entry, HashSet<String>)> = rank(decoder.catalog(), &words).into_iter().take(args.limit).collect();
    let entries: Vec<&Entry> = found.iter().map(|(entry, _)| *entry).collect();
    match out.format(args.format) {
        Format::Json => return entries_json(&entries, false),
        Format::Ndjson => return entries_json(&entries, true),
        Format::Human => {
            let mut text = String::new();
            for (entry, hits) in &found {
                text += &format!("{}\n", highlight(entry.title, hits, out.options().color));
                text += &format!("  {}\n", super::list::line(entry));
                if let Some(words) = entry.texts.iter().max_by_key(|text| overlap(text, hits)) {
                    text += &format!("  {}\n", highlight(words, hits, out.options().color));
                }
                text.push('\n');
            }
            out.print(&text)?;
        }
        Format::Markdown => {
            let text: String = found.iter().map(|(entry, _)| format!("- `{}` {}\n", entry.slug, entry.title)).collect();
            out.print(&text)?;
        }
        Format::Csv | Format::Html => {
            return Err(Stop {
                message: "ndr search prints human, json, ndjson or markdown".into(),
                exit: Exit::Usage,
            });
        }
    }
    if entries.is_empty() {
        return Err(Stop { message: format!("no entry holds words like `{words}`"), exit: Exit::Nothing });
    }
    Ok(Exit::Done)
}

fn tokens(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '.')
        .map(|word| word.trim_matches('.').to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Entries by how well their words fit, best first, with the words that did. Rare words count more; a word may be
/// mistyped by a letter or two.
pub(crate) fn rank<'c>(catalog: &'c Catalog, query: &str) -> Vec<(&'c Entry, HashSet<String>)> {
    let wanted = tokens(query);
    let fields: Vec<(Vec<String>, Vec<String>)> = catalog
        .entries()
        .iter()
        .map(|entry| {
            let mut strong = tokens(entry.title);
            strong.extend(tokens(&entry.slug.replace('-', " ")));
            strong.extend(entry.codes.iter().map(ToString::to_string));
            let said: Vec<String> = entry.texts.iter().chain(entry.examples).flat_map(|text| tokens(text)).collect();
            (strong, said)
        })
        .collect();
    let all: HashSet<&str> =
        fields.iter().flat_map(|(strong, said)| strong.iter().chain(said)).map(String::as_str).collect();
    let mut scores: Vec<(f64, usize, HashSet<String>)> = (0..fields.len()).map(|i| (0.0, i, HashSet::new())).collect();
    // The words as they were meant, typing errors mended.
    let mut meant: Vec<&str> = Vec::new();
    for word in &wanted {
        let near: Vec<&str> = if all.contains(word.as_str()) {
            vec![word.as_str()]
        } else {
            let reach = if word.len() >= 8 { 2 } else { 1 };
            all.iter()
                .copied()
                .filter(|known| {
                    word.len() > 3
                        && known.len().abs_diff(word.len()) <= reach
                        && strsim::damerau_levenshtein(known, word) <= reach
                })
                .collect()
        };
        meant.push(
            near.iter().copied().min_by_key(|known| (strsim::damerau_levenshtein(known, word), *known)).unwrap_or(word),
        );
        let hits: Vec<Option<(f64, &str)>> = fields
            .iter()
            .map(|(strong, said)| {
                near.iter()
                    .filter_map(|word| {
                        let weight: f64 = if strong.iter().any(|known| known == word) {
                            2.0
                        } else if said.iter().any(|known| known == word) {
                            1.0
                        } else {
                            return None;
                        };
                        Some((weight, *word))
                    })
                    .max_by(|a, b| a.0.total_cmp(&b.0))
            })
            .collect();
        let holders = hits.iter().flatten().count().max(1) as f64;
        let rarity = (1.0 + fields.len() as f64 / holders).ln();
        for (score, hit) in scores.iter_mut().zip(&hits) {
            if let Some((weight, word)) = hit {
                score.0 += rarity * weight;
                score.2.insert((*word).to_string());
            }
        }
    }
    // A phrase that stands in a text word for word is what was meant.
    let phrase = meant.join(" ");
    for (score, entry) in scores.iter_mut().zip(catalog.entries()) {
        if wanted.len() > 1
            && entry
                .texts
                .iter()
                .chain(std::iter::once(&entry.title))
                .any(|text| tokens(text).join(" ").contains(&phrase))
        {
            score.0 += 10.0;
        }
        // Entries that hold few of the wanted words fall behind.
        score.0 *= score.2.len() as f64 / wanted.len().max(1) as f64;
        if entry.provider == "exchange-online" {
            score.0 *= 1.05;
        }
    }
    scores.retain(|(score, _, _)| *score > 0.0);
    scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scores.into_iter().filter_map(|(_, i, hits)| Some((catalog.entries().get(i)?, hits))).collect()
}

fn overlap(text: &str, hits: &HashSet<String>) -> usize {
    tokens(text).iter().filter(|word| hits.contains(*word)).count()
}

/// Marks the words that were found.
fn highlight(text: &str, hits: &HashSet<String>, color: bool) -> String {
    if !color {
        return text.to_string();
    }
    let mut out = String::new();
    for word in text.split_inclusive(' ') {
        let bare = tokens(word);
        if bare.iter().any(|word| hits.contains(word)) {
            let (word, blank) = word.split_at_checked(word.trim_end().len()).unwrap_or((word, ""));
            out += &format!("\u{1b}[1;33m{word}\u{1b}[0m{blank}");
        } else {
            out += word;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn best(words: &str) -> Vec<&'static str> {
        rank(ndr::catalog(), words).into_iter().take(3).map(|(entry, _)| entry.slug).collect()
    }

    #[test]
    fn the_words_that_were_meant_come_first() {
        for (words, want) in [
            ("banned sending ip", "banned-sending-ip"),
            ("baned sendnig ip", "banned-sending-ip"),
            ("IB508", "godaddy-spf-failed"),
            ("5.7.515", "outlook-com-authentication-too-weak"),
            ("client was not authentcated", "client-not-authenticated"),
            ("postfach voll", "generic-mailbox-full"),
        ] {
            assert!(best(words).contains(&want), "{words}: {:?}", best(words));
        }
        assert_eq!(best("xylophone"), [""; 0]);
        assert_eq!(best(""), [""; 0]);
    }

    #[test]
    fn hits_are_marked_on_a_terminal_only() {
        let hits = HashSet::from(["banned".to_string()]);
        assert_eq!(highlight("a banned ip", &hits, false), "a banned ip");
        assert_eq!(highlight("a Banned, ip", &hits, true), "a \u{1b}[1;33mBanned,\u{1b}[0m ip");
    }
}
