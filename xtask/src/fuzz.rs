//! `cargo xtask fuzz`: runs the fuzz targets in `fuzz/` and prints their figures, or writes their seeds.

use crate::shared;
use clap::{Args, Subcommand};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

#[derive(Args)]
pub(crate) struct Fuzz {
    /// Minutes to run each target
    #[arg(long, default_value_t = 1.0)]
    minutes: f64,
    /// Targets to run [default: all]
    targets: Vec<String>,
    #[command(subcommand)]
    task: Option<Task>,
}

#[derive(Subcommand)]
enum Task {
    /// Write seeds from the samples and the catalogue to fuzz/corpus
    Seeds,
}

/// A fuzz target and its settings.
struct Target {
    name: &'static str,
    dictionary: &'static str,
    /// Maximum size of an input in bytes.
    longest: usize,
    /// Seconds after which the target is restarted. Built catalogues are never freed, so targets that build them need
    /// short runs.
    slice: u64,
}

const TARGETS: &[Target] = &[
    Target { name: "decode", dictionary: "mail", longest: 16_384, slice: 3_600 },
    Target { name: "outlook", dictionary: "mail", longest: 65_536, slice: 3_600 },
    Target { name: "text", dictionary: "text", longest: 4_096, slice: 3_600 },
    Target { name: "headers", dictionary: "mail", longest: 8_192, slice: 3_600 },
    Target { name: "templates", dictionary: "templates", longest: 2_048, slice: 90 },
    Target { name: "overlay", dictionary: "overlay", longest: 4_096, slice: 90 },
    Target { name: "redact", dictionary: "mail", longest: 8_192, slice: 3_600 },
];

/// Memory limit of a target in MiB.
const MEMORY: u32 = 2_048;
/// Time limit for one input in seconds.
const SECONDS: u32 = 10;

pub(crate) fn run(args: &Fuzz) -> Result<(), String> {
    seeds()?;
    if args.task.is_some() {
        return Ok(());
    }
    if let Some(unknown) = args.targets.iter().find(|name| TARGETS.iter().all(|target| target.name != **name)) {
        let known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        return Err(format!("unknown target {unknown}; the targets are {}", known.join(", ")));
    }
    status(cargo_fuzz(&["build", "-O", "--sanitizer", "none"]))?;
    println!("| target | time | executions | per second | coverage (edges) | features | corpus | peak memory |");
    println!("|---|---|---|---|---|---|---|---|");
    let wanted = |target: &&Target| args.targets.is_empty() || args.targets.iter().any(|name| name == target.name);
    let mut broken = Vec::new();
    for target in TARGETS.iter().filter(wanted) {
        match one(target, Duration::from_secs_f64(args.minutes * 60.0)) {
            Ok(row) => println!("{row}"),
            Err(error) => {
                println!("| {} | broken | | | | | | |", target.name);
                broken.push(error);
            }
        }
    }
    if broken.is_empty() { Ok(()) } else { Err(broken.join("\n\n")) }
}

/// The figures that libFuzzer prints at the end of a run.
#[derive(Default)]
struct Figures {
    executions: u64,
    coverage: u64,
    features: u64,
    corpus: u64,
    memory: u64,
}

/// Runs one target and returns its row of the table.
fn one(target: &Target, time: Duration) -> Result<String, String> {
    let start = Instant::now();
    let mut all = Figures::default();
    while let Some(left) = time.checked_sub(start.elapsed()).filter(|left| left.as_secs() > 0) {
        let said = slice(target, left.as_secs().min(target.slice))?;
        let now = figures(&said);
        if now.executions == 0 {
            return Err(format!("{}: libFuzzer printed no figures\n{}", target.name, tail(&said)));
        }
        all.executions += now.executions;
        all.coverage = all.coverage.max(now.coverage);
        all.features = all.features.max(now.features);
        all.corpus = now.corpus;
        all.memory = all.memory.max(now.memory);
    }
    let seconds = start.elapsed().as_secs().max(1);
    Ok(format!(
        "| {} | {}:{:02} min | {} | {} | {} | {} | {} | {} MiB |",
        target.name,
        seconds / 60,
        seconds % 60,
        all.executions,
        all.executions / seconds,
        all.coverage,
        all.features,
        all.corpus,
        all.memory
    ))
}

/// Runs the fuzzer once and returns its output. An input that fails is an error that names the input.
fn slice(target: &Target, seconds: u64) -> Result<String, String> {
    let mut command = cargo_fuzz(&["run", "-O", "--sanitizer", "none", target.name, "--"]);
    command.args([
        format!("-max_total_time={seconds}"),
        format!("-rss_limit_mb={MEMORY}"),
        format!("-timeout={SECONDS}"),
        format!("-max_len={}", target.longest),
        format!("-dict=fuzz/dictionaries/{}.dict", target.dictionary),
        "-print_final_stats=1".to_string(),
        "-verbosity=1".to_string(),
    ]);
    let output = command.stdout(Stdio::null()).stderr(Stdio::piped()).output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match output.status.success() {
        true => Ok(said),
        false => Err(format!("{}: an input fails; see fuzz/artifacts\n{}", target.name, tail(&said))),
    }
}

/// Reads the last progress line, `#123 DONE cov: 1 ft: 2 corp: 3/4Kb ... rss: 5Mb`, and the final statistics.
fn figures(said: &str) -> Figures {
    let progress = said.lines().rev().find(|line| line.starts_with('#') && line.contains("cov: ")).unwrap_or_default();
    let after = |text: &str, name: &str| -> u64 {
        let value = text.split_once(name).map_or("", |(_, rest)| rest.trim_start());
        value.split(|c: char| !c.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
    };
    Figures {
        executions: after(said, "stat::number_of_executed_units:"),
        coverage: after(progress, "cov:"),
        features: after(progress, "ft:"),
        corpus: after(progress, "corp:"),
        memory: after(said, "stat::peak_rss_mb:"),
    }
}

fn tail(text: &str) -> String {
    // Skip the long line in which cargo-fuzz dumps the input: its file is named as well.
    let lines: Vec<&str> = text.lines().filter(|line| line.len() < 400).collect();
    lines.get(lines.len().saturating_sub(40)..).unwrap_or_default().join("\n")
}

/// Returns a `cargo fuzz` command at low priority. `RUSTC_BOOTSTRAP` lets the stable compiler accept the flags that
/// libFuzzer's instrumentation needs.
fn cargo_fuzz(args: &[&str]) -> Command {
    let nice = Path::new("/usr/bin/nice");
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = if nice.exists() { Command::new(nice) } else { Command::new(&cargo) };
    if nice.exists() {
        command.args(["-n", "10"]).arg(&cargo);
    }
    command.arg("fuzz").args(args).current_dir(shared::root()).env("RUSTC_BOOTSTRAP", "1");
    // Cargo set these for this program; they would mislead the next cargo.
    for name in ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH", "CARGO_TARGET_DIR"] {
        command.env_remove(name);
    }
    command
}

fn status(mut command: Command) -> Result<(), String> {
    let status = command.status().map_err(|error| error.to_string())?;
    status.success().then_some(()).ok_or_else(|| {
        "`cargo fuzz build` failed; to install cargo-fuzz: cargo install cargo-fuzz --locked".to_string()
    })
}

/// Writes the seed inputs of every target. They are not checked in: the samples and the catalogue are their source.
fn seeds() -> Result<(), String> {
    let mut count = 0;
    let mut put = |target: &str, name: &str, bytes: &[u8]| -> Result<(), String> {
        let folder = shared::root().join("fuzz/corpus").join(target);
        let path = folder.join(format!("seed-{name}"));
        count += 1;
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(&path, bytes))
            .map_err(|error| format!("{}: {error}", path.display()))
    };
    for path in files(&shared::root().join("tests/samples"))? {
        let bytes = std::fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let name = path.strip_prefix(shared::root().join("tests/samples")).unwrap_or(&path);
        let name = name.display().to_string().replace(['/', '\\'], "-");
        put("decode", &name, &bytes)?;
        put("text", &name, &bytes)?;
        put("redact", &name, &bytes)?;
        if path.components().any(|part| part.as_os_str() == "outlook") {
            put("outlook", &name, &bytes)?;
        }
        put("headers", &name, bytes.get(..end_of_header(&bytes)).unwrap_or_default())?;
    }
    let text = shared::read(crate::catalog::CATALOG)?;
    let catalog = ndr_catalog::load(crate::catalog::CATALOG, &text).map_err(|problems| problems.to_string())?;
    for entry in catalog.entries() {
        for (nth, (template, example)) in entry.texts.iter().zip(entry.examples).enumerate() {
            put("templates", &format!("{}-{nth}", entry.slug), format!("{template}\n{example}").as_bytes())?;
        }
        if let Some(example) = entry.examples.first() {
            put("text", entry.slug, example.as_bytes())?;
        }
    }
    for (nth, item) in text.split("\n- ").filter(|item| item.starts_with("slug: ")).enumerate().step_by(12) {
        put("overlay", &nth.to_string(), format!("entries:\n- {item}\n").as_bytes())?;
    }
    println!("{count} seeds in fuzz/corpus");
    Ok(())
}

fn end_of_header(bytes: &[u8]) -> usize {
    bytes.windows(2).position(|pair| pair == b"\n\n").map_or(bytes.len(), |at| at + 2)
}

/// Returns the files below a folder, sorted by path.
fn files(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut names = Vec::new();
    for item in std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))? {
        names.push(item.map_err(|error| error.to_string())?.path());
    }
    names.sort();
    let mut found = Vec::new();
    for name in names {
        if name.is_dir() { found.extend(files(&name)?) } else { found.push(name) }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_of_a_run() {
        let said = "INFO: Seed\n#2 INITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 30Mb\n\
            #900 DONE   cov: 4711 ft: 9000 corp: 312/55Kb lim: 4096 exec/s: 90 rss: 123Mb\n\
            stat::number_of_executed_units: 900\nstat::average_exec_per_sec:     90\nstat::peak_rss_mb:              130\n";
        let found = figures(said);
        let all = (found.executions, found.coverage, found.features, found.corpus, found.memory);
        assert_eq!(all, (900, 4711, 9000, 312, 130));
    }

    #[test]
    fn every_target_is_run() {
        let folder = shared::root().join("fuzz/fuzz_targets");
        let mut names: Vec<String> = files(&folder)
            .unwrap()
            .iter()
            .filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
            .collect();
        let mut known: Vec<&str> = TARGETS.iter().map(|target| target.name).collect();
        names.sort();
        known.sort_unstable();
        assert_eq!(known, names);
    }
}
