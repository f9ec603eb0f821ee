"""Two rankings of the same titles: differences, intervals and p-values."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from recommender.errors import CallError
from recommender.evaluation import Judging, RandomSplit, compare
from recommender.evaluation._compare import comparisons, sign_flip_p
from recommender.evaluation._evaluate import judge_rankers, make_yardsticks
from recommender.evaluation._judge import Judgement
from recommender.ranking import NewestRanker, OriginGenreRanker, ShuffleRanker
from tests.evaluation.test_evaluate import Told

SPLIT = RandomSplit(share=0.5, repeats=2)


@pytest.fixture
def judged(titles: pd.DataFrame, votes: pd.DataFrame) -> dict[str, list[Judgement]]:
    rankers = {"told": Told(), "again": Told(), "shuffle": ShuffleRanker(), "other": ShuffleRanker(random_state=1)}
    found: dict[str, list[Judgement]] = {}
    for one in judge_rankers(rankers, make_yardsticks(titles, votes, [SPLIT], Judging(k=20))):
        found.setdefault(one.ranker, []).append(one)
    return found


def test_what_is_better_is_better_beyond_chance(judged: dict[str, list[Judgement]]) -> None:
    found = compare(judged["told"], judged["shuffle"]).set_index("figure")
    assert list(found.index) == ["ndcg", "spearman"]
    assert (found["low"] > 0).all()
    assert (found["p_value"] < 0.001).all()
    turned = compare(judged["shuffle"], judged["told"]).set_index("figure")
    np.testing.assert_allclose(turned["difference"], -found["difference"])
    np.testing.assert_allclose(turned["low"], -found["high"])
    np.testing.assert_allclose(turned["p_value"], found["p_value"])


def test_the_same_ranking_is_no_better(judged: dict[str, list[Judgement]]) -> None:
    found = compare(judged["told"], judged["again"])
    assert (found["difference"] == 0).all()
    assert (found["p_value"] == 1).all()
    assert (found["low"] == 0).all()


def test_two_kinds_of_chance_are_not_told_apart(judged: dict[str, list[Judgement]]) -> None:
    found = compare(judged["shuffle"], judged["other"])
    assert (found["low"] < found["high"]).all()
    assert (found["p_value"] > 0.01).all()


def test_pairing_makes_a_difference_surer(judged: dict[str, list[Judgement]]) -> None:
    """Two rankings that are nearly the same vary together."""
    one = judged["told"][0]
    found = compare([one], [one]).set_index("figure")
    width = np.quantile(one.draws["spearman"], [0.025, 0.975])
    assert found.loc["spearman", "high"] - found.loc["spearman", "low"] <= width[1] - width[0]


def test_only_the_same_holdouts_are_compared(judged: dict[str, list[Judgement]]) -> None:
    for one, other in ((judged["told"], judged["shuffle"][:1]), ([], [])):
        with pytest.raises(CallError, match="same holdouts"):
            compare(one, other)


def test_like_is_compared_with_like(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    rankers = {"told": Told(), "newest": NewestRanker(), "second": Told(-1.0), "origin": OriginGenreRanker()}
    judgements = list(judge_rankers(rankers, make_yardsticks(titles, votes, [SPLIT], Judging(k=20))))
    found = comparisons(judgements, "told")
    pairs = set(zip(found["ranker"], found["other"], strict=True))
    assert pairs == {
        ("told", "newest"),
        ("told", "second"),
        ("told + history", "second + history"),
        ("told", "origin"),
    }


def test_a_p_value_is_as_often_small_as_it_says() -> None:
    random = np.random.default_rng(2)
    found = np.array([sign_flip_p(random.normal(size=40), n_flips=199, random_state=i) for i in range(300)])
    assert 0.02 <= (found < 0.05).mean() <= 0.09
    assert 0.4 <= (found < 0.5).mean() <= 0.6


def test_a_p_value_of_nothing_is_nan() -> None:
    assert np.isnan(sign_flip_p(np.empty(0)))
