//! Whether a mail system sent a message, by its header.

use crate::mail::headers::Headers;
use crate::phrases::signs::contains_ignoring_case;
use crate::text::search::{Phrases, phrases};

/// Whether a mail system sent it: by its name, or by an empty envelope sender, which automatic answers have too.
pub(crate) fn is_daemon(headers: &Headers<'_>) -> bool {
    is_daemon_name(headers) || null_sender(headers)
}

pub(crate) fn is_daemon_name(headers: &Headers<'_>) -> bool {
    static DAEMONS: Phrases = phrases!(&[
        "mailer-daemon",
        "postmaster",
        "post_master",
        "post-master",
        "mail delivery",
        "mailer daemon",
        "maildaemon",
        "mail.delivery",
        "microsoftexchange329e71ec88ae4615bbc36ab6ce41109e",
        "mail-daemon",
        "delivery subsystem",
        "system administrator",
        "mail administrator",
        "mmsc ndr",
        "mdaemon",
        "no-reply@sns",
        "mail deliver system",
        "content-filter",
        "interscan",
        "mail router",
        "delivery@",
        "mailerdaemon",
        "bounce",
    ]);
    let from = headers.text("From").unwrap_or_default().to_lowercase();
    DAEMONS.any(from.as_bytes()) || from.trim() == "<>" || (from.is_empty() && headers.raw("From").is_some())
}

pub(crate) fn null_sender(headers: &Headers<'_>) -> bool {
    headers.raw("Return-Path").is_some_and(|value| {
        let value = value.to_ascii_lowercase();
        value == b"<>" || value.starts_with(b"<>") || contains_ignoring_case(&value, b"mailer-daemon")
    })
}
