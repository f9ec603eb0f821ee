"""``recommender check``: every fault of every table at once."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli._console import output
from recommender.cli._faults import count, fold, in_kinds
from recommender.errors import CallError, Fault, TableError, UnreadableFileError, counted, visible

if TYPE_CHECKING:
    from recommender.sources import Checked

__all__ = ["check"]


class ReportFormat(StrEnum):
    """How faults are printed."""

    TABLE = "table"
    JSON = "json"


def check(
    titles: Annotated[Path | None, typer.Option(help="A titles table.", show_default=False)] = None,
    outcomes: Annotated[Path | None, typer.Option(help="An outcomes table.", show_default=False)] = None,
    rights: Annotated[Path | None, typer.Option(help="A rights table.", show_default=False)] = None,
    scores: Annotated[Path | None, typer.Option(help="A scores table.", show_default=False)] = None,
    offer: Annotated[Path | None, typer.Option(help="An offer table.", show_default=False)] = None,
    decisions: Annotated[Path | None, typer.Option(help="A decisions table.", show_default=False)] = None,
    report: Annotated[
        ReportFormat, typer.Option("--format", help="A table for people, or JSON for programs.")
    ] = ReportFormat.TABLE,
    all_rows: Annotated[
        bool, typer.Option("--all", help="Print every row, also where hundreds have the same problem.")
    ] = False,
) -> None:
    """Validate tables: print every error by file, row and column, and what to do about it.

    Files are Parquet, CSV or XLSX. Ends with 0 if there are no errors (warnings are allowed), else with 1.

    Example:

        recommender check --titles catalogue.xlsx --outcomes outcomes.csv
    """
    given = {
        "titles": titles,
        "outcomes": outcomes,
        "rights": rights,
        "scores": scores,
        "offer": offer,
        "decisions": decisions,
    }
    paths = {name: path for name, path in given.items() if path is not None}
    if not paths:
        raise CallError("there is nothing to check", hint="give at least one table, such as --titles FILE")
    checked, faults = _check_all(paths)
    faults += _orphans(checked)
    if report is ReportFormat.JSON:
        _print_json(paths, checked, faults)
    else:
        _print_tables(paths, checked, faults, all_rows=all_rows)
    if any(fault.severity == "error" for fault in faults):
        raise typer.Exit(1)


def _check_all(paths: dict[str, Path]) -> tuple[dict[str, Checked], list[Fault]]:
    from recommender.sources import check_table

    checked: dict[str, Checked] = {}
    faults: list[Fault] = []
    for name, path in paths.items():
        try:
            checked[name] = check_table(path, name)
        except TableError as error:
            faults += error.faults
        except UnreadableFileError as error:
            problem = error.message.removeprefix(f"{path}: ")
            faults.append(Fault(str(path), None, None, None, problem, error.hint or ""))
        else:
            faults += checked[name].faults
    return checked, faults


def _orphans(checked: dict[str, Checked]) -> Iterator[Fault]:
    """Yield a warning for each table that refers to titles which are not in the titles table."""
    if "titles" not in checked or checked["titles"].frame.empty:
        return
    known = set(checked["titles"].frame["title_id"])
    for name, table in checked.items():
        if name == "titles":
            continue
        strangers = table.frame.loc[~table.frame["title_id"].isin(known), "title_id"]
        if len(strangers):
            distinct = list(dict.fromkeys(strangers))
            shown = ", ".join(visible(title_id) for title_id in distinct[:5]) + (", ..." if len(distinct) > 5 else "")
            rows = f"{counted(len(strangers), 'row')} of {counted(len(distinct), 'title')}"
            yield Fault(
                table.file,
                None,
                "title_id",
                None,
                f"{rows} that the titles table does not have ({shown})",
                "add the titles, or check that both tables use the same keys",
                "warning",
            )


def _print_json(paths: dict[str, Path], checked: dict[str, Checked], faults: list[Fault]) -> None:
    document = {
        "tables": [
            {
                "table": name,
                "file": str(path),
                "rows": checked[name].n_rows if name in checked else None,
                "usable_rows": len(checked[name].frame) if name in checked else 0,
                **(checked[name].how if name in checked else {}),
            }
            for name, path in paths.items()
        ],
        "errors": count(faults, "error"),
        "warnings": count(faults, "warning"),
        "faults": [
            {
                "severity": fault.severity,
                "file": fault.file,
                "row": fault.row,
                "column": fault.column,
                "value": None if fault.value is None else visible(fault.value, length=200),
                "problem": fault.problem,
                "remedy": fault.remedy,
            }
            for fault in faults
        ],
    }
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _print_tables(paths: dict[str, Path], checked: dict[str, Checked], faults: list[Fault], *, all_rows: bool) -> None:
    for name, path in paths.items():
        typer.echo(f"{name}: {path}, {_said(checked.get(name))}")
    shown = faults if all_rows else list(fold(in_kinds(faults)))
    if shown:
        _print_faults(shown)
    errors, warnings = count(faults, "error"), count(faults, "warning")
    more = " (--all prints every row)" if len(shown) < len(faults) else ""
    typer.echo(f"{counted(errors, 'error')}, {counted(warnings, 'warning')}{more}")


def _said(checked: Checked | None) -> str:
    if checked is None:
        return "not read"
    how = ", ".join(f"{key} {value}" if key in {"delimiter", "sheet"} else value for key, value in checked.how.items())
    dropped = checked.n_rows - len(checked.frame)
    rows = counted(checked.n_rows, "row") + (f", {dropped:,} of them unusable" if dropped else "")
    return f"{rows} ({how})"


def _print_faults(faults: list[Fault]) -> None:
    if not sys.stdout.isatty():
        for fault in faults:
            typer.echo(f"{fault.severity}: {fault}")
        return
    from rich.table import Table
    from rich.text import Text

    console = output()
    for file in dict.fromkeys(fault.file for fault in faults):
        # Text, not str: a name or a value may hold rich's markup.
        table = Table("", "Row", "Column", "Value", "Problem", "What to do", title=Text(file), title_justify="left")
        table.columns[1].justify = "right"
        table.columns[2].overflow = "fold"
        for fault in faults:
            if fault.file == file:
                table.add_row(
                    Text(fault.severity, style="bold red" if fault.severity == "error" else "yellow"),
                    Text("" if fault.row is None else f"{fault.row:,}"),
                    Text(visible(fault.column)),
                    Text(visible(fault.value)),
                    Text(fault.problem),
                    Text(fault.remedy),
                )
        console.print(table)
