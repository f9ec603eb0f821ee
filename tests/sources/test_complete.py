"""Titles tables made or changed by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from recommender.errors import CallError
from recommender.schema import TITLES
from recommender.sources import complete_titles
from tests.frames import titles_frame

ROW = {"title_id": "a", "title": "River", "kind": "film"}


def test_a_table_of_the_readers_stays_as_it_is() -> None:
    table = titles_frame([ROW | {"countries": ["FR"], "year": 1999}])
    assert complete_titles(table) is table


def test_missing_columns_are_there_and_of_their_types() -> None:
    table = complete_titles(pd.DataFrame([ROW | {"box": 1}], index=[7]))
    TITLES.schema.validate(table)
    assert table["directors"].tolist() == [[]]
    assert table["box"].tolist() == [1]
    assert table.index.tolist() == [7]


def test_texts_are_read_as_lists_and_not_letter_by_letter() -> None:
    table = complete_titles(pd.DataFrame([ROW | {"countries": "CN, FR", "genres": "drama|comedy", "year": "1999"}]))
    assert table["countries"][0] == ["CN", "FR"]
    assert len(table["genres"][0]) == 2
    assert table["year"].tolist() == [1999]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"title_id": "a", "title": "River"}], "kind"),
        ([ROW, ROW], "twice"),
        ([ROW, ROW | {"title_id": "b", "year": "soon"}], "row 1, column year"),
        ([ROW, ROW | {"title_id": "b", "title": None}], "row 1: no title"),
    ],
)
def test_what_is_no_titles_table_is_refused(rows: list[dict[str, object]], said: str) -> None:
    with pytest.raises(CallError, match=said):
        complete_titles(pd.DataFrame(rows))
