//! Building blocks of the reference: where each entry stands, anchors, links and lists.

use ndr::{Actor, Catalog, CodePattern, Entry, Provider};

/// A generated file: its path from the root of the repository, and its text.
pub(crate) type File = (String, String);

/// The folder of the reference. Every file in it is generated.
pub(crate) const REFERENCE: &str = "docs/reference";

/// The first line of every generated page.
pub(crate) const NOTICE: &str =
    "<!-- Written by `cargo xtask docs` from catalog.yaml: edit that file, not this one. -->\n\n";

/// The name of the page that providers with few entries share.
pub(crate) const SHARED_PAGE: &str = "others";

/// Providers with fewer entries share a page.
const OWN_PAGE: usize = 5;

/// Returns the providers that have entries, in catalogue order.
pub(crate) fn providers(catalog: &Catalog) -> Vec<&Provider> {
    let used = |provider: &&Provider| catalog.entries().iter().any(|entry| entry.provider == provider.id);
    catalog.providers().iter().filter(used).collect()
}

/// Returns the entries of a provider, in the order of their codes.
pub(crate) fn of_provider<'c>(catalog: &'c Catalog, id: &str) -> Vec<&'c Entry> {
    let mut entries: Vec<&Entry> = catalog.entries().iter().filter(|entry| entry.provider == id).collect();
    in_order(&mut entries);
    entries
}

/// Returns the name of the page, without folder and ending, that holds the entries of a provider.
pub(crate) fn page_of(catalog: &Catalog, id: &'static str) -> &'static str {
    let count = catalog.entries().iter().filter(|entry| entry.provider == id).count();
    if count < OWN_PAGE { SHARED_PAGE } else { id }
}

/// Returns the path of the page that holds an entry, with the entry's anchor, relative to the reference folder.
pub(crate) fn place(catalog: &Catalog, entry: &Entry) -> String {
    format!("providers/{}.md#{}", page_of(catalog, entry.provider), entry.slug)
}

/// Returns an anchor that links can name.
pub(crate) fn anchor(id: &str) -> String {
    format!("<a id=\"{id}\"></a>")
}

/// Escapes characters that Markdown would read as markup.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if "*_`<>[]|\\".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// Capitalises the first letter.
pub(crate) fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// Returns the title of an entry with a link to it. `to` is the path from the linking page to the reference folder.
pub(crate) fn link(catalog: &Catalog, entry: &Entry, to: &str) -> String {
    format!("[{}]({to}{})", escape(entry.title), place(catalog, entry))
}

/// Returns a code with a link to its place in the index. `to` is the path from the linking page to the reference folder.
pub(crate) fn code_link(code: &CodePattern, to: &str) -> String {
    format!("[{code}]({to}by-code.md#{code})")
}

/// Lists entries with their codes. `to` is the path from the listing page to the reference folder.
pub(crate) fn list(catalog: &Catalog, mut entries: Vec<&Entry>, to: &str) -> String {
    in_order(&mut entries);
    let line = |entry: &Entry| {
        let codes: Vec<String> = entry.codes.iter().map(|code| code_link(code, to)).collect();
        let codes = if codes.is_empty() { String::new() } else { format!(" · {}", codes.join(", ")) };
        format!("- {}{codes}\n", link(catalog, entry, to))
    };
    entries.into_iter().map(line).collect()
}

/// Sorts entries by their first code; those without a code come last.
pub(crate) fn in_order(entries: &mut [&Entry]) {
    entries.sort_by_key(|entry| (entry.codes.first().map_or(u32::MAX, CodePattern::first_key), entry.slug));
}

/// Returns "1 entry", "2 entries" and so on.
pub(crate) fn counted(entries: usize) -> String {
    if entries == 1 { "1 entry".to_string() } else { format!("{entries} entries") }
}

/// Returns a short name of an actor.
pub(crate) const fn actor_words(actor: Actor) -> &'static str {
    match actor {
        Actor::Sender => "sender",
        Actor::SenderAdmin => "sender's admin",
        Actor::Recipient => "recipient",
        Actor::RecipientAdmin => "recipient's admin",
        Actor::Provider => "provider",
        Actor::Wait => "nobody yet",
    }
}
