"""What each baseline ranks by; what all rankers have in common is in `test_contract`."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recommender.errors import CallError, MissingExtraError
from recommender.ranking import (
    CatBoostTextRanker,
    HomePopularityRanker,
    MeanEmbeddingRanker,
    NewestRanker,
    OriginGenreRanker,
    RidgeEmbeddingsRanker,
    ShuffleRanker,
    TfidfKnnRanker,
)
from recommender.sources import read_outcomes, read_titles, write_table
from tests.frames import titles_frame
from tests.ranking.worlds import DISLIKED, LIKED, make_outcomes, make_titles, outcomes_frame

N = 60


@pytest.fixture(scope="module")
def _tables(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, pd.DataFrame]:
    folder = tmp_path_factory.mktemp("tables")
    titles = pd.DataFrame({"title_id": [f"t{i:02}" for i in range(N)]})
    titles["title"] = [f"Film {i % 50}" for i in range(N)]  # ten titles have a namesake
    titles["kind"] = "film"
    titles["year"] = [None if i == 7 else 1990 + i % 30 for i in range(N)]
    titles["release_date"] = ["2019-12-31" if i == 29 else None for i in range(N)]
    titles["countries"] = [(["US"], ["FR"], ["CN"], ["SU"], [])[i % 5] for i in range(N)]
    titles["genres"] = [(["Drama"], ["Comedy", "Drama"], [])[i % 3] for i in range(N)]
    write_table(titles, folder / "titles.csv")
    # American titles do best, French worst.
    strength = {0: 1000, 1: 10}
    rows = [
        (f"t{i:02}", market, "votes", float(strength.get(i % 5, 100) + i), "2020-06-01")
        for i in range(N)
        for market in ("CN", "RU")
    ]
    outcomes = pd.DataFrame(rows, columns=["title_id", "market", "metric", "value", "as_of"])
    outcomes["source"] = "made up"
    write_table(outcomes, folder / "outcomes.csv")
    return read_titles(folder / "titles.csv"), read_outcomes(folder / "outcomes.csv")


@pytest.fixture
def titles(_tables: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    return _tables[0].copy()


@pytest.fixture
def outcomes(_tables: tuple[pd.DataFrame, pd.DataFrame]) -> pd.DataFrame:
    return _tables[1].copy()


def test_markets_come_in_the_order_asked_for(titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    scores = NewestRanker().fit(titles, outcomes).predict(titles, ["RU", "CN", "RU"])
    assert scores["market"].unique().tolist() == ["RU", "CN"]


def test_a_day_before_that_of_training_is_refused(titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    ranker = NewestRanker().fit(titles, outcomes)
    day = str(np.datetime64(ranker.as_of_, "D") - 1)
    with pytest.raises(CallError, match=f"cannot predict as of {day}"):
        ranker.predict(titles, as_of=day)
    pd.testing.assert_frame_equal(ranker.predict(titles, as_of=ranker.as_of_), ranker.predict(titles))


def test_soviet_titles_are_at_home_in_russia(titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    scores = NewestRanker().fit(titles, outcomes).predict(titles, ["RU"])
    soviet = titles.loc[[countries == ["SU"] for countries in titles["countries"]], "title_id"]
    assert not scores["title_id"].isin(soviet).any()


class TestShuffle:
    def test_chance_has_a_seed(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        orders = [
            ShuffleRanker(random_state=seed).fit(titles, outcomes).predict(titles, [market])["title_id"].tolist()
            for seed, market in ((0, "CN"), (1, "CN"), (0, "RU"))
        ]
        common = [[t for t in order if t in set(orders[0]) & set(orders[2])] for order in orders]
        assert common[0] != common[1]
        assert common[0] != common[2]

    def test_chance_prefers_no_title(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        ranks = [
            ShuffleRanker(random_state=seed).fit(titles, outcomes).predict(titles, ["CN"]).set_index("title_id")["rank"]
            for seed in range(20)
        ]
        mean = pd.concat(ranks, axis=1).mean(axis=1)
        assert mean.between(9, 40).all()  # 48 titles: 24.5 with a standard error of 3.1


def test_the_newest_come_first_and_those_without_a_year_last(titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    scores = NewestRanker().fit(titles, outcomes).predict(titles, ["RU"])
    assert scores["title_id"].iloc[0] == "t29"
    ordered = scores.merge(titles[["title_id", "year"]], on="title_id")["year"]
    assert ordered.iloc[:-1].astype(int).is_monotonic_decreasing
    assert ordered.isna().tolist() == [False] * (len(ordered) - 1) + [True]


class TestOriginGenre:
    def test_titles_of_strong_origins_come_first(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        scores = OriginGenreRanker().fit(titles, outcomes).predict(titles, ["CN"])
        origin = scores.merge(titles[["title_id", "countries"]], on="title_id")["countries"].map(tuple).tolist()
        assert origin[0] == ("US",)
        assert origin[-1] == ("FR",)

    def test_what_tells_nothing_has_the_markets_mean(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        ranker = OriginGenreRanker().fit(titles, outcomes)
        unknown = titles.head(1).copy()
        unknown["countries"], unknown["genres"] = [[]], [["Peplum"]]
        score = ranker.predict(unknown, ["RU"])["score"].item()
        assert score == pytest.approx(ranker.market_means_[1])

    def test_more_shrinkage_draws_scores_together(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        spread = [
            OriginGenreRanker(shrinkage=weight).fit(titles, outcomes).predict(titles, ["CN"])["score"].std()
            for weight in (1.0, 10.0, 1000.0)
        ]
        assert spread[0] > spread[1] > spread[2] > 0


class TestHomePopularity:
    def test_worldwide_goes_before_home_and_both_before_nothing(
        self, titles: pd.DataFrame, outcomes: pd.DataFrame
    ) -> None:
        reference = outcomes_frame([(f"t{i:02}", "WW", "imdb_votes", 10.0 * i, "2019-01-01") for i in range(20)])
        home = outcomes_frame([(f"t{i:02}", "US", "box_office", 5.0 * i, "2019-01-01") for i in range(20)])
        ranker = HomePopularityRanker().fit(titles, pd.concat([outcomes, reference, home], ignore_index=True))
        asked = titles[titles["title_id"].isin(["t00", "t05", "t10", "t15"])]
        history = outcomes_frame(
            [
                ("t05", "WW", "imdb_votes", 190.0, "2019-05-01"),
                ("t05", "US", "box_office", 0.0, "2019-05-01"),
                ("t10", "US", "box_office", 50.0, "2019-05-01"),
                ("t15", "FR", "box_office", 90.0, "2019-05-01"),  # neither home nor the world
            ]
        )
        scores = ranker.predict(asked, ["CN"], history=history).set_index("title_id")["score"]
        assert scores.index.tolist()[:2] == ["t05", "t10"]
        assert scores["t05"] == pytest.approx(0.975)
        assert scores["t00"] == scores["t15"] < scores["t10"]

    def test_without_history_all_are_equal(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        scores = HomePopularityRanker().fit(titles, outcomes).predict(titles, ["CN"])
        assert scores["score"].nunique() == 1

    def test_chart_points_add_up(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        weeks = [("t00", "US", "top10_points", 4.0, f"2019-01-{day:02d}") for day in (6, 13, 20)]
        weeks += [(f"t{i:02}", "US", "top10_points", float(i), "2019-01-06") for i in range(5, 30, 5)]
        ranker = HomePopularityRanker().fit(titles, pd.concat([outcomes, outcomes_frame(weeks)], ignore_index=True))
        scores = ranker.predict(titles, ["CN"], history=outcomes_frame(weeks)).set_index("title_id")["score"]
        assert scores["t10"] < scores["t00"] < scores["t15"]


@pytest.mark.parametrize("kind", [TfidfKnnRanker, RidgeEmbeddingsRanker, MeanEmbeddingRanker])
def test_texts_tell_what_is_liked(kind: type, text_cache: Path) -> None:
    titles = make_titles(120)
    folder = {} if kind is TfidfKnnRanker else {"cache_dir": str(text_cache)}
    if kind is MeanEmbeddingRanker:
        folder["n_strongest"] = 20
    ranker = kind(**folder).fit(titles, make_outcomes(titles))
    texts = [LIKED[0], LIKED[1], DISLIKED[0], DISLIKED[1]]
    asked = titles_frame(
        [
            {"title_id": f"n{i}", "title": "Nameless", "kind": "film", "year": 1940, "synopsis": text}
            for i, text in enumerate(texts)
        ]
    )
    order = ranker.predict(asked, ["DE"])["title_id"].tolist()
    assert set(order[:2]) == {"n0", "n1"}


class TestTfidfKnn:
    def test_nothing_in_common_has_the_markets_mean(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        ranker = TfidfKnnRanker().fit(titles, outcomes)
        alien = titles_frame([{"title_id": "x", "title": "Ünbekannt", "kind": "film"}])
        assert ranker.predict(alien, ["CN"])["score"].item() == pytest.approx(ranker.market_means_[0])

    def test_a_genre_is_a_word_of_its_own(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        ranker = TfidfKnnRanker().fit(titles, outcomes)
        assert {"genre_drama", "genre_comedy", "film"} <= set(ranker.vectorizer_.vocabulary_)


class TestMeanEmbedding:
    def test_centers_are_those_of_the_strongest(self, text_cache: Path) -> None:
        titles = make_titles(120)
        outcomes = make_outcomes(titles)
        ranker = MeanEmbeddingRanker(n_strongest=1, cache_dir=str(text_cache)).fit(titles, outcomes)
        votes = outcomes[(outcomes["market"] == "DE") & (outcomes["metric"] == "votes")]
        best = votes.loc[votes["value"].idxmax(), "title_id"]
        scores = ranker.predict(titles[titles["title_id"] == best], ["DE"])
        assert scores["score"].item() == pytest.approx(1, abs=1e-5)


class TestCatBoostText:
    def test_it_learns(self, text_cache: Path) -> None:
        titles, catalogue = make_titles(120), make_titles(60, start=120)
        ranker = CatBoostTextRanker(iterations=25, learning_rate=0.2, cache_dir=str(text_cache)).fit(
            titles, make_outcomes(titles)
        )
        votes = make_outcomes(catalogue).query("metric == 'votes' and market == 'DE'").set_index("title_id")["value"]
        scores = ranker.predict(catalogue, ["DE"]).set_index("title_id")["score"]
        assert scores.corr(votes.reindex(scores.index), method="spearman") > 0.3
        told = ranker.predict(catalogue, ["DE"], history=make_outcomes(catalogue, markets=()))
        informed = told.set_index("title_id")["score"]
        assert informed.corr(votes.reindex(informed.index), method="spearman") > 0.6

    def test_of_many_rows_some_are_drawn(self, text_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        seen = []

        def fit(_self: object, frame: pd.DataFrame, relevance: np.ndarray) -> object:
            seen.append(len(frame))
            return None

        monkeypatch.setattr(CatBoostTextRanker, "_fit_model", fit)
        titles = make_titles(60)
        CatBoostTextRanker(max_rows=50, cache_dir=str(text_cache)).fit(titles, make_outcomes(titles))
        assert seen == [50, 50]

    def test_without_the_library_it_says_what_to_install(
        self, text_cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "catboost", None)
        titles = make_titles(60)
        with pytest.raises(MissingExtraError, match=r"crossmarket-recommender\[catboost\]"):
            CatBoostTextRanker(cache_dir=str(text_cache)).fit(titles, make_outcomes(titles))
