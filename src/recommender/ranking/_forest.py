"""Several gradient-boosted models, by whatever library each is grown, as one."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

from recommender.errors import CallError, did_you_mean
from recommender.ranking._learners import LEARNERS, Growth, Lesson
from recommender.ranking._trees import has_sound_trees, scale_tree, write_trees

__all__ = ["DEFAULT_MEMBERS", "Forest"]

DEFAULT_MEMBERS = ("lightgbm", "lightgbm_random", "lightgbm", "lightgbm_random")


class Forest(BaseEstimator):  # type: ignore[misc]
    """The mean of several gradient-boosted models for grades between 0 and 1.

    Each member is grown by a learner of its own:

    - ``lightgbm``: cross-entropy on grades, so that what is learned is the log-odds of the expected grade;
    - ``lightgbm_random``: the same with splits at random thresholds (extremely randomised trees, Geurts et al., 2006,
      https://doi.org/10.1007/s10994-006-6226-1) and twice the leaves, which errs differently;
    - ``lightgbm_lambdarank``: the order of titles in a market (Burges, 2010, MSR-TR-2010-82), brought to a spread of 1;
    - ``hist_gradient_boosting``: scikit-learn's, by the same cross-entropy;
    - ``catboost``: CatBoost's oblivious trees, by the same cross-entropy; needs the extra ``catboost``.

    Whatever grew them, the trees are kept in one form: scored, attributed and stored alike.

    Parameters
    ----------
    members : sequence of str, default=("lightgbm", "lightgbm_random", "lightgbm", "lightgbm_random")
    max_iter, learning_rate, max_leaf_nodes, max_depth, min_samples_leaf, l2_regularization, max_features
        Of each member, as scikit-learn names them. CatBoost's trees have no number of leaves, only a depth of 6 at most.
    random_state : int, default=0

    Attributes
    ----------
    text_ : str
        The trees in LightGBM's format, without anything but their splits, values and counts.
    n_features_in_ : int

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    >>> members = ("lightgbm", "hist_gradient_boosting")
    >>> forest = Forest(members=members, max_iter=20).fit(X, 1 / (1 + np.exp(-X[:, 0])), np.ones(300))
    >>> values, base = forest.attribute(X)
    >>> bool(np.allclose(values.sum(axis=1) + base, forest.predict(X)))
    True
    """

    def __init__(
        self,
        *,
        members: Sequence[str] = DEFAULT_MEMBERS,
        max_iter: int = Growth.max_iter,
        learning_rate: float = Growth.learning_rate,
        max_leaf_nodes: int = Growth.max_leaf_nodes,
        max_depth: int = Growth.max_depth,
        min_samples_leaf: int = Growth.min_samples_leaf,
        l2_regularization: float = Growth.l2_regularization,
        max_features: float = Growth.max_features,
        random_state: int = 0,
    ) -> None:
        self.members = members
        self.max_iter = max_iter
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.max_depth = max_depth
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.max_features = max_features
        self.random_state = random_state

    def fit(
        self,
        X: NDArray[np.float32],
        y: NDArray[np.floating],
        weight: NDArray[np.floating],
        increasing: NDArray[np.bool_] | None = None,
        query: NDArray[np.integer] | None = None,
    ) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : ndarray, shape (n, n_features), float32
            NaN where missing.
        y : ndarray, shape (n,), 0 to 1
        weight : ndarray, shape (n,), greater than 0
        increasing : ndarray of bool, shape (n_features,), or None
            Features that may only raise what is predicted.
        query : ndarray of int, shape (n,), or None
            Which rows are ranked among one another; all of them by default.

        Raises
        ------
        CallError
            If a member is not a learner.
        MissingExtraError
            If a learner's library is not installed.
        """
        lesson = Lesson(
            X,
            y,
            weight,
            np.zeros(len(y), dtype=np.intp) if query is None else query,
            np.zeros(X.shape[1], dtype=bool) if increasing is None else increasing,
        )
        for name in self.members:
            if name not in LEARNERS:
                raise CallError(f"there is no learner {name!r}", hint=did_you_mean(name, LEARNERS))
        # One thread a member: no sum then depends on how many threads there are.
        with ThreadPoolExecutor(max_workers=2) as pool:
            grown = list(
                pool.map(
                    lambda place: LEARNERS[self.members[place]](lesson, self._growth(place)), range(len(self.members))
                )
            )
        self.n_features_in_ = X.shape[1]
        share = 1 / len(self.members)
        self.text_ = write_trees([scale_tree(tree, share) for trees in grown for tree in trees], X.shape[1])
        return self

    def predict(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the mean of the members, shape (n,): log-odds of the grade."""
        if not len(X):
            return np.empty(0)
        return np.asarray(self._booster().predict(X, raw_score=True), dtype=np.float64)

    def attribute(self, X: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
        """Split each prediction over the features: exact path-dependent Shapley values.

        TreeSHAP (Lundberg et al., 2020, https://doi.org/10.1038/s42256-019-0138-9), as LightGBM has it.

        Returns
        -------
        values : ndarray, shape (n, n_features)
            With `base`, each row sums to the prediction.
        base : float
            The mean prediction over what was learned from.
        """
        if not len(X):
            return np.empty(X.shape), 0.0
        told = np.asarray(self._booster().predict(X, pred_contrib=True), dtype=np.float64)
        return told[:, :-1], float(told[0, -1])

    def is_sound(self, n_features: int) -> bool:
        """Return whether its trees are ones that `fit` could have grown for so many features."""
        try:
            return self.n_features_in_ == n_features and has_sound_trees(self.text_, n_features)
        except AttributeError:
            return False

    def _growth(self, place: int) -> Growth:
        settings = {name: getattr(self, name) for name in Growth.__dataclass_fields__ if name != "random_state"}
        return Growth(**settings, random_state=self.random_state + place)

    def _booster(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self.text_)
