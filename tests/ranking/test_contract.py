"""What holds for every ranker, the baselines and the model alike: one set of tests for all of them."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from recommender.errors import CallError, NotEnoughDataError
from recommender.evaluation import check_leakage
from recommender.ranking import BASELINES, Ranker
from tests.ranking.worlds import make_outcomes, make_titles, outcomes_frame, small_ranker

NAMES = [*BASELINES, "default"]
Make = Callable[[], Any]


@pytest.fixture(params=NAMES, scope="module")
def make(request: pytest.FixtureRequest, text_cache: Path) -> Make:
    """Return a function that makes the ranker, quick, with the tests' cache."""
    if request.param == "default":
        return lambda: small_ranker(text_cache, max_iter=8)
    kind = BASELINES[request.param]
    quick = {"cache_dir": str(text_cache), "iterations": 5, "n_strongest": 20, "n_threads": 1, "with_embeddings": False}
    params = {name: value for name, value in quick.items() if name in kind().get_params()}
    return lambda: kind(**params)


@pytest.fixture(scope="module")
def made() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    titles = make_titles(90)
    return titles, make_outcomes(titles), make_titles(30, start=90)


@pytest.fixture(scope="module")
def learned(make: Make, made: tuple[pd.DataFrame, ...]) -> Any:
    """Return the ranker, fitted once for the tests that only ask it."""
    return make().fit(*made[:2])


def test_it_is_called_as_the_ranker_is(make: Make) -> None:
    for method in ("fit", "predict"):
        assert list(inspect.signature(getattr(type(make()), method)).parameters) == list(
            inspect.signature(getattr(Ranker, method)).parameters
        )


def test_it_has_scikit_learns_habits(make: Make, made: tuple[pd.DataFrame, ...]) -> None:
    titles, outcomes, catalogue = made
    before = [table.copy() for table in made]
    ranker = make()
    settings = ranker.get_params()
    assert set(settings) == {name for name in vars(ranker) if not name.endswith("_")}
    assert clone(ranker).get_params() == settings
    with pytest.raises(NotFittedError):
        ranker.predict(catalogue)
    assert ranker.fit(titles, outcomes) is ranker
    assert ranker.get_params() == settings
    with pytest.raises(NotFittedError):
        clone(ranker).predict(catalogue)
    ranker.predict(catalogue, history=outcomes)
    for table, as_it_was in zip(made, before, strict=True):
        pd.testing.assert_frame_equal(table, as_it_was)


def test_scores_are_by_market_and_rank(learned: Any) -> None:
    catalogue = make_titles(30, start=90, origins=("FR", "CN", "DE"))
    scores = learned.predict(catalogue)
    assert learned.markets_ == ("CN", "DE")
    assert {name: str(scores[name].dtype) for name in ("market", "rank", "title_id", "score")} == {
        "market": "str",
        "rank": "int64",
        "title_id": "str",
        "score": "float64",
    }
    assert np.isfinite(scores["score"]).all()
    for market, rows in scores.groupby("market"):
        foreign = catalogue[[market not in countries for countries in catalogue["countries"]]]
        assert set(rows["title_id"]) == set(foreign["title_id"])
        assert rows["rank"].tolist() == list(range(1, len(foreign) + 1))
        assert rows["score"].is_monotonic_decreasing
    alone = learned.predict(catalogue, ["DE"])
    pd.testing.assert_frame_equal(alone, scores[scores["market"] == "DE"].reset_index(drop=True))


def test_markets_are_asked_for_one_or_several_or_none(learned: Any, made: tuple[pd.DataFrame, ...]) -> None:
    both = learned.predict(made[2], ["DE", "CN"])
    assert set(both["market"]) == {"CN", "DE"}
    of_china = both[both["market"] == "CN"].reset_index(drop=True)
    pd.testing.assert_frame_equal(learned.predict(made[2], "CN"), of_china)
    none = learned.predict(made[2], [])
    assert none.empty
    assert none.dtypes.to_dict() == both.dtypes.to_dict()


def test_what_was_not_learned_is_refused(learned: Any, made: tuple[pd.DataFrame, ...]) -> None:
    with pytest.raises(CallError, match="XX"):
        learned.predict(made[2], ["XX"])


def test_neither_the_future_nor_ids_nor_the_order_of_rows_matter(make: Make, made: tuple[pd.DataFrame, ...]) -> None:
    titles, outcomes, catalogue = made
    later = outcomes.assign(as_of="2020-05-01", value=outcomes["value"].iloc[::-1].to_numpy())
    both = pd.concat([outcomes, later], ignore_index=True)
    history = make_outcomes(catalogue, markets=())
    found = check_leakage(make(), titles, both, catalogue, "2020-01-01", history=history)
    assert not found["leaks"].any(), found.to_string()
    assert (found["rows"] > 0).all()


def test_history_changes_what_says_so(learned: Any, made: tuple[pd.DataFrame, ...]) -> None:
    ranker, catalogue = learned, made[2]
    history = make_outcomes(catalogue, markets=())
    plain, told = ranker.predict(catalogue), ranker.predict(catalogue, history=history)
    same = plain.set_index(["market", "title_id"])["score"].equals(
        told.set_index(["market", "title_id"])["score"].reindex(plain.set_index(["market", "title_id"]).index)
    )
    assert same != getattr(ranker, "uses_history", True)
    # History from after the day is not looked at.
    late = ranker.predict(catalogue, history=history.assign(as_of="2030-01-01"))
    pd.testing.assert_frame_equal(late, plain)


def test_no_titles_give_no_scores(learned: Any, made: tuple[pd.DataFrame, ...]) -> None:
    scores = learned.predict(made[2].head(0))
    assert scores.empty
    assert str(scores["score"].dtype) == "float64"


def test_titles_that_tell_nothing_are_scored(learned: Any, made: tuple[pd.DataFrame, ...]) -> None:
    catalogue = made[2]
    bare = catalogue.head(3).copy()
    for column in bare.columns.difference(["title_id", "title", "kind"]):
        empty: Any = [[] for _ in range(3)] if bare[column].map(lambda cell: isinstance(cell, list)).all() else None
        bare[column] = pd.Series(empty, index=bare.index, dtype=catalogue[column].dtype)
    scores = learned.predict(bare)
    assert len(scores) == 6
    assert np.isfinite(scores["score"]).all()


def test_too_little_to_learn_from_is_refused(make: Make, made: tuple[pd.DataFrame, ...]) -> None:
    titles, outcomes, _ = made
    for few in (outcomes.head(0), outcomes.head(9)):
        with pytest.raises(NotEnoughDataError):
            make().fit(titles, few)


@pytest.mark.parametrize("metric", ["top10_points", "released"])
def test_flows_and_presences_are_learned_from(make: Make, made: tuple[pd.DataFrame, ...], metric: str) -> None:
    titles, _, catalogue = made
    rows = [
        (str(title), market, metric, 3.0, f"2021-0{1 + place % 9}-03")
        for place, title in enumerate(titles["title_id"][:60])
        for market in ("CN", "DE")
        if (place + len(market + metric)) % 3 or market == "DE"
    ]
    scores = make().fit(titles, outcomes_frame(rows)).predict(catalogue)
    assert np.isfinite(scores["score"]).all()
