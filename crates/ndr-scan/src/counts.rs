//! How often each name was met.

use serde::ser::{Serialize, SerializeMap, Serializer};
use std::collections::BTreeMap;

/// The longest name that is kept: no domain is longer (RFC 1035 section 2.3.4).
const LONGEST: usize = 255;

/// Names with how often they were met. Names beyond a bound are counted together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts {
    counts: BTreeMap<String, u64>,
    rest: u64,
    most: usize,
}

impl Counts {
    /// None yet; at most so many are counted separately.
    pub(crate) fn new(most: usize) -> Counts {
        Counts { counts: BTreeMap::new(), rest: 0, most }
    }

    pub(crate) fn add(&mut self, name: &str, n: u64) {
        if let Some(count) = self.counts.get_mut(name) {
            *count += n;
        } else if self.counts.len() < self.most && name.len() <= LONGEST {
            self.counts.insert(name.to_string(), n);
        } else {
            self.rest += n;
        }
    }

    pub(crate) fn merge(&mut self, other: Counts) {
        for (name, n) in other.counts {
            self.add(&name, n);
        }
        self.rest += other.rest;
    }

    /// How often that name was met.
    pub fn get(&self, name: &str) -> u64 {
        self.counts.get(name).copied().unwrap_or(0)
    }

    /// How many names are told apart.
    pub fn distinct(&self) -> usize {
        self.counts.len()
    }

    /// The most frequent names, with the number of all others under an empty name.
    pub fn top(&self, most: usize) -> Top<'_> {
        let mut rows: Vec<(&str, u64)> = self.counts.iter().map(|(name, n)| (name.as_str(), *n)).collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        let rest = self.rest + rows.iter().skip(most).map(|(_, n)| n).sum::<u64>();
        rows.truncate(most);
        if rest > 0 {
            rows.push(("", rest));
        }
        Top(rows)
    }
}

/// Names with their counts, the most frequent first; the empty name counts all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Top<'c>(pub Vec<(&'c str, u64)>);

impl Serialize for Top<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(Some(self.0.len()))?;
        for (name, n) in &self.0 {
            out.serialize_entry(name, n)?;
        }
        out.end()
    }
}
