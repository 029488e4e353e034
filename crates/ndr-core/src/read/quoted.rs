//! Where a report's own words end and the returned message begins, in a text.

use super::fields;
use crate::cues::{Cues, cues};

/// Lines that begin the returned message, in lower case without decoration. A line counts when it begins with one.
static OPENERS: Cues = cues!(&[
    "below this line is a copy of the message",
    "below is a copy of the original message",
    "this is a copy of the message",
    "this is a copy of your message",
    "a copy of the original message",
    "a copy of your message",
    "a copy of the message",
    "included is a copy of the message",
    "the header of the original message is following",
    "the headers of the original message",
    "the attachment contains the original mail headers",
    "original message follows",
    "original message headers",
    "original message header",
    "original mail follows",
    "original mail as follows",
    "returned message follows",
    "returned message headers",
    "message header follows",
    "message headers follow",
    "message contents follow",
    "unsent message follows",
    "unsent message below",
    "undelivered message headers",
    "original message text",
    "text of your message",
    "start of returned message",
    "headers of the original message",
    "content of the original message",
    "your message reads",
    "here is a copy of",
    "en-têtes de message d'origine",
    "en-têtes de message d’origine",
    "en-tetes de message d'origine",
    "intestazioni originali del messaggio",
    "ursprungshuvuden",
    "oorspronkelijke berichtkoppen",
    "ursprüngliche nachrichtenkopfzeilen",
    "ursprüngliche nachrichtenheader",
    "encabezados de mensajes originales",
    "encabezados originales del mensaje",
    "cabeçalhos originais da mensagem",
    "original headers",
    "元のメッセージ",
    "元メール",
    "-- 元メッセージ",
    "исходное сообщение",
    "Исходное сообщение",
]);

/// Lines that begin it only when they hold nothing else.
const EXACT: &[&str] = &[
    "original message",
    "returned message",
    "undelivered message",
    "message headers",
    "original mail",
    "message header",
    "forwarded message headers",
    "headers follow",
    "the original message",
    "message follows",
    "original message headers",
    "returned mail",
    "your original message",
    "your message",
];

/// Words within a short line that announce the header too: the Portuguese heading comes in several encodings.
static HEADERS_FOLLOW: Cues = cues!(&["alhos originais da mensagem", "original message headers"]);

/// Splits `text` into the report's words and the returned message (which may be only its header).
pub(crate) fn split(text: &str) -> (&str, Option<&str>) {
    // One pass finds the openers; the walk over the lines then asks where they stand.
    let mut openers: Vec<usize> = OPENERS.all(text).into_iter().map(|(_, start, _)| start).collect();
    openers.sort_unstable();
    let mut next_opener = 0;
    let mut at = 0;
    let lines = text.split_inclusive('\n');
    let mut in_fields = false;
    for line in lines {
        let start = at;
        at += line.len();
        while openers.get(next_opener).is_some_and(|found| *found < start) {
            next_opener += 1;
        }
        let bare = line.trim();
        if bare.is_empty() {
            in_fields = false;
            continue;
        }
        in_fields |= fields::is_field_line(bare);
        let core = bare.trim_matches(|c: char| {
            matches!(c, '-' | '=' | '*' | '_' | '>' | '<' | ' ' | '\t' | '+' | '~' | '#' | '.' | ':' | '|')
        });
        if core.len() < 120 && !core.is_empty() {
            let core_start = start + (core.as_ptr() as usize - line.as_ptr() as usize);
            let decorated = bare.len() >= core.len() + 4 && bare.starts_with(['-', '=', '*', '_', '+']);
            let opens =
                openers[next_opener..].iter().take_while(|found| **found < at).any(|found| *found == core_start)
                    || (EXACT.iter().any(|exact| core.eq_ignore_ascii_case(exact))
                        && (decorated || bare.ends_with(':') && header_follows(&text[at..])))
                    || (core.len() < 60 && HEADERS_FOLLOW.any(core));
            if opens {
                return (&text[..start], Some(&text[at..]));
            }
        }
        if !in_fields && !line.starts_with([' ', '\t']) && begins_header(bare) && header_run(&text[start..]) >= 3 {
            return (&text[..start], Some(&text[start..]));
        }
    }
    (text, None)
}

/// Whether a line is one that a returned header may begin with.
fn begins_header(line: &str) -> bool {
    const FIRST: &[&str] = &[
        "received",
        "return-path",
        "message-id",
        "x-originating-ip",
        "delivered-to",
        "dkim-signature",
        "mime-version",
        "x-received",
        "from",
        "date",
        "x-envelope-from",
        "arc-seal",
    ];
    let Some((name, _)) = line.split_once(':') else {
        return false;
    };
    FIRST.iter().any(|known| name.eq_ignore_ascii_case(known))
}

/// How many header fields stand in a row.
fn header_run(text: &str) -> usize {
    let mut run = 0;
    let mut telling = false;
    for line in text.lines().take(40) {
        if line.starts_with([' ', '\t']) && run > 0 {
            continue;
        }
        let Some((name, _)) = line.split_once(':') else {
            break;
        };
        if name.is_empty()
            || name.len() > 60
            || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
            || fields::is_field_line(line)
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
    static FORWARDED: Cues =
        cues!(&["begin forwarded message", "forwarded message", "original message", "weitergeleitete nachricht"]);
    // Few texts have quoted lines at all; those that have not are done here.
    memchr::memmem::find(text.as_bytes(), b"\n>")?;
    let at = FORWARDED.first(text).into_iter().flatten().min()?;
    let tail = &text[at..];
    let quoted = tail.lines().filter(|line| line.starts_with('>')).count();
    let all = tail.lines().filter(|line| !line.trim().is_empty()).count();
    if quoted * 3 < all * 2 || quoted < 5 {
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
