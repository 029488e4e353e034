//! Builds the program under test and measures what it uses.

use crate::command::{self, PROFILE, cargo, program};
use std::process::Command;
use std::time::Duration;

/// Builds `ndr` as it is released and returns a command that runs it.
pub(crate) fn ndr() -> Result<Command, String> {
    command::run(&mut cargo(&["build", "--profile", PROFILE, "--package", "ndr-cli"]))?;
    Ok(Command::new(program("ndr")))
}

/// Resources that a process uses, as far as the system tells (`/proc`).
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Usage {
    /// Bytes in memory now.
    pub(crate) resident: u64,
    /// Peak bytes in memory.
    pub(crate) peak: u64,
    /// CPU time, summed over all cores.
    pub(crate) time: Duration,
}

impl Usage {
    /// Reads the usage of a running process; `None` once it has ended.
    pub(crate) fn of(id: u32) -> Option<Usage> {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).ok()?;
        let bytes = |name: &str| -> Option<u64> {
            let line = status.lines().find(|line| line.starts_with(name))?;
            Some(line.split_whitespace().nth(1)?.parse::<u64>().ok()? << 10)
        };
        // Fields 14 and 15 count hundredths of a second. Field 2, the name, may hold spaces but ends with `)`.
        let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
        let time = Duration::from_millis(ticks * 10);
        Some(Usage { resident: bytes("VmRSS:")?, peak: bytes("VmHWM:")?, time })
    }
}
