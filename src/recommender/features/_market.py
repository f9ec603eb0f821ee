"""What a market is to a title: how generous it is, and how near in language, region and culture."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs, shrunken_mean
from recommender.features._culture import cultural_distance, regional_distance
from recommender.sources import official_languages

__all__ = ["MarketFit"]

_NAMES = (
    "market: usual level",
    "language: shared with the market",
    "language: of the market is an origin's",
    "distance: region of the nearest origin",
    "distance: culture of the nearest origin",
)


class MarketFit(FeatureGroup):
    """The market's mean relevance, and how near title and market are in language, region and culture.

    Of several origins the nearest counts. For languages, regions and cultures see `recommender.features._culture` and
    `recommender.sources.official_languages`.

    Attributes
    ----------
    level_ : dict of str to float
        Mean relevance of each market over that of all, shrunken to 1.
    """

    def fit(self, known: Known) -> Self:
        """Learn each market's mean relevance."""
        seen = np.isfinite(known.relevance)
        total = np.where(seen, known.relevance, 0).sum(axis=0)
        count = seen.sum(axis=0)
        grand = np.array(total.sum() / max(count.sum(), 1))
        means = shrunken_mean(total, count, grand, 20.0) / max(float(grand), 1e-6)
        self.level_ = dict(zip(known.markets, means.tolist(), strict=True))
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the features, shape (n_pairs, 5)."""
        level = np.array([self.level_.get(market, 1.0) for market in pairs.markets])
        unique, row = np.unique(pairs.title, return_inverse=True)
        spoken = [official_languages(market) for market in pairs.markets]
        languages, countries = pairs.facts.words["languages"], pairs.facts.words["countries"]
        near = np.full((len(unique), 4, len(spoken)), np.nan)
        distances: dict[tuple[str, ...], NDArray[np.float64]] = {}
        for position, title in enumerate(unique):
            own = {language.split("-")[0] for language in languages[title]}
            if own:
                near[position, 0] = [bool(own & market) for market in spoken]
            origins = tuple(countries[title])
            if origins and origins not in distances:
                distances[origins] = _from_origins(origins, pairs.markets)
            if origins:
                near[position, 1:] = distances[origins]
        return np.column_stack([level[pairs.market], near[row, :, pairs.market]]).astype(np.float32)

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        return np.array(_NAMES, dtype=object)


def _from_origins(origins: tuple[str, ...], markets: tuple[str, ...]) -> NDArray[np.float64]:
    """Return shared language, region and culture of the nearest origin, shape (3, n_markets)."""
    native = {language for country in origins for language in official_languages(country)}
    shared = [bool(native & official_languages(market)) if native else np.nan for market in markets]
    measures: tuple[Callable[[str, str], float | None], ...] = (regional_distance, cultural_distance)
    rows = [shared]
    for measure in measures:
        found = [[d for country in origins if (d := measure(country, market)) is not None] for market in markets]
        rows.append([min(some, default=np.nan) for some in found])
    return np.array(rows, dtype=np.float64)
