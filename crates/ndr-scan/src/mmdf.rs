//! Mailboxes of MMDF, whose messages stand between lines of four control characters, and Apple Mail's `.emlx`, a message
//! behind its length.

use std::io::BufRead;

/// The line around a message.
const RULE: &[u8] = b"\x01\x01\x01\x01";

/// Whether the first bytes are those of an MMDF mailbox.
pub(crate) fn begins(head: &[u8]) -> bool {
    head.strip_prefix(RULE).is_some_and(|rest| rest.starts_with(b"\n") || rest.starts_with(b"\r\n"))
}

/// The next message, of which no more than `limit` bytes are kept, and its size; `None` at the end.
pub(crate) fn next(reader: &mut dyn BufRead, limit: usize) -> std::io::Result<Option<(Vec<u8>, u64)>> {
    let (mut message, mut size) = (Vec::new(), 0u64);
    let mut line = Vec::new();
    loop {
        line.clear();
        // A line may be as long as it wants; what is kept of it may not.
        let read = read_line(reader, &mut line, limit)?;
        let is_rule = line.trim_ascii_end() == RULE;
        if is_rule || read == 0 {
            if size > 0 {
                return Ok(Some((message, size)));
            }
            if read == 0 {
                return Ok(None);
            }
            continue;
        }
        size += read;
        let room = limit.saturating_sub(message.len());
        message.extend_from_slice(line.get(..room).unwrap_or(&line));
    }
}

/// Reads a line with its end. Returns its length; `line` gets at most `limit` bytes of it.
fn read_line(reader: &mut dyn BufRead, line: &mut Vec<u8>, limit: usize) -> std::io::Result<u64> {
    let mut read = 0;
    loop {
        let block = reader.fill_buf()?;
        if block.is_empty() {
            return Ok(read);
        }
        let end = memchr::memchr(b'\n', block).map(|at| at + 1);
        let taken = block.get(..end.unwrap_or(block.len())).unwrap_or(block);
        let room = limit.saturating_sub(line.len());
        line.extend_from_slice(taken.get(..room).unwrap_or(taken));
        let len = taken.len();
        read += len as u64;
        reader.consume(len);
        if end.is_some() {
            return Ok(read);
        }
    }
}

/// Where the message of an `.emlx` begins and how long it is: its first line is the length.
pub(crate) fn emlx(head: &[u8]) -> Option<(usize, u64)> {
    const DIGITS: usize = 12;
    let end = memchr::memchr(b'\n', head.get(..DIGITS + 8).unwrap_or(head))?;
    let digits = head.get(..end)?.trim_ascii();
    let is_number = (1..=DIGITS).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit);
    let len = std::str::from_utf8(digits).ok().filter(|_| is_number)?.parse().ok()?;
    Some((end + 1, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_between_rules() {
        let text = b"\x01\x01\x01\x01\nSubject: a\n\none\n\x01\x01\x01\x01\n\x01\x01\x01\x01\nSubject: b\n\ntwo\n\x01\x01\x01\x01\n";
        assert!(begins(text));
        let mut reader = &text[..];
        let mut found = Vec::new();
        while let Some((message, size)) = next(&mut reader, 12).unwrap() {
            found.push((String::from_utf8(message).unwrap(), size));
        }
        assert_eq!(found, [("Subject: a\n\n".to_string(), 16), ("Subject: b\n\n".to_string(), 16)]);
    }

    #[test]
    fn lengths_of_apple_mail() {
        assert_eq!(emlx(b"1234      \nReturn-Path: <>\n"), Some((11, 1234)));
        for none in [&b"550 5.1.1 no\n"[..], b"\n", b"123", b"12345678901234567890\nFrom: a"] {
            assert_eq!(emlx(none), None);
        }
    }
}
