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

    keys = [column.key for column in columns]
    shown, repeated = keys.index(_LAST) + 1, keys.index(_REPEATED) + 1
    widths = [sheet.column_dimensions[letter(index)].width for index in range(1, shown + 1)]
    breaks, broadest = _broken(keys[:shown], widths, repeated)
    _print_apart(sheet, breaks, repeated, broadest)
    sheet.print_area = f"A{HEADER_ROW}:{letter(shown)}{last}"


def print_side_by_side(
    sheet: Worksheet, widths: Sequence[float], rows: tuple[int, int], *, after: int, repeated: int
) -> None:
    """Let the broad tables of a sheet print in two parts side by side, and what stands above and below on pages of its own.

    Parameters
    ----------
    sheet : Worksheet
        With `set_print` done.
    widths : sequence of float
        Of its columns.
    rows : tuple of int
        The first and the last row of the tables. What stands above and below reaches no further than the first part.
    after : int
        After how many columns the second part begins.
    repeated : int
        How many columns the second part begins with again.

    Notes
    -----
    It prints as small as can be read: where a font is missing, the next program's characters are a quarter broader, and a
    part that does not fit on its page would lose its last column to another.
    """
    from openpyxl.utils import get_column_letter as letter

    broadest = max(sum(widths[:after]), sum(widths[:repeated]) + sum(widths[after:]))
    _print_apart(sheet, [after], repeated, max(broadest, _PAGE / _LEAST))
    first, last = rows
    areas = [(1, first - 1, after), (first, last, len(widths)), (last + 1, sheet.max_row, after)]
    sheet.print_area = ",".join(f"A{top}:{letter(columns)}{end}" for top, end, columns in areas if top <= end)


def _print_apart(sheet: Worksheet, breaks: Sequence[int], repeated: int, broadest: float) -> None:
    """Let a sheet print on A4, apart after some columns, with its first columns on each page."""
    from openpyxl.utils import get_column_letter as letter
    from openpyxl.worksheet.pagebreak import Break, ColBreak

    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.pageOrder = "overThenDown"
    sheet.page_setup.fitToWidth = sheet.page_setup.fitToHeight = None
    sheet.sheet_properties.pageSetUpPr.fitToPage = False
    sheet.page_setup.scale = min(100, math.floor(100 * _PAGE / broadest))
    sheet.col_breaks = ColBreak()
    for column in breaks:
        sheet.col_breaks.append(Break(id=column))
    sheet.print_title_cols = f"A:{letter(repeated)}"


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
