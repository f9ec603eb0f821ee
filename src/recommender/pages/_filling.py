"""Templates, filled."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from recommender.pages._palette import PALETTE

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["fill"]


def fill(room: str, template: str, /, **values: Any) -> str:
    """Fill a template of a room's folder `templates/`; everything is escaped that is not marked as safe.

    Parameters
    ----------
    room : str
        The package that keeps the template, such as ``recommender.offers``.
    template : str
        Its file.
    **values
        What the template names, besides `palette`; a name that is not given is an error.

    Notes
    -----
    A template may include ``look.css``, the style that all pages share.
    """
    return _environment(room).get_template(template).render(values)


@cache
def _environment(room: str) -> Environment:
    """Return what keeps a room's templates once they are compiled: that takes longer than to fill them."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(room), PackageLoader("recommender.pages")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["palette"] = PALETTE
    return environment
