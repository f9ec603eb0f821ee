"""A fresh Avails workbook in the form of a version's template."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from recommender.sources._write import set_text
from recommender.sources.avails._fields import SYNONYMS, Kind, columns_of, demand_of, normal, sheet_name

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.cell import Cell

__all__ = ["Line", "avails_workbook"]

Line = Mapping[str, Any]
"""One avail: values by field."""

_HINTS = {"required": "//REQ", "unless SVOD": "//REQ for all but SVOD LicenseType", "optional": "//Opt"}
_WIDEST = 40


def avails_workbook(version: str, sheets: Mapping[Kind, Sequence[Line]]) -> Workbook:
    """Return a workbook with a sheet for each kind: groups, fields, hints, and one row for each avail.

    Parameters
    ----------
    version : {"1.7.2", "1.7.3", "1.8", "1.9"}
    sheets : mapping of str to sequence of mapping
        ``movies`` and ``tv``: their avails, as values by field. Fields that the version lacks are left out.
    """
    from openpyxl import Workbook

    workbook = Workbook()
    workbook.remove(workbook.active)
    for kind, lines in sheets.items():
        _add_sheet(workbook, version, kind, lines)
    return workbook


def _add_sheet(workbook: Workbook, version: str, kind: Kind, lines: Sequence[Line]) -> None:
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(sheet_name(version, kind))
    sheet.freeze_panes = "A4"
    bold, grey = Font(bold=True), PatternFill("solid", fgColor="E7E6E6")
    for place, (group, header) in enumerate(columns_of(version, kind), start=1):
        field = SYNONYMS[normal(header)]
        demand = demand_of(kind, field)
        for row, text in ((1, group), (2, header), (3, _HINTS[demand])):
            cell = sheet.cell(row, place)
            set_text(cell, text)
            cell.fill = grey
            cell.font = bold if row == 2 and demand != "optional" else Font(bold=False)
        widest = len(header)
        for row, line in enumerate(lines, start=4):
            value = line.get(field)
            if value is not None:
                _put(sheet.cell(row, place), value)
                widest = max(widest, len(str(value)))
        sheet.column_dimensions[get_column_letter(place)].width = min(widest, _WIDEST) + 2
    if not version.startswith("1.7"):
        sheet.cell(3, 1).value = float(version)


def _put(cell: Cell, value: Any) -> None:
    if isinstance(value, str):
        set_text(cell, value)
        return
    cell.value = value
    if isinstance(value, timedelta):
        cell.number_format = "[h]:mm:ss"
    elif isinstance(value, date | datetime):
        cell.number_format = "yyyy-mm-dd"
