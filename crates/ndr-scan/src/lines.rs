//! Text that holds many records: JSON events, the log of a mail server, tables of deliveries, and any table with a column
//! of messages. Each line is read by itself, so that memory does not grow with the file.

use crate::item::{Body, Feed, Flow};
use crate::{ErrorKind, ScanError};
use ndr::Action;
use std::borrow::Cow;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::ops::ControlFlow;

/// Most lines whose answer may still come.
const OPEN: usize = 10_000;
/// Most lines of one row: a cell may hold line breaks.
const ROW_LINES: usize = 100_000;

/// The lines of a stream, each cut at a limit.
struct Lines<R> {
    reader: R,
    limit: usize,
}

impl<R: BufRead> Lines<R> {
    /// The next line with its end, and its size before it was cut; `None` at the end.
    fn next(&mut self) -> std::io::Result<Option<(Vec<u8>, u64)>> {
        let mut line = Vec::new();
        let mut size = 0;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok((size > 0).then_some((line, size)));
            }
            let end = memchr::memchr(b'\n', buffer).map(|at| at + 1);
            let piece = buffer.get(..end.unwrap_or(buffer.len())).unwrap_or_default();
            let taken = piece.len();
            line.extend(piece.iter().take(self.limit.saturating_sub(line.len())));
            size += taken as u64;
            self.reader.consume(taken);
            if end.is_some() {
                return Ok(Some((line, size)));
            }
        }
    }
}

/// Names records `name#1`, `name#2`. A file of one event is no container: it has the plain name.
struct Numbered<'n> {
    name: &'n str,
    count: u64,
    first: Option<Body>,
    is_container: bool,
}

impl<'n> Numbered<'n> {
    fn new(name: &'n str) -> Numbered<'n> {
        Numbered { name, count: 0, first: None, is_container: false }
    }

    /// Of a file that has many records by nature, such as a log.
    fn of_many(name: &'n str) -> Numbered<'n> {
        Numbered { is_container: true, ..Numbered::new(name) }
    }

    fn give(&mut self, feed: &mut Feed<'_>, body: Body) -> Flow {
        self.count += 1;
        if self.count == 1 && !self.is_container {
            self.first = Some(body);
            return ControlFlow::Continue(());
        }
        if let Some(first) = self.first.take() {
            feed.give(&format!("{}#1", self.name), first)?;
        }
        feed.give(&format!("{}#{}", self.name, self.count), body)
    }

    fn text(&mut self, feed: &mut Feed<'_>, bytes: Vec<u8>) -> Flow {
        let size = bytes.len() as u64;
        self.give(feed, Body::Bytes { bytes, size })
    }

    fn error(&mut self, feed: &mut Feed<'_>, kind: ErrorKind, message: String) -> Flow {
        self.give(feed, Body::Error(ScanError::new(kind, message)))
    }

    fn finish(self, feed: &mut Feed<'_>) -> Flow {
        match self.first {
            Some(first) => feed.give(self.name, first),
            None => ControlFlow::Continue(()),
        }
    }
}

fn lines<'r>(feed: &Feed<'_>, reader: &'r mut dyn Read) -> Lines<BufReader<&'r mut dyn Read>> {
    Lines { reader: BufReader::with_capacity(1 << 16, reader), limit: feed.limits.message_bytes }
}

fn is_blank(line: &[u8]) -> bool {
    line.trim_ascii().is_empty()
}

/// Gives every event of JSON: of each line where the first one is JSON of its own, else of the whole. A line that is no
/// JSON is an error, and the rest goes on.
pub(crate) fn json(feed: &mut Feed<'_>, reader: &mut dyn Read, name: &str) -> Flow {
    let mut lines = lines(feed, reader);
    let mut numbered = Numbered::new(name);
    let mut first = Vec::new();
    while is_blank(&first) {
        match lines.next() {
            Ok(Some((line, _))) => first = line,
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return feed.error(name, &error),
        }
    }
    let Ok(events) = ndr::split_events(&String::from_utf8_lossy(&first)) else {
        return whole(feed, first, &mut lines.reader, numbered);
    };
    let mut number = 1_u64;
    let mut events = Ok(events);
    loop {
        match events {
            Ok(events) => {
                for event in events {
                    numbered.text(feed, event.into_bytes())?;
                }
            }
            Err(error) => {
                let message = format!("line {number} is no JSON: {error}");
                numbered.error(feed, ErrorKind::Unreadable, message)?;
            }
        }
        let line = match lines.next() {
            Ok(Some((line, size))) if size > line.len() as u64 => {
                number += 1;
                events = Err(format!("it has {size} bytes, more than the limit"));
                continue;
            }
            Ok(Some((line, _))) => line,
            Ok(None) => return numbered.finish(feed),
            Err(error) => {
                numbered.finish(feed)?;
                return feed.error(name, &error);
            }
        };
        number += 1;
        events = if is_blank(&line) { Ok(Vec::new()) } else { ndr::split_events(&String::from_utf8_lossy(&line)) };
    }
}

/// Reads a stream to its end and keeps at most `limit` bytes; also its size.
pub(crate) fn read_most(reader: &mut dyn Read, limit: usize) -> std::io::Result<(Vec<u8>, u64)> {
    let mut bytes = Vec::new();
    reader.take(limit as u64).read_to_end(&mut bytes)?;
    let more = std::io::copy(reader, &mut std::io::sink())?;
    let size = bytes.len() as u64 + more;
    Ok((bytes, size))
}

/// Gives the events of JSON that goes over several lines.
fn whole(feed: &mut Feed<'_>, mut bytes: Vec<u8>, reader: &mut dyn Read, mut numbered: Numbered<'_>) -> Flow {
    let size = match read_most(reader, feed.limits.message_bytes.saturating_sub(bytes.len())) {
        Ok((rest, size)) => {
            let size = bytes.len() as u64 + size;
            bytes.extend(rest);
            size
        }
        Err(error) => return feed.error(numbered.name, &error),
    };
    if size > bytes.len() as u64 {
        let message = format!("JSON of {size} bytes is more than one message may have; write one event a line");
        return feed.give(numbered.name, Body::Error(ScanError::new(ErrorKind::Limit, message)));
    }
    match ndr::split_events(&String::from_utf8_lossy(&bytes)) {
        Ok(events) if !events.is_empty() => {
            for event in events {
                numbered.text(feed, event.into_bytes())?;
            }
            numbered.finish(feed)
        }
        // What is no JSON after all is looked at as any other text.
        _ => feed.give(numbered.name, Body::Bytes { bytes, size }),
    }
}

/// Whether a result is wanted: without `all`, only of what failed or is late.
fn is_wanted(feed: &Feed<'_>, action: Option<Action>) -> bool {
    match action {
        Some(Action::Failed | Action::Delayed) => true,
        Some(_) => feed.options.all,
        None => false,
    }
}

/// Gives the lines of a log that tell of a delivery. Where the recipient stands in an earlier line, that goes along.
pub(crate) fn log(feed: &mut Feed<'_>, reader: &mut dyn Read, name: &str) -> Flow {
    let mut lines = lines(feed, reader);
    let mut numbered = Numbered::of_many(name);
    let mut open = Open::default();
    loop {
        let bytes = match lines.next() {
            Ok(Some((bytes, _))) => bytes,
            Ok(None) => return numbered.finish(feed),
            Err(error) => {
                numbered.finish(feed)?;
                return feed.error(name, &error);
            }
        };
        let line = String::from_utf8_lossy(bytes.trim_ascii_end());
        if let Some(text) = open.joined(&line, feed) {
            numbered.text(feed, text.into_owned().into_bytes())?;
        }
    }
}

/// Lines that name a recipient whose result comes later.
#[derive(Default)]
struct Open {
    /// qmail: by the number of the delivery.
    deliveries: HashMap<String, String>,
    /// Cisco: by the numbers of message and recipient.
    recipients: HashMap<String, String>,
}

impl Open {
    /// A line that tells of a delivery, with the one that names its recipient.
    fn joined<'l>(&mut self, line: &'l str, feed: &Feed<'_>) -> Option<Cow<'l, str>> {
        for map in [&mut self.deliveries, &mut self.recipients] {
            if map.len() >= OPEN {
                map.clear();
            }
        }
        if let Some((before, rest)) = line.split_once("delivery ")
            && let Some((number, outcome)) = rest.split_once(": ")
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
        {
            if before.ends_with("starting ") {
                self.deliveries.insert(number.to_string(), line.to_string());
                return None;
            }
            let action = match outcome.split(':').next() {
                Some("failure") => Action::Failed,
                Some("deferral") => Action::Delayed,
                Some("success") => Action::Delivered,
                _ => return None,
            };
            let started = self.deliveries.remove(number);
            let joined = started.map_or(Cow::Borrowed(line), |started| Cow::Owned(format!("{started}\n{line}")));
            return is_wanted(feed, Some(action)).then_some(joined);
        }
        let numbers = || {
            let word = |mark: &str| line.split_once(mark)?.1.split(' ').next();
            Some(format!("{} {}", word(" MID ")?, word(" RID ")?))
        };
        if line.contains(" RID ") && line.contains(" To: ") && !line.contains("Bounced: ") {
            self.recipients.insert(numbers()?, line.to_string());
            return None;
        }
        if !is_wanted(feed, ndr::log_line(line)) {
            return None;
        }
        let named =
            if line.contains(" RID ") { numbers().and_then(|numbers| self.recipients.get(&numbers)) } else { None };
        Some(named.map_or(Cow::Borrowed(line), |named| Cow::Owned(format!("{named}\n{line}"))))
    }
}

/// Gives the rows of a known table of deliveries, each with the `head` lines in front that name its columns.
pub(crate) fn table(feed: &mut Feed<'_>, reader: &mut dyn Read, name: &str, head: usize) -> Flow {
    let mut lines = lines(feed, reader);
    let mut numbered = Numbered::of_many(name);
    let mut prefix = String::new();
    let mut count = 0;
    loop {
        let row = match row(&mut lines) {
            Ok(Some(row)) => row,
            Ok(None) => return numbered.finish(feed),
            Err(error) => {
                numbered.finish(feed)?;
                return feed.error(name, &error);
            }
        };
        if count < head {
            count += 1;
            if prefix.len() < 64 << 10 {
                prefix.push_str(&row);
            }
            continue;
        }
        let text = format!("{prefix}{row}");
        if is_wanted(feed, ndr::table_row(&text)) {
            numbered.text(feed, text.into_bytes())?;
        }
    }
}

/// The next row of a table: a line, or several where a cell in quotes holds line ends.
fn row<R: BufRead>(lines: &mut Lines<R>) -> std::io::Result<Option<String>> {
    let mut row = String::new();
    for _ in 0..ROW_LINES {
        let Some((line, _)) = lines.next()? else { break };
        row.push_str(&String::from_utf8_lossy(&line));
        if row.bytes().filter(|byte| *byte == b'"').count() % 2 == 0 || row.len() > lines.limit {
            break;
        }
    }
    Ok((!row.is_empty()).then_some(row))
}

/// Gives the cells of one column, each as a message, with the values of the columns that are kept.
pub(crate) fn column(feed: &mut Feed<'_>, reader: &mut dyn Read, name: &str, wanted: &str) -> Flow {
    let mut lines = lines(feed, reader);
    let refuse = |feed: &mut Feed<'_>, message: String| {
        feed.give(name, Body::Error(ScanError::new(ErrorKind::Unreadable, message)))
    };
    let header = match row(&mut lines) {
        Ok(Some(header)) => header,
        Ok(None) => return ControlFlow::Continue(()),
        Err(error) => return feed.error(name, &error),
    };
    let separator =
        [',', ';', '\t'].into_iter().max_by_key(|separator| header.matches(*separator).count()).unwrap_or(',');
    let names = cells(header.trim_start_matches('\u{feff}'), separator);
    let place = |wanted: &str| names.iter().position(|name| name.trim().eq_ignore_ascii_case(wanted));
    let Some(at) = place(wanted) else {
        return refuse(feed, format!("it has no column `{wanted}`; it has {}", names.join(", ")));
    };
    let mut kept = Vec::new();
    for keep in &feed.options.keep {
        match place(keep) {
            Some(at) => kept.push((keep.clone(), at)),
            None => return refuse(feed, format!("it has no column `{keep}`; it has {}", names.join(", "))),
        }
    }
    let mut count = 0_u64;
    loop {
        let row = match row(&mut lines) {
            Ok(Some(row)) => row,
            Ok(None) => return ControlFlow::Continue(()),
            Err(error) => return feed.error(name, &error),
        };
        if row.trim().is_empty() {
            continue;
        }
        count += 1;
        let cells = cells(&row, separator);
        let source = format!("{name}#{count}");
        let values =
            kept.iter().map(|(keep, at)| (keep.clone(), cells.get(*at).cloned().unwrap_or_default())).collect();
        match cells.get(at) {
            Some(cell) if !cell.trim().is_empty() => {
                let bytes = cell.clone().into_bytes();
                let size = bytes.len() as u64;
                feed.give_kept(&source, Body::Bytes { bytes, size }, values)?;
            }
            Some(_) => {}
            None => {
                let message = format!("row {count} has {} cells and none in column `{wanted}`", cells.len());
                feed.give_kept(&source, Body::Error(ScanError::new(ErrorKind::Unreadable, message)), values)?;
            }
        }
    }
}

/// The cells of a row of separated values (RFC 4180).
fn cells(row: &str, separator: char) -> Vec<String> {
    let (mut cells, mut cell) = (Vec::new(), String::new());
    let mut quoted = false;
    let mut chars = row.trim_end_matches(['\r', '\n']).chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' if quoted || cell.is_empty() => quoted = !quoted,
            c if c == separator && !quoted => cells.push(std::mem::take(&mut cell)),
            c => cell.push(c),
        }
    }
    cells.push(cell);
    cells
}
