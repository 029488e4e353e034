//! One `Received` field (RFC 5321 section 4.4), as a dozen mailers write it.
//!
//! mail-parser reads this field too, but it keeps only protocols of its own list (Exchange's `mapi` and `HTTPS` are not
//! on it), sees no date without a semicolon, and does not distinguish a name given in HELO from a verified one. An
//! admin needs what it drops, so the field is read here.

use super::hop::{Hop, Scope, Tls};
use super::hosts;
use super::text::ip;
use super::time::Moment;
use crate::text;

/// The most bytes of one field that are read; no server writes a quarter of it.
const LONGEST: usize = 4 << 10;

/// A piece of the field: a word outside of parentheses, a comment without its parentheses, or the semicolon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece<'l> {
    Word(&'l str),
    Comment(&'l str),
    Semicolon,
}

/// The clauses that RFC 5321 names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Clause {
    Start,
    From,
    By,
    Via,
    With,
    Id,
    For,
    /// After the value of a clause that takes one word.
    Rest,
}

/// Reads the raw value of a field. What cannot be read is kept in [`Hop::text`], with [`Hop::parsed`] false.
pub(crate) fn read(field: &'static str, raw: &[u8]) -> Hop {
    let text = one_line(raw);
    let mut hop = Hop::new(field, text);
    let text = hop.text.clone();
    let pieces = pieces(&text);
    let date_at = pieces.iter().rposition(|(piece, _)| *piece == Piece::Semicolon);
    let parted = date_at.and_then(|at| pieces.split_at_checked(at));
    let (clauses, date) = match parted {
        Some((clauses, [(_, at), ..])) => (clauses, text::from(&text, at + 1).trim()),
        _ => (pieces.as_slice(), ""),
    };
    read_clauses(clauses, &mut hop);
    hop.time = Moment::parse(date);
    if hop.time.is_some() {
        hop.time_text = Some(date.to_string());
    } else if let Some((moment, written)) = date_without_semicolon(&text) {
        hop.time = Some(moment);
        hop.time_text = Some(written.to_string());
    } else if date.bytes().any(|b| b.is_ascii_digit()) {
        hop.time_text = Some(date.to_string());
    }
    let comments: Vec<&str> = clauses
        .iter()
        .filter_map(|(piece, _)| if let Piece::Comment(comment) = piece { Some(*comment) } else { None })
        .collect();
    hop.tls = tls(&comments, &text, hop.with.as_deref());
    hop.authenticated = is_authenticated(&comments, hop.with.as_deref());
    hop.ip = hop.ip.or_else(|| hop.from.as_deref().and_then(ip));
    hop.by_ip = hop.by_ip.or_else(|| hop.by.as_deref().and_then(ip));
    hop.parsed = hop.from.is_some()
        || hop.ip.is_some()
        || hop.by.is_some()
        || hop.with.is_some()
        || hop.id.is_some()
        || hop.time.is_some();
    if hosts::is_local(&hop, &comments) {
        hop.scope = Scope::Local;
    }
    hop
}

/// The value on one line, cut where no server's would end.
fn one_line(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(raw.get(..LONGEST).unwrap_or(raw));
    let mut out = String::with_capacity(text.len());
    for word in text.split_ascii_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    if raw.len() > LONGEST {
        out.push('…');
    }
    out
}

/// Cuts the line into pieces with their places. Comments nest; one that never closes runs to the end.
fn pieces(line: &str) -> Vec<(Piece<'_>, usize)> {
    let bytes = line.as_bytes();
    let mut found = Vec::with_capacity(16);
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' => at += 1,
            b';' => {
                found.push((Piece::Semicolon, at));
                at += 1;
            }
            b'(' => {
                let end = comment_end(bytes, at);
                found.push((Piece::Comment(text::between(line, at + 1, end).trim()), at));
                at = end + 1;
            }
            _ => {
                let end = word_end(bytes, at);
                found.push((Piece::Word(text::between(line, at, end)), at));
                at = end;
            }
        }
    }
    found
}

/// Where the comment that opens at `at` closes. One that does not is taken to end with the address that it holds, or in
/// front of the next clause.
fn comment_end(bytes: &[u8], at: usize) -> usize {
    let mut depth = 0_usize;
    for (n, byte) in bytes.iter().enumerate().skip(at) {
        match byte {
            b'(' => depth += 1,
            b')' if depth <= 1 => return n,
            b')' => depth -= 1,
            _ => {}
        }
    }
    let tail = bytes.get(at..).unwrap_or_default();
    let end = memchr::memmem::find(tail, b"] ").map(|end| end + 1).or_else(|| memchr::memmem::find(tail, b" by "));
    at + end.unwrap_or(tail.len())
}

/// Where the word that begins at `at` ends. Quotation marks and angle brackets hold blanks and semicolons.
fn word_end(bytes: &[u8], at: usize) -> usize {
    let Some((first, tail)) = bytes.get(at..).and_then(<[u8]>::split_first) else { return at };
    let close = match first {
        b'<' => Some(b'>'),
        b'"' => Some(b'"'),
        _ => None,
    };
    let held = close.and_then(|close| memchr::memchr(close, tail)).map_or(0, |len| len + 1);
    at + 1 + held + tail.iter().skip(held).take_while(|b| !matches!(b, b' ' | b';' | b'(')).count()
}

fn keyword(word: &str) -> Option<Clause> {
    const WORDS: [(&str, Clause); 6] = [
        ("from", Clause::From),
        ("by", Clause::By),
        ("via", Clause::Via),
        ("with", Clause::With),
        ("id", Clause::Id),
        ("for", Clause::For),
    ];
    WORDS.iter().find(|(name, _)| word.eq_ignore_ascii_case(name)).map(|(_, clause)| *clause)
}

fn read_clauses(pieces: &[(Piece<'_>, usize)], hop: &mut Hop) {
    let mut clause = Clause::Start;
    // Whom the comments speak of: those after `from` describe the client, those after `by` the server.
    let mut side = Clause::Start;
    for (n, (piece, _)) in pieces.iter().enumerate() {
        match piece {
            Piece::Word(word) => {
                if let Some(next) = keyword(word).filter(|next| is_free(hop, *next)) {
                    clause = next;
                    if matches!(next, Clause::From | Clause::By) {
                        side = next;
                    }
                    continue;
                }
                // "by host mx.example.com"
                let named = word.eq_ignore_ascii_case("host")
                    && matches!(pieces.get(n + 1), Some((Piece::Word(next), _)) if next.contains('.'));
                if !(named && clause == Clause::By) {
                    clause = take(hop, clause, side, word);
                }
            }
            Piece::Comment(comment) => match side {
                Clause::From => client_comment(hop, comment),
                Clause::By if hop.by_ip.is_none() => hop.by_ip = ip(comment),
                _ => {}
            },
            Piece::Semicolon => clause = Clause::Rest,
        }
    }
}

/// A clause occurs once; a second `for` or `by` is part of free text.
fn is_free(hop: &Hop, clause: Clause) -> bool {
    match clause {
        Clause::From => hop.from.is_none() && hop.by.is_none(),
        Clause::By => hop.by.is_none(),
        Clause::Via => hop.via.is_none(),
        Clause::With => hop.with.is_none(),
        Clause::Id => hop.id.is_none(),
        Clause::For => hop.for_.is_none(),
        Clause::Start | Clause::Rest => false,
    }
}

/// Takes a word into the open clause. Protocols and routes may have several words, all else has one.
fn take(hop: &mut Hop, clause: Clause, side: Clause, word: &str) -> Clause {
    let one = |slot: &mut Option<String>, value: &str| {
        if !value.is_empty() {
            *slot = Some(value.to_string());
        }
        Clause::Rest
    };
    match clause {
        Clause::From => one(&mut hop.from, word.trim_end_matches(',')),
        Clause::By => one(&mut hop.by, word.trim_end_matches([',', '.'])),
        Clause::Id => one(&mut hop.id, word.trim_matches(['<', '>'])),
        Clause::For => one(&mut hop.for_, crate::text::address::bare(word)),
        // Exim: "with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384".
        Clause::With if word == "tls" => Clause::Rest,
        Clause::Via | Clause::With => {
            let slot = if clause == Clause::Via { &mut hop.via } else { &mut hop.with };
            let value = slot.get_or_insert_default();
            if !value.is_empty() {
                value.push(' ');
            }
            value.push_str(word);
            clause
        }
        Clause::Rest if side == Clause::From && matches!(word, "pickup" | "service") => {
            // "from mail pickup service by": the folder that Microsoft's SMTP service collects from.
            if let Some(from) = &mut hop.from {
                from.push(' ');
                from.push_str(word);
            }
            clause
        }
        Clause::Start | Clause::Rest => {
            // "from relay.example.com [192.0.2.1] by", "by mx.example.com [192.0.2.2] with"
            let slot = if side == Clause::By { &mut hop.by_ip } else { &mut hop.ip };
            if slot.is_none() && word.starts_with('[') {
                *slot = ip(word);
            }
            Clause::Rest
        }
    }
}

/// What a server adds about its client: the verified name, the address, the name given in HELO.
fn client_comment(hop: &mut Hop, comment: &str) {
    let mut words = comment.split([' ', ',']).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let lower = word.to_ascii_lowercase();
        if let Some(name) = lower.strip_prefix("helo=") {
            set(&mut hop.helo, text::from(word, word.len() - name.len()));
        } else if matches!(lower.as_str(), "helo" | "ehlo") {
            if let Some(name) = words.next() {
                set(&mut hop.helo, name);
            }
        } else if let Some(found) = ip(word) {
            hop.ip = hop.ip.or(Some(found));
        } else if hop.reverse.is_none() && hosts::is_host_name(word) && !lower.contains('=') {
            hop.reverse = Some(word.trim_end_matches('.').to_string());
        } else if matches!(lower.as_str(), "using" | "authenticated" | "may" | "no" | "softfail" | "tls:") {
            // Remarks on the session follow, which hold no names.
            break;
        }
    }
    // A name that repeats the first one adds nothing.
    if hop.reverse.as_deref().zip(hop.from.as_deref()).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b)) {
        hop.reverse = None;
    }
}

fn set(slot: &mut Option<String>, value: &str) {
    let value = value.trim_end_matches(')');
    if slot.is_none() && !value.is_empty() {
        *slot = Some(value.to_string());
    }
}

/// What the field says of encryption, wherever it says it.
pub(crate) fn tls(comments: &[&str], text: &str, with: Option<&str>) -> Option<Tls> {
    let mut found: Option<Tls> = None;
    for comment in comments {
        if let Some(version) = words_of(comment).find_map(tls_version) {
            let tls = found.get_or_insert_default();
            tls.version = tls.version.take().or(Some(version));
            tls.cipher = tls.cipher.take().or_else(|| cipher(comment));
        } else if comment.eq_ignore_ascii_case("tls") || comment.contains("SHA") && comment.ends_with("encrypted") {
            found.get_or_insert_default().cipher = cipher(comment);
        }
    }
    // Exim says the cipher outside of the comment: "with esmtps (TLS1.3) tls TLS_AES_256_GCM_SHA384".
    if let Some(tls) = &mut found
        && tls.cipher.is_none()
        && let Some((_, behind)) = text.split_once(" tls ")
    {
        tls.cipher = behind.split(' ').next().filter(|word| word.contains('_')).map(str::to_string);
    }
    let encrypted = with.is_some_and(|with| {
        // RFC 3848, RFC 8314: the S of these protocols says that the session was encrypted.
        ["ESMTPS", "ESMTPSA", "SMTPS", "LMTPS", "LMTPSA", "UTF8SMTPS", "UTF8SMTPSA", "HTTPS"]
            .iter()
            .any(|name| with.split(' ').any(|word| word.eq_ignore_ascii_case(name)))
    }) || text.contains("over TLS secured channel");
    found.or_else(|| encrypted.then(Tls::default))
}

fn words_of(comment: &str) -> impl Iterator<Item = &str> {
    comment.split([' ', ',', '(', ')', ':', '/', ';']).filter(|word| !word.is_empty())
}

/// `TLS1_2`, `version=TLSv1.3`, `TLS1.2` as one name: `TLSv1.2`.
fn tls_version(word: &str) -> Option<String> {
    let word = word.rsplit('=').next().unwrap_or(word);
    let upper = word.to_ascii_uppercase();
    let (name, number) = if let Some(number) = upper.strip_prefix("TLS") {
        ("TLSv", number)
    } else {
        ("SSLv", upper.strip_prefix("SSL")?)
    };
    let number = number.trim_start_matches(['V', '_']).replace('_', ".");
    let known = matches!(number.as_str(), "1" | "1.0" | "1.1" | "1.2" | "1.3" | "2" | "3");
    known.then(|| format!("{name}{}", if number == "1" { "1.0" } else { &number }))
}

/// The name of the cipher in a comment on the session.
fn cipher(comment: &str) -> Option<String> {
    let mut words = comment.split([' ', ',', '(', ')', ';']).filter(|word| !word.is_empty());
    let mut fallback = None;
    while let Some(word) = words.next() {
        if word.eq_ignore_ascii_case("cipher") {
            return words.next().map(str::to_string);
        }
        if let Some(at) = word.to_ascii_lowercase().find("cipher=") {
            return Some(text::from(word, at + 7).to_string()).filter(|name| !name.is_empty());
        }
        // Exim's older form, TLS1.2:ECDHE_RSA_AES_256_GCM_SHA384:256, and Courier's list.
        for part in word.split(':') {
            let is_name = part.len() > 6
                && part.contains(['-', '_'])
                && ["SHA", "MD5", "CHACHA", "GCM", "CBC", "RC4"].iter().any(|mark| part.contains(mark));
            if is_name && fallback.is_none() {
                fallback = Some(part.to_string());
            }
        }
    }
    fallback
}

/// Whether the client had logged in.
fn is_authenticated(comments: &[&str], with: Option<&str>) -> bool {
    let protocol = with.is_some_and(|with| {
        ["ESMTPA", "ESMTPSA", "LMTPA", "LMTPSA", "UTF8SMTPA", "UTF8SMTPSA", "ASMTP", "AUTH"]
            .iter()
            .any(|name| with.split(' ').any(|word| word.eq_ignore_ascii_case(name)))
    });
    protocol
        || comments.iter().any(|comment| {
            comment.get(..13).is_some_and(|head| head.eq_ignore_ascii_case("authenticated"))
                || comment.contains("authenticated user")
                || comment.to_ascii_lowercase().contains("auth=")
        })
}

/// The date of a field that has no semicolon, or words behind it: at the end of the line, from the weekday or day on.
fn date_without_semicolon(text: &str) -> Option<(Moment, &str)> {
    let tail = text::from(text, text::floor(text, text.len().saturating_sub(90)));
    let moment = Moment::parse(tail)?;
    const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let weekday = DAYS.iter().filter_map(|day| tail.rfind(day)).max();
    Some((moment, weekday.map_or(tail, |at| text::from(tail, at)).trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn pieces_lose_nothing(line in "[é(]?([aé\"<>()\\];]| by | \\(|\\] ){0,24}") {
            let mut covered = String::new();
            for (piece, at) in pieces(&line) {
                match piece {
                    Piece::Word(word) => {
                        prop_assert!(!word.is_empty());
                        prop_assert_eq!(line.get(at..at + word.len()), Some(word));
                        covered.push_str(word);
                    }
                    Piece::Comment(comment) => {
                        prop_assert!(line.get(at + 1..).is_some_and(|rest| rest.trim_start().starts_with(comment)));
                        covered.push_str(comment);
                    }
                    Piece::Semicolon => covered.push(';'),
                }
            }
            // Only parentheses and blanks are dropped.
            let kept = |text: &str| text.chars().filter(|c| !matches!(c, '(' | ')' | ' ')).collect::<String>();
            prop_assert_eq!(kept(&covered), kept(&line));
        }
    }
}
