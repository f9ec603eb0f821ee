from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from pydantic import TypeAdapter, ValidationError

from recommender.errors import NotEnoughDataError
from recommender.evaluation import (
    AsOfSplit,
    FoldSplit,
    Holdout,
    MarketSplit,
    OriginSplit,
    RandomSplit,
    RollingDaySplit,
    RollingYearSplit,
    Split,
    YearSplit,
)
from recommender.evaluation._truth import find_truth
from recommender.evaluation.splits import AnySplit
from recommender.schema import at_home

SPLITS = (
    RandomSplit(share=0.3, repeats=2),
    FoldSplit(folds=3),
    YearSplit(first=2010, last=2011),
    RollingYearSplit(first=2010, last=2014, span=2),
    OriginSplit(origins=("RU", "SU")),
    AsOfSplit(day="2012-01-01"),
    RollingDaySplit(days=("2012-01-01", "2014-01-01"), months=24),
    MarketSplit(markets=("CN", "RU")),
)


def check_apart(holdout: Holdout) -> None:
    """Check what holds for every split: nothing that judges is learned from."""
    assert set(holdout.truth["title_id"]) <= set(holdout.judged["title_id"])
    assert set(holdout.history["title_id"]) <= set(holdout.judged["title_id"])
    assert "WW" not in set(holdout.truth["market"])
    homes = dict(zip(holdout.judged["title_id"], map(at_home, holdout.judged["countries"]), strict=True))
    shown = zip(holdout.history["title_id"], holdout.history["market"], strict=True)
    assert all(market == "WW" or market in homes[title] for title, market in shown), "where it judges nothing is shown"
    keys = ["title_id", "market", "metric", "as_of"]
    assert holdout.outcomes.merge(holdout.truth, on=keys).empty


def one(split: Split, titles: pd.DataFrame, outcomes: pd.DataFrame) -> Holdout:
    """Return the only holdout of a split."""
    (holdout,) = split.divide(titles, outcomes)
    return holdout


@pytest.mark.parametrize("split", SPLITS, ids=lambda split: split.kind)
def test_every_split_keeps_to_the_protocol(split: Split, titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    before = titles.copy(), votes.copy()
    holdouts = split.divide(titles, votes)
    for holdout in holdouts:
        check_apart(holdout)
        assert len(holdout.judged) > 0
        assert holdout.split == split.label
        assert list(holdout.titles.columns) == list(holdout.judged.columns) == list(titles.columns)
    assert len({holdout.name for holdout in holdouts}) == len(holdouts)
    pd.testing.assert_frame_equal(titles, before[0])
    pd.testing.assert_frame_equal(votes, before[1])
    # As data and back it is the same split.
    assert TypeAdapter(AnySplit).validate_python(split.model_dump(mode="json")) == split


@pytest.mark.parametrize("split", SPLITS, ids=lambda split: split.kind)
def test_only_what_is_drawn_has_a_seed(split: Split, titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    other = split.with_seed(5)
    drawn = "seed" in type(split).model_fields
    assert (other is split) != drawn
    first, second = (divided.divide(titles, votes)[0].judged["title_id"] for divided in (split, other))
    assert (set(first) != set(second)) == drawn
    assert other.label == split.label


def test_a_random_share_judges(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    holdout = one(RandomSplit(share=0.25), titles, votes)
    check_apart(holdout)
    assert len(holdout.judged) == 30
    assert set(holdout.judged["title_id"]).isdisjoint(holdout.titles["title_id"])
    assert set(holdout.judged["title_id"]).isdisjoint(holdout.outcomes["title_id"])
    assert len(holdout.history) > 0


def test_a_random_split_looks_at_neither_ids_nor_order(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    first = one(RandomSplit(share=0.25), titles, votes).judged["title"]
    names = {name: f"x{999 - i}" for i, name in enumerate(titles["title_id"])}
    renamed = titles.assign(title_id=titles["title_id"].map(names)).iloc[::-1].reset_index(drop=True)
    moved = votes.assign(title_id=votes["title_id"].map(names))
    assert set(one(RandomSplit(share=0.25), renamed, moved).judged["title"]) == set(first)
    assert set(one(RandomSplit(share=0.25, seed=1), titles, votes).judged["title"]) != set(first)


def test_two_rows_of_one_film_stay_together(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    twins = titles.assign(title=[f"Film {i // 2}" for i in range(len(titles))], year=titles["year"].iloc[0])
    holdout = one(RandomSplit(share=0.5), twins, votes)
    assert set(holdout.judged["title"]).isdisjoint(holdout.titles["title"])


def test_years_judge_and_only_earlier_ones_are_learned_from(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    titles.loc[0, "year"] = pd.NA
    holdout = one(YearSplit(first=2010, last=2011), titles, votes)
    check_apart(holdout)
    assert set(holdout.judged["year"]) == {2010, 2011}
    assert holdout.titles["year"].max() == 2009
    assert "t000" not in {*holdout.titles["title_id"], *holdout.judged["title_id"]}
    assert set(holdout.outcomes["title_id"]) <= set(holdout.titles["title_id"])


def test_what_came_when_the_years_were_judged_already_is_not_learned_from(
    titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
) -> None:
    # Licences of library titles: each title's outcome comes up to nine years after its own year.
    dated = [(f"t{i:03}", "CN", "votes", 9.0 + i, f"{2001 + i % 20 + i // 20 % 3 * 4}-06-01") for i in range(120)]
    holdout = one(YearSplit(first=2014, last=2015), titles, make_outcomes(dated))
    assert holdout.outcomes["as_of"].max() < holdout.truth["as_of"].min() == "2015-06-01"
    assert holdout.n_later == 0
    assert len(holdout.outcomes) > 0.5 * len(holdout.titles)
    assert holdout.titles["year"].max() == 2013

    # Worldwide figures that were all taken down later are kept, and counted.
    later = [(f"t{i:03}", "WW", "imdb_votes", 5.0, "2024-01-01") for i in range(120)]
    with_world = one(YearSplit(first=2014, last=2015), titles, make_outcomes(dated + later))
    local = with_world.outcomes[with_world.outcomes["market"] != "WW"].reset_index(drop=True)
    pd.testing.assert_frame_equal(local, holdout.outcomes)
    assert with_world.n_later == len(with_world.titles) == len(with_world.outcomes) - len(local)


def test_years_of_outcomes_taken_down_on_one_day_are_learned_from_as_they_are(
    titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
) -> None:
    outcomes = make_outcomes([(f"t{i:03}", "CN", "votes", 9.0 + i, "2020-01-01") for i in range(120)])
    holdout = one(YearSplit(first=2014, last=2015), titles, outcomes)
    assert set(holdout.outcomes["title_id"]) == set(holdout.titles["title_id"])
    assert holdout.n_later == 0


def test_a_day_divides_outcomes_and_charted_titles_do_not_judge(
    titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
) -> None:
    titles = titles.head(6)
    outcomes = make_outcomes(
        [
            ("t000", "FR", "top10_points", 9, "2021-12-26"),
            ("t000", "DE", "top10_points", 9, "2022-01-02"),
            ("t001", "DE", "top10_points", 5, "2022-01-01"),
            ("t001", "DE", "top10_points", 5, "2022-04-03"),
            ("t002", "WW", "imdb_votes", 5, "2021-12-31"),
            ("t002", "WW", "imdb_votes", 6, "2022-01-02"),
        ],
    )
    holdout = one(AsOfSplit(day="2022-01-01", until="2022-04-01"), titles, outcomes)
    check_apart(holdout)
    assert holdout.as_of == "2022-01-01"
    assert holdout.outcomes["as_of"].max() < "2022-01-01"
    assert "t000" not in set(holdout.judged["title_id"])
    assert len(holdout.judged) == 5
    assert holdout.truth["as_of"].tolist() == ["2022-01-01"]
    assert holdout.history["as_of"].tolist() == ["2021-12-31"]
    assert len(holdout.titles) == 6


def test_titles_of_years_after_the_last_do_not_judge_as_of_a_day(
    titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
) -> None:
    titles = titles.head(4).copy()
    titles["year"] = pd.array([2021, 2022, 2023, None], dtype=titles["year"].dtype)
    days = ("2021-12-26", "2022-02-01", "2023-02-01", "2022-02-01")
    outcomes = make_outcomes([(f"t00{i}", "DE", "top10_points", 9, day) for i, day in enumerate(days)])
    holdout = one(AsOfSplit(day="2022-01-01", last_year=2022), titles, outcomes)
    assert holdout.judged["title_id"].tolist() == ["t001", "t003"]
    assert set(holdout.truth["title_id"]) == {"t001", "t003"}


@pytest.mark.parametrize("split", [FoldSplit(folds=2), AsOfSplit(day="2022-01-01")], ids=lambda split: split.kind)
def test_audiences_at_home_are_shown_of_titles_that_judge_abroad(
    split: Split, titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
) -> None:
    titles = titles.head(8).copy()
    titles["countries"] = [["FR"], ["FR"], ["SU"], ["FR"], ["FR"], ["DE"], ["DE"], ["DE"]]
    abroad = [(f"t00{i}", "CN", "votes", 10 + i, "2022-02-01") for i in range(8) if i != 1]
    home = [
        ("t000", "FR", "votes", 7, "2021-06-01"),
        ("t000", "FR", "top10_points", 7, "2021-06-01"),
        ("t001", "FR", "votes", 7, "2021-06-01"),
        ("t002", "RU", "votes", 7, "2021-06-01"),
        ("t003", "DE", "votes", 7, "2021-06-01"),
    ]
    holdouts = split.divide(titles, make_outcomes(abroad + home))
    for holdout in holdouts:
        check_apart(holdout)
    shown = pd.concat([holdout.history for holdout in holdouts])
    places = set(zip(shown["title_id"], shown["market"], shown["metric"], strict=True))
    assert ("t001", "FR", "votes") not in places, "it judges nowhere"
    assert places <= {("t000", "FR", "votes"), ("t002", "RU", "votes")}
    if split.kind == "folds":
        assert len(places) == 2


@pytest.mark.parametrize("metric", ["top10_points", "released"])
def test_that_a_title_is_shown_at_home_does_not_tell_that_it_will_do_well(
    titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame], metric: str
) -> None:
    titles = titles.head(8).copy()
    titles["countries"] = [["FR"]] * 8
    home = [(f"t00{i}", "FR", "votes", 7, "2021-06-01") for i in range(8)]
    home += [(f"t00{i}", "FR", metric, 1, "2022-02-01") for i in range(8)]
    abroad = [(f"t00{i}", "CN", metric, 1, "2022-02-01") for i in range(4)]
    for holdout in FoldSplit(folds=2).divide(titles, make_outcomes(home + abroad)):
        assert set(find_truth(holdout).value[:, 0] > 0) == {True, False}
        assert sorted(holdout.history["title_id"]) == sorted(holdout.judged["title_id"])


@pytest.mark.parametrize("split", [YearSplit(first=1950, last=1960), YearSplit(first=1900, last=2100)])
def test_a_split_with_an_empty_side_is_refused(titles: pd.DataFrame, votes: pd.DataFrame, split: YearSplit) -> None:
    with pytest.raises(NotEnoughDataError, match="the split leaves no outcomes"):
        split.divide(titles, votes)


@pytest.mark.parametrize(
    ("split", "values"),
    [
        (RandomSplit, {"share": 1.0}),
        (RandomSplit, {"share": 0.5, "repeats": 0}),
        (FoldSplit, {"folds": 1}),
        (RollingYearSplit, {"first": 2017, "last": 2016}),
        (RollingYearSplit, {"first": 2015, "last": 2016, "span": 0}),
        (OriginSplit, {"origins": []}),
        (OriginSplit, {"origins": ["Russia"]}),
        (MarketSplit, {"markets": []}),
        (RollingDaySplit, {"days": []}),
        (RollingDaySplit, {"days": ["2022-02-01", "2022-01-01"]}),
        (RandomSplit, {"share": 0.5, "sede": 1}),
        (YearSplit, {"first": 2017, "last": 2016}),
        (AsOfSplit, {"day": "2022-13-01"}),
        (AsOfSplit, {"day": "2022-01-01", "until": "2022-01-01"}),
    ],
)
def test_a_split_that_makes_no_sense_is_refused(split: type, values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        split(**values)


def test_folds_judge_every_title_once(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    holdouts = FoldSplit(folds=4).divide(titles, votes)
    judged = pd.concat([holdout.judged["title_id"] for holdout in holdouts])
    assert sorted(judged) == sorted(titles["title_id"])


def test_years_roll_and_learn_from_all_before(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    holdouts = RollingYearSplit(first=2010, last=2014, span=2).divide(titles, votes)
    assert [holdout.name for holdout in holdouts] == ["2010 to 2011", "2012 to 2013", "2014"]
    for holdout, first in zip(holdouts, (2010, 2012, 2014), strict=True):
        assert holdout.judged["year"].min() == first
        assert holdout.titles["year"].max() == first - 1


def test_nothing_of_an_origin_is_learned_from(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    titles.at[0, "countries"] = ["US", "SU"]  # a co-production belongs to each of its origins
    holdout = one(OriginSplit(origins=("RU", "SU")), titles, votes)
    assert "t000" in set(holdout.judged["title_id"])
    assert all({"RU", "SU"}.isdisjoint(countries) for countries in holdout.titles["countries"])
    assert all({"RU", "SU"} & {*countries} for countries in holdout.judged["countries"])


def test_days_roll_with_a_horizon_each(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    days = ("2012-01-01", "2014-01-01")
    bounded = RollingDaySplit(days=days, months=12).divide(titles, votes)
    assert [(h.truth["as_of"].min(), h.truth["as_of"].max()) for h in bounded] == [
        ("2012-06-01", "2012-06-01"),
        ("2014-06-01", "2014-06-01"),
    ]
    in_turn = RollingDaySplit(days=days).divide(titles, votes)
    assert [h.truth["as_of"].max() for h in in_turn] == ["2013-06-01", "2020-06-01"]
    assert [h.as_of for h in in_turn] == list(days)


@pytest.mark.parametrize(
    ("days", "months", "label"),
    [
        (("2012-01-01",), None, "1 day from 2012-01-01"),
        (("2012-01-01",), 1, "1 day from 2012-01-01, 1 month"),
        (("2012-01-01",), 3, "1 day from 2012-01-01, 3 months"),
        (("2012-01-01", "2014-01-01"), 1, "2 days from 2012-01-01, 1 month each"),
    ],
)
def test_days_are_counted_in_words(days: tuple[str, ...], months: int | None, label: str) -> None:
    assert RollingDaySplit(days=days, months=months).label == label


def test_a_market_is_unseen_and_its_titles_too(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    for holdout, market in zip(MarketSplit(markets=("CN", "RU")).divide(titles, votes), ("CN", "RU"), strict=True):
        assert market not in set(holdout.outcomes["market"])
        assert holdout.markets == (market,)
        assert set(holdout.judged["title_id"]).isdisjoint(holdout.outcomes["title_id"])
    with pytest.raises(NotEnoughDataError, match="unseen market XX, XX"):
        MarketSplit(markets=("XX",)).divide(titles, votes)
