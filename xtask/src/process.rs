//! The program under test, and what it uses.

use crate::{cargo, shared};
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

/// `ndr` as it is released, built first.
pub(crate) fn ndr() -> Result<Command, String> {
    let status = cargo(&["build", "--release", "--package", "ndr-cli"]).status();
    if !status.map_err(|error| format!("cargo does not start: {error}"))?.success() {
        return Err("ndr does not build".into());
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| shared::root().join("target"), PathBuf::from);
    Ok(Command::new(target.join("release").join(format!("ndr{}", std::env::consts::EXE_SUFFIX))))
}

/// What a process uses, as far as the system tells (`/proc`).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// Bytes in memory now.
    pub(crate) resident: u64,
    /// The most bytes that were in memory.
    pub(crate) peak: u64,
    /// Time on all processors.
    pub(crate) time: Duration,
}

impl Usage {
    pub(crate) fn of(id: u32) -> Option<Usage> {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let bytes = |name: &str| -> Option<u64> {
            let line = status.lines().find(|line| line.starts_with(name))?;
            Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
        };
        // Fields 14 and 15 count hundredths of a second; the name in field 2 may hold anything but ends with `)`.
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        let time = Duration::from_millis(ticks * 10);
        Some(Usage { resident: bytes("VmRSS:")?, peak: bytes("VmHWM:")?, time })
    }
}
