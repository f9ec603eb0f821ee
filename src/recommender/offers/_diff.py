"""What came, went, moved and changed between two versions of an offer, or two offers, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from recommender.offers._checks import CHECKED
from recommender.offers._eligible import REASONS
from recommender.offers._history import no_decisions
from recommender.offers._offer import Offer
from recommender.offers._words import clean, is_missing, rows_of

CHANGES: tuple[str, ...] = ("went", "came", "moved", "changed")
"""What may have happened to a title, in the order in which a table of changes tells it."""

PARTS: dict[str, list[str]] = {
    "titles": ["title_id", "title", "kind", "year", "countries", "genres", "directors"],
    "scores": ["title_id", "score", "appeal", "low", "high", "evidence", "model", "model_version", "as_of"],
    "prices": ["title_id", "ask_price", "floor_price", "currency"],
    "policy": ["title_id", "policy"],
    "rights": ["title_id", "rights"],
    "materials": ["title_id", "materials"],
}
"""What an offer follows from besides its brief, and the columns that show it."""

_SIDES = ("position", "tier", "slot", "appeal")
_NUMBERS = ("position", "appeal")
_LEAST_APPEAL = 0.0005  # a difference that nobody sees is none
_DONE = {"accept": "accepted", "hold": "held", "reject": "rejected"}
_PRICES = ("ask_price", "floor_price", "currency")
_WORTH = (*CHECKED, "status", *_PRICES)


class _Side:
    """One of the two offers, made ready to look titles up."""

    def __init__(self, offer: Offer) -> None:
        frame = offer.frame.assign(position=range(1, len(offer.frame) + 1))
        self.rows: dict[str, Any] = {row.title_id: row for row in rows_of(frame)}
        self.appeal: dict[str, float] = _by_title(offer.eligible, "appeal")
        self.left_out: dict[str, str] = _by_title(offer.left_out, "left_out")
        self.said: dict[str, dict[str, str]] = {
            part: _by_title(offer.left_out, part) for part in CHECKED if part in offer.left_out
        }
        self.locked = frozenset(offer.brief.lock.title_ids)
        self.short = len(self.rows) < offer.brief.size
        self.prices = {
            name: _by_title(offer.eligible, name) if name in offer.eligible else dict.fromkeys(self.appeal)
            for name in _PRICES
        }


def _by_title(frame: pd.DataFrame, name: str) -> dict[str, Any]:
    return dict(zip(frame["title_id"], frame[name], strict=True))


def diff_offers(before: Offer, after: Offer, decisions: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compare two offers title by title.

    Parameters
    ----------
    before, after : Offer
        As `build_offer` or `load_offer` return them.
    decisions : DataFrame, optional
        The decisions on `before` that led to `after`.

    Returns
    -------
    DataFrame
        One row a title that came, went, moved (another tier or slot, or another place among the titles that are in
        both) or changed otherwise: `change`, `title_id`, `title`, `why` (in words, separated by `; `), `causes`
        (codes separated by `|`), and `position`, `tier`, `slot` and `appeal` `_before` and `_after`. Titles whose
        place number differs only because others came or went are not told.
    """
    old, new = _Side(before), _Side(after)
    decided = no_decisions() if decisions is None else decisions
    made = {row.title_id: row for row in rows_of(decided)}
    told = [
        _record(change, title_id, causes, old, new)
        for title_id, change, causes in _changes(old, new, made, _brief_keys(before, after))
    ]
    told.sort(key=lambda row: (CHANGES.index(row["change"]), row["position_after"] or row["position_before"] or 0))
    return _table(told)


def what_differs(before: Offer, after: Offer) -> list[str]:
    """Return which parts of what two offers follow from differ: `brief`, `catalogue` and the keys of `PARTS`.

    Titles that only one of them has are left aside, but for the catalogue.
    """
    briefs = [offer.brief.model_dump(mode="json") for offer in (before, after)]
    found = [] if briefs[0] == briefs[1] else ["brief"]
    ids = [{*offer.eligible["title_id"], *offer.left_out.get("title_id", ())} for offer in (before, after)]
    found += [] if ids[0] == ids[1] else ["catalogue"]
    for part, columns in PARTS.items():
        # Prices of titles that only one of them offers count too: they may be why.
        tables = [] if part in CHECKED else [[offer.eligible for offer in (before, after)]]
        tables += [[offer.frame for offer in (before, after)]] if part in {"prices", *CHECKED} else []
        if any(_differ(*(table.reindex(columns=columns) for table in pair)) for pair in tables):
            found.append(part)
    return found


def _differ(one: pd.DataFrame, other: pd.DataFrame) -> bool:
    """Return whether two tables say different things of titles that both have."""
    one, other = (table.astype("str").set_index("title_id") for table in (one, other))
    common = one.index.intersection(other.index)
    return not one.loc[common].equals(other.loc[common])


def read_changes(path: Path) -> pd.DataFrame:
    """Read a table of changes back from the CSV that `write_table` made of it."""
    found = pd.read_csv(path, encoding="utf-8-sig", dtype="str", keep_default_na=False)
    return _table(found.to_dict("records"))


def _table(rows: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    names = ["change", "title_id", "title", "why", "causes"]
    names += [f"{name}_{side}" for name in _SIDES for side in ("before", "after")]
    columns: dict[str, Any] = {}
    for name in names:
        cells = [row[name] if row[name] not in ("", None) else None for row in rows]
        if name.startswith("position"):
            columns[name] = pd.array([None if cell is None else int(cell) for cell in cells], dtype="Int64")
        elif name.startswith("appeal"):
            columns[name] = pd.Series([None if cell is None else float(cell) for cell in cells], dtype="float64")
        else:
            columns[name] = pd.Series([cell or "" for cell in cells], dtype="str")
    return pd.DataFrame(columns)


def _changes(old: _Side, new: _Side, made: dict[str, Any], keys: str) -> Iterator[tuple[str, str, list[Any]]]:
    for title_id in old.rows:
        if title_id not in new.rows:
            yield title_id, "went", list(_why_went(title_id, old, new, made, keys))
    for title_id in new.rows:
        if title_id not in old.rows:
            yield title_id, "came", list(_why_came(title_id, old, new, keys))
    both = [title_id for title_id in new.rows if title_id in old.rows]
    order = {title_id: place for place, title_id in enumerate(t for t in old.rows if t in new.rows)}
    for place, title_id in enumerate(both):
        was, now = old.rows[title_id], new.rows[title_id]
        moves = list(_moves(was, now, order[title_id] != place))
        worth = [*_worth(was, now, made.get(title_id)), *_locks(title_id, old, new)]
        if moves:
            score = list(_score(title_id, old, new))
            pushed = [] if score or worth else [("others", "others came or went")]
            yield title_id, "moved", [*moves, *score, *worth, *pushed]
        elif worth:
            yield title_id, "changed", worth


def _why_went(title_id: str, old: _Side, new: _Side, made: dict[str, Any], keys: str) -> Iterator[tuple[str, str]]:
    decision = made.get(title_id)
    if decision is not None and decision.decision == "reject":
        yield "decision", _decided(decision)
        return
    if title_id in new.left_out:
        code = new.left_out[title_id]
        yield _cause(code), f"now {REASONS.get(code, code)}{_detail(title_id, code, new)}"
        return
    if title_id not in new.appeal:
        yield "catalogue", "no longer in the catalogue"
        return
    yield from _score(title_id, old, new)
    yield from _prices(title_id, old, new)
    if keys:
        yield "brief", keys
    if not new.rows.keys() <= old.rows.keys():
        yield "others", "its place went to another title"
    elif new.short or not keys:  # else the brief asks for fewer
        yield "others", "its place is left empty"


def _why_came(title_id: str, old: _Side, new: _Side, keys: str) -> Iterator[tuple[str, str]]:
    if title_id in new.locked:
        yield "lock", "locked"
    if title_id in old.left_out:
        code = old.left_out[title_id]
        yield _cause(code), f"was {REASONS.get(code, code)} before{_detail(title_id, code, old)}"
        return
    if title_id not in old.appeal:
        yield "catalogue", "new in the catalogue"
        return
    yield from _score(title_id, old, new)
    yield from _prices(title_id, old, new)
    if keys:
        yield "brief", keys
    if title_id not in new.locked:
        yield "others", "took a place that became free"


def _detail(title_id: str, code: str, side: _Side) -> str:
    """Return what the check that bars a title says of it, in brackets."""
    text = side.said.get(code.partition("-")[0], {}).get(title_id, "")
    # Of the rules only those that bar it; of the rest as much as a reader takes in.
    text = clean(text.partition("; ")[0].removeprefix("blocked: ") if code == "policy-blocked" else text, 160)
    return f" ({text.replace('; ', ', ')})" if text else ""


def _cause(code: str) -> str:
    """Return which part of what an offer follows from a reason code belongs to."""
    if code == "no-score":
        return "score"
    if code in {"not-foreign", "duplicate"}:
        return "catalogue"
    if code.startswith(("rights-", "materials-")):
        return code.partition("-")[0]
    return "brief" if code.startswith(("other-", "excluded-")) else "rule"


def _score(title_id: str, old: _Side, new: _Side) -> Iterator[tuple[str, str]]:
    was, now = old.appeal.get(title_id), new.appeal.get(title_id)
    if was is not None and now is not None and abs(was - now) >= _LEAST_APPEAL:
        yield "score", f"appeal {100 * was:.1f} to {100 * now:.1f}"


def _prices(title_id: str, old: _Side, new: _Side) -> Iterator[tuple[str, str]]:
    for name in _PRICES:
        one, other = (_shown(side.prices[name].get(title_id)) for side in (old, new))
        if one != other:
            yield "price", f"{name.replace('_', ' ')} {one} to {other}"


def _moves(was: Any, now: Any, reordered: bool) -> Iterator[tuple[str, str]]:
    if was.tier != now.tier:
        yield "tier", f"tier {was.tier} to {now.tier}"
    if was.slot != now.slot:
        yield "slot", f"slot {was.slot} to {now.slot}"
    if reordered:
        yield "place", f"place {was.position} to {now.position}"


def _worth(was: Any, now: Any, decision: Any) -> Iterator[tuple[str, str]]:
    for name in _WORTH:
        one, other = _shown(getattr(was, name)), _shown(getattr(now, name))
        if one == other:
            continue
        if name == "status" and decision is not None:
            yield "decision", _decided(decision)
        else:
            yield (
                {"ask_price": "price", "floor_price": "price", "currency": "price"}.get(name, name),
                f"{name.replace('_', ' ')} {one} to {other}",
            )


def _locks(title_id: str, old: _Side, new: _Side) -> Iterator[tuple[str, str]]:
    if title_id in new.locked and title_id not in old.locked:
        yield "lock", "locked"
    if title_id in old.locked and title_id not in new.locked:
        yield "lock", "no longer locked"


def _shown(value: object) -> str:
    if is_missing(value):
        return "(empty)"
    return f"{value:.15g}" if isinstance(value, float) else clean(value, 200)


def _decided(decision: Any) -> str:
    """Return a decision in words: by whom, and why, as far as either is told."""
    said, who = _DONE[decision.decision], clean(decision.reviewer, 60)
    why = ", ".join(filter(None, (clean(decision.reason, 100), clean(decision.note, 200)))).replace("; ", ", ")
    return f"{said}{f' by {who}' if who else ''}{f': {why}' if why else ''}"


def _brief_keys(before: Offer, after: Offer) -> str:
    """Return in words what the briefs do not share, but for locks and bans, which are told title by title."""
    one, other = (_flat(offer.brief.model_dump(mode="json")) for offer in (before, after))
    single = {"lock.title_ids", "exclude.title_ids", "description"}
    keys = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key) and key not in single)
    return f"the brief changed: {', '.join(keys[:6])}{', ...' if len(keys) > 6 else ''}" if keys else ""


def _flat(tree: dict[str, Any], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in tree.items():
        found |= _flat(value, f"{path}{key}.") if isinstance(value, dict) else {f"{path}{key}": value}
    return found


def _record(change: str, title_id: str, causes: list[tuple[str, str]], old: _Side, new: _Side) -> dict[str, Any]:
    was, now = old.rows.get(title_id), new.rows.get(title_id)
    shown: Any = now if now is not None else was
    record: dict[str, Any] = {
        "change": change,
        "title_id": title_id,
        "title": shown.title,
        "why": "; ".join(words for _, words in causes),
        "causes": "|".join(dict.fromkeys(code for code, _ in causes)),
    }
    for name in _SIDES:
        for side, row, half in (("before", was, old), ("after", now, new)):
            value = half.appeal.get(title_id) if name == "appeal" else getattr(row, name, None)
            record[f"{name}_{side}"] = None if is_missing(value) else value
    return record
