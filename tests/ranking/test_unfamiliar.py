"""Intervals of titles whose origin nothing was learned from: origins differ as a whole, and promises must hold there too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recommender.features import TrackRecord
from recommender.ranking import Ranker, load_bundle, save_bundle
from recommender.ranking._examples import known_on
from recommender.ranking._unfamiliar import leave_origins_out
from tests.ranking.worlds import TODAY, facts_of, make_titles, outcomes_frame, pairs_of, small_ranker

LEARNED = ("FR", "US", "JP", "IT", "ES", "GB", "SE")
FURTHER = ("KR", "BR", "PL", "IN", "NG")
MARKET = "DE"


def votes_by_origin(titles: pd.DataFrame) -> pd.DataFrame:
    """Return votes that hang on the origin above all, and on luck."""
    rows = []
    for title in titles.to_dict("records"):
        draw = np.random.default_rng([23, int(title["title_id"][1:])])
        liked = np.random.default_rng([29, *map(ord, title["countries"][0])]).normal()
        rows.append(
            (title["title_id"], MARKET, "votes", float(np.exp(6 + 1.5 * liked + draw.normal()).round()), "2019-01-01")
        )
    return outcomes_frame(rows)


@pytest.fixture(scope="module")
def titles() -> pd.DataFrame:
    return make_titles(40 * len(LEARNED), origins=LEARNED)


@pytest.fixture(scope="module")
def further() -> pd.DataFrame:
    return make_titles(40 * len(FURTHER), start=1000, origins=FURTHER)


@pytest.fixture(scope="module")
def ranker(titles: pd.DataFrame, text_cache: Path) -> Ranker:
    return small_ranker(text_cache).fit(titles, votes_by_origin(titles), as_of=TODAY)


def width(scores: pd.DataFrame) -> float:
    return float((scores["high"] - scores["low"]).mean())


def test_a_further_origin_has_wider_intervals_that_hold(
    ranker: Ranker, titles: pd.DataFrame, further: pd.DataFrame
) -> None:
    familiar, unfamiliar = (ranker.predict(some, [MARKET], explain=0) for some in (titles, further))
    assert width(unfamiliar) > width(familiar) + 0.1
    known = votes_by_origin(titles)["value"].to_numpy()
    reached = pd.Series(
        {row.title_id: (known < row.value).mean() for row in votes_by_origin(further).itertuples()}
    ).reindex(unfamiliar["title_id"])
    held = (unfamiliar["low"].to_numpy() <= reached) & (reached <= unfamiliar["high"].to_numpy())
    assert held.mean() > 0.7
    assert (unfamiliar["low"] <= unfamiliar["appeal"]).all()
    assert (unfamiliar["appeal"] <= unfamiliar["high"]).all()


def test_no_title_has_a_narrower_interval_for_its_origin_being_unfamiliar(ranker: Ranker) -> None:
    appeal, evidence = np.linspace(0, 1, 101), np.arange(101) % 3
    for head in ranker.heads_.values():
        low, high = head.bracket(appeal, evidence, np.zeros(101, dtype=bool))
        lower, higher = head.bracket(appeal, evidence, np.ones(101, dtype=bool))
        assert (higher - lower >= high - low).all()
        assert (higher - lower > high - low).any()


def test_a_bundle_keeps_it(ranker: Ranker, further: pd.DataFrame, text_cache: Path, tmp_path: Path) -> None:
    save_bundle(ranker, tmp_path / "bundle")
    loaded = load_bundle(tmp_path / "bundle", cache_dir=str(text_cache))
    columns = ["title_id", "low", "high"]
    pd.testing.assert_frame_equal(
        loaded.predict(further, [MARKET], explain=0)[columns], ranker.predict(further, [MARKET], explain=0)[columns]
    )


@pytest.mark.parametrize(
    ("origins", "each", "groups"),
    [
        (("FR", "US"), 120, ("content", "market", "track_record")),  # too few origins
        (LEARNED[:4], 40, ("content", "market", "track_record")),  # too few titles left to learn from
        (LEARNED, 40, ("content", "market")),  # nobody knows which origins are unfamiliar
    ],
)
def test_where_leaving_origins_out_tells_nothing(
    text_cache: Path, further: pd.DataFrame, origins: tuple[str, ...], each: int, groups: tuple[str, ...]
) -> None:
    titles = make_titles(each * len(origins), origins=origins)
    learned = small_ranker(text_cache, groups=groups).fit(titles, votes_by_origin(titles), as_of=TODAY)
    assert all(head.unfamiliar_ is None for head in learned.heads_.values())
    assert len(learned.predict(further, [MARKET], explain=0)) == len(further)


def test_nothing_of_an_origin_is_seen_when_it_is_asked(titles: pd.DataFrame, text_cache: Path) -> None:
    titles = titles.assign(
        countries=[["US", "FR"] if i % 42 == 0 else some for i, some in enumerate(titles["countries"])]
    )
    facts = facts_of(titles, text_cache)
    pairs = pairs_of(facts, markets=(MARKET,))
    known = known_on(facts, votes_by_origin(titles), TODAY, (MARKET,))
    groups = [TrackRecord()]
    counts = list(TrackRecord().fit(known).get_feature_names_out()).index("origin's record: titles known")
    rows = np.arange(len(titles))
    parts = leave_origins_out(groups, known, pairs, np.linspace(1, 2, len(titles)), rows)
    countries = facts.words["countries"]
    asked = np.concatenate([part.asked for part in parts])
    assert sorted(asked) == rows.tolist(), "every title is asked once"
    for part in parts:
        out = {country for row in part.asked for country in countries[row][:1]}
        assert all(out.isdisjoint(countries[row]) for row in np.flatnonzero(part.learned))
        alone = [place for place, row in enumerate(part.asked) if len(countries[row]) == 1]
        assert (np.nan_to_num(part.matrix[alone, counts]) == 0).all()
        first = np.array([countries[row][0] for row in part.asked])
        assert [part.weight[first == one].sum() for one in out] == pytest.approx([1.0] * len(out))
