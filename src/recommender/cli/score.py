"""The command `recommender score`: a bundle scores a catalogue for markets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recommender.errors import counted

__all__ = ["score"]


def score(
    bundle: Annotated[Path, typer.Option("--bundle", help="Bundle that `recommender train` wrote.")],
    titles: Annotated[Path, typer.Option("--titles", help="Titles table: Parquet, CSV or XLSX.")],
    markets: Annotated[str, typer.Option("--markets", help="Comma-separated ISO 3166-1 codes, or all.")],
    out: Annotated[Path, typer.Option("--out", help="Scores table to write: .parquet, .csv or .xlsx.")],
    history: Annotated[
        Path | None, typer.Option("--history", help="Outcomes of these titles elsewhere, such as at home.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="Day of the prediction; default: the day the bundle was trained for.")
    ] = None,
) -> None:
    """Score every title for every market to which it is foreign, with interval, evidence, reasons and comparables.

    Example:

        recommender score --bundle models/first --titles catalogue.xlsx --markets CN,FR --out scores.parquet
    """
    from recommender import scoring
    from recommender.cli._options import check_day, check_table_file
    from recommender.sources import read_outcomes, read_titles, write_table

    day, file = check_day(as_of), check_table_file(out)
    wanted = scoring.parse_markets(markets)
    catalogue = read_titles(titles)
    past = None if history is None else read_outcomes(history)
    scores = scoring.score(bundle, catalogue, wanted, history=past, as_of=day)
    write_table(scores, file)
    scored = counted(scores["title_id"].nunique(), "title")
    typer.echo(f"{scored} scored for {counted(scores['market'].nunique(), 'market')}")
    typer.echo(f"{out}")
