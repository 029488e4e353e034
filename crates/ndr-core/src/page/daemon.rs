//! Whether a mail system sent a message, by its header.

use crate::mail::headers::Headers;
use crate::phrases::kinds::{BOUNCE_SUBJECTS, DAEMON_LOCALS, DAEMON_NAMES};
use crate::phrases::signs::contains_ignoring_case;
use crate::text::search::{Phrases, phrases};
use crate::text::{self, address};

/// Whether a mail system sent it: by its name, or by an empty envelope sender, which automatic answers have too.
pub(crate) fn is_daemon(headers: &Headers<'_>) -> bool {
    is_daemon_name(headers) || null_sender(headers)
}

/// Whether the From field names a mail system, or nobody.
pub(crate) fn is_daemon_name(headers: &Headers<'_>) -> bool {
    match headers.text("From") {
        Some(from) => text::trim(&from).is_empty() || names_daemon(&from),
        None => false,
    }
}

/// Whether the value of a From field names a mail system: by the whole local part, or whole words of the display name.
pub(crate) fn names_daemon(from: &str) -> bool {
    static NAMES: Phrases = phrases!(DAEMON_NAMES);
    let found = address::last(from);
    let (name, local) = match &found {
        Some(one) => {
            (text::upto(from, one.start), text::cut(one.address, b'@').map_or(one.address, |(local, _)| local))
        }
        // "MAILER-DAEMON (Mail Delivery System)", "<>"
        None => (from, from.trim_matches(['<', '>', ' ', '"'])),
    };
    let behind = found.as_ref().map_or("", |one| text::from(from, one.end));
    let is_whole = |text: &str, start: usize, end: usize| {
        !text::upto(text, start).ends_with(char::is_alphanumeric)
            && !text::from(text, end).starts_with(char::is_alphanumeric)
    };
    let names = |text: &str| NAMES.find(text).any(|hit| is_whole(text, hit.start, hit.end));
    is_daemon_local(local) || from.trim() == "<>" || names(name) || names(behind)
}

/// Whether the letters of a local part name a mail system. The id of Exchange's own mailbox is letters and digits.
fn is_daemon_local(local: &str) -> bool {
    const LONGEST: usize = 24;
    let mut letters = [0; LONGEST];
    let found = local.bytes().filter(u8::is_ascii_alphabetic).take(LONGEST);
    let len = letters.iter_mut().zip(found).map(|(slot, byte)| *slot = byte.to_ascii_lowercase()).count();
    let letters = letters.get(..len).unwrap_or_default();
    DAEMON_LOCALS.iter().any(|known| known.as_bytes() == letters) || letters.starts_with(b"microsoftexchange")
}

/// Whether the envelope sender is empty.
pub(crate) fn null_sender(headers: &Headers<'_>) -> bool {
    headers.raw("Return-Path").is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        value == b"<>" || value.starts_with(b"<>") || contains_ignoring_case(&value, b"mailer-daemon")
    })
}

/// Whether a subject, in lower case, is one that only reports have.
pub(crate) fn is_bounce_subject(subject: &str) -> bool {
    static BOUNCES: Phrases = phrases!(BOUNCE_SUBJECTS);
    BOUNCES.any(subject)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn daemons_by_whole_names() {
        for from in [
            "MAILER-DAEMON@mx.example.com (Mail Delivery System)",
            "Mail Delivery Subsystem <mailer-daemon@googlemail.com>",
            "postmaster@example.com",
            "Microsoft Outlook <MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@contoso.com>",
            "<>",
            "Mail_Administrator@example.ne.jp",
            "\"System Administrator\" <x@example.com>",
        ] {
            assert!(names_daemon(from), "{from}");
        }
        for from in [
            "Trailwear <bounce-8812@news.example.com>",
            "Post <delivery@post.example>",
            "bounces@example.com",
            "Anna Postmasterova <anna@example.com>",
            "mailer-daemons-fan@example.com",
            "Delivery Service <info@example.com>",
        ] {
            assert!(!names_daemon(from), "{from}");
        }
    }
}
