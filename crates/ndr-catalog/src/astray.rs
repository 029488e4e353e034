//! Examples that lead to another entry when less is known than who said them.

use ndr_resolve::{Catalog, Entry, ProviderKind, Query, Reply, Template};
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
    /// The words of a filter, a list or software, quoted by a host of somebody else.
    OtherHost,
}

/// Hosts of large services, which quote filters and lists as anybody does.
const OTHER_HOSTS: &[&str] =
    &["mx1.google.com", "mta5.mail.yahoo.com", "mx01.mail.icloud.com", "contoso-com.mail.protection.outlook.com"];

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
        let mut ways: Vec<(Through, Option<&str>)> = match entry.needs_host {
            Some(_) => vec![(Through::OwnHost, own.as_deref())],
            None => vec![(Through::Bare, None), (Through::UnknownHost, Some("mx.example.net"))],
        };
        // The words of any server and codes of the registry mean at each provider what that provider says.
        let is_quoted = provider.is_some_and(|provider| {
            provider.kind != ProviderKind::MailboxHost
                && provider.id != "generic"
                && provider.kind != ProviderKind::Registry
        });
        if is_quoted && entry.needs_host.is_none() {
            ways.extend(OTHER_HOSTS.iter().map(|host| (Through::OtherHost, Some(*host))));
        }
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
                // What the host's own provider says with these words comes first.
                let is_hosts_own = *through == Through::OtherHost
                    && answer.entry.and_then(|to| catalog.entries().get(to)).is_some_and(|to| {
                        catalog.providers_of(host.as_slice()).any(|provider| provider.id == to.provider)
                    });
                if answer.entry != Some(at) && !is_hosts_own {
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
