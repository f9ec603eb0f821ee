"""The workbook's sheets of a later version: what changed, and every decision so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from recommender.offers import _style as style
from recommender.offers._history import History
from recommender.offers._language import Words
from recommender.offers._sheet_table import HEADER_ROW, Column, fill_sheet, filled, sheet_name
from recommender.offers._words import clean, is_missing

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

_CHANGE_FILLS = {"came": "D6EBD7", "went": "F6D5D0", "moved": "FCEBC5", "changed": "EDEFF2"}


def add_changes_sheet(book: Workbook, changes: pd.DataFrame, words: Words) -> None:
    """Add the sheet of what came, went, moved and changed, and why: the table of `diff_offers`."""
    sheet = book.create_sheet(sheet_name(words.both("sheet.changes", " ")))

    def pair(head: str, side: str) -> str:
        return "\n".join(
            f"{one}: {other}"
            for one, other in zip(
                words.both(f"column.{head}").split("\n"), words.both(f"column.{side}").split("\n"), strict=True
            )
        )

    columns = [
        Column(words.both("column.change"), 12, "", lambda row: words.told(clean(row.change))),
        Column(words.both("column.title"), 40, "", lambda row: clean(row.title, 200)),
        Column(
            words.both("column.because"),
            64,
            "",
            lambda row: "\n".join(words.told(part) for part in clean(row.why, 2_000).split("; ")),
        ),
    ]
    columns += [
        _side(f"{key}_{side}", width, pair(key, side), words)
        for key, width in (("position", 9), ("tier", 13), ("slot", 24), ("appeal", 11))
        for side in ("before", "after")
    ]
    columns.append(Column(words.both("column.title_id"), 16, "", lambda row: clean(row.title_id)))
    kept, cells = filled(columns, changes)
    fill_sheet(sheet, kept, cells, least=1)
    for row, change in enumerate(changes["change"], start=HEADER_ROW + 1):
        sheet.cell(row, 1).fill = style.fill(_CHANGE_FILLS[change])
    sheet.freeze_panes = "C2"


def _side(name: str, width: float, head: str, words: Words) -> Column:
    if name.startswith("position"):
        return Column(head, width, "", lambda row: _number(getattr(row, name), 1), number="0", center=True)
    if name.startswith("appeal"):
        return Column(head, width, "", lambda row: _number(getattr(row, name), 100), number="0.0", center=True)
    return Column(head, width, "", lambda row: words.told(clean(getattr(row, name))))


def _number(value: object, times: int) -> float | None:
    return None if is_missing(value) else round(times * float(value), 1)  # type: ignore[arg-type]


def add_decisions_sheet(book: Workbook, history: History, words: Words) -> None:
    """Add the sheet of every decision on every earlier version."""
    sheet = book.create_sheet(sheet_name(words.both("sheet.decisions", " ")))
    columns = [
        Column(words.both("column.version"), 9, "", lambda row: int(row.version), number="0", center=True),
        Column(words.both("column.title"), 40, "", lambda row: clean(row.title, 200)),
        Column(words.both("column.decision"), 13, "", lambda row: words.told(clean(row.decision), " ")),
        Column(words.both("column.reason"), 22, "", lambda row: clean(row.reason)),
        Column(words.both("column.reviewer"), 16, "", lambda row: clean(row.reviewer)),
        Column(words.both("column.note"), 50, "", lambda row: clean(row.note, 1_000)),
        Column(words.both("column.decided_at"), 21, "", lambda row: clean(row.decided_at)),
        Column(words.both("column.title_id"), 16, "", lambda row: clean(row.title_id)),
    ]
    kept, cells = filled(columns, history.decisions)
    fill_sheet(sheet, kept, cells, least=1)
    for row, decision in enumerate(history.decisions["decision"], start=HEADER_ROW + 1):
        sheet.cell(row, 3).fill = style.fill(style.DECISION_FILLS[decision])
    sheet.freeze_panes = "C2"
