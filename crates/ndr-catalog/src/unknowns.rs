//! From words that nobody has described yet to entries that somebody can finish: masked, grouped and counted.

use crate::mask::{Masked, mask};
use crate::stub::Stub;
use ndr_resolve::{Category, Reply, StatusCode, Template};
use std::collections::{HashMap, HashSet};

/// What one report says that no text of the catalogue matched.
#[derive(Clone, Copy, Debug, Default)]
pub struct Seen<'s> {
    /// The server's words, on one line.
    pub text: &'s str,
    /// The status code that goes with them.
    pub status: Option<StatusCode>,
    /// The id of the provider that said it; `None` for any server.
    pub provider: Option<&'static str>,
    /// What the code alone says.
    pub category: Option<Category>,
    /// Words of this report that are private: addresses, hosts, names.
    pub private: &'s [&'s str],
}

/// Texts that mean the same to the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// How often it was seen.
    pub count: usize,
    /// Whose words they are.
    pub provider: &'static str,
    /// The status code that goes with them.
    pub status: Option<StatusCode>,
    /// What the code alone says.
    pub category: Category,
    /// The words as a text for the catalogue; empty where they are too few to tell anything apart.
    pub text: String,
    /// A whole line, masked.
    pub example: String,
}

/// Gathers what no text of the catalogue matched.
///
/// ```
/// use ndr_catalog::{Seen, Unknowns};
/// let mut unknowns = Unknowns::default();
/// for host in ["mx1.contoso.com", "mx2.contoso.com"] {
///     let text = format!("550 5.7.812 Attachment held back by {host} for review");
///     unknowns.add(&Seen { text: &text, status: "5.7.812".parse().ok(), ..Seen::default() });
/// }
/// let groups = unknowns.groups();
/// assert_eq!((groups.len(), groups[0].count), (1, 2));
/// assert_eq!(groups[0].text, "Attachment held back by {host} for review");
/// assert!(ndr_catalog::Unknowns::overlay(&groups, "2026-11-23").contains("- slug: unknown-attachment-held-back-by-for"));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Unknowns {
    groups: Vec<Group>,
    places: HashMap<Key, usize>,
}

/// What texts have in common that are of one group.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Key {
    provider: &'static str,
    status: Option<StatusCode>,
    words: Result<Vec<u64>, String>,
}

/// Most groups that are kept apart; what comes after is counted with those that are known.
const GROUPS: usize = 100_000;

impl Unknowns {
    /// Counts one.
    pub fn add(&mut self, seen: &Seen<'_>) {
        let Masked { text, words, example } = mask(seen.text, seen.private);
        let template = Template::parse(&text).ok().filter(|_| words >= 2);
        let words = template.as_ref().map(Template::comparison_key).ok_or_else(|| example.clone());
        let provider = seen.provider.unwrap_or("generic");
        let key = Key { provider, status: seen.status, words };
        if let Some(group) = self.places.get(&key).and_then(|at| self.groups.get_mut(*at)) {
            group.count += 1;
        } else if self.groups.len() < GROUPS {
            let text = if template.is_some() { text } else { String::new() };
            let category = seen.category.unwrap_or(Category::Unknown);
            self.places.insert(key, self.groups.len());
            self.groups.push(Group { count: 1, provider, status: seen.status, category, text, example });
        }
    }

    /// The groups, the most frequent first; those that are even by their words.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups = self.groups.clone();
        groups.sort_by(|a, b| {
            let key = |group: &'_ Group| (group.status.map(|code| code.to_string()), group.provider);
            b.count
                .cmp(&a.count)
                .then_with(|| (&a.text, &a.example).cmp(&(&b.text, &b.example)))
                .then_with(|| key(a).cmp(&key(b)))
        });
        groups
    }

    /// An overlay with an entry for each group. It can be used as it stands; whoever knows more makes the category and
    /// the sentences better. A group whose words are too few for a text is a comment.
    pub fn overlay(groups: &[Group], today: &str) -> String {
        let mut out = String::from(
            "# Replies that no text of the catalogue matches. For each, see that the masked words give nobody away, choose the\n\
             # category, and say in title, meaning and steps what happened and what to do. CONTRIBUTING.md shows how.\n\
             entries:\n",
        );
        let mut slugs = HashSet::new();
        for group in groups {
            let times = if group.count == 1 { "once".to_string() } else { format!("{} times", group.count) };
            if group.text.is_empty() {
                out += &format!("# Seen {times}, with too few words for a text: {}\n\n", group.example);
                continue;
            }
            out += &format!("# Seen {times}.\n{}\n", group.stub(today, &mut slugs).yaml());
        }
        format!("{}\n", out.trim_end())
    }
}

impl Group {
    fn stub(&self, today: &str, slugs: &mut HashSet<String>) -> Stub {
        Stub {
            slug: self.slug(slugs),
            provider: self.provider.to_string(),
            title: self.title(),
            codes: self.status.iter().filter(|code| !code.is_bare()).map(ToString::to_string).collect(),
            texts: vec![self.text.clone()],
            category: self.category.to_string(),
            examples: vec![self.example.clone()],
            today: today.to_string(),
            meaning: Some(
                "The server gave the reason in words of its own, which this catalogue does not explain yet. They stand in the \
                 report."
                    .to_string(),
            ),
        }
    }

    /// `unknown-` and the first literal words, made unique.
    fn slug(&self, taken: &mut HashSet<String>) -> String {
        let words = self.text.split(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '{' | '}'));
        let words = words.filter(|word| !word.is_empty() && !word.contains(['{', '}']));
        let mut slug = String::from("unknown");
        for word in words.take(5).filter(|word| word.len() <= 20) {
            if slug.len() + word.len() < 50 {
                slug += &format!("-{}", word.to_ascii_lowercase());
            }
        }
        let mut unique = slug.clone();
        let mut number = 2;
        while !taken.insert(unique.clone()) {
            unique = format!("{slug}-{number}");
            number += 1;
        }
        unique
    }

    /// The words themselves, on one line that is not too long.
    fn title(&self) -> String {
        let reply = Reply::parse(&self.example).code.map(|code| format!(" with {code}")).unwrap_or_default();
        let mut title = format!("The server answers{reply}:");
        for word in self.text.split(' ') {
            let word = word.split_once('{').map_or(word.to_string(), |(before, _)| format!("{before}…"));
            if title.chars().count() + word.chars().count() > 80 {
                break;
            }
            title += &format!(" {word}");
        }
        title.trim_end_matches(['.', ':', ',', ';']).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gathered(lines: &[(&str, Option<&'static str>)]) -> Unknowns {
        let mut unknowns = Unknowns::default();
        for (text, provider) in lines {
            let status = Reply::parse(text).status;
            unknowns.add(&Seen { text, status, provider: *provider, ..Seen::default() });
        }
        unknowns
    }

    #[test]
    fn what_differs_only_in_private_words_is_one_group() {
        let groups = gathered(&[
            ("550 5.7.812 Turned away ann@contoso.com at our door", None),
            ("550 5.7.812 turned away: <bob@fabrikam.com> at our door!", None),
            ("550 5.7.813 Turned away ann@contoso.com at our door", None),
            ("550 5.7.812 Turned away ann@contoso.com at our door", Some("gmail")),
            ("550 No", None),
        ])
        .groups();
        let shown: Vec<String> = groups
            .iter()
            .map(|group| {
                let status = group.status.map(|status| status.to_string()).unwrap_or_default();
                format!("{} {} {status} {:?}", group.count, group.provider, group.text)
            })
            .collect();
        assert_eq!(
            shown,
            [
                "2 generic 5.7.812 \"Turned away {address} at our door\"",
                "1 generic  \"\"",
                "1 gmail 5.7.812 \"Turned away {address} at our door\"",
                "1 generic 5.7.813 \"Turned away {address} at our door\"",
            ]
        );
    }

    #[test]
    fn the_overlay_can_be_used_as_it_stands() {
        let base = crate::load(
            "base.yaml",
            "providers:\n- id: generic\n  name: Any\n- id: gmail\n  name: Gmail\nentries:\n- slug: full\n  provider: generic\n  \
             title: Full\n  codes: [\"5.2.2\"]\n  category: mailbox-full\n  meaning: It is full.\n  steps: {sender: [Wait.]}\n  \
             examples: [\"552 5.2.2 full\"]\n  sources: [{name: A, checked: 2026-01-01, trust: observed}]\n",
        )
        .unwrap();
        let unknowns = gathered(&[
            ("550 5.7.812 Turned away ann@contoso.com at our door", None),
            ("550 5.7.813 Turned away ann@contoso.com at our door", None),
            ("421 4.7.0 \"Quoted\" \\ and: odd # text - of [mx1.contoso.com]", Some("gmail")),
            ("552 5.0.0 収信できません。担当者に連絡", None),
            ("550 No", None),
        ]);
        let text = Unknowns::overlay(&unknowns.groups(), "2026-11-23");
        let catalog =
            crate::load_overlay(&base, "own.yaml", &text).unwrap_or_else(|problems| panic!("{text}\n{problems}"));
        assert_eq!(catalog.entries().len(), 5);
        assert_eq!(crate::format("own.yaml", &text).unwrap().lines().count(), text.lines().count());
        insta::assert_snapshot!(text);
    }
}
