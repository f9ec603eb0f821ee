"""Checks that several commands make of what they are called with."""

from __future__ import annotations

from pathlib import Path

from recommender.errors import CallError, OutputError
from recommender.schema import iso_day
from recommender.sources import check_output

__all__ = ["check_day", "check_runs_kept", "check_table_file"]

_TABLE_ENDINGS = (".parquet", ".csv", ".tsv", ".xlsx")


def check_day(day: str | None) -> str | None:
    """Return an ISO date as it is; refuse anything else that is not None.

    Raises
    ------
    CallError
        If it is not a day written as YYYY-MM-DD.
    """
    return None if day is None else iso_day(day, "--as-of")


def check_table_file(file: Path, *, option: str = "--out") -> Path:
    """Return the path of a table to write as it is; refuse one that cannot be written, before the work.

    Parameters
    ----------
    file : Path
    option : str
        What the path was given to, for the message.

    Raises
    ------
    CallError
        If the ending names no format.
    OutputError
        If it cannot be written there.
    """
    if file.suffix.lower() not in _TABLE_ENDINGS:
        raise CallError(f"{option} {file}: its ending names no format", hint="Use .parquet, .csv or .xlsx.")
    check_output(file)
    return file


def check_runs_kept(experiment: str, *outputs: Path) -> None:
    """Refuse runs that MLflow cannot keep, before the work that they tell of and that writes the output folders.

    Raises
    ------
    OutputError
        If the store does not answer or cannot be written.
    CallError
        If it is a folder, in one of the outputs, or the experiment was deleted.
    """
    from recommender.tracking import check_tracking

    try:
        check_tracking(experiment, outputs=outputs)
    except OutputError as error:
        instead = (error.hint or "").rstrip(".")
        raise OutputError(error.message, hint=f"{instead}. Or keep no run: --no-track.") from error
