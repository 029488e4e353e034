//! The pages that hold the entries: one for each provider with several entries, and one that the others share.

use crate::page::{
    File, NOTICE, REFERENCE, SHARED_PAGE, anchor, capital, code_link, counted, escape, list, of_provider, page_of,
    providers,
};
use ndr::{Catalog, Category, Entry, Provider};

/// Returns the page of each provider, and the shared page.
pub(crate) fn pages(catalog: &Catalog) -> Vec<File> {
    let (own, few): (Vec<&Provider>, Vec<&Provider>) =
        providers(catalog).into_iter().partition(|provider| page_of(catalog, provider.id) != SHARED_PAGE);
    let mut files: Vec<File> = own
        .into_iter()
        .map(|provider| {
            let text = format!("{NOTICE}{}", section(catalog, provider, 1));
            (format!("{REFERENCE}/providers/{}.md", provider.id), text)
        })
        .collect();
    if !few.is_empty() {
        let names: Vec<String> =
            few.iter().map(|provider| format!("[{}](#{})", escape(provider.name), provider.id)).collect();
        let mut text = format!("{NOTICE}# Other providers\n\nProviders with few entries: {}.\n", names.join(", "));
        for provider in few {
            text += &format!("\n{}", section(catalog, provider, 2));
        }
        files.push((format!("{REFERENCE}/providers/{SHARED_PAGE}.md"), text));
    }
    files
}

/// Returns the section of a provider: its hosts, its entries by category, and then each entry in full.
fn section(catalog: &Catalog, provider: &Provider, level: usize) -> String {
    let entries = of_provider(catalog, provider.id);
    let mut out = format!("{}\n\n{} {}\n\n", anchor(provider.id), "#".repeat(level), escape(provider.name));
    out += &format!("{} of the provider `{}`. [Reference](../README.md)\n", counted(entries.len()), provider.id);
    if !provider.hosts.is_empty() {
        let hosts: Vec<String> = provider.hosts.iter().map(|host| format!("`{host}`")).collect();
        out += &format!("\nIts servers: {}.\n", hosts.join(", "));
    }
    for category in Category::ALL {
        let of_category: Vec<&Entry> = entries.iter().copied().filter(|entry| entry.category == *category).collect();
        if !of_category.is_empty() {
            out += &format!("\n**{}**\n\n{}", capital(category.means()), list(catalog, of_category, "../"));
        }
    }
    entries.iter().for_each(|entry| out += &whole(entry, level + 1));
    out
}

/// Returns an entry in full, below an anchor for its slug and for each former slug.
fn whole(entry: &Entry, level: usize) -> String {
    let anchors: String = entry.was.iter().chain([&entry.slug]).map(|slug| anchor(slug)).collect();
    let mut out = format!("\n{anchors}\n\n{}", ndr::render::entry_markdown(entry, level));
    if !entry.was.is_empty() {
        let names: Vec<String> = entry.was.iter().map(|slug| format!("`{slug}`")).collect();
        out += &format!("\nFormerly {}.\n", names.join(", "));
    }
    let codes: Vec<String> = entry.codes.iter().map(|code| code_link(code, "../")).collect();
    let codes = if codes.is_empty() { String::new() } else { format!("all meanings of {}, ", codes.join(", ")) };
    out += &format!(
        "\nMore: {codes}category [`{category}`](../by-category.md#{category}), [{provider}](#{id}).\n",
        category = entry.category,
        provider = escape(entry.provider),
        id = entry.provider
    );
    out
}
