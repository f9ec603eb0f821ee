"""What reviewers changed in the workbooks of an offer: decisions, locks, prices, and everything else they wrote."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.errors import Fault, TableError
from recommender.offers._saved import SavedOffer
from recommender.offers.roundtrip._extra import EXTRA, Original, original_of, sheet_extras, table_extras
from recommender.offers.roundtrip._grid import Read, read_grids
from recommender.offers.roundtrip._locate import Table, heads_in, language_of, locate
from recommender.offers.roundtrip._merge import Merged, merge
from recommender.offers.roundtrip._rows import Entry, table_entries
from recommender.sources import file_sha256

_HINT = "Correct these cells in the workbook and apply it again; nothing has been written."


@dataclass(frozen=True, eq=False)
class Edits:
    """What reviewers changed.

    Attributes
    ----------
    decisions : DataFrame
        The decisions on this version, in the order of the offer: the decisions table and the `title`.
    locks : tuple of str
        The titles that must stay, or come, whatever happens to the others.
    prices : dict of str to dict
        By `title_id` the columns that changed (`ask_price`, `floor_price`, `currency`) and their new values.
    extra : DataFrame
        Whatever else was written, cell by cell: nothing is lost.
    warnings : tuple of Fault
        What is worth knowing and stops nothing.
    workbooks : tuple of mapping
        Name and hash of every file that was read.
    """

    decisions: pd.DataFrame
    locks: tuple[str, ...]
    prices: Mapping[str, Mapping[str, Any]]
    extra: pd.DataFrame
    warnings: tuple[Fault, ...]
    workbooks: tuple[Mapping[str, str], ...]


def read_edits(files: Sequence[str | Path], saved: SavedOffer) -> Edits:
    """Read what reviewers changed in one or more copies of an offer's workbook.

    Parameters
    ----------
    files : sequence of path
        The workbooks, as Excel, LibreOffice or anything else saved them.
    saved : SavedOffer
        The version that they were made from, as `load_offer` returns it.

    Returns
    -------
    Edits

    Raises
    ------
    UnreadableFileError
        A file is no workbook, or damaged.
    TableError
        Cells cannot be understood or contradict each other, or the workbook is of another offer or version: every
        place is named by file, sheet, row and column, with what stands there.
    """
    faults: list[Fault] = []
    entries: list[Entry] = []
    extras: list[dict[str, object]] = []
    places: dict[str, int] = {}
    for path in map(Path, files):
        read = read_grids(path)
        for place in (*(grid.where for grid in read.grids), path.name):
            places.setdefault(place, len(places))
        original = original_of(saved, language_of(read.grids, saved.language))
        found, more, wrong = _read_one(path, read, original, saved)
        entries += found
        extras += more
        faults += wrong
    merged = merge(entries, saved)
    faults += merged.faults
    faults.sort(key=lambda fault: _place(fault, places))
    errors = [fault for fault in faults if fault.severity == "error"]
    if errors:
        raise TableError(faults, hint=_HINT)
    extras += merged.loose
    return Edits(
        decisions=merged.decisions,
        locks=merged.locks,
        prices=merged.prices,
        extra=pd.DataFrame(extras, columns=list(EXTRA)).astype({name: "str" for name in EXTRA if name != "row"}),
        warnings=(*(fault for fault in faults if fault.severity == "warning"), *_absent(merged, entries, saved, files)),
        workbooks=tuple({"file": Path(path).name, "sha256": file_sha256(path)} for path in files),
    )


def _read_one(
    path: Path, read: Read, original: Original, saved: SavedOffer
) -> tuple[list[Entry], list[dict[str, object]], list[Fault]]:
    heads = heads_in(original.language)
    tables = [(grid, locate(grid, heads)) for grid in read.grids]
    if not any(table is not None and table.ids for _, table in tables):
        broken = next((table for _, table in tables if table is not None), None)
        return [], [], [_no_ids(path, broken)]
    foreign = _foreign(path, [table for _, table in tables if table is not None], saved)
    if foreign is not None:
        return [], [], [foreign]
    entries: list[Entry] = []
    extras: list[dict[str, object]] = []
    faults: list[Fault] = []
    for grid, table in tables:
        if table is None:
            extras += sheet_extras(grid, original, saved)
            continue
        found, wrong = table_entries(table, read.saved_at, original, saved)
        entries += found
        faults += wrong
        extras += table_extras(table, original)
    decisive = [table for _, table in tables if table is not None and "decision" in table.columns]
    if not decisive:
        faults.append(
            Fault(
                path.name,
                None,
                None,
                None,
                "no sheet has both row ids and decisions: a column Row id or Decision, or the sheet, was deleted",
                "take both columns from the workbook as it was sent out",
            )
        )
    return entries, extras, faults


def _place(fault: Fault, places: Mapping[str, int]) -> tuple[int, int, int]:
    """Return where a person who goes through the workbooks from the top comes upon a fault."""
    from openpyxl.utils import column_index_from_string

    letters = "" if fault.column is None else fault.column.split(" ")[0]
    return places[fault.file], fault.row or 0, column_index_from_string(letters) if letters else 0


def _no_ids(path: Path, broken: Table | None) -> Fault:
    if broken is not None:
        row = broken.broken[0]
        return Fault(
            broken.grid.where,
            row,
            broken.named(broken.id_column),
            broken.grid.text(row, broken.id_column),
            "every row id was changed, so no row can be told",
            "take the column Row id from the workbook as it was sent out",
        )
    return Fault(
        path.name,
        None,
        None,
        None,
        "no cell holds a row id: it is no workbook of an offer, or its column Row id was deleted",
        "give a workbook that `recommender offer` wrote, with that column in it",
    )


def _foreign(path: Path, tables: Iterable[Table], saved: SavedOffer) -> Fault | None:
    """Return the fault of a workbook none of whose rows is of this offer and version."""
    found = {(row_id.offer_id, row_id.version) for table in tables for row_id in table.ids.values()}
    ours = (saved.offer.offer_id, saved.offer.version)
    if ours in found:
        return None
    offer_id, version = min(found)
    same = offer_id == ours[0]
    return Fault(
        path.name,
        None,
        None,
        f"{offer_id} version {version}",
        f"the workbook is of {'another version' if same else 'another offer'}; "
        f"the folder {saved.folder} holds {ours[0]} version {ours[1]}",
        f"give the folder of that {'version' if same else 'offer'} with --offer",
    )


def _absent(merged: Merged, entries: Iterable[Entry], saved: SavedOffer, files: Sequence[str | Path]) -> list[Fault]:
    """Say which titles of the offer have no row any more: nothing is decided on them."""
    seen = {entry.title_id for entry in entries} | merged.seen
    gone = [title_id for title_id in saved.offer.frame["title_id"] if title_id not in seen]
    if not gone:
        return []
    count = "1 title of the offer has" if len(gone) == 1 else f"{len(gone):,} titles of the offer have"
    shown = ", ".join(gone[:5]) + (", ..." if len(gone) > 5 else "")
    return [
        Fault(
            ", ".join(Path(path).name for path in files),
            None,
            None,
            shown,
            f"{count} no row any more",
            "nothing is decided on them; they stay while they fit",
            "warning",
        )
    ]
