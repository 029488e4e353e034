import pathlib

import pytest

import ndr

SAMPLES = pathlib.Path(__file__).parents[3] / "tests" / "samples"


def test_text():
    report = ndr.decode("550 5.7.606 Access denied, banned sending IP [203.0.113.7]")
    diagnosis = report.recipients[0].diagnosis
    assert diagnosis.slug == "banned-sending-ip"
    assert diagnosis.values.ip == "203.0.113.7"
    assert report.to_dict()["recipients"][0]["status"] == "5.7.606"


@pytest.mark.parametrize("path", sorted(SAMPLES.rglob("*.eml")), ids=lambda path: path.stem)
def test_bytes_and_path_agree(path):
    by_path, by_bytes = ndr.decode(path).to_dict(), ndr.decode(path.read_bytes()).to_dict()
    assert by_path.pop("source") == str(path)
    assert by_bytes.pop("source") is None
    assert by_path == by_bytes


def test_html_is_escaped():
    assert "<script" not in ndr.decode("550 5.1.1 <script>alert(1)</script> User unknown")._repr_html_()


def test_lookup_and_errors():
    assert any(entry["slug"] == "client-not-authenticated" for entry in ndr.lookup("5.7.1"))
    with pytest.raises(OSError):
        ndr.decode(pathlib.Path("no/such/file.eml"))
    with pytest.raises(AttributeError):
        ndr.decode("550 no").colour
