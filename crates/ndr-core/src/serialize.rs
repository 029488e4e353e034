//! The one serialised form of a result, as the contract in docs/result.md names it.

use crate::Entry;
use crate::report::{Attempt, Diagnosis, Evidence, Original, Recipient, Report};
use crate::vocabulary::Note;
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

impl Serialize for Report {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[cfg(feature = "trace")]
        let fields = 8 + usize::from(self.trace.is_some());
        #[cfg(not(feature = "trace"))]
        let fields = 8;
        let mut out = serializer.serialize_struct("Report", fields)?;
        out.serialize_field("source", &self.source)?;
        out.serialize_field("kind", self.kind.slug())?;
        out.serialize_field("dialect", &self.dialect)?;
        out.serialize_field("event", &self.event)?;
        out.serialize_field("generator", &self.generator)?;
        out.serialize_field("recipients", &self.recipients)?;
        out.serialize_field("original", &self.original)?;
        out.serialize_field("notes", &self.notes)?;
        #[cfg(feature = "trace")]
        if let Some(trace) = &self.trace {
            out.serialize_field("trace", trace)?;
        }
        out.end()
    }
}

impl Serialize for Recipient {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Recipient", 11)?;
        out.serialize_field("address", &self.address)?;
        out.serialize_field("original_address", &self.original_address)?;
        out.serialize_field("action", &self.action.map(|action| action.slug()))?;
        out.serialize_field("status", &self.status.map(|status| status.to_string()))?;
        out.serialize_field("reply", &self.reply)?;
        out.serialize_field("text", &self.text)?;
        out.serialize_field("remote", &self.remote)?;
        out.serialize_field("command", &self.command)?;
        out.serialize_field("attempts", &self.attempts)?;
        out.serialize_field("diagnosis", &self.diagnosis)?;
        out.serialize_field("others", &self.others)?;
        out.end()
    }
}

struct Steps(Vec<String>, Vec<String>);

impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Steps", 2)?;
        out.serialize_field("sender", &self.0)?;
        out.serialize_field("admin", &self.1)?;
        out.end()
    }
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
        let mut out = serializer.serialize_struct("Diagnosis", 16)?;
        out.serialize_field("slug", entry.slug)?;
        out.serialize_field("provider", entry.provider)?;
        out.serialize_field("title", entry.title)?;
        out.serialize_field("category", entry.category.slug())?;
        out.serialize_field("permanent", &self.permanent)?;
        out.serialize_field("act", &entry.act.iter().map(|actor| actor.slug()).collect::<Vec<_>>())?;
        out.serialize_field("suppress", entry.suppress.slug())?;
        out.serialize_field("retry", entry.retry.slug())?;
        out.serialize_field("meaning", &self.meaning())?;
        out.serialize_field("steps", &Steps(self.steps_sender(), self.steps_admin()))?;
        out.serialize_field("links", entry.links)?;
        out.serialize_field("security", &entry.security)?;
        out.serialize_field("values", &Values(&self.values))?;
        out.serialize_field("basis", self.basis.slug())?;
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
        out.serialize_field("steps", &Steps(plain(entry.steps_sender), plain(entry.steps_admin)))?;
        out.serialize_field(
            "limits",
            &entry.limits.iter().map(|limit| Limited(limit.text, limit.as_of)).collect::<Vec<_>>(),
        )?;
        out.serialize_field("links", entry.links)?;
        out.serialize_field("examples", entry.examples)?;
        out.serialize_field("sources", &entry.sources.iter().map(Sourced).collect::<Vec<_>>())?;
        out.serialize_field("was", entry.was)?;
        out.serialize_field("origin", &entry.origin)?;
        out.end()
    }
}

struct Limited(&'static str, &'static str);

impl Serialize for Limited {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Limit", 2)?;
        out.serialize_field("text", self.0)?;
        out.serialize_field("as_of", self.1)?;
        out.end()
    }
}

struct Sourced<'e>(&'e crate::Source);

impl Serialize for Sourced<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Source", 4)?;
        out.serialize_field("name", self.0.name)?;
        out.serialize_field("url", &self.0.url)?;
        out.serialize_field("checked", self.0.checked)?;
        out.serialize_field("trust", self.0.trust.slug())?;
        out.end()
    }
}

impl Serialize for Evidence {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Evidence", 3)?;
        out.serialize_field("phrase", &self.phrase)?;
        out.serialize_field("part", &self.part)?;
        out.serialize_field("span", &self.span)?;
        out.end()
    }
}

impl Serialize for Attempt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Attempt", 3)?;
        out.serialize_field("time", &self.time)?;
        out.serialize_field("server", &self.server)?;
        out.serialize_field("text", &self.text)?;
        out.end()
    }
}

impl Serialize for Original {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Original", 5)?;
        out.serialize_field("message_id", &self.message_id)?;
        out.serialize_field("from", &self.from)?;
        out.serialize_field("to", &self.to)?;
        out.serialize_field("subject", &self.subject)?;
        out.serialize_field("date", &self.date)?;
        out.end()
    }
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Note", 2)?;
        out.serialize_field("code", self.code)?;
        out.serialize_field("text", &self.text)?;
        out.end()
    }
}
