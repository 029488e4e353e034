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
    ///
    /// ```
    /// use ndr::Headers;
    /// let headers = Headers::of_message(b"Subject: a\r\n b\r\nTo: c\r\n\r\nbody: no");
    /// assert_eq!(headers.raw("to"), Some(&b"c"[..]));
    /// assert!(!headers.has("body"));
    /// ```
    pub fn of_message(bytes: &'x [u8]) -> Headers<'x> {
        Headers::limited(bytes, usize::MAX).0
    }

    /// The same, of `lines` lines at most. Also where the reading ended, and whether that was before the block's end.
    pub(crate) fn limited(bytes: &'x [u8], lines: usize) -> (Headers<'x>, usize, bool) {
        let mut block = Block { bytes, at: 0, lines };
        let mut fields = Vec::with_capacity(32);
        fields.extend(&mut block);
        let end = block.at;
        block.lines = usize::from(block.lines == 0);
        (Headers { fields }, end, block.next_raw().is_some())
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

    /// Where in `bytes`, which the fields were read from, the first field stands that tells of MIME.
    pub(crate) fn mime_start(&self, bytes: &[u8]) -> Option<usize> {
        let tells = |name: &str| name.get(..8).is_some_and(|head| head.eq_ignore_ascii_case("content-"));
        let (name, _) = self.iter().find(|(name, _)| tells(name))?;
        (name.as_ptr() as usize).checked_sub(bytes.as_ptr() as usize)
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

/// Reads the fields of a block one by one.
pub(crate) struct Block<'x> {
    bytes: &'x [u8],
    at: usize,
    /// How many more lines may be read.
    lines: usize,
}

impl<'x> Block<'x> {
    pub(crate) fn new(bytes: &'x [u8]) -> Block<'x> {
        Block { bytes, at: 0, lines: usize::MAX }
    }

    /// How many bytes have been read: when all fields are, the empty line begins there.
    pub(crate) const fn read(&self) -> usize {
        self.at
    }

    /// The next field with the lines that continue it; `None` at the empty line that ends the block.
    pub(crate) fn next_raw(&mut self) -> Option<&'x [u8]> {
        let start = self.at;
        while self.lines > 0
            && let Some(first) = self.bytes.get(self.at)
        {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            let line = memchr::memchr(b'\n', rest).and_then(|end| rest.get(..=end)).unwrap_or(rest);
            let ends = if first.is_ascii_whitespace() { line.trim_ascii().is_empty() } else { self.at > start };
            if ends {
                break;
            }
            self.at += line.len();
            self.lines -= 1;
        }
        self.bytes.get(start..self.at).filter(|field| !field.is_empty())
    }
}

impl<'x> Iterator for Block<'x> {
    type Item = (&'x str, &'x [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let field = self.next_raw()?;
            let end = field.iter().position(|b| !matches!(b, b'!'..=b'9' | b';'..=b'~')).unwrap_or(field.len());
            let (name, rest) = field.split_at(end);
            // Blanks before the colon are against the rules and harmless.
            if let (false, Some(value)) = (name.is_empty(), rest.trim_ascii_start().strip_prefix(b":"))
                && let Ok(name) = std::str::from_utf8(name)
            {
                return Some((name, value.trim_ascii()));
            }
        }
    }
}
