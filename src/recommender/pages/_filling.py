"""Templates, filled."""

from __future__ import annotations

from typing import Any

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
        What the template names; a name that is not given is an error.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader(room),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(values)
