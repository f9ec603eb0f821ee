"""The command `recommender backtest`: rolling-origin evaluation against the baselines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from recommender.cli._console import output

if TYPE_CHECKING:
    import pandas as pd

    from recommender.evaluation import Backtest, NamedRanker, Split

__all__ = ["backtest"]

_RUNS = "backtests"
_SAMPLE_ORIGIN = "JP"


def backtest(
    titles: Annotated[Path | None, typer.Option("--titles", help="Titles table: Parquet, CSV or XLSX.")] = None,
    outcomes: Annotated[Path | None, typer.Option("--outcomes", help="Outcomes table: Parquet, CSV or XLSX.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Use the bundled sample instead of tables.")] = False,
    model: Annotated[
        list[Path] | None,
        typer.Option("--model", help="A model's settings (TOML); may be repeated. Default: models/default.toml's."),
    ] = None,
    baselines: Annotated[str, typer.Option("--baselines", help="Names with commas between, `all`, or `none`.")] = "all",
    days: Annotated[
        str | None,
        typer.Option("--days", help="Days with commas between, YYYY-MM-DD: each learns from before, and judges after."),
    ] = None,
    months: Annotated[
        int | None, typer.Option("--months", min=1, help="How far each of --days is asked; default: until the next.")
    ] = None,
    years: Annotated[
        str | None,
        typer.Option("--years", help="FIRST:LAST or FIRST:LAST:SPAN: titles of each span judge, earlier ones teach."),
    ] = None,
    folds: Annotated[
        int | None, typer.Option("--folds", min=2, max=20, help="Deal the titles into so many folds.")
    ] = None,
    random: Annotated[
        float | None, typer.Option("--random", help="A share of the titles, drawn at random, judges: 0.3.")
    ] = None,
    origins: Annotated[
        list[str] | None,
        typer.Option("--origins", help="Countries with commas between, all of whose titles judge; may be repeated."),
    ] = None,
    markets: Annotated[
        str | None, typer.Option("--markets", help="Markets with commas between, each unseen in training once.")
    ] = None,
    k: Annotated[int, typer.Option("--k", min=1, help="The top of a list is so many titles.")] = 50,
    gain: Annotated[
        str | None,
        typer.Option("--gain", help="percentile_cubed, binary or log_points; default: as the outcomes suggest."),
    ] = None,
    resamples: Annotated[int, typer.Option("--resamples", min=20, help="Of the bootstrap over titles.")] = 200,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of splits, bootstrap and chance.")] = 0,
    out: Annotated[Path, typer.Option("--out", help="Folder for tables and report.")] = Path("backtests/latest"),
    track: Annotated[bool, typer.Option("--track/--no-track", help="Log the runs with MLflow.")] = True,
) -> None:
    """Judge models by what came of titles that they had not seen, beside the baselines.

    Several ways to divide may be asked for at once; without any, outcomes that add up over time are divided at three
    days in a row, others by the years of the titles. Writes results.csv and .parquet, comparisons, markets, holdouts,
    and report.html; logs one MLflow run with one a ranker inside it.

    Example:

        recommender backtest --titles titles.parquet --outcomes outcomes.parquet --years 2015:2017 --out backtests/first
    """
    from recommender.cli._console import stage
    from recommender.cli._options import check_runs_kept
    from recommender.evaluation import BACKTEST_FILES, Judging, run_backtest, write_backtest
    from recommender.sources import check_directory

    check_directory(out, names=BACKTEST_FILES)
    tables = _table_paths(titles, outcomes, sample=sample)
    rankers = _rankers(model or [], baselines, seed)
    with stage("reading the tables"):
        title_rows, outcome_rows = _read(tables, sample=sample)
    splits = _splits(days, months, years, folds, random, origins or [], markets, seed)
    splits = splits or _default_splits(title_rows, outcome_rows, sample=sample)
    judging = Judging(k, _gain(gain, outcome_rows), n_resamples=resamples, seed=seed)
    if track:
        check_runs_kept(_RUNS, out)
    name = "the bundled sample" if sample else tables["titles"].parent.name or tables["titles"].stem
    made = run_backtest(
        {name: named.ranker for name, named in rankers.items()},
        title_rows,
        outcome_rows,
        splits,
        judging,
        name=name,
        around=stage,
    )
    with stage("drawing the report"):
        files = write_backtest(made, out)
    _print(made, files)
    if track:
        _track(made, rankers, splits, tables, files)


def _table_paths(titles: Path | None, outcomes: Path | None, *, sample: bool) -> dict[str, Path]:
    from recommender.errors import CallError
    from recommender.sample import sample_path

    if sample:
        if titles or outcomes:
            raise CallError("--sample brings its own tables", hint="Leave out --titles and --outcomes, or --sample.")
        return {"titles": sample_path("titles_foreign"), "outcomes": sample_path("outcomes")}
    if titles is None or outcomes is None:
        raise CallError("no tables are given", hint="Give --titles and --outcomes, or --sample.")
    return {"titles": titles, "outcomes": outcomes}


def _read(tables: dict[str, Path], *, sample: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    from recommender.sample import load_sample
    from recommender.sources import read_outcomes, read_titles

    if sample:
        bundled = load_sample()
        return bundled.training, bundled.outcomes
    return read_titles(tables["titles"]), read_outcomes(tables["outcomes"])


def _rankers(models: list[Path], baselines: str, seed: int) -> dict[str, NamedRanker]:
    from recommender.evaluation import NamedRanker, find_ranker, unique_rankers
    from recommender.ranking import BASELINES, ModelConfig

    named = {"all": list(BASELINES), "none": []}.get(baselines) if baselines in {"all", "none"} else _words(baselines)
    made = [find_ranker(str(path)) for path in models]
    if not models:
        config = ModelConfig()
        made = [NamedRanker(config.name, config.make_ranker(), config.model_dump(mode="json"))]
    return unique_rankers([*made, *(find_ranker(name, seed=seed) for name in named or [])], source="backtest")


def _splits(
    days: str | None,
    months: int | None,
    years: str | None,
    folds: int | None,
    random: float | None,
    origins: list[str],
    markets: str | None,
    seed: int,
) -> list[Split]:
    """Return the splits that were asked for, in the order of the options."""
    from pydantic import ValidationError

    from recommender import evaluation as ev
    from recommender.errors import CallError
    from recommender.sources import describe_fault

    made: list[Split] = []
    asked: list[tuple[str, Any, dict[str, Any]]] = []
    if days:
        asked.append(("--days", ev.RollingDaySplit, {"days": _words(days), "months": months}))
    elif months:
        raise CallError("--months says how far --days are asked", hint="Give --days too.")
    if years:
        asked.append(("--years", ev.RollingYearSplit, _years(years)))
    if folds:
        asked.append(("--folds", ev.FoldSplit, {"folds": folds, "seed": seed}))
    if random is not None:
        asked.append(("--random", ev.RandomSplit, {"share": random, "seed": seed}))
    asked += [("--origins", ev.OriginSplit, {"origins": _words(group)}) for group in origins]
    if markets:
        asked.append(("--markets", ev.MarketSplit, {"markets": _words(markets), "seed": seed}))
    for option, kind, values in asked:
        try:
            made.append(kind(**values))
        except ValidationError as error:
            _, _, said = describe_fault(error.errors(include_url=False)[0], kind).partition(": ")
            raise CallError(f"{option}: {said}", hint="See `recommender backtest --help`.") from error
    return made


def _years(text: str) -> dict[str, int]:
    from recommender.errors import CallError

    parts = text.split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isdigit() for part in parts):
        raise CallError(f"--years {text!r}: not years", hint="Write FIRST:LAST or FIRST:LAST:SPAN, as 2012:2017:2.")
    numbers = [int(part) for part in parts]
    first, last = numbers[0], numbers[min(1, len(numbers) - 1)]
    return {"first": first, "last": last, "span": numbers[2] if len(numbers) == 3 else 1}


def _default_splits(titles: pd.DataFrame, outcomes: pd.DataFrame, *, sample: bool) -> list[Split]:
    from recommender.evaluation import OriginSplit, RandomSplit, choose_splits

    if not sample:
        return choose_splits(titles, outcomes)
    # Most of its outcomes were read on one day, so that no day and no year divides them.
    return [RandomSplit(share=0.3, repeats=2), OriginSplit(origins=(_SAMPLE_ORIGIN,))]


def _gain(asked: str | None, outcomes: pd.DataFrame) -> Any:
    from recommender.errors import CallError, did_you_mean
    from recommender.schema import METRICS, WORLDWIDE

    gains = ("percentile_cubed", "binary", "log_points")
    if asked is not None:
        if asked not in gains:
            raise CallError(f"there is no gain {asked!r}", hint=did_you_mean(asked, gains) or ", ".join(gains))
        return asked
    local = outcomes.loc[outcomes["market"] != WORLDWIDE, "metric"].unique()
    natures = {METRICS[metric].nature for metric in local if METRICS[metric].role != "rating"}
    return "percentile_cubed" if "level" in natures else "log_points" if "flow" in natures else "binary"


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _print(made: Backtest, files: dict[str, Path]) -> None:
    from rich.text import Text

    from recommender.cli._results import print_results

    print_results(made.results, made.name, made.judging.k)
    for file in files.values():
        output().print(Text(str(file), style="cyan"), soft_wrap=True)


def _track(
    made: Backtest,
    rankers: dict[str, NamedRanker],
    splits: list[Split],
    tables: dict[str, Path],
    files: dict[str, Path],
) -> None:
    from recommender.cli._results import track_results

    params = {
        "splits": [split.model_dump(mode="json") for split in splits],
        "k": made.judging.k,
        "gain": made.judging.gain,
        "resamples": made.judging.n_resamples,
        "seed": made.judging.seed,
    }
    track_results(_RUNS, made.name, made.results, rankers, params, tables, list(files.values()), made.judging.k)
