//! `cargo xtask docs`: writes the files that are generated from catalog.yaml; with `--check`, verifies them.

mod index;
mod literals;
mod page;
mod providers;
mod shared;
mod stats;

use ndr::Catalog;
use page::{File, REFERENCE};
use shared::{SLUGS, read, root};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::ExitCode;

type Generator = fn(&Catalog) -> Vec<File>;

/// All generators, in the order in which `--check` reports stale files.
const GENERATORS: &[Generator] = &[
    index::overview,
    index::by_code,
    index::by_category,
    index::by_actor,
    index::exchange,
    providers::pages,
    schema,
    slugs,
    literals::literals,
];

const SCHEMA: &str = "crates/ndr-catalog/generated/catalog.schema.json";

fn main() -> ExitCode {
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
    GENERATORS.iter().flat_map(|generator| generator(catalog)).collect()
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
        let path = root().join(name);
        std::fs::remove_file(&path).map_err(|error| format!("{name}: {error}"))?;
        // Fails, as it should, unless the folder is empty now.
        let _ = std::fs::remove_dir(path.parent().unwrap_or(&path));
    }
    println!("{written} files written, {} removed, {} in all", extra.len(), files.len());
    Ok(())
}

/// Fails at the first file that is missing, stale or left over, and names the line.
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
        Some(name) => Err(format!("{name} is no longer generated from catalog.yaml\n{REMEDY}")),
        None => Ok(()),
    }
}

/// Splits a text into lines; CRLF and LF are equal.
fn lines(text: &str) -> Vec<&str> {
    text.lines().collect()
}

/// Returns the number of the first line that differs, counted from 1, and that line of both texts.
fn difference<'t>(old: &'t str, new: &'t str) -> Option<(usize, &'t str, &'t str)> {
    let (old, new) = (lines(old), lines(new));
    let at = (0..old.len().max(new.len())).find(|at| old.get(*at) != new.get(*at))?;
    let shown = |lines: &[&'t str]| lines.get(at).copied().unwrap_or("(end of file)");
    Some((at + 1, shown(&old), shown(&new)))
}

/// Finds files in the reference folder that are no longer generated.
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

/// Returns the JSON Schema of the catalogue, for editors.
fn schema(_: &Catalog) -> Vec<File> {
    vec![(SCHEMA.to_string(), ndr_catalog::schema())]
}

/// Returns the list of all slugs, present and past. Slugs are only added: `cargo xtask catalog check` fails if one is
/// missing from the catalogue.
fn slugs(catalog: &Catalog) -> Vec<File> {
    let old = read(SLUGS).unwrap_or_default();
    let all: BTreeSet<&str> = old.lines().chain(catalog.entries().iter().map(|entry| entry.slug)).collect();
    let text = all.into_iter().filter(|slug| !slug.is_empty()).map(|slug| format!("{slug}\n")).collect();
    vec![(SLUGS.to_string(), text)]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// More files than this are hard to browse: entries share pages.
    const MOST_FILES: usize = 75;

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
    fn every_slug_is_an_anchor_of_exactly_one_page() {
        let catalog = ndr::catalog();
        let files = generate(catalog);
        let pages: Vec<&File> = files.iter().filter(|(name, _)| name.starts_with(REFERENCE)).collect();
        assert!(pages.len() < MOST_FILES, "{} files in {REFERENCE}", pages.len());
        for entry in catalog.entries() {
            for slug in entry.was.iter().chain([&entry.slug]) {
                let anchor = page::anchor(slug);
                let count: usize = pages.iter().map(|(_, text)| text.matches(&anchor).count()).sum();
                assert_eq!(count, 1, "pages with the anchor {slug}");
            }
        }
    }

    /// Checks the relative links of the generated pages, their fragments included.
    #[test]
    fn every_link_leads_to_an_anchor() {
        let files = generate(ndr::catalog());
        let text_of = |path: &str| files.iter().find(|(name, _)| name == path).map(|(_, text)| text.as_str());
        for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".md")) {
            let folder = Path::new(name).parent().unwrap();
            for target in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
                // Links to other sites, and brackets in quoted replies.
                if target.contains("://") || !(target.contains(".md") || target.starts_with('#')) {
                    continue;
                }
                let (file, fragment) = target.split_once('#').map_or((target, None), |(file, id)| (file, Some(id)));
                let path = if file.is_empty() { name.clone() } else { joined(folder, file) };
                let Some(text) = text_of(&path) else { panic!("{name} links to {target}: no such file") };
                if let Some(fragment) = fragment {
                    assert!(text.contains(&page::anchor(fragment)), "{name} links to {target}: no such anchor");
                }
            }
        }
    }

    /// Joins a relative link to the folder of its page.
    fn joined(folder: &Path, link: &str) -> String {
        let mut parts: Vec<&str> = folder.to_str().unwrap().split('/').collect();
        for part in link.split('/') {
            if part == ".." {
                parts.pop();
            } else {
                parts.push(part);
            }
        }
        parts.join("/")
    }
}
