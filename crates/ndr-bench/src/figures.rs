//! Measures times, as tables for docs/benchmarks.md.

use ndr_bench::shown::{rounded, shown};
use ndr_bench::work::{ALL, MAILS, Work, named};
use std::fmt::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Time after which no new round starts.
const TIME: Duration = Duration::from_secs(30);
/// Minimum number of rounds.
const ROUNDS: usize = 3;
/// Number of times that the command is started.
const STARTS: usize = 50;

/// The target for replies resolved in a second.
const REPLIES: f64 = 5e6;
/// The targets: the time of the first divided by the time of the second must not exceed the number.
const TARGETS: &[(&str, &str, f64)] = &[("decode", "mail-parser", 1.25), ("resolve", "regex-set", 0.2)];

pub(crate) fn all() -> String {
    let times = rounds();
    let per_item = |name: &str| {
        let (work, time) = times.iter().find(|(work, _)| work.name == name)?;
        Some(time.as_secs_f64() / (work.items)() as f64)
    };
    let bytes: usize = MAILS.iter().map(Vec::len).sum();
    let mut out = String::new();
    let _ = writeln!(
        out,
        "{} messages of {:.1} KB mean, one thread, in memory.\n",
        MAILS.len(),
        bytes as f64 / MAILS.len() as f64 / 1e3
    );
    out += "| work | per second | time of one | beside mail-parser's full parse |\n|---|---|---|---|\n";
    let floor = per_item("mail-parser").unwrap_or(f64::NAN);
    for (work, _) in &times {
        let one = per_item(work.name).unwrap_or(f64::NAN);
        let ratio = if work.unit == "messages" { format!("{:.2}x", one / floor) } else { "-".to_string() };
        let _ = writeln!(out, "| {} | {} {} | {} | {ratio} |", work.title, rounded(1.0 / one), work.unit, shown(one));
    }
    out += "\n| target | is | wanted |\n|---|---|---|\n";
    for (name, beside, most) in TARGETS {
        let (Some(work), Some(yardstick)) = (named(name), named(beside)) else { continue };
        let ratio = per_item(name).unwrap_or(f64::NAN) / per_item(beside).unwrap_or(f64::NAN);
        let _ = writeln!(out, "| {} ÷ {} | {ratio:.3} | at most {most} |", work.title, yardstick.title);
    }
    let replies = 1.0 / per_item("resolve").unwrap_or(f64::NAN);
    let _ = writeln!(out, "| replies resolved in a second | {} | at least {} |", rounded(replies), rounded(REPLIES));
    if let Some(program) = std::env::var_os("NDR_BENCH_PROGRAM") {
        let (least, middle) = starts(&program);
        let _ = writeln!(
            out,
            "\nStart of `ndr explain \"550 5.1.1 User unknown\"`, process and all: {:.2} ms at best of {STARTS}, {:.2} ms in the middle (wanted: under 5 ms).",
            least.as_secs_f64() * 1e3,
            middle.as_secs_f64() * 1e3
        );
    }
    out
}

/// Returns the shortest time of a pass of each kind of work. They take turns, so that noise affects all of them alike.
fn rounds() -> Vec<(&'static Work, Duration)> {
    let mut times: Vec<(&Work, Vec<Duration>)> = ALL.iter().map(|work| (work, Vec::new())).collect();
    // The first pass does the work that is done once at start.
    ALL.iter().for_each(|work| (work.pass)());
    let begin = Instant::now();
    let mut round = 0;
    while round < ROUNDS || begin.elapsed() < TIME {
        round += 1;
        for (work, seen) in &mut times {
            // Fill the caches: other work ran before.
            (work.pass)();
            // Repeat a short pass, because the clock counts in microseconds.
            let start = Instant::now();
            let mut passes = 0;
            while passes == 0 || start.elapsed() < Duration::from_millis(2) {
                (work.pass)();
                passes += 1;
            }
            seen.push(start.elapsed() / passes);
        }
    }
    times.into_iter().map(|(work, seen)| (work, seen.into_iter().min().unwrap_or_default())).collect()
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn starts(program: &std::ffi::OsStr) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let start = Instant::now();
            let mut command = Command::new(program);
            command.args(["explain", "550 5.1.1 User unknown"]).stdin(Stdio::null()).stdout(Stdio::null());
            let status = command.status();
            assert!(status.is_ok_and(|status| status.success()), "{} does not run", program.display());
            start.elapsed()
        })
        .collect();
    let middle = median(&mut times);
    (times.first().copied().unwrap_or_default(), middle)
}
