"""Materials: what of each title is ready to be delivered to a market, as a gate, a cost or a warning."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import Field, model_validator
from pydantic_core import InitErrorDetails

from recommender.offers._toml import Part, fault, raise_all
from recommender.sources import official_languages, spelled

Action = Literal["gate", "cost", "warn", "ignore"]
Item = Literal["resolution", "me_track", "subtitles", "dubs", "age_mark", "screener"]
Resolution = Literal["SD", "HD", "4K"]

LACKING_CODE = "materials-lacking"
UNKNOWN_CODE = "materials-unknown"
ITEM_WORDS: Mapping[str, str] = {
    "resolution": "master",
    "me_track": "M&E track",
    "subtitles": "subtitles",
    "dubs": "dub",
    "age_mark": "age mark",
    "screener": "screener",
}
"""The items, in the order in which they are looked at, and what readers call them."""

READY, UNKNOWN, LACKING = 0, 1, 2
_LADDER: Mapping[str, int] = {"SD": 0, "HD": 1, "4K": 2}
_RESOLUTIONS: tuple[tuple[re.Pattern[str], Resolution], ...] = (
    (re.compile(r"\b(8k|4k|uhd|2160p?|ultra ?hd)\b", re.IGNORECASE), "4K"),
    (re.compile(r"\b(2k|hd|fhd|full ?hd|1080[pi]?|720p?|hdtv)\b", re.IGNORECASE), "HD"),
    (re.compile(r"\b(sd|480[pi]?|576[pi]?|pal|ntsc|dvd)\b", re.IGNORECASE), "SD"),
)
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_NO_DIALOGUE = "zxx"
APPEAL_UNIT = "appeal"


class MaterialsPart(Part):
    """What a brief asks of the materials.

    Attributes
    ----------
    resolution, me_track, subtitles, dubs, age_mark, screener : {"gate", "cost", "warn", "ignore"}
        What follows where the item is lacking: the title is not eligible, its value falls by the cost, or the
        offer says so.
    least_resolution : {"SD", "HD", "4K"}
        The least master that counts as ready.
    unknown : {"warn", "exclude"}
        What a gate does with a title of which it is not known whether it has the item: it is never passed in
        silence.
    costs : dict of str to float
        What it costs to make each item of action `cost`, in `unit`.
    unknown_cost : float
        The part of the cost that a title bears of which it is not known whether it has the item, 0 to 1.
    unit : str
        What the costs are in: `appeal` (0 to 1), or the currency (ISO 4217) in which value is counted.
    """

    resolution: Action = "ignore"
    me_track: Action = "ignore"
    subtitles: Action = "ignore"
    dubs: Action = "ignore"
    age_mark: Action = "ignore"
    screener: Action = "ignore"
    least_resolution: Resolution = "HD"
    unknown: Literal["warn", "exclude"] = "warn"
    costs: dict[Item, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    unknown_cost: Annotated[float, Field(ge=0, le=1)] = 1.0
    unit: Annotated[str, spelled("appeal|[A-Z]{3}", "write appeal, or a currency such as EUR")] = APPEAL_UNIT

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        return raise_all(self, self._faults())

    def _faults(self) -> Iterator[InitErrorDetails]:
        for item in ITEM_WORDS:
            if getattr(self, item) == "cost" and item not in self.costs:
                yield fault(("costs", item), f'missing; {item} = "cost" needs what it costs to make it')
            if getattr(self, item) != "cost" and item in self.costs:
                yield fault(("costs", item), f'{item} is not a cost; say {item} = "cost", or take the number out')

    @property
    def asked(self) -> dict[str, Action]:
        """The items that are looked at, with what follows."""
        return {item: action for item in ITEM_WORDS if (action := getattr(self, item)) != "ignore"}


@dataclass(frozen=True, eq=False)
class MaterialsReview:
    """What of each title is ready.

    Attributes
    ----------
    part : MaterialsPart
    languages : tuple of str
        The languages that count: the brief's, else the market's official ones.
    title_ids : ndarray of str, shape (n_titles,)
    states : dict of str to ndarray of int8
        For each item asked: 0 ready, 1 unknown, 2 lacking.
    cost : ndarray of float64, shape (n_titles,)
        By how much each title's value falls, in the part's `unit`.
    """

    part: MaterialsPart
    languages: tuple[str, ...]
    title_ids: NDArray[np.object_]
    states: Mapping[str, NDArray[np.int8]]
    cost: NDArray[np.float64]

    @cached_property
    def summary(self) -> pd.DataFrame:
        """One row a title: `title_id`, `status` (ready, lacking, unknown), `lacking`, `unknown` (lists), `cost`, `words`."""
        items = list(self.states)
        matrix = np.column_stack([self.states[item] for item in items])
        patterns, places = np.unique(matrix, axis=0, return_inverse=True)
        told = [self._told(dict(zip(items, pattern, strict=True))) for pattern in patterns]
        lacking, unknown, words = zip(*told, strict=True) if told else ((), (), ())
        worst = matrix.max(axis=1, initial=READY)
        priced = [
            f"{words[place]}; cost {_amount(cost, self.part.unit)}" if cost > 0 else words[place]
            for place, cost in zip(places.ravel(), self.cost, strict=True)
        ]
        index = pd.RangeIndex(len(self.title_ids))
        return pd.DataFrame(
            {
                "title_id": pd.array(self.title_ids, dtype="str"),
                "status": pd.array(np.array(["ready", "unknown", "lacking"], dtype=object)[worst], dtype="str"),
                "lacking": pd.Series([lacking[place] for place in places.ravel()], index=index, dtype="object"),
                "unknown": pd.Series([unknown[place] for place in places.ravel()], index=index, dtype="object"),
                "cost": self.cost,
                "words": pd.array(priced, dtype="str"),
            }
        )

    def _told(self, states: Mapping[str, int]) -> tuple[list[str], list[str], str]:
        lacking = [item for item, state in states.items() if state == LACKING]
        unknown = [item for item, state in states.items() if state == UNKNOWN]
        parts = []
        for word, items in (("lacking", lacking), ("unknown", unknown)):
            if items:
                parts.append(f"{word}: {', '.join(self._called(item, gate=word == 'unknown') for item in items)}")
        return lacking, unknown, "; ".join(parts) or "ready"

    def _called(self, item: str, *, gate: bool) -> str:
        name = ITEM_WORDS[item]
        if item in {"subtitles", "dubs"}:
            name += f" ({'/'.join(self.languages) or 'no language known'})"
        # A gate that nobody could close is said as such.
        return f"{name} (required)" if gate and self.part.asked[item] == "gate" else name

    @property
    def frame(self) -> pd.DataFrame:
        """One row a title: `title_id`, `reason` (a reason code of `offers`, or empty) and `materials`, in words."""
        reason = [self.barred.get(title_id, "") for title_id in self.summary["title_id"]]
        said = self.summary[["title_id", "words"]].rename(columns={"words": "materials"})
        return said.assign(reason=pd.array(reason, dtype="str"))

    @cached_property
    def barred(self) -> Mapping[str, str]:
        """The titles that a gate bars, each with the reason code of `offers`."""
        gates = [self.states[item] for item, action in self.part.asked.items() if action == "gate"]
        if not gates:
            return {}
        worst = np.max(gates, axis=0)
        found = {self.title_ids[row]: LACKING_CODE for row in np.flatnonzero(worst == LACKING)}
        if self.part.unknown == "exclude":
            found |= {self.title_ids[row]: UNKNOWN_CODE for row in np.flatnonzero(worst == UNKNOWN)}
        return found

    def costs_of(self, title_ids: Collection[str]) -> NDArray[np.float64]:
        """Return the costs of some titles, in their order."""
        found = dict(zip(self.title_ids, self.cost, strict=True))
        return np.array([found[title_id] for title_id in title_ids], dtype="float64")


def review_materials(
    titles: pd.DataFrame, part: MaterialsPart, market: str, language: str | None = None
) -> MaterialsReview:
    """Say of each title what is ready for a market, what is lacking and what is not known.

    Parameters
    ----------
    titles : DataFrame
        The titles table. An empty cell, and a column that is not there, is unknown: never ready, never lacking.
    part : MaterialsPart
        The brief's part `[materials]`.
    market : str
        ISO 3166-1 alpha-2 code; its official languages (Unicode CLDR, through Babel) are those that subtitles
        and dubs are looked for in: one of them is enough. A title that is spoken in one needs neither.
    language : str, optional
        The one language that counts, where the brief names it.

    Returns
    -------
    MaterialsReview

    Examples
    --------
    >>> titles = pd.DataFrame({"title_id": ["a", "b", "c"], "me_track": [True, False, None]})
    >>> part = MaterialsPart(me_track="cost", costs={"me_track": 4000.0}, unit="EUR")
    >>> found = review_materials(titles, part, "CN")
    >>> found.summary["words"].tolist()
    ['ready', 'lacking: M&E track; cost 4,000 EUR', 'unknown: M&E track; cost 4,000 EUR']
    >>> found.cost.tolist()
    [0.0, 4000.0, 4000.0]
    """
    languages = (_base(language),) if language else tuple(sorted(official_languages(market)))
    states = {item: _CHECKS[item](titles, part, languages) for item in part.asked}
    cost = np.zeros(len(titles), dtype="float64")
    priced: Mapping[Any, float] = part.costs
    for item, action in part.asked.items():
        if action == "cost":
            borne = np.array([0.0, part.unknown_cost, 1.0])[states[item]]
            cost = cost + priced[item] * borne
    return MaterialsReview(part, languages, titles["title_id"].to_numpy(dtype=object), states, cost)


Check = Callable[[pd.DataFrame, MaterialsPart, tuple[str, ...]], NDArray[np.int8]]


def _cells(titles: pd.DataFrame, name: str) -> list[Any]:
    return titles[name].tolist() if name in titles.columns else [None] * len(titles)


def _states(values: list[Any], judge: Callable[[Any], int]) -> NDArray[np.int8]:
    return np.fromiter((judge(value) for value in values), dtype=np.int8, count=len(values))


def _resolution(titles: pd.DataFrame, part: MaterialsPart, _: tuple[str, ...]) -> NDArray[np.int8]:
    least = _LADDER[part.least_resolution]

    def judge(value: object) -> int:
        best = resolution_of(value) if isinstance(value, str) else None
        if best is None:
            return UNKNOWN
        return READY if _LADDER[best] >= least else LACKING

    return _states(_cells(titles, "resolution"), judge)


def resolution_of(text: str) -> Resolution | None:
    """Return the master that a cell names, or None where it names none.

    Examples
    --------
    >>> resolution_of("4K DCP"), resolution_of("1080p"), resolution_of("PAL SD"), resolution_of("film print")
    ('4K', 'HD', 'SD', None)
    """
    return next((word for pattern, word in _RESOLUTIONS if pattern.search(text)), None)


def _me_track(titles: pd.DataFrame, _: MaterialsPart, __: tuple[str, ...]) -> NDArray[np.int8]:
    def judge(value: object) -> int:
        if value is None or pd.isna(value):  # type: ignore[call-overload]
            return UNKNOWN
        return READY if value else LACKING

    return _states(_cells(titles, "me_track"), judge)


def _versions(name: str) -> Check:
    def check(titles: pd.DataFrame, _: MaterialsPart, languages: tuple[str, ...]) -> NDArray[np.int8]:
        def judge(pair: tuple[Any, Any]) -> int:
            have, spoken = ({_base(tag) for tag in cell} if _is_list(cell) else set() for cell in pair)
            if spoken & set(languages) or (name == "dubs" and spoken == {_NO_DIALOGUE}):
                return READY
            if not have or not languages:
                return UNKNOWN
            return READY if have & set(languages) else LACKING

        pairs = list(zip(_cells(titles, name), _cells(titles, "languages"), strict=True))
        return _states(pairs, judge)

    return check


def _age_mark(titles: pd.DataFrame, _: MaterialsPart, __: tuple[str, ...]) -> NDArray[np.int8]:
    return _states(
        _cells(titles, "age_rating"), lambda cell: READY if isinstance(cell, str) and cell.strip() else UNKNOWN
    )


def _screener(titles: pd.DataFrame, _: MaterialsPart, __: tuple[str, ...]) -> NDArray[np.int8]:
    return _states(
        _cells(titles, "screener_url"),
        lambda cell: READY if isinstance(cell, str) and _LINK.fullmatch(cell.strip()) else UNKNOWN,
    )


_CHECKS: Mapping[str, Check] = {
    "resolution": _resolution,
    "me_track": _me_track,
    "subtitles": _versions("subtitles"),
    "dubs": _versions("dubs"),
    "age_mark": _age_mark,
    "screener": _screener,
}


def _is_list(cell: object) -> bool:
    return isinstance(cell, list | tuple | np.ndarray)


def _base(tag: str) -> str:
    return tag.partition("-")[0].casefold()


def _amount(cost: float, unit: str) -> str:
    return f"{100 * cost:g} of 100 appeal" if unit == APPEAL_UNIT else f"{cost:,.10g} {unit}"
