//! Lists of words that are looked for in one pass over a text, however many there are.

use aho_corasick::{AhoCorasick, AhoCorasickBuilder, AhoCorasickKind, MatchKind};
use std::sync::LazyLock;

/// A list of phrases. ASCII case does not matter unless said otherwise.
pub(crate) struct Cues {
    list: &'static [&'static str],
    finder: LazyLock<Option<AhoCorasick>>,
}

/// Makes a [`Cues`] of a list; a macro because a closure over the list must be a constant.
macro_rules! cues {
    ($list:expr) => {{
        const LIST: &[&str] = $list;
        crate::cues::Cues::new(LIST, || crate::cues::build(LIST, true))
    }};
    ($list:expr, case) => {{
        const LIST: &[&str] = $list;
        crate::cues::Cues::new(LIST, || crate::cues::build(LIST, false))
    }};
}
pub(crate) use cues;

/// Builds the automaton; `None` only for lists far beyond ours.
pub(crate) fn build(list: &[&str], ignore_case: bool) -> Option<AhoCorasick> {
    AhoCorasickBuilder::new()
        .ascii_case_insensitive(ignore_case)
        .match_kind(MatchKind::Standard)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(list)
        .ok()
}

impl Cues {
    pub(crate) const fn new(list: &'static [&'static str], build: fn() -> Option<AhoCorasick>) -> Cues {
        Cues { list, finder: LazyLock::new(build) }
    }

    /// Whether any of them stands in `text`.
    pub(crate) fn any(&self, text: impl AsRef<[u8]>) -> bool {
        self.finder.as_ref().is_some_and(|finder| finder.is_match(text.as_ref()))
    }

    /// Where each of them stands first, by its place in the list.
    pub(crate) fn first(&self, text: &str) -> Vec<Option<usize>> {
        let mut found = vec![None; self.list.len()];
        if let Some(finder) = self.finder.as_ref() {
            for hit in finder.find_overlapping_iter(text) {
                found[hit.pattern().as_usize()].get_or_insert(hit.start());
            }
        }
        found
    }

    /// Every place of every one: its number in the list, start and end.
    pub(crate) fn all(&self, text: &str) -> Vec<(usize, usize, usize)> {
        let Some(finder) = self.finder.as_ref() else { return Vec::new() };
        finder.find_overlapping_iter(text).map(|hit| (hit.pattern().as_usize(), hit.start(), hit.end())).collect()
    }

    pub(crate) const fn list(&self) -> &'static [&'static str] {
        self.list
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn overlapping_phrases_are_all_found() {
        static WORDS: super::Cues = cues!(&["host ", "ost x", "zzz"]);
        assert_eq!(WORDS.first("a HOST x"), [Some(2), Some(3), None]);
        assert!(WORDS.any("hOST x") && !WORDS.any("zz"));
        assert_eq!(WORDS.all("host host ").len(), 2);
    }
}
