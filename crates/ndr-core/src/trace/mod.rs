//! Where a message went, and who said no: the way that its header tells.
//!
//! [`of_message`] reads any message or pasted header. [`Decoder::with_trace`](crate::Decoder::with_trace) adds the same
//! to a decoded report, of the message that came back.

mod block;
mod chain;
mod hosts;
mod path;
mod received;
#[cfg(feature = "serde")]
mod serialize;
mod table;
mod time;

pub use chain::{Chain, Ending, Node, Refusal, Refuser, Role, Try};
pub(crate) use received::ip as parse_ip;

pub use path::{Hop, Path, PathSource, Scope, Tls};
pub use time::Moment;

use crate::Headers;
use crate::headers::end_of_block;
use crate::input::{self, Input};
use crate::limits::Limits;
use crate::message::{self, Mail, PartKind};
use crate::read::Background;
use crate::report::{Kind, Report, named};
use std::borrow::Cow;

named! {
    /// Whose header was read.
    HeaderSource {
        /// The message's own.
        Message = "message",
        /// That of the message which the report returns as a part.
        Returned = "returned",
        /// That of the message which the report quotes in its text.
        Quoted = "quoted",
    }
}

/// What the header of a message tells of its way.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// Whose header was read; `None` where there is none, and only the report speaks.
    pub source: Option<HeaderSource>,
    /// Who the message says it is from, and how it is called.
    pub identities: Identities,
    /// The hops.
    pub path: Path,
    /// The machines that it passed, and where it ended.
    pub chain: Chain,
}

/// The names that a header gives. All are as the message states them, decoded; none is verified.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identities {
    /// The From field: whom readers see (P2).
    pub from: Option<String>,
    /// The Sender field: who sent it on behalf of From.
    pub sender: Option<String>,
    /// The Reply-To field.
    pub reply_to: Option<String>,
    /// The Return-Path field: the envelope's sender (P1), where bounces go. Empty for reports.
    pub return_path: Option<String>,
    /// The To field.
    pub to: Option<String>,
    /// The subject.
    pub subject: Option<String>,
    /// The date as written.
    pub date: Option<String>,
    /// The Message-ID, without angle brackets.
    pub message_id: Option<String>,
    /// The program that wrote it (User-Agent, X-Mailer).
    pub client: Option<String>,
    /// The address that a mail service says it was written at (X-Originating-IP).
    pub originating_ip: Option<String>,
}

impl Identities {
    fn read(headers: &Headers<'_>) -> Identities {
        let mut found = Identities::default();
        for (name, raw) in headers.iter() {
            let slot = match name.to_ascii_lowercase().as_str() {
                "from" => &mut found.from,
                "sender" => &mut found.sender,
                "reply-to" => &mut found.reply_to,
                "return-path" => &mut found.return_path,
                "to" => &mut found.to,
                "subject" => &mut found.subject,
                "date" => &mut found.date,
                "message-id" => &mut found.message_id,
                "user-agent" | "x-mailer" => &mut found.client,
                "x-originating-ip" => &mut found.originating_ip,
                _ => continue,
            };
            if slot.is_none() {
                // Longer than this is no name of anything.
                let text = crate::headers::decode(&raw[..raw.len().min(8 << 10)]);
                *slot = Some(text.trim().to_string());
            }
        }
        for value in [&mut found.message_id, &mut found.return_path, &mut found.originating_ip].into_iter().flatten() {
            *value = value.trim_matches(['<', '>', '[', ']', ' ']).to_string();
        }
        // An empty Return-Path says something; any other empty field does not.
        for slot in [&mut found.from, &mut found.sender, &mut found.to, &mut found.subject, &mut found.message_id] {
            *slot = slot.take().filter(|value| !value.is_empty());
        }
        found
    }

    /// What the report itself says of the message.
    fn of_report(original: &crate::Original) -> Identities {
        let crate::Original { message_id, from, to, subject, date } = original.clone();
        Identities { message_id, from, to, subject, date, ..Identities::default() }
    }

    fn is_empty(&self) -> bool {
        *self == Identities::default()
    }
}

impl Trace {
    /// Whether nothing was found that tells of a way: no hop, no name, no server.
    ///
    /// ```
    /// assert!(ndr::trace::of_message(b"just a few words").is_empty());
    /// assert!(!ndr::trace::of_message(b"Received: by mx.example.com; Tue, 21 Jan 2025 06:59:56 +0000\n\n").is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.path.hops.is_empty() && self.identities.is_empty() && self.chain.nodes.is_empty()
    }

    /// Whether it is that of the message which a report returns or quotes, or tells of in a table of hops.
    pub(crate) fn is_of_returned(&self) -> bool {
        matches!(self.source, Some(HeaderSource::Returned | HeaderSource::Quoted))
            || self.path.source == Some(PathSource::MessageHops)
    }

    /// The trace of a header block, its folds repaired.
    fn of_block(source: HeaderSource, block: &[u8]) -> Trace {
        let block = block::repair(block);
        let headers = Headers::of_message(&block);
        let mut trace = Trace {
            source: Some(source),
            identities: Identities::read(&headers),
            path: Path::of_headers(&headers),
            chain: Chain::default(),
        };
        trace.source = trace.source.filter(|_| !trace.is_empty());
        trace
    }

    /// The trace of a header block that stands somewhere in a text: of the first that has hops, else of the first.
    fn of_text(text: &str) -> Trace {
        const MOST_BLOCKS: usize = 50;
        let mut first = Trace::default();
        let mut rest = text.as_bytes();
        for _ in 0..MOST_BLOCKS {
            let Some(start) = block::find(rest) else { break };
            let found = Trace::of_block(HeaderSource::Quoted, &rest[start..]);
            if !found.path.hops.is_empty() {
                return found;
            }
            if first.is_empty() {
                first = found;
            }
            rest = &rest[start..];
            rest = &rest[end_of_block(rest).max(1)..];
        }
        first
    }

    /// Keeps the one that tells more of the way.
    fn take_better(&mut self, other: Trace) {
        if other.path.hops.len() > self.path.hops.len() || (self.is_empty() && !other.is_empty()) {
            *self = other;
        }
    }

    /// Looks for the header in parts of a report that do not say what they are: attachments without a type, text behind
    /// a boundary that was mistyped.
    fn search(&mut self, bytes: &[u8], limits: &Limits) {
        if input::kind(bytes) != Input::Mail {
            self.take_better(Trace::of_text(&text_of(bytes)));
            return;
        }
        for part in Mail::read(bytes, limits).parts {
            self.take_better(match part.kind {
                PartKind::Html => Trace::of_text(&block::of_html(&part.text)),
                _ => Trace::of_text(&part.text),
            });
        }
        if self.path.hops.is_empty() {
            // Some put the header where that of the part belongs.
            let body = String::from_utf8_lossy(&bytes[end_of_block(bytes)..]);
            for part in body.split("\n--") {
                self.take_better(Trace::of_text(part));
            }
        }
    }
}

/// Reads the header of a message, or a header block that somebody pasted: wrapped, quoted, with words in front.
///
/// ```
/// let trace = ndr::trace::of_message(
///     b"Received: from mail.example.net (mail.example.net [192.0.2.7])\n by mx.example.com (Postfix) with ESMTPS id 4F1;\n \
///       Tue, 21 Jan 2025 07:00:01 +0000\n\
///       Received: from laptop ([10.0.0.9]) by mail.example.net with ESMTPSA; Tue, 21 Jan 2025 06:59:56 +0000\n\
///       From: mia@example.net\n\nHello\n",
/// );
/// assert_eq!(trace.path.hops.len(), 2);
/// assert_eq!(trace.path.hops[0].by.as_deref(), Some("mail.example.net"));
/// assert_eq!(trace.path.hops[1].delay, Some(5));
/// assert_eq!(trace.identities.from.as_deref(), Some("mia@example.net"));
/// ```
pub fn of_message(bytes: &[u8]) -> Trace {
    let bytes = message::clean(bytes);
    let mut trace = match input::kind(&bytes) {
        Input::Mail => Trace::of_block(HeaderSource::Message, &bytes),
        _ => Trace::of_text(&text_of(&bytes)),
    };
    trace.source = trace.source.map(|_| HeaderSource::Message);
    trace.chain = Chain::of_path(&trace.path);
    trace
}

/// Input that is no mail, as text.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(bytes);
    if input::kind(bytes) == Input::Html { Cow::Owned(block::of_html(&text)) } else { text }
}

/// The trace of the message that a report is about: from the header that it returns or quotes, else from Exchange's
/// table of hops, and from what the report says of servers. `bytes` is the whole report.
pub(crate) fn of_report(report: &Report, background: &Background<'_>, bytes: &[u8], limits: &Limits) -> Trace {
    let mut best = Trace::default();
    if let Some(original) = &background.original {
        best.take_better(Trace::of_block(HeaderSource::Returned, original));
    }
    if let Some(quoted) = &background.quoted {
        best.take_better(Trace::of_text(quoted));
    }
    if best.path.hops.is_empty()
        && let Some(path) = background.parts.iter().find_map(|(_, text)| table::read(text))
    {
        best.path = path;
    }
    if best.path.hops.is_empty() && matches!(report.kind, Kind::Failure | Kind::Delay) {
        best.search(bytes, limits);
    }
    if best.identities.is_empty() {
        best.identities = Identities::of_report(&report.original);
    }
    best.chain = Chain::of_report(report, &best.path);
    best
}
