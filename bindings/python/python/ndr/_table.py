"""What `ndr.spark` and `ndr.ray` share: a batch of messages in, a batch of recipients out, both of pyarrow."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from ._errors import InputError
from ._ndr import Catalog


def schema(catalog: Catalog, others: pa.Schema, *, steps: bool) -> pa.Schema:
    """The schema of what `decoded` gives: the columns that are kept, then those of the recipients."""
    rows = pa.schema(catalog.scan([], steps=steps, dictionaries=False))
    return pa.schema([*others, *rows.remove(rows.get_field_index("source"))])


def kept(names: Sequence[str], column: str, keep: Sequence[str] | None, catalog: Catalog) -> list[str]:
    """The columns of the input that stay beside the results: all but that of the messages, unless some are named."""
    if column not in names:
        raise InputError(f"there is no column {column!r}; the columns are {', '.join(names)}")
    chosen = [name for name in names if name != column] if keep is None else list(keep)
    ours = set(pa.schema(catalog.scan([], steps=True)).names) - {"source"}
    for name in chosen:
        if name not in names:
            raise InputError(f"there is no column {name!r} to keep; the columns are {', '.join(names)}")
        if name in ours:
            raise InputError(f"the column {name!r} has the name of a result; rename it, or name the columns to keep")
    return chosen


def decoded(
    batch: pa.RecordBatch | pa.Table, catalog: Catalog, column: str, keep: Sequence[str], *, steps: bool
) -> pa.Table:
    """One row for each recipient, beside the kept columns of its message."""
    rows = pa.table(catalog.scan(batch.column(column), jobs=1, steps=steps, dictionaries=False))
    # Without a name of its own, a message is called by its row.
    places = pc.cast(rows.column("source"), pa.int64())
    result = rows.drop_columns("source")
    others = pa.table(batch.select(list(keep))).take(places) if keep else None
    columns = [*(others.columns if others else []), *result.columns]
    names = [*(others.column_names if others else []), *result.column_names]
    return pa.Table.from_arrays(columns, names=names)
