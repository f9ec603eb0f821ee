"""Rows of a rights table that cannot all be true, or say one thing twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from recommender.schema._places import WORLDWIDE
from recommender.schema._rights_arrays import RightsArrays, languages_meet, rights_arrays

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd

    Places = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

__all__ = ["Contradiction", "rights_contradictions"]

MOST_PAIRS = 20_000_000
"""So many overlapping pairs of rows are compared; a table with more is beyond listing anyway."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A kind of contradiction between two rows, and where it stands.

    Attributes
    ----------
    column : str
        The column that is named in the fault.
    problem : str
        What is wrong, as a phrase.
    remedy : str
        What to do; ``{row}`` is the other row's number.
    places, others : array of int64
        Places of the rows, from 0, and of the row that each contradicts.
    """

    column: str
    problem: str
    remedy: str
    places: Places
    others: Places


def rights_contradictions(frame: pd.DataFrame) -> list[Contradiction]:
    """Find rows of a rights table that contradict or repeat an earlier one.

    Whatever it finds, the answer to a request stays on the safe side: what one row bars is barred.

    Parameters
    ----------
    frame : DataFrame
        A rights table without other errors.
    """
    rows = rights_arrays(frame)
    # Only rows that can bar or be barred meet across media and markets; of one scope any two may disagree.
    later, earlier = _overlapping(rows, ~rows.has("owned", "expired"))
    found = [_repeated(frame), _two_licences(rows, later, earlier), _never_free(rows, later, earlier)]
    later, earlier = _overlapping(rows, rows.has("owned", "available") & (rows.exclusive >= 0), one_scope=True)
    found.append(_exclusive_and_not(rows, later, earlier))
    later, earlier = _overlapping(rows, ~rows.has("owned", "available", "expired"), one_scope=True)
    found.append(_run_over(rows, later, earlier))
    return [_first_of_each(contradiction) for contradiction in found]


def _overlapping(rows: RightsArrays, which: Flags, *, one_scope: bool = False) -> tuple[Places, Places]:
    """Return the pairs of rows of one title whose market, media, language and days meet: the later row, the earlier.

    With `one_scope` only those that speak of the very same market, media and language.
    """
    import numpy as np

    place, group = _by_scope(rows, which) if one_scope else _by_market(rows, which)
    order = np.lexsort((rows.low[place], group))
    place, group = place[order], group[order]
    low, high, mask = rows.low[place], rows.high[place], rows.mask[place]
    world = rows.market[place] == _world(rows)
    is_world_group = group % (len(rows.markets) + 1) == _world(rows)
    meet, language = _meetings(rows.languages), rows.language[place]
    ones: list[Places] = [np.empty(0, dtype=np.int64)]
    others: list[Places] = [np.empty(0, dtype=np.int64)]
    active, step, count = np.arange(len(place)), 1, 0
    while count < MOST_PAIRS:
        active = active[active + step < len(place)]
        after = active + step
        # Sorted by the first day: once a row begins after this one has ended, all later ones do.
        near = (group[active] == group[after]) & (low[after] <= high[active])
        active, after = active[near], after[near]
        if not len(active):
            break
        wanted = np.ones(len(active), dtype=bool)
        if not one_scope:
            wanted = (mask[active] & mask[after]) != 0
            wanted &= meet[language[active], language[after]]
            wanted &= ~(world[active] & world[after]) | is_world_group[active]
        ones.append(place[active[wanted]])
        others.append(place[after[wanted]])
        count += len(active)
        step += 1
    one, other = np.concatenate(ones), np.concatenate(others)
    return np.maximum(one, other), np.minimum(one, other)


def _titles(rows: RightsArrays) -> Places:
    import numpy as np

    codes = rows.titles.dictionary_encode().indices.fill_null(-1)
    return codes.to_numpy(zero_copy_only=False).astype(np.int64)  # type: ignore[no-any-return]


def _by_scope(rows: RightsArrays, which: Flags) -> tuple[Places, Places]:
    """Return the places of some rows, and numbers that are the same where title, market, media and language are."""
    import numpy as np

    title = _titles(rows)
    place = np.flatnonzero((title >= 0) & which)
    group = title[place]
    for codes in (rows.medium, rows.language + 1, rows.market):
        group = group * (codes.max(initial=0) + 1) + codes[place]
    return place, group


def _by_market(rows: RightsArrays, which: Flags) -> tuple[Places, Places]:
    """Return the places of rows by title and market; a worldwide row stands in every market of its title."""
    import numpy as np

    n_markets = len(rows.markets) + 1
    title = _titles(rows)
    group = title * n_markets + rows.market
    place = np.flatnonzero((title >= 0) & which)
    world = place[rows.market[place] == _world(rows)]
    if not len(world):
        return place, group[place]
    groups = np.unique(group[place])
    groups = groups[groups % n_markets != _world(rows)]
    first = np.searchsorted(groups // n_markets, title[world], side="left")
    times = np.searchsorted(groups // n_markets, title[world], side="right") - first
    within = np.arange(times.sum()) - np.repeat(np.cumsum(times) - times, times)
    return (
        np.concatenate([place, np.repeat(world, times)]),
        np.concatenate([group[place], groups[np.repeat(first, times) + within]]),
    )


def _world(rows: RightsArrays) -> int:
    return rows.markets.index(WORLDWIDE) if WORLDWIDE in rows.markets else -2


def _meetings(languages: list[str]) -> Flags:
    """Return which language codes meet which; the last one is for -1, every language."""
    import numpy as np

    known: list[str | None] = [*languages, None]
    return np.array([[languages_meet(one, other) for other in known] for one in known], dtype=bool)


def _contains(languages: list[str]) -> Flags:
    """Return which language codes hold which; the last one is for -1, every language."""
    import numpy as np

    known = [*languages, None]
    return np.array(
        [
            [
                wide is None or (narrow is not None and f"{narrow.casefold()}-".startswith(f"{wide.casefold()}-"))
                for narrow in known
            ]
            for wide in known
        ],
        dtype=bool,
    )


def _repeated(frame: pd.DataFrame) -> Contradiction:
    import numpy as np

    cells = frame.reset_index(drop=True)
    mixed = [name for name in cells.columns if cells[name].dtype == "object"]
    cells = cells.astype(dict.fromkeys(mixed, "str"))
    twice = cells[cells.duplicated(keep=False)]
    group = twice.groupby(list(twice.columns), dropna=False, sort=False).ngroup().to_numpy()
    _, first, again = np.unique(group, return_index=True, return_inverse=True)
    places, others = twice.index.to_numpy(), twice.index.to_numpy()[first][again]
    later = places != others
    return Contradiction(
        "title_id", "the same row a second time", "row {row} is the same: delete one", places[later], others[later]
    )


def _two_licences(rows: RightsArrays, later: Places, earlier: Places) -> Contradiction:
    licensed = rows.has("licensed")
    bad = licensed[later] & licensed[earlier]
    bad &= (rows.exclusive[later] == 1) | (rows.exclusive[earlier] == 1)
    bad &= (rows.licensee[later] >= 0) & (rows.licensee[earlier] >= 0)
    bad &= rows.licensee[later] != rows.licensee[earlier]
    return Contradiction(
        "licensee",
        "two licences at once, though one of them is exclusive",
        "row {row} licenses the same medium, market and days to another: correct one; until then both bar the title",
        later[bad],
        earlier[bad],
    )


def _never_free(rows: RightsArrays, later: Places, earlier: Places) -> Contradiction:
    import numpy as np

    available = rows.has("available")
    bars = rows.has("reserved", "withdrawn", "excluded") | (rows.has("licensed") & (rows.exclusive == 1))
    holds = _contains(rows.languages)
    places, others = [], []
    for free, bar in ((later, earlier), (earlier, later)):
        bad = available[free] & bars[bar]
        bad &= (rows.market[bar] == _world(rows)) | (rows.market[bar] == rows.market[free])
        bad &= (rows.mask[free] & ~rows.mask[bar]) == 0
        bad &= holds[rows.language[bar], rows.language[free]]
        bad &= (rows.low[bar] <= rows.low[free]) & (rows.high[free] <= rows.high[bar])
        places.append(free[bad])
        others.append(bar[bad])
    return Contradiction(
        "status",
        "called available, and never is",
        "row {row} bars the same for all its days: correct one; until then it counts as barred",
        np.concatenate(places),
        np.concatenate(others),
    )


def _exclusive_and_not(rows: RightsArrays, later: Places, earlier: Places) -> Contradiction:
    bad = rows.exclusive[later] != rows.exclusive[earlier]
    return Contradiction(
        "exclusive",
        "exclusive in one row and not in another",
        "row {row} says otherwise of the same medium, market and days: correct one; until then it counts as exclusive",
        later[bad],
        earlier[bad],
    )


def _run_over(rows: RightsArrays, later: Places, earlier: Places) -> Contradiction:
    bad = (rows.status[later] == rows.status[earlier]) & (rows.licensee[later] == rows.licensee[earlier])
    bad &= (rows.low[later] != rows.low[earlier]) | (rows.high[later] != rows.high[earlier])
    return Contradiction(
        "start",
        "its days overlap those of another row that says the same",
        "row {row} is the other: correct the days, or make them one row; they count once",
        later[bad],
        earlier[bad],
    )


def _first_of_each(found: Contradiction) -> Contradiction:
    """Keep for each row the first one that it contradicts."""
    import numpy as np

    if not len(found.places):
        return found
    order = np.lexsort((found.others, found.places))
    places = found.places[order]
    kept = np.concatenate([[True], places[1:] != places[:-1]])
    return Contradiction(found.column, found.problem, found.remedy, places[kept], found.others[order][kept])
