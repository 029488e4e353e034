//! Running over text faster than the standard library's general tools do.

use std::borrow::Cow;

/// The lines of a text without their ends, as `str::lines` gives them.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    let mut from = 0;
    let ends = memchr::memchr_iter(b'\n', text.as_bytes()).map(|end| end + 1).chain(std::iter::once(text.len()));
    ends.filter_map(move |to| {
        let line = text.get(from..to).filter(|line| !line.is_empty())?;
        from = to;
        let Some(line) = line.strip_suffix('\n') else { return Some(line) };
        Some(line.strip_suffix('\r').unwrap_or(line))
    })
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
    }
}
