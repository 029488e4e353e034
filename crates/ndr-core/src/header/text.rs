//! Header values as text, cut to a size that no honest value has.

use crate::mail::headers::Headers;
use mail_parser::parsers::MessageStream;
use mail_parser::{Address, HeaderValue};
use std::net::{IpAddr, Ipv4Addr};

/// Longest header value that is read. Honest ones have a few thousand bytes.
pub(crate) const LONGEST_VALUE: usize = 64 << 10;
/// Longest quotation of a header in evidence, in characters.
const LONGEST_QUOTE: usize = 600;

/// The words of a header field that a statement rests on.
///
/// The text comes from the message as it is: make it safe with [`crate::sanitize`] before it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct HeaderEvidence {
    /// The name of the field, as the message writes it.
    pub field: String,
    /// What it says, unfolded; long values are cut and end with `…`.
    pub text: String,
}

impl HeaderEvidence {
    pub(crate) fn new(field: &str, text: &str) -> HeaderEvidence {
        let mut text = text.trim().to_string();
        if let Some((end, _)) = text.char_indices().nth(LONGEST_QUOTE) {
            text.truncate(end);
            text.push('…');
        }
        HeaderEvidence { field: field.to_string(), text }
    }

    /// The first field of that name, if there is one.
    pub(crate) fn of(headers: &Headers<'_>, name: &str) -> Option<HeaderEvidence> {
        headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(name, raw)| {
            let text = crate::mail::headers::decode(cut(raw));
            HeaderEvidence::new(name, &text)
        })
    }
}

/// At most [`LONGEST_VALUE`] bytes.
pub(crate) fn cut(raw: &[u8]) -> &[u8] {
    raw.get(..LONGEST_VALUE).unwrap_or(raw)
}

/// A raw value on one line: line ends and the blanks that follow them are one blank, other text stays as it is.
pub(crate) fn unfold(raw: &[u8]) -> String {
    let text = String::from_utf8_lossy(cut(raw));
    let mut out = String::with_capacity(text.len());
    for line in text.split(['\r', '\n']) {
        let line = line.trim_matches([' ', '\t']);
        if line.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}

/// The addresses of a field such as From, without display names.
pub(crate) fn addresses(raw: &[u8]) -> Vec<String> {
    /// No honest sender field comes near.
    const MOST: usize = 16;
    let mut line = raw.get(..8 << 10).unwrap_or(raw).to_vec();
    line.push(b'\n');
    let HeaderValue::Address(value) = MessageStream::new(&line).parse_address() else { return Vec::new() };
    let list = match value {
        Address::List(list) => list,
        Address::Group(groups) => groups.into_iter().flat_map(|group| group.addresses).collect(),
    };
    let addresses = list.into_iter().filter_map(|one| one.address).map(|address| address.trim().to_string());
    addresses.filter(|address| !address.is_empty()).take(MOST).collect()
}

/// The domain of an address or of a bare domain, in lower case and without a trailing dot; `None` if it is no domain.
pub(crate) fn domain_of(address: &str) -> Option<String> {
    let address = address.trim().trim_matches(['<', '>', '"']);
    match address.rsplit_once('@') {
        Some((_, domain)) => domain_name(domain),
        // A word alone, such as MAILER-DAEMON, is a local user.
        None => domain_name(address).filter(|domain| domain.contains('.')),
    }
}

/// `name` as a domain name, in lower case; `None` if it is none.
pub(crate) fn domain_name(name: &str) -> Option<String> {
    let name = name.trim().trim_end_matches('.');
    let fits = !name.is_empty()
        && name.len() <= 253
        && !name.starts_with('.')
        && !name.contains("..")
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'));
    (fits && name.chars().any(char::is_alphabetic)).then(|| name.to_lowercase())
}

/// Whether a host belongs to Microsoft's mail service.
pub(crate) fn is_microsoft_host(host: &str) -> bool {
    const ENDS: &[&str] =
        &["outlook.com", "exchangelabs.com", "office365.com", "outlook.cn", "office365.us", "microsoft.com"];
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    ENDS.iter().any(|end| host == *end || host.strip_suffix(end).is_some_and(|rest| rest.ends_with('.')))
}

/// An address of IPv4 or IPv6 in any of its wrappings: `[192.0.2.1]`, `IPv6:2001:db8::1`, `fe80::1%5`, `192.0.2.1:25`.
pub(crate) fn ip(word: &str) -> Option<IpAddr> {
    let bare = word.trim_matches(['[', ']', '(', ')', ',', ';', '<', '>']);
    let bare = match bare.split_at_checked(5) {
        Some((tag, rest)) if tag.eq_ignore_ascii_case("ipv6:") => rest,
        _ => bare,
    };
    let bare = bare.split('%').next().unwrap_or_default();
    if bare.len() > 45 || !bare.contains(['.', ':']) {
        return None;
    }
    bare.parse().ok().or_else(|| {
        let (address, port) = bare.rsplit_once(':')?;
        port.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| address.trim_end_matches(']').parse::<Ipv4Addr>().ok())?
            .map(IpAddr::V4)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_unfolded() {
        assert_eq!(unfold(b"a\r\n b\r\n\tc \n d"), "a b c d");
        assert_eq!(unfold(b"\xff x"), "\u{fffd} x");
    }

    #[test]
    fn addresses_of_a_field() {
        assert_eq!(addresses(b"\"a@contoso.com\"\r\n <b@example.com>"), ["b@example.com"]);
        assert_eq!(addresses(b"A <a@example.com>, b@example.net (x)"), ["a@example.com", "b@example.net"]);
        assert!(addresses(b"<>").is_empty());
        assert!(addresses(b"").is_empty());
    }

    #[test]
    fn domains() {
        assert_eq!(domain_of("User@Example.COM.").as_deref(), Some("example.com"));
        assert_eq!(domain_of("<a@example.com>").as_deref(), Some("example.com"));
        assert_eq!(domain_of("<>"), None);
        assert_eq!(domain_of("MAILER-DAEMON"), None);
        assert_eq!(domain_of("203.0.113.7"), None);
        assert_eq!(domain_of("a@b c"), None);
    }

    #[test]
    fn hosts() {
        assert!(is_microsoft_host("AM6PR01MB.eurprd01.prod.outlook.com"));
        assert!(!is_microsoft_host("notoutlook.com"));
    }
}
