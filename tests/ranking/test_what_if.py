"""The same title told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from recommender.errors import CallError
from recommender.ranking import Ranker, needs_screening, what_if
from tests.frames import titles_frame
from tests.ranking.worlds import DISLIKED, LIKED, make_outcomes


@pytest.fixture(scope="module")
def history(catalogue: pd.DataFrame) -> pd.DataFrame:
    rows = make_outcomes(catalogue)
    return rows[rows["market"] == "WW"].reset_index(drop=True)


def asked(fitted: Ranker, catalogue: pd.DataFrame, changes: dict[str, object], **more: object) -> pd.DataFrame:
    return what_if(fitted, catalogue, "t0121", "CN", changes, **more)  # type: ignore[arg-type]


def test_as_it_is_as_in_the_scores(fitted: Ranker, catalogue: pd.DataFrame, history: pd.DataFrame) -> None:
    for given in (None, history):
        scores = fitted.predict(catalogue, ["CN"], history=given, explain=0).set_index("title_id")
        table = asked(fitted, catalogue, {"year": 1999}, history=given)
        figures = ["score", "appeal", "low", "high"]
        assert table[figures].iloc[0].tolist() == scores.loc["t0121", figures].tolist()
        assert table["evidence"][0] == scores.loc["t0121", "evidence"]


def test_of_a_table_that_tells_little_more_can_be_told(fitted: Ranker, catalogue: pd.DataFrame) -> None:
    bare = catalogue[["title_id", "title", "kind", "countries"]]
    table = asked(fitted, bare, {"year": 2019, "genres": ["Action"]})
    assert table["change"].tolist()[1:3] == ["year: not told → 2019", "genres: not told → Action"]
    assert table["appeal"].iloc[0] == fitted.predict(bare, ["CN"], explain=0).set_index("title_id")["appeal"]["t0121"]


def test_as_it_is_where_few_titles_are_known_and_few_have_an_identifier(
    fitted: Ranker, catalogue: pd.DataFrame, history: pd.DataFrame
) -> None:
    sparse = catalogue.copy()
    has_id = sparse["title_id"] == sparse["title_id"].iloc[0]
    sparse["imdb_id"] = pd.Series(np.where(has_id, "tt0000001", None), index=sparse.index).astype("str")
    few = history[history["title_id"].isin(sparse["title_id"].iloc[-3:])]
    table = asked(fitted, sparse, {"year": 1999}, history=few)
    scores = fitted.predict(sparse, ["CN"], history=few, explain=0).set_index("title_id")
    assert table["score"][0] == scores.loc["t0121", "score"]


def test_each_change_alone_and_all_together(fitted: Ranker, catalogue: pd.DataFrame) -> None:
    changes = {"genres": ["Fantasy"], "directors": "Ada Moss", "synopsis": LIKED[0]}
    table = asked(fitted, catalogue, changes)
    assert [told.partition(":")[0] for told in table["change"]] == ["as it is", *changes, "all together"]
    np.testing.assert_allclose(table["difference"], table["appeal"] - table["appeal"][0])
    changed = catalogue.copy()
    row = changed.index[changed["title_id"] == "t0121"][0]
    for name, value in {"genres": ["Fantasy"], "directors": ["Ada Moss"], "synopsis": LIKED[0]}.items():
        changed.at[row, name] = value
    expected = fitted.predict(changed, ["CN"], explain=0).set_index("title_id")
    assert table["score"].iloc[-1] == expected.loc["t0121", "score"]


def test_what_is_liked_is_worth_more(fitted: Ranker, catalogue: pd.DataFrame) -> None:
    good = asked(fitted, catalogue, {"genres": ["Fantasy"], "synopsis": LIKED[0]})
    bad = asked(fitted, catalogue, {"genres": ["Drama"], "synopsis": DISLIKED[0]})
    assert good["appeal"].iloc[-1] > bad["appeal"].iloc[-1]
    assert len(asked(fitted, catalogue, {"synopsis": None})) == 2


def test_another_performance_elsewhere(fitted: Ranker, catalogue: pd.DataFrame, history: pd.DataFrame) -> None:
    low, high = (
        asked(fitted, catalogue, {"history": {"market": "WW", "metric": "votes", "value": votes}}, history=history)
        for votes in (1, 10**7)
    )
    assert low["score"][1] <= low["score"][0] <= high["score"][1]
    assert low["score"][1] < high["score"][1]
    rows = history.copy()
    rows.loc[rows["title_id"] == "t0121", "value"] = 10**7
    expected = fitted.predict(catalogue, ["CN"], history=rows, explain=0).set_index("title_id")
    assert high["score"][1] == expected.loc["t0121", "score"]


def test_a_figure_that_was_never_met_says_so(fitted: Ranker, catalogue: pd.DataFrame) -> None:
    table = asked(fitted, catalogue, {"history": [{"market": "BR", "metric": "admissions", "value": 5}]})
    assert table["change"][1].endswith("(not met in training: no effect)")
    assert table["difference"][1] == 0


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"genre": ["Drama"]}, "'genre'", "did you mean 'genres'"),
        ({"title_id": "x"}, "'title_id'", ""),
        ({"year": "old"}, "year cannot be 'old'", "integer"),
        ({"year": 1999.5}, "1999.5", "integer"),
        ({"kind": "flim"}, "no kind 'flim'", "did you mean 'film'"),
        ({"countries": ["Narnia"]}, "no country 'Narnia'", "ISO 3166-1"),
        ({"countries": ["CN"]}, "comes from CN", "another market"),
        ({"synopsis": 3}, "synopsis cannot be", "text"),
        ({"genres": 3}, "genres cannot be '3'", "list of texts"),
        ({"genres": ["Drama", 3]}, "genres cannot be", "list of texts"),
        ({"me_track": "yes"}, "me_track cannot be 'yes'", "True or False"),
        ({"history": 7}, "history cannot be '7'", "list of mappings"),
        ({"history": ["votes"]}, "history cannot be", "list of mappings"),
        ({"history": {"market": "WW", "metric": "votes"}}, "lacks value", "metric"),
        ({"history": {"market": "WW", "metric": "vote", "value": 1}}, "no metric 'vote'", "did you mean 'votes'"),
        ({"history": {"market": "WW", "metric": "votes", "value": "many"}}, "'many'", "number"),
        ({}, "no change", "year"),
    ],
)
def test_what_cannot_be_changed(
    fitted: Ranker, catalogue: pd.DataFrame, changes: dict[str, object], message: str, hint: str
) -> None:
    with pytest.raises(CallError) as caught:
        asked(fitted, catalogue, changes)
    assert message in str(caught.value)
    assert hint in str(caught.value.hint)


@pytest.mark.parametrize("changes", [[{"year": 2020}], "year", None])
def test_changes_that_are_no_mapping(fitted: Ranker, catalogue: pd.DataFrame, changes: Any) -> None:
    with pytest.raises(CallError, match="changes cannot be") as caught:
        what_if(fitted, catalogue, catalogue["title_id"][0], "CN", changes)
    assert "by column" in str(caught.value.hint)


def test_a_title_that_is_not_there(fitted: Ranker, catalogue: pd.DataFrame) -> None:
    with pytest.raises(CallError, match="no title 't012l'") as caught:
        what_if(fitted, catalogue, "t012l", "CN", {"year": 2000})
    assert "t0121" in str(caught.value.hint)


def test_what_cannot_be_judged_says_so(fitted: Ranker, text_cache: Path) -> None:
    bare = titles_frame([{"title_id": "x", "title": "River", "kind": "film"}])
    scores = fitted.predict(bare, ["CN"])
    assert scores["evidence"].tolist() == ["thin"]
    told = scores["reasons"][0][-1] == "- not enough evidence: screen it"
    assert told == bool(needs_screening(scores)[0])
    wide = scores.assign(low=0.1, high=0.7)
    assert needs_screening(wide).tolist() == [True]
    assert needs_screening(wide.assign(evidence="fair")).tolist() == [False]
    assert needs_screening(wide.assign(low=np.nan)).tolist() == [False]
