"""What all cells of all workbooks say of a title together, and where they contradict each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from recommender.errors import Fault
from recommender.offers._history import History, no_decisions
from recommender.offers._saved import SavedOffer
from recommender.offers.roundtrip._currencies import PRICES, Currencies
from recommender.offers.roundtrip._grid import as_text
from recommender.offers.roundtrip._rows import Entry

_TEXTS = {"reason": "; ", "reviewer": "; ", "note": "\n"}
_STANDING = {"reason": "reason", "reviewer": "reviewer", "note": "note"}


@dataclass(frozen=True, eq=False)
class Merged:
    """What the workbooks say together; see `Edits` for the parts that it shares with it."""

    decisions: pd.DataFrame
    locks: tuple[str, ...]
    prices: dict[str, dict[str, Any]]
    loose: list[dict[str, object]]
    faults: list[Fault]
    seen: set[str] = field(default_factory=set)


def merge(entries: Iterable[Entry], saved: SavedOffer) -> Merged:
    """Bring together what the cells say, title by title.

    A cell that still holds what was sent out says nothing new, so that two reviewers may work in two copies. Where
    changed cells contradict each other, an emptied one included, every one of them is a fault. Reasons, names and
    notes are kept side by side.
    """
    by_title: dict[str, dict[str, list[Entry]]] = {}
    for entry in entries:
        by_title.setdefault(entry.title_id, {}).setdefault(entry.key, []).append(entry)
    offered = dict(zip(saved.offer.frame["title_id"], saved.offer.frame["title"], strict=True))
    standing = (saved.history or History()).standing(saved.offer.version)
    locked = set(saved.offer.brief.lock.title_ids)
    faults: list[Fault] = []
    loose: list[dict[str, object]] = []
    rows: list[dict[str, Any]] = []
    prices: dict[str, dict[str, Any]] = {}
    currencies = Currencies(by_title, saved)
    priced = {
        str(row["title_id"]): {name: row[name] for name in PRICES}
        for row in saved.offer.frame[["title_id", *PRICES]].to_dict("records")
    }
    for title_id in [*offered, *(title_id for title_id in by_title if title_id not in offered)]:
        found = by_title.get(title_id, {})
        said = {key: _one(found.get(key, ())) for key in ("decision", "lock", *PRICES)}
        for key in said:
            faults += _contradictions(key, found.get(key, ()))
        before = standing.loc[title_id] if title_id in standing.index else None
        if title_id not in offered:
            faults += _not_offered(found)
        stands = None if before is None or pd.isna(before["decision"]) else before["decision"]
        decision = said["decision"][1] if said["decision"][0] else stands
        if said["lock"][0]:
            (locked.add if said["lock"][1] else locked.discard)(title_id)
        if decision == "reject" and title_id in locked:
            faults += _locked_and_rejected(found)
        texts = {key: _joined(key, found.get(key, ()), before) for key in _TEXTS}
        if decision is None:
            loose += _loose(title_id, found, texts)
        elif title_id in offered:
            rows.append(_row(title_id, decision, texts, found, before, offered[title_id], saved))
        changed = {key: said[key][1] for key in PRICES if said[key][0]}
        if changed:
            prices[title_id] = changed
            prices_now = {
                name: None if pd.isna(cell) else cell for name, cell in (priced.get(title_id, {}) | changed).items()
            }
            faults += _price_order(prices_now, found)
            if title_id in offered:
                faults += currencies.faults(title_id, prices_now, found, rejected=decision == "reject")
    table = pd.DataFrame(rows, columns=list(no_decisions().columns)) if rows else no_decisions()
    types = {name: "int64" if name == "version" else "str" for name in table.columns}
    order = [title_id for title_id in saved.offer.brief.lock.title_ids if title_id in locked]
    order += [title_id for title_id in by_title if title_id in locked and title_id not in order]
    return Merged(table.astype(types), tuple(order), prices, loose, faults, set(by_title))


def _one(entries: Iterable[Entry]) -> tuple[bool, Any]:
    """Return whether a cell was changed, and to what."""
    changed = [entry.value for entry in entries if entry.edited]
    told = [value for value in changed if value is not None]
    return bool(changed), (told[0] if told else None)


def _contradictions(key: str, entries: Iterable[Entry]) -> Iterator[Fault]:
    changed = [entry for entry in entries if entry.edited]
    if len({entry.value for entry in changed}) < 2:
        return
    what = key.replace("_", " ")
    for entry in changed:
        other = next(one for one in changed if one.value != entry.value)
        place = f"row {other.row}" if other.where == entry.where else f"{other.where}, row {other.row}"
        problem = f"another {what} on the same title ({entry.title_id}) stands in {place}: {_said(key, other.value)}"
        yield entry.fault(problem, "keep one of them")


def _said(key: str, value: object) -> str:
    if key == "lock":
        return "no lock" if value is None else "lock"
    return "empty" if value is None else as_text(value)


def _not_offered(found: Mapping[str, list[Entry]]) -> Iterator[Fault]:
    for key in ("decision", *PRICES):
        for entry in found.get(key, ()):
            if entry.edited and entry.value is not None:
                what = "a decision" if key == "decision" else "a price"
                remedy = "lock it to bring it in; what is not offered cannot be decided"
                yield entry.fault(f"{what} on a title that is not in the offer ({entry.title_id})", remedy)


def _locked_and_rejected(found: Mapping[str, list[Entry]]) -> Iterator[Fault]:
    for entry in found.get("decision", ()):
        if entry.value == "reject":
            yield entry.fault(f"the title is locked and rejected ({entry.title_id})", "unlock it, or do not reject it")


def _price_order(prices_now: Mapping[str, Any], found: Mapping[str, list[Entry]]) -> Iterator[Fault]:
    ask, floor = prices_now.get("ask_price"), prices_now.get("floor_price")
    if ask is None or floor is None or ask >= floor:
        return
    for entry in [*found.get("ask_price", ()), *found.get("floor_price", ())]:
        if entry.edited:
            yield entry.fault(f"the ask price {ask:,g} is below the floor price {floor:,g}", "correct one of them")


def _joined(key: str, entries: Iterable[Entry], before: Any) -> str:
    """Return a text of the row: what reviewers wrote, side by side, or what stood there and nobody changed."""
    changed = [entry.value for entry in entries if entry.edited]
    told = list(dict.fromkeys(value for value in changed if value is not None))
    if changed or before is None:
        return _TEXTS[key].join(told)
    value = before[_STANDING[key]]
    return "" if pd.isna(value) else str(value)


def _loose(title_id: str, found: Mapping[str, list[Entry]], texts: Mapping[str, str]) -> Iterator[dict[str, object]]:
    """Yield reasons, names and notes on a title that nobody has decided on: they are kept for the next version."""
    for key, text in texts.items():
        entry = next((one for one in found.get(key, ()) if one.value is not None), None)
        if text and entry is not None:
            file, _, sheet = entry.where.partition(", sheet ")
            yield {
                "file": file,
                "sheet": sheet,
                "row": entry.row,
                "column": entry.column,
                "title_id": title_id,
                "what": f"{key} without a decision",
                "value": text,
                "was": "",
            }


def _row(
    title_id: str,
    decision: str,
    texts: Mapping[str, str],
    found: Mapping[str, list[Entry]],
    before: Any,
    title: str,
    saved: SavedOffer,
) -> dict[str, Any]:
    new = next((one for one in found.get("decision", ()) if one.edited and one.value == decision), None)
    earlier = None if before is None or pd.isna(before["decided_at"]) else before["decided_at"]
    return {
        "offer_id": saved.offer.offer_id,
        "version": saved.offer.version,
        "title_id": title_id,
        "market": saved.offer.brief.market,
        "reviewer": texts["reviewer"] or None,
        "decision": decision,
        "reason": texts["reason"] or None,
        "note": texts["note"] or None,
        "decided_at": (new.saved_at if new is not None else earlier) or None,
        "title": title,
    }
