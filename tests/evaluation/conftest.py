"""A small made-up cinema, in frames as the readers give them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from recommender.sources import read_outcomes, read_titles, write_table

ORIGINS = (["US"], ["FR"], ["RU"], ["SU"], ["CN"], [])
Row = tuple[str, str, str, float, str]


@pytest.fixture(scope="session")
def _cinema(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    n = 120
    frame = pd.DataFrame({"title_id": [f"t{i:03}" for i in range(n)]})
    frame["title"] = [f"Film {i}" for i in range(n)]
    frame["kind"] = "film"
    frame["year"] = [2000 + i % 20 for i in range(n)]
    frame["countries"] = [ORIGINS[i % len(ORIGINS)] for i in range(n)]
    frame["genres"] = [["Drama"] if i % 2 else ["Comedy"] for i in range(n)]
    file = tmp_path_factory.mktemp("cinema") / "titles.csv"
    write_table(frame, file)
    return read_titles(file)


@pytest.fixture
def titles(_cinema: pd.DataFrame) -> pd.DataFrame:
    """Return 120 films of 2000 to 2019 from six origins."""
    return _cinema.copy()


@pytest.fixture
def make_outcomes(tmp_path: Path) -> Callable[[list[Row]], pd.DataFrame]:
    """Return a function from rows (title, market, metric, value, day) to an outcomes table."""

    def make(rows: list[Row]) -> pd.DataFrame:
        frame = pd.DataFrame(rows, columns=["title_id", "market", "metric", "value", "as_of"])
        frame["source"] = "made up"
        write_table(frame, tmp_path / "outcomes.csv")
        return read_outcomes(tmp_path / "outcomes.csv")

    return make


@pytest.fixture
def votes(make_outcomes: Callable[[list[Row]], pd.DataFrame]) -> pd.DataFrame:
    """Return votes in CN and RU, more the greater the title's number, and worldwide ones of every third."""
    return make_outcomes(
        [
            (f"t{i:03}", market, "votes", float(10 * i + 1), f"{2001 + i % 20}-06-01")
            for i in range(120)
            for market in ("CN", "RU", *(("WW",) if i % 3 == 0 else ()))
        ]
    )
