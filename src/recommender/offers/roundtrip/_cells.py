"""What a reviewer's cell says: a decision, a lock, a price, a currency. Nothing is guessed."""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from functools import lru_cache
from typing import Any

from recommender.errors import did_you_mean, nearest
from recommender.offers._language import catalogue
from recommender.offers.roundtrip._grid import Cell
from recommender.schema import CURRENCIES, DECISION_WORDS

_PRICE = re.compile(r"\d{1,3}(?: \d{3})*(?:\.\d{1,4})?|\d+(?:\.\d{1,4})?")
_PARTED = re.compile(r"[\d.,' ]*[.,'][\d.,' ]*")
_SPACES = re.compile("[\u00a0\u2007\u2009\u202f]")
_YES = ("lock", "yes", "x", "✓", "true", "да", "是")
_NO = ("no", "unlock", "false", "нет", "否")


class UnreadableCellError(Exception):
    """A cell that cannot be understood: the problem, as a phrase, and what to do."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem, self.remedy = problem, remedy


def read_cell(key: str, cell: Cell | None) -> Any:
    """Return what a cell of an editable column says, None where nothing stands.

    Parameters
    ----------
    key : str
        One of `EDITABLE`.
    cell : Cell or None

    Returns
    -------
    str, float, bool or None
        A decision (`accept`, `hold`, `reject`), a price, a currency's code in capitals, True for a lock, or text.

    Raises
    ------
    UnreadableCellError
        The cell says something else.
    """
    if cell is None or not cell.text.strip():
        return None
    if key in {"reason", "reviewer", "note"}:
        # A text that begins like a formula may have become one: what was typed is then the formula.
        return cell.formula if cell.formula and (cell.error or cell.value is None) else cell.text
    if cell.error:
        raise UnreadableCellError("an error, not a value", "write the value itself")
    if cell.formula and cell.value is None:
        raise UnreadableCellError("a formula whose result the file does not hold", "write the value itself")
    match key:
        case "decision":
            return _word(cell, decision_words(), "decision")
        case "lock":
            return _word(cell, lock_words(), "lock") == "lock" or None
        case "currency":
            return _currency(cell)
        case _:
            return _price(cell)


def normal(text: str) -> str:
    r"""Return a text as heads and words are compared: in small letters, with single spaces.

    Examples
    --------
    >>> normal(" Decision\n决定 "), normal("ＡＣＣＥＰＴ")
    ('decision 决定', 'accept')
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache
def decision_words() -> dict[str, str]:
    """Return every spelling of a decision, in all languages and in two at once, and which it is."""
    return _spellings({word: f"decision.{word}" for word in DECISION_WORDS})


@lru_cache
def lock_words() -> dict[str, str]:
    """Return every spelling of a lock, and of none."""
    words = _spellings({"lock": "lock.lock"})
    return words | dict.fromkeys(_YES, "lock") | dict.fromkeys(_NO, "no")


def _spellings(keys: dict[str, str]) -> dict[str, str]:
    found = {}
    for word, key in keys.items():
        english = catalogue("en")[key]
        found[normal(english)] = word
        for language in ("ru", "zh"):
            other = catalogue(language)[key]
            found |= dict.fromkeys((normal(other), normal(f"{english} {other}")), word)
    return found


def _word(cell: Cell, words: dict[str, str], what: str) -> str:
    text = normal(cell.text)
    if text not in words:
        near = [words[word] for word in nearest(text, words)]
        guess = did_you_mean(text, words) if not near else f"did you mean '{near[0]}'?"
        choices = "accept, hold or reject" if what == "decision" else "lock"
        raise UnreadableCellError(f"not a {what}", guess or f"write {choices}, or leave the cell empty")
    return words[text]


def _currency(cell: Cell) -> str:
    code = normal(cell.text).upper()
    if code not in CURRENCIES:
        raise UnreadableCellError("not a currency", "write its three letters (ISO 4217), such as USD, EUR, CNY or RUB")
    return code


def _price(cell: Cell) -> float:
    value = cell.value
    if isinstance(value, bool):
        raise UnreadableCellError("not a price", "write a number, or leave the cell empty")
    if isinstance(value, datetime.date | datetime.time | datetime.timedelta):
        raise UnreadableCellError("a date, not a price", "format the cell as a number and write the price again")
    if isinstance(value, str):
        value = _SPACES.sub(" ", value.strip())
        if not _PRICE.fullmatch(value):
            raise UnreadableCellError(
                "a price with signs between its digits" if _PARTED.fullmatch(value) else "a price in words",
                f"write the number alone{_two_ways(value)}; the currency has a column",
            )
        value = value.replace(" ", "")
    price = float(value)  # type: ignore[arg-type]
    if not math.isfinite(price) or price < 0:
        raise UnreadableCellError("not a price", "write a number of at least 0, or leave the cell empty")
    return price


def _two_ways(text: str) -> str:
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", text):
        return f" ({re.sub('[.,]', '', text)}, or {text.replace(',', '.', 1)} if a part was meant)"
    return ", without signs that part its digits" if re.search(r"\d[.,]\d", text) else ""
