"""What grows trees: several libraries and objectives, all to trees of one form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from recommender.errors import MissingExtraError
from recommender.ranking._trees import Tree, make_tree, read_trees, scale_tree

__all__ = ["LEARNERS", "Growth", "Lesson"]

_HIGHEST_GRADE = 100  # lambdarank learns whole grades
_MOST_IN_A_QUERY = 1000
_DEEPEST_OBLIVIOUS = 6
_COUNTED = 1_000_000


@dataclass(frozen=True, eq=False)
class Lesson:
    """What trees are grown from.

    Attributes
    ----------
    X : ndarray, shape (n, n_features), float32
        NaN where missing.
    y : ndarray, shape (n,), 0 to 1
    weight : ndarray, shape (n,), greater than 0
    query : ndarray of int, shape (n,)
        Which rows are ranked among one another.
    increasing : ndarray of bool, shape (n_features,)
        Features that may only raise what is predicted.
    """

    X: NDArray[np.float32]
    y: NDArray[np.floating]
    weight: NDArray[np.floating]
    query: NDArray[np.integer]
    increasing: NDArray[np.bool_]


@dataclass(frozen=True)
class Growth:
    """How trees are grown, and how they are where nobody says; the names are scikit-learn's."""

    max_iter: int = 300
    learning_rate: float = 0.05
    max_leaf_nodes: int = 15
    max_depth: int = 8
    min_samples_leaf: int = 15
    l2_regularization: float = 5.0
    max_features: float = 0.4
    random_state: int = 0


def _lightgbm(lesson: Lesson, growth: Growth) -> list[Tree]:
    return _trees_of(_boost(lesson, growth, {"objective": "cross_entropy"}))


def _lightgbm_random(lesson: Lesson, growth: Growth) -> list[Tree]:
    leaves = growth.max_leaf_nodes * 2
    settings = {"objective": "cross_entropy", "extra_trees": True, "num_leaves": leaves}
    return _trees_of(_boost(lesson, growth, settings))


def _lightgbm_lambdarank(lesson: Lesson, growth: Growth) -> list[Tree]:
    random = np.random.default_rng(growth.random_state)
    order, sizes = _queries(lesson.query, random)
    grade = np.rint(lesson.y * _HIGHEST_GRADE)
    ranked = replace(lesson, X=lesson.X[order], y=grade[order], weight=lesson.weight[order])
    settings = {
        "objective": "lambdarank",
        "label_gain": list(range(_HIGHEST_GRADE + 1)),
        "lambdarank_truncation_level": 100,
    }
    booster = _boost(ranked, growth, settings, sizes)
    # Its scores have no scale of their own: their spread is brought to 1, which is about that of log-odds.
    spread = float(np.std(booster.predict(lesson.X, raw_score=True)))
    scale = 1 / spread if spread > 0 else 1.0
    return [scale_tree(tree, scale) for tree in _trees_of(booster)]


def _queries(query: NDArray[np.integer], random: np.random.Generator) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the rows query after query, and the queries' sizes; large ones are dealt into several."""
    order = np.lexsort([random.random(len(query)), query])
    sizes: list[int] = []
    for count in np.unique(query, return_counts=True)[1]:
        parts = -(-int(count) // _MOST_IN_A_QUERY)
        sizes += [len(part) for part in np.array_split(np.arange(count), parts)]
    return order, np.array(sizes, dtype=np.intp)


def _boost(lesson: Lesson, growth: Growth, own: dict[str, Any], sizes: NDArray[np.intp] | None = None) -> Any:
    """Return LightGBM's booster by a learner's own settings; of sizes, the rows stand query after query."""
    import lightgbm

    settings: dict[str, Any] = {
        "learning_rate": growth.learning_rate,
        "num_leaves": growth.max_leaf_nodes,
        "max_depth": growth.max_depth,
        "min_data_in_leaf": growth.min_samples_leaf,
        "lambda_l2": growth.l2_regularization,
        "feature_fraction_bynode": growth.max_features,
        "extra_trees": False,
        "seed": growth.random_state,
        "num_threads": 1,
        "deterministic": True,
        "force_col_wise": True,
        "verbosity": -1,
    }
    if lesson.increasing.any():
        settings["monotone_constraints"] = lesson.increasing.astype(int).tolist()
    weight = lesson.weight.astype(np.float64)
    data = lightgbm.Dataset(lesson.X, lesson.y.astype(np.float64), weight=weight, group=sizes)
    return lightgbm.train(settings | own, data, num_boost_round=growth.max_iter)


def _trees_of(booster: Any) -> list[Tree]:
    return read_trees(str(booster.model_to_string()))


def _hist_gradient_boosting(lesson: Lesson, growth: Growth) -> list[Tree]:
    """Each row counts as a success by its grade and as a failure by the rest: log loss is then cross-entropy on grades."""
    weight = np.r_[lesson.weight * lesson.y, lesson.weight * (1 - lesson.y)]
    took = np.repeat([1, 0], len(lesson.y))
    counts = weight > 0
    rows = np.tile(np.arange(len(lesson.y)), 2)[counts]
    model = HistGradientBoostingClassifier(
        max_iter=growth.max_iter,
        learning_rate=growth.learning_rate,
        max_leaf_nodes=growth.max_leaf_nodes,
        max_depth=growth.max_depth,
        min_samples_leaf=growth.min_samples_leaf,
        l2_regularization=growth.l2_regularization,
        max_features=growth.max_features,
        monotonic_cst=lesson.increasing.astype(int),
        early_stopping=False,
        random_state=growth.random_state,
    )
    seen = lesson.X[rows]
    seen[:, np.isnan(seen).all(axis=0)] = 0  # scikit-learn finds no thresholds in a feature of which nothing is known
    with threadpool_limits(limits=1):
        model.fit(seen, took[counts], weight[counts])
    usual = float(np.ravel(model._baseline_prediction)[0])
    return [_one_leaf(usual, len(rows)), *(_of_nodes(predictors[0].nodes) for predictors in model._predictors)]


def _one_leaf(value: float, count: int) -> Tree:
    none = np.empty(0, dtype=np.int64)
    return make_tree(none, np.empty(0), none.astype(bool), none, none, np.array([value]), np.array([count]))


def _of_nodes(nodes: NDArray[np.void]) -> Tree:
    """Return a tree from scikit-learn's table of nodes."""
    is_leaf = nodes["is_leaf"].astype(bool)
    place = np.where(is_leaf, ~(np.cumsum(is_leaf) - 1), np.cumsum(~is_leaf) - 1)
    inner, leaf = nodes[~is_leaf], nodes[is_leaf]
    # All that is known goes left where NaN alone goes right: an infinite threshold, as the largest number.
    threshold = np.minimum(inner["num_threshold"], np.finfo(np.float64).max)
    return make_tree(
        inner["feature_idx"],
        threshold,
        inner["missing_go_to_left"].astype(bool),
        place[inner["left"]],
        place[inner["right"]],
        leaf["value"],
        np.maximum(leaf["count"], 1),
    )


def _catboost(lesson: Lesson, growth: Growth) -> list[Tree]:
    try:
        from catboost import CatBoost
    except ImportError as error:
        raise MissingExtraError("catboost", "The learner catboost") from error
    settings: dict[str, Any] = {
        "loss_function": "CrossEntropy",
        "iterations": growth.max_iter,
        "learning_rate": growth.learning_rate,
        "depth": min(growth.max_depth, _DEEPEST_OBLIVIOUS),
        "l2_leaf_reg": growth.l2_regularization,
        "rsm": growth.max_features,
        "random_seed": growth.random_state,
        "thread_count": 1,
        "allow_writing_files": False,
        "logging_level": "Silent",
    }
    if lesson.increasing.any():
        settings["monotone_constraints"] = lesson.increasing.astype(int).tolist()
    model = CatBoost(settings).fit(lesson.X, lesson.y, sample_weight=lesson.weight)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.json"
        model.save_model(str(path), format="json")
        told = json.loads(path.read_text(encoding="utf-8"))
    scale, (bias,) = told["scale_and_bias"]
    return [_one_leaf(bias, _COUNTED), *(_of_oblivious(tree, scale) for tree in told["oblivious_trees"])]


def _of_oblivious(tree: dict[str, Any], scale: float) -> Tree:
    """Return a tree whose levels each ask one thing, as CatBoost grows them; NaN lies below every border."""
    splits = tree["splits"] or []
    depth = len(splits)
    level = np.repeat(np.arange(depth), 2 ** np.arange(depth))
    node = np.arange(2**depth - 1)
    below = np.column_stack([2 * node + 1, 2 * node + 2])
    # On the lowest level stand leaves in the order of the path, the first question first; CatBoost counts its bit as 1.
    path = below - len(node)
    leaf = sum((path >> (depth - 1 - bit) & 1) << bit for bit in range(depth))
    child = np.where(path < 0, below, ~np.asarray(leaf))
    weight = np.asarray(tree["leaf_weights"], dtype=np.float64)
    return make_tree(
        np.array([split["float_feature_index"] for split in splits], dtype=np.int64)[level],
        np.array([split["border"] for split in splits], dtype=np.float64)[level],
        np.ones(len(node), dtype=bool),
        child[:, 0],
        child[:, 1],
        np.asarray(tree["leaf_values"], dtype=np.float64) * scale,
        np.maximum(np.rint(weight / max(weight.sum(), 1e-300) * _COUNTED), 1).astype(np.int64),
    )


LEARNERS: Mapping[str, Callable[[Lesson, Growth], list[Tree]]] = MappingProxyType(
    {
        "lightgbm": _lightgbm,
        "lightgbm_random": _lightgbm_random,
        "lightgbm_lambdarank": _lightgbm_lambdarank,
        "hist_gradient_boosting": _hist_gradient_boosting,
        "catboost": _catboost,
    }
)
