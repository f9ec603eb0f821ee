"""What is asked of the past: nothing of an answer, or of anything later, is visible where it is asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from recommender.features import TitleFacts
from recommender.ranking._examples import _rounds
from recommender.ranking._labels import label
from recommender.ranking._origins import Block, ask_the_past, count_pairs
from tests.frames import titles_frame
from tests.ranking.worlds import facts_of, outcomes_frame

Row = tuple[str, str, str, float, str]


def facts(text_cache: Path, n: int, years: dict[int, int] | None = None) -> TitleFacts:
    table = [
        {"title_id": f"t{i}", "title": "River", "kind": "film", "countries": ["FR"], "year": (years or {}).get(i, 2000)}
        for i in range(n)
    ]
    return facts_of(titles_frame(table), text_cache)


def ask(known: TitleFacts, rows: list[Row], as_of: str, *, emphasis: float = 2.0, most: int = 10_000) -> list[Block]:
    outcomes = outcomes_frame(rows)
    return ask_the_past(
        known,
        outcomes,
        label(known, outcomes, as_of),
        as_of,
        emphasis=emphasis,
        n_origins=12,
        most_pairs=most,
        random=np.random.default_rng(0),
    )


def points(title: int, day: str, value: float = 10.0, market: str = "CN") -> Row:
    return (f"t{title}", market, "top10_points", value, day)


class TestOneDay:
    def test_outcomes_of_one_day_are_asked_as_of_the_last_day(self, text_cache: Path) -> None:
        rows: list[Row] = [(f"t{i}", "CN", "votes", float(i), "2019-01-01") for i in range(20)]
        (block,) = ask(facts(text_cache, 20), rows, "2020-01-01")
        assert (block.origin, block.dated) == ("2020-01-01", False)
        assert set(block.before) == {"2019-01-01"}, "nothing from the day of the outcome on explains it"

    @pytest.mark.parametrize("emphasis", [1.0, 2.0, 3.0])
    def test_a_level_is_learned_with_emphasis_and_calibrated_without(self, text_cache: Path, emphasis: float) -> None:
        rows: list[Row] = [(f"t{i}", "CN", "votes", float(i), "2019-01-01") for i in range(20)]
        (block,) = ask(facts(text_cache, 20), rows, "2020-01-01", emphasis=emphasis)
        np.testing.assert_allclose(block.target, block.percentile**emphasis, rtol=1e-5)

    def test_a_presence_is_learned_as_it_is(self, text_cache: Path) -> None:
        rows: list[Row] = [(f"t{i}", "CN", "released", 1.0, "2019-01-01") for i in range(12)]
        rows += [(f"t{i}", "DE", "released", 1.0, "2019-01-01") for i in range(12, 24)]
        (block,) = ask(facts(text_cache, 24), rows, "2020-01-01")
        assert len(block.title) == 48
        assert set(block.target.tolist()) == {0.0, 1.0}


@pytest.fixture(scope="module")
def blocks(text_cache: Path) -> list[Block]:
    rows: list[Row] = [(f"t{i}", "CN", "votes", float(i), f"{2010 + i % 10}-06-{1 + i % 28:02d}") for i in range(1200)]
    return ask(facts(text_cache, 1200), rows, "2021-01-01")


class TestManyDays:
    def test_every_outcome_is_asked_as_of_its_past_and_once_more_by_all_that_is_known(
        self, blocks: list[Block]
    ) -> None:
        past = np.concatenate([block.title for block in blocks if block.calibrates])
        (whole,) = (block for block in blocks if not block.calibrates)
        assert sorted(past) == sorted(whole.title) == list(range(1200))
        assert (whole.origin, whole.dated) == ("2021-01-01", False)

    def test_what_is_seen_lies_before_what_is_asked(self, blocks: list[Block]) -> None:
        assert sum(block.dated for block in blocks) >= 4
        for block in blocks:
            if block.dated:
                assert (block.settled >= block.origin).all()
                assert (block.before <= block.origin).all()

    def test_enough_is_known_before_the_first_day_asked(self, blocks: list[Block]) -> None:
        first = min(block.origin for block in blocks if block.dated)
        known = sum(int((block.settled < first).sum()) for block in blocks if block.calibrates)
        assert known >= 100

    def test_a_market_of_few_outcomes_has_no_past(self, text_cache: Path) -> None:
        rows: list[Row] = [(f"t{i}", "CN", "votes", float(i), f"{2010 + i % 10}-06-01") for i in range(100)]
        (block,) = ask(facts(text_cache, 100), rows, "2021-01-01")
        assert not block.dated


class TestCount:
    def test_what_is_asked_as_of_several_days_counts_once(self, text_cache: Path) -> None:
        rows = [points(0, "2020-01-01"), points(1, "2020-12-20"), points(2, "2020-12-20", market="DE")]
        blocks = ask(facts(text_cache, 12), rows, "2021-01-01")
        assert len(blocks) > 1
        asked = {pair for block in blocks for pair in zip(block.title.tolist(), block.market.tolist(), strict=True)}
        assert count_pairs(blocks) == len(asked) < sum(len(block.title) for block in blocks)

    def test_nothing_asked_is_nothing(self) -> None:
        assert count_pairs([]) == 0


class TestFlow:
    """What comes next, of titles that had nothing before."""

    AS_OF = "2021-01-01"

    def of(self, blocks: list[Block], title: int) -> pd.Series:
        found = {block.origin: block.target[block.title == title].sum() for block in blocks if title in block.title}
        return pd.Series(found, dtype="float64")

    def test_days_asked_are_a_month_apart_and_end_before_the_last(self, text_cache: Path) -> None:
        rows = [points(0, "2020-01-01"), points(1, "2020-12-20")]
        origins = [block.origin for block in ask(facts(text_cache, 12), rows, self.AS_OF)]
        days = np.array(origins, dtype="M8[D]")
        assert set(np.diff(days).astype(int)) == {30}
        assert days[-1] == np.datetime64("2020-12-04")

    def test_points_count_on_every_day_before_them_less_from_afar(self, text_cache: Path) -> None:
        rows = [points(0, "2020-01-01"), points(1, "2020-09-10")]
        found = self.of(ask(facts(text_cache, 12), rows, self.AS_OF), 1)
        assert len(found) >= 4
        assert found.iloc[0] > 0
        assert found.is_monotonic_increasing
        assert found.index.max() <= "2020-09-10", "it has charted: it is asked no more"

    def test_a_title_of_the_newest_year_without_points_may_not_be_out(self, text_cache: Path) -> None:
        rows = [points(0, "2020-01-01"), points(1, "2020-12-10"), points(3, "2020-12-10")]
        known = facts(text_cache, 12, {2: 2020, 3: 2020, 4: 2019})
        asked = [block for block in ask(known, rows, "2020-12-31") if 2 in block.title]
        assert asked
        for block in asked:
            weight = {title: block.weight[block.title == title].item() for title in (2, 3, 4)}
            assert weight[2] < weight[3] == weight[4]

    def test_a_title_known_to_come_out_after_the_last_day_is_not_asked(self, text_cache: Path) -> None:
        days = {2: "2021-05-01", 3: "2020-11-20"}
        table = [
            {"title_id": f"t{i}", "title": "River", "kind": "film", "countries": ["FR"], "year": 2020}
            | ({"release_date": days[i]} if i in days else {})
            for i in range(12)
        ]
        known = facts_of(titles_frame(table), text_cache)
        blocks = ask(known, [points(0, "2020-01-01"), points(1, "2020-12-10")], self.AS_OF)
        asked = {int(title) for block in blocks for title in block.title}
        assert 2 not in asked
        assert 3 in asked

    @pytest.mark.parametrize("day", ["2020-07-03", "2020-11-01", "2020-12-30"])
    def test_what_came_out_the_day_before_is_asked_and_what_comes_out_on_the_day_is_not(
        self, text_cache: Path, day: str
    ) -> None:
        table = [
            {"title_id": f"t{i}", "title": "River", "kind": "film", "countries": ["FR"], "year": int(day[:4])}
            for i in range(12)
        ]
        before = str(np.datetime64(day, "D") - 1)
        table[2]["release_date"], table[3]["release_date"] = day, before
        known = facts_of(titles_frame(table), text_cache)
        blocks = ask(known, [points(0, "2020-01-01"), points(1, "2020-06-10")], day)
        asked = {int(title) for block in blocks for title in block.title}
        assert 2 not in asked
        assert 3 in asked

    def test_titles_counted_again_at_the_end_calibrate_once_each(self, text_cache: Path) -> None:
        first: list[Row] = [
            (f"t{i}", "CN", "votes", float(i), f"{2010 + i % 10}-06-{1 + i % 28:02d}") for i in range(600)
        ]
        again: list[Row] = [(title, market, metric, value, "2020-12-01") for title, market, metric, value, _ in first]
        blocks = ask(facts(text_cache, 600), [*first, *again], self.AS_OF)
        assert any(block.dated for block in blocks)
        title = np.concatenate([block.title for block in blocks])
        asked = np.sum([place for _, place in _rounds(blocks, np.arange(600) % 3)], axis=0)
        assert np.bincount(title, weights=asked).tolist() == [1] * 600, "nothing is settled before the end: by folds"
        described_later = np.repeat([not block.calibrates for block in blocks], [len(block.title) for block in blocks])
        assert described_later.any()
        assert not asked[described_later].any()

    def test_flows_beside_dated_levels_calibrate_out_of_fold(self, text_cache: Path) -> None:
        votes: list[Row] = [
            (f"t{i}", "CN", "votes", float(i), f"{2010 + i % 10}-06-{1 + i % 28:02d}") for i in range(1200)
        ]
        charts = [points(i, f"2020-{6 + i % 6:02d}-10", market="DE") for i in range(60)]
        blocks = ask(facts(text_cache, 1200), [*votes, *charts], self.AS_OF)
        folds = np.arange(1200) % 3
        title = np.concatenate([block.title for block in blocks])
        flow = np.repeat([block.growing for block in blocks], [len(block.title) for block in blocks])
        rounds = _rounds(blocks, folds)
        assert any(not asked[flow].any() for _, asked in rounds), "votes are predicted from earlier ones"
        np.testing.assert_array_equal(np.sum([asked[flow] for _, asked in rounds], axis=0), 1)
        for learned, asked in rounds:
            if asked[flow].any():
                assert not set(title[learned]) & set(title[asked])
                assert learned[flow].any()

    def test_a_title_that_charted_anywhere_before_is_not_asked(self, text_cache: Path) -> None:
        rows = [points(0, "2020-01-01", market="DE"), points(1, "2020-12-10"), points(2, "2020-12-10", market="DE")]
        for block in ask(facts(text_cache, 12), rows, self.AS_OF):
            assert 0 not in block.title

    def test_a_title_that_was_not_out_yet_is_not_asked(self, text_cache: Path) -> None:
        blocks = ask(facts(text_cache, 12, {11: 2031}), [points(0, "2020-01-01"), points(1, "2020-12-10")], self.AS_OF)
        assert all(11 not in block.title for block in blocks)
        assert any(10 in block.title for block in blocks)

    def test_nothing_of_the_flow_is_seen(self, text_cache: Path) -> None:
        for block in ask(facts(text_cache, 12), [points(0, "2020-01-01"), points(1, "2020-12-10")], self.AS_OF):
            assert (block.before <= "2020-01-01").all()
            assert (block.settled > block.origin).all()

    def test_an_audience_that_is_counted_is_asked_instead(self, text_cache: Path) -> None:
        votes: list[Row] = [(f"t{i}", "CN", "votes", float(i), "2020-06-01") for i in range(10)]
        (block,) = ask(facts(text_cache, 12), [*votes, points(0, "2020-01-01"), points(1, "2020-12-01")], self.AS_OF)
        assert not block.dated, "votes of one day have no past"
        assert np.argsort(block.target)[-1] == 9

    def test_drawn_pairs_stand_for_all_of_them(self, text_cache: Path) -> None:
        rows = [points(i, "2020-12-10", market=market) for i in range(30) for market in ("CN", "DE", "PL")]
        known = facts(text_cache, 900)
        whole = ask(known, [points(899, "2020-10-20"), *rows], self.AS_OF, most=10**6)[-1]
        some = ask(known, [points(899, "2020-10-20"), *rows], self.AS_OF, most=3000)[-1]
        assert len(some.title) < len(whole.title) == whole.weight.sum()
        assert some.weight.sum() == pytest.approx(whole.weight.sum(), rel=0.1)
        assert (some.target > 0).sum() == (whole.target > 0).sum() == 90
