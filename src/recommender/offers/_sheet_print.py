"""How a broad sheet of titles prints: on several A4 pages side by side, large enough to be read."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from recommender.offers._sheet_table import HEADER_ROW, Column

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_STARTS = frozenset({"appeal", "why", "comparables", "why_not", "decision", "lock"})
_LAST = "note"  # what stands behind it is for the screen
_REPEATED = "title"
_PAGE = 138.0  # characters beside each other on A4 across, as large as on the screen; programs differ a little
_LEAST = 0.62  # smaller is hard to read


def print_in_parts(sheet: Worksheet, columns: Sequence[Column], last: int) -> None:
    """Let a sheet of titles print in parts that belong together, each with the titles and the heads.

    Parameters
    ----------
    sheet : Worksheet
        As `fill_sheet` filled it.
    columns : sequence of Column
        Its columns.
    last : int
        Its last row.
    """
    from openpyxl.utils import get_column_letter as letter
    from openpyxl.worksheet.pagebreak import Break, ColBreak

    keys = [column.key for column in columns]
    shown, repeated = keys.index(_LAST) + 1, keys.index(_REPEATED) + 1
    widths = [sheet.column_dimensions[letter(index)].width for index in range(1, shown + 1)]
    breaks, broadest = _broken(keys[:shown], widths, repeated)
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.pageOrder = "overThenDown"
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
    sheet.sheet_properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.scale = min(100, math.floor(100 * _PAGE / broadest))
    sheet.col_breaks = ColBreak()
    for column in breaks:
        sheet.col_breaks.append(Break(id=column))
    sheet.print_title_cols = f"A:{letter(repeated)}"
    sheet.print_area = f"A{HEADER_ROW}:{letter(shown)}{last}"


def _broken(keys: Sequence[str], widths: Sequence[float], repeated: int) -> tuple[list[int], float]:
    """Return after how many columns each page but the last ends, and how broad the broadest page is."""
    starts = [index for index in range(repeated, len(keys)) if index == repeated or keys[index] in _STARTS]
    titles = sum(widths[:repeated])
    breaks: list[int] = []
    pages = [titles]
    for start, end in zip(starts, [*starts[1:], len(keys)], strict=True):
        part = sum(widths[start:end])
        if pages[-1] > titles and pages[-1] + part > _PAGE / _LEAST:
            breaks.append(start)
            pages.append(titles)
        pages[-1] += part
    return breaks, max(pages)
