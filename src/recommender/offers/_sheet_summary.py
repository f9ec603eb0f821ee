"""The workbook's first sheet: what the offer is, its key figures and charts, and what it misses."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from recommender.offers import _style as style
from recommender.offers._eligible import REASONS
from recommender.offers._language import Words
from recommender.offers._offer import Offer
from recommender.offers._reading import how_chosen, how_to_read, key_figures, what_was_checked
from recommender.offers._sheet_figures import add_charts, fill_figures
from recommender.offers._sheet_table import sheet_name, text_width
from recommender.offers._words import market_name

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_FIRST, _LAST = 2, 13  # columns B to M
_LINE = 150  # characters that fit across the block


def add_summary_sheet(book: Workbook, offer: Offer, words: Words) -> None:
    """Fill the book's first sheet and add the sheet of figures that its charts show."""
    sheet = book.active
    sheet.title = sheet_name(words.both("sheet.summary", " "))
    figures = book.create_sheet(sheet_name(words.both("sheet.figures", " ")))
    tables = fill_figures(figures, offer, words)
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 2
    for index in range(_FIRST, _LAST + 1):
        sheet.column_dimensions[sheet.cell(1, index).column_letter].width = 12.5
    row = _title_block(sheet, offer, words)
    row = _tiles(sheet, offer, row + 1, words)
    wanting = [*(shortfall.text for shortfall in offer.shortfalls), *offer.package.conflicts]
    missed = [words.told(text) for text in wanting] or [words.both("summary.nothing_missed")]
    row = _text_block(sheet, row + 1, words.both("summary.missed", " · "), missed, warm=bool(offer.shortfalls))
    if wanting:
        _break_page(sheet, row)  # else a page would end within a chart
    row = add_charts(sheet, figures, tables, row + 2, words)
    row = _text_block(sheet, row, words.both("summary.reading", " · "), how_to_read(words))
    row = _text_block(sheet, row + 1, words.both("summary.funnel", " · "), _funnel(offer, words))
    _text_block(sheet, row + 1, words.both("summary.provenance", " · "), _provenance(offer, words))
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    sheet.sheet_properties.tabColor = style.ACCENT


def _break_page(sheet: Worksheet, row: int) -> None:
    from openpyxl.worksheet.pagebreak import Break

    sheet.row_breaks.append(Break(id=row))


def _merged(sheet: Worksheet, row: int, text: object, *, first: int = _FIRST, last: int = _LAST, **look: Any) -> Any:
    cell = style.put(sheet, row, first, text, **look)
    sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    return cell


def _title_block(sheet: Worksheet, offer: Offer, words: Words) -> int:
    brief = offer.brief
    for row in (1, 2, 3, 4, 5):
        for column in range(1, _LAST + 2):
            sheet.cell(row, column).fill = style.fill(style.INK)
    sheet.column_dimensions[sheet.cell(1, _LAST + 1).column_letter].width = 2
    sheet.row_dimensions[1].height = 8
    count = f"{len(offer.frame):,}"
    key = "summary.headline_one" if len(offer.frame) == 1 else "summary.headline"
    headline = words.english(key, n=count, market=market_name(brief.market))
    _merged(sheet, 2, headline, size=24, bold=True, color="FFFFFF", vertical="center", wrap=False)
    sheet.row_dimensions[2].height = 38
    lead = list(filter(None, (_second_headline(words, brief.market, count), brief.description)))
    _merged(sheet, 3, "\n".join(lead), size=12, color="DCE3E8", vertical="center")
    sheet.row_dimensions[3].height = 4 + 18 * len(lead)
    _merged(sheet, 4, _facts(offer, words.english), color="AEBAC4", vertical="center", wrap=False)
    sheet.row_dimensions[4].height = 20
    if words.other:
        _merged(sheet, 5, _facts(offer, words.second), color="AEBAC4", vertical="center", wrap=False)
    sheet.row_dimensions[5].height = 24 if words.other else 6
    return 5


def _second_headline(words: Words, market: str, count: str) -> str | None:
    return words.second("summary.headline", n=count, market=market_name(market, words.other)) if words.other else None


def _facts(offer: Offer, say: Callable[..., str | None]) -> str:
    """Return what identifies the offer, on one line, in one language."""
    brief = offer.brief
    facts = [
        say("summary.identity", offer_id=offer.offer_id, version=offer.version),
        say("summary.brief", name=brief.name),
        say("summary.as_of", day=offer.fact("as_of")),
        say("summary.model", name=offer.fact("model"), version=offer.fact("model_version")),
    ]
    if brief.media:
        facts.append(say("summary.media", names=", ".join(brief.media)))
    return "   ·   ".join(filter(None, facts))


def _tiles(sheet: Worksheet, offer: Offer, row: int, words: Words) -> int:
    sheet.row_dimensions[row].height = 8
    sheet.row_dimensions[row + 1].height = 32
    sheet.row_dimensions[row + 2].height = 56 if words.other else 30
    for index, (value, said) in enumerate(key_figures(offer, words)):
        first = _FIRST + 2 * index
        look: dict[str, Any] = {"first": first, "last": first + 1}
        _merged(
            sheet,
            row + 1,
            value,
            size=20,
            bold=True,
            color=style.ACCENT,
            wrap=False,
            vertical="bottom",
            **look,
        )
        _merged(sheet, row + 2, said, size=9, color=style.MUTED, **look)
        for line in (row + 1, row + 2):
            for column in (first, first + 1):
                sheet.cell(line, column).fill = style.fill(style.PAPER)
    return row + 2


def _text_block(sheet: Worksheet, row: int, head: str, lines: list[str], *, warm: bool = False) -> int:
    """Write a heading and its sentences, one a row; return the last row."""
    sheet.row_dimensions[row].height = 24
    _merged(
        sheet,
        row,
        head,
        size=13,
        bold=True,
        color=style.WARM if warm else style.INK,
        vertical="bottom",
        wrap=False,
    )
    for column in range(_FIRST, _LAST + 1):
        sheet.cell(row, column).border = style.underline(style.WARM if warm else style.REST)
    for line in lines:
        row += 1
        _merged(sheet, row, line, vertical="center", indent=1 if warm else 0)
        high = sum(1 + int(text_width(part) // _LINE) for part in line.split("\n"))
        sheet.row_dimensions[row].height = 17 if high == 1 else 3 + 15 * high
        if warm:
            for column in range(_FIRST, _LAST + 1):
                sheet.cell(row, column).fill = style.fill(style.WARM_SOFT)
    return row


def _funnel(offer: Offer, words: Words) -> list[str]:
    counts = offer.counts
    figures = {"titles": counts["titles"], "eligible": counts["eligible"], "offered": len(offer.frame)}
    lines = [words.both("summary.funnel_line", **{name: f"{count:,}" for name, count in figures.items()})]
    lines += [
        words.both("summary.funnel_reason", n=f"{counts[code]:,}", words=said)
        for code, said in REASONS.items()
        if code in counts
    ]
    return lines


def _provenance(offer: Offer, words: Words) -> list[str]:
    facts = {
        "model": offer.fact("model"),
        "version": offer.fact("model_version"),
        "encoder": offer.fact("encoder"),
        "day": offer.fact("as_of"),
    }
    return [
        words.both("summary.scores_by", **facts),
        *how_chosen(offer, words),
        words.both("summary.package"),
        words.told(what_was_checked(offer)),
        words.both("summary.manifest"),
    ]
