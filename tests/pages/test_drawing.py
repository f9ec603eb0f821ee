from __future__ import annotations

import pytest
from markupsafe import Markup

from recommender.pages import drawn, svg


def picture(name: str) -> Markup:
    with drawn(4.7, 2.0) as (figure, axes):
        axes.barh([name], [1])
        return svg(figure, f"Shares of {name}")


def test_the_same_numbers_give_the_same_bytes() -> None:
    assert picture("films") == picture("films")


def test_names_are_escaped_and_the_figure_is_marked_as_safe() -> None:
    made = picture('<script>"Девчата"')
    assert isinstance(made, Markup)
    assert "<script" not in made
    assert made.count("&lt;script&gt;") == 2
    assert 'aria-label="Shares of &lt;script&gt;&quot;Девчата&quot;"' in made


@pytest.mark.parametrize("name", ["Crime $\\foo$", "Rags to $$$ riches $", "$100 heist $", r"a \$ b"])
def test_dollars_are_dollars(name: str) -> None:
    assert f">{name}</text>" in picture(name)


def test_a_figure_takes_the_width_that_it_is_given() -> None:
    head = picture("films").split(">", 1)[0]
    assert head.startswith("<svg")
    assert "viewBox=" in head
    assert " width=" not in head
    assert " height=" not in head
