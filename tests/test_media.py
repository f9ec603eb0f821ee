"""The tree of media, its words, and EMA's licence types."""

from __future__ import annotations

import pytest

from recommender.errors import DataError
from recommender.schema import (
    MEDIA,
    find_medium,
    license_types,
    media_mask,
    media_names,
    media_weights,
    medium_of_license_type,
)


def test_each_medium_stands_after_the_one_that_holds_it():
    seen: set[str | None] = {None}
    for name, medium in MEDIA.items():
        assert medium.parent in seen
        seen.add(name)


def test_no_word_names_two_media():
    words = [word for name, medium in MEDIA.items() for word in (name, *medium.also)]
    assert {find_medium(word) for word in words} == set(MEDIA)
    for name, medium in MEDIA.items():
        assert all(find_medium(word) == name for word in (name, *medium.also))


def test_a_medium_holds_what_is_below_it_and_all_holds_everything():
    for name, medium in MEDIA.items():
        assert media_mask(name)
        if medium.parent is not None:
            assert media_mask(name) & media_mask(medium.parent) == media_mask(name)
    assert media_mask("cinema") & media_mask("online") == media_mask("television") & media_mask("online") == 0
    with pytest.raises(DataError, match="unknown medium 'vod'"):
        media_mask("vod")


def test_the_parts_of_a_medium_make_a_whole():
    for name in MEDIA:
        weights = media_weights(name)
        assert sum(weights.values()) == pytest.approx(1)
        assert sum(weights) == media_mask(name)


def test_a_set_of_media_has_few_names():
    for name in MEDIA:
        assert media_names(media_mask(name)) == (name,)
    rest = media_mask("online") & ~media_mask("svod")
    assert media_names(rest) == ("est", "tvod", "avod")
    assert media_names(media_mask("est") & ~media_mask("poest")) == ("est alone",)


@pytest.mark.parametrize("word", ["EST", "VOD", "SVOD", "AVOD", "POEST"])
def test_a_licence_type_comes_back_from_its_medium(word: str):
    name = medium_of_license_type(word)
    assert name is not None
    assert license_types(name) == (word,)
    assert medium_of_license_type(f" {word.lower()} ") == name


def test_ema_has_no_word_for_cinema_and_television():
    for name in ("cinema", "television", "free_tv", "pay_tv", "home_video"):
        assert license_types(name) == ()
    assert all(media_mask(medium_of_license_type(word)) & media_mask("online") for word in license_types("online"))
