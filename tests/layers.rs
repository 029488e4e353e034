//! The modules of a crate form layers, and a module may only use modules of lower layers. This test reads the paths that
//! begin with `crate::` or `super::` in each source file and compares them with the tables below.
//!
//! A row of a table covers a module and the modules inside it. Modules of the same row may use each other, but no ring of
//! files may arise. Modules of different rows with the same rank may not use each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Modules with their rank. Arrows point from a higher to a lower rank.
type Layers = &'static [(&'static str, u8)];

/// Reading inputs, decoding in parallel, and what is made of the records.
const NDR_SCAN: Layers = &[
    ("date", 0),
    ("limits", 0),
    ("counts", 0),
    ("mbox", 0),
    ("mmdf", 0),
    ("control", 0), // cancelling, and what the threads share
    ("record", 1),
    ("input", 2),
    ("row", 2),
    ("item", 2),      // what the readers of inputs give
    ("lines", 3),     // events, logs, tables
    ("container", 4), // mbox, archives, compression
    ("addresses", 3),
    ("incident", 3),
    ("feed", 5), // files, directories, streams
    ("ordered", 4),
    ("summary", 4),
    ("table", 5),
    ("scan", 6),
    ("arrow", 7),
    ("lib", 8),
];

/// The Python binding: objects, then what gives them.
const PYTHON: Layers = &[
    ("gate", 0), // threads of ours and the end of Python
    ("error", 0),
    ("values", 0),
    ("json", 1),
    ("input", 1),
    ("object", 2), // JSON, pickles and texts of every object
    ("trace", 3),
    ("table", 3),
    ("report", 4),
    ("scan", 4),
    ("catalog", 5),
    ("summary", 6),
    ("pickle", 6),
    ("lib", 7),
];

/// The commands of a developer.
const XTASK: Layers = &[
    ("shared", 0),
    ("stats", 0),
    ("mailbox", 0),
    ("mutate", 0),
    ("page", 0),
    ("command", 1),
    ("words", 1),
    ("index", 1),
    ("providers", 1),
    ("literals", 1),
    ("catalog", 2),
    ("process", 2),
    ("python", 2),
    ("fuzz", 3),
    ("bench_scan", 3),
    ("soak", 3),
    ("check", 3),
    ("bench", 4),
    ("main", 5),
    ("docs", 5),
];

/// From words and bytes to reports, meanings and renderings.
const NDR_CORE: Layers = &[
    ("vocabulary", 0), // the closed words: Kind, Action and so on
    ("cause", 0),      // the enum and the tables that the macro writes
    ("text", 1),       // lines, addresses, hosts, phrase search
    ("sanitize", 1),   // makes text from mail safe to show
    ("mail", 2),       // bytes to headers and parts
    ("header", 3),     // a header to hops, authentication and filter results
    ("report", 4),     // the public result
    ("evidence", 5),   // what readers return
    ("phrases", 6),    // lists of phrases, mailers, log formats, webhook shapes
    ("statement", 7),  // a reply or a diagnostic field to a statement
    ("page", 8),       // mail or pasted text, with everything that readers need
    ("unwrap", 9),     // forwarded, nested and attached reports
    ("read", 10),      // a file for each reader
    ("inputs", 11),    // what is read besides mail
    ("looks", 12),     // what an input is in which no report was found
    ("merge", 11),     // findings of all readers to recipients
    ("kind", 12),      // failure, delay, success and so on
    ("advice", 12),    // what to do about an address, with its caps
    ("diagnose", 13),  // recipients and catalogue to meaning
    ("trace", 14),     // report and header to the route
    ("serialize", 15), // the result as JSON
    ("render", 16),
    ("lib", 16),    // the decoder
    ("redact", 17), // decodes what it masked
];

#[test]
fn ndr_scan() {
    check("crates/ndr-scan", NDR_SCAN);
}

#[test]
fn python() {
    check("bindings/python", PYTHON);
}

#[test]
fn xtask() {
    check("xtask", XTASK);
}

#[test]
fn ndr_core() {
    check("crates/ndr-core", NDR_CORE);
}

/// Fails with every arrow that points up, every module without a row, and every ring of files.
fn check(package: &str, layers: Layers) {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(package).join("src");
    let files = modules(&source);
    let names: BTreeSet<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    let root = files.iter().find(|(name, _)| ["lib", "main"].contains(&name.as_str()));
    let shown = root.map_or_else(BTreeMap::new, |(_, text)| reexports(text));
    let mut arrows: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut faults = Vec::new();
    for (name, text) in &files {
        let own = row(layers, name);
        if own.is_none() {
            faults.push(format!("{name} has no row in the table of layers"));
        }
        for target in used(name, text, &names, &shown) {
            arrows.entry(name).or_default().insert(target);
            let (Some((own, rank)), Some((other, lower))) = (own, row(layers, target)) else { continue };
            if own != other && rank <= lower {
                faults.push(format!("{name} (rank {rank}) uses {target} (rank {lower})"));
            }
        }
    }
    faults.extend(ring(&arrows).map(|ring| format!("a ring: {}", ring.join(" -> "))));
    assert!(faults.is_empty(), "{package}:\n{}", faults.join("\n"));
}

/// Returns the row that covers a module: the one with the longest name.
fn row(layers: Layers, module: &str) -> Option<(&'static str, u8)> {
    let covers = |name: &str| module.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    layers.iter().copied().filter(|(name, _)| covers(name)).max_by_key(|(name, _)| name.len())
}

/// Returns each source file as the path of its module, such as `read::fields`, with its code. The roots of the crate are
/// called as their files are.
fn modules(source: &Path) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for item in std::fs::read_dir(folder).unwrap() {
            let path = item.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|end| end == "rs") {
                found.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(source, &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "no sources in {}", source.display());
    let module = |path: &PathBuf| {
        let relative = path.strip_prefix(source).unwrap().with_extension("");
        let mut names: Vec<&str> = relative.iter().map(|name| name.to_str().unwrap()).collect();
        names.pop_if(|name| *name == "mod");
        (names.join("::"), code(&std::fs::read_to_string(path).unwrap()))
    };
    paths.iter().map(module).filter(|(name, _)| !name.ends_with("tests")).collect()
}

/// Returns a source text without comments and without the tests at its end.
fn code(text: &str) -> String {
    let tests = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
    let lines = text.get(..tests).unwrap_or(text).lines();
    lines.map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// Returns the items that the root of a crate re-exports, each with its path.
fn reexports(text: &str) -> BTreeMap<String, Vec<String>> {
    let uses = text.match_indices("use ").filter(|(at, _)| !text[..*at].ends_with(|c: char| c.is_alphanumeric()));
    let paths = uses.flat_map(|(at, word)| tree(&text[at + word.len()..]));
    let paths = paths.map(|path| path.into_iter().filter(|name| name != "crate" && name != "self").collect::<Vec<_>>());
    paths.filter_map(|path| Some((path.last()?.clone(), path))).collect()
}

/// Returns the modules that a module uses, itself excepted. An item that the root re-exports counts as the module that
/// defines it, or not at all if another crate does; any other item of the root counts as the root.
fn used<'n>(
    module: &str,
    text: &str,
    names: &BTreeSet<&'n str>,
    shown: &BTreeMap<String, Vec<String>>,
) -> BTreeSet<&'n str> {
    let own: Vec<&str> = module.split("::").collect();
    let root = ["lib", "main"].into_iter().find(|name| names.contains(name)).unwrap_or_default();
    let mut paths: Vec<Vec<String>> = Vec::new();
    for (word, kept) in [("crate", 0), ("super", own.len().saturating_sub(1))] {
        for rest in after_word(text, word) {
            let head: Vec<String> = own[..kept].iter().map(ToString::to_string).collect();
            paths.extend(tree(rest).into_iter().map(|tail| head.iter().cloned().chain(tail).collect()));
        }
    }
    // A module with folder names its children without a prefix.
    for child in names.iter().filter(|name| name.rsplit_once("::").is_some_and(|(parent, _)| parent == module)) {
        let last = child.rsplit("::").next().unwrap_or_default();
        if after_word(text, last).next().is_some() {
            paths.push(child.split("::").map(str::to_string).collect());
        }
    }
    let known = |path: &[String]| {
        let longest = (1..=path.len()).rev().map(|len| path[..len].join("::"));
        longest.filter_map(|name| names.get(name.as_str()).copied()).next()
    };
    let resolved = paths.iter().filter_map(|path| match (known(path), path.first().and_then(|item| shown.get(item))) {
        (Some(found), _) => Some(found),
        (None, Some(path)) => known(path),
        (None, None) => names.get(root).copied(),
    });
    resolved.filter(|target| *target != module).collect()
}

/// Finds a word that stands for a path's first part, and returns what follows its `::`.
fn after_word<'t>(text: &'t str, word: &str) -> impl Iterator<Item = &'t str> {
    let begins = |at: usize| !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_:$.".contains(c));
    let pattern = format!("{word}::");
    let places: Vec<usize> = text.match_indices(&pattern).map(|(at, _)| at).filter(|at| begins(*at)).collect();
    let length = pattern.len();
    places.into_iter().map(move |at| &text[at + length..])
}

/// Expands what follows `crate::` into paths: `a::{b, c::d}` gives `a::b` and `a::c::d`.
fn tree(text: &str) -> Vec<Vec<String>> {
    fn branch(rest: &mut &str) -> Vec<Vec<String>> {
        *rest = rest.trim_start();
        if let Some(inside) = rest.strip_prefix('{') {
            *rest = inside;
            let mut all = Vec::new();
            while !rest.is_empty() {
                *rest = rest.trim_start();
                if let Some(after) = rest.strip_prefix('}') {
                    *rest = after;
                    break;
                }
                let before = rest.len();
                all.extend(branch(rest));
                *rest = rest.trim_start().trim_start_matches(',');
                if rest.len() == before {
                    break;
                }
            }
            return all;
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (name, after) = rest.split_at(end);
        *rest = after;
        let name = name.to_string();
        if let Some(inside) = rest.strip_prefix("::") {
            *rest = inside;
            let tails = branch(rest);
            return tails.into_iter().map(|tail| std::iter::once(name.clone()).chain(tail).collect()).collect();
        }
        if let Some((_, after)) = rest.strip_prefix(" as ").map(|renamed| {
            let end = renamed.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(renamed.len());
            renamed.split_at(end)
        }) {
            *rest = after;
        }
        *rest = rest.trim_start_matches('*');
        vec![vec![name]]
    }
    let mut rest = text;
    branch(&mut rest)
}

/// Returns a ring of files, if there is one.
fn ring<'n>(arrows: &BTreeMap<&'n str, BTreeSet<&'n str>>) -> Option<Vec<&'n str>> {
    fn walk<'n>(
        at: &'n str,
        arrows: &BTreeMap<&'n str, BTreeSet<&'n str>>,
        path: &mut Vec<&'n str>,
        done: &mut BTreeSet<&'n str>,
    ) -> Option<Vec<&'n str>> {
        if let Some(start) = path.iter().position(|name| *name == at) {
            return Some(path[start..].iter().copied().chain([at]).collect());
        }
        if done.contains(at) {
            return None;
        }
        path.push(at);
        let found = arrows.get(at).into_iter().flatten().find_map(|next| walk(next, arrows, path, done));
        path.pop();
        done.insert(at);
        found
    }
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|name| walk(name, arrows, &mut Vec::new(), &mut done))
}

#[test]
fn paths_are_found_and_expanded() {
    let names = BTreeSet::from(["lib", "a", "a::b", "c", "d", "d::e"]);
    let text =
        code("use crate::{c, a::b::{X, Y as Z}};\n// crate::d\nfn f() { super::e::g(); }\n#[cfg(test)]\nmod tests {}");
    let shown = reexports("use other::Foreign;\npub use c::{One, Two};");
    let used = |module: &str, text: &str| used(module, text, &names, &shown);
    assert_eq!(used("d", &text.replace("super::e", "crate::d::e")), BTreeSet::from(["a::b", "c", "d::e"]));
    assert_eq!(used("d::e", "use super::Item; crate::f()"), BTreeSet::from(["d", "lib"]));
    assert_eq!(used("d", "use crate::{Foreign, Two};"), BTreeSet::from(["c"]));
    assert_eq!(used("a", "mod b;\npub use b::X;"), BTreeSet::from(["a::b"]));
    assert_eq!(tree("a::{b, c::{d, e}}; x"), [vec!["a", "b"], vec!["a", "c", "d"], vec!["a", "c", "e"]]);
}

#[test]
fn a_ring_is_found() {
    let arrows = |list: &[(&'static str, &'static str)]| {
        let mut all: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for (from, to) in list {
            all.entry(from).or_default().insert(to);
        }
        all
    };
    assert_eq!(ring(&arrows(&[("a", "b"), ("b", "c"), ("a", "c")])), None);
    assert_eq!(ring(&arrows(&[("a", "b"), ("b", "c"), ("c", "b")])), Some(vec!["b", "c", "b"]));
}

#[test]
fn the_longest_row_counts() {
    const ROWS: Layers = &[("read", 2), ("read::fields", 1)];
    assert_eq!(row(ROWS, "read::fields"), Some(("read::fields", 1)));
    assert_eq!(row(ROWS, "read::log"), Some(("read", 2)));
    assert_eq!(row(ROWS, "reader"), None);
}
