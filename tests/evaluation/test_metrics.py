from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.stats import spearmanr
from sklearn.metrics import average_precision_score, ndcg_score, roc_auc_score

from recommender.evaluation import (
    FIGURES,
    auc,
    average_precision,
    bootstrap_interval,
    calibration_error,
    catalogue_coverage,
    interval_coverage,
    intra_list_diversity,
    ndcg_at_k,
    popularity_bias,
    precision_at_k,
    recall_at_k,
    spearman,
)
from recommender.evaluation.metrics import Ranked
from recommender.evaluation.metrics._beyond import diversity_draws, popularity_draws, word_table
from recommender.evaluation.metrics._calibration import calibration_bins
from recommender.evaluation.metrics._order import auc_draws, spearman_draws, spearman_effects
from recommender.evaluation.metrics._top import ndcg_draws, ndcg_effects, top_draws

# Few levels, so that ties are many.
levels = st.integers(0, 6).map(float)
lists = st.integers(2, 30).flatmap(
    lambda n: st.tuples(arrays(float, n, elements=levels), arrays(float, n, elements=levels))
)
short_lists = st.integers(5, 12).flatmap(
    lambda n: st.tuples(arrays(float, n, elements=levels), arrays(float, n, elements=levels))
)
depths = st.integers(1, 40)
copies = st.integers(0, 3).map(float)
Pair = tuple[np.ndarray, np.ndarray]


@given(lists, depths)
def test_ndcg_is_scikit_learns_ties_included(pair: Pair, k: int) -> None:
    score, gain = pair
    assume(gain.any())
    assert ndcg_at_k(score, gain, k) == pytest.approx(ndcg_score([gain], [score], k=k), abs=1e-12)


@given(lists)
def test_average_precision_and_auc_are_scikit_learns_ties_included(pair: Pair) -> None:
    score, value = pair
    positive = value > 3
    assume(0 < positive.sum() < len(positive))
    assert average_precision(score, positive) == pytest.approx(average_precision_score(positive, score))
    assert auc(score, positive) == pytest.approx(roc_auc_score(positive, score))


@given(lists)
def test_spearman_is_scipys(pair: Pair) -> None:
    score, value = pair
    assume(np.ptp(score) > 0 and np.ptp(value) > 0)
    assert spearman(score, value) == pytest.approx(spearmanr(score, value).statistic)


@given(lists, depths)
def test_ndcg_of_ties_is_the_mean_over_random_orders(pair: Pair, k: int) -> None:
    _, gain = pair
    assume(gain.any())
    discount = np.where(np.arange(len(gain)) < k, 1 / np.log2(np.arange(len(gain)) + 2), 0)
    expected = gain.mean() * discount.sum() / (np.sort(gain)[::-1] @ discount)
    assert ndcg_at_k(np.ones(len(gain)), gain, k) == pytest.approx(expected)


@given(lists, depths)
def test_no_order_is_better_than_by_gain(pair: Pair, k: int) -> None:
    score, gain = pair
    assume(gain.any())
    assert ndcg_at_k(gain, gain, k) == pytest.approx(1)
    assert 0 <= ndcg_at_k(score, gain, k) <= 1 + 1e-12
    assert recall_at_k(score, gain > 0, k) <= recall_at_k(gain, gain > 0, k) + 1e-12


@given(lists, depths)
def test_precision_and_recall_count_the_same_hits(pair: Pair, k: int) -> None:
    score, value = pair
    positive = value > 3
    assume(positive.any())
    hits = precision_at_k(score, positive, k) * min(k, len(score))
    assert recall_at_k(score, positive, k) * positive.sum() == pytest.approx(hits)
    assert recall_at_k(score, positive, len(score)) == pytest.approx(1)


@given(lists, depths, st.randoms())
def test_the_order_of_rows_does_not_matter(pair: Pair, k: int, random: object) -> None:
    score, gain = pair
    rows = np.random.default_rng(random.randrange(2**31)).permutation(len(score))  # type: ignore[attr-defined]
    for metric in (ndcg_at_k, precision_at_k, recall_at_k):
        assert metric(score, gain > 3, k) == pytest.approx(metric(score[rows], gain[rows] > 3, k), nan_ok=True)
    assert calibration_error(score / 6, gain / 6) == pytest.approx(calibration_error(score[rows] / 6, gain[rows] / 6))
    words = [[f"w{int(value)}"] if value else [] for value in gain]
    turned = [words[row] for row in rows]
    first, second = intra_list_diversity(score, words, k), intra_list_diversity(score[rows], turned, k)
    assert first == pytest.approx(second, nan_ok=True)


@given(short_lists, st.integers(1, 15), st.data())
def test_a_weight_is_so_many_copies(pair: Pair, k: int, data: st.DataObject) -> None:
    score, value = pair
    weights = data.draw(arrays(float, len(score), elements=copies))
    assume(weights.sum() >= 2)
    rows = np.repeat(np.arange(len(score)), weights.astype(int))
    ranked, positive = Ranked(score, weights), (value > 3).astype(float)
    repeated = score[rows], value[rows]
    assert ndcg_draws(ranked, value, k)[0] == pytest.approx(ndcg_at_k(*repeated, k), nan_ok=True)
    top = top_draws(ranked, positive, k)
    assert top["precision"][0] == pytest.approx(precision_at_k(score[rows], positive[rows], k), nan_ok=True)
    assert top["recall"][0] == pytest.approx(recall_at_k(score[rows], positive[rows], k), nan_ok=True)
    assert top["map"][0] == pytest.approx(average_precision(score[rows], positive[rows]), nan_ok=True)
    assert auc_draws(ranked, positive)[0] == pytest.approx(auc(score[rows], positive[rows]), nan_ok=True)
    of_values = Ranked(value, weights)
    assert spearman_draws(ranked, of_values)[0] == pytest.approx(spearman(*repeated), nan_ok=True, abs=1e-9)
    assert popularity_draws(ranked, value / 6, k)[0] == pytest.approx(
        popularity_bias(score[rows], value[rows] / 6, k), nan_ok=True
    )


@given(short_lists, st.integers(1, 15))
def test_an_effect_is_what_the_figure_loses_without_the_title(pair: Pair, k: int) -> None:
    score, value = pair

    def lost(figure: object) -> np.ndarray:
        each = [figure(np.delete(score, i), np.delete(value, i)) for i in range(len(score))]  # type: ignore[operator]
        effect = figure(score, value) - np.array(each)  # type: ignore[operator]
        return np.nan_to_num(effect)

    assume(value.any())
    np.testing.assert_allclose(ndcg_effects(score, value, k), lost(lambda s, v: ndcg_at_k(s, v, k)), atol=1e-9)
    assume(np.ptp(score) > 0 and np.ptp(value) > 0)
    np.testing.assert_allclose(spearman_effects(score, value), lost(spearman), atol=1e-6)


def test_many_levels_have_the_same_effects_as_few(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    score, value = random.normal(size=600), random.integers(0, 9, size=600).astype(float)
    few = spearman_effects(score, value)
    monkeypatch.setattr("recommender.evaluation.metrics._order._FEW_LEVELS", 0)
    np.testing.assert_allclose(spearman_effects(score, value), few, atol=1e-9)


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
        recall_at_k([1, 2], [0, 0], 5),
        average_precision([1, 2], [0, 0]),
        auc([1, 2], [0, 0]),
        auc([1, 2], [1, 1]),
        auc([], []),
        spearman([], []),
        spearman([1], [1]),
        spearman([1, 1], [1, 2]),
        interval_coverage([], [], []),
        interval_coverage([np.nan], [np.nan], [1]),
        calibration_error([], []),
        calibration_error([np.nan], [1]),
        catalogue_coverage(np.empty((0, 2)), 5),
        catalogue_coverage([[np.nan]], 5),
        intra_list_diversity([], [], 5),
        intra_list_diversity([1, 2], [["a"], []], 5),
        intra_list_diversity([1, 2], [["a"], ["b"]], 1),
        popularity_bias([], [], 5),
        popularity_bias([1, 2], [np.nan, np.nan], 5),
    ],
)
def test_what_cannot_be_known_is_nan(figure: float) -> None:
    assert np.isnan(figure)


def test_a_wrong_call_is_refused() -> None:
    for figure in (ndcg_at_k, precision_at_k, recall_at_k, popularity_bias):
        with pytest.raises(ValueError, match="k must be"):
            figure([1], [1], 0)
    with pytest.raises(ValueError, match="one score and one value"):
        spearman([1, 2], [1])
    with pytest.raises(ValueError, match="NaN"):
        auc([np.nan, 1], [1, 0])


def test_coverage_counts_the_ends() -> None:
    assert interval_coverage([0, 0, 0], [1, 1, np.nan], [0, 1, 0]) == 1
    assert interval_coverage([0, 0], [1, 1], [1.1, 0.5]) == 0.5


def test_calibration_error_of_a_constant_shift_is_the_shift() -> None:
    value = np.linspace(0, 0.8, 101)
    assert calibration_error(value, value) == pytest.approx(0)
    assert calibration_error(value + 0.1, value) == pytest.approx(0.1)
    bins = calibration_bins(value + 0.1, value)
    assert bins.shape == (10, 3)
    np.testing.assert_allclose(bins[:, 0] - bins[:, 1], 0.1)
    assert bins[:, 2].sum() == 101


class TestBeyond:
    def test_coverage_of_several_markets(self) -> None:
        score = np.array([[3, 1], [2, 2], [1, 3], [0, np.nan]], dtype=float)
        assert catalogue_coverage(score, 1) == 0.5
        assert catalogue_coverage(score, 2) == 0.75
        assert catalogue_coverage(score, 9) == 1

    def test_ties_are_covered_by_chance(self) -> None:
        # Each of four equal titles is in each of the two lists of one with a chance of a quarter.
        assert catalogue_coverage(np.zeros((4, 2)), 1) == pytest.approx(1 - (3 / 4) ** 2)

    @given(short_lists, st.integers(2, 8))
    def test_diversity_is_the_mean_over_pairs(self, pair: Pair, k: int) -> None:
        _, value = pair
        score = np.arange(len(value), dtype=float)
        words = [["all", f"w{int(v)}"] for v in value]
        best = range(len(value) - 1, max(len(value) - 1 - k, -1), -1)
        apart = [len({*words[i]} ^ {*words[j]}) / len({*words[i]} | {*words[j]}) for i in best for j in best if i != j]
        assert intra_list_diversity(score, words, k) == pytest.approx(np.mean(apart))

    def test_diversity_of_vectors_is_one_less_their_cosine(self) -> None:
        vectors = np.array([[1, 0], [0, 1], [1, 0], [0, 0]], dtype=float)
        listed = np.array([[1, 1, 0, 1], [1, 0, 1, 1], [1, 1, 1, 0]], dtype=float)
        np.testing.assert_allclose(diversity_draws(listed, vectors), [1, 0, 2 / 3])

    def test_copies_of_a_title_are_no_pair(self) -> None:
        table = word_table([["a"], ["b"]])
        assert diversity_draws(np.array([[2.0, 1.0]]), table)[0] == pytest.approx(1)
        assert np.isnan(diversity_draws(np.array([[2.0, 0.0]]), table)[0])

    def test_long_lists_are_added_up_in_blocks(self, monkeypatch: pytest.MonkeyPatch) -> None:
        random = np.random.default_rng(3)
        table = word_table([[f"w{v}" for v in random.integers(0, 9, size=3)] for _ in range(50)])
        listed = random.random((4, 50))
        whole = diversity_draws(listed, table)
        monkeypatch.setattr("recommender.evaluation.metrics._beyond._CHUNK", 7)
        np.testing.assert_allclose(diversity_draws(listed, table), whole)

    def test_popularity_bias_has_a_sign(self) -> None:
        popularity = np.linspace(0, 1, 11)
        assert popularity_bias(popularity, popularity, 3) == pytest.approx(0.4)
        assert popularity_bias(-popularity, popularity, 3) == pytest.approx(-0.4)
        assert popularity_bias(np.zeros(11), popularity, 3) == pytest.approx(0)
        assert popularity_bias([2, 1, 0], [np.nan, 0.9, 0.1], 2) == pytest.approx(0.4)


class TestBootstrap:
    def test_an_interval_covers_as_often_as_it_says(self) -> None:
        random = np.random.default_rng(1)
        hits = 0
        for trial in range(200):
            values = random.normal(size=60)
            low, high = bootstrap_interval(lambda rows, v=values: float(v[rows].mean()), 60, random_state=trial)
            hits += low <= 0 <= high
        assert 0.88 <= hits / 200 <= 0.99

    def test_an_interval_is_the_same_for_the_same_seed(self) -> None:
        values = np.arange(50.0)

        def mean(rows: np.ndarray) -> float:
            return float(values[rows].mean())

        assert bootstrap_interval(mean, 50, random_state=3) == bootstrap_interval(mean, 50, random_state=3)
        assert bootstrap_interval(mean, 50, random_state=3) != bootstrap_interval(mean, 50, random_state=4)

    def test_the_interval_of_a_truncated_gain_holds_the_figure_itself(self) -> None:
        random = np.random.default_rng(0)
        score, gain = random.normal(size=300), random.random(300) ** 3

        def figure(rows: np.ndarray) -> float:
            return ndcg_at_k(score[rows], gain[rows], 50)

        low, high = bootstrap_interval(figure, 300)
        assert low < figure(np.arange(300)) < high

    def test_nothing_known_is_nan(self) -> None:
        assert np.isnan(bootstrap_interval(lambda _rows: float("nan"), 5)).all()


def test_every_figure_says_what_it_is() -> None:
    assert {figure.better for figure in FIGURES.values()} == {"high", "low", "target", None}
    assert all(figure.label and figure.says.endswith(".") for figure in FIGURES.values())
