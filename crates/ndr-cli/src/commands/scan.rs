//! `ndr scan`: many messages, in parallel, in order.

use crate::args::{Format, Scan};
use crate::output::Output;
use crate::walk::{self, Item};
use crate::{Exit, Outcome, Stop};
use ndr::{Kind, Report};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex};

/// How many messages travel together; a batch amortises the hand-over between threads.
const BATCH: usize = 64;
/// The most bytes of messages in a batch before it is sent on.
const BATCH_BYTES: usize = 1 << 20;

/// What a worker makes of a batch: text to print, and what to count.
struct Done {
    text: Vec<u8>,
    tally: Tally,
}

/// Counts for the summary.
#[derive(Default)]
struct Tally {
    messages: u64,
    errors: u64,
    kinds: BTreeMap<&'static str, u64>,
    categories: BTreeMap<&'static str, u64>,
    acts: BTreeMap<&'static str, u64>,
    remedies: BTreeMap<&'static str, (u64, String)>,
}

pub(crate) fn scan(args: &Scan, decoder: &ndr::Decoder, out: &Output) -> Outcome {
    let format = out.batch_format(args.format);
    if matches!(format, Format::Markdown | Format::Html) {
        return Err(Stop { message: "ndr scan prints human, json, ndjson or csv".into(), exit: Exit::Usage });
    }
    let decoder = &decoder.with_trace(args.trace);
    let jobs =
        args.jobs.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from).min(256);
    let bar = progress(args.quiet);
    let mut total = Tally::default();
    let mut stdout = std::io::BufWriter::with_capacity(1 << 17, std::io::stdout().lock());
    let mut failure = None;
    // Everything that is under way, from reading to printing, is bounded by this.
    let gate = Arc::new(Gate::new(jobs * 4 + 4));

    let head = match format {
        Format::Json => "[".to_string(),
        Format::Csv => csv_header(),
        _ => String::new(),
    };
    stdout.write_all(head.as_bytes())?;
    std::thread::scope(|scope| {
        let (send_work, work) = sync_channel::<(u64, Vec<Item>)>(jobs * 2);
        let (send_done, done) = sync_channel::<(u64, Done)>(jobs * 2);
        let work = Arc::new(Mutex::new(work));
        let reader_gate = Arc::clone(&gate);
        scope.spawn(move || read(&args.paths, &send_work, &reader_gate));
        for _ in 0..jobs {
            let (work, send_done) = (Arc::clone(&work), send_done.clone());
            scope.spawn(move || decode(&work, &send_done, decoder, format));
        }
        drop((send_done, work));

        let mut waiting: BTreeMap<u64, Done> = BTreeMap::new();
        let mut next = 0;
        let mut first = true;
        'print: for (number, batch) in done {
            waiting.insert(number, batch);
            while let Some(batch) = waiting.remove(&next) {
                next += 1;
                let mut text = batch.text.as_slice();
                if first && format == Format::Json {
                    // Records carry their comma in front; the first one has none.
                    text = text.strip_prefix(b",").unwrap_or(text);
                }
                first &= batch.text.is_empty();
                bar.inc(batch.tally.messages);
                total.add(batch.tally);
                if let Err(error) = stdout.write_all(text) {
                    failure = Some(error);
                    gate.close();
                    break 'print;
                }
                gate.leave();
            }
        }
        gate.close();
    });
    bar.finish_and_clear();
    if let Some(error) = failure {
        return Err(error.into());
    }
    if format == Format::Json {
        stdout.write_all(b"\n]\n")?;
    }
    stdout.flush()?;
    if !args.quiet {
        eprint!("{}", total.summary());
    }
    Ok(if total.errors > 0 { Exit::Unreadable } else { Exit::Done })
}

/// Bounds how many batches are under way.
struct Gate {
    state: Mutex<(usize, bool)>,
    changed: Condvar,
    most: usize,
}

impl Gate {
    fn new(most: usize) -> Gate {
        Gate { state: Mutex::new((0, true)), changed: Condvar::new(), most }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, (usize, bool)> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Waits for room; false once closed.
    fn enter(&self) -> bool {
        let mut state = self.state();
        while state.0 >= self.most && state.1 {
            state = self.changed.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        state.0 += 1;
        state.1
    }

    fn leave(&self) {
        self.state().0 -= 1;
        self.changed.notify_all();
    }

    fn close(&self) {
        self.state().1 = false;
        self.changed.notify_all();
    }
}

/// The reading thread: batches of messages, numbered.
fn read(paths: &[std::path::PathBuf], send: &SyncSender<(u64, Vec<Item>)>, gate: &Gate) {
    let mut number = 0;
    let mut batch = Vec::new();
    let mut bytes = 0;
    let mut flush = |batch: &mut Vec<Item>| -> bool {
        if batch.is_empty() {
            return true;
        }
        let ok = gate.enter() && send.send((number, std::mem::take(batch))).is_ok();
        number += 1;
        ok
    };
    walk::walk(paths, &mut |item| {
        bytes += if let Item::Message { bytes, .. } = &item { bytes.len() } else { 8 << 10 };
        batch.push(item);
        if batch.len() >= BATCH || bytes >= BATCH_BYTES {
            bytes = 0;
            return flush(&mut batch);
        }
        true
    });
    flush(&mut batch);
}

/// A worker: takes batches, decodes, renders.
fn decode(
    work: &Mutex<Receiver<(u64, Vec<Item>)>>,
    send: &SyncSender<(u64, Done)>,
    decoder: &ndr::Decoder,
    format: Format,
) {
    loop {
        let next = work.lock().unwrap_or_else(std::sync::PoisonError::into_inner).recv();
        let Ok((number, items)) = next else { return };
        let mut done = Done { text: Vec::with_capacity(items.len() * 1024), tally: Tally::default() };
        for item in items {
            one(item, decoder, format, &mut done);
        }
        if send.send((number, done)).is_err() {
            return;
        }
    }
}

fn one(item: Item, decoder: &ndr::Decoder, format: Format, done: &mut Done) {
    done.tally.messages += 1;
    let (source, bytes) = match item {
        Item::Message { source, bytes } => (source, Ok(bytes)),
        Item::File(path) => {
            let source = path.display().to_string();
            let mut bytes = Vec::new();
            let read = std::fs::File::open(&path).and_then(|file| file.take(33 << 20).read_to_end(&mut bytes));
            (source, read.map(|_| bytes).map_err(|error| error.to_string()))
        }
        Item::Unreadable { source, error } => (source, Err(error)),
    };
    // A panic is a bug of ours; it costs this message and no other.
    let outcome = bytes.and_then(|bytes| {
        catch_unwind(AssertUnwindSafe(|| decoder.decode(&bytes)))
            .map_err(|_| "the decoder failed on this message; please report it".to_string())
    });
    match outcome {
        Ok(mut report) => {
            report.source = Some(source);
            done.tally.count(&report);
            record(&report, format, &mut done.text);
        }
        Err(error) => {
            done.tally.errors += 1;
            eprintln!("ndr: {}: {}", ndr::sanitize::terminal(&source), ndr::sanitize::terminal(&error));
            failed(&source, &error, format, &mut done.text);
        }
    }
}

fn record(report: &Report, format: Format, text: &mut Vec<u8>) {
    match format {
        Format::Ndjson => {
            // Writing to memory does not fail.
            let _ = serde_json::to_writer(&mut *text, report);
            text.push(b'\n');
        }
        Format::Json => {
            text.extend_from_slice(b",\n");
            let _ = serde_json::to_writer(&mut *text, report);
        }
        Format::Csv => text.extend_from_slice(csv_rows(report).as_bytes()),
        _ => text.extend_from_slice(line(report).as_bytes()),
    }
}

/// A record for a message that could not be read.
fn failed(source: &str, error: &str, format: Format, text: &mut Vec<u8>) {
    let value = serde_json::json!({
        "source": source, "kind": "other", "dialect": null, "generator": null, "recipients": [],
        "original": { "message_id": null, "from": null, "to": null, "subject": null, "date": null },
        "notes": [{ "code": "error", "text": error }],
    });
    match format {
        Format::Ndjson => text.extend_from_slice(format!("{value}\n").as_bytes()),
        Format::Json => text.extend_from_slice(format!(",\n{value}").as_bytes()),
        Format::Csv => {
            let mut cells: [String; 18] = Default::default();
            cells[0] = source.to_string();
            cells[1] = "other".into();
            cells[17] = format!("error: {error}");
            text.extend_from_slice(csv_line(&cells).as_bytes());
        }
        _ => text.extend_from_slice(
            format!("{}: error: {}\n", ndr::sanitize::terminal(source), ndr::sanitize::terminal(error)).as_bytes(),
        ),
    }
}

/// One line per recipient, for a person who skims.
fn line(report: &Report) -> String {
    let source = report.source.as_deref().unwrap_or("-");
    let mut out = String::new();
    if report.recipients.is_empty() {
        out += &format!("{}: {}\n", ndr::sanitize::terminal(source), report.kind);
    }
    for recipient in &report.recipients {
        let address = recipient.address.as_deref().unwrap_or("-");
        let status = recipient
            .status
            .map(|status| status.to_string())
            .or(recipient.reply.map(|reply| reply.to_string()))
            .unwrap_or_else(|| "-".into());
        let title = recipient.diagnosis.as_ref().map_or("unknown", |diagnosis| diagnosis.entry.title);
        out += &format!(
            "{}: {} {} {status} {title}\n",
            ndr::sanitize::terminal(source),
            report.kind,
            ndr::sanitize::terminal(address)
        );
    }
    out
}

pub(crate) fn csv_header() -> String {
    "source,kind,dialect,generator,address,original_address,action,status,reply,text,remote,slug,category,permanent,act,suppress,retry,notes\r\n".to_string()
}

/// One row per recipient.
pub(crate) fn csv_rows(report: &Report) -> String {
    let notes: Vec<&str> = report.notes.iter().map(|note| note.code).filter(|code| *code != "kind").collect();
    let row = |recipient: Option<&ndr::Recipient>| -> String {
        let text = |value: Option<&str>| value.unwrap_or_default().to_string();
        let diagnosis = recipient.and_then(|r| r.diagnosis.as_ref());
        csv_line(&[
            text(report.source.as_deref()),
            report.kind.to_string(),
            text(report.dialect),
            text(report.generator.as_deref()),
            text(recipient.and_then(|r| r.address.as_deref())),
            text(recipient.and_then(|r| r.original_address.as_deref())),
            text(recipient.and_then(|r| r.action).map(|action| action.slug())),
            recipient.and_then(|r| r.status).map(|status| status.to_string()).unwrap_or_default(),
            recipient.and_then(|r| r.reply).map(|reply| reply.to_string()).unwrap_or_default(),
            text(recipient.and_then(|r| r.text.as_deref())),
            text(recipient.and_then(|r| r.remote.as_deref())),
            text(diagnosis.map(|d| d.entry.slug)),
            text(diagnosis.map(|d| d.entry.category.slug())),
            diagnosis.and_then(|d| d.permanent).map(|permanent| permanent.to_string()).unwrap_or_default(),
            diagnosis
                .map(|d| d.entry.act.iter().map(|actor| actor.slug()).collect::<Vec<_>>().join(" "))
                .unwrap_or_default(),
            text(diagnosis.map(|d| d.entry.suppress.slug())),
            text(diagnosis.map(|d| d.entry.retry.slug())),
            notes.join(" "),
        ])
    };
    if report.recipients.is_empty() {
        row(None)
    } else {
        report.recipients.iter().map(|recipient| row(Some(recipient))).collect()
    }
}

/// A line of CSV (RFC 4180), its cells guarded against formulas.
pub(crate) fn csv_line(cells: &[String]) -> String {
    let mut out = String::new();
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        let cell = ndr::sanitize::csv(cell);
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
    out
}

impl Tally {
    fn count(&mut self, report: &Report) {
        *self.kinds.entry(report.kind.slug()).or_default() += 1;
        if !matches!(report.kind, Kind::Failure | Kind::Delay) {
            return;
        }
        for recipient in &report.recipients {
            let Some(diagnosis) = &recipient.diagnosis else {
                *self.categories.entry("unknown").or_default() += 1;
                continue;
            };
            let entry = diagnosis.entry;
            *self.categories.entry(entry.category.slug()).or_default() += 1;
            if let Some(actor) = entry.act.first() {
                *self.acts.entry(actor.slug()).or_default() += 1;
            }
            let remedy = self.remedies.entry(entry.slug).or_insert_with(|| {
                let steps = if entry.steps_admin.is_empty() { entry.steps_sender } else { entry.steps_admin };
                (0, steps.first().map(|step| ndr::fill(step, &[])).unwrap_or_default())
            });
            remedy.0 += 1;
        }
    }

    fn add(&mut self, other: Tally) {
        self.messages += other.messages;
        self.errors += other.errors;
        for (mine, theirs) in
            [(&mut self.kinds, other.kinds), (&mut self.categories, other.categories), (&mut self.acts, other.acts)]
        {
            for (key, n) in theirs {
                *mine.entry(key).or_default() += n;
            }
        }
        for (slug, (n, step)) in other.remedies {
            self.remedies.entry(slug).or_insert((0, step)).0 += n;
        }
    }

    fn summary(&self) -> String {
        let list = |counts: &BTreeMap<&'static str, u64>| {
            let mut rows: Vec<_> = counts.iter().collect();
            rows.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
            rows.iter().take(8).map(|(name, n)| format!("{name} {n}")).collect::<Vec<_>>().join(", ")
        };
        let mut out = format!("{} messages", self.messages);
        if self.errors > 0 {
            out += &format!(", {} unreadable", self.errors);
        }
        out.push('\n');
        for (title, counts) in [("kind", &self.kinds), ("category", &self.categories), ("who acts", &self.acts)] {
            if !counts.is_empty() {
                out += &format!("  {title:<9} {}\n", list(counts));
            }
        }
        let mut remedies: Vec<_> = self.remedies.iter().collect();
        remedies.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(b.0)));
        if !remedies.is_empty() {
            out += "  top remedies\n";
        }
        for (slug, (n, step)) in remedies.iter().take(5) {
            out += &format!("  {n:>8}  {slug}: {step}\n");
        }
        out
    }
}

fn progress(quiet: bool) -> indicatif::ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let bar = indicatif::ProgressBar::new_spinner();
    if let Ok(style) = indicatif::ProgressStyle::with_template("{spinner} {human_pos} messages, {per_sec}, {elapsed}") {
        bar.set_style(style);
    }
    bar
}
