//! `cargo xtask docs`: writes what is generated from catalog.yaml, or with `--check` tells whether it is up to date.

mod index;
mod shared;
mod stats;

use ndr::sanitize::markdown_code;
use ndr::{
    Action, Actor, Basis, Catalog, Category, Certainty, CodePattern, Entry, Kind, Party, Retry, Suppress, Trust,
    class_means, subject_means,
};
use shared::{SLUGS, read, root};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

/// A generated file: its path from the top of the repository, and its text.
type File = (String, String);

type Generator = fn(&Catalog) -> Vec<File>;

/// Everything that is generated. A path in angle brackets stands for one file per entry or code.
const TABLE: &[(&str, Generator)] = &[
    ("docs/reference/README.md", index::overview),
    ("docs/reference/by-code.md", index::by_code),
    ("docs/reference/providers/<id>.md", index::by_provider),
    ("docs/reference/categories/<category>.md", index::by_category),
    ("docs/reference/act/<actor>.md", index::by_actor),
    ("docs/reference/entries/<slug>.md", entry_pages),
    ("docs/reference/codes/<code>.md", code_pages),
    (README, readme),
    ("catalog.schema.json", |_| vec![("catalog.schema.json".to_string(), ndr_catalog::schema())]),
    (SLUGS, slugs),
    (LITERALS, literals),
];

const LITERALS: &str = "bindings/python/python/ndr/_literals.py";
const REFERENCE: &str = "docs/reference";
const README: &str = "README.md";
const BEGIN: &str = "<!-- codes:begin -->";
const END: &str = "<!-- codes:end -->";
const NOTICE: &str = "<!-- Written by `cargo xtask docs` from catalog.yaml: edit that file, not this one. -->\n\n";

fn main() -> ExitCode {
    if !has_place(&read(README).unwrap_or_default()) {
        eprintln!("note: README.md has no lines {BEGIN} and {END}; the table of codes is left out");
    }
    let files = generate(ndr::catalog());
    let outcome = match std::env::args().nth(1).as_deref() {
        None => write(&files),
        Some("--check") => check(&files),
        Some(other) => Err(format!("unknown argument {other}; the only one is --check")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn generate(catalog: &Catalog) -> Vec<File> {
    TABLE.iter().flat_map(|(_, generator)| generator(catalog)).collect()
}

fn write(files: &[File]) -> Result<(), String> {
    let mut written = 0;
    for (name, text) in files {
        let path = root().join(name);
        if read(name).is_ok_and(|old| lines(&old) == lines(text)) {
            continue;
        }
        let folder = path.parent().unwrap_or(&path);
        let outcome = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
        outcome.map_err(|error| format!("{name}: {error}"))?;
        written += 1;
    }
    let extra = extra(files)?;
    for name in &extra {
        std::fs::remove_file(root().join(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    println!("{written} files written, {} removed, {} in all", extra.len(), files.len());
    Ok(())
}

/// Fails at the first file that differs from what would be written, and names the line.
fn check(files: &[File]) -> Result<(), String> {
    const REMEDY: &str = "run: cargo xtask docs";
    for (name, text) in files {
        let Ok(old) = read(name) else {
            return Err(format!("{name} is missing\n{REMEDY}"));
        };
        if let Some((line, is, should)) = difference(&old, text) {
            return Err(format!("{name}:{line} is stale\n  is:        {is}\n  should be: {should}\n{REMEDY}"));
        }
    }
    match extra(files)?.first() {
        Some(name) => Err(format!("{name} belongs to nothing in catalog.yaml\n{REMEDY}")),
        None => Ok(()),
    }
}

/// The lines of a text, whatever its line endings.
fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// The first line that differs, from 1, and what stands there in both.
fn difference<'t>(old: &'t str, new: &'t str) -> Option<(usize, &'t str, &'t str)> {
    let (old, new) = (lines(old), lines(new));
    let at = (0..old.len().max(new.len())).find(|at| old.get(*at) != new.get(*at))?;
    let shown = |lines: &[&'t str]| lines.get(at).copied().unwrap_or("(end of file)");
    Some((at + 1, shown(&old), shown(&new)))
}

/// Files in the reference that nothing generates any more.
fn extra(files: &[File]) -> Result<Vec<String>, String> {
    fn walk(folder: &Path, name: &str, found: &mut Vec<String>) -> std::io::Result<()> {
        if folder.exists() {
            for item in std::fs::read_dir(folder)? {
                let item = item?;
                let name = format!("{name}/{}", item.file_name().to_string_lossy());
                if item.file_type()?.is_dir() {
                    walk(&item.path(), &name, found)?;
                } else {
                    found.push(name);
                }
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    walk(&root().join(REFERENCE), REFERENCE, &mut found).map_err(|error| format!("{REFERENCE}: {error}"))?;
    let known: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    found.retain(|name| !known.contains(name.as_str()));
    found.sort();
    Ok(found)
}

// What the pages say.

/// A line of our own words as Markdown.
fn escape(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        if "*_`<>[]|\\".contains(c) {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// The words with a capital letter.
fn capital(words: &str) -> String {
    let mut chars = words.chars();
    chars.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(chars).collect()
}

/// A title with a link to its page; `to` leads from the page it stands on to the reference.
fn link(entry: &Entry, to: &str) -> String {
    format!("[{}]({to}entries/{}.md)", escape(entry.title), entry.slug)
}

/// A code with a link to its page; `to` leads from the page it stands on to the folder of the codes.
fn code_link(code: &CodePattern, to: &str) -> String {
    format!("[{code}]({to}{code}.md)")
}

fn meanings(count: usize) -> String {
    if count == 1 { "1 meaning".to_string() } else { format!("{count} meanings") }
}

/// Every code and range that an entry names: 2, 4, 5, and last any class.
fn all_codes(catalog: &Catalog) -> Vec<CodePattern> {
    let mut codes: Vec<CodePattern> = catalog.entries().iter().flat_map(|entry| entry.codes.iter().copied()).collect();
    codes.sort_by_key(|code| (if code.class == 0 { 9 } else { code.class }, code.subject, code.detail));
    codes.dedup();
    codes
}

/// The same code for any class.
fn any_class(code: &CodePattern) -> CodePattern {
    CodePattern { class: 0, ..*code }
}

fn naming<'c>(catalog: &'c Catalog, code: &CodePattern) -> Vec<&'c Entry> {
    catalog.entries().iter().filter(|entry| entry.codes.contains(code)).collect()
}

/// By first code; those without one last.
fn in_order(entries: &mut [&Entry]) {
    entries.sort_by_key(|entry| (entry.codes.first().map_or(u32::MAX, CodePattern::first_key), entry.slug));
}

fn entry_pages(catalog: &Catalog) -> Vec<File> {
    let page = |entry: &Entry| {
        let codes: Vec<String> = entry.codes.iter().map(|code| code_link(code, "../codes/")).collect();
        let mut out = format!("{NOTICE}{}", ndr::render::entry_markdown(entry, 1));
        if !entry.was.is_empty() {
            let names: Vec<String> = entry.was.iter().map(|slug| format!("`{slug}`")).collect();
            out += &format!("\nFormerly {}.\n", names.join(", "));
        }
        if !codes.is_empty() {
            out += &format!("\nAll meanings of {}.\n", codes.join(", "));
        }
        let provider = catalog.providers().iter().find(|provider| provider.id == entry.provider);
        let name = provider.map_or(entry.provider, |provider| provider.name);
        out += &format!(
            "\nMore of [{}](../providers/{}.md), of [`{category}`](../categories/{category}.md), [all](../README.md).\n",
            escape(name),
            entry.provider,
            category = entry.category
        );
        (format!("{REFERENCE}/entries/{}.md", entry.slug), out)
    };
    catalog.entries().iter().map(page).collect()
}

fn code_pages(catalog: &Catalog) -> Vec<File> {
    let codes = all_codes(catalog);
    let page = |code: &CodePattern| {
        let exact = naming(catalog, code);
        let general = if code.class == 0 { Vec::new() } else { naming(catalog, &any_class(code)) };
        let mut out = match (exact.as_slice(), general.as_slice()) {
            ([one], []) => format!("{NOTICE}# {code}: {}\n\n", escape(one.title)),
            (exact, general) => format!("{NOTICE}# {code}: {}\n\n", meanings(exact.len() + general.len())),
        };
        out += &capital(class_means(code.class).unwrap_or_default());
        if let Some(subject) = subject_means(code.subject.0).filter(|_| code.subject.0 == code.subject.1) {
            out += &format!("; the subject is {subject}");
        }
        out += ".\n";
        out += &by_provider(catalog, &exact);
        if !general.is_empty() {
            out += &format!("\n## In any class, as {}\n\n", code_link(&any_class(code), ""));
            out += &list(&general);
        }
        out += &see_also(code, &codes);
        out += "\n[All codes](../by-code.md) · [Reference](../README.md)\n";
        (format!("{REFERENCE}/codes/{code}.md"), out)
    };
    codes.iter().map(page).collect()
}

fn by_provider(catalog: &Catalog, entries: &[&Entry]) -> String {
    let mut out = String::new();
    for provider in catalog.providers() {
        let own: Vec<&Entry> = entries.iter().copied().filter(|entry| entry.provider == provider.id).collect();
        if !own.is_empty() {
            out += &format!("\n## {}\n\n{}", escape(provider.name), list(&own));
        }
    }
    out
}

/// Entries with their category and the words by which one knows them.
fn list(entries: &[&Entry]) -> String {
    let line = |entry: &&Entry| {
        let words = entry.texts.first().map_or(String::new(), |text| format!(": {}", markdown_code(text)));
        format!("- {} (`{}`){words}\n", link(entry, "../"), entry.category)
    };
    entries.iter().map(line).collect()
}

/// The ranges that hold a code, narrowest first; for a range, or for any class, the codes that lie in it.
fn see_also(code: &CodePattern, codes: &[CodePattern]) -> String {
    let any = |class: u8, other: u8| class == 0 || class == other;
    let holds = |outer: &CodePattern, inner: &CodePattern| {
        outer != inner
            && any(outer.class, inner.class)
            && outer.subject.0 <= inner.subject.0
            && inner.subject.1 <= outer.subject.1
            && outer.detail.0 <= inner.detail.0
            && inner.detail.1 <= outer.detail.1
    };
    let mut out = String::new();
    let mut add = |title: &str, found: Vec<&CodePattern>| {
        if !found.is_empty() {
            let links: Vec<String> = found.into_iter().map(|code| code_link(code, "")).collect();
            out += &format!("\n{title}: {}.\n", links.join(", "));
        }
    };
    let mut outer: Vec<&CodePattern> = codes.iter().filter(|other| holds(other, code)).collect();
    outer.retain(|other| **other != any_class(code));
    outer.sort_by_key(|other| other.width());
    add("Ranges that hold it", outer);
    let inner: Vec<&CodePattern> = codes.iter().filter(|other| holds(code, other)).collect();
    add(if code.is_exact() { "By class" } else { "Codes in it" }, inner);
    out
}

/// README.md with a fresh table between its marks; nothing where it has none.
fn readme(catalog: &Catalog) -> Vec<File> {
    let text = read(README).unwrap_or_default();
    match replaced(&text, &table(catalog)) {
        Some(text) => vec![(README.to_string(), text)],
        None => Vec::new(),
    }
}

fn has_place(text: &str) -> bool {
    replaced(text, "").is_some()
}

fn replaced(text: &str, table: &str) -> Option<String> {
    let begin = text.find(BEGIN)? + BEGIN.len();
    let end = begin + text[begin..].find(END)?;
    Some(format!("{}\n{table}{}", &text[..begin], &text[end..]))
}

/// The codes of Exchange Online and High Volume Email.
fn table(catalog: &Catalog) -> String {
    let mut entries: Vec<&Entry> = catalog.entries().iter().collect();
    entries.retain(|entry| matches!(entry.provider, "exchange-online" | "hve"));
    in_order(&mut entries);
    let mut out = "\n| Code | What happened | Who acts |\n|---|---|---|\n".to_string();
    for entry in entries {
        let codes: Vec<String> = entry.codes.iter().map(ToString::to_string).collect();
        let act: Vec<&str> = entry.act.iter().map(|actor| actor_words(*actor)).collect();
        let title = link(entry, &format!("{REFERENCE}/"));
        let codes = if codes.is_empty() { "no code".to_string() } else { codes.join(", ") };
        out += &format!("| {codes} | {title} | {} |\n", act.join(", "));
    }
    out + "\n"
}

const fn actor_words(actor: Actor) -> &'static str {
    match actor {
        Actor::Sender => "sender",
        Actor::SenderAdmin => "sender's admin",
        Actor::Recipient => "recipient",
        Actor::RecipientAdmin => "recipient's admin",
        Actor::Provider => "provider",
        Actor::Wait => "nobody yet",
    }
}

/// Every slug that was ever here. A slug is only added: `cargo xtask catalog check` complains when one vanishes.
fn slugs(catalog: &Catalog) -> Vec<File> {
    let old = read(SLUGS).unwrap_or_default();
    let all: BTreeSet<&str> = old.lines().chain(catalog.entries().iter().map(|entry| entry.slug)).collect();
    let text = all.into_iter().filter(|slug| !slug.is_empty()).map(|slug| format!("{slug}\n")).collect();
    vec![(SLUGS.to_string(), text)]
}

/// The closed sets of words as types of Python, so that a type checker finds a word that is none of them.
fn literals(catalog: &Catalog) -> Vec<File> {
    macro_rules! slugs {
        ($type:ident) => {
            $type::ALL.iter().map(|value| value.slug()).collect()
        };
    }
    let sets: [(&str, &str, Vec<&str>); 12] = [
        ("Action", "What was done with the message for one recipient.", slugs!(Action)),
        ("Actor", "Who must act.", slugs!(Actor)),
        ("Basis", "Which evidence decided, strongest first.", slugs!(Basis)),
        ("Category", "What kind of failure it is.", slugs!(Category)),
        ("Certainty", "How sure a diagnosis is.", slugs!(Certainty)),
        ("Kind", "What a message is.", slugs!(Kind)),
        ("Party", "About whom a refusal speaks.", slugs!(Party)),
        ("Provider", "Whose wording or code it is.", catalog.providers().iter().map(|provider| provider.id).collect()),
        ("Retry", "Does sending again help?", slugs!(Retry)),
        ("Slug", "The entries of the built-in catalogue.", catalog.entries().iter().map(|entry| entry.slug).collect()),
        ("Suppress", "Is the address itself to be dropped?", slugs!(Suppress)),
        ("Trust", "How well a source is known.", slugs!(Trust)),
    ];
    let mut out = String::from(
        "# Written by `cargo xtask docs` from catalog.yaml: edit that file, not this one.\n\"\"\"The words that results \
         are made of, as types.\"\"\"\n\nfrom typing import Literal, TypeAlias\n",
    );
    for (name, says, words) in sets {
        let words: String = words.iter().map(|word| format!("    \"{word}\",\n")).collect();
        out += &format!("\n{name}: TypeAlias = Literal[\n{words}]\n\"\"\"{says}\"\"\"\n");
    }
    vec![(LITERALS.to_string(), out)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generated_files_are_up_to_date() {
        if let Err(message) = check(&generate(ndr::catalog())) {
            panic!("{message}");
        }
    }

    #[test]
    fn the_first_difference_is_named() {
        assert_eq!(difference("a\r\nb\r\n", "a\nb\n"), None);
        assert_eq!(difference("a\nb\n", "a\nc\n"), Some((2, "b", "c")));
        assert_eq!(difference("a\n", "a\nb\n"), Some((2, "(end of file)", "b")));
    }

    #[test]
    fn every_link_leads_to_a_page() {
        let files = generate(ndr::catalog());
        let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
        for (name, text) in files.iter().filter(|(name, _)| name.starts_with(REFERENCE)) {
            let folder = &name[..name.rfind('/').unwrap()];
            for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                if !target.ends_with(".md") || target.starts_with("https:") {
                    continue;
                }
                let path = match target.strip_prefix("../") {
                    Some(rest) => format!("{REFERENCE}/{rest}"),
                    None => format!("{folder}/{target}"),
                };
                assert!(names.contains(path.as_str()), "{name} links to {target}");
            }
        }
    }

    #[test]
    fn the_table_stands_between_its_marks() {
        let text = format!("a\n{BEGIN}\nold\n{END}\nb\n");
        assert_eq!(replaced(&text, "new\n").unwrap(), format!("a\n{BEGIN}\nnew\n{END}\nb\n"));
        assert_eq!(replaced("a", "new"), None);
    }
}
