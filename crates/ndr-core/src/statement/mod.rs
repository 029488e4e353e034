//! What was said about one recipient: the reply and its codes out of the words around it, who said it, and to which
//! command.

pub(crate) mod named;
pub(crate) mod quoted;
pub(crate) mod role;

use crate::evidence::Finding;
use crate::text::search::{Phrases, phrase_lists};
use crate::text::{self, cap};
use ndr_resolve::{Reply, find_codes, find_reply, unfold_reply};

/// The longest server text that a result shows, in bytes.
const LONGEST: usize = 2_000;

/// Fills `recipient` from a block of words: text, reply, status, remote and command, where they are still empty.
pub(crate) fn fill(recipient: &mut Finding, block: &str) {
    let line = unfold_reply(cap(block, LONGEST * 4));
    if line.is_empty() {
        return;
    }
    let marked = Marked::new(&line);
    if recipient.command.is_none() {
        recipient.command = marked.command();
    }
    if recipient.remote.is_none() {
        recipient.remote = marked.remote();
    }
    recipient.add_context(&line);
    if recipient.text.is_none() {
        // A line that begins with a reply says where the server's words begin; on one line that is lost.
        match reply_line(block) {
            Some(at) => {
                let said = unfold_reply(cap(text::from(block, at), LONGEST * 4));
                set_text(recipient, Marked::new(&said).reply_part());
            }
            None => set_text(recipient, marked.reply_part()),
        }
    }
}

/// Where the first line stands that begins with a reply, if no line above it holds one.
fn reply_line(block: &str) -> Option<usize> {
    let block = cap(block, LONGEST * 4);
    // The first reply of all decides.
    let (_, reply) = find_reply(block)?;
    let (start, _) = text::line_at(block, reply);
    let marks = text::between(block, start, reply);
    (start > 0 && marks.bytes().all(|byte| matches!(byte, b'<' | b'>' | b' ' | b'\t'))).then_some(reply)
}

/// Sets the text and the codes that it holds.
pub(crate) fn set_text(recipient: &mut Finding, text: &str) {
    let text = cap(text, LONGEST).trim();
    // The prefixes of a reply's further lines repeat the first one's, wherever the reply began.
    let unfolded = (text.as_bytes().get(3) == Some(&b'-')).then(|| unfold_reply(text));
    let text = unfolded.as_deref().unwrap_or(text);
    let mut reply = Reply::parse(text);
    // Any code says more than x.0.0.
    if let Some(bare) = reply.status.filter(|status| status.is_bare())
        && let Some(better) = reply.inner.iter_mut().find(|code| !code.is_bare() && code.class() == bare.class())
    {
        reply.status = Some(std::mem::replace(better, bare));
    }
    recipient.reply = reply.code;
    if recipient.status.is_none() {
        recipient.status = reply.status;
        recipient.inner = reply.inner;
    } else {
        recipient.inner =
            reply.status.into_iter().chain(reply.inner).filter(|code| Some(*code) != recipient.status).collect();
    }
    recipient.text = Some(text.to_string());
}

/// What of a line is worth knowing, found in one pass.
pub(crate) struct Marked<'l> {
    line: &'l str,
    /// Number of the phrase in [`PHRASES`] and its span; sorted.
    found: Vec<(usize, usize, usize)>,
}

impl<'l> Marked<'l> {
    pub(crate) fn new(line: &'l str) -> Marked<'l> {
        let mut found: Vec<_> = PHRASES.find(line).map(|hit| (hit.number, hit.start, hit.end)).collect();
        found.sort_unstable();
        Marked { line, found }
    }

    /// The places of the phrases of one list, in the order of the list and then of the line.
    fn of(&self, list: std::ops::Range<usize>) -> impl DoubleEndedIterator<Item = &(usize, usize, usize)> {
        self.found.iter().filter(move |(number, ..)| list.contains(number))
    }

    /// The server's own words within a line that also says how the reporting system came by them.
    pub(crate) fn reply_part(&self) -> &'l str {
        let line = self.line;
        let mut text = line;
        for (number, _, end) in self.firsts(SAID.start..SAID_WITH_DETAIL.end) {
            let mut rest = text::from(line, end);
            if SAID_WITH_DETAIL.contains(&number) {
                rest = rest.split_once(": ").map_or(rest, |(_, after)| after);
            }
            if !text::trim(rest).is_empty() {
                text = rest;
                break;
            }
        }
        if let Some((_, at)) = find_reply(text)
            && at <= 400
            && let Some((words, reply)) = text.split_at_checked(at)
            && is_preamble(words)
        {
            text = reply;
        }
        // Sendmail: "(reason: 550 words) (expanded from: <user@example.com>)"
        if line.starts_with("(reason: ") {
            let closed = text.split_once(") (").map(|(reason, _)| reason).or_else(|| text.strip_suffix(')'));
            text = closed.unwrap_or(text);
        }
        // "554 <user@example.com>... 550 Host unknown": Sendmail wraps the statement that counts.
        if text.as_bytes().get(4) == Some(&b'<')
            && let Some((_, wrapped)) = text.split_once(">... ").filter(|(address, _)| address.len() < 300)
            && wrapped.starts_with(['4', '5'])
            && find_reply(wrapped).is_some_and(|(_, offset)| offset == 0)
        {
            text = wrapped;
        }
        // The last place of each, where it stands near the end.
        let base = text::offset(line, text);
        let mut end = base + text.len();
        for number in SAID_ENDS {
            let last = self.of(number..number + 1).rfind(|(_, start, stop)| *start >= base && *stop <= end);
            if let Some((_, start, _)) = last
                && end - start < 90
            {
                end = *start;
            }
        }
        text::between(line, base, end).trim()
    }

    /// The first place of each phrase of a list: number, start and end.
    fn firsts(&self, list: std::ops::Range<usize>) -> impl Iterator<Item = (usize, usize, usize)> {
        let mut last = usize::MAX;
        self.of(list).copied().filter(move |(number, ..)| std::mem::replace(&mut last, *number) != *number)
    }

    /// The host that gave the reply, where the words name it.
    pub(crate) fn remote(&self) -> Option<String> {
        let line = self.line;
        // "localhost " is no cue; a later "host " may be one.
        let is_word = |start: usize| !text::upto(line, start).ends_with(char::is_alphanumeric);
        let named = self.of(HOST).take(2).find(|(_, start, _)| is_word(*start)).copied();
        for (_, _, end) in named.into_iter().chain(self.firsts(BEFORE_HOST)) {
            if let Some(host) = host_at(text::from(line, end)) {
                return Some(host);
            }
        }
        for (_, start, _) in self.firsts(AFTER_HOST) {
            let before = text::upto(line, start).trim_end();
            let before = before.rsplit_once(" [").filter(|_| before.ends_with(']')).map_or(before, |(host, _)| host);
            let word = before.rsplit([' ', '<', '>', ':', ',']).next().unwrap_or_default();
            if let Some(host) = host_at(word) {
                return Some(host);
            }
        }
        None
    }

    /// The SMTP command that the reply answered, where the words name it.
    pub(crate) fn command(&self) -> Option<&'static str> {
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
        const TAG_COMMANDS: [&str; 9] =
            ["RCPT TO", "MAIL FROM", "RCPT TO", "MAIL FROM", "DATA", "MAIL FROM", "CONNECT", "CONNECT", "AUTH"];
        if let Some((number, ..)) = self.of(TAGS).next() {
            return TAG_COMMANDS.get(number - TAGS.start).copied();
        }
        let cues = self.of(BEFORE_COMMAND).map(|(_, _, end)| (*end, false));
        let brackets = memchr::memchr_iter(b'(', self.line.as_bytes()).map(|at| (at + 1, true));
        // What a transcript shows of a command.
        let signs = memchr::memchr_iter(b'>', self.line.as_bytes());
        let sent = signs.filter(|at| text::from(self.line, *at).starts_with(">>> ")).map(|at| (at + 4, false));
        for (at, bracket) in cues.chain(sent).chain(brackets) {
            let rest = text::from(self.line, at);
            let rest = rest.strip_prefix("pipelined ").unwrap_or(rest);
            // Most brackets hold something else.
            if !rest.starts_with(|c: char| "eEfFrRmMdDhHsSaAiIqQpP".contains(c)) {
                continue;
            }
            for (word, command) in COMMANDS {
                let Some((head, tail)) = rest.split_at_checked(word.len()) else { continue };
                let ends = !tail.starts_with(|c: char| c.is_ascii_alphanumeric());
                // Bare words such as "data" are commands only when shouted; phrases are taken as they come.
                let shouted = head.bytes().all(|b| !b.is_ascii_lowercase()) || word.contains(' ') || word.contains('-');
                if ends && shouted && head.eq_ignore_ascii_case(word) && (!bracket || tail.starts_with([')', ' '])) {
                    return Some(command);
                }
            }
        }
        None
    }
}

/// The SMTP command in words such as `RCPT TO:<a@example.com>`, by its one spelling.
pub(crate) fn command(words: &str) -> Option<&'static str> {
    Marked::new(&format!(">>> {}", cap(words, 200).trim().to_ascii_uppercase())).command()
}

/// What a text states where a statement begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stated {
    /// An enhanced status code, with or without a reply in front.
    Coded,
    /// A reply code alone.
    Reply(u16),
}

/// What a text states at the beginning of a line, of a quotation, or behind words that announce a reply. A number that
/// stands elsewhere is none: a size, a version, a line of a program.
pub(crate) fn stated(text: &str) -> Option<Stated> {
    const LINES: usize = 2_000;
    let mut found = None;
    // "## 5.4.1 (2026-03-01)" heads a list of changes.
    for line in text::lines(text).take(LINES).filter(|line| !line.starts_with("##") && !text::is_table_row(line)) {
        let line = cap(line, LONGEST).trim_start_matches([
            '>', '|', '*', '-', '"', '\'', '<', '(', '[', '#', '`', ' ', '\t', '\u{201c}', '\u{ab}', '\u{2022}',
        ]);
        if let Some((code, at)) = find_reply(line) {
            let in_front = text::upto(line, at);
            let behind = text::from(line, at + 3).trim_start_matches(['-', ' ', ':', '#']);
            let is_coded = find_codes(behind).next().is_some_and(|code| code.span.0 <= 2);
            let is_stated = at == 0 || is_preamble(in_front);
            // `error="550 5.1.1 ..."`; a number alone in such a place may be one of HTTP.
            if is_coded && (is_stated || in_front.trim_end_matches(['"', '\'']).ends_with('=')) {
                return Some(Stated::Coded);
            }
            found = found.or(is_stated.then_some(Stated::Reply(code)));
        }
        let first = find_codes(line).next();
        let announces = |words: &str| {
            let bare = words.trim_end_matches([' ', '\'', '"', '<', '(']);
            // "Status: 5.1.1" is a field, and counts among fields.
            let is_field = bare.len() == 7 && bare.get(..6).is_some_and(|name| name.eq_ignore_ascii_case("status"));
            words.ends_with('=') || !is_field && bare.ends_with([':', ']', ';', '#'])
        };
        if first.is_some_and(|code| code.span.0 == 0 || announces(text::upto(line, code.span.0))) {
            return Some(Stated::Coded);
        }
    }
    found
}

/// Whether words hold a reply or status code.
pub(crate) fn tells(text: &str) -> bool {
    // Every code begins with one of these; one that begins with another digit counts where it begins the text.
    let may = text.starts_with('3') || memchr::memchr3(b'2', b'4', b'5', text.as_bytes()).is_some();
    may && (find_reply(text).is_some() || find_codes(text).next().is_some())
}

/// Whether the words in front of a reply only say who gave it. `451 ...` within a sentence keeps its sentence.
fn is_preamble(words: &str) -> bool {
    // `LED=451 ...`, but not `code = 451`.
    let is_value = words.ends_with('=');
    let words = words.trim_end_matches([' ', '\'', '"', '<', '(']);
    is_value || words.is_empty() || words.ends_with([':', ']', ';', '>', '|', '#']) || {
        let last = words.rsplit(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
        matches!(
            last.as_str(),
            "<--" | "smtp" | "returned" | "said" | "was" | "response" | "with" | "reply" | "message" | "code" | "-"
        ) || ["error", "exception", "refused"].iter().any(|end| last.ends_with(end))
    }
}

phrase_lists! {
    static PHRASES (case):
    /// In front of the server's own words.
    SAID = [
        " said: ",
        " said: \"",
        "Remote host said: ",
        "Remote host said:",
        "The response was: ",
        "response was:",
    ];
    /// The same, with some words more up to a colon.
    SAID_WITH_DETAIL = ["did not like our "];
    /// Behind them.
    SAID_ENDS = [" (in reply to ", " Giving up on ", " [RCPT_TO]", " [MAIL_FROM]", " [DATA]"];
    /// In front of the host that gave a reply, most telling first.
    HOST = ["host "];
    BEFORE_HOST = [
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
    ];
    /// Behind it: "192.0.2.1 does not like recipient".
    AFTER_HOST = [
        " did not like our ",
        " does not like recipient",
        " does not like our ",
        " failed after I sent the message",
        " said: ",
        " sent ",
    ];
    /// Words that name a command outright.
    TAGS = [
        "[RCPT_TO]",
        "[MAIL_FROM]",
        "does not like recipient",
        "does not like sender",
        "failed after I sent the message",
        // Nodemailer.
        "Mail command failed: ",
        "Invalid greeting: ",
        "Invalid greeting. ",
        "Invalid login: ",
    ];
    /// Words in front of a command.
    BEFORE_COMMAND = [
        "in reply to ",
        "after ",
        "did not like our ",
        "in response to ",
        "SMTP command",
        "during ",
        "command: ",
    ];
}

/// The host name or address that begins `text`.
pub(crate) fn host_at(text: &str) -> Option<String> {
    let text = text.trim_start_matches(['[', '(', '<', '"', '\'', ' ']);
    let in_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    let end = text.bytes().position(|byte| !in_host(char::from(byte))).unwrap_or(text.len());
    let host = text::upto(text, end).trim_end_matches(['.', ':', '-']);
    // A port, or the sentence going on.
    let host = text::cut(host, b':')
        .filter(|(name, rest)| name.contains('.') && rest.bytes().all(|b| b.is_ascii_digit()))
        .map_or(host, |(name, _)| name);
    let mut labels = 0;
    let all_named = host.as_bytes().split(|byte| *byte == b'.').all(|label| {
        labels += 1;
        !label.is_empty()
    });
    let is_ipv6 = || host.len() > 4 && host.as_bytes().windows(2).any(|pair| pair == b"::");
    let plausible = all_named && labels >= 2 || is_ipv6();
    (plausible && host.len() <= 255).then(|| host.to_string())
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
            let marked = Marked::new(line);
            assert_eq!(marked.reply_part(), text);
            assert_eq!(marked.remote().as_deref(), host, "{line}");
            assert_eq!(marked.command(), verb, "{line}");
        }
    }
}
