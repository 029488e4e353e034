//! `cargo xtask check`: everything that a change must pass, the quick checks first. It ends at the first failure.

use crate::{cargo, catalog, docs, python, shared};
use std::process::Command;

type Step = (&'static str, fn() -> Result<(), String>);

const STEPS: &[Step] = &[
    ("format of the code", || run_command(&mut cargo(&["fmt", "--all", "--check"]))),
    ("catalogue", || catalog::check(catalog::CATALOG).map(|summary| println!("{summary}"))),
    ("layout of the catalogue", || catalog::format(catalog::CATALOG, true)),
    ("dependency tree", dependency_tree),
    ("unsafe code", unsafe_code),
    ("size of the dependency tree", tree_sizes),
    ("clippy", || {
        run_command(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))
    }),
    ("tests", || {
        let mut command = cargo(&["test", "--workspace", "--all-features"]);
        command.env("INSTA_UPDATE", "no");
        run_command(&mut command)
    }),
    ("documentation", || {
        let mut command = cargo(&["doc", "--workspace", "--lib", "--no-deps", "--all-features"]);
        command.env("RUSTDOCFLAGS", "-Dwarnings");
        run_command(&mut command)
    }),
    ("generated files", || docs(true)),
];

const PYTHON: Step = ("Python", python::run);

pub(crate) fn run(python: bool) -> Result<(), String> {
    for (name, step) in STEPS.iter().chain(python.then_some(&PYTHON)) {
        println!("== {name}");
        step().map_err(|error| format!("{error}\nfailed: {name}"))?;
    }
    println!("everything passed");
    Ok(())
}

pub(crate) fn run_command(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{}: {error}", shown(command)))?;
    if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", shown(command))) }
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

/// The checks that need nothing but the repository and cargo: what SECURITY.md promises of the code itself.
pub(crate) fn trust() -> Result<(), String> {
    dependency_tree()?;
    unsafe_code()?;
    tree_sizes()?;
    println!("no unsafe code, no YAML in the core, and no more dependencies than SECURITY.md says");
    Ok(())
}

/// Every crate takes its lints from the workspace, which forbids unsafe code, and none takes that back.
fn unsafe_code() -> Result<(), String> {
    let read = shared::read;
    if !read("Cargo.toml")?.contains("\nunsafe_code = \"forbid\"\n") {
        return Err("Cargo.toml no longer forbids unsafe code in [workspace.lints.rust]".to_string());
    }
    let metadata =
        cargo(&["metadata", "--no-deps", "--format-version", "1"]).output().map_err(|error| error.to_string())?;
    let metadata = String::from_utf8_lossy(&metadata.stdout);
    let manifests: Vec<&str> =
        metadata.split("\"manifest_path\":\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
    if manifests.len() < 5 {
        return Err(format!("cargo metadata names {} packages", manifests.len()));
    }
    for path in manifests {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        if !text.replace("\r\n", "\n").contains("\n[lints]\nworkspace = true\n") {
            return Err(format!(
                "{path} does not take its lints from the workspace: add `[lints]` with `workspace = true`"
            ));
        }
    }
    if !read("fuzz/src/lib.rs")?.contains("#![forbid(unsafe_code)]") {
        return Err("fuzz/src/lib.rs no longer forbids unsafe code".to_string());
    }
    Ok(())
}

/// Nothing comes into the tree unnoticed: SECURITY.md states how many crates there may be.
fn tree_sizes() -> Result<(), String> {
    let page = shared::read("SECURITY.md")?;
    let rows: Vec<(&str, usize)> = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `ndr-")?.split_once("` | "))
        .filter_map(|(package, most)| Some((package, most.trim_end_matches([' ', '|']).parse().ok()?)))
        .collect();
    if rows.is_empty() {
        return Err("SECURITY.md no longer says how many crates there may be".to_string());
    }
    for (package, most) in rows {
        let mut command =
            cargo(&["tree", "--locked", "--edges", "normal,no-proc-macro", "--prefix", "none", "--package"]);
        command.args(format!("ndr-{package}").split(' '));
        let output = command.output().map_err(|error| format!("{}: {error}", shown(&command)))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let names: std::collections::BTreeSet<&str> =
            text.lines().map(|line| line.trim_end_matches(" (*)")).filter(|line| !line.is_empty()).collect();
        println!("ndr-{package}: {} crates", names.len());
        if names.is_empty() || names.len() > most {
            return Err(format!("ndr-{package} has {} crates; SECURITY.md allows {most}", names.len()));
        }
    }
    Ok(())
}
