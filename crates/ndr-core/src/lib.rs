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

mod advice;
mod cause;
mod diagnose;
mod evidence;
#[cfg(feature = "trace")]
mod header;
mod inputs;
mod kind;
mod looks;
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
pub mod trace;

pub use cause::{Cause, catalog};
pub use inputs::{
    InputForm, NotRead, begins_log, input_forms, is_outlook_item, log_line, not_read, split_events, table_head,
    table_row,
};
pub use looks::{Looks, looks_like};
pub use mail::headers::Headers;
pub use mail::limits::Limits;
pub use ndr_resolve::{
    Actor, Basis, Catalog, Category, CodeError, CodePattern, Command, Entry, FoundCode, Limit, Party, Provider,
    ProviderKind, Query, Reply as ParsedReply, Resolution, Retry, Source, StatusCode, Suppress, Trust, Usual,
    class_means, fill, find_codes, subject_means,
};
pub use report::{Attempt, Diagnosis, Evidence, Original, Recipient, Reply, Report};
#[cfg(feature = "serde")]
pub use serialize::EntryView;
pub use vocabulary::{Action, Certainty, Kind, Note};

use evidence::Findings;
use mail::input::{self, Input};
use page::Page;
use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

/// Decodes with a custom catalogue and limits. Clones share the catalogue.
#[derive(Clone, Debug)]
pub struct Decoder {
    catalog: Arc<Catalog>,
    limits: Limits,
    #[cfg(feature = "trace")]
    trace: bool,
    #[cfg(feature = "trace")]
    domains: Arc<[String]>,
}

impl Default for Decoder {
    fn default() -> Self {
        static BUILT_IN: LazyLock<Arc<Catalog>> = LazyLock::new(|| Arc::new(catalog().clone()));
        Decoder {
            catalog: Arc::clone(&BUILT_IN),
            limits: Limits::default(),
            #[cfg(feature = "trace")]
            trace: false,
            #[cfg(feature = "trace")]
            domains: Arc::default(),
        }
    }
}

impl Decoder {
    /// A decoder with the built-in catalogue and default limits.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Uses another catalogue, such as the built-in one with an overlay.
    ///
    /// ```
    /// let catalog = std::sync::Arc::new(ndr::catalog().clone());
    /// let decoders = [1, 2].map(|_| ndr::Decoder::new().with_catalog(catalog.clone()));
    /// assert!(decoders[0].decode(b"550 5.1.1 User unknown").is_recognised());
    /// ```
    pub fn with_catalog(self, catalog: impl Into<Arc<Catalog>>) -> Decoder {
        Decoder { catalog: catalog.into(), ..self }
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
    /// let bounce = b"From: mailer-daemon@example.net\nSubject: Undelivered Mail Returned to Sender\n\n\
    ///     <user@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 User unknown\n\n\
    ///     --- Below this line is a copy of the message.\n\n\
    ///     Received: from [203.0.113.9] by mx.example.net; Thu, 1 Oct 2026 10:00:00 +0000\n\
    ///     From: ceo@contoso.com\nMessage-ID: <1@bot.example.org>\n";
    /// let trace = ndr::Decoder::new().with_domains(["contoso.com"]).trace_of(bounce);
    /// assert_eq!(trace.hints[0].kind, ndr::trace::HintKind::LikelyBackscatter);
    /// ```
    #[cfg(feature = "trace")]
    pub fn with_domains(self, domains: impl IntoIterator<Item = impl Into<String>>) -> Decoder {
        Decoder { domains: domains.into_iter().map(Into::into).collect(), ..self }
    }

    /// The way of the message that bounced, where `bytes` is a report; of the message itself, where it is none.
    ///
    /// ```
    /// let trace = ndr::Decoder::new().trace_of(b"Received: by mx.example.com; Tue, 21 Jan 2025 06:59:56 +0000\n\n");
    /// assert_eq!(trace.source, Some(ndr::trace::HeaderSource::Message));
    /// ```
    #[cfg(feature = "trace")]
    pub fn trace_of(&self, bytes: &[u8]) -> trace::Trace {
        let report = self.clone().with_trace(true).decode(bytes);
        let is_report = matches!(report.kind, Kind::Failure | Kind::Delay | Kind::Success | Kind::Feedback);
        match report.trace.filter(|trace| is_report && trace.is_of_returned()) {
            Some(trace) => *trace,
            None => self.trace_of_outer(bytes),
        }
    }

    /// The route of the message itself, also where it is a report.
    ///
    /// ```
    /// let report = b"Received: by mx.example.com; Tue, 21 Jan 2025 06:59:56 +0000\nSubject: Undelivered\n\n";
    /// assert_eq!(ndr::Decoder::new().trace_of_outer(report), ndr::trace::of_message(report));
    /// ```
    #[cfg(feature = "trace")]
    pub fn trace_of_outer(&self, bytes: &[u8]) -> trace::Trace {
        trace::of_message_with(bytes, &self.catalog)
    }

    /// The catalogue that is used.
    pub const fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Decodes a message, or any text that holds what a server said. The input type is detected.
    pub fn decode(&self, bytes: &[u8]) -> Report {
        self.decode_framed(bytes).report
    }

    /// As [`Decoder::decode`], with what the mail around the report is.
    pub(crate) fn decode_framed(&self, bytes: &[u8]) -> Framed {
        let bytes = mail::clean(bytes);
        let limits = self.limits.for_readers();
        let kind = input::kind(&bytes);
        let (bytes, cut) = match kind {
            Input::Mail => limits.fit_header(bytes),
            _ => (bytes, None),
        };
        let Framed { mut report, is_carried } = self.read(&bytes, kind, &limits, 0);
        if report.recipients.len() > self.limits.recipients {
            report.recipients.truncate(self.limits.recipients);
            let text = format!("more than {} recipients; the rest was left out", self.limits.recipients);
            report.note("limit-recipients", text);
        }
        if let Some((code, text)) = cut {
            report.note(code, text);
        }
        Framed { report, is_carried }
    }

    /// Explains one reply of a server, as a mail service that talked to it knows it: the words, the host, the command,
    /// the recipient. The diagnosis is that of a report which states the same.
    ///
    /// ```
    /// let reply = ndr::Reply {
    ///     text: "550 5.1.1 User unknown",
    ///     remote: Some("mx.example.com"),
    ///     command: Some("RCPT TO:<a@example.com>"),
    ///     recipient: Some("a@example.com"),
    ///     ..ndr::Reply::default()
    /// };
    /// let report = ndr::Decoder::new().reply(&reply);
    /// assert_eq!(report.recipients[0].address.as_deref(), Some("a@example.com"));
    /// assert_eq!(report.recipients[0].diagnosis.as_ref().unwrap().suppress, ndr::Suppress::Yes);
    /// // The same words about the sender drop nobody.
    /// let refused = ndr::Decoder::new().reply(&ndr::Reply { command: Some("MAIL FROM"), ..reply });
    /// assert_eq!(refused.recipients[0].diagnosis.as_ref().unwrap().suppress, ndr::Suppress::No);
    /// ```
    pub fn reply(&self, reply: &Reply<'_>) -> Report {
        let limits = self.limits.for_readers();
        let page = Page::of_text(Cow::Borrowed(text::cap(reply.text, limits.text_bytes)), &limits);
        let mut finding = read::reply_of(&page, reply);
        finding.origin = evidence::Origin::Field;
        let mut merged = merge::Merged { recipients: vec![finding], ..merge::Merged::default() };
        merged.original.from = reply.sender.map(str::to_string);
        let mut notes = Vec::new();
        let kind = kind::outcome_of_pasted(&page, &mut merged.recipients);
        let recipients = diagnose::diagnose(&mut merged, kind, &page, &self.catalog, &mut notes);
        let mut report = Report { recipients, original: merged.original, notes, ..Report::new(kind) };
        report.note("kind", "the caller states a reply to a delivery");
        report
    }

    /// The steps from bytes to a report. `depth` counts the mails around it.
    fn read(&self, bytes: &[u8], kind: Input, limits: &Limits, depth: usize) -> Framed {
        let page = Page::of(bytes, kind, limits);
        if depth < unwrap::DEPTH {
            for inner in unwrap::inner(&page) {
                let kind = input::kind(&inner.bytes);
                let Framed { mut report, .. } = self.read(&inner.bytes, kind, limits, depth + 1);
                if matches!(report.kind, Kind::Failure | Kind::Delay) {
                    report.note(inner.note.0, inner.note.1);
                    return Framed { report, is_carried: inner.is_attachment };
                }
            }
        }
        let mut notes: Vec<Note> =
            page.mail.truncated.iter().map(|(code, text)| Note { code, text: text.clone().into() }).collect();
        let findings = read::all(&page);
        let verdict = kind::of(&page, &findings);
        let is_stated = findings.iter().any(|one| one.kind.is_some());
        let is_structured = findings.iter().any(Findings::is_structured);
        let has_item = findings.iter().any(Findings::has_item);
        let mut merged = merge::merge(&page, findings, verdict.kind, &mut notes);
        let is_open = page.is_pasted && verdict.kind == Kind::Other && !is_stated;
        let kind = if is_open { kind::outcome_of_pasted(&page, &mut merged.recipients) } else { verdict.kind };
        if !is_open {
            notes.insert(page.mail.truncated.len(), Note { code: "kind", text: verdict.reason.into() });
        }
        let recipients = diagnose::diagnose(&mut merged, kind, &page, &self.catalog, &mut notes);
        let mut report = Report {
            writer: merged.dialect.and_then(|dialect| self.provider_name(dialect)),
            dialect: merged.dialect,
            event: merged.event,
            generator: merged.generator,
            recipients,
            original: merged.original,
            notes,
            ..Report::new(kind)
        };
        if is_open {
            if kind::is_pasted_report(&report, &page, kind::Found { is_structured, has_item }) {
                report.note("kind", "the text holds a reply, the frame of a report, or a known phrase");
            } else {
                report = Report { notes: std::mem::take(&mut report.notes), ..Report::new(Kind::Other) };
                report.note("kind", "no reply, no frame of a report and no known phrase was found");
            }
        }
        #[cfg(feature = "trace")]
        if self.trace {
            report.trace = Some(Box::new(trace::of_report(
                &report,
                &page,
                bytes,
                &self.limits,
                depth > 0,
                &self.domains,
                &self.catalog,
            )));
        }
        Framed { report, is_carried: false }
    }

    fn provider_name(&self, id: &str) -> Option<&'static str> {
        self.catalog.providers().iter().find(|provider| provider.id == id).map(|provider| provider.name)
    }
}

/// A report, and what the mail around it is.
pub(crate) struct Framed {
    pub(crate) report: Report,
    /// Whether the report is an attachment of a mail that only carries it.
    pub(crate) is_carried: bool,
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
