//! Templates: literal words with typed holes, as the `texts` of an entry are written, and the sentences that the
//! caught values fill.

use crate::frequencies;
use crate::words::{self, HASH_MASK, INSIDE, Word};
use std::borrow::Cow;
use std::fmt;

/// What a hole of a template catches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Hole {
    /// An IPv4 or IPv6 address.
    Ip,
    /// A domain name.
    Domain,
    /// A mail address.
    Address,
    /// A host name, which may have no dot.
    Host,
    /// A number.
    Number,
    /// One opaque token, such as an id.
    Tag,
    /// A web address.
    Url,
    /// One to thirty words.
    Any,
}

impl Hole {
    /// Every type of hole with its name.
    pub const ALL: &'static [(&'static str, Hole)] = &[
        ("ip", Hole::Ip),
        ("domain", Hole::Domain),
        ("address", Hole::Address),
        ("host", Hole::Host),
        ("number", Hole::Number),
        ("tag", Hole::Tag),
        ("url", Hole::Url),
        ("any", Hole::Any),
    ];

    fn from_code(code: u32) -> Hole {
        Self::ALL.get(code as usize).map_or(Hole::Any, |(_, hole)| *hole)
    }

    fn code(self) -> u64 {
        Self::ALL.iter().position(|(_, hole)| *hole == self).unwrap_or(0) as u64
    }
}

/// A template taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub(crate) parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// `weight`: how rare the word is in life.
    Word {
        hash: u64,
        len: usize,
        weight: u8,
    },
    Hole {
        name: String,
        hole: Hole,
    },
}

/// Why a text is not a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateError(String);

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TemplateError {}

/// The most parts of a template.
pub(crate) const MAX_PARTS: usize = 120;

impl Template {
    /// Reads a template such as `Access denied, banned sending IP [{ip}]`.
    ///
    /// # Errors
    /// A hole of unknown type, an unclosed brace, two holes side by side, or too few literal words to be distinctive:
    /// two words, or one of at least six letters (four where it mixes letters and digits).
    ///
    /// ```
    /// use ndr_resolve::Template;
    /// assert!(Template::parse("banned sending IP [{ip}]").is_ok());
    /// assert!(Template::parse("from {colour}").unwrap_err().to_string().contains("colour"));
    /// assert!(Template::parse("{any}").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Template, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        let inside = inside(text);
        let mut at = 0;
        while let Some((before, opened)) = rest.split_once('{') {
            literal(before, at, &inside, &mut parts)?;
            let Some((inside, after)) = opened.split_once('}') else {
                return Err(TemplateError(format!("`{text}`: a hole is opened with {{ and not closed with }}")));
            };
            let (name, kind) = inside.split_once(':').unwrap_or((inside, inside));
            let Some((_, hole)) = Hole::ALL.iter().find(|(known, _)| *known == kind) else {
                let known: Vec<_> = Hole::ALL.iter().map(|(name, _)| format!("{{{name}}}")).collect();
                return Err(TemplateError(format!(
                    "`{{{inside}}}` is no known hole; the types are {}",
                    known.join(" ")
                )));
            };
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_lowercase() || b == b'-' || b == b'_') {
                return Err(TemplateError(format!("`{{{inside}}}`: the name of a hole is lower-case letters")));
            }
            if matches!(parts.last(), Some(Part::Hole { .. })) {
                return Err(TemplateError(format!("`{text}`: two holes need at least one word between them")));
            }
            parts.push(Part::Hole { name: name.to_string(), hole: *hole });
            rest = after;
            at = text.len() - rest.len();
        }
        literal(rest, at, &inside, &mut parts)?;
        let lengths: Vec<usize> =
            parts.iter().filter_map(|part| if let Part::Word { len, .. } = part { Some(*len) } else { None }).collect();
        // A code such as [TSS04] is distinctive though short.
        let is_token = text.bytes().any(|b| b.is_ascii_digit()) && text.bytes().any(|b| b.is_ascii_alphabetic());
        if !(lengths.len() >= 2 || lengths.first().is_some_and(|len| *len >= if is_token { 4 } else { 6 })) {
            return Err(TemplateError(format!(
                "`{text}` has too few literal words to tell anything apart; give two, or one of six letters or more (four with a digit among them)"
            )));
        }
        if parts.len() > MAX_PARTS {
            return Err(TemplateError(format!("`{text}` is too long for a template; keep the distinctive part")));
        }
        Ok(Template { parts })
    }

    /// The words and hole types as numbers: two templates with the same key match the same texts.
    pub fn comparison_key(&self) -> Vec<u64> {
        self.parts
            .iter()
            .map(|part| match part {
                Part::Word { hash, .. } => *hash,
                Part::Hole { hole, .. } => (HASH_MASK + 1) | hole.code(),
            })
            .collect()
    }

    /// How rare each of its words is in life, from 1 to 12; more for words that a program wrote in one.
    ///
    /// ```
    /// use ndr_resolve::Template;
    /// let weights = |text: &str| Template::parse(text).unwrap().weights().collect::<Vec<_>>();
    /// assert!(weights("the address")[1] < weights("the zorblax")[1]);
    /// ```
    pub fn weights(&self) -> impl Iterator<Item = u8> {
        self.parts.iter().filter_map(|part| if let Part::Word { weight, .. } = part { Some(*weight) } else { None })
    }

    /// Whether it has a hole.
    pub fn has_hole(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Hole { .. }))
    }

    /// The names of the holes, in order.
    pub fn hole_names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| if let Part::Hole { name, .. } = part { Some(name.as_str()) } else { None })
    }
}

fn literal(text: &str, at: usize, inside: &[(usize, usize)], parts: &mut Vec<Part>) -> Result<(), TemplateError> {
    if text.contains('}') {
        return Err(TemplateError(format!("`{text}`: a }} without its {{")));
    }
    let mut found = Vec::new();
    words::split(text, usize::MAX, &mut found);
    parts.extend(found.iter().map(|word| {
        let (start, end) = (word.start as usize, word.end as usize);
        let is_inside = inside.iter().any(|(from, to)| (*from..*to).contains(&(at + start)));
        Part::Word {
            hash: if is_inside { word.hash ^ INSIDE } else { word.hash },
            len: end - start,
            weight: frequencies::weight(text.get(start..end).unwrap_or_default()),
        }
    }));
    Ok(())
}

/// The parts of a template that are no prose, where its holes hold what they are made for.
fn inside(text: &str) -> Vec<(usize, usize)> {
    // Each hole becomes a value of the same length, so that places stay as they are.
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once('{') {
        filled.push_str(before);
        let Some((inside, after)) = opened.split_once('}') else { break };
        let (_, kind) = inside.split_once(':').unwrap_or((inside, inside));
        let value = match kind {
            "ip" => "9.9.9.9",
            "domain" | "host" => "x.com",
            "address" => "a@x.com",
            "url" => "a://x.com",
            _ => "9",
        };
        // Every name of a hole is as long as its value, but for its braces; what is left over goes in front.
        let len = inside.len() + 2;
        let value = value.get(value.len().saturating_sub(len)..).unwrap_or_default();
        let pad = match kind {
            "ip" | "number" | "tag" | "any" => "9",
            _ => "a",
        };
        filled.push_str(&pad.repeat(len - value.len()));
        filled.push_str(value);
        rest = after;
    }
    filled.push_str(rest);
    let mut found = Vec::new();
    words::zones(&filled, |from, to| found.push((from, to)));
    found
}

/// The compact form of a part, as the index holds it: the low bits of a word's hash, or with the top bit set a hole's
/// type and the number of its name.
pub(crate) fn encode(part: &Part, names: &mut Vec<&'static str>, keep: impl Fn(&str) -> &'static str) -> u32 {
    match part {
        Part::Word { hash, .. } => short(*hash),
        Part::Hole { name, hole } => {
            let number = names.iter().position(|known| known == name).unwrap_or_else(|| {
                names.push(keep(name));
                names.len() - 1
            });
            HOLE | (hole.code() as u32) << 16 | number as u32
        }
    }
}

const HOLE: u32 = 1 << 31;

/// A word's hash as templates hold it.
#[inline]
pub(crate) const fn short(hash: u64) -> u32 {
    hash as u32 & !HOLE
}

pub(crate) const fn is_hole(part: u32) -> bool {
    part & HOLE != 0
}

/// A value that a hole caught: number of its name, and its span in the text.
pub(crate) type Caught = (u16, (usize, usize));

/// The most words that `{any}` may skip.
const ANY_WORDS: usize = 30;

/// How many places the `{any}` of a template may try at one place of a text. Several in a row try places of places, and
/// a text that is made for it would keep them busy for ever; no text that a server writes comes near.
pub(crate) const TRIES: u32 = 4_096;

/// Matches `parts` against the words of `text` from word `first` on. Returns the end of the match in bytes.
pub(crate) fn match_forward(
    parts: &[u32],
    text: &str,
    words: &[Word],
    first: usize,
    caught: &mut Vec<Caught>,
    tries: &mut u32,
) -> Option<usize> {
    let mut at = first;
    let mut end = words.get(first).map(|word| word.start as usize)?;
    let mut parts = parts;
    while let Some((&part, rest)) = parts.split_first() {
        parts = rest;
        if !is_hole(part) {
            let word = words.get(at)?;
            if short(word.hash) != part {
                return None;
            }
            end = word.end as usize;
            at += 1;
            continue;
        }
        let hole = Hole::from_code(part >> 16 & 0xFF);
        let name = (part & 0xFFFF) as u16;
        if hole == Hole::Any {
            let start = words.get(at)?.start as usize;
            let Some(anchor) = rest.first() else {
                let last = words.len().min(at + ANY_WORDS) - 1;
                let stop = words.get(last)?.end as usize;
                caught.push((name, (start, stop)));
                return Some(stop);
            };
            let kept = caught.len();
            for (skipped, pair) in words.get(at..)?.windows(2).take(ANY_WORDS).enumerate() {
                let [last, next] = pair else { continue };
                *tries = tries.checked_sub(1)?;
                if short(next.hash) != *anchor {
                    continue;
                }
                caught.push((name, (start, last.end as usize)));
                if let Some(end) = match_forward(rest, text, words, at + 1 + skipped, caught, tries) {
                    return Some(end);
                }
                caught.truncate(kept);
            }
            return None;
        }
        let (from, to) = catch(hole, text, end)?;
        // A value that was masked says nothing.
        if !is_masked(text.get(from..to).unwrap_or_default()) {
            caught.push((name, (from, to)));
        }
        end = if hole == Hole::Ip { behind_ip(text, to) } else { to };
        let to = end;
        while words.get(at).is_some_and(|word| (word.start as usize) < to) {
            at += 1;
        }
    }
    Some(end)
}

/// A few characters of ASCII.
#[derive(Clone, Copy)]
struct Signs(u128);

impl Signs {
    const fn of(signs: &[u8]) -> Signs {
        let (mut set, mut rest) = (0, signs);
        while let [sign, behind @ ..] = rest {
            set |= 1 << *sign;
            rest = behind;
        }
        Signs(set)
    }

    const fn has(self, c: char) -> bool {
        c.is_ascii() && self.0 >> (c as u32) & 1 != 0
    }
}

/// How many bytes the characters have that begin a text and all are `wanted`.
#[inline]
fn run(text: &str, wanted: impl Fn(char) -> bool) -> usize {
    let mut len = 0;
    for c in text.chars().take_while(|c| wanted(*c)) {
        len += c.len_utf8();
    }
    len
}

/// These characters.
#[inline]
fn begin(text: &str, wanted: impl Fn(char) -> bool) -> &str {
    text.get(..run(text, wanted)).unwrap_or_default()
}

/// Catches the value of a typed hole that stands at `from`, after spaces and opening punctuation.
fn catch(hole: Hole, text: &str, from: usize) -> Option<(usize, usize)> {
    const OPENING: Signs = Signs::of(b"[(<\"'`=:;,{-|");
    let rest = text.get(from..)?;
    let skipped = run(rest, |c| c.is_whitespace() || OPENING.has(c) || matches!(c, '\u{201c}' | '\u{2018}'));
    if skipped > 16 || skipped == rest.len() {
        return None;
    }
    let start = from + skipped;
    let text = rest.get(skipped..)?;
    let len = match hole {
        Hole::Ip => {
            let number = text.strip_prefix("IPv6:").unwrap_or(text);
            let start = start + text.len() - number.len();
            let value = begin(number, |c| c.is_ascii_hexdigit() || c == '.' || c == ':');
            // "2001:db8::" ends in colons of its own.
            let whole = value.parse::<std::net::IpAddr>().is_ok();
            let value = if whole { value } else { value.trim_end_matches(['.', ':']) };
            if value.parse::<std::net::IpAddr>().is_err() {
                let len = masked(text);
                return (len > 0).then_some((start, start + len));
            }
            return Some((start, start + value.len()));
        }
        Hole::Number => {
            let value = begin(text, |c| c.is_ascii_digit() || c == '.' || c == ',');
            let value = value.trim_end_matches(['.', ',']);
            if !value.starts_with(|c: char| c.is_ascii_digit()) {
                let len = masked(text);
                return (len > 0).then_some((start, start + len));
            }
            value.len()
        }
        Hole::Domain | Hole::Host | Hole::Address if masked(text) > 0 => masked(text),
        Hole::Domain | Hole::Host => {
            let value = begin(text, |c| c.is_alphanumeric() || c == '.' || c == '-' || c == '_');
            let value = value.trim_end_matches(['.', '-']);
            if value.is_empty() || (hole == Hole::Domain && !value.contains('.')) {
                return None;
            }
            value.len()
        }
        Hole::Address => {
            const ENDING: Signs = Signs::of(b"<>()[];,\"|");
            let value = begin(text, |c| !(c.is_whitespace() || ENDING.has(c)));
            let value = value.trim_end_matches(['.', ':', '\'']);
            let at = value.rfind('@')?;
            if at == 0 || at + 1 == value.len() {
                return None;
            }
            value.len()
        }
        Hole::Url => {
            const ENDING: Signs = Signs::of(b"<>\"[]");
            if !(text.starts_with("http://") || text.starts_with("https://")) {
                return None;
            }
            let value = begin(text, |c| !(c.is_whitespace() || ENDING.has(c)));
            value.trim_end_matches(['.', ',', ')', ';', '\'']).len()
        }
        Hole::Tag | Hole::Any => {
            const ENDING: Signs = Signs::of(b"()[]<>,;\"");
            let value = begin(text, |c| !(c.is_whitespace() || ENDING.has(c)));
            value.trim_end_matches(['.', ':', '\'']).len()
        }
    };
    (len > 0).then_some((start, start + len))
}

/// How long a masked value is that begins a text: `x.xx.xx.x`, `***`, `192.0.2.x`, `****@****`; 0 where none does.
fn masked(text: &str) -> usize {
    let value = begin(text, |c| c.is_ascii_digit() || matches!(c, 'x' | 'X' | '*' | '.' | '@' | '#' | '\u{2022}'));
    let value = value.trim_end_matches('.');
    let ends = text.get(value.len()..).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
    if ends && is_masked(value) { value.len() } else { 0 }
}

/// Whether a value was masked: signs that stand for what is not shown, and three characters at least.
fn is_masked(value: &str) -> bool {
    let hides = |c: char| matches!(c, 'x' | 'X' | '*' | '#' | '\u{2022}');
    value.chars().count() >= 3
        && value.contains(hides)
        && value.chars().all(|c| hides(c) || c.is_ascii_digit() || matches!(c, '.' | '@'))
        && !value.starts_with("0x")
}

/// Where the bracket of an IP address goes on behind it: Gmail writes `[192.0.2.10      12]`, with a number of its own.
fn behind_ip(text: &str, to: usize) -> usize {
    let rest = text.get(to..).unwrap_or_default();
    let blanks = run(rest, |c| c == ' ');
    let digits = run(rest.get(blanks..).unwrap_or_default(), |c| c.is_ascii_digit());
    let closed = rest.get(blanks + digits..).is_some_and(|rest| rest.starts_with(']'));
    if blanks > 0 && digits > 0 && closed { to + blanks + digits } else { to }
}

/// Catches the value of a hole that stands before `to`, the start of the first literal word.
pub(crate) fn catch_before(part: u32, text: &str, to: usize) -> Option<Caught> {
    let hole = Hole::from_code(part >> 16 & 0xFF);
    const CLOSING: Signs = Signs::of(b"])>\"':,;-|");
    const PARTING: Signs = Signs::of(b"[(<\"';,");
    let before = text.get(..to)?.trim_end_matches(|c: char| c.is_whitespace() || CLOSING.has(c));
    let value = before.rsplit(|c: char| c.is_whitespace() || PARTING.has(c)).next().unwrap_or_default();
    let (from, stop) = catch(hole, text, before.len() - value.len())?;
    (stop <= to).then_some(((part & 0xFFFF) as u16, (from, stop)))
}

/// Fills the holes of a sentence: `{name|fallback}` gives the value caught as `name`, or else the fallback words.
///
/// Values come from messages. Where a sentence names a command for the reader to run, a value is quoted as one word of
/// it, or left out where no quoting holds. `@{...}` is PowerShell's hash table and stays as it is.
///
/// ```
/// use ndr_resolve::fill;
/// let sentence = "Microsoft 365 refuses mail from {ip|your sending address}.";
/// assert_eq!(fill(sentence, &[("ip", "203.0.113.7".into())]), "Microsoft 365 refuses mail from 203.0.113.7.");
/// assert_eq!(fill(sentence, &[]), "Microsoft 365 refuses mail from your sending address.");
/// let value = ("address", "a;reboot@example.com".to_string());
/// assert_eq!(fill("Run Get-Mailbox {address|NAME}.", &[value]), "Run Get-Mailbox 'a;reboot@example.com'.");
/// assert_eq!(fill("Run Set-Mailbox USER -EmailAddresses @{Add='X500:/o=ORG'}.", &[]), "Run Set-Mailbox USER -EmailAddresses @{Add='X500:/o=ORG'}.");
/// ```
pub fn fill(sentence: &str, values: &[(&'static str, String)]) -> String {
    let mut out = String::with_capacity(sentence.len());
    let mut rest = sentence;
    while let Some((before, opened)) = rest.split_once('{')
        && let Some((inside, after)) = opened.split_once('}')
    {
        out.push_str(before);
        if before.ends_with('@') {
            out.extend(["{", inside, "}"]);
            rest = after;
            continue;
        }
        let (name, fallback) = inside.split_once('|').unwrap_or((inside, inside));
        let so_far = sentence.len() - opened.len() - 1;
        match values.iter().find(|(known, _)| *known == name) {
            Some((_, value)) if in_command(sentence.get(..so_far).unwrap_or_default()) => {
                out.push_str(&command_word(value).unwrap_or(fallback.into()))
            }
            Some((_, value)) => out.push_str(value),
            None => out.push_str(fallback),
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Whether what follows `sentence` stands in a command: after a cmdlet or a program's name, or between backquotes.
fn in_command(sentence: &str) -> bool {
    const PROGRAMS: &[&str] = &[
        "curl",
        "dig",
        "doveadm",
        "exim",
        "host",
        "nslookup",
        "openssl",
        "ping",
        "postconf",
        "postmap",
        "postqueue",
        "swaks",
        "telnet",
        "whois",
    ];
    const VERBS: &[&str] = &[
        "Add", "Clear", "Disable", "Enable", "Export", "Get", "Import", "Invoke", "New", "Release", "Remove",
        "Resolve", "Restart", "Resume", "Retry", "Search", "Set", "Start", "Stop", "Test", "Update",
    ];
    if sentence.contains('`') {
        return sentence.matches('`').count() % 2 == 1;
    }
    let sentence = sentence.rsplit_once(". ").map_or(sentence, |(_, last)| last);
    sentence.split_whitespace().any(|word| {
        let word = word.trim_matches(['`', '"', '(', ',', ';']);
        PROGRAMS.contains(&word)
            || word
                .split_once('-')
                .is_some_and(|(verb, noun)| VERBS.contains(&verb) && noun.starts_with(|c: char| c.is_ascii_uppercase()))
    })
}

/// A value as one word of a command, in a POSIX shell as in PowerShell; `None` where no quoting holds in both.
fn command_word(value: &str) -> Option<Cow<'_, str>> {
    // PowerShell takes typographic quotes for quotes, and a dash in front makes an option of any word.
    let breaks = |c: char| c.is_control() || matches!(c, '\'' | '\u{2018}'..='\u{201f}');
    if value.is_empty() || value.starts_with(['-', '\u{2013}', '\u{2014}', '\u{2015}']) || value.contains(breaks) {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '@' | '+' | ':' | '/' | '=');
    Some(if value.chars().all(plain) && !value.starts_with('@') { value.into() } else { format!("'{value}'").into() })
}

/// The holes of a sentence as `(name, fallback)`; the fallback is `None` where the sentence gives none.
pub fn sentence_holes(sentence: &str) -> Vec<(&str, Option<&str>)> {
    let mut found = Vec::new();
    let mut rest = sentence;
    while let Some((before, opened)) = rest.split_once('{') {
        let Some((inside, after)) = opened.split_once('}') else {
            found.push((rest.get(before.len()..).unwrap_or_default(), None));
            break;
        };
        if !before.ends_with('@') {
            found.push(inside.split_once('|').map_or((inside, None), |(name, fallback)| (name, Some(fallback))));
        }
        rest = after;
    }
    found
}
