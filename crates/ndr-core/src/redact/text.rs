//! Masks the names within a text.

use super::tokens::{Masks, Tokens, addresses};
use std::net::IpAddr;

/// What is masked in a text besides addresses, hosts and IP addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Words {
    /// User names outside of addresses.
    pub(super) users: bool,
    /// Names of people, and subjects.
    pub(super) names: bool,
}

/// Masks a text line by line.
pub(super) fn text(tokens: &mut Tokens, text: &str, words: Words) -> String {
    text.split_inclusive('\n').map(|part| line(tokens, part, words)).collect()
}

fn line(tokens: &mut Tokens, line: &str, words: Words) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    let mut at = 0;
    for (from, to, token) in if words.names { phrases(tokens, line) } else { Vec::new() } {
        out += &rest(tokens, line.get(at..from).unwrap_or_default(), words);
        out += &token;
        at = to;
    }
    out + &rest(tokens, line.get(at..).unwrap_or_default(), words)
}

/// The positions of known names and subjects: the longest first, none within another.
fn phrases(tokens: &Tokens, line: &str) -> Vec<(usize, usize, String)> {
    let mut known: Vec<(String, &str, Masks)> = Vec::new();
    for (kind, phrase, token) in tokens.list() {
        match kind {
            Masks::Name => known.extend(orders(phrase).map(|name| (name, token.as_str(), *kind))),
            Masks::Subject => known.push((phrase.clone(), token, *kind)),
            _ => {}
        }
    }
    known.retain(|(phrase, ..)| !phrase.is_empty());
    known.sort_by_key(|(phrase, ..)| std::cmp::Reverse(phrase.len()));
    let mut found: Vec<(usize, usize, String)> = Vec::new();
    for (phrase, token, kind) in known {
        let telling = is_telling(&phrase);
        let escaped = crate::sanitize::html(&phrase);
        let forms = [phrase.as_str(), escaped.as_str()];
        for form in forms.iter().take(if escaped == phrase { 1 } else { 2 }) {
            for from in memchr::memmem::find_iter(line.as_bytes(), form.as_bytes()) {
                let to = from + form.len();
                let free = found.iter().all(|(start, end, _)| to <= *start || *end <= from);
                if free && stands_alone(line, from, to) && (telling || is_labelled(line, from, to, kind)) {
                    found.push((from, to, token.to_string()));
                }
            }
        }
    }
    found.sort();
    found
}

/// A name as it is and the other way round: `Jane Doe`, `Doe, Jane`.
fn orders(name: &str) -> impl Iterator<Item = String> {
    let other = match name.split_once(", ") {
        Some((last, first)) => Some(format!("{first} {last}")),
        None => name.split_once(' ').map(|(first, last)| format!("{last}, {first}")),
    };
    std::iter::once(name.to_string()).chain(other)
}

/// Whether a phrase is long enough to be looked for: `Hello` would be found everywhere.
fn is_telling(phrase: &str) -> bool {
    phrase.chars().count() >= 5 && (phrase.trim().contains(' ') || phrase.chars().count() >= 8 || !phrase.is_ascii())
}

/// Whether a short phrase stands where only a subject or a name stands: `subject=Hi`, `"subject":"Hi"`, `News <a@...`.
fn is_labelled(line: &str, from: usize, to: usize, kind: Masks) -> bool {
    let (before, after) = (line.get(..from).unwrap_or_default(), line.get(to..).unwrap_or_default());
    match kind {
        Masks::Subject => {
            let label = before.trim_end_matches(['"', '\'', ' ', ':', '=']);
            let is_parted = label.len() < before.len() && label.is_char_boundary(label.len().saturating_sub(7));
            let ends = after.is_empty() || after.starts_with(['&', '"', '\'', '\r', '\n']);
            is_parted
                && ends
                && label.get(label.len().saturating_sub(7)..).is_some_and(|end| end.eq_ignore_ascii_case("subject"))
        }
        Masks::Name => after.trim_start_matches(['"', '\\', ' ']).starts_with(['<']) && after.contains('@'),
        _ => false,
    }
}

fn stands_alone(line: &str, from: usize, to: usize) -> bool {
    let before = line.get(..from).and_then(|text| text.chars().next_back());
    let after = line.get(to..).and_then(|text| text.chars().next());
    !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
}

/// Addresses, and between them hosts, IP addresses and users.
fn rest(tokens: &mut Tokens, line: &str, words: Words) -> String {
    let mut out = String::with_capacity(line.len() + 16);
    let mut at = 0;
    for found in addresses(line) {
        out += &runs(tokens, line.get(at..found.start).unwrap_or_default(), words);
        out += &tokens.address(found.address);
        at = found.end;
    }
    out + &runs(tokens, line.get(at..).unwrap_or_default(), words)
}

const fn in_run(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':') || (c as u32) > 0xA0
}

fn runs(tokens: &mut Tokens, text: &str, words: Words) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut left = text;
    while !left.is_empty() {
        let len = left.find(in_run).unwrap_or(left.len());
        let (gap, tail) = left.split_at(len);
        out += gap;
        let len = tail.find(|c| !in_run(c)).unwrap_or(tail.len());
        let (run, tail) = tail.split_at(len);
        // `%3Cuser`: two digits of an encoded character, and then the name.
        let (code, run) = match out.ends_with('%').then(|| run.split_at_checked(2)).flatten() {
            Some((code, run)) if code.bytes().all(|byte| byte.is_ascii_hexdigit()) => (code, run),
            _ => ("", run),
        };
        out += code;
        left = encoded_address(tokens, run, tail, &mut out).unwrap_or_else(|| {
            // A name directly before an address in brackets is one of a host, whatever its end.
            if tail.trim_start().starts_with(['[', '(']) && starts_with_ip(tail) {
                tokens.learn_host(run);
            }
            out += &one_run(tokens, run, words);
            tail
        });
    }
    out
}

/// `user%40example.com`, `user+40example.com`, `user=40example.com`: an address in the dress of URLs, xtext and
/// quoted-printable. Gives what follows it.
fn encoded_address<'t>(tokens: &mut Tokens, run: &str, tail: &'t str, out: &mut String) -> Option<&'t str> {
    let mark = ["%40", "+40", "=40", "&#64;", "&#x40;"].into_iter().find(|mark| tail.starts_with(mark))?;
    let after = tail.get(mark.len()..)?;
    let len = after.find(|c| !in_run(c)).unwrap_or(after.len());
    let domain = after.get(..len)?.trim_end_matches(['.', '-', '_', ':']);
    if run.is_empty() || !domain.contains('.') {
        return None;
    }
    *out += &tokens.user(run);
    *out += mark;
    *out += &tokens.host(domain);
    after.get(domain.len()..)
}

fn starts_with_ip(tail: &str) -> bool {
    let inside = tail.trim_start().trim_start_matches(['[', '(']);
    let inside = inside.strip_prefix("IPv6:").unwrap_or(inside);
    let len = inside.find(|c: char| !(c.is_ascii_hexdigit() || c == '.' || c == ':')).unwrap_or(inside.len());
    inside.get(..len).is_some_and(|ip| ip.parse::<IpAddr>().is_ok())
}

fn one_run(tokens: &mut Tokens, run: &str, words: Words) -> String {
    let bare = run.trim_end_matches(['.', ':', '-', '_']);
    let tail = run.get(bare.len()..).unwrap_or_default();
    let lead_len = bare.len() - bare.trim_start_matches(['.', '-', '_']).len();
    let (lead, bare) = bare.split_at(lead_len);
    let (lead, bare) = match bare.strip_prefix("IPv6:") {
        Some(rest) => (format!("{lead}IPv6:"), rest),
        None => (lead.to_string(), bare),
    };
    if bare.contains(':') {
        // `::1` keeps its colons: try the whole of it before the pieces.
        let whole = format!("{bare}{tail}");
        for (text, tail) in [(bare, tail), (whole.trim_end_matches('.'), "")] {
            if let Ok(ip) = text.parse::<IpAddr>() {
                return format!("{lead}{}{tail}", tokens.ip(ip, text));
            }
        }
        let pieces: Vec<String> = bare.split(':').map(|piece| word(tokens, piece, words)).collect();
        return format!("{lead}{}{tail}", pieces.join(":"));
    }
    format!("{lead}{}{tail}", word(tokens, bare, words))
}

fn word(tokens: &mut Tokens, word: &str, words: Words) -> String {
    if let Ok(ip) = word.parse::<std::net::Ipv4Addr>() {
        return tokens.ip(ip.into(), word);
    }
    let bare = word.trim_matches(['.', '-', '_']);
    if tokens.is_host(bare) {
        return word.replacen(bare, &tokens.host(bare), 1);
    }
    if words.users
        && word.chars().count() >= 3
        && !word.chars().all(|c| c.is_ascii_digit() || c == '.')
        && let Some(token) = tokens.known(Masks::User, word)
    {
        return token.to_string();
    }
    // qmail's log writes blanks as underscores.
    if word.contains('_') {
        let pieces: Vec<String> = word.split('_').map(|piece| self::word(tokens, piece, words)).collect();
        return pieces.join("_");
    }
    word.to_string()
}

/// Every letter an `x`, every digit a `0`; the shape stays.
pub(super) fn scramble(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            c if c.is_ascii_digit() => '0',
            c if c.is_alphanumeric() || !(c.is_ascii() || c.is_whitespace()) => 'x',
            c => c,
        })
        .collect()
}

/// The same between the tags of HTML; tags lose their attributes.
pub(super) fn scramble_html(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        let (text, tag) = rest.split_at(open);
        out += &scramble(text);
        let len = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(len);
        let name: String = tag.chars().skip(1).take_while(|c| c.is_ascii_alphanumeric() || *c == '/').collect();
        if !name.is_empty() {
            out += &format!("<{name}>");
        }
        rest = after;
    }
    out + &scramble(rest)
}
