//! ndr decodes email non-delivery reports (NDRs, DSNs, bounces): what a report means, who must act, and what they do
//! next.
//!
//! ```
//! let report = ndr::explain("550 5.7.606 Access denied, banned sending IP [203.0.113.7]");
//! let diagnosis = report.recipients[0].diagnosis.as_ref().unwrap();
//! assert_eq!(diagnosis.entry.slug, "banned-sending-ip");
//! assert_eq!(diagnosis.values[0], ("ip", "203.0.113.7".to_string()));
//! ```
//!
//! Data flows one way: bytes → message → report → diagnosis → rendering. The crate performs no I/O and keeps no global
//! state; a malformed message yields a smaller result with notes, never an error and never a panic.

// Nothing that a message holds may end the process.
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::unreachable)]

mod address;
#[deny(clippy::indexing_slicing, clippy::string_slice)]
mod cause;
mod cues;
mod diagnose;
#[deny(clippy::indexing_slicing, clippy::string_slice)]
mod headers;
#[deny(clippy::indexing_slicing, clippy::string_slice)]
mod input;
#[deny(clippy::indexing_slicing, clippy::string_slice)]
mod limits;
mod message;
#[deny(clippy::indexing_slicing, clippy::string_slice)]
mod original;
#[deny(clippy::indexing_slicing, clippy::string_slice)]
mod outline;
mod read;
#[deny(clippy::indexing_slicing, clippy::string_slice)]
mod report;
#[cfg(feature = "serde")]
#[deny(clippy::indexing_slicing, clippy::string_slice)]
mod serialize;

#[cfg(feature = "redact")]
#[deny(clippy::indexing_slicing, clippy::string_slice)]
pub mod redact;
#[cfg(feature = "render")]
#[deny(clippy::indexing_slicing, clippy::string_slice)]
pub mod render;
#[deny(clippy::indexing_slicing, clippy::string_slice)]
pub mod sanitize;

pub use cause::{Cause, catalog};
pub use headers::Headers;
pub use limits::Limits;
pub use ndr_resolve::{
    Actor, Basis, Catalog, Category, CodeError, CodePattern, Entry, FoundCode, Limit, Provider, Query, Reply,
    Resolution, Retry, Source, StatusCode, Suppress, Trust, Usual, class_means, fill, find_codes, subject_means,
};
pub use report::{Action, Attempt, Diagnosis, Evidence, Kind, Note, Original, Recipient, Report};
#[cfg(feature = "serde")]
pub use serialize::EntryView;

use std::borrow::Cow;

/// Decodes with a catalogue and limits of one's own.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    catalog: &'static Catalog,
    limits: Limits,
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder { catalog: catalog(), limits: Limits::default() }
    }
}

impl Decoder {
    /// A decoder with the built-in catalogue and default limits.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Uses another catalogue, such as the built-in one with an overlay.
    pub fn with_catalog(self, catalog: &'static Catalog) -> Decoder {
        Decoder { catalog, ..self }
    }

    /// Uses other limits.
    ///
    /// ```
    /// use ndr::{Decoder, Limits};
    /// let decoder = Decoder::new().with_limits(Limits { nesting: 2, ..Limits::default() });
    /// assert!(decoder.decode(b"550 5.1.1 User unknown").is_recognised());
    /// ```
    pub fn with_limits(self, limits: Limits) -> Decoder {
        Decoder { limits, ..self }
    }

    /// The catalogue that is used.
    pub fn catalog(&self) -> &'static Catalog {
        self.catalog
    }

    /// Decodes a message, or any text that holds what a server said. The kind of input is found out.
    pub fn decode(&self, bytes: &[u8]) -> Report {
        let bytes = message::clean(bytes);
        let limits = self.limits.for_readers();
        let kind = input::kind(&bytes);
        let (bytes, mut cut) = if kind == input::Input::Mail { limits.fit_header(bytes) } else { (bytes, None) };
        let (mut report, background) = match kind {
            input::Input::Mail => read::mail(&bytes, &limits, 0),
            input::Input::Html => {
                let html;
                (html, cut) = limits.fit_text(&bytes);
                read::text(Cow::Owned(message::html_to_text(&String::from_utf8_lossy(html))), &limits)
            }
            input::Input::Text => {
                let text;
                (text, cut) = limits.fit_text(&bytes);
                read::text(String::from_utf8_lossy(text), &limits)
            }
        };
        if report.recipients.len() > self.limits.recipients {
            report.recipients.truncate(self.limits.recipients);
            let text = format!("more than {} recipients; the rest was left out", self.limits.recipients);
            report.note("limit-recipients", text);
        }
        if let Some((code, text)) = cut {
            report.note(code, text);
        }
        diagnose::diagnose(&mut report, &background, self.catalog);
        report
    }
}

/// Decodes the bytes of a message, or any text that holds what a server said, with the built-in catalogue.
///
/// ```
/// let mail = b"From: mailer-daemon@example.com\r\nSubject: Undelivered Mail Returned to Sender\r\n\r\n\
///     This is the mail system at host mx.example.com.\r\n\r\n<user@example.net>: host mx.example.net[192.0.2.1] said:\r\n \
///     550 5.1.1 User unknown (in reply to RCPT TO command)\r\n";
/// let report = ndr::decode(mail);
/// assert_eq!(report.kind, ndr::Kind::Failure);
/// assert_eq!(report.recipients[0].address.as_deref(), Some("user@example.net"));
/// assert_eq!(report.recipients[0].command, Some("RCPT TO"));
/// ```
pub fn decode(bytes: &[u8]) -> Report {
    Decoder::default().decode(bytes)
}

/// Decodes a text: a reply, a log line, a pasted report, a code.
///
/// ```
/// let report = ndr::explain("452 4.5.3 Too many recipients");
/// assert_eq!(report.recipients[0].reply, Some(452));
/// ```
pub fn explain(text: &str) -> Report {
    decode(text.as_bytes())
}
