"""The manifest: what an offer follows from, and what it says, for whoever asks later."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.offers._checks import CHECKED, NOT_CHECKED
from recommender.offers._diff import PARTS
from recommender.offers._history import History
from recommender.offers._offer import Offer
from recommender.offers._rules_view import policy_facts
from recommender.sources import file_sha256

DISTRIBUTION = "crossmarket-recommender"
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


def manifest_of(offer: Offer, language: str, history: History | None) -> dict[str, Any]:
    """Return what the manifest says of an offer itself."""
    return {
        "offer_id": offer.offer_id,
        "version": offer.version,
        "language": language,
        "titles": len(offer.frame),
        "counts": dict(offer.counts),
        "shortfalls": [{"code": item.code, "missing": item.missing, "text": item.text} for item in offer.shortfalls],
        "proven_optimum": offer.proven,
        "package": dict(offer.package.figures),
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
        **{part: offer.frame[PARTS[part]] for part in ("prices", *CHECKED)},
    }
    if history is not None:
        tables["decisions"] = history.decisions
    digests = {
        name: hashlib.sha256(table.sort_values("title_id", kind="stable").to_csv(index=False).encode()).hexdigest()
        for name, table in tables.items()
    }
    return {"brief": hashlib.sha256(brief.encode()).hexdigest(), **digests}


def inputs_of(inputs: Mapping[str, str | Path]) -> dict[str, Any]:
    """Return the names and hashes of the files that an offer was made from."""
    return {role: {"file": Path(path).name, "sha256": _sha256(Path(path))} for role, path in sorted(inputs.items())}


def bundle_of(bundle: str | Path | None) -> dict[str, Any] | None:
    """Return the name and hash of a model bundle."""
    return None if bundle is None else {"name": Path(bundle).name, "sha256": _sha256(Path(bundle))}


def program_facts() -> dict[str, Any]:
    """Return the versions of the program and of what it stands on."""
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
