"""The command `recommender demo`: the founding case on the bundled sample, end to end."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from recommender.errors import counted

__all__ = ["demo"]


class Direction(StrEnum):
    """Whose catalogue is offered to whom."""

    RU_TO_CN = "ru-to-cn"
    CN_TO_RU = "cn-to-ru"


def demo(
    direction: Annotated[
        Direction, typer.Option("--direction", help="Whose catalogue is offered to whom.")
    ] = Direction.RU_TO_CN,
    size: Annotated[
        int | None, typer.Option("--size", min=1, help="Titles to offer; default: the brief's, 300 or 60.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder for the offer; default: offers/DIRECTION.")] = None,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            help="Of workbook and report: en, en+ru or en+zh.",
            show_default="that of the brief's partner",
        ),
    ] = None,
    track: Annotated[
        bool, typer.Option("--track/--no-track", help="Log the run and register the model with MLflow.")
    ] = True,
) -> None:
    """Form the founding case's offer from the bundled sample: train, score, choose, write.

    Writes the offer's files into the folder, the scores of the whole catalogue and the trained bundle beside it.

    Example:

        recommender demo --direction ru-to-cn --size 300 --out offers/china
    """
    from recommender.cli._console import stage
    from recommender.cli._options import check_runs_kept
    from recommender.cli._training import RUNS, train_bundle
    from recommender.cli.offer import print_offer
    from recommender.offers import build_offer, check_offer_folder, load_brief, words_in, write_offer
    from recommender.ranking import BUNDLE_FILES, ModelConfig
    from recommender.sample import load_sample, sample_brief, sample_path
    from recommender.scoring import score
    from recommender.sources import check_directory, check_output, write_table
    from recommender.tracking import where_to_look

    if language is not None:
        words_in(language)
    folder = Path("offers") / direction.value if out is None else out
    brief = load_brief(sample_brief(direction.value))
    if size is not None:
        brief = brief.model_copy(update={"size": size})
    check_offer_folder(folder, brief)
    folder = folder.resolve() if folder.name == ".." else folder
    bundle = folder.with_name(f"{folder.name}-model")
    scores_file = folder.with_name(f"{folder.name}-scores.parquet")
    check_directory(bundle, names=BUNDLE_FILES)
    check_output(scores_file)
    if track:
        check_runs_kept(RUNS, folder, bundle)
    with stage("reading the sample"):
        sample = load_sample(direction.value)
    inputs = {name: sample_path(name) for name in ("titles_foreign", "outcomes")}
    with stage(f"learning from {counted(sample.outcomes['title_id'].nunique(), 'title')}"):
        train_bundle(sample.training, sample.outcomes, ModelConfig(), bundle, as_of=None, data=inputs, tracked=track)
    with stage(f"scoring {counted(len(sample.catalogue), 'title')} for {sample.market}"):
        scores = score(bundle, sample.catalogue, [sample.market], history=sample.outcomes)
        write_table(scores, scores_file)
    with stage(f"choosing {brief.size:,} and writing the offer"):
        made = build_offer(sample.catalogue, scores, brief, rights=sample.rights)
        inputs = {"scores": scores_file, "rights": sample_path(sample.rights_table)}
        files = write_offer(made, folder, inputs=inputs, bundle=bundle, language=language)
    print_offer(made, files)
    typer.echo(f"{scores_file}  scores of the whole catalogue")
    typer.echo(f"{bundle}  the model")
    if track:
        typer.echo(f"the run is in MLflow: {where_to_look()}")
