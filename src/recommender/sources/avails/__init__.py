"""Avails workbooks of MovieLabs/EMA (Excel 1.7.2, 1.7.3, 1.8, 1.9), read, edited and written without loss.

`read_avails` gives titles, rights and every row, with what was not understood; `write_avails` writes the workbook
back. `import_avails` makes tables of a workbook, `export_offer` a workbook of an offer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.lazy import lazy_names

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
    "_avails": ("Avails", "read_avails", "write_avails"),
    "_edit": ("Edit",),
    "_export": ("Exported", "Missing", "export_offer"),
    "_fields": ("VERSIONS",),
    "_import": ("import_avails",),
    "_notes": ("Note", "gathered"),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(__name__, __all__, _HOMES)
