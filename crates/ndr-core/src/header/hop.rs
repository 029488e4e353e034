//! One hop of a message: a server took it over and recorded that.

use super::text::ip;
use super::time::Moment;
use crate::vocabulary::named;
use std::net::IpAddr;

named! {
    /// How far a message went in one hop.
    Scope {
        /// Handed over on one machine.
        Local = "local",
        /// Within one organisation or network: a private address, or two hosts of one domain or provider.
        Internal = "internal",
        /// From one organisation to another.
        External = "external",
        /// The field does not say.
        Unknown = "unknown",
    }
}

/// One hop: a server took the message over and recorded that.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Hop {
    /// The position in the path, from 1 for the oldest.
    pub number: usize,
    /// The field that it was read from: `Received`, `X-Received`, or `Message Hops` for a row of Exchange's table.
    pub field: &'static str,
    /// The client as the field names it first: the name it gave, or its verified name, depending on the mailer.
    pub from: Option<String>,
    /// The name that the client gave in HELO or EHLO, where the field sets it apart.
    pub helo: Option<String>,
    /// The name that the client's address has in DNS, where the field sets it apart.
    pub reverse: Option<String>,
    /// The client's address.
    pub ip: Option<IpAddr>,
    /// The server that took the message.
    pub by: Option<String>,
    /// The server's address.
    pub by_ip: Option<IpAddr>,
    /// The protocol, as written: `ESMTPS`, `Microsoft SMTP Server`, `mapi`.
    pub with: Option<String>,
    /// The route or component, as written: `Frontend Transport`.
    pub via: Option<String>,
    /// The server's name for the message.
    pub id: Option<String>,
    /// The recipient that the field names.
    #[cfg_attr(feature = "serde", serde(rename = "for"))]
    pub for_: Option<String>,
    /// What the field says about encryption; `None` if it does not mention it.
    pub tls: Option<Tls>,
    /// Whether the field says that the client had logged in.
    pub authenticated: bool,
    /// When the server took the message.
    pub time: Option<Moment>,
    /// The time as written.
    pub time_text: Option<String>,
    /// Seconds since the nearest earlier hop whose clock fits; `None` where there is none, or this clock does not fit.
    pub delay: Option<u64>,
    /// By how many seconds this server's clock is off at least, where it does not fit to those of the other hops:
    /// negative if it is behind, positive if it is ahead.
    pub skew: Option<i64>,
    /// How far the message went.
    pub scope: Scope,
    /// Whether any part of the field was understood. `text` has the whole value.
    pub parsed: bool,
    /// The whole value on one line, 4 KiB at most.
    pub text: String,
}

/// What a hop says about encryption. Both are `None` if only the protocol's name shows that the session was encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Tls {
    /// The version, as in `TLSv1.3`.
    pub version: Option<String>,
    /// The cipher, as written.
    pub cipher: Option<String>,
}

impl Hop {
    pub(crate) fn new(field: &'static str, text: String) -> Hop {
        Hop {
            number: 0,
            field,
            from: None,
            helo: None,
            reverse: None,
            ip: None,
            by: None,
            by_ip: None,
            with: None,
            via: None,
            id: None,
            for_: None,
            tls: None,
            authenticated: false,
            time: None,
            time_text: None,
            delay: None,
            skew: None,
            scope: Scope::Unknown,
            parsed: false,
            text,
        }
    }

    /// The client by its most useful name: the verified name, the first name in the field, or the HELO name.
    ///
    /// ```
    /// let trace = ndr::trace::of_message(
    ///     b"Received: from pc (client.example.net [192.0.2.7]) by mx.example.com with ESMTP; Tue, 21 Jan 2025 06:59:56 +0000\n\n",
    /// );
    /// assert_eq!(trace.path.hops[0].client(), Some("client.example.net"));
    /// ```
    pub fn client(&self) -> Option<&str> {
        // The HELO name is more useful than a bare address or "unknown".
        let from = self.from.as_deref().filter(|from| !from.eq_ignore_ascii_case("unknown"));
        let named = from.filter(|from| ip(from).is_none());
        self.reverse.as_deref().or(named).or(self.helo.as_deref()).or(from)
    }
}
