"""A small world, and a ranker that has learned it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from recommender.ranking import Ranker
from tests.ranking.worlds import make_outcomes, make_titles, small_ranker


@pytest.fixture(scope="session")
def titles() -> pd.DataFrame:
    return make_titles(120)


@pytest.fixture(scope="session")
def outcomes(titles: pd.DataFrame) -> pd.DataFrame:
    return make_outcomes(titles)


@pytest.fixture(scope="session")
def catalogue() -> pd.DataFrame:
    """Return titles that the ranker has not met."""
    return make_titles(60, start=120)


@pytest.fixture(scope="session")
def fitted(titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path) -> Ranker:
    return small_ranker(text_cache).fit(titles, outcomes)
