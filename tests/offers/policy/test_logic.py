from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from recommender.offers.policy import Condition
from recommender.offers.policy._condition import title_fields
from recommender.offers.policy._evaluate import Doubts, evaluate
from recommender.offers.policy._fields import Fields
from recommender.offers.policy._truth import CLEAR, HIT, UNKNOWN, Truth, constant, every, negated, some
from tests.frames import titles_frame

VALUES = (CLEAR, UNKNOWN, HIT)
truths = st.lists(st.sampled_from(VALUES), min_size=6, max_size=6).map(lambda values: np.array(values, dtype=np.int8))


def same(one: Truth, other: Truth) -> bool:
    return one.tolist() == other.tolist()


@given(truths, truths, truths)
def test_kleenes_laws_hold(a: Truth, b: Truth, c: Truth) -> None:
    assert same(every([a, b]), every([b, a]))
    assert same(some([a, b]), some([b, a]))
    assert same(every([a, every([b, c])]), every([every([a, b]), c]))
    assert same(some([a, some([b, c])]), some([some([a, b]), c]))
    assert same(every([a, some([b, c])]), some([every([a, b]), every([a, c])]))
    assert same(some([a, every([b, c])]), every([some([a, b]), some([a, c])]))
    assert same(negated(negated(a)), a)
    assert same(negated(every([a, b])), some([negated(a), negated(b)]))
    assert same(negated(some([a, b])), every([negated(a), negated(b)]))
    assert same(every([a, some([a, b])]), a)
    assert same(every([a, constant(HIT, 6)]), a)
    assert same(some([a, constant(CLEAR, 6)]), a)


def test_the_excluded_middle_does_not_hold_of_what_is_unknown() -> None:
    unknown = constant(UNKNOWN, 1)
    assert some([unknown, negated(unknown)]).tolist() == [UNKNOWN]
    assert every([unknown, negated(unknown)]).tolist() == [UNKNOWN]


# --- conditions against a plain reading of them, one title at a time ---

GENRES = ("Horror", "Drama", "War")
WORDS = ("ghost*", "sea battle", "鬼", "ёлка")
TEXTS = ("A Ghostly tale", "The sea  battle began", "一只鬼", "Под елкой; ЁЛКА", "aghast at sea, battle", "", "Calm.")


def leaves() -> st.SearchStrategy[Condition]:
    numbers = st.integers(0, 6)

    def test(**asked: Any) -> Condition:
        return Condition.model_validate(asked)

    return st.one_of(
        st.lists(st.sampled_from(GENRES), min_size=1, max_size=2).map(lambda v: test(field="genres", any_of=v)),
        st.lists(st.sampled_from(GENRES), min_size=1, max_size=2).map(lambda v: test(field="genres", all_of=v)),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=2).map(lambda v: test(field="synopsis", mentions=v)),
        numbers.map(lambda n: test(field="episodes", more_than=n)),
        numbers.map(lambda n: test(field="episodes", at_least=n, at_most=n + 2)),
        numbers.map(lambda n: test(field="age_rating", less_than=n)),
        st.booleans().map(lambda value: test(**{"field": "me_track", "is": value})),
        st.booleans().map(lambda value: test(field="studio", filled=value)),
        st.sampled_from(["Mosfilm", "LENFILM"]).map(lambda name: test(field="studio", any_of=[name])),
    )


def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    lists = st.lists(parts, min_size=1, max_size=3)
    return st.one_of(
        lists.map(lambda found: Condition(all_=tuple(found))),
        lists.map(lambda found: Condition(any_=tuple(found))),
        parts.map(lambda found: Condition(not_=found)),
    )


conditions = st.recursive(leaves(), joined, max_leaves=6)
rows = st.fixed_dictionaries(
    {
        "kind": st.just("film"),
        "title": st.just("x"),
        "genres": st.lists(st.sampled_from(GENRES), max_size=2, unique=True),
        "synopsis": st.none() | st.sampled_from(TEXTS),
        "episodes": st.none() | st.integers(0, 8),
        "age_rating": st.sampled_from([None, "0+", "6+", "PG", "4"]),
        "me_track": st.sampled_from([None, True, False]),
        "studio": st.sampled_from([None, "mosfilm", "Lenfilm "]),
    }
)
AGES = {"0+": 0, "6+": 6, "4": 4}
PATTERNS = {"ghost*": r"\bghost", "sea battle": r"\bsea\s+battle\b", "鬼": "鬼", "ёлка": r"\b[её]лка\b"}


def read(condition: Condition, row: Mapping[str, Any]) -> int:  # noqa: PLR0911
    """Return what a condition says of one title, by the words of the documentation."""
    if condition.not_ is not None:
        return HIT - read(condition.not_, row)
    if condition.all_ is not None:
        return min(read(part, row) for part in condition.all_)
    if condition.any_ is not None:
        return max(read(part, row) for part in condition.any_)
    value = row[str(condition.field)]
    if condition.filled is not None:
        return HIT if (value not in (None, [], "")) == condition.filled else CLEAR
    if condition.field == "age_rating":
        value = AGES.get(value)
    if value in (None, [], ""):
        return UNKNOWN
    if condition.mentions is not None:
        found = any(re.search(PATTERNS[word], value, re.IGNORECASE) for word in condition.mentions)
        return HIT if found else UNKNOWN
    return HIT if answered(condition, value) else CLEAR


def answered(condition: Condition, value: Any) -> bool:
    if condition.is_ is not None:
        return bool(value == condition.is_)
    if condition.field == "genres":
        asked = set(condition.any_of or condition.all_of or ())
        return bool(asked & set(value)) if condition.any_of else asked <= set(value)
    if condition.any_of is not None:
        return value.strip().lower() in {word.lower() for word in condition.any_of}
    bounds = (
        (condition.more_than, lambda bound: value > bound),
        (condition.less_than, lambda bound: value < bound),
        (condition.at_least, lambda bound: value >= bound),
        (condition.at_most, lambda bound: value <= bound),
    )
    return all(holds(bound) for bound, holds in bounds if bound is not None)


@given(conditions, st.lists(rows, min_size=1, max_size=6))
def test_a_condition_says_of_every_title_what_a_plain_reading_says(
    condition: Condition, titles: list[dict[str, Any]]
) -> None:
    frame = titles_frame([{"title_id": f"t{i}", **row} for i, row in enumerate(titles)])
    doubts = Doubts()
    found = evaluate(condition, Fields(frame, title_fields()), doubts=doubts)
    assert found.tolist() == [read(condition, row) for row in titles]
    texts, places = doubts.texts(found == UNKNOWN)
    assert all(
        (texts[place] != "") == (value == UNKNOWN) for place, value in zip(places, found, strict=True) if place >= 0
    )
    assert (places >= 0).tolist() == (found == UNKNOWN).tolist()


@given(conditions, st.lists(rows, min_size=1, max_size=3), st.data())
def test_filling_a_cell_never_overturns_what_was_decided(
    condition: Condition, titles: list[dict[str, Any]], data: st.DataObject
) -> None:
    assume(all(test.filled is None for _, test in condition.tests()))  # `filled` asks of the cell itself
    fuller = [
        {name: value if value not in (None, [], "PG") else data.draw(rows)[name] for name, value in row.items()}
        for row in titles
    ]
    outcomes = [
        evaluate(
            condition,
            Fields(titles_frame([{"title_id": f"t{i}", **row} for i, row in enumerate(some_rows)]), title_fields()),
        )
        for some_rows in (titles, fuller)
    ]
    decided = outcomes[0] != UNKNOWN
    assert (outcomes[0][decided] == outcomes[1][decided]).all()


def test_a_column_that_is_not_there_is_unknown() -> None:
    fields = Fields(pd.DataFrame({"title_id": ["a", "b"]}), title_fields())
    for asked in ({"at_least": 3}, {"filled": True}):
        found = evaluate(Condition.model_validate({"field": "episodes", **asked}), fields)
        assert set(found.tolist()) == ({CLEAR} if "filled" in asked else {UNKNOWN})
    for name, asked in (("genres", {"any_of": ["War"]}), ("synopsis", {"mentions": ["x"]}), ("me_track", {"is": True})):
        assert set(evaluate(Condition.model_validate({"field": name, **asked}), fields).tolist()) == {UNKNOWN}


@pytest.mark.parametrize(
    ("words", "text", "found"),
    [
        (["ghost*"], "GHOSTS of war", True),
        (["ghost"], "ghosts", False),
        (["ghost"], "ghost-writer", True),
        (["Dalai Lama"], "the Dalai\nLama's road", True),
        (["Dalai Lama"], "Dalai, the Lama", False),
        (["призрак*"], "О Призраке", True),
        (["еж"], "Ёж в тумане", True),
        (["恐怖"], "很恐怖的故事", True),
        (["a b c"], "x a b c", True),
        (["a b c"], "a b", False),
        (["..."], "...", False),
    ],
)
def test_words_are_found_as_a_reader_finds_them(words: list[str], text: str, found: bool) -> None:
    from recommender.offers.policy._mentions import Mentions

    assert Mentions(["unrelated", text, ""]).find(words).tolist() == [False, found, False]


def test_words_never_run_from_one_text_into_the_next() -> None:
    from recommender.offers.policy._mentions import Mentions

    assert Mentions(["the sea", "battle"]).find(["sea battle"]).tolist() == [False, False]
