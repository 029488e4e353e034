//! From bytes to the parts that matter, with the guards in front of mail-parser.

pub(crate) mod headers;
pub(crate) mod input;
pub(crate) mod limits;
pub(crate) mod outlook;
pub(crate) mod status;
pub(crate) mod structure;
pub(crate) mod transfer;

use crate::mail::headers::Headers;
use crate::mail::limits::Limits;
use crate::mail::structure::{ContentType, Leaf};
use crate::mail::transfer::Encoding;
use crate::text;
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::sync::LazyLock;

/// What a part is to a report reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PartKind {
    Plain,
    Html,
    /// `message/delivery-status` or `message/global-delivery-status`.
    DeliveryStatus,
    /// `message/feedback-report`.
    Feedback,
    /// `message/disposition-notification`.
    Disposition,
    Other,
}

/// A leaf part outside the original, decoded to text.
#[derive(Clone, Debug)]
pub(crate) struct Part<'x> {
    pub(crate) kind: PartKind,
    pub(crate) mime: Cow<'static, str>,
    pub(crate) text: Cow<'x, str>,
}

/// A message, cut into what a report reader looks at.
#[derive(Debug, Default)]
pub(crate) struct Mail<'x> {
    pub(crate) headers: Headers<'x>,
    /// `report-type` of a multipart/report, as written.
    pub(crate) report_type: Option<Cow<'x, str>>,
    pub(crate) is_multipart_report: bool,
    pub(crate) parts: Vec<Part<'x>>,
    /// The message that came back: its header block and what was kept of its body.
    pub(crate) original: Option<Cow<'x, [u8]>>,
    /// What limits cut away, as notes.
    pub(crate) truncated: Vec<(&'static str, String)>,
}

/// A plain text of this many letters is not a mere pointer to the HTML part, in bytes.
pub(crate) const TELLING_LEN: usize = 80;

static PARSER: LazyLock<MessageParser> =
    LazyLock::new(|| MessageParser::new().with_mime_headers().default_header_ignore());

/// Takes the mail out of an Outlook item, makes line ends that mail-parser understands, and drops an mbox `From ` line, a byte-order mark and leading blanks.
pub(crate) fn clean(bytes: &[u8]) -> Cow<'_, [u8]> {
    if let Some(mail) = outlook::to_mail(bytes) {
        return Cow::Owned(mail);
    }
    let mut bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut owned = None;
    // UTF-16, as Windows tools save text.
    if let [0xFF, 0xFE, rest @ ..] | [0xFE, 0xFF, rest @ ..] = bytes
        && !rest.is_empty()
    {
        let big = bytes.starts_with(&[0xFE]);
        let (pairs, _) = rest.as_chunks::<2>();
        let units = pairs.iter().map(|pair| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) });
        let text: String = char::decode_utf16(units).map(|c| c.unwrap_or('\u{FFFD}')).collect();
        owned = Some(text.into_bytes());
        bytes = &[];
    }
    if let Some(text) = owned {
        return Cow::Owned(match strip_lead(&text) {
            lead if lead.len() == text.len() => text,
            lead => lead.to_vec(),
        });
    }
    if memchr::memchr(b'\n', bytes).is_none() && memchr::memchr(b'\r', bytes).is_some() {
        let lines: Vec<u8> = bytes.iter().map(|b| if *b == b'\r' { b'\n' } else { *b }).collect();
        return Cow::Owned(strip_lead(&lines).to_vec());
    }
    Cow::Borrowed(strip_lead(bytes))
}

fn strip_lead(mut bytes: &[u8]) -> &[u8] {
    while let Some((b'\n' | b'\r' | b' ' | b'\t', rest)) = bytes.split_first() {
        bytes = rest;
    }
    if bytes.starts_with(b"From ") || bytes.starts_with(b">From ") {
        return memchr::memchr(b'\n', bytes).and_then(|end| bytes.get(end + 1..)).unwrap_or_default();
    }
    bytes
}

/// What limits cut away, as notes.
type Cuts = Vec<(&'static str, String)>;

/// As many bytes as the limit lets through.
fn within_size<'x>(bytes: &'x [u8], limits: &Limits, cuts: &mut Cuts) -> &'x [u8] {
    let Some(head) = bytes.get(..limits.message_bytes).filter(|head| head.len() < bytes.len()) else { return bytes };
    cuts.push((
        "limit-message-bytes",
        format!("the message has {} bytes; only the first {} were read", bytes.len(), head.len()),
    ));
    head
}

/// Cuts `bytes` where they nest too deep or have too many parts, so that what mail-parser builds stays small.
fn within_structure<'x>(bytes: &'x [u8], limits: &Limits, cuts: &mut Cuts) -> &'x [u8] {
    let mut end = bytes.len();
    // Digests nest without saying message/rfc822.
    let (mut messages, mut digests) = (0, 0);
    for at in memchr::memchr_iter(b'/', bytes) {
        let Some(name) = bytes.get(at + 1..at + 7) else { break };
        let (count, what) = if name.eq_ignore_ascii_case(b"rfc822") || name.eq_ignore_ascii_case(b"global") {
            let before = at.checked_sub(7).and_then(|from| bytes.get(from..at));
            if !before.is_some_and(|name| name.eq_ignore_ascii_case(b"message")) {
                continue;
            }
            (&mut messages, "messages")
        } else if name.eq_ignore_ascii_case(b"digest") {
            (&mut digests, "digests")
        } else {
            continue;
        };
        *count += 1;
        if *count > limits.nesting {
            end = at - at.min(7);
            cuts.push((
                "limit-nesting",
                format!("more than {} {what} lie in each other; the rest was left out", limits.nesting),
            ));
            break;
        }
    }
    // Every boundary line makes a part. Few messages are long enough to hold too many.
    let most = limits.parts.saturating_mul(2);
    if end / 4 > most
        && let Some(at) = memchr::memmem::find_iter(bytes.get(..end).unwrap_or(bytes), b"\n--").nth(most)
    {
        end = at + 1;
        cuts.push(("limit-parts", format!("more than {} body parts; the rest was left out", limits.parts)));
    }
    bytes.get(..end).unwrap_or(bytes)
}

/// What of a message lies within the limits.
#[cfg(feature = "redact")]
pub(crate) fn within<'x>(bytes: &'x [u8], limits: &Limits) -> &'x [u8] {
    let mut cuts = Cuts::new();
    within_structure(within_size(bytes, limits, &mut cuts), limits, &mut cuts)
}

impl<'x> Mail<'x> {
    /// Reads a message that begins with its header.
    pub(crate) fn read(bytes: &'x [u8], limits: &Limits) -> Mail<'x> {
        let mut truncated = Cuts::new();
        let bytes = within_size(bytes, limits, &mut truncated);
        let (headers, header_end, cut) = Headers::limited(bytes, limits.header_lines);
        let bytes = bytes.get(..header_end).filter(|_| cut).unwrap_or(bytes);
        if cut {
            truncated.push((
                "limit-header-lines",
                format!("more than {} header lines; the rest was left out", limits.header_lines),
            ));
        }
        let mut mail = Mail { headers, truncated, ..Mail::default() };
        if let Some(content) = mail.headers.raw("Content-Type").and_then(ContentType::read)
            && content.mime.0.eq_ignore_ascii_case("multipart")
        {
            mail.is_multipart_report = content.mime.1.eq_ignore_ascii_case("report");
            mail.report_type = content.parameter("report-type").flatten().map(Cow::Borrowed);
        }
        match structure::leaves(bytes, &mail.headers, header_end, limits.parts) {
            Some(leaves) => mail.take_leaves(&leaves, limits),
            None => {
                let start = mail.headers.mime_start(bytes).unwrap_or(header_end);
                mail.parse(bytes.get(start..).unwrap_or_default(), limits, true);
            }
        }
        mail
    }

    /// Takes the parts of a plainly built message. HTML is read only where plain text does not say enough.
    fn take_leaves(&mut self, leaves: &[Leaf<'x>], limits: &Limits) {
        let is_html = |leaf: &&Leaf<'_>| leaf.mime.1.eq_ignore_ascii_case("html");
        for leaf in leaves.iter().filter(|leaf| !is_html(leaf)) {
            self.take_leaf(leaf, limits);
        }
        let says_enough = |part: &Part<'_>| part.kind == PartKind::Plain && text::trim(&part.text).len() >= TELLING_LEN;
        if !self.parts.iter().any(says_enough) {
            for leaf in leaves.iter().filter(is_html) {
                self.take_leaf(leaf, limits);
            }
        }
    }

    fn take_leaf(&mut self, leaf: &Leaf<'x>, limits: &Limits) {
        let (kind, mime) = kind_of(leaf.mime.0, leaf.mime.1);
        let is_original = ["message/rfc822", "message/global"].contains(&&*mime) || is_headers(&mime);
        let is_plain = leaf.encoding == Encoding::None;
        if is_original && is_plain {
            // As nearly everybody writes it; other spellings are met where mail-parser is asked.
            static NESTED: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("message/rfc822"));
            let nests = NESTED.find_iter(leaf.body).nth(limits.nesting).is_some();
            let body = if nests { within_structure(leaf.body, limits, &mut self.truncated) } else { leaf.body };
            self.original = self.original.take().or(Some(Cow::Borrowed(body)));
        } else if is_plain && is_mail_as_data(&mime, leaf.body) {
            self.original = self.original.take().or(Some(Cow::Borrowed(leaf.body)));
        } else if is_plain && is_status_as_data(&mime, leaf.body) {
            self.take_status(Cow::Borrowed(leaf.body), mime, limits);
        } else if is_original || !is_plain && (mime == "application/octet-stream" || outlook::may_be_item(&mime)) {
            self.parse(leaf.whole, limits, false);
        } else if mime.starts_with("text/") || mime.starts_with("message/") || mime == "application/json" {
            match transfer::text(leaf.body, leaf.encoding, leaf.charset) {
                Some(text) => self.take_text(kind, mime, text, limits),
                None => self.parse(leaf.whole, limits, false),
            }
        }
    }

    /// Takes as much of a text as the limit lets through.
    fn take_text(&mut self, kind: PartKind, mime: Cow<'static, str>, mut text: Cow<'x, str>, limits: &Limits) {
        if text.len() > limits.text_bytes {
            self.truncated.push(limits.long_text(text.len()));
        }
        text::truncate(&mut text, limits.text_bytes);
        self.parts.push(Part { kind, mime, text });
    }

    fn take_status(&mut self, data: Cow<'x, [u8]>, mime: Cow<'static, str>, limits: &Limits) {
        self.take_text(PartKind::DeliveryStatus, mime, into_text(data), limits);
    }

    /// Lets mail-parser read a message or a part. `is_root`: also what its Content-Type says of the whole message.
    fn parse(&mut self, bytes: &'x [u8], limits: &Limits, is_root: bool) {
        let bytes = within_structure(bytes, limits, &mut self.truncated);
        let Some(message) = PARSER.parse(bytes) else {
            return;
        };
        if is_root
            && let Some(content) = message.parts.first().and_then(|root| root.content_type())
            && content.ctype().eq_ignore_ascii_case("multipart")
        {
            self.is_multipart_report = content.subtype().is_some_and(|sub| sub.eq_ignore_ascii_case("report"));
            self.report_type = content.attribute("report-type").map(|name| Cow::Owned(name.to_string()));
        }
        self.collect(message, bytes, limits);
    }

    fn collect(&mut self, message: Message<'x>, bytes: &'x [u8], limits: &Limits) {
        for part in message.parts.into_iter().take(limits.parts) {
            let (kind, mime) = match part.content_type() {
                Some(content) => kind_of(content.ctype(), content.subtype().unwrap_or_default()),
                None => (PartKind::Plain, Cow::Borrowed("text/plain")),
            };
            let is_headers = is_headers(&mime);
            let (from, to) = (part.offset_body as usize, part.offset_end as usize);
            match part.body {
                PartType::Message(nested) => {
                    if matches!(kind, PartKind::DeliveryStatus) || self.original.is_some() {
                        continue;
                    }
                    let encoded = !matches!(part.encoding, mail_parser::Encoding::None);
                    self.original = Some(if encoded {
                        Cow::Owned(nested.raw_message.to_vec())
                    } else {
                        Cow::Borrowed(bytes.get(from..to.max(from)).unwrap_or_default())
                    });
                }
                PartType::Multipart(_) => {}
                PartType::Text(text) | PartType::Html(text) if is_headers => {
                    if self.original.is_none() {
                        self.original = Some(into_bytes(text));
                    }
                }
                PartType::Text(text) | PartType::Html(text) => {
                    // A multipart whose boundary never comes is one text, markup and all.
                    let broken = mime.starts_with("multipart/");
                    let (kind, mime) =
                        if broken { (PartKind::Plain, Cow::Borrowed("text/plain")) } else { (kind, mime) };
                    self.take_text(kind, mime, text, limits);
                }
                PartType::Binary(data) | PartType::InlineBinary(data) if is_headers || mime == "message/rfc822" => {
                    if self.original.is_none() {
                        self.original = Some(data);
                    }
                }
                PartType::Binary(data) | PartType::InlineBinary(data) => {
                    if is_status_as_data(&mime, &data) {
                        self.take_status(data, mime, limits);
                        continue;
                    }
                    if is_mail_as_data(&mime, &data) {
                        self.original = self.original.take().or(Some(data));
                        continue;
                    }
                    if outlook::may_be_item(&mime)
                        && let Some(item) = outlook::to_mail(&data)
                    {
                        self.original = self.original.take().or(Some(Cow::Owned(item)));
                        continue;
                    }
                    // A multipart that names no boundary, or none that comes.
                    let broken = mime.starts_with("multipart/");
                    if mime.starts_with("message/") || mime == "application/json" || broken {
                        let (kind, mime) =
                            if broken { (PartKind::Plain, Cow::Borrowed("text/plain")) } else { (kind, mime) };
                        self.take_text(kind, mime, into_text(data), limits);
                    }
                }
            }
        }
    }
}

/// Gateways that do not know the type of a delivery status attach it as data.
fn is_status_as_data(mime: &str, data: &[u8]) -> bool {
    mime == "application/octet-stream" && status::begins(data)
}

/// Clients that do not know the type of a saved mail attach it as data.
fn is_mail_as_data(mime: &str, data: &[u8]) -> bool {
    mime == "application/octet-stream" && !data.contains(&0) && input::kind(data) == input::Input::Mail
}

fn into_text(data: Cow<'_, [u8]>) -> Cow<'_, str> {
    match data {
        Cow::Borrowed(data) => String::from_utf8_lossy(data),
        Cow::Owned(data) => Cow::Owned(String::from_utf8_lossy(&data).into_owned()),
    }
}

fn into_bytes(text: Cow<'_, str>) -> Cow<'_, [u8]> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
        Cow::Owned(text) => Cow::Owned(text.into_bytes()),
    }
}

/// Whether a part holds the header of the returned message alone.
fn is_headers(mime: &str) -> bool {
    mime.ends_with("rfc822-headers") || mime == "message/global-headers"
}

fn kind_of(kind: &str, sub: &str) -> (PartKind, Cow<'static, str>) {
    const KNOWN: &[(&str, &str, &str, PartKind)] = &[
        ("text", "plain", "text/plain", PartKind::Plain),
        ("text", "html", "text/html", PartKind::Html),
        ("message", "delivery-status", "message/delivery-status", PartKind::DeliveryStatus),
        ("message", "global-delivery-status", "message/global-delivery-status", PartKind::DeliveryStatus),
        ("message", "feedback-report", "message/feedback-report", PartKind::Feedback),
        ("message", "disposition-notification", "message/disposition-notification", PartKind::Disposition),
        (
            "message",
            "global-disposition-notification",
            "message/global-disposition-notification",
            PartKind::Disposition,
        ),
        ("message", "rfc822", "message/rfc822", PartKind::Other),
        ("message", "global", "message/global", PartKind::Other),
        ("text", "rfc822-headers", "text/rfc822-headers", PartKind::Other),
    ];
    for (known, known_sub, name, part) in KNOWN {
        if sub.eq_ignore_ascii_case(known_sub) && kind.eq_ignore_ascii_case(known) {
            return (*part, Cow::Borrowed(name));
        }
    }
    let name = format!("{}/{}", kind.to_ascii_lowercase(), sub.to_ascii_lowercase());
    let part = if name.starts_with("text/") && sub.is_empty() { PartKind::Plain } else { PartKind::Other };
    (part, Cow::Owned(name))
}

/// The text of an HTML part: tags gone, one line per block, no invisible characters.
pub(crate) fn html_to_text(html: &str) -> String {
    // mail-parser breaks lines at <br> and </p> only; the other blocks get a <br> of their own.
    const BLOCKS: &[&str] = &[
        "div",
        "tr",
        "td",
        "th",
        "li",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "table",
        "pre",
        "blockquote",
        "ul",
        "ol",
        "hr",
    ];
    let mut marked = String::with_capacity(html.len() + html.len() / 16);
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        marked.push_str(before);
        let name = tag.strip_prefix('/').unwrap_or(tag);
        let name = name.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if BLOCKS.iter().any(|block| name.eq_ignore_ascii_case(block)) {
            marked.push_str("<br>");
        }
        // <wbr> stands inside words.
        if name.eq_ignore_ascii_case("wbr")
            && let Some((_, after)) = tag.split_once('>')
        {
            rest = after;
            continue;
        }
        marked.push('<');
        rest = tag;
    }
    marked.push_str(rest);
    let text = mail_parser::decoders::html::html_to_text(&marked);
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let start = out.len();
        out.extend(line.trim().chars().filter(|c| !is_invisible(*c)).map(|c| if c == '\u{a0}' { ' ' } else { c }));
        if out.len() > start || !out.ends_with("\n\n") {
            out.push('\n');
        }
    }
    out
}

/// Characters that take no room and hide inside words.
pub(crate) const fn is_invisible(c: char) -> bool {
    matches!(c as u32, 0xAD | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x2064 | 0x2066..=0x2069 | 0xFEFF)
}
