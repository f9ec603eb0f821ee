"""From the world's files to the six tables, and back; every file appears whole or not at all.

`read_titles`, `read_outcomes`, `read_rights`, `read_scores`, `read_offer` and `read_decisions` read Parquet,
CSV and XLSX and raise `TableError` with all faults; `check_table` returns the faults. `write_table` writes
these too, the same bytes for the same frame. `complete_titles` brings a frame made by hand to what the readers give.
`read_toml` reads our own settings into a model, every fault by file and key. `atomic_output` and `atomic_directory`
guard every output; `check_output` and `check_directory` refuse one before the work begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.lazy import lazy_names
from recommender.sources._atomic import (
    atomic_directory,
    atomic_output,
    check_directory,
    check_output,
    file_sha256,
    locked_folder,
)

if TYPE_CHECKING:
    from recommender.sources._check import Checked, check_table, read_table
    from recommender.sources._complete import complete_titles
    from recommender.sources._countries import find_countries
    from recommender.sources._genres import canonical_genres
    from recommender.sources._languages import find_languages, official_languages
    from recommender.sources._readers import (
        read_decisions,
        read_offer,
        read_outcomes,
        read_rights,
        read_scores,
        read_titles,
    )
    from recommender.sources._toml import check_config, describe_fault, parse_toml, read_toml, spelled
    from recommender.sources._workbook import weigh_workbook
    from recommender.sources._write import save_workbook, set_text, write_table

__all__ = [
    "Checked",
    "atomic_directory",
    "atomic_output",
    "canonical_genres",
    "check_config",
    "check_directory",
    "check_output",
    "check_table",
    "complete_titles",
    "describe_fault",
    "file_sha256",
    "find_countries",
    "find_languages",
    "locked_folder",
    "official_languages",
    "parse_toml",
    "read_decisions",
    "read_offer",
    "read_outcomes",
    "read_rights",
    "read_scores",
    "read_table",
    "read_titles",
    "read_toml",
    "save_workbook",
    "set_text",
    "spelled",
    "weigh_workbook",
    "write_table",
]

# Loaded when first asked for: pandas and pandera cost a second, and `atomic_output` needs neither.
_HOMES = {
    "_check": ("Checked", "check_table", "read_table"),
    "_complete": ("complete_titles",),
    "_countries": ("find_countries",),
    "_genres": ("canonical_genres",),
    "_languages": ("find_languages", "official_languages"),
    "_readers": ("read_decisions", "read_offer", "read_outcomes", "read_rights", "read_scores", "read_titles"),
    "_toml": ("check_config", "describe_fault", "parse_toml", "read_toml", "spelled"),
    "_workbook": ("weigh_workbook",),
    "_write": ("save_workbook", "set_text", "write_table"),
}

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(__name__, __all__, _HOMES)
