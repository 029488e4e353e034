//! A first version of an entry, made of the few things that only its author knows.

use crate::fmt::{Place, own_lines, places};
use crate::layout::Layout;
use crate::problem::Problems;
use crate::raw::RawEntry;
use ndr_resolve::{Actor, Category, Reply, Retry};
use serde_yaml::Value;

/// What `cargo xtask catalog new` asks for.
#[derive(Clone, Debug, Default)]
pub struct Stub {
    /// The permanent name.
    pub slug: String,
    /// The id of a provider of the catalogue.
    pub provider: String,
    /// What happened, in one line.
    pub title: String,
    /// Codes and ranges.
    pub codes: Vec<String>,
    /// Words that servers use.
    pub texts: Vec<String>,
    /// The slug of a category.
    pub category: String,
    /// Whole reply lines.
    pub examples: Vec<String>,
    /// The date of today, `YYYY-MM-DD`.
    pub today: String,
    /// What it means; `None` for a sentence made of the title and the codes.
    pub meaning: Option<String>,
}

impl Stub {
    /// The catalogue with the new entry at its place, and the line (from 1) where it begins.
    ///
    /// # Errors
    /// A value that no entry can have, such as a malformed code, or a catalogue that is no YAML.
    pub fn insert(&self, file: &str, text: &str) -> Result<(String, usize), Problems> {
        let own = self.yaml();
        let alone = format!("entries:\n{own}");
        let stub = Layout::read("new entry", &alone);
        let entry = match stub.entries.as_slice() {
            [item] => crate::parse::<RawEntry>(&stub, item).map_err(|problem| Problems(vec![problem]))?,
            _ => return Err(Problems(stub.problems)),
        };

        let layout = Layout::read(file, text);
        let places = places(&layout)?;
        let providers: Vec<String> = layout
            .providers
            .iter()
            .filter_map(|item| crate::parse::<Value>(&layout, item).ok())
            .map(|value| value.get("id").and_then(Value::as_str).unwrap_or_default().to_string())
            .collect();
        let place = Place::of(&providers, &self.provider, entry.codes.first().map(|code| code.0), &self.slug);
        let after = places.iter().rposition(|other| *other <= place);
        let before: Vec<&str> = layout.lines.clone();
        let (at, lines) = match (after.and_then(|nth| layout.entries.get(nth)), layout.entries.first()) {
            (Some(item), _) => (item.first + own_lines(item), format!("\n{own}")),
            (None, Some(item)) => (item.first, format!("{own}\n")),
            (None, None) => {
                let has_section = before.iter().any(|line| line.trim_end() == "entries:");
                (before.len(), if has_section { own } else { format!("\nentries:\n{own}") })
            }
        };
        let mut all: Vec<&str> = before.iter().take(at).copied().collect();
        all.extend(lines.lines());
        all.extend(before.iter().skip(at));
        let first = at + 1 + lines.lines().take_while(|line| !line.starts_with('-')).count();
        Ok((format!("{}\n", all.join("\n")), first))
    }

    /// The entry in the canonical layout. Its sentences are true as they stand and general: its author makes them better.
    pub(crate) fn yaml(&self) -> String {
        let quoted = |list: &[String]| list.iter().map(|text| quote(text)).collect::<Vec<_>>().join(", ");
        let block = |name: &str, list: &[String], indent: &str| -> String {
            match list {
                [] => format!("{indent}{name}: []\n"),
                list => {
                    list.iter().fold(format!("{indent}{name}:\n"), |out, text| out + &format!("{indent}  - {text}\n"))
                }
            }
        };
        let replies: Vec<String> = self
            .examples
            .first()
            .and_then(|example| Reply::parse(example).code)
            .map(|code| code.to_string())
            .into_iter()
            .collect();
        let mut out =
            format!("- slug: {}\n  provider: {}\n  title: {}\n", self.slug, self.provider, plain(&self.title));
        out += &format!("  codes: [{}]\n  replies: [{}]\n", quoted(&self.codes), replies.join(", "));
        out += &block("texts", &self.texts.iter().map(|text| quote(text)).collect::<Vec<_>>(), "  ");
        out += &format!("  category: {}\n  meaning: >-\n    {}\n", self.category, self.meaning());
        let (sender, admin) = self.steps();
        out += "  steps:\n";
        out += &block("sender", &sender, "    ");
        out += &block("admin", &admin, "    ");
        out += "  links: []\n";
        out += &block("examples", &self.examples.iter().map(|text| quote(text)).collect::<Vec<_>>(), "  ");
        out += "  sources:\n    - name: A reply seen in a real report\n";
        out + &format!("      checked: {}\n      trust: observed\n", self.today)
    }

    fn meaning(&self) -> String {
        if let Some(meaning) = &self.meaning {
            return meaning.clone();
        }
        let title = self.title.trim().replace(['{', '}'], "");
        match self.codes.as_slice() {
            [] => format!("{title}. The server says so in words alone, without a code that is known to go with them."),
            codes => format!("{title}. The server says so with the code {}.", codes.join(" or ")),
        }
    }

    /// Steps for the sender and the admin, by what is usual for the category.
    fn steps(&self) -> (Vec<String>, Vec<String>) {
        let category = Category::from_slug(&self.category).unwrap_or(Category::Unknown);
        let usual = category.usual();
        let acts = |actor: Actor| usual.act.contains(&actor);
        let mut sender = Vec::new();
        if acts(Actor::SenderAdmin) || !acts(Actor::Sender) {
            sender.push("Pass the report to whoever runs your mail server.".to_string());
        }
        sender.push(
            match usual.retry {
                _ if category == Category::Unknown => "Check the address, and send the message once more later.",
                Retry::AsIs => "Send the message again later.",
                Retry::AfterFix => "Send the message again once the cause is fixed.",
                Retry::No => "Check the address; the same message to the same address fails again.",
            }
            .to_string(),
        );
        let mut admin = vec!["Go by the server's words in the report; they name what it objects to.".to_string()];
        if acts(Actor::RecipientAdmin) {
            admin.push(quote("On the recipient's side: look for this reply in the server's log."));
        }
        (sender, admin)
    }
}

/// A text in double quotes.
fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.trim().chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            c if c.is_control() => out += &format!("\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out + "\""
}

/// A text as it is where YAML reads it back unchanged, else in quotes.
fn plain(text: &str) -> String {
    let text = text.trim();
    let read = serde_yaml::from_str::<Value>(&format!("title: {text}")).ok();
    let same = read.as_ref().and_then(|value| value.get("title")).and_then(Value::as_str) == Some(text);
    if same && !text.starts_with(['"', '\'']) { text.to_string() } else { quote(text) }
}
