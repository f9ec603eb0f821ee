"""A forest with what turns its scores into appeal and intervals."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone

from recommender.ranking._evidence import EVIDENCE, tell_elsewhere, weigh_evidence
from recommender.ranking._examples import Examples
from recommender.ranking._forest import Forest
from recommender.ranking._intervals import AppealCalibrator, ConformalIntervals, cross_calibrate, cross_intervals
from recommender.ranking._views import find_views

__all__ = ["Head", "Unseen", "fit_heads"]

logger = logging.getLogger("recommender")

_TRIED_MEMBERS = 2  # enough to calibrate by, in half the time


@dataclass(frozen=True, eq=False)
class Unseen:
    """What a head says of the rows that calibrate it, each predicted by other rounds than its own.

    Attributes
    ----------
    rows : ndarray of int, shape (n,)
        Of the examples.
    score, appeal : ndarray, shape (n,)
    evidence : ndarray of int, shape (n,)
    part : ndarray of int, shape (n,)
        The round that predicted it.
    """

    rows: NDArray[np.intp]
    score: NDArray[np.float64]
    appeal: NDArray[np.float64]
    evidence: NDArray[np.intp]
    part: NDArray[np.intp]


class Head(BaseEstimator):  # type: ignore[misc]
    """One view of the features: a forest on some columns, calibrated on predictions of what it had not seen.

    In each round of the examples a forest of the first two members learns from the one part and predicts the other; these
    predictions calibrate. The forest that scores learns from everything. Where origins can be left out, such forests say too
    how far appeal is off where nothing was learned from a title's origin.

    Parameters
    ----------
    forest : Forest
        Not fitted.
    coverage : float, default=0.8

    Attributes
    ----------
    columns_ : ndarray of int
        Of the matrix, those that it looks at.
    forest_ : Forest
    calibrator_ : AppealCalibrator
    intervals_ : ConformalIntervals
    unfamiliar_ : ConformalIntervals or None
        By the errors of titles whose origin was left out, whatever their evidence; None where none could be, or nothing
        is told of origins.
    """

    def __init__(self, forest: Forest, *, coverage: float = 0.8) -> None:
        self.forest = forest
        self.coverage = coverage

    def fit(
        self,
        examples: Examples,
        columns: NDArray[np.intp],
        increasing: NDArray[np.bool_],
        evidence: NDArray[np.intp],
    ) -> Unseen:
        """Learn, and return what is said of the rows that were predicted unseen.

        Parameters
        ----------
        examples : Examples
        columns : ndarray of int
        increasing : ndarray of bool, shape (n_columns,)
            Columns that may only raise the score.
        evidence : ndarray of int, shape (n,)
        """
        matrix = examples.matrix[:, columns]
        score = np.full(len(matrix), np.nan)
        trial = clone(self.forest).set_params(members=self.forest.members[:_TRIED_MEMBERS])
        part = np.zeros(len(matrix), dtype=np.intp)

        def tried(learned: NDArray[np.bool_]) -> Forest:
            forest: Forest = clone(trial)
            return forest.fit(
                matrix[learned],
                examples.target[learned],
                examples.weight[learned],
                increasing,
                examples.query[learned],
            )

        for number, (learned, asked) in enumerate(examples.rounds):
            score[asked] = tried(learned).predict(matrix[asked])
            part[asked] = number
        told = np.isfinite(score)
        market, weight = examples.pairs.market[told], examples.weight[told]
        percentile = examples.percentile[told].astype(np.float64)
        self.columns_ = columns
        self.calibrator_ = AppealCalibrator().fit(score[told], percentile, market, weight)
        appeal = cross_calibrate(score[told], percentile, market, weight, part[told])
        known = evidence[told]
        self.intervals_ = ConformalIntervals(coverage=self.coverage).fit(appeal, percentile, known, weight)
        self.unfamiliar_ = self._fit_unfamiliar(examples, tried) if examples.unfamiliar else None
        self.forest_ = clone(self.forest).fit(matrix, examples.target, examples.weight, increasing, examples.query)
        return Unseen(np.flatnonzero(told), score[told], appeal, known, part[told])

    def predict(self, matrix: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the scores of rows of the whole matrix, shape (n,)."""
        forest: Forest = self.forest_
        return forest.predict(matrix[:, self.columns_])

    def bracket(
        self, appeal: NDArray[np.float64], evidence: NDArray[np.intp], unfamiliar: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lower and upper ends of the intervals, each shape (n,).

        Those of an unfamiliar origin hold all that those of a known one would.
        """
        low, high = self.intervals_.predict(appeal, evidence)
        if self.unfamiliar_ is not None:
            lower, upper = self.unfamiliar_.predict(appeal, np.zeros(len(appeal), dtype=np.intp))
            low = np.where(unfamiliar, np.minimum(low, lower), low)
            high = np.where(unfamiliar, np.maximum(high, upper), high)
        return low, high

    def _fit_unfamiliar(self, examples: Examples, tried: Callable[[NDArray[np.bool_]], Forest]) -> ConformalIntervals:
        asked = np.concatenate([some.asked for some in examples.unfamiliar])
        score = np.concatenate(
            [tried(some.learned).predict(some.matrix[:, self.columns_]) for some in examples.unfamiliar]
        )
        appeal = self.calibrator_.predict(score, examples.pairs.market[asked])
        return ConformalIntervals(coverage=self.coverage).fit(
            appeal,
            examples.percentile[asked].astype(np.float64),
            np.zeros(len(asked), dtype=np.intp),
            np.concatenate([some.weight for some in examples.unfamiliar]),
        )

    def attribute(self, matrix: NDArray[np.float32], market: NDArray[np.intp]) -> NDArray[np.float64]:
        """Split the appeal of rows over the columns of the whole matrix, in points of 0 to 100; those not looked at have 0.

        The Shapley values of a row split its score against the mean; one factor brings them to the scale of appeal, so that
        they sum to its appeal less that of the mean score in the market.

        Parameters
        ----------
        matrix : ndarray, shape (n, n_features)
        market : ndarray of int, shape (n,)
            Positions among the markets that were learned.

        Returns
        -------
        ndarray, shape (n, n_features)
        """
        values = np.zeros(matrix.shape)
        values[:, self.columns_], base = self.forest_.attribute(matrix[:, self.columns_])
        moved = values.sum(axis=1)
        usual = self.calibrator_.predict(np.full(len(matrix), base), market)
        gained = self.calibrator_.predict(base + moved, market) - usual
        factor = np.divide(100 * gained, moved, out=np.zeros(len(matrix)), where=np.abs(moved) > 1e-9)
        return np.asarray(values * factor[:, None])


def fit_heads(
    examples: Examples,
    names: NDArray[np.object_],
    increasing: NDArray[np.bool_],
    forest: Forest,
    *,
    coverage: float,
) -> tuple[dict[str, Head], pd.DataFrame]:
    """Fit a head for each view of the features; see `find_views`.

    Parameters
    ----------
    examples : Examples
    names : ndarray of str, shape (n_features,)
    increasing : ndarray of bool, shape (n_features,)
        Features that may only raise a score.
    forest : Forest
        Not fitted.
    coverage : float

    Returns
    -------
    heads : dict of str to Head
        ``plain``, and where anything is known elsewhere ``travelled`` and ``informed``.
    unseen : DataFrame
        What the last of them says of rows that it was calibrated on; see `Ranker.out_of_fold_`.
    """
    heads = {}
    for name, columns in find_views(names).items():
        logger.info("growing the %s trees", name)
        head = Head(forest, coverage=coverage)
        weighed = ~tell_elsewhere(names) if name == "plain" else np.ones(len(names), dtype=bool)
        evidence = weigh_evidence(examples.pairs, examples.matrix[:, weighed], names[weighed])
        # Trees that look at nothing of an origin err on known ones as on any other.
        asked = replace(examples, unfamiliar=()) if name == "travelled" else examples
        said = head.fit(asked, columns, increasing[columns], evidence)
        heads[name] = head
    pairs, weight = examples.pairs.take(said.rows), examples.weight[said.rows]
    percentile = examples.percentile[said.rows]
    low, high = cross_intervals(
        head.intervals_, said.appeal, percentile.astype(np.float64), said.evidence, weight, said.part
    )
    unseen = pd.DataFrame(
        {
            "title_id": pairs.facts.title_ids[pairs.title],
            "market": np.array(pairs.markets)[pairs.market],
            "relevance": examples.target[said.rows],
            "percentile": percentile,
            "weight": weight,
            "score": said.score,
            "appeal": said.appeal,
            "low": low,
            "high": high,
            "evidence": np.array(EVIDENCE)[said.evidence],
        }
    )
    return heads, unseen
