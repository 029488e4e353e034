//! `cargo xtask check`: the Rust checks that a change must pass, quick ones first. It stops at the first failure.

use crate::command::{self, cargo, shown};
use crate::{catalog, python, shared};

type Step = (&'static str, fn() -> Result<(), String>);

const STEPS: &[Step] = &[
    ("format of the code", || command::run(&mut cargo(&["fmt", "--all", "--check"]))),
    ("catalogue", || catalog::check(catalog::CATALOG).map(|summary| println!("{summary}"))),
    ("layout of the catalogue", || catalog::format(catalog::CATALOG, true)),
    ("dependency tree", dependency_tree),
    ("unsafe code", unsafe_code),
    ("size of the dependency tree", tree_sizes),
    ("clippy", || {
        command::run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))
    }),
    ("tests", || {
        let mut command = cargo(&["test", "--workspace", "--all-features"]);
        command.env("INSTA_UPDATE", "no");
        command::run(&mut command)
    }),
    ("documentation", || {
        let mut command = cargo(&["doc", "--workspace", "--lib", "--no-deps", "--all-features"]);
        command.env("RUSTDOCFLAGS", "-Dwarnings");
        command::run(&mut command)
    }),
    ("generated files", || command::docs(true)),
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

/// Fails if ndr-core depends on serde_yaml at run time: only the macro may read YAML. `cargo tree` succeeds either way,
/// so its output decides.
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

/// Checks what SECURITY.md promises about the code. Needs only the repository and cargo.
pub(crate) fn trust() -> Result<(), String> {
    dependency_tree()?;
    unsafe_code()?;
    tree_sizes()?;
    println!("no unsafe code, no YAML in the core, and no more dependencies than SECURITY.md allows");
    Ok(())
}

/// Fails unless every crate inherits the lints of the workspace, which forbid unsafe code.
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

/// Fails if a package has more dependencies than SECURITY.md states, so that none is added unnoticed.
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
