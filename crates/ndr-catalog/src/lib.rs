//! Reads `catalog.yaml` and checks it.
//!
//! Used where YAML may be: by the macro at compile time, by `cargo xtask`, and by the front ends to load an overlay
//! at run time. [`load`] gives a [`Catalog`] or every problem at once, each with its line and a way out.

// Nothing that a file holds may end the process.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod astray;
mod check;
mod date;
mod find;
mod fmt;
mod layout;
mod lenient;
mod mask;
mod problem;
mod proof;
mod raw;
mod review;
mod sayings;
mod schema;
mod stub;
mod unknowns;

pub use astray::{Astray, Through, astray, twins};
pub use date::today;
pub use find::{GENERAL, filter, look_up, nearest_entries, search, tokens};
pub use fmt::format;
pub use mask::{Masked, mask};
pub use problem::{Problem, Problems};
pub use proof::{common_texts, prove};
pub use raw::nearest;
pub use review::{Review, entry_hashes, reviews};
pub use sayings::{innocent, tricky};
pub use schema::schema;
pub use stub::Stub;
pub use unknowns::{Group, Seen, Unknowns};

use layout::{Item, Layout};
use ndr_resolve::{Catalog, Entry, Limit, Provider, ProviderKind, Source, intern, intern_text};
use raw::{RawEntry, RawProvider};

/// Reads a whole catalogue.
///
/// # Errors
/// Every mistake in it: syntax, unknown fields and words, bad codes and texts, duplicates, entries that nothing tells
/// apart, examples that resolve elsewhere.
///
/// ```
/// let problems = ndr_catalog::load("my.yaml", "entries:\n- slug: Bad\n").unwrap_err();
/// assert!(problems.to_string().contains("my.yaml:2:9"));
/// ```
pub fn load(file: &str, text: &str) -> Result<Catalog, Problems> {
    read(None, file, text)
}

/// Reads an overlay: entries that are added to those of `base`, or replace the ones of the same slug.
///
/// Every entry of the overlay carries the file's name as its [`Entry::origin`], and wins over built-in ones where both fit.
/// Entries and texts stay in memory for as long as the process lives, each kept once: to load the same overlay again
/// costs no further memory.
///
/// # Errors
/// As [`load`]; an entry may use the providers of `base` as well as its own.
pub fn load_overlay(base: &Catalog, file: &str, text: &str) -> Result<Catalog, Problems> {
    read(Some(base), file, text)
}

/// Reads a whole catalogue, or an overlay over `base`: a file that lists the provider `generic` stands on its own.
///
/// # Errors
/// As [`load`].
///
/// ```
/// let base = ndr_catalog::load("base.yaml", "providers:\n- id: generic\n  name: Any\nentries:\n\
///     - {slug: full, provider: generic, title: Full, codes: [\"5.2.2\"], category: mailbox-full, meaning: It is full.,\
///     steps: {sender: [Wait.]}, examples: [\"552 5.2.2 full\"], sources: [{name: A, checked: 2026-01-01, trust: observed}]}\n");
/// let base = base.unwrap();
/// let own = "entries:\n- {slug: off, provider: generic, title: Off, codes: [\"5.2.1\"], category: mailbox-disabled,\
///     meaning: It is off., steps: {sender: [Ask.]}, examples: [\"550 5.2.1 off\"],\
///     sources: [{name: A, checked: 2026-01-01, trust: observed}]}\n";
/// assert_eq!(ndr_catalog::load_any(&base, "own.yaml", own).unwrap().entries().len(), 2);
/// ```
pub fn load_any(base: &Catalog, file: &str, text: &str) -> Result<Catalog, Problems> {
    let layout = Layout::read(file, text);
    let is_whole = layout
        .providers
        .iter()
        .filter_map(|item| parse::<RawProvider>(&layout, item).ok())
        .any(|provider| provider.id.0 == "generic");
    if is_whole { load(file, text) } else { load_overlay(base, file, text) }
}

/// The names of all entries, present and former, as far as they can be read: those of a file that holds mistakes too.
///
/// ```
/// let names = ndr_catalog::names("entries:\n- slug: new\n  was: [old]\n  codes: [5.1]\n");
/// assert!(names.contains("new") && names.contains("old"));
/// ```
pub fn names(text: &str) -> std::collections::BTreeSet<String> {
    let layout = Layout::read("", text);
    let mut names = std::collections::BTreeSet::new();
    for item in &layout.entries {
        let of = |field: &str| item.lines.iter().find(|line| layout::field_of(line) == Some(field));
        let slug =
            of("slug").and_then(|line| line.split_once(':')).map(|(_, slug)| slug.trim().trim_matches(['"', '\'']));
        names.extend(slug.map(str::to_string));
        // Few entries have former names, so only those are read as YAML.
        if of("was").is_some()
            && let Ok(value) = serde_yaml::from_str::<serde_yaml::Value>(&item.text)
        {
            let was = value.get("was").and_then(|was| was.as_sequence()).into_iter().flatten();
            names.extend(was.filter_map(|name| name.as_str().map(str::to_string)));
        }
    }
    names
}

fn read(base: Option<&Catalog>, file: &str, text: &str) -> Result<Catalog, Problems> {
    let mut layout = Layout::read(file, text);
    let mut problems = std::mem::take(&mut layout.problems);
    let origin = base.map(|_| intern_text(file));

    let mut providers: Vec<Provider> = base.map(|base| base.providers().to_vec()).unwrap_or_default();
    for item in &layout.providers {
        match parse::<RawProvider>(&layout, item) {
            Ok(raw) => {
                if base.is_none() && providers.iter().any(|known| known.id == raw.id.0) {
                    let message = format!("the provider `{}` is listed twice", raw.id.0);
                    problems.push(layout.problem(item.place("id", None), message, None));
                }
                providers.retain(|known| known.id != raw.id.0);
                providers.push(Provider {
                    id: intern_text(&raw.id.0),
                    name: intern_text(&raw.name),
                    kind: raw.kind.map_or(ProviderKind::MailboxHost, |kind| kind.0),
                    hosts: keep_texts(&raw.hosts),
                    marks: keep_texts(&raw.marks),
                });
            }
            Err(problem) => problems.push(problem),
        }
    }

    let mut own: Vec<(Entry, &Item<'_>)> = Vec::new();
    // An entry that is wrong by itself would only cause more complaints when it is compared with others.
    let mut own_faults: Vec<bool> = Vec::new();
    for item in &layout.entries {
        let mut found = Vec::new();
        match lenient::read(&layout, item) {
            Ok(raw) => {
                let entry = entry(raw, origin);
                check::alone(&layout, item, &entry, &providers, &mut found);
                own.push((entry, item));
                own_faults.push(!found.is_empty());
            }
            Err(mut faulty) => {
                if let Some(rest) = faulty.rest.take() {
                    check::alone(&layout, item, &entry(rest, origin), &providers, &mut found);
                    found.retain(|problem| faulty.is_real(problem, item));
                }
                problems.append(&mut faulty.problems);
            }
        }
        problems.append(&mut found);
    }
    if layout.entries.is_empty() && problems.is_empty() {
        let message = "there are no entries".to_string();
        problems.push(layout.problem(
            (0, 1),
            message,
            Some("list them under `entries:`, each as `- slug: ...`".into()),
        ));
    }
    let entangled = check::together(&layout, &own, base.map(Catalog::entries).unwrap_or_default(), &mut problems);
    let mut entries: Vec<Entry> = base.map(|base| base.entries().to_vec()).unwrap_or_default();
    entries.retain(|entry| !own.iter().any(|(new, _)| new.slug == entry.slug));
    let sound: Vec<(Entry, &Item<'_>)> =
        own.iter().zip(&own_faults).filter(|(_, faulty)| !**faulty).map(|(own, _)| *own).collect();
    let first_own = entries.len();
    entries.extend(sound.iter().map(|(entry, _)| *entry));
    match Catalog::build(entries, providers) {
        Ok(catalog) => {
            check::examples(&layout, &catalog, first_own, &sound, &entangled, &mut problems);
            if problems.is_empty() {
                return Ok(catalog);
            }
        }
        Err(error) => problems.push(layout.problem((0, 1), error.to_string(), None)),
    }
    problems.sort_by_key(|problem| (problem.line, problem.column));
    Err(Problems(problems))
}

/// Deserialises one item; an error of serde_yaml is moved to its place in the file.
fn parse<T: serde::de::DeserializeOwned>(layout: &Layout<'_>, item: &Item<'_>) -> Result<T, Problem> {
    serde_yaml::from_str(&item.text).map_err(|error| {
        let text = error.to_string();
        // serde_yaml appends " at line 3 column 7"; the place is shown on its own.
        let mut message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message).to_string();
        let mut at = error.location().map_or((item.first, 1), |at| (item.first + at.line() - 1, at.column()));
        let mut help = None;
        if let Some(name) = between(&message, "unknown field `", "`") {
            let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
            help = Some(match raw::nearest(name, &known) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("the fields are {}", known.join(", ")),
            });
            at = item.place(name, None);
            message = format!("unknown field `{name}`");
        } else if let Some(name) = between(&message, "missing field `", "`") {
            // serde_yaml points at the mapping that lacks it: the entry, or one of its sources or limits.
            if !text.contains(": missing field") {
                at = (item.first, 1);
            }
            help = Some(format!("add `{name}:` to this item; CONTRIBUTING.md shows an entry with all its fields"));
            message = format!("the field `{name}` is missing");
        } else if let Some(name) = between(&message, "duplicate field `", "`") {
            help = Some("join the two, or remove one".into());
            message = format!("the field `{name}` stands here twice");
        } else if message.contains("invalid type: floating point") || message.contains("invalid type: integer") {
            help = Some("put codes and dates in quotes: 5.10 is the number 5.1 to most YAML readers".into());
        } else if message.contains("mapping values are not allowed") {
            help = Some("put a text that holds `: ` in quotes".into());
        } else if message.contains("cannot start any token") {
            help = Some("indent with spaces, not with tabs, and put a text that begins with a sign in quotes".into());
        } else if message.contains("did not find expected") {
            help = Some(
                "look at this line and the one above: an indent that differs, or a quote or bracket left open".into(),
            );
        } else if message.contains("invalid type") {
            help = Some(
                "compare with the entry in CONTRIBUTING.md: a list needs brackets or dashes, a text may need quotes"
                    .into(),
            );
        }
        if let Some((path, rest)) = message.split_once(": ")
            && path.bytes().all(|b| b.is_ascii_alphanumeric() || b"[]._".contains(&b))
        {
            message = rest.to_string();
        }
        layout.problem(at, message, help)
    })
}

fn between<'m>(text: &'m str, open: &str, close: &str) -> Option<&'m str> {
    Some(text.split_once(open)?.1.split_once(close)?.0)
}

fn entry(raw: RawEntry, origin: Option<&'static str>) -> Entry {
    let usual = raw.category.0.usual();
    let limit =
        |limit: &raw::RawLimit| Limit { text: intern_text(limit.text.trim()), as_of: intern_text(&limit.as_of.0) };
    let source = |source: &raw::RawSource| Source {
        name: intern_text(&source.name),
        url: source.url.as_deref().map(intern_text),
        checked: intern_text(&source.checked.0),
        trust: source.trust.0,
    };
    Entry {
        slug: intern_text(&raw.slug.0),
        provider: intern_text(&raw.provider.0),
        title: intern_text(raw.title.trim()),
        codes: intern(raw.codes.iter().map(|code| code.0).collect::<Vec<_>>()),
        replies: intern(raw.replies.iter().map(|reply| reply.0).collect::<Vec<_>>()),
        texts: keep_texts(&raw.texts),
        category: raw.category.0,
        about: raw.about.map(|word| word.0),
        after: raw.after.map(|word| word.0),
        needs_host: raw.needs_host.as_deref().map(|reason| intern_text(reason.trim())),
        permanent: raw.permanent,
        act: raw.act.map_or(usual.act, |act| intern(act.iter().map(|actor| actor.0).collect::<Vec<_>>())),
        suppress: raw.suppress.map_or(usual.suppress, |word| word.0),
        retry: raw.retry.map_or(usual.retry, |word| word.0),
        security: raw.security,
        wrapper: raw.wrapper,
        meaning: intern_text(raw.meaning.trim()),
        steps_sender: keep_texts(&raw.steps.sender),
        steps_admin: keep_texts(&raw.steps.admin),
        limits: intern(raw.limits.iter().map(limit).collect::<Vec<_>>()),
        links: keep_texts(&raw.links),
        examples: keep_texts(&raw.examples),
        sources: intern(raw.sources.iter().map(source).collect::<Vec<_>>()),
        was: intern(raw.was.iter().map(|slug| intern_text(&slug.0)).collect::<Vec<_>>()),
        origin,
    }
}

/// Keeps texts without the space around them.
fn keep_texts(list: &[String]) -> &'static [&'static str] {
    intern(list.iter().map(|text| intern_text(text.trim())).collect::<Vec<_>>())
}

#[cfg(test)]
mod ranking;
#[cfg(test)]
mod tests;
