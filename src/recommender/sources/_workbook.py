"""XLSX, through python-calamine."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import numpy as np
import pandas as pd

from recommender.errors import Fault
from recommender.sources._headers import normal_name
from recommender.sources._parts import sheet_parts, workbook_part
from recommender.sources._raw import RawTable, dedupe_headers, unreadable
from recommender.sources._valueless import Place, Valueless, column_number, resolve_cells

__all__ = ["read_workbook", "weigh_workbook"]

_MOST_CELLS = 50_000_000
_MOST_BYTES = 4 * 1024**3
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_AGAIN = "open it in Excel and save it again as .xlsx"


def read_workbook(path: Path, sheet: str) -> RawTable:
    """Read one sheet of a workbook.

    Parameters
    ----------
    path : Path
        An existing XLSX file.
    sheet : str
        The sheet of that name is read, whatever its case; else the first one.

    Raises
    ------
    UnreadableFileError
        It is damaged, protected, or no workbook; it has no sheet with a header, or is beyond all measure.
    """
    # Imported here: a missing calamine must not break Parquet, and it costs nothing elsewhere.
    import python_calamine as calamine

    weigh_workbook(path)
    try:
        workbook = calamine.CalamineWorkbook.from_path(str(path))
        names = [meta.name for meta in workbook.sheets_metadata if meta.typ == calamine.SheetTypeEnum.WorkSheet]
        if not names:
            raise unreadable(path, "the workbook has no sheet", _AGAIN)
        name = next((name for name in names if normal_name(name) == sheet), names[0])
        cells: list[list[Any]] = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
        valueless = resolve_cells(cells, _part_of(path, name))
    except (calamine.CalamineError, OSError, ValueError, KeyError, ParseError) as error:
        raise unreadable(path, f"the workbook cannot be read ({str(error)[:120]})", _AGAIN) from None
    return _table(path, cells, valueless, name, len(names))


def _part_of(path: Path, sheet: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(sheet_parts(archive.read, workbook_part(archive.read))[sheet])


def weigh_workbook(path: Path) -> None:
    """Refuse a file that is no workbook, or one that unpacks beyond all measure, before it is unpacked.

    Raises
    ------
    UnreadableFileError
        It is damaged, protected, of another format, or too large.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename: info.file_size for info in archive.infolist()}
            if "xl/workbook.xml" not in {name.lower() for name in members}:
                if "mimetype" in members:
                    raise unreadable(path, "an OpenDocument file, not an Excel workbook", "save it as .xlsx")
                if "xl/workbook.bin" in members:
                    raise unreadable(path, "a binary Excel workbook (.xlsb)", "save it as .xlsx")
                raise unreadable(path, "a ZIP archive, not an Excel workbook", "unpack it, or save as .xlsx")
            if sum(members.values()) > _MOST_BYTES:
                raise unreadable(path, "the workbook unpacks to more than 4 GB", "give it as Parquet")
            for member in members:
                if member.lower().startswith("xl/worksheets/") and member.lower().endswith(".xml"):
                    _measure(path, archive, member)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise unreadable(path, f"the workbook is truncated or damaged ({str(error)[:100]})", _AGAIN) from None


def _measure(path: Path, archive: zipfile.ZipFile, member: str) -> None:
    # The reader keeps the rectangle of all cells; one stray cell in the last corner would be 17 billion.
    columns: set[bytes] = set()
    last_row = 0
    with archive.open(member) as stream:
        rest = b""
        while chunk := stream.read(1 << 22):
            text = rest + chunk
            for column, row in _CELL.findall(text):
                columns.add(column)
                last_row = max(last_row, int(row))
            rest = text[text.rfind(b"<") :][-200:]
    width = max((column_number(column) for column in columns), default=0)
    if width * last_row > _MOST_CELLS:
        raise unreadable(
            path,
            f"a sheet spans {last_row:,} rows and {width:,} columns",
            "delete the empty rows and columns beyond the table, or give it as Parquet",
        )


def _table(
    path: Path, cells: list[list[Any]], valueless: Mapping[Place, Valueless], sheet: str, n_sheets: int
) -> RawTable:
    top = next((place for place, row in enumerate(cells) if any(_filled(cell) for cell in row)), None)
    if top is None:
        raise unreadable(path, f"the sheet '{sheet}' is empty", "put the table on the first sheet")
    given = [str(cell).strip() for cell in cells[top]]
    while given and not given[-1]:
        given.pop()
    header = dedupe_headers(given)
    width = len(header)
    faults: list[Fault] = []
    rows: list[Sequence[Any]] = []
    numbers: list[int] = []
    odd = {line for line, column in valueless if line > top and column < width}
    for number, row in enumerate(cells[top + 1 :], start=top + 2):
        kept = row[:width]
        if number - 1 in odd or any(_filled(cell) for cell in kept):
            rows.append(kept + [None] * (width - len(kept)))
            numbers.append(number)
        elif any(_filled(cell) for cell in row):
            numbers.append(number)
            rows.append([None] * width)
        if any(_filled(cell) for cell in row[width:]):
            problem = "cells stand to the right of the last column that has a name"
            faults.append(Fault(str(path), number, None, row[width], problem, "name the column, or delete the cells"))
    columns = {
        name: pd.Series(list(column), dtype="object")
        for name, column in zip(header, zip(*rows, strict=True) if rows else ((),) * width, strict=True)
    }
    places = {number - 1: place for place, number in enumerate(numbers)}
    unsaid: dict[str, dict[int, Valueless]] = {}
    for (line, column), cell in valueless.items():
        if line > top and column < width:
            unsaid.setdefault(header[column], {})[places[line]] = cell
    how = {"format": "XLSX", "sheet": sheet if n_sheets == 1 else f"{sheet} (of {n_sheets})"}
    return RawTable(str(path), columns, np.asarray(numbers, dtype=np.int64), how, faults, unsaid)


def _filled(cell: object) -> bool:
    return cell is not None and not (isinstance(cell, str) and not cell.strip())
