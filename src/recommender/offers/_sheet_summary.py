"""The workbook's first sheet: what the offer is, its key figures and charts, and what it misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recommender.offers import _style as style
from recommender.offers._constraints import conflict_lines, facts_of
from recommender.offers._eligible import REASONS
from recommender.offers._figures import (
    Bar,
    appeal_histogram,
    decade_bars,
    evidence_counts,
    genre_bars,
    tier_bars,
)
from recommender.offers._offer import Offer
from recommender.offers._reading import HOW_TO_READ, key_figures
from recommender.offers._words import market_name

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_FIRST, _LAST = 2, 13  # columns B to M
_CHART_ROWS = 16
_LINE = 170  # characters that fit across the block


def add_summary_sheet(book: Workbook, offer: Offer) -> None:
    """Fill the book's first sheet and add the sheet of figures that its charts show."""
    sheet = book.active
    sheet.title = "Summary"
    figures = book.create_sheet("Figures")
    tables = _fill_figures(figures, offer)
    sheet.sheet_view.showGridLines = False
    sheet.column_dimensions["A"].width = 2
    for index in range(_FIRST, _LAST + 1):
        sheet.column_dimensions[sheet.cell(1, index).column_letter].width = 12.5
    row = _title_block(sheet, offer)
    row = _tiles(sheet, offer, row + 1)
    row = _text_block(sheet, row + 1, "What this offer does not fulfill", _missed(offer), warm=bool(offer.shortfalls))
    row = _charts(sheet, figures, tables, row + 2)
    row = _text_block(sheet, row, "How to read the scores", HOW_TO_READ)
    row = _text_block(sheet, row + 1, "Where the catalogue went", _funnel(offer))
    _text_block(sheet, row + 1, "Where it comes from", _provenance(offer))
    sheet.page_setup.orientation = "portrait"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_margins.left = sheet.page_margins.right = 0.4
    sheet.page_margins.top = sheet.page_margins.bottom = 0.5
    sheet.sheet_properties.tabColor = style.ACCENT


def _merged(sheet: Worksheet, row: int, text: object, *, first: int = _FIRST, last: int = _LAST, **look: Any) -> Any:
    cell = style.put(sheet, row, first, text, **look)
    sheet.merge_cells(start_row=row, end_row=row, start_column=first, end_column=last)
    return cell


def _title_block(sheet: Worksheet, offer: Offer) -> int:
    brief = offer.brief
    for row in (1, 2, 3, 4, 5):
        for column in range(1, _LAST + 2):
            sheet.cell(row, column).fill = style.fill(style.INK)
    sheet.column_dimensions[sheet.cell(1, _LAST + 1).column_letter].width = 2
    sheet.row_dimensions[1].height = 8
    headline = f"{len(offer.frame):,} titles for {market_name(brief.market)}"
    _merged(sheet, 2, headline, size=24, bold=True, color="FFFFFF", vertical="center", wrap=False)
    sheet.row_dimensions[2].height = 38
    _merged(sheet, 3, brief.description, size=12, color="DCE3E8", vertical="center")
    sheet.row_dimensions[3].height = 22 if brief.description else 4
    facts = [
        f"Offer {offer.offer_id}, version {offer.version}",
        f"Brief {brief.name}",
        f"As of {offer.fact('as_of')}",
        f"Model {offer.fact('model')} {offer.fact('model_version')}",
    ]
    if brief.media:
        facts.append(f"Media: {', '.join(brief.media)}")
    _merged(sheet, 4, "   ·   ".join(facts), color="AEBAC4", vertical="center", wrap=False)
    sheet.row_dimensions[4].height = 20
    sheet.row_dimensions[5].height = 6
    return 5


def _tiles(sheet: Worksheet, offer: Offer, row: int) -> int:
    sheet.row_dimensions[row].height = 8
    sheet.row_dimensions[row + 1].height = 32
    sheet.row_dimensions[row + 2].height = 30
    for index, (value, words) in enumerate(key_figures(offer)):
        first = _FIRST + 2 * index
        look: dict[str, Any] = {"first": first, "last": first + 1}
        top = _merged(
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
        _merged(sheet, row + 2, words, size=9, color=style.MUTED, **look)
        for line in (row + 1, row + 2):
            for column in (first, first + 1):
                sheet.cell(line, column).fill = style.fill(style.PAPER)
        del top
    return row + 2


def _text_block(sheet: Worksheet, row: int, head: str, lines: list[str], *, warm: bool = False) -> int:
    """Write a heading and its sentences, one a row; return the last row."""
    sheet.row_dimensions[row].height = 24
    cell = _merged(
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
    del cell
    for line in lines:
        row += 1
        _merged(sheet, row, line, vertical="center", indent=1 if warm else 0)
        sheet.row_dimensions[row].height = 17 * (1 + len(line) // _LINE)
        if warm:
            for column in range(_FIRST, _LAST + 1):
                sheet.cell(row, column).fill = style.fill(style.WARM_SOFT)
    return row


def _missed(offer: Offer) -> list[str]:
    return [shortfall.text for shortfall in offer.shortfalls] + conflict_lines(offer) or [
        "Nothing: the size, every share and every locked title of the brief are kept. Rights and "
        "the market's rules "
        "have not been checked."
    ]


def _funnel(offer: Offer) -> list[str]:
    counts = offer.counts
    lines = [
        f"{counts['titles']:,} titles in the catalogue, {counts['eligible']:,} of them eligible, "
        f"{len(offer.frame):,} offered."
    ]
    lines += [f"{counts[code]:,} not eligible: {words}." for code, words in REASONS.items() if code in counts]
    return lines


def _provenance(offer: Offer) -> list[str]:
    return [
        f"Scores by the model {offer.fact('model')}, version {offer.fact('model_version')}, text encoder "
        f"{offer.fact('encoder')}; nothing dated on or after {offer.fact('as_of')} was seen.",
        *facts_of(offer),
        "The sheet Package says what each demand costs, what each title adds, and who could take its place.",
        "manifest.json beside this file holds the hashes of all inputs and the versions of the program.",
    ]


def _fill_figures(sheet: Worksheet, offer: Offer) -> dict[str, tuple[int, int, int]]:
    """Write the charts' tables side by side; return each one's first column, first row and last row."""
    size, eligible = len(offer.frame), len(offer.eligible)
    tables: dict[str, tuple[list[str], list[list[object]]]] = {
        "appeal": (
            ["Appeal from", "Offered", "Eligible"],
            [[round(100 * edge), ours / size, rest / eligible] for edge, ours, rest in appeal_histogram(offer)],
        ),
        "genres": (["Genre", "Offered", "Eligible", "Asked"], [_figure(bar) for bar in genre_bars(offer)]),
        "decades": (["Decade", "Offered", "Eligible", "Asked"], [_figure(bar) for bar in decade_bars(offer)]),
        "tiers": (
            ["Tier", "Mean appeal", "Titles"],
            [[n, 100 * mean, count] for n, count, mean in tier_bars(offer)],
        ),
        "evidence": (["Evidence", "Titles"], [[name, count] for name, count in evidence_counts(offer)]),
    }
    places = {}
    column = 1
    style.put(
        sheet,
        1,
        1,
        "The numbers behind the charts of the summary: shares of the titles",
        bold=True,
        wrap=False,
    )
    for name, (heads, rows) in tables.items():
        for offset, head in enumerate(heads):
            cell = style.put(sheet, 3, column + offset, head, bold=True, color="FFFFFF")
            cell.fill = style.fill(style.INK)
            sheet.column_dimensions[cell.column_letter].width = 14
        for number, values in enumerate(rows, start=4):
            for offset, value in enumerate(values):
                form = (
                    ("0.0%" if name in {"appeal", "genres", "decades"} else "0.0") if isinstance(value, float) else None
                )
                style.put(sheet, number, column + offset, value, number=form)
        places[name] = (column, 3, 3 + len(rows))
        column += len(heads) + 1
    sheet.freeze_panes = "A4"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.sheet_view.showGridLines = False
    return places


def _figure(bar: Bar) -> list[object]:
    low = "" if bar.low is None else f"at least {bar.low:.0%}"
    high = "" if bar.high is None else f"at most {bar.high:.0%}"
    return [bar.name, bar.offered_share, bar.eligible_share, ", ".join(filter(None, (low, high)))]


def _charts(sheet: Worksheet, figures: Worksheet, tables: dict[str, tuple[int, int, int]], row: int) -> int:
    below = row + _CHART_ROWS + 1
    half = (_LAST - _FIRST + 1) // 2
    for name, head, kind, top, left in (
        ("appeal", "Appeal, 0 to 100: share of the titles", "col", row, _FIRST),
        ("genres", "Genres: share of the titles", "bar", row, _FIRST + half),
        ("decades", "Decades: share of the titles", "col", below, _FIRST),
        ("tiers", "Tiers: mean appeal", "bar", below, _FIRST + half),
    ):
        chart = _chart(figures, tables[name], head, kind, 1 if name == "tiers" else 2)
        chart.anchor = _anchor(top, left, half)
        sheet.add_chart(chart)
    return below + _CHART_ROWS + 1


def _anchor(row: int, column: int, columns: int) -> Any:
    """Return a place that spans whole columns, however wide a program draws them, with a gap at the right."""
    from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor

    start = AnchorMarker(col=column - 1, row=row - 1)
    end = AnchorMarker(col=column + columns - 2, colOff=700_000, row=row + _CHART_ROWS - 1)
    return TwoCellAnchor(editAs="oneCell", _from=start, to=end)


def _chart(figures: Worksheet, table: tuple[int, int, int], head: str, kind: str, series: int) -> Any:
    from openpyxl.chart import BarChart, Reference
    from openpyxl.chart.label import DataLabelList
    from openpyxl.chart.shapes import GraphicalProperties

    column, first, last = table
    chart = BarChart()
    chart.type = kind
    chart.add_data(
        Reference(figures, min_col=column + 1, max_col=column + series, min_row=first, max_row=last),
        titles_from_data=True,
    )
    chart.set_categories(Reference(figures, min_col=column, min_row=first + 1, max_row=last))
    chart.title = _rich(head, 1100, bold=True)
    chart.title.overlay = False
    chart.gapWidth, chart.overlap = 45, -5
    for drawn, color in zip(chart.series, (style.ACCENT, style.REST), strict=False):
        drawn.graphicalProperties = GraphicalProperties(solidFill=color)
        drawn.graphicalProperties.line.noFill = True
    for axis in (chart.x_axis, chart.y_axis):
        axis.delete = False
        axis.title = None
        axis.majorTickMark = "none"
        axis.txPr = _rich("", 850).tx.rich
        axis.graphicalProperties = GraphicalProperties()
        axis.graphicalProperties.line.solidFill = style.LINE
    chart.y_axis.majorGridlines.spPr = GraphicalProperties()
    chart.y_axis.majorGridlines.spPr.line.solidFill = style.LINE
    chart.y_axis.number_format = "0%" if series == 2 else "0"
    chart.y_axis.scaling.min = 0
    values = figures.iter_cols(
        min_col=column + 1, max_col=column + series, min_row=first + 1, max_row=last, values_only=True
    )
    if series == 2 and max((value for row in values for value in row), default=0) > 0.75:
        chart.y_axis.scaling.max = 1
    if kind == "bar":
        chart.x_axis.scaling.orientation = "maxMin"
        chart.y_axis.crosses = "max"
    if series == 1:
        chart.legend = None
        chart.dataLabels = DataLabelList(showVal=True, showSerName=False, showCatName=False, showLegendKey=False)
        chart.dataLabels.numFmt = "0"
    else:
        chart.legend.position = "b"
    return chart


def _rich(text: str, size: int, *, bold: bool = False) -> Any:
    """Return a chart title: text in the workbook's font."""
    from openpyxl.chart.text import RichText, Text
    from openpyxl.chart.title import Title
    from openpyxl.drawing.text import (
        CharacterProperties,
        Font,
        Paragraph,
        ParagraphProperties,
        RegularTextRun,
        RichTextProperties,
    )

    look = CharacterProperties(sz=size, b=bold, solidFill=style.INK, latin=Font(typeface="Calibri"))
    runs = [RegularTextRun(rPr=look, t=text)] if text else []
    paragraph = Paragraph(pPr=ParagraphProperties(defRPr=look), r=runs, endParaRPr=look if not runs else None)
    return Title(tx=Text(rich=RichText(bodyPr=RichTextProperties(), p=[paragraph])))
