"""Backtests: the tables, the report, and the splits that are chosen for a person."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Self

import pandas as pd
import pytest

from recommender.errors import CallError, OutputError
from recommender.evaluation import (
    Backtest,
    FoldSplit,
    Judging,
    MarketSplit,
    OriginSplit,
    RandomSplit,
    RollingDaySplit,
    RollingYearSplit,
    Split,
    YearSplit,
    choose_splits,
    run_backtest,
    write_backtest,
)
from recommender.evaluation._plots import trade_off_plot
from recommender.ranking import NewestRanker, OriginGenreRanker, ShuffleRanker
from tests.evaluation.test_evaluate import Told

FILES = {
    "results.csv",
    "results.parquet",
    "comparisons.csv",
    "by_market.csv",
    "by_evidence.csv",
    "holdouts.csv",
    "predictions.parquet",
    "report.html",
}


@pytest.fixture
def backtest(titles: pd.DataFrame, votes: pd.DataFrame) -> Backtest:
    rankers = {"<told>": Told(), "shuffle": ShuffleRanker(), "origin & genre": OriginGenreRanker()}
    splits: list[Split] = [FoldSplit(folds=2), OriginSplit(origins=("US",))]
    return run_backtest(rankers, titles, votes, splits, Judging(k=10, n_resamples=50), name="a <b>cinema</b>")


class Page(HTMLParser):
    """Collects the tags of a page and checks that they are closed."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta", "br", "path", "use", "rect", "circle", "line"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            assert self.open.pop() == tag


def test_the_first_is_compared_with_the_others(backtest: Backtest) -> None:
    assert backtest.reference == "<told>"
    assert set(backtest.comparisons["ranker"]) == {"<told>"}
    assert set(backtest.comparisons["other"]) == {"shuffle", "origin & genre"}
    assert (backtest.comparisons.query("split == '2 folds'")["p_value"] < 0.05).all()
    assert backtest.holdouts["holdout"].tolist() == ["fold 1", "fold 2", "US"]
    assert set(backtest.by_market["market"]) == {"CN", "RU"}
    folds = backtest.by_market.query("split == '2 folds' and ranker == 'shuffle'")
    assert folds["n_titles"].sum() == 100 + 80  # 120 titles, less 20 Chinese there and 40 Russian and Soviet here


def test_all_files_are_written_or_none(backtest: Backtest, tmp_path: Path) -> None:
    files = write_backtest(backtest, tmp_path / "out")
    assert {path.name for path in (tmp_path / "out").iterdir()} == FILES == set(files)
    pd.testing.assert_frame_equal(
        pd.read_parquet(files["results.parquet"])[["ranker", "ndcg"]],
        backtest.results[["ranker", "ndcg"]],
        check_dtype=False,
    )
    assert len(pd.read_csv(files["comparisons.csv"])) == len(backtest.comparisons)
    first = {name: path.read_bytes() for name, path in files.items() if name != "results.parquet"}
    assert first == {
        name: path.read_bytes()
        for name, path in write_backtest(backtest, tmp_path / "out").items()
        if name != "results.parquet"
    }
    (tmp_path / "out" / "mine.txt").write_text("a person's")
    with pytest.raises(OutputError):
        write_backtest(backtest, tmp_path / "out")


def test_figures_can_be_made_again_from_what_was_said(backtest: Backtest, tmp_path: Path) -> None:
    said = pd.read_parquet(write_backtest(backtest, tmp_path / "out")["predictions.parquet"])
    assert {name.removesuffix(" + history") for name in said["ranker"]} == {"<told>"}, "the others give no appeal"
    results = backtest.results.set_index(["ranker", "holdout"])
    for holdout, rows in said[said["ranker"] == "<told>"].groupby("holdout"):
        result = results.loc[("<told>", holdout)]
        by_market = [group["score"].corr(group["outcome"], "spearman") for _, group in rows.groupby("market")]
        assert result["spearman"] == pytest.approx(sum(by_market) / len(by_market))
        assert result["interval_width"] == pytest.approx((rows["high"] - rows["low"]).mean())
        assert result["n_titles"] == rows["title_id"].nunique()


class Weighing(Told):
    """Says of even titles that much is known, in intervals that hold nothing; of odd ones that little is, and holds all."""

    def fit(self, titles: pd.DataFrame, outcomes: pd.DataFrame, *, as_of: str | None = None) -> Self:
        self.markets_ = tuple(sorted(outcomes["market"].unique()))
        return super().fit(titles, outcomes, as_of=as_of)

    def predict(self, titles: pd.DataFrame, markets: Sequence[str] | None = None, **how: Any) -> pd.DataFrame:
        frame = super().predict(titles, markets, **how)
        odd = frame["title_id"].str[-1].astype(int) % 2 == 1
        low, high = odd.map({True: 0.0, False: 0.5}), odd.map({True: 1.0, False: 0.5})
        return frame.assign(low=low, high=high, evidence=odd.map({True: "thin", False: "strong"}))


def test_trust_is_told_by_evidence_and_market(titles: pd.DataFrame, votes: pd.DataFrame, tmp_path: Path) -> None:
    rankers = {"weighing": Weighing(), "told": Told(), "shuffle": ShuffleRanker()}
    backtest = run_backtest(rankers, titles, votes, [FoldSplit(folds=2)], Judging(k=10, n_resamples=5))
    told = backtest.by_evidence
    assert {ranker.removesuffix(" + history") for ranker in told["ranker"]} == {"weighing"}, "others weigh none"
    own = told[told["ranker"] == "weighing"].set_index("evidence")
    assert own.index.tolist() == ["strong", "thin"]
    assert own.loc["thin", "interval_coverage"] == own.loc["thin", "interval_width"] == 1
    assert own.loc["strong", "interval_width"] == 0
    assert own.loc["strong", "interval_coverage"] < 0.1
    assert own["n_pairs"].sum() == 100 + 80
    # Percentiles of half of the titles, appeal always in the middle: a quarter of the scale away on average.
    assert own["error"].to_numpy() == pytest.approx(0.25, abs=0.03)
    shares = backtest.by_market.set_index(["ranker", "market"])["interval_coverage"]
    assert math.isnan(shares[("shuffle", "CN")])
    files = write_backtest(backtest, tmp_path / "out")
    said = pd.read_parquet(files["predictions.parquet"]).query("ranker == 'weighing' and market == 'CN'")
    assert shares[("weighing", "CN")] == pytest.approx((said["evidence"] == "thin").mean(), abs=0.05)
    text = files["report.html"].read_text(encoding="utf-8")
    assert text.count("Does evidence mean what it says?") == 1


def test_the_coverage_of_titles_without_an_interval_is_not_known(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    class Unsure(Weighing):
        def predict(self, titles: pd.DataFrame, markets: Sequence[str] | None = None, **how: Any) -> pd.DataFrame:
            frame = super().predict(titles, markets, **how)
            return frame.assign(low=frame["low"].where(frame["evidence"] == "thin"))

    backtest = run_backtest({"unsure": Unsure()}, titles, votes, [FoldSplit(folds=2)], Judging(k=10, n_resamples=5))
    shares = backtest.by_evidence.set_index(["ranker", "evidence"])["interval_coverage"]
    assert math.isnan(shares[("unsure", "strong")])
    assert shares[("unsure", "thin")] == 1


def test_no_evidence_is_told_of_markets_that_were_not_learned(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    backtest = run_backtest(
        {"weighing": Weighing()}, titles, votes, [MarketSplit(markets=("CN",))], Judging(k=10, n_resamples=5)
    )
    assert len(backtest.results)
    assert backtest.by_evidence.empty


def test_the_report_is_one_page_that_runs_and_fetches_nothing(backtest: Backtest, tmp_path: Path) -> None:
    text = write_backtest(backtest, tmp_path / "out")["report.html"].read_text(encoding="utf-8")
    page = Page(text)
    assert page.open == []
    names = {tag for tag, _ in page.tags}
    assert {"script", "link", "iframe", "img", "object", "form"}.isdisjoint(names)
    for tag, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes)
        links = [value or "" for name, value in attributes.items() if name in {"href", "src", "xlink:href"}]
        assert all(link.startswith("#") for link in links), (tag, links)
    assert "default-src 'none'" in text
    assert sum(tag == "svg" for tag in (tag for tag, _ in page.tags)) >= 6


def test_the_report_tells_the_figures_and_escapes_names(backtest: Backtest, tmp_path: Path) -> None:
    text = write_backtest(backtest, tmp_path / "out")["report.html"].read_text(encoding="utf-8")
    assert "a &lt;b&gt;cinema&lt;/b&gt;" in text
    assert "<told>" not in text
    assert "<b>cinema</b>" not in text
    assert "origin &amp; genre" in text
    for row in backtest.results.itertuples():
        assert f"{row.ndcg:.3f}" in text
    assert "better than" in re.sub(r"\s+", " ", text)
    assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.DOTALL).replace("Nanum", "").lower().split()


def test_numbers_below_zero_have_a_minus_and_colors_are_explained(backtest: Backtest, tmp_path: Path) -> None:
    text = write_backtest(backtest, tmp_path / "out")["report.html"].read_text(encoding="utf-8")
    cells = re.findall(r'<td class="n[^"]*">([^<]+)</td>', text)
    assert any(cell.startswith("\N{MINUS SIGN}") for cell in cells)
    assert not any(re.match(r"-\d", cell) or " to -" in cell for cell in cells)
    for words in ("the model is better", "it is worse", "the interval holds 0"):
        assert words in text


class TestFame:
    def points(self, bias: list[float], ndcg: list[float]) -> str:
        names = [f"ranker {place}" for place in range(len(bias))]
        rows = pd.DataFrame({"ranker": names, "popularity_bias": bias, "ndcg": ndcg})
        return trade_off_plot(rows, "NDCG@50", "ranker 0")

    def test_noise_is_no_bias(self) -> None:
        assert self.points([0.0, -5.6e-17, 0.0], [0.8, 0.5, 0.4]) == ""

    def test_every_point_has_its_name(self) -> None:
        drawn = self.points([0.1, *[0.0] * 8], [0.763, 0.594, 0.539, 0.527, 0.477, 0.475, 0.454, 0.445, 0.444])
        assert len(set(re.findall(r"ranker \d(?=</text>)", drawn))) == 9


def test_what_was_compared_with_history_is_told_of_the_ranker_with_history(backtest: Backtest, tmp_path: Path) -> None:
    split = backtest.results["split"].iloc[0]
    sure = {"split": split, "figure": "ndcg", "difference": 0.1, "low": 0.05, "high": 0.2, "p_value": 0.001}
    compared = [("mine", "plain"), ("mine + history", "famous + history")]
    rows = pd.DataFrame([{"ranker": ranker, "other": other, **sure} for ranker, other in compared])
    made = replace(backtest, comparisons=rows)
    text = write_backtest(made, tmp_path / "out")["report.html"].read_text(encoding="utf-8")
    assert "<p>mine is better than <b>plain</b>, beyond chance.</p>" in text
    assert "<p>mine + history is better than <b>famous + history</b>, beyond chance.</p>" in text


def test_rows_learned_from_that_are_dated_after_those_that_judge_are_told(
    titles: pd.DataFrame, votes: pd.DataFrame, tmp_path: Path
) -> None:
    world = votes[votes["market"] == "CN"].assign(market="WW", metric="imdb_votes", as_of="2024-01-01")
    split, judging = YearSplit(first=2014, last=2015), Judging(k=5, n_resamples=20)
    made = run_backtest({"newest": NewestRanker()}, titles, pd.concat([votes, world]), [split], judging)
    (holdout,) = made.holdouts.to_dict("records")
    assert 0 < holdout["later"] == (world["title_id"].isin(titles.loc[titles["year"] < 2014, "title_id"])).sum()
    text = write_backtest(made, tmp_path / "out")["report.html"].read_text(encoding="utf-8")
    assert f"({holdout['later']:,} of {holdout['outcomes']:,} outcomes are dated after the first that judges)" in text
    assert "not from training again with another seed" in text


def test_where_no_time_divides_nothing_is_later(titles: pd.DataFrame, votes: pd.DataFrame, tmp_path: Path) -> None:
    splits = [OriginSplit(origins=("US",)), RandomSplit(share=0.3), FoldSplit(folds=2), MarketSplit(markets=("CN",))]
    made = run_backtest({"newest": NewestRanker()}, titles, votes, splits, Judging(k=5, n_resamples=20))
    assert made.holdouts["later"].isna().all()
    files = write_backtest(made, tmp_path / "out")
    assert pd.read_csv(files["holdouts.csv"])["later"].isna().all()
    assert "dated after the first" not in files["report.html"].read_text(encoding="utf-8")


def test_a_single_ranker_and_holdout_have_a_report_too(
    titles: pd.DataFrame, votes: pd.DataFrame, tmp_path: Path
) -> None:
    made = run_backtest({"newest": NewestRanker()}, titles, votes, [OriginSplit(origins=("US",))], Judging(k=5))
    assert made.comparisons.empty
    text = write_backtest(made, tmp_path / "out")["report.html"].read_text(encoding="utf-8")
    assert "Could it be chance?" not in text
    assert "Does appeal mean what it says?" not in text


def test_what_is_done_is_told(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    from contextlib import nullcontext

    said: list[str] = []

    def around(doing: str) -> Any:
        said.append(doing)
        return nullcontext()

    rankers = {"newest": NewestRanker(), "shuffle": ShuffleRanker()}
    run_backtest(rankers, titles, votes, [FoldSplit(folds=2)], Judging(k=5), around=around)
    assert said[0] == "1 of 4: newest, 2 folds, fold 1"
    assert len(said) == 4


def test_a_wrong_call_is_refused(titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    for rankers, splits, k in (
        ({}, [FoldSplit(folds=2)], 5),
        ({"a": Told()}, [], 5),
        ({"a": Told()}, [FoldSplit(folds=2)], 0),
    ):
        with pytest.raises(CallError):
            run_backtest(rankers, titles, votes, splits, Judging(k=k))


class TestChoosing:
    def test_outcomes_that_add_up_are_divided_by_days(
        self, titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
    ) -> None:
        days = pd.date_range("2021-07-04", "2022-03-27", freq="7D").strftime("%Y-%m-%d")
        rows = [(f"t{i % 120:03}", "DE", "top10_points", 1.0, day) for i, day in enumerate(days)]
        (split,) = choose_splits(titles, make_outcomes(rows))
        assert isinstance(split, RollingDaySplit)
        assert len(split.days) == 3
        assert split.days[-1] < "2022-03-27"
        assert split.days[0] > "2021-08-01"

    def test_others_by_years(self, titles: pd.DataFrame, votes: pd.DataFrame) -> None:
        (split,) = choose_splits(titles, votes)
        assert isinstance(split, RollingYearSplit)
        assert (split.first, split.last, split.span) == (2014, 2019, 2)
        assert len(split.divide(titles, votes)) == 3

    def test_the_newest_years_do_not_judge_where_they_cannot(
        self,
        titles: pd.DataFrame,
        votes: pd.DataFrame,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        # The films of US and FR that were made last come six years after all others.
        titles.loc[titles.index[[0, 1]], "year"] = 2026
        (split,) = choose_splits(titles, votes)
        assert isinstance(split, RollingYearSplit)
        assert split.last == 2019
        assert "after 2019 do not judge: too few of them have an outcome (2)" in caplog.text
        made = run_backtest({"newest": NewestRanker()}, titles, votes, [split], Judging(k=5, n_resamples=20))
        assert len(made.holdouts) == 3

    def test_years_that_cannot_judge_are_folds(
        self, titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
    ) -> None:
        rows = [(f"t{i:03}", "CN", "votes", 5.0, "2020-01-01") for i in range(0, 120, 5)]
        assert choose_splits(titles, make_outcomes(rows)) == [FoldSplit(folds=3)]

    def test_without_years_by_folds(self, titles: pd.DataFrame, votes: pd.DataFrame) -> None:
        titles["year"] = pd.array([None] * len(titles), dtype="Int64")
        assert choose_splits(titles, votes) == [FoldSplit(folds=3)]
        titles["year"] = pd.array([1999] * len(titles), dtype="Int64")
        assert choose_splits(titles, votes) == [FoldSplit(folds=3)]

    def test_a_few_weeks_are_not_divided(
        self, titles: pd.DataFrame, make_outcomes: Callable[..., pd.DataFrame]
    ) -> None:
        rows = [(f"t{i:03}", "DE", "top10_points", 1.0, "2021-07-04") for i in range(50)]
        assert choose_splits(titles, make_outcomes(rows)) == [FoldSplit(folds=3)]
