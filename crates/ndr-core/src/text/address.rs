//! Mail addresses in running text.

use crate::text;
use std::borrow::Cow;

/// An address found in text, with its byte span.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found<'t> {
    pub(crate) address: &'t str,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Whether an ASCII character may stand in an unquoted address. Wider than RFC 5322 on purpose: `=`, `+`, `_`, `/` and
/// quotes are common in IMCEAEX addresses and VERP.
const fn is_of_address(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'.' | b'!'
                | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'*'
                | b'+'
                | b'/'
                | b'='
                | b'?'
                | b'^'
                | b'_'
                | b'`'
                | b'{'
                | b'|'
                | b'}'
                | b'~'
                | b'-'
                | b'\''
        )
}

/// Bit 0: may stand in the local part; bit 1: in a domain.
const CLASSES: [u8; 128] = {
    let mut classes = [0; 128];
    let mut at = 0u8;
    let mut rest: &mut [u8] = &mut classes;
    while let Some((class, behind)) = rest.split_first_mut() {
        let in_domain = at.is_ascii_alphanumeric() || matches!(at, b'.' | b'-' | b'_');
        *class = is_of_address(at) as u8 | (in_domain as u8) << 1;
        at += 1;
        rest = behind;
    }
    classes
};

fn class(c: char) -> u8 {
    match CLASSES.get(c as usize) {
        Some(class) => *class,
        None if is_foreign(c) => 3,
        None => 0,
    }
}

fn in_address(c: char) -> bool {
    class(c) & 1 != 0
}

fn in_domain(c: char) -> bool {
    class(c) & 2 != 0
}

/// A letter beyond ASCII (RFC 6531), and none of the punctuation of East Asian text.
const fn is_foreign(c: char) -> bool {
    (c as u32) > 0xA0
        && !matches!(c as u32, 0x2028..=0x2029 | 0x3000..=0x303F | 0xFF00..=0xFF20 | 0xFF3B..=0xFF40 | 0xFF5B..=0xFF65)
}

/// Scripts that are written without spaces, so that a sentence runs into an address.
const fn runs_on(c: char) -> bool {
    matches!(c as u32, 0x3040..=0x30FF | 0x3400..=0x9FFF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF)
}

/// The local part without the sentence in front of it: `宛先a` before an ASCII domain is `a`.
fn without_sentence(local: &str, domain: &str) -> usize {
    let last = local.char_indices().rev().find(|(_, c)| runs_on(*c));
    match last {
        Some((at, c)) if at + c.len_utf8() < local.len() && domain.is_ascii() => at + c.len_utf8(),
        _ => 0,
    }
}

/// The local part without quotation marks and the like in front of it.
fn without_marks(local: &str) -> &str {
    match local.as_bytes() {
        [b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9', ..] => local,
        _ => local.trim_start_matches(['{', '\'', '`', '.', '=', '|', '*', '\u{201c}', '\u{2018}']),
    }
}

/// The most addresses that are looked for in one text.
const MOST: usize = 4096;

/// The addresses of a text, in order.
pub(crate) fn find(text: &str) -> impl Iterator<Item = Found<'_>> {
    let mut last = 0;
    // A quoted local part reaches back; it may not reach into the address before.
    let next = move |at: usize| {
        let one = if at < last { None } else { around(text, at).filter(|one| one.start >= last) }?;
        last = one.end;
        Some(one)
    };
    memchr::memchr_iter(b'@', text.as_bytes()).filter_map(next).take(MOST)
}

/// The last address of a text.
pub(crate) fn last(text: &str) -> Option<Found<'_>> {
    memchr::memrchr_iter(b'@', text.as_bytes()).take(MOST).find_map(|at| around(text, at))
}

/// Finds the addresses of a text, in order.
pub(crate) fn find_all(text: &str) -> Vec<Found<'_>> {
    find(text).collect()
}

/// The tail `local` of `before` without the escape of JSON that it begins with: `\u003cuser`, a bracket.
fn without_json_escape<'l>(before: &str, local: &'l str) -> &'l str {
    const ESCAPES: [&str; 4] = ["u003c", "u003C", "u0022", "u0027"];
    let in_front = before.len() - local.len();
    if in_front == 0 || before.as_bytes().get(in_front - 1) != Some(&b'\\') {
        return local;
    }
    ESCAPES.iter().find_map(|escape| local.strip_prefix(escape)).filter(|rest| !rest.is_empty()).unwrap_or(local)
}

/// The address around the `@` at `at`.
fn around(text: &str, at: usize) -> Option<Found<'_>> {
    // Nothing longer is an address; the cap keeps a hostile run of letters from costing quadratic time.
    const LONGEST: usize = 1024;
    let before = text::between(text, text::floor(text, at.saturating_sub(LONGEST)), at);
    let quoted = before.strip_suffix('"').and_then(|before| before.rfind('"'));
    let start = match quoted {
        Some(open) => at - before.len() + open,
        None => {
            let local = tail_in(before, in_address);
            // An encoded word is no address, but some servers report it as one; its `=?` is part of it.
            let local = if local.starts_with("=?") { local } else { without_marks(local) };
            // "SMTP=user@example.com", "to=user@example.com": the label is not part of the address.
            const LABELS: &[&str] = &[
                "smtp",
                "name",
                "user",
                "account",
                "orig_to",
                "mail",
                "to",
                "from",
                "rcpt",
                "orcpt",
                "recipient",
                "recipients",
                "mailfrom",
                "email",
                "addr",
                "address",
                "sender",
            ];
            let label = text::cut(local, b'=')
                .filter(|(name, rest)| !rest.is_empty() && LABELS.iter().any(|label| name.eq_ignore_ascii_case(label)));
            at - without_json_escape(before, label.map_or(local, |(_, rest)| rest)).len()
        }
    };
    let after = text::cap(text::from(text, at + 1), LONGEST);
    let domain = if after.starts_with('[') {
        text::upto(after, after.find(']')? + 1)
    } else {
        let domain = head_in(after, in_domain);
        match domain.as_bytes() {
            [.., b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9'] => domain,
            _ => domain.trim_end_matches(['.', '-', '_', '\u{201d}', '\u{2019}', '\u{bb}', '\u{3002}', '\u{300d}']),
        }
    };
    // "a@example.com宛" ends where the sentence goes on; "a@例子.公司" does not.
    let (mut domain, mut start) = (domain, start);
    if !domain.is_ascii() {
        let head = domain.split(runs_on).next().unwrap_or_default();
        if head.is_ascii() && head.contains('.') && !head.ends_with('.') {
            domain = head;
        }
    }
    let local = text::between(text, start, at);
    if quoted.is_none() && !local.is_ascii() {
        start += without_sentence(local, domain);
    }
    if start == at || domain.is_empty() {
        return None;
    }
    let local = text::between(text, start, at);
    // Notes writes "Mia Berg/Contoso@Contoso".
    if !is_domain(domain) && !local.contains('/') || is_masked(local) {
        return None;
    }
    let end = at + 1 + domain.len();
    Some(Found { address: text.get(start..end)?, start, end })
}

/// Whether a run of letters may be the domain of an address: an address literal, `localhost`, or labels of which the
/// last is no number. `font-face` of a style sheet and the version `5.1.1` of a package are none.
fn is_domain(domain: &str) -> bool {
    let is_literal = domain.starts_with('[');
    let last = domain.rsplit('.').next().unwrap_or_default();
    let is_ip = || domain.parse::<std::net::Ipv4Addr>().is_ok();
    let has_name = domain.contains('.') && !last.is_empty() && !last.bytes().all(|byte| byte.is_ascii_digit());
    is_literal || has_name && !holds_twice(domain, b'.') || is_ip() || domain.eq_ignore_ascii_case("localhost")
}

/// Whether two of a sign stand side by side.
fn holds_twice(text: &str, sign: u8) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().zip(bytes.iter().skip(1)).any(|(one, next)| *one == sign && *next == sign)
}

/// Whether a local part is blotted out: `****`.
fn is_masked(local: &str) -> bool {
    local.is_empty() || holds_twice(local, b'*') || local.bytes().all(|byte| matches!(byte, b'*' | b'.' | b'_' | b'-'))
}

/// The bare address of a header or field value: without display name, angle brackets, quotes, route or `mailto:`.
///
/// A value that holds no `@` is kept as it stands, for local users and X.400 names.
pub(crate) fn bare(value: &str) -> &str {
    let value = text::trim(value);
    let has_brackets = memchr::memchr2(b'<', b'>', value.as_bytes()).is_some();
    let inside = match if has_brackets { (value.rfind('<'), value.rfind('>')) } else { (None, None) } {
        (Some(open), Some(close)) if open < close => text::between(value, open + 1, close),
        (Some(0), None) => text::from(value, 1),
        _ => value,
    };
    let inside = inside.strip_prefix("mailto:").unwrap_or(inside).trim();
    let inside = inside.trim_matches(['\'', ',', ';']).trim_end_matches(['>', ':']).trim_start_matches('<');
    if let Some(found) = find(inside).next()
        && (inside.contains(char::is_whitespace) || inside.len() < found.end - found.start + 4)
    {
        return found.address;
    }
    inside.trim_matches('"')
}

/// The characters that end a text and all are `wanted`.
fn tail_in(text: &str, wanted: impl Fn(char) -> bool) -> &str {
    let mut rest = text.as_bytes();
    while let [before @ .., byte] = rest
        && byte.is_ascii()
        && wanted(char::from(*byte))
    {
        rest = before;
    }
    match rest.last() {
        Some(byte) if !byte.is_ascii() => text.rsplit(|c| !wanted(c)).next().unwrap_or_default(),
        _ => text::from(text, rest.len()),
    }
}

/// The characters that begin a text and all are `wanted`.
fn head_in(text: &str, wanted: impl Fn(char) -> bool) -> &str {
    let ends = |byte: &u8| !(byte.is_ascii() && wanted(char::from(*byte)));
    let end = text.as_bytes().iter().position(ends).unwrap_or(text.len());
    match text.as_bytes().get(end) {
        Some(byte) if !byte.is_ascii() => text.split(|c| !wanted(c)).next().unwrap_or_default(),
        _ => text::upto(text, end),
    }
}

/// Decodes the address forms of RFC 6533: `\x{E9}` everywhere, and `+40` of xtext where it is plainly an encoding.
pub(crate) fn unescape(address: &str) -> Cow<'_, str> {
    let is_escaped = address.bytes().any(|byte| matches!(byte, b'\\' | b'+'));
    if !is_escaped {
        return Cow::Borrowed(address);
    }
    let mut out = String::with_capacity(address.len());
    let mut rest = address;
    while let Some((before, escape)) = rest.split_once("\\x{")
        && let Some((digits, after)) = escape.split_once('}')
    {
        out.push_str(before);
        match u32::from_str_radix(digits, 16).ok().and_then(char::from_u32).filter(|c| !c.is_control()) {
            Some(c) => out.push(c),
            None => out.extend(["\\x{", digits, "}"]),
        }
        rest = after;
    }
    out.push_str(rest);
    if !out.contains('@') && out.contains("+40") {
        out = out.replace("+40", "@").replace("+2B", "+").replace("+3D", "=");
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_text() {
        fn all(text: &str) -> Vec<&str> {
            find(text).map(|f| f.address).collect()
        }
        assert_eq!(all("<a@example.com>: no"), ["a@example.com"]);
        assert_eq!(all("to a.b+c=d@example.com. Bye"), ["a.b+c=d@example.com"]);
        assert_eq!(all("'a@example.com' \"b c\"@example.org"), ["a@example.com", "\"b c\"@example.org"]);
        assert_eq!(all("x@[192.0.2.1] @nobody y@"), ["x@[192.0.2.1]"]);
        assert_eq!(all("a@example.com<mailto:a@example.com>"), ["a@example.com", "a@example.com"]);
        assert_eq!(all("用户@例子.公司"), ["用户@例子.公司"]);
        assert_eq!(all("收件人（a@example.com）不存在"), ["a@example.com"]);
        assert_eq!(all("宛先a@example.com宛、b@sub.例子.公司"), ["a@example.com", "b@sub.例子.公司"]);
        assert_eq!(all("\"a@example.com\"@example.org"), ["a@example.com"]);
        assert_eq!(all("root@localhost a@192.0.2.1 [a@example.com](mailto:a@example.com)").len(), 4);
        for none in
            ["@font-face{}", "x@media print", "nodemailer@5.1.1", "pkg@^1.0.3:", "****@****", "j***@example.com"]
        {
            assert!(all(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn bare_addresses() {
        assert_eq!(bare(" <a@example.com> "), "a@example.com");
        assert_eq!(bare("Name <a@example.com>"), "a@example.com");
        assert_eq!(bare("a@example.com (alias)"), "a@example.com");
        assert_eq!(bare("root"), "root");
        assert_eq!(bare("\"a b\"@example.com"), "\"a b\"@example.com");
        assert_eq!(bare("IMCEAEX-_o=X_cn=Y@example.com"), "IMCEAEX-_o=X_cn=Y@example.com");
        assert_eq!(unescape("us\\x{E9}r@example.com"), "usér@example.com");
        assert_eq!(unescape("us\\x{E9r@example.com"), "us\\x{E9r@example.com");
    }
}
