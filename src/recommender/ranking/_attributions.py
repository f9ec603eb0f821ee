"""Exact Shapley values of histogram gradient-boosted trees.

Path-dependent TreeSHAP (Lundberg et al., 2020, https://doi.org/10.1038/s42256-019-0138-9). The sum over coalitions is
written as an integral over the share of players already present, which a Gauss-Legendre rule with half as many
points as the path has features gives exactly; as in Fast TreeSHAP (Yang, 2021, arXiv 2109.09847) what depends on the tree
alone is tabulated for every pattern of satisfied conditions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["attribute"]

_MOST_CONDITIONS = 62  # the answers to them fit one 64-bit number


@dataclass(frozen=True)
class _Leaf:
    """A leaf's path: which condition of which node, and the leaf's part in each feature's value by pattern."""

    features: NDArray[np.intp]
    conditions: list[tuple[NDArray[np.intp], NDArray[np.bool_]]]
    table: NDArray[np.float32]


def attribute(models: Iterable[Any], matrix: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """Split the mean prediction of several models over the features.

    Parameters
    ----------
    models : iterable of HistGradientBoostingRegressor
        Fitted, with squared error, no categorical features, and at most 63 leaves a tree.
    matrix : ndarray, shape (n, n_features)
        NaN where missing.

    Returns
    -------
    values : ndarray, shape (n, n_features)
        With `base`, each row sums to the models' mean prediction.
    base : float
        The mean prediction over what the models were trained on.

    Raises
    ------
    ValueError
        If a tree has more leaves.

    Examples
    --------
    >>> from sklearn.ensemble import HistGradientBoostingRegressor
    >>> X = np.random.default_rng(0).normal(size=(200, 3)).astype(np.float32)
    >>> model = HistGradientBoostingRegressor(max_iter=5, max_depth=4).fit(X, X[:, 0] * X[:, 1])
    >>> values, base = attribute([model], X)
    >>> bool(np.allclose(values.sum(axis=1) + base, model.predict(X)))
    True
    """
    values = np.zeros(matrix.shape)
    base = 0.0
    models = list(models)
    for model in models:
        base += float(np.ravel(model._baseline_prediction)[0]) / len(models)
        for (predictor,) in model._predictors:
            base += _add_tree(predictor.nodes, matrix, values, 1 / len(models))
    return values, base


def _add_tree(
    nodes: NDArray[np.void], matrix: NDArray[np.float32], values: NDArray[np.float64], weight: float
) -> float:
    """Add a tree's Shapley values, times a weight, to `values`; return its mean, times the weight."""
    inner = np.flatnonzero(nodes["is_leaf"] == 0)
    if len(inner) > _MOST_CONDITIONS:
        raise ValueError(f"a tree of {len(inner)} conditions cannot be told exactly; at most {_MOST_CONDITIONS}")
    columns = matrix[:, nodes["feature_idx"][inner]]
    left = np.where(
        np.isnan(columns),
        nodes["missing_go_to_left"][inner].astype(bool),
        columns <= nodes["num_threshold"][inner],
    )
    # Rows that answer every condition alike share their values.
    answers, row = np.unique(left @ (1 << np.arange(len(inner), dtype=np.int64)), return_inverse=True)
    goes_left = np.zeros((len(nodes), len(answers)), dtype=bool)
    goes_left[inner] = (answers >> np.arange(len(inner))[:, None]) & 1
    used = np.unique(nodes["feature_idx"][inner]).astype(np.intp)
    shared = np.zeros((len(answers), len(used)))
    mean = 0.0
    for leaf, share in _leaves(nodes):
        mean += share
        if not len(leaf.features):
            continue
        pattern = np.zeros(len(answers), dtype=np.intp)
        for bit, (path, went) in enumerate(leaf.conditions):
            pattern |= (goes_left[path] == went[:, None]).all(axis=0).astype(np.intp) << bit
        shared[:, np.searchsorted(used, leaf.features)] += leaf.table[pattern]
    values[:, used] += weight * shared[row]
    return weight * mean


def _leaves(nodes: NDArray[np.void]) -> Iterable[tuple[_Leaf, float]]:
    """Yield each leaf with its value times the share of training rows in it."""
    stack: list[tuple[int, list[tuple[int, bool]]]] = [(0, [])]
    while stack:
        node, path = stack.pop()
        if not nodes["is_leaf"][node]:
            stack.append((int(nodes["left"][node]), [*path, (node, True)]))
            stack.append((int(nodes["right"][node]), [*path, (node, False)]))
            continue
        value = float(nodes["value"][node])
        share = value * float(nodes["count"][node]) / float(nodes["count"][0])
        by_feature: dict[int, list[tuple[int, bool]]] = {}
        for step in path:
            by_feature.setdefault(int(nodes["feature_idx"][step[0]]), []).append(step)
        covers = [
            float(np.prod([_cover(nodes, parent, left) for parent, left in steps])) for steps in by_feature.values()
        ]
        conditions = [
            (np.array([parent for parent, _ in steps]), np.array([left for _, left in steps]))
            for steps in by_feature.values()
        ]
        table = value * _coalitions(np.array(covers)) if covers else np.zeros((1, 0))
        yield _Leaf(np.array(list(by_feature), dtype=np.intp), conditions, table.astype(np.float32)), share


def _cover(nodes: NDArray[np.void], parent: int, left: bool) -> float:
    child = nodes["left" if left else "right"][parent]
    return float(nodes["count"][child]) / float(nodes["count"][parent])


def _coalitions(covers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return each feature's Shapley value of a leaf worth 1, by pattern of satisfied features.

    Parameters
    ----------
    covers : ndarray, shape (d,)
        Share of the training rows that satisfy the feature's conditions, given those above them.

    Returns
    -------
    ndarray, shape (2 ** d, d)
    """
    d = len(covers)
    satisfied = (np.arange(2**d)[:, None] >> np.arange(d)) & 1
    points, weights = _rule(d // 2 + 1)
    present = (points + 1) / 2
    mixed = satisfied[:, :, None] * present + covers[:, None] * (1 - present)
    product = mixed.prod(axis=1, keepdims=True) / mixed
    return np.asarray((satisfied - covers) * (product @ (weights / 2)))


@cache
def _rule(n_points: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    points, weights = np.polynomial.legendre.leggauss(n_points)
    return points, weights
