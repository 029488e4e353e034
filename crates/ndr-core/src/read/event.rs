//! Events of mail services as JSON, JSON lines or form fields, by the table in [`crate::phrases::events`]; and JSON of
//! unknown form, by the names of its fields.
//!
//! What is JSON is read by its structure or not at all: a value is a recipient only if a field names it so and the
//! record says that something failed, and no JSON is ever shown as a server's words.

use crate::evidence::{Finding, Findings, Origin, Reader};
use crate::page::Page;
use crate::phrases::events::{self, FAILED, Means, OUTCOMES, PINGS, Row, SHAPES, Shape, Sign, fits, names};
use crate::report::Original;
use crate::statement;
use crate::text::{self, address};
use crate::vocabulary::{Action, Kind, Note};
use ndr_resolve::{StatusCode, Suppress, find_codes, find_reply};
use serde_json::{Map, Value};
use std::borrow::Cow;

/// How deep events lie in envelopes: Lambda, SQS, SNS and EventBridge hold each other.
const DEPTH: usize = 8;
/// Most events of one input.
const MOST: usize = 20_000;

/// Whether the text may be an event.
pub(crate) fn applies(page: &Page<'_>) -> bool {
    let text = text_of(page).trim_start();
    is_json(text) || is_form(text) || page.is_pasted && embedded(text).is_some()
}

/// Reads the events.
pub(crate) fn read(page: &Page<'_>) -> Findings {
    read_text(text_of(page).trim_start(), page.limits.recipients)
}

fn text_of<'p>(page: &'p Page<'_>) -> &'p str {
    if page.is_pasted { &page.pasted } else { &page.words.text }
}

fn read_text(text: &str, limit: usize) -> Findings {
    let mut found = Reading::default();
    if is_json(text) {
        let values = values(text);
        if values.is_empty() {
            // Broken JSON is no prose either; text in brackets that is no JSON is left to the other readers.
            return if is_broken_json(text) {
                unknown("the input is JSON that ends or breaks off early")
            } else {
                Findings::new(Reader::Event)
            };
        }
        for value in &values {
            unfold(value, 0, &mut found);
        }
        if values.iter().all(is_log_wrapper) {
            return Findings::new(Reader::Event);
        }
    } else if is_form(text) {
        unfold(&form(text.lines().next().unwrap_or(text).trim()), 0, &mut found);
        if found.events == 0 {
            return Findings::new(Reader::Event);
        }
    } else if let Some(value) = embedded(text) {
        unfold(&value, 0, &mut found);
        if found.known == 0 {
            return Findings::new(Reader::Event);
        }
    }
    found.into_findings(limit)
}

/// Findings that keep the input from being read as prose.
fn unknown(why: &'static str) -> Findings {
    let notes = vec![Note { code: "unknown-structure", text: Cow::Borrowed(why) }];
    Findings { kind: Some(Kind::Other), notes, ..Findings::new(Reader::Event) }
}

// From text to values.

/// Whether a text begins as a JSON object, or as an array of values.
fn is_json(text: &str) -> bool {
    let behind = |text: &str, open: char| text.strip_prefix(open).map(|rest| rest.trim_start().chars().next());
    is_python(text)
        || matches!(behind(text, '{'), Some(Some('"' | '}')))
        || matches!(behind(text, '['), Some(Some('{' | '[' | ']' | '"')))
}

/// Whether a text begins as a dictionary that Python prints, alone or in a list.
fn is_python(text: &str) -> bool {
    text.trim_start_matches(['[', ' ']).starts_with("{'")
}

/// A dictionary of Python as JSON, as far as its values are those of JSON.
fn from_python(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut quote = None;
    let mut chars = text.chars().peekable();
    let mut word = String::new();
    while let Some(c) = chars.next() {
        if let Some(end) = quote {
            match c {
                '\\' if chars.peek() == Some(&'\'') => {}
                '\\' => {
                    out.push(c);
                    out.extend(chars.next());
                }
                c if c == end => {
                    out.push('"');
                    quote = None;
                }
                '"' => out.push_str("\\\""),
                c => out.push(c),
            }
            continue;
        }
        if c.is_ascii_alphabetic() {
            word.push(c);
            continue;
        }
        let known = [("True", "true"), ("False", "false"), ("None", "null")];
        out.push_str(known.iter().find(|(python, _)| *python == word).map_or(word.as_str(), |(_, json)| json));
        word.clear();
        match c {
            '\'' | '"' => {
                quote = Some(c);
                out.push('"');
            }
            c => out.push(c),
        }
    }
    out.push_str(&word);
    out
}

/// Whether a text that does not parse is nevertheless JSON: a name and a colon follow the bracket.
fn is_broken_json(text: &str) -> bool {
    let inside = text.trim_start_matches(['[', '{', ' ', '\t', '\r', '\n']);
    inside.starts_with('"')
        && inside
            .get(1..)
            .and_then(|rest| rest.split_once('"'))
            .is_some_and(|(_, rest)| rest.trim_start().starts_with(':'))
}

/// The JSON values of a text, one behind the other or one a line. Mail folds long lines, within strings too: line breaks
/// that JSON does not allow go. A text that was cut is closed.
fn values(text: &str) -> Vec<Value> {
    if is_python(text) {
        return serde_json::from_str(&from_python(text.trim_end())).map_or_else(|_| Vec::new(), |value| vec![value]);
    }
    let all = |text: &str| -> Vec<Value> {
        serde_json::Deserializer::from_str(text).into_iter::<Value>().map_while(Result::ok).take(MOST).collect()
    };
    let first = all(text);
    let whole = first.len();
    let by_line = || -> Vec<Value> {
        text.lines()
            .filter_map(|line| serde_json::from_str(line.trim()).ok())
            .filter(|value: &Value| value.is_object() || value.is_array())
            .take(MOST)
            .collect()
    };
    if whole > 0 {
        let lines = if text.len() < 4 << 20 && text.trim_end().contains('\n') { by_line() } else { Vec::new() };
        return if lines.len() > whole { lines } else { first };
    }
    let unfolded = all(&text.replace(['\r', '\n'], ""));
    if !unfolded.is_empty() {
        return unfolded;
    }
    let lines = by_line();
    if !lines.is_empty() {
        return lines;
    }
    closed(text).map(|text| all(&text)).unwrap_or_default()
}

/// JSON that was cut, with its open strings and brackets closed.
fn closed(text: &str) -> Option<String> {
    let mut open = Vec::new();
    let (mut in_string, mut escaped) = (false, false);
    let mut last_comma = 0;
    for (at, c) in text.char_indices().take(1 << 20) {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if in_string => {}
            '{' => open.push('}'),
            '[' => open.push(']'),
            '}' | ']' => {
                open.pop()?;
            }
            ',' => last_comma = at,
            _ => {}
        }
    }
    if open.is_empty() || open.len() > 100 {
        return None;
    }
    let close: String = open.iter().rev().collect();
    let trimmed = text.trim_end().trim_end_matches(['.', '\u{2026}', ',']);
    let tries = [
        format!("{trimmed}{}{close}", if in_string { "\"" } else { "" }),
        format!("{}{close}", text::upto(text, last_comma)),
    ];
    tries.into_iter().find(|text| serde_json::from_str::<Value>(text).is_ok())
}

/// Whether a value is what a container or journal wraps around a line of a log.
fn is_log_wrapper(value: &Value) -> bool {
    value["log"].is_string() || value["MESSAGE"].is_string() && value.get("event").is_none()
}

/// A value within a line that some program wrote around it. Only a known form counts there.
fn embedded(text: &str) -> Option<Value> {
    let at = memchr::memmem::find(text.as_bytes(), b"{\"").filter(|at| *at > 0 && *at < 2_000)?;
    let from = if text::upto(text, at).ends_with('[') { at - 1 } else { at };
    let value = serde_json::Deserializer::from_str(text::from(text, from)).into_iter::<Value>().next()?.ok()?;
    let mut found = Reading::default();
    unfold(&value, 0, &mut found);
    (found.known > 0).then_some(value)
}

/// Whether a text is form fields: `name=value&name=value`, percent-encoded.
fn is_form(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default().trim();
    if memchr::memchr(b'=', line.as_bytes()).is_none() {
        return false;
    }
    let is_name = |name: &str| {
        !name.is_empty()
            && name.len() < 60
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'[' | b']' | b'%'))
    };
    let line = line
        .rsplit_once('?')
        .filter(|(url, _)| url.starts_with("http") || url.starts_with("GET ") || url.starts_with('/'))
        .map_or(line, |(_, query)| query);
    let first = line.split('&').next().unwrap_or_default();
    first.split_once('=').is_some_and(|(name, _)| is_name(name))
        && !first.contains(' ')
        && (line.starts_with("mandrill_events=")
            || line.split('&').filter(|pair| pair.split_once('=').is_some_and(|(name, _)| is_name(name))).count() >= 4)
}

/// Form fields as an object.
fn form(line: &str) -> Value {
    let line = line
        .split_once('?')
        .filter(|(url, _)| !url.contains('='))
        .map_or(line, |(_, query)| query.split(' ').next().unwrap_or(query));
    let mut fields = Map::new();
    for pair in line.split('&').take(1_000) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        fields.insert(decoded(name), Value::String(decoded(value)));
    }
    Value::Object(fields)
}

/// Percent-encoding taken off; `+` is a blank.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
        match byte {
            b'+' => out.push(b' '),
            b'%' => match (digit(bytes.clone().next()), digit(bytes.clone().nth(1))) {
                (Some(high), Some(low)) => {
                    out.push((high * 16 + low) as u8);
                    bytes.nth(1);
                }
                _ => out.push(b'%'),
            },
            byte => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// The events within JSON, each as JSON of its own.
pub(crate) fn split(text: &str) -> Result<Vec<String>, String> {
    let mut found = Reading { leaves: Some(Vec::new()), ..Reading::default() };
    let mut is_empty = true;
    for value in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        is_empty = false;
        unfold(&value.map_err(|error| error.to_string())?, 0, &mut found);
    }
    if is_empty {
        return Err("it holds no JSON".into());
    }
    Ok(found.leaves.unwrap_or_default())
}

// From values to events.

/// What was read so far.
#[derive(Default)]
struct Reading {
    /// Events that were met, and those of them whose form is known.
    events: usize,
    known: usize,
    /// Each recipient with the kind of its event.
    found: Vec<(Kind, Finding)>,
    /// Kinds of events that name nobody.
    silent: Option<Kind>,
    dialect: Option<&'static str>,
    word: Option<(Kind, String)>,
    generator: Option<String>,
    original: Original,
    notes: Vec<Note>,
    /// Where events are only split from each other: those that were met.
    leaves: Option<Vec<String>>,
}

impl Reading {
    fn into_findings(self, limit: usize) -> Findings {
        let Reading { found, silent, dialect, word, generator, original, mut notes, .. } = self;
        // One input may hold many kinds; the gravest names it. What neither failed nor arrived is left out beside others.
        let gravest = found.iter().map(|(kind, _)| *kind).min();
        let is_mixed = gravest.is_some_and(|kind| kind != Kind::Other);
        let mut recipients: Vec<Finding> = Vec::new();
        for (kind, one) in found {
            let is_idle = kind == Kind::Other && one.suppressed.is_none();
            let is_left_out = is_mixed && is_idle || recipients.contains(&one);
            if !is_left_out && recipients.len() <= limit {
                recipients.push(one);
            }
        }
        let kind = gravest.or(silent).unwrap_or(Kind::Other);
        if recipients.is_empty() && dialect.is_none() {
            notes.push(Note {
                code: "unknown-structure",
                text: "the input is JSON of a form that is not known, and no field of it names a failed recipient"
                    .into(),
            });
        }
        Findings {
            kind: Some(kind),
            dialect,
            provider: dialect.filter(|id| *id == "amazon-ses"),
            event: word.map(|(_, word)| word),
            generator,
            original,
            recipients,
            notes,
            ..Findings::new(Reader::Event)
        }
    }

    fn note(&mut self, code: &'static str, text: impl Into<Cow<'static, str>>) {
        let note = Note { code, text: text.into() };
        if !self.notes.contains(&note) && self.notes.len() < 50 {
            self.notes.push(note);
        }
    }
}

/// Finds the events within envelopes, and reads each.
fn unfold(value: &Value, depth: usize, out: &mut Reading) {
    if depth > DEPTH || out.events >= MOST {
        return;
    }
    let inner = |text: &str, out: &mut Reading| match serde_json::from_str::<Value>(text.trim()) {
        Ok(value) if value.is_object() || value.is_array() => unfold(&value, depth + 1, out),
        _ => out.events += 1,
    };
    if let Some(list) = value.as_array() {
        for item in list {
            unfold(item, depth + 1, out);
        }
        return;
    }
    let Some(object) = value.as_object() else { return };
    let has = |name: &str| object.get(name).is_some_and(|value| !value.is_null());
    let list = |name: &str| object.get(name).and_then(Value::as_array);
    // Envelopes, each told by a field beside the one that holds the event.
    if let Some(text) = value["Message"].as_str()
        && (has("TopicArn") || has("Type") || has("MessageId"))
        && text.trim_start().starts_with(['{', '['])
    {
        return inner(text, out);
    }
    if let Some(records) = list("Records").or(list("Messages")).or(list("records")) {
        for record in records {
            let text = within(record, "/Sns/Message").as_str().or(record["body"].as_str()).or(record["Body"].as_str());
            match text {
                Some(text) => inner(text, out),
                None => unfold(record, depth + 1, out),
            }
        }
        return;
    }
    if let Some(text) = value["body"].as_str().or(value["Body"].as_str())
        && text.trim_start().starts_with(['{', '['])
    {
        return inner(text, out);
    }
    for (name, beside) in
        [("detail", "detail-type"), ("body", "attempts"), ("event-data", "signature"), ("event-data", "event-data")]
    {
        if object.get(name).is_some_and(Value::is_object) && has(beside) {
            return unfold(&value[name], depth + 1, out);
        }
    }
    if let Some(text) = value["mandrill_events"].as_str() {
        return inner(text, out);
    }
    if let Some(events) = object.get("msys") {
        out.dialect = out.dialect.or(Some("sparkpost"));
        for event in events.as_object().into_iter().flat_map(Map::values) {
            unfold(event, depth + 1, out);
        }
        return;
    }
    let is_alone = object.len() <= 3 || has("paging");
    for name in ["events_by_user", "events", "items", "mandrill_events", "results", "data"] {
        if let Some(items) = list(name)
            && items.first().is_some_and(Value::is_object)
            && (is_alone || name.starts_with("event"))
        {
            return unfold(&value[name], depth + 1, out);
        }
    }
    out.events += 1;
    if let Some(leaves) = &mut out.leaves {
        leaves.push(value.to_string());
        return;
    }
    if PINGS.iter().any(|(place, wanted)| within(value, place).as_str().is_some_and(|text| fits(wanted, text))) {
        return;
    }
    match SHAPES.iter().find(|shape| shape.signs.iter().any(|signs| signs.iter().all(|sign| holds(value, sign)))) {
        Some(shape) => {
            out.known += 1;
            read_shape(shape, value, out);
        }
        None => named(value, 0, out),
    }
}

fn holds(value: &Value, sign: &Sign) -> bool {
    match sign {
        Sign::Has(place) => !within(value, place).is_null(),
        Sign::Number(place) => within(value, place).is_number(),
        Sign::Is(place, pattern) => within(value, place).as_str().is_some_and(|text| fits(pattern, text)),
    }
}

/// The value at a place such as `/mail/source` (RFC 6901); null where there is none.
fn within<'v>(value: &'v Value, place: &str) -> &'v Value {
    value.pointer(place).unwrap_or(&Value::Null)
}

/// Looks places up: in the item where they begin with `.`, else in the event.
struct Places<'v> {
    event: &'v Value,
    item: &'v Value,
}

impl<'v> Places<'v> {
    fn value(&self, places: &[&str]) -> Option<&'v Value> {
        let at = |place: &&str| match place.strip_prefix('.') {
            Some(place) => within(self.item, place),
            None => within(self.event, place),
        };
        let is_given = |value: &&Value| match value {
            Value::Null => false,
            Value::String(text) => !text.trim().is_empty(),
            Value::Array(list) => !list.is_empty(),
            _ => true,
        };
        places.iter().map(at).find(is_given)
    }

    /// What stands at the first place that holds a text or number, or a list that begins with one.
    fn text(&self, places: &[&str]) -> Option<String> {
        places.iter().find_map(|place| self.value(&[place]).and_then(scalar))
    }
}

/// A text, number or truth value as text; of a list, its first item.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_string()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Array(list) => list.first().filter(|first| !first.is_array()).and_then(scalar),
        _ => None,
    }
}

/// The addresses at a value: of one, or of a list. `Name <user@example.com>` is the address.
fn addresses(value: Option<&Value>) -> Vec<String> {
    fn add(value: &Value, found: &mut Vec<String>) {
        match value {
            Value::String(text) => {
                let parts: Vec<&str> = if text.matches('@').count() > 1 && !text.contains('"') {
                    text.split([',', ';']).collect()
                } else {
                    vec![text]
                };
                for part in parts {
                    let bare = address::bare(part);
                    let is_one = bare.contains('@')
                        && !bare.contains(char::is_whitespace)
                        && !bare.starts_with('@')
                        && !bare.ends_with('@')
                        && !bare.contains("**");
                    if is_one && found.len() < 1_000 {
                        found.push(bare.to_string());
                    }
                }
            }
            Value::Array(list) => list.iter().for_each(|item| add(item, found)),
            Value::Object(fields) => {
                let named = ["email", "address", "emailAddress", "Email"].iter().find_map(|name| fields.get(*name));
                if let Some(value) = named.filter(|value| value.is_string()) {
                    add(value, found);
                }
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    if let Some(value) = value {
        add(value, &mut found);
    }
    found
}

/// Reads an event of a known form.
fn read_shape(shape: &'static Shape, event: &Value, out: &mut Reading) {
    let all = Places { event, item: event };
    let word = all.text(shape.event);
    let class = all.text(shape.class).unwrap_or_default();
    let detail = all.text(shape.detail).unwrap_or_default();
    let fitting = |row: &&Row| {
        fits(row.event, word.as_deref().unwrap_or_default()) && fits(row.class, &class) && fits(row.detail, &detail)
    };
    out.dialect = out.dialect.or(Some(shape.id));
    let Some(row) = shape.rows.iter().find(fitting) else {
        if let Some(word) = word {
            out.note("unknown-event", format!("{} calls the event {word}, which is not known", shape.name));
        }
        return;
    };
    let (kind, action) = outcome(row.means);
    if let Some(word) = word
        && out.word.as_ref().is_none_or(|(known, _)| kind < *known)
    {
        out.word = Some((kind, word));
    }
    out.generator = out.generator.take().or_else(|| all.text(shape.generator).and_then(|mta| host(&mta)));
    let id = all.text(shape.message_id).map(|id| id.trim_matches(['<', '>']).to_string());
    out.original.complete(Original {
        message_id: id,
        from: all.text(shape.sender),
        to: all.text(shape.addressee),
        subject: all.text(shape.subject),
        date: None,
    });
    let items: Vec<&Value> = match shape.each.iter().filter_map(|place| within(event, place).as_array()).next() {
        Some(list) => list.iter().take(1_000).collect(),
        None if shape.each.is_empty() => vec![event],
        None => Vec::new(),
    };
    let mut is_silent = true;
    for item in items {
        let places = Places { event, item };
        let mut one = Finding::new(None);
        one.origin = Origin::Field;
        one.action = action;
        fill(&mut one, shape, row, &places, kind, out);
        let mut named = addresses(places.value(shape.recipient));
        // Several recipients of a message of which one failed: the event does not say which.
        if shape.id == "resend" && named.len() > 1 && matches!(kind, Kind::Failure | Kind::Delay) {
            let said = one.text.clone().unwrap_or_default().to_lowercase();
            named.retain(|address| said.contains(&address.to_lowercase()));
            if named.is_empty() {
                out.note(
                    "recipient-unclear",
                    "the event names all recipients of the message, and does not say which of them failed",
                );
            }
        }
        if named.is_empty() && (kind == Kind::Failure || kind == Kind::Delay) && one.has_statement() {
            out.found.push((kind, one));
            is_silent = false;
            continue;
        }
        for address in named {
            out.found.push((kind, Finding { address: Some(address), ..one.clone() }));
            is_silent = false;
        }
    }
    if is_silent {
        out.silent = Some(out.silent.map_or(kind, |known| known.min(kind)));
    }
}

/// What an event is, and what was done for its recipient.
const fn outcome(means: Means) -> (Kind, Option<Action>) {
    match means {
        Means::Hard | Means::Final | Means::Blocked | Means::Suppressed(_) | Means::Own => {
            (Kind::Failure, Some(Action::Failed))
        }
        Means::Soft | Means::Late => (Kind::Delay, Some(Action::Delayed)),
        Means::Delivered => (Kind::Success, Some(Action::Delivered)),
        Means::Complaint => (Kind::Feedback, None),
        Means::Unsubscribed | Means::Nothing => (Kind::Other, None),
    }
}

/// Fills in the server's words and codes, and what the service says besides.
fn fill(one: &mut Finding, shape: &Shape, row: &Row, places: &Places<'_>, kind: Kind, out: &mut Reading) {
    one.suppressed = match row.means {
        Means::Suppressed(_) | Means::Complaint | Means::Unsubscribed => Some(Suppress::Yes),
        Means::Blocked | Means::Own => Some(Suppress::No),
        _ => None,
    };
    if matches!(kind, Kind::Feedback | Kind::Other) {
        return;
    }
    let status = places.value(shape.status).and_then(status_of);
    let words = places.text(shape.words).map(|words| bare_words(&words));
    let reply =
        places.text(shape.reply).and_then(|code| code.parse::<u16>().ok()).filter(|code| (200..=599).contains(code));
    // Numbers of a service's own that look like replies.
    let reply = reply.filter(|code| !(shape.id == "mailgun" && matches!(code, 498 | 499)));
    state(one, words.as_deref(), reply, status);
    one.remote = places.text(shape.remote).and_then(|host| statement::host_at(&host)).or(one.remote.take());
    one.command = places.text(shape.command).and_then(|said| command(&said)).or(one.command);
    for more in shape.more.iter().filter_map(|place| places.text(&[place])) {
        if Some(&more) != words.as_ref() {
            one.add_context(&more);
        }
    }
    if !shape.label.is_empty()
        && let Some(detail) = places.text(shape.detail)
    {
        one.add_context(&format!("{} {detail}", shape.label));
    }
    one.reading = row.reads.or(match row.means {
        Means::Hard => Some(events::UNKNOWN_USER),
        Means::Suppressed(why) => Some(events::suppressed_reads(why)),
        _ => None,
    });
    if let Means::Suppressed(why) = row.means {
        // What a server said earlier is no statement of today; the list is why nothing was sent.
        one.add_context(events::suppressed_reads(why));
    }
    // A hard bounce whose words are those of a delay, and the other way round.
    let class = one.status.map(|status| status.class()).or(one.reply.map(|reply| (reply / 100) as u8));
    match (row.means, class) {
        (Means::Hard, Some(4)) => {
            out.note("conflicting-classes", format!("{} calls it final, the server's words say temporary", shape.name))
        }
        (Means::Soft | Means::Late, Some(5)) => {
            out.note("conflicting-classes", format!("{} calls it temporary, the server's words say final", shape.name));
        }
        _ => {}
    }
}

/// Sets words and codes. A code that stands apart from the words is put in front of them, as the server said it.
fn state(one: &mut Finding, words: Option<&str>, reply: Option<u16>, status: Option<StatusCode>) {
    let said = words.map(str::trim).filter(|words| !words.is_empty());
    let has_reply = |words: &str| find_reply(words).is_some_and(|(_, at)| at < 200);
    let whole = match (reply, said) {
        (Some(code), Some(words)) if !has_reply(words) => {
            let missing = status.filter(|_| find_codes(words).next().is_none());
            Some(missing.map_or_else(|| format!("{code} {words}"), |status| format!("{code} {status} {words}")))
        }
        (Some(code), None) => Some(status.map_or_else(|| code.to_string(), |status| format!("{code} {status}"))),
        (_, words) => words.map(str::to_string),
    };
    if let Some(words) = whole {
        statement::fill(one, &words);
    }
    one.status_field = status;
    one.settle_status();
}

/// The server's words without what services put around them: `smtp; 550 ...`, `RecipientError: 550 ...`,
/// `bounced (550 ...)`.
fn bare_words(words: &str) -> String {
    let mut words = words.trim();
    for prefix in ["smtp;", "smtp :", "x-postfix;", "X-Postfix;", "SMTP;"] {
        words = words.strip_prefix(prefix).map_or(words, str::trim_start);
    }
    if let Some((_, at)) = find_reply(words)
        && at > 0
        && at <= 40
        && let Some((before, said)) = words.split_at_checked(at)
    {
        let before = before.trim_end();
        if before.ends_with('(') && said.ends_with(')') {
            return said.trim_end_matches(')').to_string();
        }
        if before.ends_with("Error:") || before.ends_with("error:") || before.ends_with("smtp;") {
            return said.to_string();
        }
    }
    words.to_string()
}

/// A status as text, or as KumoMTA writes it: an object of class, subject and detail.
fn status_of(value: &Value) -> Option<StatusCode> {
    if let Some(class) = value["class"].as_u64() {
        return format!("{class}.{}.{}", value["subject"].as_u64()?, value["detail"].as_u64()?).parse().ok();
    }
    let text = scalar(value)?;
    let first = text.split_whitespace().next()?;
    first.parse().ok()
}

fn host(mta: &str) -> Option<String> {
    statement::host_at(mta.rsplit(';').next().unwrap_or(mta).trim())
}

fn command(said: &str) -> Option<&'static str> {
    statement::Marked::new(&format!(">>> {}", said.to_ascii_uppercase())).command()
}

/// Recipients that `name=value` pairs name, by the names of JSON's fields.
pub(crate) fn of_pairs(pairs: &[(&str, &str)]) -> Vec<Finding> {
    let fields = pairs.iter().map(|(name, value)| ((*name).to_string(), Value::String((*value).to_string())));
    let mut out = Reading::default();
    named(&Value::Object(fields.collect()), 0, &mut out);
    let found =
        out.found.into_iter().filter(|(kind, one)| matches!(kind, Kind::Failure | Kind::Delay) && one.reply.is_some());
    found.map(|(_, one)| one).collect()
}

// JSON of unknown form.

/// The fields of a record, at any depth, without what belongs to the sender or to the returned message.
struct Fields<'v>(Vec<(String, &'v Value)>);

impl<'v> Fields<'v> {
    fn of(value: &'v Value) -> Fields<'v> {
        fn add<'v>(value: &'v Value, depth: usize, all: &mut Vec<(String, &'v Value)>) {
            for (name, value) in value.as_object().into_iter().flatten() {
                if all.len() >= 2_000 {
                    return;
                }
                let name: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
                let is_other = names::SENDER.contains(&name.as_str())
                    || matches!(name.as_str(), "headers" | "original" | "contact" | "user" | "account");
                if value.is_object() && depth < 4 && !is_other {
                    // "recipient": {"email": "..."} is a recipient, whatever its address is called.
                    let is_recipient = names::RECIPIENT.iter().take(names::SURE).any(|known| *known == name);
                    if is_recipient {
                        all.push((name, value));
                    } else {
                        add(value, depth + 1, all);
                    }
                } else {
                    all.push((name, value));
                }
            }
        }
        let mut all = Vec::new();
        add(value, 0, &mut all);
        Fields(all)
    }

    /// The values of the first name that has one which `wanted` takes, and the number of that name.
    fn first<T>(&self, names: &[&str], wanted: impl Fn(&'v Value) -> Option<T>) -> Option<(usize, T)> {
        names.iter().enumerate().find_map(|(number, name)| {
            let (_, found) = self
                .0
                .iter()
                .filter(|(known, _)| known == name)
                .find_map(|(known, value)| Some((known, wanted(value)?)))?;
            Some((number, found))
        })
    }
}

/// Reads a record of unknown form by the names of its fields.
fn named(value: &Value, depth: usize, out: &mut Reading) {
    let fields = Fields::of(value);
    let recipient =
        fields.first(names::RECIPIENT, |value| Some(addresses(Some(value))).filter(|list| !list.is_empty()));
    let Some((number, recipients)) = recipient else {
        // A list of records within a record.
        for list in value
            .as_object()
            .into_iter()
            .flat_map(Map::values)
            .filter(|value| depth < 4 && (value.is_array() || value.is_object()))
        {
            match list {
                Value::Array(items) => {
                    items.iter().filter(|item| item.is_object()).for_each(|item| named(item, depth + 1, out))
                }
                inner => named(inner, depth + 1, out),
            }
        }
        return;
    };
    let words_of = |value: &Value| {
        scalar(value).filter(|text| text.len() > 3 && text.parse::<f64>().is_err() && !value.is_boolean())
    };
    let telling = fields.first(names::WORDS, |value| words_of(value).filter(|text| statement::tells(text)));
    let words = telling.or_else(|| fields.first(names::WORDS, words_of)).map(|(_, words)| bare_words(&words));
    let reply = fields.first(names::REPLY, |value| {
        scalar(value).and_then(|text| text.parse::<u16>().ok()).filter(|code| (200..=599).contains(code))
    });
    // "status": 500 is an answer of a web server as often as not.
    let is_sure = reply.is_some_and(|(number, _)| number < 7);
    let reply = reply.map(|(_, code)| code);
    let status = fields.first(names::STATUS, status_of).map(|(_, status)| status);
    let outcomes: Vec<&(String, &Value)> =
        names::OUTCOME.iter().flat_map(|name| fields.0.iter().filter(move |(known, _)| known == name)).collect();
    let means = outcomes.iter().find_map(|(name, value)| match value {
        Value::Bool(flag) => match (name.as_str(), flag) {
            ("ok" | "success" | "delivered", true) => Some(Means::Delivered),
            ("ok" | "success" | "delivered", false) | ("bounced" | "failed", true) => Some(Means::Final),
            _ => None,
        },
        value => {
            let text = scalar(value)?;
            let text = text.as_str();
            OUTCOMES.iter().find(|(pattern, _)| text.len() < 40 && fits(pattern, text)).map(|(_, means)| *means)
        }
    });
    let is_failed = outcomes.iter().filter_map(|(_, value)| scalar(value)).any(|text| fits(FAILED, &text));
    let told = words.as_deref().is_some_and(statement::tells) || status.is_some() || is_sure;
    let refused = words
        .as_deref()
        .and_then(|words| find_reply(words).map(|(code, _)| code))
        .or(reply)
        .filter(|code| *code >= 400);
    let class = status.map(|status| u16::from(status.class())).or(refused.map(|code| code / 100));
    let means = match means {
        // A reply that refuses counts more than a general word.
        Some(Means::Delivered | Means::Nothing) | None if told && matches!(class, Some(4)) => Means::Late,
        Some(Means::Nothing) | None if told && matches!(class, Some(5)) => Means::Final,
        None if is_failed && number < names::SURE && words.is_some() => Means::Final,
        Some(means) => means,
        None => return,
    };
    let (kind, action) = outcome(means);
    let mut one = Finding::new(None);
    one.origin = Origin::Field;
    one.action = action;
    if matches!(kind, Kind::Failure | Kind::Delay | Kind::Success) {
        state(&mut one, words.as_deref(), reply.filter(|_| told || refused.is_some()), status);
        let remote = fields.first(names::REMOTE, |value| scalar(value).and_then(|host| statement::host_at(&host)));
        one.remote = remote.map(|(_, host)| host).or(one.remote.take());
        let asked = fields.first(names::COMMAND, |value| scalar(value).and_then(|said| command(&said)));
        one.command = asked.map(|(_, command)| command).or(one.command);
    }
    if means == Means::Complaint || means == Means::Unsubscribed {
        one.suppressed = Some(Suppress::Yes);
    }
    let id = fields.first(names::MESSAGE_ID, scalar).map(|(_, id)| id.trim_matches(['<', '>']).to_string());
    let sender = fields.first(names::SENDER, scalar).map(|(_, sender)| sender);
    out.original.complete(Original { message_id: id, from: sender, ..Original::default() });
    for address in recipients {
        out.found.push((kind, Finding { address: Some(address), ..one.clone() }));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(text: &str) -> Findings {
        read_text(text, 100)
    }

    /// A recipient's address, action and text.
    type One = (Option<String>, Option<Action>, Option<String>);

    /// Kind, and each recipient.
    fn told(text: &str) -> (Option<Kind>, Vec<One>) {
        let found = found(text);
        (found.kind, found.recipients.into_iter().map(|one| (one.address, one.action, one.text)).collect())
    }

    fn failed(address: &str, text: &str) -> One {
        (Some(address.to_string()), Some(Action::Failed), Some(text.to_string()))
    }

    /// Puts a value at a place of an event.
    fn put(event: &mut Value, place: &str, value: Value) {
        let names: Vec<&str> = place.split('/').skip(1).collect();
        let mut at = event;
        for (number, name) in names.iter().enumerate() {
            if let Ok(index) = name.parse::<usize>() {
                if !at.is_array() {
                    *at = json!([]);
                }
                let list = at.as_array_mut().unwrap();
                while list.len() <= index {
                    list.push(json!({}));
                }
                at = &mut list[index];
            } else {
                if !at.is_object() {
                    *at = json!({});
                }
                at = &mut at[*name];
            }
            if number + 1 == names.len() {
                *at = value.clone();
            }
        }
    }

    /// A text that fits a pattern, for each of its alternatives.
    fn examples(pattern: &str) -> Vec<String> {
        pattern.split('|').map(|one| if one == "*" { String::new() } else { one.replace('*', "x") }).collect()
    }

    #[test]
    fn every_value_of_every_vocabulary_means_what_its_row_says() {
        for shape in SHAPES {
            for row in shape.rows {
                for word in examples(row.event) {
                    for (class, detail) in examples(row.class)
                        .into_iter()
                        .flat_map(|class| examples(row.detail).into_iter().map(move |detail| (class.clone(), detail)))
                    {
                        let mut event = json!({});
                        for sign in shape.signs[0] {
                            match sign {
                                Sign::Has(place) => put(&mut event, place, json!({"x": 1})),
                                Sign::Number(place) => put(&mut event, place, json!(7)),
                                Sign::Is(place, pattern) => put(&mut event, place, json!(examples(pattern)[0])),
                            }
                        }
                        let mut item = json!({});
                        let mut set = |places: &[&str], value: &str| {
                            if let (Some(place), false) = (places.first(), value.is_empty()) {
                                match place.strip_prefix('.') {
                                    Some(place) => put(&mut item, place, json!(value)),
                                    None => put(&mut event, place, json!(value)),
                                }
                            }
                        };
                        set(shape.recipient, "a@example.com");
                        set(shape.class, &class);
                        set(shape.detail, &detail);
                        set(shape.event, &word);
                        if let Some(list) = shape.each.first() {
                            put(&mut event, list, json!([item]));
                        }
                        // A field may hold two of the facts.
                        let is_told = shape.signs.iter().any(|signs| signs.iter().all(|sign| holds(&event, sign)));
                        let mut out = Reading::default();
                        read_shape(shape, &event, &mut out);
                        let label = format!("{} {:?}: {event}", shape.id, row);
                        let Some((kind, one)) = out.found.first() else {
                            assert!(row.means == Means::Nothing || !is_told || shape.id == "zone-mta", "{label}");
                            continue;
                        };
                        assert_eq!((*kind, one.action), outcome(row.means), "{label}");
                        let wanted = match row.means {
                            Means::Suppressed(_) | Means::Complaint | Means::Unsubscribed => Some(Suppress::Yes),
                            Means::Blocked | Means::Own => Some(Suppress::No),
                            _ => None,
                        };
                        assert_eq!(one.suppressed, wanted, "{label}");
                    }
                }
            }
        }
    }

    #[test]
    fn folded_and_cut_json_is_read() {
        let folded = "{\"notificationType\":\"Bounce\",\"bounce\":{\"bouncedRecipients\":[{\"emailAddress\":\"a@example.com\",\"status\":\"5.1.1\",\"diagnosticCode\":\"smtp; 550 5.1.1 user\n unknown\"}]},\"mail\":{}}\n--\nIf you wish";
        assert_eq!(told(folded).1, [failed("a@example.com", "550 5.1.1 user unknown")]);
        let cut = "{\"event\":\"failed\",\"severity\":\"permanent\",\"recipient\":\"a@example.com\",\"log-level\":\"error\",\"delivery-status\":{\"code\":550,\"message\":\"5.1.1 no such user";
        assert_eq!(told(cut).1, [failed("a@example.com", "550 5.1.1 no such user")]);
    }

    #[test]
    fn unknown_json_names_a_recipient_only_where_a_field_does() {
        for (text, want) in [
            (
                r#"{"mail_from":"b@example.org","rcpt":"a@example.com","ok":false,"error":"550 5.1.1 no such user"}"#,
                vec![failed("a@example.com", "550 5.1.1 no such user")],
            ),
            (
                r#"[{"to":"a@example.com","status":"bounced","response":"550 5.1.1 no such user"},{"to":"c@example.com","status":"delivered","response":"250 ok"}]"#,
                vec![
                    failed("a@example.com", "550 5.1.1 no such user"),
                    (Some("c@example.com".into()), Some(Action::Delivered), Some("250 ok".into())),
                ],
            ),
            (
                r#"{"job":1,"results":[{"email":"a@example.com","smtp_code":550,"message":"no such user"}]}"#,
                vec![failed("a@example.com", "550 no such user")],
            ),
            (
                r#"{"recipient":{"name":"A","email":"a@example.com"},"event":"hard_bounce","diagnostic":"550 5.1.1 no such user"}"#,
                vec![failed("a@example.com", "550 5.1.1 no such user")],
            ),
        ] {
            assert_eq!(told(text).1, want, "{text}");
        }
        for text in [
            r#"{"from":"b@example.org","message-id":"a1@example.org","error":"550 5.1.1 user unknown"}"#,
            r#"{"name":"smtp-address-parser","version":"5.1.1","description":"user unknown","author":"a@example.com"}"#,
            r#"{"email":"a@example.com","error":"invalid password"}"#,
            r#"{"user":"a@example.com","status":500,"message":"Internal error"}"#,
            r#"{"a":1}"#,
            r#"[]"#,
            r#"{"text":"550 5.1.1 user unknown a@example.com"}"#,
        ] {
            let found = found(text);
            assert_eq!((found.kind, found.recipients.len()), (Some(Kind::Other), 0), "{text}");
            assert!(found.notes.iter().any(|note| note.code == "unknown-structure"), "{text}");
        }
    }

    #[test]
    fn envelopes_hold_each_other() {
        let event = r#"{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"a@example.com","diagnosticCode":"smtp; 550 5.1.1 no"}]},"mail":{}}"#;
        let sns = json!({"Type": "Notification", "TopicArn": "arn", "Message": event}).to_string();
        let sqs = json!({"Records": [{"messageId": "1", "eventSource": "aws:sqs", "body": sns}]}).to_string();
        let api = json!({"Messages": [{"ReceiptHandle": "1", "Body": sns}]}).to_string();
        let lambda = json!({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": event}}]}).to_string();
        let bridge = json!({"detail-type": "Email Bounced", "source": "aws.ses", "detail": serde_json::from_str::<Value>(event).unwrap()}).to_string();
        let lines = format!("{event}\n\n{sns}\n");
        for text in [event, &sns, &sqs, &api, &lambda, &bridge, &lines] {
            assert_eq!(told(text), (Some(Kind::Failure), vec![failed("a@example.com", "550 5.1.1 no")]), "{text}");
        }
    }

    #[test]
    fn what_is_no_json_is_left_to_others() {
        let python = "{'a@example.com': (550, b'no')}";
        assert_eq!(found(python).kind, None);
        let python = "{'rcpt': 'a@example.com', 'ok': False, 'error': \"550 5.1.1 it's gone\", 'x': None}";
        assert_eq!(told(python).1, [failed("a@example.com", "550 5.1.1 it's gone")]);
        for text in ["[01/Mar/2026 10:00:00] Sent: x", "[NOTICE] [x] y", "550 no", "a=b c=d"] {
            assert!(!is_json(text) && !is_form(text), "{text}");
        }
        assert_eq!(decoded("kim%40example.com+%zz"), "kim@example.com %zz");
    }
}
