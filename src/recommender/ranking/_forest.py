"""Boosted trees grown by LightGBM, kept as a text that nothing can be hidden in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator

__all__ = ["Forest"]

_TREE = re.compile(r"^Tree=\d+\n(.*?)\n\n", re.DOTALL | re.MULTILINE)
_INNER = ("split_feature", "threshold", "decision_type", "left_child", "right_child", "internal_count")
_LEAF = ("leaf_value", "leaf_count")
# Numeric splits; NaN goes left or right, or stands for zero where none was met.
_DECISIONS = {"2", "0", "8", "10"}
_MISSING_AS_NAN = 8
_NUMBER = re.compile(r"-?(\d+(\.\d+)?([eE][+-]?\d+)?|inf)")


class Forest(BaseEstimator):  # type: ignore[misc]
    """The mean of several gradient-boosted models for grades between 0 and 1.

    Cross-entropy on grades (LightGBM's ``cross_entropy``): what is learned is the log-odds of the expected grade. Odd
    members split at random thresholds (extremely randomised trees, Geurts et al., 2006,
    https://doi.org/10.1007/s10994-006-6226-1), with twice the leaves: they err differently from the others.

    Parameters
    ----------
    n_members : int, default=4
    max_iter, learning_rate, max_leaf_nodes, max_depth, min_samples_leaf, l2_regularization, max_features
        Of each member, as scikit-learn names them.
    random_state : int, default=0

    Attributes
    ----------
    text_ : str
        The trees in LightGBM's format, without anything but their splits, values and counts.
    n_features_in_ : int

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(300, 2)).astype(np.float32)
    >>> forest = Forest(n_members=2, max_iter=20).fit(X, 1 / (1 + np.exp(-X[:, 0])), np.ones(300))
    >>> values, base = forest.attribute(X)
    >>> bool(np.allclose(values.sum(axis=1) + base, forest.predict(X)))
    True
    """

    def __init__(
        self,
        *,
        n_members: int = 4,
        max_iter: int = 150,
        learning_rate: float = 0.06,
        max_leaf_nodes: int = 15,
        max_depth: int = 8,
        min_samples_leaf: int = 15,
        l2_regularization: float = 5.0,
        max_features: float = 0.4,
        random_state: int = 0,
    ) -> None:
        self.n_members = n_members
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
        """
        # One thread a member: no sum then depends on how many threads there are.
        with ThreadPoolExecutor(max_workers=2) as pool:
            grown = list(pool.map(lambda member: self._grow(X, y, weight, increasing, member), range(self.n_members)))
        self.n_features_in_ = X.shape[1]
        self.text_ = _write([tree for text in grown for tree in _trees(text)], X.shape[1], 1 / self.n_members)
        return self

    def predict(self, X: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the mean log-odds of the members, shape (n,)."""
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
        """Return whether the text is one that `fit` could have written for so many features.

        LightGBM follows the numbers of nodes and columns in a text without a look: wrong ones read any memory.
        """
        try:
            trees = _trees(self.text_)
            return (
                self.n_features_in_ == n_features
                and bool(trees)
                and all(_ends(tree, n_features) for tree in trees)
                and self.text_ == _write(trees, n_features, 1.0)
            )
        except (AttributeError, KeyError, TypeError, ValueError):
            return False

    def _grow(
        self,
        X: NDArray[np.float32],
        y: NDArray[np.floating],
        weight: NDArray[np.floating],
        increasing: NDArray[np.bool_] | None,
        member: int,
    ) -> str:
        import lightgbm

        random = bool(member % 2)
        settings: dict[str, Any] = {
            "objective": "cross_entropy",
            "learning_rate": self.learning_rate,
            "num_leaves": self.max_leaf_nodes * (2 if random else 1),
            "max_depth": self.max_depth,
            "min_data_in_leaf": self.min_samples_leaf,
            "lambda_l2": self.l2_regularization,
            "feature_fraction": self.max_features,
            "extra_trees": random,
            "seed": self.random_state + member,
            "num_threads": 1,
            "deterministic": True,
            "force_col_wise": True,
            "verbosity": -1,
        }
        if increasing is not None and increasing.any():
            settings["monotone_constraints"] = increasing.astype(int).tolist()
        data = lightgbm.Dataset(X, y.astype(np.float64), weight=weight.astype(np.float64))
        return str(lightgbm.train(settings, data, num_boost_round=self.max_iter).model_to_string())

    def _booster(self) -> Any:
        import lightgbm

        return lightgbm.Booster(model_str=self.text_)


def _trees(text: str) -> list[dict[str, list[str]]]:
    """Return the fields of each tree that predictions and attributions are made from."""
    trees = []
    for block in _TREE.findall(text):
        fields = dict(line.split("=", 1) for line in block.split("\n"))
        if fields["num_cat"] != "0" or fields.get("is_linear", "0") != "0":
            raise ValueError("only plain numeric trees are known")
        n_leaves = int(fields["num_leaves"])
        tree = {name: fields[name].split(" ") for name in _LEAF}
        tree |= {name: fields[name].split(" ") if n_leaves > 1 else [] for name in _INNER}
        trees.append(tree)
    return trees


def _write(trees: Sequence[dict[str, list[str]]], n_features: int, scale: float) -> str:
    """Return LightGBM's text of trees, their values times a scale."""
    head = [
        "tree",
        "version=v4",
        "num_class=1",
        "num_tree_per_iteration=1",
        "label_index=0",
        f"max_feature_idx={n_features - 1}",
        "objective=cross_entropy",
        "feature_names=" + " ".join(f"Column_{i}" for i in range(n_features)),
        "feature_infos=" + " ".join(["none"] * n_features),
        "",
        "",
    ]
    parts = ["\n".join(head)]
    for number, tree in enumerate(trees):
        values = tree["leaf_value"] if scale == 1 else [repr(float(value) * scale) for value in tree["leaf_value"]]
        fields = {"num_leaves": [str(len(values))], "num_cat": ["0"]}
        fields |= {name: tree[name] for name in _INNER} if len(values) > 1 else {}
        fields |= {"leaf_value": values, "leaf_count": tree["leaf_count"], "is_linear": ["0"], "shrinkage": ["1"]}
        lines = [f"Tree={number}", *(f"{name}={' '.join(cells)}" for name, cells in fields.items())]
        parts.append("\n".join(lines) + "\n\n\n")
    return "".join(parts) + "end of trees\n"


def _ends(tree: dict[str, list[str]], n_features: int) -> bool:
    """Return whether every path of a tree ends in one of its own leaves, and every number is one."""
    n_leaves = len(tree["leaf_value"])
    if len(tree["leaf_count"]) != n_leaves or any(len(tree[name]) != n_leaves - 1 for name in _INNER):
        return False
    numbers = [*tree["leaf_value"], *tree["leaf_count"], *tree["threshold"], *tree["internal_count"]]
    if not all(_NUMBER.fullmatch(number) for number in numbers):
        return False
    if not set(tree["decision_type"]) <= _DECISIONS:
        return False
    features = np.array(tree["split_feature"], dtype=np.int64)
    if ((features < 0) | (features >= n_features)).any():
        return False
    children = np.array([tree["left_child"], tree["right_child"]], dtype=np.int64).reshape(2, n_leaves - 1)
    # An inner child stands after its parent, so no path runs in a circle; every leaf and inner node has one parent.
    parent = np.arange(n_leaves - 1)
    inner = children >= 0
    if (inner & ((children <= parent) | (children >= n_leaves - 1))).any():
        return False
    met = np.sort(children.ravel())
    return bool(np.array_equal(met, np.r_[np.arange(-n_leaves, 0), np.arange(1, n_leaves - 1)])) or n_leaves == 1
