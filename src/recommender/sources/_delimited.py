"""CSV and its relatives: delimiter, quoting, and rows of unequal length."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TextIO

import numpy as np
import pandas as pd

from recommender.errors import Fault
from recommender.sources._delimiter import DELIMITERS, find_delimiter
from recommender.sources._raw import RawTable, dedupe_headers, unreadable
from recommender.sources._text import find_encoding

__all__ = ["read_delimited"]

_SAMPLE = 256 * 1024


def read_delimited(path: Path, known: Iterable[str]) -> RawTable:
    """Read a CSV file whose encoding and delimiter are found out.

    Parameters
    ----------
    path : Path
        An existing file with content.
    known : iterable of str
        Column names that may be expected: they tell the delimiter where a header is short.

    Raises
    ------
    UnreadableFileError
        The encoding cannot be told, or there is no header.
    TableError
        Encodings are mixed: the row and the column of the first cell that is odd.
    """
    encoding = find_encoding(path)
    with path.open(encoding=encoding.codec, newline="") as stream:
        sample = stream.read(_SAMPLE)
    delimiter = find_delimiter(sample, known)
    # The limit is the process's; a longer cell is found below and named, so the parser must not stop at it.
    csv.field_size_limit(2**31 - 1)
    with path.open(encoding=encoding.codec, newline="") as stream:
        raw = _table(path, stream, delimiter, encoding.name)
    if encoding.doubtful:
        problem = f"read as {encoding.name}, which is the likeliest encoding but not certain"
        raw.faults.append(
            Fault(str(path), None, None, None, problem, "check the names; better save it as UTF-8", "warning")
        )
    return raw


def _table(path: Path, stream: TextIO, delimiter: str, encoding: str) -> RawTable:
    header: list[str] | None = None
    records: list[list[str]] = []
    numbers: list[int] = []
    misfits: list[Fault] = []
    number = width = start = end = 0
    reader = csv.reader(stream, delimiter=delimiter)
    for number, record in enumerate(reader, start=1):
        start, end = end, reader.line_num
        if not any(record) or (number == 1 and len(record) <= 2 and record[0].startswith("sep=")):
            continue
        if header is None:
            while not record[-1].strip() and len(record) > 1:
                record.pop()
            header = dedupe_headers([name.strip().lstrip("\ufeff") for name in record])
            width = len(header)
            continue
        if len(record) != width:
            misfits += _fit(path, number, record, width)
        records.append(record)
        numbers.append(number)
    if header is None:
        raise unreadable(path, "there is no header row", "the first row must name the columns")
    if len(misfits) > max(len(records) // 2, 2):
        # A fault for each row would hide what happened to all of them.
        problem = f"{len(misfits):,} of {len(records):,} rows have another number of cells than the header"
        remedy = "the file was exported with wrong quotes or delimiters: export it again"
        misfits = [Fault(str(path), None, None, None, problem, remedy)]
    if _ends_in_quotes(stream, start, delimiter):
        problem, remedy = "a quote is opened and never closed", "close it, or export the file again"
        misfits.append(Fault(str(path), number, None, None, problem, remedy))
    columns = {}
    cells = zip(*records, strict=True) if records else iter(((),) * width)
    del records
    for name, column in zip(header, cells, strict=True):
        columns[name] = pd.Series(column, dtype="str")
    how = {"format": "CSV", "encoding": encoding, "delimiter": DELIMITERS[delimiter]}
    return RawTable(str(path), columns, np.asarray(numbers, dtype=np.int64), how, misfits)


def _fit(path: Path, number: int, record: list[str], width: int) -> list[Fault]:
    """Bring a record to the header's width; return the fault if that loses or invents something."""
    given = len(record)
    if given < width:
        record.extend([""] * (width - given))
        problem = f"the row has {given} of the header's {width} cells"
        remedy = "the missing cells count as empty; check that nothing was cut off"
        return [Fault(str(path), number, None, None, problem, remedy, "warning")]
    surplus = record[width:]
    del record[width:]
    if any(cell.strip() for cell in surplus):
        problem = f"the row has {given} cells, the header {width}"
        remedy = "put quotes around cells that hold the delimiter"
        return [Fault(str(path), number, None, surplus[0], problem, remedy)]
    return []


def _ends_in_quotes(stream: TextIO, line: int, delimiter: str) -> bool:
    """Return whether the last record, which begins after so many lines, opens a quote that nothing closes."""
    stream.seek(0)
    try:
        for _ in csv.reader(islice(stream, line, None), delimiter=delimiter, strict=True):
            pass
    except csv.Error as error:
        return "unexpected end" in str(error)
    return False
