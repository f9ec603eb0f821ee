"""From a table in memory to Parquet, CSV and XLSX: the same frame gives the same bytes."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.errors import OutputError
from recommender.schema import TABLES, Column
from recommender.sources import _cells
from recommender.sources._atomic import atomic_output
from recommender.sources._format import SUFFIXES

if TYPE_CHECKING:
    import pyarrow as pa
    from openpyxl import Workbook
    from openpyxl.cell import Cell, WriteOnlyCell

__all__ = ["excel_cells", "save_workbook", "set_text", "write_table"]

_log = logging.getLogger("recommender")
_LONGEST_IN_EXCEL = 32_767
_MOST_ROWS_IN_EXCEL = 1_048_576
_THE_DAY = datetime(2000, 1, 1)
_COLUMNS: dict[str, Column] = {column.name: column for table in reversed(TABLES.values()) for column in table.columns}


def write_table(frame: pd.DataFrame, path: str | Path) -> None:
    """Write a table as Parquet, CSV or XLSX, by the suffix; whole or not at all.

    The same frame gives the same bytes. Each format reads back equal, with these limits of XLSX: text is cut
    at 32,767 characters (a warning is logged), control characters that XML cannot hold become visible signs,
    and numbers keep 16 significant digits.

    CSV is UTF-8 with BOM, separated by commas, and data, not a page: a cell that begins like a formula is
    written as it is, so that it reads back equal. For people who open tables in Excel write XLSX, where every
    text is text.

    Parameters
    ----------
    frame : DataFrame
        A table as the readers return it; its index is not written. Lists become real lists in Parquet and
        ``|``-separated text elsewhere; comparables become JSON text there.
    path : str or Path
        Ends with ``.parquet``, ``.csv``, ``.tsv`` or ``.xlsx``.

    Raises
    ------
    OutputError
        The suffix is another, the folder cannot be written to, or the table has too many rows for XLSX.

    Examples
    --------
    >>> import tempfile
    >>> from recommender.sources import read_titles, write_table
    >>> frame = pd.DataFrame({"title_id": ["1"], "kind": "film", "title": "Red"})
    >>> frame["genres"] = [["Drama", "War"]]
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_table(frame, Path(folder) / "titles.csv")
    ...     read_titles(Path(folder) / "titles.csv").loc[0, "genres"]
    ['Drama', 'War']
    """
    path = Path(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES or suffix == ".xlsm":
        raise OutputError(f"{path}: the suffix names no format", hint="use .parquet, .csv or .xlsx")
    if SUFFIXES[suffix] == "xlsx" and len(frame) >= _MOST_ROWS_IN_EXCEL:
        raise OutputError(f"{path}: {len(frame):,} rows do not fit into a sheet", hint="write Parquet or CSV")
    with atomic_output(path) as temporary:
        if SUFFIXES[suffix] == "parquet":
            _write_parquet(frame, temporary)
        elif SUFFIXES[suffix] == "xlsx":
            _write_xlsx(frame, temporary)
        else:
            _write_csv(frame, temporary, "\t" if suffix == ".tsv" else ",")


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    arrays = {str(name): _array(str(name), frame[name]) for name in frame.columns}
    pq.write_table(pa.table(arrays), path, compression="zstd", version="2.6", store_schema=False)


def _array(name: str, cells: pd.Series[Any]) -> pa.Array:
    import pyarrow as pa

    column = _COLUMNS.get(name)
    kind = column.type if column is not None else None
    if kind == "list" or (kind is None and _holds(cells, list)):
        items = [
            [str(item) for item in cell] if _is_list(cell) else None if _missing(cell) else [str(cell)]
            for cell in cells
        ]
        return pa.array(items, pa.list_(pa.string()))
    if kind == "records":
        return _records_array(cells)
    if kind in {"text", "date"} or cells.dtype == "object":
        return pa.array(_texts(cells), pa.large_string())
    arrow = {"integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_()}
    array = pa.Array.from_pandas(cells, type=arrow.get(kind or ""))
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _records_array(cells: pd.Series[Any]) -> pa.Array:
    import pyarrow as pa

    comparable = {
        "title_id": pa.string(),
        "title": pa.string(),
        "year": pa.int64(),
        "similarity": pa.float64(),
        "metric": pa.string(),
        "value": pa.float64(),
        "percentile": pa.float64(),
        "why": pa.string(),
    }
    records = [[dict(item) for item in cell] if _is_list(cell) else [] for cell in cells]
    keys = {key for cell in records for item in cell for key in item}
    if keys <= set(comparable):
        return pa.array(_plain(records), pa.list_(pa.struct(comparable)))
    return pa.array(_plain(records))


def _write_csv(frame: pd.DataFrame, path: Path, delimiter: str) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter, lineterminator="\r\n")
        writer.writerow(list(frame.columns))
        writer.writerows(zip(*(_texts(frame[name]) for name in frame.columns), strict=True))


def _write_xlsx(frame: pd.DataFrame, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet(_sheet_name(frame))
    sheet.freeze_panes = "A2"
    columns = [excel_cells(frame[name]) for name in frame.columns]
    cut: list[str] = []
    for row in [list(map(str, frame.columns)), *zip(*columns, strict=True)]:
        cells: list[object] = []
        for value in row:
            if isinstance(value, str):
                cell = WriteOnlyCell(sheet)
                if not set_text(cell, value):
                    cut.append(value[:40])
                cells.append(cell)
            else:
                cells.append(value)
        sheet.append(cells)
    if cut:
        _log.warning(
            "%s: %d cells cut at %d characters, which is all a sheet can hold (%s)",
            path,
            len(cut),
            _LONGEST_IN_EXCEL,
            cut[0],
        )
    _save(workbook, path)


def set_text(cell: Cell | WriteOnlyCell, value: str) -> bool:
    """Put text into a cell of a workbook so that it is never a formula, an error or a number.

    Control characters that XML cannot hold become their visible signs; text is cut at 32,767 characters.

    Parameters
    ----------
    cell : openpyxl Cell or WriteOnlyCell
        The cell; its style stays, but a text that begins like a formula is marked as text.
    value : str
        What to show.

    Returns
    -------
    bool
        Whether all of it fits.

    Examples
    --------
    >>> from openpyxl import Workbook
    >>> cell = Workbook().active["A1"]
    >>> set_text(cell, "=1+1"), cell.data_type, cell.quotePrefix
    (True, 's', True)
    """
    text = _CONTROL.sub(lambda found: _sign(found[0]), value.replace("\r\n", "\n").replace("\r", "\n"))
    text = _ESCAPE_LIKE.sub("_x005F_", text)
    fits = len(text) <= _LONGEST_IN_EXCEL
    cell.value = text[:_LONGEST_IN_EXCEL]
    cell.data_type = "s"
    if text[:1] in {"=", "+", "-", "@", "\t"}:
        cell.quotePrefix = True
    return fits


_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# In a workbook `_x0041_` means A: an underscore that would begin such an escape is escaped itself.
_ESCAPE_LIKE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def _sign(character: str) -> str:
    return chr(0x2400 + ord(character)) if ord(character) < 0x20 else "\ufffd"


def save_workbook(workbook: Workbook, path: str | Path) -> None:
    """Save a workbook whole or not at all, with fixed dates: the same content gives the same bytes.

    Parameters
    ----------
    workbook : openpyxl Workbook
        Its created and modified dates are set to a fixed day.
    path : str or Path
        Where to.

    Raises
    ------
    OutputError
        The folder cannot be written to.
    """
    with atomic_output(path) as temporary:
        _save(workbook, temporary)


def _save(workbook: Workbook, path: Path) -> None:
    raw = io.BytesIO()
    workbook.save(raw)
    with zipfile.ZipFile(raw) as source, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=_THE_DAY.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            content = source.read(name)
            if name == "docProps/core.xml":
                content = _MOMENT.sub(b"2000-01-01T00:00:00Z", content)
            target.writestr(entry, content)


_MOMENT = re.compile(rb"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z?")


def _sheet_name(frame: pd.DataFrame) -> str:
    fitting = [table.name for table in TABLES.values() if set(table.required) <= set(frame.columns)]
    return fitting[-1] if fitting else "table"


def excel_cells(cells: pd.Series[Any]) -> list[object]:
    if pd.api.types.is_bool_dtype(cells.dtype):
        return [None if pd.isna(cell) else bool(cell) for cell in cells]
    if pd.api.types.is_numeric_dtype(cells.dtype):
        # A sheet holds numbers as floats: a whole number that one cannot hold is written as text.
        return [_excel_number(cell) for cell in cells]
    return list(_texts(cells))


def _excel_number(cell: Any) -> object:
    if pd.isna(cell):
        return None
    if isinstance(cell, int | np.integer):
        return int(cell) if abs(int(cell)) < 2**53 else str(cell)
    return float(cell) if np.isfinite(cell) else str(float(cell))


def _texts(cells: pd.Series[Any]) -> list[str | None]:
    """Return cells as text that the readers bring back to what they were."""
    if isinstance(cells.dtype, pd.StringDtype):
        return list(cells.astype("object").where(cells.notna(), None))
    return [_text(cell) for cell in cells]


def _text(cell: Any) -> str | None:
    if _is_list(cell):
        items = list(cell)
        if any(isinstance(item, Mapping) for item in items):
            return json.dumps(_plain(items), ensure_ascii=False)
        return _cells.join_list(map(str, items)) or None
    if _missing(cell):
        return None
    if isinstance(cell, bool | np.bool_):
        return "true" if cell else "false"
    if isinstance(cell, float | np.floating):
        return repr(float(cell)).removesuffix(".0")
    return str(cell)


_SIMPLE = frozenset({str, int, bool, type(None)})


def _plain(value: Any) -> Any:
    if type(value) in _SIMPLE:  # by far the most, and asking for an abstract class is slow
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if _missing(value) else value


def _missing(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell != cell  # noqa: PLR0124


def _is_list(cell: object) -> bool:
    return isinstance(cell, list | tuple | np.ndarray)


def _holds(cells: Iterable[object], kind: type) -> bool:
    return any(isinstance(cell, kind) for cell in cells) if getattr(cells, "dtype", None) == "object" else False
