"""A workbook as it lies in its file: the bytes, which are never rewritten, and the grids of cells."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from recommender.sources._format import sniff
from recommender.sources._raw import unreadable
from recommender.sources._workbook import weigh_workbook

__all__ = ["Grid", "Package", "open_package"]

_MAIN = "{*}"
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_ANY_XLSX = "give an Avails workbook in XLSX"
_LITERALS = {"TRUE()": True, "TRUE": True, "FALSE()": False, "FALSE": False}
_CELL = re.compile(rb"<(?:\w+:)?c\b([^>]*)(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*(?<!/)>(.*?)</(?:\w+:)?f>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*(?<!/)>[^<]+</|<(?:\w+:)?is\b")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


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
    uncomputed : mapping of (row, column) to str
        Formulas whose value is not in the file, at places from 0.
    """

    name: str
    cells: list[list[Any]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden: bool = False
    uncomputed: Mapping[tuple[int, int], str] = field(default_factory=dict)


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
        for relation in _tree(self.part("_rels/.rels")):
            if relation.get("Type", "").endswith("/officeDocument"):
                return relation.get("Target", "xl/workbook.xml").lstrip("/")
        return "xl/workbook.xml"

    @cached_property
    def _related(self) -> dict[str, tuple[str, str]]:
        folder, name = posixpath.split(self.workbook_part)
        found = {}
        for relation in _tree(self.part(f"{folder}/_rels/{name}.rels")):
            target = relation.get("Target", "")
            full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found[relation.get("Id", "")] = (full, relation.get("Type", "").rpartition("/")[2])
        return found

    @cached_property
    def sheet_parts(self) -> dict[str, str]:
        """Every sheet's name with the name of its part, in the workbook's order."""
        tree = _tree(self.part(self.workbook_part))
        parts = {}
        for sheet in tree.iterfind(f"{_MAIN}sheets/{_MAIN}sheet"):
            part, kind = self._related.get(sheet.get(_REL) or sheet.get(_STRICT_REL) or "", ("", ""))
            if kind == "worksheet":
                parts[sheet.get("name", "")] = part
        return parts

    @cached_property
    def from_1904(self) -> bool:
        """Whether days are counted from 1904, as old Macs did."""
        properties = _tree(self.part(self.workbook_part)).find(f"{_MAIN}workbookPr")
        return properties is not None and properties.get("date1904", "0") in {"1", "true"}

    @cached_property
    def date_styles(self) -> frozenset[int]:
        """The styles of cells that show a day."""
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

        part = next((part for part, kind in self._related.values() if kind == "styles"), None)
        if part is None:
            return frozenset()
        tree = _tree(self.part(part))
        formats = dict(BUILTIN_FORMATS)
        for own in tree.iterfind(f"{_MAIN}numFmts/{_MAIN}numFmt"):
            formats[int(own.get("numFmtId", "-1"))] = own.get("formatCode", "")
        styles = tree.findall(f"{_MAIN}cellXfs/{_MAIN}xf")
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
                uncomputed = _fill_literals(cells, self.part(part))
                grids.append(Grid(name, cells, merged, hidden, uncomputed))
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


def _tree(xml: bytes) -> ET.Element:
    return ET.fromstring(xml)  # noqa: S314 - expat itself bounds what entities expand to


def _bare(code: str) -> str:
    return re.sub(r'"[^"]*"|\\.|\[[^\]]*\]', "", code)


def _fill_literals(cells: list[list[Any]], part: bytes) -> dict[tuple[int, int], str]:
    """Fill in formulas that are plainly a value where a program wrote none; return those that are not."""
    left: dict[tuple[int, int], str] = {}
    if re.search(rb"<(?:\w+:)?f[ >]", part) is None:
        return left
    for found in _CELL.finditer(part):
        attributes, content = found.groups()
        formula, reference = _FORMULA.search(content), _REFERENCE.search(attributes)
        if formula is None or reference is None or _VALUE.search(content):
            continue
        text = formula[1].decode("utf-8", "replace").strip()
        row, column = int(reference[2]) - 1, _place(reference[1])
        if text.upper() in _LITERALS:
            _widen(cells, row, column)
            cells[row][column] = _LITERALS[text.upper()]
        else:
            left[row, column] = f"={text}"
    return left


def _widen(cells: list[list[Any]], row: int, column: int) -> None:
    """Make room for a cell that the reader took for empty."""
    width = max(column + 1, len(cells[0]) if cells else 0)
    cells.extend([] for _ in range(row + 1 - len(cells)))
    for line in cells:
        line.extend([None] * (width - len(line)))


def _place(letters: bytes) -> int:
    number = 0
    for code in letters:
        number = number * 26 + code - 64
    return number - 1
