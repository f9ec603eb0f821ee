"""The same title told otherwise: what the score would be with another genre, year, synopsis or home performance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from recommender.errors import CallError, did_you_mean, visible
from recommender.schema import COUNTRIES, KINDS, MARKETS, METRICS, OUTCOMES, TITLES, WORLDWIDE

if TYPE_CHECKING:
    from recommender.ranking._ranker import Ranker

__all__ = ["what_if"]

AS_IT_IS, TOGETHER = "as it is", "all together"
_HISTORY = "history"
_FIGURES = ("score", "appeal", "low", "high", "evidence")
_FIXED = frozenset({"title_id"})
_WITNESSES = 20
_SHOWN = 40


def what_if(
    ranker: Ranker,
    titles: pd.DataFrame,
    title_id: str,
    market: str,
    changes: Mapping[str, Any],
    history: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Score a title as it is, with each of some changes alone, and with all of them together.

    It asks the model, not the world: the answer is what the model would say of a title told so, not what would come of
    making the title so.

    Parameters
    ----------
    ranker : Ranker
        Fitted.
    titles : DataFrame
        The titles table that holds the title, as `read_titles` returns it.
    title_id, market : str
    changes : mapping of str to value
        By column of the titles table, what it should be: a list of words (or words parted by ``|``) for ``genres``,
        ``countries``, ``directors`` and the like, a number for ``year`` or ``runtime_min``, text for ``synopsis``; None for
        "not told". ``history`` changes how the title did elsewhere: a mapping, or a list of them, with ``market`` (``WW``
        is worldwide), ``metric`` and ``value``; it replaces the title's rows of that market and metric.
    history : DataFrame or None
        Outcomes of the titles elsewhere, as given to `Ranker.predict`.

    Returns
    -------
    DataFrame
        One row for the title as it is, one a change, and one for all together where there are several: ``change``,
        ``score``, ``appeal``, ``low``, ``high``, ``evidence``, and ``difference``, that of `appeal` from the title as it is.

    Raises
    ------
    CallError
        If the title is not in the table or not foreign to the market, there is no such column, or a value is not one that
        the column can hold.

    Examples
    --------
    >>> from recommender.ranking import Ranker, what_if
    >>> from recommender.sample import load_sample
    >>> sample = load_sample()
    >>> ranker = Ranker(groups=["content", "market"], n_folds=2, max_iter=10).fit(sample.training, sample.outcomes)
    >>> title = sample.catalogue["title_id"][0]
    >>> table = what_if(ranker, sample.catalogue, title, "CN", {"year": 2019, "genres": ["Action"]})
    >>> [change.partition(":")[0] for change in table["change"]]
    ['as it is', 'year', 'genres', 'all together']
    >>> bool(table["difference"][0] == 0)
    True
    """
    title = _find(titles, title_id)
    if not changes:
        raise CallError("there is no change to ask about", hint="Give one, such as changes={'year': 2020}.")
    cells = {name: _cell(name, value) for name, value in changes.items() if name != _HISTORY}
    rows = _rows(changes[_HISTORY]) if _HISTORY in changes else None
    variants: list[tuple[str, dict[str, Any], bool]] = [(AS_IT_IS, {}, False)]
    for name in changes:
        told = (
            _told_history(ranker, rows)
            if name == _HISTORY and rows is not None
            else _told(title, name, cells.get(name))
        )
        variants.append((told, {name: cells[name]} if name in cells else {}, name == _HISTORY))
    if len(changes) > 1:
        variants.append((TOGETHER, cells, rows is not None))
    found = pd.DataFrame(index=range(len(variants)), columns=list(_FIGURES))
    for changed in sorted({changed for _, _, changed in variants}):
        places = [place for place, variant in enumerate(variants) if variant[2] == changed]
        told_so = [_with(title, variants[place][1]) for place in places]
        scores = _scores(ranker, titles, told_so, market, history, rows if changed and rows is not None else [])
        for place, number in zip(places, range(len(places)), strict=True):
            if number not in scores.index:
                raise CallError(
                    f"{visible(title_id)} comes from {market} ({variants[place][0]}): it is scored for foreign markets only",
                    hint="Ask for another market, or another change of its countries.",
                )
            found.loc[place] = scores.loc[number]
    table = pd.DataFrame({"change": [told for told, _, _ in variants]}).join(found)
    table = table.astype(
        {name: "float64" for name in _FIGURES if name != "evidence"} | {"evidence": "str", "change": "str"}
    )
    table["difference"] = table["appeal"] - table["appeal"].iloc[0]
    return table


def _find(titles: pd.DataFrame, title_id: str) -> pd.Series:
    rows = titles[titles["title_id"] == title_id]
    if rows.empty:
        hint = did_you_mean(title_id, titles["title_id"])
        raise CallError(
            f"there is no title {visible(title_id)!r} among {len(titles):,} titles",
            hint=hint or "Give a title_id of the table.",
        )
    return rows.iloc[0]


def _with(title: pd.Series, cells: Mapping[str, Any]) -> dict[Any, Any]:
    return {**title.to_dict(), **cells}


def _scores(
    ranker: Ranker,
    titles: pd.DataFrame,
    variants: Sequence[Mapping[Any, Any]],
    market: str,
    history: pd.DataFrame | None,
    rows: Sequence[Mapping[str, Any]],
) -> pd.DataFrame:
    """Return the figures of each variant that is foreign to the market, by its place."""
    own = variants[0]["title_id"]
    ids = [f"{own}\0{place}" for place in range(len(variants))]
    told = pd.DataFrame(list(variants), columns=list(titles.columns)).assign(title_id=ids)
    known = _no_history() if history is None else history
    mine = known[known["title_id"] == own]
    changed = {(row["market"], row["metric"]) for row in rows}
    mine = mine[[key not in changed for key in zip(mine["market"], mine["metric"], strict=True)]]
    # What is put in its place was known before the prediction.
    put = [{**row, "as_of": row.get("as_of", "0001-01-01"), "source": "what if"} for row in rows]
    mine = pd.concat([mine, pd.DataFrame(put, columns=list(mine.columns))], ignore_index=True) if put else mine
    # Titles of which something is known elsewhere come along: whether there are any decides which head of the ranker scores.
    others = titles[titles["title_id"].isin(known["title_id"]) & (titles["title_id"] != own)].head(_WITNESSES)
    table = pd.concat([told, others], ignore_index=True).astype(titles.dtypes.to_dict())
    copies = [mine.assign(title_id=name) for name in ids]
    seen = pd.concat([*copies, known[known["title_id"].isin(others["title_id"])]], ignore_index=True)
    seen = seen.astype({"title_id": "str", "market": "str", "metric": "str", "value": "float64", "as_of": "str"})
    scores = ranker.predict(table, [market], history=seen if len(seen) else None, explain=0)
    scores = scores[scores["title_id"].isin(ids)].set_index("title_id")[list(_FIGURES)]
    return scores.rename(index={name: place for place, name in enumerate(ids)})


def _no_history() -> pd.DataFrame:
    return pd.DataFrame(columns=list(OUTCOMES.names)).astype("str").astype({"value": "float64"})


def _cell(name: str, value: Any) -> Any:
    """Return a value as its column holds it."""
    choices = [column for column in TITLES.names if column not in _FIXED]
    if name not in choices:
        raise CallError(
            f"there is no column {visible(name)!r} to change",
            hint=did_you_mean(name, [*choices, _HISTORY]) or f"Choose from {', '.join([*choices, _HISTORY])}.",
        )
    column = TITLES[name]
    if column.type == "list":
        words = value.split("|") if isinstance(value, str) else list(value or [])
        words = [word.strip() for word in words if isinstance(word, str) and word.strip()]
        for word in words if name == "countries" else ():
            _choose(word, COUNTRIES, "country", "use ISO 3166-1 alpha-2 codes, such as FR")
        return words
    if value is None and not column.required:
        return None
    if column.type in {"integer", "number"}:
        number = isinstance(value, int | float | np.number) and not isinstance(value, bool) and np.isfinite(value)
        if not number or (column.type == "integer" and value != int(value)):
            raise CallError(
                f"{name} cannot be {visible(value)!r}", hint=f"Give a{'n' * (column.type == 'integer')} {column.type}."
            )
        return int(value) if column.type == "integer" else float(value)
    if column.type != "boolean" and not isinstance(value, str):
        raise CallError(f"{name} cannot be {visible(value)!r}", hint="Give a text.")
    if name == "kind":
        _choose(value, KINDS, "kind", f"choose from {', '.join(KINDS)}")
    return value


def _rows(given: Any) -> list[dict[str, Any]]:
    """Return changed rows of history, checked."""
    rows = [given] if isinstance(given, Mapping) else list(given)
    for row in rows:
        lacking = {"market", "metric", "value"} - set(row)
        if lacking:
            raise CallError(
                f"a changed row of history lacks {', '.join(sorted(lacking))}", hint="Give market, metric and value."
            )
        _choose(row["market"], [*MARKETS, WORLDWIDE], "market", "use ISO 3166-1 alpha-2 codes, or WW for worldwide")
        _choose(row["metric"], METRICS, "metric", f"choose from {', '.join(METRICS)}")
        value = row["value"]
        if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not np.isfinite(value):
            raise CallError(f"the value of {row['metric']} cannot be {visible(value)!r}", hint="Give a number.")
    return [dict(row) for row in rows]


def _choose(word: object, choices: Any, what: str, otherwise: str) -> None:
    if word not in choices:
        raise CallError(f"there is no {what} {visible(word)!r}", hint=did_you_mean(word, choices) or otherwise)


def _told(title: pd.Series, name: str, value: Any) -> str:
    return f"{name}: {_shown(title[name])} \u2192 {_shown(value)}"


def _told_history(ranker: Ranker, rows: Sequence[Mapping[str, Any]]) -> str:
    met = {key for group in ranker.groups_ for key in getattr(group, "reference_", ())}
    parts = []
    for row in rows:
        # A level is placed among those that the model has met; of one that it has not, it can make nothing.
        unmet = METRICS[row["metric"]].nature == "level" and f"{row['metric']} {row['market']}" not in met
        note = " (not met in training: no effect)" if unmet else ""
        parts.append(f"{row['metric']} in {row['market']} {row['value']:,.10g}{note}")
    return "history: " + ", ".join(parts)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple | np.ndarray):
        return visible(", ".join(map(str, value)), length=_SHOWN) or "not told"
    return "not told" if value is None or pd.isna(value) else visible(value, length=_SHOWN)
