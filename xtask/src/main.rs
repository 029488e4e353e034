//! Tasks of this repository: `cargo xtask --help`.

mod bench;
mod bench_scan;
mod catalog;
mod check;
mod fuzz;
mod mailbox;
mod mutate;
mod process;
mod python;
mod shared;
mod soak;
mod stats;
mod words;

use clap::{Parser, Subcommand};
use std::process::{Command, ExitCode};

/// Tasks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write everything that is generated from catalog.yaml: the reference, the table in README.md, the schema.
    Docs {
        /// Write nothing; fail where a generated file is stale.
        #[arg(long)]
        check: bool,
    },
    /// Work on catalog.yaml.
    #[command(subcommand)]
    Catalog(catalog::Task),
    /// Feed mutated samples to `ndr scan` for a while: no crash, no hang, no growth, no message lost.
    Soak(soak::Soak),
    /// Measure `ndr scan` beside `cat`, and two threads beside one.
    BenchScan(bench_scan::BenchScan),
    /// Build the Python package and run its tests: types, notebook, dataframes, Spark and Ray.
    Python,
    /// Everything that a change must pass.
    Check {
        /// The Python bindings too.
        #[arg(long)]
        python: bool,
        /// Only what SECURITY.md promises of the code: no unsafe code, no YAML in the core, few dependencies.
        #[arg(long, conflicts_with = "python")]
        trust: bool,
    },
    /// Measure speed beside yardsticks and write BENCHMARKS.md.
    Bench(bench::Bench),
    /// Throw hostile input at every reader, with libFuzzer: see fuzz/README.md.
    Fuzz(fuzz::Fuzz),
}

fn main() -> ExitCode {
    let outcome = match Args::parse().task {
        Task::Docs { check } => catalog::check(catalog::CATALOG).and_then(|_| docs(check)),
        Task::Catalog(task) => catalog::run(task),
        Task::Check { trust: true, .. } => check::trust(),
        Task::Check { python, .. } => check::run(python),
        Task::Bench(args) => bench::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Soak(args) => soak::run(&args),
        Task::BenchScan(args) => bench_scan::run(&args),
        Task::Python => python::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// The generator is a program of its own, because it needs ndr: see Cargo.toml.
fn docs(check: bool) -> Result<(), String> {
    let mut command = cargo(&["run", "--quiet", "--package", "xtask", "--bin", "xtask-docs", "--"]);
    command.args(check.then_some("--check"));
    let status = command.status().map_err(|error| format!("cargo does not start: {error}"))?;
    status.success().then_some(()).ok_or_else(|| "the generated files are not in order".to_string())
}

/// The cargo that started this program, at the top of the repository.
fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(shared::root());
    command
}
