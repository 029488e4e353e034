//! A block of header fields (RFC 5322 section 2.2), sliced without copying.

use mail_parser::parsers::MessageStream;
use std::borrow::Cow;

/// A header block. Values stay where they are in the message; looking a field up walks the list of fields.
#[derive(Clone, Debug, Default)]
pub struct Headers<'x> {
    fields: Vec<Field<'x>>,
    /// A bit for each field's name, by its hash: most names that readers ask for are not there.
    seen: [u64; 4],
}

/// A field of a header block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Field<'x> {
    /// ASCII.
    pub(crate) name: &'x [u8],
    pub(crate) value: &'x [u8],
    /// Of the name; see [`name_hash`].
    pub(crate) hash: u32,
}

/// A hash of a field's name that does not mind case.
#[inline]
pub(crate) const fn name_hash(name: &[u8]) -> u32 {
    let [.., last] = name else { return 0 };
    let (Some((first, _)), Some((_, [middle, ..]))) = (name.split_first(), name.split_at_checked(name.len() / 2))
    else {
        return 0;
    };
    let letters = *first as u32 | (*middle as u32) << 8 | (*last as u32) << 16 | 0x0020_2020;
    (letters | (name.len() as u32) << 24).wrapping_mul(0x9E37_79B1)
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
        let mut headers = Headers { fields: Vec::with_capacity(16), seen: [0; 4] };
        for (name, value) in &mut block {
            let hash = name_hash(name);
            if let Some(word) = headers.seen.get_mut((hash >> 30) as usize) {
                *word |= 1 << (hash >> 24 & 63);
            }
            headers.fields.push(Field { name, value, hash });
        }
        let end = block.at;
        block.lines = usize::from(block.lines == 0);
        (headers, end, block.next_raw().is_some())
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
        self.fields.iter().map(|field| (std::str::from_utf8(field.name).unwrap_or_default(), field.value))
    }

    /// Where in `bytes`, which the fields were read from, the first field stands that tells of MIME.
    pub(crate) fn mime_start(&self, bytes: &[u8]) -> Option<usize> {
        let tells = |name: &[u8]| name.get(..8).is_some_and(|head| head.eq_ignore_ascii_case(b"content-"));
        let first = self.fields.iter().find(|field| tells(field.name))?;
        (first.name.as_ptr() as usize).checked_sub(bytes.as_ptr() as usize)
    }

    /// The raw value of the first field of that name. Case does not matter.
    #[inline]
    pub fn raw(&self, name: &str) -> Option<&'x [u8]> {
        self.all(name).next()
    }

    /// The raw values of all fields of that name, in order.
    #[inline]
    pub(crate) fn all<'n>(&'n self, name: &'n str) -> impl Iterator<Item = &'x [u8]> + 'n {
        let hash = name_hash(name.as_bytes());
        let is_there = self.seen.get((hash >> 30) as usize).is_some_and(|word| word & 1 << (hash >> 24 & 63) != 0);
        let fields = if is_there { self.fields.as_slice() } else { &[] };
        let fits = move |field: &&Field<'_>| field.hash == hash && field.name.eq_ignore_ascii_case(name.as_bytes());
        fields.iter().filter(fits).map(|field| field.value)
    }

    /// The fields in order.
    pub(crate) fn fields(&self) -> &[Field<'x>] {
        &self.fields
    }

    /// Whether there is a field of that name, even an empty one.
    #[inline]
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
    // One pass for all three; few values have an equals sign.
    let mut signs = memchr::memchr3_iter(b'=', b'\n', b'\r', raw);
    let plain = signs.all(|at| raw.get(at) == Some(&b'=') && raw.get(at + 1) != Some(&b'?'));
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
            && let Some(rest) = self.bytes.get(self.at..)
            && let Some(first) = rest.first()
        {
            let len = || memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
            if first.is_ascii_whitespace() {
                let len = len();
                if rest.get(..len).is_none_or(|line| line.trim_ascii().is_empty()) {
                    break;
                }
                self.at += len;
            } else if self.at > start {
                break;
            } else {
                self.at += len();
            }
            self.lines -= 1;
        }
        self.bytes.get(start..self.at).filter(|field| !field.is_empty())
    }
}

impl<'x> Iterator for Block<'x> {
    type Item = (&'x [u8], &'x [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let field = self.next_raw()?;
            let end = field.iter().position(|byte| !matches!(byte, b'!'..=b'9' | b';'..=b'~')).unwrap_or(field.len());
            let (name, mut rest) = field.split_at_checked(end)?;
            // Blanks before the colon are against the rules and harmless.
            while let [b' ' | b'\t', behind @ ..] = rest {
                rest = behind;
            }
            if let (false, [b':', value @ ..]) = (name.is_empty(), rest) {
                return Some((name, value.trim_ascii()));
            }
        }
    }
}
