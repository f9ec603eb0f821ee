"""Files that are no Avails workbooks, or are damaged, and what is said of them."""

from __future__ import annotations

import openpyxl
import pytest

from recommender.errors import DataError, UnreadableFileError
from recommender.sources.avails import read_avails


def workbook(path, rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [["title_id", "kind", "title"], ["1", "film", "A"]],
        [["Avail", "AvailTrans"], ["DisplayName", "Territory"], ["Us", "US"]],
        # A data dictionary names the fields too, one below the other.
        [["Sub-Element", "Definition"], *([name, "..."] for name in ("Territory", "Start", "End", "ALID", "WorkType"))],
    ],
)
def test_another_workbook_is_refused_with_what_an_avails_one_has(tmp_path, rows):
    path = workbook(tmp_path / "other.xlsx", rows)
    with pytest.raises(DataError, match=r"no sheet holds avails \(sheets: Sheet\)") as raised:
        read_avails(path)
    assert "Territory, LicenseType" in (raised.value.hint or "")


def test_what_is_no_workbook_is_refused(tmp_path):
    files = {"a.xlsx": b"", "b.xlsx": b"PK\x03\x04 no", "c.csv": b"a,b\n1,2\n", "d.xlsx": b"\xd0\xcf\x11\xe0"}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(UnreadableFileError, match=name):
            read_avails(tmp_path / name)
    with pytest.raises(UnreadableFileError, match="no such file"):
        read_avails(tmp_path / "none.xlsx")


def test_a_truncated_workbook_is_refused(build, tmp_path):
    from avails_books import MOVIE

    path = build([MOVIE])
    (tmp_path / "half.xlsx").write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(UnreadableFileError, match="damaged"):
        read_avails(tmp_path / "half.xlsx")
