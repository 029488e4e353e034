//! Examples that lead to another entry when less is known than who said them.

use ndr_resolve::{Catalog, Entry, Query, Reply, Template};
use std::collections::HashMap;

/// How an example is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Through {
    /// By itself.
    Bare,
    /// As the words of a remote host that the catalogue does not know.
    UnknownHost,
}

/// An example that leads elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Astray {
    /// The slug of its entry.
    pub slug: &'static str,
    /// The example.
    pub example: &'static str,
    /// How it was asked.
    pub through: Through,
    /// The slug of the entry that answers, if one does.
    pub to: Option<&'static str>,
}

/// The examples that do not resolve to their own entry, by themselves or as the words of a host that nobody knows.
/// Entries that say `needs_host` are left out.
pub fn astray(catalog: &Catalog) -> Vec<Astray> {
    let mut found = Vec::new();
    for (at, entry) in catalog.entries().iter().enumerate().filter(|(_, entry)| entry.needs_host.is_none()) {
        for example in entry.examples {
            for through in [Through::Bare, Through::UnknownHost] {
                let hosts: &[&str] = match through {
                    Through::Bare => &[],
                    Through::UnknownHost => &["mx.example.net"],
                };
                let reply = Reply::parse(example);
                let answer = catalog.resolve(&Query {
                    text: example,
                    status: reply.status,
                    inner: &reply.inner,
                    reply: reply.code,
                    hosts,
                    command: entry.after.map(|command| command.slug()),
                    ..Query::default()
                });
                if answer.entry != Some(at) {
                    let to = answer.entry.and_then(|to| catalog.entries().get(to)).map(|entry| entry.slug);
                    found.push(Astray { slug: entry.slug, example, through, to });
                }
            }
        }
    }
    found
}

/// Entries of different providers that have a text in common and that no code, host, mark or command tells apart, with
/// that text.
pub fn twins(catalog: &Catalog) -> Vec<(&'static str, &'static str, &'static str)> {
    let mut found = Vec::new();
    let mut texts: HashMap<Vec<u64>, Vec<&Entry>> = HashMap::new();
    let is_known = |entry: &Entry| {
        let provider = catalog.providers().iter().find(|provider| provider.id == entry.provider);
        provider.is_some_and(|provider| !provider.hosts.is_empty() || !provider.marks.is_empty())
    };
    for entry in catalog.entries() {
        for text in entry.texts {
            let Ok(template) = Template::parse(text) else { continue };
            let others = texts.entry(template.comparison_key()).or_default();
            for other in others.iter().filter(|other| other.slug != entry.slug) {
                let codes = entry.codes == other.codes || (entry.codes.is_empty() && other.codes.is_empty());
                if codes && entry.after == other.after && !is_known(entry) && !is_known(other) {
                    found.push((entry.slug, other.slug, *text));
                }
            }
            others.push(entry);
        }
    }
    found
}
