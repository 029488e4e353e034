//! A block of header fields (RFC 5322 section 2.2), sliced without copying.

use mail_parser::parsers::MessageStream;
use std::borrow::Cow;

/// A header block. Values stay where they are in the message; looking a field up walks the list of fields.
#[derive(Clone, Debug, Default)]
pub struct Headers<'x> {
    fields: Vec<(&'x str, &'x [u8])>,
}

impl<'x> Headers<'x> {
    /// The header block that begins `bytes`: all up to the first empty line, or everything.
    pub fn of_message(bytes: &'x [u8]) -> Headers<'x> {
        let mut rest = &bytes[..end_of_block(bytes)];
        let mut fields = Vec::with_capacity(24);
        while !rest.is_empty() {
            let field_end = end_of_field(rest);
            let field = &rest[..field_end];
            rest = &rest[field_end..];
            let Some(colon) = memchr::memchr(b':', field) else {
                continue;
            };
            let name = field[..colon].trim_ascii();
            if name.is_empty() || !name.iter().all(u8::is_ascii_graphic) {
                continue;
            }
            if let Ok(name) = std::str::from_utf8(name) {
                fields.push((name, field[colon + 1..].trim_ascii()));
            }
        }
        Headers { fields }
    }

    /// The fields in order: name and raw value, folds and all.
    ///
    /// ```
    /// use ndr::Headers;
    /// let headers = Headers::of_message(b"Subject: a\r\n b\r\nTo: c\r\n\r\nbody: no");
    /// let names: Vec<_> = headers.iter().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["Subject", "To"]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (&'x str, &'x [u8])> + '_ {
        self.fields.iter().copied()
    }

    /// The raw value of the first field of that name. Case does not matter.
    pub fn raw(&self, name: &str) -> Option<&'x [u8]> {
        self.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    /// Whether there is a field of that name, even an empty one.
    pub fn has(&self, name: &str) -> bool {
        self.raw(name).is_some()
    }

    /// The value of the first field of that name: unfolded, RFC 2047 words decoded.
    ///
    /// ```
    /// use ndr::Headers;
    /// let headers = Headers::of_message(b"Subject: =?utf-8?q?caf=C3=A9?=\n\n");
    /// assert_eq!(headers.text("subject").unwrap(), "café");
    /// ```
    pub fn text(&self, name: &str) -> Option<Cow<'x, str>> {
        self.raw(name).map(decode)
    }
}

/// Unfolds a raw header value and decodes its RFC 2047 words.
pub(crate) fn decode(raw: &[u8]) -> Cow<'_, str> {
    let plain = memchr::memmem::find(raw, b"=?").is_none() && memchr::memchr2(b'\n', b'\r', raw).is_none();
    if plain && let Ok(text) = std::str::from_utf8(raw) {
        return Cow::Borrowed(text);
    }
    let mut line = raw.to_vec();
    line.push(b'\n');
    let decoded = MessageStream::new(&line).parse_unstructured().into_text().unwrap_or_default().into_owned();
    Cow::Owned(decoded)
}

/// Where the block ends: at the first empty line.
pub(crate) fn end_of_block(bytes: &[u8]) -> usize {
    let mut at = 0;
    while at < bytes.len() {
        let line_end = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
        if bytes[at..line_end].trim_ascii().is_empty() {
            return at;
        }
        at = line_end;
    }
    bytes.len()
}

/// Where the first field of a block ends: at the first line end that no continuation line follows.
pub(crate) fn end_of_field(block: &[u8]) -> usize {
    let mut at = 0;
    loop {
        match memchr::memchr(b'\n', &block[at..]) {
            None => return block.len(),
            Some(n) => {
                at += n + 1;
                if !matches!(block.get(at), Some(b' ' | b'\t')) {
                    return at;
                }
            }
        }
    }
}
