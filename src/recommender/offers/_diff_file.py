"""The table of changes as a file: a sheet in a workbook, or a table for programs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from recommender.offers._language import words_in
from recommender.sources import save_workbook, write_table


def write_diff(changes: pd.DataFrame, path: str | Path, *, language: str = "en") -> None:
    """Write a table of changes, as `diff_offers` returns it.

    Parameters
    ----------
    changes : DataFrame
    path : str or Path
        `.xlsx` gives the sheet of changes as an offer's workbook has it; `.csv` and `.parquet` the table.
    language : {"en", "en+ru", "en+zh"}
        Of the sheet.

    Raises
    ------
    OutputError
        It cannot be written there.
    """
    if Path(path).suffix.lower() != ".xlsx":
        write_table(changes, path)
        return
    from openpyxl import Workbook

    from recommender.offers._sheet_versions import add_changes_sheet

    book = Workbook()
    book.remove(book.active)
    add_changes_sheet(book, changes, words_in(language))
    save_workbook(book, path)
