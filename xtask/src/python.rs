//! `cargo xtask python`: builds the wheel of `bindings/python` and tests it as its users would use it.

use crate::command::{self, cargo, target};
use crate::shared;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

const FOLDER: &str = "bindings/python";
const REQUIREMENTS: &str = "requirements-test.txt";
const NOTEBOOK: &str = "examples/bounces.ipynb";

pub(crate) fn run() -> Result<(), String> {
    let folder = shared::root().join(FOLDER);
    let tools = Environment::new("python-venv");
    let step = |name: &str| println!("== Python: {name}");

    step("format and lints of the Rust part");
    let manifest = folder.join("Cargo.toml");
    command::run(cargo(&["fmt", "--check", "--manifest-path"]).arg(&manifest))?;
    let clippy = ["clippy", "--quiet", "--locked", "--all-targets", "--manifest-path"];
    command::run(cargo(&clippy).arg(&manifest).args(["--", "-D", "warnings"]))?;

    step("environment");
    need_java()?;
    tools.make()?;
    tools.require(&folder.join(REQUIREMENTS))?;

    step("wheel");
    let wheels = target().join("python-wheels");
    // Remove wheels of earlier versions: `only_file` expects exactly one.
    let _ = std::fs::remove_dir_all(&wheels);
    let build = ["-m", "maturin", "build", "--release", "--locked", "--out"];
    command::run(tools.python(&folder).args(build).arg(&wheels))?;
    let wheel = only_file(&wheels)?;
    tools.install(&["--force-reinstall", "--no-deps"], &wheel)?;

    step("types");
    command::run(tools.python(&folder).args(["-m", "mypy"]))?;
    let stubtest =
        ["-m", "mypy.stubtest", "ndr", "--mypy-config-file", "pyproject.toml", "--allowlist", "stubtest.allow"];
    command::run(tools.python(&folder).args(stubtest))?;

    step("README in a fresh environment");
    let fresh = Environment::new("python-fresh");
    fresh.make()?;
    fresh.install(&["polars"], &wheel)?;
    command::run(fresh.python(&shared::root()).arg(folder.join("tests/readme.py")))?;

    step("notebook");
    let out = target().join("python-notebook");
    let execute = ["-m", "nbconvert", "--to", "html", "--execute", NOTEBOOK, "--output-dir"];
    command::run(tools.python(&folder).args(execute).arg(out))?;

    step("tests");
    // The tests compare their results with the output of the command line.
    command::run(&mut cargo(&["build", "--quiet", "--package", "ndr-cli"]))?;
    command::run(tools.python(&folder).args(["-m", "pytest"]))
}

/// Fails if Java is missing: Spark needs it.
fn need_java() -> Result<(), String> {
    let found = Command::new("java").arg("-version").output().is_ok_and(|output| output.status.success());
    found.then_some(()).ok_or_else(|| {
        "Spark needs Java, and `java` was not found: install Java 17 or later, such as openjdk-17-jre-headless"
            .to_string()
    })
}

/// A Python virtual environment in the target folder.
struct Environment(PathBuf);

impl Environment {
    fn new(name: &str) -> Environment {
        Environment(target().join(name))
    }

    fn executable(&self) -> PathBuf {
        self.0.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
    }

    /// Returns a command that runs Python in `folder`. The environment comes first in `PATH`, because Spark and Ray start
    /// Python by name.
    fn python(&self, folder: &Path) -> Command {
        let executable = self.executable();
        let mut command = Command::new(&executable);
        let programs = executable.parent().map(Path::to_path_buf).into_iter();
        let old = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths(programs.chain(std::env::split_paths(&old))).unwrap_or(old);
        command.current_dir(folder).env("PATH", path).env("VIRTUAL_ENV", &self.0);
        command
    }

    /// Creates the environment if it is missing, with the Python that `PYTHON` names or the system's.
    fn make(&self) -> Result<(), String> {
        if self.executable().exists() {
            return Ok(());
        }
        let default = || OsString::from(if cfg!(windows) { "python" } else { "python3" });
        let python = std::env::var_os("PYTHON").unwrap_or_else(default);
        command::run(Command::new(python).args(["-m", "venv"]).arg(&self.0))
    }

    /// Installs the requirements of a file, unless they are installed already.
    fn require(&self, file: &Path) -> Result<(), String> {
        let read = |path: &Path| std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
        let wanted = read(file)?;
        let stamp = self.0.join("installed.txt");
        if read(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(());
        }
        self.install(&["-r"], file)?;
        std::fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))
    }

    fn install(&self, options: &[&str], what: &Path) -> Result<(), String> {
        let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        command::run(self.python(&shared::root()).args(install).args(options).arg(what))
    }
}

/// Returns the only file of a folder.
fn only_file(folder: &Path) -> Result<PathBuf, String> {
    let entries = std::fs::read_dir(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    match files.as_slice() {
        [one] => Ok(one.clone()),
        several => Err(format!("{} holds {} files; expected one wheel", folder.display(), several.len())),
    }
}
