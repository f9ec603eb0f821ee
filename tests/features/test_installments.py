"""Which season or part a title is, and of which work, by its names."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.features import content_keys
from recommender.features._installments import names_of, read_installment, write_works
from tests.frames import titles_frame
from tests.ranking.worlds import facts_of


@pytest.mark.parametrize(
    ("name", "season", "part", "works"),
    [
        ("The West Wing Season 2", 2, None, ("the west wing",)),
        ("白宫风云 第二季 The West Wing Season 2", 2, None, ("白宫风云", "the west wing")),
        ("老友记 第十季", 10, None, ("老友记",)),
        ("辛普森一家 第二十一季", 21, None, ("辛普森一家",)),
        ("Бригада. Сезон 2", 2, None, ("бригада",)),
        ("Бригада (2-й сезон)", 2, None, ("бригада",)),
        ("La casa de papel Temporada 4", 4, None, ("la casa de papel",)),
        ("Dark - Staffel 3", 3, None, ("dark",)),
        ("Skam Sesong II", 2, None, ("skam",)),
        ("Inside No. 9 Season One", 1, None, ("inside no 9",)),
        ("Rocky II", None, 2, ("rocky",)),
        ("Shrek 2", None, 2, ("shrek",)),
        ("Ёлки 3", None, 3, ("ёлки",)),
        ("Cars 3: Driven to Win", None, 3, ("cars",)),
        ("钢铁侠2 Iron Man 2", None, 2, ("钢铁侠", "iron man")),
        ("饥饿游戏3：嘲笑鸟(上)", None, 1, ("饥饿游戏",)),
        ("Kill Bill: Vol. 2", None, 2, ("kill bill",)),
        ("War and Peace, Part IV", None, 4, ("war and peace",)),
        ("Война и мир. Фильм 3-й: 1812 год", None, 3, ("война и мир",)),
    ],
)
def test_marks_of_many_languages(name: str, season: int | None, part: int | None, works: tuple[str, ...]) -> None:
    told = read_installment([name])
    assert (told.season if season else None, told.part if part else None) == (season, part)
    assert math.isnan(told.part if season else told.season)
    assert (told.works, told.names) == (works, ())


@pytest.mark.parametrize(
    "name",
    [
        "Blade Runner 2049",
        "2001",
        "Season's Greetings",
        "Malcolm X",
        "Civic Duty",
        "第三人",
        "第六感",
        "Sex Education",
        "1917",
    ],
)
def test_numbers_and_words_that_are_no_marks(name: str) -> None:
    told = read_installment([name])
    assert math.isnan(told.season)
    assert math.isnan(told.part)


def test_a_title_without_a_mark_may_be_the_first_of_a_work_or_one_of_its_works() -> None:
    toy, avatar = read_installment(["Toy Story", "玩具总动员"]), read_installment(["Avatar: The Way of Water"])
    assert (toy.works, toy.names) == ((), ("toy story", "玩具总动员"))
    assert (avatar.works, avatar.names) == (("avatar",), ("avatar the way of water",))


def test_the_first_name_that_tells_a_number_is_believed() -> None:
    told = read_installment(["The Bourne Legacy", "谍影重重4", "Bourne 5"])
    assert told.part == 4
    assert told.works == ("the bourne legacy", "谍影重重", "bourne")


def test_a_mark_alone_and_no_name_call_no_work() -> None:
    for names in (["Part 2"], ["1917"], []):
        told = read_installment(names)
        assert (told.works, told.names) == ((), ())


@given(st.text("abcdefgh Стужа天", min_size=1, max_size=12).filter(str.strip), st.integers(1, 20))
def test_any_words_before_a_mark_are_a_work(base: str, number: int) -> None:
    told = read_installment([f"{base} Season {number}"])
    assert told.season == number
    assert told.works[0].startswith(base.casefold().split()[0])


@given(st.lists(st.text(max_size=20), max_size=4))
def test_works_are_words_in_lower_case(names: list[str]) -> None:
    told = read_installment(names)
    for work in (*told.works, *told.names):
        assert work == " ".join(work.split())
        assert any(letter.isalpha() for letter in work) or not work.isascii()


@given(st.lists(st.text(max_size=20), max_size=4))
def test_whatever_is_compared_can_be_written(names: list[str]) -> None:
    told, written = read_installment(names), write_works(names)
    assert {*told.works, *told.names} == {*written}
    assert all(written.values())


def test_names_are_those_of_all_columns() -> None:
    cells: dict[str, Any] = {"title": "Swan", "original_title": "Лебедь", "alt_titles": ["Cygne", "Swan"]}
    titles = titles_frame(
        [{"title_id": "a", "kind": "film", **cells}, {"title_id": "b", "title": "Duel", "kind": "film"}]
    )
    titles["title_zh"] = ["天鹅", None]
    assert names_of(titles) == [["Swan", "Лебедь", "天鹅", "Cygne"], ["Duel"]]


class TestFacts:
    def test_a_franchise_is_what_the_catalogue_says_and_what_names_say(self, text_cache: Path) -> None:
        rows: list[dict[str, Any]] = [
            {"title_id": "a", "title": "Yolki 3", "kind": "film", "franchise": "Holiday Tales"},
            {"title_id": "b", "title": "Yolki", "kind": "film"},
            {"title_id": "c", "title": "2012", "kind": "film"},
        ]
        facts = facts_of(titles_frame(rows), text_cache)
        assert facts.words["franchise"] == [["holiday tales", "yolki"], [], []]
        assert facts.words["names"] == [[], ["yolki"], []]
        assert facts.numbers["part"].to_list()[0] == 3
        assert facts.numbers[["season", "part"]].isna().sum().to_list() == [3, 2]

    def test_seasons_are_titles_of_their_own(self) -> None:
        titles = titles_frame(
            [{"title_id": f"s{i}", "title": "Wing", "kind": "series", "year": 1999} for i in range(3)]
        )
        titles["title_zh"] = ["白宫 第一季", "白宫 第二季", "白宫 第二季"]
        first, second, again = content_keys(titles)
        assert first != second
        assert second == again
