"""The command `recommender experiment`: rankers compared as a TOML says, and the results beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

__all__ = ["experiment"]

_RUNS = "experiments"


def experiment(
    path: Annotated[Path, typer.Argument(help="The experiment's TOML.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder for the results.", show_default="where the TOML is"),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option("--only", help="Do this model alone, and keep the others' results; may be repeated."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Do again what is finished.")] = False,
    track: Annotated[bool, typer.Option("--track/--no-track", help="Log the runs with MLflow.")] = True,
) -> None:
    """Compare rankers on titles that they have not seen, as an experiment's TOML says.

    Prints the results, writes them as NAME.results.csv, NAME.comparisons.csv and NAME.results.md, and logs them to
    MLflow, one run a ranker. What is finished is not done again: an interrupted experiment goes on where it stopped.
    After a change of the program ask for it with --again. Paths in the TOML are relative to the folder that the command
    is called in.

    Example:

        recommender experiment experiments/sample.toml
    """
    from recommender.cli._console import stage
    from recommender.cli._options import check_runs_kept
    from recommender.cli._results import print_results, track_results
    from recommender.evaluation import load_experiment, run_experiment

    config = load_experiment(path)
    rankers = config.make_rankers(tuple(only or ()))
    if track:
        check_runs_kept(_RUNS)
    run = run_experiment(config, out or path.parent, only=tuple(only or ()), again=again, around=stage)
    print_results(run.results, config.name, config.k)
    for file in run.files.values():
        typer.echo(str(file))
    if not run.done:
        typer.echo("all results were there already; --again does them again")
    if track:
        params = {
            key: value
            for key, value in config.model_dump(mode="json").items()
            if key not in {"name", "description", "models", "variants"}
        }
        inputs = {"experiment": path, **config.input_paths()}
        files = list(run.files.values())
        track_results(_RUNS, config.name, run.results, rankers, params, inputs, files, config.k)
