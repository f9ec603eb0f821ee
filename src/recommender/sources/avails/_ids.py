"""EIDR and ISAN identifiers as Avails write them: brought to one form, their check characters verified."""

from __future__ import annotations

import re
from dataclasses import dataclass

from stdnum import isan
from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

__all__ = ["Identifier", "read_identifier"]

_EIDR = re.compile(
    r"(?:10\.5240\s*[/:]+\s*|\beidr(?:-[sx])?\s*:+\s*(?:10\.5240\s*[/:]+\s*)?)"
    r"([0-9A-Z]{4}(?:-[0-9A-Z]{4}){4}(?:-[0-9A-Z]{1,4})?|[0-9A-Z]{20,21})(?![0-9A-Z])",
    re.IGNORECASE,
)
_ISAN = re.compile(
    r"\bisan\s*[:\s]+\s*((?:[0-9A-F]{4}-){3}[0-9A-F]{4}(?:-[0-9A-Z])?(?:-[0-9A-F]{4}-[0-9A-F]{4}(?:-[0-9A-Z])?)?"
    r"|[0-9A-F]{16}[0-9A-Z]?)(?![0-9A-Z-])",
    re.IGNORECASE,
)
_HEX = re.compile(r"[0-9A-F]{20}")


@dataclass(frozen=True, slots=True)
class Identifier:
    """An identifier that was found in a cell.

    Attributes
    ----------
    kind : {"EIDR", "ISAN"}
    value : str
        In its usual form; as it is given where it cannot be right.
    problem : str or None
        What is wrong with it; never a reason to reject it.
    """

    kind: str
    value: str
    problem: str | None


def read_identifier(text: str) -> Identifier | None:
    """Return the EIDR or ISAN that a cell holds; None where it holds neither.

    Examples
    --------
    >>> read_identifier("10.5240/:7791-8534-2C23-9030-8610-5").value
    '10.5240/7791-8534-2C23-9030-8610-5'
    >>> read_identifier("md:cid:eidr-s:7791-8534-2C23-9030-8610-6").problem
    'the check character of the EIDR is wrong (5 would be right)'
    >>> read_identifier("10.5240/1489-49A2-3956-4B2D-BEFK-6").problem
    'no EIDR: a placeholder, for only the digits 0-9 and A-F may stand in it'
    >>> read_identifier("VIEW_MT_2006") is None
    True
    """
    if (found := _EIDR.search(text)) is not None:
        return _eidr(found[1].upper())
    if (found := _ISAN.search(text)) is not None:
        return _isan(found[1].upper())
    return None


def _eidr(written: str) -> Identifier:
    bare = written.replace("-", "")
    body, check = bare[:20], bare[20:]
    groups = "-".join(body[start : start + 4] for start in range(0, 20, 4))
    value = f"10.5240/{groups}-{check}" if check else f"10.5240/{groups}"
    if _HEX.fullmatch(body) is None:
        return Identifier("EIDR", value, "no EIDR: a placeholder, for only the digits 0-9 and A-F may stand in it")
    right = mod_37_36.calc_check_digit(body)
    if not check:
        return Identifier("EIDR", value, f"the EIDR has no check character ({right} would be right)")
    problem = None if check == right else f"the check character of the EIDR is wrong ({right} would be right)"
    return Identifier("EIDR", value, problem)


def _isan(written: str) -> Identifier:
    try:
        isan.validate(written)
    except ValidationError as error:
        return Identifier("ISAN", written, f"no valid ISAN: {str(error).rstrip('.').lower()}")
    return Identifier("ISAN", str(isan.format(written)), None)
