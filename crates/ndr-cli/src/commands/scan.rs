//! `ndr scan`: many messages, in parallel, in order.

use crate::args::{Format, Scan};
use crate::output::Output;
use crate::{Exit, Outcome, Stop};
use ndr::{Kind, Report};
use ndr_scan::{ErrorKind, Record};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};

/// What becomes of a batch, on the thread that decodes it: text to print, and what to count.
#[derive(Default)]
struct Done {
    text: Vec<u8>,
    /// Lines for standard error.
    errors: String,
    tally: Tally,
}

/// Counts for the summary.
#[derive(Default)]
struct Tally {
    messages: u64,
    errors: u64,
    skipped: u64,
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
    let bar = Bar::new(args.quiet);
    let mut scan = ndr_scan::Scan::of(&args.paths).decoder(*decoder).measured(bar.is_visible());
    if let Some(jobs) = args.jobs {
        scan = scan.jobs(jobs.get());
    }
    let mut batches = scan.fold(Done::default, move |done, record| done.add(&record, format));
    let mut total = Tally::default();
    let mut stdout = std::io::BufWriter::with_capacity(1 << 17, std::io::stdout().lock());
    stdout.write_all(match format {
        Format::Json => b"[",
        Format::Csv => CSV_HEADER.as_bytes(),
        _ => b"",
    })?;
    let mut first = true;
    while let Some(Done { text, errors, tally }) = batches.next() {
        let mut rest = text.as_slice();
        if first && format == Format::Json {
            // Records carry their comma in front; the first one has none.
            rest = rest.strip_prefix(b",").unwrap_or(rest);
        }
        first &= text.is_empty();
        total.add(tally);
        bar.at(batches.progress());
        bar.suspend(|| eprint!("{errors}"));
        stdout.write_all(rest)?;
    }
    bar.clear();
    if format == Format::Json {
        stdout.write_all(b"\n]\n")?;
    }
    stdout.flush()?;
    if !args.quiet {
        eprint!("{}", total.summary());
    }
    Ok(if total.errors > 0 { Exit::Unreadable } else { Exit::Done })
}

impl Done {
    fn add(&mut self, record: &Record, format: Format) {
        self.tally.messages += 1;
        match &record.result {
            Ok(report) => self.tally.count(report),
            Err(error) => {
                match error.kind {
                    ErrorKind::Skipped => self.tally.skipped += 1,
                    _ => self.tally.errors += 1,
                }
                self.errors += &format!("ndr: {}\n", failure(record, error));
            }
        }
        write(record, format, &mut self.text);
    }
}

/// Where and why a message could not be read.
fn failure(record: &Record, error: &ndr_scan::ScanError) -> String {
    format!("{}: {}", ndr::sanitize::terminal(&record.source), ndr::sanitize::terminal(&error.message))
}

/// One record in the format asked for.
fn write(record: &Record, format: Format, text: &mut Vec<u8>) {
    match (format, &record.result) {
        (Format::Ndjson, _) => {
            // Writing to memory does not fail.
            let _ = serde_json::to_writer(&mut *text, record);
            text.push(b'\n');
        }
        (Format::Json, _) => {
            text.extend_from_slice(b",\n");
            let _ = serde_json::to_writer(&mut *text, record);
        }
        (Format::Csv, Ok(report)) => text.extend_from_slice(csv_rows(report).as_bytes()),
        (Format::Csv, Err(error)) => {
            let mut cells: [String; 18] = Default::default();
            cells[0] = record.source.clone();
            cells[1] = Kind::Other.to_string();
            cells[17] = format!("{}: {error}", error.kind.slug());
            text.extend_from_slice(csv_line(&cells).as_bytes());
        }
        (_, Ok(report)) => text.extend_from_slice(line(report).as_bytes()),
        (_, Err(error)) => {
            let line = format!(
                "{}: {}: {}\n",
                ndr::sanitize::terminal(&record.source),
                error.kind.slug(),
                ndr::sanitize::terminal(&error.message)
            );
            text.extend_from_slice(line.as_bytes());
        }
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

pub(crate) const CSV_HEADER: &str = "source,kind,dialect,generator,address,original_address,action,status,reply,text,remote,slug,category,permanent,act,suppress,retry,notes\r\n";

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
        self.skipped += other.skipped;
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
        if self.skipped > 0 {
            out += &format!(", {} skipped", self.skipped);
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

/// A progress bar on a terminal; nothing elsewhere.
struct Bar(indicatif::ProgressBar);

impl Bar {
    fn new(quiet: bool) -> Bar {
        if quiet || !std::io::stderr().is_terminal() {
            return Bar(indicatif::ProgressBar::hidden());
        }
        let bar = indicatif::ProgressBar::new_spinner();
        bar.set_style(style("{spinner} {msg} {bytes}, {bytes_per_sec}, {elapsed}"));
        Bar(bar)
    }

    fn is_visible(&self) -> bool {
        !self.0.is_hidden()
    }

    fn at(&self, progress: ndr_scan::Progress) {
        if self.0.is_hidden() {
            return;
        }
        if let (Some(total), None) = (progress.bytes_total, self.0.length()) {
            self.0.set_length(total);
            self.0.set_style(style("{bar:32} {percent:>3} % {msg} {bytes_per_sec}, {eta} left"));
        }
        let rate = progress.messages as f64 / self.0.elapsed().as_secs_f64().max(0.001);
        self.0.set_message(format!("{} messages, {rate:.0}/s,", indicatif::HumanCount(progress.messages)));
        self.0.set_position(progress.bytes);
    }

    /// Lets other lines be printed above the bar.
    fn suspend(&self, print: impl FnOnce()) {
        self.0.suspend(print);
    }

    fn clear(&self) {
        self.0.finish_and_clear();
    }
}

fn style(template: &str) -> indicatif::ProgressStyle {
    indicatif::ProgressStyle::with_template(template).unwrap_or_else(|_| indicatif::ProgressStyle::default_bar())
}
