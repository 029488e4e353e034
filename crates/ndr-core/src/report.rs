//! The result: what a report says, and what it means. One type, of which JSON, tables and texts are views.

use crate::vocabulary::{Action, Kind, Note};
use ndr_resolve::{Basis, Entry, StatusCode};
use std::borrow::Cow;

/// A decoded message.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Where it came from: the path as it was given, with `#n` for the n-th message of a container.
    pub source: Option<String>,
    /// What the message is.
    pub kind: Kind,
    /// What wrote the report, such as `exchange-online` or `postfix`; `None` when unknown.
    pub dialect: Option<&'static str>,
    /// A mail service's own word for its event, such as `hard_bounce`; `None` where the input is no such event.
    pub event: Option<String>,
    /// The host that generated the report (Reporting-MTA of RFC 3464, "Generating server" of Exchange).
    pub generator: Option<String>,
    /// One item for each recipient that the report speaks of.
    pub recipients: Vec<Recipient>,
    /// What is known of the message that the report is about.
    pub original: Original,
    /// Oddities that were met, and reasons for verdicts.
    pub notes: Vec<Note>,
    /// The way of the message that the report is about; only there when
    /// [`Decoder::with_trace`](crate::Decoder::with_trace) asks for it.
    #[cfg(feature = "trace")]
    pub trace: Option<Box<crate::trace::Trace>>,
}

/// What the report says of one recipient, and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Recipient {
    /// The address that failed (Final-Recipient).
    pub address: Option<String>,
    /// What the sender typed, where it differs (Original-Recipient).
    pub original_address: Option<String>,
    /// What was done.
    pub action: Option<Action>,
    /// The most specific enhanced status code that the report states.
    pub status: Option<StatusCode>,
    /// The SMTP reply code that stands with the text, 200 to 599.
    pub reply: Option<u16>,
    /// The server's own words, on one line.
    pub text: Option<String>,
    /// The server that said it; `None` when the generator itself did.
    pub remote: Option<String>,
    /// The SMTP command it answered, where the report says so.
    pub command: Option<&'static str>,
    /// Attempts with their times, as the report lists them, newest first.
    pub attempts: Vec<Attempt>,
    /// What it means; `None` when nothing fits.
    pub diagnosis: Option<Diagnosis>,
    /// Slugs of further candidates, best first.
    pub others: Vec<&'static str>,
}

/// One delivery attempt that the report lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The time as written in the report.
    pub time: String,
    /// The server that was tried.
    pub server: Option<String>,
    /// What it said.
    pub text: String,
}

/// What a failure means.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// The entry of the catalogue.
    pub entry: &'static Entry,
    /// Whether the failure is permanent; `None` where nothing tells.
    pub permanent: Option<bool>,
    /// What the holes of the matching text caught, by name.
    pub values: Vec<(&'static str, String)>,
    /// Which evidence decided.
    pub basis: Basis,
    /// The words that decided.
    pub evidence: Option<Evidence>,
}

/// The words that decided a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The words as they stand in the message.
    pub phrase: String,
    /// The part they stand in, by media type; `text` for input without MIME.
    pub part: Cow<'static, str>,
    /// Byte offsets, start and end, in the decoded text of that part (after transfer decoding, charset and, for HTML,
    /// removal of the tags).
    pub span: Option<(usize, usize)>,
}

/// The identity of the message that the report is about. A field that the report does not hold is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Original {
    /// Its Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// Its From header, decoded.
    pub from: Option<String>,
    /// Its To header, decoded.
    pub to: Option<String>,
    /// Its subject, decoded.
    pub subject: Option<String>,
    /// Its date as written.
    pub date: Option<String>,
}

impl Report {
    pub(crate) fn new(kind: Kind) -> Report {
        Report {
            source: None,
            kind,
            dialect: None,
            event: None,
            generator: None,
            recipients: Vec::new(),
            original: Original::default(),
            notes: Vec::new(),
            #[cfg(feature = "trace")]
            trace: None,
        }
    }

    pub(crate) fn note(&mut self, code: &'static str, text: impl Into<Cow<'static, str>>) {
        let note = Note { code, text: text.into() };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Whether anything was recognised: a report of any kind, or an input that holds a code or a known phrase.
    ///
    /// ```
    /// assert!(ndr::explain("550 5.7.1 Client was not authenticated").is_recognised());
    /// assert!(!ndr::explain("hello").is_recognised());
    /// ```
    pub fn is_recognised(&self) -> bool {
        self.kind != Kind::Other
    }
}

impl Recipient {
    /// Whether the report says that the message was delivered or passed on.
    pub(crate) const fn arrived(&self) -> bool {
        matches!(self.action, Some(Action::Delivered | Action::Relayed | Action::Expanded))
    }
}

impl Diagnosis {
    /// What it means, with the caught values filled in.
    pub fn meaning(&self) -> String {
        self.entry.meaning_with(&self.values)
    }

    /// Steps for the person who sent the message, with the caught values filled in.
    pub fn steps_sender(&self) -> Vec<String> {
        self.entry.steps_sender.iter().map(|step| ndr_resolve::fill(step, &self.values)).collect()
    }

    /// Steps for an admin, with the caught values filled in.
    pub fn steps_admin(&self) -> Vec<String> {
        self.entry.steps_admin.iter().map(|step| ndr_resolve::fill(step, &self.values)).collect()
    }
}
