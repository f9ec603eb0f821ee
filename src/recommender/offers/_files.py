"""The files of an offer: tables, workbook, report and manifest, all or none."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.errors import OutputError
from recommender.offers._checks import NOT_CHECKED
from recommender.offers._diff import PARTS
from recommender.offers._history import History
from recommender.offers._language import check_language, language_for
from recommender.offers._offer import Offer
from recommender.offers._rules_view import policy_facts
from recommender.sources import atomic_directory, file_sha256, write_table

DISTRIBUTION = "crossmarket-recommender"
FILES = ("offer.parquet", "offer.csv", "offer.xlsx", "report.html", "pool.parquet", "manifest.json")
VERSION_FILES = ("decisions.parquet", "decisions.csv", "changes.csv", "extra.csv")
_LIBRARIES = (
    "jinja2",
    "matplotlib",
    "numpy",
    "openpyxl",
    "pandas",
    "pyarrow",
    "pydantic",
    "scikit-learn",
    "scipy",
)


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
        The folder; an earlier offer in it is replaced as a whole, and a folder that holds anything else is
        refused.
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
        `pool.parquet` (what the next version is chosen from) and `manifest.json`; of a later version also
        `decisions.parquet`, `decisions.csv`, `changes.csv` and `extra.csv`.

    Raises
    ------
    OutputError
        The folder cannot be written, holds something that is not an offer's, or holds a workbook that
        somebody has edited since it was written.

    Notes
    -----
    The files hold no clock time and no absolute path, so that the same offer always gives the same bytes.
    """
    from recommender.offers._report import report_html
    from recommender.offers._workbook import workbook_bytes

    folder = Path(directory)
    said = check_language(language or language_for(offer.brief.language))
    names = FILES if history is None else (*FILES, *VERSION_FILES)
    _refuse_edited(folder)
    with atomic_directory(folder, names=names) as aside:
        write_table(offer.frame, aside / "offer.parquet")
        write_table(offer.frame, aside / "offer.csv")
        write_table(pool_of(offer), aside / "pool.parquet")
        (aside / "offer.xlsx").write_bytes(workbook_bytes(offer, said, history))
        (aside / "report.html").write_text(report_html(offer, said, history), encoding="utf-8", newline="\n")
        if history is not None:
            write_table(history.decisions, aside / "decisions.parquet")
            write_table(history.decisions, aside / "decisions.csv")
            write_table(history.changes, aside / "changes.csv")
            write_table(history.extra, aside / "extra.csv")
        written = {name: file_sha256(aside / name) for name in names if name != "manifest.json"}
        facts = _manifest(offer, said, history)
        facts["inputs"] = _inputs(inputs or {}) if history is None else dict(history.inputs)
        facts["bundle"] = _bundle(bundle) if history is None else history.bundle
        facts["files"] = written
        text = json.dumps(facts | {"program": _program()}, ensure_ascii=False, indent=2)
        (aside / "manifest.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return {name: folder / name for name in names}


def pool_of(offer: Offer) -> pd.DataFrame:
    """Return every title of the catalogue: those that may be offered with all facts, the others with why not.

    `why` says of the next titles why they are not offered, `left_out` of the others why they cannot be.
    """
    why = dict(zip(offer.reserve["title_id"], offer.reserve["why"], strict=True))
    pool = offer.eligible.assign(
        why=pd.Series([why.get(title_id) for title_id in offer.eligible["title_id"]], dtype="str"), left_out=""
    )
    return pool if offer.left_out.empty else pd.concat([pool, offer.left_out], ignore_index=True)


def _refuse_edited(folder: Path) -> None:
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


def _manifest(offer: Offer, language: str, history: History | None) -> dict[str, Any]:
    return {
        "offer_id": offer.offer_id,
        "version": offer.version,
        "language": language,
        "titles": len(offer.frame),
        "counts": dict(offer.counts),
        "shortfalls": [{"code": item.code, "missing": item.missing, "text": item.text} for item in offer.shortfalls],
        "proven_optimum": offer.proven,
        "scores": {name: offer.fact(name) for name in ("model", "model_version", "encoder", "as_of")},
        "policy": policy_facts(offer),
        "rights": NOT_CHECKED if offer.checks.rights is None else offer.checks.rights.facts,
        "brief": offer.brief.model_dump(mode="json"),
        "before": None if history is None else dict(history.before),
        "hashes": _hashes(offer, history),
    }


def _hashes(offer: Offer, history: History | None) -> dict[str, str]:
    """Return digests of what an offer follows from, part by part, so that two versions show what differs."""
    brief = json.dumps(offer.brief.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    tables = {
        "scores": offer.eligible.reindex(columns=PARTS["scores"]),
        "titles": pd.concat([table.reindex(columns=PARTS["titles"]) for table in (offer.eligible, offer.left_out)]),
        "prices": offer.frame[PARTS["prices"]],
        "policy": offer.frame[PARTS["policy"]],
        "rights": offer.frame[PARTS["rights"]],
    }
    if history is not None:
        tables["decisions"] = history.decisions
    digests = {
        name: hashlib.sha256(table.sort_values("title_id", kind="stable").to_csv(index=False).encode()).hexdigest()
        for name, table in tables.items()
    }
    return {"brief": hashlib.sha256(brief.encode()).hexdigest(), **digests}


def _inputs(inputs: Mapping[str, str | Path]) -> dict[str, Any]:
    return {role: {"file": Path(path).name, "sha256": _sha256(Path(path))} for role, path in sorted(inputs.items())}


def _bundle(bundle: str | Path | None) -> dict[str, Any] | None:
    return None if bundle is None else {"name": Path(bundle).name, "sha256": _sha256(Path(bundle))}


def _program() -> dict[str, Any]:
    return {
        "name": DISTRIBUTION,
        "version": metadata.version(DISTRIBUTION),
        "python": platform.python_version(),
        "libraries": {name: metadata.version(name) for name in _LIBRARIES},
    }


def _sha256(path: Path) -> str:
    """Return the digest of a file, or of a folder's names and files."""
    if not path.is_dir():
        return file_sha256(path)
    parts = (
        f"{file.relative_to(path).as_posix()}\0{file_sha256(file)}\n"
        for file in sorted(path.rglob("*"), key=lambda file: file.relative_to(path).as_posix())
        if file.is_file()
    )
    return hashlib.sha256("".join(parts).encode()).hexdigest()
