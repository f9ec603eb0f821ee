"""Appeal that follows the score, and intervals that hold what they promise."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.ranking._intervals import (
    AppealCalibrator,
    ConformalIntervals,
    cross_calibrate,
    cross_intervals,
)


def exchangeable(seed: int, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]:
    """Draw appeal, the percentile reached, and evidence that says how noisy it is."""
    draw = np.random.default_rng(seed)
    appeal = draw.random(n)
    evidence = draw.integers(0, 3, n)
    noise = np.array([0.3, 0.15, 0.05])[evidence]
    return appeal, np.clip(appeal + noise * draw.normal(size=n), 0, 1), evidence


class TestAppeal:
    @settings(max_examples=40)
    @given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([5, 200]))
    def test_never_decreases_in_the_score_within_a_market(self, seed: int, n: int, min_titles: int) -> None:
        draw = np.random.default_rng(seed)
        score, percentile, market = draw.normal(size=n).round(1), draw.random(n), draw.integers(0, 2, n)
        calibrator = AppealCalibrator(min_titles=min_titles).fit(score, percentile, market)
        asked = np.sort(np.concatenate([score, draw.normal(size=50) * 5]))
        for position in (0, 1, 7):
            appeal = calibrator.predict(asked, np.full(len(asked), position))
            assert ((appeal >= 0) & (appeal <= 1)).all()
            assert (np.diff(appeal) >= -1e-12).all()

    def test_is_the_percentile_reached_on_average(self) -> None:
        draw = np.random.default_rng(0)
        score = draw.normal(size=4000)
        percentile = np.clip(0.5 + score / 6 + draw.normal(size=4000) / 10, 0, 1)
        market = np.zeros(4000, dtype=np.intp)
        appeal = AppealCalibrator().fit(score, percentile, market).predict(score, market)
        for low in np.arange(0.1, 0.9, 0.1):
            rows = (appeal >= low) & (appeal < low + 0.1)
            assert percentile[rows].mean() == pytest.approx(appeal[rows].mean(), abs=0.02)

    def test_a_large_market_has_its_own_curve_and_a_small_one_that_of_all(self) -> None:
        score = np.tile(np.linspace(0, 1, 300), 2)
        market = np.repeat([0, 1], 300)
        percentile = np.where(market == 0, score, score / 4)
        calibrator = AppealCalibrator().fit(score, percentile, market)
        at = np.array([0.8])
        own, other, unknown = (calibrator.predict(at, np.array([place]))[0] for place in (0, 1, 2))
        assert own == pytest.approx(0.8, abs=0.02)
        assert other == pytest.approx(0.2, abs=0.02)
        assert other < unknown < own

    def test_no_scores(self) -> None:
        calibrator = AppealCalibrator().fit(np.arange(5.0), np.arange(5.0) / 5, np.zeros(5, dtype=np.intp))
        assert calibrator.predict(np.empty(0), np.empty(0, dtype=np.intp)).shape == (0,)


def scored(seed: int, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw scores, and the percentiles that titles reached."""
    draw = np.random.default_rng(seed)
    score = draw.normal(size=n)
    reached = score + draw.normal(size=n)
    return score, (np.argsort(np.argsort(reached)) + 0.5) / n


class TestCrossCalibration:
    @settings(max_examples=30)
    @given(st.integers(0, 10_000), st.integers(1, 4))
    def test_what_a_part_reached_does_not_move_its_own_appeal(self, seed: int, n_parts: int) -> None:
        score, percentile = scored(seed, 80)
        market, weight = np.zeros(80, dtype=np.intp), np.ones(80)
        part = np.random.default_rng(seed).integers(0, n_parts, 80)
        before = cross_calibrate(score, percentile, market, weight, part)
        own = part == part[0] if len(np.unique(part)) > 1 else np.arange(80) % 2 == 0
        other = np.where(own, 1 - percentile, percentile)
        after = cross_calibrate(score, other, market, weight, part)
        np.testing.assert_array_equal(before[own], after[own])
        assert not np.allclose(before[~own], after[~own])

    def test_intervals_from_few_titles_hold_what_they_promise_where_a_titles_own_curve_does_not(self) -> None:
        held = {"own": 0.0, "cross": 0.0}
        for seed in range(60):
            score, percentile = scored(seed, 200)
            none, weight = np.zeros(200, dtype=np.intp), np.ones(200)
            curves = AppealCalibrator().fit(score, percentile, none)
            seen = {
                "own": curves.predict(score, none),
                "cross": cross_calibrate(score, percentile, none, weight, np.arange(200) % 4),
            }
            new_score, new_percentile = scored(1000 + seed, 2000)
            new = np.zeros(2000, dtype=np.intp)
            for name, appeal in seen.items():
                low, high = (
                    ConformalIntervals().fit(appeal, percentile, none).predict(curves.predict(new_score, new), new)
                )
                held[name] += float(((new_percentile >= low) & (new_percentile <= high)).mean()) / 60
        assert held["own"] < 0.8 <= held["cross"], held


class TestIntervals:
    @pytest.mark.parametrize("coverage", [0.5, 0.8, 0.95])
    def test_hold_the_promised_share_of_titles_not_seen(self, coverage: float) -> None:
        intervals = ConformalIntervals(coverage=coverage).fit(*exchangeable(1, 3000))
        appeal, percentile, evidence = exchangeable(2, 6000)
        low, high = intervals.predict(appeal, evidence)
        inside = (percentile >= low) & (percentile <= high)
        assert inside.mean() == pytest.approx(coverage, abs=0.03)
        for known in range(3):
            assert inside[evidence == known].mean() == pytest.approx(coverage, abs=0.05)

    def test_are_narrower_where_there_is_more_to_judge_by(self) -> None:
        intervals = ConformalIntervals().fit(*exchangeable(1, 3000))
        at = np.full(3, 0.5)
        low, high = intervals.predict(at, np.array([0, 1, 2]))
        assert (np.diff(high - low) < 0).all()

    @settings(max_examples=40)
    @given(st.integers(0, 10_000), st.permutations([0.3, 0.15, 0.05]))
    def test_less_evidence_is_never_narrower(self, seed: int, noise: list[float]) -> None:
        draw = np.random.default_rng(seed)
        appeal, evidence = draw.random(2000), draw.integers(0, 3, 2000)
        percentile = appeal + np.array(noise)[evidence] * draw.normal(size=2000)
        intervals = ConformalIntervals().fit(appeal, percentile, evidence)
        assert (np.diff(np.ptp(intervals.offsets_, axis=2), axis=0) <= 0).all()
        low, high = appeal + intervals.offsets_[evidence, np.searchsorted(intervals.edges_, appeal)].T
        assert ((percentile >= low) & (percentile <= high)).mean() == pytest.approx(0.8, abs=0.02)

    def test_a_higher_coverage_is_wider(self) -> None:
        data = exchangeable(3, 1000)
        widths = []
        for coverage in (0.5, 0.8, 0.9):
            low, high = ConformalIntervals(coverage=coverage).fit(*data).predict(data[0], data[2])
            widths.append((high - low).mean())
        assert widths == sorted(widths)
        assert widths[0] < widths[2]

    @settings(max_examples=40)
    @given(st.integers(0, 10_000), st.integers(1, 200), st.floats(0.05, 0.99))
    def test_hold_appeal_and_stay_between_0_and_1(self, seed: int, n: int, coverage: float) -> None:
        appeal, percentile, evidence = exchangeable(seed, n)
        intervals = ConformalIntervals(coverage=coverage).fit(appeal, percentile, evidence)
        asked = np.concatenate([appeal, [0.0, 1.0, 0.5]])
        low, high = intervals.predict(asked, np.resize(evidence, len(asked)))
        assert ((low >= 0) & (low <= asked) & (asked <= high) & (high <= 1)).all()

    def test_a_kind_of_evidence_that_is_rare_borrows_the_errors_of_all(self) -> None:
        appeal, percentile, evidence = exchangeable(1, 900)
        rare = np.where(np.arange(900) < 10, 2, np.minimum(evidence, 1))
        intervals = ConformalIntervals().fit(appeal, percentile, rare)
        assert (intervals.offsets_[2] == intervals.offsets_[2, 0]).all()
        all_errors = np.sort(percentile - appeal)
        assert intervals.offsets_[2, 0, 0] == all_errors[int(np.floor(901 * 0.1)) - 1]

    def test_can_be_cloned(self) -> None:
        assert clone(ConformalIntervals(coverage=0.6)).coverage == 0.6
        assert clone(AppealCalibrator(min_titles=9)).min_titles == 9


def test_a_part_is_not_held_by_its_own_errors() -> None:
    appeal, part = np.full(400, 0.5), np.repeat([0, 1], 200)
    percentile = np.where(part == 0, 0.5, np.linspace(0, 1, 400))
    evidence, weight = np.ones(400, dtype=np.intp), np.ones(400)
    low, high = cross_intervals(ConformalIntervals(), appeal, percentile, evidence, weight, part)
    assert np.ptp([low[part == 1], high[part == 1]]) == 0, "the other part made no error"
    assert (high[part == 0] - low[part == 0] > 0.3).all()
