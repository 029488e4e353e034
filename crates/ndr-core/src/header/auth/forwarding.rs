//! Signs that a message was forwarded between its sender and the receiver.

use super::model::Authentication;
use super::passages::{Passage, passages, passed};
use super::results::{AuthField, AuthResults, Outcome, property_domain};
use crate::header::organisation::{same_operator, same_organisation};
use crate::header::text::{HeaderEvidence, cut, domain_name, is_microsoft_host, unfold};
use crate::mail::headers::Headers;

/// A sign that a message was passed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SignKind {
    /// The envelope sender was rewritten by the Sender Rewriting Scheme, or in the form that a mailbox service uses.
    Rewritten,
    /// An earlier server saw SPF pass.
    EarlierSpf,
    /// An earlier server saw DKIM pass.
    EarlierDkim,
    /// A forwarder sealed the message (ARC).
    Sealed,
    /// A person sent it again (Resent fields, RFC 5322 section 3.6.6).
    Resent,
    /// A mailbox or server forwards automatically.
    Automatic,
    /// A mailing list.
    List,
    /// A filter service gave it to Exchange Online.
    Gateway,
}

/// One sign and the field that shows it.
#[derive(Clone, Debug)]
pub(crate) struct Sign {
    pub(crate) kind: SignKind,
    pub(crate) evidence: HeaderEvidence,
    /// The domain of the forwarder, if the sign names it.
    pub(crate) forwarder: Option<String>,
}

/// All signs of a message.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forwarding {
    pub(crate) signs: Vec<Sign>,
}

/// Filter services that receive and send for their customers, by the names of their hosts.
const GATEWAYS: &[&str] = &[
    "mimecast.com",
    "pphosted.com",
    "ppe-hosted.com",
    "barracudanetworks.com",
    "messagelabs.com",
    "iphmx.com",
    "mailcontrol.com",
    "trendmicro.com",
    "trendmicro.eu",
    "hornetsecurity.com",
    "antispameurope.com",
    "mailprotector.com",
    "spamtitan.com",
    "sophos.com",
    "retarus.com",
];

/// Fields that only forwarding writes.
const FIELDS: &[(&str, SignKind)] = &[
    ("resent-from", SignKind::Resent),
    ("resent-sender", SignKind::Resent),
    ("resent-to", SignKind::Resent),
    ("x-forwarded-to", SignKind::Automatic),
    ("x-forwarded-for", SignKind::Automatic),
    ("x-forwarded-encrypted", SignKind::Automatic),
    ("x-ms-exchange-inbox-rules-loop", SignKind::Automatic),
    ("x-ms-exchange-forwardingloop", SignKind::Automatic),
    ("list-post", SignKind::List),
    ("list-archive", SignKind::List),
    ("x-beenthere", SignKind::List),
    ("x-mailman-version", SignKind::List),
    ("x-google-group-id", SignKind::List),
    ("mailing-list", SignKind::List),
];

impl Forwarding {
    pub(crate) fn of(&self, kind: SignKind) -> impl Iterator<Item = &Sign> {
        self.signs.iter().filter(move |sign| sign.kind == kind)
    }

    pub(crate) fn has(&self, kind: SignKind) -> bool {
        self.of(kind).next().is_some()
    }

    /// The first few signs as evidence.
    pub(crate) fn evidence(&self) -> Vec<HeaderEvidence> {
        let mut evidence: Vec<HeaderEvidence> = Vec::new();
        for sign in &self.signs {
            if evidence.len() < 4 && !evidence.contains(&sign.evidence) {
                evidence.push(sign.evidence.clone());
            }
        }
        evidence
    }

    /// Whether they explain that the sending address is not in the SPF record. A rewritten envelope would have passed, and
    /// a filter service may be the sender's own.
    pub(crate) fn explains_spf(&self) -> bool {
        self.signs.iter().any(|sign| !matches!(sign.kind, SignKind::Rewritten | SignKind::Gateway))
    }

    /// The filter service in front of the receiver: it gave the message to Exchange Online, and an earlier server saw a
    /// pass.
    pub(crate) fn receivers_gateway(&self) -> Option<&Sign> {
        let earlier = self.has(SignKind::EarlierSpf) || self.has(SignKind::EarlierDkim);
        self.of(SignKind::Gateway).next().filter(|_| earlier)
    }

    /// Whether anything but a filter service passed the message on.
    pub(crate) fn is_passed_on(&self) -> bool {
        self.signs.iter().any(|sign| sign.kind != SignKind::Gateway)
    }

    /// The domain of the forwarder.
    pub(crate) fn forwarder(&self) -> Option<&str> {
        self.signs.iter().find_map(|sign| sign.forwarder.as_deref())
    }
}

/// Looks for the signs.
pub(crate) fn read(headers: &Headers<'_>, authentication: &Authentication) -> Forwarding {
    let mut signs = Vec::new();
    let envelope = authentication.identities.envelope_from.as_ref();
    if let Some(envelope) = envelope
        && let Some((original, forwarder)) = rewritten(&envelope.address)
    {
        let text = format!("{} (for {original})", envelope.address);
        let evidence = HeaderEvidence::new(envelope.field, &text);
        signs.push(Sign { kind: SignKind::Rewritten, evidence, forwarder });
    }
    let passages = passages(headers);
    for field in authentication.results.iter().filter(|field| is_on_the_way(field, authentication, &passages)) {
        signs.extend(earlier_passes(field, authentication));
    }
    // Receivers such as Google and Microsoft seal all that they receive, and Microsoft also what it sends: such a seal is no
    // sign.
    let usual = |domain: &str| is_microsoft_host(domain) || sealed_by_receiver(domain, authentication);
    let sealed = authentication.arc.sets.iter().rev().find_map(|set| {
        let domain = set.domain.as_deref().filter(|domain| !usual(domain))?;
        Some((set.instance, domain))
    });
    if let Some((instance, domain)) = sealed {
        let evidence = HeaderEvidence::new("ARC-Seal", &format!("i={instance}; d={domain}"));
        signs.push(Sign { kind: SignKind::Sealed, evidence, forwarder: Some(domain.to_string()) });
    }
    for (name, raw) in headers.iter() {
        let Some((_, kind)) = FIELDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)) else { continue };
        if signs.iter().filter(|sign| sign.kind == *kind).count() < 2 {
            let evidence = HeaderEvidence::new(name, &crate::mail::headers::decode(cut(raw)));
            signs.push(Sign { kind: *kind, evidence, forwarder: None });
        }
    }
    signs.extend(gateway(headers, &passages));
    Forwarding { signs }
}

/// The filter service that gave the message to Exchange Online.
fn gateway(headers: &Headers<'_>, passages: &[Passage]) -> Option<Sign> {
    let border = passages.iter().find(|passage| {
        let into = passage.by.as_deref().is_some_and(is_microsoft_host);
        into && passage.from.as_deref().is_some_and(|host| GATEWAYS.iter().any(|one| same_organisation(host, one)))
    })?;
    let (name, raw) = headers.iter().nth(border.position)?;
    let evidence = HeaderEvidence::new(name, &unfold(raw));
    Some(Sign { kind: SignKind::Gateway, evidence, forwarder: border.from.clone() })
}

/// Whether the seal is that of the server whose results are trusted.
fn sealed_by_receiver(domain: &str, authentication: &Authentication) -> bool {
    let Some(trusted) = &authentication.trusted else { return false };
    let servers = [trusted.server.as_deref(), trusted.last_server.as_deref()];
    servers.into_iter().flatten().any(|server| same_organisation(server, domain))
}

/// Whether a field that is not trusted is at least of a server that the message passed, and not of the receiver's own. A
/// sender can still write both that field and the Received field.
fn is_on_the_way(field: &AuthResults, authentication: &Authentication, passages: &[Passage]) -> bool {
    let Some(server) = field.server.as_deref().filter(|_| !field.trusted) else { return false };
    let last = authentication.trusted.as_ref().and_then(|trusted| trusted.last_server.as_deref());
    let foreign = last.is_none_or(|last| !same_operator(last, server));
    foreign && passed(server, passages)
}

/// What a field that is not trusted says an earlier server saw: a pass for the domain that fails now.
fn earlier_passes(field: &AuthResults, authentication: &Authentication) -> Vec<Sign> {
    let name = match field.field {
        AuthField::Current => "Authentication-Results",
        AuthField::Original => "Authentication-Results-Original",
        AuthField::Arc => "ARC-Authentication-Results",
    };
    let from = authentication.identities.from.as_ref().and_then(|from| from.domain.as_deref());
    let mut signs = Vec::new();
    for (method, properties, kind) in [
        ("spf", &["smtp.mailfrom", "smtp.mfrom", "smtp.mail"][..], SignKind::EarlierSpf),
        ("dkim", &["header.d", "header.i"][..], SignKind::EarlierDkim),
    ] {
        let now = authentication.trusted_results(method);
        let fails_now = !now.is_empty() && now.iter().all(|result| result.outcome != Outcome::Pass);
        let passed = field.results.iter().find(|result| {
            let domain = result.any_property(properties).and_then(property_domain);
            let ours = domain.zip(from).is_some_and(|(domain, from)| same_organisation(&domain, from));
            // Microsoft writes a pass without a comment on mail that its own customers submit: nothing was verified.
            let verified = result.comment.is_some() || !field.server.as_deref().is_some_and(is_microsoft_host);
            result.method == method && result.outcome == Outcome::Pass && ours && verified
        });
        if fails_now && passed.is_some() {
            let forwarder = field.server.as_deref().and_then(domain_name);
            signs.push(Sign { kind, evidence: HeaderEvidence::new(name, &field.text), forwarder });
        }
    }
    signs
}

/// The original sender in an envelope address that a forwarder rewrote, and the forwarder's domain.
pub(crate) fn rewritten(address: &str) -> Option<(String, Option<String>)> {
    let (local, domain) = address.trim_matches(['<', '>', '"']).rsplit_once('@')?;
    let forwarder = domain_name(domain);
    let start = local.get(..5).unwrap_or_default();
    // SRS0=hash=time=domain=local; SRS1=hash=forwarder==hash=time=domain=local.
    let body = if start.eq_ignore_ascii_case("SRS0=")
        || start.eq_ignore_ascii_case("SRS0+")
        || start.eq_ignore_ascii_case("SRS0-")
    {
        let mut parts = local.get(5..)?.splitn(3, '=');
        parts.nth(2)
    } else if start.eq_ignore_ascii_case("SRS1=")
        || start.eq_ignore_ascii_case("SRS1+")
        || start.eq_ignore_ascii_case("SRS1-")
    {
        let (_, inner) = local.split_once("==").or_else(|| local.split_once("=+"))?;
        let mut parts = inner.splitn(3, '=');
        parts.nth(2)
    } else if let Some((_, srs)) = local.split_once("+SRS=") {
        // Exchange Online: local+SRS=hash=time=domain=local.
        let mut parts = srs.splitn(3, '=');
        parts.nth(2)
    } else if let Some((_, target)) = local.split_once("+caf_=") {
        // Gmail: user+caf_=target=domain; it names the target, not the sender.
        return Some((target.replacen('=', "@", 1), forwarder));
    } else {
        None
    }?;
    let (domain, user) = body.split_once('=')?;
    Some((format!("{user}@{domain}"), forwarder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rewritten_envelopes() {
        let original = |address: &str| rewritten(address).map(|(original, _)| original);
        assert_eq!(original("SRS0=HHH=TT=example.com=alice@fwd.example.net").as_deref(), Some("alice@example.com"));
        assert_eq!(
            original("SRS1=GGG=fwd.example.net==HHH=TT=example.com=alice@b.example").as_deref(),
            Some("alice@example.com")
        );
        assert_eq!(original("bob+SRS=abc=DE=example.com=alice@contoso.com").as_deref(), Some("alice@example.com"));
        assert_eq!(original("bob+caf_=carol=example.net@gmail.com").as_deref(), Some("carol@example.net"));
        assert_eq!(original("alice+tag@example.com"), None);
        assert_eq!(original("SRS0=x@y"), None);
        assert_eq!(original("éSRS0=x@y"), None);
    }
}
