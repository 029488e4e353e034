"""What the header of a message tells."""

import json
import pickle

import pytest

import ndr
from conftest import SAMPLES, sample_files


@pytest.mark.parametrize("path", sample_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_command_line_says_the_same(path, ndr_command):
    printed = ndr_command("headers", "--format", "ndjson", path).decode()
    trace = ndr.headers(path)
    assert printed == (trace.to_json() + "\n" if trace else "")
    assert trace.to_dict() == json.loads(trace.to_json())


def test_attributes():
    trace = ndr.decode(SAMPLES / "exchange" / "group-outside-5-7-133.eml").trace
    assert trace and trace.path["hops"] and trace.path["hops"][0]["number"] == 1
    assert trace.chain["nodes"] and isinstance(trace.hints, tuple)
    with pytest.raises(TypeError):
        trace.path["hops"] = ()
    assert "<div" in trace._repr_html_() and "\n" not in repr(trace) and str(trace)
    twin = pickle.loads(pickle.dumps(trace))
    assert twin == trace and hash(twin) == hash(trace)
    report = ndr.decode(SAMPLES / "exchange" / "group-outside-5-7-133.eml")
    assert pickle.loads(pickle.dumps(report)).trace == report.trace


def test_whose_header():
    bounce = SAMPLES / "exchange" / "group-outside-5-7-133.eml"
    assert ndr.headers(bounce, outer=True).source == "message" != ndr.headers(bounce).source
    assert not ndr.headers("just a few words")


def test_own_domains():
    bounce = (
        "From: mailer-daemon@example.net\nSubject: Undelivered Mail Returned to Sender\n\n"
        "<user@example.net>: host mx.example.net[192.0.2.1] said: 550 5.1.1 User unknown\n\n"
        "--- Below this line is a copy of the message.\n\n"
        "Received: from [203.0.113.9] by mx.example.net; Thu, 1 Oct 2026 10:00:00 +0000\n"
        "From: ceo@contoso.com\nMessage-ID: <1@bot.example.org>\n"
    )
    kinds = [hint["kind"] for hint in ndr.headers(bounce, domains=["contoso.com"]).hints]
    assert "likely-backscatter" in kinds
