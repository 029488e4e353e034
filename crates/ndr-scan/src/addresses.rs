//! Which addresses to drop, and to which to send again.

use crate::date;
use crate::row::Row;
use ndr::{Action, Entry, Kind, Retry, Suppress};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::collections::BTreeMap;

/// What became of the addresses that failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses(BTreeMap<String, Fate>);

#[derive(Clone, Debug)]
struct Fate {
    /// As it was first written.
    address: String,
    failures: u64,
    /// Failures that count against the address when they repeat.
    repeats: u64,
    /// The entry that says the address is gone.
    gone: Option<&'static Entry>,
    /// The last entry that counts when it repeats.
    repeated: Option<&'static Entry>,
    /// The last entry that leaves hope.
    hope: Option<&'static Entry>,
    first: Option<i64>,
    last: Option<i64>,
    source: String,
}

impl Addresses {
    pub(crate) fn add(&mut self, row: &Row<'_>, entry: &'static Entry) {
        let Some(address) = row.address else { return };
        // A delay is still being tried, and nothing needs to be done about it.
        if row.kind != Kind::Failure || matches!(row.action, Some(Action::Delayed | Action::Delivered)) {
            return;
        }
        let fate = Fate {
            address: address.to_string(),
            failures: 1,
            repeats: u64::from(entry.suppress == Suppress::AfterRepeats),
            gone: (entry.suppress == Suppress::Yes).then_some(entry),
            repeated: (entry.suppress == Suppress::AfterRepeats).then_some(entry),
            hope: (entry.retry != Retry::No).then_some(entry),
            first: row.date,
            last: row.date,
            source: row.source.to_string(),
        };
        self.join(address.to_lowercase(), fate);
    }

    fn join(&mut self, key: String, fate: Fate) {
        match self.0.get_mut(&key) {
            Some(known) => known.merge(fate),
            None => {
                self.0.insert(key, fate);
            }
        }
    }

    pub(crate) fn merge(&mut self, other: Addresses) {
        for (key, fate) in other.0 {
            self.join(key, fate);
        }
    }

    /// Addresses to drop: those that are gone, and those that failed again and again.
    pub(crate) fn suppress(&self, repeats: u64) -> Vec<Suppressed> {
        self.0.values().filter_map(|fate| fate.suppressed(repeats)).collect()
    }

    /// Addresses to send to again, at once or after a fix.
    pub(crate) fn retry(&self, repeats: u64) -> Vec<Again> {
        let left = self.0.values().filter(|fate| fate.suppressed(repeats).is_none());
        left.filter_map(Fate::again).collect()
    }
}

impl Fate {
    fn merge(&mut self, other: Fate) {
        let later = other.last >= self.last;
        let newer = |mine: &mut Option<&'static Entry>, theirs: Option<&'static Entry>| {
            if theirs.is_some() && (later || mine.is_none()) {
                *mine = theirs;
            }
        };
        newer(&mut self.gone, other.gone);
        newer(&mut self.repeated, other.repeated);
        newer(&mut self.hope, other.hope);
        if later {
            self.source = other.source;
        }
        self.failures += other.failures;
        self.repeats += other.repeats;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
    }

    fn suppressed(&self, repeats: u64) -> Option<Suppressed> {
        let (entry, reason) = match (self.gone, self.repeated) {
            (Some(entry), _) => (entry, Suppress::Yes),
            (None, Some(entry)) if self.repeats >= repeats => (entry, Suppress::AfterRepeats),
            _ => return None,
        };
        Some(Suppressed {
            address: self.address.clone(),
            reason,
            entry,
            failures: self.failures,
            first: self.first,
            last: self.last,
            source: self.source.clone(),
        })
    }

    fn again(&self) -> Option<Again> {
        self.hope.map(|entry| Again {
            address: self.address.clone(),
            entry,
            failures: self.failures,
            last: self.last,
            source: self.source.clone(),
        })
    }
}

/// An address to drop.
#[derive(Clone, Debug, PartialEq)]
pub struct Suppressed {
    /// The address as it was first written.
    pub address: String,
    /// [`Suppress::Yes`] where it is gone, [`Suppress::AfterRepeats`] where it failed again and again.
    pub reason: Suppress,
    /// What says so.
    pub entry: &'static Entry,
    /// How many reports say that mail to it failed.
    pub failures: u64,
    /// When the first of them was written, in seconds since 1970 (UTC).
    pub first: Option<i64>,
    /// When the last of them was written.
    pub last: Option<i64>,
    /// The source of the last one.
    pub source: String,
}

/// An address to send to again.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    /// The address as it was first written.
    pub address: String,
    /// Why the mail failed: `retry` says whether it may simply be sent again, `act` who must act first where not.
    pub entry: &'static Entry,
    /// How many reports say that mail to it failed.
    pub failures: u64,
    /// When the last of them was written, in seconds since 1970 (UTC).
    pub last: Option<i64>,
    /// Its source.
    pub source: String,
}

impl Serialize for Suppressed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Suppressed", 9)?;
        out.serialize_field("address", &self.address)?;
        out.serialize_field("reason", self.reason.slug())?;
        out.serialize_field("slug", self.entry.slug)?;
        out.serialize_field("title", self.entry.title)?;
        out.serialize_field("category", self.entry.category.slug())?;
        out.serialize_field("failures", &self.failures)?;
        out.serialize_field("first", &self.first.map(date::written))?;
        out.serialize_field("last", &self.last.map(date::written))?;
        out.serialize_field("source", &self.source)?;
        out.end()
    }
}

impl Serialize for Again {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.entry;
        let mut out = serializer.serialize_struct("Again", 9)?;
        out.serialize_field("address", &self.address)?;
        out.serialize_field("retry", entry.retry.slug())?;
        out.serialize_field("act", &entry.act.iter().map(|actor| actor.slug()).collect::<Vec<_>>())?;
        out.serialize_field("slug", entry.slug)?;
        out.serialize_field("title", entry.title)?;
        out.serialize_field("category", entry.category.slug())?;
        out.serialize_field("failures", &self.failures)?;
        out.serialize_field("last", &self.last.map(date::written))?;
        out.serialize_field("source", &self.source)?;
        out.end()
    }
}
