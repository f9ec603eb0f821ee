"""What may be asked of a fitted ranker: as of which day, for which markets."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from recommender.errors import CallError, did_you_mean
from recommender.schema import iso_day

__all__ = ["NO_OUTCOMES", "prediction_day", "wanted_markets"]

NO_OUTCOMES = pd.DataFrame(
    {
        name: pd.Series(dtype="float64" if name == "value" else "str")
        for name in ("title_id", "market", "metric", "value", "as_of")
    }
)
"""The history of titles of which nothing is told."""


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


def wanted_markets(markets: Sequence[str] | None, learned: Sequence[str]) -> tuple[str, ...]:
    """Return the markets of a prediction, each once: all that a ranker learned, or those asked for in their order.

    Raises
    ------
    CallError
        If the ranker has not learned one of them.

    Examples
    --------
    >>> wanted_markets(None, ["CN", "FR"]), wanted_markets("FR", ["CN", "FR"]), wanted_markets(["FR", "CN"], ["CN", "FR"])
    (('CN', 'FR'), ('FR',), ('FR', 'CN'))
    """
    asked = [markets] if isinstance(markets, str) else learned if markets is None else markets
    wanted = tuple(dict.fromkeys(asked))
    for market in wanted:
        if market not in learned:
            raise CallError(
                f"the model has not learned the market {market!r}; it knows {', '.join(learned)}",
                hint=did_you_mean(market, learned) or "Ask for one of these, or train with outcomes of that market.",
            )
    return wanted
