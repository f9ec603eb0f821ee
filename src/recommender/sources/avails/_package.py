"""A workbook as it lies in its file: the bytes, which are never rewritten, and the grids of cells."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from recommender.sources._format import sniff
from recommender.sources._parts import ANY, elements, related_parts, sheet_parts, workbook_part
from recommender.sources._raw import unreadable
from recommender.sources._valueless import Place, Valueless, resolve_cells
from recommender.sources._workbook import weigh_workbook

__all__ = ["Grid", "Package", "open_package"]

_ANY_XLSX = "give an Avails workbook in XLSX"


@dataclass(frozen=True)
class Grid:
    """One sheet: its cells, and what of it is merged.

    Attributes
    ----------
    name : str
        As the workbook calls it.
    cells : list of list
        Row by row from A1: text, float, bool, date, datetime, time, timedelta; None where nothing stands. Every row
        has the same length.
    merged : tuple of (first row, first column, last row, last column)
        Places from 0.
    hidden : bool
        Whether a person who opens the workbook does not see it.
    valueless : mapping of (row, column) to Valueless
        Cells that hold no value and yet are not empty, at places from 0.
    """

    name: str
    cells: list[list[Any]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    valueless: Mapping[Place, Valueless] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Package:
    """A workbook's bytes, and what they hold.

    Attributes
    ----------
    name : str
        The path as it was given, for messages.
    raw : bytes
        The file.
    """

    name: str
    raw: bytes = field(repr=False)

    def part(self, name: str) -> bytes:
        """Return one part of the archive."""
        with zipfile.ZipFile(io.BytesIO(self.raw)) as archive:
            return archive.read(name)

    @cached_property
    def workbook_part(self) -> str:
        """The name of the part that lists the sheets."""
        return workbook_part(self.part)

    @cached_property
    def sheet_parts(self) -> dict[str, str]:
        """Every sheet's name with the name of its part, in the workbook's order."""
        return sheet_parts(self.part, self.workbook_part)

    @cached_property
    def from_1904(self) -> bool:
        """Whether days are counted from 1904, as old Macs did."""
        properties = elements(self.part(self.workbook_part)).find(f"{ANY}workbookPr")
        return properties is not None and properties.get("date1904", "0") in {"1", "true"}

    @cached_property
    def date_styles(self) -> frozenset[int]:
        """The styles of cells that show a day."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

        related = related_parts(self.part, self.workbook_part)
        part = next((part for part, kind in related.values() if kind == "styles"), None)
        if part is None:
            return frozenset()
        sheet = elements(self.part(part))
        formats = dict(BUILTIN_FORMATS)
        for own in sheet.iterfind(f"{ANY}numFmts/{ANY}numFmt"):
            formats[int(own.get("numFmtId", "-1"))] = own.get("formatCode", "")
        styles = sheet.findall(f"{ANY}cellXfs/{ANY}xf")
        codes = (formats.get(int(style.get("numFmtId", "0")), "") for style in styles)
        # A format of times alone would show midnight.
        return frozenset(
            place for place, code in enumerate(codes) if is_date_format(code) and re.search("[dDyY]", _bare(code))
        )

    @cached_property
    def grids(self) -> tuple[Grid, ...]:
        """All worksheets, in the workbook's order."""
        import python_calamine as calamine

        path = Path(self.name)
        try:
            workbook = calamine.CalamineWorkbook.from_filelike(io.BytesIO(self.raw))
            states = {meta.name: meta.visible for meta in workbook.sheets_metadata}
            grids = []
            for name, part in self.sheet_parts.items():
                sheet = workbook.get_sheet_by_name(name)
                cells = [
                    [None if cell == "" else cell for cell in row] for row in sheet.to_python(skip_empty_area=False)
                ]
                merged = tuple((a[0], a[1], b[0], b[1]) for a, b in sheet.merged_cell_ranges or ())
                hidden = states.get(name) != calamine.SheetVisibleEnum.Visible
                valueless = resolve_cells(cells, self.part(part))
                grids.append(Grid(name, cells, merged, hidden, valueless))
        except (calamine.CalamineError, OSError, ValueError, KeyError, ET.ParseError) as error:
            raise unreadable(
                path, f"the workbook cannot be read ({str(error)[:120]})", "open it in Excel and save it again as .xlsx"
            ) from None
        return tuple(grids)


def open_package(path: str | Path) -> Package:
    """Read a workbook's bytes; refuse what is no workbook.

    Raises
    ------
    UnreadableFileError
        The file is absent, empty, damaged, protected, or of another format.
    """
    path = Path(path)
    if sniff(path) != "xlsx":
        raise unreadable(path, "this is not an Excel workbook", _ANY_XLSX)
    weigh_workbook(path)
    package = Package(str(path), path.read_bytes())
    try:
        found = bool(package.sheet_parts)
    except (KeyError, ET.ParseError) as error:
        raise unreadable(
            path, f"the workbook is damaged ({str(error)[:100]})", "open it in Excel and save it again as .xlsx"
        ) from None
    if not found:
        raise unreadable(path, "the workbook has no sheet", _ANY_XLSX)
    return package


def _bare(code: str) -> str:
    return re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code)
