"""The id of a row: the offer, its version and the title, with a check, in one text that survives a spreadsheet."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

_FORM = re.compile(r"r:([0-9a-f]{8}):(\d{1,9}):([A-Za-z0-9_-]+):([!-~]+)")
_LIKE = re.compile(r"r:[0-9a-f]{2,}:\d", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RowId:
    """What a row of a workbook is about.

    Attributes
    ----------
    offer_id : str
    version : int
    title_id : str

    Examples
    --------
    >>> one = RowId("cn-300-1a2b3c4d", 1, "наш код:7")
    >>> text = str(one)
    >>> text.split(":")[0], text.split(":")[2:4], RowId.parse(text) == one
    ('r', ['1', 'cn-300-1a2b3c4d'], True)
    """

    offer_id: str
    version: int
    title_id: str

    def __str__(self) -> str:
        rest = f"{self.version}:{self.offer_id}:{quote(self.title_id, safe='', errors='surrogatepass')}"
        return f"r:{_check(rest)}:{rest}"

    @classmethod
    def parse(cls, text: object) -> RowId | None:
        """Return the id that a cell holds; None where it holds none, or one whose check fails."""
        match = _FORM.fullmatch(str(text).strip())
        if match is None or _check(match[0].split(":", 2)[2]) != match[1]:
            return None
        return cls(match[3], int(match[2]), unquote(match[4], errors="surrogatepass"))


def looks_like_row_id(text: object) -> bool:
    """Return whether a cell's text was a row id once, changed or not.

    Examples
    --------
    >>> looks_like_row_id("r:00aa11bb:1:x:y"), looks_like_row_id("rank")
    (True, False)
    """
    return isinstance(text, str) and _LIKE.match(text.strip()) is not None


def _check(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
