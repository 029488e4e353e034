//! The route of a message: its hops, who passed it on, who refused it, and what its header says about authentication.

use crate::header::antispam::Antispam;
use crate::header::auth::Authentication;
use crate::header::exchange_address::ExchangeAddress;
use crate::header::fields::MessageFields;
use crate::header::find::HeaderSource;
use crate::header::hints::Hint;
use crate::header::path::{Path, PathSource};
use crate::header::time::Moment;
#[cfg(feature = "serde")]
use crate::vocabulary::as_text;
use crate::vocabulary::named;
use ndr_resolve::StatusCode;
use std::net::IpAddr;

/// The route of a message and what its header says about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Trace {
    /// The header that was read; `None` if there is none and the trace comes from the report alone.
    pub source: Option<HeaderSource>,
    /// The fields that identify the message.
    pub message: MessageFields,
    /// The hops.
    pub path: Path,
    /// The machines that it passed, and where it ended.
    pub chain: Chain,
    /// What servers found when they checked the sender; `None` if the header does not say.
    pub authentication: Option<Box<Authentication>>,
    /// What filters wrote into the header.
    pub antispam: Antispam,
    /// Exchange addresses in the header and the report.
    pub exchange_addresses: Vec<ExchangeAddress>,
    /// What the header suggests without proving it.
    pub hints: Vec<Hint>,
}

impl Trace {
    /// Whether no route was found: no hop, no name, no server.
    ///
    /// ```
    /// assert!(ndr::trace::of_message(b"just a few words").is_empty());
    /// let header = b"Received: by mx.example.com; Tue, 21 Jan 2025 06:59:56 +0000\n\n";
    /// assert!(!ndr::trace::of_message(header).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.source.is_none() && self.path.hops.is_empty() && self.chain.nodes.is_empty()
    }

    /// Whether it describes the message that a report returns, quotes or lists in a table of hops.
    pub(crate) fn is_of_returned(&self) -> bool {
        matches!(self.source, Some(HeaderSource::Returned | HeaderSource::Quoted))
            || self.path.source == Some(PathSource::MessageHops)
    }
}

named! {
    /// What a machine did with the message.
    Role {
        /// Wrote it, or handed it to the first server.
        Client = "client",
        /// Accepted it from the sender's client.
        Submission = "submission",
        /// Passed it on.
        Relay = "relay",
        /// Passed it on after filtering: a service known for that.
        Gateway = "gateway",
        /// Wrote the report.
        Generator = "generator",
        /// The last one that it reached.
        Receiver = "receiver",
    }
}

named! {
    /// Who refused the message.
    Refuser {
        /// The server that wrote the report.
        Generator = "generator",
        /// Another server, whose reply the report quotes.
        Remote = "remote",
    }
}

named! {
    /// How delivery ended.
    Ending {
        /// A server refused it.
        Refused = "refused",
        /// The next server could not be reached.
        Unreachable = "unreachable",
        /// The attempts ran out.
        GaveUp = "gave-up",
        /// Not yet: it is still being tried.
        Delayed = "delayed",
    }
}

/// The machines that handled a message, and where it ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Chain {
    /// The machines in order, from the sender's client on. Remote servers that refused are at the end, one after the
    /// other if several recipients failed at several servers.
    pub nodes: Vec<Node>,
    /// How it ended, one item for recipients that share it; empty for a message that is no report.
    pub refusals: Vec<Refusal>,
}

/// One machine.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Node {
    /// What it did.
    pub role: Role,
    /// Its name, or an equivalent.
    pub host: Option<String>,
    /// Its address.
    pub ip: Option<IpAddr>,
    /// The provider of the catalogue that runs it.
    pub provider: Option<&'static str>,
    /// When the message reached it.
    pub time: Option<Moment>,
    /// Seconds that it took to get there.
    pub delay: Option<u64>,
    /// The hops that ended here, by their numbers; a machine that filters passes messages to itself.
    pub hops: Vec<usize>,
    /// Whether it refused the message, or is where it got stuck.
    pub refused: bool,
}

/// How it ended for some recipients.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Refusal {
    /// The recipients.
    pub recipients: Vec<String>,
    /// How it ended.
    pub ending: Ending,
    /// Whether the generator itself or a remote server refused.
    pub by: Refuser,
    /// The index of that server in [`Chain::nodes`]; `None` where the report does not name its generator.
    pub node: Option<usize>,
    /// The SMTP reply code.
    pub reply: Option<u16>,
    /// The enhanced status code.
    #[cfg_attr(feature = "serde", serde(serialize_with = "as_text"))]
    pub status: Option<StatusCode>,
    /// The SMTP command that it answered, where the report says so.
    pub command: Option<&'static str>,
    /// The attempts that the report lists, newest first.
    pub attempts: Vec<Try>,
}

/// One delivery attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Try {
    /// The time, where only one reading of it fits to the date of the message; taken as UTC, as Exchange Online writes.
    pub time: Option<Moment>,
    /// The time as written.
    pub time_text: String,
    /// The server that was tried.
    pub server: Option<String>,
    /// What it said.
    pub text: String,
}
