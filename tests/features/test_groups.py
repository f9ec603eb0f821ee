"""Every group of features: what all of them promise, and what each of them means."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.features import (
    GROUPS,
    Closeness,
    Content,
    FeatureGroup,
    Known,
    MarketFit,
    Neighbors,
    Pairs,
    Performance,
    TextScore,
    TitleFacts,
    TrackRecord,
    word_matrix,
    year_fraction,
)
from recommender.ranking._examples import draw_folds, fold_features
from tests.frames import titles_frame
from tests.ranking.worlds import facts_of, make_outcomes, make_titles, outcomes_frame

MARKETS = ("CN", "DE", "FR")
LEARNS = ("market", "text", "neighbors", "track_record")
each_group = pytest.mark.parametrize("name", GROUPS)


def relevance_of(titles: pd.DataFrame, facts: TitleFacts) -> NDArray[np.float32]:
    draw = np.random.default_rng(3)
    relevance = draw.random((len(titles), len(MARKETS))).astype(np.float32)
    relevance[~facts.foreign(MARKETS)] = np.nan
    relevance[::5, 1] = np.nan
    return relevance


@pytest.fixture(scope="module")
def known(text_cache: Path) -> Known:
    titles = make_titles(70)
    facts = facts_of(titles, text_cache)
    return Known(facts, MARKETS, relevance_of(titles, facts), make_outcomes(titles), "2020-01-01")


def pairs_of(
    facts: TitleFacts,
    *,
    markets: tuple[str, ...] = MARKETS,
    history: pd.DataFrame | None = None,
    before: str = "2020-01-01",
) -> Pairs:
    title, market = np.nonzero(facts.foreign(markets))
    seen = outcomes_frame([]) if history is None else history
    asked = np.full(len(title), "2020-01-01", dtype="<U10")
    return Pairs(facts, title, market, markets, seen, np.full(len(title), before, dtype="<U10"), asked)


def described(group: FeatureGroup, pairs: Pairs) -> pd.DataFrame:
    return pd.DataFrame(group.transform(pairs), columns=group.get_feature_names_out())


class TestEveryGroup:
    @each_group
    def test_columns_and_names_agree(self, name: str, known: Known) -> None:
        group = GROUPS[name]().fit(known)
        pairs = pairs_of(known.facts, history=known.outcomes)
        matrix, names = group.transform(pairs), group.get_feature_names_out()
        assert matrix.shape == (len(pairs), len(names))
        assert matrix.dtype == np.float32
        assert len(set(names)) == len(names)
        assert all(": " in str(column) for column in names)
        assert not np.isinf(matrix).any()
        assert np.isfinite(matrix).any()
        assert group.get_increasing().shape == (len(names),)

    @each_group
    def test_a_clone_learns_the_same(self, name: str, known: Known) -> None:
        pairs = pairs_of(known.facts, history=known.outcomes)
        group = GROUPS[name]()
        first = group.fit(known).transform(pairs)
        copy = clone(group)
        assert not [key for key in vars(copy) if key.endswith("_")], "a clone has not learned anything"
        np.testing.assert_array_equal(copy.fit(known).transform(pairs), first)

    @each_group
    def test_describing_changes_nothing(self, name: str, known: Known) -> None:
        group = GROUPS[name]().fit(known)
        pairs = pairs_of(known.facts, history=known.outcomes)
        before = known.outcomes.copy()
        np.testing.assert_array_equal(group.transform(pairs), group.transform(pairs))
        pd.testing.assert_frame_equal(known.outcomes, before)

    @each_group
    def test_words_and_markets_that_were_never_met(self, name: str, known: Known, text_cache: Path) -> None:
        group = GROUPS[name]().fit(known)
        strange = titles_frame(
            [
                {
                    "title_id": "x",
                    "title": "River",
                    "kind": "format",
                    "countries": ["TV"],
                    "genres": ["Peplum"],
                    "directors": ["Nobody"],
                    "languages": ["tlh"],
                    "studio": "Unheard Of",
                }
            ]
        )
        pairs = pairs_of(facts_of(strange, text_cache), markets=("CN", "BR"))
        matrix = group.transform(pairs)
        assert matrix.shape == (2, len(group.get_feature_names_out()))
        assert not np.isinf(matrix).any()

    @each_group
    def test_titles_that_tell_nothing(self, name: str, known: Known, text_cache: Path) -> None:
        bare = facts_of(
            titles_frame([{"title_id": f"x{i}", "title": "River", "kind": "film"} for i in range(3)]),
            text_cache,
        )
        group = GROUPS[name]().fit(known)
        assert group.transform(pairs_of(bare)).shape == (9, len(group.get_feature_names_out()))
        nothing = Known(bare, MARKETS, np.full((3, 3), 0.5, np.float32), outcomes_frame([]), "2020-01-01")
        learned = GROUPS[name]().fit(nothing)
        assert learned.transform(pairs_of(known.facts)).shape[1] == len(learned.get_feature_names_out())

    @each_group
    def test_no_titles(self, name: str, known: Known, text_cache: Path) -> None:
        group = GROUPS[name]().fit(known)
        empty = facts_of(titles_frame([]), text_cache)
        pairs = pairs_of(empty, history=known.outcomes)
        assert group.transform(pairs).shape == (0, len(group.get_feature_names_out()))

    @each_group
    def test_nothing_known(self, name: str, known: Known) -> None:
        forgotten = known.without(np.ones(len(known.facts), dtype=bool))
        matrix = GROUPS[name]().fit(forgotten).transform(pairs_of(known.facts))
        assert not np.isinf(matrix).any()

    @each_group
    def test_a_title_is_described_alike_whatever_stands_beside_it(self, name: str, known: Known) -> None:
        group = GROUPS[name]().fit(known)
        pairs = pairs_of(known.facts, history=known.outcomes)
        whole = group.transform(pairs)
        shuffled = np.random.default_rng(0).permutation(len(pairs))
        np.testing.assert_array_equal(group.transform(pairs.take(shuffled)), whole[shuffled])
        one = np.array([len(pairs) // 2])
        np.testing.assert_array_equal(group.transform(pairs.take(one)), whole[one])


class TestOutOfFold:
    @each_group
    def test_a_titles_own_outcome_does_not_change_its_own_features(self, name: str, known: Known) -> None:
        pairs = pairs_of(known.facts)
        folds = draw_folds([str(i) for i in range(len(known.facts))], 4, 0)
        before = fold_features([GROUPS[name]()], known, pairs, folds)
        relevance = known.relevance.copy()
        relevance[9] = 1 - relevance[9]
        after = fold_features([GROUPS[name]()], replace(known, relevance=relevance), pairs, folds)
        own_fold = folds[pairs.title] == folds[9]
        np.testing.assert_array_equal(after[own_fold], before[own_fold])
        if name in LEARNS:
            assert not np.array_equal(after[~own_fold], before[~own_fold], equal_nan=True)

    @pytest.mark.parametrize("name", ["text", "neighbors", "track_record"])
    def test_in_fold_features_do_see_it(self, name: str, known: Known) -> None:
        """Show that the test above could fail."""
        pairs = pairs_of(known.facts)
        relevance = known.relevance.copy()
        relevance[9] = 1 - relevance[9]
        one = GROUPS[name]().fit(known).transform(pairs)
        other = GROUPS[name]().fit(replace(known, relevance=relevance)).transform(pairs)
        own = pairs.title == 9
        assert not np.array_equal(one[own], other[own], equal_nan=True)

    def test_the_given_groups_stay_unfitted(self, known: Known) -> None:
        group = TrackRecord()
        folds = draw_folds([str(i) for i in range(len(known.facts))], 2, 0)
        fold_features([group], known, pairs_of(known.facts), folds)
        assert not hasattr(group, "vocabulary_")

    @given(st.lists(st.text(max_size=3), min_size=1, max_size=30), st.integers(2, 5), st.integers(0, 9))
    def test_folds_follow_the_key_and_are_even(self, keys: list[str], n_folds: int, seed: int) -> None:
        folds = draw_folds(keys, n_folds, seed)
        by_key = dict(zip(keys, folds.tolist(), strict=True))
        assert [by_key[key] for key in keys] == folds.tolist(), "equal keys, equal fold"
        assert draw_folds(keys[::-1], n_folds, seed).tolist() == folds.tolist()[::-1]
        sizes = np.bincount(list(by_key.values()), minlength=n_folds)
        assert sizes.max() - sizes.min() <= 1


class TestContent:
    def test_words_met_often_enough_have_a_column(self, text_cache: Path) -> None:
        table = [{"title_id": "a", "title": "River", "kind": "film", "genres": ["Drama"]}] * 5
        table += [{"title_id": "b", "title": "River", "kind": "film", "genres": ["драма", "War"]}] * 2
        facts = facts_of(titles_frame(table), text_cache)
        group = Content().fit(Known(facts, MARKETS, np.zeros((7, 3), np.float32), outcomes_frame([]), "2020-01-01"))
        assert group.vocabulary_ == {"kind": ["film"], "genre": ["Drama"], "origin": [], "spelling": []}
        assert described(group, pairs_of(facts))["genre: Drama"].eq(1).all()

    def test_age_is_counted_from_the_day_of_the_prediction(self, known: Known) -> None:
        group = Content().fit(known)
        pairs = pairs_of(known.facts)
        now = described(group, pairs)["release: years ago"]
        later = described(group, replace(pairs, asked=np.full(len(pairs), "2021-01-01")))["release: years ago"]
        np.testing.assert_allclose(later - now, 1)
        assert now[0] == 2020 - 1930

    def test_a_work_entered_again_is_told_by_the_years_since(self, text_cache: Path) -> None:
        row: dict[str, Any] = {"title": "River", "kind": "film", "directors": ["Ada Moss"], "countries": ["FR"]}
        table = [
            row | {"release_date": "2015-01-01"},
            row | {"release_date": "2017-01-01"},
            row,
            row | {"directors": []},
        ]
        table += [row | {"directors": ["Jo Reed"], "year": 2017}]
        facts = facts_of(titles_frame([{"title_id": str(i)} | row for i, row in enumerate(table)]), text_cache)
        relevance = np.zeros((len(table), 3), np.float32)
        group = Content().fit(Known(facts, MARKETS, relevance, outcomes_frame([]), "2020-01-01"))
        name = "release: years since its first entry"

        def since(facts: TitleFacts) -> list[float]:
            pairs = pairs_of(facts, markets=("CN",))
            return described(group, pairs)[name].round(2).tolist()

        assert since(facts) == pytest.approx([0, 2, np.nan, np.nan, 0], nan_ok=True)
        new = titles_frame([{"title_id": "new"} | row | {"title": "River (2018)", "release_date": "2018-01-01"}])
        assert since(facts_of(new, text_cache)) == [3]

    def test_outcomes_are_not_looked_at(self, known: Known) -> None:
        other = replace(known, relevance=1 - known.relevance, outcomes=outcomes_frame([]))
        pairs = pairs_of(known.facts)
        np.testing.assert_array_equal(Content().fit(known).transform(pairs), Content().fit(other).transform(pairs))

    @pytest.mark.parametrize(("day", "year"), [("2020-01-01", 2020.0), ("2020-12-31", 2021.0), ("1999-07-02", 1999.5)])
    def test_a_day_as_a_year(self, day: str, year: float) -> None:
        assert year_fraction(day) == pytest.approx(year, abs=0.01)


class TestMarketFit:
    def test_languages_in_common(self, known: Known, text_cache: Path) -> None:
        table = titles_frame(
            [
                {
                    "title_id": "a",
                    "title": "River",
                    "kind": "film",
                    "languages": ["fr-CA"],
                    "countries": ["CA"],
                },
                {"title_id": "b", "title": "River", "kind": "film", "countries": ["TW"]},
                {"title_id": "c", "title": "River", "kind": "film", "countries": ["SU"], "languages": ["ru"]},
            ]
        )
        found = described(MarketFit().fit(known), pairs_of(facts_of(table, text_cache), markets=("CN", "FR")))
        spoken = found["language: shared with the market"].tolist()
        origin = found["language: of the market is an origin's"].tolist()
        assert spoken[:2] == [0, 1]
        assert np.isnan(spoken[2:4]).all(), "a title that does not tell its language"
        assert (origin[1], origin[2], origin[3]) == (1, 1, 0)

    def test_a_generous_market_has_a_higher_level(self, known: Known) -> None:
        relevance = known.relevance.copy()
        relevance[:, 0] = np.where(np.isfinite(relevance[:, 0]), 0.9, np.nan)
        relevance[:, 1] = np.where(np.isfinite(relevance[:, 1]), 0.1, np.nan)
        level = MarketFit().fit(replace(known, relevance=relevance)).level_
        assert 0.9 / 0.5 > level["CN"] > level["FR"] > level["DE"] > 0.1 / 0.5


class TestTextAndNeighbors:
    def test_stories_that_resemble_liked_ones_score_higher(self, known: Known) -> None:
        facts = known.facts
        liked = facts.numbers["synopsis_length"].to_numpy() == facts.numbers["synopsis_length"].max()
        relevance = np.where(liked[:, None], 0.9, 0.1).astype(np.float32) + np.zeros((1, 3), np.float32)
        taught = replace(known, relevance=relevance)
        told = facts.vectors.any(axis=1)
        for group, column in [
            (TextScore(min_titles=10), "story: in this market"),
            (Neighbors(n_neighbors=5), "similar stories: in this market"),
        ]:
            pairs = pairs_of(facts)
            found = described(group.fit(taught), pairs)[column]
            assert found[liked[pairs.title]].min() > found[(told & ~liked)[pairs.title]].max()

    @pytest.mark.parametrize("group", [TextScore(), Neighbors(), Closeness()])
    def test_a_title_without_synopsis_is_unknown(self, group: FeatureGroup, known: Known) -> None:
        pairs = pairs_of(known.facts)
        silent = ~known.facts.vectors[pairs.title].any(axis=1)
        assert silent.any()
        assert np.isnan(group.fit(known).transform(pairs)[silent]).all()

    def test_a_market_with_few_titles_has_the_average(self, known: Known) -> None:
        found = described(TextScore(min_titles=10_000).fit(known), pairs_of(known.facts))
        pd.testing.assert_series_equal(
            found["story: in this market"], found["story: in all markets"], check_names=False
        )

    def test_an_equal_story_is_wholly_close(self, known: Known) -> None:
        found = described(Closeness().fit(known), pairs_of(known.facts))["similar stories: closeness"].dropna()
        np.testing.assert_allclose(found, 1, atol=1e-5)


class TestTrackRecord:
    def test_the_record_of_a_director(self, text_cache: Path) -> None:
        table = [
            {"title_id": f"t{i}", "title": "River", "kind": "film", "directors": ["Good" if i < 4 else "Bad"]}
            for i in range(8)
        ]
        facts = facts_of(titles_frame(table), text_cache)
        relevance = np.repeat(np.where(np.arange(8) < 4, 0.9, 0.1)[:, None], 3, axis=1).astype(np.float32)
        group = TrackRecord().fit(Known(facts, MARKETS, relevance, outcomes_frame([]), "2020-01-01"))
        new = titles_frame(
            [
                {"title_id": "g", "title": "River", "kind": "film", "directors": ["GOOD "]},
                {"title_id": "b", "title": "River", "kind": "film", "directors": ["Bad"]},
                {"title_id": "o", "title": "River", "kind": "film", "directors": ["Good", "Bad"]},
                {"title_id": "n", "title": "River", "kind": "film", "directors": ["New"]},
            ]
        )
        found = described(group, pairs_of(facts_of(new, text_cache), markets=("CN",)))
        here = found["director: in this market"]
        assert np.log(0.9 / 0.5) > here[0] > here[2] > here[1] > np.log(0.1 / 0.5), "drawn towards the mean"
        assert np.isnan(here[3])
        assert found["director: best in this market"][2] == here[0]
        assert found["director: titles known"].tolist() == [4, 4, 4, 0]
        assert found["director: best earlier title"][:3].tolist() == pytest.approx([0.9, 0.1, 0.9])
        np.testing.assert_allclose(found["director: here against all markets"][:3], 0, atol=0.1)

    def test_the_record_of_a_franchise_that_names_tell(self, text_cache: Path) -> None:
        names = ["Toy Story", "Toy Story 3", "Wing Season 1", "Wing Season 2", "Home", "Cars: Origins"]
        table = [{"title_id": f"t{i}", "title": name, "kind": "film"} for i, name in enumerate(names)]
        facts = facts_of(titles_frame(table), text_cache)
        relevance = np.repeat(np.array([0.9, 0.8, 0.2, 0.1, 0.5, 0.7])[:, None], 3, axis=1).astype(np.float32)
        group = TrackRecord().fit(Known(facts, MARKETS, relevance, outcomes_frame([]), "2020-01-01"))
        asked = ["Toy Story 2", "Toy Story", "Wing Season 3", "Home", "Home 2", "Cars", "Duel"]
        new = titles_frame([{"title_id": f"n{i}", "title": name, "kind": "film"} for i, name in enumerate(asked)])
        found = described(group, pairs_of(facts_of(new, text_cache), markets=("CN",)))
        told = dict(zip(asked, found["franchise: titles known"].astype(int), strict=True))
        # "Home" and "Home" are two films of one name; "Home 2" and "Home" are of one franchise.
        assert told == {
            "Toy Story 2": 1,
            "Toy Story": 1,
            "Wing Season 3": 2,
            "Home": 0,
            "Home 2": 1,
            "Cars": 1,
            "Duel": 0,
        }
        here = dict(zip(asked, found["franchise: in this market"], strict=True))
        assert here["Toy Story 2"] > here["Home 2"] > here["Wing Season 3"]
        assert np.isnan(here["Home"])
        best = dict(zip(asked, found["franchise: best earlier title"], strict=True))
        assert best["Toy Story 2"] == pytest.approx(0.9)
        assert best["Toy Story"] == pytest.approx(0.8)

    def test_a_studio_spelled_by_ear_has_one_record(self, text_cache: Path) -> None:
        spelled = ["Релятивити Медиа", "Рилэйтивити Медиа", "Уайлд Банч"]
        table = [{"title_id": f"t{i}", "title": "R", "kind": "film", "studio": name} for i, name in enumerate(spelled)]
        facts = facts_of(titles_frame(table), text_cache)
        group = TrackRecord().fit(
            Known(facts, MARKETS, np.full((3, 3), 0.5, np.float32), outcomes_frame([]), "2020-01-01")
        )
        new = titles_frame([{"title_id": "n", "title": "R", "kind": "film", "studio": "Релативити медиа"}])
        assert described(group, pairs_of(facts_of(new, text_cache)))["studio: titles known"].eq(2).all()

    def test_titles_whose_outcome_is_unknown_leave_no_record(self, known: Known) -> None:
        rows = np.zeros(len(known.facts), dtype=bool)
        rows[10:] = True
        group = TrackRecord().fit(known.without(rows))
        assert group.count_["countries"].sum() <= 10


class TestPerformance:
    @staticmethod
    def history(facts: TitleFacts) -> pd.DataFrame:
        rows = []
        for i, title in enumerate(facts.title_ids.tolist()):
            origin = facts.words["countries"][i][0]
            for market, day in [("WW", "2014-01-01"), (origin, "2015-01-01"), ("CN", "2016-01-01")]:
                rows.append((title, market, "votes", 10.0 + i, day))
            rows += [
                (title, "DE", "votes", 500.0 - i, "2017-01-01"),
                (title, "DE", "rating", i / 10, "2017-01-01"),
            ]
            rows += [(title, "PL", "released", 1.0, "2016-05-05")]
        return outcomes_frame(rows)

    def test_each_figure_stands_in_its_own_column(self, known: Known) -> None:
        history = self.history(known.facts)
        pairs = pairs_of(known.facts, history=history, markets=("CN",))
        found = described(Performance().fit(replace(known, outcomes=history)), pairs)
        places = (pairs.title + 0.5) / len(known.facts)
        np.testing.assert_allclose(found["worldwide: audience"], places, atol=1e-6)
        np.testing.assert_allclose(found["abroad: audience in other markets"], 1 - places, atol=1e-6)
        np.testing.assert_allclose(found["abroad: rating in other markets"], places, atol=1e-6)
        np.testing.assert_array_equal(found["abroad: other markets that took it"], 1)
        assert found["worldwide: rating"].isna().all()
        assert (
            found.groupby(known.facts.numbers["year"].to_numpy()[pairs.title])["at home: audience"].count() > 0
        ).all()

    @pytest.mark.parametrize("market", ["CN", "DE", "PL"])
    def test_the_own_market_is_never_looked_at(self, known: Known, market: str) -> None:
        """Change every figure of the market, in any way: the features for that market stay as they were."""
        history = self.history(known.facts)
        group = Performance().fit(replace(known, outcomes=history))
        before = group.transform(pairs_of(known.facts, history=history, markets=(market,)))
        own = history["market"] == market
        changed = history.assign(value=history["value"].where(~own, -history["value"]))
        for other in (changed, history[~own].reset_index(drop=True)):
            after = group.transform(pairs_of(known.facts, history=other, markets=(market,)))
            np.testing.assert_array_equal(after, before)
        elsewhere = pairs_of(known.facts, history=history, markets=("JP",))
        assert not np.array_equal(
            group.transform(elsewhere), group.transform(replace(elsewhere, history=changed)), equal_nan=True
        )

    @pytest.mark.parametrize("before", ["2014-01-01", "2015-01-01", "2016-01-01", "2017-01-01"])
    def test_nothing_dated_on_or_after_the_day_is_seen(self, known: Known, before: str) -> None:
        history = self.history(known.facts)
        group = Performance().fit(replace(known, outcomes=history))
        earlier = history[history["as_of"] < before].reset_index(drop=True)
        whole = group.transform(pairs_of(known.facts, history=history, before=before))
        np.testing.assert_array_equal(whole, group.transform(pairs_of(known.facts, history=earlier, before=before)))
        later = history[history["as_of"] >= before].reset_index(drop=True)
        assert np.isnan(group.transform(pairs_of(known.facts, history=later, before=before))).all()

    def test_every_pair_has_its_own_day(self, known: Known) -> None:
        history = self.history(known.facts)
        group = Performance().fit(replace(known, outcomes=history))
        pairs = pairs_of(known.facts, history=history)
        days = np.array(["2013-01-01", "2015-06-01", "2020-01-01"], dtype="<U10")[np.arange(len(pairs)) % 3]
        mixed = group.transform(replace(pairs, before=days))
        for day in set(days.tolist()):
            alone = group.transform(replace(pairs, before=np.full(len(pairs), day, dtype="<U10")))
            np.testing.assert_array_equal(mixed[days == day], alone[days == day])

    def test_the_latest_figure_counts(self, known: Known) -> None:
        history = self.history(known.facts)
        newer = outcomes_frame([("t0000", "WW", "votes", 1e9, "2018-01-01")])
        group = Performance().fit(replace(known, outcomes=history))
        pairs = pairs_of(known.facts, history=pd.concat([newer, history], ignore_index=True), markets=("CN",))
        assert described(group, pairs)["worldwide: audience"][0] == 1

    def test_of_two_figures_of_one_day_the_greater_counts_in_whatever_order(self, known: Known) -> None:
        history = self.history(known.facts)
        group = Performance().fit(replace(known, outcomes=history))
        same_day = outcomes_frame([("t0000", "WW", "votes", value, "2018-01-01") for value in (5e8, 1e-9)])
        for rows in (same_day, same_day[::-1]):
            both = pd.concat([history, rows], ignore_index=True)
            found = described(group, pairs_of(known.facts, history=both, markets=("CN",)))
            assert found["worldwide: audience"][0] == 1

    def test_rows_of_other_titles_are_passed_over(self, known: Known) -> None:
        group = Performance().fit(known)
        strangers = outcomes_frame([("nobody", "WW", "votes", 5.0, "2014-01-01")])
        assert np.isnan(group.transform(pairs_of(known.facts, history=strangers))).all()


@given(st.lists(st.lists(st.sampled_from("abcdef"), max_size=5), max_size=6))
def test_word_matrix_says_which_words_each_title_has(words: list[list[str]]) -> None:
    found = word_matrix(words, ["a", "c", "e"]).toarray()
    assert found.tolist() == [[float(word in row) for word in "ace"] for row in words]
