//! `cargo xtask bench`: measures and writes BENCHMARKS.md, or counts instructions and compares them with the baseline.

use crate::{cargo, shared};
use clap::Args;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};

#[derive(Args)]
pub(crate) struct Bench {
    /// Only count instructions, with valgrind, and compare the ratios with the baseline
    #[arg(long)]
    instructions: bool,
    /// Make what was counted the new baseline
    #[arg(long, requires = "instructions")]
    write: bool,
}

const PAGE: &str = "BENCHMARKS.md";
const BASELINE: &str = "bench/baseline.tsv";
/// How much slower than the baseline the work may become.
const TOLERANCE: f64 = 0.05;
/// What is counted, each divided by the count of the yardstick in the same run: that hardly changes with machines.
const COUNTED: &[&str] = &["decode", "decode-json", "resolve", "index"];
const YARDSTICK: &str = "mail-parser";

pub(crate) fn run(args: &Bench) -> Result<(), String> {
    build()?;
    if args.instructions {
        let counts = counts()?;
        println!("{}", table(&counts));
        return if args.write { write_baseline(&counts) } else { compare(&counts) };
    }
    let figures = output(Command::new(program("ndr-bench")).arg("figures").env("NDR_BENCH_PROGRAM", program("ndr")))?;
    let mut page = String::from(
        "# Benchmarks\n\nWritten by `cargo xtask bench`. The work takes turns in one process, each behind a pass of its own that is not timed and fills the caches, and the best of many rounds is shown, so the ratios hold where the times depend on the machine and on what else it does.\n\n",
    );
    page += &machine();
    page += "\n";
    page += &figures;
    page += "\n";
    page += &output(&mut Command::new(program("ndr-bench-allocations")))?;
    page += "\n## A mailbox from end to end\n\n`cargo xtask bench-scan`: `ndr scan --format ndjson` of an mbox, its output thrown away, beside `cat` of the same file. Wanted: two jobs at least 1.9 times as fast as one.\n\n```text\n";
    page += &crate::bench_scan::report(&Default::default())?;
    page += "```\n";
    page += "\n## Instructions\n\nCounted by valgrind, without what is built once at start. `.ci/run` fails where a ratio grows by more than 5 %.\n\n";
    page += &counts().map_or_else(|error| format!("Not counted: {error}.\n"), |counts| table(&counts));
    std::fs::write(shared::root().join(PAGE), &page).map_err(|error| format!("{PAGE}: {error}"))?;
    println!("{page}");
    Ok(())
}

fn build() -> Result<(), String> {
    let mut command = cargo(&["build", "--quiet", "--release", "--locked", "-p", "ndr-bench", "-p", "ndr-cli"]);
    let status = command.status().map_err(|error| error.to_string())?;
    status.success().then_some(()).ok_or_else(|| "the programs to measure do not build".to_string())
}

fn program(name: &str) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| shared::root().join("target"), PathBuf::from);
    target.join("release").join(name).with_extension(std::env::consts::EXE_EXTENSION)
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", command.get_program().display(), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// What the figures were measured on.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.split_once(':').map(|(_, value)| value.trim().to_string())
    };
    let cpu = read("/proc/cpuinfo");
    let model = field(&cpu, "model name").unwrap_or_else(|| std::env::consts::ARCH.to_string());
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = field(&read("/proc/meminfo"), "MemTotal")
        .and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok())
        .map_or_else(String::new, |kib| format!(", {:.0} GB of memory", kib / 1024.0 / 1024.0));
    let load = read("/proc/loadavg").split_whitespace().next().unwrap_or("unknown").to_string();
    let rustc = output(Command::new("rustc").arg("--version")).unwrap_or_default();
    format!(
        "{model}, {cores} cores{memory}; {} {}; load {load}; {}.\n",
        std::env::consts::OS,
        std::env::consts::ARCH,
        rustc.trim()
    )
}

/// Instructions of one pass, by the name of the work.
fn counts() -> Result<BTreeMap<&'static str, u64>, String> {
    let one = |name: &'static str| -> Result<(&'static str, u64), String> {
        // What is built once falls out of the difference.
        let (first, third) = (count(name, 1)?, count(name, 3)?);
        Ok((name, third.saturating_sub(first) / 2))
    };
    std::iter::once(YARDSTICK).chain(COUNTED.iter().copied()).map(one).collect()
}

fn count(name: &str, passes: u32) -> Result<u64, String> {
    let mut command = Command::new("valgrind");
    command.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]).arg(program("ndr-bench"));
    command.args(["once", name, &passes.to_string()]).env_remove("NDR_BENCH_DIR");
    let output = command.output().map_err(|error| format!("valgrind does not start: {error}"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let collected = said.lines().find_map(|line| line.split_once("Collected : ")).map(|(_, count)| count.trim());
    let count = collected.and_then(|count| count.parse().ok()).filter(|_| output.status.success());
    count.ok_or_else(|| format!("valgrind gave no count for {name}:\n{said}"))
}

fn ratio(counts: &BTreeMap<&str, u64>, name: &str) -> f64 {
    let of = |name: &str| counts.get(name).copied().unwrap_or(0) as f64;
    of(name) / of(YARDSTICK).max(1.0)
}

fn table(counts: &BTreeMap<&str, u64>) -> String {
    let mut out = format!("| work | million instructions of a pass | beside {YARDSTICK} |\n|---|---|---|\n");
    for (name, count) in counts {
        out += &format!("| {name} | {:.1} | {:.3} |\n", *count as f64 / 1e6, ratio(counts, name));
    }
    out
}

fn write_baseline(counts: &BTreeMap<&str, u64>) -> Result<(), String> {
    let mut out = format!("# Instructions divided by those of {YARDSTICK}: cargo xtask bench --instructions --write\n");
    for name in COUNTED {
        out += &format!("{name}\t{:.4}\n", ratio(counts, name));
    }
    std::fs::write(shared::root().join(BASELINE), out).map_err(|error| format!("{BASELINE}: {error}"))
}

fn compare(counts: &BTreeMap<&str, u64>) -> Result<(), String> {
    let baseline = shared::read(BASELINE)?;
    let known = read_baseline(&baseline)?;
    let mut slower = Vec::new();
    for name in COUNTED {
        let now = ratio(counts, name);
        let before = known.get(name).copied().ok_or_else(|| format!("{BASELINE} says nothing of {name}"))?;
        let change = now / before - 1.0;
        println!("{name}: {now:.4}, was {before:.4} ({:+.1} %)", change * 100.0);
        if change > TOLERANCE {
            slower.push(format!("{name} takes {:.1} % more instructions than before", change * 100.0));
        } else if change < -TOLERANCE {
            println!("  faster than before: cargo xtask bench --instructions --write");
        }
    }
    if slower.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}; allowed are {:.0} %\nif it is worth that: cargo xtask bench --instructions --write",
        slower.join("\n"),
        TOLERANCE * 100.0
    ))
}

fn read_baseline(text: &str) -> Result<BTreeMap<&str, f64>, String> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let row = |line| -> Option<(&str, f64)> {
        let (name, value): (&str, &str) = str::split_once(line, '\t')?;
        Some((name, value.parse().ok()?))
    };
    lines.map(|line| row(line).ok_or_else(|| format!("{BASELINE}: `{line}` is no name and number"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_baseline() {
        let known = read_baseline("# x\ndecode\t0.5\nresolve\t2\n").unwrap();
        assert_eq!((known["decode"], known["resolve"]), (0.5, 2.0));
        assert!(read_baseline("decode 0.5").is_err());
        let counts = BTreeMap::from([("mail-parser", 200), ("decode", 100)]);
        assert!((ratio(&counts, "decode") - 0.5).abs() < 1e-9);
    }

    #[test]
    fn the_baseline_of_the_repository_is_whole() {
        let text = shared::read(BASELINE).unwrap();
        let known = read_baseline(&text).unwrap();
        assert!(COUNTED.iter().all(|name| known.contains_key(name)), "{known:?}");
    }
}
