"""Many messages: every input, every library, progress, interrupts, flat memory."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import textwrap
import threading

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import ndr
from conftest import SAMPLES

FILES = sum(path.is_file() for path in SAMPLES.rglob("*"))


@pytest.fixture(scope="module")
def table():
    return pl.DataFrame(ndr.scan(SAMPLES))


def test_a_row_for_each_recipient(table, ndr_command):
    records = [json.loads(line) for line in ndr_command("scan", "--format", "ndjson", "-q", SAMPLES).splitlines()]
    expected = []
    for record in records:
        for recipient in record["recipients"] or [{}]:
            diagnosis = recipient.get("diagnosis") or {}
            expected.append(
                {
                    "source": record["source"],
                    "kind": record["kind"],
                    "dialect": record["dialect"],
                    "generator": record["generator"],
                    **{
                        name: recipient.get(name)
                        for name in ("address", "original_address", "action", "status", "reply", "text", "remote", "command")
                    },
                    **{
                        name: diagnosis.get(name)
                        for name in ("slug", "provider", "title", "category", "permanent", "act", "suppress", "retry")
                    },
                    "security": diagnosis.get("security"),
                    "basis": diagnosis.get("basis"),
                    "about": diagnosis.get("about"),
                    "certainty": diagnosis.get("certainty"),
                    "evidence": (diagnosis.get("evidence") or {}).get("phrase"),
                    "original_message_id": record["original"]["message_id"],
                    "original_from": record["original"]["from"],
                    "original_to": record["original"]["to"],
                    "original_subject": record["original"]["subject"],
                    "original_date_text": record["original"]["date"],
                    "notes": [note["code"] for note in record["notes"]],
                }
            )
    assert table.select(list(expected[0])).to_dicts() == expected
    assert table["error"].null_count() == table.height


def test_rows_agree_with_decode(table):
    # Events and log lines are a record each; `decode` shows a file of them as one.
    table = table.filter(~pl.col("source").str.contains("#", literal=True))
    slugs = [
        recipient.diagnosis and recipient.diagnosis.slug
        for path in table["source"].unique(maintain_order=True)
        for recipient in ndr.decode(pathlib.Path(path)).recipients or [type("No", (), {"diagnosis": None})]
    ]
    assert table["slug"].to_list() == slugs


def test_types(table):
    assert table.schema["date"] == pl.Datetime("us", "UTC")
    assert table.schema["act"].inner.base_type() in (pl.Categorical, pl.Enum, pl.String)
    assert table.schema["kind"].base_type() in (pl.Categorical, pl.Enum)
    assert "meaning" not in table.columns
    with_steps = pl.DataFrame(ndr.scan(SAMPLES / "exchange", steps=True))
    assert with_steps["steps_admin"].list.len().sum() > 50
    plain = pa.table(ndr.scan(SAMPLES / "exchange", dictionaries=False))
    assert plain.schema.field("slug").type == pa.string()


def test_every_library(table):
    scan = ndr.scan(SAMPLES)
    expected = table["slug"].to_list()
    assert pa.table(scan).column("slug").to_pylist() == expected
    assert pa.RecordBatchReader.from_stream(scan).read_all().num_rows == len(expected)
    frame = pd.DataFrame.from_arrow(scan)
    assert [slug if isinstance(slug, str) else None for slug in frame["slug"]] == expected
    rows = duckdb.sql("select slug, count(*) from scan group by slug").fetchall()
    assert sum(count for _, count in rows) == len(expected)
    assert pa.schema(scan).names == table.columns


def test_any_number_of_jobs_gives_the_same(table):
    for jobs in (1, 2, 5):
        assert pl.DataFrame(ndr.scan([SAMPLES], jobs=jobs)).equals(table)
    with pytest.raises(ndr.InputError, match="jobs"):
        ndr.scan(SAMPLES, jobs=0)


def columns_of(messages):
    texts = [message if message is None else message.decode("latin-1") for message in messages]
    return {
        "polars binary": pl.Series(messages, dtype=pl.Binary),
        "polars string": pl.Series(texts, dtype=pl.String),
        "polars categorical": pl.Series(texts, dtype=pl.Categorical),
        "pandas object": pd.Series(messages, dtype="object"),
        "pandas arrow": pd.Series(messages, dtype=pd.ArrowDtype(pa.large_binary())),
        "pandas string": pd.Series(texts, dtype="str"),
        "pyarrow binary": pa.array(messages, pa.binary()),
        "pyarrow view": pa.array(messages, pa.binary_view()),
        "pyarrow chunks": pa.chunked_array([messages[:7], messages[7:]], pa.large_binary()),
        "pyarrow dictionary": pa.array(texts).dictionary_encode(),
    }


@pytest.mark.parametrize("name", list(columns_of([b"", None])))
def test_a_column(messages, name):
    got = pl.DataFrame(ndr.scan(columns_of(messages)[name]))
    want = pl.DataFrame(ndr.scan(messages))
    # An Outlook item is bytes; as text it holds no recipients, and has one row.
    assert got["source"].unique(maintain_order=True).equals(want["source"].unique(maintain_order=True))
    assert got["source"].to_list()[-1] == str(len(messages) - 1)
    assert got["error"].to_list()[-1] == "the value is null" and got["error"].null_count() == got.height - 1
    # Text is UTF-8, which the bytes of these messages are not always.
    if not name.endswith(("string", "categorical", "dictionary")):
        assert got.equals(want)


def test_messages_of_any_iterable(messages):
    want = pl.DataFrame(ndr.scan(messages))
    once = ndr.scan(message for message in messages)
    assert pl.DataFrame(once).equals(want)
    with pytest.raises(ndr.InputError, match="taken already"):
        pl.DataFrame(once)
    named = pl.DataFrame(ndr.scan([("one", b"550 5.1.1 User unknown"), ("two", None)]))
    assert named["source"].to_list() == ["one", "two"]


def test_what_cannot_be_scanned():
    for wrong in (5, b"550 5.1.1 User unknown", pl.DataFrame({"raw": [b""]}), pl.Series([1, 2])):
        with pytest.raises(ndr.InputError):
            ndr.scan(wrong)
    with pytest.raises(Exception, match="paths and messages apart"):
        pl.DataFrame(ndr.scan([b"550 5.1.1", "some/path"]))
    with pytest.raises(Exception, match="ran dry"):

        def generator():
            yield b"550 5.1.1 User unknown"
            raise RuntimeError("the source ran dry")

        pl.DataFrame(ndr.scan(generator()))


def test_a_bad_path_is_a_row(tmp_path):
    (tmp_path / "good.eml").write_bytes(b"550 5.1.1 User unknown")
    rows = pl.DataFrame(ndr.scan([tmp_path / "missing.eml", tmp_path / "good.eml"]))
    assert rows["error"].is_not_null().to_list() == [True, False]
    assert rows["kind"].to_list() == ["other", "failure"]


def test_nothing_at_all(tmp_path):
    assert pl.DataFrame(ndr.scan([])).height == 0
    assert pl.DataFrame(ndr.scan(tmp_path)).height == 0


def test_progress():
    seen = []
    pl.DataFrame(ndr.scan(SAMPLES, progress=seen.append))
    assert seen[-1].finished and not any(progress.finished for progress in seen[:-1])
    assert seen[-1].messages >= FILES and seen[-1].errors == 0
    assert seen[-1].bytes == seen[-1].bytes_total == sum(path.stat().st_size for path in SAMPLES.rglob("*") if path.is_file())

    tqdm = pytest.importorskip("tqdm").tqdm
    with tqdm(disable=False, file=open(os.devnull, "w")) as bar:
        pl.DataFrame(ndr.scan(SAMPLES, progress=bar))
        assert bar.n == seen[-1].messages
    with pytest.raises(ndr.InputError, match="progress"):
        pl.DataFrame(ndr.scan(SAMPLES, progress=3))

    def fails(_):
        raise RuntimeError("no more of this")

    with pytest.raises(Exception, match="no more of this"):
        pl.DataFrame(ndr.scan(SAMPLES, progress=fails))


def test_the_bar_draws_only_on_a_terminal(capsys, monkeypatch):
    pl.DataFrame(ndr.scan(SAMPLES, progress=True))
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    pl.DataFrame(ndr.scan(SAMPLES, progress=True))
    assert " messages" in capsys.readouterr().err


def test_other_threads_run_on(messages):
    """The interpreter is free while messages are decoded."""
    count, stop = 0, threading.Event()

    def turn():
        nonlocal count
        while not stop.is_set():
            count += 1

    thread = threading.Thread(target=turn)
    thread.start()
    pa.table(ndr.scan(messages * 4, jobs=1))
    stop.set()
    thread.join()
    assert count > 1000


LONG = """
    import signal, sys, threading, os
    import pyarrow as pa
    import ndr

    def endless():
        message = b"550 5.1.1 User unknown"
        yield message
        print("started", flush=True)
        while True:
            yield message

    {use}
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize(
    "use",
    ["pa.RecordBatchReader.from_stream(ndr.scan(endless())).read_all()", "ndr.summary(ndr.scan(endless()))"],
    ids=["stream", "summary"],
)
def test_ctrl_c_ends_a_scan(use):
    program = textwrap.dedent(LONG).format(use=use)
    # Several times: the thread that reads the generator must be out of Python before Python ends, wherever it is.
    for _ in range(8):
        process = subprocess.Popen(
            [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdout.readline() == "started\n"
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=30)
        assert process.returncode in (1, 130, -signal.SIGINT)
        assert "KeyboardInterrupt" in errors


LEFT = """
    import sys, time
    import pyarrow as pa
    import ndr

    def endless():
        while True:
            {wait}
            yield b"550 5.1.1 User unknown"

    scan = pa.RecordBatchReader.from_stream(ndr.scan(endless(), jobs=2))
    scan.read_next_batch()
"""


@pytest.mark.parametrize("wait", ["pass", "time.sleep(0.0001)"])
def test_a_scan_that_is_left_running_does_not_harm_the_end(wait):
    for _ in range(5):
        done = subprocess.run([sys.executable, "-c", textwrap.dedent(LEFT).format(wait=wait)], timeout=60)
        assert done.returncode == 0


FLAT = """
    import pyarrow as pa, resource
    import ndr

    message = open({path!r}, "rb").read()

    def messages(count):
        return (message for _ in range(count))

    def peak(count):
        for batch in pa.RecordBatchReader.from_stream(ndr.scan(messages(count), jobs=2)):
            pass
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    small = peak(2_000)
    print(peak(20_000) - small)
"""


@pytest.mark.skipif(os.name == "nt", reason="resource usage of POSIX")
def test_memory_is_flat():
    program = textwrap.dedent(FLAT).format(path=str(SAMPLES / "exchange" / "group-outside-5-7-133.eml"))
    grown = float(subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True).stdout)
    # Ten times as many messages of 20 KB each: 360 MB, if they were kept.
    assert grown < 40
