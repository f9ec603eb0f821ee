"""Parquet, through pyarrow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from recommender.sources._raw import RawTable, dedupe_headers, unreadable

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["read_parquet"]

_AGAIN = "the file is truncated or damaged: export it again"


def read_parquet(path: Path) -> RawTable:
    """Read a Parquet file; lists and records become Python lists, dates ISO text.

    Raises
    ------
    UnreadableFileError
        It is truncated or damaged.
    """
    try:
        # partitioning=None: a folder called `year=2020` above the file is no column of the table.
        table = pq.read_table(path, partitioning=None)
        table.validate(full=True)
        names = dedupe_headers(list(table.column_names))
        columns = {name: _cells(table.column(place)) for place, name in enumerate(names)}
    except (pa.ArrowException, OSError, ValueError, OverflowError, RecursionError) as error:
        reason = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        raise unreadable(path, f"the Parquet file cannot be read ({reason})", _AGAIN) from None
    rows = np.arange(1, table.num_rows + 1, dtype=np.int64)
    return RawTable(str(path), columns, rows, {"format": "Parquet"})


def _cells(column: pa.ChunkedArray) -> pd.Series[Any]:
    kind = column.type
    if pa.types.is_dictionary(kind):
        return _cells(column.cast(kind.value_type))
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    if text or pa.types.is_null(kind):
        return pd.Series(column.cast(pa.large_string()).to_pandas(), dtype="str")
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return pd.Series(column.to_pandas(types_mapper=_NULLABLE.get))
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pd.Series(column.cast(pa.float64()).to_pandas(), dtype="float64")
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return pd.Series(_iso(column), dtype="str")
    return pd.Series(column.to_pylist(), dtype="object")


def _iso(column: pa.ChunkedArray) -> list[str | None]:
    # Through text, not through datetime: a timestamp may lie outside the years that Python can hold.
    return [None if text is None else str(text)[:19] for text in column.cast(pa.string()).to_pylist()]


_NULLABLE: Mapping[pa.DataType, pd.api.extensions.ExtensionDtype] = {
    **{kind: pd.Int64Dtype() for kind in (pa.int8(), pa.int16(), pa.int32(), pa.int64())},
    **{kind: pd.UInt64Dtype() for kind in (pa.uint8(), pa.uint16(), pa.uint32(), pa.uint64())},
    pa.bool_(): pd.BooleanDtype(),
}
