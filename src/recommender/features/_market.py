"""What a market is to a title: how generous it is, and whether they share a language or a border of culture."""

from __future__ import annotations

from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.features._base import FeatureGroup, Known, Pairs, shrunken_mean
from recommender.sources import official_languages

__all__ = ["MarketFit"]

_NAMES = ("market: usual level", "language: shared with the market", "language: of the market is an origin's")


class MarketFit(FeatureGroup):
    """The market's mean relevance, and whether title and market share a language.

    Official languages of territories are those of the Unicode CLDR, through Babel.

    Attributes
    ----------
    level_ : dict of str to float
        Mean relevance of each market, shrunken to the mean of all.
    """

    def fit(self, known: Known) -> Self:
        """Learn each market's mean relevance."""
        seen = np.isfinite(known.relevance)
        total = np.where(seen, known.relevance, 0).sum(axis=0)
        count = seen.sum(axis=0)
        grand = np.array(total.sum() / max(count.sum(), 1))
        means = shrunken_mean(total, count, grand, 20.0)
        self.level_ = dict(zip(known.markets, means.tolist(), strict=True))
        self.default_level_ = float(grand)
        return self

    def transform(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the features, shape (n_pairs, 3)."""
        level = np.array([self.level_.get(market, self.default_level_) for market in pairs.markets])
        unique, row = np.unique(pairs.title, return_inverse=True)
        spoken = [official_languages(market) for market in pairs.markets]
        languages, countries = pairs.facts.words["languages"], pairs.facts.words["countries"]
        shared = np.full((len(unique), 2, len(spoken)), np.nan)
        for position, title in enumerate(unique):
            own = {language.split("-")[0] for language in languages[title]}
            origin = {language for country in countries[title] for language in official_languages(country)}
            if own:
                shared[position, 0] = [bool(own & market) for market in spoken]
            if origin:
                shared[position, 1] = [bool(origin & market) for market in spoken]
        return np.column_stack([level[pairs.market], shared[row, :, pairs.market]]).astype(np.float32)

    def get_feature_names_out(self) -> NDArray[np.object_]:
        """Return the names of the columns."""
        return np.array(_NAMES, dtype=object)
