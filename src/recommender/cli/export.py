"""The command `recommender export avails`: an offer as a partner's programs read it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from recommender.cli._console import output
from recommender.errors import counted

__all__ = ["app"]

app = typer.Typer(help="Write an offer in the form that partners' programs read.", no_args_is_help=True)


@app.callback()
def _targets() -> None:
    """Write an offer in the form that partners' programs read."""


@app.command()
def avails(
    offer: Annotated[Path, typer.Option("--offer", help="Folder of an offer, as `recommender offer` writes it.")],
    out: Annotated[Path, typer.Option("--out", help="Workbook to write (.xlsx).")],
    version: Annotated[str, typer.Option("--version", help="1.7.2, 1.7.3, 1.8 or 1.9.")] = "1.9",
    licensor: Annotated[str | None, typer.Option("--licensor", help="Your company's name.")] = None,
    licensee: Annotated[str | None, typer.Option("--licensee", help="The partner's name.")] = None,
    media: Annotated[
        str | None,
        typer.Option("--media", help="est, tvod, svod, avod, online, comma-separated; default: the brief's."),
    ] = None,
    start: Annotated[
        str | None, typer.Option("--start", help="First day (YYYY-MM-DD) or Open; default: the brief's.")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--end", help="Last day (YYYY-MM-DD) or Open; default: the brief's.")
    ] = None,
    titles: Annotated[
        bool,
        typer.Option("--titles/--no-titles", help="Add a sheet with the facts that Avails have no column for."),
    ] = True,
) -> None:
    """Write an offer as an Avails workbook of MovieLabs/EMA, one row a title and medium.

    What the offer does not tell is left empty and listed, never invented. `recommender import avails` reads the
    workbook back.

    Example:

        recommender export avails --offer offers/china --version 1.9 --media svod --start 2027-01-01 --end Open --out a.xlsx
    """
    from rich.text import Text

    from recommender.sources.avails import export_offer

    done = export_offer(
        offer,
        out,
        version=version,
        licensor=licensor,
        licensee=licensee,
        media=None if media is None else [word.strip() for word in media.split(",") if word.strip()],
        start=start,
        end=end,
        facts=titles,
    )
    console = output(soft_wrap=True)
    console.print(
        Text(f"Avails {version}: {counted(done.titles, 'title')}, {counted(done.avails, 'avail')}", style="bold")
    )
    for missing in done.missing:
        console.print(
            Text("empty  ", style="yellow"),
            Text(f"{missing.sheet}, {missing.field} ({counted(missing.rows, 'row')}): {missing.remedy}"),
            sep="",
        )
    for note in done.notes:
        console.print(Text("lost   ", style="yellow"), Text(note), sep="")
    console.print(Text(str(done.path), style="cyan"), Text("  Avails workbook", style="dim"), sep="")
