//! What was said about one recipient: the reply and its codes out of the words around it, who said it, and to which
//! command.

use crate::cues::{Cues, cues};
use crate::report::Recipient;
use ndr_resolve::{Reply, find_reply, unfold_reply};

/// The longest server text that a result shows, in bytes.
const LONGEST: usize = 2_000;

/// Fills `recipient` from a block of words: text, reply, status, remote and command, where they are still empty.
pub(crate) fn fill(recipient: &mut Recipient, block: &str) {
    let line = unfold_reply(cap(block, LONGEST * 4));
    if line.is_empty() {
        return;
    }
    if recipient.command.is_none() {
        recipient.command = command(&line);
    }
    if recipient.remote.is_none() {
        recipient.remote = remote(&line);
    }
    let text = reply_part(&line);
    if !recipient.hidden.context.is_empty() {
        recipient.hidden.context.push('\n');
    }
    recipient.hidden.context.push_str(&line);
    if recipient.text.is_none() {
        set_text(recipient, text);
    }
}

/// Sets the text and the codes that it holds.
pub(crate) fn set_text(recipient: &mut Recipient, text: &str) {
    let text = cap(text, LONGEST).trim();
    let reply = Reply::parse(text);
    recipient.reply = reply.code;
    if recipient.status.is_none() {
        recipient.status = reply.status;
        recipient.hidden.inner = reply.inner;
    } else {
        recipient.hidden.inner =
            reply.status.into_iter().chain(reply.inner).filter(|code| Some(*code) != recipient.status).collect();
    }
    recipient.text = Some(text.to_string());
}

/// The server's own words within a line that also says how the reporting system came by them.
pub(crate) fn reply_part(line: &str) -> &str {
    let mut text = line;
    for open in [
        " said: ",
        " said: \"",
        "Remote host said: ",
        "Remote host said:",
        "The response was: ",
        "response was:",
        "did not like our ",
    ] {
        if let Some(at) = text.find(open) {
            let rest = &text[at + open.len()..];
            let rest =
                if open.starts_with("did not") { rest.split_once(": ").map_or(rest, |(_, after)| after) } else { rest };
            if !rest.trim().is_empty() {
                text = rest;
                break;
            }
        }
    }
    if let Some((_, at)) = find_reply(text)
        && at <= 400
        && is_preamble(&text[..at])
    {
        text = &text[at..];
    }
    // Sendmail: "(reason: 550 words) (expanded from: <user@example.com>)"
    if line.starts_with("(reason: ") {
        let end = text.find(") (").or_else(|| text.strip_suffix(')').map(str::len)).unwrap_or(text.len());
        text = &text[..end];
    }
    // "554 <user@example.com>... 550 Host unknown": Sendmail wraps the statement that counts.
    if let Some(at) = text.find(">... ").filter(|at| *at < 300 && text.as_bytes().get(4) == Some(&b'<'))
        && text.as_bytes()[at + 5..].first().is_some_and(|b| matches!(b, b'4' | b'5'))
        && find_reply(&text[at + 5..]).is_some_and(|(_, offset)| offset == 0)
    {
        text = &text[at + 5..];
    }
    for close in [" (in reply to ", " Giving up on ", " [RCPT_TO]", " [MAIL_FROM]", " [DATA]"] {
        if let Some(at) = text.rfind(close)
            && text.len() - at < 90
        {
            text = &text[..at];
        }
    }
    text.trim()
}

/// Whether the words in front of a reply only say who gave it. `451 ...` within a sentence keeps its sentence.
fn is_preamble(words: &str) -> bool {
    let words = words.trim_end_matches([' ', '\'', '"', '<', '(']);
    words.is_empty() || words.ends_with([':', ']', ';', '>', '|', '#']) || {
        let last = words.rsplit(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
        matches!(
            last.as_str(),
            "<--" | "returned" | "said" | "was" | "error" | "response" | "with" | "reply" | "message" | "code" | "-"
        )
    }
}

/// Words in front of the host that gave a reply, most telling first.
static BEFORE_HOST: Cues = cues!(
    &[
        "host ",
        "while talking to ",
        "host: ",
        "Server at ",
        "server at ",
        "connect to ",
        "connection to ",
        "conversation with ",
        "remote server ",
        "by server ",
        "Remote-MTA: dns; ",
        "contacting ",
        "smtp server ",
        "SMTP server ",
        "by the server for the recipient domain ",
        "delivery attempt to ",
        "lost connection with ",
        "from remote host ",
        "Server ",
    ],
    case
);

/// Words behind it: "192.0.2.1 does not like recipient".
static AFTER_HOST: Cues = cues!(
    &[
        " did not like our ",
        " does not like recipient",
        " does not like our ",
        " failed after I sent the message",
        " said: ",
        " sent ",
    ],
    case
);

/// The host that gave the reply, where the words name it.
pub(crate) fn remote(line: &str) -> Option<String> {
    for (cue, mut at) in firsts(&BEFORE_HOST, line) {
        if cue == "host " && line[..at].chars().next_back().is_some_and(char::is_alphanumeric) {
            // "localhost " is no cue; a later "host " may be one.
            let Some(next) = line[at + 1..].find(cue) else { continue };
            at += 1 + next;
        }
        if let Some(host) = host_at(&line[at + cue.len()..]) {
            return Some(host);
        }
    }
    for (_, at) in firsts(&AFTER_HOST, line) {
        let before = line[..at].trim_end();
        let before = before.rsplit_once(" [").filter(|_| before.ends_with(']')).map_or(before, |(host, _)| host);
        let word = before.rsplit([' ', '<', '>', ':', ',']).next().unwrap_or_default();
        if let Some(host) = host_at(word) {
            return Some(host);
        }
    }
    None
}

/// Where each phrase that stands in `line` stands first, in the order of the list.
fn firsts(cues: &'static Cues, line: &str) -> Vec<(&'static str, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for hit in cues.find(line) {
        if !found.iter().any(|(number, _)| *number == hit.number) {
            found.push((hit.number, hit.start));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(number, at)| (cues.list()[number], at)).collect()
}

/// The host name or address that begins `text`.
pub(crate) fn host_at(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['[', '(', '<', '"', '\'', ' ']);
    let len =
        text.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':'))).unwrap_or(text.len());
    let host = text[..len].trim_end_matches(['.', ':', '-']);
    // A port, or the sentence going on.
    let host = host
        .split_once(':')
        .filter(|(name, rest)| name.contains('.') && rest.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let labels = host.split('.').count();
    let plausible =
        (labels >= 2 && host.split('.').all(|label| !label.is_empty())) || (host.contains("::") && host.len() > 4);
    (plausible && host.len() <= 255).then(|| host.to_string())
}

/// The SMTP command that the reply answered, where the words name it.
pub(crate) fn command(line: &str) -> Option<&'static str> {
    const COMMANDS: &[(&str, &str)] = &[
        ("end of data", "DATA"),
        ("end-of-data", "DATA"),
        ("final data", "DATA"),
        ("rcpt", "RCPT TO"),
        ("mail from", "MAIL FROM"),
        ("mail", "MAIL FROM"),
        ("data", "DATA"),
        ("ehlo", "EHLO"),
        ("helo", "HELO"),
        ("starttls", "STARTTLS"),
        ("auth", "AUTH"),
        ("initial connection", "CONNECT"),
        ("quit", "QUIT"),
        ("pipelined end of data", "DATA"),
        ("sending data", "DATA"),
    ];
    const TAGS: &[&str] = &["RCPT TO", "MAIL FROM", "RCPT TO", "MAIL FROM", "DATA"];
    let mut found: Vec<(usize, usize)> = COMMAND_CUES.find(line).map(|hit| (hit.number, hit.end)).collect();
    found.sort_unstable();
    if let Some((tag, _)) = found.first().filter(|(number, _)| *number < TAGS.len()) {
        return Some(TAGS[*tag]);
    }
    let bracket = COMMAND_CUES.list().len();
    found.extend(memchr::memchr_iter(b'(', line.as_bytes()).map(|at| (bracket, at + 1)));
    for (number, end) in found {
        let rest = &line[end..];
        let rest = rest.strip_prefix("pipelined ").unwrap_or(rest);
        for (word, command) in COMMANDS {
            let Some(head) = rest.get(..word.len()) else {
                continue;
            };
            let ends = !rest[word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
            // Bare words such as "data" are commands only when shouted; phrases are taken as they come.
            let shouted = head.bytes().all(|b| !b.is_ascii_lowercase()) || word.contains(' ') || word.contains('-');
            if ends
                && shouted
                && head.eq_ignore_ascii_case(word)
                && (number != bracket || rest[word.len()..].starts_with([')', ' ']))
            {
                return Some(command);
            }
        }
    }
    None
}

/// Words that name a command outright, in the order of `TAGS`; then words in front of a command.
static COMMAND_CUES: Cues = cues!(
    &[
        "[RCPT_TO]",
        "[MAIL_FROM]",
        "does not like recipient",
        "does not like sender",
        "failed after I sent the message",
        "in reply to ",
        "after ",
        ">>> ",
        "did not like our ",
        "in response to ",
        "SMTP command",
        "during ",
        "command: ",
    ],
    case
);

/// At most `limit` bytes of `text`, cut at a character.
pub(crate) fn cap(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let mut at = limit;
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    &text[..at]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_server_within_words_of_the_reporter() {
        for (line, text, host, verb) in [
            (
                "host mx.example.com[192.0.2.1] said: 550 5.1.1 <a@example.com>: no (in reply to RCPT TO command)",
                "550 5.1.1 <a@example.com>: no",
                Some("mx.example.com"),
                Some("RCPT TO"),
            ),
            (
                "SMTP error from remote mail server after RCPT TO:<a@example.com>: host mx.example.com [192.0.2.20]: 550 5.1.1 no",
                "550 5.1.1 no",
                Some("mx.example.com"),
                Some("RCPT TO"),
            ),
            (
                "192.0.2.153 does not like recipient. Remote host said: 550 5.1.1 <a@example.com> no Giving up on 192.0.2.153.",
                "550 5.1.1 <a@example.com> no",
                Some("192.0.2.153"),
                Some("RCPT TO"),
            ),
            (
                "mx.example.com [192.0.2.17] did not like our final DATA: 550 5.7.509 Access denied",
                "550 5.7.509 Access denied",
                Some("mx.example.com"),
                Some("DATA"),
            ),
            (
                "connect to mx.example.com[192.0.2.2]:25: No route to host",
                "connect to mx.example.com[192.0.2.2]:25: No route to host",
                Some("mx.example.com"),
                None,
            ),
            ("message still undelivered after 3 days", "message still undelivered after 3 days", None, None),
        ] {
            assert_eq!(reply_part(line), text);
            assert_eq!(remote(line).as_deref(), host, "{line}");
            assert_eq!(command(line), verb, "{line}");
        }
    }
}
