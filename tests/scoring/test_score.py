"""The batch job as a function: a bundle and a catalogue in, a scores table out."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import BundleError, CallError
from recommender.ranking import Ranker, save_bundle
from recommender.scoring import parse_markets, score
from tests.ranking.worlds import make_outcomes, make_titles, outcomes_frame, small_ranker


@pytest.fixture(scope="module")
def ranker(text_cache: Path) -> Ranker:
    titles = make_titles(120)
    return small_ranker(text_cache).fit(titles, make_outcomes(titles))


@pytest.fixture(scope="module")
def bundle(ranker: Ranker, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scoring") / "bundle"
    save_bundle(ranker, folder)
    return folder


def test_scores_are_those_of_the_ranker(bundle: Path, ranker: Ranker, text_cache: Path) -> None:
    catalogue = make_titles(20, start=200)
    history = make_outcomes(catalogue, markets=())
    found = score(str(bundle), catalogue, ["DE"], history=history, as_of="2019-01-01", cache_dir=str(text_cache))
    expected = ranker.predict(catalogue, ["DE"], history=history, as_of="2019-01-01")
    columns = [name for name in expected.columns if name not in {"model", "model_version"}]
    pd.testing.assert_frame_equal(found[columns], expected[columns], check_exact=True)


def test_embeddings_are_kept_where_it_is_told(bundle: Path, tmp_path: Path) -> None:
    score(bundle, make_titles(1, start=200), cache_dir=str(tmp_path / "kept"))
    assert list((tmp_path / "kept").rglob("*.sqlite"))


def test_refusals_of_the_bundle_and_the_ranker_come_through(bundle: Path, tmp_path: Path, text_cache: Path) -> None:
    with pytest.raises(BundleError):
        score(tmp_path, make_titles(2))
    with pytest.raises(CallError, match="'FR'"):
        score(bundle, make_titles(2), ["FR"], history=outcomes_frame([]), cache_dir=str(text_cache))


def test_of_nothing_asked_nothing_is_scored(bundle: Path, text_cache: Path, caplog: pytest.LogCaptureFixture) -> None:
    for titles, markets in ((make_titles(2).head(0), ["DE"]), (make_titles(2), [])):
        found = score(bundle, titles, markets, cache_dir=str(text_cache))
        assert (len(found), "market" in found) == (0, True)
    assert "foreign" not in caplog.text


@given(st.lists(st.sampled_from(["CN", "fr", " De "]), min_size=1, max_size=4), st.sampled_from([",", " , ", ",,"]))
def test_markets_are_parted_at_commas(names: list[str], comma: str) -> None:
    assert parse_markets(comma.join(names)) == [name.strip().upper() for name in names]


@pytest.mark.parametrize("text", ["all", "ALL", " all "])
def test_all_markets(text: str) -> None:
    assert parse_markets(text) is None


@pytest.mark.parametrize("text", ["", " ", ",", " , ,"])
def test_no_market(text: str) -> None:
    with pytest.raises(CallError, match="no market"):
        parse_markets(text)
