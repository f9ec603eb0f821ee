"""Running an experiment: what is finished is kept, and only what is missing is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pandas as pd

from recommender.evaluation._evaluate import judge_ranker
from recommender.evaluation._experiment import ExperimentConfig
from recommender.evaluation._judge import Judgement
from recommender.evaluation._kept import read_kept, write_kept
from recommender.evaluation._merge import merge, warn_of_gaps
from recommender.evaluation._rankers import NamedRanker
from recommender.evaluation._store import JudgementStore, digest
from recommender.evaluation._yardstick import Yardstick, make_yardstick, title_weights
from recommender.evaluation.splits import Holdout, Split
from recommender.sources import file_sha256

__all__ = ["ExperimentRun", "run_experiment"]


@dataclass(frozen=True, eq=False)
class ExperimentRun:
    """What an experiment gave.

    Attributes
    ----------
    results : DataFrame
        As `evaluate` returns it, with ``key``: the digest of all that decides a row.
    comparisons : DataFrame
        Of the first model with every other.
    files : dict of str to Path
        ``csv``, ``comparisons`` and ``md``.
    done : tuple of str
        The models that something was done for; the others' rows were kept.
    """

    results: pd.DataFrame
    comparisons: pd.DataFrame
    files: dict[str, Path]
    done: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class _Unit:
    """One holdout under one seed: what a ranker is fitted on and judged by at once."""

    seed: int
    split: Split
    holdout: Holdout


def run_experiment(
    config: ExperimentConfig,
    folder: str | Path,
    *,
    only: tuple[str, ...] = (),
    again: bool = False,
    around: Callable[[str], AbstractContextManager[None]] = lambda _doing: nullcontext(),
) -> ExperimentRun:
    """Run an experiment, or what is missing of it, and write its results into a folder.

    Each model on each holdout is kept in ``runs/NAME`` as soon as it is judged, under a digest of the data, the split,
    the model and the way of judging, and the tables are written after every model: an interrupted run loses one holdout.
    What is there under the same digest is not done again. A digest does not know the program's own code: after a change
    of a ranker, ask for it `again`. A comparison needs the raw judgements of both sides; where a side is another than
    it was and raw judgements are missing, it is left out, and a warning says what to do again.

    Parameters
    ----------
    config : ExperimentConfig
    folder : str or Path
        Where the results are, or will be.
    only : tuple of str
        Names of models: nothing is done for the others, and their rows stay as they are.
    again : bool, default=False
        Do again what is finished.
    around : callable
        Takes what is about to be done, and gives a context in which to do it: for progress.

    Returns
    -------
    ExperimentRun
    """
    folder = Path(folder)
    rankers = config.make_rankers(only)
    names = tuple(rankers)
    titles, outcomes = config.read_data()
    hashes = {role: file_sha256(path) for role, path in config.table_paths().items()}
    units = list(_units(config, titles, outcomes))
    weights = title_weights(titles, config.resamples, config.seed)
    yardsticks: dict[int, Yardstick] = {}
    store = JudgementStore(folder / "runs" / config.name)
    kept = read_kept(config, folder)
    judged: dict[str, list[Judgement]] = {}
    done: list[str] = []

    def key_of(ranker: NamedRanker, unit: _Unit) -> str:
        return digest(
            {
                "data": hashes,
                "split": unit.split.model_dump(mode="json"),
                "holdout": unit.holdout.name,
                "model": ranker.with_seed(unit.seed).made_of,
                "judging": asdict(config.judging),
            }
        )

    by_split: dict[str, list[int]] = {}
    for place, unit in enumerate(units):
        by_split.setdefault(unit.holdout.split, []).append(place)
    own = {(name, place): key_of(ranker, unit) for name, ranker in rankers.items() for place, unit in enumerate(units)}
    keys = {
        (name, split): digest([own[name, place] for place in places])
        for name in rankers
        for split, places in by_split.items()
    }

    def judge(ranker: NamedRanker, place: int, afresh: bool) -> list[Judgement]:
        unit = units[place]
        key = own[ranker.name, place]
        found = None if afresh else store.load(key)
        if found is None:
            if place not in yardsticks:
                yardsticks[place] = make_yardstick(unit.holdout, config.k, config.gain, weights)
            doing = f"{ranker.name}: {unit.holdout.split}, {unit.holdout.name} ({place + 1} of {len(units)})"
            with around(doing):
                found = judge_ranker(ranker.name, ranker.with_seed(unit.seed).ranker, yardsticks[place])
            store.save(key, found)
            done.append(ranker.name)
        # A copy of a model under another name is the same judgement.
        return [replace(one, ranker=one.ranker.replace(found[0].ranker, ranker.name, 1)) for one in found]

    for name, ranker in rankers.items():
        for split, places in by_split.items():
            wanted = not only or name in only
            afresh = wanted and again
            raw = all(store.load(own[name, place]) is not None for place in places)
            if afresh or raw or (wanted and not kept.has(name, split, keys[name, split])):
                judged.setdefault(name, []).extend(one for place in places for one in judge(ranker, place, afresh))
        if name in done:
            kept = merge(names, judged, keys, kept, seed=config.seed)
            write_kept(kept, config, folder)
    kept = merge(names, judged, keys, kept, seed=config.seed)
    files = write_kept(kept, config, folder)
    warn_of_gaps(names, judged, keys, kept, folder=str(store.folder))
    return ExperimentRun(kept.results, kept.comparisons, files, tuple(dict.fromkeys(done)))


def _units(config: ExperimentConfig, titles: pd.DataFrame, outcomes: pd.DataFrame) -> Iterator[_Unit]:
    for split in config.splits:
        for seed in config.seeds:
            drawn = split.with_seed(seed)
            for holdout in drawn.divide(titles, outcomes):
                # Where the split draws nothing, only the models are another.
                name = f"{holdout.name}, seed {seed}" if drawn is split and seed else holdout.name
                yield _Unit(seed, drawn, replace(holdout, name=name))
