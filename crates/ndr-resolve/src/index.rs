//! The index over all templates and codes. Built once, by the macro at compile time or by an overlay at run time;
//! a look-up costs time linear in the text, whatever the size of the catalogue.
//!
//! Each template is filed under an *anchor*: the pair of adjacent literal words that fewest other templates share
//! (or a single word where it has no pair). A look-up hashes every pair and every word of the text, asks a bitmap,
//! and only on a hit compares the template around it.

use crate::code::{CodePattern, StatusCode};
use crate::entry::{Command, Entry, Provider, ProviderKind};
use crate::intern::intern_text;
use crate::marks;
use crate::party::Party;
use crate::template::{
    self, Part, TRIES, Template, TemplateError, catch_before, encode, is_hole, match_forward, short,
};
use crate::words::{self, HASH_MASK, INSIDE, Word, hash_pair};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

/// The bit of [`Slot::offset`] that says that a template has holes. No template has so many parts.
const HOLES: u8 = 0x80;

/// A template, where it is filed: all that a look-up asks of one in one place of memory.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Slot {
    /// Low bits of the anchor's hash; the high bits are where it is filed.
    pub key: u32,
    /// Where its parts begin.
    pub start: u32,
    /// Index of the entry.
    pub owner: u16,
    /// How rare its words are in life, summed up: the rarer phrase wins.
    pub weight: u16,
    /// Low bits of the hash of the word behind the anchor; 0 where no word must follow.
    pub next: u16,
    /// How many parts it has.
    pub len: u8,
    /// Which of its parts the anchor begins with, and [`HOLES`] where any of them is a hole.
    pub offset: u8,
}

/// The bit of [`Facts::about`] of an entry that answers only where its provider is known.
const NEEDS_HOST: u8 = 8;

/// What the ranking asks of an entry, in few bytes: all entries' fit into the processor's nearest cache.
#[derive(Clone, Copy, Debug)]
#[doc(hidden)]
pub struct Facts {
    /// Number of its provider.
    pub provider: u8,
    /// Bits of [`flag`].
    pub flags: u8,
    /// Its place among all entries by slug.
    pub slug: u16,
    /// The lowest code, as a sort key; [`Facts::NO_CODE`] where it has none.
    pub first_code: u32,
    /// Where its patterns begin.
    pub patterns: u16,
    /// How many patterns it has.
    pub count: u8,
    /// About whom it speaks in the low three bits and the command that it answers in the high four, each from 1 on; 0
    /// where that is open. [`NEEDS_HOST`] stands between them.
    pub about: u8,
}

impl Facts {
    /// Behind every code.
    pub const NO_CODE: u32 = 0xFF_FFFF;

    /// Those of an entry that there is not.
    pub(crate) const NONE: Facts = Facts {
        provider: u8::MAX,
        flags: 0,
        slug: u16::MAX,
        first_code: Facts::NO_CODE,
        patterns: 0,
        count: 0,
        about: 0,
    };

    pub(crate) const fn is(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    /// About whom it speaks.
    pub(crate) fn party(&self) -> Option<Party> {
        Party::ALL.get(usize::from(self.about & 7).checked_sub(1)?).copied()
    }

    /// Whether it answers only where its provider is known: its words are anybody's.
    pub(crate) const fn needs_host(&self) -> bool {
        self.about & NEEDS_HOST != 0
    }

    /// The command that it answers, where another one tells it from the same words.
    pub(crate) fn after(&self) -> Option<Command> {
        Command::ALL.get(usize::from(self.about >> 4).checked_sub(1)?).copied()
    }

    /// Where it stands among the entries of a code, if nobody is known to have said it.
    const fn place(&self) -> u8 {
        match () {
            () if self.is(flag::OVERLAY) => 0,
            () if self.is(flag::EXCHANGE_ONLINE) => 1,
            () if self.is(flag::MICROSOFT) => 2,
            () if self.is(flag::GENERIC) => 3,
            () if self.is(flag::IANA) => 4,
            () => 5,
        }
    }
}

/// Bits of [`Facts::flags`].
pub(crate) mod flag {
    /// Its category does not tell what happened.
    pub(crate) const VAGUE: u8 = 1;
    /// It is of an overlay.
    pub(crate) const OVERLAY: u8 = 2;
    /// Its provider is one of Microsoft's.
    pub(crate) const MICROSOFT: u8 = 4;
    /// Its provider is Exchange Online.
    pub(crate) const EXCHANGE_ONLINE: u8 = 8;
    /// Its words are those of any server.
    pub(crate) const GENERIC: u8 = 16;
    /// It is of the IANA registry.
    pub(crate) const IANA: u8 = 32;
    /// It has no texts.
    pub(crate) const BARE: u8 = 64;
    /// Its provider runs mailboxes: only its own servers say its words.
    pub(crate) const HOSTED: u8 = 128;
}

/// A set of providers by number. A catalogue has fewer.
pub(crate) type Providers = u128;

/// Somebody who is no provider of the catalogue: a number that no provider has.
pub(crate) const STRANGER: Providers = 1 << 127;

const BITMAP_BITS: u32 = 18;
const DIR_BITS: u32 = 13;

/// The index; its parts are public only for the macro that writes it as a static table.
#[derive(Clone, Debug)]
#[doc(hidden)]
pub struct Index {
    pub names: Cow<'static, [&'static str]>,
    pub parts: Cow<'static, [u32]>,
    pub bitmap: Cow<'static, [u64]>,
    pub slots: Cow<'static, [Slot]>,
    pub dir: Cow<'static, [u16]>,
    pub codes: Cow<'static, [(u32, u16)]>,
    pub ranges: Cow<'static, [(CodePattern, u16)]>,
    pub replies: Cow<'static, [(u16, u16)]>,
    pub facts: Cow<'static, [Facts]>,
    pub patterns: Cow<'static, [CodePattern]>,
    pub providers: Cow<'static, [u64]>,
    pub hosts: Cow<'static, [(u64, u8)]>,
    /// Marks by key: provider, and number of the mark.
    pub marks: Cow<'static, [(u64, u8, u8)]>,
    /// The providers that run mailboxes.
    pub hosted: u128,
    /// The providers that are Microsoft's.
    pub microsoft: u128,
}

/// A template that matched.
#[derive(Clone, Debug)]
pub(crate) struct Match {
    pub(crate) owner: u16,
    pub(crate) weight: u16,
    pub(crate) span: (usize, usize),
    /// Which of the caught values are its own.
    pub(crate) caught: (usize, usize),
}

/// Memory that look-ups of a thread use again and again.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    words: Vec<Word>,
    pub(crate) hits: Vec<Match>,
    pub(crate) caught: Vec<template::Caught>,
    /// Where a mark may stand: provider, number of the mark, place in the text.
    pub(crate) marks: Vec<(u8, u8, u32)>,
    /// For the ranking: rank, place by slug, number of the hit, owner.
    pub(crate) ranked: Vec<(u64, u16, u16, u16)>,
}

/// The longest text that is matched, in words; what comes after is not looked at.
pub(crate) const MAX_WORDS: usize = 4096;

thread_local! {
    static SCRATCH: Cell<Option<Box<Scratch>>> = const { Cell::new(None) };
}

/// Lends the thread's scratch memory.
pub(crate) fn with_scratch<T>(work: impl FnOnce(&mut Scratch) -> T) -> T {
    let mut scratch = SCRATCH.take().unwrap_or_default();
    let result = work(&mut scratch);
    SCRATCH.set(Some(scratch));
    result
}

impl Index {
    /// Builds the index of `entries` and `providers`.
    ///
    /// # Errors
    /// A text that is not a template.
    pub(crate) fn build(entries: &[Entry], providers: &[Provider]) -> Result<Index, TemplateError> {
        let mut names = Vec::new();
        let mut parts = Vec::new();
        let mut templates: Vec<(u16, Template)> = Vec::new();
        let mut anchors: HashMap<u64, u32> = HashMap::new();
        let texts =
            entries.iter().enumerate().flat_map(|(i, entry)| entry.texts.iter().map(move |text| (i as u16, *text)));
        for (owner, text) in texts {
            let template = Template::parse(text)?;
            for (key, _) in candidates(&template.parts) {
                *anchors.entry(key).or_default() += 1;
            }
            templates.push((owner, template));
        }
        let mut filed: Vec<(u64, Slot)> = Vec::new();
        let mut bitmap = vec![0u64; 1 << (BITMAP_BITS - 6)];
        for (owner, template) in &templates {
            let start = parts.len();
            parts.extend(template.parts.iter().map(|part| encode(part, &mut names, intern_text)));
            let own = parts.get(start..).unwrap_or_default();
            let best = candidates(&template.parts).min_by_key(|(key, offset)| (anchors.get(key), *offset));
            let Some((key, offset)) = best else { continue };
            // A hole makes a template a little more specific than its words alone.
            let weight = |part: &Part| if let Part::Word { weight, .. } = part { usize::from(*weight) } else { 2 };
            let weight: usize = template.parts.iter().map(weight).sum();
            // An anchor is a pair wherever a word follows its first.
            let is_word = |at: usize| own.get(at).is_some_and(|part| !is_hole(*part));
            let at = usize::from(offset);
            let behind = at + 1 + usize::from(is_word(at + 1));
            let next = own.get(behind).filter(|part| !is_hole(**part)).map_or(0, |part| *part as u16);
            filed.push((
                key,
                Slot {
                    key: key as u32,
                    start: start as u32,
                    owner: *owner,
                    weight: weight.min(usize::from(u16::MAX)) as u16,
                    next,
                    len: own.len() as u8,
                    offset: if own.iter().any(|part| is_hole(*part)) { offset | HOLES } else { offset },
                },
            ));
            let bit = bitmap_bit(key);
            if let Some(word) = bitmap.get_mut(bit >> 6) {
                *word |= 1 << (bit & 63);
            }
        }
        let mut marks: Vec<(u64, u8, u8)> = Vec::new();
        for (i, provider) in providers.iter().enumerate() {
            for (nth, mark) in provider.marks.iter().enumerate() {
                let key = marks::key(mark);
                // A mark may stand in a web address as well as in prose.
                for key in [key, key ^ INSIDE] {
                    marks.push((key, i as u8, nth as u8));
                    let bit = bitmap_bit(key);
                    if let Some(word) = bitmap.get_mut(bit >> 6) {
                        *word |= 1 << (bit & 63);
                    }
                }
            }
        }
        marks.sort_unstable();
        filed.sort_by_key(|(key, slot)| (*key, slot.start));
        let mut dir = vec![0u16; (1 << DIR_BITS) + 1];
        for (key, _) in &filed {
            if let Some(count) = dir.get_mut(dir_of(*key) + 1) {
                *count += 1;
            }
        }
        let mut before = 0;
        for count in &mut dir {
            before += *count;
            *count = before;
        }
        let slots: Vec<Slot> = filed.into_iter().map(|(_, slot)| slot).collect();

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
        let mut slugs: Vec<usize> = (0..entries.len()).collect();
        slugs.sort_by_key(|i| entries.get(*i).map(|entry| entry.slug));
        let mut places = vec![0u16; entries.len()];
        for (place, entry) in slugs.into_iter().enumerate() {
            if let Some(own) = places.get_mut(entry) {
                *own = place as u16;
            }
        }
        let mut patterns: Vec<CodePattern> = Vec::new();
        let facts: Vec<Facts> = entries
            .iter()
            .zip(places)
            .map(|(entry, slug)| {
                let at = patterns.len() as u16;
                patterns.extend(entry.codes);
                let provider = providers.iter().position(|provider| provider.id == entry.provider);
                Facts {
                    provider: provider.unwrap_or(usize::from(u8::MAX)) as u8,
                    flags: flags(entry, provider.and_then(|at| providers.get(at))),
                    slug,
                    first_code: entry.codes.first().map_or(Facts::NO_CODE, |code| code.first_key()),
                    patterns: at,
                    count: entry.codes.len().min(255) as u8,
                    about: place_of(Party::ALL, entry.party())
                        | if entry.needs_host.is_some() { NEEDS_HOST } else { 0 }
                        | place_of(Command::ALL, entry.after) << 4,
                }
            })
            .collect();
        let mut hosts: Vec<(u64, u8)> = Vec::new();
        for (i, provider) in providers.iter().enumerate() {
            hosts.extend(provider.hosts.iter().map(|host| (words::hash_text(host), i as u8)));
        }
        hosts.sort_unstable();
        // The order in which entries of a code are worth naming, however they stand in the file.
        codes.sort_by_key(|(key, entry): &(u32, u16)| {
            let facts = facts.get(usize::from(*entry)).unwrap_or(&Facts::NONE);
            (*key, facts.place(), facts.slug)
        });
        ranges.sort_by_key(|(pattern, entry): &(CodePattern, u16)| {
            (pattern.width(), *pattern, entries.get(usize::from(*entry)).map(|entry| entry.slug))
        });
        replies.sort_unstable();
        Ok(Index {
            names: names.into(),
            parts: parts.into(),
            bitmap: bitmap.into(),
            slots: slots.into(),
            dir: dir.into(),
            codes: codes.into(),
            ranges: ranges.into(),
            replies: replies.into(),
            facts: facts.into(),
            patterns: patterns.into(),
            providers: providers.iter().map(|provider| words::hash_text(provider.id)).collect(),
            hosts: hosts.into(),
            marks: marks.into(),
            hosted: those(providers, |provider| provider.kind == ProviderKind::MailboxHost),
            microsoft: those(providers, |provider| is_microsoft(provider.id)),
        })
    }

    /// Gathers every template that matches in `text`, and every place where a mark may stand.
    pub(crate) fn matches(&self, text: &str, scratch: &mut Scratch) {
        let Scratch { words, hits, caught, marks, .. } = scratch;
        words.clear();
        hits.clear();
        caught.clear();
        marks.clear();
        words::split_prose(text, MAX_WORDS, words);
        let mut before = None;
        for (i, word) in words.iter().enumerate() {
            if let Some(before) = before {
                let pair = hash_pair(before, word.hash);
                if self.may_hold(pair) {
                    self.probe(pair, 2, i - 1, (text, words), hits, caught);
                }
            }
            if self.may_hold(word.hash) {
                self.probe(word.hash, 1, i, (text, words), hits, caught);
                self.marked(word.hash, word, marks);
            }
            // A word such as S3140, which a mark names by its form.
            let bytes = text.as_bytes().get(word.start as usize..word.end as usize).unwrap_or_default();
            if let [b'A'..=b'Z', .., b'0'..=b'9'] = bytes
                && let Some(key) = marks::numbered_key(bytes)
                && self.may_hold(key)
            {
                self.marked(key, word, marks);
            }
            before = Some(word.hash);
        }
    }

    /// Notes the marks that may begin with a word.
    fn marked(&self, key: u64, word: &Word, marks: &mut Vec<(u8, u8, u32)>) {
        let from = self.marks.partition_point(|(known, ..)| *known < key);
        let same = self.marks.iter().skip(from).take_while(|(known, ..)| *known == key);
        marks.extend(same.map(|(_, provider, nth)| (*provider, *nth, word.start)));
    }

    /// Whether a template may be filed under `key`.
    #[inline]
    fn may_hold(&self, key: u64) -> bool {
        let bit = bitmap_bit(key);
        self.bitmap.get(bit >> 6).is_some_and(|word| word & (1 << (bit & 63)) != 0)
    }

    /// The templates that may be filed under `key`.
    fn filed(&self, key: u64) -> &[Slot] {
        let Some(&[from, to]) = self.dir.get(dir_of(key)..).and_then(|dir| dir.first_chunk()) else { return &[] };
        self.slots.get(usize::from(from)..usize::from(to)).unwrap_or_default()
    }

    fn probe(
        &self,
        key: u64,
        width: u8,
        at: usize,
        (text, words): (&str, &[Word]),
        hits: &mut Vec<Match>,
        caught: &mut Vec<template::Caught>,
    ) {
        for slot in self.filed(key) {
            if slot.key == key as u32 {
                // Most templates that fail do so at the next word.
                let behind = words.get(at + usize::from(width)).map_or(0, |word| short(word.hash) as u16);
                if slot.next != 0 && slot.next != behind {
                    continue;
                }
                let kept = caught.len();
                match self.verify(slot, at, text, words, caught) {
                    Some(span) => {
                        let caught = (kept, caught.len());
                        hits.push(Match { owner: slot.owner, weight: slot.weight, span, caught });
                    }
                    None => caught.truncate(kept),
                }
            }
        }
    }

    /// Compares the template of `slot` with the text around the word `at`. Gives the span that it matches.
    fn verify(
        &self,
        slot: &Slot,
        at: usize,
        text: &str,
        words: &[Word],
        caught: &mut Vec<template::Caught>,
    ) -> Option<(usize, usize)> {
        let whole = self.parts.get(slot.start as usize..)?.get(..usize::from(slot.len))?;
        let offset = usize::from(slot.offset & !HOLES);
        if slot.offset & HOLES == 0 {
            let found = words.get(at.checked_sub(offset)?..)?.get(..whole.len())?;
            let same = whole.iter().zip(found).all(|(part, word)| *part == short(word.hash));
            return same.then_some((found.first()?.start as usize, found.last()?.end as usize));
        }
        let hole = whole.first().filter(|part| is_hole(**part));
        let lead = usize::from(hole.is_some());
        let parts = whole.get(lead..)?;
        let head = parts.get(..offset.checked_sub(lead)?)?;
        let kept = caught.len();
        let mut tries = TRIES;
        let (first, end) = if head.iter().any(|part| is_hole(*part)) {
            // A hole stands before the anchor: try each place where the template may begin.
            let near = at.saturating_sub(head.len() + 40)..at;
            let begins = |first: &usize| words.get(*first).map(|word| short(word.hash)) == parts.first().copied();
            near.rev().filter(begins).find_map(|first| {
                caught.truncate(kept);
                match_forward(parts, text, words, first, caught, &mut tries).map(|end| (first, end))
            })?
        } else {
            let first = at.checked_sub(head.len())?;
            (first, match_forward(parts, text, words, first, caught, &mut tries)?)
        };
        let mut start = words.get(first)?.start as usize;
        if let Some(hole) = hole {
            let value = catch_before(*hole, text, start)?;
            start = value.1.0;
            caught.insert(kept, value);
        }
        Some((start, end))
    }

    /// The set of the provider of that name. A name that the catalogue does not have is somebody too: whoever spoke is
    /// known then, and it is none of the providers.
    pub(crate) fn provider(&self, id: &str) -> Providers {
        let hash = words::hash_text(id);
        self.providers.iter().position(|known| *known == hash).map_or(STRANGER, |number| bit(number as u8))
    }

    /// The providers that own a host, by its name or by a part of it that begins at a dot.
    pub(crate) fn owners(&self, host: &str) -> Providers {
        let host = host.trim_end_matches('.');
        let mut found = 0;
        let mut add = |hash: u64| {
            let from = self.hosts.partition_point(|(known, _)| *known < hash);
            for (_, number) in self.hosts.iter().skip(from).take_while(|(known, _)| *known == hash) {
                found |= bit(*number);
            }
        };
        add(words::hash_text(host));
        let mut pattern = [b'*'; 128];
        for dot in memchr::memchr_iter(b'.', host.as_bytes()) {
            let suffix = host.as_bytes().get(dot..).unwrap_or_default();
            if let Some(room) = pattern.get_mut(1..=suffix.len()) {
                room.copy_from_slice(suffix);
                add(words::hash_bytes(pattern.get(..=suffix.len()).unwrap_or_default()));
            }
        }
        found
    }

    /// The entries that claim exactly `code`: those of overlays, of Exchange Online, of Microsoft otherwise, of any
    /// server, of the IANA registry, and all others; among them, by slug.
    pub(crate) fn exact(&self, code: StatusCode) -> impl Iterator<Item = u16> + '_ {
        let key = code.key();
        let from = self.codes.partition_point(|(k, _)| *k < key);
        self.codes.iter().skip(from).take_while(move |(k, _)| *k == key).map(|(_, entry)| *entry)
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

/// The place of a value in its vocabulary, from 1 on; 0 for none.
fn place_of<T: PartialEq>(all: &[T], value: Option<T>) -> u8 {
    value.and_then(|value| all.iter().position(|known| *known == value)).map_or(0, |at| at as u8 + 1)
}

/// A set of providers.
fn those(providers: &[Provider], wanted: impl Fn(&Provider) -> bool) -> Providers {
    providers.iter().enumerate().filter(|(_, provider)| wanted(provider)).fold(0, |set, (i, _)| set | bit(i as u8))
}

fn is_microsoft(provider: &str) -> bool {
    matches!(provider, "exchange-online" | "hve" | "exchange-server" | "outlook-com")
}

/// The anchors that a template may be filed under: its pairs of adjacent words, or its words where it has no pair.
fn candidates(parts: &[Part]) -> impl Iterator<Item = (u64, u8)> + '_ {
    let word = |i: usize| match parts.get(i) {
        Some(Part::Word { hash, .. }) => Some(*hash),
        _ => None,
    };
    let pair = move |i: usize| Some(hash_pair(word(i)?, word(i + 1)?));
    let has_pair = (0..parts.len()).any(|i| pair(i).is_some());
    (0..parts.len()).filter_map(move |i| Some((if has_pair { pair(i)? } else { word(i)? }, i as u8)))
}

/// The flags of an entry.
fn flags(entry: &Entry, provider: Option<&Provider>) -> u8 {
    let mut flags = 0;
    for (holds, bit) in [
        (entry.is_vague(), flag::VAGUE),
        (entry.origin.is_some(), flag::OVERLAY),
        (is_microsoft(entry.provider), flag::MICROSOFT),
        (entry.provider == "exchange-online", flag::EXCHANGE_ONLINE),
        (entry.provider == "generic", flag::GENERIC),
        (entry.provider == "iana", flag::IANA),
        (entry.texts.is_empty(), flag::BARE),
        (provider.is_some_and(|provider| provider.kind == ProviderKind::MailboxHost), flag::HOSTED),
    ] {
        if holds {
            flags |= bit;
        }
    }
    flags
}

const fn bitmap_bit(key: u64) -> usize {
    ((key & HASH_MASK) >> (63 - BITMAP_BITS)) as usize
}

const fn dir_of(key: u64) -> usize {
    ((key & HASH_MASK) >> (63 - DIR_BITS)) as usize
}

/// The set of one provider; empty for a number that is none.
pub(crate) const fn bit(provider: u8) -> Providers {
    if provider < 127 { 1 << provider } else { 0 }
}
