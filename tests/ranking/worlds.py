"""A small made-up world in which genre, director and story say how a title does abroad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from recommender.features import Pairs, TextEncoder, TitleFacts, collect_facts
from recommender.ranking import Ranker
from recommender.schema import OUTCOMES
from tests.frames import titles_frame

NAMES = (
    "River",
    "Winter Road",
    "The Ninth House",
    "Солярис",
    "流浪",
    "Harbour",
    "Glass Bell",
    "Two Brothers",
)
LIKED = (
    "A dragon guards a flying palace and a boy learns magic.",
    "A wizard and a warrior princess fight a demon king.",
    "An immortal fox spirit falls in love with a scholar.",
)
DISLIKED = (
    "A tax inspector audits a small town and its bank.",
    "Two accountants argue about a municipal budget.",
    "A lawyer prepares the merger of two insurance companies.",
)
GENRES = ("Fantasy", "Drama", "Comedy", "Action")
ORIGINS = ("FR", "US", "JP", "RU")
TODAY = "2020-01-01"
DIRECTORS = ("Ada Moss", "Ben Ray", "Cleo Vann", "Dan Orr", "Eve Lund")


def outcomes_frame(rows: Sequence[tuple[str, str, str, float, str]]) -> pd.DataFrame:
    """Return an outcomes table from title, market, metric, value and day."""
    frame = pd.DataFrame(
        [(*row, "made up", "") for row in rows],
        columns=["title_id", "market", "metric", "value", "as_of", "source", "licence"],
    )
    words = {name: "str" for name in frame.columns if name != "value"}
    return frame.astype({**words, "value": "float64"})[list(OUTCOMES.names)]


def make_titles(n: int, *, start: int = 0, origins: Sequence[str] = ORIGINS) -> pd.DataFrame:
    """Return titles of which no two share name and year; every seventh tells next to nothing of itself."""
    rows: list[dict[str, Any]] = []
    for i in range(start, start + n):
        draw = np.random.default_rng([7, i])
        liked = bool(draw.random() < 0.5)
        story = (LIKED if liked else DISLIKED)[int(draw.integers(3))]
        row: dict[str, Any] = {
            "title_id": f"t{i:04d}",
            "title": NAMES[i % len(NAMES)],
            "kind": "film" if draw.random() < 0.8 else "animation",
            "year": 1930 + i // len(NAMES),
            "countries": [origins[i % len(origins)]],
        }
        if i % 7:
            row |= {
                "synopsis": story,
                "genres": [GENRES[0 if liked and draw.random() < 0.8 else int(draw.integers(1, 4))]],
                "directors": [DIRECTORS[int(draw.integers(5))]],
                "runtime_min": int(draw.integers(70, 160)),
                "age_rating": ("6+", "12+", "18+")[int(draw.integers(3))],
                "languages": ["fr"],
            }
        rows.append(row)
    return titles_frame(rows)


def strength(title: Mapping[Any, Any]) -> float:
    """Return how much a title is liked abroad: from what is told of it, or else for reasons of its own."""
    if not isinstance(title["synopsis"], str):
        return 3.5 * float(np.random.default_rng([13, int(title["title_id"][1:])]).random())
    story = 1.5 if title["synopsis"] in LIKED else 0.0
    genre = 1.0 if "Fantasy" in title["genres"] else 0.0
    director = 1.0 if "Ada Moss" in title["directors"] else 0.0
    return story + genre + director


def make_outcomes(titles: pd.DataFrame, *, markets: Sequence[str] = ("CN", "DE")) -> pd.DataFrame:
    """Return votes and ratings in markets, and votes worldwide from earlier."""
    rows: list[tuple[str, str, str, float, str]] = []
    for title in titles.to_dict("records"):
        name = str(title["title_id"])
        draw = np.random.default_rng([11, int(name[1:])])
        liked = strength(title)
        rows.append((name, "WW", "votes", np.exp(6 + liked + 0.4 * draw.normal()).round(), "2015-06-01"))
        for place, market in enumerate(markets):
            if market in title["countries"]:
                continue
            day = f"{2017 + place}-03-{1 + place:02d}"
            rows.append((name, market, "votes", np.exp(4 + liked + 0.4 * draw.normal()).round(), day))
            rows.append((name, market, "rating", np.clip(6 + liked / 2 + draw.normal() / 2, 1, 10).round(1), day))
    return outcomes_frame(rows)


def small_ranker(cache_dir: object, **settings: Any) -> Ranker:
    """Return a ranker that learns in a second."""
    quick = {"n_folds": 3, "max_iter": 20, "learning_rate": 0.2, "min_samples_leaf": 8, "max_leaf_nodes": 7}
    return Ranker(cache_dir=str(cache_dir), **{**quick, **settings})


MODEL_TOML = """\
name = "quick"
n_folds = 3
[trees]
max_iter = 20
learning_rate = 0.2
min_samples_leaf = 8
max_leaf_nodes = 7
"""


def facts_of(titles: pd.DataFrame, cache_dir: object) -> TitleFacts:
    """Return the facts of titles, their texts encoded by the default model."""
    return collect_facts(titles, TextEncoder(cache_dir=str(cache_dir)))


def pairs_of(facts: TitleFacts, markets: tuple[str, ...] = ("CN",)) -> Pairs:
    """Return all titles in all markets, of which nothing is known elsewhere."""
    title, market = np.nonzero(np.ones((len(facts), len(markets)), dtype=bool))
    before = np.full(len(title), TODAY, dtype="<U10")
    return Pairs(facts, title, market, markets, outcomes_frame([]), before, before)
