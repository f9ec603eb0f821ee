"""The results of experiments as tables in their folder."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.errors import UnreadableFileError, counted
from recommender.evaluation._compare import COMPARISON_COLUMNS
from recommender.evaluation._experiment import ExperimentConfig
from recommender.evaluation._judge import WITH_HISTORY
from recommender.evaluation._results import ALL, RESULT_COLUMNS, headline
from recommender.evaluation.metrics import FIGURES
from recommender.sources import atomic_output

__all__ = ["KEPT_COLUMNS", "Kept", "markdown", "model_of", "of_model", "read_kept", "write_kept"]

KEPT_COLUMNS = (*RESULT_COLUMNS, "key")
_ORDER = ("precision", "recall", "map", "auc", "spearman")
_CAUTION = (
    "Intervals and p come from the titles that judge alone, not from training again with another seed; p is not adjusted "
    "for the number of comparisons."
)
_REST = tuple(name for name in FIGURES if name not in {"ndcg", *_ORDER})


@dataclass(frozen=True, eq=False)
class Kept:
    """The tables of an experiment.

    Attributes
    ----------
    results : DataFrame
        The columns of `RESULT_COLUMNS` and ``key``.
    comparisons : DataFrame
        The columns of `compare`.
    """

    results: pd.DataFrame
    comparisons: pd.DataFrame

    def has(self, model: str, split: str, key: str) -> bool:
        """Return whether the rows of a model on a split are there under a digest."""
        rows = self.results[of_model(self.results["ranker"], model) & (self.results["split"] == split)]
        return len(rows) > 0 and bool((rows["key"] == key).all())


def of_model(rankers: pd.Series, model: str) -> NDArray[np.bool_]:
    """Return which rows are a model's, with history or without."""
    return np.asarray(rankers.isin([model, f"{model}{WITH_HISTORY}"]), dtype=bool)


def model_of(ranker: str) -> str:
    """Return the model of a row: its name without what says that it was shown history.

    Examples
    --------
    >>> model_of("default + history")
    'default'
    """
    return ranker.removesuffix(WITH_HISTORY)


def read_kept(config: ExperimentConfig, folder: Path) -> Kept:
    """Read the tables of an experiment; empty ones where there are none, or they are from another version.

    Raises
    ------
    UnreadableFileError
        If there is a file that is no table.
    """
    files = _files(config, folder)
    return Kept(_read(files["csv"], KEPT_COLUMNS), _read(files["comparisons"], COMPARISON_COLUMNS))


def write_kept(kept: Kept, config: ExperimentConfig, folder: Path) -> dict[str, Path]:
    """Write the tables: CSV for programs, and the Markdown that is made of them for people.

    Returns
    -------
    dict of str to Path
        ``csv``, ``comparisons``, ``md``.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = _files(config, folder)
    for role, table in (("csv", kept.results), ("comparisons", kept.comparisons)):
        with atomic_output(files[role]) as path:
            table.to_csv(path, index=False, float_format="%.4f", lineterminator="\n")
    with atomic_output(files["md"]) as path:
        # Of what was written, not of what was computed: the two files always agree.
        path.write_text(markdown(read_kept(config, folder), config), encoding="utf-8", newline="\n")
    return files


def markdown(kept: Kept, config: ExperimentConfig) -> str:
    """Return the results as Markdown."""
    lines = [f"# {config.name}", "", *([config.description, ""] if config.description else [])]
    lines += [_CAUTION, ""]
    top = headline(kept.results)
    for split in top["split"].unique():
        rows = top[top["split"] == split]
        lines += [
            f"## {split}",
            "",
            f"Gain: {config.gain.replace('_', ' ')}. Judged: {counted(rows['n_titles'].max(), 'title')} in "
            f"{counted(rows['n_markets'].max(), 'market')}{_seeds(config)}.",
            "",
        ]
        lines += _table(rows, ["ranker", "ndcg", "interval", *_ORDER], config.k)
        lines += _table(rows, ["ranker", *_REST, "seconds"], config.k)
        lines += _by_holdout(kept.results[kept.results["split"] == split], config.k)
        lines += _compared(kept.comparisons[kept.comparisons["split"] == split], config.k)
    return "\n".join(lines).rstrip("\n") + "\n"


def _files(config: ExperimentConfig, folder: Path) -> dict[str, Path]:
    ends = {"csv": "results.csv", "comparisons": "comparisons.csv", "md": "results.md"}
    return {role: folder / f"{config.name}.{end}" for role, end in ends.items()}


def _read(file: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    empty = pd.DataFrame(columns=list(columns)).astype({"split": "str", "ranker": "str"})
    if not file.exists():
        return empty
    texts = dict.fromkeys(("ranker", "other", "split", "holdout", "figure", "key"), "str")
    try:
        # A model may be called null, and NA is Namibia: only an empty cell is a missing one.
        kinds = {name: kind for name, kind in texts.items() if name in columns}
        table = pd.read_csv(file, dtype=kinds, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise UnreadableFileError(f"{file}: {error}", hint="Move it away; the results are made again.") from error
    return table if tuple(table.columns) == columns else empty


def _table(rows: pd.DataFrame, names: list[str], k: int) -> list[str]:
    heads = {"interval": "95% interval"} | {name: figure.head(k) for name, figure in FIGURES.items()}
    shown = [
        row | {"interval": f"{row['ndcg_low']:.3f} to {row['ndcg_high']:.3f}", "seconds": f"{row['seconds']:.1f}"}
        for row in rows.to_dict("records")
    ]
    return _lines([heads.get(name, name) for name in names], [[row[name] for name in names] for row in shown])


def _by_holdout(rows: pd.DataFrame, k: int) -> list[str]:
    holdouts = [name for name in rows["holdout"].unique() if name != ALL]
    if len(holdouts) < 2:
        return []
    figures = rows.set_index(["ranker", "holdout"])["ndcg"].to_dict()
    body = [
        [ranker, *(figures.get((ranker, name), math.nan) for name in holdouts)] for ranker in rows["ranker"].unique()
    ]
    return _lines([f"NDCG@{k}", *holdouts], body)


def _compared(rows: pd.DataFrame, k: int) -> list[str]:
    if rows.empty:
        return []
    body = [
        [
            row["ranker"],
            row["other"],
            FIGURES[row["figure"]].head(k),
            f"{row['difference']:+.3f}",
            f"{row['low']:+.3f} to {row['high']:+.3f}",
            f"{row['p_value']:.4f}",
        ]
        for row in rows.to_dict("records")
    ]
    return _lines(["ranker", "less", "in", "difference", "95% interval", "p"], body)


def _lines(heads: list[str], body: list[list[object]]) -> list[str]:
    table = [f"| {' | '.join(heads)} |", f"| --- |{' ---: |' * (len(heads) - 1)}"]
    return [*table, *(f"| {' | '.join(_cell(value) for value in row)} |" for row in body), ""]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return "" if math.isnan(value) else f"{value:.1f}" if abs(value) >= 10 else f"{round(value, 3) + 0.0:.3f}"
    return str(value)


def _seeds(config: ExperimentConfig) -> str:
    return f", {len(config.seeds)} seeds" if len(config.seeds) > 1 else ""
