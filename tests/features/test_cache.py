"""The cache of embeddings: two processes at once, kills, damage, folders that cannot be written."""

from __future__ import annotations

import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.features._cache import EmbeddingCache, cache_folder

DIMENSION = 384

# Imports once, then for each line "PATH FIRST LAST" lets a process of its own write, and waits for it.
WRITER = """
import os, sys
import numpy as np
from recommender.features._cache import EmbeddingCache
for line in sys.stdin:
    path, first, last = line.rsplit(None, 2)
    child = os.fork()
    if not child:
        with EmbeddingCache(path) as cache:
            print(os.getpid(), flush=True)
            for start in range(int(first), int(last), 100):
                numbers = range(start, start + 100)
                cache.put({f"text {n}": np.full(384, n, dtype=np.float32) for n in numbers})
        os._exit(0)
    print("ended", os.waitpid(child, 0)[1], flush=True)
"""


def writer() -> subprocess.Popen[str]:
    # Since 3.12 Python warns of a fork beside the threads of libraries; the child uses none of them.
    return subprocess.Popen(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", WRITER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def begin(process: subprocess.Popen[str], path: Path, first: int, last: int) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{path} {first} {last}\n")
    process.stdin.flush()


def numbered(*numbers: int) -> dict[str, np.ndarray]:
    return {f"text {n}": np.full(DIMENSION, n, dtype=np.float32) for n in numbers}


def assert_right(found: dict[str, np.ndarray]) -> None:
    for text, vector in found.items():
        assert vector.dtype == np.float32
        np.testing.assert_array_equal(vector, np.full(DIMENSION, int(text.split()[1]), dtype=np.float32))


def warnings_of(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]


@settings(max_examples=40, deadline=None)
@given(st.dictionaries(st.text(), st.integers(0, 2**31 - 1), max_size=20), st.lists(st.text(), max_size=5))
def test_any_text_gives_back_the_very_bytes(
    tmp_path_factory: pytest.TempPathFactory, seeds: dict[str, int], others: list[str]
) -> None:
    vectors = {t: np.random.default_rng(s).normal(size=8).astype(np.float32) for t, s in seeds.items()}
    path = tmp_path_factory.mktemp("cache") / "m.sqlite"
    with EmbeddingCache(path) as cache:
        cache.put(vectors)
    with EmbeddingCache(path) as cache:
        found = cache.get([*vectors, *others])
    assert {t: v.tobytes() for t, v in found.items()} == {t: v.tobytes() for t, v in vectors.items()}


def test_the_first_vector_of_a_text_stays(tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path / "m.sqlite") as cache:
        cache.put({"a": np.ones(2, dtype=np.float32)})
        cache.put({"a": np.zeros(2, dtype=np.float32), "b": np.zeros(2, dtype=np.float32)})
        assert cache.get(["a"])["a"].tolist() == [1, 1]
        assert cache.get(["b"])["b"].tolist() == [0, 0]


def test_half_a_surrogate_pair_is_a_legal_key(tmp_path: Path) -> None:
    with EmbeddingCache(tmp_path / "m.sqlite") as cache:
        cache.put({"\ud800": np.ones(2, dtype=np.float32)})
        assert list(cache.get(["\ud800", "?"])) == ["\ud800"]


def test_reads_twenty_thousand_texts_in_well_under_a_second(tmp_path: Path) -> None:
    texts = [f"text {n}" for n in range(20_000)]
    vectors = np.random.default_rng(0).normal(size=(len(texts), DIMENSION)).astype(np.float32)
    with EmbeddingCache(tmp_path / "m.sqlite") as cache:
        cache.put(dict(zip(texts, vectors, strict=True)))
        start = time.process_time()
        found = cache.get(texts)
        seconds = time.process_time() - start
    np.testing.assert_array_equal(np.stack([found[text] for text in texts]), vectors)
    assert seconds < 1
    assert [file.name for file in tmp_path.iterdir()] == ["m.sqlite"]


def test_two_processes_write_one_new_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "new" / "m.sqlite"
    processes = [writer(), writer()]
    for process, first in zip(processes, (0, 1_500), strict=True):
        begin(process, path, first, first + 3_000)
    for process in processes:
        told, errors = process.communicate(timeout=60)
        assert (process.returncode, told.splitlines()[1:], errors) == (0, ["ended 0"], "")
    with EmbeddingCache(path) as cache:
        found = cache.get([f"text {n}" for n in range(4_500)])
    assert len(found) == 4_500
    assert_right(found)


def test_a_killed_writer_loses_at_most_its_last_chunk(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "m.sqlite"
    chance = random.Random(7)
    process = writer()
    assert process.stdout is not None
    for _ in range(5):
        begin(process, path, 0, 100_000)
        number = int(process.stdout.readline())
        time.sleep(chance.uniform(0.01, 0.4))
        os.kill(number, signal.SIGKILL)
        assert process.stdout.readline() == f"ended {signal.SIGKILL:d}\n"
        with EmbeddingCache(path) as cache:
            found = cache.get([f"text {n}" for n in range(20_000)])
            assert_right(found)
            assert len(found) % 100 == 0
        connection = sqlite3.connect(path)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    assert process.communicate(timeout=60) == ("", "")
    assert found
    assert warnings_of(caplog) == []


@pytest.mark.parametrize(
    "content",
    [b"not a database at all" * 100, b"SQLite format 3\0" + bytes(4_000)],
    ids=["text", "only the header"],
)
def test_a_foreign_file_is_set_aside(tmp_path: Path, caplog: pytest.LogCaptureFixture, content: bytes) -> None:
    path = tmp_path / "m.sqlite"
    path.write_bytes(content)
    with EmbeddingCache(path) as cache:
        cache.put(numbered(1))
        assert_right(cache.get(["text 1"]))
    (aside,) = tmp_path.glob("m.sqlite.damaged-*")
    assert aside.read_bytes() == content
    (warning,) = warnings_of(caplog)
    assert aside.name in warning


def test_another_program_s_database_is_set_aside_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "m.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE vectors (key TEXT)")
    connection.close()
    with EmbeddingCache(path) as cache:
        cache.put(numbered(1))
        assert len(cache.get(["text 1"])) == 1
    assert len(list(tmp_path.glob("m.sqlite.damaged-*"))) == 1


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32))
def test_damage_anywhere_never_crashes_nor_gives_a_wrong_vector(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    path = tmp_path_factory.mktemp("cache") / "m.sqlite"
    texts = [f"text {n}" for n in range(60)]
    with EmbeddingCache(path) as cache:
        cache.put(numbered(*range(60)))
    chance = random.Random(seed)
    content = bytearray(path.read_bytes())
    if chance.random() < 0.4:
        del content[chance.randrange(len(content)) :]
    else:
        for _ in range(chance.choice([1, 20])):
            content[chance.randrange(len(content) if chance.random() < 0.5 else 300)] ^= 1 << chance.randrange(8)
    path.write_bytes(content)
    with EmbeddingCache(path) as cache:
        assert_right(cache.get(texts))
        cache.put(numbered(*range(60)))
        assert_right(cache.get(texts))
    with EmbeddingCache(path) as cache:
        cache.put(numbered(*range(60)))
        assert_right(cache.get(texts))


def test_a_flipped_bit_in_a_vector_is_noticed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "m.sqlite"
    with EmbeddingCache(path) as cache:
        cache.put(numbered(5))
    content = path.read_bytes()
    path.write_bytes(content.replace(np.float32(5).tobytes() * 50, np.float32(6).tobytes() * 50, 1))
    with EmbeddingCache(path) as cache:
        assert cache.get(["text 5"]) == {}
        cache.put(numbered(5))
        assert_right(cache.get(["text 5"]))
    assert "checksum" in warnings_of(caplog)[0]


def test_a_folder_that_cannot_be_made_leaves_the_cache_empty(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("in the way")
    with EmbeddingCache(tmp_path / "file" / "m.sqlite") as cache:
        cache.put(numbered(1))
        assert cache.get(["text 1"]) == {}
    (warning,) = warnings_of(caplog)
    assert "Errno" not in warning
    assert (tmp_path / "file").read_text() == "in the way"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_read_only_file_is_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "m.sqlite"
    with EmbeddingCache(path) as cache:
        cache.put(numbered(1))
    path.chmod(0o444)
    tmp_path.chmod(0o555)
    try:
        with EmbeddingCache(path) as cache:
            assert_right(cache.get(["text 1"]))
            cache.put(numbered(2))
    finally:
        tmp_path.chmod(0o755)
    assert len(warnings_of(caplog)) == 1


def test_a_locked_file_is_not_waited_for_without_end(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recommender.features._cache._BUSY_SECONDS", 0.1)
    path = tmp_path / "m.sqlite"
    with EmbeddingCache(path) as cache:
        cache.put(numbered(1))
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")
    with EmbeddingCache(path) as cache:
        assert cache.get(["text 1"]) == {}
    other.close()
    assert "locked" in warnings_of(caplog)[0]
    assert not list(tmp_path.glob("*damaged*"))


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RECOMMENDER_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert cache_folder() == tmp_path / ".cache" / "recommender"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "recommender"
    monkeypatch.setenv("RECOMMENDER_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"
    assert cache_folder("here") == Path("here")
