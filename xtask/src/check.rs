//! `cargo xtask check`: everything that a change must pass, the quick checks first. It ends at the first failure.

use crate::{cargo, catalog, docs, shared};
use std::process::Command;

type Step = (&'static str, fn() -> Result<(), String>);

const STEPS: &[Step] = &[
    ("format of the code", || run_command(cargo(&["fmt", "--all", "--check"]))),
    ("catalogue", || catalog::check(catalog::CATALOG).map(|summary| println!("{summary}"))),
    ("layout of the catalogue", || catalog::format(catalog::CATALOG, true)),
    ("dependency tree", dependency_tree),
    ("clippy", || {
        run_command(cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))
    }),
    ("tests", || {
        let mut command = cargo(&["test", "--workspace", "--all-features"]);
        command.env("INSTA_UPDATE", "no");
        run_command(command)
    }),
    ("documentation", || {
        let mut command = cargo(&["doc", "--workspace", "--lib", "--no-deps", "--all-features"]);
        command.env("RUSTDOCFLAGS", "-Dwarnings");
        run_command(command)
    }),
    ("generated files", || docs(true)),
];

/// In a virtual environment with maturin and pytest: see bindings/python/README.md.
const PYTHON_STEPS: &[Step] = &[
    ("Python: build", || python(&["-m", "maturin", "develop", "--locked"])),
    ("Python: tests", || python(&["-m", "pytest"])),
];

pub(crate) fn run(python: bool) -> Result<(), String> {
    for (name, step) in STEPS.iter().chain(if python { PYTHON_STEPS } else { &[] }) {
        println!("== {name}");
        step().map_err(|error| format!("{error}\nfailed: {name}"))?;
    }
    println!("everything passed");
    Ok(())
}

fn run_command(mut command: Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{}: {error}", shown(&command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", shown(&command))) }
}

/// The command as one would type it.
fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_stem().unwrap_or_default().to_string_lossy();
    let words = command.get_args().map(|word| word.to_string_lossy());
    std::iter::once(program).chain(words).collect::<Vec<_>>().join(" ")
}

/// serde_yaml reads the catalogue at compile time and must not reach those who use the library. The exit status of
/// `cargo tree` says nothing of that, so the output does.
fn dependency_tree() -> Result<(), String> {
    let command = &mut cargo(&["tree", "--package", "ndr-core", "--all-features", "--edges", "normal,no-proc-macro"]);
    command.args(["--invert", "serde_yaml"]);
    let output = command.output().map_err(|error| format!("{}: {error}", shown(command)))?;
    let found = String::from_utf8_lossy(&output.stdout);
    if !found.trim().is_empty() {
        return Err(format!("ndr-core depends on serde_yaml at run time:\n{found}"));
    }
    if !output.status.success() {
        return Err(format!("`{}` failed:\n{}", shown(command), String::from_utf8_lossy(&output.stderr)));
    }
    Ok(())
}

/// Runs Python in the folder of the bindings: the one that `PYTHON` names, or that of `.venv`, or that of the system.
fn python(args: &[&str]) -> Result<(), String> {
    let own = shared::root().join(if cfg!(windows) { ".venv/Scripts/python.exe" } else { ".venv/bin/python" });
    let usual = match own.exists() {
        true => own.into_os_string(),
        false => if cfg!(windows) { "python" } else { "python3" }.into(),
    };
    let mut command = Command::new(std::env::var_os("PYTHON").unwrap_or(usual));
    command.args(args).current_dir(shared::root().join("bindings/python"));
    run_command(command)
}
