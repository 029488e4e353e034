//! Hard limits on what is read. Mail is written by attackers; past a limit the rest is left out and a note says so.

use crate::mail::headers::Block;
use std::borrow::Cow;

/// Declares the limits once: the struct, its defaults, and their names.
macro_rules! limits {
    ($($(#[$meta:meta])* $name:ident = $default:expr;)+) => {
        /// Limits of one decode. [`Limits::default`] suits mail of ordinary servers.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Limits { $($(#[$meta])* pub $name: usize,)+ }

        impl Default for Limits {
            fn default() -> Self {
                Limits { $($name: $default,)+ }
            }
        }

        impl Limits {
            /// The name of every limit.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)+];

            /// The value of the limit of that name.
            ///
            /// ```
            /// assert_eq!(ndr::Limits::default().get("nesting"), Some(16));
            /// ```
            pub fn get(&self, name: &str) -> Option<usize> {
                match name { $(stringify!($name) => Some(self.$name),)+ _ => None }
            }

            /// Another value for the limit of that name; `None` where there is no such limit.
            ///
            /// ```
            /// let limits = ndr::Limits::default().with("recipients", 10).unwrap();
            /// assert_eq!(limits.recipients, 10);
            /// assert!(limits.with("no_such_limit", 1).is_none());
            /// ```
            pub fn with(mut self, name: &str, value: usize) -> Option<Limits> {
                match name { $(stringify!($name) => self.$name = value,)+ _ => return None }
                Some(self)
            }
        }
    };
}

limits! {
    /// Most bytes of a message that are read (default 32 MiB).
    message_bytes = 32 << 20;
    /// Deepest nesting of messages in messages (default 16). mail-parser has no limit of its own, and dropping a tree of
    /// some 30,000 levels overflows the stack.
    nesting = 16;
    /// Most body parts (default 2,000).
    parts = 2_000;
    /// Most header lines in one block (default 10,000).
    header_lines = 10_000;
    /// Most bytes of one header block (default 1 MiB).
    header_bytes = 1 << 20;
    /// Most recipients of one report (default 1,000).
    recipients = 1_000;
    /// Most bytes of one text part that are read (default 512 KiB).
    text_bytes = 512 << 10;
}

/// A limit that was reached: the code of a note, and the note.
pub(crate) type Cut = (&'static str, String);

impl Limits {
    /// Takes out of a message the header fields that lie beyond a limit; its body stays.
    pub(crate) fn fit_header<'x>(&self, message: Cow<'x, [u8]>) -> (Cow<'x, [u8]>, Option<Cut>) {
        // A line is two bytes or more, so few messages need a second look.
        if message.len() <= self.header_bytes && message.len() / 2 <= self.header_lines {
            return (message, None);
        }
        let mut block = Block::new(&message);
        let (mut kept, mut lines, mut cut) = (0, 0, None);
        while let Some(field) = block.next_raw() {
            lines += memchr::memchr_iter(b'\n', field).count();
            if cut.is_none() && lines > self.header_lines {
                let text = format!("more than {} header lines; the rest was left out", self.header_lines);
                cut = Some(("limit-header-lines", text));
            } else if cut.is_none() && block.read() > self.header_bytes {
                let text = format!("the header is longer than {} bytes; the rest was left out", self.header_bytes);
                cut = Some(("limit-header-bytes", text));
            }
            if cut.is_none() {
                kept = block.read();
            }
        }
        if cut.is_none() {
            return (message, None);
        }
        let body = message.get(block.read()..).unwrap_or_default();
        let fitting = [message.get(..kept).unwrap_or_default(), body].concat();
        (Cow::Owned(fitting), cut)
    }

    /// What of a text is read.
    pub(crate) fn fit_text<'x>(&self, text: &'x [u8]) -> (&'x [u8], Option<Cut>) {
        match text.get(..self.text_bytes) {
            Some(read) if read.len() < text.len() => (read, Some(self.long_text(text.len()))),
            _ => (text, None),
        }
    }

    pub(crate) fn long_text(&self, len: usize) -> Cut {
        ("limit-text-bytes", format!("a text has {len} bytes; only the first {} were read", self.text_bytes))
    }

    /// The limits for readers: one recipient more shows that there are too many.
    pub(crate) fn for_readers(&self) -> Limits {
        Limits { recipients: self.recipients.saturating_add(1), ..*self }
    }
}
