"""What the tests share: the samples, the command line, and small mailboxes."""

import os
import pathlib
import subprocess
import sys

import pytest

# The workers of Spark are to be this Python, and not the one of the system.
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable

ROOT = pathlib.Path(__file__).parents[3]
SAMPLES = ROOT / "tests" / "samples"


def sample_files():
    """Every sample, in the order of a scan."""
    return sorted(path for path in SAMPLES.rglob("*") if path.is_file() and path.name != "README.md")


@pytest.fixture(scope="session")
def ndr_command():
    """Runs the command line and gives its standard output."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    built = [target / profile / name for profile in ("debug", "release") for name in ("ndr", "ndr.exe")]
    command = next((path for path in built if path.exists()), None)
    assert command, "there is no command `ndr`: run `cargo build -p ndr-cli`, or `cargo xtask python`, which does"

    def run(*arguments):
        done = subprocess.run([command, *map(str, arguments)], cwd=ROOT, capture_output=True, check=False)
        assert done.returncode in (0, 1), done.stderr.decode()
        return done.stdout

    return run


@pytest.fixture(scope="session")
def messages():
    """The bytes of every sample, a bad one, and a null: what a column of real mail holds."""
    return [path.read_bytes() for path in sample_files()] + [b"\xff\xfe\x00 no report at all", None]
