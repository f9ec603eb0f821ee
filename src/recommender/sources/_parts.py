"""Which part of a workbook's archive holds what."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from xml.etree import ElementTree as ET

__all__ = ["ANY", "elements", "related_parts", "sheet_parts", "workbook_part"]

ANY = "{*}"
"""Before an element's name: whatever its namespace."""
_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",
)

Read = Callable[[str], bytes]


def elements(xml: bytes) -> ET.Element:
    """Return a part's elements."""
    return ET.fromstring(xml)  # noqa: S314 - expat itself bounds what entities expand to


def workbook_part(read: Read) -> str:
    """Return the name of the part that lists the sheets; `read` gives a part's bytes by its name."""
    for relation in elements(read("_rels/.rels")):
        if relation.get("Type", "").endswith("/officeDocument"):
            return relation.get("Target", "xl/workbook.xml").lstrip("/")
    return "xl/workbook.xml"


def related_parts(read: Read, workbook: str) -> dict[str, tuple[str, str]]:
    """Return what the workbook refers to: by its id, the name of the part and what it is."""
    folder, name = posixpath.split(workbook)
    found = {}
    for relation in elements(read(f"{folder}/_rels/{name}.rels")):
        target = relation.get("Target", "")
        full = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        found[relation.get("Id", "")] = (full, relation.get("Type", "").rpartition("/")[2])
    return found


def sheet_parts(read: Read, workbook: str) -> dict[str, str]:
    """Return every worksheet's name with the name of its part, in the workbook's order."""
    related = related_parts(read, workbook)
    parts = {}
    for sheet in elements(read(workbook)).iterfind(f"{ANY}sheets/{ANY}sheet"):
        key = next((sheet.get(name) for name in _IDS if sheet.get(name)), "") or ""
        part, kind = related.get(key, ("", ""))
        if kind == "worksheet":
            parts[sheet.get("name", "")] = part
    return parts
