"""The day of a prediction."""

from __future__ import annotations

from recommender.errors import CallError

__all__ = ["check_day"]


def check_day(as_of: str | None, learned: str) -> str:
    """Return the day of a prediction: that up to which a ranker learned, or the later one asked for.

    Raises
    ------
    CallError
        If the ranker has seen outcomes from after the day.

    Examples
    --------
    >>> check_day(None, "2020-01-01"), check_day("2021-01-01", "2020-01-01")
    ('2020-01-01', '2021-01-01')
    """
    if as_of is not None and as_of < learned:
        raise CallError(
            f"the model has seen outcomes up to {learned}: it cannot predict as of {as_of}",
            hint=f"Ask for a later day, or train a model with --as-of {as_of}.",
        )
    return as_of or learned
