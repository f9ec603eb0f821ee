"""The test kit itself: what leaks is caught, what does not is let pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from recommender.evaluation import check_chance, check_leakage, find_canaries, leaking_columns
from recommender.features import GROUPS, FeatureGroup, Known, Pairs
from recommender.ranking import Ranker
from tests.ranking.worlds import facts_of, make_outcomes, make_titles, outcomes_frame, small_ranker

DAY = "2018-01-01"  # between the figures of the one market and those of the other


@pytest.fixture(scope="module")
def titles() -> pd.DataFrame:
    return make_titles(120)


@pytest.fixture(scope="module")
def outcomes(titles: pd.DataFrame) -> pd.DataFrame:
    return make_outcomes(titles)


@pytest.fixture(scope="module")
def catalogue() -> pd.DataFrame:
    return make_titles(40, start=120)


class Leaking(BaseEstimator):
    """Scores every title the same, but for one thing that it should not look at."""

    def __init__(self, looks_at: str = "nothing") -> None:
        self.looks_at = looks_at

    def fit(self, titles: pd.DataFrame, outcomes: pd.DataFrame, *, as_of: str | None = None) -> Self:
        self.later_ = outcomes[outcomes["as_of"] >= str(as_of)]
        self.first_ = titles["title_id"].iloc[0]
        return self

    def predict(
        self,
        titles: pd.DataFrame,
        markets: Sequence[str] | None = None,  # noqa: ARG002
        *,
        history: pd.DataFrame | None = None,
        as_of: str | None = None,
        explain: int | None = 0,  # noqa: ARG002
    ) -> pd.DataFrame:
        score: Any = 0.0
        match self.looks_at:
            case "values":
                score = float((self.later_["value"] * np.arange(len(self.later_))).sum())
            case "how many":
                score = float(len(self.later_))
            case "history":
                assert history is not None
                score = titles["title_id"].isin(history.loc[history["as_of"] >= str(as_of), "title_id"]).astype(float)
            case "ids":
                score = titles["title_id"].map(lambda name: float(sum(name.encode()) % 97))
            case "order":
                score = np.arange(len(titles), dtype=float)
        return titles[["title_id"]].assign(market="CN", score=score)


@pytest.mark.parametrize(
    ("looks_at", "caught"),
    [
        ("nothing", set()),
        ("values", {"later outcomes shuffled", "later outcomes left out", "later outcomes added", "rows reordered"}),
        ("how many", {"later outcomes left out", "later outcomes added"}),
        ("history", {"later outcomes added"}),
        ("ids", {"ids renamed"}),
        ("order", {"rows reordered"}),
    ],
)
def test_what_looks_where_it_must_not_is_caught(
    titles: pd.DataFrame, outcomes: pd.DataFrame, catalogue: pd.DataFrame, looks_at: str, caught: set[str]
) -> None:
    history = make_outcomes(catalogue, markets=())
    found = check_leakage(Leaking(looks_at), titles, outcomes, catalogue, DAY, history=history)
    assert set(found.loc[found["leaks"], "change"]) == caught
    assert (found["rows"] > 0).all()
    assert ((found["difference"] > 0) == found["leaks"]).all()


def test_a_prediction_that_is_missing_once_is_a_leak(
    titles: pd.DataFrame, outcomes: pd.DataFrame, catalogue: pd.DataFrame
) -> None:
    class Silent(Leaking):
        def predict(self, titles: pd.DataFrame, *args: Any, **more: Any) -> pd.DataFrame:
            scores = super().predict(titles, *args, **more)
            return scores.head(len(self.later_) and 5)

    found = check_leakage(Silent(), titles, outcomes, catalogue, DAY).set_index("change")
    assert found.loc["later outcomes left out", "leaks"]
    assert np.isinf(found.loc["later outcomes left out", "difference"])


class Canary(FeatureGroup):
    """A feature that is the answer: what the title did in the very market."""

    def fit(self, known: Known) -> Self:  # noqa: ARG002
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        ids = pairs.facts.title_ids[pairs.title]
        markets = np.asarray(pairs.markets)[pairs.market]
        votes = pairs.history[pairs.history["metric"] == "votes"].groupby(["title_id", "market"])["value"].last()
        told = votes.reindex(pd.MultiIndex.from_arrays([ids, markets])).to_numpy()
        return np.log1p(told).astype(np.float32)[:, None]

    def get_feature_names_out(self) -> NDArray[np.object_]:
        return np.array(["canary: votes here"], dtype=object)


def asked(titles: pd.DataFrame, outcomes: pd.DataFrame, cache: Path) -> tuple[Known, Pairs]:
    """Return what is known, and all titles in both markets asked for as of their own first day there."""
    facts = facts_of(titles, cache)
    markets = ("CN", "DE")
    title, market = np.nonzero(facts.foreign(markets))
    draw = np.random.default_rng(0).random((len(facts), 2)).astype(np.float32)
    before = np.array(["2017-03-01", "2018-03-02"])[market]
    known = Known(facts, markets, np.where(facts.foreign(markets), draw, np.nan), outcomes, "2019-01-01")
    return known, Pairs(facts, title, market, markets, outcomes, before, before)


def test_a_canary_feature_is_caught(titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path) -> None:
    known, pairs = asked(titles, outcomes, text_cache)
    assert leaking_columns(Canary().fit(known), pairs) == ["canary: votes here"]


@pytest.mark.parametrize("name", GROUPS)
def test_the_models_own_features_are_clean(
    titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path, name: str
) -> None:
    known, pairs = asked(titles, outcomes, text_cache)
    assert leaking_columns(GROUPS[name]().fit(known), pairs) == []


def test_a_feature_that_sees_the_day_itself_is_caught(
    titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path
) -> None:
    class Late(Canary):
        """Looks at worldwide votes of any day."""

        def transform(self, pairs: Pairs) -> NDArray[np.float32]:
            return super().transform(replace(pairs, markets=("WW", "WW")))

    known, pairs = asked(titles, outcomes, text_cache)
    assert leaking_columns(Late().fit(known), pairs) == []  # they are all from before
    late = outcomes.assign(as_of=outcomes["as_of"].where(outcomes["market"] != "WW", "2018-01-01"))
    assert leaking_columns(Late().fit(known), replace(pairs, history=late)) == ["canary: votes here"]


class TestChance:
    def test_nothing_is_learned_from_chance(
        self, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path
    ) -> None:
        found = check_chance(small_ranker(text_cache), titles, outcomes)
        assert found["leaks"] == 0
        assert abs(found["spearman"]) < found["bound"] < 0.4

    def test_a_model_with_a_canary_is_caught(
        self, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(GROUPS, "canary", Canary)
        ranker: Ranker = small_ranker(text_cache, groups=("content", "canary"))
        found = check_chance(ranker, titles, outcomes)
        assert found["leaks"] == 1
        assert found["spearman"] > 0.9


class TestCanaries:
    def test_honest_columns_are_not_reported(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        assert find_canaries(titles, outcomes).empty

    def test_a_number_that_is_the_outcome_is_found(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        votes = outcomes[(outcomes["market"] == "DE") & (outcomes["metric"] == "votes")].set_index("title_id")["value"]
        told = titles.assign(ask_price=np.sqrt(titles["title_id"].map(votes)))
        found = find_canaries(told, outcomes).iloc[0]
        assert (found["column"], found["detail"], found["market"]) == ("ask_price", "value", "DE")
        assert found["strength"] == pytest.approx(1)

    def test_a_word_that_is_the_outcome_is_found(self, titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
        votes = outcomes[(outcomes["market"] == "DE") & (outcomes["metric"] == "votes")].set_index("title_id")["value"]
        strong = titles["title_id"].map(votes > votes.median())
        told = titles.assign(genres=[["Drama", "Hit"] if hit is True else ["Drama"] for hit in strong])
        found = find_canaries(told, outcomes)
        assert ("genres", "Hit") in set(zip(found["column"], found["detail"], strict=True))

    def test_a_cell_that_is_filled_for_the_strong_is_found(self, titles: pd.DataFrame) -> None:
        rows = [(str(t), "CN", "top10_points", 9.0, "2021-01-03") for t in titles["title_id"][::3]]
        told = titles.assign(studio=pd.array(["Lion" if i % 3 == 0 else None for i in range(120)], dtype="str"))
        found = find_canaries(told, outcomes_frame(rows))
        assert "filled" in set(found.loc[found["column"] == "studio", "detail"])
