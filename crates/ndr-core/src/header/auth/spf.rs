//! Received-SPF (RFC 7208 section 9.1).

use super::results::{Outcome, as_ip};
use crate::header::text::unfold;

/// One Received-SPF field: what a server found when it compared the sending address with the SPF record.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ReceivedSpf {
    /// Its place among the header fields, counted from 0 at the top.
    pub position: usize,
    /// The result.
    pub outcome: Outcome,
    /// The server that checked (`receiver=`, or the name before the colon in the comment).
    pub server: Option<String>,
    /// The address that sent (`client-ip=`).
    pub client_ip: Option<String>,
    /// The envelope sender (`envelope-from=`).
    pub envelope_from: Option<String>,
    /// The name in HELO or EHLO (`helo=`).
    pub helo: Option<String>,
    /// The domain whose record was read, as the comment states it.
    pub domain: Option<String>,
    /// The comment: the result in the server's words.
    pub comment: Option<String>,
    /// The field on one line.
    pub text: String,
}

impl ReceivedSpf {
    /// Reads the value of a field, folded or not.
    ///
    /// ```
    /// use ndr::trace::{Outcome, ReceivedSpf};
    /// let spf = ReceivedSpf::parse(
    ///     "Fail (protection.outlook.com: domain of contoso.com does not designate 203.0.113.7 as permitted sender)\r\n \
    ///      receiver=protection.outlook.com; client-ip=203.0.113.7; helo=mx.example.com;",
    /// );
    /// assert_eq!(spf.outcome, Outcome::Fail);
    /// assert_eq!(spf.domain.as_deref(), Some("contoso.com"));
    /// assert_eq!(spf.client_ip.as_deref(), Some("203.0.113.7"));
    /// ```
    pub fn parse(value: &str) -> ReceivedSpf {
        read(0, value.as_bytes())
    }
}

/// Reads one field.
pub(crate) fn read(position: usize, raw: &[u8]) -> ReceivedSpf {
    let text = unfold(raw);
    let (word, after) = text.split_once([' ', '(', ';']).unwrap_or((&text, ""));
    let outcome = Outcome::of(word.trim());
    let (comment, pairs) = match (text.find('('), text.find(')')) {
        (Some(open), Some(close)) if open < close => {
            (text.get(open + 1..close), text.get(close + 1..).unwrap_or_default())
        }
        _ => (None, after),
    };
    let pair = |name: &str| {
        let pairs = pairs.split([';', ' ']).filter_map(|pair| pair.split_once('='));
        let found = pairs.map(|(key, value)| (key.trim(), value)).find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.trim().trim_matches(['"', '<', '>']).to_string()).filter(|value| !value.is_empty())
    };
    let words = comment.unwrap_or_default();
    let speaker = words.split_once(": ").map(|(host, _)| host).filter(|host| !host.contains(' ') && host.contains('.'));
    ReceivedSpf {
        position,
        outcome,
        server: pair("receiver").filter(|host| !host.contains('@')).or_else(|| speaker.map(str::to_string)),
        client_ip: pair("client-ip").and_then(|ip| as_ip(&ip)).or_else(|| words.split([' ', ',']).find_map(as_ip)),
        envelope_from: pair("envelope-from"),
        helo: pair("helo"),
        domain: domain_in(words),
        comment: comment.map(|comment| comment.trim().to_string()).filter(|comment| !comment.is_empty()),
        text: text.clone(),
    }
}

/// The domain that the usual sentences name: "domain of X designates", "X does not designate".
fn domain_in(comment: &str) -> Option<String> {
    let words = comment.split_once(": ").map_or(comment, |(_, words)| words);
    let named = match words.split_once("domain of ") {
        Some((_, rest)) => rest.strip_prefix("transitioning ").unwrap_or(rest).split(' ').next(),
        None => words.split_once(" does not designate").and_then(|(before, _)| before.split(' ').next_back()),
    }?;
    crate::header::text::domain_of(named).filter(|domain| domain.contains('.'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_servers() {
        let spf = ReceivedSpf::parse(
            "None (protection.outlook.com: contoso.com does\n not designate permitted sender hosts)",
        );
        assert_eq!((spf.outcome, spf.domain.as_deref()), (Outcome::None, Some("contoso.com")));
        assert_eq!(spf.server.as_deref(), Some("protection.outlook.com"));
        let spf = ReceivedSpf::parse(
            "pass (google.com: best guess record for domain of a@mx.example.com designates 2001:db8::7 as permitted sender) client-ip=2001:db8::7;",
        );
        assert_eq!((spf.domain.as_deref(), spf.client_ip.as_deref()), (Some("mx.example.com"), Some("2001:db8::7")));
        let spf = ReceivedSpf::parse(
            "Pass (sender SPF authorized) identity=mailfrom; client-ip=203.0.113.2; helo=mail.example.org; envelope-from=bounces@example.org; receiver=a@example.net",
        );
        assert_eq!(spf.envelope_from.as_deref(), Some("bounces@example.org"));
        assert_eq!((spf.helo.as_deref(), spf.server), (Some("mail.example.org"), None));
        let spf = ReceivedSpf::parse("None (protection.outlook.com: does not designate permitted sender hosts)");
        assert_eq!(spf.domain, None);
        let spf = ReceivedSpf::parse(
            "SoftFail (protection.outlook.com: domain of transitioning contoso.com discourages use of 203.0.113.7 as permitted sender)",
        );
        assert_eq!((spf.domain.as_deref(), spf.client_ip.as_deref()), (Some("contoso.com"), Some("203.0.113.7")));
        assert_eq!(ReceivedSpf::parse("none").outcome, Outcome::None);
        assert_eq!(ReceivedSpf::parse("").outcome, Outcome::Other);
        assert_eq!(ReceivedSpf::parse(")(").comment, None);
    }
}
