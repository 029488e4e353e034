//! Running over text faster than the standard library's general tools do.

pub(crate) mod address;
pub(crate) mod search;

use std::borrow::Cow;

/// The lines of a text without their ends, as `str::lines` gives them.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((line, behind)) = cut(rest, b'\n') else { return Some(std::mem::take(&mut rest)) };
        rest = behind;
        Some(line.strip_suffix('\r').unwrap_or(line))
    })
}

/// What stands in front of the first `byte`, which must be ASCII, and what stands behind it.
#[inline]
pub(crate) fn cut(text: &str, byte: u8) -> Option<(&str, &str)> {
    let at = memchr::memchr(byte, text.as_bytes())?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// A text without blanks around it, as `str::trim` gives it. Most lines have none, and few have others than ASCII's.
#[inline]
pub(crate) fn trim(text: &str) -> &str {
    let is_bare = |text: &str| matches!(text.as_bytes(), [] | [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~']);
    if is_bare(text) {
        return text;
    }
    let inner = text.trim_ascii();
    if is_bare(inner) { inner } else { inner.trim() }
}

/// A row of a table in Markdown: cells between bars.
pub(crate) fn is_table_row(line: &str) -> bool {
    let line = trim(line);
    line.len() > 2 && line.starts_with('|') && line.ends_with('|')
}

/// What of a text stands from byte `at` on. Nothing, where no character begins there.
#[inline]
pub(crate) fn from(text: &str, at: usize) -> &str {
    text.get(at..).unwrap_or_default()
}

/// What of a text stands in front of byte `at`. Nothing, where no character begins there.
#[inline]
pub(crate) fn upto(text: &str, at: usize) -> &str {
    text.get(..at).unwrap_or_default()
}

/// What of a text stands between two bytes. Nothing, where no character begins at one of them.
#[inline]
pub(crate) fn between(text: &str, from: usize, to: usize) -> &str {
    text.get(from..to).unwrap_or_default()
}

/// The last place up to byte `at` where a character begins.
pub(crate) fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The first place from byte `at` on where a character begins, or the end.
pub(crate) fn ceil(text: &str, at: usize) -> usize {
    (at..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// At most `limit` bytes of a text, cut between characters.
pub(crate) fn cap(text: &str, limit: usize) -> &str {
    upto(text, floor(text, limit))
}

/// Cuts a text to at most `limit` bytes, between characters.
pub(crate) fn truncate(text: &mut Cow<'_, str>, limit: usize) {
    match text {
        Cow::Borrowed(text) => *text = cap(text, limit),
        Cow::Owned(text) => text.truncate(floor(text, limit)),
    }
}

/// Where in `whole` its slice `part` begins.
pub(crate) fn offset(whole: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(whole.as_ptr() as usize)
}

/// Where the line around byte `at` begins, and where the next one does.
pub(crate) fn line_at(text: &str, at: usize) -> (usize, usize) {
    let (before, after) = text.as_bytes().split_at_checked(at).unwrap_or((text.as_bytes(), &[]));
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    (start, memchr::memchr(b'\n', after).map_or(text.len(), |end| at + end + 1))
}

/// Bytes as text; what is no UTF-8 becomes U+FFFD.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // Nearly all mail is valid, and checking is faster than repairing.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_are_those_of_the_standard_library(text in "[ab\r\n]{0,20}") {
            prop_assert_eq!(super::lines(&text).collect::<Vec<_>>(), text.lines().collect::<Vec<_>>());
        }

        #[test]
        fn trimmed_is_what_the_standard_library_trims(text in "[a \t\n\u{b}\u{a0}\u{3000}]{0,8}") {
            prop_assert_eq!(super::trim(&text), text.trim());
        }

        #[test]
        fn cut_is_split_once(text in "[aé:]{0,8}") {
            prop_assert_eq!(super::cut(&text, b':'), text.split_once(':'));
        }
    }
}
