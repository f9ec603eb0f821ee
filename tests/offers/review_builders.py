"""Workbooks as reviewers send them back: sheets as lists of rows, edited, shuffled and saved again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from offer_builders import appeal_of, catalogue, scores_frame

from recommender.offers import Brief, SavedOffer, build_offer, load_offer, write_offer
from recommender.sources import set_text

BRIEF = {
    "name": "pilot",
    "market": "CN",
    "size": 8,
    "kinds": ["film", "animation"],
    "shares": {"genre": {"Comedy": {"min": 0.25}}},
    "lock": {"title_ids": ["t003"]},
}


def saved_offer(
    folder: Path,
    *,
    count: int = 24,
    language: str = "en",
    renamed: Mapping[str, str] | None = None,
    title: str | None = None,
    **brief: Any,
) -> SavedOffer:
    """Write a small offer and read it back; some of its titles with other ids, all of them called alike."""
    titles = catalogue(count)
    titles["title_id"] = titles["title_id"].replace(dict(renamed or {}))
    if title is not None:
        titles["title"] = title
    asked = Brief.model_validate(BRIEF | brief)
    write_offer(build_offer(titles, scores_frame(titles, appeal_of(count)), asked), folder, language=language)
    return load_offer(folder)


@dataclass
class Sheet:
    """A sheet as rows of cells, the head first."""

    name: str
    rows: list[list[Any]]
    merged: list[str] = field(default_factory=list)

    @property
    def heads(self) -> list[str]:
        return [str(head).split("\n")[0] for head in self.rows[0]]

    def place(self, head: str) -> int:
        return self.heads.index(head)

    def ids(self) -> list[str]:
        at = self.place("Title id")
        return [row[at] for row in self.rows[1:]]

    def set(self, title_id: str, head: str, value: object) -> None:
        """Write into the row of a title."""
        self.rows[1 + self.ids().index(title_id)][self.place(head)] = value

    def row_of(self, title_id: str) -> int:
        """Return a title's row as a person counts it."""
        return 2 + self.ids().index(title_id)


def sheets_of(path: Path) -> list[Sheet]:
    """Return the sheets of a workbook."""
    book = openpyxl.load_workbook(path)
    return [Sheet(sheet.title, [list(row) for row in sheet.iter_rows(values_only=True)]) for sheet in book]


def offer_sheet(path: Path) -> Sheet:
    """Return the sheet of the offer, the second one."""
    return sheets_of(path)[1]


def save(sheets: Sequence[Sheet], path: Path, comments: Mapping[tuple[str, int, int], str] | None = None) -> Path:
    """Write sheets as a plain workbook, without any of the looks and names that ours has."""
    from openpyxl.comments import Comment

    book = openpyxl.Workbook()
    book.remove(book.active)
    for sheet in sheets:
        made = book.create_sheet(sheet.name)
        for number, row in enumerate(sheet.rows, start=1):
            for column, value in enumerate(row, start=1):
                if isinstance(value, Formula):
                    made.cell(number, column).value = value
                elif isinstance(value, str):
                    set_text(made.cell(number, column), value)
                elif value is not None:
                    made.cell(number, column).value = value
        for area in sheet.merged:
            made.merge_cells(area)
    for (name, number, column), text in (comments or {}).items():
        book[name].cell(number, column).comment = Comment(text, "Anna")
    book.save(path)
    return path


class Formula(str):
    """A text that is meant as a formula."""

    __slots__ = ()
