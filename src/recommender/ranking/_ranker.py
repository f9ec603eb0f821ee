"""The ranker: learns from how titles did in markets and scores titles for markets."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted
from threadpoolctl import threadpool_limits

from recommender.errors import BundleError, CallError, NotEnoughDataError, counted, did_you_mean
from recommender.features import (
    DEFAULT_GROUPS,
    GROUPS,
    FeatureGroup,
    Pairs,
    TextEncoder,
    collect_facts,
    content_keys,
    content_order,
)
from recommender.ranking._asked import NO_OUTCOMES, prediction_day, wanted_markets
from recommender.ranking._comparables import Comparables
from recommender.ranking._evidence import EVIDENCE, SCREEN_IT, known_elsewhere, needs_screening, weigh_evidence
from recommender.ranking._examples import build_examples, draw_folds, known_on, stack_features
from recommender.ranking._forest import DEFAULT_MEMBERS, Forest
from recommender.ranking._head import fit_heads
from recommender.ranking._labels import day_after, label, seen_before
from recommender.ranking._learners import Growth
from recommender.ranking._origins import ask_the_past, count_pairs
from recommender.ranking._reasons import describe_reasons
from recommender.ranking._views import choose_views, find_views, is_unfamiliar
from recommender.schema import SCORES, iso_day
from recommender.sources import complete_titles

__all__ = ["Ranker"]

logger = logging.getLogger("recommender")

_EXPLAINED, _EXPLAINED_IN_ALL = 1000, 10_000
_EXPLAINED_AT_ONCE = 4096
_DESCRIBED_AT_ONCE = 65_536


class Ranker(BaseEstimator):  # type: ignore[misc]
    """Ranks titles for foreign markets.

    One model for all markets. Titles in markets are asked as of past days (rolling origins), each described by what was
    known on its day; where all outcomes bear one day, titles are dealt into folds and described by the other
    folds. Boosted trees predict later days from earlier ones, and each fold from the others; these predictions on
    titles they had not seen calibrate `appeal` and set the intervals; those of titles from origins that hardly anything was
    learned from are as wide as they had to be where known origins were left out. Then the trees learn from everything.

    There are three heads: one does not know how titles did elsewhere, one knows nothing but that and when they came out, one
    knows everything. Which of them scores a title depends on the history that `predict` is given, and on whether titles of
    its origin were learned from; see `choose_views`.

    Parameters
    ----------
    encoder : str, default="all-MiniLM-L6-v2"
        Sentence-transformers model, by name or path; see `TextEncoder`.
    revision : str or None, default=None
    cache_dir : str or None, default=None
        Where embeddings are kept; the user's cache folder by default.
    groups : sequence of str, default=("content", "market", "performance", "closeness", "track_record")
        The features to use, of `recommender.features.GROUPS`.
    n_folds : int, default=5
    members, max_iter, learning_rate, max_leaf_nodes, max_depth, min_samples_leaf, l2_regularization, max_features
        See `Forest`.
    emphasis : float, default=2.5
        The power to which graded percentiles are raised before they are learned: above 1, the head of a ranking counts
        more.
    half_life_years : float, default=3.0
        An outcome so much older than the newest counts half.
    n_origins : int, default=12
        As of about so many past days examples are made, where outcomes have days; 1: everything as of one day.
    most_pairs : int, default=160_000
        Of flows, about so many titles in markets are drawn to learn from.
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
    heads_ : dict of str to Head
        ``plain``, and where anything is known of titles elsewhere ``travelled`` and ``informed``.
    known_share_ : float
        Of what share of the examples anything was known elsewhere.
    columns_ : ndarray of int, shape (n_features,)
        The groups' columns that told titles apart; the others were left out.
    feature_names_ : ndarray of str, shape (n_features,)
    out_of_fold_ : DataFrame
        ``title_id``, ``market``, ``relevance``, ``percentile``, ``weight``, ``score``, ``appeal``, ``low``, ``high``,
        ``evidence`` of what calibrated, each predicted without its own fold, or from before. Not kept in bundles.

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
        groups: Sequence[str] = DEFAULT_GROUPS,
        n_folds: int = 5,
        members: Sequence[str] = DEFAULT_MEMBERS,
        max_iter: int = Growth.max_iter,
        learning_rate: float = Growth.learning_rate,
        max_leaf_nodes: int = Growth.max_leaf_nodes,
        max_depth: int = Growth.max_depth,
        min_samples_leaf: int = Growth.min_samples_leaf,
        l2_regularization: float = Growth.l2_regularization,
        max_features: float = Growth.max_features,
        emphasis: float = 2.5,
        half_life_years: float = 3.0,
        n_origins: int = 12,
        most_pairs: int = 160_000,
        coverage: float = 0.8,
        random_state: int = 0,
    ) -> None:
        self.encoder = encoder
        self.revision = revision
        self.cache_dir = cache_dir
        self.groups = groups
        self.n_folds = n_folds
        self.members = members
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.max_features = max_features
        self.emphasis = emphasis
        self.half_life_years = half_life_years
        self.n_origins = n_origins
        self.most_pairs = most_pairs
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
        CallError
            If `as_of` is not a day, or `titles` is no titles table; see `recommender.sources.complete_titles`.
        """
        if outcomes.empty:
            raise NotEnoughDataError("there are no outcomes to learn from", hint="Give a table of outcomes.")
        titles = complete_titles(titles)
        self.as_of_ = day_after(outcomes) if as_of is None else iso_day(as_of, "as_of")
        seen = seen_before(outcomes, self.as_of_)
        # The last bits of a sum depend on the order of its terms, and a tie between two splits on the last bits.
        titles = titles.iloc[content_order(titles)].reset_index(drop=True)
        encoder = self._encoder()
        facts = collect_facts(titles, encoder)
        self.encoder_identity_ = encoder.identity_
        labels = label(facts, seen, self.as_of_)
        self.markets_ = labels.markets
        folds = draw_folds(content_keys(titles), self.n_folds, self.random_state)
        random = np.random.default_rng(self.random_state)
        blocks = ask_the_past(
            facts,
            seen,
            labels,
            self.as_of_,
            emphasis=self.emphasis,
            n_origins=self.n_origins,
            most_pairs=self.most_pairs,
            random=random,
        )
        asked = np.unique(np.concatenate([block.title for block in blocks])) if blocks else np.empty(0, dtype=np.intp)
        if len(np.unique(folds[asked])) < self.n_folds:
            raise NotEnoughDataError(
                f"too few titles have an outcome: {len(asked):,}, dealt into {self.n_folds} folds",
                hint="Give more outcomes, or a model with fewer folds.",
            )
        self.n_titles_, self.n_outcomes_ = len(asked), count_pairs(blocks)
        n_examples = sum(len(block.title) for block in blocks if block.calibrates)
        markets = counted(len(self.markets_), "market")
        logger.info("learning from %s in %s", counted(n_examples, "example"), markets)
        # Several threads add in another order than one: the bytes of a bundle must not depend on the machine's cores.
        with threadpool_limits(limits=1):
            known = known_on(facts, seen, self.as_of_, self.markets_)
            self.groups_ = [group.fit(known) for group in self._make_groups()]
            names = np.concatenate([group.get_feature_names_out() for group in self.groups_])
            examples = build_examples(
                self._make_groups(),
                names,
                facts,
                seen,
                self.markets_,
                blocks,
                folds,
                half_life_years=self.half_life_years,
                random=random,
            )
        self.columns_ = np.flatnonzero(_varies(examples.matrix))
        if not find_views(names[self.columns_]):
            raise NotEnoughDataError(
                "nothing that is told of the titles tells them apart",
                hint="Give titles with more columns filled, or a model with more groups of features.",
            )
        examples = examples.with_columns(self.columns_)
        self.feature_names_ = names[self.columns_]
        forest = Forest(**{name: getattr(self, name) for name in Forest().get_params()})
        self.known_share_ = float(known_elsewhere(examples.matrix, self.feature_names_).mean())
        increasing = np.concatenate([group.get_increasing() for group in self.groups_])[self.columns_]
        self.heads_, self.out_of_fold_ = fit_heads(
            examples, self.feature_names_, increasing, forest, coverage=self.coverage
        )
        self.comparables_ = Comparables().fit(titles, replace(known, relevance=labels.relevance), labels.shown)
        return self

    def predict(
        self,
        titles: pd.DataFrame,
        markets: Sequence[str] | None = None,
        *,
        history: pd.DataFrame | None = None,
        as_of: str | None = None,
        explain: int | None = None,
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
        explain : int or None, default=None
            In each market, so many of the best titles get reasons and comparables. None: 1,000, or fewer where markets
            are many, 10,000 in all. The last reason of a title that cannot be judged says so; see `needs_screening`.

        Returns
        -------
        DataFrame
            The scores table, by market and rank.

        Raises
        ------
        CallError
            If a market is not one that the model learned, the model has seen outcomes from after `as_of`, that is not a
            day, or `titles` is no titles table.
        BundleError
            If the text encoder on this machine is not the one that the model was trained with.
        """
        check_is_fitted(self)
        wanted = tuple(sorted(wanted_markets(markets, self.markets_)))
        titles = complete_titles(titles)
        day = prediction_day(as_of, self.as_of_)
        encoder = self._encoder().fit()
        if encoder.identity_ != self.encoder_identity_:
            raise BundleError(
                f"the model learned from texts encoded by {self.encoder_identity_}; here is {encoder.identity_}",
                hint="Get the encoder that it was trained with, or train it again with this one.",
            )
        facts = collect_facts(titles, encoder)
        title, market = np.nonzero(facts.foreign(wanted))
        seen = NO_OUTCOMES if history is None else seen_before(history, day)
        before = np.full(len(title), day, dtype="<U10")
        pairs = Pairs(facts, title, market, wanted, seen, before, before)
        matrix = self._describe(pairs)
        known_market = np.array([self.markets_.index(name) for name in wanted], dtype=np.intp)[market]
        evidence = weigh_evidence(pairs, matrix, self.feature_names_)
        unfamiliar = is_unfamiliar(pairs, matrix, self.feature_names_)
        heads = choose_views(unfamiliar, matrix, self.feature_names_, self.heads_, self.known_share_)
        score, appeal, low, high = (np.empty(len(pairs)) for _ in range(4))
        for name in np.unique(heads):
            head, rows = self.heads_[name], heads == name
            score[rows] = head.predict(matrix[rows])
            appeal[rows] = head.calibrator_.predict(score[rows], known_market[rows])
            low[rows], high[rows] = head.bracket(appeal[rows], evidence[rows], unfamiliar[rows])
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
        most = min(_EXPLAINED, _EXPLAINED_IN_ALL // max(len(wanted), 1)) if explain is None else explain
        chosen = np.flatnonzero(rank <= most)
        reasons, comparables = self._explain(titles, heads[order], known_market[order], pairs, matrix, chosen)
        for row in chosen[needs_screening(scores).to_numpy()[chosen]]:
            reasons[row].append(SCREEN_IT)
        scores["reasons"] = pd.Series(reasons, dtype="object")
        scores["comparables"] = pd.Series(comparables, dtype="object")
        scores["model"] = getattr(self, "name_", "not saved")
        scores["model_version"] = getattr(self, "version_", "not saved")
        scores["encoder"] = self.encoder_identity_
        scores["as_of"] = day
        return scores[list(SCORES.names)]

    def _explain(
        self,
        titles: pd.DataFrame,
        heads: NDArray[np.str_],
        known_market: NDArray[np.intp],
        pairs: Pairs,
        matrix: NDArray[np.float32],
        chosen: NDArray[np.intp],
    ) -> tuple[list[list[str]], list[list[dict[str, Any]]]]:
        reasons: list[list[str]] = [[] for _ in range(len(pairs))]
        comparables: list[list[dict[str, Any]]] = [[] for _ in range(len(pairs))]
        for start in range(0, len(chosen), _EXPLAINED_AT_ONCE):
            rows = chosen[start : start + _EXPLAINED_AT_ONCE]
            some = pairs.take(rows)
            contributions = np.zeros((len(rows), matrix.shape[1]))
            for name in np.unique(heads[rows]):
                of_head = heads[rows] == name
                asked = rows[of_head]
                contributions[of_head] = self.heads_[name].attribute(matrix[asked], known_market[asked])
            found = self.comparables_.find(titles, some)
            told = describe_reasons(titles, some, matrix[rows], contributions, self.feature_names_)
            for place, row in enumerate(rows):
                reasons[row], comparables[row] = told[place], found[place]
        return reasons, comparables

    def _describe(self, pairs: Pairs) -> NDArray[np.float32]:
        """Return the features of pairs that told titles apart, some rows at a time: all at once would fill the memory."""
        matrix = np.empty((len(pairs), len(self.columns_)), dtype=np.float32)
        for start in range(0, len(pairs), _DESCRIBED_AT_ONCE):
            rows = np.arange(start, min(start + _DESCRIBED_AT_ONCE, len(pairs)))
            matrix[rows] = stack_features(self.groups_, pairs.take(rows))[:, self.columns_]
        return matrix

    def _make_groups(self) -> list[FeatureGroup]:
        unknown = [name for name in self.groups if name not in GROUPS]
        if unknown:
            raise CallError(f"there is no feature group {unknown[0]!r}", hint=did_you_mean(unknown[0], GROUPS))
        return [GROUPS[name]() for name in self.groups]

    def _encoder(self) -> TextEncoder:
        return TextEncoder(self.encoder, revision=self.revision, cache_dir=self.cache_dir, show_progress=True)


def _varies(matrix: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return which columns have two different known values, or a known and an unknown one."""
    known = np.isfinite(matrix)
    low = np.where(known, matrix, np.inf).min(axis=0)
    high = np.where(known, matrix, -np.inf).max(axis=0)
    return np.asarray(known.any(axis=0) & ((low < high) | ~known.all(axis=0)))
