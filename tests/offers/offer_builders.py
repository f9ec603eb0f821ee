"""Small catalogues with what real ones have: three scripts, gaps, and text that wants to be code."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from recommender.schema import SCORES
from tests.frames import titles_frame

GENRES = ("Drama", "Comedy", "War", "Romance", "Adventure", "Family")
NAMES = (
    "Летят журавли",
    "Бриллиантовая рука",
    "流浪地球",
    "<script>alert('x')</script>",
    "=cmd|'/c calc'!A1",
    "+7 (495)",
    "-1",
    "@home",
    "Девчата\x0b\x01 & «друзья»",
    "A very long title " * 12,
)
# Written out, so that a test notices when a file comes or goes.
OFFER_FILES = {
    "offer.parquet",
    "offer.csv",
    "offer.xlsx",
    "report.html",
    "pool.parquet",
    "rights.parquet",
    "package.json",
    "rules.json",
    "manifest.json",
}


def scores_frame(titles: pd.DataFrame, appeal: Sequence[float], market: str = "CN") -> pd.DataFrame:
    """Return scores of all titles in one market, as a ranker gives them."""
    frame = pd.DataFrame({"title_id": titles["title_id"], "appeal": np.asarray(appeal, dtype="float64")})
    frame = frame.sort_values(["appeal", "title_id"], ascending=[False, True], ignore_index=True)
    frame["market"] = market
    frame["rank"] = np.arange(1, len(frame) + 1)
    frame["score"] = frame["appeal"] * 2 - 1
    width = 0.05 + 0.2 * (np.arange(len(frame)) % 7) / 6
    frame["low"] = (frame["appeal"] - width).clip(0, 1)
    frame["high"] = (frame["appeal"] + width).clip(0, 1)
    frame["evidence"] = [("strong", "fair", "thin")[i % 3] for i in range(len(frame))]
    frame["reasons"] = [["+ <b>Comedy</b> does well in this market", "- released long ago"] for _ in range(len(frame))]
    frame["comparables"] = [
        [
            {
                "title_id": "t:1",
                "title": "绿皮书 <i>Green Book</i>",
                "year": 2018,
                "similarity": 0.71,
                "metric": "votes",
                "value": 1_500_000.0,
                "percentile": 0.97,
                "why": "same genre",
            },
            {
                "title_id": "t:2",
                "title": "=1+1",
                "year": None,
                "similarity": 0.5,
                "metric": "votes",
                "value": 12.0,
                "percentile": 0.2,
                "why": "",
            },
        ]
        for _ in range(len(frame))
    ]
    for column, value in (
        ("model", "default"),
        ("model_version", "1"),
        ("encoder", "all-MiniLM-L6-v2"),
        ("as_of", "2026-01-01"),
    ):
        frame[column] = value
    return frame[list(SCORES.names)]


def catalogue(count: int = 60) -> pd.DataFrame:
    """Return a catalogue of films and animations with gaps, in three scripts."""
    rows = [
        {
            "title_id": f"t{i:03d}",
            "kind": "animation" if i % 6 == 5 else "film",
            "title": f"{NAMES[i % len(NAMES)]} {i}" if i >= len(NAMES) else NAMES[i],
            "original_title": "Летят журавли" if i % 2 else None,
            "year": None if i % 11 == 3 else 1955 + (i * 7) % 68,
            "countries": ["SU"] if i % 3 == 0 else ["RU"],
            "genres": [] if i % 13 == 4 else [GENRES[i % 6], GENRES[(i // 6) % 6]][: 1 + (i % 6 != (i // 6) % 6)],
            "directors": [f"Director {i}"],
            "cast": ["Актёр Первый", "Second Actor"],
            "synopsis": None if i % 5 == 2 else "A young woman waits for a man who does not write. " * (1 + i % 3),
            "runtime_min": None if i % 9 == 1 else 80 + i % 60,
            "imdb_id": "tt0050634" if i % 4 == 0 else ("javascript:alert(1)" if i % 4 == 1 else None),
            "douban_id": "1300000" if i % 4 == 0 else None,
            "kinopoisk_id": "326" if i % 4 == 2 else None,
        }
        for i in range(count)
    ]
    return titles_frame(rows)


def appeal_of(count: int) -> list[float]:
    """Return distinct, unordered appeals between 0.05 and 0.95."""
    return [0.05 + 0.9 * ((i * 37) % count) / count for i in range(count)]


def assert_prints_in_two_parts(sheet: Any, repeated: int) -> None:
    """Assert that no part of a broad sheet is too broad for A4, and no sentence reaches into the second part."""
    assert 0.6 <= sheet.page_setup.scale / 100 <= 1
    assert sheet.print_title_cols == f"$A:${get_column_letter(repeated)}"
    (end,) = (one.id for one in sheet.col_breaks.brk)
    widths = [sheet.column_dimensions[get_column_letter(column)].width for column in range(1, sheet.max_column + 1)]
    for part in (widths[:end], [*widths[:repeated], *widths[end:]]):
        assert sheet.page_setup.scale / 100 * sum(part) * 7.35 / 96 <= 11.69 - 0.8
    assert all(cells.max_col <= end for cells in sheet.merged_cells.ranges)
