"""`ndr.scan` beside `ndr scan --format ndjson`: the same files, the same threads, in turn.

    python benchmarks/scan.py --ndr ../../target/release/ndr [--messages 100000] [--jobs 2] [--runs 3]

The messages are our samples, repeated and varied. Build both in release before: `cargo build --release -p ndr-cli`, and
the wheel as `cargo xtask python` does.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile
import time

import polars as pl

import ndr

SAMPLES = pathlib.Path(__file__).parents[3] / "tests" / "samples"


def write_mailbox(path, count):
    """An mbox of samples, each time with other digits in addresses and hosts, so that no two are the same."""
    samples = [file.read_bytes().replace(b"\r\n", b"\n") for file in sorted(SAMPLES.rglob("*.eml"))]
    samples = [b"\n".join(b">" + line if line.startswith(b"From ") else line for line in mail.split(b"\n")) for mail in samples]
    with open(path, "wb") as out:
        for n in range(count):
            mail = samples[n % len(samples)].replace(b"@", b"%d@" % n, 3)
            out.write(b"From sender@example.com Mon Nov 23 10:00:00 2026\n" + mail + b"\n\n")
    return path.stat().st_size


def by_command(command, path, jobs):
    start = time.perf_counter()
    with open(os.devnull, "wb") as out:
        subprocess.run([command, "scan", "--format", "ndjson", "--quiet", "--jobs", str(jobs), path], stdout=out, check=True)
    return time.perf_counter() - start


def by_python(path, jobs):
    start = time.perf_counter()
    frame = pl.DataFrame(ndr.scan(path, jobs=jobs))
    return time.perf_counter() - start, frame


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ndr", default=SAMPLES.parents[1] / "target" / "release" / "ndr", help="the command line")
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "bounces.mbox"
        size = write_mailbox(path, args.messages)
        print(f"{args.messages:,} messages, {size / 1e6:,.0f} MB, {args.jobs} threads, best of {args.runs}")
        command, python = [], []
        for _ in range(args.runs):
            command.append(by_command(args.ndr, path, args.jobs))
            took, frame = by_python(path, args.jobs)
            python.append(took)
        assert frame["source"].n_unique() == args.messages, "a message was lost"
    best = {"command": min(command), "python": min(python)}
    print(f"ndr scan --format ndjson   {best['command']:6.2f} s  {args.messages / best['command']:10,.0f} messages a second")
    print(f"pl.DataFrame(ndr.scan())   {best['python']:6.2f} s  {args.messages / best['python']:10,.0f} messages a second")
    print(f"Python takes {best['python'] / best['command']:.2f} times the time of the command line")
    print(json.dumps({"messages": args.messages, "bytes": size, "jobs": args.jobs, "rows": frame.height, **best}))


if __name__ == "__main__":
    main()
