"""The numbers behind the charts of the workbook and the plots of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from recommender.offers._eligible import UNKNOWN, decade_of
from recommender.offers._offer import TIERS, Offer

BINS = 20
_NO_GENRE = "no genre"


@dataclass(frozen=True)
class Bar:
    """One group of titles, in the offer and in what it was chosen from.

    Attributes
    ----------
    name : str
    offered, eligible : int
        Titles of the group.
    offered_share, eligible_share : float
        The same as shares of all offered and of all eligible titles, 0 to 1.
    low, high : float or None
        The shares that the brief asks for.
    """

    name: str
    offered: int
    eligible: int
    offered_share: float
    eligible_share: float
    low: float | None = None
    high: float | None = None


def genre_bars(offer: Offer, limit: int = 14) -> list[Bar]:
    """Return the genres by their share of the offer: those that the brief names, and the most frequent."""
    spelled = {name.casefold(): name for name in offer.brief.shares.genre}

    def names(frame: pd.DataFrame) -> list[list[str]]:
        return [
            list(dict.fromkeys(spelled.get(name.casefold(), name) for name in genres)) or [_NO_GENRE]
            for genres in frame["genres"]
        ]

    bars = _bars(offer, "genre", names(offer.frame), names(offer.eligible))
    bars.sort(key=lambda bar: (-bar.offered, -bar.eligible, bar.name))
    asked = set(offer.brief.shares.genre)
    first = [bar for bar in bars if bar.name in asked]
    others = [bar for bar in bars if bar.name not in asked][: max(0, limit - len(first))]
    return sorted(first + others, key=lambda bar: (-bar.offered, -bar.eligible, bar.name))


def decade_bars(offer: Offer) -> list[Bar]:
    """Return the decades in order, the titles without a year last."""
    decades = [[[decade_of(year)] for year in frame["year"]] for frame in (offer.frame, offer.eligible)]
    bars = _bars(offer, "decade", *decades)
    return sorted(bars, key=lambda bar: (bar.name == UNKNOWN, bar.name))


def tier_bars(offer: Offer) -> list[tuple[str, int, float]]:
    """Return for each tier its name, its titles and their mean appeal (0 to 1)."""
    groups = offer.frame.groupby("tier")["appeal"]
    return [(name, int(groups.count()[name]), float(groups.mean()[name])) for name in TIERS if name in groups.groups]


def evidence_counts(offer: Offer) -> list[tuple[str, int]]:
    """Return how many offered titles rest on strong, fair and thin evidence."""
    found = offer.frame["evidence"].value_counts()
    return [(name, int(found.get(name, 0))) for name in ("strong", "fair", "thin")]


def appeal_histogram(offer: Offer, bins: int = BINS) -> list[tuple[float, int, int]]:
    """Return for each bin of appeal its lower edge (0 to 1) and the titles offered and eligible in it."""
    edges = np.linspace(0, 1, bins + 1)
    offered, _ = np.histogram(offer.frame["appeal"], edges)
    eligible, _ = np.histogram(offer.eligible["appeal"], edges)
    return [
        (float(edge), int(ours), int(all_of_them))
        for edge, ours, all_of_them in zip(edges[:-1], offered, eligible, strict=True)
    ]


def _bars(offer: Offer, group: str, ours: list[list[str]], all_of_them: list[list[str]]) -> list[Bar]:
    asked = getattr(offer.brief.shares, group)
    offered, eligible = _count(ours), _count(all_of_them)
    return [
        Bar(
            name=name,
            offered=offered[name],
            eligible=eligible[name],
            offered_share=offered[name] / len(ours),
            eligible_share=eligible[name] / len(all_of_them),
            low=asked[name].min if name in asked and asked[name].min > 0 else None,
            high=asked[name].max if name in asked and asked[name].max < 1 else None,
        )
        for name in {**dict.fromkeys(asked), **eligible}
    ]


def _count(groups: Iterable[Iterable[str]]) -> Counter[str]:
    return Counter(name for names in groups for name in names)
