"""Bounced mail decoded: what a report means, who must act, and what they do next.

>>> import ndr
>>> report = ndr.decode("550 5.7.606 Access denied, banned sending IP [203.0.113.7]")
>>> report.recipients[0].diagnosis.slug
'banned-sending-ip'

Many messages at once are a table: ``polars.DataFrame(ndr.scan("bounces/"))``, and the same with pandas, pyarrow and
DuckDB. On a cluster, `ndr.spark` and `ndr.ray` do the same.
"""

from typing import TYPE_CHECKING, Any

from ._errors import CatalogError, InputError, NdrError, ReadError
from ._literals import Action, Actor, Basis, Category, Certainty, Kind, Party, Provider, Retry, Slug, Suppress, Trust
from ._ndr import (
    CATALOG,
    Attempt,
    Catalog,
    Diagnosis,
    Entries,
    Entry,
    Evidence,
    Limit,
    Note,
    Original,
    Progress,
    Recipient,
    Report,
    Scan,
    Source,
    Steps,
    Summary,
    Table,
    Trace,
    __version__,
    load_catalog,
    summary,
)

# The functions of the built-in catalogue. Those of another one are its methods.
decode = CATALOG.decode
explain = CATALOG.explain
headers = CATALOG.headers
lookup = CATALOG.lookup
search = CATALOG.search
scan = CATALOG.scan

if TYPE_CHECKING:
    from . import plots, ray, spark

__all__ = [
    "CATALOG",
    "Action",
    "Actor",
    "Attempt",
    "Basis",
    "Catalog",
    "CatalogError",
    "Category",
    "Certainty",
    "Diagnosis",
    "Entries",
    "Entry",
    "Evidence",
    "InputError",
    "Kind",
    "Limit",
    "NdrError",
    "Note",
    "Original",
    "Party",
    "Progress",
    "Provider",
    "ReadError",
    "Recipient",
    "Report",
    "Retry",
    "Scan",
    "Slug",
    "Source",
    "Steps",
    "Summary",
    "Suppress",
    "Table",
    "Trace",
    "Trust",
    "__version__",
    "decode",
    "explain",
    "headers",
    "load_catalog",
    "lookup",
    "plots",
    "ray",
    "scan",
    "search",
    "spark",
    "summary",
]


def __getattr__(name: str) -> Any:
    """The parts that need another library are imported when somebody asks for them."""
    if name in ("plots", "ray", "spark"):
        import importlib

        return importlib.import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
