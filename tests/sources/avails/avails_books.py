"""Avails workbooks, made as vendors make them, and the comparison of two of them cell for cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from recommender.sources.avails._fields import SYNONYMS, Kind, columns_of, demand_of, normal

MOVIE: dict[str, Any] = {
    "DisplayName": "Our Films",
    "AssetLanguage": "EN",
    "Territory": "US",
    "WorkType": "Movie",
    "EntryType": "Full Extract",
    "TitleInternalAlias": "Cranes Are Flying, The",
    "TitleDisplayUnlimited": "The Cranes Are Flying",
    "LicenseType": "SVOD",
    "FormatProfile": "HD",
    "Start": "2027-01-01",
    "End": "2029-12-31",
    "ContentID": "md:cid:eidr-s:7791-8534-2C23-9030-8610-5",
    "ALID": "CRANES_1957",
    "ReleaseYear": 1957,
    "TotalRunTime": "1:35:00",
}
SEASON: dict[str, Any] = {
    "DisplayName": "Our Films",
    "Territory": "FR",
    "WorkType": "Season",
    "EntryType": "Full Extract",
    "SeriesTitleInternalAlias": "Detectives, The",
    "SeriesTitleDisplayUnlimited": "The Detectives",
    "SeasonNumber": 1,
    "EpisodeCount": 2,
    "ALID": "det_s1",
    "LicenseType": "SVOD",
    "FormatProfile": "HD",
    "Start": "2027-01-01",
    "End": "Open",
    "SeriesContentID": "det",
    "SeasonContentID": "det-1",
}


def episode(number: int, **other: Any) -> dict[str, Any]:
    own = {
        "WorkType": "Episode",
        "EpisodeNumber": number,
        "EpisodeTitleInternalAlias": f"Part {number}",
        "EpisodeContentID": f"det-1-{number}",
        "ALID": f"det_10{number}",
        "TotalRunTime": "0:52:00",
    }
    return {**SEASON, **own, **other}


def fill(
    sheet: Worksheet,
    version: str,
    kind: Kind,
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[tuple[str, str]] | None = None,
) -> None:
    """Write groups, fields, hints and rows as a version's template has them."""
    for place, (group, header) in enumerate(columns or columns_of(version, kind), start=1):
        field = SYNONYMS.get(normal(header), header)
        hint = "//REQ" if field in SYNONYMS.values() and demand_of(kind, field) == "required" else "//Opt"
        for row, value in enumerate([group, header, hint, *(line.get(field) for line in rows)], start=1):
            if value is not None:
                sheet.cell(row, place).value = value
    if not version.startswith("1.7"):
        sheet.cell(3, 1).value = float(version)


def snapshot(path: Path) -> dict[str, Any]:
    """Return everything of a workbook that a person can see: values, types, formats, formulas, comments, shapes."""
    found: dict[str, Any] = {}
    computed = openpyxl.load_workbook(path, data_only=True)
    for sheet in openpyxl.load_workbook(path, rich_text=True).worksheets:
        cells = {
            cell.coordinate: (
                cell.value,
                type(cell.value).__name__,
                cell.data_type,
                cell.number_format,
                computed[sheet.title][cell.coordinate].value,
                cell.comment.text if cell.comment else None,
                cell.hyperlink.target if cell.hyperlink else None,
                cell.font.color.rgb if cell.font.color else None,
                cell.fill.fgColor.rgb,
            )
            for line in sheet.iter_rows()
            for cell in line
        }
        found[sheet.title] = {
            "cells": cells,
            "merged": sorted(map(str, sheet.merged_cells.ranges)),
            "widths": {name: size.width for name, size in sheet.column_dimensions.items()},
            "state": sheet.sheet_state,
            "freeze": sheet.freeze_panes,
            "filter": sheet.auto_filter.ref,
            "rules": len(sheet.data_validations.dataValidation),
        }
    return found
