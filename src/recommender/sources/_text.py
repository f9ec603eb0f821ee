"""Which encoding a text file is in.

A byte order mark or strict UTF-8 settles it. Otherwise the legacy encodings that decode the whole file
compete: the one whose text is the cheapest to explain, by how common its characters are, wins. That is right
on a handful of words, because a wrong decoding gives rare characters and broken words.
"""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from recommender.errors import Fault, TableError
from recommender.sources._delimiter import find_delimiter
from recommender.sources._raw import unreadable

__all__ = ["Encoding", "find_encoding"]


@dataclass(frozen=True, slots=True)
class Encoding:
    """An encoding: Python's codec, the name for people, and whether there is doubt."""

    codec: str
    name: str
    doubtful: bool = False


_MARKS: tuple[tuple[bytes, Encoding], ...] = (
    (codecs.BOM_UTF32_LE, Encoding("utf-32", "UTF-32")),
    (codecs.BOM_UTF32_BE, Encoding("utf-32", "UTF-32")),
    (codecs.BOM_UTF8, Encoding("utf-8-sig", "UTF-8 with BOM")),
    (codecs.BOM_UTF16_LE, Encoding("utf-16", "UTF-16 LE")),
    (codecs.BOM_UTF16_BE, Encoding("utf-16", "UTF-16 BE")),
)
_UTF8 = Encoding("utf-8", "UTF-8")
_LEGACY = (
    Encoding("cp1251", "Windows-1251"),
    Encoding("gb18030", "GB18030"),
    Encoding("cp1252", "Windows-1252", doubtful=True),
    Encoding("koi8-r", "KOI8-R", doubtful=True),
    Encoding("cp866", "DOS Cyrillic (866)", doubtful=True),
)
_COMMON = (_UTF8, *_LEGACY[:2])
_RARE = 8.0  # nats: encodings that are asked for in no contract must win clearly
_CHUNK = 1 << 20
_SAMPLE = 200_000
_LINES = 5_000
# In nats a byte: real text costs 3 to 4.5, text in a wrong encoding 5 and more; a few words say less.
_DEAREST, _DEAREST_IF_SHORT, _SHORT = 4.8, 6.2, 12
_CLEARLY = 6.0  # nats by which one reading must beat another
_SAVE_AS_UTF8 = "save the file again as UTF-8 (in Excel: CSV UTF-8)"


def find_encoding(path: Path) -> Encoding:
    """Return the encoding of a text file; every byte of it is known to decode.

    Raises
    ------
    UnreadableFileError
        It is binary, or in an encoding that cannot be told.
    TableError
        It mixes encodings; each odd cell is a fault with its row and column.
    """
    with path.open("rb") as stream:
        head = stream.read(_CHUNK)
    encoding = _marked(head) or _wide(head)
    if encoding is not None:
        if _decodes(path, encoding.codec):
            return encoding
        if encoding.codec != "utf-8-sig":
            raise unreadable(path, f"the {encoding.name} text is truncated or damaged", "export it again")
        raise TableError(_odd_cells(path))
    if _decodes(path, "utf-8"):
        return _UTF8
    return _legacy(path)


def _marked(head: bytes) -> Encoding | None:
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)


def _wide(head: bytes) -> Encoding | None:
    """Return UTF-16 for text without a mark: the header's plain letters alternate with zero bytes."""
    start = head[:64]
    if len(start) < 4 or b"\x00" not in start:
        return None
    even, odd = start[0::2].count(0) / len(start[0::2]), start[1::2].count(0) / len(start[1::2])
    if odd > 0.4 and even < 0.1:
        return Encoding("utf-16-le", "UTF-16 LE")
    if even > 0.4 and odd < 0.1:
        return Encoding("utf-16-be", "UTF-16 BE")
    return None


def _decodes(path: Path, codec: str) -> bool:
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK):
                decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:
        return False
    return True


def _legacy(path: Path) -> Encoding:
    lines = [line for line in path.read_bytes().splitlines() if not line.isascii()]
    sample = b"\n".join(lines)[:_SAMPLE]
    if b"\x00" in sample:
        raise unreadable(path, "the file is binary, not text", "give a Parquet, CSV or XLSX file")
    costs = {
        encoding: _cost(sample.decode(encoding.codec, errors="replace")) + _RARE * (place > 2)
        for place, encoding in enumerate(_LEGACY)
        if _decodes(path, encoding.codec)
    }
    weight = sum(byte >= 0x80 for byte in sample)
    best = min(costs, key=lambda encoding: costs[encoding], default=None)
    if (best is None or _holds_others(lines, best)) and (faults := _odd_cells(path)):
        raise TableError(faults)
    if best is not None and costs[best] / weight <= (_DEAREST if weight >= _SHORT else _DEAREST_IF_SHORT):
        rivals = [cost for encoding, cost in costs.items() if encoding != best]
        doubtful = best.doubtful or min(rivals, default=math.inf) - costs[best] < _CLEARLY
        return replace(best, doubtful=doubtful)
    raise unreadable(path, f"the encoding of the text cannot be told{_guess(sample)}", _SAVE_AS_UTF8)


def _holds_others(lines: list[bytes], main: Encoding) -> bool:
    return any(_is_utf8(line) and _reads_better(line, _UTF8, main) for line in lines) or any(
        _reads_better(line, other, main, by=2 * _CLEARLY)
        for line in lines[:_LINES]
        for other in _LEGACY[:2]
        if other != main
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _reads_better(text: bytes, other: Encoding, main: Encoding, *, by: float = _CLEARLY) -> bool:
    """Return whether bytes are clearly cheaper to explain in another encoding than the main one."""
    cost = _cost(text.decode(main.codec, errors="replace"))
    if cost < by:
        return False
    try:
        return cost - _cost(text.decode(other.codec)) > by
    except UnicodeDecodeError:
        return False


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes

    found = from_bytes(sample[:20_000]).best()
    return f" (perhaps {found.encoding})" if found is not None else ""


def _odd_cells(path: Path) -> list[Fault]:
    """Return a fault for every cell whose encoding is not that of the others."""
    cells = [(row, column, cell, _readings(cell)) for row, column, cell in _wild_cells(path)]
    # Rounded, for a tie goes to the first: how the last bits of a sum fall depends on the version of Python.
    main = min(_COMMON, key=lambda encoding: round(sum(_as_part_of(encoding, costs)[0] for *_, costs in cells), 6))
    problem = f"the file mixes encodings: this is not {main.name}, as the rest of it is"
    faults = []
    for row, column, cell, costs in cells:
        encoding = _as_part_of(main, costs)[1]
        if encoding != main:
            shown = cell[:200].decode(encoding.codec, errors="replace")
            faults.append(Fault(str(path), row, column, shown, problem, _SAVE_AS_UTF8))
    return faults


def _readings(cell: bytes) -> dict[Encoding, float]:
    """Return what a cell costs in each encoding in which it decodes."""
    costs = {}
    for encoding in _COMMON:
        with suppress(UnicodeDecodeError):
            costs[encoding] = _cost(cell.decode(encoding.codec))
    return costs


def _as_part_of(main: Encoding, costs: dict[Encoding, float]) -> tuple[float, Encoding]:
    """Return the cost of a cell in a file of the main encoding, and its likeliest own: a change costs too."""
    options = [(cost + (0.0 if encoding == main else 2 * _CLEARLY), encoding) for encoding, cost in costs.items()]
    return min(options, key=lambda option: option[0], default=(1000.0, _LEGACY[0]))


def _wild_cells(path: Path) -> Iterator[tuple[int, str, bytes]]:
    # In Latin-1 every byte is a character, and no trail byte of the others is a delimiter or a quote.
    csv.field_size_limit(2**31 - 1)
    text = path.read_bytes().removeprefix(codecs.BOM_UTF8).decode("latin-1")
    delimiter = find_delimiter(text[:_SAMPLE], ())
    header: list[str] = []
    for row, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
        header = header or record
        for place, cell in enumerate(record):
            if not cell.isascii():
                name = header[place] if place < len(header) and header[place].isascii() else ""
                yield row, name or f"column {place + 1}", cell.encode("latin-1")


# How much a reader is surprised: minus the logarithm of how often a character stands in a text.
_RUSSIAN = {
    letter: percent
    for percent, letters in (
        (9.0, "оеа"),
        (6.5, "итнс"),
        (4.5, "рвл"),
        (3.0, "кмдпу"),
        (1.8, "яыьгзб"),
        (1.1, "чйхж"),
        (0.5, "шюцщэф"),
        (0.1, "ё"),
        (0.04, "ъ"),
    )
    for letter in letters
}
_NEIGHBORS = "ієїґў"
_MARKS_OF_TEXT = frozenset("«»—–…“”‘’„№°\u00a0€·×½©®™。，、：；！？（）《》【】「」～•")
_WESTERN = {**dict.fromkeys("éèàçäöüßñíóáêîãåøúâô", 3.7), **dict.fromkeys("ùïõæìòëûœ¿¡", 5.5)}
_BREAKS: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile("[а-яёієїґў][А-ЯЁІЄЇҐЎ]"), 5.0),
    (re.compile("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]"), 6.0),
    (re.compile("[\u00c0-\u00ff]{2}"), 4.0),
    (re.compile("(?<![А-Яа-яЁё])[ъьыЪЬЫ]"), 5.0),
)


def _cost(text: str) -> float:
    """Return how surprising the characters beyond ASCII are, in nats."""
    counted = Counter(character for character in text if character > "\x7f")
    cost = sum(_surprise(character) * count for character, count in counted.items())
    return cost + sum(len(pattern.findall(text)) * price for pattern, price in _BREAKS)


@cache
def _surprise(character: str) -> float:  # noqa: PLR0911
    lower = character.lower()
    if lower in _RUSSIAN:
        return -math.log(_RUSSIAN[lower] / 100) + (1.0 if character != lower else 0.0)
    if lower in _NEIGHBORS:
        return 6.0
    if character in _MARKS_OF_TEXT:
        return 5.0
    if lower in _WESTERN:
        return _WESTERN[lower] + (1.0 if character != lower else 0.0)
    if "\u4e00" <= character <= "\u9fff":
        try:
            lead = character.encode("gb2312")[0]
        except UnicodeEncodeError:
            return 13.0
        # The first level of GB 2312 holds the 3,755 characters of everyday, the second the rare ones.
        return 8.2 if lead < 0xD8 else 12.0
    if "\u3040" <= character <= "\u30ff" or "\uac00" <= character <= "\ud7af":
        return 9.0
    return 20.0 if character == "\ufffd" or character < "\u00a0" else 12.0
