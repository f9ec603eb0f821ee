"""The ranker: scikit-learn's habits, signal found, and nothing that moves a score without cause."""

from __future__ import annotations

import datetime
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from recommender.errors import CallError, NotEnoughDataError
from recommender.features import GROUPS
from recommender.ranking import Ranker, ShuffleRanker
from recommender.ranking._examples import stack_features
from recommender.schema import SCORES
from tests.frames import titles_frame
from tests.ranking.worlds import make_outcomes, make_titles, outcomes_frame, small_ranker


def by_title(scores: pd.DataFrame, column: str = "score") -> pd.Series[Any]:
    return scores.set_index(["market", "title_id"])[column].sort_index()


def correlation(scores: pd.DataFrame, outcomes: pd.DataFrame) -> float:
    votes = outcomes[outcomes["metric"] == "votes"].set_index(["title_id", "market"])["value"]
    found = []
    for market, rows in scores.groupby("market"):
        reached = votes.reindex([(title, market) for title in rows["title_id"]]).to_numpy()
        found.append(float(spearmanr(rows["score"], reached).statistic))
    return float(np.mean(found))


class TestHabits:
    def test_a_clone_has_the_settings_and_has_learned_nothing(self, fitted: Ranker) -> None:
        copy = clone(fitted)
        assert copy.get_params() == fitted.get_params()
        with pytest.raises(NotFittedError):
            copy.predict(make_titles(2))

    def test_settings_are_kept_as_given(self) -> None:
        groups = ["content", "text"]
        ranker = Ranker(groups=groups, n_folds=4).set_params(max_iter=7, coverage=0.5)
        assert ranker.groups is groups
        assert (ranker.n_folds, ranker.max_iter, ranker.coverage) == (4, 7, 0.5)
        assert set(ranker.get_params()) == {name for name in vars(ranker) if not name.endswith("_")}
        with pytest.raises(ValueError, match="max_itre"):
            ranker.set_params(max_itre=3)

    def test_fit_changes_neither_settings_nor_tables(
        self, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path
    ) -> None:
        before = titles.copy(), outcomes.copy()
        ranker = small_ranker(text_cache)
        settings = ranker.get_params()
        assert ranker.fit(titles, outcomes) is ranker
        assert ranker.get_params() == settings
        pd.testing.assert_frame_equal(titles, before[0])
        pd.testing.assert_frame_equal(outcomes, before[1])

    def test_fitting_again_forgets(self, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path) -> None:
        ranker = small_ranker(text_cache).fit(titles, make_outcomes(titles, markets=("FR", "JP", "CN")))
        assert ranker.markets_ == ("CN", "FR", "JP")
        again, fresh = ranker.fit(titles, outcomes), small_ranker(text_cache).fit(titles, outcomes)
        assert set(vars(again)) == set(vars(fresh))
        pd.testing.assert_frame_equal(again.predict(titles), fresh.predict(titles))


class TestSignal:
    def test_beats_chance_on_titles_not_seen(
        self, fitted: Ranker, titles: pd.DataFrame, outcomes: pd.DataFrame, catalogue: pd.DataFrame
    ) -> None:
        truth = make_outcomes(catalogue)
        shuffled = ShuffleRanker().fit(titles, outcomes).predict(catalogue)
        assert correlation(fitted.predict(catalogue), truth) > 0.6
        assert abs(correlation(shuffled, truth)) < 0.35

    def test_the_chance_found_by_shuffled_labels_is_none(
        self, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path
    ) -> None:
        """Were outcomes seen by a side door, the figures out of fold would stay high."""
        lost = outcomes.copy()
        draw = np.random.default_rng(5)
        for index in lost.groupby(["market", "metric"]).groups.values():
            lost.loc[index, "value"] = draw.permutation(lost.loc[index, "value"].to_numpy())
        ranker = small_ranker(text_cache).fit(titles, lost)
        rows = ranker.out_of_fold_
        assert abs(float(spearmanr(rows["score"], rows["relevance"]).statistic)) < 0.25

    @pytest.mark.parametrize("metric", ["top10_points", "released"])
    def test_chance_is_not_learned_from_where_else_a_title_was_taken(self, text_cache: Path, metric: str) -> None:
        titles = make_titles(120, origins=("FR",))
        draw = np.random.default_rng(8)
        days = [f"2017-{draw.integers(1, 13):02d}-{draw.integers(1, 28):02d}" for _ in range(len(titles))]
        rows = [
            (title, market, metric, float(draw.integers(1, 9)), day)
            for title, day in zip(titles["title_id"], days, strict=True)
            for market in ("CN", "DE", "PL", "BR")
            if draw.random() < 0.4
        ]
        found = small_ranker(text_cache).fit(titles, outcomes_frame(rows)).out_of_fold_
        assert found["relevance"].nunique() > 1
        assert abs(float(spearmanr(found["score"], found["relevance"]).statistic)) < 0.25

    def test_a_title_asked_as_of_several_days_counts_once(self, text_cache: Path) -> None:
        titles = make_titles(60, origins=("FR",))
        rows = [
            (title, market, "top10_points", 5.0, f"2017-{1 + place % 12:02d}-05")
            for place, title in enumerate(titles["title_id"][:40])
            for market in ("CN", "DE")
        ]
        ranker = small_ranker(text_cache).fit(titles, outcomes_frame(rows))
        seen = ranker.out_of_fold_[["title_id", "market"]]
        assert seen.duplicated().any()
        assert ranker.n_outcomes_ == len(seen.drop_duplicates())

    def test_the_figures_out_of_fold_are_those_of_new_titles(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        rows = fitted.out_of_fold_
        seen = np.mean([spearmanr(g["score"], g["relevance"]).statistic for _, g in rows.groupby("market")])
        new = correlation(fitted.predict(catalogue), make_outcomes(catalogue))
        assert seen == pytest.approx(new, abs=0.15)
        assert list(rows) == [
            "title_id",
            "market",
            "relevance",
            "percentile",
            "weight",
            "score",
            "appeal",
            "low",
            "high",
            "evidence",
        ]
        assert not rows.duplicated(["title_id", "market"]).any()

    def test_intervals_hold_what_new_titles_reach(self, fitted: Ranker) -> None:
        new = make_titles(200, start=400)
        votes = make_outcomes(new)
        scores = fitted.predict(new, explain=0)
        reached = votes[votes["metric"] == "votes"].set_index(["title_id", "market"])["value"]
        inside = []
        for market, rows in scores.groupby("market"):
            places = reached.reindex([(title, market) for title in rows["title_id"]]).rank(pct=True).to_numpy()
            inside.append(((places >= rows["low"]) & (places <= rows["high"])).mean())
        assert 0.65 < np.mean(inside) < 0.97

    def test_performance_elsewhere_helps_where_it_is_given(self, fitted: Ranker) -> None:
        """Most of all for titles that tell nothing else of themselves."""
        silent = make_titles(700, start=2100)[::7].reset_index(drop=True)
        assert silent["synopsis"].isna().all()
        truth = make_outcomes(silent)
        history = truth[truth["market"] == "WW"].reset_index(drop=True)
        known, unknown = fitted.predict(silent, history=history), fitted.predict(silent)
        assert correlation(known, truth) > 0.5
        assert correlation(unknown, truth) < 0.3
        assert any(re.match(r"\+ worldwide audience: ahead of \d+%", line) for line in known["reasons"][0])

    def test_a_better_record_or_a_greater_audience_never_lowers_a_score(self, fitted: Ranker) -> None:
        names = fitted.feature_names_.astype(str)
        raising = [
            f"{who}: {how}"
            for who in ("director", "origin and genre")
            for how in ("in this market", "best earlier title")
        ]
        raising += ["worldwide: audience", "genre's record: lately in this market"]
        assert set(raising) <= set(names)
        rows = np.random.default_rng(3).normal(size=(400, len(names))).astype(np.float32)
        moved = 0
        for name in raising:
            better = rows.copy()
            better[:, names == name] += 1
            gained = fitted.heads_["informed"].predict(better) - fitted.heads_["informed"].predict(rows)
            assert (gained >= -1e-9).all()
            moved += int((gained > 0).any())
        assert moved > len(raising) / 2

    @pytest.mark.parametrize("metric", ["top10_points", "released"])
    def test_learns_from_flows_and_presence(self, text_cache: Path, metric: str) -> None:
        titles = make_titles(90)
        votes = make_outcomes(titles)
        rows = votes[(votes["metric"] == "votes") & (votes["market"] != "WW")]
        kept = rows[rows["value"] > rows["value"].median()].assign(metric=metric)
        ranker = small_ranker(text_cache, groups=tuple(GROUPS)).fit(titles, kept.reset_index(drop=True))
        scores = ranker.predict(make_titles(40, start=90))
        assert correlation(scores, make_outcomes(make_titles(40, start=90))) > 0.4

    @pytest.mark.parametrize("group", sorted(set(GROUPS) - {"closeness"}))
    def test_one_group_alone(
        self,
        group: str,
        titles: pd.DataFrame,
        outcomes: pd.DataFrame,
        catalogue: pd.DataFrame,
        text_cache: Path,
    ) -> None:
        ranker = small_ranker(text_cache, groups=(group,)).fit(titles, outcomes)
        assert len(ranker.groups_) == 1
        assert np.isfinite(ranker.predict(catalogue, history=outcomes)["score"]).all()

    def test_closeness_alone_says_nothing_of_success(
        self, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path
    ) -> None:
        with pytest.raises(NotEnoughDataError, match="tells them apart"):
            small_ranker(text_cache, groups=("closeness",)).fit(titles, outcomes)

    def test_titles_that_tell_nothing_but_their_name(self, text_cache: Path) -> None:
        names = ["River", "River 2", "The Long River"]
        titles = titles_frame([{"title_id": f"t{i:04d}", "title": names[i % 3], "kind": "film"} for i in range(40)])
        rows = [(title, "CN", "votes", float(i), "2019-01-01") for i, title in enumerate(titles["title_id"])]
        scores = small_ranker(text_cache).fit(titles, outcomes_frame(rows)).predict(titles)
        assert len(scores) == 40
        assert set(scores["evidence"]) == {"thin"}


class TestScores:
    def test_the_table_is_as_the_schema_says(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        scores = fitted.predict(catalogue)
        assert tuple(scores) == SCORES.names
        SCORES.schema.validate(scores, lazy=True)
        assert ((scores["low"] <= scores["appeal"]) & (scores["appeal"] <= scores["high"])).all()
        assert (scores[["model", "model_version"]] == "not saved").all().all()
        assert scores["as_of"].eq(fitted.as_of_).all()

    def test_ranks_follow_scores_within_each_market(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        scores = fitted.predict(catalogue)
        assert scores["market"].is_monotonic_increasing
        for _, rows in scores.groupby("market"):
            assert rows["rank"].tolist() == list(range(1, len(rows) + 1))
            assert rows["score"].is_monotonic_decreasing
            assert rows["appeal"].is_monotonic_decreasing

    def test_titles_at_home_are_not_scored(self, titles: pd.DataFrame, text_cache: Path) -> None:
        ranker = small_ranker(text_cache).fit(titles, make_outcomes(titles, markets=("FR", "RU", "CN")))
        new = make_titles(12, start=300, origins=("FR", "SU", "JP"))
        scores = ranker.predict(new)
        assert scores["market"].value_counts().to_dict() == {"CN": 12, "FR": 8, "RU": 8}
        origin = dict(zip(new["title_id"], new["countries"].str[0], strict=True))
        assert not (scores["title_id"].map(origin) == scores["market"]).any()

    def test_some_markets_score_as_among_all(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        whole = fitted.predict(catalogue)
        for market in ("DE", "CN"):
            alone = fitted.predict(catalogue, [market])
            pd.testing.assert_frame_equal(alone, whole[whole["market"] == market].reset_index(drop=True))

    def test_markets_in_another_order_or_twice(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        pd.testing.assert_frame_equal(fitted.predict(catalogue, ["DE", "CN", "DE"]), fitted.predict(catalogue))

    def test_reasons_split_the_appeal(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        """What attributions add up to is what a title's appeal is above the usual, through the ranker's own matrix."""
        from recommender.features import Pairs
        from tests.ranking.worlds import facts_of

        facts = facts_of(catalogue, fitted.cache_dir)
        day = np.full(len(facts), fitted.as_of_)
        pairs = Pairs(
            facts,
            np.arange(len(facts)),
            np.zeros(len(facts), int),
            ("CN",),
            outcomes_frame([]),
            day,
            day,
        )
        matrix = stack_features(fitted.groups_, pairs)[:, fitted.columns_]
        head, market = fitted.heads_["plain"], np.full(len(facts), fitted.markets_.index("CN"))
        points = head.attribute(matrix, market).sum(axis=1)
        appeal = by_title(fitted.predict(catalogue, ["CN"]), "appeal")["CN"].reindex(facts.title_ids)
        _, base = head.forest_.attribute(matrix[:, head.columns_])
        usual = head.calibrator_.predict(np.full(len(facts), base), market)
        np.testing.assert_allclose(points, 100 * (appeal - usual), atol=1e-4)
        assert np.abs(points).max() > 1

    @pytest.mark.parametrize(("explain", "told"), [(None, 60), (1000, 60), (3, 3), (0, 0)])
    def test_so_many_of_the_best_are_explained(
        self, fitted: Ranker, catalogue: pd.DataFrame, explain: int | None, told: int
    ) -> None:
        scores = fitted.predict(catalogue, explain=explain)
        for _, rows in scores.groupby("market"):
            assert rows["comparables"].map(len).gt(0).tolist() == [rank <= told for rank in rows["rank"]]
        np.testing.assert_array_equal(scores["score"], fitted.predict(catalogue)["score"])

    def test_no_titles_and_no_foreign_titles(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        for none in (catalogue.iloc[:0], make_titles(3, start=500, origins=("CN",))):
            scores = fitted.predict(none, ["CN"])
            assert (len(scores), tuple(scores)) == (0, SCORES.names)


class TestNothingElseMatters:
    def test_the_order_of_rows_asked_for(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        shuffled = catalogue.sample(frac=1, random_state=3)
        expected = fitted.predict(catalogue)
        pd.testing.assert_frame_equal(fitted.predict(shuffled.reset_index(drop=True)), expected)
        pd.testing.assert_frame_equal(fitted.predict(shuffled), expected)

    def test_what_else_is_asked_for(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        whole = by_title(fitted.predict(catalogue))
        for rows in (slice(0, 1), slice(5, 8), slice(10, 60, 7)):
            some = by_title(fitted.predict(catalogue.iloc[rows]))
            pd.testing.assert_series_equal(some, whole.reindex(some.index), check_exact=True)

    def test_the_ids_asked_for(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        renamed = catalogue.assign(title_id=[f"z{999 - i}" for i in range(len(catalogue))])
        first, other = fitted.predict(catalogue), fitted.predict(renamed)
        columns = ["market", "rank", "score", "appeal", "low", "high", "evidence", "reasons", "comparables"]
        pd.testing.assert_frame_equal(first[columns], other[columns])

    def test_the_order_and_the_ids_learned_from(
        self,
        fitted: Ranker,
        titles: pd.DataFrame,
        outcomes: pd.DataFrame,
        catalogue: pd.DataFrame,
        text_cache: Path,
    ) -> None:
        expected = by_title(fitted.predict(catalogue, explain=0))
        order = np.random.default_rng(1).permutation(len(titles))
        shuffled = small_ranker(text_cache).fit(titles.iloc[order], outcomes.sample(frac=1, random_state=2))
        pd.testing.assert_series_equal(by_title(shuffled.predict(catalogue, explain=0)), expected)
        new = dict(zip(titles["title_id"], [f"q{i}" for i in order], strict=True))
        renamed = small_ranker(text_cache).fit(
            titles.assign(title_id=titles["title_id"].map(new)),
            outcomes.assign(title_id=outcomes["title_id"].map(new)),
        )
        pd.testing.assert_series_equal(by_title(renamed.predict(catalogue, explain=0)), expected)

    def test_titles_without_outcomes_may_be_asked_with_any_columns_empty(
        self, fitted: Ranker, catalogue: pd.DataFrame
    ) -> None:
        bare = titles_frame(catalogue[["title_id", "title", "kind"]].to_dict("records"))
        scores = fitted.predict(bare)
        assert np.isfinite(scores[["score", "appeal", "low", "high"]]).all().all()

    def test_a_seed_decides(
        self, titles: pd.DataFrame, outcomes: pd.DataFrame, catalogue: pd.DataFrame, text_cache: Path
    ) -> None:
        one, same, other = (
            by_title(small_ranker(text_cache, random_state=seed).fit(titles, outcomes).predict(catalogue, explain=0))
            for seed in (1, 1, 2)
        )
        pd.testing.assert_series_equal(one, same, check_exact=True)
        assert not one.equals(other)


class TestDates:
    DAY = "2018-01-01"

    def test_outcomes_dated_on_or_after_the_day_change_nothing(
        self, titles: pd.DataFrame, outcomes: pd.DataFrame, catalogue: pd.DataFrame, text_cache: Path
    ) -> None:
        """Germany's figures come after the day: with or without them, all is the same."""
        past = outcomes[outcomes["as_of"] < self.DAY].reset_index(drop=True)
        assert 0 < len(past) < len(outcomes)
        canary = past[past["market"] == "CN"].assign(as_of=self.DAY, value=lambda rows: 1e6 - rows["value"])
        unheard = make_outcomes(make_titles(30, start=700)).assign(as_of="2030-01-01")
        expected = small_ranker(text_cache).fit(titles, past, as_of=self.DAY)
        for more in (outcomes, pd.concat([outcomes, canary, unheard], ignore_index=True)):
            ranker = small_ranker(text_cache).fit(titles, more, as_of=self.DAY)
            assert ranker.markets_ == ("CN",)
            pd.testing.assert_frame_equal(ranker.out_of_fold_, expected.out_of_fold_)
            pd.testing.assert_frame_equal(
                ranker.predict(catalogue, history=outcomes), expected.predict(catalogue, history=past)
            )

    def test_outcomes_from_before_the_day_do_change_it(
        self, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path
    ) -> None:
        """Show that the test above could fail."""
        past = outcomes[outcomes["as_of"] < self.DAY]
        canary = past[past["market"] == "CN"].assign(as_of="2017-12-31", value=lambda rows: 1e6 - rows["value"])
        expected, other = (
            small_ranker(text_cache).fit(titles, table.reset_index(drop=True), as_of=self.DAY).out_of_fold_
            for table in (past, pd.concat([past, canary]))
        )
        assert not expected["relevance"].equals(other["relevance"])

    def test_by_default_all_outcomes_are_seen(self, fitted: Ranker, outcomes: pd.DataFrame) -> None:
        assert fitted.as_of_ == "2018-03-03"
        assert outcomes["as_of"].max() == "2018-03-02"

    def test_history_of_the_market_itself_or_of_later_days_is_not_looked_at(
        self, fitted: Ranker, catalogue: pd.DataFrame
    ) -> None:
        ids = catalogue["title_id"].tolist()
        expected = fitted.predict(catalogue, ["CN"])
        own = [(title, "CN", metric, 1e6, "2016-01-01") for title in ids for metric in ("votes", "released")]
        later = [(title, "WW", "votes", 1e6, fitted.as_of_) for title in ids]
        for rows in (own, later, own + later):
            pd.testing.assert_frame_equal(fitted.predict(catalogue, ["CN"], history=outcomes_frame(rows)), expected)
        seen = [(title, "WW", "votes", 1e6, "2018-03-02") for title in ids]
        assert not fitted.predict(catalogue, ["CN"], history=outcomes_frame(seen)).equals(expected)

    def test_a_later_day_of_prediction(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        ids = catalogue["title_id"].tolist()
        rows = outcomes_frame([(title, "WW", "votes", 1e6, fitted.as_of_) for title in ids])
        scores = fitted.predict(catalogue, ["CN"], history=rows, as_of="2019-01-01")
        assert scores["as_of"].eq("2019-01-01").all()
        assert not by_title(scores).equals(by_title(fitted.predict(catalogue, ["CN"], history=rows)))

    def test_a_day_before_what_was_learned_is_refused(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        with pytest.raises(CallError, match="2018-03-03") as caught:
            fitted.predict(catalogue, as_of="2018-03-02")
        assert "--as-of 2018-03-02" in str(caught.value)


class TestRefusals:
    def test_an_unknown_market(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        with pytest.raises(CallError, match=r"'FR'.*CN, DE"):
            fitted.predict(catalogue, ["CN", "FR"])

    def test_an_unknown_group(self, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path) -> None:
        with pytest.raises(CallError, match="contnt") as caught:
            small_ranker(text_cache, groups=["contnt"]).fit(titles, outcomes)
        assert "'content'" in str(caught.value)

    def test_no_outcomes(self, titles: pd.DataFrame, text_cache: Path) -> None:
        with pytest.raises(NotEnoughDataError, match="no outcomes"):
            small_ranker(text_cache).fit(titles, outcomes_frame([]))

    def test_outcomes_of_other_titles(self, titles: pd.DataFrame, text_cache: Path) -> None:
        strangers = make_outcomes(make_titles(30, start=900))
        with pytest.raises(NotEnoughDataError, match="10 foreign titles"):
            small_ranker(text_cache).fit(titles, strangers)

    def test_a_day_before_all_outcomes(self, titles: pd.DataFrame, outcomes: pd.DataFrame, text_cache: Path) -> None:
        with pytest.raises(NotEnoughDataError, match="2010-01-01") as caught:
            small_ranker(text_cache).fit(titles, outcomes, as_of="2010-01-01")
        assert "--as-of" in str(caught.value)

    def test_fewer_titles_than_folds(self, text_cache: Path) -> None:
        titles = make_titles(12, origins=("FR",))
        with pytest.raises(NotEnoughDataError, match="15 folds"):
            small_ranker(text_cache, n_folds=15).fit(titles, make_outcomes(titles))

    def test_features_that_tell_no_titles_apart(self, text_cache: Path) -> None:
        titles = titles_frame(
            [{"title_id": f"t{i}", "title": "River", "kind": "film", "year": 1950 + i} for i in range(20)]
        )
        rows = [(f"t{i}", "CN", "votes", float(i), "2019-01-01") for i in range(20)]
        with pytest.raises(NotEnoughDataError, match="tell"):
            small_ranker(text_cache, groups=["performance"]).fit(titles, outcomes_frame(rows))


class TestCalledFromANotebook:
    """Frames, days and markets as people write them."""

    def test_a_frame_made_by_hand(self, fitted: Ranker, catalogue: pd.DataFrame) -> None:
        told = ["title_id", "title", "kind", "year", "countries"]
        by_hand = catalogue[told].assign(countries=[", ".join(cell) for cell in catalogue["countries"]])
        bare = titles_frame(catalogue[told].to_dict("records"))
        found, expected = (
            fitted.predict(table, "CN", as_of=datetime.date(2031, 1, 1), explain=0) for table in (by_hand, bare)
        )
        pd.testing.assert_frame_equal(found, expected)
        assert set(found["as_of"]) == {"2031-01-01"}

    @pytest.mark.parametrize("day", ["tomorrow", "2031/01/01", 2031])
    def test_no_day(self, fitted: Ranker, catalogue: pd.DataFrame, day: str) -> None:
        with pytest.raises(CallError, match="is not a day"):
            fitted.predict(catalogue, ["CN"], as_of=day)
        with pytest.raises(CallError, match="is not a day"):
            clone(fitted).fit(catalogue, make_outcomes(catalogue), as_of=day)
