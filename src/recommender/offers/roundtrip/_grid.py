"""A workbook as cells: what stands where, whoever saved it."""

from __future__ import annotations

import datetime
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from recommender.errors import UnreadableFileError
from recommender.sources import weigh_workbook

_ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
_FIRST_YEAR = 2001  # an earlier time of saving is a fixed one, of a program
_TABLES = frozenset({".csv", ".tsv", ".parquet"})
_WHOLE = 1e15  # beyond it a sheet's numbers are no longer exact

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cell:
    """One filled cell.

    Attributes
    ----------
    value : object
        Text, number, date or truth; of a formula its last result, None where the file holds none.
    formula : str
        The formula, with its equals sign; empty where there is none.
    error : bool
        Whether the value is one of Excel's errors, such as `#REF!`.
    """

    value: object
    formula: str = ""
    error: bool = False

    @property
    def text(self) -> str:
        """The value as a person sees it; of a formula without a result the formula."""
        return self.formula if self.formula and self.value is None else as_text(self.value)


@dataclass(frozen=True, eq=False)
class Grid:
    """One sheet.

    Attributes
    ----------
    file, name : str
        The file's name, and the sheet's.
    cells : dict of (row, column) to Cell
        The filled cells; both numbers from 1.
    comments : dict of (row, column) to str
    merged : list of (first row, first column, last row, last column)
    heads : dict of str to (row, column)
        The places that the workbook's defined names point at.
    """

    file: str
    name: str
    cells: Mapping[Place, Cell]
    comments: Mapping[Place, str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    heads: Mapping[str, Place] = field(default_factory=dict)

    def text(self, row: int, column: int) -> str:
        """Return a cell's text, empty where nothing stands."""
        cell = self.cells.get((row, column))
        return "" if cell is None else cell.text

    @property
    def where(self) -> str:
        """The file and the sheet, as a fault names them."""
        return f"{self.file}, sheet {self.name}"


@dataclass(frozen=True, eq=False)
class Read:
    """A workbook: its sheets, and when it was saved (ISO 8601), empty where the file does not say."""

    grids: list[Grid]
    saved_at: str


def check_there(path: Path) -> None:
    """Refuse a path at which there is no file.

    Raises
    ------
    UnreadableFileError
        There is nothing, or a folder.
    """
    if not path.is_file():
        what = "a folder, not a workbook" if path.is_dir() else "no such file"
        raise UnreadableFileError(f"{path}: {what}", hint="Give the workbook that the reviewers sent back.")


def read_grids(path: Path) -> Read:
    """Read every sheet of a workbook.

    Raises
    ------
    UnreadableFileError
        It is no workbook, or damaged.
    """
    check_there(path)
    if path.suffix.lower() in _TABLES:
        raise UnreadableFileError(
            f"{path}: a table for programs, not a workbook",
            hint="Decide in offer.xlsx of the same folder, and give that.",
        )
    weigh_workbook(path)
    book = _load(path, values=False)
    grids = list(grids_of(book, path.name))
    if any(cell.formula for grid in grids for cell in grid.cells.values()):
        grids = list(grids_of(book, path.name, _load(path, values=True)))
    saved = book.properties.modified
    known = isinstance(saved, datetime.datetime) and saved.year >= _FIRST_YEAR
    return Read(grids, saved.replace(microsecond=0).isoformat() if known else "")


def _load(path: Path, *, values: bool) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of extensions that openpyxl drops: the file itself stays as it is
            return load_workbook(path, data_only=values)
    except (
        InvalidFileException,
        OSError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        ParseError,
        zipfile.BadZipFile,
    ) as error:
        raise UnreadableFileError(
            f"{path}: the workbook cannot be read ({str(error)[:120]})",
            hint="Open it in Excel or LibreOffice and save it again as .xlsx.",
        ) from None


def grids_of(book: Any, file: str, values: Any = None) -> Iterator[Grid]:
    """Yield the sheets of an openpyxl workbook; `values` is the same one with the results of its formulas."""
    for sheet in book.worksheets:
        results = None if values is None else values[sheet.title]
        cells: dict[Place, Cell] = {}
        comments: dict[Place, str] = {}
        for row in sheet.iter_rows():
            for cell in row:
                if getattr(cell, "comment", None) is not None:
                    comments[cell.row, cell.column] = clean_text(cell.comment.text)
                if cell.value is None:
                    continue
                made = _cell(cell, None if results is None else results.cell(cell.row, cell.column))
                if made.text.strip():
                    cells[cell.row, cell.column] = made
        merged = [(area.min_row, area.min_col, area.max_row, area.max_col) for area in sheet.merged_cells.ranges]
        yield Grid(file, sheet.title, cells, comments, sorted(merged), dict(_heads(book, sheet)))


def _cell(cell: Any, result: Any) -> Cell:
    if cell.data_type == "f":
        formula = getattr(cell.value, "text", None) or cell.value
        formula = formula if isinstance(formula, str) else "=?"
        value = None if result is None else result.value
        error = result is not None and result.data_type == "e"
        return Cell(clean_text(value) if isinstance(value, str) else value, formula, error)
    value = clean_text(cell.value) if isinstance(cell.value, str) else cell.value
    return Cell(value, error=cell.data_type == "e")


def _heads(book: Any, sheet: Any) -> Iterator[tuple[str, Place]]:
    from openpyxl.utils.cell import coordinate_to_tuple

    # Names of one sheet go before those of the book: a copied sheet may have its own.
    for names in (book.defined_names, sheet.defined_names):
        for name, target in names.items():
            for title, area in _targets(target):
                first = area.replace("$", "").split(":")[0]
                if title == sheet.title and re.fullmatch("[A-Z]{1,3}[1-9][0-9]{0,6}", first):
                    yield str(name).casefold(), coordinate_to_tuple(first)


def _targets(name: Any) -> list[tuple[str, str]]:
    try:
        return list(name.destinations)
    except (ValueError, TypeError, AttributeError):
        return []  # a name that points nowhere any more (#REF!)


def clean_text(text: str) -> str:
    r"""Return a cell's text with Excel's escapes undone and every line break as one.

    Examples
    --------
    >>> clean_text("a_x000D_\nb_x005F_x0041_")
    'a\nb_x0041_'
    """
    if _ESCAPED.search(text):
        units = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
        # Halves of a sign that stand alone are no text, and no file could hold them.
        text = units.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def as_text(value: object) -> str:
    """Return a cell's value as text.

    Examples
    --------
    >>> as_text(12.0), as_text(0.1), as_text(True), as_text(datetime.datetime(2026, 3, 1)), as_text(None)
    ('12', '0.1', 'TRUE', '2026-03-01', '')
    """
    match value:
        case None:
            return ""
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < _WHOLE else repr(value)
        case datetime.datetime():
            return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
        case _:
            return str(value)
