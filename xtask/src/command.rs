//! Runs cargo and other programs, and finds what cargo built.

use crate::shared;
use std::path::PathBuf;
use std::process::Command;

/// The profile of the programs that are measured: the one that releases are built with.
pub(crate) const PROFILE: &str = "dist";

/// Returns a command that runs cargo at the root of the repository, the same cargo that started this program.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(shared::root());
    command
}

/// Runs a command to its end. A failure names the command.
pub(crate) fn run(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{}: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", shown(command))) }
}

/// Returns the command line as a person would type it.
pub(crate) fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let words = command.get_args().map(|word| word.to_string_lossy());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// Returns the target folder.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| shared::root().join("target"), PathBuf::from)
}

/// Returns the path of a program that was built with [`PROFILE`].
pub(crate) fn program(name: &str) -> PathBuf {
    target().join(PROFILE).join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Checks or writes the generated files. The generator is a separate program because it needs ndr: see Cargo.toml.
pub(crate) fn docs(check: bool) -> Result<(), String> {
    let mut command = cargo(&["run", "--quiet", "--package", "xtask", "--bin", "xtask-docs", "--"]);
    command.args(check.then_some("--check"));
    let status = command.status().map_err(|error| format!("cargo does not start: {error}"))?;
    status.success().then_some(()).ok_or_else(|| "the generated files are not in order".to_string())
}
