"""From raw scores to calibrated appeal, and intervals that keep their promise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.isotonic import IsotonicRegression

__all__ = ["AppealCalibrator", "ConformalIntervals"]


class AppealCalibrator(BaseEstimator):  # type: ignore[misc]
    """Centered isotonic regression from score to percentile, one a market, all together for the small ones.

    Each step of the isotonic fit counts at the mean of its scores, with straight lines between (Oron and Flournoy, 2017,
    https://doi.org/10.1080/19466315.2017.1286256), so that titles of different scores seldom share an appeal.

    Parameters
    ----------
    min_titles : int, default=200
        A market with fewer known titles uses the curve of all markets.

    Attributes
    ----------
    curves_ : dict of int to tuple of ndarray
        Scores and their appeal by market position; -1 holds the curve of all markets.
    """

    def __init__(self, *, min_titles: int = 200) -> None:
        self.min_titles = min_titles

    def fit(
        self, score: NDArray[np.floating], percentile: NDArray[np.floating], market: NDArray[np.intp]
    ) -> AppealCalibrator:
        """Fit on scores of titles that the model had not seen, each shape (n,)."""
        self.curves_ = {-1: _curve(score, percentile)}
        for position in np.unique(market):
            rows = market == position
            if rows.sum() >= self.min_titles:
                self.curves_[int(position)] = _curve(score[rows], percentile[rows])
        return self

    def predict(self, score: NDArray[np.floating], market: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return appeal, 0 to 1, shape (n,); never decreasing in the score within a market."""
        appeal = np.empty(len(score))
        for position in np.unique(market):
            rows = market == position
            known, expected = self.curves_.get(int(position), self.curves_[-1])
            appeal[rows] = np.interp(score[rows], known, expected)
        return appeal


class ConformalIntervals(BaseEstimator):  # type: ignore[misc]
    """Mondrian conformal intervals: quantiles of past errors among titles alike in evidence and appeal.

    Errors are those on titles that the model had not seen (Vovk, Gammerman and Shafer, 2005, chapter 4; CV+ of Barber et
    al., 2021, https://doi.org/10.1214/20-AOS1965, in its simplest form: out-of-fold errors pooled).

    Parameters
    ----------
    coverage : float, default=0.8
        Share of titles whose outcome the interval should hold.
    n_levels : int, default=4
        Levels of appeal kept apart.
    min_titles : int, default=60
        A cell with fewer titles borrows the errors of all titles of its evidence, or of all titles.

    Attributes
    ----------
    edges_ : ndarray, shape (n_levels - 1,)
        Limits between the levels of appeal.
    offsets_ : ndarray, shape (3, n_levels, 2)
        What to add to appeal for the lower and the upper end, by evidence and level.
    """

    def __init__(self, *, coverage: float = 0.8, n_levels: int = 4, min_titles: int = 60) -> None:
        self.coverage = coverage
        self.n_levels = n_levels
        self.min_titles = min_titles

    def fit(
        self, appeal: NDArray[np.floating], percentile: NDArray[np.floating], evidence: NDArray[np.intp]
    ) -> ConformalIntervals:
        """Learn the errors' quantiles; evidence is 0 (thin), 1 (fair) or 2 (strong); each shape (n,)."""
        self.edges_ = np.quantile(appeal, np.arange(1, self.n_levels) / self.n_levels)
        level = np.searchsorted(self.edges_, appeal)
        error = percentile - appeal
        overall = self._quantiles(error)
        self.offsets_ = np.empty((3, self.n_levels, 2))
        for known in range(3):
            of_evidence = error[evidence == known]
            fallback = self._quantiles(of_evidence) if len(of_evidence) >= self.min_titles else overall
            for place in range(self.n_levels):
                cell = error[(evidence == known) & (level == place)]
                self.offsets_[known, place] = self._quantiles(cell) if len(cell) >= self.min_titles else fallback
        return self

    def predict(
        self, appeal: NDArray[np.floating], evidence: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lower and upper ends, 0 to 1, each shape (n,); they hold appeal between them."""
        offsets = self.offsets_[evidence, np.searchsorted(self.edges_, appeal)]
        low, high = (np.clip(appeal + offsets[:, end], 0, 1) for end in (0, 1))
        return np.minimum(low, appeal), np.maximum(high, appeal)

    def _quantiles(self, errors: NDArray[np.floating]) -> NDArray[np.float64]:
        n = len(errors)
        tail = (1 - self.coverage) / 2
        # The finite-sample correction of split conformal prediction, on each side.
        low = max(np.floor((n + 1) * tail) / n, 0.0)
        high = min(np.ceil((n + 1) * (1 - tail)) / n, 1.0)
        return np.array(
            [np.quantile(errors, low, method="lower"), np.quantile(errors, high, method="higher")],
            dtype=np.float64,
        )


def _curve(
    score: NDArray[np.floating], percentile: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    fitted = IsotonicRegression(y_min=0, y_max=1).fit_transform(score, percentile)
    levels, block = np.unique(fitted, return_inverse=True)
    return np.bincount(block, weights=score) / np.bincount(block), levels
