"""The workbook's sheets of titles: the offer, what every column means, and what was not offered."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from recommender.offers import _style as style
from recommender.offers._offer import Offer
from recommender.offers._words import (
    clean,
    comparable_line,
    is_missing,
    joined,
    link_of,
    reason_line,
    rows_of,
    titled,
)
from recommender.schema import DECISION_WORDS

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

HEADER_ROW = 1
_LINE_HEIGHT = 12.9
_MOST_LINES = 9


@dataclass(frozen=True)
class Column:
    """A column of the sheet: its head, width in characters, meaning, and how its cell is made from a row."""

    head: str
    width: float
    meaning: str
    value: Callable[[Any], object]
    number: str | None = None
    center: bool = False
    optional: bool = False
    link: str | None = None


def _text(name: str, limit: int = 300) -> Callable[[Any], str]:
    return lambda row: clean(getattr(row, name), limit)


def _list(name: str) -> Callable[[Any], str]:
    return lambda row: joined(getattr(row, name))


def _whole(name: str) -> Callable[[Any], int | None]:
    return lambda row: None if is_missing(getattr(row, name)) else int(getattr(row, name))


def _hundred(name: str) -> Callable[[Any], float | None]:
    return lambda row: None if is_missing(getattr(row, name)) else round(100 * float(getattr(row, name)), 1)


def _reasons(row: Any) -> str:
    lines = [reason_line(reason) for reason in row.reasons]
    return "\n".join(f"{'▲' if good else '▼'} {words}" for good, words in lines)


def _comparables(row: Any) -> str:
    return "\n".join(comparable_line(comparable, row.market) for comparable in row.comparables)


def _columns(names: Mapping[str, str]) -> list[Column]:
    return [
        Column("No.", 5.5, "Place in this offer, best first.", lambda row: row.position, "0", center=True),
        Column(
            "Tier",
            11.5,
            "By place in the offer: the first 10% are locomotives, the next 50% core, the rest library; or by the "
            "appeals that the brief names.",
            _text("tier"),
        ),
        Column("Title", 34, "The title as the catalogue calls it.", _text("title", 200)),
        Column(
            "Original title",
            28,
            "The title in the language it was made in.",
            _text("original_title"),
            optional=True,
        ),
        Column(
            "Year",
            6.5,
            "Year of first release, as the catalogue states it.",
            _whole("year"),
            "0",
            center=True,
        ),
        Column("Kind", 10.5, "Film, animation, series, ...", _text("kind")),
        Column("Countries", 10.5, "Where it was made (ISO 3166-1; SU: Soviet Union).", _list("countries")),
        Column("Genres", 18, "Genres, as the catalogue states them.", _list("genres"), optional=True),
        Column("Directors", 20, "Directors.", _list("directors"), optional=True),
        Column(
            "Appeal",
            8.5,
            "0 to 100: the percentile at which the title is expected among the foreign titles of the "
            "market. 80: it "
            "should do better than 80 of 100. The files for machines hold the same number as 0 to 1.",
            _hundred("appeal"),
            "0",
            center=True,
        ),
        Column(
            "Low",
            6,
            "Lower end of the interval in which the outcome is likely to fall.",
            _hundred("low"),
            "0",
            True,
        ),
        Column(
            "High",
            6,
            "Upper end of that interval. The wider it is, the less is known.",
            _hundred("high"),
            "0",
            True,
        ),
        Column(
            "Evidence",
            10,
            "How much the score rests on: strong, fair or thin (few facts about the title, or few titles like it).",
            _text("evidence"),
        ),
        Column(
            "Why",
            58,
            "What raised (▲) and lowered (▼) the score, the weightiest first. Statements about the model, not causes.",
            _reasons,
        ),
        Column(
            "Comparables",
            52,
            "Earlier titles that resemble this one and how they did in the market: 'top 3%' means "
            "better than 97 of "
            "100 foreign titles there.",
            _comparables,
        ),
        Column("Decision", 11, "Yours: accept, hold or reject (a list opens in the cell).", lambda _: None),
        Column("Reviewer", 14, "Yours: who decided.", lambda _: None),
        Column("Note", 28, "Yours: anything the next reader should know.", lambda _: None),
        Column("Logline", 64, "What happens in it.", _text("synopsis", 600), optional=True),
        Column(
            "Minutes",
            9,
            "Running time, of the film or of one episode.",
            _whole("runtime_min"),
            "0",
            True,
            True,
        ),
        Column("Age mark", 9.5, "Age mark of its home market.", _text("age_rating"), None, True, True),
        Column("Cast", 26, "Leading cast.", _list("cast"), optional=True),
        Column("Studio", 22, "Production company.", _text("studio"), optional=True),
        Column("Slot", 20, "Decade and first genre: where it fits in a schedule.", _text("slot")),
        Column(
            "Substitutes",
            40,
            "The best titles outside the offer that could take its place alone with every demand kept, should it fall away.",
            lambda row: "\n".join(f"{names.get(other, other)} [{other}]" for other in row.substitutes),
        ),
        Column(
            "Policy",
            12,
            "What the market's rules say of it. 'not checked': nobody has looked.",
            _text("policy"),
        ),
        Column("Rights", 12, "Whether the rights are free. 'not checked': nobody has looked.", _text("rights")),
        Column("Status", 11, "Where it stands: proposed, accepted, held, rejected.", _text("status")),
        Column("IMDb", 12, "Page at IMDb.", _text("imdb_id"), None, False, True, "imdb_id"),
        Column("Kinopoisk", 11, "Page at Kinopoisk.", _text("kinopoisk_id"), None, False, True, "kinopoisk_id"),
        Column("Douban", 11, "Page at Douban.", _text("douban_id"), None, False, True, "douban_id"),
        Column(
            "Market rank",
            9,
            "Place among all scored titles of the catalogue, before the brief's demands.",
            _whole("rank"),
            "#,##0",
            center=True,
        ),
        Column("Title id", 16, "The catalogue's key; files find the row by it.", _text("title_id")),
    ]


def add_offer_sheet(book: Workbook, offer: Offer) -> list[Column]:
    """Add the sheet of the offered titles; return its columns."""
    from openpyxl.utils import get_column_letter as letter
    from openpyxl.worksheet.datavalidation import DataValidation

    sheet = book.create_sheet("Offer")
    names = {
        title_id: titled(title, year)
        for title_id, title, year in zip(
            offer.eligible["title_id"], offer.eligible["title"], offer.eligible["year"], strict=True
        )
    }
    frame = offer.frame.assign(position=range(1, len(offer.frame) + 1))
    columns, cells = _filled(_columns(names), frame)
    _fill_sheet(sheet, columns, cells)
    place = {column.head: letter(index) for index, column in enumerate(columns, start=1)}
    last = HEADER_ROW + len(cells)

    sheet.freeze_panes = f"{letter(list(place).index('Title') + 2)}{HEADER_ROW + 1}"
    _color_appeal(sheet, place["Appeal"], last)
    for row in range(HEADER_ROW + 1, last + 1):
        tier = sheet[f"{place['Tier']}{row}"]
        tier.fill = style.fill(style.TIER_FILLS[str(tier.value)])
        sheet[f"{place['Title']}{row}"].font = style.font(sheet[f"{place['Title']}{row}"].value, size=11, bold=True)
        for head in ("Low", "High"):
            sheet[f"{place[head]}{row}"].font = style.font(color=style.MUTED)
        for head in ("Decision", "Reviewer", "Note"):
            sheet[f"{place[head]}{row}"].fill = style.fill("FFFDF3")
        for head in ("Policy", "Rights"):
            sheet[f"{place[head]}{row}"].font = style.font(color=style.WARM, italic=True)
    choice = DataValidation(type="list", formula1=f'"{",".join(DECISION_WORDS)}"', allow_blank=True)
    choice.error, choice.errorTitle = "Choose accept, hold or reject, or leave it empty.", "Decision"
    choice.prompt, choice.promptTitle = "accept, hold or reject", "Decision"
    choice.showErrorMessage = choice.showInputMessage = True
    choice.add(f"{place['Decision']}{HEADER_ROW + 1}:{place['Decision']}{last}")
    sheet.add_data_validation(choice)
    _color_words(sheet, place["Decision"], last, style.DECISION_FILLS)
    sheet.print_area = f"A1:{place['Note']}{last}"
    return columns


def add_reserve_sheet(book: Workbook, offer: Offer) -> None:
    """Add the sheet of the next titles that could be offered, and why they are not."""
    sheet = book.create_sheet("Not offered")
    wanted = {
        "Title",
        "Original title",
        "Year",
        "Kind",
        "Countries",
        "Genres",
        "Directors",
        "Appeal",
        "Low",
        "High",
    }
    wanted |= {"No.", "Evidence", "Comparables", "Market rank", "Title id"}
    every = [column for column in _columns({}) if column.head in wanted]
    why = Column("Why not offered", 52, "Why another title was taken.", _text("why"))
    every.insert([column.head for column in every].index("Evidence") + 1, why)
    columns, cells = _filled(every, offer.reserve.assign(position=range(1, len(offer.reserve) + 1)))
    _fill_sheet(sheet, columns, cells)
    heads = [column.head for column in columns]
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, heads.index("Title") + 2)


def add_columns_sheet(book: Workbook, columns: list[Column]) -> None:
    """Add the sheet that explains every column of the offer sheet."""
    sheet = book.create_sheet("Columns")
    explained = [
        Column("Column", 18, "", lambda row: row[0]),
        Column("What it means", 110, "", lambda row: row[1]),
    ]
    rows: list[list[object]] = [[column.head, column.meaning] for column in columns]
    _fill_sheet(sheet, explained, rows, least=1)
    for row in range(HEADER_ROW + 1, HEADER_ROW + 1 + len(rows)):
        sheet.cell(row, 1).font = style.font(bold=True)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = None
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4


def _filled(columns: list[Column], frame: pd.DataFrame) -> tuple[list[Column], list[list[object]]]:
    """Return the columns that hold something (or must be there) and the cells."""
    rows = list(rows_of(frame))
    made = [[column.value(row) for row in rows] for column in columns]
    kept = [
        index
        for index, column in enumerate(columns)
        if not column.optional or any(value not in (None, "") for value in made[index])
    ]
    return [columns[i] for i in kept], [list(cells) for cells in zip(*(made[i] for i in kept), strict=True)]


def _fill_sheet(sheet: Worksheet, columns: list[Column], cells: list[list[object]], *, least: int = 2) -> None:
    from openpyxl.utils import get_column_letter as letter

    for index, column in enumerate(columns, start=1):
        head = style.put(
            sheet,
            HEADER_ROW,
            index,
            column.head,
            bold=True,
            color="FFFFFF",
            vertical="center",
            horizontal="center" if column.center else "left",
        )
        head.fill = style.fill(style.INK)
        sheet.column_dimensions[letter(index)].width = column.width
    sheet.row_dimensions[HEADER_ROW].height = 30
    border = style.underline()
    for number, values in enumerate(cells, start=HEADER_ROW + 1):
        for index, (column, value) in enumerate(zip(columns, values, strict=True), start=1):
            horizontal = "center" if column.center else "left"
            cell = style.put(sheet, number, index, value, number=column.number, horizontal=horizontal)
            cell.border = border
            address = link_of(column.link, value) if column.link else None
            if address:
                cell.hyperlink = address
                cell.font = style.font(color=style.ACCENT)
        lines = max(_lines(value, column.width) for value, column in zip(values, columns, strict=True))
        sheet.row_dimensions[number].height = 6 + _LINE_HEIGHT * min(max(lines, least), _MOST_LINES)
    sheet.auto_filter.ref = f"A{HEADER_ROW}:{letter(len(columns))}{HEADER_ROW + len(cells)}"
    sheet.sheet_view.showGridLines = False
    sheet.sheet_view.zoomScale = 90
    _set_print(sheet)


def _lines(value: object, width: float) -> int:
    """Return how many lines a cell's text takes at a width; Chinese characters are two wide."""
    if not isinstance(value, str):
        return 1
    return sum(
        max(1, math.ceil(sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in line) * 0.9 / width))
        for line in value.split("\n")
    )


def _set_print(sheet: Worksheet) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.oddFooter.left.text = "&A"
    sheet.oddFooter.right.text = "&P / &N"
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5


def _color_appeal(sheet: Worksheet, column: str, last: int) -> None:
    from openpyxl.formatting.rule import ColorScaleRule

    scale = ColorScaleRule(start_type="min", start_color="FFFFFF", end_type="max", end_color="6FB3B0")
    sheet.conditional_formatting.add(f"{column}{HEADER_ROW + 1}:{column}{last}", scale)


def _color_words(sheet: Worksheet, column: str, last: int, fills: Mapping[str, str]) -> None:
    from openpyxl.formatting.rule import CellIsRule

    for word, color in fills.items():
        rule = CellIsRule(operator="equal", formula=[f'"{word}"'], fill=style.fill(color))
        sheet.conditional_formatting.add(f"{column}{HEADER_ROW + 1}:{column}{last}", rule)
