//! `ndr search`

use super::entries_json;
use crate::args::{Format, Search};
use crate::output::Output;
use crate::{Exit, Outcome, Stop};
use ndr::Entry;
use ndr_catalog::tokens;
use std::collections::HashSet;

pub(crate) fn search(args: &Search, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let words = args.words.join(" ");
    let found: Vec<(&Entry, HashSet<String>)> =
        ndr_catalog::search(decoder.catalog(), &words).into_iter().take(args.limit).collect();
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
        return Err(Stop { message: format!("no entry has words like `{words}`"), exit: Exit::Nothing });
    }
    Ok(Exit::Done)
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
        ndr_catalog::search(ndr::catalog(), words).into_iter().take(3).map(|(entry, _)| entry.slug).collect()
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
