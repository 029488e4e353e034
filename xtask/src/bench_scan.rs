//! `cargo xtask bench-scan`: the speed of `ndr scan` on a large mbox, compared with `cat` of the same file.

use crate::process::{Usage, ndr};
use crate::{command, mailbox, shared};
use clap::Args;
use std::fmt::Write as _;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[derive(Args)]
pub(crate) struct BenchScan {
    /// Number of messages in the mbox
    #[arg(long, default_value_t = 100_000)]
    messages: u64,
    /// Runs of each command; the fastest counts
    #[arg(long, default_value_t = 3)]
    runs: usize,
    /// Directory of messages to use instead of tests/samples
    #[arg(long)]
    directory: Option<PathBuf>,
}

struct Run {
    wall: Duration,
    usage: Usage,
}

pub(crate) fn run(args: &BenchScan) -> Result<(), String> {
    println!("{}", report(args)?);
    Ok(())
}

impl Default for BenchScan {
    fn default() -> Self {
        BenchScan { messages: 100_000, runs: 3, directory: None }
    }
}

/// Runs the comparison and returns the lines for docs/benchmarks.md.
pub(crate) fn report(args: &BenchScan) -> Result<String, String> {
    let mut out = String::new();
    let directory = args.directory.clone().unwrap_or_else(|| shared::root().join("tests/samples"));
    let samples = mailbox::messages(&directory)?;
    let path = command::target().join("bench-scan.mbox");
    let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    let size = made.and_then(|()| write(&path, &samples, args.messages));
    let size = size.map_err(|error| format!("{}: {error}", path.display()))?;
    let _ = writeln!(
        out,
        "{} messages, {} MB, {} bytes each",
        args.messages,
        size / 1_000_000,
        size / args.messages.max(1)
    );

    let program = ndr()?;
    let scan = |jobs: &str| {
        let mut command = Command::new(program.get_program());
        command.arg("scan").arg(&path).args(["--quiet", "--format", "ndjson", "--jobs", jobs]);
        command
    };
    let cat = || {
        let mut command = Command::new("cat");
        command.arg(&path);
        command
    };
    let cat = best(args.runs, cat)?;
    let _ = writeln!(out, "cat      {:>8.3} s", cat.wall.as_secs_f64());
    let mut first = None;
    for jobs in ["1", "2"] {
        let run = best(args.runs, || scan(jobs))?;
        let wall = run.wall.as_secs_f64();
        let one = *first.get_or_insert(wall);
        let _ = writeln!(
            out,
            "jobs {jobs}   {wall:>8.3} s  {:>8.0} messages/s  {:>6.1} MB/s  {:>6.2} s of CPU time  {:>4} MB  \
             {:.1} x cat  {:.2} x one job",
            args.messages as f64 / wall,
            size as f64 / wall / 1e6,
            run.usage.time.as_secs_f64(),
            run.usage.peak >> 20,
            wall / cat.wall.as_secs_f64(),
            one / wall,
        );
    }
    std::fs::remove_file(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(out)
}

fn write(path: &Path, samples: &[Vec<u8>], messages: u64) -> std::io::Result<u64> {
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    for (number, message) in (1..=messages).zip(samples.iter().cycle()) {
        mailbox::append(&mut out, number, message)?;
    }
    out.flush()?;
    Ok(out.get_ref().metadata()?.len())
}

/// Returns the fastest of several runs. Their output is discarded.
fn best(runs: usize, command: impl Fn() -> Command) -> Result<Run, String> {
    let mut best: Option<Run> = None;
    for _ in 0..runs.max(1) {
        let mut command = command();
        let start = Instant::now();
        let mut child =
            command.stdout(Stdio::null()).spawn().map_err(|error| format!("{:?}: {error}", command.get_program()))?;
        let mut usage = Usage::default();
        let status = loop {
            // Sample while the process runs: /proc has no figures once it has ended.
            usage = Usage::of(child.id()).unwrap_or(usage);
            if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
                break status;
            }
            std::thread::sleep(Duration::from_millis(2));
        };
        let wall = start.elapsed();
        if !status.success() {
            return Err(format!("{:?} ended with {status}", command.get_program()));
        }
        if best.as_ref().is_none_or(|best| wall < best.wall) {
            best = Some(Run { wall, usage });
        }
    }
    best.ok_or_else(|| "nothing was run".into())
}
