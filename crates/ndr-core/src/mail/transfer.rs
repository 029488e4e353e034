//! From the content of a part to its text: transfer encoding (RFC 2045 section 6) and charset. The decoders are
//! mail-parser's. Quoted-printable is cut at its equals signs first, since nearly all of it needs no decoding.

use crate::text::lossy;
use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode_char;
use std::borrow::Cow;

/// How a content is encoded for transfer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// 7bit, 8bit or binary: as it stands.
    None,
    QuotedPrintable,
    Base64,
    /// Something else.
    Unknown,
}

impl Encoding {
    /// Of the value of a Content-Transfer-Encoding field, where there is one.
    pub(crate) fn of(value: Option<&[u8]>) -> Encoding {
        let Some(value) = value else { return Encoding::None };
        let is = |name: &&[u8]| value.eq_ignore_ascii_case(name);
        match () {
            () if [&b"7bit"[..], b"8bit", b"binary"].iter().any(is) => Encoding::None,
            () if is(&&b"quoted-printable"[..]) => Encoding::QuotedPrintable,
            () if is(&&b"base64"[..]) => Encoding::Base64,
            () => Encoding::Unknown,
        }
    }
}

/// The text of a content; `None` where it is not encoded as it says.
pub(crate) fn text<'x>(body: &'x [u8], encoding: Encoding, charset: Option<&str>) -> Option<Cow<'x, str>> {
    let bytes = match encoding {
        Encoding::None => Cow::Borrowed(body),
        Encoding::QuotedPrintable => soften(body)?,
        Encoding::Base64 => Cow::Owned(base64_decode(body)?),
        Encoding::Unknown => return None,
    };
    let foreign = charset.filter(|charset| !charset.eq_ignore_ascii_case("utf-8"));
    // In most charsets ASCII is ASCII.
    let foreign = foreign.filter(|charset| !(holds_ascii(charset) && bytes.is_ascii()));
    if let Some(decode) = foreign.and_then(|charset| charset_decoder(charset.as_bytes())) {
        return Some(Cow::Owned(decode(&bytes)));
    }
    Some(match bytes {
        Cow::Borrowed(bytes) => lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()),
        ),
    })
}

/// Whether ASCII text of that charset is the same in UTF-8.
fn holds_ascii(charset: &str) -> bool {
    ["us-ascii", "iso-8859-", "windows-125", "ascii"]
        .iter()
        .any(|known| charset.get(..known.len()).is_some_and(|head| head.eq_ignore_ascii_case(known)))
}

/// Quoted-printable (RFC 2045 section 6.7) as bytes; `None` where an equals sign begins no escape and ends no line.
fn soften(body: &[u8]) -> Option<Cow<'_, [u8]>> {
    let mut out: Vec<u8> = Vec::with_capacity(body.len());
    // Where that begins which is to be taken as it stands.
    let mut from = 0;
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    for at in memchr::memchr2_iter(b'=', b'\n', body) {
        let Some(run) = body.get(from..at) else { continue };
        if body.get(at) == Some(&b'\n') {
            // Blanks at the end of a line were added on the way.
            let line = run.strip_suffix(b"\r").unwrap_or(run);
            if line.last().is_some_and(is_blank) {
                let kept = line.iter().rposition(|byte| !is_blank(byte)).map_or(0, |last| last + 1);
                out.extend_from_slice(line.get(..kept)?);
                from += line.len();
            }
            continue;
        }
        out.extend_from_slice(run);
        let rest = body.get(at + 1..)?;
        from = match *rest {
            [high, low, ..] if let Some(byte) = quoted_printable_decode_char(high, low) => {
                out.push(byte);
                at + 3
            }
            _ => {
                let end = memchr::memchr(b'\n', rest)?;
                if !rest.get(..end)?.trim_ascii().is_empty() {
                    return None;
                }
                at + 1 + end + 1
            }
        };
    }
    if from == 0 {
        return Some(Cow::Borrowed(body));
    }
    out.extend_from_slice(body.get(from..).unwrap_or_default());
    Some(Cow::Owned(out))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_encoded_is_decoded() {
        let soft = |body: &str| soften(body.as_bytes()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        assert_eq!(soft("caf=C3=A9 =\r\nau  \r\nlait=20\r\n").as_deref(), Some("café au\r\nlait \r\n"));
        assert_eq!(soft("a= \nb=3D1").as_deref(), Some("ab=1"));
        assert_eq!(soft("a=b"), None);
        assert_eq!(soft("a="), None);
        assert_eq!(text(b"caf=E9", Encoding::QuotedPrintable, Some("iso-8859-1")).unwrap(), "café");
        assert_eq!(text(b"Y2Fmw6k=", Encoding::Base64, None).unwrap(), "café");
        assert_eq!(text(b"caf\xE9", Encoding::None, Some("x-unheard-of")).unwrap(), "caf\u{FFFD}");
        assert_eq!(Encoding::of(Some(b"BASE64")), Encoding::Base64);
    }

    proptest! {
        #[test]
        fn quoted_printable_is_what_mail_parser_makes_of_it(body in "(=3D|=e9|=\n|= \n|[ab \n\t]|\r\n){0,30}") {
            // It writes every line end as the first one.
            let body = if body.contains('\r') { body.replace("\r\n", "\n").replace('\n', "\r\n") } else { body };
            let theirs = mail_parser::decoders::quoted_printable::quoted_printable_decode(body.as_bytes());
            if let Some(ours) = soften(body.as_bytes()) {
                prop_assert_eq!(Some(ours.into_owned()), theirs);
            }
        }
    }
}
