"""The command `recommender import avails`: a vendor's file into the program's tables."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli._console import output
from recommender.errors import TableError, counted

if TYPE_CHECKING:
    from recommender.sources.avails import Avails

__all__ = ["app"]

_SHOWN = 12

app = typer.Typer(help="Bring other programs' files into titles and rights.", no_args_is_help=True)


@app.callback()
def _sources() -> None:
    """Bring other programs' files into titles and rights."""


@app.command()
def avails(
    file: Annotated[Path, typer.Argument(help="Avails workbook (XLSX) of MovieLabs/EMA, 1.7.2 to 1.9.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for the tables.")],
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Write nothing and end with status 1 where a row or value had to be left out."),
    ] = False,
) -> None:
    """Read an Avails workbook into titles, rights and rows, and list what was not understood.

    Sheets are found by their columns. A cell that is not understood is named with sheet, row, column and value in
    not_understood.csv: an error where a right was left out for it, a warning where it was not.

    Example:

        recommender import avails Movies_v1.9.xlsx --out avails/
    """
    from recommender.cli._console import stage
    from recommender.sources.avails import import_avails, read_avails

    with stage(f"reading {file}"):
        read = read_avails(file)
    faults = [note.fault(read.file) for note in read.notes]
    if strict and any(fault.severity == "error" for fault in faults):
        raise TableError(faults, hint="Correct the workbook, or import what is understood without --strict.")
    files = import_avails(read, out)
    _print(read, files)


def _print(read: Avails, files: dict[str, Path]) -> None:
    from rich.text import Text

    from recommender.errors import visible
    from recommender.sources.avails import gathered

    console = output(soft_wrap=True)
    sheets = ", ".join(f"{visible(sheet.name)} ({counted(len(sheet.rows), 'row')})" for sheet in read.sheets)
    console.print(Text(f"Avails {read.version}: {sheets}", style="bold"))
    console.print(
        f"{counted(len(read.titles), 'title')}, {counted(len(read.rights), 'right')} in "
        f"{counted(read.rights['market'].nunique(), 'territory', 'territories')}, {counted(len(read.rows), 'row')}"
    )
    kinds = gathered(read.notes)
    errors = sum(count for note, count in kinds if note.severity == "error")
    console.print(f"{errors:,} left out, {counted(len(read.notes) - errors, 'warning')}")
    for note, count in kinds[:_SHOWN]:
        mark, style = ("left out  ", "red") if note.severity == "error" else ("warning   ", "yellow")
        more = f" (and {count - 1:,} more)" if count > 1 else ""
        console.print(Text(mark, style=style), Text(f"{note.fault(Path(read.file).name)}{more}"), sep="")
    if len(kinds) > _SHOWN:
        console.print(
            Text(f"... and {len(kinds) - _SHOWN:,} more of other kinds, all in not_understood.csv", style="dim")
        )
    for name, meaning in (
        ("titles.parquet", "titles"),
        ("rights.parquet", "rights"),
        ("rows.parquet", "every row as it stands, episodes included"),
        ("not_understood.csv", "what was not understood"),
    ):
        console.print(Text(f"{files[name]}", style="cyan"), Text(f"  {meaning}", style="dim"), sep="")
