//! Masks a message part by part: headers by the meaning of their fields, bodies by what they are to a report.

use super::effort::{Effort, is_private};
use super::text::{self, scramble, scramble_html};
use super::tokens::{Tokens, addresses};
use crate::mail as message;
use crate::mail::headers::{self, Block};
use crate::mail::input::{self, Input};
use crate::page::split_returned;
use crate::text::address;
use crate::{Framed, Limits};
use mail_parser::{Encoding, Message, MessageParser, MessagePart, MimeHeaders, PartType};
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::LazyLock;

static PARSER: LazyLock<MessageParser> =
    LazyLock::new(|| MessageParser::new().with_mime_headers().default_header_ignore());

/// What a message is to the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// The report: its words stay.
    Report,
    /// A mail that only carries the report.
    Cover,
    /// The returned message, or text that a person wrote.
    Private,
}

struct Masker<'t> {
    tokens: &'t mut Tokens,
    effort: Effort,
    boundaries: Vec<(String, String)>,
    line_end: &'static str,
}

/// Masks an input that [`message::clean`] has seen.
pub(super) fn mask(tokens: &mut Tokens, bytes: &[u8], decoded: &Framed, effort: Effort) -> Vec<u8> {
    let crlf = bytes.split_inclusive(|byte| *byte == b'\n').next().is_some_and(|line| line.ends_with(b"\r\n"));
    let line_end = if crlf { "\r\n" } else { "\n" };
    let mut masker = Masker { tokens, effort, boundaries: Vec::new(), line_end };
    match input::kind(bytes) {
        Input::Mail => {
            let role = match (decoded.is_carried, is_private(decoded.report.kind)) {
                (true, _) => Role::Cover,
                (false, true) => Role::Private,
                (false, false) => Role::Report,
            };
            masker.message(bytes, role, 0)
        }
        Input::Html => masker.words(&String::from_utf8_lossy(bytes)).into_bytes(),
        Input::Text => masker.report_text(&String::from_utf8_lossy(bytes)).into_bytes(),
    }
}

/// The decoded texts of a message, as a reader sees them.
pub(super) fn texts(bytes: &[u8]) -> Vec<String> {
    let Some(message) = PARSER.parse(message::within(bytes, &Limits::default())) else { return Vec::new() };
    let text = |part: &MessagePart<'_>| match &part.body {
        PartType::Text(text) => Some(text.to_string()),
        PartType::Html(html) => Some(message::html_to_text(html)),
        _ => None,
    };
    message.parts.iter().filter_map(text).collect()
}

/// Masks a list of people, as in From and To: names and addresses.
pub(super) fn people(tokens: &mut Tokens, value: &str) -> String {
    let mut out = String::new();
    let mut at = 0;
    let mut role = false;
    for found in addresses(value) {
        role = Tokens::is_role(found.address);
        let before = value.get(at..found.start).unwrap_or_default();
        out +=
            &if role || before.contains(':') { text::text(tokens, before, NO_USERS) } else { person(tokens, before) };
        out += &tokens.address(found.address);
        at = found.end;
    }
    let tail = value.get(at..).unwrap_or_default();
    if at == 0 && !tail.trim().is_empty() && !Tokens::is_role(tail.trim()) {
        return person(tokens, tail);
    }
    out + &if role { text::text(tokens, tail, NO_USERS) } else { comment(tokens, tail) }
}

const NO_USERS: text::Words = text::Words { users: false, names: true };

/// Masks the text before an address: separators stay, a name gets its token.
fn person(tokens: &mut Tokens, before: &str) -> String {
    let edge = |c: char| c.is_whitespace() || "<>,;:()[]'\"".contains(c);
    let name = before.trim_matches(edge);
    if name.is_empty() || !name.chars().any(char::is_alphabetic) || Tokens::is_role(name) {
        return before.to_string();
    }
    before.replacen(name, &tokens.name(name), 1)
}

/// A name in brackets after an address: `a@example.com (Jane Doe)`.
fn comment(tokens: &mut Tokens, after: &str) -> String {
    match (after.find('('), after.rfind(')')) {
        (Some(open), Some(close)) if open < close => person(tokens, after),
        _ => text::text(tokens, after, NO_USERS),
    }
}

/// Masks one recipient: an address, or the name of a local user.
pub(super) fn recipient(tokens: &mut Tokens, value: &str) -> String {
    if value.contains('@') {
        let found = addresses(value);
        if let [one] = found.as_slice() {
            let (before, after) =
                (value.get(..one.start).unwrap_or_default(), value.get(one.end..).unwrap_or_default());
            return format!("{before}{}{after}", tokens.address(one.address));
        }
        return tokens.address(value);
    }
    if tokens.is_host(value) { tokens.host(value) } else { tokens.user(value) }
}

const PEOPLE: &[&str] = &[
    "from",
    "to",
    "cc",
    "bcc",
    "sender",
    "reply-to",
    "return-path",
    "delivered-to",
    "x-original-to",
    "x-failed-recipients",
    "errors-to",
    "envelope-to",
    "resent-from",
    "resent-to",
    "resent-sender",
    "apparently-to",
    "x-rcpt-to",
    "x-envelope-to",
    "x-envelope-from",
    "x-sender",
    "x-receiver",
    "disposition-notification-to",
    "return-receipt-to",
    "mail-from",
    "x-display-name",
];

/// Fields of a returned message that programs write; other fields hold text of people or unknown text.
const MACHINE: &[&str] = &[
    "received",
    "x-received",
    "received-spf",
    "authentication-results",
    "authentication-results-original",
    "arc-authentication-results",
    "arc-message-signature",
    "arc-seal",
    "dkim-signature",
    "domainkey-signature",
    "date",
    "message-id",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "content-disposition",
    "content-language",
    "auto-submitted",
    "precedence",
    "x-priority",
    "importance",
    "x-mailer",
    "user-agent",
    "x-originating-ip",
    "x-spam-status",
    "x-spam-flag",
    "x-spam-score",
    "x-auto-response-suppress",
    "list-id",
    "resent-date",
    "resent-message-id",
];

impl Masker<'_> {
    fn words(&mut self, words: &str) -> String {
        text::text(self.tokens, words, self.effort.words)
    }

    /// Masks a message with its header. Text outside of parts (delimiters, preamble, epilogue) is copied with its
    /// boundaries masked.
    fn message(&mut self, bytes: &[u8], role: Role, depth: usize) -> Vec<u8> {
        let limits = Limits::default();
        let bytes = message::within(bytes, &limits);
        let Some(message) = PARSER.parse(bytes).filter(|_| depth <= limits.nesting) else {
            return self.words(&String::from_utf8_lossy(bytes)).into_bytes();
        };
        self.learn_boundaries(&message);
        let mut out = Vec::with_capacity(bytes.len());
        let mut at = 0;
        for part in &message.parts {
            let place = |offset: u32| (offset as usize).min(bytes.len());
            let (header, body, end) = (place(part.offset_header), place(part.offset_body), place(part.offset_end));
            if header < at || body < header {
                continue;
            }
            self.gap(bytes.get(at..header).unwrap_or_default(), role, &mut out);
            let leaf = !matches!(part.body, PartType::Multipart(_));
            let raw = bytes.get(body..end.max(body)).unwrap_or_default();
            let masked = if leaf { Some(self.body(part, raw, role, depth)) } else { None };
            let changed = masked.as_ref().is_some_and(|masked| masked != raw);
            self.header(
                bytes.get(header..body).unwrap_or_default(),
                (role, depth == 0 || role == Role::Report),
                changed && !matches!(part.body, PartType::Message(_)),
                &mut out,
            );
            at = body;
            if let Some(masked) = masked {
                out.extend_from_slice(&masked);
                at = end.max(body);
            }
        }
        self.gap(bytes.get(at..).unwrap_or_default(), role, &mut out);
        out
    }

    fn learn_boundaries(&mut self, message: &Message<'_>) {
        for part in &message.parts {
            let Some(boundary) = part.content_type().and_then(|content| content.attribute("boundary")) else {
                continue;
            };
            let names = self.words(boundary) != boundary;
            if names && !self.boundaries.iter().any(|(known, _)| known == boundary) {
                let token = self.tokens.boundary(boundary);
                self.boundaries.push((boundary.to_string(), token));
            }
        }
        // One boundary may begin with another.
        self.boundaries.sort_by_key(|(boundary, _)| std::cmp::Reverse(boundary.len()));
    }

    fn gap(&mut self, bytes: &[u8], role: Role, out: &mut Vec<u8>) {
        for line in String::from_utf8_lossy(bytes).split_inclusive('\n') {
            let after = line.strip_prefix("--");
            let known =
                after.and_then(|after| self.boundaries.iter().find(|(known, _)| after.starts_with(known.as_str())));
            let text = match known {
                Some((known, token)) => format!("--{token}{}", line.get(2 + known.len()..).unwrap_or_default()),
                None if line.starts_with("--") || role == Role::Report || !self.effort.bodies => self.words(line),
                None => scramble(line),
            };
            out.extend_from_slice(text.as_bytes());
        }
    }

    /// A header block with the empty line after it. Where the body was written anew, it is in UTF-8.
    fn header(&mut self, bytes: &[u8], place: (Role, bool), rewritten: bool, out: &mut Vec<u8>) {
        let (role, own) = place;
        let mut block = Block::new(bytes);
        while let Some(field) = block.next_raw() {
            let field = String::from_utf8_lossy(field);
            let masked = self.field(&field, role, own);
            let masked = if rewritten { in_utf8(&masked) } else { masked };
            out.extend_from_slice(masked.as_bytes());
        }
        out.extend_from_slice(bytes.get(block.read()..).unwrap_or_default());
    }

    /// One field, folds and line end and all.
    fn field(&mut self, field: &str, role: Role, own: bool) -> String {
        let Some((name, raw)) = field.split_once(':') else { return self.words(field) };
        let low = name.trim().to_ascii_lowercase();
        let low = low.as_str();
        let decoded = headers::decode(raw.trim().as_bytes());
        let masked = match low {
            _ if PEOPLE.contains(&low) => people(self.tokens, &decoded),
            "subject" if own => self.own_subject(&decoded),
            "subject" | "thread-topic" | "x-subject" => self.tokens.subject(&decoded),
            "content-type" | "content-disposition" => return format!("{name}:{}", self.parameters(raw)),
            _ if MACHINE.contains(&low) || role == Role::Report || is_exchange(low) => {
                let raw = if matches!(low, "received" | "x-received") { self.hops(raw) } else { raw.to_string() };
                return format!("{}:{}", self.words(name), self.words(&raw));
            }
            _ if !self.effort.bodies => self.words(raw.trim()),
            _ => scramble(&decoded),
        };
        if masked == decoded && !raw.contains("=?") || masked == raw.trim() {
            return field.to_string();
        }
        let end = if field.ends_with("\r\n") { "\r\n" } else { "\n" };
        format!("{name}: {masked}{}", if field.ends_with('\n') { end } else { "" })
    }

    /// The report's own subject: what follows `Undeliverable:` is the subject of the message.
    fn own_subject(&mut self, subject: &str) -> String {
        const OWN: &[&str] = &[
            "mail",
            "message",
            "deliver",
            "return",
            "transcript",
            "notif",
            "fail",
            "undeliver",
            "bounce",
            "status",
            "delay",
            "warning",
            "error",
        ];
        if self.effort.own_subject
            && let Some((lead, rest)) = subject.split_once(": ")
            && !OWN.iter().any(|word| rest.to_ascii_lowercase().contains(word))
            && !rest.trim().is_empty()
        {
            return format!("{}: {}", self.words(lead), self.tokens.subject(rest));
        }
        self.words(subject)
    }

    /// The hosts of `Received: from EXCH01 (...) by EXCH02`: without a dot, only their position shows that they are hosts.
    fn hops(&mut self, received: &str) -> String {
        const NONE: &[&str] = &["root", "userid", "uid", "localhost", "unknown", "network", "local"];
        let mut out = String::with_capacity(received.len());
        let mut last = "";
        for piece in received.split_inclusive(char::is_whitespace) {
            let word = piece.trim_end();
            let host = word.trim_matches(['(', ')', '[', ']', ';']);
            if matches!(last, "from" | "by") && !NONE.contains(&host) && !Tokens::is_role(host) && host.is_ascii() {
                self.tokens.learn_host(host);
                let single = !host.is_empty() && !host.contains(['.', ':', '@', '<', '(']);
                out += &if single { piece.replacen(host, &self.tokens.host(host), 1) } else { piece.to_string() };
            } else {
                out += piece;
            }
            if !word.is_empty() {
                last = word;
            }
        }
        out
    }

    /// Content-Type and Content-Disposition: boundaries and names of files.
    fn parameters(&mut self, raw: &str) -> String {
        let mut value = raw.to_string();
        for (boundary, token) in &self.boundaries {
            // In quotes for certain: the token holds signs that a bare word may not.
            value = value
                .replace(&format!("\"{boundary}\""), &format!("\"{token}\""))
                .replace(&format!("={boundary}"), &format!("=\"{token}\""));
        }
        let mut out = String::new();
        for (nth, piece) in value.split(';').enumerate() {
            if nth > 0 {
                out.push(';');
            }
            let name = piece.split('=').next().unwrap_or_default().trim().to_ascii_lowercase();
            let is_file =
                ["name", "filename"].iter().any(|known| name == *known || name.starts_with(&format!("{known}*")));
            match piece.split_once('=').filter(|_| is_file) {
                Some((label, file)) => {
                    let bare = file.trim().trim_matches('"');
                    let ending = bare.rsplit_once('.').map_or("", |(_, ending)| ending);
                    let ending: String = ending.chars().filter(char::is_ascii_alphanumeric).take(5).collect();
                    let line_end = file.get(file.trim_end().len()..).unwrap_or_default();
                    let label = label.trim_end().trim_end_matches(|c: char| c == '*' || c.is_ascii_digit());
                    let _ =
                        write!(out, "{label}=\"file.{}\"{line_end}", if ending.is_empty() { "bin" } else { &ending });
                }
                None if name == "boundary" => out += piece,
                None => out += &self.words(piece),
            }
        }
        out
    }

    fn body(&mut self, part: &MessagePart<'_>, raw: &[u8], role: Role, depth: usize) -> Vec<u8> {
        let content = part.content_type();
        let is = |kind: &str, sub: &str| {
            content.is_some_and(|content| {
                content.ctype().eq_ignore_ascii_case(kind)
                    && content.subtype().is_some_and(|known| known.eq_ignore_ascii_case(sub))
            })
        };
        let is_header = is("text", "rfc822-headers") || is("message", "global-headers");
        let is_fields = ["delivery-status", "global-delivery-status", "feedback-report", "disposition-notification"]
            .iter()
            .any(|sub| is("message", sub));
        let inner = if role == Role::Cover { Role::Report } else { Role::Private };
        match &part.body {
            PartType::Message(_) if part.encoding == Encoding::None => self.message(raw, inner, depth + 1),
            PartType::Message(nested) => {
                let masked = self.message(&nested.raw_message, inner, depth + 1);
                self.encode(&masked, part.encoding, raw)
            }
            PartType::Text(decoded) | PartType::Html(decoded) if is_header => {
                let mut out = Vec::new();
                self.header(decoded.as_bytes(), (Role::Private, false), false, &mut out);
                self.put(decoded, &String::from_utf8_lossy(&out), part.encoding, raw)
            }
            PartType::Binary(data) | PartType::InlineBinary(data) if is_header => {
                let mut out = Vec::new();
                self.header(data, (Role::Private, false), false, &mut out);
                if out == data.as_ref() { raw.to_vec() } else { self.encode(&out, part.encoding, raw) }
            }
            PartType::Text(decoded) if is_fields => {
                let masked = self.fields(decoded);
                self.put(decoded, &masked, part.encoding, raw)
            }
            PartType::Text(decoded) => {
                let masked = match role {
                    Role::Report => self.report_text(decoded),
                    _ if !self.effort.bodies => self.words(decoded),
                    _ => scramble(decoded),
                };
                self.put(decoded, &masked, part.encoding, raw)
            }
            PartType::Html(decoded) => {
                let masked = match role {
                    Role::Report if !self.effort.markup => self.without_markup(decoded),
                    Role::Report => self.words(decoded),
                    _ if !self.effort.bodies => self.words(decoded),
                    _ => scramble_html(decoded),
                };
                self.put(decoded, &masked, part.encoding, raw)
            }
            PartType::Binary(data) | PartType::InlineBinary(data) => {
                let decoded = String::from_utf8_lossy(data);
                // Some gateways attach a delivery status as data.
                if is_fields || is("application", "octet-stream") && crate::mail::status::begins(data) {
                    let masked = self.fields(&decoded);
                    return self.put(&decoded, &masked, part.encoding, raw);
                }
                let readable = is("application", "json")
                    || content.is_some_and(|content| matches!(content.ctype(), "message" | "multipart"));
                if readable && role == Role::Report {
                    let masked = self.report_text(&decoded);
                    return self.put(&decoded, &masked, part.encoding, raw);
                }
                // What a file holds is no part of a report.
                self.encode(b"removed\n", part.encoding, raw)
            }
            PartType::Multipart(_) => raw.to_vec(),
        }
    }

    /// The words of an HTML part in the plainest markup there is: for markup that cuts addresses to pieces.
    fn without_markup(&mut self, html: &str) -> String {
        let words = self.report_text(&message::html_to_text(html));
        let lines: Vec<String> = words.lines().map(crate::sanitize::html).collect();
        format!("<html><body>{}</body></html>\n", lines.join("<br>\n"))
    }

    /// Words of a report. What came back with it, from its header on, is a message of its own.
    fn report_text(&mut self, words: &str) -> String {
        let words = self.subjects_of_json(words);
        let (own, returned) = split_returned(&words);
        let mut out = self.lines(own);
        let Some(returned) = returned else { return out };
        let lead = returned.len() - returned.trim_start_matches(['\r', '\n', ' ', '\t']).len();
        let (lead, returned) = returned.split_at(lead);
        out += lead;
        let (block, body) = returned.split_at(end_of_block(returned));
        let is_header = block.lines().next().is_some_and(|line| {
            line.split_once(':').is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_graphic()))
        });
        if is_header {
            let mut header = Vec::new();
            self.header(block.as_bytes(), (Role::Private, false), false, &mut header);
            out += &String::from_utf8_lossy(&header);
        } else {
            out += &if self.effort.bodies { scramble(block) } else { self.words(block) };
        }
        out + &if self.effort.bodies { scramble(body) } else { self.words(body) }
    }

    /// Lines of a report, some of which are fields.
    fn lines(&mut self, words: &str) -> String {
        words
            .split_inclusive('\n')
            .map(|line| {
                let bare = line.trim();
                let field = bare.split_once(':').map(|(name, _)| name.to_ascii_lowercase());
                match field.as_deref() {
                    Some("subject" | "message subject") => {
                        let (label, value) = line.split_once(':').unwrap_or((line, ""));
                        let subject = value.trim();
                        let masked = self.tokens.subject(subject);
                        match subject.is_empty() {
                            true => line.to_string(),
                            false => format!("{label}:{}", value.replacen(subject, &masked, 1)),
                        }
                    }
                    Some(name) if name.ends_with("-recipient") => self.status_field(line),
                    _ => self.words(line),
                }
            })
            .collect()
    }

    /// The machine-readable part.
    fn fields(&mut self, text: &str) -> String {
        text.split_inclusive('\n').map(|line| self.status_field(line)).collect()
    }

    /// One line of it. A recipient may be written in ways that hide the address: it is read as the decoder reads it.
    fn status_field(&mut self, line: &str) -> String {
        let Some((name, value)) = line.split_once(':') else { return self.words(line) };
        let low = name.trim().to_ascii_lowercase();
        if low == "x-display-name" && !value.contains('@') {
            let value = value.trim();
            return if value.is_empty() { line.to_string() } else { line.replacen(value, &self.tokens.name(value), 1) };
        }
        if let Some((kind, host)) = value.split_once(';').filter(|(kind, _)| kind.trim().eq_ignore_ascii_case("dns")) {
            let bare = host.trim().split([' ', '(']).next().unwrap_or_default();
            self.tokens.learn_host(bare);
            if !bare.contains('.') && !bare.is_empty() && bare.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
                return format!("{name}:{kind};{}", host.replacen(bare, &self.tokens.host(bare), 1));
            }
        }
        if !low.ends_with("-recipient") {
            return self.words(line);
        }
        let (kind, written) = value.split_once(';').map_or((None, value), |(kind, rest)| (Some(kind), rest));
        let bare = address::unescape(address::bare(written));
        let end = line.get(line.trim_end().len()..).unwrap_or_default();
        if bare.is_empty() {
            return self.words(line);
        }
        // A source route stays one: each host of it, and the mailbox behind.
        if let Some((route, mailbox)) = written.trim().split_once(':').filter(|(route, _)| route.starts_with('@')) {
            let masked = format!("{}:{}", self.words(route), recipient(self.tokens, mailbox));
            return line.replacen(written.trim(), &masked, 1);
        }
        let masked = recipient(self.tokens, &bare);
        if masked == written.trim() {
            return line.to_string();
        }
        let lead = written.get(..written.len() - written.trim_start().len()).unwrap_or_default();
        let inside = written.trim().starts_with('<');
        let masked = if inside { format!("<{masked}>") } else { masked };
        kind.map_or_else(|| format!("{name}:{lead}{masked}{end}"), |kind| format!("{name}:{kind};{lead}{masked}{end}"))
    }

    /// The subjects in an event of a mail service, which is JSON.
    fn subjects_of_json<'w>(&mut self, words: &'w str) -> Cow<'w, str> {
        let mut out = Cow::Borrowed(words);
        if !words.trim_start().starts_with(['{', '[']) {
            return out;
        }
        for key in ["\"subject\"", "\"Subject\""] {
            let mut at = 0;
            while let Some(found) = out.get(at..).and_then(|rest| rest.find(key)) {
                let from = at + found + key.len();
                at = from;
                let rest = out.get(from..).unwrap_or_default();
                let skipped = rest.len() - rest.trim_start_matches([' ', ':', '\n', '\r', '\t']).len();
                let value = rest.get(skipped..).unwrap_or_default();
                let mut values = serde_json::Deserializer::from_str(value).into_iter::<String>();
                let Some(Ok(subject)) = values.next() else { continue };
                let len = values.byte_offset();
                let token = serde_json::to_string(&self.tokens.subject(&subject)).unwrap_or_default();
                out.to_mut().replace_range(from + skipped..from + skipped + len, &token);
            }
        }
        out
    }

    /// A decoded text as it is sent: as it was, where nothing changed.
    fn put(&self, decoded: &str, masked: &str, encoding: Encoding, raw: &[u8]) -> Vec<u8> {
        if decoded == masked { raw.to_vec() } else { self.encode(masked.as_bytes(), encoding, raw) }
    }

    /// Puts bytes into a transfer encoding.
    fn encode(&self, bytes: &[u8], encoding: Encoding, raw: &[u8]) -> Vec<u8> {
        let text = match encoding {
            Encoding::None => return bytes.to_vec(),
            Encoding::Base64 => base64(bytes, self.line_end),
            Encoding::QuotedPrintable => quoted_printable(bytes, self.line_end),
        };
        let text = text.trim_end_matches(['\r', '\n']);
        format!("{text}{}", if raw.ends_with(b"\n") { self.line_end } else { "" }).into_bytes()
    }
}

/// Where a header ends: at the first empty line.
fn end_of_block(text: &str) -> usize {
    let mut block = Block::new(text.as_bytes());
    while block.next_raw().is_some() {}
    block.read()
}

/// Fields that Exchange adds, which say how it judged and handled a message.
fn is_exchange(name: &str) -> bool {
    ["x-ms-", "x-microsoft-", "x-forefront-", "x-eopattributed", "x-google-", "x-gm-", "content-"]
        .iter()
        .any(|lead| name.starts_with(lead))
}

/// RFC 2045 section 6.8.
fn base64(bytes: &[u8], end: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len() * 3 / 2);
    for line in bytes.chunks(57) {
        for group in line.chunks(3) {
            let bits = group.iter().fold(0u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
            for nth in 0..4 {
                let digit = DIGITS.get((bits >> (18 - 6 * nth) & 63) as usize).copied();
                out.push(digit.filter(|_| nth <= group.len()).map_or('=', char::from));
            }
        }
        out += end;
    }
    out
}

/// RFC 2045 section 6.7.
fn quoted_printable(bytes: &[u8], end: &str) -> String {
    let mut out = String::with_capacity(bytes.len() * 3 / 2);
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let content = line.strip_suffix(b"\n").unwrap_or(line);
        let content = content.strip_suffix(b"\r").unwrap_or(content);
        let mut column = 0;
        for (at, byte) in content.iter().enumerate() {
            let last = at + 1 == content.len();
            let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || (matches!(byte, b' ' | b'\t') && !last);
            let width = if plain { 1 } else { 3 };
            if column + width > 75 {
                out.push('=');
                out += end;
                column = 0;
            }
            column += width;
            if plain {
                out.push(char::from(*byte));
            } else {
                let _ = write!(out, "={byte:02X}");
            }
        }
        if line.ends_with(b"\n") {
            out += end;
        }
    }
    out
}

/// The field with its charset set to UTF-8, in which a masked text is written.
fn in_utf8(field: &str) -> String {
    let low = field.to_ascii_lowercase();
    let Some(at) = low.find("charset=").filter(|_| low.starts_with("content-type")) else { return field.to_string() };
    let value = field.get(at + 8..).unwrap_or_default();
    let (open, inside) = value.strip_prefix('"').map_or(("", value), |rest| ("\"", rest));
    let len = inside.find(|c: char| c == '"' || c == ';' || c.is_whitespace()).unwrap_or(inside.len());
    let (charset, rest) = inside.split_at(len);
    if ["utf-8", "us-ascii"].iter().any(|known| charset.eq_ignore_ascii_case(known)) {
        return field.to_string();
    }
    format!("{}charset={open}utf-8{rest}", field.get(..at).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transfer_encodings() {
        assert_eq!(base64(b"a", "\n"), "YQ==\n");
        assert_eq!(base64(b"abc", "\n"), "YWJj\n");
        assert_eq!(base64(b"abcd", "\r\n"), "YWJjZA==\r\n");
        assert_eq!(quoted_printable("é=\t\nb ".as_bytes(), "\n"), "=C3=A9=3D=09\nb=20");
        let long = quoted_printable("x".repeat(200).as_bytes(), "\n");
        assert!(long.lines().all(|line| line.len() <= 76) && long.replace("=\n", "") == "x".repeat(200));
    }
}
