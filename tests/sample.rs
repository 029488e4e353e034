//! What the tests over samples share. No test of its own.

use std::path::Path;

/// The bytes of a sample. Samples have LF line ends.
pub(crate) fn read(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(!bytes.contains(&b'\r'), "{}: samples have LF line ends", path.display());
    bytes
}

/// The same message with the other line ends.
pub(crate) fn with_other_line_ends(lf: &[u8]) -> [(&'static str, Vec<u8>); 2] {
    let replaced = |end: &[u8]| lf.split(|b| *b == b'\n').collect::<Vec<_>>().join(end);
    [("CRLF", replaced(b"\r\n")), ("CR", replaced(b"\r"))]
}

/// A terminal of 80 columns holds every line but those that must stay in one piece.
pub(crate) fn fits(path: &Path, text: &str, stays_whole: impl Fn(&str) -> bool) {
    for line in text.lines().filter(|line| !stays_whole(line)) {
        let width = unicode_width::UnicodeWidthStr::width(line);
        assert!(width <= 80, "{}: {width} columns: {line}", path.display());
    }
}
