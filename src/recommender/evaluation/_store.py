"""Judgements kept as files, so that an interrupted run goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from recommender.evaluation._judge import Judgement
from recommender.sources import atomic_output

__all__ = ["JudgementStore", "digest"]

_FORMAT = 2


class JudgementStore:
    """A folder of judgements, each under the digest of everything that decides them.

    Parameters
    ----------
    folder : Path
        Made when the first judgement is kept.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def load(self, key: str) -> list[Judgement] | None:
        """Return what is kept under a digest, or None."""
        try:
            data = json.loads(self._file(key).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return [_read(entry) for entry in data["judgements"]] if data.get("format") == _FORMAT else None

    def save(self, key: str, judgements: list[Judgement]) -> None:
        """Keep judgements under a digest."""
        data = {"format": _FORMAT, "judgements": [_written(one) for one in judgements]}
        with atomic_output(self._file(key)) as path:
            path.write_text(json.dumps(data), encoding="utf-8")

    def _file(self, key: str) -> Path:
        return self.folder / f"{key}.json"


def digest(told: Mapping[str, Any] | list[str]) -> str:
    """Return a short name of settings: the same for the same, whatever their order.

    Examples
    --------
    >>> digest({"k": 5, "gain": "binary"}) == digest({"gain": "binary", "k": 5})
    True
    """
    text = json.dumps(told, sort_keys=True, default=str)
    return hashlib.sha256(f"{_FORMAT}|{text}".encode()).hexdigest()[:16]


def _written(one: Judgement) -> dict[str, Any]:
    return {
        **{name: getattr(one, name) for name in ("ranker", "split", "holdout", "figures", "effects")},
        **{name: getattr(one, name) for name in ("n_markets", "n_titles", "seconds")},
        "draws": {name: values.tolist() for name, values in one.draws.items()},
        "bins": one.bins.tolist(),
        "by_market": one.by_market.to_dict("list"),
    }


def _read(entry: dict[str, Any]) -> Judgement:
    arrays = {
        "draws": {name: np.array(values, dtype=np.float64) for name, values in entry["draws"].items()},
        "bins": np.array(entry["bins"], dtype=np.float64).reshape(-1, 3),
        "by_market": pd.DataFrame(entry["by_market"]).astype({"market": "str"}),
    }
    return Judgement(**{**entry, **arrays})
