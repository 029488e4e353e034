//! What a server said: reply code, enhanced status codes and words of an SMTP reply (RFC 5321 section 4.2, RFC 2034).

use crate::code::{StatusCode, find_codes};

/// The reply code and the status codes that a server's words hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// The SMTP reply code, 200 to 599.
    pub code: Option<u16>,
    /// The enhanced status code that stands with the reply code, or else the first one in the text.
    pub status: Option<StatusCode>,
    /// Further status codes in the text, each once, in order.
    pub inner: Vec<StatusCode>,
}

impl Reply {
    /// Reads the codes out of `text`.
    ///
    /// A success gives way to any failure in the same text.
    ///
    /// ```
    /// use ndr_resolve::Reply;
    /// let reply = Reply::parse("550 5.1.351 Remote server returned unknown recipient -> 554 5.1.1 User unknown");
    /// assert_eq!(reply.code, Some(550));
    /// assert_eq!(reply.status.unwrap().to_string(), "5.1.351");
    /// assert_eq!(reply.inner[0].to_string(), "5.1.1");
    /// assert_eq!(Reply::parse("host 192.0.2.1 said: 452 try later").code, Some(452));
    /// assert_eq!(Reply::parse("5.1.1 no such user").code, None);
    /// assert_eq!(Reply::parse("250 2.1.0 Sender ok; 550 5.1.1 no such user").status.unwrap().to_string(), "5.1.1");
    /// ```
    pub fn parse(text: &str) -> Reply {
        let mut reply = Reply { code: find_reply(text).map(|found| found.0), ..Reply::default() };
        let mut weak = None;
        // A code that a text begins with is the speaker's own, whatever it quotes behind.
        let begins = |at: usize| {
            text.bytes()
                .take(at)
                .all(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'=' | b'<' | b'(' | b'['))
        };
        let failed = find_codes(text).any(|found| found.code.class() != 2);
        for found in find_codes(text).filter(|found| !failed || found.code.class() != 2) {
            let listed = &mut reply.inner;
            if reply.status == Some(found.code) || listed.contains(&found.code) {
                continue;
            }
            if reply.status.is_none() && (found.strong || begins(found.span.0)) {
                reply.status = Some(found.code);
            } else {
                weak = weak.or(Some(found.code));
                listed.push(found.code);
            }
        }
        if reply.status.is_none()
            && let Some(first) = weak
        {
            reply.inner.retain(|code| *code != first);
            reply.status = Some(first);
        }
        if let Some(status) = reply.status {
            reply.inner.retain(|code| *code != status);
        }
        reply
    }
}

/// Finds the first SMTP reply code in `text`: three digits from 200 to 599 that stand alone where a reply begins.
/// Returns it and its byte offset. A success (2xx, 3xx) gives way to the first failure behind it.
///
/// ```
/// use ndr_resolve::find_reply;
/// assert_eq!(find_reply("smtp;550 no"), Some((550, 5)));
/// assert_eq!(find_reply("after 300 seconds"), None);
/// assert_eq!(find_reply("took 550 ms"), None);
/// assert_eq!(find_reply("Expected response code 250 but got code \"550\""), Some((550, 41)));
/// ```
pub fn find_reply(text: &str) -> Option<(u16, usize)> {
    let bytes = text.as_bytes();
    // 3xx never ends a delivery; it is read only where the text is nothing but the reply.
    let lead = usize::from(bytes.first() == Some(&b'3'));
    let starts = memchr::memchr3_iter(b'2', b'4', b'5', bytes);
    let mut success = None;
    for start in (0..lead).chain(starts) {
        let Some((before, rest)) = bytes.split_at_checked(start) else { break };
        let &[class, tens @ b'0'..=b'9', ones @ b'0'..=b'9', ref after @ ..] = rest else { continue };
        let code = u16::from(class - b'0') * 100 + u16::from(tens - b'0') * 10 + u16::from(ones - b'0');
        if !is_reply_place(before, after, code) || is_expected(before) {
            continue;
        }
        if code >= 400 {
            return Some((code, start));
        }
        success = success.or(Some((code, start)));
    }
    success
}

/// Successes that SMTP knows. Others are exit statuses, sizes and the like.
const SUCCESSES: &[u16] = &[200, 211, 214, 220, 221, 235, 250, 251, 252, 334, 354];

/// Words behind which a number is a reply whatever follows it.
const ANNOUNCE: &[&str] = &[
    "said",
    "says",
    "returned",
    "response",
    "responded",
    "responds",
    "error",
    "reply",
    "replied",
    "code",
    "smtp",
    "esmtp",
    "dd",
    "rejected",
    "refused",
    "fehler",
    "fehlercode",
    "erreur",
    "errore",
    "erro",
    "answer",
    "answered",
    "gave",
    "got",
    "->",
    "=>",
    "-",
    "responsecode",
    "response-code",
    "error_code",
    "permanent",
    "temporary",
];

/// Words that may stand before a reply as before any other number.
const MAY_ANNOUNCE: &[&str] =
    &["with", "was", "is", "status", "message", "failed", "recipient", "host", "server", "=", "received"];

/// Words that say, up to three words before a number, that it counts, names or measures something.
const MEASURES: &[&str] = &[
    "age",
    "attempts",
    "bytes",
    "count",
    "exceed",
    "exceeded",
    "exceeds",
    "exit",
    "exited",
    "expect",
    "expected",
    "expecting",
    "height",
    "id",
    "largest",
    "length",
    "limit",
    "line",
    "lines",
    "max",
    "maximum",
    "maxsize",
    "messages",
    "min",
    "minimum",
    "msgs",
    "num",
    "number",
    "over",
    "page",
    "pid",
    "port",
    "priority",
    "process",
    "queue",
    "queued",
    "quota",
    "rate",
    "recipients",
    "retries",
    "room",
    "score",
    "size",
    "suite",
    "than",
    "time",
    "timeout",
    "total",
    "ttl",
    "uid",
    "usage",
    "used",
    "version",
    "width",
    "within",
];

/// Words that set off what came from what was expected.
const INSTEAD: &[&str] = &["but", "got", "received", "instead", "was", "returned", "actual"];

/// Units: a number in front of one is an amount.
const UNITS: &[&str] = &[
    "addresses",
    "attempts",
    "b",
    "byte",
    "bytes",
    "characters",
    "chars",
    "connections",
    "day",
    "days",
    "emails",
    "gb",
    "gib",
    "hour",
    "hours",
    "h",
    "k",
    "kb",
    "kbyte",
    "kbytes",
    "kib",
    "kilobytes",
    "lines",
    "m",
    "mails",
    "mb",
    "megabytes",
    "messages",
    "mib",
    "millis",
    "milliseconds",
    "min",
    "mins",
    "minute",
    "minutes",
    "ms",
    "msgs",
    "octets",
    "of",
    "per",
    "percent",
    "people",
    "recipients",
    "retries",
    "s",
    "sec",
    "second",
    "seconds",
    "secs",
    "times",
    "users",
];

fn is_word_of(list: &[&str], word: &[u8]) -> bool {
    list.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

/// The last words of a text, the last first: runs of letters and signs between blanks, without the punctuation around
/// them.
fn last_words(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    const MOST: usize = 100;
    let near = bytes.get(bytes.len().saturating_sub(MOST)..).unwrap_or_default();
    let word = |word: &'_ &[u8]| !word.is_empty();
    near.rsplit(|b| {
        b.is_ascii_whitespace()
            || matches!(
                *b,
                b'(' | b')'
                    | b'['
                    | b']'
                    | b'{'
                    | b'}'
                    | b'<'
                    | b'>'
                    | b'"'
                    | b'\''
                    | b':'
                    | b';'
                    | b','
                    | b'/'
                    | b'='
                    | b'|'
                    | b'.'
                    | b'?'
            )
    })
    .filter(word)
}

/// Whether the number behind `before` was expected, and something else came.
fn is_expected(before: &[u8]) -> bool {
    for word in last_words(before).take(6) {
        if is_word_of(INSTEAD, word) {
            return false;
        }
        if is_word_of(&["expected", "expect", "expects", "expecting", "erwartet"], word) {
            return true;
        }
    }
    false
}

/// Whether the words right before a number, or those behind it, make it an amount or a name.
fn is_measure(before: &[u8], after: &[u8]) -> bool {
    let near = last_words(before).take(3).take_while(|word| !is_word_of(ANNOUNCE, word) && !is_word_of(INSTEAD, word));
    let named = |word: &[u8]| {
        // "queue-id" and "rcpt_count" say it in their last part.
        let last = word.rsplit(|b| matches!(b, b'-' | b'_')).next().unwrap_or_default();
        is_word_of(MEASURES, last)
    };
    near.into_iter().any(named) || is_unit(after)
}

/// Whether a unit follows: `550 ms`, `500 messages`.
fn is_unit(after: &[u8]) -> bool {
    let [b' ' | b'-', rest @ ..] = after else { return false };
    let len = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let unit = rest.get(..len).unwrap_or_default();
    is_word_of(UNITS, unit) && !matches!(rest.get(len), Some(b'@' | b'='))
}

/// Whether a label may have a reply for its value: `said:550`, `smtp_code=550`; not a time, an IPv6 address, a size.
fn is_label(before: &[u8]) -> bool {
    let Some((_, rest)) = before.split_last() else { return false };
    let is_part = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let len = rest.iter().rev().take(40).take_while(is_part).count();
    let label = rest.get(rest.len() - len..).unwrap_or_default();
    if label.is_empty() {
        // "mx.example.com (192.0.2.1): 550", and never the "::" of an address.
        return matches!(rest.last(), Some(b')' | b']' | b'>' | b'"' | b'\'' | b' ' | b'\t'));
    }
    let last = label.rsplit(|b| matches!(b, b'-' | b'_')).next().unwrap_or_default();
    let exits = last_words(rest).nth(1).is_some_and(|word| is_word_of(&["exit", "exited", "process"], word));
    !exits
        && label.iter().any(|b| b.to_ascii_lowercase() > b'f')
        && !is_word_of(MEASURES, last)
        && !is_word_of(UNITS, last)
}

/// Labels whose value a number behind `=` is.
const VALUES: &[&str] = &[
    "code",
    "reply",
    "response",
    "status",
    "stat",
    "error",
    "err",
    "reason",
    "smtp",
    "message",
    "msg",
    "result",
    "responsecode",
];

fn is_reply_place(before: &[u8], after: &[u8], code: u16) -> bool {
    let class = b'0' + (code / 100) as u8;
    if code < 400 && !before.is_empty() && !SUCCESSES.contains(&code) {
        return false;
    }
    // Followed by a separator, never by a letter, digit, dot or colon that belongs to something else.
    let status_follows = |skip: usize| {
        after.get(skip) == Some(&class)
            && after.get(skip + 1) == Some(&b'.')
            && after.get(skip + 2).is_some_and(u8::is_ascii_digit)
    };
    match after.first() {
        None => {}
        Some(b' ' | b'-' | b'\t' | b'\r' | b'\n') => {}
        Some(b',' | b')' | b'\'' | b'"' | b'<' | b'|' | b']') => {}
        Some(b':' | b'.' | b';') if !after.get(1).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b':') => {}
        Some(b':') if status_follows(1) => {}
        Some(b'#') => {}
        _ => return false,
    }
    if after.first() == Some(&b'-') && after.get(1).is_none_or(u8::is_ascii_lowercase) && !status_follows(1) {
        // "550-no such" is a reply, "550-day" is not; a reply line begins with a capital, a digit or a sign.
        if !(before.is_empty() || matches!(before.last(), Some(b'\n' | b';'))) {
            return false;
        }
    }
    // IronPort: "5.1.0 - Unknown address error 550-'words'".
    if after.starts_with(b"-'") && before.last().is_some_and(u8::is_ascii_whitespace) {
        return true;
    }
    if status_follows(1) {
        return !before.last().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'@'))
            && !before.ends_with(b"::");
    }
    // A greeting, a goodbye and the like are replies only where a text is nothing else.
    if !before.is_empty() && code < 400 && !(250..=252).contains(&code) {
        return false;
    }
    // "(555) 123-4567"
    if let [b')', b' ', a, b, c, b'-', ..] = after
        && [a, b, c].into_iter().all(u8::is_ascii_digit)
    {
        return false;
    }
    let tail = trim_end(before);
    match before.last() {
        None => return true,
        Some(b'\n' | b'\r') => return !is_unit(after),
        Some(b';' | b'#' | b'<' | b'|') => return true,
        Some(b'\'' | b'"' | b'(') => return !is_measure(before, after),
        Some(b':') => return is_label(before),
        Some(b'=') => {
            let label = last_words(before).next().unwrap_or_default();
            let last = label.rsplit(|b| matches!(b, b'-' | b'_')).next().unwrap_or_default();
            return is_word_of(VALUES, last);
        }
        Some(b' ' | b'\t' | b',') => {}
        Some(b) if *b >= 0x80 => return true,
        _ => return false,
    }
    match tail.last() {
        None | Some(b';' | b'\'' | b'"' | b'>' | b'<' | b'#' | b'(' | b'|') => true,
        Some(b':') => is_label(tail) && !is_unit(after),
        Some(b'\n' | b'\r') => true,
        _ => {
            let word = tail.rsplit(u8::is_ascii_whitespace).next().unwrap_or_default();
            let after_host = matches!(word.last(), Some(b']' | b')')) && after.first() == Some(&b' ');
            if is_word_of(ANNOUNCE, word) || after_host {
                return !is_measure(tail, after);
            }
            // What follows must then begin like a sentence.
            let behind = after.iter().copied().find(|b| !matches!(b, b' ' | b'-'));
            is_word_of(MAY_ANNOUNCE, word)
                && !is_measure(tail, after)
                && behind.is_none_or(|b| !b.is_ascii_lowercase() || after.first() == Some(&b'-'))
        }
    }
}

fn trim_end(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

/// Joins a reply of several lines to one: line breaks and repeated `550-5.1.1 ` prefixes go, words stay.
///
/// ```
/// use ndr_resolve::unfold_reply;
/// let lines = "550-5.1.1 The email account that you tried to reach\r\n550-5.1.1 does not exist.\r\n550 5.1.1 Bye";
/// assert_eq!(unfold_reply(lines), "550 5.1.1 The email account that you tried to reach does not exist. Bye");
/// ```
pub fn unfold_reply(text: &str) -> String {
    if is_unfolded(text) { text.to_string() } else { unfold(text) }
}

fn unfold(text: &str) -> String {
    let mut joined = Joined { out: String::with_capacity(text.len()), text, run: None };
    let mut first: Option<(&str, Option<StatusCode>)> = None;
    let mut fresh = true;
    let mut breaks = false;
    let mut at = 0;
    while let Some((start, end, line_ended)) = next_token(text, at) {
        let token = text.get(start..end).unwrap_or_default();
        // The blanks in front of the token, which hold a line end where it begins a line.
        let begins_line = std::mem::replace(&mut breaks, false) | (line_ended && at > 0);
        at = end;
        let mut kept = start;
        if let Some((code, joint)) = prefix(token) {
            let tail = || text.get(end..).unwrap_or_default().trim_start();
            match first {
                None if fresh => {
                    let status = prefix_status(joint, tail());
                    first = Some((code, status.map(|(code, _)| code)));
                    if let Some(joint) = joint {
                        joined.push(start, start + code.len());
                        if joint.is_empty() {
                            fresh = false;
                            continue;
                        }
                        joined.cut();
                        kept = end - joint.len();
                    }
                }
                Some((known, status)) if known == code && (joint.is_some() || status.is_some() || begins_line) => {
                    // A further line of the same reply: drop its prefix, where it repeats the first one's.
                    match (prefix_status(joint, tail()), status) {
                        (Some((again, in_token)), Some(status)) if again == status => {
                            if !in_token && let Some((_, end, line_ended)) = next_token(text, end) {
                                // The code that follows goes too; a line end on the way to it counts for what comes next.
                                at = end;
                                breaks = line_ended;
                            }
                            continue;
                        }
                        (None, None) if joint.is_none() && begins_line => continue,
                        (None, _) => {
                            kept = end - joint.unwrap_or(token).len();
                            if kept == end {
                                continue;
                            }
                        }
                        _ => {}
                    }
                }
                _ => {}
            }
        }
        joined.push(kept, end);
        fresh = false;
    }
    joined.finish()
}

/// Whether a text is plainly one line of a reply, as most are: with nothing but single blanks in it, and with no further
/// line's prefix.
fn is_unfolded(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Without an early end, so that many bytes are looked at together.
    let is_plain = bytes.iter().fold(true, |plain, byte| plain & byte.is_ascii() & !matches!(byte, b'\t'..=b'\r'));
    if !is_plain {
        return false;
    }
    let code = match bytes {
        [b' ', ..] | [.., b' '] | [_, _, _, b'-', ..] => return false,
        [b'2' | b'4' | b'5', ..] => bytes.get(..3),
        _ => None,
    };
    memchr::memchr_iter(b' ', bytes).all(|at| {
        let behind = bytes.get(at + 1..).unwrap_or_default();
        behind.first() != Some(&b' ') && code.is_none_or(|code| !behind.starts_with(code))
    })
}

/// Tokens with one blank between them, copied in runs.
struct Joined<'t> {
    out: String,
    text: &'t str,
    /// What is to be copied next.
    run: Option<(usize, usize)>,
}

impl Joined<'_> {
    /// Appends the token at `start..end` of the text.
    fn push(&mut self, start: usize, end: usize) {
        match &mut self.run {
            Some((_, last)) if *last + 1 == start && self.text.as_bytes().get(*last) == Some(&b' ') => *last = end,
            _ => {
                self.cut();
                self.run = Some((start, end));
            }
        }
    }

    fn cut(&mut self) {
        if let Some((start, end)) = self.run.take() {
            if !self.out.is_empty() {
                self.out.push(' ');
            }
            self.out.push_str(self.text.get(start..end).unwrap_or_default());
        }
    }

    fn finish(mut self) -> String {
        self.cut();
        self.out
    }
}

/// The next run of anything but blanks from byte `at` on, and whether the blanks in front of it hold a line end.
fn next_token(text: &str, at: usize) -> Option<(usize, usize, bool)> {
    let bytes = text.as_bytes();
    let is_blank = |byte: u8| matches!(byte, b' ' | b'\t'..=b'\r');
    let mut start = at;
    let mut line_ended = false;
    loop {
        while let Some(byte) = bytes.get(start).filter(|byte| is_blank(**byte)) {
            line_ended |= *byte == b'\n';
            start += 1;
        }
        let mut end = start;
        while let Some(byte) = bytes.get(end).filter(|byte| !is_blank(**byte)) {
            end += if byte.is_ascii() {
                1
            } else {
                // Few texts have blanks beyond ASCII.
                let c = text.get(end..)?.chars().next()?;
                if c.is_whitespace() {
                    break;
                }
                c.len_utf8()
            };
        }
        if end > start {
            return Some((start, end, line_ended));
        }
        start += text.get(start..)?.chars().next()?.len_utf8();
    }
}

/// The reply code of `550` or `550-words`, and the words.
fn prefix(token: &str) -> Option<(&str, Option<&str>)> {
    let [b'2' | b'4' | b'5', b'0'..=b'9', b'0'..=b'9', rest @ ..] = token.as_bytes() else { return None };
    let (code, behind) = token.split_at_checked(3)?;
    match rest {
        [] => Some((code, None)),
        [b'-', ..] => Some((code, behind.get(1..))),
        _ => None,
    }
}

/// The status code of a line's prefix, and whether it is part of the token (`550-5.1.1`) or the next one (`550 5.1.1`).
fn prefix_status(joined: Option<&str>, tail: &str) -> Option<(StatusCode, bool)> {
    if let Some(joined) = joined.filter(|joined| !joined.is_empty()) {
        return joined.parse().ok().map(|code| (code, true));
    }
    let next = tail.split(char::is_whitespace).next()?;
    next.parse().ok().map(|code| (code, false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reply_codes_are_told_from_other_numbers() {
        for (text, want) in [
            ("550 5.1.1 no", Some(550)),
            ("550-5.1.1 no", Some(550)),
            ("550-no such user", Some(550)),
            ("smtp; 421 busy", Some(421)),
            ("host mx.example.com[192.0.2.1] said: 452 4.2.2 full", Some(452)),
            ("Remote Server returned '530 5.7.1 x'", Some(530)),
            ("server said 550 5.7.1 x", Some(550)),
            ("the limit is 500 messages", None),
            ("within 500 seconds", None),
            ("port 587, id 550abc", None),
            ("192.0.2.550", None),
            ("12:550", None),
            ("2026-11-23 554 5.4.14 Hop count", Some(554)),
            ("<<< 550 No such user", Some(550)),
            ("591 your host [198.51.100.7] is blacklisted", Some(591)),
            ("host mx.example.net said: 591 no", Some(591)),
            ("smtp_code=550 no such user", Some(550)),
            ("SMTP Error (550): Failed", Some(550)),
            ("mx.example.com (192.0.2.1): 550 no", Some(550)),
            ("(550, b'no such user')", Some(550)),
            ("(555) 123-4567", None),
        ] {
            assert_eq!(find_reply(text).map(|f| f.0), want, "{text}");
        }
    }

    #[test]
    fn amounts_names_and_addresses_are_no_replies() {
        for text in [
            "sent over IPv6 [2a01:111:f200:2004::240] must pass",
            "from 2001:db8::450",
            "[2001:db8:0:450:1::25]",
            "to mx.example.com[203.0.113.250]:25",
            "Command died with status 255",
            "unknown mailer error 255",
            "exit code 77; exit status: 250",
            "size: 550",
            "Content-Length: 450",
            "the maximum size is 500",
            "postfix/smtp[450]: connect",
            "pid=450 uid=500",
            "message size (550 bytes) is too large",
            "rate limit of 450 per hour",
            "12:45:500",
            "queued as 550 by mx",
            "Expected response code 250 but the connection was closed",
            "expected code \"250\"",
        ] {
            assert_eq!(find_reply(text).map(|f| f.0), None, "{text}");
        }
    }

    #[test]
    fn a_success_hides_no_failure() {
        for (text, want) in [
            ("250 2.1.0 Sender ok 550 5.1.1 no such user", 550),
            ("220 mx.example.com ESMTP\n250 ok\n451 try later", 451),
            ("354 go ahead; 552 too big", 552),
            ("Expected response code \"250\" but got code \"550\", with message \"550 5.1.1 no\"", 550),
            ("Expected response code \"250/251/252\" but got code \"421\"", 421),
            ("expected 250, got 554 no", 554),
            ("550 no such user (after 250 ok)", 550),
            ("250 2.0.0 Ok: queued as 450B12", 250),
        ] {
            assert_eq!(find_reply(text).map(|f| f.0), Some(want), "{text}");
        }
    }

    #[test]
    fn the_code_of_the_speaker_itself_is_the_status() {
        for (text, code, status, inner) in [
            ("5.4.300 Message expired -> 452 4.2.2 The email account is over quota", Some(452), "5.4.300", "4.2.2"),
            ("\"5.2.0 STOREDRV.Deliver; 432 4.3.2 busy", Some(432), "5.2.0", "4.3.2"),
            ("=5.2.0 no", None, "5.2.0", ""),
            ("Error: 5.7.57 Client not authenticated", None, "5.7.57", ""),
            ("said: 550 5.1.1 no, see (5.7.1)", Some(550), "5.1.1", "5.7.1"),
            ("250 2.1.5 ok; 452 4.2.2 full", Some(452), "4.2.2", ""),
        ] {
            let reply = Reply::parse(text);
            let listed: Vec<String> = reply.inner.iter().map(ToString::to_string).collect();
            let found = (reply.code, reply.status.map(|code| code.to_string()), listed.join(" "));
            assert_eq!(found, (code, Some(status.to_string()), inner.to_string()), "{text}");
        }
    }

    #[test]
    fn lines_of_a_reply_are_joined() {
        assert_eq!(unfold_reply("550-no\n550 such user"), "550 no such user");
        assert_eq!(unfold_reply("550-no 550 such user"), "550 no 550 such user");
        assert_eq!(unfold_reply("550-5.7.26 a\n550-5.7.26 b\n550 5.7.26 c"), "550 5.7.26 a b c");
        assert_eq!(unfold_reply("550 5.7.26 a 550 5.7.26 c"), "550 5.7.26 a c");
        assert_eq!(unfold_reply("  x \r\n\t y "), "x y");
        assert_eq!(unfold_reply("550-\n550-x\n550 y"), "550 x y");
    }

    proptest! {
        #[test]
        fn what_is_unfolded_stays(text in "(550|451|5\\.1\\.1|-|ab| |\n){0,10}") {
            if is_unfolded(&text) {
                prop_assert_eq!(unfold(&text), text);
            }
        }

        #[test]
        fn any_text_is_read_without_panic(text in "\\PC{0,120}") {
            let _ = Reply::parse(&text);
            let joined = unfold_reply(&text);
            prop_assert_eq!(unfold_reply(&joined).len() <= joined.len(), true);
        }
    }
}
