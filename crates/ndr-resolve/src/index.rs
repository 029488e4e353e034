//! The index over all templates and codes. Built once, by the macro at compile time or by an overlay at run time;
//! a look-up costs time linear in the text, whatever the size of the catalogue.
//!
//! Each template is filed under an *anchor*: the pair of adjacent literal words that fewest other templates share
//! (or a single word where it has no pair). A look-up hashes every pair and every word of the text, asks a bitmap,
//! and only on a hit compares the template around it.

use crate::code::{CodePattern, StatusCode};
use crate::entry::{Entry, Provider};
use crate::template::{self, Part, Template, TemplateError, catch_before, encode, is_hole, match_forward};
use crate::words::{self, HASH_MASK, Word, hash_pair};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

/// One template in the index.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Row {
    /// Index of the entry, or of the provider plus [`MARK`].
    pub owner: u16,
    /// Where its parts begin.
    pub start: u32,
    /// How many parts it has.
    pub len: u16,
    /// How many letters its literal words have: the longer phrase wins.
    pub weight: u16,
}

/// Owners from here on are providers' marks.
pub(crate) const MARK: u16 = 0x8000;

/// Where a template is filed.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Slot {
    /// Hash of the anchor.
    pub key: u64,
    /// The template.
    pub row: u16,
    /// Which of its parts the anchor begins with.
    pub offset: u16,
}

const BITMAP_BITS: u32 = 16;
const DIR_BITS: u32 = 12;

/// The index; its parts are public only for the macro that writes it as a static table.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct Index {
    pub names: Cow<'static, [&'static str]>,
    pub parts: Cow<'static, [u64]>,
    pub rows: Cow<'static, [Row]>,
    pub bitmap: Cow<'static, [u64]>,
    pub slots: Cow<'static, [Slot]>,
    pub dir: Cow<'static, [u16]>,
    pub codes: Cow<'static, [(u32, u16)]>,
    pub ranges: Cow<'static, [(CodePattern, u16)]>,
    pub replies: Cow<'static, [(u16, u16)]>,
}

/// A template that matched.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) owner: u16,
    pub(crate) weight: u16,
    pub(crate) span: (usize, usize),
    pub(crate) caught: Vec<template::Caught>,
}

/// The longest text that is matched, in words; what comes after is not looked at.
pub(crate) const MAX_WORDS: usize = 4096;

thread_local! {
    static WORDS: Cell<Vec<Word>> = const { Cell::new(Vec::new()) };
}

fn leak(text: &str) -> &'static str {
    Box::leak(text.to_string().into_boxed_str())
}

impl Index {
    /// Builds the index of `entries` and `providers`.
    ///
    /// # Errors
    /// A text that is not a template.
    pub(crate) fn build(entries: &[Entry], providers: &[Provider]) -> Result<Index, TemplateError> {
        let mut names = Vec::new();
        let mut parts = Vec::new();
        let mut rows = Vec::new();
        let mut anchors: HashMap<u64, u32> = HashMap::new();
        let texts =
            entries.iter().enumerate().flat_map(|(i, entry)| entry.texts.iter().map(move |text| (i as u16, *text)));
        let marks = providers.iter().enumerate().flat_map(|(i, p)| p.marks.iter().map(move |m| (MARK + i as u16, *m)));
        for (owner, text) in texts.chain(marks) {
            let template = if owner >= MARK { mark(text) } else { Template::parse(text)? };
            let start = parts.len();
            parts.extend(template.parts.iter().map(|part| encode(part, &mut names, leak)));
            // A hole makes a template a little more specific than its words alone.
            let weight: usize =
                template.parts.iter().map(|part| if let Part::Word { len, .. } = part { *len } else { 2 }).sum();
            for (key, _) in candidates(&parts[start..]) {
                *anchors.entry(key).or_default() += 1;
            }
            rows.push(Row {
                owner,
                start: start as u32,
                len: (parts.len() - start) as u16,
                weight: weight.min(usize::from(u16::MAX)) as u16,
            });
        }
        let mut slots = Vec::new();
        let mut bitmap = vec![0u64; 1 << (BITMAP_BITS - 6)];
        for (i, row) in rows.iter().enumerate() {
            let own = &parts[row.start as usize..row.start as usize + usize::from(row.len)];
            let best = candidates(own).min_by_key(|(key, offset)| (anchors[key], *offset));
            let Some((key, offset)) = best else { continue };
            slots.push(Slot { key, row: i as u16, offset });
            let bit = bitmap_bit(key);
            bitmap[bit >> 6] |= 1 << (bit & 63);
        }
        slots.sort_by_key(|slot| (slot.key, slot.row));
        let mut dir = vec![0u16; (1 << DIR_BITS) + 1];
        for slot in &slots {
            dir[dir_of(slot.key) + 1] += 1;
        }
        for i in 1..dir.len() {
            dir[i] += dir[i - 1];
        }

        let mut codes = Vec::new();
        let mut ranges = Vec::new();
        let mut replies = Vec::new();
        for (i, entry) in entries.iter().enumerate() {
            for pattern in entry.codes {
                if pattern.is_exact() {
                    let classes: &[u8] = if pattern.class == 0 { &[2, 4, 5] } else { &[pattern.class] };
                    for class in classes {
                        if let Some(code) = StatusCode::new(*class, pattern.subject.0, pattern.detail.0) {
                            codes.push((code.key(), i as u16));
                        }
                    }
                } else {
                    ranges.push((*pattern, i as u16));
                }
            }
            if entry.codes.is_empty() && entry.texts.is_empty() {
                replies.extend(entry.replies.iter().map(|reply| (*reply, i as u16)));
            }
        }
        codes.sort_unstable();
        ranges.sort_by_key(|(pattern, entry)| (pattern.width(), *pattern, entries[usize::from(*entry)].slug));
        replies.sort_unstable();
        Ok(Index {
            names: names.into(),
            parts: parts.into(),
            rows: rows.into(),
            bitmap: bitmap.into(),
            slots: slots.into(),
            dir: dir.into(),
            codes: codes.into(),
            ranges: ranges.into(),
            replies: replies.into(),
        })
    }

    /// Calls `found` for every template that matches in `text`.
    pub(crate) fn matches(&self, text: &str, mut found: impl FnMut(Match)) {
        let mut words = WORDS.take();
        words.clear();
        words::split(text, MAX_WORDS, &mut words);
        for i in 0..words.len() {
            let hash = words[i].hash;
            self.probe(hash, i, text, &words, &mut found);
            if let Some(next) = words.get(i + 1) {
                self.probe(hash_pair(hash, next.hash), i, text, &words, &mut found);
            }
        }
        WORDS.set(words);
    }

    #[inline]
    fn probe(&self, key: u64, at: usize, text: &str, words: &[Word], found: &mut impl FnMut(Match)) {
        let bit = bitmap_bit(key);
        if self.bitmap[bit >> 6] & (1 << (bit & 63)) == 0 {
            return;
        }
        let slot = dir_of(key);
        let (from, to) = (usize::from(self.dir[slot]), usize::from(self.dir[slot + 1]));
        for slot in &self.slots[from..to] {
            if slot.key == key
                && let Some(hit) = self.verify(slot, at, text, words)
            {
                found(hit);
            }
        }
    }

    /// Compares the template of `slot` with the text around the word `at`.
    fn verify(&self, slot: &Slot, at: usize, text: &str, words: &[Word]) -> Option<Match> {
        let row = &self.rows[usize::from(slot.row)];
        let parts = &self.parts[row.start as usize..row.start as usize + usize::from(row.len)];
        let offset = usize::from(slot.offset);
        let lead = usize::from(is_hole(parts[0]));
        let head = &parts[lead..offset];
        let mut caught = Vec::new();
        let (first, end) = if head.iter().any(|part| is_hole(*part)) {
            // A hole stands before the anchor: try each place where the template may begin.
            let near = at.saturating_sub(head.len() + 40)..at;
            near.rev().filter(|first| words[*first].hash == parts[lead]).find_map(|first| {
                caught.clear();
                match_forward(&parts[lead..], text, words, first, &mut caught).map(|end| (first, end))
            })?
        } else {
            let first = at.checked_sub(head.len())?;
            (first, match_forward(&parts[lead..], text, words, first, &mut caught)?)
        };
        let mut start = words[first].start as usize;
        if lead == 1 {
            let value = catch_before(parts[0], text, start)?;
            start = value.1.0;
            caught.insert(0, value);
        }
        Some(Match { owner: row.owner, weight: row.weight, span: (start, end), caught })
    }

    /// The entries that claim exactly `code`, in catalogue order.
    pub(crate) fn exact(&self, code: StatusCode) -> impl Iterator<Item = u16> + '_ {
        let key = code.key();
        let from = self.codes.partition_point(|(k, _)| *k < key);
        self.codes[from..].iter().take_while(move |(k, _)| *k == key).map(|(_, entry)| *entry)
    }

    /// The entries that claim a range with `code` in it, narrowest first.
    pub(crate) fn in_range(&self, code: StatusCode) -> impl Iterator<Item = (CodePattern, u16)> + '_ {
        self.ranges.iter().filter(move |(pattern, _)| pattern.matches(code)).copied()
    }

    /// The entries for an SMTP reply code that stands alone.
    pub(crate) fn of_reply(&self, reply: u16) -> impl Iterator<Item = u16> + '_ {
        self.replies.iter().filter(move |(code, _)| *code == reply).map(|(_, entry)| *entry)
    }
}

/// A provider's mark: one word or more, however short.
fn mark(text: &str) -> Template {
    let mut found = Vec::new();
    words::split(text, usize::MAX, &mut found);
    Template {
        parts: found.iter().map(|word| Part::Word { hash: word.hash, len: (word.end - word.start) as usize }).collect(),
    }
}

/// The anchors that a template may be filed under: its pairs of adjacent words, or its words where it has no pair.
fn candidates(parts: &[u64]) -> impl Iterator<Item = (u64, u16)> + '_ {
    let pair = |i: usize| !is_hole(parts[i]) && parts.get(i + 1).is_some_and(|next| !is_hole(*next));
    let has_pair = (0..parts.len()).any(pair);
    (0..parts.len()).filter_map(move |i| {
        if has_pair {
            pair(i).then(|| (hash_pair(parts[i], parts[i + 1]), i as u16))
        } else {
            (!is_hole(parts[i])).then_some((parts[i], i as u16))
        }
    })
}

const fn bitmap_bit(key: u64) -> usize {
    ((key & HASH_MASK) >> (63 - BITMAP_BITS)) as usize
}

const fn dir_of(key: u64) -> usize {
    ((key & HASH_MASK) >> (63 - DIR_BITS)) as usize
}
