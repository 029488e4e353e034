//! The route of a message from server to server: its hops in order of time, and how long each took.

use super::hop::Hop;
use super::time::Moment;
use super::{hosts, received};
use crate::mail::headers::Headers;
use crate::vocabulary::named;
use ndr_resolve::Catalog;

/// The most hops that are kept. Servers reject a message after about thirty.
const MOST_HOPS: usize = 10_000;

named! {
    /// What the hops were read from.
    PathSource {
        /// `Received` and `X-Received` fields.
        Received = "received",
        /// The table of hops that Exchange prints in its reports.
        MessageHops = "message-hops",
    }
}

/// The route of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Path {
    /// What the hops were read from; `None` where there are none.
    pub source: Option<PathSource>,
    /// The hops, oldest first.
    pub hops: Vec<Hop>,
    /// Seconds from the first to the last time that can be trusted; `None` where fewer than two can.
    pub total: Option<u64>,
    /// The number of the hop that took longest, from 1; `None` where no delay is over a second.
    pub slowest: Option<usize>,
    /// How many hops were left out because there were more than 10,000.
    pub omitted: usize,
}

impl Path {
    /// Reads the path from a header. Servers add their field at the top, so the last is the oldest.
    pub(crate) fn of_headers(headers: &Headers<'_>, catalog: &Catalog) -> Path {
        let fields: Vec<(&'static str, &[u8])> = headers
            .iter()
            .filter_map(|(name, value)| {
                let field = ["Received", "X-Received"].into_iter().find(|known| name.eq_ignore_ascii_case(known))?;
                Some((field, value))
            })
            .collect();
        let omitted = fields.len().saturating_sub(MOST_HOPS);
        let hops = fields.iter().rev().take(MOST_HOPS).map(|(field, value)| received::read(field, value)).collect();
        Path::of_hops(PathSource::Received, hops, omitted, catalog)
    }

    /// Builds the path with its delays and scopes from hops in order. The catalogue names the provider of a host.
    pub(crate) fn of_hops(source: PathSource, mut hops: Vec<Hop>, omitted: usize, catalog: &Catalog) -> Path {
        for (n, hop) in hops.iter_mut().enumerate() {
            hop.number = n + 1;
            hop.scope = hosts::scope(hop, catalog);
        }
        let (first, last) = reckon(&mut hops);
        let total = first.zip(last).filter(|_| hops.iter().filter(|hop| hop.delay.is_some()).count() > 0);
        let slowest = hops
            .iter()
            .filter(|hop| hop.delay.is_some_and(|delay| delay > 1))
            // The earliest of equals.
            .max_by_key(|hop| (hop.delay, std::cmp::Reverse(hop.number)))
            .map(|hop| hop.number);
        Path {
            source: (!hops.is_empty()).then_some(source),
            total: total.map(|(first, last)| last.unix().abs_diff(first.unix())),
            slowest,
            hops,
            omitted,
        }
    }
}

/// Fills in delays and skews, and gives the first and last time that can be trusted.
///
/// Time never runs backwards, so where it seems to, a clock is wrong. The longest run of times that do not go back is
/// taken as right: it blames as few clocks as possible, and of two candidates, the one that makes the route longer.
/// O(n log n).
fn reckon(hops: &mut [Hop]) -> (Option<Moment>, Option<Moment>) {
    let timed: Vec<(usize, Moment)> =
        hops.iter().enumerate().filter_map(|(n, hop)| hop.time.map(|time| (n, time))).collect();
    let right = longest_rising(&timed.iter().map(|(_, time)| *time).collect::<Vec<_>>());
    let mut last: Option<Moment> = None;
    let mut next = None;
    // Of each time, the next right one behind it, from the end on.
    let after: Vec<Option<Moment>> = timed
        .iter()
        .zip(&right)
        .rev()
        .map(|((_, time), right)| if *right { next.replace(*time) } else { next })
        .collect();
    let first = timed.iter().zip(&right).find(|(_, right)| **right).map(|((_, time), _)| *time);
    for (((n, time), right), after) in timed.iter().zip(&right).zip(after.iter().rev()) {
        let Some(hop) = hops.get_mut(*n) else { continue };
        if *right {
            hop.delay = last.map(|last| time.unix().abs_diff(last.unix()));
            last = Some(*time);
        } else if let Some(last) = last.filter(|last| time < last) {
            hop.skew = Some(time.unix() - last.unix());
        } else if let Some(next) = after.filter(|next| *time > *next) {
            hop.skew = Some(time.unix() - next.unix());
        }
    }
    (first, last)
}

/// Which items belong to the longest run that never falls; of several, the one that spans least time.
fn longest_rising(times: &[Moment]) -> Vec<bool> {
    let mut ranks: Vec<Moment> = times.to_vec();
    ranks.sort_unstable();
    ranks.dedup();
    // A tree of prefix maxima (Fenwick) over the ranks: the best run that ends at or below a time, by its length, then
    // by how late it begins.
    let mut best: Vec<Option<Run>> = vec![None; ranks.len() + 1];
    let mut runs: Vec<Run> = Vec::with_capacity(times.len());
    let mut before: Vec<Option<usize>> = Vec::with_capacity(times.len());
    for (at, time) in times.iter().enumerate() {
        let rank = ranks.partition_point(|known| known <= time);
        let mut found: Option<Run> = None;
        let mut node = rank;
        while node > 0 {
            found = found.max(best.get(node).copied().flatten());
            node &= node - 1;
        }
        let start = found.map_or(*time, |run| run.start);
        let run = Run { length: found.map_or(1, |run| run.length + 1), start, earlier: std::cmp::Reverse(at) };
        before.push(found.map(|run| run.earlier.0));
        let mut node = rank;
        while let Some(known) = best.get_mut(node) {
            *known = (*known).max(Some(run));
            node += node & node.wrapping_neg();
        }
        runs.push(run);
    }
    let ends = times.iter().zip(&runs).enumerate();
    let last =
        ends.min_by_key(|(at, (time, run))| (std::cmp::Reverse(run.length), time.unix() - run.start.unix(), *at));
    let mut right = vec![false; times.len()];
    let mut at = last.map(|(at, _)| at);
    while let Some(item) = at {
        if let Some(right) = right.get_mut(item) {
            *right = true;
        }
        at = before.get(item).copied().flatten();
    }
    right
}

/// A run of times that never falls, compared by length, then by start; of equals, the one that ends at the earlier hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Run {
    length: usize,
    start: Moment,
    earlier: std::cmp::Reverse<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Delays and skews of hops at these seconds.
    fn reckoned(seconds: &[i64]) -> Vec<(Option<u64>, Option<i64>)> {
        let hop = |second: &i64| {
            let mut hop = Hop::new("Received", String::new());
            hop.time = Moment::parse(&format!("21 Jan 2025 10:{:02}:{:02} +0000", second / 60, second % 60));
            hop
        };
        let path = Path::of_hops(PathSource::Received, seconds.iter().map(hop).collect(), 0, crate::catalog());
        path.hops.iter().map(|hop| (hop.delay, hop.skew)).collect()
    }

    #[test]
    fn clocks_that_fit() {
        assert_eq!(reckoned(&[0, 5, 5, 9]), [(None, None), (Some(5), None), (Some(0), None), (Some(4), None)]);
    }

    #[test]
    fn one_wrong_clock_is_one_flag() {
        assert_eq!(reckoned(&[300, 0, 305]), [(None, None), (None, Some(-300)), (Some(5), None)]);
        assert_eq!(reckoned(&[0, 900, 4, 9]), [(None, None), (None, Some(896)), (Some(4), None), (Some(5), None)]);
        assert_eq!(reckoned(&[10, 8]), [(None, None), (None, Some(-2))]);
    }
}
