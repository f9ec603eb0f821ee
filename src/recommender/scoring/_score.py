"""Score a catalogue with a bundle."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from recommender.errors import CallError, NotEnoughDataError
from recommender.ranking import load_bundle

__all__ = ["parse_markets", "score"]

logger = logging.getLogger("recommender")


def score(
    bundle: str | Path,
    titles: pd.DataFrame,
    markets: Sequence[str] | None = None,
    *,
    history: pd.DataFrame | None = None,
    as_of: str | None = None,
    cache_dir: str | None = None,
) -> pd.DataFrame:
    """Score titles for markets with a trained bundle; no tracking server is needed.

    Parameters
    ----------
    bundle : str or Path
        A folder that `recommender train` wrote.
    titles : DataFrame
        As `read_titles` returns it.
    markets : sequence of str or None
        ISO 3166-1 codes; all that the bundle knows by default.
    history : DataFrame or None
        Outcomes of these titles elsewhere; those dated on or after `as_of` are not looked at.
    as_of : str or None
        ISO date of the prediction; the day up to which the bundle learned by default.
    cache_dir : str or None
        Where embeddings are kept; the user's cache folder by default.

    Returns
    -------
    DataFrame
        The scores table, by market and rank; a title at home in a market is not scored for it. A market that was asked
        for and to which no title is foreign is warned of.

    Raises
    ------
    BundleError
        If the bundle is foreign or was changed.
    CallError
        If the bundle has not learned a market.
    NotEnoughDataError
        If no title is foreign to any of the markets.
    """
    ranker = load_bundle(bundle, cache_dir=cache_dir)
    scores = ranker.predict(titles, markets, history=history, as_of=as_of)
    asked = [markets] if isinstance(markets, str) else markets
    wanted = ranker.markets_ if asked is None else asked
    homes = sorted(set(wanted) - set(scores["market"])) if len(titles) else []
    if homes and scores.empty:
        raise NotEnoughDataError(
            f"no title of the catalogue is foreign to {', '.join(homes)}, so there is nothing to score",
            hint="Ask for markets where titles do not come from, or correct `countries` in the titles table.",
        )
    if homes and asked is not None:
        logger.warning("no title of the catalogue is foreign to %s: none is scored for it", ", ".join(homes))
    return scores


def parse_markets(text: str) -> list[str] | None:
    """Return the markets of a comma-separated list, or None for ``all``.

    Examples
    --------
    >>> parse_markets("cn, FR")
    ['CN', 'FR']
    >>> parse_markets("all") is None
    True

    Raises
    ------
    CallError
        If no market is named.
    """
    names = [name.strip().upper() for name in text.split(",") if name.strip()]
    if not names:
        raise CallError("--markets names no market", hint="Write --markets CN,FR or --markets all.")
    return None if names == ["ALL"] else names
