"""A rights table as arrays: media as bits, days as whole numbers, words as codes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from recommender.errors import DataError, visible
from recommender.schema._media import MEDIA, find_medium, media_mask, medium_remedy
from recommender.schema._words import RIGHTS_STATUSES

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pandas as pd
    import pyarrow as pa

    Codes = npt.NDArray[np.int64]

__all__ = ["FIRST_DAY", "LAST_DAY", "RightsArrays", "languages_meet", "rights_arrays"]

FIRST_DAY, LAST_DAY = -10_000_000, 10_000_000
"""The days that stand for an open start and an open end; day 0 is 1970-01-01."""

STATUSES = tuple(RIGHTS_STATUSES)
_MEDIA = tuple(MEDIA)


@dataclass(frozen=True, eq=False)
class RightsArrays:
    """The rows of a rights table, one item a row in each array.

    Attributes
    ----------
    titles : array of text
        As pyarrow keeps it: `title_id`.
    market, language, licensee, medium, status : array of int64
        Codes into `markets`, `languages`, `licensees`, the names of `MEDIA` and those of `RIGHTS_STATUSES`;
        -1 where the cell of language or licensee is empty. An empty medium is ``all``; an empty status is
        ``licensed`` where a licensee stands, else ``available``.
    mask : array of int64
        The medium and all below it, as bits.
    low, high : array of int64
        First and last day; `FIRST_DAY` and `LAST_DAY` where open.
    exclusive : array of int8
        1 yes, 0 no, -1 not stated.
    holdback : array of int64
        The day before which nobody may begin; `FIRST_DAY` where none is.
    markets, languages, licensees : list of str
        In the order of the alphabet, so that codes do not depend on the order of the rows.
    """

    titles: pa.Array
    market: Codes
    language: Codes
    licensee: Codes
    medium: Codes
    status: Codes
    mask: Codes
    low: Codes
    high: Codes
    exclusive: npt.NDArray[np.int8]
    holdback: Codes
    markets: list[str]
    languages: list[str]
    licensees: list[str]

    def has(self, *statuses: str) -> npt.NDArray[np.bool_]:
        """Return which rows have one of some statuses."""
        import numpy as np

        found: npt.NDArray[np.bool_] = np.isin(self.status, [STATUSES.index(status) for status in statuses])
        return found


def rights_arrays(frame: pd.DataFrame) -> RightsArrays:
    """Return the rows of a rights table as arrays.

    Parameters
    ----------
    frame : DataFrame
        As `read_rights` returns it; optional columns may be missing, and dates may be of any kind.

    Raises
    ------
    DataError
        A medium, status or day is none: such a table was not read by `read_rights`.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"title_id": ["a"], "market": "CN", "media": "svod", "end": "1970-01-31"})
    >>> found = rights_arrays(frame)
    >>> found.low.tolist() == [FIRST_DAY], found.high.tolist(), STATUSES[found.status[0]]
    (True, [30], 'available')
    """
    import numpy as np

    market, markets = _sorted_codes(frame, "market")
    language, languages = _sorted_codes(frame, "language")
    licensee, licensees = _sorted_codes(frame, "licensee")
    medium = _looked_up(frame, "media", _medium, _MEDIA.index("all"))
    status = _looked_up(frame, "status", _status, -1)
    guess = np.where(licensee >= 0, STATUSES.index("licensed"), STATUSES.index("available"))
    return RightsArrays(
        titles=_texts(frame, "title_id"),
        market=market,
        language=language,
        licensee=licensee,
        medium=medium,
        status=np.where(status < 0, guess, status),
        mask=np.array([media_mask(name) for name in _MEDIA], dtype=np.int64)[medium],
        low=_looked_up(frame, "start", _day, FIRST_DAY),
        high=_looked_up(frame, "end", _day, LAST_DAY),
        exclusive=_exclusive(frame),
        holdback=_looked_up(frame, "holdback_until", _day, FIRST_DAY),
        markets=markets,
        languages=languages,
        licensees=licensees,
    )


def languages_meet(one: str | None, other: str | None) -> bool:
    """Return whether two languages can mean the same version; None stands for every language.

    One may be narrower than the other, as in RFC 4647: zh meets zh-Hans, but zh-Hant does not.

    Examples
    --------
    >>> languages_meet("zh", "zh-Hans"), languages_meet("zh-Hant", "zh-Hans"), languages_meet(None, "ru")
    (True, False, True)
    """
    if one is None or other is None:
        return True
    first, second = f"{one.casefold()}-", f"{other.casefold()}-"
    return first.startswith(second) or second.startswith(first)


def _texts(frame: pd.DataFrame, name: str) -> pa.Array:
    import pyarrow as pa

    if name not in frame.columns:
        return pa.nulls(len(frame), pa.large_string())
    cells = pa.array(frame[name], from_pandas=True)
    if isinstance(cells, pa.ChunkedArray):
        cells = cells.combine_chunks()
    return cells if cells.type == pa.large_string() else cells.cast(pa.large_string())


def _codes(frame: pd.DataFrame, name: str) -> tuple[Codes, list[str]]:
    """Return for each row the place of its word among the distinct ones, -1 where the cell is empty."""
    import numpy as np

    encoded = _texts(frame, name).dictionary_encode()
    codes = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    words = encoded.dictionary.to_pylist()
    blank = [place for place, word in enumerate(words) if not word.strip()]
    if blank:
        codes[np.isin(codes, blank)] = -1
    return codes, words


def _sorted_codes(frame: pd.DataFrame, name: str) -> tuple[Codes, list[str]]:
    import numpy as np

    codes, words = _codes(frame, name)
    order = sorted(range(len(words)), key=words.__getitem__)
    ranks = np.full(len(words) + 1, -1, dtype=np.int64)  # the last one is for -1
    ranks[order] = np.arange(len(words))
    return ranks[codes], [words[place] for place in order]


def _looked_up(frame: pd.DataFrame, name: str, understand: Callable[[str], int], empty: int) -> Codes:
    """Return the number that each distinct word of a column stands for."""
    import numpy as np

    codes, words = _codes(frame, name)
    used = set(np.unique(codes).tolist())
    try:
        values = [understand(word) if place in used else empty for place, word in enumerate(words)]
    except ValueError as error:
        raise DataError(f"the rights table, column {name}: {error}", hint="Read the table with read_rights.") from None
    return np.array([*values, empty], dtype=np.int64)[codes]


def _medium(word: str) -> int:
    name = find_medium(word)
    if name is None:
        raise ValueError(f"unknown medium ({visible(word)}); {medium_remedy(word)}")
    return _MEDIA.index(name)


def _status(word: str) -> int:
    if word not in RIGHTS_STATUSES:
        raise ValueError(f"unknown status ({visible(word)}); use one of: {', '.join(RIGHTS_STATUSES)}")
    return STATUSES.index(word)


def _day(word: str) -> int:
    try:
        return date.fromisoformat(word[:10]).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        raise ValueError(f"not a day ({visible(word)})") from None


def _exclusive(frame: pd.DataFrame) -> npt.NDArray[np.int8]:
    import numpy as np

    if "exclusive" not in frame.columns:
        return np.full(len(frame), -1, dtype=np.int8)
    cells: Any = frame["exclusive"].astype("boolean").array
    found: npt.NDArray[np.int8] = cells.to_numpy("int8", na_value=-1)
    return found
