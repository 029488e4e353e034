//! Lists of phrases that are looked for in one pass over a text, however many there are.
//!
//! Each phrase is filed under two adjacent *grams*: runs of four letters of it that are rare in running text. A pass
//! looks at every second place of the text, asks a small bitmap whether the four letters there are anybody's gram, and
//! compares phrases only where they are. That is a few instructions for each byte, and building it takes
//! microseconds: an Aho-Corasick automaton of the same lists costs several times as much in both. (Where a list has a
//! phrase of fewer than five letters, there is one gram for each, of three or four letters, and a look at every place.)

use std::sync::LazyLock;

/// A list of phrases. ASCII case does not matter unless said otherwise.
pub(crate) struct Cues {
    list: &'static [&'static str],
    grams: LazyLock<Grams>,
}

/// Makes a [`Cues`] of a list; a macro because a closure over the list must be a constant.
macro_rules! cues {
    ($list:expr) => {{
        const LIST: &[&str] = $list;
        crate::cues::Cues::new(LIST, || crate::cues::Grams::build(LIST, true))
    }};
    ($list:expr, case) => {{
        const LIST: &[&str] = $list;
        crate::cues::Cues::new(LIST, || crate::cues::Grams::build(LIST, false))
    }};
}
pub(crate) use cues;

/// Declares a [`Cues`] of several lists that are looked for together: each list's name is the range of its numbers.
macro_rules! cue_lists {
    (static $name:ident ($($case:ident)?): $($(#[$doc:meta])* $list:ident = [$($phrase:literal),+ $(,)?];)+) => {
        static $name: Cues = crate::cues::cues!(&[$($($phrase,)+)+] $(, $case)?);
        crate::cues::cue_lists!(@from 0; $($(#[$doc])* $list = [$($phrase),+];)+);
    };
    (@from $start:expr; $(#[$doc:meta])* $list:ident = [$($phrase:literal),+]; $($rest:tt)*) => {
        $(#[$doc])*
        const $list: std::ops::Range<usize> = $start..$start + [$($phrase),+].len();
        crate::cues::cue_lists!(@from $list.end; $($rest)*);
    };
    (@from $start:expr;) => {};
}
pub(crate) use cue_lists;

/// A phrase that was found: its number in the list, and its byte span.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) number: usize,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Cues {
    pub(crate) const fn new(list: &'static [&'static str], build: fn() -> Grams) -> Cues {
        Cues { list, grams: LazyLock::new(build) }
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

const BITS: u32 = 13;

/// The grams of a list of phrases.
pub(crate) struct Grams {
    ignore_case: bool,
    /// How many letters a gram has.
    width: usize,
    /// At every how many places a text is looked at, which is also how many grams each phrase has.
    step: usize,
    bitmap: Box<[u64; 1 << (BITS - 6)]>,
    /// Gram, number of the phrase, where in the phrase the gram stands; sorted.
    slots: Vec<(u32, u16, u16)>,
}

impl Grams {
    /// Files the phrases of `list`. Each must have three bytes or more; a shorter one is never found.
    pub(crate) fn build(list: &[&str], ignore_case: bool) -> Grams {
        let shortest = list.iter().map(|phrase| phrase.len()).min().unwrap_or(5);
        let (width, step) = if shortest >= 5 { (4, 2) } else { (shortest.clamp(3, 4), 1) };
        let bitmap = Box::new([0; 1 << (BITS - 6)]);
        let mut grams = Grams { ignore_case, width, step, bitmap, slots: Vec::new() };
        for (number, phrase) in list.iter().enumerate() {
            let rarest = phrase
                .as_bytes()
                .windows(width + step - 1)
                .enumerate()
                .max_by_key(|(at, run)| (rarity(run), std::cmp::Reverse(*at)));
            let Some((at, run)) = rarest else { continue };
            for (offset, gram) in run.windows(width).enumerate() {
                let gram = fold(gram);
                grams.slots.push((gram, number as u16, (at + offset) as u16));
                let bit = bit_of(gram);
                if let Some(word) = grams.bitmap.get_mut(bit >> 6) {
                    *word |= 1 << (bit & 63);
                }
            }
        }
        grams.slots.sort_unstable();
        grams
    }

    /// Every place of every phrase of `list`, which must be the one that was filed.
    pub(crate) fn find<'t, S: AsRef<str>>(&'t self, list: &'t [S], text: &'t [u8]) -> impl Iterator<Item = Hit> + 't {
        let mut at = 0;
        let mut open = (usize::MAX, 0, 0);
        std::iter::from_fn(move || {
            loop {
                while let Some(&(gram, number, offset)) = self.slots.get(open.0)
                    && gram == open.1
                {
                    open.0 += 1;
                    if let Some(phrase) = list.get(usize::from(number)).map(|phrase| phrase.as_ref().as_bytes())
                        && let Some(start) = usize::checked_sub(open.2, usize::from(offset))
                        && let Some(found) = text.get(start..start + phrase.len())
                        && self.same(found, phrase)
                    {
                        return Some(Hit { number: usize::from(number), start, end: start + found.len() });
                    }
                }
                let gram = loop {
                    let gram = fold(text.get(at..at + self.width)?);
                    at += self.step;
                    let bit = bit_of(gram);
                    if self.bitmap.get(bit >> 6).is_some_and(|word| word & (1 << (bit & 63)) != 0) {
                        break gram;
                    }
                };
                open = (self.slots.partition_point(|slot| slot.0 < gram), gram, at - self.step);
            }
        })
    }

    fn same(&self, found: &[u8], phrase: &[u8]) -> bool {
        if self.ignore_case { found.eq_ignore_ascii_case(phrase) } else { found == phrase }
    }
}

/// The bytes as one number, in lower case. What is no letter changes too, on both sides alike.
#[inline]
fn fold(gram: &[u8]) -> u32 {
    match *gram {
        [a, b, c, d] => u32::from_le_bytes([a, b, c, d]) | 0x2020_2020,
        [a, b, c] => u32::from_le_bytes([a, b, c, 0]) | 0x0020_2020,
        _ => 0,
    }
}

#[inline]
const fn bit_of(gram: u32) -> usize {
    (gram.wrapping_mul(0x9E37_79B1) >> (32 - BITS)) as usize
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

    fn found(cues: &Cues, text: &str) -> Vec<(usize, usize)> {
        let mut found: Vec<_> = cues.find(text).map(|hit| (hit.number, hit.start)).collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn overlapping_phrases_are_all_found() {
        static WORDS: Cues = cues!(&["host ", "ost x", "zzz"]);
        assert_eq!(found(&WORDS, "a HOST x"), [(0, 2), (1, 3)]);
        assert_eq!(WORDS.earliest("a HOST x").map(|hit| hit.number), Some(0));
        assert!(WORDS.any("hOST x") && !WORDS.any("zz") && WORDS.any("zzz") && WORDS.any("a zzz"));
        assert_eq!(found(&WORDS, "host host ").len(), 2);
        static SHOUTED: Cues = cues!(&["HOST", "HOSTS"], case);
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
