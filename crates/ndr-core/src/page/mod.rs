//! A mail or a pasted text as a [`Page`]: everything that readers need, made once. Every later step is the same for both.

pub(crate) mod daemon;
pub(crate) mod forward;
mod original;
mod pasted;
pub(crate) mod returned;

use crate::mail::headers::{Block, Headers};
use crate::mail::input::Input;
use crate::mail::limits::Limits;
use crate::mail::status::{self, Fields};
use crate::mail::{self, Mail, Part, PartKind, TELLING_LEN, html_to_text};
use crate::phrases::exchange::has_heading;
use crate::phrases::mailers::Mailer;
use crate::phrases::signs::{self, contains_ignoring_case};
use crate::phrases::{PhraseMatches, Topic};
use crate::statement::tells;
use crate::text::{self, address};
use memchr::memmem::{self, Finder};
use std::borrow::Cow;
use std::sync::LazyLock;

/// A mail or a pasted text, prepared for readers.
#[derive(Debug)]
pub(crate) struct Page<'x> {
    /// Whether somebody pasted a text, so that words alone may make it a report.
    pub(crate) is_pasted: bool,
    /// The header and parts of a mail; empty for a pasted text.
    pub(crate) mail: Mail<'x>,
    /// The report's own words.
    pub(crate) words: Words<'x>,
    /// All of a pasted text, before words were cut from it; empty for a mail.
    pub(crate) pasted: Cow<'x, str>,
    /// The fields of the delivery status.
    pub(crate) fields: Fields,
    /// Whether these fields stand in the words, and not in a part of their own.
    pub(crate) has_fields_in_text: bool,
    /// What wrote the report.
    pub(crate) mailer: Option<&'static Mailer>,
    /// Whether the words or headers are those of an Exchange report.
    pub(crate) is_exchange: bool,
    /// Addresses that the report itself is from and to.
    pub(crate) addresses: Vec<Cow<'x, str>>,
    /// Addresses that X-Failed-Recipients names.
    pub(crate) failed: Vec<String>,
    /// What a reader may cost.
    pub(crate) limits: Limits,
}

/// Words of a report: a text without the returned message.
#[derive(Debug, Default)]
pub(crate) struct Words<'x> {
    /// The text.
    pub(crate) text: Cow<'x, str>,
    /// The media type of the part it comes from.
    pub(crate) mime: Cow<'static, str>,
    /// Phrases in the text.
    pub(crate) matches: PhraseMatches,
    /// The returned message, header first, where the text held it.
    pub(crate) returned: Option<Cow<'x, str>>,
}

/// How far into the words phrases of Exchange count, in bytes.
const EXCHANGE_WITHIN: usize = 60_000;

/// How much of a returned message that a text quotes is kept, in bytes.
const RETURNED: usize = 64 << 10;

/// A slice of a text from byte `at` on, of at most [`RETURNED`] bytes.
fn returned_from<'x>(text: &Cow<'x, str>, at: usize) -> Cow<'x, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text::cap(text::from(text, at), RETURNED)),
        Cow::Owned(text) => Cow::Owned(text::cap(text::from(text, at), RETURNED).to_string()),
    }
}

impl<'x> Words<'x> {
    /// Splits a text into the report's words and the returned message. A text that holds a returned message and
    /// nothing else stays whole.
    fn of(mut text: Cow<'x, str>, mime: Cow<'static, str>) -> Words<'x> {
        let mut matches = returned::matches(&text);
        let (words, header) = returned::split(&text, &matches);
        let returned = header.map(|header| returned_from(&text, text::offset(&text, header)));
        let len = words.len();
        if returned.is_some() && text::trim(words).is_empty() {
            matches = PhraseMatches::of_all(&text);
        } else if returned.is_some() {
            matches.truncate(len);
            text::truncate(&mut text, len);
        }
        Words { text, mime, matches, returned }
    }

    /// Ends the words at `end`; what follows is the returned message.
    fn cut(&mut self, end: usize) {
        let rest = text::cut(text::from(&self.text, end), b'\n').map_or("", |(_, rest)| rest).trim_start();
        if self.returned.is_none() {
            self.returned = Some(returned_from(&self.text, self.text.len() - rest.len()));
        }
        self.matches.truncate(end);
        text::truncate(&mut self.text, end);
    }
}

impl<'x> Page<'x> {
    /// Prepares the bytes of a mail or of any other text.
    pub(crate) fn of(bytes: &'x [u8], kind: Input, limits: &Limits) -> Page<'x> {
        let (text, cut) = match kind {
            Input::Mail => return Page::of_mail(bytes, limits),
            Input::Html => {
                let (html, cut) = limits.fit_text(bytes);
                (Cow::Owned(html_to_text(&String::from_utf8_lossy(html))), cut)
            }
            Input::Text => {
                let (text, cut) = limits.fit_text(bytes);
                (String::from_utf8_lossy(text), cut)
            }
        };
        let mut page = Page::of_text(text, limits);
        page.mail.truncated.extend(cut);
        page
    }

    /// Prepares a mail.
    pub(crate) fn of_mail(bytes: &'x [u8], limits: &Limits) -> Page<'x> {
        let mut mail = Mail::read(bytes, limits);
        let words = own_words(&mut mail);
        Page::complete(mail, words, Cow::Borrowed(""), limits)
    }

    /// Prepares a pasted text.
    pub(crate) fn of_text(text: Cow<'x, str>, limits: &Limits) -> Page<'x> {
        let words = pasted::without_frames(&text).map_or_else(|| text.clone(), Cow::Owned);
        let words = pasted::without_escapes(&words).map_or(words, Cow::Owned);
        let words = visible(returned::unquote(&words).map_or(words, Cow::Owned));
        let words = Words::of(words, Cow::Borrowed("text"));
        Page::complete(Mail::default(), words, text, limits)
    }

    /// Names the mailer, ends the words where this mailer returns the message, and reads the fields of the delivery
    /// status, in this order.
    fn complete(mail: Mail<'x>, mut words: Words<'x>, pasted: Cow<'x, str>, limits: &Limits) -> Page<'x> {
        let mut fields = Fields::default();
        // Rejections that come as a read receipt name their recipient there.
        let is_status = |part: &&Part<'_>| matches!(part.kind, PartKind::DeliveryStatus | PartKind::Disposition);
        for part in mail.parts.iter().filter(is_status) {
            let more = status::parse(&part.text, limits.recipients);
            fields.reporting_mta = fields.reporting_mta.or(more.reporting_mta);
            fields.recipients.extend(more.recipients);
        }
        let in_text = fields.recipients.is_empty() && fields_stand_in(&words);
        let in_words = || if in_text { status::reporting_mta(&words.text) } else { None };
        let mta = fields.reporting_mta.as_deref().map(Cow::Borrowed).or_else(|| in_words().map(Cow::Owned));
        let mailer = signs::recognise(&mail.headers, words.matches.numbers_of(Topic::Mailer), mta.as_deref());
        if let Some(end) = mailer.and_then(|mailer| mailer.own_words_end(&words.text)) {
            words.cut(end);
        }
        if in_text {
            let found = status::parse(&words.text, limits.recipients);
            fields.reporting_mta = fields.reporting_mta.or(found.reporting_mta);
            fields.recipients = found.recipients;
            fields.recipients.retain(|recipient| recipient.address().is_some_and(|address| address.contains('@')));
        }
        let is_exchange = mail.headers.has("X-MS-Exchange-Message-Is-Ndr")
            || mail.headers.has("X-MS-Embedded-Report")
            || words.matches.any(Topic::Exchange, EXCHANGE_WITHIN)
            || mailer.is_none() && !in_text && has_heading(&words.text);
        Page {
            is_pasted: !pasted.is_empty(),
            addresses: addresses(&mail.headers),
            failed: failed_header(&mail.headers),
            has_fields_in_text: in_text && !fields.recipients.is_empty(),
            mail,
            words,
            pasted,
            fields,
            mailer,
            is_exchange,
            limits: *limits,
        }
    }

    /// The texts that statements may stand in, with their media types: evidence points into them. The words come first,
    /// then the parts of the delivery status, or all of a pasted text.
    pub(crate) fn parts(&self) -> impl Iterator<Item = (&Cow<'static, str>, &str)> {
        let status = self.mail.parts.iter().filter(|part| part.kind == PartKind::DeliveryStatus);
        let pasted = Some((&self.words.mime, &*self.pasted)).filter(|(_, text)| !text.is_empty());
        let words = std::iter::once((&self.words.mime, &*self.words.text));
        words.chain(status.map(|part| (&part.mime, &*part.text))).chain(pasted)
    }

    /// Whether fields of a delivery status stand in the words.
    pub(crate) fn fields_stand_in_words(&self) -> bool {
        fields_stand_in(&self.words)
    }

    /// Whether the words or headers are those of a complaint.
    pub(crate) fn is_complaint(&self) -> bool {
        static FIELD: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("Feedback-Type:"));
        let (headers, words) = (&self.mail.headers, self.words.text.as_bytes());
        let says =
            |phrase: &[u8]| headers.text("Subject").is_some_and(|it| contains_ignoring_case(it.as_bytes(), phrase));
        FIELD.find(words).is_some() && memmem::find(words, b"User-Agent:").is_some()
            || says(b"complaint about message from")
            || headers.has("X-HmXmrOriginalRecipient") && (says(b"email feedback report") || says(b"abuse report"))
    }

    /// The Message-ID that the report answers, without angle brackets.
    pub(crate) fn in_reply_to(&self) -> Option<String> {
        let value = self.mail.headers.text("In-Reply-To")?;
        let id = text::trim(&value).strip_prefix('<')?.split('>').next()?.trim();
        (!id.is_empty()).then(|| id.to_string())
    }
}

/// Whether a line of the words is a field of a delivery status.
fn fields_stand_in(words: &Words<'_>) -> bool {
    words.matches.of_topic(Topic::Field).any(|mark| {
        let (start, end) = text::line_at(&words.text, mark.start);
        status::is_field_line(text::between(&words.text, start, end))
    })
}

/// A text before and after where the returned message begins.
#[cfg(feature = "redact")]
pub(crate) fn split_returned(text: &str) -> (&str, Option<&str>) {
    let (_, returned) = returned::split(text, &returned::matches(text));
    let own = text.len() - returned.map_or(0, str::len);
    (text.get(..own).unwrap_or(text), returned)
}

/// Whether a returned message is itself a report.
pub(crate) fn is_report(bytes: &[u8]) -> bool {
    Block::new(bytes).any(|(name, value)| match name.len() {
        12 if name.eq_ignore_ascii_case(b"Content-Type") => {
            let holds = |wanted: &[u8]| contains_ignoring_case(value, wanted);
            holds(b"multipart/report") && holds(b"delivery-status")
        }
        28 => name.eq_ignore_ascii_case(b"X-MS-Exchange-Message-Is-Ndr"),
        19 => name.eq_ignore_ascii_case(b"X-Failed-Recipients"),
        _ => false,
    })
}

/// Addresses that the report itself is from and to.
fn addresses<'x>(headers: &Headers<'x>) -> Vec<Cow<'x, str>> {
    let mut found = Vec::with_capacity(4);
    for name in ["From", "To", "Reply-To", "Delivered-To", "X-Original-To", "Sender"] {
        match headers.text(name) {
            Some(Cow::Borrowed(value)) => found.extend(address::find(value).map(|one| Cow::Borrowed(one.address))),
            Some(Cow::Owned(value)) => {
                found.extend(address::find(&value).map(|one| Cow::Owned(one.address.to_string())));
            }
            None => {}
        }
    }
    found
}

/// X-Failed-Recipients: a list of addresses, of Exim and those who follow it.
fn failed_header(headers: &Headers<'_>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for value in headers.all("x-failed-recipients") {
        let value = String::from_utf8_lossy(value);
        let addresses = value.split(',').map(address::bare).filter(|address| !address.is_empty());
        found.extend(addresses.take(1_000).map(str::to_string));
    }
    found.dedup();
    found
}

/// The human part of a report: plain text where it says something, else HTML, without the returned message.
fn own_words<'x>(mail: &mut Mail<'x>) -> Words<'x> {
    let is_plain = |part: &Part<'_>| part.kind == PartKind::Plain && !text::trim(&part.text).is_empty();
    let mut own = None;
    if let Some(at) = mail.parts.iter().position(is_plain)
        && let Some((part, behind)) = mail.parts.get_mut(at..).and_then(<[Part<'x>]>::split_first_mut)
        && (part.text.len() > 200 || !behind.iter().any(is_plain))
    {
        // Nobody else reads it.
        own = Some((std::mem::take(&mut part.text), part.mime.clone()));
    }
    let plain = || mail.parts.iter().filter(|part| is_plain(part));
    let html = mail.parts.iter().find(|part| part.kind == PartKind::Html && !text::trim(&part.text).is_empty());
    let mut chosen: (Cow<'x, str>, Cow<'static, str>) = match (own, plain().next(), html) {
        (Some(own), ..) => own,
        (None, Some(_), _) => {
            // Several short texts, as gateways that add a banner make them: read them as one.
            let all: Vec<&str> = plain().take(8).map(|part| part.text.as_ref()).collect();
            (Cow::Owned(all.join("\n")), Cow::Borrowed("text/plain"))
        }
        (None, None, Some(part)) => (Cow::Owned(html_to_text(&part.text)), Cow::Borrowed("text/html")),
        (None, None, None) => {
            match mail.parts.iter().find(|part| part.kind == PartKind::Other && part.mime.starts_with("text/")) {
                Some(part) => (part.text.clone(), part.mime.clone()),
                None => (Cow::Borrowed(""), Cow::Borrowed("text/plain")),
            }
        }
    };
    if let (true, Some(part)) = (text::trim(&chosen.0).len() < TELLING_LEN && !tells(&chosen.0), html) {
        let text = html_to_text(&part.text);
        if text.len() > chosen.0.len() {
            chosen = (Cow::Owned(text), Cow::Borrowed("text/html"));
        }
    }
    if chosen.0.starts_with("<html") || chosen.0.starts_with("<!DOCTYPE") || chosen.0.starts_with("<HTML") {
        chosen.0 = Cow::Owned(html_to_text(&chosen.0));
    }
    if let Some(unquoted) = returned::unquote(&chosen.0) {
        chosen.0 = Cow::Owned(unquoted);
    }
    chosen.0 = visible(chosen.0);
    Words::of(chosen.0, chosen.1)
}

/// A text without characters that take no room: they hide inside words. Few texts have any.
fn visible(text: Cow<'_, str>) -> Cow<'_, str> {
    if text.is_ascii() || !holds_invisible(&text) {
        return text;
    }
    let visible = text.chars().filter(|c| !mail::is_invisible(*c));
    Cow::Owned(visible.map(|c| if c == '\u{a0}' { ' ' } else { c }).collect())
}

/// Whether a text holds characters that take no room, or blanks that do not part words.
fn holds_invisible(text: &str) -> bool {
    // The bytes that such a character begins with.
    memchr::memchr3_iter(0xC2, 0xE2, 0xEF, text.as_bytes())
        .filter_map(|at| text::from(text, at).chars().next())
        .any(|c| c == '\u{a0}' || mail::is_invisible(c))
}
