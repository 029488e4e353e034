//! Where a message went, who said no, and why it was trusted or not: what its header tells.
//!
//! [`of_message`] reads any message or pasted header. [`Decoder::with_trace`](crate::Decoder::with_trace) adds the same
//! to a decoded report, of the message that came back.

mod antispam;
mod auth;
mod block;
mod chain;
pub mod exchange_address;
mod fields;
mod hints;
mod hosts;
mod knowledge;
mod path;
mod received;
#[cfg(feature = "serde")]
mod serialize;
mod table;
mod text;
mod time;

pub use antispam::{Antispam, AntispamField, AntispamHeader};
pub use auth::{
    Alignment, ArcChain, ArcSet, AuthCause, AuthField, AuthResults, Authentication, Check, CheckKind, Composite,
    DkimReason, DkimSignature, DmarcAction, DnsRecord, FailureCause, Fix, FixKind, Identities, Identity, MethodResult,
    OrganisationBasis, OrganisationalDomain, Outcome, Property, ReceivedSpf, TrustBasis, Trusted, Verdict,
    organisational_domain,
};
pub use chain::{Chain, Ending, Node, Refusal, Refuser, Role, Try};
pub use exchange_address::{ExchangeAddress, ExchangeAddressKind};
pub use fields::MessageFields;
pub use hints::{Hint, HintContext, HintKind};
pub use knowledge::Knowledge;
pub use path::{Hop, Path, PathSource, Scope, Tls};
pub use text::HeaderEvidence;
pub use time::Moment;

#[cfg(feature = "render")]
pub(crate) use received::ip as parse_ip;

use crate::Headers;
use crate::mail::input::{self, Input};
use crate::mail::limits::Limits;
use crate::mail::{self, Mail, PartKind};
use crate::page::Page;
use crate::report::Report;
use crate::vocabulary::{Kind, named};
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

/// What the header of a message tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Trace {
    /// Whose header was read; `None` where there is none, and only the report speaks.
    pub source: Option<HeaderSource>,
    /// Who the message says it is from, and how it is called.
    pub message: MessageFields,
    /// The hops.
    pub path: Path,
    /// The machines that it passed, and where it ended.
    pub chain: Chain,
    /// What servers found when they checked the sender; `None` where the header says nothing of it.
    pub authentication: Option<Box<Authentication>>,
    /// What filters wrote into the header.
    pub antispam: Antispam,
    /// Addresses that Exchange wrote in its own way, of the header and of the report.
    pub exchange_addresses: Vec<ExchangeAddress>,
    /// What the header suggests without proving it.
    pub hints: Vec<Hint>,
}

impl Trace {
    /// Whether nothing was found that tells of a way: no hop, no name, no server.
    ///
    /// ```
    /// assert!(ndr::trace::of_message(b"just a few words").is_empty());
    /// let header = b"Received: by mx.example.com; Tue, 21 Jan 2025 06:59:56 +0000\n\n";
    /// assert!(!ndr::trace::of_message(header).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.source.is_none() && self.path.hops.is_empty() && self.chain.nodes.is_empty()
    }

    /// Whether it is that of the message which a report returns or quotes, or tells of in a table of hops.
    pub(crate) fn is_of_returned(&self) -> bool {
        matches!(self.source, Some(HeaderSource::Returned | HeaderSource::Quoted))
            || self.path.source == Some(PathSource::MessageHops)
    }
}

/// A header block that was found, and its path: by that, the best of several is chosen.
#[derive(Default)]
struct Found<'x> {
    source: Option<HeaderSource>,
    block: Cow<'x, [u8]>,
    path: Path,
}

impl<'x> Found<'x> {
    /// A header block, its folds repaired.
    fn of_block(source: HeaderSource, block: &'x [u8]) -> Found<'x> {
        let block = block::repair(block);
        let headers = Headers::of_message(&block);
        let path = Path::of_headers(&headers);
        let tells = headers.iter().next().is_some();
        Found { source: tells.then_some(source), path, block }
    }

    /// A header block that stands somewhere in a text: the first that has hops, else the first.
    fn of_text(text: &'x str) -> Found<'x> {
        const MOST_BLOCKS: usize = 50;
        let mut first = Found::default();
        let mut rest = text.as_bytes();
        for _ in 0..MOST_BLOCKS {
            let Some(from) = block::find(rest).and_then(|start| rest.get(start..)) else { break };
            let found = Found::of_block(HeaderSource::Quoted, from);
            if !found.path.hops.is_empty() {
                return found;
            }
            first.take_better(found);
            rest = from.get(block::end(from).max(1)..).unwrap_or_default();
        }
        first
    }

    /// Keeps the one that tells more of the way.
    fn take_better(&mut self, other: Found<'x>) {
        let more = other.path.hops.len() > self.path.hops.len();
        if more || (self.source.is_none() && other.source.is_some()) {
            *self = other;
        }
    }

    fn into_owned(self) -> Found<'static> {
        Found { source: self.source, block: Cow::Owned(self.block.into_owned()), path: self.path }
    }

    /// Looks for the header in parts of a report that do not say what they are: attachments without a type, text behind
    /// a boundary that was mistyped.
    fn search(bytes: &[u8], limits: &Limits) -> Found<'static> {
        let mut best = Found::default();
        if input::kind(bytes) != Input::Mail {
            return Found::of_text(&text_of(bytes)).into_owned();
        }
        for part in Mail::read(bytes, limits).parts {
            best.take_better(match part.kind {
                PartKind::Html => Found::of_text(&block::of_html(&part.text)).into_owned(),
                _ => Found::of_text(&part.text).into_owned(),
            });
        }
        if best.path.hops.is_empty() {
            // Some put the header where that of the part belongs.
            let body = String::from_utf8_lossy(bytes.get(block::end(bytes)..).unwrap_or_default());
            for part in body.split("\n--") {
                best.take_better(Found::of_text(part).into_owned());
            }
        }
        best
    }

    /// Everything that the header tells, but for the chain.
    /// `report` is the header of the report that it came back in, and `returned` whether it came back in one at all.
    fn trace(self, report: Option<&Headers<'_>>, returned: bool, domains: &[String]) -> Trace {
        let headers = Headers::of_message(&self.block);
        let original = self.source.is_some().then_some(&headers);
        Trace {
            source: self.source,
            message: MessageFields::read(&headers),
            path: self.path,
            chain: Chain::default(),
            authentication: original.map(Authentication::read).filter(Authentication::tells).map(Box::new),
            antispam: Antispam::read(&headers),
            exchange_addresses: fields::exchange_addresses(&headers),
            hints: Hint::read(&HintContext { original, report, returned, domains }),
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
/// assert_eq!(trace.message.from.as_deref(), Some("mia@example.net"));
/// ```
pub fn of_message(bytes: &[u8]) -> Trace {
    let bytes = mail::clean(bytes);
    let text;
    let mut found = match input::kind(&bytes) {
        Input::Mail => Found::of_block(HeaderSource::Message, &bytes),
        _ => {
            text = text_of(&bytes);
            Found::of_text(&text)
        }
    };
    found.source = found.source.map(|_| HeaderSource::Message);
    let mut trace = found.trace(None, false, &[]);
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
pub(crate) fn of_report(
    report: &Report,
    page: &Page<'_>,
    bytes: &[u8],
    limits: &Limits,
    is_wrapped: bool,
    domains: &[String],
) -> Trace {
    let mut best = Found::default();
    if let Some(original) = &page.mail.original {
        best.take_better(Found::of_block(HeaderSource::Returned, original));
    }
    if let Some(quoted) = &page.words.returned {
        best.take_better(Found::of_text(quoted));
    }
    if best.path.hops.is_empty()
        && let Some(path) = page.parts().find_map(|(_, text)| table::read(text))
    {
        best.path = path;
    }
    let bounced = matches!(report.kind, Kind::Failure | Kind::Delay);
    if best.path.hops.is_empty() && bounced {
        best.take_better(Found::search(bytes, limits));
    }
    // A report that somebody forwarded has a header which is not at hand.
    let outer = (bounced && !is_wrapped && input::kind(bytes) == Input::Mail).then(|| Headers::of_message(bytes));
    let mut trace = best.trace(outer.as_ref(), bounced, domains);
    if trace.source.is_none() {
        trace.message = MessageFields::of_report(&report.original);
    }
    trace.exchange_addresses.extend(fields::exchange_addresses_of(report));
    fields::say_once(&mut trace.exchange_addresses);
    trace.chain = Chain::of_report(report, &trace.path);
    trace
}
