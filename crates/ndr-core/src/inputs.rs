//! Inputs that are no mail: which events, log lines and tables are read by their structure, how a stream of them is split
//! into records, and what cannot be read at all.

use crate::mail::outlook;
use crate::phrases::{events, files, logs};
use crate::read;
use crate::vocabulary::Action;

pub use crate::phrases::files::NotRead;

/// A form of input that is read by its structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InputForm {
    /// What kind of input it is: `event`, `log` or `table`.
    pub kind: &'static str,
    /// The permanent name, as in [`Report::dialect`](crate::Report::dialect).
    pub id: &'static str,
    /// The name for people.
    pub name: &'static str,
    /// Which of its events or lines these are; empty for all.
    pub told: &'static str,
}

/// Every form of event, log line and table that is read by its structure.
///
/// ```
/// assert!(ndr::input_forms().any(|form| form.kind == "event" && form.id == "amazon-ses"));
/// ```
pub fn input_forms() -> impl Iterator<Item = InputForm> {
    let events = events::SHAPES.iter().map(|shape| InputForm {
        kind: "event",
        id: shape.id,
        name: shape.name,
        told: shape.told,
    });
    let lines =
        logs::FORMATS.iter().map(|format| InputForm { kind: "log", id: format.id, name: format.name, told: "" });
    let qmail = InputForm { kind: "log", id: "qmail", name: "qmail, notqmail, s/qmail", told: "" };
    let tables = logs::TABLES.iter().map(|table| InputForm { kind: "table", id: table.id, name: table.name, told: "" });
    events.chain(lines).chain([qmail]).chain(tables)
}

/// What a line of a mail server's log tells of a delivery; `None` where it tells of none.
///
/// ```
/// use ndr::Action;
/// let line = "Mar 1 10:00:00 mx postfix/smtp[1]: 4AB: to=<a@example.com>, relay=none, dsn=4.4.1, status=deferred (timed out)";
/// assert_eq!(ndr::log_line(line), Some(Action::Delayed));
/// assert_eq!(ndr::log_line("Mar 1 10:00:00 mx postfix/qmgr[1]: 4AB: removed"), None);
/// ```
pub fn log_line(line: &str) -> Option<Action> {
    read::log_line(line)
}

/// Whether a text begins as the log of a mail server does: most of its lines are such lines.
///
/// ```
/// let log = "Mar 1 10:00:00 mx postfix/smtpd[1]: connect from unknown\nMar 1 10:00:01 mx postfix/qmgr[1]: 4AB: removed\n";
/// assert!(ndr::begins_log(log));
/// assert!(!ndr::begins_log("Dear all,\nthe server is down.\n"));
/// ```
pub fn begins_log(head: &str) -> bool {
    let mut lines = head.lines().filter(|line| !line.trim().is_empty()).peekable();
    let (mut own, mut all) = (0, 0);
    while let Some(line) = lines.next() {
        // The last line of a head may be cut.
        if lines.peek().is_none() && all > 0 && !head.ends_with('\n') {
            break;
        }
        all += 1;
        own += usize::from(read::is_log_line(line));
    }
    all > 1 && own * 2 >= all
}

/// How many lines at the beginning of a text are no rows of its table: comments, and the names of the columns. `None`
/// where the text is no table of deliveries that is known.
///
/// ```
/// let header = "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta\n";
/// assert_eq!(ndr::table_head(header), Some(1));
/// assert_eq!(ndr::table_head("name,city,street\n"), None);
/// ```
pub fn table_head(head: &str) -> Option<usize> {
    read::table_head(head)
}

/// What a table's row tells of a delivery, given with the lines of its head in front: the gravest of its recipients.
pub fn table_row(text: &str) -> Option<Action> {
    read::table_row(text)
}

/// The events within JSON: items of arrays, and what envelopes such as SNS, SQS and EventBridge hold, each as JSON of
/// its own.
///
/// # Errors
/// Where the text is no JSON, with the reason.
///
/// ```
/// let batch = r#"[{"event":"open","email":"a@example.com"},{"event":"bounce","email":"c@example.com"}]"#;
/// assert_eq!(ndr::split_events(batch).unwrap().len(), 2);
/// assert!(ndr::split_events("{\"a\":").is_err());
/// ```
pub fn split_events(text: &str) -> Result<Vec<String>, String> {
    read::split_events(text)
}

/// Whether the first bytes are those of an Outlook item (`.msg`, `winmail.dat`) or of another compound file. Always false
/// without the feature `outlook`.
///
/// ```
/// assert!(!ndr::is_outlook_item(b"From: a@example.com"));
/// ```
pub fn is_outlook_item(head: &[u8]) -> bool {
    outlook::is_item(head)
}

/// What a file is that is neither mail nor text, by its first bytes; an Outlook item is read whole for that, where the
/// feature `outlook` is on.
///
/// ```
/// assert_eq!(ndr::not_read(b"Rar!\x1a\x07\x01\0").unwrap().what, "a RAR archive");
/// assert!(!ndr::not_read(b"\x7fELF\x02\x01\x01\0").unwrap().may_hold_mail);
/// assert_eq!(ndr::not_read(b"550 5.1.1 User unknown"), None);
/// ```
pub fn not_read(head: &[u8]) -> Option<NotRead> {
    #[cfg(feature = "outlook")]
    if let Some(read) = outlook::read(head) {
        return read.err().map(|error| match error {
            ndr_outlook::Error::NotAnItem => files::OFFICE,
            ndr_outlook::Error::Template => files::TEMPLATE,
            _ => files::DAMAGED_ITEM,
        });
    }
    // A text may begin with a few letters like these; it holds no NUL.
    let may_be_text = |magic: &[u8]| magic.len() <= 4 && magic != b"#!" && magic.iter().all(u8::is_ascii_graphic);
    let is_magic = |at: usize, magic: &[u8]| {
        head.get(at..).is_some_and(|rest| rest.starts_with(magic)) && (!may_be_text(magic) || head.contains(&0))
    };
    let known = files::MAGIC.iter().find(|(at, magic, _)| is_magic(*at, magic));
    if let Some((_, _, what)) = known {
        return Some(*what);
    }
    let head = head.get(..4096).unwrap_or(head);
    let is_wide = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    // A message may hold a stray NUL, a binary holds many.
    let nuls = memchr::memchr_iter(0, head).count();
    let is_header = head
        .iter()
        .take_while(|byte| **byte != b':')
        .take(60)
        .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    let mostly_wide = head.len() > 8 && nuls * 5 > head.len() * 2 && nuls * 5 < head.len() * 3;
    (nuls > 0 && nuls * 100 > head.len() && !is_wide && !is_header && !mostly_wide).then_some(files::BINARY)
}
