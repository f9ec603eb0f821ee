"""Edits of known fields, put into the cells they belong to."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from recommender.errors import DataError, Fault, TableError, did_you_mean
from recommender.sources.avails._fields import FIELDS, SYNONYMS, group_of, normal
from recommender.sources.avails._package import Package
from recommender.sources.avails._sheet import AvailsSheet
from recommender.sources.avails._splice import CellText, FormulaShared, SheetIndex, spliced

__all__ = ["Edit", "edited"]

_EPOCH = datetime(1899, 12, 30)
_CALC = re.compile(rb"<((?:\w+:)?)calcPr\b([^>]*?)(/?)>")
_ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Edit:
    """A new value of one field in one row.

    Attributes
    ----------
    sheet : str
        The sheet as the workbook calls it.
    row : int
        As Excel counts; a row below the last one is added.
    field : str
        By its proper name or one that is known; a column that the sheet lacks is added at its end.
    value : str, bool, int, float, date, datetime or None
        None empties the cell. A day goes in as the column has its days: as a date or as text.
    """

    sheet: str
    row: int
    field: str
    value: str | bool | int | float | date | datetime | None


def edited(package: Package, sheets: Sequence[AvailsSheet], edits: Iterable[Edit]) -> bytes:
    """Return the workbook's bytes with the edits made; every other cell, and all else in it, is as it was.

    Raises
    ------
    TableError
        An edit names no sheet, row or field, or a cell that cannot be changed alone; holds them all.
    """
    by_sheet: dict[str, list[Edit]] = {}
    for edit in edits:
        by_sheet.setdefault(edit.sheet, []).append(edit)
    faults: list[Fault] = []
    parts: dict[str, bytes] = {}
    formulas = False
    for name, own in by_sheet.items():
        sheet = next((sheet for sheet in sheets if sheet.name == name), None)
        if sheet is None:
            remedy = did_you_mean(name, [sheet.name for sheet in sheets])
            faults.append(Fault(package.name, None, None, name, "no sheet of avails is called so", remedy))
            continue
        part = package.sheet_parts[name]
        xml = _as_utf8(package.part(part))
        rows = {edit.row - 1 for edit in own} | {sheet.header.row, sheet.header.group_row or 0}
        index = SheetIndex(xml, rows | {row - 1 for row in sheet.rows[:200]})
        changes = _changes(package, sheet, index, own, faults)
        try:
            parts[part] = spliced(index, changes)
        except FormulaShared as error:
            place = f"{package.name}, sheet {name}"
            problem, remedy = "its formula is shared with other cells", "change it in Excel"
            faults.append(Fault(place, None, str(error), None, problem, remedy))
        formulas = formulas or bool(set(changes) & set(index.formulas))
    if faults:
        raise TableError(faults)
    return _repacked(package, parts, without_chain=formulas)


def _changes(
    package: Package, sheet: AvailsSheet, index: SheetIndex, edits: Sequence[Edit], faults: list[Fault]
) -> dict[tuple[int, int], CellText]:
    place = f"{package.name}, sheet {sheet.name}"
    merged = next(grid for grid in package.grids if grid.name == sheet.name).merged
    columns = {column.field: column.place for column in sheet.header.columns if column.field is not None}
    columns |= {column.name: column.place for column in sheet.header.columns if column.field is None}
    changes: dict[tuple[int, int], CellText] = {}
    for edit in edits:
        field = edit.field if edit.field in columns else SYNONYMS.get(normal(edit.field))
        if field is None:
            remedy = did_you_mean(edit.field, [*columns, *FIELDS])
            faults.append(Fault(place, edit.row, edit.field, None, "no field is called so", remedy))
            continue
        if edit.row <= sheet.header.row + 1:
            faults.append(Fault(place, edit.row, field, None, "this row is above the avails", "name a row below"))
            continue
        if field not in columns:
            columns[field] = _add_column(package, sheet, changes, field, set(columns.values()))
        column = columns[field]
        if any(top <= edit.row - 1 <= bottom and left <= column <= right for top, left, bottom, right in merged):
            problem = "the cell is merged with others"
            faults.append(Fault(place, edit.row, field, None, problem, "undo the merging in Excel first"))
            continue
        style = index.styles.get((edit.row - 1, column))
        changes[edit.row - 1, column] = _cell_text(edit.value, style, _date_style(package, index, column, style))
    return changes


def _add_column(
    package: Package,
    sheet: AvailsSheet,
    changes: dict[tuple[int, int], CellText],
    field: str,
    taken: set[int],
) -> int:
    grid = next(grid for grid in package.grids if grid.name == sheet.name)
    used = {place for line in grid.cells for place, cell in enumerate(line) if cell is not None}
    column = max(used | taken, default=-1) + 1
    changes[sheet.header.row, column] = CellText(field)
    if sheet.header.group_row is not None:
        changes[sheet.header.group_row, column] = CellText(group_of(field))
    return column


def _date_style(package: Package, index: SheetIndex, column: int, style: int | None) -> int | None:
    """Return the style in which the column shows days as dates; None where it holds them as text."""
    if style in package.date_styles:
        return style
    own = [other for (_, place), other in sorted(index.styles.items()) if place == column]
    return next((other for other in own if other in package.date_styles), None)


def _cell_text(value: Any, style: int | None, date_style: int | None) -> CellText:
    if isinstance(value, str) and _ISO_DAY.fullmatch(value) and date_style is not None:
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return CellText(value, style)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if isinstance(value, datetime):
        bare = value.replace(tzinfo=None)
        if date_style is None:
            return CellText(bare.date().isoformat() if bare.time() == time() else bare.isoformat(), style)
        days = (bare - _EPOCH) / timedelta(days=1)
        return CellText(int(days) if days.is_integer() else days, date_style)
    if isinstance(value, time):
        return CellText((value.hour * 3600 + value.minute * 60 + value.second) / 86_400, style)
    if value is None or isinstance(value, str | bool | int | float):
        return CellText(value, style)
    raise DataError(f"a cell cannot hold a {type(value).__name__}", hint="give text, a number, a day, yes or no")


def _as_utf8(xml: bytes) -> bytes:
    if xml[:2] not in {b"\xff\xfe", b"\xfe\xff"}:
        return xml
    text = xml.decode("utf-16")
    return re.sub(r'encoding=(["\']).*?\1', 'encoding="UTF-8"', text, count=1).encode()


def _repacked(package: Package, parts: Mapping[str, bytes], *, without_chain: bool) -> bytes:
    """Return the archive with some parts exchanged; a formula that went takes the order of computing with it."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package.raw)) as source, zipfile.ZipFile(target, "w") as archive:
        for info in source.infolist():
            content = parts.get(info.filename, source.read(info))
            if without_chain:
                if info.filename.endswith("/calcChain.xml"):
                    continue
                content = _without_chain(info.filename, content)
            if info.filename == package.workbook_part:
                content = _computing_on_load(content)
            archive.writestr(info, content, compress_type=info.compress_type)
    return target.getvalue()


def _without_chain(name: str, content: bytes) -> bytes:
    if name == "[Content_Types].xml":
        return re.sub(rb'<Override\b[^>]*PartName="[^"]*/calcChain\.xml"[^>]*/>', b"", content)
    if name.endswith("workbook.xml.rels"):
        return re.sub(rb'<Relationship\b[^>]*Target="[^"]*calcChain\.xml"[^>]*/>', b"", content)
    return content


def _computing_on_load(workbook: bytes) -> bytes:
    # Formulas over an edited cell keep their old value in the file; Excel is to compute them anew.
    found = _CALC.search(workbook)
    if found is None or b"fullCalcOnLoad" in found[2]:
        return workbook
    tag = b"<" + found[1] + b"calcPr" + found[2].rstrip() + b' fullCalcOnLoad="1"' + found[3] + b">"
    return workbook[: found.start()] + tag + workbook[found.end() :]
