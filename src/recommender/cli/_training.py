"""What `train` and `demo` share: fit, save the bundle, and tell MLflow."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    from recommender.ranking import Manifest, ModelConfig

__all__ = ["REGISTERED_NAME", "RUNS", "track_training", "train_bundle"]

REGISTERED_NAME = "crossmarket-recommender"
RUNS = "training"
_EXAMPLES = 3


def train_bundle(
    titles: pd.DataFrame,
    outcomes: pd.DataFrame,
    config: ModelConfig,
    out: Path,
    *,
    as_of: str | None,
    data: Mapping[str, Path],
    tracked: bool,
) -> Manifest:
    """Fit a ranker, write its bundle, and log both to MLflow unless told not to."""
    import hashlib

    from recommender.cli._options import check_runs_kept
    from recommender.errors import OutputError
    from recommender.evaluation import training_figures, training_metrics
    from recommender.ranking import save_bundle
    from recommender.sources import file_sha256

    if tracked:
        check_runs_kept(RUNS, out)
    ranker = config.make_ranker().fit(titles, outcomes, as_of=as_of)
    metrics = training_metrics(ranker)
    hashes = {role: file_sha256(path) for role, path in data.items()}
    # Of the outcomes, what was seen: rows from after the day must not leave a trace. MLflow keeps the whole file's hash.
    seen = outcomes[outcomes["as_of"] < ranker.as_of_].to_csv(index=False, lineterminator="\n")
    hashes["outcomes"] = hashlib.sha256(seen.encode()).hexdigest()
    manifest = save_bundle(ranker, out, config=config, data=hashes, metrics=metrics)
    if tracked:
        figures = {f"plots/{name}.png": figure for name, figure in training_figures(ranker).items()}
        try:
            track_training(manifest, out, titles, figures, data)
        except OutputError as error:
            saved = f"The model is saved all the same, in {out}; only its run is not."
            raise OutputError(f"{error.message}\n{saved}", hint=error.hint) from error
    return manifest


def track_training(
    manifest: Manifest, bundle: Path, titles: pd.DataFrame, figures: Mapping[str, object], data: Mapping[str, Path]
) -> str:
    """Log a training run, register its model as the champion, and return the model's URI."""
    from recommender.tracking import tracked_run

    with tracked_run(RUNS, f"{manifest.name} {manifest.version}") as run:
        settings = manifest.config.model_dump(mode="json")
        trees = {f"trees.{name}": value for name, value in settings.pop("trees").items()}
        encoder = {f"encoder.{name}": value for name, value in settings.pop("encoder").items()}
        run.log_params({**settings, **trees, **encoder, "as_of": manifest.as_of, "version": manifest.version})
        run.log_inputs(data)
        run.log_metrics(manifest.metrics)
        for path, figure in figures.items():
            run.log_figure(figure, path)
        return run.log_bundle(bundle, titles.head(_EXAMPLES), REGISTERED_NAME)
