//! From a message to the facts that its report states. Three readers look at the same message: the machine-readable
//! part ([`fields`]), Exchange's grammar ([`exchange`]) and the general reader of words ([`general`]); this module joins
//! what they found. No reader knows the catalogue.

mod exchange;
pub(crate) mod fields;
mod general;
mod kind;
mod landmarks;
mod log;
pub(crate) mod mailers;
mod quoted;
mod statement;
mod transcript;
mod webhook;

use crate::address;
use crate::headers::{Block, Headers};
use crate::limits::Limits;
use crate::message::{Mail, Part, PartKind, TELLING_LEN, html_to_text};
use crate::report::{Action, Kind, Note, Recipient, Report};
use crate::text::{self, lines};
use fields::FieldRecipient;
use landmarks::Landmarks;
use statement::Marked;
use std::borrow::Cow;

/// What the diagnosis needs besides the report.
#[derive(Debug, Default)]
pub(crate) struct Background<'x> {
    /// The texts that words were taken from, with their media types: the evidence points into them.
    pub(crate) parts: Vec<(Cow<'static, str>, Cow<'x, str>)>,
    /// The provider whose texts the mailer writes.
    pub(crate) provider: Option<&'static str>,
    /// Whether words alone may make the input a report: text that somebody pasted, not a mail that arrived.
    pub(crate) pasted: bool,
    /// The returned message, header first.
    #[cfg(feature = "trace")]
    pub(crate) original: Option<Cow<'x, [u8]>>,
    /// The returned message's header, where the report's text quotes it.
    #[cfg(feature = "trace")]
    pub(crate) quoted: Option<Cow<'x, str>>,
}

impl<'x> Background<'x> {
    /// Of a text that somebody pasted.
    fn of_pasted(text: Cow<'x, str>, provider: Option<&'static str>) -> Background<'x> {
        let parts = vec![(Cow::Borrowed("text"), text)];
        let mut background = Background { parts, provider, ..Background::default() };
        background.pasted = true;
        background
    }

    fn into_owned(self) -> Background<'static> {
        let parts = self.parts.into_iter().map(|(mime, text)| (mime, Cow::Owned(text.into_owned()))).collect();
        Background {
            parts,
            provider: self.provider,
            pasted: self.pasted,
            #[cfg(feature = "trace")]
            original: self.original.map(|original| Cow::Owned(original.into_owned())),
            #[cfg(feature = "trace")]
            quoted: self.quoted.map(|quoted| Cow::Owned(quoted.into_owned())),
        }
    }
}

/// Words of a report: a text part without the returned message.
struct Words<'x> {
    text: Cow<'x, str>,
    mime: Cow<'static, str>,
    marks: Landmarks,
    /// The returned message's header, where the text held it.
    quoted: Option<Cow<'x, str>>,
}

/// A text before and after where the returned message begins.
#[cfg(feature = "redact")]
pub(crate) fn split_returned(text: &str) -> (&str, Option<&str>) {
    let (_, returned) = quoted::split(text, &Landmarks::of(text));
    let own = text.len() - returned.map_or(0, str::len);
    (text.get(..own).unwrap_or(text), returned)
}

/// How much of a returned message that a text quotes is looked at, in bytes.
const QUOTED: usize = 64 << 10;

/// A slice of a text from byte `at` on, of at most [`QUOTED`] bytes.
fn quoted_from<'x>(text: &Cow<'x, str>, at: usize) -> Cow<'x, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text::cap(text::from(text, at), QUOTED)),
        Cow::Owned(text) => Cow::Owned(text::cap(text::from(text, at), QUOTED).to_string()),
    }
}

impl Words<'_> {
    /// Ends the words at `end`; what follows is the returned message.
    fn cut(&mut self, end: usize) {
        let rest = text::cut(text::from(&self.text, end), b'\n').map_or("", |(_, rest)| rest).trim_start();
        if self.quoted.is_none() {
            self.quoted = Some(quoted_from(&self.text, self.text.len() - rest.len()));
        }
        self.marks.truncate(end);
        text::truncate(&mut self.text, end);
    }
}

/// Reads a mail.
pub(crate) fn mail<'x>(bytes: &'x [u8], limits: &Limits, depth: usize) -> (Report, Background<'x>) {
    let mut mail = Mail::read(bytes, limits);
    let mut notes: Vec<Note> =
        mail.truncated.iter().map(|(code, text)| Note { code, text: text.clone().into() }).collect();
    let mut words = own_words(&mut mail);

    // A report that somebody forwarded as an attachment.
    let has_own_status = mail
        .parts
        .iter()
        .any(|part| matches!(part.kind, PartKind::DeliveryStatus | PartKind::Feedback | PartKind::Disposition));
    if depth == 0
        && !mail.is_multipart_report
        && !has_own_status
        && let Some(Cow::Borrowed(inner)) = &mail.original
        && is_report(inner)
        && !kind::is_daemon(&mail.headers)
    {
        let (mut report, background) = self::mail(inner, limits, depth + 1);
        if matches!(report.kind, Kind::Failure | Kind::Delay) {
            report.note("forwarded-report", "the report came as an attachment of a mail that forwards it");
            return (report, background);
        }
    }

    if let Some(mut found) = webhook::read(&words.text) {
        found.report.notes.append(&mut notes);
        return (found.report, Background { provider: found.provider, ..Background::default() });
    }
    // A report that somebody wrapped in words of their own, header and all.
    if depth == 0
        && let Some(inner) = words.quoted.as_deref().filter(|inner| is_report(inner.as_bytes()))
        && !fields::stand_in(&words.text, &words.marks)
        && !general::tells(&words.text)
    {
        let (mut report, background) = self::mail(inner.as_bytes(), limits, depth + 1);
        if matches!(report.kind, Kind::Failure | Kind::Delay) {
            report.note("wrapped-report", "the report stands within the text of another mail");
            return (report, background.into_owned());
        }
    }

    let mut report = Report::new(Kind::Other);
    report.notes.append(&mut notes);
    let mut machine = fields::Fields::default();
    for part in mail.parts.iter().filter(|part| part.kind == PartKind::DeliveryStatus) {
        let more = fields::parse(&part.text, limits.recipients);
        machine.reporting_mta = machine.reporting_mta.or(more.reporting_mta);
        machine.recipients.extend(more.recipients);
    }
    let mut fields_in_text = false;
    if machine.recipients.is_empty() && fields::stand_in(&words.text, &words.marks) {
        machine = fields::parse(&words.text, limits.recipients);
        machine.recipients.retain(|recipient| recipient.address().is_some_and(|address| address.contains('@')));
        fields_in_text = !machine.recipients.is_empty();
    }
    let mailer = mailers::recognise(&mail.headers, &words.marks, machine.reporting_mta.as_deref());
    if let Some(end) = mailer.and_then(|mailer| mailer.own_words_end(&words.text)) {
        words.cut(end);
    }
    let exchange = mail.headers.has("X-MS-Exchange-Message-Is-Ndr")
        || mail.headers.has("X-MS-Embedded-Report")
        || exchange::recognises(&words.marks);

    let strangers = strangers(&mail.headers);
    let failed = failed_header(&mail.headers);
    let mut block = if exchange {
        exchange::read(&words.text, &words.marks, &strangers, limits.recipients)
    } else {
        exchange::Block::default()
    };
    report.generator = machine.reporting_mta.take().or(block.generator.take());
    let in_words = || {
        let known =
            failed.iter().map(String::as_str).chain(machine.recipients.iter().filter_map(FieldRecipient::address));
        let around = general::Surroundings {
            strangers: &strangers,
            known: &known.collect::<Vec<&str>>(),
            recipient: mailer.map_or(&[], |mailer| mailer.recipient),
            limit: limits.recipients,
        };
        general::read(&words.text, &around)
    };
    let said = match std::mem::take(&mut block.recipients) {
        said if !said.is_empty() => said,
        _ => match transcript::read(&words.text, &words.marks) {
            Some(recipient) => vec![recipient],
            None => in_words(),
        },
    };

    report.dialect = if exchange {
        Some(exchange_dialect(report.generator.as_deref(), &mail.headers))
    } else {
        mailer.map(|mailer| mailer.id)
    };
    let provider = if exchange { report.dialect } else { mailer.and_then(|mailer| mailer.provider) };

    let verdict = kind::of(&kind::Evidence {
        mail: &mail,
        words: &words.text,
        marks: &words.marks,
        fields: &machine.recipients,
        fields_in_text,
        said: &said,
        failed: &failed,
        known_mailer: mailer.is_some() || exchange,
        exchange,
    });
    report.kind = verdict.kind;
    report.note("kind", verdict.reason);

    match report.kind {
        Kind::Failure | Kind::Delay | Kind::Success => {
            report.recipients = join(machine.recipients, said, &failed, &words.text, limits);
            for recipient in &mut report.recipients {
                recipient.action = recipient.action.or(Some(match report.kind {
                    Kind::Delay => Action::Delayed,
                    Kind::Success => Action::Delivered,
                    _ => Action::Failed,
                }));
                if recipient.remote.is_some() && recipient.remote == report.generator {
                    recipient.remote = None;
                }
            }
        }
        Kind::Feedback => report.recipients = kind::feedback_recipients(&mail),
        _ => report.dialect = report.dialect.filter(|_| report.kind == Kind::ReadReceipt),
    }
    if let Some(header) = &mail.original {
        report.original.read(header);
    }
    if let Some(header) = &words.quoted {
        report.original.read(header.as_bytes());
    }
    report.original.complete(std::mem::take(&mut block.original));
    if !matches!(report.kind, Kind::Other) && report.original.message_id.is_none() {
        report.original.message_id = in_reply_to(&mail.headers);
    }
    if report.recipients.is_empty() && matches!(report.kind, Kind::Failure | Kind::Delay) {
        from_original(&mut report, &words.text, &strangers);
    }
    let mut background = Background { provider, pasted: false, ..Background::default() };
    #[cfg(feature = "trace")]
    {
        background.original = mail.original;
        background.quoted = words.quoted;
    }
    background.parts.push((words.mime, words.text));
    background.parts.extend(
        mail.parts.into_iter().filter(|part| part.kind == PartKind::DeliveryStatus).map(|part| (part.mime, part.text)),
    );
    (report, background)
}

/// Reads text that is no mail: something that somebody pasted.
pub(crate) fn text<'x>(text: Cow<'x, str>, limits: &Limits) -> (Report, Background<'x>) {
    if let Some(found) = webhook::read(&text) {
        return (found.report, Background { provider: found.provider, ..Background::default() });
    }
    if let Some((writer, recipients)) = log::read(&text, limits.recipients) {
        let mut report = Report::new(Kind::Other);
        report.dialect = writer;
        report.recipients = recipients;
        return (report, Background::of_pasted(text, None));
    }
    let text = log::without_frames(&text).map_or(text, Cow::Owned);
    let mut text = quoted::unquote(&text).map_or(text, Cow::Owned);
    let mut report = Report::new(Kind::Other);
    let mut marks = Landmarks::of(&text);
    let (mut words, header) = quoted::split(&text, &marks);
    let mut header = header.map(str::to_string);
    if text::trim(words).is_empty() {
        words = &text;
        header = None;
        marks = Landmarks::of_all(&text);
    }
    marks.truncate(words.len());
    let exchange = exchange::recognises(&marks);
    let mailer = mailers::recognise(&Headers::default(), &marks, None);
    let mut block =
        if exchange { exchange::read(words, &marks, &[], limits.recipients) } else { exchange::Block::default() };
    report.generator = block.generator.take();
    let mut machine = fields::Fields::default();
    if fields::stand_in(words, &marks) {
        machine = fields::parse(words, limits.recipients);
        report.generator = machine.reporting_mta.take().or(report.generator);
    }
    let around = general::Surroundings {
        strangers: &[],
        known: &[],
        recipient: mailer.map_or(&[], |mailer| mailer.recipient),
        limit: limits.recipients,
    };
    let has_head = text::trim(words).lines().count() > 1;
    let said = match std::mem::take(&mut block.recipients) {
        said if !said.is_empty() => said,
        _ if has_head && words.contains('@') => general::read(words, &around),
        _ => Vec::new(),
    };
    report.recipients = join(machine.recipients, said, &[], words, limits);
    let bare = report
        .recipients
        .iter()
        .all(|recipient| recipient.text.is_none() && recipient.status.is_none() && recipient.reply.is_none());
    if bare {
        let mut recipient = report.recipients.pop().unwrap_or_else(|| Recipient::new(None));
        exchange::state(&mut recipient, text::cap(words, 16_000));
        let line = recipient.text.clone().unwrap_or_default();
        let marked = Marked::new(&line);
        if recipient.remote.is_none() {
            recipient.remote = marked.remote();
        }
        recipient.command = marked.command();
        if recipient.address.is_none() {
            recipient.address = log_address(&line);
        }
        let part = marked.reply_part();
        if part.len() < line.len() {
            statement::set_text(&mut recipient, part);
        }
        report.recipients = vec![recipient];
    }
    if exchange {
        report.dialect = Some(exchange_dialect(report.generator.as_deref(), &Headers::default()));
    } else if !bare {
        report.dialect = mailer.map(|mailer| mailer.id);
    }
    let provider = if exchange { report.dialect } else { None };
    report.original = block.original;
    if let Some(header) = &header {
        report.original.read(header.trim_start().as_bytes());
    }
    let words_len = words.len();
    text::truncate(&mut text, words_len);
    #[cfg(feature = "trace")]
    let background = Background { quoted: header.map(Cow::Owned), ..Background::of_pasted(text, provider) };
    #[cfg(not(feature = "trace"))]
    let background = Background::of_pasted(text, provider);
    (report, background)
}

/// The address of a one-line input: `to=<user@example.com>`, `<user@example.com>... no`.
fn log_address(line: &str) -> Option<String> {
    let found = address::find_all(line);
    let to = found.iter().find(|one| {
        let before = text::upto(line, one.start).trim_end_matches(['<', '[', '"', '\'', ' ']).to_ascii_lowercase();
        before.ends_with("to=") || before.ends_with("to:") || before.ends_with("for")
    });
    let from = |one: &&address::Found<'_>| {
        let before = text::upto(line, one.start).trim_end_matches(['<', ' ']).to_ascii_lowercase();
        !(before.ends_with("from=")
            || before.ends_with("from:")
            || before.ends_with("sender")
            || before.ends_with("from")
            || before.ends_with("to"))
    };
    to.or_else(|| found.iter().find(from)).map(|one| one.address.to_string())
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
    if let (true, Some(part)) = (text::trim(&chosen.0).len() < TELLING_LEN && !general::tells(&chosen.0), html) {
        let text = html_to_text(&part.text);
        if text.len() > chosen.0.len() {
            chosen = (Cow::Owned(text), Cow::Borrowed("text/html"));
        }
    }
    if chosen.0.starts_with("<html") || chosen.0.starts_with("<!DOCTYPE") || chosen.0.starts_with("<HTML") {
        chosen.0 = Cow::Owned(html_to_text(&chosen.0));
    }
    if let Some(unquoted) = quoted::unquote(&chosen.0) {
        chosen.0 = Cow::Owned(unquoted);
    }
    // Characters that take no room hide inside words; few texts have any.
    if !chosen.0.is_ascii() && holds_invisible(&chosen.0) {
        let visible = chosen.0.chars().filter(|c| !crate::message::is_invisible(*c));
        chosen.0 = Cow::Owned(visible.map(|c| if c == '\u{a0}' { ' ' } else { c }).collect());
    }
    let mut marks = Landmarks::of(&chosen.0);
    let (words, header) = quoted::split(&chosen.0, &marks);
    let quoted = header.map(|header| quoted_from(&chosen.0, text::offset(&chosen.0, header)));
    let len = words.len();
    if quoted.is_some() && text::trim(words).is_empty() {
        marks = Landmarks::of_all(&chosen.0);
    } else if quoted.is_some() {
        marks.truncate(len);
        text::truncate(&mut chosen.0, len);
    }
    Words { text: chosen.0, mime: chosen.1, marks, quoted }
}

/// Whether a text holds characters that take no room, or blanks that do not part words.
fn holds_invisible(text: &str) -> bool {
    // The bytes that such a character begins with.
    memchr::memchr3_iter(0xC2, 0xE2, 0xEF, text.as_bytes())
        .filter_map(|at| text::from(text, at).chars().next())
        .any(|c| c == '\u{a0}' || crate::message::is_invisible(c))
}

/// Joins what the fields and the words say of each recipient. The fields know who and what happened; the words often know why.
fn join(
    machine: Vec<FieldRecipient>,
    said: Vec<Recipient>,
    failed: &[String],
    words: &str,
    limits: &Limits,
) -> Vec<Recipient> {
    if machine.is_empty() {
        let mut recipients: Vec<Recipient> = Vec::new();
        for recipient in said {
            recipients.push(recipient);
        }
        // X-Failed-Recipients names the failed ones; words without a reply about others do not count.
        if !failed.is_empty() {
            let is_failed = |recipient: &Recipient| {
                recipient
                    .address
                    .as_deref()
                    .is_some_and(|address| failed.iter().any(|known| known.eq_ignore_ascii_case(address)))
            };
            if recipients.iter().any(is_failed) {
                recipients.retain(|recipient| is_failed(recipient));
            } else if !recipients.is_empty() && recipients.iter().all(|recipient| recipient.reply.is_none()) {
                recipients.clear();
            }
            let consistent = recipients.is_empty() || recipients.iter().any(is_failed);
            for address in failed.iter().take(if consistent { limits.recipients } else { 0 }) {
                if !recipients
                    .iter()
                    .any(|known| known.address.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(address)))
                {
                    let mut recipient = Recipient::new(Some(address.clone()));
                    statement::fill(&mut recipient, &coded_words(words));
                    recipient.hidden.context = text::cap(words, 8_000).to_string();
                    recipients.push(recipient);
                }
            }
        }
        return recipients;
    }
    let single = machine.len() == 1;
    let mut joined: Vec<Recipient> = Vec::new();
    for mut group in machine {
        let matching = said.iter().find(|recipient| {
            let names = [group.final_recipient.as_deref(), group.original_recipient.as_deref()];
            recipient
                .address
                .as_deref()
                .is_some_and(|known| names.iter().flatten().any(|name| name.eq_ignore_ascii_case(known)))
        });
        let nearest = matching.or_else(|| said.first().filter(|_| single));
        let (address, original) = group.addresses();
        let mut recipient = Recipient::new(address);
        recipient.original_address = original.filter(|original| {
            !original.eq_ignore_ascii_case(recipient.address.as_deref().unwrap_or_default()) && original.contains('@')
        });
        recipient.action = group.action;
        recipient.remote = group.remote_mta;
        recipient.hidden.status_field = group.status;
        if let Some(words) = group.diagnostic {
            if !exchange::state_attempts(&mut recipient, &words) {
                exchange::state_line(&mut recipient, words);
            }
            let line = recipient.text.take().unwrap_or_default();
            let marked = Marked::new(&line);
            let part = marked.reply_part();
            if recipient.remote.is_none() {
                recipient.remote = marked.remote();
            }
            recipient.command = recipient.command.or_else(|| marked.command());
            if part.len() < line.len() {
                let kept_status = recipient.status.take();
                statement::set_text(&mut recipient, part);
                recipient.status = recipient.status.or(kept_status);
            } else {
                recipient.text = Some(line);
            }
            recipient.hidden.part = 1;
        }
        if let Some(supplement) = &group.supplement {
            recipient.hidden.add_context(supplement);
            if recipient.text.as_deref().is_none_or(|text| !general::tells(text)) {
                recipient.status = None;
                statement::set_text(&mut recipient, statement::Marked::new(supplement).reply_part());
            }
        }
        if let Some(other) = nearest {
            let poor = recipient.text.as_deref().is_none_or(|text| !general::tells(text));
            if poor
                && other.text.is_some()
                && (recipient.text.is_none() || other.reply.is_some())
                && matching.is_some() | single
            {
                recipient.text = other.text.clone();
                recipient.reply = other.reply;
                recipient.status = other.status.or(recipient.status);
                recipient.hidden.inner = other.hidden.inner.clone();
                recipient.hidden.part = 0;
            }
            recipient.remote = recipient.remote.take().or_else(|| other.remote.clone());
            recipient.command = recipient.command.or(other.command);
            if recipient.attempts.is_empty() {
                recipient.attempts = other.attempts.clone();
            }
            recipient.hidden.add_context(&other.hidden.context);
        } else {
            let poor = recipient.text.as_deref().is_none_or(|text| !general::tells(text));
            let coded = coded_words(words);
            if poor && single && general::tells(&coded) {
                let status = recipient.status.take();
                statement::set_text(&mut recipient, Marked::new(&ndr_resolve::unfold_reply(&coded)).reply_part());
                recipient.status = recipient.status.or(status);
                recipient.hidden.part = 0;
            }
            recipient.hidden.add_context(text::cap(words, 4_000));
        }
        settle_status(&mut recipient);
        match joined.iter_mut().find(|known| known.address.is_some() && known.address == recipient.address) {
            // The first real failure of a recipient counts; a later one is often its echo.
            Some(known) => {
                if known.text.is_none() {
                    *known = recipient;
                }
            }
            None => joined.push(recipient),
        }
    }
    joined.retain(|recipient| recipient.address.is_some() || recipient.text.is_some());
    joined
}

/// Which status counts: the one within the server's words before the Status field, any before `x.0.0`.
fn settle_status(recipient: &mut Recipient) {
    let field = recipient.hidden.status_field;
    recipient.status = match (recipient.status, field) {
        (Some(said), Some(field)) if said.is_bare() && !field.is_bare() => {
            recipient.hidden.inner.push(said);
            Some(field)
        }
        (Some(said), _) => Some(said),
        (None, field) => field,
    };
}

/// The lines of a text that hold a code, or all of it.
fn coded_words(words: &str) -> String {
    let coded: Vec<&str> = lines(words).map(str::trim).filter(|line| general::tells(line)).take(6).collect();
    if coded.is_empty() { text::cap(words, 2_000).to_string() } else { coded.join(" ") }
}

/// Addresses that the report itself is from and to.
fn strangers<'x>(headers: &Headers<'x>) -> Vec<Cow<'x, str>> {
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

fn in_reply_to(headers: &Headers<'_>) -> Option<String> {
    let value = headers.text("In-Reply-To")?;
    let id = text::trim(&value).strip_prefix('<')?.split('>').next()?.trim();
    (!id.is_empty()).then(|| id.to_string())
}

/// The addressee of the returned message, where the report names nobody.
fn from_original(report: &mut Report, words: &str, strangers: &[Cow<'_, str>]) {
    let to = report.original.to.clone().unwrap_or_default();
    let addresses: Vec<String> = address::find(&to).map(|one| one.address.to_string()).collect();
    let addresses: Vec<String> = addresses
        .iter()
        .filter(|address| !strangers.iter().any(|one| one == *address) || addresses.len() == 1)
        .cloned()
        .collect();
    let mut list: Vec<Option<String>> = addresses.into_iter().map(Some).collect();
    if list.is_empty() {
        list.push(None);
    } else {
        report.note(
            "recipient-from-original",
            "the report names no recipient; the address is the To of the returned message",
        );
    }
    for address in list.into_iter().take(1) {
        let mut recipient = Recipient::new(address);
        statement::fill(&mut recipient, &coded_words(words));
        recipient.hidden.context = text::cap(words, 8_000).to_string();
        recipient.action = Some(if report.kind == Kind::Delay { Action::Delayed } else { Action::Failed });
        report.recipients.push(recipient);
    }
}

fn exchange_dialect(generator: Option<&str>, headers: &Headers<'_>) -> &'static str {
    let cloud = |host: &str| {
        [".outlook.com", ".exchangelabs.com", ".office365.com"].iter().any(|domain| {
            host.len().checked_sub(domain.len()).is_some_and(|at| text::from(host, at).eq_ignore_ascii_case(domain))
        })
    };
    let stamped = headers.has("x-ms-publictraffictype") || headers.has("x-ms-office365-filtering-correlation-id");
    match generator {
        Some(host) if cloud(host) => "exchange-online",
        Some(_) if !stamped => "exchange-server",
        None if !stamped => "exchange-server",
        _ => "exchange-online",
    }
}

/// Whether a returned message is itself a report.
fn is_report(bytes: &[u8]) -> bool {
    Block::new(bytes).any(|(name, value)| match name.len() {
        12 if name.eq_ignore_ascii_case(b"Content-Type") => {
            let holds = |wanted: &[u8]| mailers::contains_ignoring_case(value, wanted);
            holds(b"multipart/report") && holds(b"delivery-status")
        }
        28 => name.eq_ignore_ascii_case(b"X-MS-Exchange-Message-Is-Ndr"),
        19 => name.eq_ignore_ascii_case(b"X-Failed-Recipients"),
        _ => false,
    })
}
