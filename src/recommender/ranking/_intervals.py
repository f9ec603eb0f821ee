"""From raw scores to calibrated appeal, and intervals that keep their promise."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.isotonic import IsotonicRegression

__all__ = ["AppealCalibrator", "ConformalIntervals", "cross_calibrate", "cross_intervals"]


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
        self,
        score: NDArray[np.floating],
        percentile: NDArray[np.floating],
        market: NDArray[np.intp],
        weight: NDArray[np.floating] | None = None,
    ) -> AppealCalibrator:
        """Fit on scores of titles that the model had not seen, each shape (n,); `weight` counts all alike by default."""
        weight = np.ones(len(score)) if weight is None else weight
        self.curves_ = {-1: _curve(score, percentile, weight)}
        for position in np.unique(market):
            rows = market == position
            if rows.sum() >= self.min_titles:
                self.curves_[int(position)] = _curve(score[rows], percentile[rows], weight[rows])
        return self

    def predict(self, score: NDArray[np.floating], market: NDArray[np.intp]) -> NDArray[np.float64]:
        """Return appeal, 0 to 1, shape (n,); never decreasing in the score within a market."""
        appeal = np.empty(len(score))
        for position in np.unique(market):
            rows = market == position
            known, expected = self.curves_.get(int(position), self.curves_[-1])
            appeal[rows] = np.interp(score[rows], known, expected)
        return appeal


def cross_calibrate(
    score: NDArray[np.floating],
    percentile: NDArray[np.floating],
    market: NDArray[np.intp],
    weight: NDArray[np.floating],
    part: NDArray[np.intp],
) -> NDArray[np.float64]:
    """Return the appeal of titles by the curves of the other parts, each shape (n,).

    A curve lies too near to the titles that it was drawn through: intervals from those errors would be too narrow.

    Parameters
    ----------
    score, percentile, market, weight : ndarray, shape (n,)
        As `AppealCalibrator.fit` takes them.
    part : ndarray of int, shape (n,)
        The day or the fold of each; two halves are taken where all are of one.
    """
    part = _at_least_two(part)
    appeal = np.empty(len(score))
    for own in np.unique(part):
        rest = part != own
        curves = AppealCalibrator().fit(score[rest], percentile[rest], market[rest], weight[rest])
        appeal[~rest] = curves.predict(score[~rest], market[~rest])
    return appeal


def cross_intervals(
    intervals: ConformalIntervals,
    appeal: NDArray[np.float64],
    percentile: NDArray[np.float64],
    evidence: NDArray[np.intp],
    weight: NDArray[np.float64],
    part: NDArray[np.intp],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the intervals of titles by the errors of the other parts, each shape (n,).

    By their own errors they would hold what they should whatever the data.

    Parameters
    ----------
    intervals : ConformalIntervals
        Its settings are used.
    appeal, percentile, evidence, weight : ndarray, shape (n,)
        As `ConformalIntervals.fit` takes them.
    part : ndarray of int, shape (n,)
        As `cross_calibrate` takes it.
    """
    part = _at_least_two(part)
    low, high = np.empty(len(appeal)), np.empty(len(appeal))
    for own in np.unique(part):
        rest = part != own
        learned = clone(intervals).fit(appeal[rest], percentile[rest], evidence[rest], weight[rest])
        low[~rest], high[~rest] = learned.predict(appeal[~rest], evidence[~rest])
    return low, high


def _at_least_two(part: NDArray[np.intp]) -> NDArray[np.intp]:
    return part if len(np.unique(part)) > 1 else np.arange(len(part)) % 2


class ConformalIntervals(BaseEstimator):  # type: ignore[misc]
    """Mondrian conformal intervals: quantiles of past errors among titles alike in evidence and appeal.

    Where less evidence came with smaller errors, its titles and those of more evidence are taken together.

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
        self,
        appeal: NDArray[np.floating],
        percentile: NDArray[np.floating],
        evidence: NDArray[np.intp],
        weight: NDArray[np.floating] | None = None,
    ) -> ConformalIntervals:
        """Learn the errors' quantiles; evidence is 0 (thin), 1 (fair) or 2 (strong); each shape (n,).

        `weight` counts all alike by default (weighted conformal prediction, Tibshirani et al., 2019, arXiv 1904.06019).
        """
        weight = np.ones(len(appeal)) if weight is None else weight
        self.edges_ = np.quantile(appeal, np.arange(1, self.n_levels) / self.n_levels)
        level = np.searchsorted(self.edges_, appeal)
        error = percentile - appeal
        overall = self._quantiles(error, weight)
        self.offsets_ = np.empty((3, self.n_levels, 2))
        for known in range(3):
            of_evidence = evidence == known
            if of_evidence.sum() >= self.min_titles:
                self.offsets_[known] = self._quantiles(error[of_evidence], weight[of_evidence])
            else:
                self.offsets_[known] = overall
        for place in range(self.n_levels):
            cells = [np.flatnonzero((evidence == known) & (level == place)) for known in range(3)]
            for kinds in self._alike(cells, error, weight):
                rows = np.concatenate([cells[known] for known in kinds])
                self.offsets_[kinds, place] = self._quantiles(error[rows], weight[rows])
        return self

    def predict(
        self, appeal: NDArray[np.floating], evidence: NDArray[np.intp]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lower and upper ends, 0 to 1, each shape (n,); they hold appeal between them."""
        offsets = self.offsets_[evidence, np.searchsorted(self.edges_, appeal)]
        low, high = (np.clip(appeal + offsets[:, end], 0, 1) for end in (0, 1))
        return np.minimum(low, appeal), np.maximum(high, appeal)

    def _alike(
        self, cells: list[NDArray[np.intp]], error: NDArray[np.floating], weight: NDArray[np.floating]
    ) -> list[list[int]]:
        """Return which kinds of evidence share an interval, so that less evidence is never narrower; small ones left out.

        What little is known of often does badly, and so seems predictable: that is no certainty.
        """

        def width(kinds: list[int]) -> float:
            rows = np.concatenate([cells[known] for known in kinds])
            return float(np.ptp(self._quantiles(error[rows], weight[rows])))

        alike: list[list[int]] = []
        for known in (2, 1, 0):
            if len(cells[known]) >= self.min_titles:
                alike.append([known])
                while len(alike) > 1 and width(alike[-1]) < width(alike[-2]):
                    less = alike.pop()
                    alike[-1] += less
        return alike

    def _quantiles(self, errors: NDArray[np.floating], weight: NDArray[np.floating]) -> NDArray[np.float64]:
        order = np.argsort(errors, kind="stable")
        share = np.cumsum(weight[order]) / weight.sum()
        # The finite-sample correction of split conformal prediction, on each side: (n + 1) tails of what n weigh.
        n = weight.sum() ** 2 / (weight**2).sum()
        tail = (1 - self.coverage) / 2
        low = max(np.floor((n + 1) * tail + 1e-9) / n, 0.0)
        high = min(np.ceil((n + 1) * (1 - tail) - 1e-9) / n, 1.0)
        last = len(errors) - 1
        at = [min(int(np.searchsorted(share, end - 1e-12)), last) for end in (low, high)]
        return np.asarray(errors[order][at], dtype=np.float64)


def _curve(
    score: NDArray[np.floating], percentile: NDArray[np.floating], weight: NDArray[np.floating]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    fitted = IsotonicRegression(y_min=0, y_max=1).fit_transform(score, percentile, sample_weight=weight)
    levels, block = np.unique(fitted, return_inverse=True)
    return np.bincount(block, weights=score * weight) / np.bincount(block, weights=weight), levels
