//! A scan in a few lines: what there was, why, and what to do first.

use crate::addresses::{Addresses, Again, Suppressed};
use crate::counts::Counts;
use crate::incident::{Incident, Incidents, Remedy, domain_of};
use crate::row::Row;
use crate::{ErrorKind, Record, date};
use ndr::{Entry, Kind, sanitize};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Most recipient domains that are told apart.
const DOMAINS: usize = 20_000;
/// How many of them JSON names, the most frequent.
const SHOWN: usize = 100;
/// How many incidents and remedies people are shown.
const FIRST: usize = 5;

/// What a scan found, counted. Summaries of parts can be merged, in the order of the parts, to that of the whole.
///
/// ```
/// use ndr_scan::{Input, Scan, Summary};
/// let rows = (0..500).map(|n| (n.to_string(), b"550 5.1.1 User unknown".to_vec()));
/// let mut all = Summary::new();
/// for part in Scan::new([Input::messages(rows)]).fold(Summary::new, |part, record| part.add(&record)) {
///     all.merge(part);
/// }
/// assert_eq!(all.messages(), 500);
/// ```
#[derive(Clone, Debug)]
pub struct Summary {
    pub(crate) messages: u64,
    errors: u64,
    skipped: u64,
    panics: u64,
    kinds: BTreeMap<&'static str, u64>,
    categories: BTreeMap<&'static str, u64>,
    acts: BTreeMap<&'static str, u64>,
    causes: BTreeMap<&'static str, (&'static Entry, u64)>,
    domains: Counts,
    days: BTreeMap<String, Day>,
    incidents: Incidents,
    addresses: Option<Addresses>,
}

/// Messages of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Day {
    /// Reports of failure.
    pub failures: u64,
    /// Warnings of delay.
    pub delays: u64,
    /// All other messages.
    pub others: u64,
}

impl Default for Summary {
    fn default() -> Self {
        Summary::new()
    }
}

impl Summary {
    /// Nothing yet.
    pub fn new() -> Summary {
        Summary {
            messages: 0,
            errors: 0,
            skipped: 0,
            panics: 0,
            kinds: BTreeMap::new(),
            categories: BTreeMap::new(),
            acts: BTreeMap::new(),
            causes: BTreeMap::new(),
            domains: Counts::new(DOMAINS),
            days: BTreeMap::new(),
            incidents: Incidents::default(),
            addresses: None,
        }
    }

    /// Nothing yet; addresses will be remembered for [`suppress`](Self::suppress) and [`retry`](Self::retry), which
    /// takes memory for each of them.
    pub fn with_addresses() -> Summary {
        Summary { addresses: Some(Addresses::default()), ..Summary::new() }
    }

    /// Counts a record.
    pub fn add(&mut self, record: &Record) {
        self.messages += 1;
        let report = match &record.result {
            Ok(report) => report,
            Err(error) => return self.error(error.kind),
        };
        self.message(report.kind, record.date);
        for recipient in &report.recipients {
            self.recipient(&Row::of(record, report, recipient));
        }
    }

    /// Counts a message that could not be read.
    pub(crate) fn error(&mut self, kind: ErrorKind) {
        match kind {
            ErrorKind::Skipped => self.skipped += 1,
            ErrorKind::Panic => (self.errors, self.panics) = (self.errors + 1, self.panics + 1),
            ErrorKind::Unreadable | ErrorKind::Limit | ErrorKind::NotMail => self.errors += 1,
        }
    }

    /// Counts a message that could be read.
    pub(crate) fn message(&mut self, kind: Kind, date: Option<i64>) {
        *self.kinds.entry(kind.slug()).or_default() += 1;
        if let Some(seconds) = date {
            let day = self.days.entry(date::day(seconds)).or_default();
            match kind {
                Kind::Failure => day.failures += 1,
                Kind::Delay => day.delays += 1,
                _ => day.others += 1,
            }
        }
    }

    /// Counts one recipient of a message.
    pub(crate) fn recipient(&mut self, row: &Row<'_>) {
        if !matches!(row.kind, Kind::Failure | Kind::Delay) {
            return;
        }
        if let Some(domain) = row.address.and_then(domain_of) {
            self.domains.add(&domain, 1);
        }
        let Some(entry) = row.entry else {
            *self.categories.entry(ndr::Category::Unknown.slug()).or_default() += 1;
            return;
        };
        *self.categories.entry(entry.category.slug()).or_default() += 1;
        if let Some(actor) = entry.act.first() {
            *self.acts.entry(actor.slug()).or_default() += 1;
        }
        self.causes.entry(entry.slug).or_insert((entry, 0)).1 += 1;
        self.incidents.add(row, entry);
        if let Some(addresses) = &mut self.addresses {
            addresses.add(row, entry);
        }
    }

    /// Adds a later summary.
    pub fn merge(&mut self, other: Summary) {
        self.messages += other.messages;
        self.errors += other.errors;
        self.skipped += other.skipped;
        self.panics += other.panics;
        for (mine, theirs) in
            [(&mut self.kinds, other.kinds), (&mut self.categories, other.categories), (&mut self.acts, other.acts)]
        {
            for (key, n) in theirs {
                *mine.entry(key).or_default() += n;
            }
        }
        for (slug, (entry, n)) in other.causes {
            self.causes.entry(slug).or_insert((entry, 0)).1 += n;
        }
        for (day, theirs) in other.days {
            let mine = self.days.entry(day).or_default();
            mine.failures += theirs.failures;
            mine.delays += theirs.delays;
            mine.others += theirs.others;
        }
        self.domains.merge(other.domains);
        self.incidents.merge(other.incidents);
        match (&mut self.addresses, other.addresses) {
            (Some(mine), Some(theirs)) => mine.merge(theirs),
            (None, Some(theirs)) => self.addresses = Some(theirs),
            (_, None) => {}
        }
    }

    /// Messages, with those that could not be read and what was skipped.
    pub fn messages(&self) -> u64 {
        self.messages
    }

    /// Messages that could not be read, or that a limit or a fault of ndr stopped.
    pub fn errors(&self) -> u64 {
        self.errors
    }

    /// What was not opened on purpose.
    pub fn skipped(&self) -> u64 {
        self.skipped
    }

    /// Days with what their reports say, in order.
    pub fn days(&self) -> impl Iterator<Item = (&str, Day)> {
        self.days.iter().map(|(day, counts)| (day.as_str(), *counts))
    }

    /// Messages by what they are.
    pub fn kinds(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.kinds.iter().map(|(name, count)| (*name, *count))
    }

    /// Failed and delayed recipients by the category of their diagnosis.
    pub fn categories(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.categories.iter().map(|(name, count)| (*name, *count))
    }

    /// Failed and delayed recipients by who must act first.
    ///
    /// ```
    /// use ndr_scan::{Record, Summary};
    /// let mut summary = Summary::new();
    /// summary.add(&Record::decoded("a.eml", b"550 5.1.1 User unknown", &ndr::Decoder::new()));
    /// assert_eq!(summary.kinds().collect::<Vec<_>>(), [("failure", 1)]);
    /// assert_eq!(summary.categories().collect::<Vec<_>>(), [("mailbox-unknown", 1)]);
    /// assert_eq!(summary.acts().collect::<Vec<_>>(), [("sender", 1)]);
    /// ```
    pub fn acts(&self) -> impl Iterator<Item = (&'static str, u64)> {
        self.acts.iter().map(|(name, count)| (*name, *count))
    }

    /// Failed and delayed recipients by their domain.
    pub fn domains(&self) -> &Counts {
        &self.domains
    }

    /// Failures by root cause, the largest group first.
    pub fn incidents(&self) -> Vec<Incident> {
        self.incidents.clone().sorted()
    }

    /// Addresses to drop from lists, in alphabetical order: those that are gone, and those with at least `repeats`
    /// failures that count when they repeat, such as a full mailbox. What was the sender's own trouble never counts, and
    /// copies of one bounce count once. Each names the message that decided.
    /// Empty unless [`with_addresses`](Self::with_addresses) began the summary.
    ///
    /// ```
    /// use ndr_scan::{Record, Summary};
    /// let gone = b"<gone@example.net>: host mx.example.net said: 550 5.1.1 User unknown (in reply to RCPT TO command)";
    /// let mut summary = Summary::with_addresses();
    /// summary.add(&Record::decoded("a.eml", gone, &ndr::Decoder::new()));
    /// assert_eq!(summary.suppress(3)[0].address, "gone@example.net");
    /// ```
    pub fn suppress(&self, repeats: u64) -> Vec<Suppressed> {
        self.addresses.as_ref().map(|addresses| addresses.suppress(repeats)).unwrap_or_default()
    }

    /// Addresses to send to again, in alphabetical order, without those to drop: at once where `retry` is
    /// `as-is`, else once `act` has put the cause right.
    ///
    /// ```
    /// use ndr_scan::{Record, Summary};
    /// let full = b"<full@example.net>: host mx.example.net said: 552 5.2.2 Mailbox full (in reply to RCPT TO command)";
    /// let mut summary = Summary::with_addresses();
    /// summary.add(&Record::decoded("a.eml", full, &ndr::Decoder::new()));
    /// assert_eq!(summary.retry(3)[0].address, "full@example.net");
    /// assert!(summary.retry(1).is_empty());
    /// ```
    pub fn retry(&self, repeats: u64) -> Vec<Again> {
        self.addresses.as_ref().map(|addresses| addresses.retry(repeats)).unwrap_or_default()
    }
}

/// The summary for people. What comes from mail is made safe for a terminal.
impl std::fmt::Display for Summary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} messages", self.messages)?;
        for (n, what) in [(self.errors, "unreadable"), (self.skipped, "skipped")] {
            if n > 0 {
                write!(f, ", {n} {what}")?;
            }
        }
        if self.panics > 0 {
            write!(f, " ({} of them by a fault of ndr: please report it)", self.panics)?;
        }
        f.write_char('\n')?;
        for (title, counts) in [("kind", &self.kinds), ("category", &self.categories), ("who acts", &self.acts)] {
            if !counts.is_empty() {
                let mut rows: Vec<_> = counts.iter().collect();
                rows.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
                let rows: Vec<_> = rows.iter().take(8).map(|(name, n)| format!("{name} {n}")).collect();
                writeln!(f, "  {title:<9} {}", rows.join(", "))?;
            }
        }
        let incidents: Vec<Incident> = self.incidents().into_iter().filter(Incident::is_one).take(FIRST).collect();
        if !incidents.is_empty() {
            writeln!(f, "  incidents")?;
        }
        let mut causes = self.causes.clone();
        for incident in incidents {
            writeln!(f, "  {:>8}  {}", incident.count, sanitize::terminal(&incident.sentence()))?;
            if let Some(remedy) = incident.remedy() {
                writeln!(f, "            {}: {}", remedy.reader, sanitize::terminal(&remedy.step))?;
            }
            if let Some((_, n)) = causes.get_mut(incident.entry.slug) {
                *n -= incident.count;
            }
        }
        // What is told already is not told again.
        let mut causes: Vec<_> = causes.into_values().filter(|(_, n)| *n > 0).collect();
        causes.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.slug.cmp(b.0.slug)));
        if !causes.is_empty() {
            writeln!(f, "  top remedies")?;
        }
        for (entry, n) in causes.iter().take(FIRST) {
            let step = Remedy::of(entry, &[]).map_or(entry.title.to_string(), |remedy| remedy.step);
            writeln!(f, "  {n:>8}  {}: {step}", entry.slug)?;
        }
        Ok(())
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Day", 3)?;
        out.serialize_field("failures", &self.failures)?;
        out.serialize_field("delays", &self.delays)?;
        out.serialize_field("others", &self.others)?;
        out.end()
    }
}

impl Serialize for Summary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Summary", 9)?;
        out.serialize_field("messages", &self.messages)?;
        out.serialize_field("errors", &self.errors)?;
        out.serialize_field("skipped", &self.skipped)?;
        out.serialize_field("kinds", &self.kinds)?;
        out.serialize_field("categories", &self.categories)?;
        out.serialize_field("acts", &self.acts)?;
        out.serialize_field("domains", &self.domains.top(SHOWN))?;
        out.serialize_field("days", &self.days)?;
        out.serialize_field("incidents", &self.incidents())?;
        out.end()
    }
}
