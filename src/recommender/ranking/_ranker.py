"""The ranker: learns from how titles did in markets and scores titles for markets."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from recommender.errors import BundleError, CallError, NotEnoughDataError, did_you_mean
from recommender.features import GROUPS, FeatureGroup, Known, Pairs, TextEncoder, collect_facts, content_keys
from recommender.ranking._attributions import attribute
from recommender.ranking._comparables import Comparables
from recommender.ranking._evidence import EVIDENCE, weigh_evidence
from recommender.ranking._examples import draw_folds, known_pairs, out_of_fold_features, stack_features
from recommender.ranking._intervals import AppealCalibrator, ConformalIntervals
from recommender.ranking._labels import day_after, label, percentiles, seen_before
from recommender.ranking._reasons import describe_reasons
from recommender.schema import SCORES

__all__ = ["Ranker"]

logger = logging.getLogger("recommender")

_NO_OUTCOMES = pd.DataFrame({"title_id": [], "market": [], "metric": [], "value": [], "as_of": []}).astype(
    {"title_id": "str", "market": "str", "metric": "str", "value": "float64", "as_of": "str"}
)
_EXPLAINED_AT_ONCE = 4096


class Ranker(BaseEstimator):  # type: ignore[misc]
    """Ranks titles for foreign markets.

    One model for all markets. The titles are dealt into folds; features that learn from outcomes, and the boosted
    trees themselves, predict each fold from the others. The trees of all folds together are the model; their
    predictions on titles they had not seen calibrate `appeal` and set the intervals.

    Parameters
    ----------
    encoder : str, default="all-MiniLM-L6-v2"
        Sentence-transformers model, by name or path; see `TextEncoder`.
    revision : str or None, default=None
    cache_dir : str or None, default=None
        Where embeddings are kept; the user's cache folder by default.
    groups : sequence of str or None, default=None
        The features to use, of `recommender.features.GROUPS`; all by default.
    n_folds : int, default=5
    max_iter, learning_rate, max_leaf_nodes, max_depth, min_samples_leaf, l2_regularization, max_features
        Of scikit-learn's HistGradientBoostingRegressor.
    coverage : float, default=0.8
        Share of outcomes that the intervals should hold.
    random_state : int, default=0

    Attributes
    ----------
    as_of_ : str
        Outcomes dated on or after this day were not looked at.
    markets_ : tuple of str
    n_titles_, n_outcomes_ : int
        How many titles, and titles in markets, were learned from.
    groups_ : list of FeatureGroup
        Fitted on all that was known.
    models_ : list of HistGradientBoostingRegressor
        One a fold.
    columns_ : ndarray of int, shape (n_features,)
        The groups' columns that told titles apart; the others were left out.
    feature_names_ : ndarray of str, shape (n_features,)
    out_of_fold_ : DataFrame
        ``title_id``, ``market``, ``relevance``, ``percentile``, ``score``, ``appeal``, ``low``, ``high`` of what was
        learned from, each predicted without its own fold. Not kept in bundles.

    Examples
    --------
    >>> from recommender.ranking import Ranker
    >>> from sklearn.base import clone
    >>> clone(Ranker(n_folds=3)).n_folds
    3
    """

    def __init__(
        self,
        *,
        encoder: str = "all-MiniLM-L6-v2",
        revision: str | None = None,
        cache_dir: str | None = None,
        groups: Sequence[str] | None = None,
        n_folds: int = 5,
        max_iter: int = 150,
        learning_rate: float = 0.06,
        max_leaf_nodes: int = 15,
        max_depth: int = 6,
        min_samples_leaf: int = 15,
        l2_regularization: float = 5.0,
        max_features: float = 0.4,
        coverage: float = 0.8,
        random_state: int = 0,
    ) -> None:
        self.encoder = encoder
        self.revision = revision
        self.cache_dir = cache_dir
        self.groups = groups
        self.n_folds = n_folds
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.max_features = max_features
        self.coverage = coverage
        self.random_state = random_state

    def fit(self, titles: pd.DataFrame, outcomes: pd.DataFrame, *, as_of: str | None = None) -> Self:
        """Learn from the outcomes known before a day.

        Parameters
        ----------
        titles, outcomes : DataFrame
            As `read_titles` and `read_outcomes` return them.
        as_of : str or None
            ISO date; by default the day after the newest outcome.

        Raises
        ------
        NotEnoughDataError
            If no market has ten foreign titles with an outcome, fewer titles than folds are known, or no feature tells
            titles apart.
        """
        if outcomes.empty:
            raise NotEnoughDataError("there are no outcomes to learn from", hint="Give a table of outcomes.")
        self.as_of_ = as_of or day_after(outcomes)
        seen = seen_before(outcomes, self.as_of_)
        # The last bits of a sum depend on the order of its terms, and a tie between two splits on the last bits.
        titles = titles.iloc[np.argsort(content_keys(titles), kind="stable")].reset_index(drop=True)
        encoder = self._encoder()
        facts = collect_facts(titles, encoder)
        self.encoder_identity_ = encoder.identity_
        labels = label(facts, seen, self.as_of_)
        self.markets_ = labels.markets
        known = Known(facts, labels.markets, labels.relevance, seen, self.as_of_)
        pairs = known_pairs(known, labels, seen)
        folds = draw_folds(content_keys(titles), self.n_folds, self.random_state)
        if len(np.unique(folds[pairs.title])) < self.n_folds:
            raise NotEnoughDataError(
                f"{len(np.unique(pairs.title))} titles with an outcome are too few for {self.n_folds} folds",
                hint="Give more outcomes, or a model with fewer folds.",
            )
        self.n_titles_, self.n_outcomes_ = len(np.unique(pairs.title)), len(pairs)
        logger.info("learning from %s outcomes in %s markets", len(pairs), len(self.markets_))
        groups = self._make_groups()
        # Several threads add in another order than one: the bytes of a bundle must not depend on the machine's cores.
        with threadpool_limits(limits=1):
            matrix = out_of_fold_features(groups, known, pairs, folds)
            self.groups_ = [group.fit(known) for group in groups]
        names = np.concatenate([group.get_feature_names_out() for group in self.groups_])
        self.columns_ = np.flatnonzero(_varies(matrix))
        if not len(self.columns_):
            raise NotEnoughDataError(
                "nothing that is told of the titles tells them apart",
                hint="Give titles with more columns filled, or a model with more groups of features.",
            )
        matrix, self.feature_names_ = matrix[:, self.columns_], names[self.columns_]
        relevance = labels.target[pairs.title, pairs.market]
        with threadpool_limits(limits=1):
            score = self._fit_models(matrix, relevance, folds[pairs.title])
        evidence = weigh_evidence(pairs, matrix, self.feature_names_)
        percentile = percentiles(labels.target)[pairs.title, pairs.market]
        self.calibrator_ = AppealCalibrator().fit(score, percentile, pairs.market)
        appeal = self.calibrator_.predict(score, pairs.market)
        self.intervals_ = ConformalIntervals(coverage=self.coverage).fit(appeal, percentile, evidence)
        low, high = self.intervals_.predict(appeal, evidence)
        self.comparables_ = Comparables().fit(titles, known, labels.shown)
        self.out_of_fold_ = pd.DataFrame(
            {
                "title_id": facts.title_ids[pairs.title],
                "market": np.array(self.markets_)[pairs.market],
                "relevance": relevance,
                "percentile": percentile,
                "score": score,
                "appeal": appeal,
                "low": low,
                "high": high,
            }
        )
        return self

    def predict(
        self,
        titles: pd.DataFrame,
        markets: Sequence[str] | None = None,
        *,
        history: pd.DataFrame | None = None,
        as_of: str | None = None,
        explain: int | None = 1000,
    ) -> pd.DataFrame:
        """Score titles for markets.

        Parameters
        ----------
        titles : DataFrame
            As `read_titles` returns it. A title whose origin is the market is not scored for it.
        markets : sequence of str or None
            ISO 3166-1 codes; all that the model knows by default.
        history : DataFrame or None
            Outcomes of these titles elsewhere; those dated on or after `as_of` are not looked at.
        as_of : str or None
            ISO date of the prediction; the day up to which the model learned by default, and no earlier one.
        explain : int or None, default=1000
            In each market, so many of the best titles get reasons and comparables; None: all.

        Returns
        -------
        DataFrame
            The scores table, by market and rank.

        Raises
        ------
        CallError
            If a market is not one that the model learned, or the model has seen outcomes from after `as_of`.
        BundleError
            If the text encoder on this machine is not the one that the model was trained with.
        """
        check_is_fitted(self)
        wanted = self._check_markets(markets)
        day = as_of or self.as_of_
        if day < self.as_of_:
            raise CallError(
                f"the model has seen outcomes up to {self.as_of_}: it cannot predict as of {day}",
                hint=f"Ask for a later day, or train a model with --as-of {day}.",
            )
        encoder = self._encoder().fit()
        if encoder.identity_ != self.encoder_identity_:
            raise BundleError(
                f"the model learned from texts encoded by {self.encoder_identity_}; here is {encoder.identity_}",
                hint="Get the encoder that it was trained with, or train it again with this one.",
            )
        facts = collect_facts(titles, encoder)
        title, market = np.nonzero(facts.foreign(wanted))
        seen = _NO_OUTCOMES if history is None else seen_before(history, day)
        before = np.full(len(title), day, dtype="<U10")
        pairs = Pairs(facts, title, market, wanted, seen, before, before)
        matrix = stack_features(self.groups_, pairs)[:, self.columns_]
        # Trees refuse a matrix without rows: no titles, or none that is foreign.
        score = np.mean([model.predict(matrix) for model in self.models_], axis=0) if len(pairs) else np.empty(0)
        known_market = np.array([self.markets_.index(name) for name in wanted], dtype=np.intp)[market]
        appeal = self.calibrator_.predict(score, known_market)
        evidence = weigh_evidence(pairs, matrix, self.feature_names_)
        low, high = self.intervals_.predict(appeal, evidence)
        # Equal scores are ordered by title, year and id, so that the order of the rows given does not matter.
        names = np.array([f"{key}\0{name}" for key, name in zip(content_keys(titles), facts.title_ids, strict=True)])
        order = np.lexsort([names[title], -score, market])
        pairs, matrix = pairs.take(order), matrix[order]
        counts = np.bincount(pairs.market, minlength=len(wanted))
        rank = np.concatenate([np.arange(1, count + 1) for count in counts]) if len(order) else order
        scores = pd.DataFrame(
            {
                "market": np.array(wanted, dtype=object)[pairs.market],
                "rank": rank.astype(np.int64),
                "title_id": facts.title_ids[pairs.title],
                "score": score[order],
                "appeal": appeal[order],
                "low": low[order],
                "high": high[order],
                "evidence": np.array(EVIDENCE, dtype=object)[evidence[order]],
            }
        ).astype({"market": "str", "title_id": "str", "evidence": "str"})
        chosen = np.flatnonzero(rank <= (explain if explain is not None else len(titles)))
        reasons, comparables = self._explain(titles, pairs, matrix, chosen)
        scores["reasons"] = pd.Series(reasons, dtype="object")
        scores["comparables"] = pd.Series(comparables, dtype="object")
        scores["model"] = getattr(self, "name_", "not saved")
        scores["model_version"] = getattr(self, "version_", "not saved")
        scores["encoder"] = self.encoder_identity_
        scores["as_of"] = day
        return scores[list(SCORES.names)]

    def _explain(
        self, titles: pd.DataFrame, pairs: Pairs, matrix: NDArray[np.float32], chosen: NDArray[np.intp]
    ) -> tuple[list[list[str]], list[list[dict[str, Any]]]]:
        reasons: list[list[str]] = [[] for _ in range(len(pairs))]
        comparables: list[list[dict[str, Any]]] = [[] for _ in range(len(pairs))]
        for start in range(0, len(chosen), _EXPLAINED_AT_ONCE):
            rows = chosen[start : start + _EXPLAINED_AT_ONCE]
            some = pairs.take(rows)
            contributions, _ = attribute(self.models_, matrix[rows])
            found = self.comparables_.find(titles, some)
            told = describe_reasons(some, matrix[rows], contributions, self.feature_names_)
            for place, row in enumerate(rows):
                reasons[row], comparables[row] = told[place], found[place]
        return reasons, comparables

    def _fit_models(
        self, matrix: NDArray[np.float32], relevance: NDArray[np.float32], folds: NDArray[np.intp]
    ) -> NDArray[np.float64]:
        """Fit one model a fold on the other folds; return what each predicts for its own."""
        score = np.empty(len(relevance))
        self.models_ = []
        performance = np.array(
            [str(name).startswith(("worldwide: ", "at home: ", "abroad: ")) for name in self.feature_names_]
        )
        known = np.isfinite(matrix[:, performance]).any(axis=1)
        for fold in range(self.n_folds):
            rows = folds != fold
            # A title must be scored as well where its performance elsewhere is not given: each that has one is learned
            # from a second time without it.
            blind = matrix[rows & known]
            blind[:, performance] = np.nan
            model = HistGradientBoostingRegressor(
                max_iter=self.max_iter,
                learning_rate=self.learning_rate,
                max_leaf_nodes=self.max_leaf_nodes,
                max_depth=self.max_depth,
                min_samples_leaf=self.min_samples_leaf,
                l2_regularization=self.l2_regularization,
                max_features=self.max_features,
                early_stopping=False,
                random_state=self.random_state + fold,
            ).fit(np.vstack([matrix[rows], blind]), np.concatenate([relevance[rows], relevance[rows & known]]))
            self.models_.append(model)
            score[~rows] = model.predict(matrix[~rows])
        return score

    def _make_groups(self) -> list[FeatureGroup]:
        names = list(GROUPS) if self.groups is None else list(self.groups)
        unknown = [name for name in names if name not in GROUPS]
        if unknown:
            raise CallError(f"there is no feature group {unknown[0]!r}", hint=did_you_mean(unknown[0], GROUPS))
        return [GROUPS[name]() for name in names]

    def _encoder(self) -> TextEncoder:
        return TextEncoder(self.encoder, revision=self.revision, cache_dir=self.cache_dir, show_progress=True)

    def _check_markets(self, markets: Sequence[str] | None) -> tuple[str, ...]:
        wanted = tuple(self.markets_ if markets is None else sorted(set(markets)))
        for market in wanted:
            if market not in self.markets_:
                raise CallError(
                    f"the model has not learned the market {market!r}; it knows {', '.join(self.markets_)}",
                    hint="Ask for one of these, or train with outcomes of that market.",
                )
        return wanted


def _varies(matrix: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which columns have two different known values, or a known and an unknown one."""
    known = np.isfinite(matrix)
    low = np.where(known, matrix, np.inf).min(axis=0)
    high = np.where(known, matrix, -np.inf).max(axis=0)
    return np.asarray(known.any(axis=0) & ((low < high) | ~known.all(axis=0)))
