//! The outline of a message: where its parts begin and end. Nearly every report is plainly built, and then its parts
//! need no parser: they are slices of the message. What is oddly built is left to mail-parser, part by part or as a
//! whole.

use crate::mail::headers::{Block, Headers};
use crate::mail::transfer::Encoding;
use crate::text;
use memchr::memmem;
use std::sync::LazyLock;

/// A leaf of the tree of parts.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leaf<'x> {
    /// Media type and subtype as written; `text` and `plain` where nothing says so.
    pub(crate) mime: (&'x str, &'x str),
    /// The part, header and all.
    pub(crate) whole: &'x [u8],
    /// Its content, as it stands in the message.
    pub(crate) body: &'x [u8],
    pub(crate) encoding: Encoding,
    pub(crate) charset: Option<&'x str>,
}

/// How a multipart lies in others; nobody nests deeper for a reason.
const DEEPEST: usize = 8;

/// The fields of a header that say how its body is to be read.
#[derive(Clone, Copy, Default)]
struct Fields<'x> {
    content_type: Option<&'x [u8]>,
    /// Whether there is a second Content-Type.
    again: bool,
    encoding: Option<&'x [u8]>,
}

impl<'x> Fields<'x> {
    fn of(fields: impl Iterator<Item = (&'x [u8], &'x [u8])>) -> Fields<'x> {
        let mut found = Fields::default();
        for (name, value) in fields {
            match name.len() {
                12 if name.eq_ignore_ascii_case(b"content-type") => {
                    found.again = found.content_type.is_some();
                    found.content_type = found.content_type.or(Some(value));
                }
                25 if name.eq_ignore_ascii_case(b"content-transfer-encoding") => {
                    found.encoding = found.encoding.or(Some(value));
                }
                _ => {}
            }
        }
        found
    }
}

/// The leaves of a message, in order; `None` where it is oddly built, or has more than `limit` parts.
pub(crate) fn leaves<'x>(
    bytes: &'x [u8],
    headers: &Headers<'x>,
    header_end: usize,
    limit: usize,
) -> Option<Vec<Leaf<'x>>> {
    let mut found = Vec::with_capacity(4);
    gather(
        bytes,
        Fields::of(headers.fields().iter().map(|field| (field.name, field.value))),
        header_end,
        0,
        limit,
        &mut found,
    )?;
    Some(found)
}

fn gather<'x>(
    whole: &'x [u8],
    fields: Fields<'x>,
    header_end: usize,
    depth: usize,
    limit: usize,
    found: &mut Vec<Leaf<'x>>,
) -> Option<()> {
    let body = after_line(whole, header_end);
    let content = match fields.content_type {
        Some(value) => ContentType::read(value)?,
        None => ContentType { mime: ("text", "plain"), parameters: "" },
    };
    // Of two, mail-parser knows which counts.
    if fields.again || found.len() >= limit {
        return None;
    }
    if content.mime.0.eq_ignore_ascii_case("multipart") {
        if depth >= DEEPEST || content.mime.1.eq_ignore_ascii_case("digest") {
            return None;
        }
        let boundary = content.parameter("boundary")?.filter(|boundary| !boundary.is_empty())?;
        let mut count = 0;
        for part in Parts::new(body, boundary) {
            let part = part?;
            let mut block = Block::new(part);
            let fields = Fields::of(&mut block);
            gather(part, fields, block.read(), depth + 1, limit, found)?;
            count += 1;
        }
        return (count > 0).then_some(());
    }
    let (encoding, charset) = (Encoding::of(fields.encoding), content.parameter("charset")?);
    found.push(Leaf { mime: content.mime, whole, body, encoding, charset });
    Some(())
}

/// What follows the line at `at`.
fn after_line(bytes: &[u8], at: usize) -> &[u8] {
    let rest = bytes.get(at..).unwrap_or_default();
    memchr::memchr(b'\n', rest).and_then(|end| rest.get(end + 1..)).unwrap_or_default()
}

/// A Content-Type field (RFC 2045 section 5.1), as far as it is plainly written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ContentType<'x> {
    pub(crate) mime: (&'x str, &'x str),
    parameters: &'x str,
}

impl<'x> ContentType<'x> {
    /// Reads the value of the field; `None` where it has comments or is no Content-Type.
    pub(crate) fn read(value: &'x [u8]) -> Option<ContentType<'x>> {
        let value = std::str::from_utf8(value).ok()?;
        let (mime, parameters) = text::cut(value, b';').unwrap_or((value, ""));
        let (kind, sub) = text::cut(text::trim(mime), b'/')?;
        let is_token = |text: &str| {
            !text.is_empty()
                && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'.' | b'_'))
        };
        (is_token(kind) && is_token(sub)).then_some(ContentType { mime: (kind, sub), parameters })
    }

    /// The value of a parameter: `Some(None)` where there is none of that name, `None` where the parameters are oddly
    /// written (comments, RFC 2231, escapes in quotes).
    pub(crate) fn parameter(&self, wanted: &str) -> Option<Option<&'x str>> {
        let mut rest = text::trim(self.parameters);
        while !rest.is_empty() {
            let (name, tail) = text::cut(rest, b'=')?;
            let name = text::trim(name);
            if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.')) {
                return None;
            }
            let tail = tail.trim_start();
            let (value, after) = match tail.strip_prefix('"') {
                Some(quoted) => text::cut(quoted, b'"')?,
                None => {
                    let ends = |byte: u8| matches!(byte, b';' | b' ' | b'\t' | b'\r' | b'\n');
                    tail.split_at_checked(tail.bytes().position(ends).unwrap_or(tail.len()))?
                }
            };
            if value.bytes().any(|byte| matches!(byte, b'\\' | b'(' | b'\r' | b'\n')) {
                return None;
            }
            if name.eq_ignore_ascii_case(wanted) {
                return Some(Some(text::trim(value)));
            }
            rest = after.trim_start();
            if !rest.is_empty() {
                rest = rest.strip_prefix(';')?.trim_start();
            }
        }
        Some(None)
    }
}

/// The parts between the boundary lines of a multipart (RFC 2046 section 5.1.1).
struct Parts<'x, 'b> {
    body: &'x [u8],
    boundary: &'b str,
    /// Lines that begin with two hyphens, but for the first line.
    lines: memmem::FindIter<'x, 'static>,
    at_first: bool,
    /// Where the open part begins.
    open: Option<usize>,
    done: bool,
}

impl<'x, 'b> Parts<'x, 'b> {
    fn new(body: &'x [u8], boundary: &'b str) -> Parts<'x, 'b> {
        static HYPHENS: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new("\n--"));
        Parts { body, boundary, lines: HYPHENS.find_iter(body), at_first: true, open: None, done: false }
    }
}

impl<'x> Iterator for Parts<'x, '_> {
    /// `None` within: a line that begins as the boundary does and goes on.
    type Item = Option<&'x [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            let start = if std::mem::take(&mut self.at_first) { Some(0) } else { self.lines.next().map(|end| end + 1) };
            let Some(start) = start else {
                // The last boundary line is missing: the part goes on to the end.
                self.done = true;
                return self.open.take().map(|from| self.body.get(from..));
            };
            let line = self.body.get(start..).and_then(|line| line.strip_prefix(b"--"));
            if !line.is_some_and(|line| line.starts_with(self.boundary.as_bytes())) {
                continue;
            }
            let at = start + 2;
            let byte_before = |at: usize| at.checked_sub(1).and_then(|at| self.body.get(at));
            let line_end = memchr::memchr(b'\n', self.body.get(at..).unwrap_or_default());
            let line_end = line_end.map_or(self.body.len(), |end| at + end + 1);
            let rest = self.body.get(at + self.boundary.len()..line_end).unwrap_or_default().trim_ascii();
            if !(rest.is_empty() || rest.starts_with(b"--")) {
                self.done = true;
                return Some(None);
            }
            self.done = rest.starts_with(b"--");
            let end = start.saturating_sub(1);
            let end = if byte_before(end) == Some(&b'\r') { end - 1 } else { end };
            let part = self.open.replace(line_end).map(|from| self.body.get(from..end.max(from)));
            if part.is_some() {
                return part;
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Option<Vec<(String, String, bool)>> {
        let (headers, end, _) = Headers::limited(text.as_bytes(), usize::MAX);
        let leaves = leaves(text.as_bytes(), &headers, end, 100)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Some(
            leaves
                .iter()
                .map(|leaf| {
                    (format!("{}/{}", leaf.mime.0, leaf.mime.1), text(leaf.body), leaf.encoding == Encoding::None)
                })
                .collect(),
        )
    }

    #[test]
    fn parts_are_slices() {
        let mail = "Content-Type: multipart/report; report-type=delivery-status;\r\n boundary=\"b 1\"\r\n\r\npreamble\r\n--b 1\r\n\r\nhello\r\n\r\n\
                    --b 1 \r\nContent-Type: text/html; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n\r\nPGI+\r\n--b 1--\r\nepilogue";
        assert_eq!(
            outline(mail).unwrap(),
            [
                ("text/plain".to_string(), "hello\r\n".to_string(), true),
                ("text/html".to_string(), "PGI+".to_string(), false)
            ]
        );
        assert_eq!(outline("Subject: x\n\nbody\n").unwrap(), [("text/plain".to_string(), "body\n".to_string(), true)]);
    }

    #[test]
    fn what_is_odd_is_left_to_the_parser() {
        for mail in [
            "Content-Type: multipart/mixed; boundary*0=a\n\n--a\n\nx\n--a--\n",
            "Content-Type: multipart/mixed (why); boundary=a\n\n--a\n\nx\n--a--\n",
            "Content-Type: multipart/mixed; boundary=a\n\nno boundary\n",
            "Content-Type: multipart/mixed; boundary=a\n\n--abc\n\nx\n--a--\n",
            "Content-Type: multipart/digest; boundary=a\n\n--a\n\nx\n--a--\n",
            "Content-Type: text/plain\nContent-Type: text/html\n\nx\n",
        ] {
            assert!(outline(mail).is_none(), "{mail}");
        }
    }
}
