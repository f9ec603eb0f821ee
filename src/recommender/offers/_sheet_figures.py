"""The workbook's charts, and the sheet of the figures that they show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from recommender.offers import _style as style
from recommender.offers._figures import (
    Bar,
    appeal_histogram,
    decade_bars,
    evidence_counts,
    genre_bars,
    tier_bars,
)
from recommender.offers._language import Words
from recommender.offers._offer import Offer
from recommender.offers._sheet_table import text_width

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_FIRST, _LAST = 2, 13  # columns B to M
_CHART_ROWS = 16


def fill_figures(sheet: Worksheet, offer: Offer, words: Words) -> dict[str, tuple[int, int, int]]:
    """Write the charts' tables side by side; return each one's first column, first row and last row."""
    size, eligible = len(offer.frame), len(offer.eligible)

    def heads(*names: str) -> list[str]:
        return [words.both(f"column.{name}" if name in {"tier", "evidence"} else f"summary.{name}") for name in names]

    tables: dict[str, tuple[list[str], list[list[object]]]] = {
        "appeal": (
            heads("appeal_from", "offered", "eligible"),
            [[round(100 * edge), ours / size, rest / eligible] for edge, ours, rest in appeal_histogram(offer)],
        ),
        "genres": (
            heads("genre", "offered", "eligible", "asked"),
            [_figure(bar, words) for bar in genre_bars(offer)],
        ),
        "decades": (
            heads("decade", "offered", "eligible", "asked"),
            [_figure(bar, words) for bar in decade_bars(offer)],
        ),
        "tiers": (
            heads("tier", "mean_appeal", "titles"),
            [[words.told(n, " "), 100 * mean, count] for n, count, mean in tier_bars(offer)],
        ),
        "evidence": (
            heads("evidence", "titles"),
            [[words.told(name, " "), count] for name, count in evidence_counts(offer)],
        ),
    }
    places = {}
    column = 1
    style.put(
        sheet,
        1,
        1,
        words.both("summary.figures_head", " · "),
        bold=True,
        wrap=False,
    )
    for name, (head_row, rows) in tables.items():
        for offset, head in enumerate(head_row):
            look: dict[str, Any] = {"bold": True, "color": "FFFFFF", "background": style.INK, "vertical": "center"}
            cell = style.put(sheet, 3, column + offset, head, **look)
            texts = [head, *(row[offset] for row in rows if isinstance(row[offset], str))]
            longest = max(text_width(line) for text in texts for line in str(text).split("\n"))
            sheet.column_dimensions[cell.column_letter].width = max(14, 2 + 1.1 * longest)
        for number, values in enumerate(rows, start=4):
            for offset, value in enumerate(values):
                form = (
                    ("0.0%" if name in {"appeal", "genres", "decades"} else "0.0") if isinstance(value, float) else None
                )
                style.put(sheet, number, column + offset, value, number=form, wrap=False)
        places[name] = (column, 3, 3 + len(rows))
        column += len(head_row) + 1
    sheet.row_dimensions[3].height = 33 if words.other else 18
    for number in range(4, 4 + max(len(rows) for _, rows in tables.values())):
        sheet.row_dimensions[number].height = 16
    sheet.freeze_panes = "A4"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth = 1
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.sheet_view.showGridLines = False
    return places


def _figure(bar: Bar, words: Words) -> list[object]:
    low = "" if bar.low is None else words.both("summary.at_least", " / ", share=f"{bar.low:.0%}")
    high = "" if bar.high is None else words.both("summary.at_most", " / ", share=f"{bar.high:.0%}")
    name = bar.name if bar.name[:1].isdigit() else words.told(bar.name, " ")
    return [name, bar.offered_share, bar.eligible_share, " · ".join(filter(None, (low, high)))]


def add_charts(
    sheet: Worksheet, figures: Worksheet, tables: dict[str, tuple[int, int, int]], row: int, words: Words
) -> int:
    """Add the four charts below a row; return the row after them."""
    high = _CHART_ROWS + (4 if words.other else 0)
    below = row + high + 1
    half = (_LAST - _FIRST + 1) // 2
    for name, kind, top, left in (
        ("appeal", "col", row, _FIRST),
        ("genres", "bar", row, _FIRST + half),
        ("decades", "col", below, _FIRST),
        ("tiers", "bar", below, _FIRST + half),
    ):
        head = words.both(f"summary.chart_{name}", " · ")
        chart = _chart(figures, tables[name], head, kind, 1 if name == "tiers" else 2)
        chart.anchor = _anchor(top, left, half, high)
        sheet.add_chart(chart)
    return below + high + 1


def _anchor(row: int, column: int, columns: int, rows: int) -> Any:
    """Return a place that spans whole columns, however wide a program draws them, with a gap at the right."""
    from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor

    start = AnchorMarker(col=column - 1, row=row - 1)
    end = AnchorMarker(col=column + columns - 2, colOff=700_000, row=row + rows - 1)
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
