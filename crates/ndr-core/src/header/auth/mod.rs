//! Authentication: what servers found, which of them can be believed, and what that means for the sender.
//!
//! Nothing is verified here. Signatures and records need the whole message and DNS; what is read is what servers wrote
//! into the header after they had verified it.

pub(crate) mod alignment;
pub(crate) mod arc;
mod causes;
pub(crate) mod dkim;
mod fixes;
pub(crate) mod forwarding;
pub(crate) mod results;
pub(crate) mod spf;
mod trust;
mod verdict;

pub use alignment::{Alignment, OrganisationBasis, OrganisationalDomain, organisational_domain};
pub use arc::{ArcChain, ArcSet};
pub use causes::{AuthCause, FailureCause};
pub use dkim::{DkimReason, DkimSignature};
pub use fixes::{DnsRecord, Fix, FixKind};
pub use results::{AuthField, AuthResults, MethodResult, Outcome, Property};
pub use spf::ReceivedSpf;
pub use trust::{TrustBasis, Trusted};
pub use verdict::{Check, CheckKind, Composite, DmarcAction, Verdict};

use crate::header::received;
use crate::header::text::{addresses, domain_name, domain_of, unfold};
use crate::mail::headers::Headers;
use crate::vocabulary::Note;
use alignment::same_operator;
use results::{as_ip, property_domain};

/// Most fields of one kind that are read. A header with more is an attack.
const MOST_FIELDS: usize = 256;

/// What servers call the envelope sender in an SPF result.
const MAIL_FROM: &[&str] = &["smtp.mailfrom", "smtp.mfrom", "smtp.mail", "smtp.from", "smtp.envelope-from"];

/// An identity that a check is about, and the field that states it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Identity {
    /// The address, or the domain where the field names only that.
    pub address: String,
    /// Its domain, in lower case.
    pub domain: Option<String>,
    /// The header field or property that states it, such as `From` or `smtp.mailfrom`.
    pub field: &'static str,
}

/// Who the message says it is from, at each of the places where it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Identities {
    /// The author that people see (RFC 5322 From; Microsoft calls it P2). The one that DMARC protects.
    pub from: Option<Identity>,
    /// The envelope sender (RFC 5321 MAIL FROM; Microsoft calls it P1). Bounces go there, and SPF checks it.
    pub envelope_from: Option<Identity>,
    /// Whether the envelope sender is empty, as it is for reports. SPF then checks the HELO name.
    pub null_sender: bool,
    /// Who submitted the message for the author (RFC 5322 Sender).
    pub sender: Option<Identity>,
    /// The name that the sending server gave (HELO or EHLO).
    pub helo: Option<String>,
    /// The IP address that SPF was checked for.
    pub client_ip: Option<String>,
}

/// All that a header says of a message's authentication.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Authentication {
    /// Every field of authentication results, newest first, whether trusted or not.
    pub results: Vec<AuthResults>,
    /// Which of them the verdict rests on, and why; `None` if there is none.
    pub trusted: Option<Trusted>,
    /// Every Received-SPF field, newest first.
    pub received_spf: Vec<ReceivedSpf>,
    /// Every DKIM-Signature, newest first.
    pub signatures: Vec<DkimSignature>,
    /// The ARC chain.
    pub arc: ArcChain,
    /// Who the message says it is from.
    pub identities: Identities,
    /// What it means.
    pub verdict: Verdict,
    /// Oddities that were met.
    pub notes: Vec<Note>,
    /// Where the first server outside the receiving organisation stands: what lies below was written before the message
    /// came there.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(crate) border: usize,
}

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

    /// What the trusted fields say of a method. Where several fields do, the topmost counts.
    ///
    /// ```
    /// use ndr::Headers;
    /// use ndr::trace::{Authentication, Outcome};
    /// let headers = Headers::of_message(b"Authentication-Results: mx.example.com; dkim=pass; dkim=fail\n\n");
    /// let authentication = Authentication::read(&headers);
    /// let found: Vec<_> = authentication.trusted_results("dkim").iter().map(|result| result.outcome).collect();
    /// assert_eq!(found, [Outcome::Pass, Outcome::Fail]);
    /// ```
    pub fn trusted_results(&self, method: &str) -> Vec<&MethodResult> {
        let of_field = |field: &&AuthResults| field.trusted && field.method(method).is_some();
        let Some(field) = self.results.iter().find(of_field) else { return Vec::new() };
        field.results.iter().filter(|result| result.method == method).collect()
    }

    /// Whether the header says anything of authentication, or shows who is not whom it names.
    pub(crate) fn tells(&self) -> bool {
        let Authentication { results, received_spf, signatures, arc, verdict, .. } = self;
        !(results.is_empty()
            && received_spf.is_empty()
            && signatures.is_empty()
            && arc.sets.is_empty()
            && verdict.causes.is_empty())
    }

    /// Whether the message was only stamped when it was handed in, so that no receiver has judged it yet.
    pub(crate) fn at_submission(&self) -> bool {
        self.trusted.as_ref().is_some_and(|trusted| trusted.basis == TrustBasis::Submission)
    }

    /// The SPF result that the verdict is about: that of the envelope sender before that of the HELO name.
    pub(crate) fn spf_result(&self) -> Option<&MethodResult> {
        let results = self.trusted_results("spf");
        let of_envelope = results.iter().find(|result| result.any_property(MAIL_FROM).is_some());
        of_envelope.or(results.first()).copied()
    }

    /// The Received-SPF to go by: the newest of the receiving organisation, or, where that wrote nothing, the newest.
    pub(crate) fn own_received_spf(&self) -> Option<&ReceivedSpf> {
        let own = self.received_spf.iter().find(|spf| spf.position < self.border);
        let wrote = self.trusted.as_ref().is_some_and(|trusted| trusted.basis.is_of_receiver());
        own.or(self.received_spf.first().filter(|_| !wrote))
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
            // Microsoft states the domain alone; Return-Path has the whole address, if it is of that domain.
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

/// Reads every field that `read` takes, up to a number.
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

/// One server on the way, as far as authentication needs it.
pub(crate) struct Passage {
    /// Its place among the header fields.
    pub(crate) position: usize,
    /// The server that received (`by`), if it is a host name.
    pub(crate) by: Option<String>,
    /// The server that gave (`from`), if it is a host name.
    pub(crate) from: Option<String>,
}

/// The Received fields, newest first.
pub(crate) fn passages(headers: &Headers<'_>) -> Vec<Passage> {
    let fields = headers.iter().enumerate().filter(|(_, (name, _))| name.eq_ignore_ascii_case("received"));
    let passages = fields.take(MOST_FIELDS).map(|(position, (_, raw))| {
        let hop = received::read("Received", raw);
        let host = |word: Option<String>| word.filter(|word| as_ip(word).is_none()).as_deref().and_then(domain_name);
        Passage { position, by: host(hop.by), from: host(hop.from) }
    });
    passages.collect()
}

/// Whether a Received field says that the message passed a server.
pub(crate) fn passed(server: &str, passages: &[Passage]) -> bool {
    passages.iter().filter_map(|passage| passage.by.as_deref()).any(|by| same_operator(by, server))
}
