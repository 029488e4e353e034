//! The YAML of catalog.yaml as it is written: one struct per shape, closed against unknown fields.
//!
//! Values with a grammar of their own (codes, names, dates) are checked while they are read, so that serde_yaml's
//! error points at the very scalar.

use ndr_resolve::{Actor, Category, CodePattern, Command, Party, ProviderKind, Retry, Suppress, Trust};
use serde::de::{Deserialize, Deserializer, Error, Visitor};
use std::fmt;

/// One item of `providers:`.
#[derive(serde::Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawProvider {
    pub(crate) id: Slug,
    pub(crate) name: String,
    pub(crate) kind: Option<Word<ProviderKind>>,
    #[serde(default)]
    pub(crate) hosts: Vec<String>,
    #[serde(default)]
    pub(crate) marks: Vec<String>,
}

/// One item of `entries:`.
#[derive(serde::Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawEntry {
    pub(crate) slug: Slug,
    pub(crate) provider: Slug,
    pub(crate) title: String,
    pub(crate) codes: Vec<Code>,
    #[serde(default)]
    pub(crate) replies: Vec<ReplyCode>,
    #[serde(default)]
    pub(crate) texts: Vec<String>,
    pub(crate) category: Word<Category>,
    pub(crate) about: Option<Word<Party>>,
    pub(crate) after: Option<Word<Command>>,
    pub(crate) needs_host: Option<String>,
    pub(crate) act: Option<Vec<Word<Actor>>>,
    pub(crate) permanent: Option<bool>,
    pub(crate) suppress: Option<Word<Suppress>>,
    pub(crate) retry: Option<Word<Retry>>,
    #[serde(default)]
    pub(crate) security: bool,
    #[serde(default)]
    pub(crate) wrapper: bool,
    pub(crate) meaning: String,
    pub(crate) steps: RawSteps,
    #[serde(default)]
    pub(crate) limits: Vec<RawLimit>,
    #[serde(default)]
    pub(crate) links: Vec<String>,
    pub(crate) examples: Vec<String>,
    pub(crate) sources: Vec<RawSource>,
    #[serde(default)]
    pub(crate) was: Vec<Slug>,
}

#[derive(serde::Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSteps {
    #[serde(default)]
    pub(crate) sender: Vec<String>,
    #[serde(default)]
    pub(crate) admin: Vec<String>,
}

#[derive(serde::Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawLimit {
    pub(crate) text: String,
    pub(crate) as_of: Date,
}

#[derive(serde::Deserialize, Debug)]
#[serde(deny_unknown_fields)]
pub(crate) struct RawSource {
    pub(crate) name: String,
    pub(crate) url: Option<String>,
    pub(crate) checked: Date,
    pub(crate) trust: Word<Trust>,
}

/// Reads a scalar through `parse`; an error then points at the scalar.
fn scalar<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &'static str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, D::Error> {
    struct Scalar<F>(&'static str, F);
    impl<T, F: Fn(&str) -> Result<T, String>> Visitor<'_> for Scalar<F> {
        type Value = T;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0)
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            (self.1)(text).map_err(E::custom)
        }
    }
    deserializer.deserialize_str(Scalar(expected, parse))
}

/// A kebab-case name.
#[derive(Debug)]
pub(crate) struct Slug(pub(crate) String);

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a name in kebab-case", |text| {
            let tidy = !text.is_empty()
                && text.len() <= 60
                && text.starts_with(|c: char| c.is_ascii_lowercase())
                && !text.ends_with('-')
                && !text.contains("--")
                && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            if tidy {
                Ok(Slug(text.to_string()))
            } else {
                Err(format!(
                    "`{text}` is not kebab-case: lower-case letters, digits and single hyphens, 60 at most, a letter first"
                ))
            }
        })
    }
}

/// A code pattern.
#[derive(Debug)]
pub(crate) struct Code(pub(crate) CodePattern);

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a code in quotes, as in \"5.7.1\"", |text| {
            text.parse().map(Code).map_err(|error: ndr_resolve::CodeError| error.to_string())
        })
    }
}

/// An SMTP reply code.
#[derive(Debug)]
pub(crate) struct ReplyCode(pub(crate) u16);

impl<'de> Deserialize<'de> for ReplyCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = u16::deserialize(deserializer)?;
        if (200..=599).contains(&code) {
            Ok(ReplyCode(code))
        } else {
            Err(D::Error::custom(format!("{code} is not an SMTP reply code; they run from 200 to 599")))
        }
    }
}

/// A date, `YYYY-MM-DD`.
#[derive(Debug)]
pub(crate) struct Date(pub(crate) String);

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, "a date as YYYY-MM-DD", |text| {
            let bytes = text.as_bytes();
            let shaped = bytes.len() == 10
                && bytes.iter().enumerate().all(
                    |(i, b)| {
                        if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() }
                    },
                );
            let number =
                |from: usize, to: usize| text.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or(0);
            if shaped && (1..=12).contains(&number(5, 7)) && (1..=31).contains(&number(8, 10)) {
                Ok(Date(text.to_string()))
            } else {
                Err(format!("`{text}` is not a date; write YYYY-MM-DD, as in 2026-11-23"))
            }
        })
    }
}

/// A word of a closed vocabulary.
#[derive(Debug)]
pub(crate) struct Word<T>(pub(crate) T);

/// The closed vocabularies that the YAML may use.
pub(crate) trait Vocabulary: Copy + 'static {
    const WHAT: &'static str;
    fn all() -> &'static [Self];
    fn name(self) -> &'static str;
}

macro_rules! vocabularies {
    ($($name:ident $what:literal),+) => {$(
        impl Vocabulary for $name {
            const WHAT: &'static str = $what;
            fn all() -> &'static [Self] { $name::ALL }
            fn name(self) -> &'static str { self.slug() }
        }
    )+};
}

vocabularies!(Category "category", Actor "actor", Suppress "value of suppress", Retry "value of retry", Trust "value of trust", Party "value of about", Command "value of after", ProviderKind "kind of provider");

impl<'de, T: Vocabulary> Deserialize<'de> for Word<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        scalar(deserializer, T::WHAT, |text| {
            T::all().iter().find(|value| value.name() == text).map(|value| Word(*value)).ok_or_else(|| {
                let names: Vec<_> = T::all().iter().map(|value| value.name()).collect();
                let near = nearest(text, &names).map_or(".".to_string(), |near| format!("; did you mean `{near}`?"));
                format!("`{text}` is no {}{near} They are: {}", T::WHAT, names.join(", "))
            })
        })
    }
}

/// The name that differs least from `text`, if it is close.
///
/// ```
/// assert_eq!(ndr_catalog::nearest("gmial", &["gmail", "generic"]), Some("gmail"));
/// assert_eq!(ndr_catalog::nearest("xyz", &["gmail", "generic"]), None);
/// ```
pub fn nearest<'n>(text: &str, names: &[&'n str]) -> Option<&'n str> {
    names
        .iter()
        .map(|name| (distance(text, name), *name))
        .filter(|(far, name)| *far <= 2.max(name.len() / 3))
        .min()
        .map(|(_, name)| name)
}

/// Levenshtein distance over bytes.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        // What stands left and above left of the cell that is filled.
        let (mut left, mut corner) = (i + 1, i);
        for (above, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            left = (corner + usize::from(x != y)).min(left + 1).min(*above + 1);
            corner = std::mem::replace(above, left);
        }
    }
    if b.is_empty() { a.len() } else { row.last().copied().unwrap_or_default() }
}
