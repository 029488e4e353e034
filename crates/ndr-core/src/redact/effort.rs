//! How much is masked: everything at first, then less, until the masked message still reads the same.

use super::text::Words;
use crate::vocabulary::Kind;

/// What is masked in one attempt; the first that passes the proof is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Effort {
    pub(super) words: Words,
    /// Bodies of the returned message and of private mail.
    pub(super) bodies: bool,
    /// What follows the colon in the report's own subject.
    pub(super) own_subject: bool,
    /// Whether the markup of the report's HTML stays.
    pub(super) markup: bool,
    /// Whether tokens are as long as the names they replace: readers look for words near each other.
    pub(super) tight: bool,
}

const EVERYTHING: Effort =
    Effort { words: Words { users: true, names: true }, bodies: true, own_subject: true, markup: true, tight: false };

/// From everything to what must be masked in any case: addresses, hosts, IP addresses, and names in header fields.
pub(super) const ATTEMPTS: &[(Effort, &[&str])] = &[
    (EVERYTHING, &[]),
    (Effort { tight: true, ..EVERYTHING }, &[]),
    (Effort { markup: false, ..EVERYTHING }, &[]),
    (Effort { words: Words { users: false, names: true }, ..EVERYTHING }, &["users' names that stand alone in a text"]),
    (Effort { own_subject: false, ..EVERYTHING }, &["the report's own subject"]),
    (
        Effort { words: Words { users: false, names: false }, own_subject: false, ..EVERYTHING },
        &["names and subjects within a text", "the report's own subject"],
    ),
    (Effort { bodies: false, ..EVERYTHING }, &["the words of bodies"]),
    (
        Effort {
            words: Words { users: false, names: false },
            own_subject: false,
            bodies: false,
            markup: true,
            tight: false,
        },
        &["names and subjects within a text", "the report's own subject", "the words of bodies"],
    ),
];

/// Whether a person wrote the text of a message, not a mailer.
pub(crate) const fn is_private(kind: Kind) -> bool {
    matches!(kind, Kind::AutoReply | Kind::ReadReceipt | Kind::Other)
}
