//! Writes an Outlook item as an RFC 5322 message.

use crate::item::{Attachment, DEPTH, Item, Properties, id};
use crate::{charset, rtf};

/// Most bytes of a message that is written, attached messages and all.
const LONGEST: usize = 64 << 20;

/// What a report says, by the ending of its message class (MS-OXCMAIL section 2.2.3.7.1.1).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Report {
    /// Non-delivery, delay, delivery: the word of the Action field.
    Status(&'static str),
    /// A read receipt: the disposition.
    Receipt(&'static str),
}

/// Endings of the message class of reports, the longer first.
const REPORTS: &[(&str, Report)] = &[
    (".expanded.dr", Report::Status("expanded")),
    (".relayed.dr", Report::Status("relayed")),
    (".delayed.dr", Report::Status("delayed")),
    (".ndr", Report::Status("failed")),
    (".dr", Report::Status("delivered")),
    (".ipnnrn", Report::Receipt("deleted")),
    (".ipnrn", Report::Receipt("displayed")),
];

/// Writes the message of an item.
pub(crate) fn write(item: &Item) -> Vec<u8> {
    write_at(item, DEPTH)
}

/// `depth`: how many items within items may still be read.
fn write_at(item: &Item, depth: usize) -> Vec<u8> {
    let mut out = Vec::new();
    message(item, depth, &mut out);
    out
}

fn message(item: &Item, depth: usize, out: &mut Vec<u8>) {
    let class = item.properties.text(id::MESSAGE_CLASS).unwrap_or_default().to_ascii_lowercase();
    let is_report = class.starts_with("report.");
    let report = REPORTS.iter().find(|(end, _)| is_report && class.ends_with(end)).map(|(_, report)| *report);
    let mut parts = words(item);
    match report {
        Some(Report::Status(action)) => parts.extend(delivery_status(item, action)),
        Some(Report::Receipt(disposition)) => parts.push(receipt(item, disposition)),
        None => {}
    }
    parts.extend(item.attachments.iter().filter_map(|one| attachment(one, depth)));
    if report.is_some() && !item.attachments.iter().any(|one| matches!(one, Attachment::Item(_))) {
        parts.extend(returned_header(&item.properties));
    }
    let media = match report {
        Some(Report::Status(_)) => "multipart/report; report-type=delivery-status",
        Some(Report::Receipt(_)) => "multipart/report; report-type=disposition-notification",
        None => "multipart/mixed",
    };
    header(item, out);
    let boundary = boundary(&parts);
    out.extend(format!("MIME-Version: 1.0\nContent-Type: {media}; boundary=\"{boundary}\"\n\n").bytes());
    for Part { media, body } in parts {
        if out.len() + body.len() > LONGEST {
            break;
        }
        out.extend(format!("--{boundary}\nContent-Type: {media}\nContent-Transfer-Encoding: 8bit\n\n").bytes());
        out.extend(body);
        out.push(b'\n');
    }
    out.extend(format!("--{boundary}--\n").bytes());
}

/// A part of the message.
struct Part {
    media: String,
    body: Vec<u8>,
}

impl Part {
    fn text(media: &str, body: &str) -> Part {
        Part { media: format!("{media}; charset=utf-8"), body: body.replace('\r', "").into_bytes() }
    }
}

/// A boundary that no part holds.
fn boundary(parts: &[Part]) -> String {
    let holds =
        |wanted: &str| parts.iter().any(|part| part.body.windows(wanted.len()).any(|run| run == wanted.as_bytes()));
    let names = (0..1_000).map(|number| format!("=_outlook_{number}_"));
    names.into_iter().find(|name| !holds(name)).unwrap_or_else(|| "=_outlook_=".to_string())
}

/// The header: the one that the message came with, or what the properties say.
fn header(item: &Item, out: &mut Vec<u8>) {
    let properties = &item.properties;
    let kept = properties.text(id::TRANSPORT_HEADERS).map(|text| without_mime_fields(&text)).unwrap_or_default();
    if kept.lines().any(|line| line.to_ascii_lowercase().starts_with("from:")) {
        out.extend(kept.bytes());
        return;
    }
    let mut field = |name: &str, value: Option<String>| {
        if let Some(value) = value.map(|value| one_line(&value)).filter(|value| !value.is_empty()) {
            out.extend(format!("{name}: {value}\n").bytes());
        }
    };
    let address = properties.first(&[id::SENDER_SMTP, id::SENDER_ADDRESS, id::FROM_ADDRESS]);
    let name = properties.first(&[id::FROM_NAME, id::SENDER_NAME]);
    field("From", mailbox(name, address));
    let to: Vec<String> = item.recipients.iter().filter_map(address_of).collect();
    let is_report = properties.text(id::MESSAGE_CLASS).is_some_and(|class| class.starts_with("REPORT."));
    // The recipients of a report are those that it speaks of.
    let to = if to.is_empty() || is_report { properties.text(id::DISPLAY_TO) } else { Some(to.join(", ")) };
    field("To", to);
    field("Subject", properties.text(id::SUBJECT));
    field("Date", [id::SUBMIT_TIME, id::DELIVERY_TIME].into_iter().find_map(|id| properties.number(id)).and_then(date));
    field("Message-ID", properties.text(id::MESSAGE_ID));
    field("In-Reply-To", properties.text(id::IN_REPLY_TO));
    out.extend(kept.bytes());
}

/// The fields of a header but for those that speak of the parts, which are written anew.
fn without_mime_fields(header: &str) -> String {
    const OURS: &[&str] = &["content-type:", "content-transfer-encoding:", "mime-version:"];
    let mut out = String::with_capacity(header.len());
    let mut is_kept = false;
    for line in header.lines().map(|line| line.trim_end_matches('\r')) {
        if !line.starts_with([' ', '\t']) {
            let lower = line.to_ascii_lowercase();
            let is_field = line
                .split_once(':')
                .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()));
            is_kept = is_field && !OURS.iter().any(|name| lower.starts_with(name));
        }
        if is_kept {
            out.push_str(line);
            out.push('\n');
        }
    }
    out
}

fn one_line(value: &str) -> String {
    value.split(['\r', '\n']).map(str::trim).collect::<Vec<_>>().join(" ").trim().to_string()
}

fn mailbox(name: Option<String>, address: Option<String>) -> Option<String> {
    let address = address.filter(|address| address.contains('@'));
    match (name.filter(|name| Some(name) != address.as_ref()), address) {
        (Some(name), Some(address)) => Some(format!("\"{}\" <{address}>", name.replace(['"', '\\'], ""))),
        (name, address) => address.or(name),
    }
}

/// 100-nanosecond steps since 1601 as RFC 5322 writes a date.
fn date(filetime: u64) -> Option<String> {
    const EPOCH: i64 = 11_644_473_600;
    let seconds = i64::try_from(filetime / 10_000_000).ok()? - EPOCH;
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    jiff::fmt::rfc2822::to_string(&time.to_zoned(jiff::tz::TimeZone::UTC)).ok()
}

/// The text: as plain text and as HTML where the item has both; that of its RTF where it has neither.
fn words(item: &Item) -> Vec<Part> {
    let properties = &item.properties;
    let page = properties.page.unwrap_or(charset::WESTERN);
    let plain = properties.first(&[id::BODY, id::REPORT_TEXT]);
    let html = match properties.binary(id::HTML) {
        Some(bytes) => Some(charset::decode(bytes, page)),
        None => properties.text(id::HTML),
    };
    let rtf = || rtf::unpack(properties.binary(id::RTF)?).map(|text| rtf::text(&text, page));
    let plain = if plain.is_none() && html.is_none() { rtf() } else { plain };
    let plain = plain.map(|text| Part::text("text/plain", &text));
    plain.into_iter().chain(html.map(|text| Part::text("text/html", &text))).collect()
}

/// The address of a recipient: its SMTP address, or what the item has in its place.
fn address_of(recipient: &Properties) -> Option<String> {
    let smtp = [id::SMTP_ADDRESS, id::EMAIL_ADDRESS, id::DISPLAY_NAME];
    let found =
        smtp.iter().filter_map(|id| recipient.text(*id)).map(|text| one_line(&text).trim_matches('\'').to_string());
    found
        .clone()
        .find(|text| is_address(text))
        .or_else(|| recipient.text(id::EMAIL_ADDRESS).map(|text| one_line(&text)))
}

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
        && !text.contains(char::is_whitespace)
}

/// The fields of the delivery status (RFC 3464); none where the item names no recipient.
fn delivery_status(item: &Item, action: &str) -> Option<Part> {
    let mut text = String::new();
    if let Some(host) = item.properties.text(id::REPORTING_MTA) {
        text += &mta("Reporting-MTA", &host);
    }
    let mut groups = 0;
    for recipient in &item.recipients {
        let Some(address) = address_of(recipient) else { continue };
        groups += 1;
        let kind = if is_address(&address) { "rfc822" } else { "x-ex" };
        text += &format!("\nFinal-Recipient: {kind}; {address}\nAction: {action}\n");
        let supplement = recipient.text(id::SUPPLEMENTARY_INFO).map(|text| one_line(&text));
        let parsed = supplement.as_deref().and_then(Supplement::read);
        let code = recipient.number(id::NDR_STATUS).and_then(status);
        if let Some(status) = parsed.as_ref().map(|one| one.status.to_string()).or(code) {
            text += &format!("Status: {status}\n");
        }
        let remote = recipient.text(id::REMOTE_MTA).or_else(|| parsed.as_ref()?.remote.map(str::to_string));
        if let Some(remote) = remote {
            text += &mta("Remote-MTA", &remote);
        }
        match (parsed.and_then(|one| one.diagnostic), &supplement) {
            (Some(diagnostic), _) if diagnostic.contains(';') => text += &format!("Diagnostic-Code: {diagnostic}\n"),
            (Some(diagnostic), _) => text += &format!("Diagnostic-Code: smtp; {diagnostic}\n"),
            (None, Some(supplement)) => text += &format!("X-Supplementary-Info: {supplement}\n"),
            (None, None) => {}
        }
    }
    (groups > 0).then(|| Part::text("message/delivery-status", &text))
}

/// A field that names a host.
fn mta(name: &str, host: &str) -> String {
    let host = one_line(host);
    if host.contains(';') { format!("{name}: {host}\n") } else { format!("{name}: dns; {host}\n") }
}

/// `PR_NDR_STATUS_CODE`: class * 100 + subject * 10 + detail, where the latter two are 0 if they were above 9
/// (MS-OXCMAIL section 2.2.3.7.1.3).
fn status(code: u64) -> Option<String> {
    matches!(code / 100, 2 | 4 | 5).then(|| format!("{}.{}.{}", code / 100, code / 10 % 10, code % 10))
}

/// `PR_SUPPLEMENTARY_INFO`: `<remote #status diagnostic>` (MS-OXCMAIL section 2.2.3.7.1.2).
struct Supplement<'s> {
    remote: Option<&'s str>,
    status: &'s str,
    diagnostic: Option<&'s str>,
}

impl<'s> Supplement<'s> {
    fn read(text: &'s str) -> Option<Supplement<'s>> {
        let inner = text.trim().strip_prefix('<')?.strip_suffix('>')?;
        let (remote, rest) = inner.split_once('#')?;
        let (status, diagnostic) = rest.split_once(' ').unwrap_or((rest, ""));
        let is_status = status.split('.').count() == 3
            && status.split('.').all(|part| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit()));
        let filled = |text: &'s str| Some(text.trim()).filter(|text| !text.is_empty());
        // An older form joins the type with the code behind it: "<host #5.1.1 smtp;550 5.1.1 words>".
        is_status.then(|| Supplement { remote: filled(remote), status, diagnostic: filled(diagnostic) })
    }
}

/// A read receipt (RFC 8098).
fn receipt(item: &Item, disposition: &str) -> Part {
    let from = item.properties.first(&[id::SENDER_SMTP, id::SENDER_ADDRESS, id::FROM_ADDRESS]).unwrap_or_default();
    let id = item.properties.text(id::ORIGINAL_MESSAGE_ID).map(|id| format!("Original-Message-ID: {id}\n"));
    let text = format!(
        "Final-Recipient: rfc822; {}\n{}Disposition: manual-action/MDN-sent-manually; {disposition}\n",
        one_line(&from),
        id.unwrap_or_default()
    );
    Part::text("message/disposition-notification", &text)
}

/// What the properties tell of the message that a report is about.
fn returned_header(properties: &Properties) -> Option<Part> {
    let date = properties.number(id::ORIGINAL_SUBMIT_TIME).and_then(date);
    let fields = [
        ("Message-ID", properties.text(id::ORIGINAL_MESSAGE_ID)),
        ("Subject", properties.text(id::ORIGINAL_SUBJECT)),
        ("To", properties.text(id::ORIGINAL_DISPLAY_TO)),
        ("Date", date),
    ];
    let text: String =
        fields.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}\n", one_line(&value?)))).collect();
    (!text.is_empty()).then(|| Part::text("text/rfc822-headers", &text))
}

/// An attachment that may be, or may tell of, a report: a message, a text, the fields of a status.
fn attachment(attachment: &Attachment, depth: usize) -> Option<Part> {
    let depth = depth.checked_sub(1)?;
    let properties = match attachment {
        Attachment::Item(item) => {
            return Some(Part { media: "message/rfc822".to_string(), body: write_at(item, depth) });
        }
        Attachment::File(properties) => properties,
    };
    let name = properties.first(&[id::ATTACH_LONG_NAME, id::ATTACH_NAME]).unwrap_or_default().to_ascii_lowercase();
    let mime = properties.text(id::ATTACH_MIME).unwrap_or_default().to_ascii_lowercase();
    let data = properties.binary(id::ATTACH_DATA)?;
    let ends = |end: &str| name.ends_with(end);
    let media = match mime.as_str() {
        "message/rfc822" => "message/rfc822",
        "message/delivery-status" => "message/delivery-status",
        "message/global-delivery-status" => "message/global-delivery-status",
        "message/disposition-notification" => "message/disposition-notification",
        "text/rfc822-headers" => "text/rfc822-headers",
        _ if ends(".msg") && crate::is_compound(data) => {
            let body = write_at(&crate::compound::read(data).ok()?, depth);
            return Some(Part { media: "message/rfc822".to_string(), body });
        }
        _ if ends(".eml") => "message/rfc822",
        "text/plain" => "text/plain; charset=utf-8",
        "text/html" => "text/html; charset=utf-8",
        _ if ends(".txt") => "text/plain; charset=utf-8",
        _ => return None,
    };
    Some(Part { media: media.to_string(), body: data.to_vec() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn supplements() {
        let read = |text| Supplement::read(text).map(|one: Supplement<'_>| (one.remote, one.status, one.diagnostic));
        assert_eq!(
            read("<mx.example.com #5.1.1 smtp;550 5.1.1 no such user>"),
            Some((Some("mx.example.com"), "5.1.1", Some("smtp;550 5.1.1 no such user")))
        );
        assert_eq!(read("<#5.7.233>"), Some((None, "5.7.233", None)));
        assert_eq!(read("<mx.example.com said no>"), None);
        assert_eq!(read("550 5.1.1 <a@example.com>"), None);
    }

    #[test]
    fn codes_and_dates() {
        assert_eq!(status(511).as_deref(), Some("5.1.1"));
        assert_eq!(status(7), None);
        assert_eq!(date(132_537_600_000_000_000).as_deref(), Some("Wed, 30 Dec 2020 00:00:00 +0000"));
    }

    #[test]
    fn a_header_keeps_its_fields_but_for_mime() {
        let header = "From: a@example.com\r\nContent-Type: text/plain;\r\n charset=x\r\nSubject: one\r\n two\r\n\r\nno field\r\n";
        assert_eq!(without_mime_fields(header), "From: a@example.com\nSubject: one\n two\n");
    }
}
