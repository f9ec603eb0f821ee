"""What a reviewer does in LibreOffice, by its own interface; run with the system's Python, which has `uno`.

Usage: python3 edit_session.py PIPE SOURCE.xlsx TARGET.xlsx EDITS.json
"""

import json
import os
import sys
import time
from pathlib import Path

# `uno` and `com.sun.star` are imported where they are used: other Pythons collect this file too.

RED = 0xFFCCCC


def connect(pipe):
    import uno
    from com.sun.star.connection import NoConnectException

    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    for _ in range(1200):
        try:
            return resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        except NoConnectException:
            time.sleep(0.1)
    raise SystemExit("LibreOffice does not answer")


def option(name, value):
    from com.sun.star.beans import PropertyValue

    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


def used(sheet):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    return cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow


def heads(sheet):
    last, _ = used(sheet)
    found = {}
    for column in range(last + 1):
        text = sheet.getCellByPosition(column, 0).String
        found.setdefault(text.split("\n")[0], column)
    return found


def main(pipe, source, target, edits):
    import uno
    from com.sun.star.table import TableSortField

    context = connect(pipe)
    desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
    book = desktop.loadComponentFromURL(Path(source).resolve().as_uri(), "_blank", 0, (option("Hidden", True),))
    sheet = book.Sheets.getByIndex(1)
    edits = json.loads(Path(edits).read_text("utf-8"))

    # Sort all rows by title, last letter first.
    last_column, last_row = used(sheet)
    field = TableSortField()
    field.Field, field.IsAscending = heads(sheet)["Title"], False
    body = sheet.getCellRangeByPosition(0, 0, last_column, last_row)
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    body.sort((option("SortFields", fields), option("ContainsHeader", True)))

    # Insert a column of our own in the middle, and move another to the front.
    sheet.Columns.insertByIndex(3, 1)
    sheet.getCellByPosition(3, 0).String = "Our remark"
    year = heads(sheet)["Year"]
    sheet.Columns.insertByIndex(0, 1)
    area = sheet.getCellRangeByPosition(year + 1, 0, year + 1, last_row).RangeAddress
    sheet.moveRange(sheet.getCellByPosition(0, 0).CellAddress, area)

    at = heads(sheet)
    rows = {sheet.getCellByPosition(at["Title id"], row).String: row for row in range(1, last_row + 1)}
    for title_id, cells in edits["cells"].items():
        for head, value in cells.items():
            cell = sheet.getCellByPosition(at[head], rows[title_id])
            if isinstance(value, (int, float)):
                cell.Value = value
            else:
                cell.String = value
            cell.CellBackColor = RED
    for title_id, formula in edits["formulas"].items():
        sheet.getCellByPosition(at["Decision"], rows[title_id]).Formula = formula
    for title_id in edits["deleted"]:
        sheet.Rows.removeByIndex(rows[title_id], 1)
        rows = {key: row - (row > rows[title_id]) for key, row in rows.items() if key != title_id}
    for row in edits["hidden"]:
        sheet.Rows.getByIndex(rows[row]).IsVisible = False
    sheet.Annotations.insertNew(
        sheet.getCellByPosition(at["Title"], rows[edits["commented"]]).CellAddress, "Is it free?"
    )

    # Rename a head and the sheet, add a sheet.
    sheet.getCellByPosition(at["Reviewer"], 0).String = "Wer"
    sheet.Name = "Meeting of Tuesday"
    book.Sheets.insertNewByName("Agenda", 0)
    book.Sheets.getByName("Agenda").getCellByPosition(1, 1).String = "price of the package"
    book.storeToURL(Path(target).resolve().as_uri(), (option("FilterName", "Calc MS Excel 2007 XML"),))
    book.close(True)


if __name__ == "__main__":
    main(*sys.argv[1:])
    # The bridge's threads may still run, and taking the interpreter down below them ends in a signal now and then.
    os._exit(0)
