//! Where a report's own words end and the returned message begins, in a text.

use crate::mail::status;
use crate::phrases::{PhraseMatch, PhraseMatches, Topic};
use crate::text::search::{Phrases, phrases};
use crate::text::{self, lines};

/// The phrases of a text, up to where the returned message begins.
pub(crate) fn matches(text: &str) -> PhraseMatches {
    PhraseMatches::of(text, opens)
}

/// Splits `text` into the report's words and the returned message (which may be only its header).
pub(crate) fn split<'t>(text: &'t str, marks: &PhraseMatches) -> (&'t str, Option<&'t str>) {
    let Some(mark) = marks.iter().find(|mark| opens(text, mark, marks)) else { return (text, None) };
    let line = Line::around(text, mark.start);
    let header = if mark.topic == Topic::HeaderStart { text::from(text, line.start) } else { line.after };
    (text::upto(text, line.start), Some(header))
}

/// Whether a phrase matches begins the returned message.
fn opens(text: &str, mark: &PhraseMatch, marks: &PhraseMatches) -> bool {
    let line = || Line::around(text, mark.start);
    match mark.topic {
        Topic::Opener => {
            let line = line();
            line.core_start == mark.start && line.core.len() < 120
        }
        Topic::ExactOpener => {
            let line = line();
            line.core_start == mark.start
                && line.core.len() == mark.end - mark.start
                && (line.is_decorated() || line.bare.ends_with(':') && header_follows(line.after))
        }
        Topic::WithinOpener => line().core.len() < 60,
        Topic::HeaderStart => {
            let begins_line =
                mark.start.checked_sub(1).is_none_or(|before| text.as_bytes().get(before) == Some(&b'\n'));
            begins_line && header_run(text::from(text, mark.start)) >= 3 && !line().is_among_fields(marks)
        }
        _ => false,
    }
}

/// The line that a phrase matches stands in.
struct Line<'t> {
    text: &'t str,
    start: usize,
    /// The line without blanks around it.
    bare: &'t str,
    /// The line without decoration around it.
    core: &'t str,
    core_start: usize,
    /// All that follows the line.
    after: &'t str,
}

impl<'t> Line<'t> {
    fn around(text: &'t str, at: usize) -> Line<'t> {
        let (start, end) = text::line_at(text, at);
        let decoration =
            |c: char| matches!(c, '-' | '=' | '*' | '_' | '>' | '<' | ' ' | '\t' | '+' | '~' | '#' | '.' | ':' | '|');
        let bare = text::between(text, start, end).trim();
        let core = bare.trim_start_matches(decoration);
        let core_start = text::offset(text, core);
        Line { text, start, bare, core: core.trim_end_matches(decoration), core_start, after: text::from(text, end) }
    }

    fn is_decorated(&self) -> bool {
        self.bare.len() >= self.core.len() + 4 && self.bare.starts_with(['-', '=', '*', '_', '+'])
    }

    /// Whether fields of a delivery status stand above it, with no empty line between.
    fn is_among_fields(&self, marks: &PhraseMatches) -> bool {
        let end = self.start + self.bare.len();
        let mut block = self.start;
        // Nobody writes so many fields in a row.
        for _ in 0..200 {
            let Some(above) = block.checked_sub(1).and_then(|above| self.text.get(..above)) else { break };
            let start = memchr::memrchr(b'\n', above.as_bytes()).map_or(0, |end| end + 1);
            if text::from(above, start).trim().is_empty() {
                break;
            }
            block = start;
        }
        marks.of_topic(Topic::Field).any(|mark| {
            (block..end).contains(&mark.start) && status::is_field_line(Line::around(self.text, mark.start).bare)
        })
    }
}

/// How many header fields stand in a row.
fn header_run(text: &str) -> usize {
    let mut run = 0;
    let mut telling = false;
    for line in lines(text).take(40) {
        if line.starts_with([' ', '\t']) && run > 0 {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else {
            break;
        };
        if name.is_empty()
            || name.len() > 60
            || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            || status::is_field_line(line)
        {
            break;
        }
        telling |=
            ["received", "message-id", "date", "mime-version"].iter().any(|known| name.eq_ignore_ascii_case(known));
        run += 1;
    }
    if telling { run } else { 0 }
}

fn header_follows(text: &str) -> bool {
    header_run(text.trim_start_matches(['\n', '\r'])) >= 2
}

/// Takes the `> ` marks off a bounce that was forwarded inline; `None` where the text is not mostly quoted.
pub(crate) fn unquote(text: &str) -> Option<String> {
    static FORWARDED: Phrases =
        phrases!(&["begin forwarded message", "forwarded message", "original message", "weitergeleitete nachricht"]);
    // Few texts have quoted lines at all; those that have too few are done here.
    let bytes = text.as_bytes();
    let begins_line = |at: &usize| at.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\n');
    const FEWEST: usize = 5;
    memchr::memchr_iter(b'>', bytes).filter(begins_line).nth(FEWEST - 2)?;
    let at = FORWARDED.earliest(text)?.start;
    let tail = text::from(text, at);
    let quoted = tail.lines().filter(|line| line.starts_with('>')).count();
    let all = tail.lines().filter(|line| !text::trim(line).is_empty()).count();
    if quoted * 3 < all * 2 || quoted < FEWEST {
        return None;
    }
    let mut out = String::with_capacity(tail.len());
    for line in tail.lines() {
        let bare = line.strip_prefix('>').map(|rest| rest.strip_prefix(' ').unwrap_or(rest)).unwrap_or("");
        out.push_str(bare);
        out.push('\n');
    }
    Some(out)
}
