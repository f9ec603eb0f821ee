"""Cells are changed in sheets as any program stores them: prefixes, rows without numbers, empty elements."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sources.avails._splice import CellText, FormulaShared, SheetIndex, spliced

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet(inner, prefix=""):
    space = f"xmlns:{prefix[:-1]}" if prefix else "xmlns"
    return f'<?xml version="1.0"?><{prefix}worksheet {space}="{NAMESPACE}">{inner}</{prefix}worksheet>'.encode()


def cells(xml):
    """Return what each cell holds, by its reference."""
    found = {}
    for cell in ET.fromstring(xml).iter(f"{{{NAMESPACE}}}c"):
        found[cell.get("r")] = (cell.get("t"), "".join(cell.itertext()), cell.get("s"))
    return found


def put(xml, changes):
    return spliced(SheetIndex(xml, {row for row, _ in changes}), changes)


def test_a_cell_keeps_its_style_and_the_others_their_bytes():
    xml = sheet('<sheetData><row r="1" spans="1:2"><c r="A1" s="3"><v>1</v></c><c r="B1" s="4"/></row></sheetData>')
    done = put(xml, {(0, 0): CellText("a < b")})
    assert cells(done) == {"A1": ("inlineStr", "a < b", "3"), "B1": (None, "", "4")}
    assert done.endswith(xml[xml.index(b'<c r="B1"') :])


@pytest.mark.parametrize(
    "inner",
    [
        "<{0}sheetData/>",
        "<{0}sheetData></{0}sheetData>",
        '<{0}sheetData><{0}row r="3"/></{0}sheetData>',
        '<{0}sheetData><{0}row r="1"/><{0}row r="9"/></{0}sheetData>',
        '<{0}sheetData><{0}row r="3"><{0}c r="D3"><{0}v>9</{0}v></{0}c></{0}row></{0}sheetData>',
    ],
)
@pytest.mark.parametrize("prefix", ["", "x:"])
def test_cells_and_rows_that_are_not_there_are_added_in_order(inner, prefix):
    changes = {(2, 4): CellText(True), (2, 1): CellText(7), (4, 0): CellText("new"), (5, 0): CellText(0.5)}
    done = put(sheet(inner.format(prefix), prefix), changes)
    found = {name: value for name, value in cells(done).items() if name != "D3"}
    assert found == {
        "B3": (None, "7", None),
        "E3": ("b", "1", None),
        "A5": ("inlineStr", "new", None),
        "A6": (None, "0.5", None),
    }
    rows = [int(row.get("r")) for row in ET.fromstring(done).iter(f"{{{NAMESPACE}}}row")]
    assert rows == sorted(rows)
    columns = [cell.get("r") for cell in ET.fromstring(done).iter(f"{{{NAMESPACE}}}c") if cell.get("r").endswith("3")]
    assert columns == sorted(columns)


def test_rows_and_cells_may_lack_their_numbers():
    xml = sheet("<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row></sheetData>")
    done = ET.fromstring(put(xml, {(0, 1): CellText(20), (1, 0): CellText(30)}))
    assert ["".join(cell.itertext()) for cell in done.iter(f"{{{NAMESPACE}}}c")] == ["1", "20", "30"]


def test_what_looks_like_the_end_of_a_tag_is_none():
    xml = sheet('<sheetData><row r="1" customFormat="a>b"><c r="A1" cm="&gt;"><v>1</v></c></row></sheetData>')
    done = put(xml, {(0, 1): CellText(2)})
    assert {name: value[1] for name, value in cells(done).items()} == {"A1": "1", "B1": "2"}


def test_the_stated_extent_grows_with_it():
    xml = sheet('<dimension ref="A1:B2"/><sheetData><row r="1"><c r="A1"/></row></sheetData>')
    assert b'ref="A1:D7"' in put(xml, {(6, 3): CellText(1)})


@pytest.mark.parametrize("kind", ["shared", "array"])
def test_a_formula_of_several_cells_is_left_alone(kind):
    xml = sheet(f'<sheetData><row r="1"><c r="A1"><f t="{kind}" ref="A1:A2" si="0">1+1</f></c></row></sheetData>')
    with pytest.raises(FormulaShared, match="A1"):
        put(xml, {(0, 0): CellText(2)})


@given(st.dictionaries(st.tuples(st.integers(0, 8), st.integers(0, 30)), st.integers(0, 99), min_size=1, max_size=12))
def test_any_cells_at_all(changes):
    xml = sheet('<sheetData><row r="2"><c r="B2"><v>1</v></c><c r="AA2"/></row><row r="5"/></sheetData>')
    found = cells(put(xml, {place: CellText(value) for place, value in changes.items()}))
    index = SheetIndex(put(xml, {place: CellText(value) for place, value in changes.items()}), range(9))
    assert {place: int(found[name][1]) for place, name in named(changes)} == changes
    assert set(index.styles) == set(changes) | {(1, 1), (1, 26)}


def named(changes):
    from recommender.sources.avails._notes import letter

    return [((row, column), f"{letter(column)}{row + 1}") for row, column in changes]
