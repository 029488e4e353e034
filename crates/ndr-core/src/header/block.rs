//! Repairs header blocks as people paste them and reports print them: wrapped without an indent, quoted, double-spaced,
//! preceded by other text. The result is a block that [`crate::Headers`] reads.

use crate::text;
use std::borrow::Cow;

/// Whether a line begins a header field, where folds may have lost their indent. `16:20:05 +0000` and `2001:db8::1) by`
/// begin none.
fn begins_field(line: &[u8]) -> bool {
    let Some((name, value)) = memchr::memchr(b':', line).and_then(|colon| line.split_at_checked(colon)) else {
        return false;
    };
    let spaced = value.get(1).is_none_or(|first| first.is_ascii_whitespace());
    name.len() <= 80
        && name.first().is_some_and(u8::is_ascii_alphabetic)
        && name.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        // Without a space it may be an address of IPv6 or a time zone; a name with a hyphen is neither.
        && (spaced || name.contains(&b'-') || KNOWN.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())))
}

/// The text before a line's colon.
fn name_of(line: &[u8]) -> &[u8] {
    memchr::memchr(b':', line).and_then(|colon| line.get(..colon)).unwrap_or_default()
}

fn is_indented(line: &[u8]) -> bool {
    matches!(line.first(), Some(b' ' | b'\t'))
}

/// Whether a line begins a field that only mail has.
fn is_mail_field(line: &[u8]) -> bool {
    let name = name_of(line);
    begins_field(line)
        && (name.contains(&b'-') || KNOWN.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes())))
}

/// Fields without a hyphen whose value may follow the colon without a space.
const KNOWN: &[&str] = &["received", "from", "to", "cc", "subject", "date", "sender"];

/// Takes indentation of a quotation off a line.
fn unquoted(line: &[u8]) -> &[u8] {
    let mut rest = line;
    while let Some(inner) = rest.strip_prefix(b">") {
        rest = inner.strip_prefix(b" ").unwrap_or(inner);
    }
    rest
}

/// The header block that `text` begins with, its folds repaired. Borrowed where nothing was broken.
pub(crate) fn repair(text: &[u8]) -> Cow<'_, [u8]> {
    let start = text.iter().position(|b| !matches!(b, b'\n' | b'\r')).unwrap_or(text.len());
    let text = text.get(start..).unwrap_or_default();
    let quoted = text.starts_with(b">");
    let indent = indentation(text);
    let double = is_double_spaced(text);
    let mut broken = quoted || indent > 0 || double;
    let mut end = text.len();
    let mut at = 0;
    for line in text.split_inclusive(|b| *b == b'\n') {
        let bare = line.trim_ascii();
        if !double && bare.is_empty() {
            end = at;
            break;
        }
        broken |= !is_indented(line) && !begins_field(line);
        at += line.len();
    }
    let text = text.get(..end).unwrap_or(text);
    if !broken {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(end + end / 16);
    for line in text.split_inclusive(|b| *b == b'\n') {
        let mut line = if quoted { unquoted(line) } else { line };
        let lead = line.iter().take(indent).take_while(|b| matches!(b, b' ' | b'\t')).count();
        line = line.get(lead..).unwrap_or_default().trim_ascii_end();
        if line.is_empty() {
            if double {
                continue;
            }
            break;
        }
        if !is_indented(line) && !begins_field(line) {
            out.push(b' ');
        }
        out.extend_from_slice(line);
        out.push(b'\n');
    }
    Cow::Owned(out)
}

/// Where the block that `text` begins with ends: at the first empty line.
pub(crate) fn end(text: &[u8]) -> usize {
    let mut at = 0;
    for line in text.split_inclusive(|b| *b == b'\n') {
        if line.trim_ascii().is_empty() {
            break;
        }
        at += line.len();
    }
    at
}

/// How far the first line is indented; all lines of a block that was pasted into a mail may be.
fn indentation(text: &[u8]) -> usize {
    text.iter().take_while(|b| matches!(b, b' ' | b'\t')).count()
}

/// Whether every line is followed by an empty one, as some clients paste.
fn is_double_spaced(text: &[u8]) -> bool {
    let mut lines = text.split(|b| *b == b'\n');
    let mut full = 0;
    for _ in 0..3 {
        let (Some(raw), Some(gap)) = (lines.next(), lines.next()) else { break };
        if raw.is_empty() || !gap.trim_ascii().is_empty() || !(is_mail_field(raw) || full > 0 && raw.starts_with(b" "))
        {
            return false;
        }
        full += 1;
    }
    full == 3
}

/// The text of an HTML page, with the line ends of `<pre>`, which separate header fields.
pub(crate) fn of_html(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let mut marked = String::with_capacity(html.len() + html.len() / 16);
    let mut at = 0;
    while let Some(open) = text::from(&lower, at).find("<pre").map(|found| at + found) {
        let close = text::from(&lower, open).find("</pre").map_or(html.len(), |found| open + found);
        marked.push_str(text::between(html, at, open));
        marked.push_str(&text::between(html, open, close).replace('\n', "<br>"));
        at = close;
    }
    marked.push_str(text::from(html, at));
    crate::mail::html_to_text(&marked)
}

/// Where a header block begins in a text that has words of other kinds in front: at the first line that begins a run of
/// fields, one of them a field that every message has.
pub(crate) fn find(text: &[u8]) -> Option<usize> {
    const TELLING: &[&str] = &[
        "received",
        "message-id",
        "date",
        "from",
        "return-path",
        "authentication-results",
        "dkim-signature",
        "received-spf",
    ];
    let mut start = None;
    let mut fields = 0;
    let mut telling = false;
    let mut strangers = 0;
    let mut gap = false;
    let mut at = 0;
    for line in text.split_inclusive(|b| *b == b'\n') {
        let bare = unquoted(line).trim_ascii();
        if bare.is_empty() {
            gap = true;
        } else if begins_field(bare) {
            if gap && start.and_then(|start| text.get(start..)).is_some_and(|block| !is_double_spaced(block)) {
                start = None;
            }
            gap = false;
            if start.is_none() {
                start = Some(at);
                (fields, telling) = (0, false);
            }
            strangers = 0;
            fields += 1;
            let name = name_of(bare);
            telling |= TELLING.iter().any(|known| name.eq_ignore_ascii_case(known.as_bytes()));
            if telling && (fields >= 2 || name.eq_ignore_ascii_case(b"received")) {
                return start;
            }
        } else if !line.starts_with(b" ") && !line.starts_with(b"\t") {
            // One or two wrapped lines may come between fields.
            strangers += 1;
            if strangers > 8 {
                start = None;
            }
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mail::headers::Headers;

    fn names(text: &str) -> Vec<String> {
        let block = repair(text.as_bytes());
        Headers::of_message(&block).iter().map(|(name, _)| name.to_string()).collect()
    }

    #[test]
    fn a_sound_block_stays_as_it_is() {
        let text = b"Received: from a\n by b;\n\t16:20:05\nTo: x\n\nbody: no";
        assert!(matches!(repair(text), Cow::Borrowed(block) if block.ends_with(b"To: x\n")));
    }

    #[test]
    fn lost_indents_come_back() {
        let text = "Received: from a.example.com\n(2001:db8::1) by b.example.com\nfe80::1) with SMTP; Tue, 21 Jan 2025\n16:20:05 +0000\nTo: x\n\nbody";
        assert_eq!(names(text), ["Received", "To"]);
        assert!(repair(text.as_bytes()).windows(15).any(|w| w == b" 16:20:05 +0000"));
    }

    #[test]
    fn quoted_indented_and_double_spaced() {
        assert_eq!(names("> Received: from a\n>  by b; x\n> To: y\n>\n> body: no\n"), ["Received", "To"]);
        assert_eq!(names("    Received: from a\n      by b; x\n    To: y\n\n    body: no\n"), ["Received", "To"]);
        assert_eq!(names("Received: from a\n\n by b; x\n\nTo: y\n\nDate: z\n\n"), ["Received", "To", "Date"]);
        assert_eq!(names("Subject: one\n\nbody: no\n\nmore: no\n"), ["Subject"]);
    }

    #[test]
    fn preformatted_html() {
        let text = of_html("<p>see</p><pre>Received: from a\n by b; x\nTo: &lt;y@example.com&gt;\n</pre>");
        let start = find(text.as_bytes()).unwrap();
        assert_eq!(names(text.get(start..).unwrap()), ["Received", "To"]);
    }

    #[test]
    fn words_in_front() {
        let text = b"Hello,\nhere they are: see below\n\nReceived: from a by b\nTo: c\n";
        assert_eq!(find(text), Some(text.windows(9).position(|w| w == b"Received:").unwrap()));
        assert_eq!(find(b"nothing: here\nat all\n"), None);
    }
}
