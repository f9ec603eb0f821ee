from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.base import BaseEstimator

from recommender.errors import CallError, NotEnoughDataError
from recommender.evaluation import (
    FIGURES,
    RESULT_COLUMNS,
    AsOfSplit,
    FoldSplit,
    MarketSplit,
    OriginSplit,
    RandomSplit,
    YearSplit,
    evaluate,
    gains,
    headline,
)
from recommender.ranking import BASELINES, NewestRanker, OriginGenreRanker, ShuffleRanker

HALF = RandomSplit(share=0.5)


class Told(BaseEstimator):
    """Knows every title's number, and with history also says so; sees what it is given."""

    calls: list[dict[str, object]] = []  # noqa: RUF012 - clones share it on purpose

    def __init__(self, sign: float = 1.0) -> None:
        self.sign = sign

    def fit(self, titles: pd.DataFrame, outcomes: pd.DataFrame, *, as_of: str | None = None) -> Self:
        self.calls.append({"titles": titles, "outcomes": outcomes, "as_of": as_of})
        return self

    def predict(
        self,
        titles: pd.DataFrame,
        markets: Sequence[str] | None = None,
        *,
        history: pd.DataFrame | None = None,
        as_of: str | None = None,
        explain: int | None = 0,  # noqa: ARG002
    ) -> pd.DataFrame:
        self.calls.append({"judged": titles, "history": history, "as_of": as_of})
        assert markets is not None
        frame = titles[["title_id"]].merge(pd.DataFrame({"market": list(markets)}), how="cross")
        number = frame["title_id"].str[1:].astype(float)
        score = self.sign * (number if history is None else frame["title_id"].isin(history["title_id"]))
        return frame.assign(score=score.astype(float), appeal=0.5, low=0.1, high=0.9)


@pytest.fixture(autouse=True)
def _forget() -> None:
    Told.calls.clear()


def test_a_perfect_ranker_and_its_opposite(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    results = evaluate({"best": Told(), "worst": Told(-1)}, titles, votes, HALF, k=10).set_index("ranker")
    assert results.loc["best", "ndcg"] == pytest.approx(1)
    assert results.loc["best", "spearman"] == pytest.approx(1)
    assert results.loc["best", "precision"] == 1
    assert results.loc["worst", "spearman"] == pytest.approx(-1)
    assert results.loc["worst", "precision"] == 0
    assert results.loc["worst", "ndcg"] < 0.2


def test_titles_of_one_origin_are_placed_among_all_of_the_market(
    titles: pd.DataFrame,
    make_outcomes: Callable[[list[tuple[str, str, str, float, str]]], pd.DataFrame],
) -> None:
    """American titles are the upper part of the market: to say so is right of those in their own lower half, too."""
    american = [title for title, origin in zip(titles["title_id"], titles["countries"], strict=True) if "US" in origin]
    value = {title: float(int(title[1:]) + 1000 * (title in american)) for title in titles["title_id"]}
    outcomes = make_outcomes([(title, "CN", "votes", value[title], "2020-01-01") for title in titles["title_id"]])
    foreign = [
        title for title, origin in zip(titles["title_id"], titles["countries"], strict=True) if "CN" not in origin
    ]
    reached = pd.Series({title: value[title] for title in foreign}).rank(pct=True)

    class Right(Told):
        def predict(self, titles: pd.DataFrame, markets: Sequence[str] | None = None, **how: Any) -> pd.DataFrame:
            frame = super().predict(titles, markets, **how)
            appeal = frame["title_id"].map(reached)
            return frame.assign(appeal=appeal, low=appeal - 0.02, high=appeal + 0.02)

    results = evaluate({"right": Right()}, titles, outcomes, OriginSplit(origins=("US",)), k=5)
    assert results.loc[0, "interval_coverage"] == 1
    assert results.loc[0, "calibration_error"] < 0.02
    assert results.loc[0, "precision"] == 1, "the upper half is still that of the titles that judge"


def test_only_foreign_titles_with_an_outcome_judge(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    votes = votes[votes["title_id"] != "t000"]
    results = evaluate({"best": Told()}, titles, votes, HALF, k=5)
    judged = Told.calls[1]["judged"]
    assert isinstance(judged, pd.DataFrame)
    known = judged[judged["title_id"] != "t000"]
    # A Soviet title is at home in Russia; one without origin is foreign to both markets.
    abroad = known["countries"].map(lambda c: not {"CN"} & {*c} or not {"RU", "SU"} & {*c})
    assert results["n_titles"][0] == abroad.sum()
    assert results["n_markets"][0] == 2


def test_coverage_and_calibration_are_pooled(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    result = evaluate({"told": Told()}, titles, votes, HALF, k=5).iloc[0]
    assert result["interval_coverage"] == pytest.approx(0.8, abs=0.03)
    assert result["calibration_error"] < 0.02


def test_history_is_shown_the_second_time(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    results = evaluate({"told": Told(), "shuffle": ShuffleRanker()}, titles, votes, HALF, k=5)
    assert results["ranker"].tolist() == ["told", "told + history", "shuffle"]
    _, first, second = Told.calls
    assert first["history"] is None
    history = second["history"]
    assert isinstance(history, pd.DataFrame)
    worldwide = history["market"] == "WW"
    assert worldwide.any()
    assert is_home(history[~worldwide], titles).all()


def test_without_outcomes_worldwide_or_at_home_there_is_no_second_time(
    titles: pd.DataFrame, votes: pd.DataFrame
) -> None:
    abroad = votes[(votes["market"] != "WW") & ~is_home(votes, titles)]
    results = evaluate({"told": Told()}, titles, abroad, HALF, k=5)
    assert results["ranker"].tolist() == ["told"]


def is_home(outcomes: pd.DataFrame, titles: pd.DataFrame) -> pd.Series:
    """Return which rows are of a title's home; a Soviet title is at home in Russia."""
    home = titles.set_index("title_id")["countries"].map(lambda names: {*names, *(["RU"] if "SU" in names else [])})
    rows = zip(outcomes["title_id"], outcomes["market"], strict=True)
    return pd.Series([market in home[title] for title, market in rows], index=outcomes.index, dtype=bool)


def test_the_rankers_given_stay_as_they_are(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    ranker = OriginGenreRanker()
    evaluate({"origin": ranker}, titles, votes, HALF, k=5)
    assert not hasattr(ranker, "markets_")


def test_the_same_call_gives_the_same_figures(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    rankers = {name: BASELINES[name]() for name in ("shuffle", "newest", "origin_genre", "tfidf_knn")}
    first, second = (evaluate(rankers, titles, votes, HALF, k=5).drop(columns="seconds") for _ in range(2))
    pd.testing.assert_frame_equal(first, second)
    assert tuple(evaluate(rankers, titles, votes, HALF, k=5).columns) == RESULT_COLUMNS
    for name in FIGURES:
        known = first[first[name].notna()]
        assert (known[f"{name}_low"] <= known[name] + 1e-9).all()
        assert (known[name] <= known[f"{name}_high"] + 1e-9).all()


def test_no_interval_leaves_the_range_of_its_figure(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    rankers = {"told": Told(), "newest": BASELINES["newest"](), "shuffle": BASELINES["shuffle"]()}
    results = evaluate(rankers, titles, votes, [HALF, FoldSplit(folds=6)], k=8)
    for name, figure in FIGURES.items():
        assert not (results[f"{name}_low"] < figure.least).any()
        assert not (results[f"{name}_high"] > figure.most).any()
    assert ((results["precision"] > 0.8) & (results["precision"] < 1)).any()  # some would leave it


def test_a_title_that_judges_twice_is_one(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    results = evaluate({"newest": BASELINES["newest"]()}, titles, votes, RandomSplit(share=0.6, repeats=5), k=5)
    every, *single = results["n_titles"]
    assert max(single) < every <= len(titles) < sum(single)


def test_with_a_cubed_percentile_too_it_is_outcomes_above_0_that_are_counted(
    titles: pd.DataFrame, votes: pd.DataFrame
) -> None:
    found, ranker = votes[votes["market"] == "CN"], {"newest": BASELINES["newest"]()}
    # Of each fold some 50 are foreign, and 25 are in the upper half.
    assert (evaluate(ranker, titles, found, FoldSplit(folds=2), k=5, least_positives=40)["n_markets"] == 1).all()


def test_markets_with_few_positives_do_not_count(
    titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
) -> None:
    rows = [(f"t{i:03}", "DE", "released", 1.0, "2020-01-01") for i in range(0, 120, 2)]
    rows += [(f"t{i:03}", "AT", "released", 1.0, "2020-01-01") for i in range(0, 120, 12)]
    result = evaluate({"told": Told()}, titles, make_outcomes(rows), HALF, k=5, gain="binary").iloc[0]
    assert result["n_markets"] == 1
    with pytest.raises(NotEnoughDataError, match="no market has 50 judged titles"):
        evaluate({"told": Told()}, titles, make_outcomes(rows), HALF, k=5, least_positives=50)


def test_a_presence_is_zero_where_a_listed_title_is_not_listed(
    titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
) -> None:
    rows = [(f"t{i:03}", "DE", "released", 1.0, "2020-01-01") for i in range(0, 80)]
    rows += [(f"t{i:03}", "AT", "released", 1.0, "2020-01-01") for i in range(40, 80)]
    result = evaluate({"told": Told()}, titles, make_outcomes(rows), HALF, k=5, gain="binary").iloc[0]
    # Nothing is known of titles 80 to 119; in AT those from 40 on come first, in DE all are 1.
    assert result["n_titles"] < 50
    assert result["ndcg"] == pytest.approx(1)


def test_chart_points_after_the_day_add_up(titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]) -> None:
    rows = [(f"t{i:03}", "DE", "top10_points", 5.0, "2021-11-07") for i in range(30)]
    rows += [(f"t{i:03}", "DE", "top10_points", 1.0, f"2022-01-{week:02}") for i in range(30, 60) for week in (2, 9)]
    rows += [(f"t{i:03}", "DE", "top10_points", 3.0, "2022-01-16") for i in range(90, 120)]
    split = AsOfSplit(day="2022-01-01", until="2022-04-01")
    result = evaluate({"told": Told()}, titles, make_outcomes(rows), split, k=10, gain="log_points").iloc[0]
    assert result["n_titles"] == 90
    assert result["ndcg"] == pytest.approx(1)  # 3 points are more than 2, and titles 60 to 89 have none
    assert Told.calls[0]["as_of"] == Told.calls[1]["as_of"] == "2022-01-01"


def test_a_title_that_a_ranker_leaves_out_comes_last(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    class Forgetful(Told):
        def predict(self, *args: object, **more: object) -> pd.DataFrame:
            scores = super().predict(*args, **more)  # type: ignore[arg-type]
            return scores[scores["title_id"] < "t060"]

    results = evaluate({"all": Told(), "half": Forgetful()}, titles, votes, HALF, k=60)
    ndcg = results.set_index("ranker")["ndcg"]
    assert ndcg["half"] < 0.8 < ndcg["all"]


def test_a_wrong_call_is_refused(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    for rankers, k in (({}, 5), ({"told": Told()}, 0)):
        with pytest.raises(CallError):
            evaluate(rankers, titles, votes, YearSplit(first=2010, last=2012), k=k)
    with pytest.raises(CallError):
        evaluate({"told": Told()}, titles, votes, [], k=5)


def test_several_holdouts_have_a_row_each_and_one_for_all(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    splits = [FoldSplit(folds=2), OriginSplit(origins=("US",))]
    results = evaluate({"told": Told(), "shuffle": ShuffleRanker()}, titles, votes, splits, k=5)
    told = results[results["ranker"] == "told"]
    assert told["holdout"].tolist() == ["all", "fold 1", "fold 2", "US"]
    folds = told.set_index("holdout")
    assert folds.loc["all", "spearman"] == pytest.approx(folds.loc[["fold 1", "fold 2"], "spearman"].mean())
    assert folds.loc["all", "n_titles"] == folds.loc[["fold 1", "fold 2"], "n_titles"].sum()
    assert headline(told)["split"].tolist() == ["2 folds", "origin US"]
    # The mean of two folds is surer than each.
    shuffled = results[(results["ranker"] == "shuffle") & (results["split"] == "2 folds")].set_index("holdout")
    width = shuffled["spearman_high"] - shuffled["spearman_low"]
    assert width["all"] < width[["fold 1", "fold 2"]].min()


def test_neither_ids_nor_order_change_a_figure(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    rankers = {"newest": NewestRanker(), "origin": OriginGenreRanker()}
    names = {name: f"x{997 * i % 1000:03}" for i, name in enumerate(titles["title_id"])}
    renamed = titles.assign(title_id=titles["title_id"].map(names)).iloc[::-1].reset_index(drop=True)
    moved = votes.assign(title_id=votes["title_id"].map(names)).iloc[::-1].reset_index(drop=True)
    first = evaluate(rankers, titles, votes, HALF, k=5).drop(columns="seconds")
    second = evaluate(rankers, renamed, moved, HALF, k=5).drop(columns="seconds")
    pd.testing.assert_frame_equal(first, second)


class Learned(Told):
    """Knows markets by name, and in DE the opposite of what it knows in FR."""

    def fit(self, titles: pd.DataFrame, outcomes: pd.DataFrame, *, as_of: str | None = None) -> Self:
        super().fit(titles, outcomes, as_of=as_of)
        self.markets_ = tuple(sorted({*outcomes["market"]} - {"WW"}))
        return self

    def predict(self, titles: pd.DataFrame, markets: Sequence[str] | None = None, **more: object) -> pd.DataFrame:
        assert markets is not None
        assert set(markets) <= set(self.markets_)
        scores = super().predict(titles, markets, **more)  # type: ignore[arg-type]
        scores["score"] *= scores["market"].map({"FR": 1000.0, "DE": -1.0, "US": 1.0})
        return scores.drop(columns=["appeal", "low", "high"])


@pytest.mark.parametrize(("known", "expected"), [(("FR",), 1), (("DE",), -1), (("FR", "DE", "US"), 1)])
def test_an_unseen_market_is_judged_by_the_mean_over_the_others(
    titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame], known: tuple[str, ...], expected: float
) -> None:
    titles["countries"] = [["JP"]] * len(titles)
    rows = [(f"t{i:03}", market, "votes", 10.0 * i + 1, "2020-01-01") for i in range(120) for market in ("CN", *known)]
    result = evaluate({"one": Learned()}, titles, make_outcomes(rows), MarketSplit(markets=("CN",)), k=5).iloc[0]
    assert result["spearman"] == pytest.approx(expected)
    assert result["n_markets"] == 1


def test_a_title_absent_from_an_unseen_market_is_a_zero_there(
    titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
) -> None:
    titles["countries"] = [["JP"]] * len(titles)
    rows = [(f"t{i:03}", "FR", "released", 1.0, "2020-01-01") for i in range(120)]
    rows += [(f"t{i:03}", "CN", "released", 1.0, "2020-01-01") for i in range(60, 120)]
    split = MarketSplit(markets=("CN",), share=0.5)
    result = evaluate({"told": Told()}, titles, make_outcomes(rows), split, k=5, gain="binary").iloc[0]
    assert result["n_titles"] == 60
    assert result["auc"] == 1


@given(st.lists(st.integers(0, 9).map(float), min_size=1, max_size=30))
def test_a_gain_is_never_negative_and_never_falls_with_the_value(values: list[float]) -> None:
    value = np.array(values)
    order = np.argsort(value)
    for gain in ("percentile_cubed", "binary", "log_points"):
        worth = gains(value, gain)  # type: ignore[arg-type]
        assert (worth >= 0).all()
        assert (np.diff(worth[order]) >= 0).all()
