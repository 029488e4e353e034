//! Authentication-Results (RFC 8601 section 2.2), in the standard's form and in the forms that servers write.
//!
//! The grammar is our own because no crate reads it: mail-auth writes the field and does not parse it (and brings a
//! resolver and cryptography along), and mail-parser leaves it as unstructured text. Real fields also depart from the
//! standard: Microsoft leaves out the authserv-id, puts `action=` and `reason=` next to the result, and once put bare
//! domains between results; Yahoo writes properties without a type; some servers forget the semicolon.

use crate::header::text::{domain_name, unfold};
use crate::vocabulary::named;

/// Most results that are kept of one field. Honest ones have fewer than ten, a list with many signatures some twenty.
const MOST_RESULTS: usize = 64;
/// Most properties that are kept of one result.
const MOST_PROPERTIES: usize = 32;

named! {
    /// A header field that holds authentication results.
    AuthField {
        /// `Authentication-Results`, added by a server that checked the message.
        Current = "authentication-results",
        /// `Authentication-Results-Original` and its kin: the field of an earlier server, renamed by a later one.
        Original = "authentication-results-original",
        /// `ARC-Authentication-Results` (RFC 8617): what a forwarder saw before it passed the message on.
        Arc = "arc-authentication-results",
    }
}

impl AuthField {
    pub(crate) fn of(name: &str) -> Option<AuthField> {
        const NAMES: &[(&str, AuthField)] = &[
            ("authentication-results", AuthField::Current),
            ("authentication-results-original", AuthField::Original),
            ("original-authentication-results", AuthField::Original),
            ("x-original-authentication-results", AuthField::Original),
            ("arc-authentication-results", AuthField::Arc),
        ];
        NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, field)| *field)
    }
}

named! {
    /// The result of a check, as RFC 8601 section 2.7 and Microsoft name them.
    Outcome {
        /// The check passed.
        Pass = "pass",
        /// The check failed.
        Fail = "fail",
        /// SPF: the address is probably not permitted (`~all`).
        SoftFail = "softfail",
        /// The record says neither yes nor no; DKIM: a signature that could not be judged.
        Neutral = "neutral",
        /// Nothing to check: no record, or no signature.
        None = "none",
        /// A passing error, such as a DNS time-out.
        TempError = "temperror",
        /// A lasting error, such as a record that cannot be read.
        PermError = "permerror",
        /// DKIM: signed, but the signature did not meet the receiver's rules.
        Policy = "policy",
        /// Microsoft: the domain has no DMARC record; with a usual one the message would have passed.
        BestGuessPass = "bestguesspass",
        /// Microsoft's composite authentication: passed with little confidence.
        SoftPass = "softpass",
        /// A word that is none of these.
        Other = "other",
    }
}

impl Outcome {
    /// The result that a word names. Case does not matter; older and proprietary words are mapped to today's.
    ///
    /// ```
    /// use ndr::trace::Outcome;
    /// assert_eq!(Outcome::of("SoftFail"), Outcome::SoftFail);
    /// assert_eq!(Outcome::of("hardfail"), Outcome::Fail);
    /// assert_eq!(Outcome::of("timeout"), Outcome::TempError);
    /// ```
    pub fn of(word: &str) -> Outcome {
        const OLDER: &[(&str, Outcome)] = &[
            ("hardfail", Outcome::Fail),
            ("failed", Outcome::Fail),
            ("error", Outcome::TempError),
            ("timeout", Outcome::TempError),
            ("unknown", Outcome::PermError),
            ("discard", Outcome::Fail),
            ("nxdomain", Outcome::Fail),
        ];
        let known = Outcome::ALL.iter().find(|outcome| outcome.slug().eq_ignore_ascii_case(word));
        let older = OLDER.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, outcome)| outcome);
        *known.or(older).unwrap_or(&Outcome::Other)
    }
}

/// One property of a result: what was checked, or how.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Property {
    /// Its type: `smtp`, `header`, `body`, `policy`; empty where the server wrote none. Lower case.
    #[cfg_attr(feature = "serde", serde(rename = "type"))]
    pub kind: String,
    /// Its name, such as `mailfrom`. Lower case.
    pub name: String,
    /// Its value, without quotes.
    pub value: String,
}

/// What one method found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct MethodResult {
    /// The method in lower case: `spf`, `dkim`, `dmarc`, `arc`, `compauth` and others (RFC 8601 section 2.7).
    pub method: String,
    /// The result as a closed vocabulary.
    pub outcome: Outcome,
    /// The result as written, in lower case.
    pub result: String,
    /// `reason=`: words, or for `compauth` a code of three digits.
    pub reason: Option<String>,
    /// `action=` of Microsoft's DMARC results.
    pub action: Option<String>,
    /// The comments in brackets, joined by a semicolon; some servers put the reason there.
    pub comment: Option<String>,
    /// The properties, in order.
    pub properties: Vec<Property>,
}

impl MethodResult {
    /// The first property of a name such as `smtp.mailfrom`; `None` if it is missing or empty.
    ///
    /// ```
    /// use ndr::trace::AuthResults;
    /// let field = AuthResults::parse("mx.example.com; spf=pass smtp.mailfrom=a@example.net");
    /// assert_eq!(field.results[0].property("smtp.mailfrom"), Some("a@example.net"));
    /// assert_eq!(field.results[0].property("smtp.helo"), None);
    /// ```
    pub fn property(&self, name: &str) -> Option<&str> {
        let (kind, name) = name.split_once('.').unwrap_or(("", name));
        let found = self.properties.iter().find(|property| property.kind == kind && property.name == name)?;
        Some(found.value.as_str()).filter(|value| !value.is_empty())
    }

    /// The first property that is there, of several names.
    pub(crate) fn any_property(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.property(name))
    }

    fn new(method: &str, result: &str) -> MethodResult {
        let result = result.trim_end_matches(',').to_ascii_lowercase();
        MethodResult {
            method: method.to_string(),
            outcome: Outcome::of(&result),
            result,
            reason: None,
            action: None,
            comment: None,
            properties: Vec::new(),
        }
    }

    fn add_comment(&mut self, comment: &str) {
        let comment = comment.trim();
        if comment.is_empty() {
            return;
        }
        match &mut self.comment {
            Some(known) => {
                known.push_str("; ");
                known.push_str(comment);
            }
            empty => *empty = Some(comment.to_string()),
        }
    }

    fn add_property(&mut self, key: &str, value: String) {
        if self.properties.len() < MOST_PROPERTIES {
            let (kind, name) = key.split_once('.').unwrap_or(("", key));
            self.properties.push(Property { kind: kind.to_string(), name: name.to_string(), value });
        }
    }
}

/// One header field of authentication results.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct AuthResults {
    /// Which field it is.
    pub field: AuthField,
    /// Its place among the header fields, counted from 0 at the top. The topmost field is the newest.
    pub position: usize,
    /// The instance of an ARC set, 1 to 50 (`i=`, RFC 8617 section 4.2.1).
    pub instance: Option<u32>,
    /// The server that checked (authserv-id); `None` in Microsoft's form, which leaves it out.
    pub server: Option<String>,
    /// What the methods found, in order; empty if nothing was checked.
    pub results: Vec<MethodResult>,
    /// Whether the verdict rests on this field.
    pub trusted: bool,
    /// The field on one line.
    pub text: String,
}

impl AuthResults {
    /// Reads the value of a field, folded or not. Anything gives a result, if an empty one.
    ///
    /// ```
    /// use ndr::trace::{AuthResults, Outcome};
    /// let field = AuthResults::parse(
    ///     "spf=none (sender IP is 203.0.113.7)\r\n smtp.mailfrom=contoso.com; dkim=none (message not signed)\r\n \
    ///      header.d=none;dmarc=fail action=oreject\r\n header.from=example.com;compauth=fail reason=000",
    /// );
    /// assert_eq!(field.server, None);
    /// let dmarc = &field.results[2];
    /// assert_eq!((dmarc.outcome, dmarc.action.as_deref()), (Outcome::Fail, Some("oreject")));
    /// assert_eq!(field.results[3].reason.as_deref(), Some("000"));
    /// ```
    pub fn parse(value: &str) -> AuthResults {
        read(AuthField::Current, 0, value.as_bytes())
    }

    /// The first result of a method.
    ///
    /// ```
    /// use ndr::trace::AuthResults;
    /// let field = AuthResults::parse("mx.example.com; dkim=fail; dkim=pass; dmarc=pass");
    /// assert_eq!(field.method("dkim").unwrap().result, "fail");
    /// ```
    pub fn method(&self, name: &str) -> Option<&MethodResult> {
        self.results.iter().find(|result| result.method == name)
    }
}

/// Reads one field.
pub(crate) fn read(field: AuthField, position: usize, raw: &[u8]) -> AuthResults {
    let text = unfold(raw);
    let mut reader = Reader::default();
    let mut scanner = Scanner { rest: &text, unbalanced: false };
    while let Some(token) = scanner.next() {
        reader.take(token);
    }
    reader.finish();
    let Reader { instance, server, results, .. } = reader;
    AuthResults { field, position, instance, server, results, trusted: false, text }
}

/// Methods that are known by name, so that a missing semicolon before them does no harm.
const METHODS: &[&str] = &[
    "spf",
    "dkim",
    "dmarc",
    "arc",
    "compauth",
    "auth",
    "iprev",
    "domainkeys",
    "sender-id",
    "dkim-adsp",
    "dkim-atps",
    "bimi",
    "vbr",
    "rrvs",
    "smime",
    "dnswl",
    "x-hmca",
];

fn is_method(name: &str) -> bool {
    METHODS.contains(&name)
}

enum Token<'v> {
    Semicolon,
    Word(&'v str),
    Pair(&'v str, String),
    Comment(&'v str),
}

#[derive(Default)]
struct Reader {
    instance: Option<u32>,
    server: Option<String>,
    results: Vec<MethodResult>,
    /// The result that properties and comments belong to.
    current: Option<MethodResult>,
    /// Properties that precede their result.
    waiting: Vec<(String, String)>,
    /// Whether anything but `i=` was seen.
    begun: bool,
    /// Whether the next word begins a part between semicolons.
    part_start: bool,
}

impl Reader {
    fn take(&mut self, token: Token<'_>) {
        match token {
            Token::Semicolon => {
                self.part_start = true;
                return;
            }
            Token::Comment(comment) => {
                if let Some(current) = &mut self.current {
                    current.add_comment(comment);
                }
                return;
            }
            Token::Word(word) => {
                // Only the first word names the server; Microsoft's older form has the recipient's domain between
                // results.
                if !self.begun {
                    self.server = Some(word.to_string());
                }
            }
            Token::Pair(key, value) => self.pair(&key.to_ascii_lowercase(), value),
        }
        self.begun |= self.instance.is_none() || self.server.is_some() || self.current.is_some();
        self.part_start = false;
    }

    fn pair(&mut self, key: &str, value: String) {
        let name = key.split('/').next().unwrap_or(key);
        if key == "i" && !self.begun && self.instance.is_none() {
            self.instance = value.parse().ok();
            return;
        }
        let unknown_method = (self.part_start || self.current.is_none())
            && !name.contains('.')
            && !matches!(name, "reason" | "action")
            && Outcome::of(&value) != Outcome::Other;
        if is_method(name) || unknown_method {
            self.finish();
            let mut result = MethodResult::new(name, &value);
            for (key, value) in self.waiting.drain(..) {
                result.add_property(&key, value);
            }
            self.current = Some(result);
            return;
        }
        match &mut self.current {
            // Yahoo's `from=` before a result is that result's.
            Some(_) if self.part_start && key == "from" => self.wait(key, value),
            Some(current) => match key {
                "reason" => current.reason = Some(value),
                "action" => current.action = Some(value.to_ascii_lowercase()),
                _ => current.add_property(key, value),
            },
            None => self.wait(key, value),
        }
    }

    fn wait(&mut self, key: &str, value: String) {
        if self.waiting.len() < MOST_PROPERTIES {
            self.waiting.push((key.to_string(), value));
        }
    }

    fn finish(&mut self) {
        if let Some(done) = self.current.take()
            && self.results.len() < MOST_RESULTS
        {
            self.results.push(done);
        }
    }
}

/// Cuts a value into tokens in one pass. All delimiters are ASCII, so every cut is between characters.
struct Scanner<'v> {
    rest: &'v str,
    /// Whether a comment without an end was met. From then on a comment ends where anything ends, so that no bracket
    /// is looked for twice.
    unbalanced: bool,
}

impl<'v> Scanner<'v> {
    fn next(&mut self) -> Option<Token<'v>> {
        loop {
            self.skip_blanks();
            let first = *self.rest.as_bytes().first()?;
            match first {
                b';' => {
                    self.advance(1);
                    return Some(Token::Semicolon);
                }
                b'(' => return Some(Token::Comment(self.comment())),
                b')' | b'=' | b',' => self.advance(1),
                b'"' => {
                    let raw = self.quoted();
                    return Some(Token::Word(raw.trim_matches('"')));
                }
                _ => {
                    let word = self.run(b"=");
                    self.skip_blanks();
                    if self.rest.starts_with('=') {
                        self.advance(1);
                        return Some(Token::Pair(word, self.value()));
                    }
                    return Some(Token::Word(word));
                }
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t']);
    }

    /// Characters up to a blank, a semicolon, a bracket, or one of `also`.
    fn run(&mut self, also: &[u8]) -> &'v str {
        let ends = |byte: &u8| matches!(byte, b' ' | b'\t' | b';' | b'(' | b')') || also.contains(byte);
        let len = self.rest.bytes().position(|byte| ends(&byte)).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        word
    }

    /// A quoted string with its quotes; without an end it goes on to the end.
    fn quoted(&mut self) -> &'v str {
        let mut escaped = false;
        let end = self.rest.bytes().skip(1).position(|byte| {
            let closes = byte == b'"' && !escaped;
            escaped = byte == b'\\' && !escaped;
            closes
        });
        let len = end.map_or(self.rest.len(), |end| end + 2);
        let (word, rest) = self.rest.split_at_checked(len).unwrap_or((self.rest, ""));
        self.rest = rest;
        word
    }

    fn value(&mut self) -> String {
        let before = self.rest;
        self.skip_blanks();
        let had_blank = before.len() != self.rest.len();
        if self.rest.starts_with('"') {
            let quoted = self.quoted();
            let more = self.run(b"");
            // A quoted local part keeps its quotes: without them the address would be another.
            return if more.is_empty() { unquote(quoted) } else { format!("{quoted}{more}") };
        }
        let value = self.run(b"");
        // `smtp.helo= dkim=pass`: the value is empty, and what follows the blank is the next pair.
        if had_blank
            && let Some((key, _)) = value.split_once('=')
            && (is_method(key) || is_property(key))
        {
            self.rest = before;
            return String::new();
        }
        value.trim_end_matches(',').to_string()
    }

    /// The inside of a comment, with any comments in it.
    fn comment(&mut self) -> &'v str {
        let mut depth = 0usize;
        let mut escaped = false;
        let mut end = None;
        if !self.unbalanced {
            end = self.rest.bytes().position(|byte| {
                match byte {
                    _ if escaped => {
                        escaped = false;
                        return false;
                    }
                    b'\\' => escaped = true,
                    b'(' => depth += 1,
                    b')' => depth -= 1,
                    _ => {}
                }
                depth == 0
            });
            self.unbalanced = end.is_none();
        }
        if self.unbalanced {
            end = self.rest.find([')', ';']);
        }
        let end = end.unwrap_or(self.rest.len());
        let inside = self.rest.get(1..end).unwrap_or_default();
        // A semicolon that ended it is still a semicolon.
        let closed = self.rest.as_bytes().get(end) == Some(&b')');
        self.advance(end + usize::from(closed));
        inside
    }
}

fn is_property(key: &str) -> bool {
    let kind = key.split_once('.').map(|(kind, _)| kind).unwrap_or_default();
    matches!(kind, "smtp" | "header" | "policy" | "body" | "arc" | "dns")
}

fn unquote(quoted: &str) -> String {
    let inside = quoted.strip_prefix('"').unwrap_or(quoted);
    let inside = inside.strip_suffix('"').unwrap_or(inside);
    let mut out = String::with_capacity(inside.len());
    let mut escaped = false;
    for c in inside.chars() {
        if c == '\\' && !escaped {
            escaped = true;
            continue;
        }
        escaped = false;
        out.push(c);
    }
    out
}

/// The IP address that a comment or `smtp.client-ip` names as the one that was checked.
pub(crate) fn client_ip(result: &MethodResult) -> Option<String> {
    let stated = result.any_property(&["smtp.client-ip", "smtp.remote-ip", "policy.iprev"]);
    if let Some(ip) = stated.and_then(as_ip) {
        return Some(ip);
    }
    // "(sender IP is 203.0.113.7)", "(domain of a@example.com designates 203.0.113.7 as permitted sender)".
    let comment = result.comment.as_deref()?;
    comment.split([' ', ';', ',', '[', ']', '(', ')']).find_map(as_ip)
}

pub(crate) fn as_ip(word: &str) -> Option<String> {
    let word = word.trim_matches(['[', ']', '"', '<', '>']);
    let word = word.strip_prefix("IPv6:").unwrap_or(word);
    word.parse::<std::net::IpAddr>().ok().map(|ip| ip.to_string())
}

/// The domain in a property that may be an address, a domain, `<>` or `none`.
pub(crate) fn property_domain(value: &str) -> Option<String> {
    if value.eq_ignore_ascii_case("none") {
        return None;
    }
    crate::header::text::domain_of(value).filter(|domain| domain_name(domain).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn results(value: &str) -> Vec<(String, String)> {
        AuthResults::parse(value).results.into_iter().map(|result| (result.method, result.result)).collect()
    }

    #[test]
    fn the_standard_form() {
        let field = AuthResults::parse(
            "example.com 1; spf=pass (a (nested; \\) one)) smtp.mailfrom=\"a b\"@example.net;\r\n\
             \tdkim/1=fail reason=\"bad; signature\" (1024-bit key; unprotected) header.i=@example.net header.b=ab+/=",
        );
        assert_eq!(field.server.as_deref(), Some("example.com"));
        assert_eq!(field.results.len(), 2);
        let (spf, dkim) = (&field.results[0], &field.results[1]);
        assert_eq!(spf.property("smtp.mailfrom"), Some("\"a b\"@example.net"));
        assert_eq!(spf.comment.as_deref(), Some("a (nested; \\) one)"));
        assert_eq!(dkim.method, "dkim");
        assert_eq!(dkim.reason.as_deref(), Some("bad; signature"));
        assert_eq!(dkim.property("header.b"), Some("ab+/="));
        assert!(AuthResults::parse("example.com; none").results.is_empty());
    }

    #[test]
    fn other_servers_forms() {
        // Microsoft, older form: the recipient's domain comes between results.
        let field = AuthResults::parse(
            "spf=pass (sender IP is 203.0.113.7) smtp.helo=mx.example.com; contoso.com; dkim=none (message not \
             signed) header.d=none;contoso.com; dmarc=pass action=none header.from=example.com;",
        );
        assert_eq!(field.server, None);
        assert_eq!(field.results.len(), 3);
        assert_eq!(client_ip(&field.results[0]).as_deref(), Some("203.0.113.7"));
        assert_eq!(field.results[2].action.as_deref(), Some("none"));
        // Yahoo: properties without a type, before the result.
        let field = AuthResults::parse(
            "mta1.example.com from=example.net; domainkeys=neutral (no sig); from=example.org; dkim=permerror (bad sig); header.i=@example.org",
        );
        assert_eq!(field.results.len(), 2);
        assert_eq!(field.results[0].property("from"), Some("example.net"));
        assert_eq!(field.results[1].property("from"), Some("example.org"));
        assert_eq!(field.results[1].property("header.i"), Some("@example.org"));
        // A forgotten semicolon.
        assert_eq!(
            results("a.example.com; dkim=pass (x) header.d=b.example dkim=fail (y) header.d=c.example"),
            [("dkim".into(), "pass".into()), ("dkim".into(), "fail".into())]
        );
        // An empty value.
        let field = AuthResults::parse("spf=none (sender IP is ) smtp.mailfrom= dkim=none header.d=none; dmarc=none");
        assert_eq!(field.results.len(), 3);
        assert_eq!(field.results[0].property("smtp.mailfrom"), None);
        // Cisco: words of its own between results.
        let field = AuthResults::parse(
            "esa1.example.net; spf=None smtp.pra=a@example.com; spf=Pass smtp.mailfrom=b@example.com; \
             x-sender=\"b@example.com\"; x-record-type=\"v=spf1\"; dmarc=pass (p=reject dis=none) d=example.com",
        );
        assert_eq!(
            field.results.iter().map(|result| result.method.as_str()).collect::<Vec<_>>(),
            ["spf", "spf", "dmarc"]
        );
        assert_eq!(field.results[2].property("d"), Some("example.com"));
        // ARC.
        let field = read(AuthField::Arc, 3, b"i=2; mx.microsoft.com 1; spf=pass smtp.mailfrom=a.example; arc=pass (0 oda=1 ltdi=1 spf=[1,1,smtp.mailfrom=a.example])");
        assert_eq!((field.instance, field.server.as_deref()), (Some(2), Some("mx.microsoft.com")));
        assert_eq!(field.results.len(), 2);
        assert_eq!(
            results("example.com; x-new=pass; spf=softfail"),
            [("x-new".into(), "pass".into()), ("spf".into(), "softfail".into())]
        );
    }

    #[test]
    fn brackets_without_end_swallow_one_result_at_most() {
        assert_eq!(
            results("a.example.com; spf=fail (oops smtp.mailfrom=x; dkim=pass (fine); dmarc=fail"),
            [("spf".into(), "fail".into()), ("dkim".into(), "pass".into()), ("dmarc".into(), "fail".into())]
        );
    }
}
