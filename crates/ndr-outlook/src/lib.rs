//! Outlook items as the mail that they hold.
//!
//! Outlook saves a message as a compound file of MAPI properties (`.msg`, [MS-OXMSG]), and sends some messages as such
//! properties in one attachment (`winmail.dat`, TNEF, [MS-OXTNEF]). [`to_mail`] and [`tnef_to_mail`] write either as an
//! RFC 5322 message: header, text, attached messages, and for a report the fields of its delivery status (RFC 3464).
//! Nothing of a report is read here; that is the decoder's work.
//!
//! [MS-OXMSG]: https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxmsg/
//! [MS-OXTNEF]: https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxtnef/

// Nothing that a message holds may end the process.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod charset;
mod compound;
mod item;
mod mail;
mod rtf;
mod tnef;

use std::fmt;

/// Why an Outlook item was not read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are no compound file, or a compound file of another program.
    NotAnItem,
    /// The file is a template (`.oft`), which nobody sent.
    Template,
    /// The file is cut off or damaged; says where.
    Damaged(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotAnItem => f.write_str("the file is no Outlook item; another Office program wrote it"),
            Error::Template => {
                f.write_str("the file is an Outlook template (.oft); save the message itself as .msg or .eml")
            }
            Error::Damaged(what) => write!(f, "the Outlook item is damaged: {what}"),
        }
    }
}

impl std::error::Error for Error {}

/// Whether the first bytes are those of a compound file, which an Outlook item is.
///
/// ```
/// assert!(ndr_outlook::is_compound(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]));
/// assert!(!ndr_outlook::is_compound(b"From: a@example.com"));
/// ```
pub fn is_compound(head: &[u8]) -> bool {
    head.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1])
}

/// Whether the first bytes are those of a TNEF stream, the content of `winmail.dat`.
///
/// ```
/// assert!(ndr_outlook::is_tnef(&[0x78, 0x9F, 0x3E, 0x22, 0, 0]));
/// ```
pub fn is_tnef(head: &[u8]) -> bool {
    head.starts_with(&[0x78, 0x9F, 0x3E, 0x22])
}

/// The message of an Outlook item (`.msg`) as RFC 5322 bytes in UTF-8.
///
/// # Errors
/// Returns [`Error`] if the bytes are no Outlook item, a template, or damaged beyond its message class.
///
/// ```
/// assert_eq!(ndr_outlook::to_mail(b"From: a@example.com\n\n"), Err(ndr_outlook::Error::NotAnItem));
/// ```
pub fn to_mail(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    compound::read(bytes).map(|item| mail::write(&item))
}

/// The message of a TNEF stream (`winmail.dat`) as RFC 5322 bytes in UTF-8.
///
/// # Errors
/// Returns [`Error`] if the bytes are no TNEF stream or hold no message.
///
/// ```
/// assert_eq!(ndr_outlook::tnef_to_mail(b"text"), Err(ndr_outlook::Error::NotAnItem));
/// ```
pub fn tnef_to_mail(bytes: &[u8]) -> Result<Vec<u8>, Error> {
    tnef::read(bytes).map(|item| mail::write(&item))
}
