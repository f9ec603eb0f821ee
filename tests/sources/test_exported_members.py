from __future__ import annotations

import subprocess
import sys

import pytest

from recommender import sources


def test_all_is_what_can_be_had():
    assert sources.__all__ == sorted(sources.__all__, key=lambda name: (not name[0].isupper(), name))
    for name in sources.__all__:
        assert getattr(sources, name).__name__ == name
    assert set(dir(sources)) >= set(sources.__all__)


def test_an_unknown_name_is_an_attribute_error():
    with pytest.raises(AttributeError, match="read_novels"):
        sources.read_novels  # noqa: B018


def test_guarding_an_output_loads_no_pandas():
    code = "import sys; from recommender.sources import atomic_output; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
