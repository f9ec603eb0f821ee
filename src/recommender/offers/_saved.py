"""An offer read back from its folder, as it was when it was written."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import TypeAdapter, ValidationError

from recommender.errors import DataError, UnreadableFileError
from recommender.offers._brief import Brief
from recommender.offers._candidates import Candidates
from recommender.offers._checks import CHECKED, Checks, ready_for
from recommender.offers._constraints import PackageView
from recommender.offers._diff import read_changes
from recommender.offers._eligible import judge
from recommender.offers._history import History, no_decisions
from recommender.offers._membership import demands_of
from recommender.offers._offer import Offer
from recommender.offers._rights_check import RightsReview
from recommender.offers._shortfall import Shortfall
from recommender.offers.policy import Policy, policy_of, review_policy
from recommender.offers.rights import RightsRequest
from recommender.schema import DECISIONS, OFFER, RIGHTS, SCORES, Table
from recommender.sources import file_sha256

_TYPES = {"text": "str", "date": "str", "integer": "Int64", "number": "float64", "boolean": "boolean"}
_COLUMNS = {column.name: column for table in (DECISIONS, OFFER) for column in table.columns}
_TABLES = (
    "offer.parquet",
    "pool.parquet",
    "rights.parquet",
    "decisions.parquet",
    "changes.csv",
    "extra.csv",
    "rules.json",
    "package.json",
)
_KEYS = {"offer_id", "version", "language", "brief", "counts", "files", "shortfalls", "policy", "rights", "package"}
_FOUND = ["rights_status", "rights_share"]
_JUDGED = ("why", "left_out", "decade", *CHECKED, *_FOUND)
_OLD = "Offers of an earlier version of the program must be made again: `recommender offer`."
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
    pool : DataFrame
        Every title of the catalogue with its scores, as they were then.
    """

    offer: Offer
    history: History | None
    language: str
    manifest: Mapping[str, Any]
    folder: Path
    pool: pd.DataFrame

    def candidates(
        self, brief: Brief | None = None, *, pool: pd.DataFrame | None = None, policy: Policy | None = None
    ) -> Candidates:
        """Judge the catalogue again, as it was then.

        Parameters
        ----------
        brief : Brief, optional
            In place of the offer's: other locks, other exclusions.
        pool : DataFrame, optional
            In place of `pool`: other prices.
        policy : Policy, optional
            In place of the rules that the offer was checked by.
        """
        wanted = self.offer.brief if brief is None else brief
        titles, scores = tables_of(self.pool if pool is None else pool)
        then = self.offer.checks.policy
        rules = then
        if then is not None and policy is not None:
            part = then.part.fitted(policy)
            rules = review_policy(titles, policy, part, market=then.market, media=then.media, on=then.on)
        checks = Checks(self.offer.checks.rights, rules, ready_for(titles, wanted))
        return Candidates(wanted, judge(titles, scores, wanted, checks.frames), checks)


def tables_of(pool: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the titles and the scores of a pool."""
    titles = pool[["title_id", *(name for name in pool.columns if name not in {*SCORES.names, *_JUDGED})]]
    return titles, pool.loc[pool["appeal"].notna(), list(SCORES.names)].astype({"rank": "int64"})


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
    for name in _TABLES:
        if name in manifest["files"]:
            _check(folder / name, manifest["files"][name])
    frame = _frame(folder / "offer.parquet")
    pool = _frame(folder / "pool.parquet")
    told = pool.drop(columns=_FOUND, errors="ignore")
    free = told["left_out"] == ""
    eligible = told.loc[free].drop(columns=["why", "left_out"]).reset_index(drop=True)
    waiting = told.loc[free & told["why"].notna()].drop(columns="left_out").reset_index(drop=True)
    try:
        brief = Brief.model_validate_json(json.dumps(manifest["brief"]))
        package = TypeAdapter(PackageView).validate_json((folder / "package.json").read_bytes())
        package = dataclasses.replace(package, figures=manifest["package"])
        checks = _checks(folder, manifest, brief, pool)
    except (ValidationError, OSError) as error:
        raise DataError(f"{folder}: the offer's brief or checks are damaged ({error})", hint=_AGAIN) from None
    offer = Offer(
        frame=frame.astype({"rank": "int64", "version": "int64"}),
        brief=brief,
        counts=manifest["counts"],
        shortfalls=tuple(Shortfall(item["code"], item["text"], item["missing"]) for item in manifest["shortfalls"]),
        demands=(
            *demands_of(brief.shares, len(frame)),
            *(cap.demand(len(frame)) for cap in checks.caps(eligible["title_id"])),
        ),
        reserve=waiting.astype({"rank": "int64"}),
        eligible=eligible.astype({"rank": "int64"}),
        left_out=told.loc[~free].drop(columns="why").reset_index(drop=True),
        proven=manifest["proven_optimum"],
        checks=checks,
        notes=tuple(manifest["package"]["notes"]),
        saved_package=package,
    )
    return SavedOffer(offer, _history(folder, manifest), manifest["language"], manifest, folder, pool)


def _checks(folder: Path, manifest: Mapping[str, Any], brief: Brief, pool: pd.DataFrame) -> Checks:
    """Return what was checked, as it was then: rights by what was found, rules and materials by looking again."""
    rights = policy = None
    if isinstance(manifest["rights"], dict):
        if not {*_FOUND} <= {*pool.columns} or "rights.parquet" not in manifest["files"]:
            raise DataError(f"{folder}: the offer does not tell what was found of each title's rights", hint=_OLD)
        names = {"title_id": "title_id", "rights_status": "status", "rights_share": "share", "rights": "rights"}
        found = pool[list(names)].rename(columns=names)
        request = RightsRequest.model_validate_json(json.dumps(manifest["rights"]))
        rights = RightsReview(request, found, _frame(folder / "rights.parquet", RIGHTS), brief.rights.min_share)
    if isinstance(manifest["policy"], dict):
        rules = policy_of(json.loads((folder / "rules.json").read_text("utf-8")))
        media, on = tuple(manifest["policy"]["media"]), date.fromisoformat(manifest["policy"]["on"])
        policy = review_policy(pool, rules, brief.policy.fitted(rules), market=brief.market, media=media, on=on)
    return Checks(rights, policy, ready_for(pool, brief))


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        found = json.loads(path.read_text("utf-8"))
        missing = _KEYS - set(found)
    except OSError as error:
        what = f"{path}: cannot be read ({error.strerror})" if folder.is_dir() else f"{folder}: no folder of an offer"
        raise UnreadableFileError(what, hint=_AGAIN) from None
    except (ValueError, TypeError):
        raise DataError(f"{path}: damaged, not JSON", hint=_AGAIN) from None
    if missing:
        raise DataError(
            f"{path}: no manifest of an offer that can be read back ({', '.join(sorted(missing))} missing)",
            hint=_OLD,
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


def _frame(path: Path, kind: Table | None = None) -> pd.DataFrame:
    """Read a table that this program wrote: every column of the type that it had; an offer's where no kind is given."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except (OSError, pa.ArrowException) as error:
        raise DataError(f"{path}: cannot be read ({str(error)[:100]})", hint=_AGAIN) from None
    known = _COLUMNS if kind is None else {column.name: column for column in kind.columns}
    columns: dict[str, Any] = {}
    for name in table.column_names:
        column = known.get(name)
        cells = table.column(name)
        if pa.types.is_list(cells.type) or (column is not None and column.type in {"list", "records"}):
            columns[name] = pd.Series([cell or [] for cell in cells.to_pylist()], dtype="object")
        elif column is not None:
            columns[name] = pd.Series(cells.to_pylist(), dtype=_TYPES[column.type])
        else:
            columns[name] = cells.to_pandas()
    return pd.DataFrame(columns)
