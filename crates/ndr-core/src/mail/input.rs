//! What kind of input it is: found out, never asked.

use crate::mail::headers::{Block, name_hash};

/// A kind of input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A message with its header.
    Mail,
    /// HTML, as a browser or mail client saves it.
    Html,
    /// Anything else: a pasted block, a reply, a log line, a code.
    Text,
}

/// Looks at the beginning.
pub(crate) fn kind(bytes: &[u8]) -> Input {
    let bytes = bytes.trim_ascii_start();
    if bytes.first() == Some(&b'<') {
        let head = String::from_utf8_lossy(bytes.get(..4096).unwrap_or(bytes)).to_ascii_lowercase();
        if ["<html", "<!doctype", "<body", "<div", "<table", "<p>", "<p ", "<meta", "<head", "<span"]
            .iter()
            .any(|tag| head.contains(tag))
        {
            return Input::Html;
        }
    }
    if is_mail(bytes) { Input::Mail } else { Input::Text }
}

/// The hashes of names of fields.
const fn hashes<const COUNT: usize>(names: &[&str]) -> [u32; COUNT] {
    let mut found = [0; COUNT];
    let mut names = names;
    let mut rest: &mut [u32] = &mut found;
    while let (Some((name, more)), Some((hash, behind))) = (names.split_first(), rest.split_first_mut()) {
        *hash = name_hash(name.as_bytes());
        (names, rest) = (more, behind);
    }
    found
}

/// A message begins with a header field at once, and its header holds names that only mail has.
fn is_mail(bytes: &[u8]) -> bool {
    const NAMES: &[&str] = &[
        "from",
        "to",
        "subject",
        "date",
        "received",
        "return-path",
        "message-id",
        "mime-version",
        "content-type",
        "delivered-to",
        "x-failed-recipients",
        "auto-submitted",
        "x-original-to",
        "reply-to",
        "sender",
        "x-mailer",
        "authentication-results",
        "dkim-signature",
        "content-transfer-encoding",
        "cc",
        "x-ms-exchange-message-is-ndr",
        "received-spf",
        "arc-seal",
    ];
    let first_line = memchr::memchr(b'\n', bytes).and_then(|end| bytes.get(..end)).unwrap_or(bytes);
    let Some(name) = memchr::memchr(b':', first_line).and_then(|colon| first_line.get(..colon)) else {
        return false;
    };
    if !name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_')) || name.is_empty() {
        return false;
    }
    const HASHES: [u32; NAMES.len()] = hashes(NAMES);
    let is_known = |name: &[u8]| {
        let hash = name_hash(name);
        let mut same = NAMES.iter().zip(HASHES).filter(|(_, known)| *known == hash);
        same.any(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()))
    };
    Block::new(bytes).take(60).filter(|(name, _)| is_known(name)).nth(1).is_some()
}
