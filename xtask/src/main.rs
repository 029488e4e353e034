//! `cargo xtask`: the development tasks of this repository. `cargo xtask --help` lists them.

mod bench;
mod bench_scan;
mod catalog;
mod check;
mod command;
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
use std::process::ExitCode;

/// Development tasks of this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Write all files that are generated from catalog.yaml: the reference, the table of Exchange codes, the schema
    Docs {
        /// Write nothing; fail if a generated file is stale
        #[arg(long)]
        check: bool,
    },
    /// Check, format, extend and query catalog.yaml
    #[command(subcommand)]
    Catalog(catalog::Task),
    /// Feed mutated samples to `ndr scan` for minutes; fail on a crash, a hang, growing memory or a lost message
    Soak(soak::Soak),
    /// Compare the speed of `ndr scan` with `cat`, and of two threads with one
    BenchScan(bench_scan::BenchScan),
    /// Build the Python package and test it: types, notebook, data frames, Spark and Ray
    Python,
    /// Run the Rust checks that a change must pass; `bash .ci/run` runs all of them
    Check {
        /// Check the Python bindings too
        #[arg(long)]
        python: bool,
        /// Check only what SECURITY.md promises: no unsafe code, no YAML in the core, few dependencies
        #[arg(long, conflicts_with = "python")]
        trust: bool,
    },
    /// Measure speed against other programs and write docs/benchmarks.md
    Bench(bench::Bench),
    /// Run the fuzz targets: see fuzz/README.md
    Fuzz(fuzz::Fuzz),
}

fn main() -> ExitCode {
    let outcome = match Args::parse().task {
        Task::Docs { check } => catalog::check(catalog::CATALOG).and_then(|_| command::docs(check)),
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
