"""A titles table made or changed by hand, brought to what the readers give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from recommender.errors import CallError, visible
from recommender.schema import TITLES, Column
from recommender.sources._columns import DTYPES, coerce, empty_column

__all__ = ["complete_titles"]

_NEEDED = "Give each title an id, a title and a kind."


def complete_titles(titles: pd.DataFrame) -> pd.DataFrame:
    """Return a titles table with every column, each of its type; one that `read_titles` gave is returned as it is.

    Columns that are missing are empty. Cells of other types are read as those of a file are: ``"US, GB"`` is a list of two.

    Parameters
    ----------
    titles : DataFrame
        With at least ``title_id``, ``title`` and ``kind``.

    Raises
    ------
    CallError
        If a column that every title needs is missing, a cell cannot be read, or an identifier stands twice.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"title_id": "a", "title": "River", "kind": "film", "countries": "US, GB"}
    >>> table = complete_titles(pd.DataFrame([row]))
    >>> table["countries"][0], table["directors"][0]
    (['US', 'GB'], [])
    """
    lacking = [name for name in TITLES.required if name not in titles.columns]
    if lacking:
        raise CallError(f"the titles have no column {', '.join(lacking)}", hint=_NEEDED)
    new = {column.name: _brought(column, titles) for column in TITLES.columns if not _is_ready(column, titles)}
    table = titles.assign(**new) if new else titles
    twice = table["title_id"][table["title_id"].duplicated()]
    if len(twice):
        raise CallError(f"the title_id {visible(twice.iloc[0])!r} stands twice", hint="Give every title its own.")
    return table


def _is_ready(column: Column, titles: pd.DataFrame) -> bool:
    if column.name not in titles.columns:
        return False
    cells = titles[column.name]
    if column.type == "list":
        return all(isinstance(cell, list | tuple | np.ndarray) for cell in cells)
    if column.type in DTYPES:
        return bool(cells.dtype == DTYPES[column.type])
    return isinstance(cells.dtype, pd.StringDtype) and not (column.required and cells.isna().any())


def _brought(column: Column, titles: pd.DataFrame) -> pd.Series[Any]:
    if column.name not in titles.columns:
        return empty_column(column, len(titles)).set_axis(titles.index)
    coerced = coerce(column, titles[column.name].reset_index(drop=True))
    if coerced.misread:
        place, value, problem, remedy = coerced.misread[0]
        raise CallError(f"titles, row {place}, column {column.name}: {problem} ({visible(value)})", hint=f"{remedy}.")
    if column.required and coerced.cells.isna().any():
        place = int(np.flatnonzero(coerced.cells.isna())[0])
        raise CallError(f"titles, row {place}: no {column.name}", hint=_NEEDED)
    return coerced.cells.set_axis(titles.index)
