"""The same bytes for the same object: skops archives without clock times and memory addresses."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

__all__ = ["canonical_archive"]

_SCHEMA = "schema.json"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def canonical_archive(archive: bytes) -> bytes:
    """Rewrite a skops archive so that equal objects give equal bytes.

    skops names arrays and marks shared objects by memory address, and stamps files with the clock. Addresses are
    replaced by the order in which they are met, times by a fixed one. Whether equal words and numbers happen to be one
    object differs from run to run: here they always are.

    Parameters
    ----------
    archive : bytes
        As `skops.io.dumps` returns it.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as source:
        schema = json.loads(source.read(_SCHEMA))
        numbers: dict[object, int] = {}
        files: dict[str, str] = {}
        _renumber(schema, numbers, files)
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as written:
            for old, new in sorted(files.items(), key=lambda pair: pair[1]):
                written.writestr(_entry(new), source.read(old))
            written.writestr(_entry(_SCHEMA), json.dumps(schema, separators=(",", ":")))
    return target.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _renumber(node: Any, numbers: dict[object, int], files: dict[str, str]) -> None:
    """Replace addresses and file names below a node, in the order in which they stand."""
    if isinstance(node, list):
        for child in node:
            _renumber(child, numbers, files)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key == "__id__":
                # From 1: skops takes 0 for no mark at all.
                same = (node["__class__"], node["content"]) if node["__loader__"] == "JsonNode" else value
                node[key] = numbers.setdefault(same, len(numbers) + 1)
            elif key == "file" and isinstance(value, str):
                ending = value.rpartition(".")[2]
                node[key] = files.setdefault(value, f"{len(files):06d}.{ending}")
            else:
                _renumber(value, numbers, files)
