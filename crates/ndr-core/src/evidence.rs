//! What readers return: findings, each with the place that it comes from and the role of its address.

use crate::report::{Attempt, Original};
use crate::vocabulary::{Action, Kind, Note};
use ndr_resolve::{StatusCode, Suppress};

/// Whose an address is, by the words and fields around it. Only a [`Role::Failed`] address becomes a recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Role {
    /// The report says that delivery to it failed, is late, or was done.
    Failed,
    /// Nothing near it says whose it is.
    Unknown,
    /// The sender of the message, or the addressee of the report.
    Sender,
    /// An address to write to for help.
    Contact,
    /// A Message-ID, a queue id, a VERP token: no mailbox at all.
    Identifier,
}

/// Where a statement stands, the most trusted place first. [`crate::merge`] decides by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    /// A field of the machine-readable part, of an event, or of a log line.
    Field,
    /// The report's own frame: a line or block whose shape only a report has.
    Frame,
    /// Running text.
    Prose,
}

/// A reader, as the source of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reader {
    /// An event of a mail service, as JSON.
    Event,
    /// Lines that programs write about deliveries.
    Log,
    /// The fields of a delivery status (RFC 3464).
    Fields,
    /// Exchange's own layouts.
    Exchange,
    /// The transcript of an SMTP session.
    Transcript,
    /// Any other report, by where addresses stand.
    General,
    /// A complaint.
    Feedback,
    /// A text that is one statement.
    Reply,
}

/// What one reader found about one recipient.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Finding {
    /// The address that failed.
    pub(crate) address: Option<String>,
    /// What the sender typed, where it differs.
    pub(crate) original_address: Option<String>,
    /// Whose the address is, where the report does not say that it failed.
    pub(crate) role: Role,
    /// Where the statement stands.
    pub(crate) origin: Origin,
    /// What was done.
    pub(crate) action: Option<Action>,
    /// The most specific status code of the statement.
    pub(crate) status: Option<StatusCode>,
    /// The Status field of the machine-readable part.
    pub(crate) status_field: Option<StatusCode>,
    /// Further codes in the statement.
    pub(crate) inner: Vec<StatusCode>,
    /// The SMTP reply code of the statement.
    pub(crate) reply: Option<u16>,
    /// The statement, on one line.
    pub(crate) text: Option<String>,
    /// The server that made it; `None` when the generator itself did.
    pub(crate) remote: Option<String>,
    /// The SMTP command that it answers.
    pub(crate) command: Option<&'static str>,
    /// Attempts with their times, newest first.
    pub(crate) attempts: Vec<Attempt>,
    /// More words about this recipient: statements, with [`STATEMENT`] between them.
    pub(crate) context: String,
    /// Number of the part (see [`crate::page::Page::parts`]) that holds the text.
    pub(crate) part: usize,
    /// What the input's own class for the failure amounts to, in words that the catalogue knows: asked where the
    /// server's words say nothing.
    pub(crate) reading: Option<&'static str>,
    /// Whether the address is to be dropped, where the input itself decides that: a mail service that keeps it on its
    /// list, or that refused for a reason of the sender's.
    pub(crate) suppressed: Option<Suppress>,
}

/// Separates the statements of [`Finding::context`].
pub(crate) const STATEMENT: char = '\u{1e}';

impl Finding {
    /// A finding of which only the address is known.
    pub(crate) fn new(address: Option<String>) -> Finding {
        Finding {
            address,
            original_address: None,
            role: Role::Failed,
            origin: Origin::Frame,
            action: None,
            status: None,
            status_field: None,
            inner: Vec::new(),
            reply: None,
            text: None,
            remote: None,
            command: None,
            attempts: Vec::new(),
            context: String::new(),
            part: 0,
            reading: None,
            suppressed: None,
        }
    }

    /// Whether it holds a statement, and not an address alone.
    pub(crate) const fn has_statement(&self) -> bool {
        self.text.is_some() || self.status.is_some() || self.reply.is_some()
    }

    /// Whether its address is `other`. Case does not matter.
    pub(crate) fn is_about(&self, other: &str) -> bool {
        self.address.as_deref().is_some_and(|address| address.eq_ignore_ascii_case(other))
    }

    /// Whether the message was delivered or passed on.
    pub(crate) const fn arrived(&self) -> bool {
        matches!(self.action, Some(Action::Delivered | Action::Relayed | Action::Expanded))
    }

    /// Adds a statement to the words about this recipient.
    pub(crate) fn add_context(&mut self, words: &str) {
        if self.context == words {
            return;
        }
        if !self.context.is_empty() && !words.is_empty() {
            self.context.push(STATEMENT);
        }
        self.context.push_str(words);
    }

    /// Like [`Finding::add_context`], but takes ownership.
    pub(crate) fn take_context(&mut self, words: String) {
        if self.context.is_empty() {
            self.context = words;
        } else {
            self.add_context(&words);
        }
    }

    /// Settles which status counts: the one in the server's words before the Status field, any before `x.0.0`.
    pub(crate) fn settle_status(&mut self) {
        self.status = match (self.status, self.status_field) {
            (Some(said), Some(field)) if said.is_bare() && !field.is_bare() => {
                self.inner.push(said);
                Some(field)
            }
            (Some(said), _) => Some(said),
            (None, field) => field,
        };
    }
}

/// What one reader found.
#[derive(Debug)]
pub(crate) struct Findings {
    /// Who found it.
    pub(crate) reader: Reader,
    /// The kind of message, where the input states it in a field of its own (events).
    pub(crate) kind: Option<Kind>,
    /// What wrote the input, where the shape tells.
    pub(crate) dialect: Option<&'static str>,
    /// The provider of the catalogue whose words these are.
    pub(crate) provider: Option<&'static str>,
    /// The mail service's own word for the event.
    pub(crate) event: Option<String>,
    /// Oddities that were met.
    pub(crate) notes: Vec<Note>,
    /// The host that generated the report.
    pub(crate) generator: Option<String>,
    /// What is said of the original message.
    pub(crate) original: Original,
    /// One item for each recipient.
    pub(crate) recipients: Vec<Finding>,
}

impl Findings {
    /// Of a reader that found nothing yet.
    pub(crate) fn new(reader: Reader) -> Findings {
        Findings {
            reader,
            kind: None,
            dialect: None,
            provider: None,
            event: None,
            notes: Vec::new(),
            generator: None,
            original: Original::default(),
            recipients: Vec::new(),
        }
    }

    /// Findings about recipients, and nothing else.
    pub(crate) fn of(reader: Reader, recipients: Vec<Finding>) -> Findings {
        Findings { recipients, ..Findings::new(reader) }
    }

    /// Whether it found a recipient, or knows what the input is: readers of less certain forms then stay out.
    pub(crate) const fn is_decisive(&self) -> bool {
        !self.recipients.is_empty() || self.kind.is_some()
    }

    /// Whether it found a recipient in a structure: no prose reads like one.
    pub(crate) const fn is_structured(&self) -> bool {
        matches!(self.reader, Reader::Event | Reader::Log | Reader::Fields | Reader::Transcript)
            && !self.recipients.is_empty()
    }

    /// Whether it found a recipient in an item of its own that says something of it.
    pub(crate) fn has_item(&self) -> bool {
        let is_item = |one: &Finding| one.origin != Origin::Prose && one.has_statement();
        self.reader != Reader::Reply && self.recipients.iter().any(is_item)
    }
}
