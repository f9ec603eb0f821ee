"""EIDR and ISAN: known ones are right, altered ones are not, and nothing is rejected."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_37_36

from recommender.sources.avails._ids import read_identifier

KNOWN = ("7791-8534-2C23-9030-8610-5", "1489-49A2-3956-4B2D-FE16-5")


@pytest.mark.parametrize("digits", KNOWN)
@pytest.mark.parametrize(
    "form",
    ["10.5240/{}", "10.5240/:{}", "md:cid:eidr-s:{}", "md:alid:eidr-s::{}", "urn:eidr:10.5240:{}", "eidr-x:{}:HD"],
)
def test_known_eidr_are_right_in_every_form(digits, form):
    found = read_identifier(form.format(digits))
    assert found is not None
    assert (found.kind, found.value, found.problem) == ("EIDR", f"10.5240/{digits}", None)


@given(st.text("0123456789ABCDEF", min_size=20, max_size=20), st.integers(0, 19), st.integers(1, 15))
def test_one_wrong_digit_is_always_seen(body, place, step):
    check = mod_37_36.calc_check_digit(body)
    grouped = "-".join(body[start : start + 4] for start in range(0, 20, 4))
    assert read_identifier(f"10.5240/{grouped}-{check}").problem is None
    digits = "0123456789ABCDEF"
    other = body[:place] + digits[(digits.index(body[place]) + step) % 16] + body[place + 1 :]
    grouped = "-".join(other[start : start + 4] for start in range(0, 20, 4))
    found = read_identifier(f"10.5240/{grouped}-{check}")
    assert "wrong" in found.problem
    assert found.value == f"10.5240/{grouped}-{check}"


def test_placeholders_keep_their_value():
    found = read_identifier("10.5240/:1489-49A2-3956-4B2D-BEFK-10")
    assert found.value == "10.5240/1489-49A2-3956-4B2D-BEFK-10"
    assert "placeholder" in found.problem


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("md:cid:isan:0000-0000-D07A-0090-Q-0000-0000-X", True),
        ("ISAN 0000-0000-D07A-0090-Q", True),
        ("ISAN 0000-0000-D07A-0090-A", False),
    ],
)
def test_isan(text, right):
    found = read_identifier(text)
    assert found.kind == "ISAN"
    assert (found.problem is None) == right


@pytest.mark.parametrize(
    "text", ["VIEW_MT_2006", "md:alid:org:films.example:12", "34530345-ABD-WE-1", "isan", "10.5240"]
)
def test_other_identifiers_are_none(text):
    assert read_identifier(text) is None
