from __future__ import annotations

import pytest

from recommender.sources import avails


def test_all_is_what_can_be_had():
    assert set(dir(avails)) >= set(avails.__all__)
    for name in avails.__all__:
        assert name == "VERSIONS" or getattr(avails, name).__name__ == name


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="read_novels"):
        avails.read_novels  # noqa: B018
