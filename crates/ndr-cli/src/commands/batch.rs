//! What `ndr scan` and `ndr summary` have in common: the run over many messages, with its progress bar.

use crate::Exit;
use crate::args::Inputs;
use ndr::sanitize;
use ndr_scan::{Ordered, Progress, Record, Scan, Summary};
use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What becomes of a batch, on the thread that decodes it.
struct Done {
    /// What is printed of its records.
    text: Vec<u8>,
    /// Lines for standard error.
    errors: String,
    summary: Option<Summary>,
}

/// What a run came to.
pub(crate) struct Total {
    /// Of all records, if it was asked for.
    pub(crate) summary: Summary,
    /// How many messages could not be read.
    pub(crate) errors: u64,
}

impl Total {
    /// The exit status of the run.
    pub(crate) fn exit(&self) -> Exit {
        if self.errors > 0 { Exit::Unreadable } else { Exit::Done }
    }
}

/// Memory of texts that were printed: used again, because threads that take and give back each other's wait for it.
#[derive(Clone, Default)]
struct Spare(Arc<Mutex<Vec<Vec<u8>>>>);

impl Spare {
    fn take(&self) -> Vec<u8> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop().unwrap_or_default()
    }

    fn give(&self, mut text: Vec<u8>) {
        text.clear();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(text);
    }
}

/// Decodes everything below `paths`. `write` turns a record into text on the thread that decodes it, and `print` gets the texts in
/// order. `start` begins the summary, where one is wanted; `keep` names the columns of a
/// table that go along.
pub(crate) fn run(
    inputs: &Inputs,
    paths: Vec<PathBuf>,
    decoder: &ndr::Decoder,
    keep: &[String],
    start: Option<fn() -> Summary>,
    write: impl Fn(&Record, &mut Vec<u8>) + Send + Sync + 'static,
    mut print: impl FnMut(&[u8]) -> std::io::Result<()>,
) -> std::io::Result<Total> {
    let bar = Bar::new(inputs.quiet);
    let mut scan = Scan::of(paths).decoder(decoder.clone()).measured(bar.is_visible()).all(inputs.all);
    if let Some(column) = &inputs.column {
        scan = scan.column(column, keep);
    }
    if let Some(jobs) = inputs.jobs {
        scan = scan.jobs(jobs.get());
    }
    quiet_panics();
    let spare = Spare::default();
    let empty = spare.clone();
    let mut batches: Ordered<Done> = scan.fold(
        move || Done { text: empty.take(), errors: String::new(), summary: start.map(|start| start()) },
        move |done, record| {
            if let Some(summary) = &mut done.summary {
                summary.add(&record);
            }
            if let Err(error) = &record.result {
                let (source, error) = (sanitize::terminal(&record.source), sanitize::terminal(&error.message));
                done.errors += &format!("ndr: {source}: {error}\n");
            }
            write(&record, &mut done.text);
        },
    );
    let mut total = Total { summary: Summary::new(), errors: 0 };
    while let Some(done) = batches.next() {
        if let Some(summary) = done.summary {
            total.summary.merge(summary);
        }
        total.errors = batches.progress().errors;
        bar.at(batches.progress());
        if !done.errors.is_empty() {
            bar.suspend(|| eprint!("{}", done.errors));
        }
        print(&done.text)?;
        spare.give(done.text);
    }
    bar.clear();
    let binaries = batches.progress().binaries;
    if binaries > 0 && !inputs.quiet {
        eprintln!("ndr: {binaries} files hold programs, pictures or other data and no mail; they were left out");
    }
    Ok(total)
}

/// A panic over one message becomes its record; what the standard library prints of it might hold words of the mail.
fn quiet_panics() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let ours = std::thread::current().name().is_some_and(|name| name.starts_with(ndr_scan::THREADS));
        if !ours {
            usual(panic);
        }
    }));
}

/// A progress bar on a terminal; nothing elsewhere.
struct Bar(indicatif::ProgressBar);

impl Bar {
    fn new(quiet: bool) -> Bar {
        if quiet || !std::io::stderr().is_terminal() {
            return Bar(indicatif::ProgressBar::hidden());
        }
        let bar = indicatif::ProgressBar::no_length();
        bar.set_style(style("{spinner} {msg} {bytes}, {bytes_per_sec}, {elapsed}"));
        Bar(bar)
    }

    fn is_visible(&self) -> bool {
        !self.0.is_hidden()
    }

    fn at(&self, progress: Progress) {
        if self.0.is_hidden() {
            return;
        }
        // The size of the inputs is measured in parallel.
        if let (Some(total), None) = (progress.bytes_total, self.0.length()) {
            self.0.set_length(total);
            self.0.set_style(style("{wide_bar} {percent} % {msg} {bytes_per_sec}, {eta} left"));
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
