//! Reads host names and addresses: who runs a server, and whether a hop left an organisation.

use super::hop::{Hop, Scope};
use super::organisation::{OrganisationBasis, organisational_domain};
use super::text::ip;
use ndr_resolve::Catalog;
use std::net::IpAddr;

/// Whether a word is a host name with a domain.
pub(crate) fn is_host_name(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    word.len() <= 255
        && word.contains('.')
        && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_'))
        && word.rsplit('.').next().is_some_and(|last| last.len() >= 2 && last.bytes().any(|b| b.is_ascii_alphabetic()))
        && !word.starts_with(['.', '-'])
        && word.bytes().any(|b| b.is_ascii_alphabetic())
}

/// Whether an address belongs to a network that the Internet does not route: private, loopback, link-local, shared.
pub(crate) fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            // 100.64.0.0/10 is the space that carriers share (RFC 6598).
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || (a == 100 && b & 0xC0 == 64)
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => is_private(IpAddr::V4(v4)),
            None => {
                let head = v6.segments()[0];
                v6.is_loopback() || v6.is_unspecified() || head & 0xFE00 == 0xFC00 || head & 0xFFC0 == 0xFE80
            }
        },
    }
}

/// Whether a host's name means the local machine.
pub(crate) fn is_local_name(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localdomain")
        || ip(host).is_some_and(|ip| ip.is_loopback())
}

/// The organisational domain of a host.
pub(crate) fn organisation(host: &str) -> Option<String> {
    let host = host.trim_end_matches('.');
    let found = is_host_name(host).then(|| organisational_domain(host))?;
    (found.basis != OrganisationBasis::Itself).then_some(found.domain)
}

/// The provider of the catalogue that a host belongs to.
pub(crate) fn provider(catalog: &Catalog, host: &str) -> Option<&'static str> {
    catalog.providers_of(&[host]).next().map(|provider| provider.name)
}

/// Whether two hosts are run by one organisation: the same domain, or names of one provider.
pub(crate) fn same_organisation(catalog: &Catalog, a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
        || organisation(a).is_some_and(|domain| organisation(b).as_deref() == Some(&domain))
        || provider(catalog, a).is_some_and(|name| provider(catalog, b) == Some(name))
}

/// Whether the first word of a hop's protocol is one of `names`.
fn is_protocol(hop: &Hop, names: &[&str]) -> bool {
    hop.with
        .as_deref()
        .and_then(|with| with.split(' ').next())
        .is_some_and(|first| names.iter().any(|name| first.eq_ignore_ascii_case(name)))
}

/// Whether a hop was a hand-over on one machine, by its protocol and by the comments of its field.
pub(crate) fn is_local(hop: &Hop, comments: &[&str]) -> bool {
    let invoked = comments.iter().any(|comment| {
        ["invoked by", "invoked for", "from userid"].iter().any(|words| comment.contains(words))
            || comment.starts_with("uid ")
    }) || hop.text.starts_with("(from ");
    invoked || is_protocol(hop, &["local", "LMTP", "LMTPS", "host"]) || hop.ip.is_some_and(|ip| ip.is_loopback())
}

/// Whether a hop stayed on one machine, within one organisation, or went from one to another.
pub(crate) fn scope(hop: &Hop, catalog: &Catalog) -> Scope {
    if hop.scope == Scope::Local {
        return Scope::Local;
    }
    let from = hop.reverse.as_deref().or(hop.from.as_deref());
    if from.is_some_and(is_local_name) && hop.ip.is_none() {
        return Scope::Local;
    }
    let Some(by) = hop.by.as_deref() else {
        return Scope::Unknown;
    };
    if hop.ip.is_some_and(is_private) || hop.by_ip.is_some_and(|ip| is_private(ip) && hop.ip.is_none()) {
        return Scope::Internal;
    }
    match from {
        Some(from) if same_organisation(catalog, from, by) => Scope::Internal,
        Some(_) if hop.ip.is_some() => Scope::External,
        Some(from) if organisation(from).is_some() && organisation(by).is_some() => Scope::External,
        // A hop that names no client was internal.
        None if hop.ip.is_none() => Scope::Internal,
        _ => Scope::Unknown,
    }
}
