//! The pages that lead to entries: the overview, the indexes by code, category and actor, and the table of Exchange codes.

use crate::page::{
    File, NOTICE, REFERENCE, actor_words, anchor, capital, code_link, counted, escape, in_order, link, list, page_of,
    providers,
};
use crate::stats::{self, Row};
use ndr::sanitize::markdown_code;
use ndr::{Actor, Catalog, Category, CodePattern, Entry, class_means, subject_means};
use std::collections::BTreeMap;

/// Path of the table of Exchange codes.
const EXCHANGE: &str = "docs/exchange-codes.md";

/// Returns the overview: counts by provider, category and actor, with links.
pub(crate) fn overview(catalog: &Catalog) -> Vec<File> {
    let mut out = format!("{NOTICE}# Reference\n\n");
    out += &format!(
        "{} meanings of a bounce: [by code](by-code.md), [by category](by-category.md), [by who must act](by-actor.md), \
         or by provider as below. The codes of Exchange Online are also in [one table](../exchange-codes.md).\n\n## By provider\n\n",
        catalog.entries().len()
    );
    out += "Each entry counts once, under its most reliable source: *documented* by the provider or a standard, *observed* \
            in real reports or by third parties, or *inferred*. The last column is the oldest date on which a source was \
            checked.\n\n";
    out += &format!("| provider | {} |\n|---|{}\n", stats::HEAD.join(" | "), "--:|".repeat(stats::HEAD.len()));
    for row in stats::rows(catalog) {
        let page = page_of(catalog, row.id);
        out += &line(&format!("[{}](providers/{page}.md#{})", escape(row.name), row.id), &row);
    }
    out += &line("**all**", &stats::total(catalog));
    out += "\n## By category\n\n| category | what it means | entries |\n|---|---|--:|\n";
    for category in Category::ALL {
        let count = catalog.entries().iter().filter(|entry| entry.category == *category).count();
        out += &format!("| [`{category}`](by-category.md#{category}) | {} | {count} |\n", escape(category.means()));
    }
    out += "\n## By who must act\n\nAn entry counts for each actor who can act on it.\n\n| who | | entries |\n|---|---|--:|\n";
    for actor in Actor::ALL {
        let count = catalog.entries().iter().filter(|entry| entry.act.contains(actor)).count();
        out += &format!("| [`{actor}`](by-actor.md#{actor}) | {} | {count} |\n", actor_means(*actor));
    }
    vec![(format!("{REFERENCE}/README.md"), out)]
}

fn line(name: &str, row: &Row) -> String {
    format!("| {name} | {} |\n", row.cells().join(" | "))
}

/// Returns the index of all codes with their meanings.
pub(crate) fn by_code(catalog: &Catalog) -> Vec<File> {
    let codes = all_codes(catalog);
    let mut out = format!(
        "{NOTICE}# By code\n\nEvery code and range of the catalogue with its meanings. An X stands for any class. \
         [Reference](README.md)\n"
    );
    let mut class = None;
    let mut subject = None;
    for code in &codes {
        if class != Some(code.class) {
            (class, subject) = (Some(code.class), None);
            let name = if code.class == 0 { "X".to_string() } else { code.class.to_string() };
            out += &format!("\n## {name}.y.z: {}\n", class_means(code.class).unwrap_or_default());
        }
        if code.subject.0 == code.subject.1 && subject != Some(code.subject.0) {
            subject = Some(code.subject.0);
            let means = subject_means(code.subject.0).map_or(String::new(), |means| format!(": {means}"));
            let name = if code.class == 0 { "X".to_string() } else { code.class.to_string() };
            out += &format!("\n### {name}.{}.z{means}\n", code.subject.0);
        }
        out += &meanings(catalog, code, &codes);
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
            let links: Vec<String> = entries.iter().map(|entry| link(catalog, entry, "")).collect();
            out += &format!("- {reply}: {}\n", links.join(", "));
        }
    }
    vec![(format!("{REFERENCE}/by-code.md"), out)]
}

/// Returns a code, the entries that name it, and links to the ranges that contain it.
fn meanings(catalog: &Catalog, code: &CodePattern, codes: &[CodePattern]) -> String {
    let mut out = format!("\n{}**{code}**\n\n", anchor(&code.to_string()));
    for entry in naming(catalog, code) {
        let words = entry.texts.first().map_or(String::new(), |text| format!(": {}", markdown_code(text)));
        let provider = catalog.providers().iter().find(|provider| provider.id == entry.provider);
        let provider = provider.map_or(entry.provider, |provider| provider.name);
        out += &format!("- {} ({}, `{}`){words}\n", link(catalog, entry, ""), escape(provider), entry.category);
    }
    let mut ranges: Vec<&CodePattern> = codes.iter().filter(|other| contains(other, code)).collect();
    ranges.sort_by_key(|other| other.width());
    if !ranges.is_empty() {
        let links: Vec<String> = ranges.into_iter().map(|code| code_link(code, "")).collect();
        out += &format!("- see also {}\n", links.join(", "));
    }
    out
}

/// Returns every code and range that an entry names: classes 2, 4 and 5, then codes of any class.
fn all_codes(catalog: &Catalog) -> Vec<CodePattern> {
    let mut codes: Vec<CodePattern> = catalog.entries().iter().flat_map(|entry| entry.codes.iter().copied()).collect();
    codes.sort_by_key(|code| (if code.class == 0 { 9 } else { code.class }, code.subject, code.detail));
    codes.dedup();
    codes
}

fn naming<'c>(catalog: &'c Catalog, code: &CodePattern) -> Vec<&'c Entry> {
    catalog.entries().iter().filter(|entry| entry.codes.contains(code)).collect()
}

/// Tells whether every code of `inner` is one of `outer`, and the two differ.
fn contains(outer: &CodePattern, inner: &CodePattern) -> bool {
    outer != inner
        && (outer.class == 0 || outer.class == inner.class)
        && outer.subject.0 <= inner.subject.0
        && inner.subject.1 <= outer.subject.1
        && outer.detail.0 <= inner.detail.0
        && inner.detail.1 <= outer.detail.1
}

/// Returns the index by category.
pub(crate) fn by_category(catalog: &Catalog) -> Vec<File> {
    let mut out = format!("{NOTICE}# By category\n\nEach entry has one category. [Reference](README.md)\n");
    for category in Category::ALL {
        let own = catalog.entries().iter().filter(|entry| entry.category == *category).collect();
        let head = format!("{}: `{category}`", capital(category.means()));
        out += &by_provider(catalog, category.slug(), &head, own);
    }
    vec![(format!("{REFERENCE}/by-category.md"), out)]
}

/// Returns the index by actor.
pub(crate) fn by_actor(catalog: &Catalog) -> Vec<File> {
    let mut out = format!(
        "{NOTICE}# By who must act\n\nAn entry is listed under each actor who can act on it. [Reference](README.md)\n"
    );
    for actor in Actor::ALL {
        let own = catalog.entries().iter().filter(|entry| entry.act.contains(actor)).collect();
        out += &by_provider(catalog, actor.slug(), &capital(actor_means(*actor)), own);
    }
    vec![(format!("{REFERENCE}/by-actor.md"), out)]
}

/// Returns a section that lists entries by provider.
fn by_provider(catalog: &Catalog, id: &str, head: &str, entries: Vec<&Entry>) -> String {
    let mut out = format!("\n{}\n\n## {head}\n\n{}\n", anchor(id), capital(&counted(entries.len())));
    for provider in providers(catalog) {
        let own: Vec<&Entry> = entries.iter().copied().filter(|entry| entry.provider == provider.id).collect();
        if !own.is_empty() {
            out += &format!("\n**{}**\n\n{}", escape(provider.name), list(catalog, own, ""));
        }
    }
    out
}

/// Returns the table of the codes of Exchange Online and High Volume Email.
pub(crate) fn exchange(catalog: &Catalog) -> Vec<File> {
    let mut entries: Vec<&Entry> = catalog.entries().iter().collect();
    entries.retain(|entry| matches!(entry.provider, "exchange-online" | "hve"));
    in_order(&mut entries);
    let mut out = format!(
        "{NOTICE}# Codes of Exchange Online\n\nThe codes of Exchange Online and of High Volume Email (HVE). Each links to \
         its entry in the [reference](reference/README.md), which has the codes of every provider.\n\n\
         | Code | What happened | Who acts |\n|---|---|---|\n"
    );
    for entry in entries {
        let codes: Vec<String> = entry.codes.iter().map(ToString::to_string).collect();
        let act: Vec<&str> = entry.act.iter().map(|actor| actor_words(*actor)).collect();
        let title = link(catalog, entry, "reference/");
        let codes = if codes.is_empty() { "no code".to_string() } else { codes.join(", ") };
        out += &format!("| {codes} | {title} | {} |\n", act.join(", "));
    }
    vec![(EXCHANGE.to_string(), out)]
}

const fn actor_means(actor: Actor) -> &'static str {
    match actor {
        Actor::Sender => "the person who sent the message",
        Actor::SenderAdmin => "the admin of the sender's mail system",
        Actor::Recipient => "the person the message was for",
        Actor::RecipientAdmin => "the admin of the recipient's mail system",
        Actor::Provider => "a provider between them, or the provider of one of them",
        Actor::Wait => "nobody: the mail system tries again by itself",
    }
}
