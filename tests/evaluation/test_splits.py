from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest
from pydantic import ValidationError

from recommender.errors import NotEnoughDataError
from recommender.evaluation import AsOfSplit, Holdout, RandomSplit, YearSplit


def check_apart(holdout: Holdout) -> None:
    """Check what holds for every split: nothing that judges is learned from."""
    assert set(holdout.truth["title_id"]) <= set(holdout.judged["title_id"])
    assert set(holdout.history["title_id"]) <= set(holdout.judged["title_id"])
    assert "WW" not in set(holdout.truth["market"])
    assert set(holdout.history["market"]) <= {"WW"}
    keys = ["title_id", "market", "metric", "as_of"]
    assert holdout.outcomes.merge(holdout.truth, on=keys).empty


def test_a_random_share_judges(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    holdout = RandomSplit(share=0.25).divide(titles, votes)
    check_apart(holdout)
    assert len(holdout.judged) == 30
    assert set(holdout.judged["title_id"]).isdisjoint(holdout.titles["title_id"])
    assert set(holdout.judged["title_id"]).isdisjoint(holdout.outcomes["title_id"])
    assert len(holdout.history) > 0


def test_a_random_split_looks_at_neither_ids_nor_order(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    first = RandomSplit(share=0.25).divide(titles, votes).judged["title"]
    names = {name: f"x{999 - i}" for i, name in enumerate(titles["title_id"])}
    renamed = titles.assign(title_id=titles["title_id"].map(names)).iloc[::-1].reset_index(drop=True)
    moved = votes.assign(title_id=votes["title_id"].map(names))
    assert set(RandomSplit(share=0.25).divide(renamed, moved).judged["title"]) == set(first)
    assert set(RandomSplit(share=0.25, seed=1).divide(titles, votes).judged["title"]) != set(first)


def test_two_rows_of_one_film_stay_together(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    twins = titles.assign(title=[f"Film {i // 2}" for i in range(len(titles))], year=titles["year"].iloc[0])
    holdout = RandomSplit(share=0.5).divide(twins, votes)
    assert set(holdout.judged["title"]).isdisjoint(holdout.titles["title"])


def test_years_judge_and_only_earlier_ones_are_learned_from(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    titles.loc[0, "year"] = pd.NA
    holdout = YearSplit(first=2010, last=2011).divide(titles, votes)
    check_apart(holdout)
    assert set(holdout.judged["year"]) == {2010, 2011}
    assert holdout.titles["year"].max() == 2009
    assert "t000" not in {*holdout.titles["title_id"], *holdout.judged["title_id"]}
    assert set(holdout.outcomes["title_id"]) <= set(holdout.titles["title_id"])


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
    holdout = AsOfSplit(day="2022-01-01", until="2022-04-01").divide(titles, outcomes)
    check_apart(holdout)
    assert holdout.as_of == "2022-01-01"
    assert holdout.outcomes["as_of"].max() < "2022-01-01"
    assert "t000" not in set(holdout.judged["title_id"])
    assert len(holdout.judged) == 5
    assert holdout.truth["as_of"].tolist() == ["2022-01-01"]
    assert holdout.history["as_of"].tolist() == ["2021-12-31"]
    assert len(holdout.titles) == 6


@pytest.mark.parametrize("split", [YearSplit(first=1950, last=1960), YearSplit(first=1900, last=2100)])
def test_a_split_with_an_empty_side_is_refused(titles: pd.DataFrame, votes: pd.DataFrame, split: YearSplit) -> None:
    with pytest.raises(NotEnoughDataError, match="the split leaves no outcomes"):
        split.divide(titles, votes)


@pytest.mark.parametrize(
    ("split", "values"),
    [
        (RandomSplit, {"share": 1.0}),
        (RandomSplit, {"share": 0.5, "sede": 1}),
        (YearSplit, {"first": 2017, "last": 2016}),
        (AsOfSplit, {"day": "2022-13-01"}),
        (AsOfSplit, {"day": "2022-01-01", "until": "2022-01-01"}),
    ],
)
def test_a_split_that_makes_no_sense_is_refused(split: type, values: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        split(**values)
