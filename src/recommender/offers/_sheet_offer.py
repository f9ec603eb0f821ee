"""The workbook's sheets of titles: the offer, what every column means, and what was not offered."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from recommender.offers import _style as style
from recommender.offers._columns import offer_columns, reserve_columns
from recommender.offers._history import History
from recommender.offers._language import Words
from recommender.offers._offer import Offer
from recommender.offers._row_id import RowId
from recommender.offers._sheet_print import print_in_parts
from recommender.offers._sheet_table import (
    HEADER_ROW,
    Column,
    color_scale,
    color_words,
    fill_sheet,
    filled,
    sheet_name,
)
from recommender.offers._title_names import title_names
from recommender.offers._words import rows_of, titled
from recommender.schema import DECISION_WORDS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

NAME_PREFIX = "col_"
"""The defined names `col_decision`, ... of the workbook point at the heads of the offer sheet, wherever they move."""

_HIGHEST_PRICE = 1e15


def offer_cells(offer: Offer, words: Words, history: History) -> tuple[list[Column], list[list[object]]]:
    """Return the columns of the sheet of the offered titles, and its cells row by row."""
    others = {title_id for some in offer.frame["substitutes"] for title_id in some}
    eligible = offer.eligible[offer.eligible["title_id"].isin(others)]
    names = {
        title_id: titled(title, year)
        for title_id, title, year in zip(eligible["title_id"], eligible["title"], eligible["year"], strict=True)
    }
    frame = _with_reviews(_shown(offer.frame, offer, words), history.standing(offer.version))
    return filled(offer_columns(words, names), frame)


def reserve_cells(offer: Offer, words: Words, history: History) -> tuple[list[Column], list[list[object]]]:
    """Return the columns of the sheet of the next titles, and its cells row by row."""
    frame = _with_reviews(_shown(offer.reserve, offer, words), history.standing(offer.version))
    return filled(reserve_columns(words), frame)


def add_offer_sheet(book: Workbook, columns: list[Column], cells: list[list[object]], words: Words) -> None:
    """Add the sheet of the offered titles."""
    sheet = book.create_sheet(sheet_name(words.both("sheet.offer", " ")))
    fill_sheet(sheet, columns, cells)
    place = {column.key: _letter(index) for index, column in enumerate(columns, start=1)}
    last = HEADER_ROW + len(cells)
    sheet.freeze_panes = f"{_letter(list(place).index('title') + 2)}{HEADER_ROW + 1}"
    color_scale(sheet, place["appeal"], last)
    _add_choices(sheet, place, last, words)
    colors = {words.told(word, " "): fill for word, fill in style.DECISION_FILLS.items()}
    color_words(sheet, place["decision"], last, style.DECISION_FILLS | colors)
    _name_columns(book, sheet, place)
    print_in_parts(sheet, columns, last)


def add_reserve_sheet(book: Workbook, columns: list[Column], cells: list[list[object]], words: Words) -> None:
    """Add the sheet of the next titles that could be offered, and why they are not."""
    sheet = book.create_sheet(sheet_name(words.both("sheet.not_offered", " ")))
    fill_sheet(sheet, columns, cells)
    place = {column.key: _letter(index) for index, column in enumerate(columns, start=1)}
    last = HEADER_ROW + len(cells)
    sheet.freeze_panes = f"{_letter(list(place).index('title') + 2)}{HEADER_ROW + 1}"
    print_in_parts(sheet, columns, last)
    if cells:
        _add_choices(sheet, place, last, words)


def add_columns_sheet(book: Workbook, columns: list[Column], words: Words) -> None:
    """Add the sheet that explains every column of the offer sheet."""
    sheet = book.create_sheet(sheet_name(words.both("sheet.columns", " ")))
    explained = [
        Column(words.both("column.name"), 22, "", lambda row: row[0], look=lambda _: {"bold": True}),
        Column(words.both("column.meaning"), 110, "", lambda row: row[1]),
    ]
    rows: list[list[object]] = [[column.head, column.meaning] for column in columns]
    fill_sheet(sheet, explained, rows, least=1)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = None
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4


def _shown(frame: pd.DataFrame, offer: Offer, words: Words) -> pd.DataFrame:
    """Add what the sheets show besides the offer's own columns."""
    locked = set(offer.brief.lock.title_ids)
    names = [title_names(row, words.other) for row in rows_of(frame)]
    own = zip(names, frame["title"], frame["original_title"], strict=True)
    if all(one.partner in {"", title, original} for one, title, original in own):
        # The partner's language is the catalogue's own: its titles stand there already.
        names = [dataclasses.replace(one, partner="") for one in names]
    return frame.assign(
        position=range(1, len(frame) + 1),
        names=pd.Series(names, index=frame.index, dtype="object"),
        row_id=[str(RowId(offer.offer_id, offer.version, title_id)) for title_id in frame["title_id"]],
        lock=["lock" if title_id in locked else "" for title_id in frame["title_id"]],
    )


def _with_reviews(frame: pd.DataFrame, standing: pd.DataFrame) -> pd.DataFrame:
    """Add the decisions on the version before, so that they need not be made again."""
    columns = {"decision": "decision", "decision_reason": "reason", "reviewer": "reviewer", "note": "note"}
    found = {
        name: frame["title_id"].map(standing[theirs] if len(standing) else {}).astype("object")
        for name, theirs in columns.items()
    }
    return frame.assign(**found)


def _add_choices(sheet: Worksheet, place: Mapping[str, str], last: int, words: Words) -> None:
    """Let the cells of decisions and locks open a list, and those of prices take numbers only."""
    from openpyxl.worksheet.datavalidation import DataValidation

    def add(keys: tuple[str, ...], head: str, error: str, prompt: str, **rule: Any) -> None:
        choice = DataValidation(allow_blank=True, **rule)
        choice.errorTitle = choice.promptTitle = words.both(head, " ")[:32]
        choice.error = words.both(error, "\n")
        choice.prompt = words.both(prompt, "\n") if prompt else None
        choice.showErrorMessage, choice.showInputMessage = True, bool(prompt)
        # In two languages the list shows both; who types one of them is asked, and not stopped.
        choice.errorStyle = "warning" if words.other else "stop"
        for key in keys:
            choice.add(f"{place[key]}{HEADER_ROW + 1}:{place[key]}{last}")
        sheet.add_data_validation(choice)

    def listed(*choices: str) -> str:
        return f'"{",".join(words.told(one, " ") for one in choices)}"'

    if "decision" in place:
        help_ = ("sheet_help.decision_error", "sheet_help.decision_prompt")
        add(("decision",), "column.decision", *help_, type="list", formula1=listed(*DECISION_WORDS))
    help_ = ("sheet_help.lock_error", "sheet_help.lock_prompt")
    add(("lock",), "column.lock", *help_, type="list", formula1=listed("lock"))
    if "ask_price" in place:
        limits = {"type": "decimal", "operator": "between", "formula1": "0", "formula2": f"{_HIGHEST_PRICE:.0f}"}
        add(("ask_price", "floor_price"), "column.ask_price", "sheet_help.price_error", "", **limits)


def _name_columns(book: Workbook, sheet: Worksheet, place: Mapping[str, str]) -> None:
    from openpyxl.utils import quote_sheetname
    from openpyxl.workbook.defined_name import DefinedName

    for key, column in place.items():
        target = f"{quote_sheetname(sheet.title)}!${column}${HEADER_ROW}"
        name = f"{NAME_PREFIX}{key}"
        book.defined_names[name] = DefinedName(name, attr_text=target)


def _letter(index: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(index))
