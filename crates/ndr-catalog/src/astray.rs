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
    /// As the words of a host of its provider.
    OwnHost,
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

/// The examples that do not resolve to their own entry: by themselves, and as the words of a host that nobody knows.
/// An entry that says `needs_host` is asked through a host of its provider only.
pub fn astray(catalog: &Catalog) -> Vec<Astray> {
    let mut found = Vec::new();
    for (at, entry) in catalog.entries().iter().enumerate() {
        let provider = catalog.providers().iter().find(|provider| provider.id == entry.provider);
        let own = provider.and_then(|provider| provider.hosts.first()).map(|host| host.replace('*', "mx1"));
        let known = [entry.provider];
        let ways: Vec<(Through, Option<&str>)> = match entry.needs_host {
            Some(_) => vec![(Through::OwnHost, own.as_deref())],
            None => vec![(Through::Bare, None), (Through::UnknownHost, Some("mx.example.net"))],
        };
        for example in entry.examples {
            let reply = Reply::parse(example);
            for (through, host) in &ways {
                let answer = catalog.resolve(&Query {
                    text: example,
                    status: reply.status,
                    inner: &reply.inner,
                    reply: reply.code,
                    hosts: host.as_slice(),
                    // A provider without hosts is known by what its software writes into a report.
                    providers: if *through == Through::OwnHost && host.is_none() { &known } else { &[] },
                    command: entry.after.map(|command| command.slug()),
                    ..Query::default()
                });
                if answer.entry != Some(at) {
                    let to = answer.entry.and_then(|to| catalog.entries().get(to)).map(|entry| entry.slug);
                    found.push(Astray { slug: entry.slug, example, through: *through, to });
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
