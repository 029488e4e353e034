//! Addresses as Exchange writes them when it has no mail address: IMCEAEX and its kin, and legacyExchangeDN.
//!
//! A mailbox that was moved, or deleted and made anew, has another legacyExchangeDN. A user who replies to an old message or
//! picks a name from Outlook's memory then writes to the former one, and gets a report that the recipient does not exist.
//! The cure is to give the mailbox its former name as an X500 address.

use crate::sanitize::powershell;
use crate::vocabulary::named;

/// Longest address that is read, in bytes.
const LONGEST: usize = 8 << 10;

named! {
    /// What kind of address Exchange wrote.
    ExchangeAddressKind {
        /// `IMCEAEX-`: a legacyExchangeDN.
        ImceaEx = "imceaex",
        /// `IMCEAX400-`: an X.400 address.
        ImceaX400 = "imceax400",
        /// `IMCEAFAX-`: a fax number.
        ImceaFax = "imceafax",
        /// `IMCEASMTP-`: a mail address inside a mail address.
        ImceaSmtp = "imceasmtp",
        /// `IMCEAINVALID-`: words that Exchange could not read as an address.
        ImceaInvalid = "imceainvalid",
        /// `IMCEA` and another type of address.
        ImceaOther = "imcea-other",
        /// A bare legacyExchangeDN, `/o=…/ou=…/cn=…`.
        LegacyDn = "legacy-dn",
    }
}

/// An address in a form that only Exchange writes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct ExchangeAddress {
    /// What kind it is.
    pub kind: ExchangeAddressKind,
    /// The type of the wrapped address, in capitals: `EX`, `X400`, `FAX`.
    pub address_type: String,
    /// The address as written.
    pub written: String,
    /// The address that it represents.
    pub decoded: String,
    /// The domain of the organisation that wrapped it.
    pub domain: Option<String>,
    /// The last `cn=` of a legacyExchangeDN: the recipient's own part.
    pub recipient: Option<String>,
    /// The X500 address to add to the mailbox, with its `X500:`; for a legacyExchangeDN only.
    pub x500: Option<String>,
    /// What it means and what to do, in words.
    pub words: &'static str,
}

impl ExchangeAddress {
    /// The Exchange PowerShell command that gives a mailbox the X500 address; `None` if the address is not a
    /// legacyExchangeDN, or if it or the identity holds control or invisible characters, so that the command would not be
    /// what it looks like.
    ///
    /// ```
    /// let old = ndr::trace::exchange_address::decode("IMCEAEX-_o=Contoso_cn=Recipients_cn=O+27Neil@contoso.com").unwrap();
    /// assert_eq!(
    ///     old.command("oneil@contoso.com").unwrap(),
    ///     "Set-Mailbox -Identity 'oneil@contoso.com' -EmailAddresses @{Add='X500:/o=Contoso/cn=Recipients/cn=O''Neil'}"
    /// );
    /// ```
    pub fn command(&self, identity: &str) -> Option<String> {
        let x500 = self.x500.as_deref()?;
        let shown = |text: &str| crate::sanitize::terminal(text) == text;
        (shown(x500) && shown(identity) && !identity.is_empty()).then(|| {
            format!("Set-Mailbox -Identity {} -EmailAddresses @{{Add={}}}", powershell(identity), powershell(x500))
        })
    }
}

/// Decodes an address of Exchange's; `None` if it is an ordinary one.
///
/// ```
/// use ndr::trace::exchange_address::decode;
/// let old = decode("IMCEAEX-_o=Contoso_ou=Exchange+20Administrative+20Group_cn=Recipients_cn=a+5Fb@contoso.com").unwrap();
/// assert_eq!(old.decoded, "/o=Contoso/ou=Exchange Administrative Group/cn=Recipients/cn=a_b");
/// assert_eq!(old.x500.as_deref(), Some("X500:/o=Contoso/ou=Exchange Administrative Group/cn=Recipients/cn=a_b"));
/// assert_eq!(decode("user@example.com"), None);
/// ```
pub fn decode(address: &str) -> Option<ExchangeAddress> {
    if address.len() > LONGEST {
        return None;
    }
    let written = bare(address);
    if let Some(rest) = strip_prefix(written, "IMCEA") {
        return wrapped(written, rest);
    }
    let dn = strip_prefix(written, "X500:").or_else(|| strip_prefix(written, "EX:")).unwrap_or(written);
    is_legacy_dn(dn).then(|| build(ExchangeAddressKind::LegacyDn, "EX", written, dn.to_string(), None))
}

/// The address without what fields put around it.
fn bare(address: &str) -> &str {
    let mut address = address.trim().trim_start_matches('<').trim_end_matches('>').trim_matches(['"', '\'']);
    for label in ["rfc822;", "smtp:", "mailto:"] {
        address = strip_prefix(address, label).unwrap_or(address).trim_start();
    }
    address
}

fn strip_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then_some(rest)
}

fn is_legacy_dn(text: &str) -> bool {
    strip_prefix(text, "/o=").is_some_and(|rest| rest.to_ascii_lowercase().contains("/cn="))
}

fn wrapped(written: &str, rest: &str) -> Option<ExchangeAddress> {
    let (address_type, encoded) = rest.split_once('-')?;
    let is_type = !address_type.is_empty() && address_type.len() <= 16;
    if !is_type || !address_type.bytes().all(|byte| byte.is_ascii_alphanumeric()) || encoded.is_empty() {
        return None;
    }
    let (local, domain) = match encoded.rsplit_once('@') {
        Some((local, domain)) => (local, super::text::domain_name(domain)),
        None => (encoded, None),
    };
    let address_type = address_type.to_ascii_uppercase();
    let kind = match address_type.as_str() {
        "EX" => ExchangeAddressKind::ImceaEx,
        "X400" => ExchangeAddressKind::ImceaX400,
        "FAX" => ExchangeAddressKind::ImceaFax,
        "SMTP" => ExchangeAddressKind::ImceaSmtp,
        "INVALID" => ExchangeAddressKind::ImceaInvalid,
        _ => ExchangeAddressKind::ImceaOther,
    };
    Some(build(kind, &address_type, written, unescape(local), domain))
}

/// Undoes the encoding in one pass: `_` is `/`, and `+5F` is a byte in hexadecimal, here a real `_`. In two passes one of
/// them would be taken for the other.
fn unescape(local: &str) -> String {
    let mut bytes = Vec::with_capacity(local.len());
    let mut rest = local.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        match (first, after) {
            (b'_', _) => bytes.push(b'/'),
            (b'+', [high, low, later @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    bytes.push(high << 4 | low);
                    rest = later;
                }
                _ => bytes.push(b'+'),
            },
            (byte, _) => bytes.push(*byte),
        }
    }
    // Above 7F the bytes are UTF-8 or, from older servers, Latin-1.
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(wrong) => wrong.into_bytes().iter().map(|byte| char::from(*byte)).collect(),
    }
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

fn build(
    kind: ExchangeAddressKind,
    address_type: &str,
    written: &str,
    decoded: String,
    domain: Option<String>,
) -> ExchangeAddress {
    let is_dn = matches!(kind, ExchangeAddressKind::ImceaEx | ExchangeAddressKind::LegacyDn) && is_legacy_dn(&decoded);
    let recipient = decoded.rsplit('/').find_map(|part| strip_prefix(part, "cn=")).filter(|_| is_dn);
    ExchangeAddress {
        kind,
        address_type: address_type.to_string(),
        written: written.to_string(),
        recipient: recipient.map(str::to_string),
        x500: is_dn.then(|| format!("X500:{decoded}")),
        words: words(kind),
        domain,
        decoded,
    }
}

fn words(kind: ExchangeAddressKind) -> &'static str {
    match kind {
        ExchangeAddressKind::ImceaEx | ExchangeAddressKind::LegacyDn => {
            "This is the internal name of a mailbox, and no mailbox has it any more: it was moved, or deleted and made \
             anew. The sender deletes the name from Outlook's suggestions and types the address; an admin of the \
             recipient adds the X500 address to the mailbox, so that replies to old messages arrive again."
        }
        ExchangeAddressKind::ImceaX400 => {
            "This is an X.400 address that Exchange wrapped to send it over the Internet. Write to the recipient's mail \
             address."
        }
        ExchangeAddressKind::ImceaFax => {
            "This is a fax number, often the second entry of a contact. No fax connector takes it: choose the mail address \
             of the contact."
        }
        ExchangeAddressKind::ImceaSmtp => {
            "This is a mail address that Exchange wrapped into another one. Type the inner address anew."
        }
        ExchangeAddressKind::ImceaInvalid => {
            "The sender's Outlook or Exchange could not read what was typed as an address. Type it anew, without blanks, \
             quotes or brackets."
        }
        ExchangeAddressKind::ImceaOther => {
            "This is an address of another system that Exchange wrapped to send it over the Internet. No connector takes \
             it."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_pass() {
        let exchange = decode(
            "<imceaex-_o=ExchangeLabs_ou=Exchange+20Administrative+20Group+20+28FYDIBOHF23SPDLT+29_cn=Recipients_cn=\
             a1+2Db+5Fc+2Bd@EURPRD01.PROD.OUTLOOK.COM>",
        )
        .unwrap();
        assert_eq!(
            exchange.decoded,
            "/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=a1-b_c+d"
        );
        assert_eq!(exchange.recipient.as_deref(), Some("a1-b_c+d"));
        assert_eq!(exchange.domain.as_deref(), Some("eurprd01.prod.outlook.com"));
        // +2B20 is a plus sign and the digits 20, not a blank.
        assert_eq!(decode("IMCEAEX-_o=a_cn=x+2B20@b.example").unwrap().decoded, "/o=a/cn=x+20");
        assert_eq!(decode("IMCEAEX-_o=a_cn=x+@b.example").unwrap().decoded, "/o=a/cn=x+");
        assert_eq!(decode("IMCEAEX-_o=a_cn=+C3+A9@b.example").unwrap().decoded, "/o=a/cn=é");
        assert_eq!(decode("IMCEAEX-_o=a_cn=+E9@b.example").unwrap().decoded, "/o=a/cn=é");
    }

    #[test]
    fn other_kinds() {
        let fax = decode("IMCEAFAX-Doe+40+2B1+20555+20100@contoso.com").unwrap();
        assert_eq!((fax.kind, fax.decoded.as_str()), (ExchangeAddressKind::ImceaFax, "Doe@+1 555 100"));
        assert_eq!(fax.x500, None);
        assert_eq!(fax.command("x"), None);
        let smtp = decode("IMCEASMTP-user+40example+2Ecom@contoso.com").unwrap();
        assert_eq!(smtp.decoded, "user@example.com");
        let x400 = decode("IMCEAX400-_C=us_A=+20_P=contoso_S=Doe@contoso.com").unwrap();
        assert_eq!(x400.decoded, "/C=us/A= /P=contoso/S=Doe");
        assert_eq!(decode("IMCEANOTES-a+2Fb@c.example").unwrap().kind, ExchangeAddressKind::ImceaOther);
        let bare = decode("X500:/o=Contoso/ou=First/cn=Recipients/cn=x").unwrap();
        assert_eq!((bare.kind, bare.recipient.as_deref()), (ExchangeAddressKind::LegacyDn, Some("x")));
        assert_eq!(bare.x500.as_deref(), Some("X500:/o=Contoso/ou=First/cn=Recipients/cn=x"));
        for ordinary in
            ["", "@", "IMCEA", "IMCEA-", "IMCEAEX-", "imcea@example.com", "/o=x", "/home/cn=x", "a@b.example"]
        {
            assert_eq!(decode(ordinary), None, "{ordinary}");
        }
    }

    #[test]
    fn commands_are_what_they_look_like() {
        for quote in ["+27", "+E2+80+98", "+E2+80+99", "+E2+80+9A", "+E2+80+9B"] {
            let address = decode(&format!("IMCEAEX-_o=a_cn=b{quote}}}+3B+20calc+20+23@c.example")).unwrap();
            let command = address.command("user").unwrap();
            let value = command.split_once("Add='").unwrap().1.strip_suffix("'}").unwrap();
            let quotes = value.chars().filter(|c| "'\u{2018}\u{2019}\u{201a}\u{201b}".contains(*c)).count();
            assert_eq!(quotes, 2, "{command}");
        }
        for hidden in ["+0A", "+0D", "+00", "+1B", "+C2+9B", "+E2+80+AE", "+E2+80+A8", "+E2+80+8B"] {
            let address = decode(&format!("IMCEAEX-_o=a_cn=b{hidden}c@d.example")).unwrap();
            assert_eq!(address.command("user"), None, "{hidden}");
        }
        let good = decode("IMCEAEX-_o=a_cn=b@c.example").unwrap();
        assert_eq!(good.command("a\nb"), None);
        assert_eq!(good.command(""), None);
    }

    proptest! {
        #[test]
        fn what_is_encoded_comes_back(dn in "/o=[ -~]{1,20}/cn=[ -~]{0,20}") {
            let encoded: String = dn.bytes().map(|byte| match byte {
                b'/' => "_".to_string(),
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'=' | b'-' => char::from(byte).to_string(),
                other => format!("+{other:02X}"),
            }).collect();
            let address = decode(&format!("IMCEAEX-{encoded}@contoso.com")).unwrap();
            prop_assert_eq!(address.decoded, dn);
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,200}") {
            let _ = decode(&text).map(|address| address.command(&text));
            let _ = decode(&format!("IMCEAEX-_o={text}_cn={text}")).map(|address| address.command(&text));
        }
    }
}
