"""An offer read back from its folder, as it was when it was written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from recommender.errors import DataError, UnreadableFileError
from recommender.offers._brief import Brief
from recommender.offers._diff import read_changes
from recommender.offers._history import History, no_decisions
from recommender.offers._offer import Offer
from recommender.offers._select import demands_of
from recommender.offers._shortfall import Shortfall
from recommender.schema import DECISIONS, OFFER
from recommender.sources import file_sha256

_TYPES = {"text": "str", "date": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}
_COLUMNS = {column.name: column for table in (DECISIONS, OFFER) for column in table.columns}
_AGAIN = "Give the folder that `recommender offer` or `recommender offer apply` wrote, with all of its files."


@dataclass(frozen=True, eq=False)
class SavedOffer:
    """One version of an offer, read back.

    Attributes
    ----------
    offer : Offer
        As it was written.
    history : History or None
        Of a later version: what was decided before.
    language : str
        The language of its files.
    manifest : mapping
        Everything else that is known of it.
    folder : Path
        Where it lies.
    """

    offer: Offer
    history: History | None
    language: str
    manifest: Mapping[str, Any]
    folder: Path


def load_offer(directory: str | Path) -> SavedOffer:
    """Read an offer back from its folder.

    Parameters
    ----------
    directory : str or Path
        As `write_offer` wrote it. Workbook and report may have been edited since, or be missing; the tables and the
        manifest may not.

    Raises
    ------
    UnreadableFileError
        The folder is none of an offer, or a file is missing.
    DataError
        A file is damaged, or was changed since it was written.
    """
    folder = Path(directory)
    manifest = _manifest(folder)
    for name in ("offer.parquet", "pool.parquet", "decisions.parquet", "changes.csv", "extra.csv"):
        if name in manifest["files"]:
            _check(folder / name, manifest["files"][name])
    frame = _frame(folder / "offer.parquet")
    pool = _frame(folder / "pool.parquet")
    free = pool["left_out"] == ""
    eligible = pool.loc[free].drop(columns=["why", "left_out"]).reset_index(drop=True)
    waiting = pool.loc[free & pool["why"].notna()].drop(columns="left_out").reset_index(drop=True)
    try:
        brief = Brief.model_validate_json(json.dumps(manifest["brief"]))
    except ValidationError as error:
        raise DataError(f"{folder / 'manifest.json'}: its brief is damaged ({error})", hint=_AGAIN) from None
    offer = Offer(
        frame=frame.astype({"rank": "int64", "version": "int64"}),
        brief=brief,
        counts=manifest["counts"],
        shortfalls=tuple(Shortfall(item["code"], item["text"], item["missing"]) for item in manifest["shortfalls"]),
        demands=demands_of(brief.shares, len(frame)),
        reserve=waiting.astype({"rank": "int64"}),
        eligible=eligible.astype({"rank": "int64"}),
        proven=manifest["proven_optimum"],
        left_out=pool.loc[~free, ["title_id", "title", "kind", "year", "left_out"]].reset_index(drop=True),
    )
    return SavedOffer(offer, _history(folder, manifest), manifest["language"], manifest, folder)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        found = json.loads(path.read_text("utf-8"))
        missing = {"offer_id", "version", "language", "brief", "counts", "files", "shortfalls"} - set(found)
    except OSError as error:
        what = f"{path}: cannot be read ({error.strerror})" if folder.is_dir() else f"{folder}: no folder of an offer"
        raise UnreadableFileError(what, hint=_AGAIN) from None
    except (ValueError, TypeError):
        raise DataError(f"{path}: damaged, not JSON", hint=_AGAIN) from None
    if missing:
        raise DataError(
            f"{path}: no manifest of an offer that can be read back ({', '.join(sorted(missing))} missing)",
            hint="Offers of an earlier version of the program must be made again: `recommender offer`.",
        )
    return dict(found)


def _check(path: Path, digest: str) -> None:
    try:
        found = file_sha256(path)
    except OSError as error:
        raise UnreadableFileError(f"{path}: cannot be read ({error.strerror})", hint=_AGAIN) from None
    if found != digest:
        raise DataError(
            f"{path}: it is not the file that manifest.json describes; somebody changed it",
            hint="Take the folder from where it was written, or make the offer again.",
        )


def _history(folder: Path, manifest: Mapping[str, Any]) -> History | None:
    if not manifest.get("before"):
        return None
    decisions = _frame(folder / "decisions.parquet")
    return History(
        decisions=decisions.astype({"version": "int64"}) if len(decisions) else no_decisions(),
        changes=read_changes(folder / "changes.csv"),
        extra=pd.read_csv(folder / "extra.csv", encoding="utf-8-sig", dtype="str", keep_default_na=False),
        before=manifest["before"],
        inputs=manifest.get("inputs", {}),
        bundle=manifest.get("bundle"),
    )


def _frame(path: Path) -> pd.DataFrame:
    """Read a table that this program wrote: every column of the type that it had."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: cannot be read ({str(error)[:100]})", hint=_AGAIN) from None
    columns: dict[str, Any] = {}
    for name in table.column_names:
        column = _COLUMNS.get(name)
        cells = table.column(name)
        if pa.types.is_list(cells.type) or (column is not None and column.type in {"list", "records"}):
            columns[name] = pd.Series([cell or [] for cell in cells.to_pylist()], dtype="object")
        elif column is not None:
            columns[name] = pd.Series(cells.to_pylist(), dtype=_TYPES[column.type])
        else:
            columns[name] = cells.to_pandas()
    return pd.DataFrame(columns)
