"""The catalogue: look-up, search, tables, overlays."""

import json
import pickle
import typing

import polars as pl
import pytest

import ndr

OVERLAY = """\
entries:
- slug: our-gateway-holds
  provider: generic
  title: Our gateway holds the message
  codes: ["5.7.812"]
  replies: [550]
  texts:
    - "held by the gateway of {host}"
  category: malicious-content
  meaning: >-
    The gateway {host|of the organisation} holds the message.
  steps:
    sender:
      - Ask the gateway team to release it.
  examples:
    - "550 5.7.812 held by the gateway of gw1.example.com"
  sources:
    - name: Our own
      checked: 2026-11-23
      trust: observed
"""


@pytest.fixture
def overlay(tmp_path):
    path = tmp_path / "our.yaml"
    path.write_text(OVERLAY)
    return path


def test_lookup():
    assert "client-not-authenticated" in [entry.slug for entry in ndr.lookup("5.7.1")]
    assert ndr.lookup("banned-sending-ip")[0].codes == ("5.7.606-649",)
    assert "banned-sending-ip" in [entry.slug for entry in ndr.lookup(" 5.7.610 ")]
    assert not ndr.lookup("9.9.9") and not ndr.lookup("nothing-of-that-name")
    assert ndr.lookup("452")


def test_search_forgives():
    found = ndr.search("baned sending ip")
    assert found[0].slug == "banned-sending-ip" and len(found) <= 10
    assert len(ndr.search("mailbox", limit=3)) == 3


@pytest.mark.parametrize("code", ["5.7.1", "4.7.500", "group-internal-only", "550"])
def test_the_command_line_finds_the_same(code, ndr_command):
    assert ndr.lookup(code).to_json(pretty=True) + "\n" == ndr_command("code", code, "--format", "json").decode()


def test_the_command_line_lists_and_searches_the_same(ndr_command):
    assert ndr.CATALOG.entries.to_json(pretty=True) + "\n" == ndr_command("list", "--format", "json").decode()
    listed = ndr_command("list", "--provider", "gmail", "--act", "sender-admin", "--format", "json").decode()
    assert ndr.CATALOG.filter(provider="gmail", act="sender-admin").to_json(pretty=True) + "\n" == listed
    searched = ndr_command("search", "banned", "sending", "ip", "--format", "json").decode()
    assert ndr.search("banned sending ip").to_json(pretty=True) + "\n" == searched


def test_iterable():
    entries = list(ndr.CATALOG)
    assert len(entries) == len(ndr.CATALOG) > 900
    assert entries[0] == ndr.CATALOG.entries[0] and entries[-1] == ndr.CATALOG.entries[-1]
    assert [entry.slug for entry in ndr.CATALOG.entries[2:6:2]] == [entries[2].slug, entries[4].slug]
    assert "banned-sending-ip" in ndr.CATALOG and "nonsense" not in ndr.CATALOG
    with pytest.raises(KeyError):
        ndr.CATALOG["nonsense"]
    with pytest.raises(IndexError):
        ndr.CATALOG.entries[len(entries)]


def test_filter():
    found = ndr.CATALOG.filter(provider="gmail", category="mailbox-full")
    assert found and all((entry.provider, entry.category) == ("gmail", "mailbox-full") for entry in found)
    with pytest.raises(ndr.InputError, match="mailbox-full"):
        ndr.CATALOG.filter(category="mailbox-ful")


def test_entries_are_what_the_json_says():
    for entry in ndr.CATALOG:
        said = entry.to_dict()
        for name, value in said.items():
            held = getattr(entry, name)
            if name in ("steps",):
                assert (list(held.sender), list(held.admin)) == (value["sender"], value["admin"])
            elif name in ("limits", "sources"):
                assert [part.to_dict() for part in held] == value
            else:
                assert (list(held) if isinstance(held, tuple) else held) == value


def test_table():
    table = pl.DataFrame(ndr.CATALOG)
    assert table.height == len(ndr.CATALOG)
    row = table.row(by_predicate=pl.col("slug") == "banned-sending-ip", named=True)
    assert row == ndr.CATALOG["banned-sending-ip"].to_dict()
    assert pl.DataFrame(ndr.lookup("9.9.9")).height == 0
    assert pl.DataFrame(ndr.search("mailbox full")).height == 10


def test_literals_are_the_catalogue():
    assert set(typing.get_args(ndr.Slug)) == {entry.slug for entry in ndr.CATALOG}
    assert set(typing.get_args(ndr.Category)) >= {entry.category for entry in ndr.CATALOG}
    assert set(typing.get_args(ndr.Actor)) >= {actor for entry in ndr.CATALOG for actor in entry.act}
    assert list(typing.get_args(ndr.Provider)) == list(ndr.CATALOG.providers)


def test_overlay(overlay):
    ours = ndr.load_catalog(overlay)
    text = "550 5.7.812 held by the gateway of gw1.example.com"
    diagnosis = ours.decode(text).recipients[0].diagnosis
    assert (diagnosis.slug, diagnosis.origin) == ("our-gateway-holds", str(overlay))
    assert len(ours) == len(ndr.CATALOG) + 1 and ours != ndr.CATALOG
    # Nothing else changed.
    assert "our-gateway-holds" not in ndr.CATALOG
    assert pl.DataFrame(ours.scan([text.encode()]))["slug"].to_list() == ["our-gateway-holds"]


def test_overlay_travels(overlay):
    ours = ndr.load_catalog(overlay)
    there = pickle.loads(pickle.dumps(ours))
    assert there == ours and there.lookup("our-gateway-holds")[0] == ours["our-gateway-holds"]
    entry = pickle.loads(pickle.dumps(ours["our-gateway-holds"]))
    assert entry.title == "Our gateway holds the message"


def test_mistakes_in_an_overlay_are_named(tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text(OVERLAY.replace("malicious-content", "malicius-content"))
    with pytest.raises(ndr.CatalogError, match=r"wrong\.yaml:9:\d+") as wrong:
        ndr.load_catalog(path)
    assert "malicious-content" in str(wrong.value)
    with pytest.raises(ndr.ReadError, match="none.yaml"):
        ndr.load_catalog(tmp_path / "none.yaml")


def test_shown_in_a_notebook():
    assert "5.7.606-649" in ndr.CATALOG["banned-sending-ip"]._repr_html_()
    assert ndr.lookup("5.7.1")._repr_html_().count("<tr>") == len(ndr.lookup("5.7.1")) + 1
    assert json.loads(ndr.lookup("5.7.1").to_json()) == ndr.lookup("5.7.1").to_dicts()
