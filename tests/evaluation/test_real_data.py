"""A part of each real pack, divided and judged by what needs no encoding of texts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recommender.evaluation import (
    AsOfSplit,
    OriginSplit,
    RandomSplit,
    RollingDaySplit,
    RollingYearSplit,
    Split,
    choose_splits,
    evaluate,
    find_canaries,
    headline,
)
from recommender.evaluation.splits import YearSplit
from recommender.features import content_keys
from recommender.ranking import OriginGenreRanker, ShuffleRanker, TfidfKnnRanker
from recommender.sources import read_outcomes, read_titles

pytestmark = pytest.mark.slow
N = 1500
PACKS = {
    "china": (RandomSplit(share=0.3), OriginSplit(origins=("JP",))),
    "russia": (YearSplit(first=2016, last=2017),),
    "europe": (RollingYearSplit(first=2017, last=2020, span=2),),
    "streaming": (AsOfSplit(day="2022-01-01", until="2022-04-01"),),
}


@pytest.fixture(params=PACKS)
def pack(request: pytest.FixtureRequest, shared_data: Path) -> tuple[str, pd.DataFrame, pd.DataFrame]:
    folder = shared_data / request.param
    titles = read_titles(folder / "titles.parquet")
    order = np.argsort(np.array(content_keys(titles), dtype=object), kind="stable")
    titles = titles.iloc[order[:: max(1, len(titles) // N)]].reset_index(drop=True)
    titles["synopsis"] = pd.Series([None] * len(titles), dtype=titles["synopsis"].dtype)
    outcomes = read_outcomes(folder / "outcomes.parquet")
    markets = sorted(outcomes["market"].value_counts().index[:6])
    rows = outcomes["title_id"].isin(titles["title_id"]) & outcomes["market"].isin({*markets, "WW"})
    return request.param, titles, outcomes[rows].reset_index(drop=True)


def test_every_pack_is_divided_and_judged(pack: tuple[str, pd.DataFrame, pd.DataFrame]) -> None:
    name, titles, outcomes = pack
    splits: tuple[Split, ...] = PACKS[name]
    gain = {"europe": "binary", "streaming": "log_points"}.get(name, "percentile_cubed")
    rankers = {"shuffle": ShuffleRanker(), "origin": OriginGenreRanker(), "words": TfidfKnnRanker()}
    results = headline(evaluate(rankers, titles, outcomes, splits, 50, gain, least_positives=5, n_resamples=50))  # type: ignore[arg-type]
    assert results["split"].nunique() == len(splits)
    figures = results.set_index(["ranker", "split"])
    assert figures["ndcg"].between(0, 1).all()
    assert figures.loc["shuffle", "spearman"].abs().max() < 0.2
    assert (figures["ndcg_low"] <= figures["ndcg"]).all()
    if name in {"china", "europe"}:
        first = splits[0].label
        assert figures.loc[("origin", first), "ndcg_low"] > figures.loc[("shuffle", first), "ndcg"]
    if name == "china":
        assert figures.loc[("origin", "random 30%"), "popularity_bias"] > 0.1


def test_splits_are_chosen_for_every_pack(pack: tuple[str, pd.DataFrame, pd.DataFrame]) -> None:
    name, titles, outcomes = pack
    (split,) = choose_splits(titles, outcomes)
    assert isinstance(split, RollingDaySplit if name == "streaming" else RollingYearSplit)
    holdouts = split.divide(titles, outcomes)
    assert 2 <= len(holdouts) <= 3
    assert all(len(holdout.truth) and len(holdout.outcomes) for holdout in holdouts)


def test_no_column_tells_the_outcome(pack: tuple[str, pd.DataFrame, pd.DataFrame]) -> None:
    _, titles, outcomes = pack
    found = find_canaries(titles, outcomes)
    assert found.empty, found.head().to_string()
