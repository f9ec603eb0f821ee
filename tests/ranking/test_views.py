"""Which features a head looks at, and which head scores a title."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recommender.ranking import Ranker
from recommender.ranking._views import choose_views, find_views, is_unfamiliar
from tests.frames import titles_frame
from tests.ranking.worlds import facts_of, make_outcomes, make_titles, pairs_of, small_ranker

NAMES = np.array(
    [
        "genre: Drama",
        "release: years ago",
        "worldwide: audience",
        "similar stories: closeness",
        "origin's record: titles known",
    ],
    dtype=object,
)
HEADS = ("plain", "travelled", "informed")


def seen(views: dict[str, np.ndarray], names: np.ndarray) -> dict[str, set[str]]:
    return {name: set(names[columns]) for name, columns in views.items()}


class TestWhatAHeadLooksAt:
    def test_three_views_where_anything_is_known_elsewhere(self) -> None:
        assert seen(find_views(NAMES), NAMES) == {
            "plain": {"genre: Drama", "release: years ago", "origin's record: titles known"},
            "travelled": {"release: years ago", "worldwide: audience"},
            "informed": set(NAMES) - {"similar stories: closeness"},
        }

    def test_one_where_nothing_is(self) -> None:
        names = np.delete(NAMES, 2)
        assert seen(find_views(names), names) == {"plain": set(names) - {"similar stories: closeness"}}

    def test_no_head_without_a_column(self) -> None:
        assert find_views(NAMES[3:4]) == {}
        assert seen(find_views(NAMES[2:3]), NAMES[2:3]) == {"informed": {"worldwide: audience"}}


class TestWhichHeadScores:
    @staticmethod
    def chosen(cache: Path, rows: list[tuple[float, str | None, float]], share: float = 1.0) -> list[str]:
        """Return the heads of titles by their audience worldwide, their origin, and how many of it are known."""
        table = titles_frame(
            [
                {"title_id": f"t{i}", "title": "River", "kind": "film", "countries": [origin] if origin else []}
                for i, (_, origin, _) in enumerate(rows)
            ]
        )
        facts = facts_of(table, cache)
        pairs = pairs_of(facts, markets=("CN",))
        matrix = np.array([[1.0, 2.0, audience, np.nan, count] for audience, _, count in rows], dtype=np.float32)
        return [str(name) for name in choose_views(is_unfamiliar(pairs, matrix, NAMES), matrix, NAMES, HEADS, share)]

    def test_an_origin_of_which_hardly_a_title_was_met(self, text_cache: Path) -> None:
        rows = [(0.5, "BR", 0.0), (0.5, "BR", 29.0), (0.5, "FR", 30.0), (0.5, None, 0.0)]
        assert self.chosen(text_cache, rows) == ["travelled", "travelled", "informed", "informed"]

    def test_a_few_of_them_known_elsewhere_are_not_ranked_apart(self, text_cache: Path) -> None:
        rows = [(0.5, "BR", 0.0), (np.nan, "BR", 0.0), (np.nan, "CL", 2.0), (0.5, "FR", 99.0)]
        assert self.chosen(text_cache, rows[:2]) == ["travelled", "informed"]
        assert self.chosen(text_cache, rows) == ["informed"] * 4

    def test_that_nothing_is_known_tells_where_much_is_known_of_others(self, text_cache: Path) -> None:
        rows = [(0.5, "FR", 99.0), (np.nan, "FR", 99.0), (np.nan, "BR", 0.0)]
        assert self.chosen(text_cache, rows, share=0.6) == ["informed", "informed", "informed"]
        assert self.chosen(text_cache, rows, share=0.7) == ["informed", "plain", "plain"]
        assert self.chosen(text_cache, rows[1:], share=0.0) == ["plain", "plain"]


@pytest.fixture(scope="module")
def ranker(text_cache: Path) -> Ranker:
    titles = make_titles(200, origins=("FR", "US"))
    return small_ranker(text_cache).fit(titles, make_outcomes(titles))


class TestATitleOfAnUnseenOrigin:
    @pytest.mark.parametrize(("origin", "moves"), [("BR", False), ("FR", True)])
    def test_its_genre_moves_nothing_once_its_audience_elsewhere_is_known(
        self, ranker: Ranker, origin: str, moves: bool
    ) -> None:
        titles = make_titles(40, start=200, origins=(origin,))
        history = make_outcomes(titles, markets=())
        other = titles.assign(genres=pd.Series([["Fantasy"]] * 40, dtype="object"))
        scores = [
            ranker.predict(table, ["CN"], history=history).set_index("title_id")["score"].sort_index()
            for table in (titles, other)
        ]
        assert bool((scores[0] != scores[1]).any()) == moves

    def test_its_reasons_are_its_audience_and_its_release(self, ranker: Ranker) -> None:
        titles = make_titles(40, start=200, origins=("BR",))
        scores = ranker.predict(titles, ["CN"], history=make_outcomes(titles, markets=()))
        told = {line[2:].split(" ")[0] for row in scores["reasons"] for line in row}
        assert "worldwide" in told
        assert told <= {"worldwide", "audience", "rating", "released", "not"}
