"""An Avails workbook in memory: its tables, its cells, and what was not understood."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.errors import DataError, OutputError, nearest
from recommender.sources import _cells
from recommender.sources._atomic import atomic_output
from recommender.sources.avails._edit import Edit, edited
from recommender.sources.avails._facts_sheet import completed, read_facts
from recommender.sources.avails._fields import VERSIONS
from recommender.sources.avails._keys import Level, keys_and_levels
from recommender.sources.avails._notes import Note, notes_table
from recommender.sources.avails._package import Grid, Package, open_package
from recommender.sources.avails._reader import SheetReader
from recommender.sources.avails._rights import rights_rows, rights_table
from recommender.sources.avails._seasons import with_seasons
from recommender.sources.avails._sheet import AvailsSheet, read_sheet
from recommender.sources.avails._tables import rights_edits, title_edits
from recommender.sources.avails._titles import note_identifiers, title_facts, titles_table
from recommender.sources.avails._windows import find_est_starts, windows_of

__all__ = ["Avails", "read_avails", "write_avails"]


@dataclass(frozen=True, eq=False)
class Avails:
    """An Avails workbook: what it says as tables, and every cell of it.

    Attributes
    ----------
    file : str
        The path as it was given.
    version : str
        ``1.7.2``, ``1.7.3``, ``1.8`` or ``1.9``: what its first sheet of avails says, or what its columns show.
    titles : DataFrame
        The titles table, with `content_id` behind.
    rights : DataFrame
        The rights table; behind it what avails say beyond it, as text, and `source_sheet` and `source_row`.
    rows : DataFrame
        Every row that holds an avail, episodes included, as text: `sheet`, `row`, `title_id`, then every column
        by its field, or as the sheet calls it.
    notes : tuple of Note
        What was not understood.
    sheets : tuple of AvailsSheet
        The sheets that hold avails.
    package : Package
        The workbook itself.
    """

    file: str
    version: str
    titles: pd.DataFrame
    rights: pd.DataFrame
    rows: pd.DataFrame
    notes: tuple[Note, ...]
    sheets: tuple[AvailsSheet, ...]
    package: Package = field(repr=False)

    @property
    def grids(self) -> tuple[Grid, ...]:
        """All sheets of the workbook with all their cells, also those that hold no avails."""
        return self.package.grids

    @property
    def not_understood(self) -> pd.DataFrame:
        """The notes as a table: `severity`, `sheet`, `row`, `column`, `field`, `value`, `problem`, `remedy`."""
        return notes_table(self.notes)

    def edited(self, edits: Iterable[Edit]) -> Avails:
        """Return the workbook with some cells changed; its tables say what it then says.

        Parameters
        ----------
        edits : iterable of Edit
            All of them or, where one is impossible, none.

        Raises
        ------
        TableError
            An edit names no sheet, row or field, or a merged cell; holds them all.
        """
        edits = list(edits)
        if not edits:
            return self
        raw = edited(self.package, self.sheets, edits)
        return _understood(Package(self.file, raw))

    def with_rights(self, rights: pd.DataFrame) -> Avails:
        """Return the workbook with the changes that were made to the rights table in their cells.

        `market`, `media`, `language`, `start`, `end`, `exclusive`, `licensee` and `status` are looked at. Rows are
        found by `source_sheet` and `source_row`, so they may have been sorted or left out.

        Raises
        ------
        DataError
            Rows that come from one row of the sheet were changed in different ways.
        """
        return self.edited(rights_edits(self.rights, rights, self.sheets))

    def with_titles(self, titles: pd.DataFrame) -> Avails:
        """Return the workbook with the changes that were made to the titles table in all rows of each title.

        `title`, `year`, `release_date`, `runtime_min`, `age_rating`, `directors`, `studio` and `episodes` are looked
        at.
        """
        return self.edited(title_edits(self.titles, titles, self.rows, self.sheets))


def read_avails(path: str | Path) -> Avails:
    """Read an Avails workbook of MovieLabs/EMA, versions 1.7.2 to 1.9: movies, television and collections.

    Sheets are found by their columns, whatever they are called and in whatever order the columns stand. A cell that
    cannot be understood never stops the reading: it is noted, and the workbook keeps it.

    Parameters
    ----------
    path : str or Path
        An XLSX file.

    Returns
    -------
    Avails

    Raises
    ------
    UnreadableFileError
        The file is absent, damaged, protected, or no workbook.
    DataError
        No sheet of it holds avails.
    """
    return _understood(open_package(path))


def write_avails(avails: Avails, path: str | Path) -> None:
    """Write an Avails workbook: every cell, sheet, format and comment as it was read, but for the edits.

    Parameters
    ----------
    avails : Avails
        As `read_avails` returned it, or with edits.
    path : str or Path
        Ends as the file that was read does; it appears whole or not at all.

    Raises
    ------
    OutputError
        It cannot be written there, or the ending is another.
    """
    path = Path(path)
    ending = Path(avails.file).suffix.lower()
    if path.suffix.lower() != ending:
        raise OutputError(f"{path}: a workbook read from {ending} is written as {ending}", hint=f"end it with {ending}")
    with atomic_output(path) as temporary:
        temporary.write_bytes(avails.package.raw)


def _understood(package: Package) -> Avails:
    notes: list[Note] = []
    sheets = [sheet for grid in package.grids if (sheet := read_sheet(grid, notes)) is not None]
    if not sheets:
        raise _no_avails(package)
    readers = [SheetReader(sheet, notes, from_1904=package.from_1904) for sheet in sheets]
    named: list[tuple[list[str | None], list[Level]]] = [keys_and_levels(cells) for cells in readers]
    est = find_est_starts((cells, keys) for cells, (keys, _) in zip(readers, named, strict=True))
    facts, rights, rows = [], [], []
    for cells, (keys, levels) in zip(readers, named, strict=True):
        cells.note_missing()
        note_identifiers(cells)
        facts.append(title_facts(cells, keys, levels))
        rights += rights_rows(cells, keys, levels, windows_of(cells, keys, est))
        rows.append(_rows(cells, keys))
    titles = titles_table(facts, notes)
    counts = titles.loc[titles["episodes"].notna(), ["title_id", "episodes"]]
    rights = with_seasons(rights, dict(zip(counts["title_id"], map(int, counts["episodes"]), strict=True)), notes)
    known = read_facts(package.grids, notes)
    return Avails(
        package.name,
        sheets[0].version,
        titles if known is None else completed(titles, known),
        rights_table(rights),
        pd.concat(rows, ignore_index=True).astype({"row": "int64"}),
        tuple(_in_order(notes, sheets)),
        tuple(sheets),
        package,
    )


def _rows(cells: SheetReader, keys: list[str | None]) -> pd.DataFrame:
    columns: dict[str, Any] = {
        "sheet": [cells.sheet.name] * len(cells),
        "row": cells.sheet.rows,
        "title_id": keys,
        **{str(name): [_cells.text(cell) for cell in column] for name, column in cells.sheet.cells.items()},
    }
    return pd.DataFrame(
        {name: pd.Series(column, dtype="int64" if name == "row" else "str") for name, column in columns.items()}
    )


def _in_order(notes: list[Note], sheets: list[AvailsSheet]) -> list[Note]:
    places = {sheet.name: place for place, sheet in enumerate(sheets)}
    return sorted(
        dict.fromkeys(notes), key=lambda note: (places.get(note.sheet or "", -1), note.row or 0, note.field or "")
    )


def _no_avails(package: Package) -> DataError:
    names = ", ".join(grid.name for grid in package.grids)
    wanted = "Movies, TV, Template-Movies or Template-TV"
    near = nearest(names, ["Movies", "TV"]) if len(package.grids) == 1 else []
    return DataError(
        f"{package.name}: no sheet holds avails (sheets: {names})",
        hint=f"An Avails workbook of {VERSIONS[0]} to {VERSIONS[-1]} has a sheet {wanted}, with a row that names fields "
        f"such as Territory, LicenseType, Start, End and ALID{' (did you rename it?)' if near else ''}.",
    )
