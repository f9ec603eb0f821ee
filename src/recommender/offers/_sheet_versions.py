"""The workbook's sheets of a later version: what changed, and every decision so far."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from recommender.offers import _style as style
from recommender.offers._history import History
from recommender.offers._language import Words
from recommender.offers._sheet_table import Column, fill_sheet, filled, sheet_name
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
        Column(
            words.both("column.change"), 12, "", lambda row: words.told(clean(row.change)), look=_look(_CHANGE_FILLS)
        ),
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
    sheet.freeze_panes = "C2"


def _look(fills: Mapping[str, str]) -> Callable[[object], Mapping[str, Any]]:
    """Color a cell by the English word that it begins with."""
    return lambda value: {"background": fills.get(re.split(r"\s", str(value), maxsplit=1)[0])}


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
        Column(
            words.both("column.decision"),
            13,
            "",
            lambda row: words.told(clean(row.decision), " "),
            look=_look(style.DECISION_FILLS),
        ),
        Column(words.both("column.reason"), 22, "", lambda row: clean(row.reason)),
        Column(words.both("column.reviewer"), 16, "", lambda row: clean(row.reviewer)),
        Column(words.both("column.note"), 50, "", lambda row: clean(row.note, 1_000)),
        Column(words.both("column.decided_at"), 21, "", lambda row: clean(row.decided_at)),
        Column(words.both("column.title_id"), 16, "", lambda row: clean(row.title_id)),
    ]
    kept, cells = filled(columns, history.decisions)
    fill_sheet(sheet, kept, cells, least=1)
    sheet.freeze_panes = "C2"
