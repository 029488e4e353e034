//! Enhanced status codes (RFC 3463) and patterns over them.

use std::fmt;
use std::str::FromStr;

/// An enhanced mail system status code, `class.subject.detail` (RFC 3463 section 2).
///
/// Any value of the grammar is legal, registered or not: class 2, 4 or 5, subject and detail of one
/// to three digits.
///
/// ```
/// use ndr_resolve::StatusCode;
/// let code: StatusCode = "5.7.606".parse().unwrap();
/// assert_eq!((code.class(), code.subject(), code.detail()), (5, 7, 606));
/// assert!("5.7".parse::<StatusCode>().is_err());
/// assert!("9.1.1".parse::<StatusCode>().is_err());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusCode {
    class: u8,
    subject: u16,
    detail: u16,
}

impl StatusCode {
    /// Makes a code of its three numbers; `None` outside the grammar (class 2, 4 or 5; the others 0 to 999).
    ///
    /// ```
    /// use ndr_resolve::StatusCode;
    /// assert_eq!(StatusCode::new(5, 1, 1).unwrap().to_string(), "5.1.1");
    /// assert_eq!(StatusCode::new(3, 1, 1), None);
    /// ```
    pub const fn new(class: u8, subject: u16, detail: u16) -> Option<Self> {
        if matches!(class, 2 | 4 | 5) && subject <= 999 && detail <= 999 {
            Some(StatusCode { class, subject, detail })
        } else {
            None
        }
    }

    /// The class digit: 2 success, 4 temporary failure, 5 permanent failure.
    pub const fn class(self) -> u8 {
        self.class
    }

    /// The subject: what kind of thing the report is about (1 addressing, 2 mailbox, ... 7 policy).
    pub const fn subject(self) -> u16 {
        self.subject
    }

    /// The detail within the subject.
    pub const fn detail(self) -> u16 {
        self.detail
    }

    /// Whether the code says nothing but its class (`5.0.0`).
    ///
    /// ```
    /// # use ndr_resolve::StatusCode;
    /// assert!("5.0.0".parse::<StatusCode>().unwrap().is_bare());
    /// assert!(!"5.1.0".parse::<StatusCode>().unwrap().is_bare());
    /// ```
    pub const fn is_bare(self) -> bool {
        self.subject == 0 && self.detail == 0
    }

    /// One number that orders codes as their three parts do; the key of code tables.
    pub const fn key(self) -> u32 {
        (self.class as u32) * 1_000_000 + (self.subject as u32) * 1_000 + self.detail as u32
    }

    /// Reads a code that begins at `at` in `bytes`; returns it and the position after it.
    ///
    /// The code ends at the last digit that belongs to it. Whether the surroundings allow a code here
    /// is for the caller to say: [`find_codes`] does.
    pub(crate) fn read(bytes: &[u8], at: usize) -> Option<(StatusCode, usize)> {
        let class = match bytes.get(at)? {
            b'2' => 2,
            b'4' => 4,
            b'5' => 5,
            _ => return None,
        };
        if *bytes.get(at + 1)? != b'.' {
            return None;
        }
        let (subject, next) = read_number(bytes, at + 2)?;
        if *bytes.get(next)? != b'.' {
            return None;
        }
        let (detail, end) = read_number(bytes, next + 1)?;
        Some((StatusCode { class, subject, detail }, end))
    }
}

/// One to three digits; more is not a number of a status code.
fn read_number(bytes: &[u8], start: usize) -> Option<(u16, usize)> {
    let mut value = 0u16;
    let mut at = start;
    while let Some(digit) = bytes.get(at).filter(|b| b.is_ascii_digit()) {
        if at - start == 3 {
            return None;
        }
        value = value * 10 + u16::from(digit - b'0');
        at += 1;
    }
    (at > start).then_some((value, at))
}

impl fmt::Display for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.class, self.subject, self.detail)
    }
}

impl fmt::Debug for StatusCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a status code or a code pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeError(String);

impl fmt::Display for CodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CodeError {}

impl FromStr for StatusCode {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let trimmed = text.trim();
        match StatusCode::read(trimmed.as_bytes(), 0) {
            Some((code, end)) if end == trimmed.len() => Ok(code),
            _ => Err(CodeError(format!(
                "`{text}` is not an enhanced status code: it needs a class (2, 4 or 5), a subject and a detail \
                 of one to three digits each, as in 5.7.1"
            ))),
        }
    }
}

/// A set of status codes as the catalogue writes it: `5.7.1`, a range of details `4.7.500-699`, any class `X.7.1`,
/// or ranges of subject and detail `5.0-999.0-999`.
///
/// ```
/// use ndr_resolve::{CodePattern, StatusCode};
/// let range: CodePattern = "5.7.606-649".parse().unwrap();
/// assert!(range.matches("5.7.630".parse().unwrap()));
/// assert!(!range.matches("5.7.650".parse().unwrap()));
/// let any: CodePattern = "X.1.1".parse().unwrap();
/// assert!(any.matches("4.1.1".parse().unwrap()));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CodePattern {
    /// 2, 4 or 5; 0 for any class (`X`).
    pub class: u8,
    /// First and last subject.
    pub subject: (u16, u16),
    /// First and last detail.
    pub detail: (u16, u16),
}

impl CodePattern {
    /// Whether `code` is in the set.
    pub const fn matches(&self, code: StatusCode) -> bool {
        (self.class == 0 || self.class == code.class)
            && self.subject.0 <= code.subject
            && code.subject <= self.subject.1
            && self.detail.0 <= code.detail
            && code.detail <= self.detail.1
    }

    /// Whether the set names one subject and one detail (of one class, or of any).
    pub const fn is_exact(&self) -> bool {
        self.subject.0 == self.subject.1 && self.detail.0 == self.detail.1
    }

    /// How many codes of one class the set holds; the narrower pattern is the better match.
    pub const fn width(&self) -> u32 {
        (self.subject.1 - self.subject.0 + 1) as u32 * (self.detail.1 - self.detail.0 + 1) as u32
    }

    /// Whether the two sets share a code.
    pub const fn overlaps(&self, other: &CodePattern) -> bool {
        (self.class == 0 || other.class == 0 || self.class == other.class)
            && self.subject.0 <= other.subject.1
            && other.subject.0 <= self.subject.1
            && self.detail.0 <= other.detail.1
            && other.detail.0 <= self.detail.1
    }

    /// The lowest code of the set, as a sort key.
    pub const fn first_key(&self) -> u32 {
        (self.class as u32) * 1_000_000 + (self.subject.0 as u32) * 1_000 + self.detail.0 as u32
    }
}

impl fmt::Display for CodePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn part(f: &mut fmt::Formatter<'_>, range: (u16, u16)) -> fmt::Result {
            if range.0 == range.1 { write!(f, ".{}", range.0) } else { write!(f, ".{}-{}", range.0, range.1) }
        }
        match self.class {
            0 => f.write_str("X")?,
            class => write!(f, "{class}")?,
        }
        part(f, self.subject)?;
        part(f, self.detail)
    }
}

impl fmt::Debug for CodePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CodePattern {
    type Err = CodeError;

    fn from_str(text: &str) -> Result<Self, CodeError> {
        let wrong = |why: &str| CodeError(format!("`{text}` is not a code pattern: {why}"));
        let mut parts = text.split('.');
        let (Some(class), Some(subject), Some(detail), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(wrong("write class.subject.detail, as in \"5.7.1\", \"4.7.500-699\" or \"X.7.1\""));
        };
        let class = match class {
            "2" => 2,
            "4" => 4,
            "5" => 5,
            "X" => 0,
            _ => return Err(wrong("the class is 2, 4, 5, or X for any")),
        };
        let range = |part: &str| -> Result<(u16, u16), CodeError> {
            let number = |digits: &str| -> Result<u16, CodeError> {
                if digits.is_empty() || digits.len() > 3 || !digits.bytes().all(|b| b.is_ascii_digit()) {
                    return Err(wrong("subject and detail are numbers from 0 to 999"));
                }
                if digits.len() > 1 && digits.starts_with('0') {
                    return Err(wrong("numbers have no leading zeros"));
                }
                digits.parse().map_err(|_| wrong("subject and detail are numbers from 0 to 999"))
            };
            match part.split_once('-') {
                None => number(part).map(|n| (n, n)),
                Some((from, to)) => {
                    let (from, to) = (number(from)?, number(to)?);
                    if from >= to {
                        return Err(wrong("a range runs from the lower number to the higher, as in 500-699"));
                    }
                    Ok((from, to))
                }
            }
        };
        Ok(CodePattern { class, subject: range(subject)?, detail: range(detail)? })
    }
}

/// A status code found in running text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FoundCode {
    /// The code.
    pub code: StatusCode,
    /// Byte offsets of the code in the text, start and end.
    pub span: (usize, usize),
    /// Whether it stands where only a status code stands: right after a reply code, or after `#`.
    pub strong: bool,
}

/// What the class of a status code means (RFC 3463 section 3.1): 2, 4 or 5; 0 stands for any class, as in `X.7.1`.
///
/// ```
/// assert_eq!(ndr_resolve::class_means(4), Some("a temporary failure"));
/// assert_eq!(ndr_resolve::class_means(9), None);
/// ```
pub const fn class_means(class: u8) -> Option<&'static str> {
    Some(match class {
        0 => "any class",
        2 => "success",
        4 => "a temporary failure",
        5 => "a permanent failure",
        _ => return None,
    })
}

/// What the subject of a status code is (RFC 3463 section 3): 0 to 7.
///
/// ```
/// assert_eq!(ndr_resolve::subject_means(7), Some("security or policy"));
/// assert_eq!(ndr_resolve::subject_means(8), None);
/// ```
pub const fn subject_means(subject: u16) -> Option<&'static str> {
    Some(match subject {
        0 => "no subject named",
        1 => "addressing",
        2 => "the mailbox",
        3 => "the mail system",
        4 => "network and routing",
        5 => "the mail protocol",
        6 => "content or media",
        7 => "security or policy",
        _ => return None,
    })
}

/// Finds the status codes in `text`, in order.
///
/// IP addresses, version numbers and times are full of things that look like codes, so a code must
/// not touch a digit, dot, colon, bracket or letter, except after a reply code (`550-5.1.1`) or `#`.
///
/// ```
/// use ndr_resolve::find_codes;
/// let text = "421 connect to relay[92.5.1.10]: tls v5.1.1; 2a01:111:f200::5.1.1 (#4.4.1)";
/// let codes: Vec<_> = find_codes(text).map(|found| found.code.to_string()).collect();
/// assert_eq!(codes, ["4.4.1"]);
/// ```
pub fn find_codes(text: &str) -> impl Iterator<Item = FoundCode> + '_ {
    let bytes = text.as_bytes();
    let mut at = 0;
    memchr::memchr3_iter(b'2', b'4', b'5', bytes).filter_map(move |start| {
        if start < at || bytes.get(start + 1) != Some(&b'.') {
            return None;
        }
        let (code, end) = StatusCode::read(bytes, start)?;
        let strong = code_may_start(bytes, start, code)?;
        if !code_may_end(bytes, end) {
            return None;
        }
        at = end;
        Some(FoundCode { code, span: (start, end), strong })
    })
}

/// `None`: no code may start here; `Some(strong)` otherwise.
fn code_may_start(bytes: &[u8], start: usize, code: StatusCode) -> Option<bool> {
    let Some((last, before)) = bytes.get(..start).and_then(<[u8]>::split_last) else {
        return Some(false);
    };
    match *last {
        b'#' => Some(true),
        b' ' | b'\t' | b'-' | b'\n' | b'\r' if ends_in_reply_code(before) => Some(true),
        b'-' | b'.' | b'[' | b'/' | b'_' | b'@' | b'+' | b'%' | b'&' | b'?' | b'^' | b'~' | b'*' => None,
        b if b.is_ascii_alphanumeric() || b >= 0x80 => None,
        b'=' => is_value(before).then_some(false),
        b':' => {
            // "status:5.1.1" and "CODE :5.1.1" are labels; "f200::5.1.1" and "10:5.1.1" are not.
            if before.ends_with(b" ") {
                return Some(false);
            }
            let mut word = before.iter().rev().take_while(|b| b.is_ascii_alphanumeric());
            word.any(|b| b.to_ascii_lowercase() > b'f').then_some(false)
        }
        _ => (!is_version(before, code)).then_some(false),
    }
}

/// Whether a code may stand behind `=`: at the start of a text, or as the value of a label that says so.
fn is_value(before: &[u8]) -> bool {
    const LABELS: &[&[u8]] =
        &[b"code", b"dsn", b"error", b"err", b"led", b"reason", b"reply", b"response", b"result", b"stat", b"status"];
    let len = before.iter().rev().take(20).take_while(|b| b.is_ascii_alphabetic()).count();
    let (rest, label) = before.split_at_checked(before.len() - len).unwrap_or_default();
    if label.is_empty() {
        return rest.last().is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'"' | b'\'' | b'(' | b','));
    }
    LABELS.iter().any(|known| known.eq_ignore_ascii_case(label))
}

/// Whether the word before a code makes it a version, or the section of a document.
fn is_version(before: &[u8], code: StatusCode) -> bool {
    const NAMES: &[&str] = &[
        "amavis",
        "amavisd",
        "apache",
        "build",
        "centos",
        "chapter",
        "clamav",
        "communigate",
        "curl",
        "debian",
        "docker",
        "dovecot",
        "exim",
        "firefox",
        "git",
        "gnutls",
        "haraka",
        "horde",
        "java",
        "kernel",
        "linux",
        "mailman",
        "mariadb",
        "mysql",
        "nginx",
        "node",
        "openssl",
        "perl",
        "php",
        "phpmailer",
        "postfix",
        "postgresql",
        "python",
        "qmail",
        "release",
        "rev",
        "revision",
        "rfc",
        "roundcube",
        "rspamd",
        "ruby",
        "sec",
        "sect",
        "section",
        "sendmail",
        "spamassassin",
        "thunderbird",
        "ubuntu",
        "v",
        "ver",
        "version",
        "windows",
        "zimbra",
    ];
    const MOST: usize = 40;
    let near = before.get(before.len().saturating_sub(MOST)..).unwrap_or_default();
    // What stands right before: blanks, and no more than one sign that opens or parts.
    let signs = |b: &&u8| b.is_ascii_whitespace() || matches!(b, b'(' | b'"' | b'\'' | b':' | b',');
    let gap = near.iter().rev().take(4).take_while(signs).count();
    let near = near.get(..near.len() - gap).unwrap_or_default();
    let digits = near.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let named = near.get(..near.len() - digits).unwrap_or_default();
    let named = named.strip_suffix(b" ").or(named.strip_suffix(b"-")).unwrap_or(named);
    let word = |bytes: &'_ [u8]| bytes.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
    let name = named.get(named.len() - word(named)..).unwrap_or_default();
    if digits > 0 {
        // "RFC2821 4.1.3", "RFC 5321 4.5.3".
        return name.eq_ignore_ascii_case(b"rfc");
    }
    // Subjects so high stand only in codes that a server made up, and those stand with a reply or a label.
    const LABELS: &[&str] = &["code", "dsn", "error", "said", "smtp", "status"];
    let is_one_of = |names: &[&str]| names.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(name));
    is_one_of(NAMES) || (code.subject > 9 && !name.is_empty() && !is_one_of(LABELS))
}

/// Whether a three-digit reply code ends what stands in front of a separator and a status code, but for a few blanks.
fn ends_in_reply_code(mut before: &[u8]) -> bool {
    for _ in 0..4 {
        let [rest @ .., b' ' | b'\t'] = before else { break };
        before = rest;
    }
    let [rest @ .., b'2' | b'4' | b'5', b'0'..=b'9', b'0'..=b'9'] = before else { return false };
    !rest.last().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b':'))
}

fn code_may_end(bytes: &[u8], end: usize) -> bool {
    match bytes.get(end) {
        None => true,
        Some(b'.' | b':' | b'-' | b'/' | b'@') => {
            !bytes.get(end + 1).is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'*' | b':'))
        }
        Some(b) => !b.is_ascii_alphanumeric() && *b < 0x80,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn codes(text: &str) -> Vec<String> {
        find_codes(text).map(|f| f.code.to_string()).collect()
    }

    #[test]
    fn numbers_that_only_look_like_codes() {
        for text in [
            "192.5.1.10",
            "relay[5.1.1]",
            "Exim 4.99.5x",
            "id 15.20.5.7.1",
            "v5.1.1",
            "10:5.1.1",
            "fe80::5.1.1",
            "5.1.1.7",
            "5.1.1234",
            "mx-5.1.1",
            "5.1.1@host",
            "4.16.55.1",
            "OpenSSL/5.1.1",
            "(See RFC2821 4.1.3)",
            "as RFC 5321 4.5.3 says",
            "RFC 5321 section 4.1.4",
            "Exim 4.92.3",
            "ID by Postfix (2.11.3)",
            "PHPMailer version 5.2.22",
            "\"version\": \"5.2.1\"",
            "^4.1.2",
            ">=2.0.1",
            "?v=5.1.1",
            "5.1.1.*",
        ] {
            assert_eq!(codes(text), [""; 0], "{text}");
        }
    }

    #[test]
    fn codes_in_their_usual_places() {
        for (text, want) in [
            ("550 5.1.1 no", "5.1.1"),
            ("550-5.1.1 no", "5.1.1"),
            ("#5.7.1 smtp;", "5.7.1"),
            ("(#5.1.1)", "5.1.1"),
            ("(5.7.509)", "5.7.509"),
            ("5.1.1: no", "5.1.1"),
            ("Status:5.1.1", "5.1.1"),
            ("ends with 4.4.7.", "4.4.7"),
            ("smtp;550 5.7.606 x", "5.7.606"),
            ("Error: 5.7.57 Client not authenticated", "5.7.57"),
            ("=5.2.0 no", "5.2.0"),
            ("\"5.2.0 STOREDRV.Deliver", "5.2.0"),
            ("dsn=5.1.1, status=bounced", "5.1.1"),
            ("said: 550 5.99.1 ours", "5.99.1"),
            ("the postmaster said 5.1.1", "5.1.1"),
        ] {
            assert_eq!(codes(text), [want], "{text}");
        }
    }

    proptest! {
        #[test]
        fn display_and_parse_agree(class in prop::sample::select(vec![2u8, 4, 5]), subject in 0u16..1000, detail in 0u16..1000) {
            let code = StatusCode::new(class, subject, detail).unwrap();
            prop_assert_eq!(code.to_string().parse::<StatusCode>().unwrap(), code);
            prop_assert_eq!(codes(&format!("550 {code} x")), vec![code.to_string()]);
        }

        #[test]
        fn a_range_holds_exactly_its_codes(class in prop::sample::select(vec!['2', '4', '5', 'X']), subject in 0u16..1000, a in 0u16..999, len in 1u16..200, probe in 0u16..1000) {
            let b = (a + len).min(999);
            let text = format!("{class}.{subject}.{a}-{b}");
            let pattern: CodePattern = text.parse().unwrap();
            prop_assert_eq!(pattern.to_string(), text);
            let code = StatusCode::new(5, subject, probe).unwrap();
            prop_assert_eq!(pattern.matches(code), matches!(class, '5' | 'X') && (a..=b).contains(&probe));
            prop_assert_eq!(pattern.width(), u32::from(b - a) + 1);
        }

        #[test]
        fn any_text_is_scanned_without_panic(text in ".{0,200}") {
            for found in find_codes(&text) {
                prop_assert_eq!(text.get(found.span.0..found.span.1).unwrap().parse::<StatusCode>().unwrap(), found.code);
            }
        }
    }
}
