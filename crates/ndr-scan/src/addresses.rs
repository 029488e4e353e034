//! Which addresses to drop, and to which to send again.

use crate::date;
use crate::row::Row;
use ndr::{Action, Entry, Kind, Retry, Suppress};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};

/// What became of the addresses that failed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Addresses(BTreeMap<String, Fate>);

#[derive(Clone, Debug)]
struct Fate {
    /// As it was first written.
    address: String,
    /// Bounces that can be told apart, and whether each counts against the address when it repeats. A copy of a bounce
    /// is the same bounce.
    bounces: BTreeMap<u64, bool>,
    /// How many bounces cannot be told apart, and how many of them count when they repeat.
    nameless: (u64, u64),
    /// The last message that says the address is gone.
    gone: Option<Decision>,
    /// The last message that counts when it repeats.
    repeated: Option<Decision>,
    /// The last message that leaves hope.
    hope: Option<Decision>,
    first: Option<i64>,
    last: Option<i64>,
}

/// A message, and what it says to do.
#[derive(Clone, Debug)]
struct Decision {
    entry: &'static Entry,
    retry: Retry,
    date: Option<i64>,
    source: String,
}

impl Addresses {
    pub(crate) fn add(&mut self, row: &Row<'_>, entry: &'static Entry) {
        let (Some(address), Some((suppress, retry))) = (row.address, row.advice) else { return };
        // A delay is still being tried, and nothing needs to be done about it. What was passed on did not fail.
        if row.kind != Kind::Failure || row.action.is_some_and(|action| action != Action::Failed) {
            return;
        }
        let repeats = suppress == Suppress::AfterRepeats;
        let decision =
            |counts: bool| counts.then(|| Decision { entry, retry, date: row.date, source: row.source.to_string() });
        let bounce = bounce(row);
        let fate = Fate {
            address: address.to_string(),
            nameless: if bounce.is_none() { (1, u64::from(repeats)) } else { (0, 0) },
            bounces: bounce.map(|bounce| (bounce, repeats)).into_iter().collect(),
            gone: decision(suppress == Suppress::Yes),
            repeated: decision(repeats),
            hope: decision(retry != Retry::No),
            first: row.date,
            last: row.date,
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

/// What tells the bounces of one address apart: the message that bounced, else when the report was written. `None` where
/// the report says neither.
fn bounce(row: &Row<'_>) -> Option<u64> {
    let mut hasher = DefaultHasher::new();
    match (row.message_id, row.date) {
        (Some(id), _) => id.hash(&mut hasher),
        (None, Some(date)) => (date, row.remote).hash(&mut hasher),
        (None, None) => return None,
    }
    Some(hasher.finish())
}

impl Fate {
    fn merge(&mut self, other: Fate) {
        let newer = |mine: &mut Option<Decision>, theirs: Option<Decision>| {
            let date = |decision: &Option<Decision>| decision.as_ref().map(|decision| decision.date);
            if theirs.is_some() && date(&theirs) >= date(mine) {
                *mine = theirs;
            }
        };
        newer(&mut self.gone, other.gone);
        newer(&mut self.repeated, other.repeated);
        newer(&mut self.hope, other.hope);
        for (bounce, repeats) in other.bounces {
            *self.bounces.entry(bounce).or_default() |= repeats;
        }
        self.nameless.0 += other.nameless.0;
        self.nameless.1 += other.nameless.1;
        self.first = [self.first, other.first].into_iter().flatten().min();
        self.last = self.last.max(other.last);
    }

    fn failures(&self) -> u64 {
        self.bounces.len() as u64 + self.nameless.0
    }

    fn suppressed(&self, repeats: u64) -> Option<Suppressed> {
        let counted = || self.bounces.values().filter(|repeats| **repeats).count() as u64 + self.nameless.1;
        let (decision, reason) = match (&self.gone, &self.repeated) {
            (Some(decision), _) => (decision, Suppress::Yes),
            (None, Some(decision)) if counted() >= repeats => (decision, Suppress::AfterRepeats),
            _ => return None,
        };
        Some(Suppressed {
            address: self.address.clone(),
            reason,
            entry: decision.entry,
            failures: self.failures(),
            first: self.first,
            last: self.last,
            source: decision.source.clone(),
        })
    }

    fn again(&self) -> Option<Again> {
        self.hope.as_ref().map(|decision| Again {
            address: self.address.clone(),
            entry: decision.entry,
            retry: decision.retry,
            failures: self.failures(),
            last: self.last,
            source: decision.source.clone(),
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
    /// How many messages to it bounced. Copies of one bounce count once.
    pub failures: u64,
    /// When the first of them was written, in seconds since 1970 (UTC).
    pub first: Option<i64>,
    /// When the last of them was written.
    pub last: Option<i64>,
    /// The message that decided: the last one that says so.
    pub source: String,
}

/// An address to send to again.
#[derive(Clone, Debug, PartialEq)]
pub struct Again {
    /// The address as it was first written.
    pub address: String,
    /// Why the mail failed: its `act` says who must act first where it may not simply be sent again.
    pub entry: &'static Entry,
    /// Whether it may simply be sent again.
    pub retry: Retry,
    /// How many messages to it bounced. Copies of one bounce count once.
    pub failures: u64,
    /// When the last of them was written, in seconds since 1970 (UTC).
    pub last: Option<i64>,
    /// The message that decided: the last one that leaves hope.
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
        out.serialize_field("retry", self.retry.slug())?;
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
