//! Finding entries: by code or slug as typed, by kind, by words, and what was perhaps meant.

use ndr_resolve::{Actor, Catalog, Category, Entry, StatusCode, word_weight};
use std::collections::HashSet;

/// A wider range is one of the registry's, such as X.7.0-999: it says no more than class and subject do.
pub const GENERAL: u32 = 500;

/// The entries of a status code, a reply code, a slug or a server's own token such as `S3140`; the registry's general
/// ranges only where nothing else is known.
///
/// ```
/// # let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog.yaml"));
/// let catalog = ndr_catalog::load("catalog.yaml", text).unwrap();
/// assert_eq!(ndr_catalog::look_up(&catalog, "group-internal-only")[0].slug, "group-internal-only");
/// assert!(ndr_catalog::look_up(&catalog, "5.7.133").iter().any(|entry| entry.slug == "group-internal-only"));
/// assert!(ndr_catalog::look_up(&catalog, "group-for-nobody").is_empty());
/// for (token, slug) in [
///     ("0x80070005", "outlook-no-permission-to-send-as"),
///     ("AS(42004)", "bad-outbound-sender"),
///     ("s3140", "outlook-com-network-blocked"),
///     ("OU-001", "outlook-com-spamhaus-listed-ip"),
/// ] {
///     assert!(ndr_catalog::look_up(&catalog, token).iter().any(|entry| entry.slug == slug), "{token}");
/// }
/// ```
pub fn look_up(catalog: &Catalog, text: &str) -> Vec<&'static Entry> {
    if let Ok(code) = text.parse::<StatusCode>() {
        let all = catalog.by_code(code);
        let near: Vec<&Entry> = all
            .iter()
            .copied()
            .filter(|entry| entry.codes.iter().any(|p| p.matches(code) && p.width() <= GENERAL))
            .collect();
        return if near.is_empty() { all } else { near };
    }
    if let Ok(reply) = text.parse::<u16>() {
        let last = catalog.by_reply(reply);
        return last
            .into_iter()
            .chain(catalog.entries().iter().filter(|entry| {
                entry.replies.contains(&reply) && Some(entry.slug) != last.map(|l| l.slug) && entry.codes.is_empty()
            }))
            .collect();
    }
    match catalog.by_slug(text) {
        Some(entry) => vec![entry],
        None => by_token(catalog, text),
    }
}

/// The entries whose texts, or else examples, hold a server's own token, such as `S3140`, `AS(42004)`, `OU-001` or
/// `0x80070005`: letters and digits without a space.
fn by_token(catalog: &Catalog, text: &str) -> Vec<&'static Entry> {
    let has = |kind: fn(&char) -> bool| text.chars().any(|c| kind(&c));
    let one_word = text.len() <= 40 && !text.contains(char::is_whitespace);
    if !one_word || !has(char::is_ascii_digit) || !has(char::is_ascii_alphabetic) {
        return Vec::new();
    }
    let words = |text: &str| -> Vec<String> {
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let token = words(text);
    let holds = |text: &str| words(text).windows(token.len()).any(|run| run == token);
    let entries = |texts: fn(&Entry) -> &'static [&'static str]| -> Vec<&'static Entry> {
        catalog.entries().iter().filter(|entry| texts(entry).iter().any(|text| holds(text))).collect()
    };
    let named = entries(|entry| entry.texts);
    if named.is_empty() { entries(|entry| entry.examples) } else { named }
}

/// The entries of a provider, a category and an actor, in the order of the catalogue; what is `None` does not count.
///
/// # Errors
/// A name that does not exist, with those that do.
///
/// ```
/// # let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog.yaml"));
/// let catalog = ndr_catalog::load("catalog.yaml", text).unwrap();
/// let found = ndr_catalog::filter(&catalog, Some("gmail"), Some("mailbox-full"), None).unwrap();
/// assert!(found.iter().all(|entry| entry.provider == "gmail") && !found.is_empty());
/// assert!(ndr_catalog::filter(&catalog, None, Some("mailbox-ful"), None).unwrap_err().contains("mailbox-full"));
/// ```
pub fn filter(
    catalog: &Catalog,
    provider: Option<&str>,
    category: Option<&str>,
    act: Option<&str>,
) -> Result<Vec<&'static Entry>, String> {
    let category = known(category, Category::from_slug, Category::ALL.iter().map(|c| c.slug()), "category")?;
    let act = known(act, Actor::from_slug, Actor::ALL.iter().map(|a| a.slug()), "actor")?;
    let of_provider = |id: &str| catalog.providers().iter().find(|provider| provider.id == id);
    let provider = known(provider, of_provider, catalog.providers().iter().map(|provider| provider.id), "provider")?;
    let fits = |entry: &&Entry| {
        provider.is_none_or(|provider| entry.provider == provider.id)
            && category.is_none_or(|category| entry.category == category)
            && act.is_none_or(|act| entry.act.contains(&act))
    };
    Ok(catalog.entries().iter().filter(fits).collect())
}

fn known<T>(
    name: Option<&str>,
    read: impl Fn(&str) -> Option<T>,
    all: impl Iterator<Item = &'static str>,
    what: &str,
) -> Result<Option<T>, String> {
    let Some(name) = name else { return Ok(None) };
    let unknown = || format!("there is no {what} `{name}`; they are {}", all.collect::<Vec<_>>().join(", "));
    read(name).map(Some).ok_or_else(unknown)
}

/// The words of a text as [`search`] compares them: lower case, codes whole.
///
/// ```
/// assert_eq!(ndr_catalog::tokens("Access denied, 5.7.1."), ["access", "denied", "5.7.1"]);
/// ```
pub fn tokens(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric() && c != '.')
        .map(|word| word.trim_matches('.').to_lowercase())
        .filter(|word| !word.is_empty())
        .collect()
}

/// The entries that a text may mean where none explains it, best first, at most `most`: those of which one wording stands
/// in the text for the greater part, in whatever order. Words that everybody writes count little. A short text may hold
/// typing errors.
///
/// ```
/// # let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog.yaml"));
/// let catalog = ndr_catalog::load("catalog.yaml", text).unwrap();
/// let near = ndr_catalog::nearest_entries(&catalog, "since Monday my colleague says the mailbox is full, why?", 3);
/// assert!(near.iter().any(|entry| entry.slug == "generic-mailbox-full"));
/// assert!(ndr_catalog::nearest_entries(&catalog, "Let us meet for lunch on Thursday at the harbour.", 3).is_empty());
/// ```
pub fn nearest_entries(catalog: &Catalog, text: &str, most: usize) -> Vec<&'static Entry> {
    /// Words of the text that are looked at.
    const WORDS: usize = 200;
    /// The least weight of the words that agree.
    const LEAST: u32 = 8;
    let wanted: HashSet<String> = tokens(text).into_iter().take(WORDS).collect();
    let weigh = |words: &HashSet<String>| words.iter().map(|word| u32::from(word_weight(word).min(12))).sum::<u32>();
    // The part of a wording that stands in the text, by weight; what says more counts more.
    let fit = |wording: &str| -> u32 {
        let words: HashSet<String> = tokens(wording).into_iter().collect();
        let (shared, all) = (words.intersection(&wanted).cloned().collect::<HashSet<_>>(), weigh(&words));
        let weight = weigh(&shared);
        let is_enough = shared.len() > 1 && weight >= LEAST && weight * 3 >= all * 2;
        if is_enough { weight * weight * 100 / all.max(1) } else { 0 }
    };
    let best = |entry: &'static Entry| {
        let wordings = entry.texts.iter().copied().chain(std::iter::once(entry.title));
        wordings.map(fit).max().filter(|score| *score > 0).map(|score| (score, entry))
    };
    let mut found: Vec<(u32, &'static Entry)> = catalog.entries().iter().filter_map(best).collect();
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let least = found.first().map_or(0, |(score, _)| score / 2);
    let near: Vec<&Entry> = found.into_iter().filter(|(score, _)| *score >= least).map(|(_, entry)| entry).collect();
    if near.is_empty() { mistyped(catalog, &wanted, most) } else { near.into_iter().take(most).collect() }
}

/// The entries for a few words that may be mistyped.
fn mistyped(catalog: &Catalog, wanted: &HashSet<String>, most: usize) -> Vec<&'static Entry> {
    const FEW: usize = 6;
    if !(2..=FEW).contains(&wanted.len()) {
        return Vec::new();
    }
    let mut words: Vec<&str> = wanted.iter().map(String::as_str).collect();
    words.sort_unstable();
    let found = search(catalog, &words.join(" "));
    let telling = |hits: &HashSet<String>| {
        let weight: u32 = hits.iter().map(|word| u32::from(word_weight(word).min(12))).sum();
        hits.len() > 1 && hits.len() * 3 >= wanted.len() * 2 && weight >= 8
    };
    found.into_iter().filter(|(_, hits)| telling(hits)).map(|(entry, _)| entry).take(most).collect()
}

/// Entries by how well their words fit, best first, with the words that did. Rare words count more; a word may be
/// mistyped by a letter or two.
///
/// ```
/// # let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog.yaml"));
/// let catalog = ndr_catalog::load("catalog.yaml", text).unwrap();
/// let (entry, words) = &ndr_catalog::search(&catalog, "baned sending ip")[0];
/// assert_eq!(entry.slug, "banned-sending-ip");
/// assert!(words.contains("banned"));
/// ```
pub fn search(catalog: &Catalog, query: &str) -> Vec<(&'static Entry, HashSet<String>)> {
    let wanted = tokens(query);
    let fields: Vec<(Vec<String>, Vec<String>)> = catalog
        .entries()
        .iter()
        .map(|entry| {
            let mut strong = tokens(entry.title);
            strong.extend(tokens(&entry.slug.replace('-', " ")));
            strong.extend(entry.codes.iter().map(ToString::to_string));
            let said: Vec<String> = entry.texts.iter().chain(entry.examples).flat_map(|text| tokens(text)).collect();
            (strong, said)
        })
        .collect();
    let all: HashSet<&str> =
        fields.iter().flat_map(|(strong, said)| strong.iter().chain(said)).map(String::as_str).collect();
    let mut scores: Vec<(f64, usize, HashSet<String>)> = (0..fields.len()).map(|i| (0.0, i, HashSet::new())).collect();
    // The words as they were meant, typing errors mended.
    let mut meant: Vec<&str> = Vec::new();
    for word in &wanted {
        let near: Vec<&str> = if all.contains(word.as_str()) {
            vec![word.as_str()]
        } else {
            let reach = if word.len() >= 8 { 2 } else { 1 };
            all.iter()
                .copied()
                .filter(|known| {
                    word.len() > 3
                        && known.len().abs_diff(word.len()) <= reach
                        && strsim::damerau_levenshtein(known, word) <= reach
                })
                .collect()
        };
        meant.push(
            near.iter().copied().min_by_key(|known| (strsim::damerau_levenshtein(known, word), *known)).unwrap_or(word),
        );
        let hits: Vec<Option<(f64, &str)>> = fields
            .iter()
            .map(|(strong, said)| {
                near.iter()
                    .filter_map(|word| {
                        let weight: f64 = if strong.iter().any(|known| known == word) {
                            2.0
                        } else if said.iter().any(|known| known == word) {
                            1.0
                        } else {
                            return None;
                        };
                        Some((weight, *word))
                    })
                    .max_by(|a, b| a.0.total_cmp(&b.0))
            })
            .collect();
        let holders = hits.iter().flatten().count().max(1) as f64;
        let rarity = (1.0 + fields.len() as f64 / holders).ln();
        for (score, hit) in scores.iter_mut().zip(&hits) {
            if let Some((weight, word)) = hit {
                score.0 += rarity * weight;
                score.2.insert((*word).to_string());
            }
        }
    }
    // A phrase that stands in a text word for word is what was meant.
    let phrase = meant.join(" ");
    for (score, entry) in scores.iter_mut().zip(catalog.entries()) {
        if wanted.len() > 1
            && entry
                .texts
                .iter()
                .chain(std::iter::once(&entry.title))
                .any(|text| tokens(text).join(" ").contains(&phrase))
        {
            score.0 += 10.0;
        }
        // Entries that hold few of the wanted words fall behind.
        score.0 *= score.2.len() as f64 / wanted.len().max(1) as f64;
        if entry.provider == "exchange-online" {
            score.0 *= 1.05;
        }
    }
    scores.retain(|(score, _, _)| *score > 0.0);
    scores.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scores.into_iter().filter_map(|(_, i, hits)| Some((catalog.entries().get(i)?, hits))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn catalog() -> Catalog {
        let text = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../catalog.yaml"));
        crate::load("catalog.yaml", text).unwrap()
    }

    #[test]
    fn what_was_perhaps_meant() {
        let catalog = catalog();
        for (text, slug) in [
            ("Hello, my colleague tells me that the mailbox of Anna is full. What can I do?", "generic-mailbox-full"),
            ("we are told that our server is not allowed since relay access was denied", "generic-relay-access-denied"),
            ("the user seems to be unknown over there", "generic-user-unknown"),
            ("customers say: message too large, although it has two pictures only", "generic-message-too-large"),
            ("our IP seems to be greylisted for hours", "generic-greylisted"),
            ("connection to the other server timed out", "generic-connection-timed-out"),
            ("mailbx fulll", "generic-mailbox-full"),
            ("unkown recipint", "generic-recipient-unknown"),
        ] {
            let near: Vec<&str> = nearest_entries(&catalog, text, 5).iter().map(|entry| entry.slug).collect();
            assert!(near.contains(&slug), "{text}: {near:?}");
        }
        for text in [
            "",
            "hello",
            "Let us meet for lunch on Thursday at the harbour.",
            "The train leaves at nine, and the children are at school until four.",
            "Please find the figures of the first quarter below. Kind regards",
            "version 5.1.1 of the package was released in March",
            "Die Heizung im Keller ist wieder ausgefallen.",
        ] {
            let near: Vec<&str> = nearest_entries(&catalog, text, 5).iter().map(|entry| entry.slug).collect();
            assert!(near.is_empty(), "{text}: {near:?}");
        }
    }
}
