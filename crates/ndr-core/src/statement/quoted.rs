//! The forms in which a mailer quotes what a remote server said within its own words. Exchange's are the richest, and
//! others imitate them: `host #<server #5.7.1 smtp;530 5.7.1 words> #SMTP#`, `Remote Server returned '550 words'`.

use super::{host_at, set_text};
use crate::evidence::Finding;
use crate::report::Attempt;
use crate::text::{self, cap};
use memchr::memmem;
use ndr_resolve::{StatusCode, find_codes, find_reply, unfold_reply};
use std::sync::LazyLock;

/// Reads what was said of one recipient, in any of Exchange's forms.
pub(crate) fn state(finding: &mut Finding, words: &str) {
    if !state_attempts(finding, words) {
        state_line(finding, unfold_reply(words));
    }
}

/// Reads what was said at each attempt, where the words list attempts.
pub(crate) fn state_attempts(finding: &mut Finding, words: &str) -> bool {
    let attempts = attempts(words);
    if let Some(newest) = attempts.first() {
        let text = newest.text.clone();
        let said_by = newest.server.clone();
        for attempt in &attempts {
            finding.add_context(&attempt.text);
        }
        finding.attempts = attempts;
        finding.remote = finding.remote.take().or(said_by);
        set_text(finding, &text);
        return true;
    }
    false
}

/// Like [`state`], for unfolded text.
pub(crate) fn state_line(finding: &mut Finding, line: String) {
    if line.is_empty() {
        return;
    }
    let quoted = unwrap(&line);
    if finding.remote.is_none() {
        finding.remote = quoted.host;
    }
    set_text(finding, quoted.text);
    finding.status = finding.status.or(quoted.status);
    finding.take_context(line);
}

struct Quoted<'l> {
    host: Option<String>,
    /// The wrapping's own code; it counts where the reply has none.
    status: Option<StatusCode>,
    text: &'l str,
}

/// Takes Exchange's wrapping off a quoted reply.
fn unwrap(line: &str) -> Quoted<'_> {
    let mut text = line;
    let mut host = None;
    let mut status = None;
    // Few replies are quoted, so the marks are asked for first.
    let bytes = line.as_bytes();
    if memchr::memchr(b'\'', bytes).is_some()
        && let Some((head, inside)) = text.split_once("eturned '")
    {
        host =
            ["Server at ", "server at "].iter().find_map(|cue| head.rsplit_once(cue).and_then(|(_, at)| host_at(at)));
        text = inside.rsplit_once('\'').map_or(inside, |(quoted, _)| quoted);
    }
    // `host #<server #5.7.1 smtp;530 5.7.1 words> #SMTP#`, `<server #5.7.1 smtp;550 words>`
    if memchr::memchr(b'#', bytes).is_none() {
        return Quoted { host, status: None, text: text::trim(text) };
    }
    if wraps(text)
        && let Some((head, inside)) = text.split_once("smtp;").or_else(|| text.split_once("SMTP;"))
    {
        let head = text::trim(head);
        let outer = head.split(['#', '<']).next().unwrap_or_default();
        let inner = head.split('<').nth(1).unwrap_or_default();
        host = host.or_else(|| host_at(outer)).or_else(|| host_at(inner));
        // The innermost `#5.7.1`.
        status = head.rsplit('#').find_map(|behind| find_codes(behind).next().filter(|code| code.span.0 == 0));
        let closed = inside.rsplit_once("> #").or_else(|| inside.rsplit_once('>'));
        text = closed.map_or(inside, |(quoted, _)| quoted);
    }
    // `#550 5.1.1 RESOLVER.ADR.RecipNotFound; not found ##rfc822;user@example.com`, `host #550 5.1.1 words ##`
    if let Some((head, inside)) = text.split_once('#')
        && find_reply(inside).is_some_and(|(_, offset)| offset < 3)
        && (text::trim(head).is_empty() || host_line(text::trim(head)).is_some())
    {
        host = host.or_else(|| host_line(text::trim(head)));
        text = inside.split_once("##").map_or(inside, |(said, _)| said);
    }
    Quoted { host, status: status.map(|found| found.code), text: text::trim(text).trim_end_matches('#').trim() }
}

/// Whether a reply stands within Exchange's oldest wrapping: `<server #5.7.1 smtp;530 words>`.
pub(crate) fn wraps(line: &str) -> bool {
    if memchr::memchr(b'#', line.as_bytes()).is_none() {
        return false;
    }
    let head = line.split_once("smtp;").or_else(|| line.split_once("SMTP;")).map_or("", |(head, _)| head);
    head.rsplit_once('#').is_some_and(|(server, code)| {
        server.contains('<') && find_codes(code).next().is_some_and(|found| found.span == (0, code.trim_end().len()))
    })
}

/// The lines `time - Server at host (ip) returned 'reply'`, newest first.
fn attempts(words: &str) -> Vec<Attempt> {
    // Few statements list any.
    static LISTED: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new("erver at "));
    if LISTED.find(words.as_bytes()).is_none() {
        return Vec::new();
    }
    let mut joined = String::new();
    for line in words.lines() {
        joined.push_str(text::trim(line));
        joined.push(' ');
    }
    let mut found = Vec::new();
    let mut rest = joined.as_str();
    while let Some(at) = ["Server at ", "server at "].iter().filter_map(|cue| rest.find(cue)).min() {
        let Some((server, inside)) = text::from(rest, at + 10).split_once("eturned '") else { break };
        // The reply ends at the quote that the next attempt or the end follows; replies hold quotes themselves.
        let next = [" - Server at ", " - Remote Server at "].iter().filter_map(|cue| inside.find(cue)).min();
        let zone = next.map_or(inside, |end| text::upto(inside, end));
        let end = zone.rfind('\'').unwrap_or(zone.len());
        let time = text::upto(rest, at).trim().trim_end_matches("Remote").trim().trim_end_matches('-').trim();
        let time = time.rsplit('\'').next().unwrap_or_default().trim();
        found.push(Attempt {
            time: cap(time, 60).to_string(),
            server: host_at(server),
            text: unfold_reply(unwrap(text::upto(zone, end)).text),
        });
        rest = match next {
            // Keep the time that stands in front of the next attempt.
            Some(_) => text::from(inside, end),
            None => "",
        };
        if found.len() >= 100 {
            break;
        }
    }
    match found.as_slice() {
        [only] if only.time.is_empty() => Vec::new(),
        _ => found,
    }
}

/// A line that is nothing but a host name.
pub(crate) fn host_line(line: &str) -> Option<String> {
    let host = host_at(line)?;
    (host.len() == line.trim_end_matches('.').len() && host.contains(|c: char| c.is_ascii_alphabetic())).then_some(host)
}
