"""From outcomes to relevance: percentiles, ties, dates, and what a missing row means."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import NotEnoughDataError
from recommender.ranking._labels import Labels, day_after, grade, label, percentiles, seen_before, spread_percentiles
from tests.frames import titles_frame
from tests.ranking.worlds import facts_of, outcomes_frame

TODAY = "2020-01-01"
Row = tuple[str, str, str, float, str]


def graded(text_cache: Path, rows: list[Row], *, n: int = 12, as_of: str = TODAY, **origins: str) -> Labels:
    """Label titles t0, t1, ... from France, some of another origin."""
    table = [
        {"title_id": f"t{i}", "title": "River", "kind": "film", "countries": [origins.get(f"t{i}", "FR")]}
        for i in range(n)
    ]
    return label(facts_of(titles_frame(table), text_cache), outcomes_frame(rows), as_of)


def levels(values: list[float], *, market: str = "CN", metric: str = "votes", day: str = "2019-01-01") -> list[Row]:
    return [(f"t{i}", market, metric, value, day) for i, value in enumerate(values)]


def column(labels: Labels, market: str = "CN") -> list[float]:
    found: Any = labels.relevance[:, labels.markets.index(market)]
    return [float(value) for value in found]


def test_a_level_is_graded_by_its_percentile(text_cache: Path) -> None:
    labels = graded(text_cache, levels([10.0 * i for i in range(10)]))
    assert labels.markets == ("CN",)
    np.testing.assert_allclose(column(labels)[:10], (np.arange(10) + 0.5) / 10, atol=1e-6)
    assert np.isnan(column(labels)[10:]).all()


def test_the_measure_of_a_level_does_not_matter(text_cache: Path) -> None:
    values = [3.0, 7.0, 7.0, 100.0, 1e9, 0.0, 12.0, 14.0, 13.0, 2.0]
    one = graded(text_cache, levels(values))
    other = graded(text_cache, levels([value**0.5 for value in values], metric="admissions"))
    np.testing.assert_array_equal(one.relevance, other.relevance)


def test_equal_audiences_share_the_middle(text_cache: Path) -> None:
    found = column(graded(text_cache, levels([5.0, 5.0, 5.0, 5.0, *range(10, 16)])))
    assert found[0] == found[1] == found[2] == found[3] == pytest.approx(0.2)


def test_ratings_break_ties_and_nothing_else(text_cache: Path) -> None:
    votes = levels([5.0, 5.0, 5.0, *range(10, 17)])
    rating = levels([6.0, 9.0, 7.0, *[1.0] * 7], metric="rating")
    found = column(graded(text_cache, votes + rating))
    assert found[0] < found[2] < found[1] < min(found[3:10])


def test_ratings_alone_are_a_grade_where_nothing_better_is_known(text_cache: Path) -> None:
    found = column(graded(text_cache, levels([float(i) for i in range(10)], metric="rating")))
    assert np.all(np.diff(found[:10]) > 0)


def test_several_audiences_count_by_their_mean(text_cache: Path) -> None:
    up, down = [float(i) for i in range(10)], [float(9 - i) for i in range(10)]
    labels = graded(text_cache, levels(up, metric="imdb_votes") + levels(down, metric="admissions"))
    np.testing.assert_allclose(column(labels)[:10], 0.5)


def test_the_latest_row_of_a_level_counts(text_cache: Path) -> None:
    rows = levels([float(i) for i in range(10)])
    corrected = [*rows, ("t0", "CN", "votes", 50.0, "2019-06-01")]
    assert column(graded(text_cache, corrected))[0] == max(column(graded(text_cache, corrected))[:10])
    earlier = [*rows, ("t0", "CN", "votes", 50.0, "2018-06-01")]
    np.testing.assert_array_equal(graded(text_cache, earlier).relevance, graded(text_cache, rows).relevance)


def test_rows_of_a_flow_add_up_and_titles_without_any_are_zero(text_cache: Path) -> None:
    # A year's points, as points a month.
    rows: list[Row] = [("t0", "CN", "top10_points", 4.0, f"2019-0{week}-01") for week in range(1, 6)]
    rows += [
        ("t1", "CN", "top10_points", 10.0, "2019-03-01"),
        ("t2", "CN", "top10_points", 1.0, "2019-03-01"),
    ]
    found = column(graded(text_cache, rows))
    months = 365 / 30
    assert found[0] == pytest.approx(1.0)
    assert found[1] == pytest.approx(np.log1p(10 / months) / np.log1p(20 / months))
    assert found[3:] == [0.0] * 9


def test_a_presence_is_one_and_zero_in_the_markets_not_listed(text_cache: Path) -> None:
    rows: list[Row] = [(f"t{i}", "CN", "released", 1.0, "2019-01-01") for i in range(6)]
    rows += [(f"t{i}", "DE", "released", 1.0, "2019-01-01") for i in range(4, 11)]
    labels = graded(text_cache, rows)
    assert column(labels)[:11] == [1.0] * 6 + [0.0] * 5
    assert column(labels, "DE")[:11] == [0.0] * 4 + [1.0] * 7
    assert np.isnan(labels.relevance[11]).all(), "a title that is listed nowhere was not asked"


def test_a_release_told_twice_is_still_one_release(text_cache: Path) -> None:
    rows: list[Row] = [(f"t{i}", "CN", "released", 1.0, "2019-01-01") for i in range(11)]
    rows.append(("t0", "CN", "released", 1.0, "2019-02-01"))
    assert column(graded(text_cache, rows))[:11] == [1.0] * 11


def test_a_refusal_is_zero_and_a_later_acceptance_one(text_cache: Path) -> None:
    rows: list[Row] = [(f"t{i}", "CN", "accepted", float(i % 2), "2019-01-01") for i in range(11)]
    rows.append(("t0", "CN", "accepted", 1.0, "2019-02-01"))
    assert column(graded(text_cache, rows))[:4] == [1.0, 1.0, 0.0, 1.0]


def test_a_title_released_with_unknown_audience_is_not_a_failure(text_cache: Path) -> None:
    rows = levels([float(i + 1) for i in range(10)])
    rows += [("t10", "CN", "released", 1.0, "2019-01-01"), ("t11", "DE", "released", 1.0, "2019-01-01")]
    found = column(graded(text_cache, rows))
    assert np.isnan(found[10])
    assert found[11] == 0.0


def test_titles_at_home_are_left_out_and_do_not_move_the_others(text_cache: Path) -> None:
    values = [float(i) for i in range(12)]
    rows = levels(values, market="RU")
    labels = graded(text_cache, rows, t11="RU", t10="SU")
    assert labels.markets == ("RU",)
    assert np.isnan(column(labels, "RU")[10:]).all(), "the Soviet Union counts as Russia"
    np.testing.assert_array_equal(column(labels, "RU")[:10], column(graded(text_cache, rows[:10]), "RU")[:10])


def test_worldwide_is_no_market(text_cache: Path) -> None:
    rows = levels([float(i) for i in range(10)])
    labels = graded(text_cache, rows + levels([1.0] * 12, market="WW"))
    assert labels.markets == ("CN",)


@pytest.mark.parametrize("day", [TODAY, "2020-01-02", "2031-01-01"])
def test_rows_dated_on_or_after_the_day_are_not_there(text_cache: Path, day: str) -> None:
    rows = levels([float(i) for i in range(10)])
    later: list[Row] = [
        ("t0", "CN", "votes", 1e6, day),
        ("t11", "CN", "votes", 5.0, day),
        ("t1", "CN", "released", 1.0, day),
        ("t2", "FI", "top10_points", 1.0, day),
    ]
    without, with_later = graded(text_cache, rows), graded(text_cache, rows + later)
    assert with_later.markets == without.markets
    np.testing.assert_array_equal(with_later.relevance, without.relevance)
    np.testing.assert_array_equal(with_later.since, without.since)
    pd.testing.assert_frame_equal(with_later.shown, without.shown)


def test_the_last_day_before_is_seen(text_cache: Path) -> None:
    rows = levels([float(i) for i in range(10)])
    with pytest.raises(NotEnoughDataError):
        graded(text_cache, rows, as_of="2019-01-01")
    assert graded(text_cache, rows, as_of="2019-01-02").markets == ("CN",)


def test_since_is_the_titles_first_day_in_the_market(text_cache: Path) -> None:
    rows = levels([float(i) for i in range(10)])
    rows += [("t3", "CN", "votes", 9.0, "2017-05-01"), ("t4", "WW", "votes", 9.0, "2010-01-01")]
    since = graded(text_cache, rows).since[:, 0].tolist()
    assert (since[3], since[4], since[11]) == ("2017-05-01", "2019-01-01", TODAY)


def test_an_answer_is_settled_by_its_last_row(text_cache: Path) -> None:
    rows = levels([float(i) for i in range(10)])
    rows += [("t3", "CN", "votes", 9.0, "2017-05-01"), ("t4", "CN", "votes", 9.0, "2019-06-01")]
    settled = graded(text_cache, rows).settled[:, 0].tolist()
    assert (settled[3], settled[4], settled[5]) == ("2019-01-01", "2019-06-01", "2019-01-01")


def test_that_a_title_is_not_listed_is_settled_by_its_last_row_anywhere(text_cache: Path) -> None:
    rows: list[Row] = [(f"t{i}", "CN", "released", 1.0, "2018-01-01") for i in range(11)]
    rows += [(f"t{i}", "DE", "released", 1.0, "2019-01-01") for i in range(4)]
    settled = graded(text_cache, rows).settled.tolist()
    assert settled[0] == ["2019-01-01"] * 2
    assert settled[6] == ["2018-01-01"] * 2


def test_of_a_title_that_is_listed_nothing_is_seen_from_its_first_day_on_in_any_market(text_cache: Path) -> None:
    """Else what is seen of it would tell the markets that took it from those that did not."""
    rows: list[Row] = [(f"t{i}", "CN", "released", 1.0, "2019-01-01") for i in range(8)]
    rows += [(f"t{i}", "DE", "released", 1.0, "2018-01-01") for i in range(5, 11)]
    since = graded(text_cache, rows).since.tolist()
    assert since[0] == ["2019-01-01"] * 2
    assert since[6] == ["2018-01-01"] * 2
    assert since[10] == ["2018-01-01"] * 2


def test_the_figure_shown_is_the_audience_before_the_rating(text_cache: Path) -> None:
    rows = levels([float(i) for i in range(10)]) + levels([7.0] * 12, metric="rating")
    rows.append(("t0", "CN", "votes", 33.0, "2019-05-05"))
    shown = graded(text_cache, rows).shown.set_index("title_id")
    assert (shown.loc["t0", "metric"], shown.loc["t0", "value"]) == ("votes", 33.0)
    assert (shown.loc["t11", "metric"], shown.loc["t11", "value"]) == ("rating", 7.0)
    assert shown.index.is_unique


def test_the_order_of_rows_does_not_matter(text_cache: Path) -> None:
    rows = levels([3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0, 5.0, 3.0])
    rows += [("t0", "CN", "votes", 8.0, "2019-01-01")]
    np.testing.assert_array_equal(graded(text_cache, rows).relevance, graded(text_cache, rows[::-1]).relevance)


@pytest.mark.parametrize(
    "rows",
    [[], levels([1.0] * 9), [("nobody", "CN", "votes", 1.0, "2019-01-01")], levels([1.0] * 12, market="FR")],
)
def test_too_little_is_said_so(text_cache: Path, rows: list[Row]) -> None:
    with pytest.raises(NotEnoughDataError, match="10 foreign titles") as caught:
        graded(text_cache, rows)
    assert caught.value.hint


def test_a_market_with_few_titles_is_dropped_and_the_others_stay(text_cache: Path) -> None:
    rows = levels([float(i) for i in range(10)]) + levels([1.0, 2.0], market="DE")
    labels = graded(text_cache, rows)
    assert labels.markets == ("CN",)
    assert set(labels.shown["market"]) == {"CN"}
    assert labels.since.shape == labels.relevance.shape == (12, 1)


def test_the_day_after_the_newest_outcome() -> None:
    frame = outcomes_frame([("a", "CN", "votes", 1.0, "2019-12-31"), ("b", "CN", "votes", 1.0, "2018-01-01")])
    assert day_after(frame) == "2020-01-01"
    assert len(seen_before(frame, "2019-12-31")) == 1
    assert seen_before(frame, "2020-01-01").index.tolist() == [0, 1]


@given(st.lists(st.one_of(st.just(float("nan")), st.integers(0, 6).map(float)), min_size=1, max_size=30))
def test_percentiles_keep_order_and_ties_and_center_on_a_half(values: list[float]) -> None:
    given_values = np.array(values, dtype=np.float32)[:, None]
    found = percentiles(given_values)[:, 0]
    known = np.isfinite(given_values[:, 0])
    assert np.array_equal(np.isfinite(found), known)
    if known.any():
        assert found[known].mean() == pytest.approx(0.5, abs=1e-5)
        assert ((found[known] > 0) & (found[known] < 1)).all()
        order = given_values[known, 0][:, None] < given_values[known, 0][None, :]
        assert np.array_equal(order, found[known][:, None] < found[known][None, :] - 1e-6)


def test_by_eras_a_level_is_placed_among_those_of_its_year(text_cache: Path) -> None:
    """Prices of another year do not matter: the best of a poor year is as good as the best of a rich one."""
    table = [{"title_id": f"t{i}", "title": "River", "kind": "film", "countries": ["FR"]} for i in range(80)]
    facts = facts_of(titles_frame(table), text_cache)
    rows = [
        (f"t{i}", "CN", "votes", float(i) if i < 40 else 1000.0 + i, f"{2015 + (i >= 40)}-05-05") for i in range(80)
    ]
    pooled, by_era = (grade(facts, outcomes_frame(rows), TODAY, ("CN",), eras=eras)[:, 0] for eras in (False, True))
    assert pooled[39] < pooled[40]
    assert by_era[39] == by_era[79] > by_era[40] == by_era[0]


def test_a_year_of_few_titles_joins_the_next(text_cache: Path) -> None:
    table = [{"title_id": f"t{i}", "title": "River", "kind": "film", "countries": ["FR"]} for i in range(45)]
    facts = facts_of(titles_frame(table), text_cache)
    rows = [(f"t{i}", "CN", "votes", float(i), f"{2014 + (i >= 5)}-05-05") for i in range(45)]
    by_era = grade(facts, outcomes_frame(rows), TODAY, ("CN",), eras=True)[:, 0]
    np.testing.assert_array_equal(by_era, grade(facts, outcomes_frame(rows), TODAY, ("CN",))[:, 0])


@given(st.lists(st.one_of(st.just(float("nan")), st.integers(0, 3).map(float)), min_size=1, max_size=40))
def test_spread_percentiles_are_uniform_and_keep_the_order(values: list[float]) -> None:
    column_ = np.array(values)[:, None]
    found = spread_percentiles(column_, np.random.default_rng(0))[:, 0]
    known = np.isfinite(column_[:, 0])
    n = int(known.sum())
    np.testing.assert_allclose(np.sort(found[known]), (np.arange(n) + 0.5) / max(n, 1), rtol=1e-6)
    order = column_[known, 0][:, None] < column_[known, 0][None, :]
    assert (found[known][:, None] < found[known][None, :])[order].all()
    assert np.isnan(found[~known]).all()
