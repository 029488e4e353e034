//! Failures with one root cause, told together: one blocked address behind 4,812 bounces is one incident.

use crate::counts::Counts;
use crate::date;
use crate::row::Row;
use ndr::{Category, Entry};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::collections::HashMap;

/// Most incidents that are told apart; what comes after is counted by its entry alone.
const INCIDENTS: usize = 10_000;
/// Most bytes of a shared value.
const LONGEST: usize = 255;
/// Most domains and servers that are counted by name for one incident.
const NAMES: usize = 100;
/// How many of them JSON names, the most frequent.
const SHOWN: usize = 20;

/// Failures that share their root cause.
#[derive(Clone, Debug)]
pub struct Incident {
    /// What happened: the entry of the catalogue.
    pub entry: &'static Entry,
    /// The value that they share, such as the blocked IP; `None` where the failures are independent, as with unknown
    /// mailboxes.
    pub shared: Option<Shared>,
    /// Failed or delayed recipients.
    pub count: u64,
    /// When the first report was written, in seconds since 1970 (UTC).
    pub first: Option<i64>,
    /// When the last report was written.
    pub last: Option<i64>,
    /// Domains of the recipients.
    pub domains: Counts,
    /// Servers that said it.
    pub remotes: Counts,
}

/// A value that failures share.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shared {
    /// What it is: a value of the diagnosis (`ip`, `domain`, `address`, `host`, `list`, ...), or where the server named
    /// none, `sender-domain`, `recipient-domain` or `subject`.
    pub name: &'static str,
    /// The value, domains in lower case.
    pub value: String,
}

/// Values that name a cause, the most telling first. Others, such as numbers and tags, differ from message to message.
const TELLING: [&str; 6] = ["ip", "source", "domain", "address", "host", "list"];

/// Incidents by what they share.
#[derive(Clone, Debug, Default)]
pub(crate) struct Incidents(HashMap<(&'static str, Option<Shared>), Incident>);

impl Incidents {
    pub(crate) fn add(&mut self, row: &Row<'_>, entry: &'static Entry) {
        let incident = self.of(entry, shared(row, entry.category));
        incident.count += 1;
        incident.seen(row.date, row.date);
        if let Some(domain) = row.address.and_then(domain_of) {
            incident.domains.add(&domain, 1);
        }
        if let Some(remote) = row.remote {
            incident.remotes.add(&remote.to_ascii_lowercase(), 1);
        }
    }

    /// The incident of that cause, a new one if there is none yet.
    fn of(&mut self, entry: &'static Entry, shared: Option<Shared>) -> &mut Incident {
        let mut key = (entry.slug, shared);
        if self.0.len() >= INCIDENTS && !self.0.contains_key(&key) {
            key.1 = None;
        }
        self.0.entry(key).or_insert_with_key(|key| Incident {
            entry,
            shared: key.1.clone(),
            count: 0,
            first: None,
            last: None,
            domains: Counts::new(NAMES),
            remotes: Counts::new(NAMES),
        })
    }

    pub(crate) fn merge(&mut self, other: Incidents) {
        // In a fixed order, in case the limit is reached.
        for incident in other.sorted() {
            self.of(incident.entry, incident.shared.clone()).merge(incident);
        }
    }

    /// The incidents, the largest first.
    pub(crate) fn sorted(self) -> Vec<Incident> {
        let mut all: Vec<Incident> = self.0.into_values().collect();
        all.sort_by(|a, b| {
            b.count.cmp(&a.count).then(a.entry.slug.cmp(b.entry.slug)).then_with(|| a.shared.cmp(&b.shared))
        });
        all
    }
}

impl Incident {
    fn merge(&mut self, other: Incident) {
        self.count += other.count;
        self.seen(other.first, other.last);
        self.domains.merge(other.domains);
        self.remotes.merge(other.remotes);
    }

    fn seen(&mut self, first: Option<i64>, last: Option<i64>) {
        self.first = [self.first, first].into_iter().flatten().min();
        self.last = self.last.max(last);
    }

    /// Whether several failures have this one cause: putting it right puts all of them right.
    pub fn is_one(&self) -> bool {
        self.shared.is_some() && self.count > 1
    }

    /// What to do first, with the shared value filled in.
    pub fn remedy(&self) -> Option<Remedy> {
        let values: Vec<_> = self.shared.iter().map(|shared| (shared.name, shared.value.clone())).collect();
        Remedy::of(self.entry, &values)
    }

    /// The incident in one line.
    ///
    /// ```
    /// use ndr_scan::{Input, Scan, Summary};
    /// let blocked = "550 5.7.606 Access denied, banned sending IP [203.0.113.7]";
    /// let rows = ["a", "b"].map(|row| (row.to_string(), blocked.as_bytes().to_vec()));
    /// let mut summary = Summary::new();
    /// Scan::new([Input::messages(rows)]).records().for_each(|record| summary.add(&record));
    /// let told = summary.incidents()[0].sentence();
    /// assert!(told.starts_with("one incident: 2 failures share the IP address 203.0.113.7"), "{told}");
    /// ```
    pub fn sentence(&self) -> String {
        let mut out = match &self.shared {
            Some(Shared { name, value }) if self.count > 1 => {
                let name = if *name == "ip" { "IP address".to_string() } else { name.replace('-', " ") };
                format!("one incident: {} failures share the {name} {value}", self.count)
            }
            _ if self.count == 1 => "one failure".to_string(),
            _ => format!("{} failures, each of its own", self.count),
        };
        out += &format!(": {}", self.entry.title);
        match (self.first, self.last) {
            (Some(first), Some(last)) if first == last => out += &format!(", {}", date::minute(first)),
            (Some(first), Some(last)) => out += &format!(", {} to {}", date::minute(first), date::minute(last)),
            _ => {}
        }
        out
    }
}

/// The domain of an address, in lower case.
pub(crate) fn domain_of(address: &str) -> Option<String> {
    let (_, domain) = address.rsplit_once('@')?;
    let domain = domain.split(|c: char| c == '>' || c == ',' || c == ';' || c.is_whitespace()).next()?;
    (!domain.is_empty()).then(|| domain.to_ascii_lowercase())
}

/// What makes this failure one with others.
fn shared(row: &Row<'_>, category: Category) -> Option<Shared> {
    if is_of_recipient(category) {
        return None;
    }
    let is_recipient = |value: &str| {
        [row.address, row.original_address].into_iter().flatten().any(|own| own.eq_ignore_ascii_case(value))
    };
    let named = TELLING.iter().find_map(|name| {
        let (_, value) = row.values.iter().find(|(known, value)| known == name && !is_recipient(value))?;
        Some(Shared { name, value: value.to_ascii_lowercase() })
    });
    let other = || {
        let (name, value) = if is_of_domain(category) {
            ("recipient-domain", row.address.and_then(domain_of))
        } else if is_of_message(category) {
            ("subject", row.subject.map(str::to_string))
        } else {
            ("sender-domain", row.from.and_then(domain_of))
        };
        value.map(|value| Shared { name, value })
    };
    let mut shared = named.or_else(other)?;
    if let Some((end, _)) = shared.value.char_indices().find(|(at, c)| at + c.len_utf8() > LONGEST) {
        shared.value.truncate(end);
    }
    Some(shared)
}

/// Whether the cause is one mailbox: failures of different recipients are unrelated.
fn is_of_recipient(category: Category) -> bool {
    use Category::*;
    matches!(
        category,
        MailboxUnknown | MailboxDisabled | MailboxMoved | MailboxFull | AddressInvalid | RecipientRestricted | Unknown
    )
}

/// Whether the cause is the recipient's domain or servers.
fn is_of_domain(category: Category) -> bool {
    use Category::*;
    matches!(
        category,
        DomainUnknown
            | RelayDenied
            | Throttled
            | TransportSecurity
            | Routing
            | HostUnreachable
            | Expired
            | SystemError
            | ProtocolError
            | Policy
    )
}

/// Whether the cause is the message, which others received too.
fn is_of_message(category: Category) -> bool {
    use Category::*;
    matches!(
        category,
        SpamContent | MaliciousContent | Content | MessageMalformed | MessageTooLarge | TooManyRecipients
    )
}

impl Serialize for Shared {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Shared", 2)?;
        out.serialize_field("name", self.name)?;
        out.serialize_field("value", &self.value)?;
        out.end()
    }
}

impl Serialize for Incident {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let entry = self.entry;
        let mut out = serializer.serialize_struct("Incident", 17)?;
        out.serialize_field("slug", entry.slug)?;
        out.serialize_field("provider", entry.provider)?;
        out.serialize_field("title", entry.title)?;
        out.serialize_field("category", entry.category.slug())?;
        out.serialize_field("act", &entry.act.iter().map(|actor| actor.slug()).collect::<Vec<_>>())?;
        out.serialize_field("security", &entry.security)?;
        out.serialize_field("shared", &self.shared)?;
        out.serialize_field("one", &self.is_one())?;
        out.serialize_field("count", &self.count)?;
        out.serialize_field("first", &self.first.map(date::written))?;
        out.serialize_field("last", &self.last.map(date::written))?;
        out.serialize_field("domains", &self.domains.top(SHOWN))?;
        out.serialize_field("domains_distinct", &self.domains.distinct())?;
        out.serialize_field("remotes", &self.remotes.top(SHOWN))?;
        out.serialize_field("remotes_distinct", &self.remotes.distinct())?;
        out.serialize_field("remedy", &self.remedy())?;
        out.serialize_field("sentence", &self.sentence())?;
        out.end()
    }
}

/// The first step against a cause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remedy {
    /// Whom the step is written for: `admin`, or `sender` where an admin has nothing to do. Who must act is the entry's
    /// `act`.
    pub reader: &'static str,
    /// The step.
    pub step: String,
}

impl Remedy {
    /// The first step of an entry, for an admin if there is one: admins are the ones who look at many bounces.
    pub(crate) fn of(entry: &Entry, values: &[(&'static str, String)]) -> Option<Remedy> {
        let (reader, steps) = match entry.steps_admin {
            [] => ("sender", entry.steps_sender),
            steps => ("admin", steps),
        };
        Some(Remedy { reader, step: ndr::fill(steps.first()?, values) })
    }
}

impl Serialize for Remedy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Remedy", 2)?;
        out.serialize_field("reader", self.reader)?;
        out.serialize_field("step", &self.step)?;
        out.end()
    }
}
