"""A column of cells brought to its type in memory, with what could not be understood."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from recommender.schema import Column
from recommender.sources import _cells
from recommender.sources._cells import Misread
from recommender.sources._vocabulary import Unknown, translator

__all__ = ["DTYPES", "Coerced", "coerce", "empty_column", "extra_column"]

DTYPES = {"integer": "Int64", "number": "float64", "boolean": "boolean"}
"""The dtypes in memory of what is neither text nor a list."""


@dataclass
class Coerced:
    """A column in memory, and the places of the cells that were not understood.

    Attributes
    ----------
    cells : Series
        Of the column's dtype; empty where nothing stood or was understood.
    misread : list of (int, object, str, str)
        Place from 0, the cell as it stands, problem, remedy.
    unknown : Unknown
        Words left out because no vocabulary holds them, and where.
    """

    cells: pd.Series[Any]
    misread: list[tuple[int, object, str, str]] = field(default_factory=list)
    unknown: Unknown = field(default_factory=Unknown)


def empty_column(column: Column, n_rows: int) -> pd.Series[Any]:
    """Return the column of a table that lacks it: empty cells, empty lists."""
    if column.type in {"list", "records"}:
        return _objects([[] for _ in range(n_rows)])
    return pd.Series([None] * n_rows, dtype=DTYPES.get(column.type, "str"))


def coerce(column: Column, raw: pd.Series[Any]) -> Coerced:  # noqa: PLR0911 - one branch a type
    """Bring the cells of a file to a column's type.

    Parameters
    ----------
    column : Column
        What the column is.
    raw : Series, shape (n_rows,)
        Its cells as they stand in the file: text, numbers, or Python objects.

    Returns
    -------
    Coerced
        The column in memory; what was not understood is empty in it, and listed.
    """
    if column.type == "list":
        return _lists(column, raw)
    if column.type == "records":
        return _each(_objects_of(raw), _cells.records, "records")
    if column.type == "text":
        coerced = _texts(raw)
        if column.vocabulary is not None:
            _translate_texts(column, coerced)
        return coerced
    if column.type == "date":
        return _each(raw, _cells.iso_date, "str")
    if column.type == "number":
        if pd.api.types.is_numeric_dtype(raw.dtype):
            return Coerced(pd.Series(raw.to_numpy("float64", na_value=np.nan)))
        return _plain_numbers(raw) or _each(raw, _cells.number, "float64")
    if column.type == "integer":
        if pd.api.types.is_signed_integer_dtype(raw.dtype):
            return Coerced(raw.astype("Int64"))
        return _each(raw, _cells.whole, "Int64")
    if raw.dtype == "boolean":
        return Coerced(raw)
    return _each(raw, _cells.boolean, "boolean")


def extra_column(raw: pd.Series[Any]) -> pd.Series[Any]:
    """Return a column that no table knows, kept as it is; cells of mixed types become text."""
    if raw.dtype != "object":
        return raw
    filled = [cell for cell in raw if not _is_missing(cell)]
    if filled and all(isinstance(cell, int | float) and not isinstance(cell, bool) for cell in filled):
        return raw.astype("float64")
    if filled and all(isinstance(cell, list | dict) for cell in filled):
        return raw
    return pd.Series([_text_or_repr(cell) for cell in raw], dtype="str")


def _text_or_repr(cell: object) -> str | None:
    try:
        return _cells.text(cell)
    except Misread:
        return repr(cell)


def _texts(raw: pd.Series[Any]) -> Coerced:
    if isinstance(raw.dtype, pd.StringDtype):
        cells = raw
        if cells.str.contains("\r", regex=False).any():
            cells = cells.str.replace("\r\n", "\n", regex=False).str.replace("\r", "\n", regex=False)
        cells = cells.str.strip(_cells.BLANKS)
        return Coerced(cells.mask(cells == ""))
    if pd.api.types.is_integer_dtype(raw.dtype):
        cells = raw.astype("str")
        return Coerced(cells.mask(raw.isna()))
    return _each(raw, _cells.text, "str")


def _plain_numbers(raw: pd.Series[Any]) -> Coerced | None:
    """Return a column of text in which every cell is plainly a number, fast; None where one is not."""
    import pyarrow as pa

    if not isinstance(raw.dtype, pd.StringDtype):
        return None
    texts = _texts(raw).cells
    try:
        # pyarrow reads a decimal number to the nearest float, as Python does and pandas does not.
        values = pa.array(texts, from_pandas=True).cast(pa.float64()).to_numpy(zero_copy_only=False)
    except pa.ArrowInvalid:
        return None
    return None if (np.isnan(values) & texts.notna().to_numpy()).any() else Coerced(pd.Series(values))


def _each(raw: pd.Series[Any], understand: Callable[[Any], Any], dtype: str) -> Coerced:
    """Apply a function of `_cells` to every distinct filled cell."""
    if isinstance(raw.dtype, pd.StringDtype):
        raw = raw.str.strip(_cells.BLANKS)
        raw = raw.mask(raw == "")
    places, distinct = _distinct(raw)
    values: list[Any] = []
    failures: dict[int, Misread] = {}
    for place, cell in enumerate(distinct):
        try:
            values.append(understand(cell))
        except Misread as misread:
            values.append(None)
            failures[place] = misread
    values.append([] if dtype == "records" else None)  # place -1: an empty cell
    if dtype == "records":
        cells = _objects([values[place] if values[place] is not None else [] for place in places])
    else:
        cells = pd.Series(values, dtype=dtype).take(places).reset_index(drop=True)
    misread_places: Iterable[int] = ()
    if failures:
        misread_places = np.flatnonzero(np.isin(places, list(failures))).tolist()
    return Coerced(
        cells,
        [(place, distinct[places[place]], *map(str, failures[int(places[place])].args)) for place in misread_places],
    )


def _distinct(raw: pd.Series[Any]) -> tuple[npt.NDArray[np.intp], list[Any]]:
    """Return for each cell the place of its value among the distinct ones; -1 where it is empty."""
    if raw.dtype == "object":
        # Lists and mappings have no hash; True equals 1: neither may be merged.
        filled = ~np.fromiter((_is_missing(cell) for cell in raw), dtype=bool, count=len(raw))
        places = np.full(len(raw), -1, dtype=np.intp)
        places[filled] = np.arange(filled.sum())
        return places, [cell for cell, keep in zip(raw, filled, strict=True) if keep]
    codes, uniques = pd.factorize(raw)
    return codes.astype(np.intp), list(uniques)


def _is_missing(cell: object) -> bool:
    if isinstance(cell, str):
        return not cell.strip(_cells.BLANKS)
    return cell is None or cell is pd.NA or (isinstance(cell, float) and math.isnan(cell))


def _lists(column: Column, raw: pd.Series[Any]) -> Coerced:
    misread: list[tuple[int, object, str, str]] = []
    if raw.dtype == "object":
        lists = [_items(place, cell, misread) for place, cell in enumerate(raw)]
    else:
        texts = _texts(raw).cells
        lists = [_cells.split_list(cell) if isinstance(cell, str) else [] for cell in texts]
    coerced = Coerced(_objects(lists), misread)
    if column.vocabulary is not None:
        translate = translator(column.vocabulary)
        for place, items in enumerate(lists):
            if items:
                codes: dict[str, None] = {}
                for item in items:
                    found, strange = translate(item)
                    codes.update(dict.fromkeys(found))
                    for word in strange:
                        coerced.unknown.add(word, place)
                lists[place] = list(codes)
        coerced.cells = _objects(lists)
    return coerced


def _items(place: int, cell: object, misread: list[tuple[int, object, str, str]]) -> list[str]:
    if cell is None or (type(cell) is list and not cell):
        return []
    if isinstance(cell, list | tuple | np.ndarray):
        try:
            return [item for item in map(_cells.text, cell) if item]
        except Misread:
            misread.append((place, cell, "a list of something else than text", "write a list of text"))
            return []
    if _is_missing(cell):
        return []
    try:
        return _cells.split_list(_cells.text(cell) or "")
    except Misread as error:
        misread.append((place, cell, *map(str, error.args)))  # type: ignore[arg-type]
        return []


def _translate_texts(column: Column, coerced: Coerced) -> None:
    """Bring words to their one spelling; the table's rules judge those that no vocabulary holds."""
    assert column.vocabulary is not None
    translate = translator(column.vocabulary)
    places, distinct = _distinct(coerced.cells)
    values: list[str | None] = []
    for code, cell in enumerate(distinct):
        found, strange = translate(cell)
        if len(found) == 1 and not strange:
            values.append(found[0])
        elif column.rules and column.vocabulary != "language":
            values.append(cell)
        elif column.strict:
            values.append(None)
            where = np.flatnonzero(places == code)
            misread = (cell, f"unknown {column.vocabulary}", "write a BCP 47 tag such as zh or zh-Hans, one a row")
            coerced.misread.extend((place, *misread) for place in where.tolist())
        else:
            values.append(None)
            where = np.flatnonzero(places == code)
            coerced.unknown.add(cell, int(where[0]), times=len(where))
    values.append(None)
    coerced.cells = pd.Series(values, dtype="str").take(places).reset_index(drop=True)


def _objects_of(raw: pd.Series[Any]) -> pd.Series[Any]:
    return raw if raw.dtype == "object" else raw.astype("object")


def _objects(values: list[Any]) -> pd.Series[Any]:
    return pd.Series(values, dtype="object")
