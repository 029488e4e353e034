"""Bounces on a Spark cluster: one row for each recipient, decoded where the data lies.

>>> rows = ndr.spark.decode(df, column="raw")                              # doctest: +SKIP

ndr and pyarrow must be installed on the workers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from ._ndr import CATALOG, Catalog
from ._table import decoded, kept, schema

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

__all__ = ["decode"]


def decode(
    df: DataFrame,
    column: str = "raw",
    *,
    keep: Sequence[str] | None = None,
    steps: bool = False,
    catalog: Catalog = CATALOG,
) -> DataFrame:
    """Decodes a column of messages, binary or string.

    The result has the columns of `ndr.scan`, except `source`, after those of `df` that are kept: all but the messages
    themselves, unless `keep` names some. A null and a message that cannot be read give a row with `error`.
    """
    from pyspark.sql.pandas.types import from_arrow_schema, to_arrow_schema

    names = kept(df.columns, column, keep, catalog)
    whole = schema(catalog, to_arrow_schema(df.select(*names).schema), steps=steps)

    def batches(given: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in given:
            yield from decoded(batch, catalog, column, names, steps=steps).cast(spark_schema(whole)).to_batches()

    return df.select(*names, column).mapInArrow(batches, from_arrow_schema(spark_schema(whole)))


def spark_schema(schema: pa.Schema) -> pa.Schema:
    """The schema in types that Spark has: it knows no unsigned numbers."""
    fields = [field.with_type(pa.int32()) if field.type == pa.uint16() else field for field in schema]
    return pa.schema(fields)
