"""Where embeddings are kept between runs: one SQLite file for each model."""

from __future__ import annotations

import hashlib
import logging
import os
import sqlite3
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.sources import locked_folder

__all__ = ["EmbeddingCache", "cache_folder"]

_LOG = logging.getLogger("recommender")
_APPLICATION_ID = 0x63726D65  # "crme": tells our files from any other SQLite file
_FORMAT = 1
_BUSY_SECONDS = 60.0
_KEYS_A_QUERY = 1_000
_PAGE_BYTES = 8_192  # five vectors of 384 dimensions a page; the default of 4,096 wastes a quarter
_TABLE = "CREATE TABLE vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL, crc INTEGER NOT NULL)"


class _DamagedError(Exception):
    """The file is not a cache of ours, or no longer one."""


def cache_folder(cache_dir: str | Path | None = None) -> Path:
    """Return the folder in which files are kept between runs; it need not exist.

    Parameters
    ----------
    cache_dir : str or Path, optional
        The folder. By default ``$RECOMMENDER_CACHE``, else ``$XDG_CACHE_HOME/recommender``,
        else ``~/.cache/recommender``.

    Examples
    --------
    >>> cache_folder("kept").name
    'kept'
    """
    if cache_dir is not None:
        return Path(cache_dir).expanduser()
    if own := os.environ.get("RECOMMENDER_CACHE"):
        return Path(own).expanduser()
    if platform := os.environ.get("XDG_CACHE_HOME"):
        return Path(platform) / "recommender"
    return Path("~/.cache/recommender").expanduser()


class EmbeddingCache:
    """Vectors of texts in one SQLite file, safe for several processes at once.

    The cache never stops the program: a damaged file is set aside and a new one begun, and where the file
    cannot be read or written the cache gives and keeps nothing; each is logged as a warning. Every `put` is
    one transaction, so a killed process loses at most its last call. The first vector of a text stays.

    Parameters
    ----------
    path : str or Path
        The file; it and its folder are created where they are missing.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, EmbeddingCache(f"{folder}/minilm.sqlite") as cache:
    ...     cache.put({"a train to Kazan": np.ones(3, dtype=np.float32)})
    ...     found = cache.get(["a train to Kazan", "a flood"])
    >>> found
    {'a train to Kazan': array([1., 1., 1.], dtype=float32)}
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._database: sqlite3.Connection | None = None
        self._inode: int | None = None
        with self._guarded():
            self._open()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; the cache is then empty and takes nothing."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def get(self, texts: Iterable[str]) -> dict[str, NDArray[np.float32]]:
        """Return the vectors of those texts that are kept here.

        Parameters
        ----------
        texts : iterable of str
            The texts, in any order; the same text may come twice.

        Returns
        -------
        dict of str to ndarray of shape (n_dimensions,), float32
            One item for each text that was found.
        """
        texts_by_key = {_key(text): text for text in texts}
        found: dict[str, NDArray[np.float32]] = {}
        with self._guarded():
            for keys in _batches(texts_by_key, _KEYS_A_QUERY):
                found.update((texts_by_key[key], vector) for key, vector in self._select(keys))
        return found

    def put(self, vectors: Mapping[str, NDArray[np.float32]]) -> None:
        """Keep the vectors of texts, all of them or (if the process ends) none.

        Parameters
        ----------
        vectors : mapping of str to ndarray of shape (n_dimensions,), float32
            The texts and their vectors; a text that is kept already stays as it is.
        """
        rows = []
        for text, vector in vectors.items():
            key, blob = _key(text), vector.astype("<f4").tobytes()
            rows.append((key, blob, _crc(key, blob)))
        with self._guarded():
            if self._database is None:
                return
            self._database.execute("BEGIN IMMEDIATE")
            self._database.executemany("INSERT OR IGNORE INTO vectors VALUES (?, ?, ?)", rows)
            self._database.execute("COMMIT")

    def _select(self, keys: Sequence[bytes]) -> Iterator[tuple[bytes, NDArray[np.float32]]]:
        if self._database is None:
            return
        marks = ",".join("?" * len(keys))
        query = f"SELECT key, vector, crc FROM vectors WHERE key IN ({marks})"  # noqa: S608 - question marks only
        for key, blob, crc in self._database.execute(query, keys):
            if not isinstance(blob, bytes) or crc != _crc(key, blob):
                raise _DamagedError("a vector does not match its checksum")
            yield key, np.frombuffer(blob, dtype="<f4").astype(np.float32, copy=False)

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        """Turn every failure of the file into a warning; on a damaged file, begin a new one."""
        try:
            yield
        except (_DamagedError, sqlite3.DatabaseError, OSError) as error:
            self.close()
            if not _is_damage(error):
                _LOG.warning("The cache of embeddings %s is not used: %s.", self.path, _said(error))
                return
            try:
                self._set_aside(error)
                self._open()
            except (_DamagedError, sqlite3.DatabaseError, OSError) as again:
                self.close()
                _LOG.warning("The cache of embeddings %s is not used: %s.", self.path, _said(again))

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        self._database = database
        self._inode = self.path.stat().st_ino
        if self._is_ours(database):
            return
        database.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        # Another process may be making the same new file: only one holds the lock, the other looks again.
        database.execute("BEGIN IMMEDIATE")
        if not self._is_ours(database):
            database.execute(_TABLE)
            database.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
            database.execute(f"PRAGMA user_version = {_FORMAT}")
        database.execute("COMMIT")

    @staticmethod
    def _is_ours(database: sqlite3.Connection) -> bool:
        """Tell our file (True) from an empty one (False); raise on any other."""
        (objects,) = database.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        (application,) = database.execute("PRAGMA application_id").fetchone()
        (version,) = database.execute("PRAGMA user_version").fetchone()
        if (application, version) == (_APPLICATION_ID, _FORMAT):
            tables = database.execute("SELECT sql FROM sqlite_schema WHERE type = 'table'").fetchall()
            if tables == [(_TABLE,)]:
                return True
        elif objects == 0 and application == 0 and version == 0:
            return False
        raise _DamagedError("it is not a cache of embeddings in this program's format")

    def _set_aside(self, error: Exception) -> None:
        with locked_folder(self.path.parent):
            if not self.path.exists() or self.path.stat().st_ino != self._inode:
                return  # another process has set it aside and begun a new one
            aside = self.path.with_name(f"{self.path.name}.damaged-{time.time_ns()}")
            journal = self.path.with_name(f"{self.path.name}-journal")
            if journal.exists():
                journal.rename(aside.with_name(f"{aside.name}-journal"))
            self.path.rename(aside)
        _LOG.warning(
            "The cache of embeddings %s is damaged (%s). It is kept as %s, and a new one begins.",
            self.path,
            error,
            aside.name,
        )


def _key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def _crc(key: bytes, blob: bytes) -> int:
    return zlib.crc32(blob, zlib.crc32(key))


def _batches(items: Iterable[bytes], size: int) -> Iterator[list[bytes]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch


def _said(error: Exception) -> str:
    """Return what went wrong, without numbers and paths of the system."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def _is_damage(error: Exception) -> bool:
    if isinstance(error, _DamagedError):
        return True
    damage = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT}
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and (code & 0xFF in damage or code == sqlite3.SQLITE_IOERR_SHORT_READ)
