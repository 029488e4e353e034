//! JSON that is computed: a diagnosis with its entry, and an entry by itself. The other types of a result derive
//! theirs. Names and shapes are the contract in docs/result.md.

use crate::Entry;
use crate::report::Diagnosis;
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

#[derive(serde::Serialize)]
struct Steps {
    sender: Vec<String>,
    admin: Vec<String>,
}

struct Values<'a>(&'a [(&'static str, String)]);

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(self.0.len()))?;
        for (i, (name, value)) in self.0.iter().enumerate() {
            if !self.0.iter().take(i).any(|(known, _)| known == name) {
                out.serialize_entry(name, value)?;
            }
        }
        out.end()
    }
}

impl Serialize for Diagnosis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.entry;
        let mut out = serializer.serialize_struct("Diagnosis", 18)?;
        out.serialize_field("slug", entry.slug)?;
        out.serialize_field("provider", entry.provider)?;
        out.serialize_field("title", entry.title)?;
        out.serialize_field("category", entry.category.slug())?;
        out.serialize_field("permanent", &self.permanent)?;
        out.serialize_field("act", &entry.act.iter().map(|actor| actor.slug()).collect::<Vec<_>>())?;
        out.serialize_field("suppress", self.suppress.slug())?;
        out.serialize_field("retry", self.retry.slug())?;
        out.serialize_field("about", &self.about.map(|party| party.slug()))?;
        out.serialize_field("meaning", &self.meaning())?;
        out.serialize_field("steps", &Steps { sender: self.steps_sender(), admin: self.steps_admin() })?;
        out.serialize_field("links", entry.links)?;
        out.serialize_field("security", &entry.security)?;
        out.serialize_field("values", &Values(&self.values))?;
        out.serialize_field("basis", self.basis.slug())?;
        out.serialize_field("certainty", self.certainty.slug())?;
        out.serialize_field("evidence", &self.evidence)?;
        out.serialize_field("origin", &entry.origin)?;
        out.end()
    }
}

/// An entry as `ndr list`, `ndr code` and `ndr search` give it.
///
/// ```
/// let json = serde_json::to_value(ndr::EntryView(&ndr::catalog().entries()[0])).unwrap();
/// assert!(json["slug"].is_string() && json["steps"]["sender"].is_array());
/// ```
#[derive(Clone, Copy, Debug)]
pub struct EntryView<'e>(pub &'e Entry);

impl Serialize for EntryView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.0;
        let plain =
            |sentences: &[&str]| sentences.iter().map(|sentence| crate::fill(sentence, &[])).collect::<Vec<_>>();
        let mut out = serializer.serialize_struct("Entry", 21)?;
        out.serialize_field("slug", entry.slug)?;
        out.serialize_field("provider", entry.provider)?;
        out.serialize_field("title", entry.title)?;
        out.serialize_field("codes", &entry.codes.iter().map(ToString::to_string).collect::<Vec<_>>())?;
        out.serialize_field("replies", entry.replies)?;
        out.serialize_field("texts", entry.texts)?;
        out.serialize_field("category", entry.category.slug())?;
        out.serialize_field("permanent", &entry.is_permanent(0))?;
        out.serialize_field("act", &entry.act.iter().map(|actor| actor.slug()).collect::<Vec<_>>())?;
        out.serialize_field("suppress", entry.suppress.slug())?;
        out.serialize_field("retry", entry.retry.slug())?;
        out.serialize_field("security", &entry.security)?;
        out.serialize_field("meaning", &crate::fill(entry.meaning, &[]))?;
        out.serialize_field("steps", &Steps { sender: plain(entry.steps_sender), admin: plain(entry.steps_admin) })?;
        let limits = entry.limits.iter().map(|limit| Limited { text: limit.text, as_of: limit.as_of });
        out.serialize_field("limits", &limits.collect::<Vec<_>>())?;
        out.serialize_field("links", entry.links)?;
        out.serialize_field("examples", entry.examples)?;
        let sources = entry.sources.iter().map(|source| Sourced {
            name: source.name,
            url: source.url,
            checked: source.checked,
            trust: source.trust.slug(),
        });
        out.serialize_field("sources", &sources.collect::<Vec<_>>())?;
        out.serialize_field("was", entry.was)?;
        out.serialize_field("origin", &entry.origin)?;
        out.end()
    }
}

#[derive(serde::Serialize)]
struct Limited {
    text: &'static str,
    as_of: &'static str,
}

#[derive(serde::Serialize)]
struct Sourced {
    name: &'static str,
    url: Option<&'static str>,
    checked: &'static str,
    trust: &'static str,
}
