//! Authentication: what servers found, which results are trustworthy, and what they mean for the sender.
//!
//! Nothing is verified here. That would need the whole message and DNS; this module reads what servers wrote into the
//! header after they had verified the message.

pub(crate) mod alignment;
pub(crate) mod arc;
mod causes;
pub(crate) mod dkim;
mod fixes;
pub(crate) mod forwarding;
mod model;
pub(crate) mod passages;
pub(crate) mod results;
pub(crate) mod spf;
mod trust;
mod verdict;

pub use alignment::Alignment;
pub use arc::{ArcChain, ArcSet};
pub use dkim::{DkimReason, DkimSignature};
pub use fixes::{DnsRecord, Fix, FixKind};
pub use model::{
    AuthCause, Authentication, Check, CheckKind, Composite, DmarcAction, FailureCause, Identities, Identity,
    TrustBasis, Trusted, Verdict,
};
pub use results::{AuthField, AuthResults, MethodResult, Outcome, Property};
pub use spf::ReceivedSpf;

use crate::header::text::{addresses, domain_of, unfold};
use crate::mail::headers::Headers;
use crate::vocabulary::Note;
use model::MAIL_FROM;
use passages::MOST_FIELDS;
use results::property_domain;

impl Authentication {
    /// Reads the authentication of a message from its header.
    ///
    /// ```
    /// use ndr::Headers;
    /// use ndr::trace::{AuthCause, Authentication};
    /// let headers = Headers::of_message(
    ///     b"Received: from mx.example.net by mx.contoso.com; Thu, 1 Oct 2026 10:00:00 +0000\r\n\
    ///       Authentication-Results: mx.contoso.com; spf=fail smtp.mailfrom=a@example.com;\r\n \
    ///         dkim=none (message not signed); dmarc=fail header.from=example.com\r\n\
    ///       From: a@example.com\r\n",
    /// );
    /// let authentication = Authentication::read(&headers);
    /// let causes: Vec<_> = authentication.verdict.causes.iter().map(|cause| cause.kind).collect();
    /// assert_eq!(causes, [AuthCause::Unsigned, AuthCause::NotAuthorised]);
    /// ```
    pub fn read(headers: &Headers<'_>) -> Authentication {
        let mut notes = Vec::new();
        let results: Vec<AuthResults> = fields(headers, &mut notes, "results", |at, name, raw| {
            AuthField::of(name).map(|field| results::read(field, at, raw))
        });
        let received_spf: Vec<ReceivedSpf> = fields(headers, &mut notes, "Received-SPF", |at, name, raw| {
            name.eq_ignore_ascii_case("received-spf").then(|| spf::read(at, raw))
        });
        let signatures: Vec<DkimSignature> = fields(headers, &mut notes, "DKIM-Signature", |at, name, raw| {
            name.eq_ignore_ascii_case("dkim-signature").then(|| dkim::read(at, raw))
        });
        let arc = arc::read(headers, &results);
        let mut authentication = Authentication {
            results,
            trusted: None,
            received_spf,
            signatures,
            arc,
            identities: Identities::default(),
            verdict: Verdict::default(),
            notes,
            border: usize::MAX,
        };
        trust::choose(headers, &mut authentication);
        authentication.arc.outcome = authentication.trusted_results("arc").first().map(|result| result.outcome);
        authentication.identify(headers);
        authentication.verdict = verdict::judge(headers, &authentication);
        authentication
    }

    fn identify(&mut self, headers: &Headers<'_>) {
        let mut found = Identities::default();
        let first = |name: &str| headers.raw(name).map(addresses).unwrap_or_default();
        let identity = |address: &str, field| Identity { address: address.into(), domain: domain_of(address), field };
        let authors: usize = headers
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case("from"))
            .take(4)
            .map(|(_, raw)| addresses(raw).len())
            .sum();
        if authors > 1 {
            self.notes.push(Note {
                code: "several-authors",
                text: format!("From names {authors} addresses; DMARC is made for one, and many receivers refuse more")
                    .into(),
            });
        }
        found.from = first("from").first().map(|address| identity(address, "From"));
        found.sender = first("sender").first().map(|address| identity(address, "Sender"));
        let spf = self.spf_result();
        let received = self.own_received_spf();
        let stated = spf.and_then(|result| result.any_property(MAIL_FROM));
        let path = headers.raw("return-path").map(unfold);
        found.null_sender = stated.is_some_and(|value| value == "<>") || path.as_deref() == Some("<>");
        if !found.null_sender {
            let of_path = || first("return-path").into_iter().next();
            let of_spf = || received.and_then(|spf| spf.envelope_from.clone());
            // Microsoft states only the domain; Return-Path has the full address, if it belongs to that domain.
            let of_stated = |value: &str| match of_path() {
                Some(path) if !value.contains('@') && domain_of(&path) == domain_of(value) => {
                    identity(&path, "Return-Path")
                }
                _ => identity(value, "smtp.mailfrom"),
            };
            found.envelope_from = stated
                .filter(|value| property_domain(value).is_some())
                .map(of_stated)
                .or_else(|| of_spf().map(|address| identity(&address, "Received-SPF")))
                .or_else(|| of_path().map(|address| identity(&address, "Return-Path")));
        }
        let helo = spf.and_then(|result| result.property("smtp.helo")).map(str::to_string);
        found.helo = helo.or_else(|| received.and_then(|spf| spf.helo.clone()));
        let connected = self.trusted_results("iprev");
        let ip = spf.and_then(results::client_ip).or_else(|| results::client_ip(connected.first()?));
        found.client_ip = ip.or_else(|| received.and_then(|spf| spf.client_ip.clone()));
        if found.from.is_none() {
            let dmarc = self.trusted_results("dmarc");
            let stated = dmarc.iter().find_map(|result| result.property("header.from"));
            found.from = stated.filter(|value| property_domain(value).is_some()).map(|v| identity(v, "header.from"));
        }
        self.identities = found;
    }
}

/// Reads every field that `read` accepts, up to [`MOST_FIELDS`].
fn fields<T>(
    headers: &Headers<'_>,
    notes: &mut Vec<Note>,
    kind: &str,
    mut read: impl FnMut(usize, &str, &[u8]) -> Option<T>,
) -> Vec<T> {
    let mut found = Vec::new();
    for (at, (name, raw)) in headers.iter().enumerate() {
        if found.len() == MOST_FIELDS {
            notes.push(Note {
                code: "limit-authentication",
                text: format!("more than {MOST_FIELDS} fields of {kind}; the rest was left out").into(),
            });
            break;
        }
        found.extend(read(at, name, raw));
    }
    found
}
