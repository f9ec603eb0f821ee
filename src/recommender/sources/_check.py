"""From a file to a checked table: every fault at once, and the rows that can be used."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from recommender.errors import Fault, TableError, counted, visible
from recommender.schema import TABLES, Column, Rule, Table
from recommender.sources._columns import Coerced, coerce, empty_column, extra_column
from recommender.sources._format import sniff
from recommender.sources._headers import match_headers
from recommender.sources._raw import RawTable, drop_endless_cells

__all__ = ["Checked", "check_table", "read_table"]

FAULTS_OF_A_KIND = 1000
_LISTED = 45  # characters of a list of words: with a count of the others it is shown whole
"""Of one problem in one column, so many faults are listed; the rest is one fault that counts them."""

_log = logging.getLogger("recommender")


@dataclass(frozen=True)
class Checked:
    """A table that was read, and everything that is wrong with it.

    Attributes
    ----------
    frame : DataFrame
        The rows that can be used, as `read_table` returns them: all columns of the table in its order, then
        the file's own; no rows where a required column is missing.
    faults : tuple of Fault
        Errors and warnings, in the order of the file.
    file : str
        The path as it was given.
    table : str
        The name of the table.
    n_rows : int
        Rows of the file, those with errors included.
    how : dict of str to str
        What was found out: format, encoding, delimiter, sheet.
    """

    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    file: str
    table: str
    n_rows: int
    how: dict[str, str] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Fault, ...]:
        """The faults that stop the program."""
        return tuple(fault for fault in self.faults if fault.severity == "error")

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """The faults that do not."""
        return tuple(fault for fault in self.faults if fault.severity == "warning")


def read_table(path: str | Path, table: Table | str) -> pd.DataFrame:
    """Read and check a table; warnings go to the logger ``recommender``.

    Parameters
    ----------
    path : str or Path
        Parquet, CSV or XLSX.
    table : Table or str
        Which of the six tables it is.

    Returns
    -------
    DataFrame
        All columns of the table in its order, then the file's own; a fresh RangeIndex.

    Raises
    ------
    UnreadableFileError
        The file cannot be read at all.
    TableError
        Something in it is wrong; holds every fault.
    """
    checked = check_table(path, table)
    if checked.errors:
        raise TableError(checked.faults)
    for fault in checked.warnings:
        _log.warning("%s", fault)
    return checked.frame


def check_table(path: str | Path, table: Table | str) -> Checked:
    """Read a table and list everything that is wrong with it.

    Parameters
    ----------
    path : str or Path
        Parquet, XLSX, or CSV in UTF-8 with or without BOM, UTF-16, Windows-1251 or GB18030, with comma,
        semicolon or tab.
    table : Table or str
        Which of the six tables it is.

    Returns
    -------
    Checked
        The usable rows, and every fault; a file that cannot be read at all raises.

    Raises
    ------
    UnreadableFileError
        The file cannot be read at all.
    TableError
        It mixes encodings: the place is named.
    """
    with _collector_paused():
        return _check(path, TABLES[table] if isinstance(table, str) else table)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Keep Python from walking all those young lists again and again, which takes half the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _check(path: str | Path, table: Table) -> Checked:
    raw = _read(Path(path), table)
    drop_endless_cells(raw)
    matched, faults = match_headers(table, list(raw.columns), raw.file)
    faults += raw.faults
    if not len(raw.rows):
        remedy = "give it at least one row below the header"
        faults.append(Fault(raw.file, None, None, None, "the table has no rows", remedy))
    finder = _Finder(raw, matched)
    series: dict[str, pd.Series[Any]] = {}
    for column in table.columns:
        if column.name in matched:
            coerced = coerce(column, raw.columns[matched[column.name]])
            coerced.misread += _valueless(raw, matched[column.name])
            finder.misread(column, coerced)
            series[column.name] = coerced.cells
        else:
            series[column.name] = empty_column(column, len(raw.rows))
    known = set(matched.values())
    for header, cells in raw.columns.items():
        if header not in known and header not in table:
            series[header] = extra_column(cells)
            finder.add_misread(header, _valueless(raw, header), error=False)
    frame = pd.DataFrame(series, index=pd.RangeIndex(len(raw.rows)))
    finder.broken_rules(table, frame)
    finder.contradictions(table, frame)
    hopeless = any(fault.severity == "error" and fault.row is None for fault in faults)
    faults += finder.listed()
    misshapen = [fault.row for fault in raw.faults if fault.severity == "error" and fault.row is not None]
    bad = finder.bad_rows | np.isin(raw.rows, misshapen) | hopeless
    frame = frame[~bad].reset_index(drop=True) if bad.any() else frame
    # What is counted and not listed comes after what is.
    order = sorted(faults, key=lambda fault: (fault.row is not None or 2 * (fault.stands_for > 1), fault.row or 0))
    return Checked(frame, tuple(order), raw.file, table.name, len(raw.rows), raw.how)


def _read(path: Path, table: Table) -> RawTable:
    kind = sniff(path)
    if kind == "parquet":
        from recommender.sources._parquet import read_parquet

        return read_parquet(path)
    if kind == "xlsx":
        from recommender.sources._workbook import read_workbook

        return read_workbook(path, table.name)
    from recommender.sources._delimited import read_delimited

    return read_delimited(path, table.names)


class _Finder:
    """The faults of one table's cells, as they are found."""

    def __init__(self, raw: RawTable, matched: dict[str, str]) -> None:
        self._raw = raw
        self._matched = matched
        self._faults: list[Fault] = []
        self._unread: dict[str, npt.NDArray[np.intp]] = {}
        self.bad_rows = np.zeros(len(raw.rows), dtype=bool)

    def listed(self) -> list[Fault]:
        return self._faults

    def misread(self, column: Column, coerced: Coerced) -> None:
        """Note the cells of a column that could not be understood, and the words that no vocabulary holds."""
        self.add_misread(column.name, coerced.misread, error=column.required or column.strict)
        self._unread[column.name] = np.asarray([place for place, *_ in coerced.misread], dtype=np.intp)
        if coerced.unknown.words:
            self._add_unknown(column, coerced)

    def add_misread(self, column: str, misread: list[tuple[int, object, str, str]], *, error: bool) -> None:
        """Note cells of a column, each with its problem and remedy."""
        groups: dict[tuple[str, str], list[tuple[int, object]]] = {}
        for place, value, problem, remedy in misread:
            groups.setdefault((problem, remedy), []).append((place, value))
        for (problem, remedy), cells in groups.items():
            said = remedy if error else f"{remedy}; it is left out"
            self._add(column, cells, problem, _always(said), "error" if error else "warning")

    def broken_rules(self, table: Table, frame: pd.DataFrame) -> None:
        """Check the frame against the table's schema; cells with an emptying warning are emptied in it."""
        for name, problem, cells in _failures(table, frame):
            if problem == "not_nullable":
                # A cell that was not understood, or is named already, is not also empty.
                unread = {*self._unread.get(name, _NONE).tolist(), *self._emptied(name)}
                empty: list[tuple[int, object]] = [(place, None) for place, _ in cells if place not in unread]
                if name in self._matched:
                    self._add(name, empty, "the cell is empty", _always("fill it, or delete the row"), "error")
                continue
            rule = next(rule for rule in table[name].rules if rule.problem == problem)
            self._add(name, cells, problem, self._remedy(rule, name, frame), rule.severity)
            if rule.empties:
                frame.loc[[place for place, _ in cells], name] = None
        for row_rule in table.row_rules:
            places = np.flatnonzero(~row_rule.holds(frame).to_numpy())
            values = frame[row_rule.column]
            odd = [(int(place), values.iloc[place]) for place in places]
            self._add(row_rule.column, odd, row_rule.problem, _always(row_rule.remedy), row_rule.severity)

    def contradictions(self, table: Table, frame: pd.DataFrame) -> None:
        """Note the rows that say something against another row, which is named; rows with errors are left aside."""
        if table.contradictions is None:
            return
        good = np.flatnonzero(~self.bad_rows)
        for found in table.contradictions(frame.iloc[good].reset_index(drop=True)):
            places, others = good[found.places], good[found.others]
            values = frame[found.column]
            for place, other in zip(places[:FAULTS_OF_A_KIND], others, strict=False):
                value = values.iloc[place]
                shown = None if pd.isna(value) else visible(value, length=200)
                remedy = found.remedy.format(row=self._raw.rows[other])
                header = self._matched.get(found.column, found.column)
                row = int(self._raw.rows[place])
                self._faults.append(Fault(self._raw.file, row, header, shown, found.problem, remedy, "warning"))
            self._add_rest(found.column, found.problem, len(places), "warning")

    def _emptied(self, name: str) -> list[int]:
        rows = [fault.row for fault in self._raw.faults if fault.column == self._matched.get(name)]
        return np.flatnonzero(np.isin(self._raw.rows, [row for row in rows if row is not None])).tolist()

    def _remedy(self, rule: Rule, name: str, frame: pd.DataFrame) -> Callable[[object], str]:
        if rule.names_first:
            first = ~frame[name].duplicated()
            rows = dict(zip(frame[name][first], self._raw.rows[first.to_numpy()], strict=True))
            return lambda value: f"row {rows[value]} has it too: {rule.remedy(value)}"
        return rule.remedy

    def _add(
        self,
        column: str,
        cells: list[tuple[int, object]],
        problem: str,
        remedy: Callable[[object], str],
        severity: Literal["error", "warning"],
    ) -> None:
        header = self._matched.get(column, column)
        if severity == "error":
            self.bad_rows[[place for place, _ in cells]] = True
        remedies: dict[object, str] = {}
        for place, value in cells[:FAULTS_OF_A_KIND]:
            shown = visible(value, length=200) if value is not None else None
            if shown not in remedies:
                remedies[shown] = remedy(value)
            row = int(self._raw.rows[place])
            self._faults.append(Fault(self._raw.file, row, header, shown, problem, remedies[shown], severity))
        self._add_rest(column, problem, len(cells), severity)

    def _add_rest(self, column: str, problem: str, count: int, severity: Literal["error", "warning"]) -> None:
        more = count - FAULTS_OF_A_KIND
        if more > 0:
            header, rest = self._matched.get(column, column), f"{problem}, in {counted(more, 'more row')}"
            self._faults.append(Fault(self._raw.file, None, header, None, rest, "as above", severity, more))

    def _add_unknown(self, column: Column, coerced: Coerced) -> None:
        words = sorted(coerced.unknown.words.items(), key=lambda item: (-item[1][0], item[1][1]))
        total = sum(count for _, (count, _) in words)
        told = [
            f"{visible(word, length=30)} ({count})" if count > 1 else visible(word, length=30)
            for word, (count, _) in words[:8]
        ]
        # A longer value would be cut in the middle where it is shown.
        fit = next((end for end in range(len(told), 1, -1) if len(", ".join(told[:end])) <= _LISTED), 1)
        shown = ", ".join(told[:fit])
        one, many = ("country", "countries") if column.vocabulary == "country" else ("language", "languages")
        if len(words) > fit:
            shown += f" and {len(words) - fit} more"
        standard = "ISO 3166-1 codes such as RU" if one == "country" else "BCP 47 tags such as ru"
        first = min(place for _, (_, place) in words)
        self._faults.append(
            Fault(
                self._raw.file,
                int(self._raw.rows[first]),
                self._matched[column.name],
                shown,
                f"{total:,} unknown {one if total == 1 else many} left out",
                f"write {standard}",
                "warning",
            )
        )


_NONE = np.empty(0, dtype=np.intp)


def _valueless(raw: RawTable, header: str) -> list[tuple[int, object, str, str]]:
    """Return the cells of a column that hold no value, as `Coerced.misread` has them."""
    return [(place, cell.shown, cell.problem, cell.remedy) for place, cell in raw.valueless.get(header, {}).items()]


def _always(text: str) -> Callable[[object], str]:
    return lambda _value: text


def _failures(table: Table, frame: pd.DataFrame) -> Iterator[tuple[str, str, list[tuple[int, object]]]]:
    """Yield each failed check of the table's schema: the column, the problem, places and values."""
    for column in table.columns:
        if _holds(column, frame[column.name]):  # pandera takes much longer to say so
            continue
        import pandera.pandas as pa

        try:
            table.schema.columns[column.name].validate(frame, lazy=True)
        except pa.errors.SchemaErrors as error:
            for problem, group in error.failure_cases.groupby("check", sort=False):
                places = group["index"].astype(int)
                yield column.name, str(problem), list(zip(places, group["failure_case"], strict=True))


def _holds(column: Column, cells: pd.Series[Any]) -> bool:
    """Return whether no cell is empty that must be filled, and the filled ones keep every rule."""
    filled = cells.dropna()
    if column.required and len(filled) < len(cells):
        return False
    return filled.empty or all(bool(rule.holds(filled).all()) for rule in column.rules)
