from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr
from sklearn.metrics import ndcg_score

from recommender.evaluation import (
    bootstrap_interval,
    calibration_error,
    interval_coverage,
    ndcg_at_k,
    precision_at_k,
    spearman,
)

# Few levels, so that ties are many.
levels = st.integers(0, 6).map(float)
lists = st.integers(2, 30).flatmap(
    lambda n: st.tuples(arrays(float, n, elements=levels), arrays(float, n, elements=levels))
)
depths = st.integers(1, 40)


@given(lists, depths)
def test_ndcg_is_scikit_learns_ties_included(pair: tuple[np.ndarray, np.ndarray], k: int) -> None:
    score, gain = pair
    assume(gain.any())
    assert ndcg_at_k(score, gain, k) == pytest.approx(ndcg_score([gain], [score], k=k), abs=1e-12)


@given(lists, depths)
def test_ndcg_of_ties_is_the_mean_over_random_orders(pair: tuple[np.ndarray, np.ndarray], k: int) -> None:
    _, gain = pair
    assume(gain.any())
    discount = np.where(np.arange(len(gain)) < k, 1 / np.log2(np.arange(len(gain)) + 2), 0)
    expected = gain.mean() * discount.sum() / (np.sort(gain)[::-1] @ discount)
    assert ndcg_at_k(np.ones(len(gain)), gain, k) == pytest.approx(expected)


@given(lists, depths)
def test_no_order_is_better_than_by_gain(pair: tuple[np.ndarray, np.ndarray], k: int) -> None:
    score, gain = pair
    assume(gain.any())
    assert ndcg_at_k(gain, gain, k) == pytest.approx(1)
    assert 0 <= ndcg_at_k(score, gain, k) <= 1 + 1e-12


@given(lists, depths, st.randoms())
def test_the_order_of_rows_does_not_matter(pair: tuple[np.ndarray, np.ndarray], k: int, random: object) -> None:
    score, gain = pair
    rows = np.random.default_rng(random.randrange(2**31)).permutation(len(score))  # type: ignore[attr-defined]
    for metric in (ndcg_at_k, precision_at_k):
        assert metric(score, gain > 3, k) == pytest.approx(metric(score[rows], gain[rows] > 3, k), nan_ok=True)
    assert calibration_error(score / 6, gain / 6) == pytest.approx(calibration_error(score[rows] / 6, gain[rows] / 6))


@given(lists)
def test_spearman_is_scipys(pair: tuple[np.ndarray, np.ndarray]) -> None:
    score, value = pair
    assume(np.ptp(score) > 0 and np.ptp(value) > 0)
    assert spearman(score, value) == pytest.approx(spearmanr(score, value).statistic)


def test_precision_counts_what_is_there() -> None:
    assert precision_at_k([3, 2, 1], [True, False, False], k=1) == 1
    assert precision_at_k([3, 2, 1], [True, False, False], k=10) == pytest.approx(1 / 3)
    assert precision_at_k([1, 1], [True, False], k=1) == 0.5


@pytest.mark.parametrize(
    "figure",
    [
        ndcg_at_k([], [], 5),
        ndcg_at_k([1, 2], [0, 0], 5),
        precision_at_k([], [], 5),
        spearman([1], [1]),
        spearman([1, 1], [1, 2]),
        interval_coverage([], [], []),
        interval_coverage([np.nan], [np.nan], [1]),
        calibration_error([], []),
        calibration_error([np.nan], [1]),
    ],
)
def test_what_cannot_be_known_is_nan(figure: float) -> None:
    assert np.isnan(figure)


def test_a_wrong_call_is_refused() -> None:
    with pytest.raises(ValueError, match="k must be"):
        ndcg_at_k([1], [1], 0)
    with pytest.raises(ValueError, match="one score and one value"):
        spearman([1, 2], [1])


def test_coverage_counts_the_ends() -> None:
    assert interval_coverage([0, 0, 0], [1, 1, np.nan], [0, 1, 0]) == 1
    assert interval_coverage([0, 0], [1, 1], [1.1, 0.5]) == 0.5


def test_calibration_error_of_a_constant_shift_is_the_shift() -> None:
    value = np.linspace(0, 0.8, 101)
    assert calibration_error(value, value) == pytest.approx(0)
    assert calibration_error(value + 0.1, value) == pytest.approx(0.1)


def test_a_bootstrap_interval_covers_as_often_as_it_says() -> None:
    random = np.random.default_rng(1)
    hits = 0
    for trial in range(200):
        values = random.normal(size=60)
        low, high = bootstrap_interval(lambda rows, v=values: float(v[rows].mean()), 60, random_state=trial)
        hits += low <= 0 <= high
    assert 0.88 <= hits / 200 <= 0.99


def test_a_bootstrap_interval_is_the_same_for_the_same_seed() -> None:
    values = np.arange(50.0)

    def mean(rows: np.ndarray) -> float:
        return float(values[rows].mean())

    assert bootstrap_interval(mean, 50, random_state=3) == bootstrap_interval(mean, 50, random_state=3)
    assert bootstrap_interval(mean, 50, random_state=3) != bootstrap_interval(mean, 50, random_state=4)


def test_a_bootstrap_of_a_truncated_gain_holds_the_figure_itself() -> None:
    random = np.random.default_rng(0)
    score, gain = random.normal(size=300), random.random(300) ** 3

    def figure(rows: np.ndarray) -> float:
        return ndcg_at_k(score[rows], gain[rows], 50)

    low, high = bootstrap_interval(figure, 300)
    assert low < figure(np.arange(300)) < high


def test_a_bootstrap_of_nothing_known_is_nan() -> None:
    assert np.isnan(bootstrap_interval(lambda _rows: float("nan"), 5)).all()
