"""Avails workbooks of MovieLabs/EMA (Excel 1.7.2, 1.7.3, 1.8, 1.9), read, edited and written without loss.

`read_avails` gives titles, rights and every row, with what was not understood; `write_avails` writes the workbook
back. `read_exported_offer` and `export_offer` make a workbook of an offer.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.sources.avails._avails import Avails, read_avails, write_avails
    from recommender.sources.avails._edit import Edit
    from recommender.sources.avails._export import Exported, Missing, export_offer
    from recommender.sources.avails._fields import VERSIONS
    from recommender.sources.avails._import import import_avails
    from recommender.sources.avails._notes import Note, gathered

__all__ = [
    "VERSIONS",
    "Avails",
    "Edit",
    "Exported",
    "Missing",
    "Note",
    "export_offer",
    "gathered",
    "import_avails",
    "read_avails",
    "write_avails",
]

_HOMES = {
    "VERSIONS": "_fields",
    "Avails": "_avails",
    "Edit": "_edit",
    "Exported": "_export",
    "Missing": "_export",
    "Note": "_notes",
    "export_offer": "_export",
    "gathered": "_notes",
    "import_avails": "_import",
    "read_avails": "_avails",
    "write_avails": "_avails",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
