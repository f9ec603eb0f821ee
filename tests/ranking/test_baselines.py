from __future__ import annotations

import inspect

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from recommender.errors import CallError, NotEnoughDataError
from recommender.ranking import BASELINES, Baseline, NewestRanker, OriginGenreRanker, Ranker, ShuffleRanker
from recommender.sources import read_outcomes, read_titles, write_table

each_baseline = pytest.mark.parametrize("make", BASELINES.values(), ids=BASELINES)
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


@each_baseline
def test_it_stands_wherever_a_ranker_does(make: type[Baseline]) -> None:
    for method in ("fit", "predict"):
        assert list(inspect.signature(getattr(make, method)).parameters) == list(
            inspect.signature(getattr(Ranker, method)).parameters
        )


@each_baseline
def test_it_has_scikit_learns_habits(make: type[Baseline], titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    baseline = make()
    assert set(baseline.get_params()) == set(inspect.signature(make).parameters)
    for name, value in baseline.get_params().items():
        assert clone(baseline.set_params(**{name: value + 1})).get_params()[name] == value + 1
    with pytest.raises(NotFittedError):
        baseline.predict(titles)
    assert baseline.fit(titles, outcomes) is baseline
    with pytest.raises(NotFittedError):
        clone(baseline).predict(titles)


@each_baseline
def test_scores_are_by_market_and_rank(make: type[Baseline], titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    scores = make().fit(titles, outcomes).predict(titles)
    assert scores.columns.tolist() == ["market", "rank", "title_id", "score"]
    assert [str(kind) for kind in scores.dtypes] == ["str", "int64", "str", "float64"]
    assert np.isfinite(scores["score"]).all()
    for market, rows in scores.groupby("market"):
        foreign = titles[[not {market, "SU" if market == "RU" else market} & {*c} for c in titles["countries"]]]
        assert set(rows["title_id"]) == set(foreign["title_id"])
        assert rows["rank"].tolist() == list(range(1, len(foreign) + 1))
        assert rows["score"].is_monotonic_decreasing


@each_baseline
def test_markets_come_in_the_order_asked_for(
    make: type[Baseline], titles: pd.DataFrame, outcomes: pd.DataFrame
) -> None:
    baseline = make().fit(titles, outcomes)
    both = baseline.predict(titles, ["RU", "CN", "RU"])
    assert both["market"].unique().tolist() == ["RU", "CN"]
    alone = baseline.predict(titles, ["CN"])
    pd.testing.assert_frame_equal(both[both["market"] == "CN"].reset_index(drop=True), alone)
    with pytest.raises(CallError, match="'XX' has not been learned"):
        baseline.predict(titles, ["XX"])


@each_baseline
def test_the_order_of_rows_does_not_matter(make: type[Baseline], titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    turned = titles.iloc[::-1].reset_index(drop=True), outcomes.iloc[::-1].reset_index(drop=True)
    first = make().fit(titles, outcomes).predict(titles)
    second = make().fit(*turned).predict(turned[0])
    pd.testing.assert_frame_equal(first, second)


@each_baseline
def test_outcomes_from_the_day_on_change_nothing(
    make: type[Baseline], titles: pd.DataFrame, outcomes: pd.DataFrame
) -> None:
    future = outcomes.assign(as_of="2021-01-01", value=outcomes["value"].iloc[::-1].to_numpy())
    both = pd.concat([outcomes, future], ignore_index=True)
    first = make().fit(titles, outcomes, as_of="2021-01-01").predict(titles)
    second = make().fit(titles, both, as_of="2021-01-01").predict(titles)
    pd.testing.assert_frame_equal(first, second)


@each_baseline
def test_no_titles_give_no_scores(make: type[Baseline], titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    scores = make().fit(titles, outcomes).predict(titles.head(0))
    assert scores.empty
    assert [str(kind) for kind in scores.dtypes] == ["str", "int64", "str", "float64"]


@each_baseline
def test_too_little_to_learn_from_is_refused(
    make: type[Baseline], titles: pd.DataFrame, outcomes: pd.DataFrame
) -> None:
    for few in (outcomes.head(0), outcomes.head(9)):
        with pytest.raises(NotEnoughDataError):
            make().fit(titles, few)


def test_chance_has_a_seed(titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    orders = [
        ShuffleRanker(random_state=seed).fit(titles, outcomes).predict(titles, [market])["title_id"].tolist()
        for seed, market in ((0, "CN"), (1, "CN"), (0, "RU"))
    ]
    common = [[t for t in order if t in set(orders[0]) & set(orders[2])] for order in orders]
    assert common[0] != common[1]
    assert common[0] != common[2]


def test_chance_prefers_no_title(titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
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


def test_titles_of_strong_origins_come_first(titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    scores = OriginGenreRanker().fit(titles, outcomes).predict(titles, ["CN"])
    origin = scores.merge(titles[["title_id", "countries"]], on="title_id")["countries"].map(tuple).tolist()
    assert origin[0] == ("US",)
    assert origin[-1] == ("FR",)


def test_what_tells_nothing_has_the_markets_mean(titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    ranker = OriginGenreRanker().fit(titles, outcomes)
    unknown = titles.head(1).copy()
    unknown["countries"], unknown["genres"] = [[]], [["Peplum"]]
    score = ranker.predict(unknown, ["RU"])["score"].item()
    assert score == pytest.approx(ranker.market_means_[1])


def test_more_shrinkage_draws_scores_together(titles: pd.DataFrame, outcomes: pd.DataFrame) -> None:
    spread = [
        OriginGenreRanker(shrinkage=weight).fit(titles, outcomes).predict(titles, ["CN"])["score"].std()
        for weight in (1.0, 10.0, 1000.0)
    ]
    assert spread[0] > spread[1] > spread[2] > 0
