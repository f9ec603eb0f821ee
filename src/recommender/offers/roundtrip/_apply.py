"""From edited workbooks to the next version's folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from recommender.errors import CallError, OutputError
from recommender.offers._diff import diff_offers
from recommender.offers._files import write_offer
from recommender.offers._history import History
from recommender.offers._offer import Offer
from recommender.offers._saved import SavedOffer, load_offer
from recommender.offers.roundtrip._edits import Edits, read_edits
from recommender.offers.roundtrip._grid import check_there
from recommender.offers.roundtrip._next import next_version
from recommender.sources import file_sha256


@dataclass(frozen=True, eq=False)
class Applied:
    """What came of applying workbooks.

    Attributes
    ----------
    offer : Offer
        The next version.
    edits : Edits
        What reviewers changed.
    changes : DataFrame
        What that changed in the offer: the table of `diff_offers`.
    files : dict of str to Path
        Where each file is, by name.
    """

    offer: Offer
    edits: Edits
    changes: pd.DataFrame
    files: dict[str, Path]


def apply_workbooks(
    workbooks: Sequence[str | Path],
    out: str | Path,
    *,
    offer: str | Path | None = None,
    language: str | None = None,
) -> Applied:
    """Read the workbooks that reviewers have edited, choose the next version, and write its folder.

    Parameters
    ----------
    workbooks : sequence of path
        One or more copies of the same version's workbook.
    out : path
        The folder of the next version; another one than that of the version before.
    offer : path, optional
        The folder of the version that the workbooks were made from; where not given, the folder of the first
        workbook.
    language : {"en", "en+ru", "en+zh"}, optional
        The language of the next version's files; where not given, that of the version before.

    Raises
    ------
    CallError
        `out` is the folder of the version before; or no offer is given, and the first workbook lies in none.
    OutputError
        `out` holds another offer, or another version; or see `write_offer`. Nothing is written then.
    UnreadableFileError
        A workbook is not there.
    DataError
        See `read_edits`, `load_offer` and `next_version`. Nothing is written then.
    """
    for workbook in workbooks:
        check_there(Path(workbook))
    folder = Path(workbooks[0]).parent if offer is None else Path(offer)
    if offer is None and not (folder / "manifest.json").exists():
        raise CallError(
            f"{workbooks[0]} does not lie in the folder of its offer", hint="Give that folder with --offer."
        )
    if Path(out).resolve() == folder.resolve():
        raise CallError(
            f"{out} is the folder of the version before",
            hint="A version has a folder of its own: give a new one with --out.",
        )
    saved = load_offer(folder)
    _refuse_other(Path(out), saved)
    edits = read_edits(workbooks, saved)
    made = next_version(saved, edits)
    changes = diff_offers(saved.offer, made, edits.decisions)
    files = write_offer(made, out, language=language or saved.language, history=_history(saved, edits, changes))
    return Applied(made, edits, changes, files)


def _refuse_other(out: Path, saved: SavedOffer) -> None:
    """Refuse to replace anything but an earlier try at the same version."""
    try:
        there = json.loads((out / "manifest.json").read_text("utf-8"))
        found = (there["offer_id"], there["version"])
    except (OSError, ValueError, KeyError, TypeError):
        return
    if found != (saved.offer.offer_id, saved.offer.version + 1):
        raise OutputError(
            f"{out} holds {found[0]} version {found[1]}, which would be lost",
            hint="A version has a folder of its own: give a new one with --out.",
        )


def _history(saved: SavedOffer, edits: Edits, changes: pd.DataFrame) -> History:
    earlier = [saved.history.decisions] if saved.history is not None and len(saved.history.decisions) else []
    return History(
        decisions=pd.concat([*earlier, edits.decisions], ignore_index=True),
        changes=changes,
        extra=edits.extra,
        before={
            "offer_id": saved.offer.offer_id,
            "version": saved.offer.version,
            "manifest_sha256": file_sha256(saved.folder / "manifest.json"),
            "workbooks": [dict(workbook) for workbook in edits.workbooks],
        },
        inputs=saved.manifest.get("inputs", {}),
        bundle=saved.manifest.get("bundle"),
    )
