"""The bundled sample: real titles, their outcomes in China and Russia, and two briefs.

`load_sample` reads one direction, `sample_path` tells where a table lies. What the tables hold and where each
column comes from stands in this folder's README.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recommender.sample._sample import DIRECTIONS, TABLE_NAMES, Sample, load_sample, sample_path

__all__ = ["DIRECTIONS", "TABLE_NAMES", "Sample", "load_sample", "sample_path"]


def __getattr__(name: str) -> object:
    # Loaded when first asked for: the briefs are read from here too, and they need no tables.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module("recommender.sample._sample"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
