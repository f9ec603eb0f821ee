"""Tables as the sources read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from recommender.schema import TITLES


def titles_frame(rows: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    """Return a titles table as the sources read it: every column there, lists as lists."""
    columns: dict[str, Any] = {}
    for column in TITLES.columns:
        cells = [row.get(column.name) for row in rows]
        match column.type:
            case "list":
                columns[column.name] = pd.Series([list(cell or []) for cell in cells], dtype="object")
            case "integer":
                columns[column.name] = pd.array(cells, dtype="Int64")
            case "number":
                columns[column.name] = pd.array(cells, dtype="float64")
            case "boolean":
                columns[column.name] = pd.array(cells, dtype="boolean")
            case _:
                columns[column.name] = pd.array(cells, dtype="str")
    return pd.DataFrame(columns)
