"""The day of a prediction."""

from __future__ import annotations

from recommender.errors import CallError
from recommender.schema import iso_day

__all__ = ["prediction_day"]


def prediction_day(as_of: str | None, learned: str) -> str:
    """Return the day of a prediction: that up to which a ranker learned, or the later one asked for.

    Raises
    ------
    CallError
        If it is not a day, or the ranker has seen outcomes from after it.

    Examples
    --------
    >>> prediction_day(None, "2020-01-01"), prediction_day("2021-01-01", "2020-01-01")
    ('2020-01-01', '2021-01-01')
    """
    day = learned if as_of is None else iso_day(as_of, "as_of")
    if day < learned:
        raise CallError(
            f"the model has seen outcomes up to {learned}: it cannot predict as of {day}",
            hint=f"Ask for a later day, or train a model with --as-of {day}.",
        )
    return day
