"""Workbooks made for a test, and the real ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from avails_books import fill, snapshot
from openpyxl.worksheet.worksheet import Worksheet

from recommender.sources.avails import Avails, read_avails
from recommender.sources.avails._fields import Kind, sheet_name

Build = Callable[..., Path]


@pytest.fixture
def build(tmp_path: Path) -> Build:
    """Return a function that writes a workbook of one sheet and returns its path."""

    def write(
        rows: Sequence[Mapping[str, Any]],
        *,
        version: str = "1.9",
        kind: Kind = "movies",
        name: str | None = None,
        columns: Sequence[tuple[str, str]] | None = None,
        change: Callable[[Worksheet], object] | None = None,
        file: str = "made.xlsx",
    ) -> Path:
        workbook = openpyxl.Workbook()
        sheet = workbook.active
        assert sheet is not None
        sheet.title = name or sheet_name(version, kind)
        fill(sheet, version, kind, rows, columns)
        if change is not None:
            change(sheet)
        workbook.save(tmp_path / file)
        return tmp_path / file

    return write


@pytest.fixture
def read(build: Build) -> Callable[..., Avails]:
    """Return a function that writes a workbook and reads it."""
    return lambda rows, **how: read_avails(build(rows, **how))


@pytest.fixture(scope="session")
def real_books(shared_data: Path) -> list[Path]:
    """Return the real workbooks beside the project, or skip."""
    found = sorted((shared_data / "avails").glob("*.xlsx"))
    if not found:
        pytest.skip("no Avails workbook in ../shared/data/avails")
    return found


@pytest.fixture(scope="session")
def real_avails(real_books: list[Path]) -> dict[Path, Avails]:
    """Return the real workbooks, read."""
    return {path: read_avails(path) for path in real_books}


@pytest.fixture(scope="session")
def real_snapshots(real_books: list[Path]) -> dict[Path, dict[str, Any]]:
    """Return all that a person can see of the real workbooks."""
    return {path: snapshot(path) for path in real_books}
