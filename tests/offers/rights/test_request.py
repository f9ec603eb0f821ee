"""What may be asked, and how a brief asks it."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from pydantic import ValidationError

from recommender.errors import ConfigError
from recommender.offers import Brief, new_brief, parse_brief
from recommender.offers.rights import RightsRequest
from tests.offers.rights.rights_builders import asked

TOP = 'name = "a"\nmarket = "CN"\nsize = 5\nkinds = ["film"]\n'


def test_words_are_brought_to_the_names_of_media() -> None:
    assert asked(media=("Theatrical", "тв", "SVOD", "tv")).media == ("cinema", "television", "svod")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"media": ("svdo",)}, "unknown medium svdo; did you mean 'svod'"),
        ({"media": ("vod",)}, "write tvod, svod, avod or online"),
        ({"media": ()}, "at least 1 item"),
        ({"market": "China"}, "unknown market"),
        ({"start": "2029-01-01"}, "end .2028-12-31. is before start .2029-01-01."),
        ({"start": "1 May"}, "not a day"),
        ({"match": "within"}, "'cover', 'overlap' or 'start'"),
        ({"territory": "CN"}, "Extra inputs"),
    ],
)
def test_a_wrong_request_is_refused(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        asked(**changes)


def test_a_brief_asks_for_its_media_window_and_language() -> None:
    text = (
        TOP
        + 'media = ["tv"]\nlanguage = "zh"\n[window]\nstart = 2027-01-01\n[rights]\nexclusive = true\nmatch = "overlap"\n'
    )
    request = parse_brief(text).rights_request("2026-11-01")
    assert request == RightsRequest(
        market="CN", media=("television",), language="zh", start="2027-01-01", exclusive=True, match="overlap"
    )


def test_a_window_without_a_start_begins_on_the_day_of_the_offer() -> None:
    brief = parse_brief(TOP)
    assert str(brief.rights_request("2026-11-01").start) == "2026-11-01"
    assert brief.rights_request().start is None
    assert brief.rights_request().media == ("all",)
    assert parse_brief(TOP + "[window]\nend = 2020-01-01\n").rights_request("2026-11-01").start is None


def test_every_fault_of_the_parts_is_named_at_once() -> None:
    text = (
        'name = "a"\nmarket = "CN"\nsize = 5\nkinds = ["film"]\nmedia = ["svdo"]\n'
        "[window]\nstart = 2027-02-01\nend = 2027-01-01\n"
        '[rights]\nexclusiv = true\nmatch = "within"\nmin_share = 2\n'
    )
    with pytest.raises(ConfigError) as caught:
        parse_brief(text, source="b.toml")
    said = str(caught.value)
    for part in (
        "media: unknown medium svdo; did you mean 'svod'",
        "window: end (2027-01-01) is before start (2027-02-01); exchange or correct them",
        "rights.exclusiv: unknown key; did you mean 'exclusive'?",
        "rights.match: input should be 'cover', 'overlap' or 'start' (got 'within')",
        "rights.min_share: ",
    ):
        assert part in said
    with pytest.raises(ConfigError, match=r"window\.start: a day without the hour is meant"):
        parse_brief(TOP + "[window]\nstart = 2027-02-01T10:00:00\n")


def test_a_brief_without_these_parts_and_the_new_one_ask_the_same() -> None:
    assert parse_brief(new_brief("a", size=5)).rights == parse_brief(TOP).rights == Brief.model_fields["rights"].default
    raw = tomllib.loads(new_brief("a"))
    assert raw["rights"] == {"exclusive": False, "match": "cover", "on_unknown": "exclude", "min_share": 0.0}
