//! The promises of a catalogue, checked: what serde cannot see.

use crate::layout::{Item, Layout};
use crate::problem::Problem;
use crate::raw::nearest;
use ndr_resolve::{Actor, Catalog, Category, Entry, Provider, Query, Reply, Suppress, Template, sentence_holes};
use std::collections::{HashMap, HashSet};

/// Checks one entry by itself.
pub(crate) fn alone(
    layout: &Layout<'_>,
    item: &Item<'_>,
    entry: &Entry,
    providers: &[Provider],
    problems: &mut Vec<Problem>,
) {
    let mut complain = |at: (usize, usize), message: String, help: &str| {
        problems.push(layout.problem(at, message, (!help.is_empty()).then(|| help.to_string())));
    };

    if !providers.iter().any(|provider| provider.id == entry.provider) {
        let ids: Vec<&str> = providers.iter().map(|provider| provider.id).collect();
        let help = match nearest(entry.provider, &ids) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "add it under `providers:`, or use `generic` for a wording that many servers share".to_string(),
        };
        complain(item.place("provider", None), format!("there is no provider `{}`", entry.provider), &help);
    }
    if entry.title.ends_with('.') || entry.title.chars().count() > 90 {
        let message = "a title is one line of at most 90 characters without a full stop".to_string();
        complain(item.place("title", None), message, "say in it what happened; the meaning says the rest");
    }
    if entry.codes.is_empty() && entry.texts.is_empty() && entry.replies.is_empty() {
        let message = "nothing leads to this entry: it has no code, no reply and no text".to_string();
        complain(item.place("slug", None), message, "add `codes:`, or `texts:` with the words that servers use");
    }

    let mut names: HashSet<String> = HashSet::new();
    for (nth, text) in entry.texts.iter().enumerate() {
        match Template::parse(text) {
            Ok(template) => names.extend(template.hole_names().map(str::to_string)),
            Err(error) => complain(item.place("texts", Some(nth)), error.to_string(), TEXTS),
        }
    }
    let steps = entry.steps_sender.iter().enumerate().map(|(nth, step)| (item.place("sender", Some(nth)), *step));
    let more = entry.steps_admin.iter().enumerate().map(|(nth, step)| (item.place("admin", Some(nth)), *step));
    for (at, sentence) in std::iter::once((item.place("meaning", None), entry.meaning)).chain(steps).chain(more) {
        for (name, fallback) in sentence_holes(sentence) {
            if fallback.is_none_or(|words| words.trim().is_empty()) {
                complain(
                    at,
                    format!("`{{{name}}}` in a sentence has no words to use when nothing was caught"),
                    "write {name|fallback words}, as in {ip|your sending address}",
                );
            } else if !names.contains(name) {
                complain(
                    at,
                    format!("no text of this entry catches a value named `{name}`"),
                    "add a text with that hole, or write the sentence without it",
                );
            }
        }
        if sentence.trim().is_empty() {
            complain(at, "an empty sentence".to_string(), "write it, or remove the line");
        }
    }
    let success = entry.codes.iter().all(|code| code.class == 2) && entry.replies.iter().all(|reply| *reply < 400);
    if entry.steps_sender.is_empty() && entry.steps_admin.is_empty() && !success {
        complain(
            item.place("steps", None),
            "there are no steps".to_string(),
            "say what the sender or the admin does next",
        );
    }

    for (nth, link) in entry.links.iter().enumerate() {
        if !is_https(link) {
            complain(item.place("links", Some(nth)), format!("`{link}` is not an https link"), HTTPS);
        }
    }
    for source in entry.sources {
        if let Some(url) = source.url
            && !is_https(url)
        {
            complain(item.place("sources", None), format!("`{url}` is not an https link"), HTTPS);
        }
    }
    if entry.sources.is_empty() {
        let help = "add `sources:` with name, checked (a date) and trust";
        complain(item.place("sources", None), "there is no source".to_string(), help);
    }
    if entry.examples.is_empty() {
        let message = "there is no example".to_string();
        complain(item.place("examples", None), message, "add a whole reply line as a server would write it");
    }

    let own_trouble = entry.act.iter().all(|actor| matches!(actor, Actor::SenderAdmin))
        || matches!(
            entry.category,
            Category::AccountBlocked
                | Category::SendingLimit
                | Category::AuthenticationRequired
                | Category::SenderAuthentication
                | Category::SendingHost
                | Category::Reputation
                | Category::SenderRejected
        );
    if own_trouble && !entry.act.is_empty() && entry.suppress == Suppress::Yes {
        complain(
            item.place("suppress", None),
            "this is the sender's own trouble, so the recipient's address must not be dropped".to_string(),
            "write suppress: \"no\"",
        );
    }
}

const HTTPS: &str = "use the page's https address, or leave the link out";
const TEXTS: &str =
    "a text is words that servers use, with holes such as {ip} for what changes; CONTRIBUTING.md explains them";

fn is_https(link: &str) -> bool {
    link.strip_prefix("https://").is_some_and(|rest| rest.contains('.') && !rest.contains(char::is_whitespace))
}

/// Checks the entries against each other. Returns the slugs of those that something is wrong between.
pub(crate) fn together(
    layout: &Layout<'_>,
    own: &[(Entry, &Item<'_>)],
    base: &[Entry],
    problems: &mut Vec<Problem>,
) -> HashSet<&'static str> {
    let mut entangled = HashSet::new();
    let mut slugs: HashMap<&str, &'static str> = HashMap::new();
    let mut texts: HashMap<(&str, Vec<u64>), Vec<&Entry>> = HashMap::new();
    let mut bare: HashMap<&str, Vec<&Entry>> = HashMap::new();
    for entry in base.iter().filter(|entry| !own.iter().any(|(new, _)| new.slug == entry.slug)) {
        for old in entry.was {
            slugs.insert(old, entry.slug);
        }
    }
    for (entry, item) in own {
        for slug in std::iter::once(&entry.slug).chain(entry.was) {
            if let Some(other) = slugs.insert(slug, entry.slug) {
                let message = if other == *slug {
                    format!("the slug `{slug}` is used twice")
                } else {
                    format!("the slug `{slug}` is already a name of `{other}`")
                };
                entangled.extend([entry.slug, other]);
                problems.push(layout.problem(
                    item.place("slug", None),
                    message,
                    Some("a slug is permanent and names one meaning".into()),
                ));
            }
        }
        let overlap = |other: &Entry| -> bool {
            (entry.codes.is_empty() && other.codes.is_empty())
                || entry.codes.iter().any(|code| {
                    other.codes.iter().any(|theirs| code.overlaps(theirs) && code.width() == theirs.width())
                })
        };
        for (nth, text) in entry.texts.iter().enumerate() {
            let Some(key) = text_key(text) else { continue };
            let claims = texts.entry((entry.provider, key)).or_default();
            if let Some(other) = claims.iter().find(|other| other.slug == entry.slug || overlap(other)) {
                let message = if other.slug == entry.slug {
                    format!("the text `{text}` stands here twice; case, spacing and punctuation do not count")
                } else {
                    format!(
                        "nothing tells this entry from `{}`: both have the text `{text}` and the same codes",
                        other.slug
                    )
                };
                entangled.extend([entry.slug, other.slug]);
                let help = Some("make one text longer, give them different codes, or join the two entries".into());
                problems.push(layout.problem(item.place("texts", Some(nth)), message, help));
            }
            claims.push(entry);
        }
        if entry.texts.is_empty() && !entry.codes.is_empty() {
            let claims = bare.entry(entry.provider).or_default();
            if let Some(other) = claims.iter().find(|other| overlap(other)) {
                let message = format!(
                    "nothing tells this entry from `{}`: both claim the same code and have no texts",
                    other.slug
                );
                entangled.extend([entry.slug, other.slug]);
                problems.push(layout.problem(
                    item.place("codes", None),
                    message,
                    Some("add `texts:` to one of them".into()),
                ));
            }
            claims.push(entry);
        }
    }
    entangled
}

/// The words of a text, for comparing; `None` where it is no template (reported elsewhere).
fn text_key(text: &str) -> Option<Vec<u64>> {
    Template::parse(text).ok().map(|template| template.comparison_key())
}

/// Checks that each example resolves to its own entry, when its provider is known to have said it. The entries
/// `entangled` are left out: where two claim the same words, neither can say to which of them an example belongs.
pub(crate) fn examples(
    layout: &Layout<'_>,
    catalog: &Catalog,
    first: usize,
    own: &[(Entry, &Item<'_>)],
    entangled: &HashSet<&str>,
    problems: &mut Vec<Problem>,
) {
    for (i, (entry, item)) in own.iter().enumerate() {
        if entangled.contains(entry.slug) {
            continue;
        }
        for (nth, example) in entry.examples.iter().enumerate() {
            let reply = Reply::parse(example);
            let query = Query {
                text: example,
                status: reply.status,
                inner: &reply.inner,
                reply: reply.code,
                providers: &[entry.provider],
                command: entry.after.map(|command| command.slug()),
                ..Query::default()
            };
            let answer = catalog.resolve(&query);
            if answer.entry == Some(first + i) {
                continue;
            }
            let (message, help) = match answer.entry {
                Some(other) => {
                    let slug = catalog.entries().get(other).map_or("", |entry| entry.slug);
                    let why = match answer.phrase {
                        Some((from, to)) => {
                            format!(", because of the words `{}`", example.get(from..to).unwrap_or_default())
                        }
                        None => ", by its code".to_string(),
                    };
                    (
                        format!("this example resolves to `{slug}` and not to its own entry{why}"),
                        "give this entry a longer or more fitting text, or move the example to the other entry",
                    )
                }
                None => (
                    "this example resolves to no entry".to_string(),
                    "it must hold one of the entry's `texts`, or its code where no other entry has that code",
                ),
            };
            problems.push(layout.problem(item.place("examples", Some(nth)), message, Some(help.into())));
        }
    }
}
