//! Lists of phrases that are looked for in one pass over a text, however many there are.
//!
//! Each phrase is filed under two adjacent *grams*: runs of four letters of it that are rare in running text and that
//! few other phrases have. A pass looks at every second place of the text, asks a small bitmap whether the four letters
//! there are anybody's gram, and compares phrases only where they are. That is a few instructions for each byte, and
//! building it takes microseconds: an Aho-Corasick automaton of the same lists costs several times as much in both.
//! (Where a list has a phrase of fewer than five letters, there is one gram for each, of three or four letters, and a
//! look at every place.)

use std::sync::LazyLock;

/// A list of phrases. ASCII case does not matter unless said otherwise.
pub(crate) struct Phrases {
    list: &'static [&'static str],
    grams: LazyLock<Grams>,
}

/// Makes a [`Phrases`] of a list; a macro because a closure over the list must be a constant.
macro_rules! phrases {
    ($list:expr) => {{
        const LIST: &[&str] = $list;
        crate::text::search::Phrases::new(LIST, || crate::text::search::Grams::build(LIST, true))
    }};
    ($list:expr, case) => {{
        const LIST: &[&str] = $list;
        crate::text::search::Phrases::new(LIST, || crate::text::search::Grams::build(LIST, false))
    }};
}
pub(crate) use phrases;

/// Declares a [`Phrases`] of several lists that are looked for together: each list's name is the range of its numbers.
macro_rules! phrase_lists {
    (static $name:ident ($($case:ident)?): $($(#[$doc:meta])* $list:ident = [$($phrase:literal),+ $(,)?];)+) => {
        pub(crate) static $name: Phrases = crate::text::search::phrases!(&[$($($phrase,)+)+] $(, $case)?);
        crate::text::search::phrase_lists!(@from 0; $($(#[$doc])* $list = [$($phrase),+];)+);
    };
    (@from $start:expr; $(#[$doc:meta])* $list:ident = [$($phrase:literal),+]; $($rest:tt)*) => {
        $(#[$doc])*
        #[allow(dead_code, reason = "a list that no caller asks for by name still parts its neighbours")]
        pub(crate) const $list: std::ops::Range<usize> = $start..$start + [$($phrase),+].len();
        crate::text::search::phrase_lists!(@from $list.end; $($rest)*);
    };
    (@from $start:expr;) => {};
}
pub(crate) use phrase_lists;

/// A phrase that was found: its number in the list, and its byte span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) number: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Phrases {
    pub(crate) const fn new(list: &'static [&'static str], build: fn() -> Grams) -> Phrases {
        Phrases { list, grams: LazyLock::new(build) }
    }

    /// Whether any of them stands in `text`.
    pub(crate) fn any(&self, text: impl AsRef<[u8]>) -> bool {
        self.grams.find(self.list, text.as_ref()).next().is_some()
    }

    /// The one that stands first in `text`, by where it begins.
    pub(crate) fn earliest(&self, text: &str) -> Option<Hit> {
        self.find(text).min_by_key(|hit| hit.start)
    }

    /// Every place of every one. Those of one phrase come in order.
    pub(crate) fn find<'t>(&'t self, text: &'t str) -> impl Iterator<Item = Hit> + 't {
        self.grams.find(self.list, text.as_bytes())
    }
}

/// Bits of a hash that choose a bit of the bitmap: 2 KB, so that few grams of a text that are nobody's find theirs set.
const BITS: u32 = 14;
/// How much rarer a gram must be to make up for twice as many phrases that share it.
const CROWDED: i32 = 3;
/// Bits of a hash that choose where to look among the slots.
const DIR_BITS: u32 = 9;

/// The grams of a list of phrases.
pub(crate) struct Grams {
    ignore_case: bool,
    /// How many letters a gram has.
    width: usize,
    /// At every how many places a text is looked at, which is also how many grams each phrase has.
    step: usize,
    bitmap: Box<[u64; 1 << (BITS - 6)]>,
    /// For the first bits of a hash, where the slots with greater or equal ones begin.
    dir: Box<[u16; 1 << DIR_BITS]>,
    /// Hash of a gram, number of the phrase, where in the phrase the gram stands; sorted. Hashing loses nothing.
    slots: Vec<(u32, u16, u16)>,
}

impl Grams {
    /// Files the phrases of `list`. Each must have three bytes or more; a shorter one is never found.
    pub(crate) fn build(list: &[&str], ignore_case: bool) -> Grams {
        let shortest = list.iter().map(|phrase| phrase.len()).min().unwrap_or(5);
        let (width, step) = if shortest >= 5 { (4, 2) } else { (shortest.clamp(3, 4), 1) };
        let bitmap = Box::new([0; 1 << (BITS - 6)]);
        let dir = Box::new([0; 1 << DIR_BITS]);
        let mut grams = Grams { ignore_case, width, step, bitmap, dir, slots: Vec::with_capacity(list.len() * step) };
        // How many phrases have a gram: those that share one are all looked at where it stands. Counted roughly.
        let mut owners = vec![0u16; 1 << 12];
        let roughly = |gram: &[u8]| (hash(gram) >> 20) as usize;
        for gram in list.iter().flat_map(|phrase| phrase.as_bytes().windows(width)) {
            if let Some(count) = owners.get_mut(roughly(gram)) {
                *count += 1;
            }
        }
        let crowd = |gram: &[u8]| owners.get(roughly(gram)).map_or(0, |count| count.max(&1).ilog2());
        let worth = |run: &[u8]| rarity(run) as i32 - CROWDED * run.windows(width).map(crowd).sum::<u32>() as i32;
        for (number, phrase) in list.iter().enumerate() {
            let runs = phrase.as_bytes().windows(width + step - 1).enumerate();
            let Some((at, run)) = runs.max_by_key(|(at, run)| (worth(run), std::cmp::Reverse(*at))) else { continue };
            for (offset, gram) in run.windows(width).enumerate() {
                let hash = hash(gram);
                grams.slots.push((hash, number as u16, (at + offset) as u16));
                let bit = (hash >> (32 - BITS)) as usize;
                if let Some(word) = grams.bitmap.get_mut(bit >> 6) {
                    *word |= 1 << (bit & 63);
                }
            }
        }
        grams.slots.sort_unstable();
        let mut slots = grams.slots.iter().map(|slot| slot.0 >> (32 - DIR_BITS)).peekable();
        let mut before = 0;
        for (bits, from) in grams.dir.iter_mut().enumerate() {
            while slots.next_if(|slot| (*slot as usize) < bits).is_some() {
                before += 1;
            }
            *from = before;
        }
        grams
    }

    /// Every place of every phrase of `list`, which must be the one that was filed.
    pub(crate) fn find<'t, S: AsRef<str>>(&'t self, list: &'t [S], text: &'t [u8]) -> impl Iterator<Item = Hit> + 't {
        let mut at = 0;
        let mut open = (usize::MAX, 0, 0);
        std::iter::from_fn(move || {
            loop {
                while let Some(&(hash, number, offset)) = self.slots.get(open.0)
                    && hash <= open.1
                {
                    open.0 += 1;
                    if hash == open.1
                        && let Some(phrase) = list.get(usize::from(number)).map(|phrase| phrase.as_ref().as_bytes())
                        && let Some(start) = usize::checked_sub(open.2, usize::from(offset))
                        && let Some(found) = text.get(start..start + phrase.len())
                        && self.same(found, phrase)
                    {
                        return Some(Hit { number: usize::from(number), start, end: start + found.len() });
                    }
                }
                let hash = match (self.width, self.step) {
                    (4, 2) => self.next_of_pairs(text, &mut at)?,
                    (4, _) => self.next::<4, 1>(text, &mut at)?,
                    _ => self.next::<3, 1>(text, &mut at)?,
                };
                let from = self.dir.get((hash >> (32 - DIR_BITS)) as usize).copied().unwrap_or(0);
                open = (usize::from(from), hash, at - self.step);
            }
        })
    }

    /// The hash of the next gram of the text from `at` on that the bitmap knows.
    #[inline]
    fn next<const WIDTH: usize, const STEP: usize>(&self, text: &[u8], at: &mut usize) -> Option<u32> {
        let mut rest = text.get(*at..)?;
        loop {
            let hash = hash(rest.first_chunk::<WIDTH>()?);
            *at += STEP;
            if self.knows(hash) != 0 {
                return Some(hash);
            }
            rest = rest.get(STEP..)?;
        }
    }

    /// The same for grams of four letters at every second place: two of them at a time.
    #[inline]
    fn next_of_pairs(&self, text: &[u8], at: &mut usize) -> Option<u32> {
        let (fours, _) = text.get(*at..)?.as_chunks::<4>();
        let fold = |bytes: &[u8; 4]| u32::from_le_bytes(*bytes) | 0x2020_2020;
        let mut before = fours.first().map(fold)?;
        for four in fours.iter().skip(1).map(fold) {
            let (one, other) = (scatter(before), scatter(before >> 16 | four << 16));
            let (knows_one, knows_other) = (self.knows(one), self.knows(other));
            if knows_one | knows_other != 0 {
                *at += if knows_one != 0 { 2 } else { 4 };
                return Some(if knows_one != 0 { one } else { other });
            }
            *at += 4;
            before = four;
        }
        self.next::<4, 2>(text, at)
    }

    /// The bit of the bitmap for a hash.
    #[inline]
    fn knows(&self, hash: u32) -> u64 {
        let bit = hash >> (32 - BITS);
        self.bitmap.get((bit >> 6) as usize).map_or(0, |word| word >> (bit & 63) & 1)
    }

    fn same(&self, found: &[u8], phrase: &[u8]) -> bool {
        if self.ignore_case { found.eq_ignore_ascii_case(phrase) } else { found == phrase }
    }
}

/// A hash of a gram that does not mind case. What is no letter changes too, on both sides alike. Distinct grams have
/// distinct hashes, since the factor is odd.
#[inline]
fn hash(gram: &[u8]) -> u32 {
    let folded = match *gram {
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]) | 0x2020_2020,
        [a, b, c] => u32::from_le_bytes([a, b, c, 0]) | 0x0020_2020,
        _ => 0,
    };
    scatter(folded)
}

#[inline]
const fn scatter(folded: u32) -> u32 {
    folded.wrapping_mul(0x9E37_79B1)
}

/// How rare a gram is in running text: the sum over its bytes.
fn rarity(gram: &[u8]) -> u32 {
    gram.iter()
        .map(|byte| match byte.to_ascii_lowercase() {
            b' ' => 1,
            b'e' | b't' | b'a' | b'o' | b'i' | b'n' | b's' | b'r' => 2,
            b'l' | b'd' | b'm' | b'c' | b'u' => 4,
            b'h' | b'p' | b'f' | b'g' | b'.' | b'y' => 5,
            b'b' | b'v' | b'w' | b'-' => 6,
            b'k' | b'0'..=b'9' => 7,
            _ => 8,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(phrases: &Phrases, text: &str) -> Vec<(usize, usize)> {
        let mut found: Vec<_> = phrases.find(text).map(|hit| (hit.number, hit.start)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn overlapping_phrases_are_all_found() {
        static WORDS: Phrases = phrases!(&["host ", "ost x", "zzz"]);
        assert_eq!(found(&WORDS, "a HOST x"), [(0, 2), (1, 3)]);
        assert_eq!(WORDS.earliest("a HOST x").map(|hit| hit.number), Some(0));
        assert!(WORDS.any("hOST x") && !WORDS.any("zz") && WORDS.any("zzz") && WORDS.any("a zzz"));
        assert_eq!(found(&WORDS, "host host ").len(), 2);
        static SHOUTED: Phrases = phrases!(&["HOST", "HOSTS"], case);
        assert_eq!(found(&SHOUTED, "HOSTS host"), [(0, 0), (1, 0)]);
    }

    proptest! {
        #[test]
        fn nothing_is_missed(text in "[abAB é]{0,40}") {
            const SHORT: &[&str] = &["aba", "a b", "abab", "bé a", "bbb"];
            const LONG: &[&str] = &["ababa", "abab ", "a bé a", "bbbbb", "ab ab"];
            for list in [SHORT, LONG] {
                let grams = Grams::build(list, true);
                let lower = text.to_ascii_lowercase();
                let mut want = Vec::new();
                for (number, phrase) in list.iter().enumerate() {
                    let stands_at = |at: &usize| lower.as_bytes()[*at..].starts_with(phrase.as_bytes());
                    want.extend((0..lower.len()).filter(stands_at).map(|at| (number, at)));
                }
                let mut got: Vec<_> = grams.find(list, text.as_bytes()).map(|hit| (hit.number, hit.start)).collect();
                got.sort_unstable();
                prop_assert_eq!(got, want);
            }
        }
    }
}
