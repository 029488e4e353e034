//! Counts the allocations of the work, as a table for docs/benchmarks.md.

use ndr_bench::shown::rounded;
use ndr_bench::work::{MAILS, named};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;

#[global_allocator]
static ALLOCATIONS: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() {
    println!("| allocations | per message | bytes per message |\n|---|---|---|");
    for name in ["mail-parser", "mail-parser-headers", "decode", "decode-json"] {
        let Some(work) = named(name) else { continue };
        // The first pass does the work that is done once at start.
        (work.pass)();
        let region = Region::new(ALLOCATIONS);
        (work.pass)();
        let change = region.change();
        let count = (change.allocations + change.reallocations) as f64 / MAILS.len() as f64;
        let bytes = change.bytes_allocated as f64 / MAILS.len() as f64;
        println!("| {} | {count:.1} | {} |", work.title, rounded(bytes));
    }
}
