from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from recommender.pages import ACCENT, fill


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    name = f"room_of_{tmp_path.name}"  # a package is where it was, and its templates are kept
    templates = tmp_path / name / "templates"
    templates.mkdir(parents=True)
    (templates.parent / "__init__.py").touch()
    (templates / "page.html").write_text("{% if name %}\n<p>{{ name }}</p>\n{% endif %}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield name
    sys.modules.pop(name, None)


def test_everything_is_escaped_that_is_not_marked_as_safe(room: str) -> None:
    assert fill(room, "page.html", name="<b>") == "<p>&lt;b&gt;</p>\n"
    assert fill(room, "page.html", name=Markup("<b>")) == "<p><b></p>\n"


def test_a_name_that_is_not_given_is_an_error(room: str) -> None:
    with pytest.raises(UndefinedError, match="'name' is undefined"):
        fill(room, "page.html")


def test_pages_of_every_room_share_one_look(room: str, tmp_path: Path) -> None:
    page = tmp_path / room / "templates" / "look.html"
    page.write_text("{% include 'look.css' %}<i>{{ palette.accent }}</i>", encoding="utf-8")
    filled = fill(room, "look.html")
    style, _, shown = filled.partition("<i>")
    assert shown == f"{ACCENT}</i>"
    assert f"--accent: {ACCENT};" in style
    # Every name that the rules use is one that the first rule gives.
    assert set(re.findall(r"var\((--[a-z-]+)\)", style)) <= set(re.findall(r"(--[a-z-]+):", style))
