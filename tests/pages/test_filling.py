from __future__ import annotations

from pathlib import Path

import pytest
from jinja2 import UndefinedError
from markupsafe import Markup

from recommender.pages import fill


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    templates = tmp_path / "made_up_room" / "templates"
    templates.mkdir(parents=True)
    (templates.parent / "__init__.py").touch()
    (templates / "page.html").write_text("{% if name %}\n<p>{{ name }}</p>\n{% endif %}\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return "made_up_room"


def test_everything_is_escaped_that_is_not_marked_as_safe(room: str) -> None:
    assert fill(room, "page.html", name="<b>") == "<p>&lt;b&gt;</p>\n"
    assert fill(room, "page.html", name=Markup("<b>")) == "<p><b></p>\n"


def test_a_name_that_is_not_given_is_an_error(room: str) -> None:
    with pytest.raises(UndefinedError, match="'name' is undefined"):
        fill(room, "page.html")
