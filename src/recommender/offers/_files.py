"""The files of an offer: tables, workbook, report and manifest, all or none."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.errors import OutputError, visible
from recommender.offers._brief import Brief
from recommender.offers._history import History
from recommender.offers._language import check_language, language_for
from recommender.offers._manifest import bundle_of, inputs_of, manifest_of, program_facts
from recommender.offers._offer import Offer
from recommender.schema import RIGHTS
from recommender.sources import atomic_directory, check_directory, file_sha256, write_table

FILES = (
    "offer.parquet",
    "offer.csv",
    "offer.xlsx",
    "report.html",
    "pool.parquet",
    "rights.parquet",
    "package.json",
    "rules.json",
    "manifest.json",
)
VERSION_FILES = ("decisions.parquet", "decisions.csv", "changes.csv", "extra.csv")


def write_offer(
    offer: Offer,
    directory: str | Path,
    *,
    inputs: Mapping[str, str | Path] | None = None,
    bundle: str | Path | None = None,
    language: str | None = None,
    history: History | None = None,
) -> dict[str, Path]:
    """Write an offer's files into a folder: one version, one folder.

    Parameters
    ----------
    offer : Offer
        As `build_offer` returns it.
    directory : str or Path
        The folder; an earlier offer of the same brief in it is replaced as a whole, and a folder that holds anything
        else is refused.
    inputs : mapping of str to path, optional
        The files that the offer was made from, by role (`titles`, `scores`, `brief`, ...): their names and
        hashes go into the manifest.
    bundle : path, optional
        The model bundle that gave the scores.
    language : {"en", "en+ru", "en+zh"}, optional
        The language of workbook and report; that of the brief's partner where not given.
    history : History, optional
        Of a later version: what was decided before, and what it changed.

    Returns
    -------
    dict of str to Path
        Where each file is, by name: `offer.parquet`, `offer.csv`, `offer.xlsx`, `report.html`,
        `pool.parquet` (what the next version is chosen from), `rights.parquet` (what is free of what the brief asks, as a
        rights table; empty where rights were not checked), `package.json` (what demands cost and titles add),
        `rules.json` (the policy packs that it was checked by) and `manifest.json`; of a later version also
        `decisions.parquet`, `decisions.csv`, `changes.csv` and `extra.csv`.

    Raises
    ------
    OutputError
        The folder cannot be written, holds something that is not an offer's, the offer of another brief, or a workbook
        that somebody has edited since it was written.

    Notes
    -----
    The files hold no clock time and no absolute path, so that the same offer always gives the same bytes.
    """
    from recommender.offers._report import report_html
    from recommender.offers._workbook import workbook_bytes

    folder = Path(directory)
    said = check_language(language or language_for(offer.brief.language))
    policy = offer.checks.policy
    names = FILES if history is None else (*FILES, *VERSION_FILES)
    if history is None:
        _refuse_other(folder, offer.brief)
    refuse_edited(folder)
    with atomic_directory(folder, names=names) as aside:
        write_table(offer.frame, aside / "offer.parquet")
        write_table(offer.frame, aside / "offer.csv")
        write_table(pool_of(offer), aside / "pool.parquet")
        write_table(_free(offer), aside / "rights.parquet")
        (aside / "offer.xlsx").write_bytes(workbook_bytes(offer, said, history))
        (aside / "report.html").write_text(report_html(offer, said, history), encoding="utf-8", newline="\n")
        package = dataclasses.asdict(offer.package)
        del package["figures"]  # they stand in the manifest
        _write_json(aside / "package.json", package)
        _write_json(aside / "rules.json", [] if policy is None else policy.policy.content())
        if history is not None:
            write_table(history.decisions, aside / "decisions.parquet")
            write_table(history.decisions, aside / "decisions.csv")
            write_table(history.changes, aside / "changes.csv")
            write_table(history.extra, aside / "extra.csv")
        written = {name: file_sha256(aside / name) for name in names if name != "manifest.json"}
        facts = manifest_of(offer, said, history)
        facts["inputs"] = inputs_of(inputs or {}) if history is None else dict(history.inputs)
        facts["bundle"] = bundle_of(bundle) if history is None else history.bundle
        facts["files"] = written
        _write_json(aside / "manifest.json", facts | {"program": program_facts()})
    return {name: folder / name for name in names}


def _write_json(path: Path, content: Any) -> None:
    # A path may hold what is no UTF-8; as an escape of JSON it is read back as it was.
    path.write_bytes((json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode(errors="backslashreplace"))


def pool_of(offer: Offer) -> pd.DataFrame:
    """Return every title of the catalogue: those that may be offered with all facts, the others with why not.

    `why` says of the next titles why they are not offered, `left_out` of the others why they cannot be: the first reason.
    Where rights were checked, `rights_status` and `rights_share` say of all of them what was found.
    """
    why = dict(zip(offer.reserve["title_id"], offer.reserve["why"], strict=True))
    pool = offer.eligible.assign(
        why=pd.Series([why.get(title_id) for title_id in offer.eligible["title_id"]], dtype="str"), left_out=""
    )
    pool = pool if offer.left_out.empty else pd.concat([pool, offer.left_out], ignore_index=True)
    if offer.checks.rights is None:
        return pool
    found = offer.checks.rights.found.set_index("title_id").loc[pool["title_id"]]
    return pool.assign(rights_status=found["status"].to_numpy(), rights_share=found["share"].to_numpy())


def _free(offer: Offer) -> pd.DataFrame:
    """Return what is free of what the brief asks, as a rights table."""
    return pd.DataFrame(columns=list(RIGHTS.names)) if offer.checks.rights is None else offer.checks.rights.free


def check_offer_folder(directory: str | Path, brief: Brief) -> None:
    """Refuse a folder into which an offer cannot be written, before the work whose result it shall hold.

    Parameters
    ----------
    directory : str or Path
        The folder that `write_offer` will be asked for.
    brief : Brief
        What the offer will be of.

    Raises
    ------
    OutputError
        The folder cannot be written, holds something that is not an offer's, the offer of another brief, or a workbook
        that somebody has edited since it was written.
    """
    check_directory(directory, names=FILES)
    _refuse_other(Path(directory), brief)
    refuse_edited(Path(directory))


def _refuse_other(folder: Path, brief: Brief) -> None:
    """Refuse to write over the offer of another brief: nobody who made it would expect it to be lost."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        offer_id, there = manifest["offer_id"], (manifest["brief"]["name"], manifest["brief"]["market"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if there != (brief.name, brief.market):
        raise OutputError(
            f"{folder} holds the offer {visible(offer_id)} for {visible(there[1])}, of another brief, which would be lost",
            hint="Choose another folder, or move that one away first.",
        )


def refuse_edited(folder: Path) -> None:
    """Refuse to write over a workbook in which somebody has worked since it was written."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        written, now = manifest["files"]["offer.xlsx"], file_sha256(folder / "offer.xlsx")
    except (OSError, ValueError, KeyError, TypeError):
        return
    if written != now:
        raise OutputError(
            f"{folder / 'offer.xlsx'}: somebody has edited this workbook; it is not written over",
            hint="Choose another folder, or move the workbook away first.",
        )
