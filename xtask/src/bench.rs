//! `cargo xtask bench`: measures speed and writes docs/benchmarks.md, or compares instruction counts with the baseline.

use crate::command::{self, PROFILE, cargo, program};
use crate::shared;
use clap::Args;
use std::collections::BTreeMap;
use std::process::{Command, Stdio};

#[derive(Args)]
pub(crate) struct Bench {
    /// Count instructions with valgrind and compare them with the baseline, instead of measuring time
    #[arg(long)]
    instructions: bool,
    /// Save the counts as the new baseline
    #[arg(long, requires = "instructions")]
    write: bool,
}

const PAGE: &str = "docs/benchmarks.md";
const BASELINE: &str = "crates/ndr-bench/baseline.tsv";
/// Allowed increase over the baseline.
const TOLERANCE: f64 = 0.05;
/// The work that is counted. Each count is divided by that of `YARDSTICK`, because the ratio hardly depends on the machine.
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
        "# Benchmarks\n\nWritten by `cargo xtask bench`, which builds with `[profile.dist]`. All work runs in one process, in turns. Before each timed pass, an untimed pass fills the caches, and the best of many rounds is shown. The times depend on the machine and its load; the ratios hardly do.\n\n",
    );
    page += &machine();
    page += "\n";
    page += &figures;
    page += "\n";
    page += &output(&mut Command::new(program("ndr-bench-allocations")))?;
    page += "\n## A mailbox from end to end\n\n`cargo xtask bench-scan` runs `ndr scan --format ndjson` on an mbox, discards the output, and compares it with `cat` of the same file. The target: two jobs are at least 1.9 times as fast as one.\n\n```text\n";
    page += &crate::bench_scan::report(&Default::default())?;
    page += "```\n";
    page += "\n## Instructions\n\nCounted by valgrind, without the work that is done once at start. `.ci/run` fails if a ratio grows by more than 5 %.\n\n";
    page += &counts().map_or_else(|error| format!("Not counted: {error}.\n"), |counts| table(&counts));
    std::fs::write(shared::root().join(PAGE), &page).map_err(|error| format!("{PAGE}: {error}"))?;
    println!("{page}");
    Ok(())
}

fn build() -> Result<(), String> {
    let packages = ["-p", "ndr-bench", "-p", "ndr-cli"];
    command::run(cargo(&["build", "--quiet", "--profile", PROFILE, "--locked"]).args(packages))
}

fn output(command: &mut Command) -> Result<String, String> {
    let output = command.stderr(Stdio::inherit()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("{} ended with {}", command.get_program().display(), output.status));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Describes the machine that the figures were measured on.
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

/// Counts the instructions of one pass of each kind of work.
fn counts() -> Result<BTreeMap<&'static str, u64>, String> {
    let one = |name: &'static str| -> Result<(&'static str, u64), String> {
        // The difference leaves out the work that is done once at start.
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
        let before = known.get(name).copied().ok_or_else(|| format!("{BASELINE} has no line for {name}"))?;
        let change = now / before - 1.0;
        println!("{name}: {now:.4}, was {before:.4} ({:+.1} %)", change * 100.0);
        if change > TOLERANCE {
            slower.push(format!("{name} takes {:.1} % more instructions than before", change * 100.0));
        } else if change < -TOLERANCE {
            println!("  faster than the baseline; to update it: cargo xtask bench --instructions --write");
        }
    }
    if slower.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{}; the limit is {:.0} %\nto accept the change: cargo xtask bench --instructions --write",
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
    lines
        .map(|line| {
            row(line).ok_or_else(|| format!("{BASELINE}: `{line}` is not a name and a number, separated by a tab"))
        })
        .collect()
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
    fn the_baseline_has_a_line_for_all_work() {
        let text = shared::read(BASELINE).unwrap();
        let known = read_baseline(&text).unwrap();
        assert!(COUNTED.iter().all(|name| known.contains_key(name)), "{known:?}");
    }
}
