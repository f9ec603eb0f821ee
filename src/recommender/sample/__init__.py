"""The bundled sample: real titles, their outcomes in China and Russia, and two briefs.

`load_sample` reads one direction, `sample_path` tells where a table lies. What the tables hold and where each
column comes from stands in this folder's README.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from recommender.lazy import lazy_names

if TYPE_CHECKING:
    from recommender.sample._sample import DIRECTIONS, TABLE_NAMES, Sample, load_sample, sample_brief, sample_path

__all__ = ["DIRECTIONS", "TABLE_NAMES", "Sample", "load_sample", "sample_brief", "sample_path"]

# Loaded when first asked for: the briefs are read from here too, and they need no tables.
_HOMES = {"_sample": __all__}

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazy_names(__name__, __all__, _HOMES)
