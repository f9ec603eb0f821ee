"""Experiments: what is finished is kept, what is missing is done, and the tables always agree."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from recommender.errors import CallError, UnreadableFileError
from recommender.evaluation import KEPT_COLUMNS, ExperimentConfig, run_experiment
from recommender.evaluation._evaluate import Judging, judge_rankers, make_yardsticks
from recommender.evaluation._kept import markdown, read_kept
from recommender.evaluation._store import JudgementStore
from recommender.evaluation.splits import RandomSplit
from recommender.ranking import NewestRanker
from recommender.sources import write_table
from tests.evaluation.test_evaluate import Told


@pytest.fixture
def make_config(tmp_path: Path, titles: pd.DataFrame, votes: pd.DataFrame) -> Callable[..., ExperimentConfig]:
    """Return a function that makes an experiment on the made-up cinema."""
    write_table(titles, tmp_path / "titles.parquet")
    write_table(votes, tmp_path / "outcomes.parquet")
    data = {"titles": tmp_path / "titles.parquet", "outcomes": tmp_path / "outcomes.parquet"}

    def make(**settings: Any) -> ExperimentConfig:
        usual = {
            "name": "try",
            "description": "Does it?",
            "data": data,
            "models": ("newest", "shuffle", "origin_genre"),
            "splits": ({"kind": "folds", "folds": 2}, {"kind": "origin", "origins": ("US",)}),
            "k": 10,
            "resamples": 20,
        }
        return ExperimentConfig.model_validate({**usual, **settings})

    return make


class Done:
    """Counts what is done."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, doing: str) -> AbstractContextManager[None]:
        self.said.append(doing)
        return nullcontext()

    def take(self) -> list[str]:
        said, self.said = [doing.split(":")[0] for doing in self.said], []
        return said


Make = Callable[..., ExperimentConfig]


@pytest.fixture(scope="module")
def finished_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder in which the first test that asks leaves the usual experiment."""
    return tmp_path_factory.mktemp("finished") / "experiments"


@pytest.fixture
def finished(make_config: Make, tmp_path: Path, finished_once: Path) -> Path:
    """Return a folder in which the usual experiment is finished."""
    if not finished_once.exists():
        run_experiment(make_config(), finished_once)
    return shutil.copytree(finished_once, tmp_path, dirs_exist_ok=True)


def test_everything_is_done_once(make_config: Make, tmp_path: Path) -> None:
    done = Done()
    first = run_experiment(make_config(), tmp_path, around=done)
    assert done.take() == ["newest"] * 3 + ["shuffle"] * 3 + ["origin_genre"] * 3
    assert first.done == ("newest", "shuffle", "origin_genre")
    assert tuple(first.results.columns) == KEPT_COLUMNS
    written = pd.read_csv(first.files["csv"])
    assert len(written) == len(first.results) == 3 * (3 + 1)
    second = run_experiment(make_config(), tmp_path, around=done)
    assert done.take() == []
    assert second.done == ()
    pd.testing.assert_frame_equal(first.results, second.results)
    pd.testing.assert_frame_equal(first.comparisons, second.comparisons)


def test_rows_are_enough_where_the_raw_judgements_are_gone(make_config: Make, finished: Path) -> None:
    before = {path.name: path.read_bytes() for path in finished.glob("try.*")}
    forget_raw(finished)
    done = Done()
    run = run_experiment(make_config(), finished, around=done)
    assert done.take() == []
    assert {path.name: path.read_bytes() for path in run.files.values()} == before


def test_a_new_model_is_added_to_the_rows(make_config: Make, finished: Path) -> None:
    run_experiment(make_config(models=("newest", "shuffle")), finished)
    done = Done()
    variant = {"name": "soft", "base": "origin_genre", "set": {"shrinkage": 100.0}}
    run = run_experiment(make_config(models=("newest", "shuffle"), variants=(variant,)), finished, around=done)
    assert done.take() == ["soft"] * 3
    assert run.results["ranker"].unique().tolist() == ["newest", "shuffle", "soft"]
    assert set(run.comparisons["other"]) == {"shuffle", "soft"}
    left = run_experiment(make_config(models=("newest",)), finished)
    assert left.results["ranker"].unique().tolist() == ["newest"]


def test_an_interrupted_run_goes_on_where_it_stopped(make_config: Make, finished: Path) -> None:
    folder, calls = finished / "interrupted", Done()

    def until_the_fifth(doing: str) -> AbstractContextManager[None]:
        calls(doing)
        if len(calls.said) == 5:
            raise KeyboardInterrupt
        return nullcontext()

    with pytest.raises(KeyboardInterrupt):
        run_experiment(make_config(), folder, around=until_the_fifth)
    assert pd.read_csv(folder / "try.results.csv")["ranker"].unique().tolist() == ["newest"]
    done = Done()
    run = run_experiment(make_config(), folder, around=done)
    assert done.take() == ["shuffle"] * 2 + ["origin_genre"] * 3
    whole = run_experiment(make_config(), finished)
    same = [name for name in run.results.columns if name != "seconds"]
    pd.testing.assert_frame_equal(run.results[same], whole.results[same])


def test_one_model_alone(make_config: Make, tmp_path: Path) -> None:
    done = Done()
    run = run_experiment(make_config(), tmp_path, only=("shuffle",), around=done)
    assert done.take() == ["shuffle"] * 3
    assert run.results["ranker"].unique().tolist() == ["shuffle"]
    run_experiment(make_config(), tmp_path, around=done)
    assert done.take() == ["newest"] * 3 + ["origin_genre"] * 3
    again = run_experiment(make_config(), tmp_path, only=("shuffle",), again=True, around=done)
    assert done.take() == ["shuffle"] * 3
    assert again.results["ranker"].unique().tolist() == ["newest", "shuffle", "origin_genre"]
    with pytest.raises(CallError, match="no model 'shufle'") as caught:
        run_experiment(make_config(), tmp_path, only=("shufle",))
    assert caught.value.hint == "did you mean 'shuffle'?"


def forget_raw(folder: Path) -> None:
    """Leave the tables alone, as in a fresh clone."""
    for file in (folder / "runs" / "try").iterdir():
        file.unlink()


def score_reversed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Change the program's code for one ranker."""
    before = NewestRanker._score
    monkeypatch.setattr(NewestRanker, "_score", lambda self, asked: -before(self, asked))


def test_a_model_done_again_leaves_the_others_comparisons(make_config: Make, finished: Path) -> None:
    before = run_experiment(make_config(), finished)
    forget_raw(finished)
    run = run_experiment(make_config(), finished, only=("shuffle",), again=True)
    # It gave the figures that it had, so that its own comparison is still true as well.
    same = ["ranker", "other", "split", "figure"]
    pd.testing.assert_frame_equal(run.comparisons[same], before.comparisons[same])
    np.testing.assert_allclose(run.comparisons["difference"], before.comparisons["difference"], atol=1e-4)


def test_another_first_model_is_the_one_that_the_others_are_compared_with(make_config: Make, finished: Path) -> None:
    run = run_experiment(make_config(models=("origin_genre", "newest", "shuffle")), finished)
    assert run.done == ()
    assert set(run.comparisons["ranker"]) == {"origin_genre"}
    assert set(run.comparisons["other"]) == {"newest", "shuffle"}


def test_a_comparison_goes_with_what_a_side_was(
    make_config: Make, finished: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    config = make_config(models=("origin_genre", "newest", "shuffle"))
    before = run_experiment(config, finished)
    elsewhere = shutil.copytree(finished, finished / "elsewhere", ignore=lambda _, names: {"elsewhere"} & {*names})
    forget_raw(finished)
    score_reversed(monkeypatch)
    run = run_experiment(config, finished, only=("newest",), again=True)
    assert set(before.comparisons["other"]) == {"newest", "shuffle"}
    assert set(run.comparisons["other"]) == {"shuffle"}
    (told, _) = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert "origin_genre is not compared with newest" in told
    assert told.endswith("judge anew: --again --only origin_genre")
    whole = run_experiment(config, finished, only=("origin_genre",), again=True)
    assert whole.comparisons["other"].drop_duplicates().tolist() == ["newest", "shuffle"]
    never_gone = run_experiment(config, elsewhere, only=("newest",), again=True)
    pd.testing.assert_frame_equal(
        whole.comparisons.query("other == 'newest'").reset_index(drop=True),
        never_gone.comparisons.query("other == 'newest'").reset_index(drop=True),
    )


def test_names_that_pandas_takes_for_missing_are_names(make_config: Make, tmp_path: Path) -> None:
    config = make_config(models=("newest",), variants=({"name": "null", "base": "shuffle"},))
    first = run_experiment(config, tmp_path)
    second = run_experiment(config, tmp_path)
    assert second.done == ()
    assert second.results["ranker"].unique().tolist() == ["newest", "null"]
    pd.testing.assert_frame_equal(first.comparisons, second.comparisons)
    assert "| newest | null | NDCG@10 |" in second.files["md"].read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [{"k": 11}, {"resamples": 30}, {"seed": 1}, {"gain": "binary"}, {"splits": ({"kind": "folds", "folds": 3},)}],
)
def test_what_decides_a_figure_is_in_its_digest(make_config: Make, finished: Path, change: dict[str, Any]) -> None:
    models = {"models": ("newest",)}
    done = Done()
    run_experiment(make_config(**models), finished, around=done)
    assert done.take() == []
    run = run_experiment(make_config(**models, **change), finished, around=done)
    assert set(done.take()) == {"newest"}
    assert run.results["key"].nunique() == len(run.results["split"].unique())


def test_other_data_are_other_digests(make_config: Make, finished: Path, votes: pd.DataFrame) -> None:
    config = make_config(models=("newest",))
    assert run_experiment(config, finished).done == ()
    write_table(votes.assign(value=votes["value"] + 1), finished / "outcomes.parquet")
    assert run_experiment(config, finished).done == ("newest",)


def test_while_one_model_is_done_the_others_rows_stay_though_they_are_old(make_config: Make, finished: Path) -> None:
    run = run_experiment(make_config(k=12), finished, only=("newest",))
    assert run.results["ranker"].unique().tolist() == ["newest", "shuffle", "origin_genre"]
    assert run.comparisons.empty  # what was judged otherwise is not compared
    assert run_experiment(make_config(k=12), finished).done == ("shuffle", "origin_genre")


def test_seeds_are_holdouts_of_their_own(make_config: Make, tmp_path: Path) -> None:
    splits = ({"kind": "random", "share": 0.5}, {"kind": "years", "first": 2012, "last": 2015})
    config = make_config(models=("shuffle", "newest"), splits=splits, seeds=(0, 3))
    results = run_experiment(config, tmp_path).results
    shuffled = results[results["ranker"] == "shuffle"]
    assert shuffled["holdout"].tolist() == ["all", "seed 0", "seed 3", "all", "2012 to 2015", "2012 to 2015, seed 3"]
    # The years are the same, but chance draws anew; what does not draw has the same figures.
    years = results[results["split"] == "years 2012 to 2015"].set_index(["ranker", "holdout"])["ndcg"]
    assert years["shuffle", "2012 to 2015"] != years["shuffle", "2012 to 2015, seed 3"]
    assert years["newest", "2012 to 2015"] == years["newest", "2012 to 2015, seed 3"]


def test_no_draw_of_one_seed_is_that_of_another(make_config: Make, tmp_path: Path) -> None:
    split = {"kind": "random", "share": 0.5, "repeats": 2}
    run = run_experiment(make_config(models=("newest",), splits=(split,), seeds=(0, 1)), tmp_path)
    assert run.results["holdout"].tolist() == ["all", "seed 0", "seed 1", "seed 2", "seed 3"]


def test_the_same_day_with_and_without_a_last_year_are_two_splits(make_config: Make) -> None:
    one = {"kind": "as_of", "day": "2014-01-01"}
    first, second = make_config(splits=(one, {**one, "last_year": 2013})).splits
    assert first.label != second.label
    assert "2013" in second.label


def test_the_markdown_says_what_its_intervals_leave_out(finished: Path) -> None:
    text = (finished / "try.results.md").read_text(encoding="utf-8")
    assert "not adjusted for the number of comparisons" in text
    assert "not from training again with another seed" in text


def test_the_markdown_is_made_of_the_csv(make_config: Make, finished: Path) -> None:
    text = (finished / "try.results.md").read_text(encoding="utf-8")
    assert text == markdown(read_kept(make_config(), finished), make_config())
    assert text.startswith("# try\n\nDoes it?\n")
    for split in ("## 2 folds", "## origin US"):
        assert split in text
    for ndcg in pd.read_csv(finished / "try.results.csv")["ndcg"]:
        assert f"{ndcg:.3f}" in text
    assert "| newest | shuffle | NDCG@10 |" in text
    widths = [line.count("|") for line in text.splitlines() if line.startswith("|")]
    assert all(width > 2 for width in widths)


def test_a_file_that_is_no_table_is_refused(make_config: Make, finished: Path) -> None:
    (finished / "try.results.csv").write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(UnreadableFileError, match=r"try\.results\.csv"):
        run_experiment(make_config(), finished)
    (finished / "try.results.csv").write_text("ranker,ndcg\nold,0.5\n")
    assert "old" not in set(run_experiment(make_config(), finished).results["ranker"])


def test_a_judgement_is_the_same_after_it_was_kept(tmp_path: Path, titles: pd.DataFrame, votes: pd.DataFrame) -> None:
    yardsticks = make_yardsticks(titles, votes, [RandomSplit(share=0.5)], Judging(k=5, n_resamples=20))
    judgements = list(judge_rankers({"told": Told(), "newest": NewestRanker()}, yardsticks))
    store = JudgementStore(tmp_path / "deep" / "store")
    assert store.load("x") is None
    store.save("x", judgements)
    again = store.load("x")
    assert again is not None
    for one, other in zip(judgements, again, strict=True):
        assert (one.ranker, one.split, one.holdout, one.seconds) == (
            other.ranker,
            other.split,
            other.holdout,
            other.seconds,
        )
        np.testing.assert_equal(one.figures, other.figures)
        np.testing.assert_equal(one.draws, other.draws)
        assert one.effects == other.effects
        pd.testing.assert_frame_equal(one.by_market, other.by_market, check_dtype=False)
        np.testing.assert_array_equal(one.bins, other.bins)
    (tmp_path / "deep" / "store" / "x.json").write_text("{")
    assert store.load("x") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"models": (), "variants": ()},
        {"splits": ()},
        {"seeds": ()},
        {"seeds": (1, 1)},
        {"resamples": 1},
        {"split": {"kind": "folds", "folds": 2}},
        {"splits": ({"kind": "folds", "folds": 2}, {"kind": "folds", "folds": 2, "seed": 1})},
    ],
)
def test_an_experiment_that_makes_no_sense_is_refused(make_config: Make, wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_config(**wrong)
