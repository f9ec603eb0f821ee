"""Trees as a text that nothing can be hidden in: LightGBM's format, less all that only training needs."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Tree", "has_sound_trees", "make_tree", "read_trees", "scale_tree", "write_trees"]

Tree = dict[str, list[str]]

_TREE = re.compile(r"^Tree=\d+\n(.*?)\n\n", re.DOTALL | re.MULTILINE)
_INNER = ("split_feature", "threshold", "decision_type", "left_child", "right_child", "internal_count")
_LEAF = ("leaf_value", "leaf_count")
_WHOLE = ("split_feature", "left_child", "right_child", "internal_count", "leaf_count")
# Numeric splits; NaN goes left or right, or stands for zero where none was met.
_DECISIONS = {"2", "0", "8", "10"}
_MISSING_LEFT, _MISSING_RIGHT = "10", "8"
_NUMBER = re.compile(r"-?(\d+(\.\d+)?([eE][+-]?\d+)?|inf)")


def make_tree(
    feature: NDArray[np.integer],
    threshold: NDArray[np.floating],
    missing_left: NDArray[np.bool_],
    left: NDArray[np.integer],
    right: NDArray[np.integer],
    leaf_value: NDArray[np.floating],
    leaf_count: NDArray[np.integer],
) -> Tree:
    """Return a tree of inner nodes, each after its parent, and leaves.

    Parameters
    ----------
    feature, threshold : ndarray, shape (n_leaves - 1,)
        A row goes left where its feature is at most the threshold.
    missing_left : ndarray of bool, shape (n_leaves - 1,)
        Whether a row goes left where its feature is NaN; right otherwise.
    left, right : ndarray of int, shape (n_leaves - 1,)
        The inner node below, or where negative the leaf ``~child``.
    leaf_value, leaf_count : ndarray, shape (n_leaves,)
        What each leaf adds, and how much was learned from in it, at least 1: attributions weigh by it.
    """
    count = np.zeros(len(feature), dtype=np.int64)
    for node in reversed(range(len(feature))):
        count[node] = sum(leaf_count[~child] if child < 0 else count[child] for child in (left[node], right[node]))
    return {
        "split_feature": [str(int(number)) for number in feature],
        "threshold": [repr(float(number)) for number in threshold],
        "decision_type": [_MISSING_LEFT if is_left else _MISSING_RIGHT for is_left in missing_left],
        "left_child": [str(int(child)) for child in left],
        "right_child": [str(int(child)) for child in right],
        "internal_count": [str(int(number)) for number in count],
        "leaf_value": [repr(float(number)) for number in leaf_value],
        "leaf_count": [str(int(number)) for number in leaf_count],
    }


def read_trees(text: str) -> list[Tree]:
    """Return the fields of each tree that predictions and attributions are made from.

    Raises
    ------
    KeyError, ValueError
        If a tree lacks a field, or is not one of plain numeric splits.
    """
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


def scale_tree(tree: Tree, scale: float) -> Tree:
    """Return a tree whose leaves add a scale times as much."""
    return tree if scale == 1 else tree | {"leaf_value": [repr(float(value) * scale) for value in tree["leaf_value"]]}


def write_trees(trees: Sequence[Tree], n_features: int) -> str:
    """Return the text of trees, as LightGBM's `Booster` reads it."""
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
        n_leaves = len(tree["leaf_value"])
        fields = {"num_leaves": [str(n_leaves)], "num_cat": ["0"]}
        fields |= {name: tree[name] for name in (*(_INNER if n_leaves > 1 else ()), *_LEAF)}
        fields |= {"is_linear": ["0"], "shrinkage": ["1"]}
        lines = [f"Tree={number}", *(f"{name}={' '.join(cells)}" for name, cells in fields.items())]
        parts.append("\n".join(lines) + "\n\n\n")
    return "".join(parts) + "end of trees\n"


def has_sound_trees(text: str, n_features: int) -> bool:
    """Return whether a text is one that `write_trees` could have written for so many features.

    LightGBM follows the numbers of nodes and columns in a text without a look: wrong ones read any memory.
    """
    try:
        trees = read_trees(text)
        sound = bool(trees) and all(_ends(tree, n_features) for tree in trees)
        return sound and text == write_trees(trees, n_features)
    except (KeyError, TypeError, ValueError):
        return False


def _ends(tree: Tree, n_features: int) -> bool:
    """Return whether every path of a tree ends in one of its own leaves, and every number is one."""
    n_leaves = len(tree["leaf_value"])
    if len(tree["leaf_count"]) != n_leaves or any(len(tree[name]) != n_leaves - 1 for name in _INNER):
        return False
    numbers = [*tree["leaf_value"], *tree["leaf_count"], *tree["threshold"], *tree["internal_count"]]
    if not all(_NUMBER.fullmatch(number) for number in numbers):
        return False
    # As written by us: "-0" or "+1" are other texts of the same number.
    respelled = any(str(int(cell)) != cell for name in _WHOLE for cell in tree[name])
    if respelled or not set(tree["decision_type"]) <= _DECISIONS:
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
