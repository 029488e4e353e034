//! Measures speed relative to other programs, for docs/benchmarks.md: see `cargo xtask bench`.
//!
//! `ndr-bench figures` times all work in one process, in turns, so that other load affects all of it alike.
//! `ndr-bench once WORK PASSES` does one kind of work and nothing else, so that valgrind can count it.

mod figures;

use ndr_bench::work;
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match args.as_slice() {
        ["figures"] => {
            print!("{}", figures::all());
            ExitCode::SUCCESS
        }
        ["once", name, passes] => match (work::named(name), passes.parse::<usize>()) {
            (Some(work), Ok(passes)) => {
                (0..passes).for_each(|_| (work.pass)());
                ExitCode::SUCCESS
            }
            _ => usage(),
        },
        _ => usage(),
    }
}

fn usage() -> ExitCode {
    let names: Vec<&str> = work::ALL.iter().map(|work| work.name).collect();
    eprintln!("ndr-bench figures\nndr-bench once WORK PASSES, where WORK is one of {}", names.join(", "));
    ExitCode::from(2)
}
