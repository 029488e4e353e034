//! The pages that lead to entries: the overview, and the lists by code, provider, category and actor.

use crate::stats::{self, Row};
use crate::{
    File, NOTICE, REFERENCE, all_codes, any_class, capital, code_link, escape, in_order, link, meanings, naming,
};
use ndr::{Actor, Catalog, Category, Entry, class_means};
use std::collections::BTreeMap;

/// The overview: how many entries there are of what, with links to the lists.
pub(crate) fn overview(catalog: &Catalog) -> Vec<File> {
    let mut out = format!("{NOTICE}# Reference\n\n");
    out += &format!(
        "{} meanings of a bounce: [by code](by-code.md), [by provider](#by-provider), [by category](#by-category), \
         [by who must act](#by-who-must-act).\n\n## By provider\n\n",
        catalog.entries().len()
    );
    out += "Each entry counts once under how sure its surest source is: *documented* by the provider or a standard, *observed* in \
            real reports or told by third parties, or *inferred*. The last column is the date of the source that nobody has \
            compared for the longest time.\n\n";
    out += &format!("| provider | {} |\n|---|{}\n", stats::HEAD.join(" | "), "--:|".repeat(stats::HEAD.len()));
    for row in stats::rows(catalog) {
        out += &line(&format!("[{}](providers/{}.md)", escape(row.name), row.id), &row);
    }
    out += &line("**all**", &stats::total(catalog));
    out += "\n## By category\n\n| category | what it means | entries |\n|---|---|--:|\n";
    for category in Category::ALL {
        let count = catalog.entries().iter().filter(|entry| entry.category == *category).count();
        out += &format!("| [`{category}`](categories/{category}.md) | {} | {count} |\n", escape(category.means()));
    }
    out += "\n## By who must act\n\nAn entry stands with each of those who can act on it.\n\n| who | | entries |\n|---|---|--:|\n";
    for actor in Actor::ALL {
        let count = catalog.entries().iter().filter(|entry| entry.act.contains(actor)).count();
        out += &format!("| [`{actor}`](act/{actor}.md) | {} | {count} |\n", actor_means(*actor));
    }
    vec![(format!("{REFERENCE}/README.md"), out)]
}

fn line(name: &str, row: &Row) -> String {
    format!("| {name} | {} |\n", row.cells().join(" | "))
}

/// Every code with the number of its meanings.
pub(crate) fn by_code(catalog: &Catalog) -> Vec<File> {
    let mut out = format!("{NOTICE}# By code\n\n[Reference](README.md)\n");
    let mut class = None;
    for code in all_codes(catalog) {
        if class != Some(code.class) {
            class = Some(code.class);
            let name = if code.class == 0 { "X".to_string() } else { code.class.to_string() };
            out += &format!("\n## {name}.y.z: {}\n\n", class_means(code.class).unwrap_or_default());
        }
        let mut entries = naming(catalog, &code);
        if code.class != 0 {
            entries.extend(naming(catalog, &any_class(&code)));
        }
        let says = match entries.as_slice() {
            [one] => link(one, ""),
            several => meanings(several.len()),
        };
        out += &format!("- {}: {says}\n", code_link(&code, "codes/"));
    }
    let mut replies: BTreeMap<u16, Vec<&Entry>> = BTreeMap::new();
    for entry in catalog.entries().iter().filter(|entry| entry.codes.is_empty() && entry.texts.is_empty()) {
        for reply in entry.replies {
            replies.entry(*reply).or_default().push(entry);
        }
    }
    if !replies.is_empty() {
        out += "\n## SMTP reply codes without a status code\n\n";
        for (reply, entries) in replies {
            let links: Vec<String> = entries.iter().map(|entry| link(entry, "")).collect();
            out += &format!("- {reply}: {}\n", links.join(", "));
        }
    }
    vec![(format!("{REFERENCE}/by-code.md"), out)]
}

/// A page for each provider, by category.
pub(crate) fn by_provider(catalog: &Catalog) -> Vec<File> {
    let page = |row: Row| {
        let own: Vec<&Entry> = catalog.entries().iter().filter(|entry| entry.provider == row.id).collect();
        let mut out = format!("{NOTICE}# {}\n\n", escape(row.name));
        out += &format!("{} of the provider `{}`. [Reference](../README.md)\n", counted(own.len()), row.id);
        let provider = catalog.providers().iter().find(|provider| provider.id == row.id);
        if let Some(provider) = provider.filter(|provider| !provider.hosts.is_empty()) {
            let hosts: Vec<String> = provider.hosts.iter().map(|host| format!("`{host}`")).collect();
            out += &format!("\nIts servers: {}.\n", hosts.join(", "));
        }
        for category in Category::ALL {
            let of_category: Vec<&Entry> = own.iter().copied().filter(|entry| entry.category == *category).collect();
            if !of_category.is_empty() {
                out += &format!("\n## {}\n\n{}", capital(category.means()), list(of_category));
            }
        }
        (format!("{REFERENCE}/providers/{}.md", row.id), out)
    };
    stats::rows(catalog).into_iter().map(page).collect()
}

/// A page for each category, by provider.
pub(crate) fn by_category(catalog: &Catalog) -> Vec<File> {
    let page = |category: &Category| {
        let own = catalog.entries().iter().filter(|entry| entry.category == *category).collect();
        let head = format!("{}: `{category}`", capital(category.means()));
        (format!("{REFERENCE}/categories/{category}.md"), of_providers(catalog, &head, own))
    };
    Category::ALL.iter().map(page).collect()
}

/// A page for each of those who can act, by provider.
pub(crate) fn by_actor(catalog: &Catalog) -> Vec<File> {
    let page = |actor: &Actor| {
        let own = catalog.entries().iter().filter(|entry| entry.act.contains(actor)).collect();
        let head = format!("Who acts: {}", actor_means(*actor));
        (format!("{REFERENCE}/act/{actor}.md"), of_providers(catalog, &head, own))
    };
    Actor::ALL.iter().map(page).collect()
}

fn of_providers(catalog: &Catalog, head: &str, entries: Vec<&Entry>) -> String {
    let mut out = format!("{NOTICE}# {head}\n\n{}. [Reference](../README.md)\n", counted(entries.len()));
    for provider in catalog.providers() {
        let own: Vec<&Entry> = entries.iter().copied().filter(|entry| entry.provider == provider.id).collect();
        if !own.is_empty() {
            out += &format!("\n## {}\n\n{}", escape(provider.name), list(own));
        }
    }
    out
}

fn counted(entries: usize) -> String {
    if entries == 1 { "1 entry".to_string() } else { format!("{entries} entries") }
}

/// Entries with their codes, for a page in a folder of the reference.
fn list(mut entries: Vec<&Entry>) -> String {
    in_order(&mut entries);
    let line = |entry: &Entry| {
        let codes: Vec<String> = entry.codes.iter().map(|code| code_link(code, "../codes/")).collect();
        let codes = if codes.is_empty() { String::new() } else { format!(" · {}", codes.join(", ")) };
        format!("- {}{codes}\n", link(entry, "../"))
    };
    entries.into_iter().map(line).collect()
}

const fn actor_means(actor: Actor) -> &'static str {
    match actor {
        Actor::Sender => "the person who sent the message",
        Actor::SenderAdmin => "whoever runs the sender's mail",
        Actor::Recipient => "the person the message was for",
        Actor::RecipientAdmin => "whoever runs the recipient's mail",
        Actor::Provider => "a provider between or behind them",
        Actor::Wait => "nobody: the mail system tries again by itself",
    }
}
