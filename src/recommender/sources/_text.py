"""Which encoding a text file is in."""

from __future__ import annotations
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Encoding:
    codec: str
    name: str


def find_encoding(path: Path) -> Encoding:
    return Encoding("utf-8-sig", "UTF-8")
