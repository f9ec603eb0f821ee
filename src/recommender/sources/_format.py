"""Which format a file is in: by its first bytes, and whether its name says the same."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from recommender.sources._raw import unreadable

__all__ = ["SUFFIXES", "Format", "format_of_suffix", "sniff"]

Format = Literal["parquet", "xlsx", "text"]

SUFFIXES: dict[str, Format] = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".csv": "text",
    ".tsv": "text",
    ".txt": "text",
}
"""The format that each ending of a name promises."""
_NAMES: dict[Format, str] = {"parquet": "Parquet", "xlsx": "an Excel workbook", "text": "text (CSV)"}

# What people send by mistake: the first bytes, what it is, what to do.
_FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0",
        "an old or password-protected Excel workbook",
        "save it as .xlsx without a password",
    ),
    (b"\x1f\x8b", "compressed with gzip", "unpack it first"),
    (b"BZh", "compressed with bzip2", "unpack it first"),
    (b"\xfd7zXZ", "compressed with xz", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstandard", "unpack it first"),
    (b"%PDF", "a PDF", "ask for the table as Parquet, CSV or XLSX"),
    (b"SQLite format 3", "an SQLite database", "export its table as Parquet or CSV"),
    (b"{\\rtf", "an RTF document", "save the table as CSV or XLSX"),
    (b"ARROW1", "an Arrow (Feather) file", "write it as Parquet"),
    (b"\x89PNG", "a picture", "ask for the table as Parquet, CSV or XLSX"),
    (b"\xff\xd8\xff", "a picture", "ask for the table as Parquet, CSV or XLSX"),
)
_FORMATS = "give a Parquet, CSV or XLSX file"


def format_of_suffix(path: Path) -> Format | None:
    """Return the format that a file's name promises; None where it promises nothing.

    Examples
    --------
    >>> format_of_suffix(Path("titles.XLSX"))
    'xlsx'
    """
    return SUFFIXES.get(path.suffix.lower())


def sniff(path: Path) -> Format:
    """Return the format of a file that exists, from its content.

    Raises
    ------
    UnreadableFileError
        The file is absent, a directory, forbidden, empty, of another format, or not what its name says.
    """
    try:
        if path.is_dir():
            raise unreadable(path, "this is a directory, not a file", _FORMATS)
        with path.open("rb") as stream:
            head = stream.read(4096)
    except FileNotFoundError:
        raise unreadable(path, "there is no such file", _near(path)) from None
    except PermissionError:
        raise unreadable(path, "no permission to read it", "ask for read access, or copy the file") from None
    except (OSError, ValueError) as error:
        raise unreadable(path, f"it cannot be opened ({_reason(error)})", _FORMATS) from None
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise unreadable(path, "the file is empty", "export it again")
    content = _content(path, head)
    promised = format_of_suffix(path)
    if promised is not None and promised != content:
        raise unreadable(
            path,
            f"the name says {_NAMES[promised]}, the content is {_NAMES[content]}",
            "give it the suffix of its content, or export it again",
        )
    return content


def _content(path: Path, head: bytes) -> Format:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    for signature, what, hint in _FOREIGN:
        if head.startswith(signature):
            raise unreadable(path, f"the file is {what}", hint)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise unreadable(path, "the file is a web page or XML, whatever its name", _FORMATS)
    if start.startswith((b"{", b"[")) and format_of_suffix(path) is None:
        raise unreadable(path, "the file looks like JSON", _FORMATS)
    promised = format_of_suffix(path)
    if promised == "parquet":
        raise unreadable(path, "the file does not begin as Parquet does", "it is damaged: export it again")
    return "text"


def _near(path: Path) -> str:
    from recommender.errors import did_you_mean

    try:
        beside = sorted(other.name for other in path.parent.iterdir() if other.suffix.lower() in SUFFIXES)
    except OSError:
        return f"there is no folder {path.parent} either"
    return did_you_mean(path.name, beside[:2000]) or "check the path"


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
