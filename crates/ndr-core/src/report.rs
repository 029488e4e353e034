//! The result: what a report says, and what it means. One type, of which JSON, tables and texts are views.

#[cfg(feature = "trace")]
pub(crate) mod route;

use crate::cause::Cause;
#[cfg(feature = "serde")]
use crate::vocabulary::as_text;
use crate::vocabulary::{Action, Certainty, Kind, Note};
use ndr_resolve::{Basis, Entry, Party, Retry, StatusCode, Suppress};
use std::borrow::Cow;

/// A decoded message.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Report {
    /// Where it came from: the path as it was given, with `#n` for the n-th message of a container.
    pub source: Option<String>,
    /// What the message is.
    pub kind: Kind,
    /// What wrote the report, such as `exchange-online` or `postfix`; `None` when unknown.
    pub dialect: Option<&'static str>,
    /// What wrote the report, as the catalogue calls it (`Postfix`); `None` when unknown.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub writer: Option<&'static str>,
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
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "Option::is_none"))]
    pub trace: Option<Box<route::Trace>>,
}

/// What the report says of one recipient, and what it means.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Recipient {
    /// The address that failed (Final-Recipient).
    pub address: Option<String>,
    /// What the sender typed, where it differs (Original-Recipient).
    pub original_address: Option<String>,
    /// What was done.
    pub action: Option<Action>,
    /// The most specific enhanced status code that the report states.
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_text"))]
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
    /// Further candidates, best first.
    #[cfg_attr(feature = "serde", serde(serialize_with = "slugs"))]
    pub others: Vec<&'static Entry>,
}

/// One reply of a server, with what the client knows of it. Every field but the text may be missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reply<'r> {
    /// The server's words, codes included, on one or several lines.
    pub text: &'r str,
    /// The host that said it, or its IP address.
    pub remote: Option<&'r str>,
    /// The SMTP command that it answers, with or without its arguments: `RCPT TO`, `MAIL FROM:<a@example.com>`, `DATA`.
    pub command: Option<&'r str>,
    /// The recipient of the transaction.
    pub recipient: Option<&'r str>,
    /// The envelope sender.
    pub sender: Option<&'r str>,
}

/// One delivery attempt that the report lists.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Attempt {
    /// The time as written in the report.
    pub time: String,
    /// The server that was tried.
    pub server: Option<String>,
    /// What it said.
    pub text: String,
}

/// What a failure means.
///
/// What to do about the address stands here and not in the entry: the entry says what is right for its meaning, and
/// `suppress` and `retry` say what is right for this bounce. They never go further than the entry's.
///
/// ```
/// use ndr::{Retry, Suppress};
/// let report = ndr::explain("450 4.1.1 User unknown, try again later");
/// let diagnosis = report.recipients[0].diagnosis.as_ref().unwrap();
/// assert_eq!((diagnosis.suppress, diagnosis.retry), (Suppress::AfterRepeats, Retry::AsIs));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnosis {
    /// The entry of the catalogue.
    pub entry: &'static Entry,
    /// Whether the failure is permanent; `None` where nothing tells.
    pub permanent: Option<bool>,
    /// Whether to drop the address.
    pub suppress: Suppress,
    /// Whether sending again helps.
    pub retry: Retry,
    /// About whom the refusal speaks; `None` where nothing tells.
    pub about: Option<Party>,
    /// What the holes of the matching text caught, by name.
    pub values: Vec<(&'static str, String)>,
    /// Which evidence decided.
    pub basis: Basis,
    /// How sure it is.
    pub certainty: Certainty,
    /// The words that decided.
    pub evidence: Option<Evidence>,
}

/// The words that decided a diagnosis.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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
            writer: None,
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
    /// The meaning as an enum; `None` for an entry of an overlay.
    pub fn cause(&self) -> Option<Cause> {
        self.entry.origin.is_none().then(|| Cause::from_slug(self.entry.slug)).flatten()
    }

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

/// Entries in JSON: their slugs.
#[cfg(feature = "serde")]
fn slugs<S: serde::Serializer>(entries: &[&Entry], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(entries.iter().map(|entry| entry.slug))
}
