"""Bounces on a Ray cluster: one row for each recipient, decoded where the data lies.

>>> rows = ndr.ray.decode(ds, column="raw")                                # doctest: +SKIP

ndr must be installed on the workers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from ._ndr import CATALOG, Catalog
from ._table import decoded, kept

if TYPE_CHECKING:
    from ray.data import Dataset

__all__ = ["decode"]


def decode(
    ds: Dataset,
    column: str = "raw",
    *,
    keep: Sequence[str] | None = None,
    steps: bool = False,
    catalog: Catalog = CATALOG,
) -> Dataset:
    """Decodes a column of messages, binary or string.

    The result has the columns of `ndr.scan`, except `source`, after those of `ds` that are kept: all but the messages
    themselves, unless `keep` names some. A null and a message that cannot be read give a row with `error`.
    """
    names = kept(ds.columns(), column, keep, catalog)

    def batch(given: pa.Table) -> pa.Table:
        return decoded(given, catalog, column, names, steps=steps)

    return ds.map_batches(batch, batch_format="pyarrow", zero_copy_batch=True)
