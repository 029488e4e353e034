//! A mistake in the YAML is a compile error that shows the line.

use std::path::{Path, PathBuf};
use std::process::Command;

const MISTAKE: &str = "\
providers:
- id: generic
  name: Any mail server

entries:
- slug: mailbox-is-full
  provider: generic
  title: The mailbox is full
  codes: [\"5.2.2\", \"5.22\"]
  category: mailbox-full
  meaning: It is full.
  steps: {sender: [Send the message again later.]}
  examples: [\"552 5.2.2 full\"]
  sources: [{name: A page, checked: 2026-11-23, trust: documented}]
";

/// Writes a crate that reads the YAML above, and compiles it. Gives what the compiler says.
fn compile(folder: &Path) -> String {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).unwrap();
    std::fs::create_dir_all(folder.join("src")).unwrap();
    write("broken.yaml", MISTAKE);
    write("src/lib.rs", "//! A catalogue.\nndr_macros::catalog!(\"broken.yaml\");\n");
    // Quoted as Rust does: a backslash in a path of Windows is escaped in TOML alike.
    let manifest = format!(
        "[package]\nname = \"broken\"\nversion = \"0.0.0\"\nedition = \"2024\"\n\n[dependencies]\nndr-macros = {{ path = {:?} }}\n\n[workspace]\n",
        own.display().to_string()
    );
    write("Cargo.toml", &manifest);
    // The versions of this workspace are on this machine already: nothing is fetched.
    std::fs::copy(own.join("../../Cargo.lock"), folder.join("Cargo.lock")).unwrap();
    let output = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(["check", "--quiet", "--offline", "--color", "never"])
        .current_dir(folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .env_remove("RUSTFLAGS")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it compiles:\n{said}");
    said
}

#[test]
fn a_mistake_is_a_compile_error_that_shows_the_line() {
    let said = compile(&PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("mistake"));
    for part in [
        "broken.yaml has mistakes",
        "`5.22` is not a code pattern",
        "broken.yaml:9:20",
        "9 |   codes: [\"5.2.2\", \"5.22\"]",
        "src/lib.rs:2:",
    ] {
        assert!(said.replace('\\', "/").contains(part), "no `{part}` in:\n{said}");
    }
}
