"""The files of an offer: tables, workbook, report and manifest, all or none."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

from recommender.errors import OutputError
from recommender.offers._offer import Offer
from recommender.sources import atomic_directory, file_sha256, write_table

DISTRIBUTION = "crossmarket-recommender"
FILES = ("offer.parquet", "offer.csv", "offer.xlsx", "report.html", "manifest.json")
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
) -> dict[str, Path]:
    """Write an offer's five files into a folder.

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

    Returns
    -------
    dict of str to Path
        Where each file is, by name: `offer.parquet`, `offer.csv`, `offer.xlsx`, `report.html`,
        `manifest.json`.

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
    refuse_edited(folder)
    with atomic_directory(folder, names=FILES) as aside:
        write_table(offer.frame, aside / "offer.parquet")
        write_table(offer.frame, aside / "offer.csv")
        (aside / "offer.xlsx").write_bytes(workbook_bytes(offer))
        (aside / "report.html").write_text(report_html(offer), encoding="utf-8", newline="\n")
        written = {name: file_sha256(aside / name) for name in FILES if name != "manifest.json"}
        text = json.dumps(_manifest(offer, inputs or {}, bundle, written), ensure_ascii=False, indent=2)
        (aside / "manifest.json").write_text(text + "\n", encoding="utf-8", newline="\n")
    return {name: folder / name for name in FILES}


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


def _manifest(
    offer: Offer, inputs: Mapping[str, str | Path], bundle: str | Path | None, written: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "offer_id": offer.offer_id,
        "version": offer.version,
        "titles": len(offer.frame),
        "counts": dict(offer.counts),
        "shortfalls": [{"code": item.code, "missing": item.missing, "text": item.text} for item in offer.shortfalls],
        "proven_optimum": offer.proven,
        "package": _package(offer),
        "scores": {name: offer.fact(name) for name in ("model", "model_version", "encoder", "as_of")},
        "policy": "not checked",
        "rights": "not checked",
        "brief": offer.brief.model_dump(mode="json"),
        "inputs": {
            role: {"file": Path(path).name, "sha256": _sha256(Path(path))} for role, path in sorted(inputs.items())
        },
        "bundle": None if bundle is None else {"name": Path(bundle).name, "sha256": _sha256(Path(bundle))},
        "files": dict(written),
        "program": {
            "name": DISTRIBUTION,
            "version": metadata.version(DISTRIBUTION),
            "python": platform.python_version(),
            "libraries": {name: metadata.version(name) for name in _LIBRARIES},
        },
    }


def _package(offer: Offer) -> dict[str, Any]:
    solution, choice = offer.choice.solution, offer.choice
    return {
        "objective": round(solution.objective, 6),
        "bound": round(solution.bound, 6),
        "gap": round(solution.gap, 6),
        "interval": None if solution.interval is None else [round(end, 6) for end in solution.interval],
        "cost": choice.cost,
        "currency": offer.brief.budget.currency,
        "conflicts": [conflict.text for conflict in choice.conflicts],
        "nearest": [change.text for change in choice.nearest],
        "prices": [
            {"demand": price.name, "side": price.side, "bound": price.bound, "used": price.used, "step": price.step}
            | {"more": price.more, "less": price.less, "shadow": price.shadow, "exact": price.exact}
            for price in choice.prices
        ],
        "notes": list(offer.notes),
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
