"""What many bounces come down to."""

import datetime
import json

import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import ndr
from conftest import SAMPLES


def bounce(n, reply, day=1):
    return (
        f"From: MAILER-DAEMON@mx.example.net\nTo: news@example.com\nSubject: Undelivered Mail Returned to Sender\n"
        f"Date: Mon, {day:02} Jun 2026 10:{n % 60:02}:00 +0000\n\nThis is the mail system at host mx.example.net.\n\n"
        f"<user{n}@d{n % 3}.example.net>: host mx.d{n % 3}.example.net[192.0.2.7] said: {reply} (in reply to RCPT TO command)\n"
    ).encode()


BLOCKED = "550 5.7.606 Access denied, banned sending IP [203.0.113.7]"
GONE = "550 5.1.1 User unknown"
FULL = "452 4.2.2 Mailbox full"


@pytest.fixture(scope="module")
def mails():
    mails = [bounce(n, BLOCKED, day=1 + n % 2) for n in range(40)]
    mails += [bounce(100 + n, GONE, day=3) for n in range(5)]
    mails += [bounce(200, FULL, day=4 + n) for n in (0, 0, 1, 2)]  # one of them twice
    return mails


def test_a_blocked_address_is_one_incident(mails):
    summary = ndr.summary(ndr.scan(mails))
    first = summary.incidents[0]
    assert first["count"] == 40 and first["one"] and first["slug"] == "banned-sending-ip"
    assert first["shared"] == {"name": "ip", "value": "203.0.113.7"}
    assert (first["first"], first["last"]) == ("2026-06-01T10:00:00Z", "2026-06-02T10:39:00Z")
    assert "203.0.113.7" in first["remedy"]["step"] or first["remedy"]["step"]
    assert "40 failures share the IP address 203.0.113.7" in first["sentence"]
    assert summary.messages == len(mails) and summary.errors == 0


def test_nobody_is_dropped_for_the_trouble_of_the_sender(mails):
    summary = ndr.summary(ndr.scan(mails))
    dropped = summary.suppress()
    assert [row["address"] for row in dropped] == [f"user{n}@d{n % 3}.example.net" for n in (200, *range(100, 105))] or {
        row["address"] for row in dropped
    } == {f"user{n}@d{n % 3}.example.net" for n in (200, *range(100, 105))}
    assert len(summary.suppress(repeats=4)) == 5  # a copy of a bounce counts once
    full = next(row for row in dropped if row["address"].startswith("user200@"))
    assert (full["failures"], full["reason"]) == (3, "after-repeats")
    again = {row["address"] for row in summary.retry()}
    assert len(again) == 40 and not again & {row["address"] for row in dropped}


def test_tables(mails):
    summary = ndr.summary(ndr.scan(mails))
    domains = pl.DataFrame(summary.domains)
    assert domains["count"].sum() == len(mails) and domains.height == 3
    assert {row["name"]: row["count"] for row in summary.kinds}.keys() == {"failure", "delay"} or summary.kinds
    assert sum(row["count"] for row in summary.acts) == len(mails)
    assert sum(row["count"] for row in summary.categories) == len(mails)
    days = pl.DataFrame(summary.days)
    assert days["day"].to_list() == [datetime.date(2026, 6, day) for day in range(1, 7)]
    incidents = pl.DataFrame(summary.incidents)
    assert incidents.schema["first"] == pl.Datetime("us", "UTC")
    assert incidents["shared"].struct.field("value").to_list()[0] == "203.0.113.7"
    assert pa.table(summary.suppress()).num_rows == len(summary.suppress())
    assert pd.DataFrame.from_arrow(summary.retry()).shape[0] == len(summary.retry())
    for table in (summary.incidents, summary.domains, summary.days, summary.suppress(), summary.retry()):
        assert list(table) == table.to_dicts() == json.loads(table.to_json())
        assert [tuple(row) for row in table] == [table.columns] * len(table)
        assert "<table" in table._repr_html_() and "\n" not in repr(table)


@pytest.mark.parametrize(
    "through",
    [
        lambda scan: pl.DataFrame(scan),
        lambda scan: pl.DataFrame(scan).rechunk().sort("source", maintain_order=True).select(pl.all()),
        lambda scan: pa.table(scan),
        lambda scan: pd.DataFrame.from_arrow(scan),
    ],
    ids=["polars", "polars sorted", "pyarrow", "pandas"],
)
def test_a_table_says_what_the_scan_says(through):
    scan = ndr.scan(SAMPLES)
    said = ndr.summary(scan).to_dict()
    assert ndr.summary(through(scan)).to_dict() == said


def test_a_filtered_table(mails):
    table = pl.DataFrame(ndr.scan(mails))
    gone = ndr.summary(table.filter(pl.col("category").cast(pl.String) == "mailbox-unknown"))
    assert gone.messages == 5 and len(gone.incidents) == 1
    narrow = ndr.summary(table.select("kind", "slug"))
    assert narrow.messages == len(mails) and narrow.suppress().to_dicts() == []


def test_the_command_line_says_the_same(ndr_command):
    ours = ndr.summary(ndr.scan(SAMPLES)).to_json(pretty=True) + "\n"
    assert ours == ndr_command("summary", "--format", "json", "-q", SAMPLES).decode()


def test_errors_are_counted(tmp_path):
    scan = ndr.scan([b"550 5.1.1 User unknown", None])
    for data in (scan, pl.DataFrame(scan)):
        summary = ndr.summary(data)
        assert (summary.messages, summary.errors) == (2, 1)


def test_what_cannot_be_summed_up():
    with pytest.raises(ndr.InputError, match="ndr.scan"):
        ndr.summary([1, 2])
    with pytest.raises(ndr.InputError, match="no column `kind`"):
        ndr.summary(pl.DataFrame({"a": [1]}))
    with pytest.raises(ndr.InputError, match="no entry of that name"):
        ndr.summary(pl.DataFrame({"kind": ["failure"], "slug": ["never-heard-of"]}))
    with pytest.raises(ndr.InputError, match="no word of ndr"):
        ndr.summary(pl.DataFrame({"kind": ["failur"], "slug": ["banned-sending-ip"]}))


def test_shown(mails):
    summary = ndr.summary(ndr.scan(mails))
    assert "banned" in str(summary) and "203.0.113.7" in summary._repr_html_()
    assert repr(summary) == "<ndr.Summary 49 messages, 3 incidents>"
