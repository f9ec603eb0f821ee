"""Which titles are foreign to which markets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.schema import at_home

__all__ = ["foreign_to"]


def foreign_to(countries: Iterable[Iterable[str]], markets: Sequence[str]) -> NDArray[np.bool_]:
    """Return, by title and market, whether a title of these countries is foreign to the market, shape (n, n_markets).

    Examples
    --------
    >>> foreign_to([["SU"], []], ["CN", "RU"]).tolist()
    [[True, False], [True, True]]
    """
    homes = [at_home(cell) for cell in countries]
    rows = [[market not in home for market in markets] for home in homes]
    return np.array(rows, dtype=bool).reshape(len(homes), len(markets))
