"""What is read from a title: words in one spelling, numbers, and keys that do not depend on ids."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.features import GENRES, canonical_genres, content_keys, content_order
from tests.frames import titles_frame
from tests.ranking.worlds import facts_of, make_titles


def one(text_cache: Path, **cells: Any) -> Any:
    return facts_of(titles_frame([{"title_id": "x", "title": "River", "kind": "film", **cells}]), text_cache)


def test_names_are_compared_without_case_and_once(text_cache: Path) -> None:
    facts = one(text_cache, directors=["Ada Moss", " ADA MOSS ", "", "Иван Петров"], cast=["Äda"])
    assert facts.words["directors"] == [["ada moss", "иван петров"]]
    assert facts.words["cast"] == [["äda"]]


@pytest.mark.parametrize(
    ("cell", "companies"),
    [
        ('ООО "Студия «Слон»", ЗАО Мосфильм', ["студия слон", "мосфильм"]),
        ("Toho Co; TOHO CO|Pathé Ltd.", ["toho co", "pathé"]),
        ("Lincoln Pictures", ["lincoln pictures"]),
        (None, []),
        ("  ,; ", []),
    ],
)
def test_companies_are_parted_and_lose_their_legal_form(
    text_cache: Path, cell: str | None, companies: list[str]
) -> None:
    assert one(text_cache, studio=cell).words["studios"] == [companies]


@pytest.mark.parametrize(
    ("mark", "years"),
    [
        ("18+", 18),
        ("0+", 0),
        ("PG-13", 13),
        ("pg", 8),
        ("TV-MA", 17),
        ("R", 17),
        ("FSK 12", 12),
        ("none", None),
        (None, None),
    ],
)
def test_age_marks_are_years(text_cache: Path, mark: str | None, years: int | None) -> None:
    found = one(text_cache, age_rating=mark).numbers["age_rating"][0]
    assert np.isnan(found) if years is None else found == years


def test_scripts_and_digits_are_noticed(text_cache: Path) -> None:
    table = [{"title_id": str(i), "title": name, "kind": "film"} for i, name in enumerate(["流浪地球 2", "River"])]
    numbers = facts_of(titles_frame(table), text_cache).numbers
    assert numbers["title_has_digit"].tolist() == [1, 0]
    assert numbers["title_han"].tolist() == [4 / 6, 0]
    assert numbers["title_latin"].tolist() == [0, 1]


@pytest.mark.parametrize(
    ("title", "has"),
    [("Moss: The Return", 1), ("Мох. Возвращение", 1), ("名侦探：贝克街", 1), ("Moss 2.0", 0), ("Dr.", 0)],
)
def test_subtitles_are_noticed(text_cache: Path, title: str, has: int) -> None:
    assert one(text_cache, title=title).numbers["title_has_subtitle"].tolist() == [has]


def test_entries_of_one_work_share_a_word(text_cache: Path) -> None:
    table = [
        {"title": "Мёд  и (2017) соль", "directors": ["Ада Мосс", "Ян Ли"]},
        {"title": "мед и соль /По книге/", "directors": ["ян ли", "ада мосс"]},
        {"title": "Мёд и соль", "directors": ["Ян Ли"]},
        {"title": "Мёд и соль", "directors": []},
    ]
    rows = [{"title_id": str(place), "kind": "film", **row} for place, row in enumerate(table)]
    first, again, other, unknown = facts_of(titles_frame(rows), text_cache).words["entry"]
    assert first == again != other
    assert unknown == []


def test_the_day_of_release_is_a_year_with_a_fraction(text_cache: Path) -> None:
    assert one(text_cache, year=2016, release_date="2017-07-02").numbers["released"][0] == pytest.approx(
        2017.5, abs=0.01
    )
    assert one(text_cache, year=2016).numbers["released"].tolist() == [2016]
    assert np.isnan(one(text_cache).numbers["released"][0])


def test_origins_count_the_soviet_union_as_russia(text_cache: Path) -> None:
    facts = one(text_cache, countries=["SU", "DD"])
    assert facts.origins() == [frozenset({"SU", "DD", "RU"})]
    assert facts.foreign(("RU", "DE", "CN")).tolist() == [[False, True, True]]
    assert one(text_cache).foreign(("RU", "CN")).tolist() == [[True, True]]


def test_a_title_without_synopsis_has_a_zero_row(text_cache: Path) -> None:
    table = [
        {
            "title_id": "a",
            "title": "River",
            "kind": "film",
            "synopsis": "A dragon guards a flying palace and a boy learns magic.",
        },
        {"title_id": "b", "title": "River", "kind": "film"},
    ]
    facts = facts_of(titles_frame(table), text_cache)
    assert facts.vectors.any(axis=1).tolist() == [True, False]
    np.testing.assert_array_equal(facts.title_vectors[0], facts.title_vectors[1])


def test_no_titles(text_cache: Path) -> None:
    facts = facts_of(titles_frame([]), text_cache)
    assert (len(facts), facts.foreign(("CN",)).shape) == (0, (0, 1))


def test_rows_may_have_any_labels(text_cache: Path) -> None:
    """A table of which rows were chosen keeps its labels: `titles[titles["kind"] == "film"]`."""
    titles = make_titles(20)
    titles["alt_titles"] = pd.Series([["River"] if i % 3 else [] for i in range(20)], dtype="object")
    chosen = titles[titles["title"] == "River"].iloc[::-1]
    facts, fresh = (facts_of(table, text_cache) for table in (chosen, chosen.reset_index(drop=True)))
    pd.testing.assert_frame_equal(facts.numbers, fresh.numbers)
    assert facts.words == fresh.words


def test_keys_are_made_of_name_and_year() -> None:
    table = titles_frame(
        [
            {"title_id": "a", "title": "River ", "kind": "film", "year": 1999},
            {"title_id": "b", "title": "RIVER", "kind": "film", "year": 1999},
            {"title_id": "c", "title": "River", "kind": "film"},
        ]
    )
    assert content_keys(table) == ["river|1999", "river|1999", "river|"]
    assert content_keys(table.iloc[::-1]) == content_keys(table)[::-1]


@given(st.permutations(range(6)))
def test_any_order_of_rows_is_brought_to_the_same(places: list[int]) -> None:
    rows = [{"title_id": f"t{i}", "title": "River", "kind": "film", "year": 1999 + i // 4} for i in range(6)]
    rows[0]["directors"], rows[1]["synopsis"] = ["Ada Moss"], "A ferry."
    table = titles_frame(rows)
    mixed = table.iloc[places]
    ordered = [frame["title_id"].iloc[content_order(frame)].tolist() for frame in (table, mixed)]
    assert ordered[0] == ordered[1]
    renamed = table.assign(title_id=["z", "y", *table["title_id"][2:]])
    place = {name: i for i, name in enumerate(renamed["title_id"])}
    again = [place[name] for name in renamed["title_id"].iloc[content_order(renamed)]]
    assert again == [int(name[1:]) for name in ordered[0]], "an id counts only where all else is the same"


@given(st.lists(st.one_of(st.sampled_from(GENRES), st.text(max_size=12)), max_size=6))
def test_genres_in_one_vocabulary_stay_there(genres: list[str]) -> None:
    found = canonical_genres(genres)
    assert canonical_genres(found) == found
    assert len(set(found)) == len(found)
    assert canonical_genres(word.upper() for word in GENRES) == list(GENRES)


@pytest.mark.parametrize(
    ("cells", "genres"),
    [
        (["DRA/THR"], ["Drama", "Thriller"]),
        (["['drama', 'crime']"], ["Drama", "Crime"]),
        (["爱情", "romance", "мелодрама"], ["Romance"]),
        (["Action & Adventure"], ["Action"]),
        (["", " / "], []),
    ],
)
def test_spellings_of_genres(cells: list[str], genres: list[str]) -> None:
    assert canonical_genres(cells) == genres


def test_what_a_catalogue_keeps_of_no_title_is_unknown_and_not_absent(text_cache: Path) -> None:
    """Else a catalogue without a column of identifiers would be a catalogue of unknown films."""
    table = [{"title_id": "a", "title": "River", "kind": "film"}, {"title_id": "b", "title": "Sea", "kind": "film"}]
    bare = facts_of(titles_frame(table), text_cache).numbers
    assert bare[["has_imdb_id", "n_names"]].isna().all().all()
    kept = facts_of(
        titles_frame([{**table[0], "imdb_id": "tt0000123", "alt_titles": ["Fleuve"]}, table[1]]), text_cache
    )
    assert kept.numbers["has_imdb_id"].tolist() == [1, 0]
    assert kept.numbers["n_names"].tolist() == [1, 0]
    assert kept.numbers["imdb_number"].tolist()[0] == 123
