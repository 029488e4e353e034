//! What an input looks like in which no report was found: said to whoever gave it, with the way on.

use crate::inputs::begins_log;
use crate::mail::headers::Block;
use crate::mail::input::{self, Input};
use crate::phrases::looks::{
    DATA, ENCODED, HEADER, LOG, MAIL, NOTHING, PAGE, PROSE, TRACE, TRACE_MARKS, TRACE_OUTCOMES,
};
use crate::text::search::{Phrases, phrases};

pub use crate::phrases::looks::Looks;

/// How much of an input is looked at, in bytes.
const HEAD: usize = 16_000;

/// What an input looks like. Meant for one that is not recognised as a report.
///
/// ```
/// assert_eq!(ndr::looks_like(b"Received: from a\nFrom: a@example.com\nSubject: hi\n\n").id, "header");
/// assert_eq!(ndr::looks_like(b"My colleague says that it does not work.").id, "prose");
/// ```
pub fn looks_like(bytes: &[u8]) -> Looks {
    let bytes = bytes.trim_ascii_start();
    let head = String::from_utf8_lossy(bytes.get(..HEAD).unwrap_or(bytes));
    let head = head.trim_start_matches('\u{feff}');
    match input::kind(bytes) {
        _ if head.trim().is_empty() => NOTHING,
        Input::Mail if has_body(bytes) => MAIL,
        Input::Mail => HEADER,
        Input::Html => PAGE,
        Input::Text if is_trace(head) => TRACE,
        Input::Text if is_fields(head) => HEADER,
        Input::Text if begins_log(head) => LOG,
        Input::Text if head.starts_with(['{', '[']) && serde_json::from_slice::<serde_json::Value>(bytes).is_ok() => {
            DATA
        }
        Input::Text if is_encoded(head) => ENCODED,
        Input::Text => PROSE,
    }
}

/// Whether something stands behind the header of a message.
fn has_body(bytes: &[u8]) -> bool {
    let mut block = Block::new(bytes);
    while block.next_raw().is_some() {}
    bytes.get(block.read()..).is_some_and(|body| !body.trim_ascii().is_empty())
}

/// Whether most lines are fields of a header, or go on with one.
fn is_fields(head: &str) -> bool {
    const NAMES: [&str; 6] =
        ["received", "authentication-results", "dkim-signature", "arc-", "x-ms-exchange-", "return-path"];
    let (mut fields, mut known, mut other) = (0, false, 0);
    for line in head.lines().filter(|line| !line.trim().is_empty()) {
        let name = line.split_once(':').map_or("", |(name, _)| name);
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if line.starts_with([' ', '\t']) || is_name {
            fields += 1;
            let name = name.to_ascii_lowercase();
            known |= is_name && NAMES.iter().any(|known| name.starts_with(known));
        } else {
            other += 1;
        }
    }
    known && other * 4 < fields
}

/// Whether it is what a message trace shows of messages: their columns and their outcome, without a server's words.
fn is_trace(head: &str) -> bool {
    static MARKS: Phrases = phrases!(TRACE_MARKS);
    static OUTCOMES: Phrases = phrases!(TRACE_OUTCOMES);
    let mut marks: Vec<usize> = MARKS.find(head).map(|hit| hit.number).collect();
    marks.sort_unstable();
    marks.dedup();
    marks.len() > 1 && OUTCOMES.any(head)
}

/// Whether it is base64 for the most part.
fn is_encoded(head: &str) -> bool {
    const LONG: usize = 60;
    let is_base64 = |line: &&str| {
        line.len() >= LONG
            && line.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
    };
    let lines = || head.lines().map(str::trim).filter(|line| !line.is_empty());
    let (long, all) = (lines().filter(is_base64).count(), lines().count());
    long > 1 && long * 3 >= all * 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_input_looks_like() {
        let base64 = "UmV0dXJuLVBhdGg6IDw+CkF1dG8tU3VibWl0dGVkOiBhdXRvLXJlcGxpZWQKRnJvbTogTUFJTEVS\n".repeat(4);
        for (text, id) in [
            ("", "nothing"),
            (" \n\u{feff}", "nothing"),
            (
                "Received: from a.example.com by mx.example.net; Tue, 4 Mar 2025 09:12:03 +0100\nFrom: a@example.com\nSubject: hi",
                "header",
            ),
            (
                "Authentication-Results: mx.example.net; spf=pass\n smtp.mailfrom=a@example.com\nX-Spam: no\nReceived: from a by b\n",
                "header",
            ),
            ("X-MS-Exchange-Organization-SCL: -1\nX-MS-Exchange-Organization-AuthAs: Internal\n", "header"),
            ("From: a@example.com\nTo: b@example.net\nSubject: lunch\n\nat noon?\n", "mail"),
            (
                "Date (UTC)  Sender address  Recipient address  Subject  Status\n3/1/2026 10:00 a@example.com b@example.net hi Failed",
                "message-trace",
            ),
            (
                "Message Trace ID: 1\nSenderAddress: a@example.com\nRecipientAddress: b@example.net\nStatus: Delivered",
                "message-trace",
            ),
            (
                "Mar 1 10:00:00 mx postfix/smtpd[1]: connect from unknown\nMar 1 10:00:01 mx postfix/qmgr[1]: 4AB: removed\n",
                "log",
            ),
            ("{\"name\": \"x\", \"version\": \"5.1.1\"}", "data"),
            ("<!doctype html><html><body><p>Welcome to our shop</p></body></html>", "web-page"),
            (base64.as_str(), "encoded"),
            ("My colleague says that it does not work.", "prose"),
            ("Note: the sender address is wrong", "prose"),
            ("{ not json", "prose"),
            ("Received my parcel today: thanks\nIt was failed\nand more\n", "prose"),
            ("AAAA", "prose"),
        ] {
            assert_eq!(looks_like(text.as_bytes()).id, id, "{text}");
        }
    }

    #[test]
    fn each_kind_says_what_to_do_next() {
        for looks in [NOTHING, HEADER, TRACE, LOG, DATA, ENCODED, PAGE, MAIL, PROSE] {
            assert!(looks.next.ends_with('.') && !looks.what.ends_with('.') && looks.next.len() < 200, "{}", looks.id);
        }
    }
}
