//! Splits an mbox (RFC 4155 and its relatives mboxo and mboxrd) without looking at its lines one by one: all that
//! matters begins with `From `, and mail seldom holds those five bytes.

use std::io::Read;

/// How much is read at a time.
const BLOCK: usize = 1 << 18;
/// The longest `From ` line that ends a message, with room for the header line behind it.
const WINDOW: usize = 1024;
/// The most quoting marks looked at in front of `From `.
const MARKS: usize = 64;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// One message of an mbox.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// Its bytes, without the `From ` line and the empty line at its end.
    pub(crate) bytes: Vec<u8>,
    /// How long it is; more than `bytes` where the limit cut it.
    pub(crate) size: u64,
}

/// A reader of messages. The buffer holds the current message and little more.
pub(crate) struct Mbox<R> {
    reader: R,
    limit: usize,
    buffer: Vec<u8>,
    /// Where the rest of the current message begins in the buffer.
    start: usize,
    /// Everything before it has been looked at.
    scanned: usize,
    /// Places of quoting marks to drop, at or after `start`.
    marks: Vec<usize>,
    /// What was taken out of the buffer of a message that is too long to stay in it.
    head: Vec<u8>,
    /// Bytes of that message that are gone from the buffer.
    passed: u64,
    /// Whether a message is open: text before the first `From ` line is none unless it holds something.
    open: bool,
    line_end: u8,
    ended: bool,
    error: Option<std::io::Error>,
}

impl<R: Read> Mbox<R> {
    pub(crate) fn new(reader: R, limit: usize) -> Mbox<R> {
        Mbox {
            reader,
            limit,
            buffer: Vec::new(),
            start: 0,
            scanned: 0,
            marks: Vec::new(),
            head: Vec::new(),
            passed: 0,
            open: false,
            line_end: 0,
            ended: false,
            error: None,
        }
    }

    /// The next message. After an error there is nothing more.
    pub(crate) fn next(&mut self) -> Option<std::io::Result<Message>> {
        if self.line_end == 0 {
            self.fill();
            if self.buffer.starts_with(BYTE_ORDER_MARK) {
                self.start = BYTE_ORDER_MARK.len();
                self.scanned = self.start;
            }
            self.line_end = line_end(self.buffer.get(self.start..).unwrap_or_default());
        }
        loop {
            match memchr::memmem::find(self.buffer.get(self.scanned..).unwrap_or_default(), b"From ") {
                Some(found) => {
                    let at = self.scanned + found;
                    if !self.ended && self.buffer.len() < at + WINDOW {
                        self.scanned = at;
                        self.fill();
                        continue;
                    }
                    if let Some(message) = self.at_from(at) {
                        return Some(Ok(message));
                    }
                }
                None if self.ended => {
                    let end = self.buffer.len();
                    let message = self.holds_message(end).then(|| self.take(end));
                    self.start = end;
                    self.scanned = end;
                    self.open = false;
                    return match message {
                        Some(message) => Some(Ok(message)),
                        None => self.error.take().map(Err),
                    };
                }
                None => {
                    // The end of what is there may be the beginning of the word.
                    self.scanned = self.scanned.max(self.buffer.len().saturating_sub(4));
                    self.fill();
                }
            }
        }
    }

    /// At the word `From `: the message that ends here, if one does.
    fn at_from(&mut self, at: usize) -> Option<Message> {
        self.scanned = at + 5;
        let marks = self.open_until(at).iter().rev().take(MARKS).take_while(|b| **b == b'>').count();
        let line = at - marks;
        let before = self.open_until(line);
        let first = before.is_empty() && self.passed == 0;
        if !first && before.last() != Some(&self.line_end) {
            return None;
        }
        if marks > 0 {
            self.marks.push(line);
            return None;
        }
        if !(first || !self.open || after_empty_line(before, self.line_end)) {
            return None;
        }
        let behind = from_line(self.buffer.get(at..)?, self.line_end)?;
        let message = self.holds_message(at).then(|| self.take(at));
        self.start = at + behind;
        self.scanned = self.start;
        self.open = true;
        message
    }

    /// The buffered part of the current message, up to `end`.
    fn open_until(&self, end: usize) -> &[u8] {
        self.buffer.get(self.start..end).unwrap_or_default()
    }

    /// Whether what ends at `end` is a message: everything behind a `From ` line, and words in front of the first.
    fn holds_message(&self, end: usize) -> bool {
        self.open || self.passed > 0 || !self.open_until(end).trim_ascii().is_empty()
    }

    /// The message that ends at `end`, unquoted.
    fn take(&mut self, end: usize) -> Message {
        let mut size = self.passed + (end - self.start) as u64;
        let mut bytes = std::mem::take(&mut self.head);
        self.copy(end, &mut bytes);
        self.passed = 0;
        if size <= self.limit as u64 {
            drop_empty_line(&mut bytes, self.line_end);
            size = bytes.len() as u64;
        }
        Message { size, bytes }
    }

    /// Appends the message up to `end`, as far as the limit allows.
    fn copy(&mut self, end: usize, bytes: &mut Vec<u8>) {
        if bytes.capacity() == 0 {
            bytes.reserve_exact((end - self.start).min(self.limit));
        }
        let limit = self.limit;
        let mut put = |part: &[u8]| {
            let room = limit.saturating_sub(bytes.len());
            bytes.extend_from_slice(part.get(..room).unwrap_or(part));
        };
        let mut from = self.start;
        for mark in self.marks.drain(..) {
            if (from..end).contains(&mark) {
                put(self.buffer.get(from..mark).unwrap_or_default());
                from = mark + 1;
            }
        }
        put(self.buffer.get(from..end).unwrap_or_default());
    }

    /// Reads another block, and makes room for it by dropping what is done.
    fn fill(&mut self) {
        if self.scanned.saturating_sub(self.start) > self.limit {
            // Too long to be kept: its beginning is put aside, and what follows is only looked at for the next message.
            let keep = self.scanned - MARKS;
            let mut head = std::mem::take(&mut self.head);
            self.copy(keep, &mut head);
            self.head = head;
            self.passed += (keep - self.start) as u64;
            self.start = keep;
        }
        if self.start > 0 && self.start >= self.buffer.len() / 2 {
            self.buffer.drain(..self.start);
            self.marks.iter_mut().for_each(|mark| *mark -= self.start);
            self.scanned -= self.start;
            self.start = 0;
        }
        let had = self.buffer.len();
        self.buffer.resize(had + BLOCK, 0);
        let mut len = had;
        // At least a window: a pipe may give a few bytes at a time.
        while len - had < WINDOW
            && let Some(room) = self.buffer.get_mut(len..)
        {
            match self.reader.read(room) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(n) => len += n,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => {
                    self.ended = true;
                    self.error = Some(error);
                    break;
                }
            }
        }
        self.buffer.truncate(len);
    }
}

/// Whether these first bytes of a file begin an mbox: a `From ` line with a date, then a header.
pub(crate) fn begins(head: &[u8]) -> bool {
    let head = head.strip_prefix(BYTE_ORDER_MARK).unwrap_or(head).trim_ascii_start();
    from_line(head, line_end(head)).is_some()
}

/// What ends a line here: CR where no LF does.
fn line_end(head: &[u8]) -> u8 {
    let line = head.get(..WINDOW).unwrap_or(head);
    if memchr::memchr(b'\n', line).is_none() && memchr::memchr(b'\r', line).is_some() { b'\r' } else { b'\n' }
}

fn after_empty_line(before: &[u8], line_end: u8) -> bool {
    let Some((last, rest)) = before.split_last() else { return true };
    debug_assert_eq!(*last, line_end);
    let rest = if line_end == b'\n' { rest.strip_suffix(b"\r").unwrap_or(rest) } else { rest };
    rest.is_empty() || rest.last() == Some(&line_end)
}

/// The empty line between two messages belongs to neither.
fn drop_empty_line(bytes: &mut Vec<u8>, line_end: u8) {
    let ends: &[&[u8]] = if line_end == b'\r' { &[b"\r\r"] } else { &[b"\n\n", b"\n\r\n"] };
    if let Some(end) = ends.iter().find(|end| bytes.ends_with(end)) {
        bytes.truncate(bytes.len() - end.len() + 1);
    }
}

/// The length of the `From ` line that `bytes` begin with: `From sender date`, where the date has a time and a year and a
/// header line follows.
fn from_line(bytes: &[u8], line_end: u8) -> Option<usize> {
    let window = bytes.get(..WINDOW).unwrap_or(bytes);
    let said = window.strip_prefix(b"From ")?;
    let (said, behind) = said.split_at_checked(memchr::memchr(line_end, said)?)?;
    let header = behind.get(1..)?;
    let is_word = |test: fn(&[u8]) -> bool| said.split(u8::is_ascii_whitespace).any(test);
    (is_word(is_time) && is_word(is_year) && is_header(header, line_end)).then_some(window.len() - header.len())
}

/// `10:00` or `10:00:00`.
fn is_time(word: &[u8]) -> bool {
    let parts = || word.split(|b| *b == b':');
    (2..=3).contains(&parts().count())
        && parts().all(|part| (1..=2).contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
}

fn is_year(word: &[u8]) -> bool {
    word.len() == 4 && (word.starts_with(b"19") || word.starts_with(b"20")) && word.iter().all(u8::is_ascii_digit)
}

/// `Name: value`, or a stray `>From ` that some tools put there.
fn is_header(rest: &[u8], line_end: u8) -> bool {
    let line = memchr::memchr(line_end, rest).and_then(|end| rest.get(..end)).unwrap_or(rest);
    let is_name =
        |name: &[u8]| !name.is_empty() && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
    line.starts_with(b">From ") || memchr::memchr(b':', line).and_then(|colon| line.get(..colon)).is_some_and(is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: &str = "From a@example.com Mon Nov 23 10:00:00 2026\n";

    /// Gives a few bytes at a time.
    struct Drops<'b>(&'b [u8], usize);

    impl Read for Drops<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let n = self.0.len().min(self.1).min(buffer.len());
            buffer[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn split(bytes: &[u8], chunk: usize, limit: usize) -> Vec<Message> {
        let mut mbox = Mbox::new(Drops(bytes, chunk), limit);
        std::iter::from_fn(|| mbox.next()).map(|message| message.unwrap()).collect()
    }

    fn texts(text: &str) -> Vec<String> {
        let whole = split(text.as_bytes(), usize::MAX, 1 << 20);
        for chunk in [1, 7, 1000, 1023, 1024, 1025] {
            assert_eq!(split(text.as_bytes(), chunk, 1 << 20), whole, "in chunks of {chunk}");
        }
        whole.into_iter().map(|message| String::from_utf8(message.bytes).unwrap()).collect()
    }

    #[test]
    fn from_lines_in_bodies_do_not_split() {
        let text = format!(
            "{FROM}Subject: one\n\nFrom here on it is text.\n\n>From quoted\n>>From twice\n> From not\n\
             {FROM}without an empty line before it: no\n\n\
             From somebody Mon Nov 23 10:00:00 2026\nwith no header after it\n\n\
             From nobody in particular\nSubject: no date\n\n\
             {FROM}Subject: two\n\nx From y\n"
        );
        let found = texts(&text);
        assert_eq!(found.len(), 2, "{found:#?}");
        for kept in ["\nFrom here on", "\nFrom quoted\n>From twice\n> From not\n", "From somebody", "From nobody"] {
            assert!(found[0].contains(kept), "{kept:?} in {}", found[0]);
        }
        assert_eq!(found[1], "Subject: two\n\nx From y\n");
    }

    #[test]
    fn any_line_end() {
        let text = format!("{FROM}Subject: one\n\n>From x\na\n\n{FROM}Subject: two\n\nb\n");
        assert_eq!(texts(&text), ["Subject: one\n\nFrom x\na\n", "Subject: two\n\nb\n"]);
        assert!(split(text.as_bytes(), 9, 100).iter().all(|message| message.size == message.bytes.len() as u64));
        let dos = texts(&text.replace('\n', "\r\n"));
        assert_eq!(dos, ["Subject: one\r\n\r\nFrom x\r\na\r\n", "Subject: two\r\n\r\nb\r\n"]);
        assert_eq!(texts(&text.replace('\n', "\r")), ["Subject: one\r\rFrom x\ra\r", "Subject: two\r\rb\r"]);
    }

    #[test]
    fn edges() {
        assert_eq!(texts(""), Vec::<String>::new());
        assert_eq!(texts("\n\n"), Vec::<String>::new());
        assert_eq!(texts("Subject: no mbox at all\n\nx"), ["Subject: no mbox at all\n\nx"]);
        assert_eq!(texts(&format!("{FROM}Subject: cut off")), ["Subject: cut off"]);
        assert_eq!(texts(&format!("\u{FEFF}\n{FROM}Subject: x\n\n")), ["Subject: x\n"]);
        assert_eq!(texts(&format!("{FROM}>From stray Mon\nSubject: x\n\ny\n")), ["From stray Mon\nSubject: x\n\ny\n"]);
        assert_eq!(texts(&format!("words in front\n\n{FROM}A: b\n\n")), ["words in front\n", "A: b\n"]);
        // The other message of nothing but a header.
        assert_eq!(texts(&format!("{FROM}A: b\n\n{FROM}C: d\n\n")), ["A: b\n", "C: d\n"]);
        assert!(begins(format!("\n\n{FROM}A: b\n").as_bytes()));
        assert!(!begins(b"From here on this is a text: it is no mbox.\nA: b\n"));
    }

    #[test]
    fn a_long_message_is_cut_and_the_next_one_found() {
        let long = "From the hills.\n>From x\n".repeat(40_000);
        let text = format!("{FROM}Subject: long\n\n{long}\n{FROM}Subject: next\n\nx\n");
        for chunk in [1 << 20, 4096, 1500] {
            let found = split(text.as_bytes(), chunk, 5000);
            assert_eq!(found.len(), 2, "{chunk}");
            assert_eq!(found[0].bytes.len(), 5000);
            assert_eq!(found[0].size, (text.len() - 2 * FROM.len() - "Subject: next\n\nx\n".len()) as u64);
            assert_eq!(found[1].bytes, b"Subject: next\n\nx\n");
        }
        let same = split(text.as_bytes(), 1 << 20, 5000);
        assert_eq!(split(text.as_bytes(), 1500, 5000), same, "how a pipe cuts it does not matter");
    }

    #[test]
    fn an_endless_line_stays_within_the_limit() {
        let text = [FROM.as_bytes(), b"Subject: x\n\n", &vec![b'>'; 3 << 20], b"From ", &vec![b'a'; 3 << 20]].concat();
        let mut mbox = Mbox::new(text.as_slice(), 10_000);
        assert_eq!(mbox.next().unwrap().unwrap().bytes.len(), 10_000);
        assert!(mbox.buffer.capacity() < 2 << 20, "{}", mbox.buffer.capacity());
    }

    #[test]
    fn an_error_comes_after_what_was_read() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("worn out"))
            }
        }
        let text = format!("{FROM}A: b\n\n{FROM}C: d\n");
        let mut mbox = Mbox::new(text.as_bytes().chain(Broken), 1000);
        assert_eq!(mbox.next().unwrap().unwrap().bytes, b"A: b\n");
        assert_eq!(mbox.next().unwrap().unwrap().bytes, b"C: d\n");
        assert_eq!(mbox.next().unwrap().unwrap_err().to_string(), "worn out");
        assert!(mbox.next().is_none());
    }
}
