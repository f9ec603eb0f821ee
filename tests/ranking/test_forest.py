"""Boosted trees: attributions that add up and are exact, monotone where they must be, and a text that is safe to load."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial

import numpy as np
import pytest
from numpy.typing import NDArray

from recommender.ranking._forest import Forest, _trees

N = 300


@pytest.fixture(scope="module")
def rows() -> NDArray[np.float32]:
    draw = np.random.default_rng(0)
    X = draw.normal(size=(N, 4)).astype(np.float32)
    X[draw.random((N, 4)) < 0.2] = np.nan
    X[:, 3] = np.nan_to_num(X[:, 3]) > 0
    return X


@pytest.fixture(scope="module")
def grades(rows: NDArray[np.float32]) -> NDArray[np.float64]:
    told = np.nan_to_num(rows)
    return 1 / (1 + np.exp(-told[:, 0] - told[:, 1] * told[:, 2]))


@pytest.fixture(scope="module")
def forest(rows: NDArray[np.float32], grades: NDArray[np.float64]) -> Forest:
    return Forest(n_members=3, max_iter=15, min_samples_leaf=5).fit(rows, grades, np.ones(N))


def test_it_learns_and_its_mean_is_that_of_its_members(
    forest: Forest, rows: NDArray[np.float32], grades: NDArray[np.float64]
) -> None:
    assert np.corrcoef(forest.predict(rows), grades)[0, 1] > 0.8
    alone = Forest(n_members=1, max_iter=15, min_samples_leaf=5).fit(rows, grades, np.ones(N)).predict(rows)
    assert not np.allclose(alone, forest.predict(rows))


def test_attributions_are_shapley_values(forest: Forest, rows: NDArray[np.float32]) -> None:
    """Against every coalition, counted by hand from the trees' own paths and counts."""
    trees = _trees(forest.text_)

    def expected(row: NDArray[np.float32], present: frozenset[int]) -> float:
        def below(tree: dict[str, list[str]], node: int) -> float:
            if node < 0:
                return float(tree["leaf_value"][~node])
            feature = int(tree["split_feature"][node])
            left, right = int(tree["left_child"][node]), int(tree["right_child"][node])
            if feature in present:
                kind, value = int(tree["decision_type"][node]), float(row[feature])
                if np.isnan(value) and kind & 8:
                    return below(tree, left if kind & 2 else right)
                value = 0.0 if np.isnan(value) else value
                return below(tree, left if value <= float(tree["threshold"][node]) else right)

            def count(child: int) -> float:
                return float(tree["leaf_count"][~child] if child < 0 else tree["internal_count"][child])

            total = count(left) + count(right)
            return (count(left) * below(tree, left) + count(right) * below(tree, right)) / total

        return sum(below(tree, 0 if len(tree["leaf_value"]) > 1 else -1) for tree in trees)

    features = range(4)
    values, base = forest.attribute(rows[:4])
    for row, told in zip(rows[:4], values, strict=True):
        assert expected(row, frozenset()) == pytest.approx(base)
        for feature in features:
            others = [other for other in features if other != feature]
            share = 0.0
            for size in range(4):
                weight = factorial(size) * factorial(3 - size) / factorial(4)
                for some in combinations(others, size):
                    gain = expected(row, frozenset({*some, feature})) - expected(row, frozenset(some))
                    share += weight * gain
            assert told[feature] == pytest.approx(share, abs=1e-9)


def test_attributions_add_up(forest: Forest, rows: NDArray[np.float32]) -> None:
    values, base = forest.attribute(rows)
    np.testing.assert_allclose(values.sum(axis=1) + base, forest.predict(rows), atol=1e-9)


def test_no_rows(forest: Forest) -> None:
    none = np.empty((0, 4), dtype=np.float32)
    assert forest.predict(none).shape == (0,)
    assert forest.attribute(none)[0].shape == (0, 4)


def test_an_increasing_feature_never_lowers(rows: NDArray[np.float32], grades: NDArray[np.float64]) -> None:
    noisy = np.clip(grades + np.random.default_rng(1).normal(0, 0.3, N), 0, 1)
    held = Forest(n_members=2, max_iter=40, min_samples_leaf=3).fit(
        rows, noisy, np.ones(N), np.array([True, False, False, False])
    )
    steps = np.repeat(rows[:20], 30, axis=0)
    steps[:, 0] = np.tile(np.linspace(-3, 3, 30), 20)
    assert (np.diff(held.predict(steps).reshape(20, 30), axis=1) >= -1e-12).all()


def test_the_same_bytes_whatever_the_threads(
    forest: Forest, rows: NDArray[np.float32], grades: NDArray[np.float64], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    again = Forest(n_members=3, max_iter=15, min_samples_leaf=5).fit(rows, grades, np.ones(N))
    assert again.text_ == forest.text_


def test_weights_count_as_copies_do(rows: NDArray[np.float32], grades: NDArray[np.float64]) -> None:
    light = np.where(np.arange(N) % 2 == 0, 1.0, 1e-9)
    settings = {"n_members": 1, "max_iter": 10, "min_samples_leaf": 1}
    weighed = Forest(**settings).fit(rows, np.where(light < 1, 0.0, grades), light)
    assert np.corrcoef(weighed.predict(rows[::2]), grades[::2])[0, 1] > 0.6


class TestText:
    def test_its_own_text_is_sound(self, forest: Forest) -> None:
        assert forest.is_sound(4)
        assert not forest.is_sound(5)

    @pytest.mark.parametrize(
        "spoil",
        [
            lambda text: text.replace("left_child=", "left_child=9", 1),
            lambda text: text.replace("split_feature=", "split_feature=7", 1),
            lambda text: text.replace("split_feature=", "split_feature=-", 1),
            lambda text: text.replace("num_cat=0", "num_cat=1", 1),
            lambda text: text.replace("is_linear=0", "is_linear=1", 1),
            lambda text: text.replace("leaf_value=", "leaf_value=x ", 1),
            lambda text: text.replace("decision_type=", "decision_type=1 ", 1),
            lambda text: text + "tree_sizes=9999999",
            lambda text: text.replace("max_feature_idx=3", "max_feature_idx=3000"),
            lambda _: "tree\n",
            lambda _: "",
            lambda _: 7,
        ],
    )
    def test_any_other_text_is_not(self, forest: Forest, spoil: Callable[[str], object]) -> None:
        changed = Forest(**forest.get_params())
        changed.n_features_in_, changed.text_ = 4, spoil(forest.text_)  # type: ignore[assignment]
        assert not changed.is_sound(4)

    def test_a_circle_is_not(self, forest: Forest) -> None:
        lines = forest.text_.split("\n")
        place = next(i for i, line in enumerate(lines) if line.startswith("left_child=") and " " in line)
        cells = lines[place].removeprefix("left_child=").split(" ")
        inner = next(i for i, cell in enumerate(cells) if int(cell) > 0)
        cells[inner] = "0"
        lines[place] = "left_child=" + " ".join(cells)
        changed = Forest(**forest.get_params())
        changed.n_features_in_, changed.text_ = 4, "\n".join(lines)
        assert not changed.is_sound(4)
