//! `cargo xtask soak`: sends mutated samples through `ndr scan -` for minutes. It fails if a message is lost, if ndr
//! crashes or hangs, and if its memory grows.

use crate::mailbox;
use crate::mutate::{Dice, mutated};
use crate::process::{Usage, ndr};
use crate::shared;
use clap::Args;
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::process::{ChildStdin, ChildStdout, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Time without a record after which ndr counts as hanging.
const SILENCE: Duration = Duration::from_secs(60);
/// Allowed growth of memory from the first quarter to the last, because heap use varies.
const GROWTH: u64 = 32 << 20;

#[derive(Args)]
pub(crate) struct Soak {
    /// Duration in minutes
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Seed of the random mutations; the same seed gives the same messages
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads that ndr uses
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

/// Counts of the output so far.
#[derive(Default)]
struct Counts {
    records: AtomicU64,
    bytes: AtomicU64,
    recognised: AtomicU64,
    panics: AtomicU64,
}

pub(crate) fn run(args: &Soak) -> Result<(), String> {
    let samples = mailbox::messages(&shared::root().join("tests/samples"))?;
    let mut command = ndr()?;
    command.args(["scan", "-", "--format", "ndjson", "--jobs", &args.jobs.to_string()]);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("ndr does not start: {error}"))?;
    let (Some(stdin), Some(stdout), Some(mut stderr)) = (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err("ndr was started without pipes".into());
    };
    println!("{} samples, seed {}, {} minutes, {} jobs", samples.len(), args.seed, args.minutes, args.jobs);
    let end = Instant::now() + Duration::from_secs_f64(args.minutes * 60.0);
    let (counts, written) = (Arc::new(Counts::default()), Arc::new(AtomicU64::new(0)));
    let seed = args.seed;
    let writer = std::thread::spawn({
        let written = Arc::clone(&written);
        move || feed(&samples, seed, end, stdin, &written)
    });
    let reader = std::thread::spawn({
        let counts = Arc::clone(&counts);
        move || count(stdout, &counts)
    });
    let errors = std::thread::spawn(move || {
        let mut text = Vec::new();
        let _ = stderr.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    });

    let (memory, status) = match watch(&mut child, &counts, &written) {
        Ok(seen) => seen,
        Err(error) => {
            let _ = child.kill();
            let _ = child.wait();
            return Err(error);
        }
    };
    let fed = writer.join().map_err(|_| "the writing thread failed")?;
    let read = reader.join().map_err(|_| "the reading thread failed")?;
    let errors = errors.join().map_err(|_| "the reading thread failed")?;
    let summary: Vec<&str> = errors.lines().filter(|line| !line.starts_with("ndr: ")).take(4).collect();
    println!("{}", summary.join("\n"));
    let (messages, bytes) = fed.map_err(|error| format!("ndr took no more input: {error}"))?;
    read?;
    let records = counts.records.load(Ordering::Relaxed);
    let panics = counts.panics.load(Ordering::Relaxed);
    println!(
        "{messages} messages of {} MB in, {records} records of {} MB out, {} recognised, {panics} panics contained",
        bytes >> 20,
        counts.bytes.load(Ordering::Relaxed) >> 20,
        counts.recognised.load(Ordering::Relaxed),
    );
    let (first, last) = growth(&memory);
    println!("memory: at most {} MB in the first quarter, {} MB in the last", first >> 20, last >> 20);
    if !status.success() && panics == 0 {
        return Err(format!("ndr ended with {status}:\n{errors}"));
    }
    if records != messages {
        return Err(format!("{messages} messages went in, and {records} records came out"));
    }
    if panics > 0 {
        let first = errors.lines().filter(|line| line.contains("the decoder failed")).take(5).collect::<Vec<_>>();
        return Err(format!("the decoder failed on {panics} messages:\n{}", first.join("\n")));
    }
    if last > first + GROWTH {
        return Err(format!("memory grew by {} MB", (last - first) >> 20));
    }
    println!("no crash, no hang, no growth, every message accounted for");
    Ok(())
}

/// Writes messages until `end`. Returns their number and total size.
fn feed(
    samples: &[Vec<u8>],
    seed: u64,
    end: Instant,
    stdin: ChildStdin,
    written: &AtomicU64,
) -> std::io::Result<(u64, u64)> {
    let mut dice = Dice::new(seed);
    let mut out = BufWriter::with_capacity(1 << 20, stdin);
    let mut bytes = 0;
    let mut number = 0;
    while Instant::now() < end {
        for _ in 0..100 {
            let message = mutated(samples, &mut dice);
            number += 1;
            bytes += message.len() as u64;
            mailbox::append(&mut out, number, &message)?;
        }
        written.store(number, Ordering::Relaxed);
    }
    out.flush()?;
    Ok((number, bytes))
}

/// Reads records. Each must be complete and in order.
fn count(stdout: ChildStdout, counts: &Counts) -> Result<(), String> {
    let mut lines = BufReader::with_capacity(1 << 20, stdout);
    let mut line = Vec::new();
    let mut number = 0u64;
    loop {
        line.clear();
        let n = lines.read_until(b'\n', &mut line).map_err(|error| format!("the output ended early: {error}"))?;
        if n == 0 {
            return Ok(());
        }
        number += 1;
        let head = format!("{{\"source\":\"-#{number}\",\"kind\":\"");
        if !line.starts_with(head.as_bytes()) || !line.ends_with(b"]}\n") {
            let text = String::from_utf8_lossy(&line[..line.len().min(200)]).into_owned();
            return Err(format!("record {number} is malformed or out of order: {text:?}"));
        }
        let is = |kind: &str| line[head.len()..].starts_with(kind.as_bytes());
        counts.recognised.fetch_add(u64::from(!is("other")), Ordering::Relaxed);
        let panic = b"{\"code\":\"panic\"";
        let failed = is("other") && line.windows(panic.len()).any(|window| window == panic);
        counts.panics.fetch_add(u64::from(failed), Ordering::Relaxed);
        counts.bytes.fetch_add(n as u64, Ordering::Relaxed);
        counts.records.store(number, Ordering::Relaxed);
    }
}

type Seen = (Vec<u64>, std::process::ExitStatus);

/// Waits for the process to end and samples its memory.
fn watch(child: &mut std::process::Child, counts: &Counts, written: &AtomicU64) -> Result<Seen, String> {
    let start = Instant::now();
    let mut memory = Vec::new();
    let (mut last, mut since, mut shown) = (0, Instant::now(), 0);
    loop {
        std::thread::sleep(Duration::from_millis(250));
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            return Ok((memory, status));
        }
        memory.extend(Usage::of(child.id()).map(|usage| usage.resident));
        let records = counts.records.load(Ordering::Relaxed);
        if records != last {
            (last, since) = (records, Instant::now());
        } else if since.elapsed() > SILENCE {
            let seconds = SILENCE.as_secs();
            let written = written.load(Ordering::Relaxed);
            return Err(format!("ndr hangs: no record for {seconds} s after record {last}; {written} were written"));
        }
        let seconds = start.elapsed().as_secs();
        if seconds >= shown + 10 {
            shown = seconds;
            let resident = memory.last().copied().unwrap_or(0) >> 20;
            println!("{seconds:>5} s  {records:>10} records  {:>7}/s  {resident:>5} MB", records / seconds.max(1));
        }
    }
}

/// Returns the peak memory of the first and of the last quarter.
fn growth(memory: &[u64]) -> (u64, u64) {
    let quarter = memory.len().div_ceil(4);
    let most = |part: &[u64]| part.iter().copied().max().unwrap_or(0);
    (most(&memory[..quarter]), most(&memory[memory.len() - quarter..]))
}
