from __future__ import annotations

import pytest

from recommender.sources import avails


def test_all_is_what_can_be_had():
    assert set(dir(avails)) >= set(avails.__all__)
    for name in avails.__all__:
        assert getattr(avails, name) is not None
        assert name == "VERSIONS" or avails.__dict__.get("__doc__")
    assert [name for name in avails.__all__ if name != "VERSIONS" and not getattr(avails, name).__doc__] == []


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="read_novels"):
        avails.read_novels  # noqa: B018
