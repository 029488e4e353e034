//! Bounce events of mail services as JSON: Amazon SES (bare, or within an SNS notification), SendGrid, Mailgun,
//! Postmark, SparkPost, Mandrill.
//! One function per service; each turns an event into recipients with the server's words.

use crate::evidence::{Finding, Findings, Reader};
use crate::page::Page;
use crate::report::Original;
use crate::statement;
use crate::vocabulary::{Action, Kind};
use serde_json::Value;

/// Whether the text may be JSON.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    let text = text_of(page).trim_start();
    text.starts_with(['{', '[']) && text.contains('"')
}

/// Reads the event.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    let found = parse(text_of(page).trim_start()).and_then(|value| event(&value, 0));
    found.unwrap_or_else(|| Findings::new(Reader::Event))
}

fn text_of<'p>(page: &'p Page<'_>) -> &'p str {
    if page.is_pasted { &page.pasted } else { &page.words.text }
}

/// The first JSON value of a text. Mail folds long lines, within strings too: line breaks that JSON does not allow go.
fn parse(text: &str) -> Option<Value> {
    let first = |text: &str| serde_json::Deserializer::from_str(text).into_iter::<Value>().next()?.ok();
    first(text).or_else(|| first(&text.replace(['\r', '\n'], "")))
}

fn event(value: &Value, depth: usize) -> Option<Findings> {
    if depth > 2 {
        return None;
    }
    // An SNS notification carries the event as a string.
    if let Some(inner) =
        value["Message"].as_str().filter(|_| value.get("Type").is_some() || value.get("TopicArn").is_some())
    {
        return parse(inner).and_then(|inner| event(&inner, depth + 1));
    }
    if let Some(list) = value.as_array() {
        return batch("sendgrid", list, sendgrid)
            .or_else(|| batch("sparkpost", list, sparkpost))
            .or_else(|| batch("mandrill", list, mandrill));
    }
    if value["notificationType"].is_string() || value["eventType"].is_string() && value["mail"].is_object() {
        return ses(value);
    }
    if value["event-data"].is_object() {
        return mailgun(&value["event-data"]);
    }
    if value["RecordType"].is_string() {
        return postmark(value);
    }
    if value["event"].is_string() && value["email"].is_string() {
        return batch("sendgrid", std::slice::from_ref(value), sendgrid);
    }
    None
}

fn report(dialect: &'static str, kind: Kind) -> Findings {
    Findings { kind: Some(kind), dialect: Some(dialect), ..Findings::new(Reader::Event) }
}

/// The value at a path such as `/mail/source` (RFC 6901); null where there is none.
fn within<'v>(value: &'v Value, path: &str) -> &'v Value {
    value.pointer(path).unwrap_or(&Value::Null)
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_string)
}

/// One recipient with the server's words, without the type in front (`smtp; `).
fn recipient(address: &Value, words: Option<String>, action: Action) -> Finding {
    let mut recipient = Finding::new(text(address).map(|address| crate::text::address::bare(&address).to_string()));
    recipient.action = Some(action);
    if let Some(words) = words {
        let words = words.strip_prefix("smtp;").map(str::to_string).unwrap_or(words);
        statement::fill(&mut recipient, words.trim());
    }
    recipient
}

fn ses(value: &Value) -> Option<Findings> {
    let name = value["notificationType"].as_str().or(value["eventType"].as_str())?;
    let (kind, list, action) = match name {
        "Bounce" => (Kind::Failure, within(value, "/bounce/bouncedRecipients"), Action::Failed),
        "Complaint" => (Kind::Feedback, within(value, "/complaint/complainedRecipients"), Action::Delivered),
        "Delivery" => (Kind::Success, within(value, "/delivery/recipients"), Action::Delivered),
        "DeliveryDelay" => (Kind::Delay, within(value, "/deliveryDelay/delayedRecipients"), Action::Delayed),
        _ => return None,
    };
    let mut out = report("amazon-ses", kind);
    let mta = within(value, "/bounce/reportingMTA").as_str().or(within(value, "/delivery/reportingMTA").as_str());
    out.generator = mta.map(|mta| mta.rsplit(';').next().unwrap_or(mta).trim().to_string());
    for item in list.as_array()?.iter().take(1_000) {
        let address = if item.is_string() { item } else { &item["emailAddress"] };
        let words = text(&item["diagnosticCode"]).or_else(|| text(within(value, "/delivery/smtpResponse")));
        let mut one = recipient(address, words, action);
        if kind == Kind::Feedback {
            one.action = None;
        }
        one.status_field = item["status"].as_str().and_then(|status| status.parse().ok());
        one.status = one.status.or(one.status_field);
        let sub = within(value, "/bounce/bounceSubType").as_str().unwrap_or_default();
        if !sub.is_empty() {
            one.add_context(&format!("BounceSubType {sub}"));
        }
        out.recipients.push(one);
    }
    let headers = within(value, "/mail/commonHeaders");
    let list = |value: &Value| value.as_array().and_then(|list| list.first()).and_then(text);
    out.original = Original {
        message_id: text(&headers["messageId"]).map(|id| id.trim_matches(['<', '>']).to_string()),
        from: list(&headers["from"]).or_else(|| text(within(value, "/mail/source"))),
        to: list(&headers["to"]).or_else(|| list(within(value, "/mail/destination"))),
        subject: text(&headers["subject"]),
        date: text(&headers["date"]),
    };
    Some(Findings { provider: Some("amazon-ses"), ..out })
}

/// Services that send many events at once: each is of one recipient.
fn batch(dialect: &'static str, events: &[Value], read: fn(&Value) -> Option<(Kind, Finding)>) -> Option<Findings> {
    let mut out: Option<Findings> = None;
    for event in events.iter().take(1_000) {
        let Some((kind, mut one)) = read(event) else { continue };
        one.action = match kind {
            Kind::Failure => Some(Action::Failed),
            Kind::Delay => Some(Action::Delayed),
            Kind::Success => Some(Action::Delivered),
            _ => None,
        };
        let known = out.get_or_insert_with(|| report(dialect, kind));
        // One batch may hold many kinds; the gravest names it.
        if known.kind.is_none_or(|known| kind < known) {
            known.kind = Some(kind);
        }
        if known.original.message_id.is_none() {
            known.original.message_id = text(&event["smtp-id"]).map(|id| id.trim_matches(['<', '>']).to_string());
        }
        known.recipients.push(one);
    }
    out
}

fn sendgrid(event: &Value) -> Option<(Kind, Finding)> {
    event["email"].as_str()?;
    let kind = match event["event"].as_str()? {
        "bounce" | "dropped" | "blocked" => Kind::Failure,
        "deferred" => Kind::Delay,
        "delivered" => Kind::Success,
        "spamreport" => Kind::Feedback,
        _ => return None,
    };
    let words = text(&event["reason"]).or_else(|| text(&event["response"]));
    let mut one = recipient(&event["email"], words, Action::Failed);
    one.status_field = event["status"].as_str().and_then(|status| status.parse().ok());
    one.status = one.status.or(one.status_field);
    Some((kind, one))
}

fn sparkpost(event: &Value) -> Option<(Kind, Finding)> {
    let event = within(event, "/msys/message_event");
    let kind = match event["type"].as_str()? {
        "bounce" | "out_of_band" | "policy_rejection" => Kind::Failure,
        "delay" => Kind::Delay,
        "delivery" => Kind::Success,
        "spam_complaint" => Kind::Feedback,
        _ => return None,
    };
    let words = text(&event["raw_reason"]).or_else(|| text(&event["reason"]));
    Some((kind, recipient(&event["rcpt_to"], words, Action::Failed)))
}

fn mandrill(event: &Value) -> Option<(Kind, Finding)> {
    let kind = match event["event"].as_str()? {
        "hard_bounce" | "reject" => Kind::Failure,
        "soft_bounce" | "deferral" => Kind::Delay,
        "send" | "delivered" => Kind::Success,
        "spam" => Kind::Feedback,
        _ => return None,
    };
    let message = &event["msg"];
    let mut one = recipient(&message["email"], text(&message["diag"]), Action::Failed);
    if let Some(more) = text(&message["bounce_description"]) {
        one.add_context(&more);
    }
    one.address.is_some().then_some((kind, one))
}

fn mailgun(data: &Value) -> Option<Findings> {
    let (kind, action) = match (data["event"].as_str()?, data["severity"].as_str()) {
        ("failed", Some("temporary")) => (Kind::Delay, Some(Action::Delayed)),
        ("failed" | "rejected", _) => (Kind::Failure, Some(Action::Failed)),
        ("delivered", _) => (Kind::Success, Some(Action::Delivered)),
        ("complained", _) => (Kind::Feedback, None),
        _ => return None,
    };
    let mut out = report("mailgun", kind);
    let status = &data["delivery-status"];
    let message = text(&status["message"]).or_else(|| text(&status["description"]));
    let words = match (status["code"].as_u64(), message) {
        (Some(code @ 200..=599), Some(message)) if !message.starts_with(&code.to_string()) => {
            Some(format!("{code} {message}"))
        }
        (Some(code @ 200..=599), None) => Some(code.to_string()),
        (_, message) => message,
    };
    let mut one = recipient(&data["recipient"], words, action.unwrap_or(Action::Delivered));
    one.action = action;
    one.remote = text(&status["mx-host"]).or(one.remote);
    out.recipients.push(one);
    let headers = within(data, "/message/headers");
    out.original = Original {
        message_id: text(&headers["message-id"]),
        from: text(&headers["from"]),
        to: text(&headers["to"]),
        subject: text(&headers["subject"]),
        date: None,
    };
    Some(out)
}

fn postmark(value: &Value) -> Option<Findings> {
    let kind = match (value["RecordType"].as_str()?, value["Type"].as_str()) {
        ("Bounce", Some("SpamComplaint")) | ("SpamComplaint", _) => Kind::Feedback,
        ("Bounce", Some("AutoResponder")) => Kind::AutoReply,
        ("Bounce", Some("Transient")) => Kind::Delay,
        ("Bounce", _) => Kind::Failure,
        ("Delivery", _) => Kind::Success,
        _ => return None,
    };
    let mut out = report("postmark", kind);
    let action = match kind {
        Kind::Delay => Some(Action::Delayed),
        Kind::Success => Some(Action::Delivered),
        Kind::Failure => Some(Action::Failed),
        _ => None,
    };
    let words = text(&value["Details"]).or_else(|| text(&value["Description"]));
    let address = if value["Email"].is_string() { &value["Email"] } else { &value["Recipient"] };
    let mut one = recipient(address, words, action.unwrap_or(Action::Delivered));
    one.action = action;
    if let Some(more) = text(&value["Description"]) {
        one.add_context(&more);
    }
    out.recipients.push(one);
    out.original = Original {
        message_id: text(&value["MessageID"]),
        from: text(&value["From"]),
        to: None,
        subject: text(&value["Subject"]),
        date: None,
    };
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_json_is_read() {
        let text = "{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"a@example.com\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 user\n unknown\"}]},\"mail\":{}}\n--\nIf you wish";
        let read = |text: &str| parse(text).and_then(|value| event(&value, 0));
        let found = read(text).unwrap();
        let one = &found.recipients[0];
        assert_eq!(one.text.as_deref(), Some("550 5.1.1 user unknown"));
        assert!(read("{\"a\":1}").is_none() && read("{").is_none() && read("[]").is_none());
    }
}
