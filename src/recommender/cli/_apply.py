"""The command `recommender offer apply`: the workbooks that reviewers have edited, and the next version."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli._console import output
from recommender.errors import counted

__all__ = ["apply"]

if TYPE_CHECKING:
    from recommender.errors import TableError
    from recommender.offers import Applied

_SHOWN = 20


def apply(
    files: Annotated[
        list[Path], typer.Argument(help="The workbook as it came back; several copies are read together.")
    ],
    out: Annotated[Path, typer.Option("--out", help="Folder for the next version.")],
    offer: Annotated[
        Path | None,
        typer.Option("--offer", help="Folder of the version that was reviewed.", show_default="the workbook's own"),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", help="en, en+ru or en+zh.", show_default="that of the version before"),
    ] = None,
    faults: Annotated[
        Path | None,
        typer.Option("--faults", help="Table of everything that is wrong, where something is: .csv, .xlsx, .parquet."),
    ] = None,
) -> None:
    """Read back what reviewers wrote into the workbook, and write the next version of the offer.

    Rows are known by their row id, whatever was sorted, filtered, colored, inserted or renamed. Accepted and locked
    titles stay, rejected ones go, the others stay while they fit. What cannot be understood or contradicts itself is
    listed by sheet, row and column, and nothing is written; whatever else was written into the workbook is kept in
    extra.csv.

    Example:

        recommender offer apply reviewed.xlsx --offer offers/china --out offers/china-v2
    """
    from recommender.cli._console import say
    from recommender.cli._options import check_table_file
    from recommender.errors import TableError
    from recommender.offers import apply_workbooks, words_in

    table = None if faults is None else check_table_file(faults, option="--faults")
    if language is not None:
        words_in(language)
    try:
        made = apply_workbooks(files, out, offer=offer, language=language)
    except TableError as error:
        if table is not None:
            _write_faults(error, table)
        raise
    for fault in made.edits.warnings:
        say("warning: ", "yellow", str(fault))
    _print(made)


def _write_faults(error: TableError, table: Path) -> None:
    """Write all faults, however many, as a table that people can sort."""
    import pandas as pd

    from recommender.sources import write_table

    rows = [
        {
            "place": fault.file,
            "row": fault.row,
            "column": fault.column,
            "value": None if fault.value is None else str(fault.value),
            "problem": fault.problem,
            "remedy": fault.remedy,
            "severity": fault.severity,
        }
        for fault in error.faults
    ]
    write_table(pd.DataFrame(rows).astype({"row": "Int64"}), table)


def _print(made: Applied) -> None:
    from rich.text import Text

    from recommender.cli.diff import print_changes

    console = output()
    offer, edits = made.offer, made.edits
    counts = edits.decisions["decision"].value_counts()
    said = [f"{int(counts.get(word, 0)):,} {done}" for word, done in _DONE.items()]
    console.print(
        Text(f"\nversion {offer.version}: {counted(len(offer.frame), 'title')}", style="bold"),
        Text(f"   offer {offer.offer_id}", style="dim"),
        sep="",
    )
    console.print(f"{', '.join(said)}; {len(edits.locks):,} locked, prices of {len(edits.prices):,} changed")
    print_changes(made.changes, limit=_SHOWN)
    for shortfall in offer.shortfalls:
        console.print(Text("missed  ", style="yellow"), Text(shortfall.text), sep="")
    if len(edits.extra):
        cells = counted(len(edits.extra), "other cell that reviewers wrote is", "other cells that reviewers wrote are")
        count = f"{cells} kept in extra.csv"
        console.print(Text("note    ", style="yellow"), Text(count), sep="")
    console.print()
    for name, meaning in _MEANINGS.items():
        console.print(
            Text(f"{made.files[name]}", style="cyan"), Text(f"  {meaning}", style="dim"), sep="", soft_wrap=True
        )


_DONE = {"accept": "accepted", "hold": "held", "reject": "rejected"}
_MEANINGS = {
    "offer.xlsx": "workbook to review",
    "report.html": "report to read",
    "decisions.csv": "every decision so far",
    "changes.csv": "what changed, and why",
    "extra.csv": "what else reviewers wrote",
}
