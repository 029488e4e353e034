//! Proofs over the whole catalogue that `cargo xtask catalog check` runs, and the macro does not: examples lead to their
//! entries whoever relays them, entries are told apart by more than a common word, and what people write in innocence
//! meets none of them.

use crate::astray::{Through, astray, twins};
use crate::layout::{Layout, field_of};
use crate::problem::Problem;
use ndr_resolve::{Catalog, Entry, Provider, Template};
use std::collections::HashMap;

/// The most entries that may say `needs_host`.
const MOST_NEEDS_HOST: usize = 40;
/// A word of this weight or more was seen once at most in the sentences of xtask/words.
const RARE: u8 = 9;
/// What two words must weigh together at least. Up to 12 they count beside a code, a host or a command only, or where they
/// are most of what was said; the resolver sees to that.
const LEAST_PAIR: u32 = 5;

/// Every problem of a catalogue that [`crate::load`] has read from `text`.
pub fn prove(file: &str, text: &str, catalog: &Catalog) -> Vec<Problem> {
    let layout = Layout::read(file, text);
    let mut problems = Vec::new();
    let items: HashMap<&str, _> = catalog.entries().iter().map(|entry| entry.slug).zip(&layout.entries).collect();
    let mut found = Vec::new();
    let mut complain = |slug: &str, field: &str, nth: Option<usize>, message: String, help: &str| {
        if let Some(item) = items.get(slug) {
            found.push(layout.problem(item.place(field, nth), message, Some(help.to_string())));
        }
    };

    for stray in astray(catalog) {
        let entry = catalog.by_slug(stray.slug);
        let nth = entry.and_then(|entry| entry.examples.iter().position(|example| *example == stray.example));
        let to = stray.to.map_or("no entry".to_string(), |to| format!("`{to}`"));
        let (how, help) = match stray.through {
            Through::Bare => ("by itself", TELL_APART),
            Through::UnknownHost => ("as the words of an unknown host", TELL_APART),
            Through::OtherHost => ("as the words that another provider's host quotes", TELL_APART),
            Through::OwnHost => {
                ("even as the words of its own host", "an entry that needs its host must be found through it")
            }
        };
        complain(stray.slug, "examples", nth, format!("this example resolves to {to} {how}"), help);
    }
    for (one, other, text) in twins(catalog) {
        let message = format!("nothing tells this entry from `{other}`: both have the text `{text}`");
        complain(one, "texts", None, message, "join the two, or give them codes, a host, a mark or `after:`");
    }

    let needy: Vec<&Entry> = catalog.entries().iter().filter(|entry| entry.needs_host.is_some()).collect();
    for (count, entry) in needy.iter().enumerate() {
        let reason = entry.needs_host.unwrap_or_default();
        if reason.split_whitespace().count() < 3 {
            let message = format!("`{reason}` is no reason");
            complain(entry.slug, "needs_host", None, message, "say in words why only the host tells this entry apart");
        }
        if count >= MOST_NEEDS_HOST {
            let message = format!("{} entries say needs_host, and {MOST_NEEDS_HOST} may", needy.len());
            complain(entry.slug, "needs_host", None, message, "tell some apart by code, mark or words, or join them");
        }
    }

    for item in &layout.providers {
        if !item.lines.iter().any(|line| field_of(line) == Some("kind")) {
            let message = "this provider has no `kind`".to_string();
            let help = "say who may quote its words: mailbox-host, filter, block-list, software or registry";
            problems.push(layout.problem((item.first, 1), message, Some(help.to_string())));
        }
    }
    for provider in catalog.providers() {
        // Only a star in front stands for anything.
        for host in provider.hosts.iter().filter(|host| host.trim_start_matches('*').contains('*')) {
            let at = layout.lines.iter().position(|line| line.contains(host)).unwrap_or(0);
            let message = format!("`{host}` matches no host");
            let help = "a star stands in front of the name only, as in *.example.com";
            problems.push(layout.problem((at, 1), message, Some(help.to_string())));
        }
    }
    for (entry, text, nth) in common_texts(catalog) {
        let message = format!("`{text}` is made of one or two common words, and no code, host or mark goes with it");
        complain(entry, "texts", Some(nth), message, "make it longer, by the words that servers write around it");
    }
    problems.append(&mut found);
    problems.sort_by_key(|problem| (problem.line, problem.column));
    problems
}

const TELL_APART: &str =
    "tell the two apart by code, mark, `after:` or words; join them; or say needs_host: with the reason";

fn provider_of(catalog: &Catalog, entry: &Entry) -> Option<&'static Provider> {
    catalog.providers().iter().find(|provider| provider.id == entry.provider)
}

/// Texts of one or two words that are common in life, where no code, host or mark tells what they mean: the slug, the
/// text, and which of the entry's it is.
pub fn common_texts(catalog: &Catalog) -> Vec<(&'static str, &'static str, usize)> {
    let mut found = Vec::new();
    for entry in catalog.entries() {
        let known = provider_of(catalog, entry)
            .is_some_and(|provider| !provider.hosts.is_empty() || !provider.marks.is_empty());
        if known || !entry.codes.is_empty() {
            continue;
        }
        for (nth, text) in entry.texts.iter().enumerate() {
            let Ok(template) = Template::parse(text) else { continue };
            let weights: Vec<u8> = template.weights().collect();
            let is_common = match weights.as_slice() {
                [one] => *one < RARE,
                [one, other] if !template.has_hole() => u32::from(*one) + u32::from(*other) < LEAST_PAIR,
                _ => false,
            };
            if is_common {
                found.push((entry.slug, *text, nth));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The problems of a catalogue with a mailbox host, a kind for each provider, and `entries`.
    fn problems(entries: &[(&str, &str, &str)]) -> Vec<String> {
        let entry = |(slug, more, text): &(&str, &str, &str)| {
            format!(
                "- {{slug: {slug}, title: T, {more}, texts: [\"{text}\"], category: mailbox-full, meaning: M., steps: \
                 {{sender: [S.]}}, examples: [\"552 {text}\"], sources: [{{name: A, checked: 2026-01-01, trust: observed}}]}}\n"
            )
        };
        let text = format!(
            "providers:\n- id: generic\n  name: Any\n  kind: software\n- id: host\n  name: Host\n  kind: mailbox-host\n  hosts: \
             [\"*.host.example\"]\nentries:\n{}",
            entries.iter().map(entry).collect::<String>()
        );
        let catalog = crate::load("small.yaml", &text).unwrap();
        prove("small.yaml", &text, &catalog).into_iter().map(|problem| problem.message).collect()
    }

    const ANY: &str = "provider: generic, codes: []";
    const HOST: &str = "provider: host, codes: []";

    #[test]
    fn examples_lead_home_whoever_says_them() {
        assert_eq!(
            problems(&[("any", ANY, "zorblax is full"), ("own", HOST, "quuxim has no frobnicated room")]),
            Vec::<String>::new()
        );
        let twice = [("any", ANY, "zorblax is full"), ("own", HOST, "zorblax is full")];
        let found = problems(&twice);
        assert_eq!(
            found,
            [
                "this example resolves to `any` by itself",
                "this example resolves to `any` as the words of an unknown host"
            ]
        );
    }

    #[test]
    fn an_entry_that_needs_its_host_says_why() {
        let with = |reason: &str| {
            let more = format!("{HOST}, needs_host: {reason}");
            problems(&[("any", ANY, "zorblax is full"), ("own", &more, "zorblax is full")])
        };
        assert_eq!(with("any server says that"), Vec::<String>::new());
        assert_eq!(with("yes"), ["`yes` is no reason"]);
    }

    #[test]
    fn a_common_word_alone_is_no_text() {
        let found = problems(&[("any", ANY, "available")]);
        assert_eq!(found, ["`available` is made of one or two common words, and no code, host or mark goes with it"]);
        assert_eq!(problems(&[("any", ANY, "zorblaxed")]), Vec::<String>::new());
        // A host goes with it.
        assert!(!problems(&[("own", HOST, "available")]).iter().any(|message| message.contains("common")));
    }
}
