//! DKIM-Signature (RFC 6376 section 3.5): who signed, and why a signature did not count.

use super::results::MethodResult;
use crate::header::text::{domain_name, unfold};
use crate::vocabulary::named;

/// The identities of a DKIM-Signature. Whether it verifies is not checked: that needs the whole message and DNS.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct DkimSignature {
    /// Its place among the header fields, counted from 0 at the top.
    pub position: usize,
    /// The domain that signed (`d=`), in lower case.
    pub domain: Option<String>,
    /// The selector (`s=`): the key is at `<selector>._domainkey.<domain>`.
    pub selector: Option<String>,
    /// The user or agent on whose behalf it signed (`i=`).
    pub identity: Option<String>,
    /// The algorithm (`a=`), such as `rsa-sha256`.
    pub algorithm: Option<String>,
    /// The canonicalisation of header and body (`c=`), such as `relaxed/relaxed`.
    pub canonicalization: Option<String>,
    /// When it was signed, in seconds since 1970 (`t=`).
    pub signed: Option<u64>,
    /// When it expires, in seconds since 1970 (`x=`).
    pub expires: Option<u64>,
    /// How many bytes of the body are signed (`l=`). What is added after them does not break the signature, and is not
    /// protected by it.
    pub body_length: Option<u64>,
    /// The names of the signed header fields (`h=`), in lower case.
    pub fields: Vec<String>,
}

impl DkimSignature {
    /// Reads the value of a field, folded or not.
    ///
    /// ```
    /// use ndr::trace::DkimSignature;
    /// let signature = DkimSignature::parse(
    ///     "v=1; a=rsa-sha256; c=relaxed/relaxed; d=Contoso.onmicrosoft.com;\r\n s=selector1; h=From:Date; bh=x; b=y",
    /// );
    /// assert_eq!(signature.domain.as_deref(), Some("contoso.onmicrosoft.com"));
    /// assert_eq!(signature.selector.as_deref(), Some("selector1"));
    /// assert_eq!(signature.fields, ["from", "date"]);
    /// ```
    pub fn parse(value: &str) -> DkimSignature {
        read(0, value.as_bytes())
    }
}

/// The tags of a list such as `d=a; s=b` (RFC 6376 section 3.2). Blanks inside values do not count.
pub(crate) fn tags(text: &str) -> impl Iterator<Item = (&str, String)> {
    let pairs = text.split(';').filter_map(|tag| tag.split_once('='));
    pairs.map(|(name, value)| (name.trim(), value.chars().filter(|c| !c.is_whitespace()).collect()))
}

/// Reads one field.
pub(crate) fn read(position: usize, raw: &[u8]) -> DkimSignature {
    /// More names than any honest signature covers.
    const MOST_FIELDS: usize = 256;
    let mut signature = DkimSignature {
        position,
        domain: None,
        selector: None,
        identity: None,
        algorithm: None,
        canonicalization: None,
        signed: None,
        expires: None,
        body_length: None,
        fields: Vec::new(),
    };
    for (name, value) in tags(&unfold(raw)) {
        match name {
            "d" => signature.domain = domain_name(&value),
            "s" => signature.selector = Some(value),
            "i" => signature.identity = Some(value),
            "a" => signature.algorithm = Some(value),
            "c" => signature.canonicalization = Some(value),
            "t" => signature.signed = value.parse().ok(),
            "x" => signature.expires = value.parse().ok(),
            "l" => signature.body_length = value.parse().ok(),
            "h" => {
                let names = value.split(':').map(str::to_ascii_lowercase).filter(|name| !name.is_empty());
                signature.fields = names.take(MOST_FIELDS).collect();
            }
            _ => {}
        }
    }
    signature
}

named! {
    /// The reason for a DKIM result, read from the comment that servers write next to it.
    DkimReason {
        /// The signature was verified.
        Verified = "verified",
        /// There is no signature.
        NotSigned = "not-signed",
        /// There is no key at the place that the signature names, or it was revoked.
        NoKey = "no-key",
        /// There is a key record, but it cannot be used.
        BadKey = "bad-key",
        /// The body is not the one that was signed.
        BodyHash = "body-hash",
        /// The signature does not fit the header fields and the key.
        BadSignature = "bad-signature",
        /// The signature field itself cannot be read.
        BadSyntax = "bad-syntax",
        /// The signature is older than it allows.
        Expired = "expired",
        /// DNS did not answer in time.
        DnsError = "dns-error",
        /// The receiver does not accept this kind of signature, such as a short key.
        Policy = "policy",
    }
}

/// Words of servers, in lower case, and what they mean. The first that fits counts.
const WORDS: &[(&str, DkimReason)] = &[
    ("body hash", DkimReason::BodyHash),
    ("bodyhash", DkimReason::BodyHash),
    ("body does not hash", DkimReason::BodyHash),
    ("body has been altered", DkimReason::BodyHash),
    ("bh mismatch", DkimReason::BodyHash),
    ("key query timeout", DkimReason::DnsError),
    ("timeout", DkimReason::DnsError),
    ("timed out", DkimReason::DnsError),
    ("temporary", DkimReason::DnsError),
    ("dns", DkimReason::DnsError),
    ("key unavailable", DkimReason::DnsError),
    ("no key", DkimReason::NoKey),
    ("key not found", DkimReason::NoKey),
    ("key revoked", DkimReason::NoKey),
    ("revoked", DkimReason::NoKey),
    ("public key: not available", DkimReason::NoKey),
    ("invalid public key", DkimReason::BadKey),
    ("invalid key", DkimReason::BadKey),
    ("key syntax", DkimReason::BadKey),
    ("bad key", DkimReason::BadKey),
    ("key retrieval failed", DkimReason::DnsError),
    ("too short", DkimReason::Policy),
    ("insecure", DkimReason::Policy),
    ("weak", DkimReason::Policy),
    ("expired", DkimReason::Expired),
    ("not signed", DkimReason::NotSigned),
    ("no sig", DkimReason::NotSigned),
    ("no signature", DkimReason::NotSigned),
    ("syntax error", DkimReason::BadSyntax),
    ("parsing error", DkimReason::BadSyntax),
    ("missing", DkimReason::BadSyntax),
    ("did not verify", DkimReason::BadSignature),
    ("verification failed", DkimReason::BadSignature),
    ("verify failed", DkimReason::BadSignature),
    ("bad sig", DkimReason::BadSignature),
    ("signature error", DkimReason::BadSignature),
    ("invalid signature", DkimReason::BadSignature),
    ("invalid (", DkimReason::BadSignature),
    ("was verified", DkimReason::Verified),
];

impl DkimReason {
    /// The reason that a server's words give; `None` if they give none that is known.
    ///
    /// ```
    /// use ndr::trace::DkimReason;
    /// assert_eq!(DkimReason::of("body hash did not verify"), Some(DkimReason::BodyHash));
    /// assert_eq!(DkimReason::of("signature did not verify"), Some(DkimReason::BadSignature));
    /// assert_eq!(DkimReason::of("2048-bit key; unprotected"), None);
    /// ```
    pub fn of(words: &str) -> Option<DkimReason> {
        let words = words.get(..1024).unwrap_or(words).to_ascii_lowercase();
        WORDS.iter().find(|(known, _)| words.contains(known)).map(|(_, reason)| *reason)
    }

    /// The reason of a result.
    pub(crate) fn of_result(result: &MethodResult) -> Option<DkimReason> {
        let said = [result.reason.as_deref(), result.comment.as_deref()];
        said.into_iter().flatten().find_map(DkimReason::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_servers() {
        for (words, reason) in [
            ("signature was verified", DkimReason::Verified),
            ("message not signed", DkimReason::NotSigned),
            ("no key for signature", DkimReason::NoKey),
            ("message body does not hash to bh value", DkimReason::BodyHash),
            ("signature error: RSA verify failed", DkimReason::BadSignature),
            ("key query timeout", DkimReason::DnsError),
            ("invalid public key", DkimReason::BadKey),
            ("no sig", DkimReason::NotSigned),
        ] {
            assert_eq!(DkimReason::of(words), Some(reason), "{words}");
        }
    }
}
