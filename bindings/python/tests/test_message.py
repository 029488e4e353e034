"""One message: what `decode` takes, what it gives, and what can be done with that."""

import copy
import email
import email.policy
import json
import pathlib
import pickle

import pytest

import ndr
from conftest import SAMPLES, sample_files

GROUP = SAMPLES / "exchange" / "group-outside-5-7-133.eml"
BANNED = "550 5.7.606 Access denied, banned sending IP [203.0.113.7]"


def without_source(report):
    return {**report.to_dict(), "source": None}


def test_attributes():
    report = ndr.decode(GROUP)
    assert (report.source, report.kind, report.dialect) == (str(GROUP), "failure", "exchange-online")
    recipient = report.recipients[0]
    assert (recipient.address, recipient.status, recipient.reply) == ("neighbours@contoso.com", "5.7.133", 550)
    diagnosis = recipient.diagnosis
    assert diagnosis.slug == "group-internal-only"
    assert diagnosis.act[0] == "recipient-admin"
    assert diagnosis.permanent is True and diagnosis.suppress == "no"
    assert diagnosis.steps.admin and diagnosis.steps.sender and diagnosis.links[0].startswith("https://")
    assert diagnosis.evidence.phrase in recipient.text
    assert report.original.subject == "Lost dog"
    assert report.original.from_ == getattr(report.original, "from") == "<mia@example.com>"
    assert any(note.code == "kind" for note in report.notes)


def test_values():
    values = ndr.explain(BANNED).recipients[0].diagnosis.values
    assert dict(values) == {"ip": "203.0.113.7"}
    with pytest.raises(TypeError):
        values["ip"] = "192.0.2.1"


@pytest.mark.parametrize("path", sample_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_form_of_a_message_gives_the_same(path):
    data = path.read_bytes()
    expected = without_source(ndr.decode(path))
    for form in (data, bytearray(data), memoryview(data)):
        assert ndr.decode(form).to_dict() == expected
    text = data.decode("utf-8", "surrogateescape")
    assert ndr.decode(text).to_dict() == expected
    assert ndr.explain(text).to_dict() == expected


@pytest.mark.parametrize("policy", [email.policy.compat32, email.policy.default], ids=["compat32", "default"])
@pytest.mark.parametrize("path", sorted(SAMPLES.glob("exchange/*.eml")), ids=lambda path: path.name)
def test_a_parsed_message_gives_the_same(path, policy):
    parsed = email.message_from_bytes(path.read_bytes(), policy=policy)
    ours, theirs = (ndr.decode(data).to_dict()["recipients"] for data in (path, parsed))
    assert [recipient["diagnosis"] and recipient["diagnosis"]["slug"] for recipient in ours] == [
        recipient["diagnosis"] and recipient["diagnosis"]["slug"] for recipient in theirs
    ]
    assert [recipient["address"] for recipient in ours] == [recipient["address"] for recipient in theirs]


@pytest.mark.parametrize("path", sample_files(), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_the_command_line_prints_the_same_bytes(path, ndr_command):
    name = path.relative_to(SAMPLES.parents[1])
    printed = ndr_command("explain", "--format", "ndjson", name).decode()
    pretty = ndr_command("explain", "--format", "json", name).decode()
    html = ndr_command("explain", "--format", "html", name).decode()
    # The name is the one that was given.
    data = ndr.decode(path)
    there, here = json.dumps(str(name), ensure_ascii=False), json.dumps(str(path), ensure_ascii=False)
    assert data.to_json().replace(here, there) + "\n" == printed
    assert data.to_json(pretty=True).replace(here, there) + "\n" == pretty
    assert ndr.decode(path.read_bytes())._repr_html_().count("<div") <= html.count("<div")
    assert data.to_dict() == json.loads(data.to_json())


def test_a_text_is_never_a_path(monkeypatch):
    monkeypatch.chdir(GROUP.parent)
    with pytest.warns(UserWarning, match="pathlib.Path"):
        report = ndr.decode(GROUP.name)
    assert report.source is None and report.kind == "other"


def test_objects_are_values():
    report, again = ndr.decode(GROUP), ndr.decode(GROUP)
    recipient = report.recipients[0]
    objects = [report, recipient, recipient.diagnosis, recipient.diagnosis.steps, recipient.diagnosis.evidence]
    objects += [report.original, report.notes[0], ndr.CATALOG, ndr.CATALOG["group-internal-only"], ndr.lookup("5.7.1")]
    for thing in objects:
        for twin in (pickle.loads(pickle.dumps(thing)), copy.copy(thing), copy.deepcopy(thing)):
            assert twin == thing and hash(twin) == hash(thing)
            assert repr(twin) == repr(thing)
        assert "\n" not in repr(thing) and repr(thing).startswith("<ndr.")
        assert thing != "something else"
        with pytest.raises(AttributeError):
            thing.colour = "red"
    assert report == again and report != ndr.explain(BANNED)
    thawed = pickle.loads(pickle.dumps(report))
    assert (thawed._repr_html_(), str(thawed)) == (report._repr_html_(), str(report))
    assert thawed.to_json(pretty=True) == report.to_json(pretty=True)


def test_attempts():
    attempts = [
        attempt for path in sample_files() for recipient in ndr.decode(path).recipients for attempt in recipient.attempts
    ]
    assert attempts and all(attempt == pickle.loads(pickle.dumps(attempt)) for attempt in attempts)


def test_shown_to_people():
    report = ndr.decode(GROUP)
    assert "only takes mail from inside" in " ".join(str(report).split())
    html = report._repr_html_()
    assert "recipient&#39;s admin" in html and "5.7.133" in html and "<ol" in html


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "\" onclick=\"x"])
def test_html_is_escaped(text):
    mail = f"550 5.1.1 <{text}> {text} User unknown"
    for html in (ndr.decode(mail)._repr_html_(), ndr.decode(f"Subject: {text}\nFrom: a@example.com\n\n{mail}")._repr_html_()):
        assert "<script" not in html and "<img" not in html and 'onclick="' not in html


def test_repr_is_harmless():
    assert "\x1b" not in repr(ndr.explain("550 5.1.1 \x1b[31m<a\x1b[0m@example.com> User unknown"))


def test_errors(tmp_path):
    with pytest.raises(ndr.ReadError) as missing:
        ndr.decode(tmp_path / "none.eml")
    assert isinstance(missing.value, ndr.NdrError) and isinstance(missing.value, OSError)
    assert missing.value.filename == str(tmp_path / "none.eml") and "No such file" in str(missing.value)
    with pytest.raises(ndr.NdrError, match="ndr.scan"):
        ndr.decode(tmp_path)
    for wrong in (None, 5, ["a"], object()):
        with pytest.raises(ndr.InputError, match="a message is"):
            ndr.decode(wrong)
    with pytest.raises(TypeError):
        ndr.explain(b"550 5.1.1")
    with pytest.raises(AttributeError):
        ndr.decode("550 no").colour


def test_threads():
    from concurrent.futures import ThreadPoolExecutor

    files = sample_files()[:60]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ndr.decode, files)) == [ndr.decode(path) for path in files]


def test_bad_mail_is_no_error():
    assert ndr.decode(b"").kind == "other"
    assert ndr.decode("").recipients == ()
    assert ndr.decode("\ud800\udfff lone surrogates").kind == "other"


def test_paths_of_every_kind(tmp_path):
    assert ndr.decode(pathlib.PurePath(GROUP)).source == str(GROUP)
