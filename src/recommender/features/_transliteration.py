"""One key for the spellings of a foreign name in Cyrillic, which clerks write as they hear it."""

from __future__ import annotations

import re

__all__ = ["sound_key"]

_CYRILLIC = re.compile(r"[а-яё]")
# Vowels, signs, and the `в` that one clerk hears where another hears `у`.
_UNSTABLE = re.compile(r"[аеёийоуыэюявьъ]|[\W_]")
_DOUBLED = re.compile(r"(.)\1+")
_FEWEST = 4


def sound_key(name: str) -> str:
    """Return the consonants of a name in Cyrillic, as Soundex does for English names; other names stay as they are.

    A name of fewer than four consonants stays, too: too many would be alike.

    Parameters
    ----------
    name : str
        In lower case.

    Examples
    --------
    >>> sound_key("уайлд банч") == sound_key("вайлд бэнч")
    True
    >>> sound_key("гомон"), sound_key("pathé")
    ('гомон', 'pathé')
    """
    if not _CYRILLIC.search(name):
        return name
    key = _DOUBLED.sub(r"\1", _UNSTABLE.sub("", name.replace("з", "с")))
    return key if len(key) >= _FEWEST else name
