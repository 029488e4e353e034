//! Masks a message, so that it can be shown to others: addresses, hosts, IP addresses, names, subjects and bodies are
//! replaced, the same one by the same token each time. The structure, the codes and the servers' words stay.
//! At the end a proof is made: the masked message decodes to exactly the masked decode of the message.
//!
//! It lives in the core because it must agree with the readers on where an address begins and where a report's own
//! words end; it uses their code.

mod effort;
mod message;
mod text;
mod tokens;

pub use tokens::Masks;

use crate::{Decoder, Framed, Limits, Report};
use effort::{ATTEMPTS, Effort};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt;
use std::sync::LazyLock;
use text::Words;
use tokens::Tokens;

/// A masked message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Masked {
    /// The message.
    pub bytes: Vec<u8>,
    /// The names and their tokens, in order of appearance: as private as the message itself.
    pub map: Vec<(Masks, String, String)>,
    /// What had to stay as it was, so that the message is still read the same; usually nothing.
    pub kept: Vec<&'static str>,
}

/// Why a message was not masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Where the decode of the masked message differs, as a path into the JSON result, or which name still shows.
    pub field: String,
    /// What it should be.
    pub expected: String,
    /// What it is.
    pub found: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refused { field, expected, found } = self;
        let cut = |text: &str| text.chars().take(200).collect::<String>();
        let (expected, found) = (cut(expected), cut(found));
        write!(f, "the masked message is not read as the message is: {field} is {found} where {expected} is meant")
    }
}

impl std::error::Error for Refused {}

/// Masks messages.
///
/// ```
/// let mail = b"From: mailer-daemon@mx.contoso.com\nTo: mia@contoso.com\nSubject: Undelivered Mail\n\n\
///     <jane@fabrikam.com>: host mx.fabrikam.com[192.0.2.1] said: 550 5.1.1 User unknown\n";
/// let masked = ndr::redact::Redactor::new().redact(mail).unwrap();
/// let text = String::from_utf8(masked.bytes).unwrap();
/// assert!(text.contains("550 5.1.1 User unknown") && !text.contains("jane") && !text.contains("fabrikam"));
/// ```
#[derive(Clone, Debug)]
pub struct Redactor {
    decoder: Decoder,
    limits: Limits,
    keep: Vec<String>,
}

impl Default for Redactor {
    fn default() -> Self {
        Redactor::new()
    }
}

impl Redactor {
    /// Keeps the hosts and addresses that the built-in catalogue names: those of providers, and those in their texts.
    /// They are public, and ndr needs them to find out who refused a message and why.
    pub fn new() -> Redactor {
        static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| tokens::public_names(crate::catalog()));
        Redactor { decoder: Decoder::new(), limits: Limits::default(), keep: NAMES.clone() }
    }

    /// Keeps the hosts and addresses that the decoder's catalogue names, and proves the result with that decoder.
    pub fn of(decoder: Decoder) -> Redactor {
        let keep = tokens::public_names(decoder.catalog());
        Redactor { decoder, limits: Limits::default(), keep }
    }

    /// Keeps a host as it is, or with `*.` in front all below a domain.
    ///
    /// ```
    /// let mail = b"Subject: Undelivered\nFrom: mailer-daemon@example.org\n\n<a@b.example.net>: 550 5.1.1 no\n";
    /// let masked = ndr::redact::Redactor::new().keep("*.example.net").redact(mail).unwrap();
    /// assert!(String::from_utf8(masked.bytes).unwrap().contains("<user1@b.example.net>"));
    /// ```
    #[must_use]
    pub fn keep(mut self, host: &str) -> Redactor {
        self.keep.push(host.to_ascii_lowercase());
        self
    }

    /// Masks a message, or any text that holds what a server said.
    ///
    /// # Errors
    /// When the masked message would be read differently, or when something that was masked still shows in it.
    pub fn redact(&self, bytes: &[u8]) -> Result<Masked, Refused> {
        let bytes = crate::mail::clean(bytes);
        let bytes = bytes.get(..bytes.len().min(self.limits.message_bytes)).unwrap_or_default();
        let decoded = self.decoder.decode_framed(bytes);
        let mut refused = None;
        for (effort, kept) in ATTEMPTS {
            match self.attempt(bytes, &decoded, *effort) {
                Ok((bytes, tokens)) => {
                    return Ok(Masked { bytes, map: tokens.list().to_vec(), kept: kept.to_vec() });
                }
                Err(difference) => refused = refused.or(Some(difference)),
            }
        }
        Err(refused.unwrap_or_else(|| Refused { field: String::new(), expected: String::new(), found: String::new() }))
    }

    fn attempt(&self, bytes: &[u8], decoded: &Framed, effort: Effort) -> Result<(Vec<u8>, Tokens), Refused> {
        let mut tokens = Tokens::new(&self.keep, bytes, effort.tight);
        learn(&mut tokens, &decoded.report);
        // The first pass learns every name, so that the second finds each occurrence.
        message::mask(&mut tokens, bytes, decoded, effort);
        let masked = message::mask(&mut tokens, bytes, decoded, effort);
        self.prove(&mut tokens, &decoded.report, &masked, effort.words)?;
        show_nothing(&tokens, &masked)?;
        Ok((masked, tokens))
    }

    /// The decode of the masked message equals the masked decode of the message, field by field.
    fn prove(&self, tokens: &mut Tokens, report: &Report, masked: &[u8], words: Words) -> Result<(), Refused> {
        let json = |report: &Report| serde_json::to_value(report).unwrap_or_default();
        let (mut expected, found) = (json(report), json(&self.decoder.decode(masked)));
        mask_value(tokens, "", &mut expected, words);
        difference("", &expected, &found).map_or(Ok(()), Err)
    }
}

/// Learns the names in the decode: they occur in the text as well.
fn learn(tokens: &mut Tokens, report: &Report) {
    let original = &report.original;
    for value in [&original.from, &original.to].into_iter().flatten() {
        message::people(tokens, value);
    }
    if let Some(subject) = &original.subject {
        tokens.subject(subject);
    }
    for host in report.recipients.iter().filter_map(|recipient| recipient.remote.as_ref()).chain(&report.generator) {
        tokens.learn_host(host);
    }
}

/// Fields that follow from others: the words of the catalogue, filled with the values that are compared anyway.
const DERIVED: &[&str] = &["meaning", "steps"];

/// Fields that hold words of ndr or of the catalogue, which no message can change.
const OWN: &[&str] = &[
    "kind", "dialect", "action", "status", "command", "slug", "provider", "title", "category", "act", "suppress",
    "retry", "links", "basis", "part", "origin", "others", "code", "date",
];

/// Masks a decode.
fn mask_value(tokens: &mut Tokens, name: &str, value: &mut Value, words: Words) {
    match value {
        Value::String(text) => {
            *text = match name {
                "from" | "to" => message::people(tokens, text),
                "subject" => tokens.subject(text),
                "address" | "original_address" => message::recipient(tokens, text),
                _ => text::text(tokens, text, words),
            };
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask_value(tokens, name, item, words)),
        Value::Object(fields) => {
            let from_message = |name: &str| !DERIVED.contains(&name) && !OWN.contains(&name);
            for (name, value) in fields.iter_mut().filter(|(name, _)| from_message(name)) {
                mask_value(tokens, name, value, words);
            }
        }
        _ => {}
    }
}

/// The first field that differs. Spans count bytes, and masked words have other lengths: there only whether there is one.
fn difference(path: &str, expected: &Value, found: &Value) -> Option<Refused> {
    let refused =
        || Some(Refused { field: path.to_string(), expected: expected.to_string(), found: found.to_string() });
    if path.ends_with(".span") {
        return if expected.is_null() == found.is_null() { None } else { refused() };
    }
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) if left.len() == right.len() => {
            left.iter().filter(|(name, _)| !DERIVED.contains(&name.as_str())).find_map(|(name, value)| {
                difference(&format!("{path}.{name}"), value, right.get(name).unwrap_or(&Value::Null))
            })
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => left
            .iter()
            .zip(right)
            .enumerate()
            .find_map(|(nth, (left, right))| difference(&format!("{path}[{nth}]"), left, right)),
        (left, right) if left == right => None,
        _ => refused(),
    }
}

/// Fails if a masked name is still in the masked message, in its bytes or its decoded parts.
fn show_nothing(tokens: &Tokens, masked: &[u8]) -> Result<(), Refused> {
    let mut shown: Vec<Cow<'_, str>> = vec![String::from_utf8_lossy(masked)];
    shown.extend(message::texts(masked).into_iter().map(Cow::Owned));
    let shown: Vec<String> = shown.iter().map(|text| text.to_lowercase()).collect();
    for (kind, original, token) in tokens.list() {
        let low = original.to_lowercase();
        let telling = match kind {
            Masks::Domain => low.len() >= 5,
            Masks::Ip => true,
            _ => false,
        };
        if telling && !token.to_lowercase().contains(&low) && shown.iter().any(|text| stands_in(tokens, text, &low)) {
            return Err(Refused {
                field: format!("a {} in the text", kind.slug()),
                expected: format!("{token:?}"),
                found: format!("{original:?}"),
            });
        }
    }
    Ok(())
}

fn stands_in(tokens: &Tokens, text: &str, name: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), name.as_bytes()).any(|at| {
        let before = text.get(..at).unwrap_or_default();
        let after = text.get(at + name.len()..).and_then(|text| text.chars().next());
        let joins = |c: char| c.is_alphanumeric() || c == '-' || c == ':';
        // It may be the end of a name that is kept.
        let in_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@' | '+');
        let whole = before.trim_end_matches(in_name).len();
        let kept = text.get(whole..at + name.len()).is_some_and(|whole| tokens.is_kept(whole));
        !before.chars().next_back().is_some_and(joins) && !after.is_some_and(joins) && !kept
    })
}
