"""Shapley values of trees: exact, against every coalition counted by hand."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingRegressor

from recommender.ranking._attributions import attribute


def trained(
    seed: int, *, n_features: int = 4, missing: float = 0.2, **settings: Any
) -> tuple[Any, NDArray[np.float32]]:
    """Return trees grown on noise with steps and interactions, and the rows they grew on."""
    draw = np.random.default_rng(seed)
    X = draw.normal(size=(150, n_features)).astype(np.float32)
    y = (X[:, 0] > 0) * 2.0 + X[:, 1 % n_features] * X[:, -1] + np.abs(X[:, 2 % n_features]) + draw.normal(size=150) / 4
    X[draw.random(X.shape) < missing] = np.nan
    grown: dict[str, Any] = {"max_iter": 3, "max_depth": 4, "max_leaf_nodes": 8, "min_samples_leaf": 5}
    return HistGradientBoostingRegressor(**{**grown, **settings}, early_stopping=False).fit(X, y), X


def expected(nodes: Any, row: NDArray[np.float32], present: frozenset[int], node: int = 0) -> float:
    """Return what a tree is expected to say when only some features are known."""
    here = nodes[node]
    if here["is_leaf"]:
        return float(here["value"])
    value = row[here["feature_idx"]]
    left = bool(here["missing_go_to_left"]) if np.isnan(value) else bool(value <= here["num_threshold"])
    branches = [int(here["left"]), int(here["right"])]
    if int(here["feature_idx"]) in present:
        return expected(nodes, row, present, branches[0 if left else 1])
    weights = nodes["count"][branches] / here["count"]
    return sum(float(w) * expected(nodes, row, present, b) for w, b in zip(weights, branches, strict=True))


def by_hand(models: list[Any], row: NDArray[np.float32]) -> list[float]:
    trees = [predictor.nodes for model in models for (predictor,) in model._predictors]
    players = range(len(row))

    def worth(present: frozenset[int]) -> float:
        return sum(expected(tree, row, present) for tree in trees) / len(models)

    values = []
    for player in players:
        others = [other for other in players if other != player]
        total = 0.0
        for size in range(len(others) + 1):
            for chosen in combinations(others, size):
                without = frozenset(chosen)
                gain = worth(without | {player}) - worth(without)
                total += gain / (len(row) * comb(len(others), size))
        values.append(total)
    return values


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(1, 4), st.sampled_from([0.0, 0.3]), st.integers(2, 8))
def test_equal_to_counting_every_coalition(seed: int, n_features: int, missing: float, leaves: int) -> None:
    model, X = trained(seed, n_features=n_features, missing=missing, max_leaf_nodes=leaves)
    rows = X[:3]
    values, _ = attribute([model], rows)
    np.testing.assert_allclose(values, [by_hand([model], row) for row in rows], atol=1e-5)


def test_several_models_count_by_their_mean() -> None:
    models = [trained(seed)[0] for seed in (1, 2)]
    X = trained(3)[1][:3]
    values, _ = attribute(models, X)
    np.testing.assert_allclose(values, [by_hand(models, row) for row in X], atol=1e-5)


@pytest.mark.parametrize("missing", [0.0, 0.5])
def test_the_parts_sum_to_the_prediction(missing: float) -> None:
    model, X = trained(7, n_features=6, missing=missing, max_iter=30, max_depth=8, max_leaf_nodes=63)
    values, base = attribute([model], X)
    np.testing.assert_allclose(values.sum(axis=1) + base, model.predict(X), atol=1e-5)
    assert base == pytest.approx(float(np.mean(model.predict(X))), abs=1e-5)


def test_a_value_that_was_never_missing_in_training_may_be_missing_now() -> None:
    model, X = trained(5, missing=0.0, max_iter=10)
    unknown = np.full_like(X[:2], np.nan)
    values, base = attribute([model], unknown)
    np.testing.assert_allclose(values.sum(axis=1) + base, model.predict(unknown), atol=1e-5)


def test_a_threshold_itself_goes_left_as_in_the_prediction() -> None:
    model, X = trained(9, missing=0.0, max_iter=10)
    nodes = model._predictors[0][0].nodes
    inner = nodes[nodes["is_leaf"] == 0][0]
    X = X[:4].copy()
    X[:, inner["feature_idx"]] = np.float32(inner["num_threshold"])
    values, base = attribute([model], X)
    np.testing.assert_allclose(values.sum(axis=1) + base, model.predict(X), atol=1e-5)


def test_a_feature_without_say_has_no_part() -> None:
    draw = np.random.default_rng(0)
    X = draw.normal(size=(200, 3)).astype(np.float32)
    X[:, 1] = 1.0
    model = HistGradientBoostingRegressor(max_iter=5).fit(X, X[:, 0])
    values, _ = attribute([model], X)
    assert (values[:, 1] == 0).all()
    assert np.abs(values[:, 0]).mean() > 10 * np.abs(values[:, 2]).mean()


def test_a_tree_of_one_leaf_and_no_rows() -> None:
    X = np.zeros((30, 2), dtype=np.float32)
    model = HistGradientBoostingRegressor(max_iter=2).fit(X, np.arange(30.0))
    values, base = attribute([model], X)
    assert (values == 0).all()
    assert base == pytest.approx(14.5)
    assert attribute([model], X[:0])[0].shape == (0, 2)


def test_a_tree_too_large_to_be_told_exactly_is_refused() -> None:
    X = np.random.default_rng(0).normal(size=(900, 2)).astype(np.float32)
    model = HistGradientBoostingRegressor(max_iter=1, max_leaf_nodes=90, min_samples_leaf=2)
    model.fit(X, X[:, 0] ** 3 + X[:, 1])
    with pytest.raises(ValueError, match="at most 62"):
        attribute([model], X)
