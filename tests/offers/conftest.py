"""A small catalogue, its scores and a brief."""

from __future__ import annotations

import pandas as pd
import pytest
from offer_builders import appeal_of, catalogue, scores_frame

from recommender.offers import Brief


@pytest.fixture
def titles() -> pd.DataFrame:
    return catalogue()


@pytest.fixture
def scores(titles: pd.DataFrame) -> pd.DataFrame:
    return scores_frame(titles, appeal_of(len(titles)))


@pytest.fixture
def brief() -> Brief:
    return Brief.model_validate(
        {
            "name": "test-20",
            "market": "CN",
            "size": 20,
            "kinds": ["film", "animation"],
            "shares": {"genre": {"Comedy": {"min": 0.2, "max": 0.5}}, "kind": {"animation": {"max": 0.2}}},
        }
    )
