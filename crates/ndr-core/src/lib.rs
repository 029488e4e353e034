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
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::indexing_slicing,
    clippy::string_slice
)]

mod cause;
mod diagnose;
mod evidence;
mod kind;
mod mail;
mod merge;
mod page;
mod phrases;
mod read;
mod report;
#[cfg(feature = "serde")]
mod serialize;
mod statement;
mod text;
mod unwrap;
mod vocabulary;

#[cfg(feature = "redact")]
pub mod redact;
#[cfg(feature = "render")]
pub mod render;
pub mod sanitize;
#[cfg(feature = "trace")]
#[path = "header/mod.rs"]
pub mod trace;

pub use cause::{Cause, catalog};
pub use mail::headers::Headers;
pub use mail::limits::Limits;
pub use ndr_resolve::{
    Actor, Basis, Catalog, Category, CodeError, CodePattern, Command, Entry, FoundCode, Limit, Party, Provider,
    ProviderKind, Query, Reply, Resolution, Retry, Source, StatusCode, Suppress, Trust, Usual, class_means, fill,
    find_codes, party_of, subject_means,
};
pub use report::{Attempt, Diagnosis, Evidence, Original, Recipient, Report};
#[cfg(feature = "serde")]
pub use serialize::EntryView;
pub use vocabulary::{Action, Kind, Note};

use mail::input::{self, Input};
use page::Page;

/// Decodes with a catalogue and limits of one's own.
#[derive(Clone, Copy, Debug)]
pub struct Decoder {
    catalog: &'static Catalog,
    limits: Limits,
    #[cfg(feature = "trace")]
    trace: bool,
    #[cfg(feature = "trace")]
    domains: &'static [String],
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder {
            catalog: catalog(),
            limits: Limits::default(),
            #[cfg(feature = "trace")]
            trace: false,
            #[cfg(feature = "trace")]
            domains: &[],
        }
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

    /// Whether to read the way of the message that a report is about, from the header that the report returns or
    /// quotes. Off by default, since it costs time.
    ///
    /// ```
    /// let mail = b"From: mailer-daemon@example.com\nSubject: Undelivered Mail Returned to Sender\n\n\
    ///     <user@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 User unknown\n\n\
    ///     --- Below this line is a copy of the message.\n\n\
    ///     Received: from pc.example.com by mail.example.com with ESMTPSA; Tue, 21 Jan 2025 06:59:56 +0000\n\
    ///     From: mia@example.com\nSubject: hello\n";
    /// let report = ndr::Decoder::new().with_trace(true).decode(mail);
    /// assert_eq!(report.trace.unwrap().path.hops[0].from.as_deref(), Some("pc.example.com"));
    /// ```
    #[cfg(feature = "trace")]
    pub fn with_trace(self, trace: bool) -> Decoder {
        Decoder { trace, ..self }
    }

    /// The domains that are the reader's own. With them, the trace can say that a message which came back is not theirs.
    ///
    /// ```
    /// let own = Box::leak(Box::new(["contoso.com".to_string()]));
    /// let bounce = b"From: mailer-daemon@example.net\nSubject: Undelivered Mail Returned to Sender\n\n\
    ///     <user@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 User unknown\n\n\
    ///     --- Below this line is a copy of the message.\n\n\
    ///     Received: from [203.0.113.9] by mx.example.net; Thu, 1 Oct 2026 10:00:00 +0000\n\
    ///     From: ceo@contoso.com\nMessage-ID: <1@bot.example.org>\n";
    /// let trace = ndr::Decoder::new().with_domains(own).trace_of(bounce);
    /// assert_eq!(trace.hints[0].kind, ndr::trace::HintKind::LikelyBackscatter);
    /// ```
    #[cfg(feature = "trace")]
    pub fn with_domains(self, domains: &'static [String]) -> Decoder {
        Decoder { domains, ..self }
    }

    /// The way of the message that bounced, where `bytes` is a report; of the message itself, where it is none.
    ///
    /// ```
    /// let trace = ndr::Decoder::new().trace_of(b"Received: by mx.example.com; Tue, 21 Jan 2025 06:59:56 +0000\n\n");
    /// assert_eq!(trace.source, Some(ndr::trace::HeaderSource::Message));
    /// ```
    #[cfg(feature = "trace")]
    pub fn trace_of(&self, bytes: &[u8]) -> trace::Trace {
        let report = self.with_trace(true).decode(bytes);
        let is_report = matches!(report.kind, Kind::Failure | Kind::Delay | Kind::Success | Kind::Feedback);
        match report.trace.filter(|trace| is_report && trace.is_of_returned()) {
            Some(trace) => *trace,
            None => trace::of_message(bytes),
        }
    }

    /// The catalogue that is used.
    pub fn catalog(&self) -> &'static Catalog {
        self.catalog
    }

    /// Decodes a message, or any text that holds what a server said. The input type is detected.
    pub fn decode(&self, bytes: &[u8]) -> Report {
        let bytes = mail::clean(bytes);
        let limits = self.limits.for_readers();
        let (bytes, cut) = match input::kind(&bytes) {
            Input::Mail => limits.fit_header(bytes),
            _ => (bytes, None),
        };
        let mut report = self.read(&bytes, &limits, 0);
        if report.recipients.len() > self.limits.recipients {
            report.recipients.truncate(self.limits.recipients);
            let text = format!("more than {} recipients; the rest was left out", self.limits.recipients);
            report.note("limit-recipients", text);
        }
        if let Some((code, text)) = cut {
            report.note(code, text);
        }
        report
    }

    /// The steps from bytes to a report. `depth` counts the mails around it.
    fn read(&self, bytes: &[u8], limits: &Limits, depth: usize) -> Report {
        let page = if depth == 0 { Page::of(bytes, limits) } else { Page::of_mail(bytes, limits) };
        if depth < unwrap::DEPTH {
            for inner in unwrap::inner(&page) {
                let mut report = self.read(&inner.bytes, limits, depth + 1);
                if matches!(report.kind, Kind::Failure | Kind::Delay) {
                    report.note(inner.note.0, inner.note.1);
                    return report;
                }
            }
        }
        let mut notes: Vec<Note> =
            page.mail.truncated.iter().map(|(code, text)| Note { code, text: text.clone().into() }).collect();
        let findings = read::all(&page);
        let verdict = kind::of(&page, &findings);
        let mut merged = merge::merge(&page, findings, verdict.kind, &mut notes);
        let recipients = diagnose::diagnose(&mut merged, verdict.kind, &page, self.catalog, &mut notes);
        let is_open = page.is_pasted && verdict.kind == Kind::Other;
        if !is_open {
            notes.insert(page.mail.truncated.len(), Note { code: "kind", text: verdict.reason.into() });
        }
        let mut report = Report {
            dialect: merged.dialect,
            generator: merged.generator,
            recipients,
            original: merged.original,
            notes,
            ..Report::new(verdict.kind)
        };
        if is_open {
            kind::of_pasted(&mut report);
        }
        #[cfg(feature = "trace")]
        if self.trace {
            report.trace =
                Some(Box::new(trace::of_report(&report, &page, bytes, &self.limits, depth > 0, self.domains)));
        }
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
