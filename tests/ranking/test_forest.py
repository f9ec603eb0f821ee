"""Boosted trees: attributions that add up and are exact, monotone where they must be, and a text that is safe to load."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from math import factorial
from typing import cast

import catboost
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from recommender.errors import CallError
from recommender.ranking._forest import Forest
from recommender.ranking._learners import LEARNERS
from recommender.ranking._trees import Tree, read_trees

N = 300
THREE = ("lightgbm", "lightgbm_random", "lightgbm")


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
    return Forest(members=THREE, max_iter=15, min_samples_leaf=5).fit(rows, grades, np.ones(N))


def test_it_learns_and_its_mean_is_that_of_its_members(
    forest: Forest, rows: NDArray[np.float32], grades: NDArray[np.float64]
) -> None:
    assert np.corrcoef(forest.predict(rows), grades)[0, 1] > 0.8
    alone = Forest(members=THREE[:1], max_iter=15, min_samples_leaf=5).fit(rows, grades, np.ones(N)).predict(rows)
    assert not np.allclose(alone, forest.predict(rows))


@pytest.mark.parametrize("learner", sorted(LEARNERS))
class TestLearners:
    @pytest.fixture
    def grown(self, learner: str, rows: NDArray[np.float32], grades: NDArray[np.float64]) -> Forest:
        return Forest(members=[learner], max_iter=15, max_depth=3, min_samples_leaf=5, max_features=1.0).fit(
            rows, grades, np.ones(N)
        )

    def test_it_learns(self, grown: Forest, rows: NDArray[np.float32], grades: NDArray[np.float64]) -> None:
        assert spearmanr(grown.predict(rows), grades).statistic > 0.75

    def test_the_same_bytes_again(self, grown: Forest, rows: NDArray[np.float32], grades: NDArray[np.float64]) -> None:
        again = clone(grown).fit(rows, grades, np.ones(N))
        assert again.text_ == grown.text_
        other = clone(grown).set_params(random_state=1, max_features=0.5).fit(rows, grades, np.ones(N))
        assert other.text_ != grown.text_

    def test_its_text_is_sound(self, grown: Forest) -> None:
        assert grown.is_sound(4)

    def test_attributions_are_shapley_values(self, grown: Forest, rows: NDArray[np.float32]) -> None:
        """Against every coalition, counted by hand from the trees' own paths and counts."""
        trees = read_trees(grown.text_)
        values, base = grown.attribute(rows[:4])
        for row, told in zip(rows[:4], values, strict=True):
            assert _expected(trees, row, frozenset()) == pytest.approx(base)
            for feature in range(4):
                assert told[feature] == pytest.approx(_share(trees, row, feature), abs=1e-9)

    def test_an_increasing_feature_never_lowers(
        self, learner: str, rows: NDArray[np.float32], grades: NDArray[np.float64]
    ) -> None:
        noisy = np.clip(grades + np.random.default_rng(1).normal(0, 0.3, N), 0, 1)
        held = Forest(members=[learner], max_iter=40, min_samples_leaf=3).fit(
            rows, noisy, np.ones(N), np.array([True, False, False, False])
        )
        steps = np.repeat(rows[:20], 30, axis=0)
        steps[:, 0] = np.tile(np.linspace(-3, 3, 30), 20)
        assert (np.diff(held.predict(steps).reshape(20, 30), axis=1) >= -1e-12).all()

    def test_heavy_rows_count(self, learner: str, rows: NDArray[np.float32], grades: NDArray[np.float64]) -> None:
        light = np.where(np.arange(N) % 2 == 0, 1.0, 1e-9)
        weighed = Forest(members=[learner], max_iter=20, min_samples_leaf=5).fit(
            rows, np.where(light < 1, 1 - grades, grades), light
        )
        assert spearmanr(weighed.predict(rows[::2]), grades[::2]).statistic > 0.6

    def test_a_feature_of_which_nothing_is_known_yet(
        self, learner: str, rows: NDArray[np.float32], grades: NDArray[np.float64]
    ) -> None:
        X = np.column_stack([rows, np.full(N, np.nan, dtype=np.float32)])
        forest = Forest(members=[learner], max_iter=5, min_samples_leaf=5).fit(X, grades, np.ones(N))
        asked = X.copy()
        asked[:, -1] = 3.0
        np.testing.assert_array_equal(forest.predict(asked), forest.predict(X))
        assert np.isnan(X[:, -1]).all()

    def test_all_that_is_known_against_what_is_not(self, learner: str) -> None:
        """A feature of one value, or none, still tells rows apart."""
        X = np.ones((N, 1), dtype=np.float32)
        X[::3] = np.nan
        forest = Forest(members=[learner], max_iter=15, min_samples_leaf=5, max_features=1.0).fit(
            X, np.where(np.isnan(X[:, 0]), 0.1, 0.8), np.ones(N)
        )
        known, unknown = forest.predict(np.array([[1.0], [np.nan]], dtype=np.float32))
        assert known > unknown
        assert forest.is_sound(1)


def test_scikit_learns_trees_predict_as_scikit_learn_does(
    rows: NDArray[np.float32], grades: NDArray[np.float64], monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[HistGradientBoostingClassifier] = []

    class Watched(HistGradientBoostingClassifier):  # type: ignore[misc]
        def fit(self, *given: object) -> Watched:
            fitted.append(self)
            return cast(Watched, super().fit(*given))

    monkeypatch.setattr("recommender.ranking._learners.HistGradientBoostingClassifier", Watched)
    forest = Forest(members=["hist_gradient_boosting"], max_iter=15).fit(rows, grades, np.ones(N))
    np.testing.assert_allclose(forest.predict(rows), fitted[0].decision_function(rows), atol=1e-12)


def test_catboosts_trees_predict_as_catboost_does(
    rows: NDArray[np.float32], grades: NDArray[np.float64], monkeypatch: pytest.MonkeyPatch
) -> None:
    fitted: list[catboost.CatBoost] = []

    class Watched(catboost.CatBoost):  # type: ignore[misc]
        def fit(self, *given: object, **more: object) -> Watched:
            fitted.append(self)
            return cast(Watched, super().fit(*given, **more))

    monkeypatch.setattr("catboost.CatBoost", Watched)
    forest = Forest(members=["catboost"], max_iter=15).fit(rows, grades, np.ones(N))
    np.testing.assert_allclose(
        forest.predict(rows), fitted[0].predict(rows, prediction_type="RawFormulaVal"), atol=1e-6
    )


def test_lambdarank_ranks_within_queries_only(rows: NDArray[np.float32], grades: NDArray[np.float64]) -> None:
    """What tells queries apart does not tell rows of one query apart."""
    query = (np.arange(N) % 2).astype(np.intp)
    told = np.column_stack([rows, query]).astype(np.float32)
    grade = np.clip(grades / 2 + query / 2, 0, 1)
    ranked = Forest(members=["lightgbm_lambdarank"], max_iter=15).fit(told, grade, np.ones(N), query=query)
    pooled = Forest(members=["lightgbm"], max_iter=15).fit(told, grade, np.ones(N), query=query)
    share = [np.abs(forest.attribute(told)[0]).mean(axis=0) for forest in (ranked, pooled)]
    assert share[0][4] / share[0].sum() < 0.2 < share[1][4] / share[1].sum()


def test_an_unknown_learner(rows: NDArray[np.float32], grades: NDArray[np.float64]) -> None:
    with pytest.raises(CallError, match="no learner 'light_gbm'") as caught:
        Forest(members=["light_gbm"]).fit(rows, grades, np.ones(N))
    assert "lightgbm" in str(caught.value.hint)


def _expected(trees: list[Tree], row: NDArray[np.float32], present: frozenset[int]) -> float:
    """Return what trees predict for a row of which only some features are known, by the counts of their nodes."""

    def below(tree: Tree, node: int) -> float:
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


def _share(trees: list[Tree], row: NDArray[np.float32], feature: int) -> float:
    """Return the Shapley value of one of four features."""
    others = [other for other in range(4) if other != feature]
    share = 0.0
    for size in range(4):
        weight = factorial(size) * factorial(3 - size) / factorial(4)
        for some in combinations(others, size):
            gain = _expected(trees, row, frozenset({*some, feature})) - _expected(trees, row, frozenset(some))
            share += weight * gain
    return share


def test_attributions_add_up(forest: Forest, rows: NDArray[np.float32]) -> None:
    values, base = forest.attribute(rows)
    np.testing.assert_allclose(values.sum(axis=1) + base, forest.predict(rows), atol=1e-9)


def test_no_rows(forest: Forest) -> None:
    none = np.empty((0, 4), dtype=np.float32)
    assert forest.predict(none).shape == (0,)
    assert forest.attribute(none)[0].shape == (0, 4)


@pytest.mark.parametrize("threads", [1, 4])
def test_the_same_bytes_whatever_the_threads(
    forest: Forest, rows: NDArray[np.float32], grades: NDArray[np.float64], threads: int
) -> None:
    with threadpool_limits(limits=threads):
        again = Forest(members=THREE, max_iter=15, min_samples_leaf=5).fit(rows, grades, np.ones(N))
    assert again.text_ == forest.text_


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
