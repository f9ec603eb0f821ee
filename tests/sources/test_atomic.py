from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from recommender.errors import OutputError
from recommender.sources import (
    atomic_directory,
    atomic_output,
    check_directory,
    check_output,
    file_sha256,
    locked_folder,
)
from tests.signals import skip_where_ignored


def names(folder) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


def test_the_output_appears_at_the_end(tmp_path):
    with atomic_output(tmp_path / "a" / "b" / "x.txt") as temporary:
        assert temporary.parent == tmp_path / "a" / "b"
        temporary.write_text("new")
        assert not (tmp_path / "a" / "b" / "x.txt").exists()
    assert (tmp_path / "a" / "b" / "x.txt").read_text() == "new"
    assert names(tmp_path / "a" / "b") == ["x.txt"]


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_failure_leaves_nothing_and_keeps_what_was(tmp_path, error):
    (tmp_path / "x.txt").write_text("old")
    with pytest.raises(error), atomic_output(tmp_path / "x.txt") as temporary:
        temporary.write_text("half")
        raise error
    with pytest.raises(error), atomic_output(tmp_path / "deep" / "er" / "y.txt"):
        raise error
    assert names(tmp_path) == ["x.txt"]
    assert (tmp_path / "x.txt").read_text() == "old"


def test_mode_follows_the_umask_or_the_earlier_file(tmp_path):
    old = os.umask(0o027)
    try:
        with atomic_output(tmp_path / "x.txt") as temporary:
            temporary.write_text("x")
    finally:
        os.umask(old)
    assert (tmp_path / "x.txt").stat().st_mode & 0o777 == 0o640
    (tmp_path / "x.txt").chmod(0o600)
    with atomic_output(tmp_path / "x.txt") as temporary:
        temporary.write_text("y")
    assert (tmp_path / "x.txt").stat().st_mode & 0o777 == 0o600


def test_a_link_keeps_pointing(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.txt").write_text("old")
    (tmp_path / "link.txt").symlink_to(tmp_path / "real" / "x.txt")
    with atomic_output(tmp_path / "link.txt") as temporary:
        temporary.write_text("new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (tmp_path / "real" / "x.txt").read_text() == "new"


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="directory"), atomic_output(tmp_path / "folder"):
        pass
    with pytest.raises(OutputError), atomic_output(tmp_path / "file" / "x.txt"):
        pass
    with pytest.raises(OutputError), atomic_output("/proc/nowhere/x.txt"):
        pass
    with pytest.raises(OutputError, match="file"), atomic_directory(tmp_path / "file"):
        pass
    assert names(tmp_path) == ["file", "folder"]


@pytest.mark.parametrize("block", [atomic_output, atomic_directory])
def test_a_name_that_is_no_utf_8_is_refused(tmp_path, block):
    path = tmp_path / os.fsdecode(b"\xee\xf4\xe5\xf0")
    with pytest.raises(OutputError, match="the name is no UTF-8 text"), block(path):
        pass
    with pytest.raises(OutputError, match="the name is no UTF-8 text"):
        check_output(path / "x.csv")
    assert names(tmp_path) == []


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no /proc on this system")
@pytest.mark.parametrize("block", [atomic_output, atomic_directory])
def test_a_file_system_that_takes_no_such_name_is_told_and_not_asked_for_ever(block):
    # Root may write into /proc, says the system; but nothing can be made there.
    with pytest.raises(OutputError, match=r"/proc/nowhere: .*\n"), block("/proc/nowhere"):
        pass


def test_a_place_is_refused_before_the_work_as_it_would_be_after_it(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder" / "my notes.txt").write_text("mine")

    def said(block):
        with pytest.raises(OutputError) as raised, block:
            pass
        return str(raised.value)

    for path in (tmp_path / "folder", tmp_path / "file" / "x.txt", tmp_path / "file" / "deep" / "x.txt"):
        with pytest.raises(OutputError) as early:
            check_output(path)
        assert str(early.value) == said(atomic_output(path))
    for path in (tmp_path / "folder", tmp_path / "file", tmp_path / "file" / "offer"):
        with pytest.raises(OutputError) as early:
            check_directory(path, names=["a.txt"])
        assert str(early.value) == said(atomic_directory(path, names=["a.txt"]))
    check_output(tmp_path / "new" / "er" / "x.txt")
    check_output(tmp_path / "file")
    check_directory(tmp_path / "new", names=["a.txt"])
    check_directory(tmp_path / "folder", names=["my notes.txt"])
    assert names(tmp_path) == ["file", "folder"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
def test_a_closed_folder_is_refused_before_the_work(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    with pytest.raises(OutputError, match="Permission"):
        check_output(closed / "x.txt")
    with pytest.raises(OutputError, match="Permission"):
        check_directory(closed / "deep" / "offer", names=["a.txt"])


def test_a_full_disk_is_named(tmp_path):
    with pytest.raises(OutputError, match="No space") as raised, atomic_output(tmp_path / "x.txt"):
        raise OSError(28, "No space left on device")
    assert raised.value.hint == "make room there, or choose another place"
    assert names(tmp_path) == []


def test_a_file_of_a_folder_that_cannot_be_written_is_named_where_it_should_be(tmp_path):
    with (
        pytest.raises(OutputError) as raised,
        atomic_directory(tmp_path / "offer") as temporary,
        atomic_output(temporary / "a.txt"),
    ):
        raise OSError(28, "No space left on device")
    assert raised.value.message == f"{tmp_path / 'offer' / 'a.txt'}: No space left on device"
    assert names(tmp_path) == []


def test_long_names(tmp_path):
    name = "ы" * 120 + ".csv"
    with atomic_output(tmp_path / name) as temporary:
        temporary.write_text("x")
    assert names(tmp_path) == [name]


CHILD = """
import sys, time
from pathlib import Path
from recommender.sources import atomic_directory, atomic_output
target = Path(sys.argv[1])
if sys.argv[2] == "file":
    with atomic_output(target) as temporary:
        temporary.write_text("half")
        print("ready", flush=True)
        time.sleep(60)
else:
    with atomic_directory(target) as temporary:
        (temporary / "a.txt").write_text("half")
        print("ready", flush=True)
        time.sleep(60)
"""


def start(target, kind: str) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), str(target), kind],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == b"ready\n"
    return child


def end(child: subprocess.Popen[bytes], number: int) -> int:
    child.send_signal(number)
    code = child.wait(20)
    assert child.stdout is not None
    child.stdout.close()
    return code


@pytest.mark.parametrize("kind", ["file", "folder"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_leave_nothing(tmp_path, kind, number):
    skip_where_ignored(number)
    assert end(start(tmp_path / "out", kind), number) != 0
    assert names(tmp_path) == []


@pytest.mark.parametrize("kind", ["file", "folder"])
def test_what_a_killed_run_leaves_is_hidden_and_swept_by_the_next(tmp_path, kind):
    end(start(tmp_path / "out", kind), signal.SIGKILL)
    (left,) = names(tmp_path)
    assert left.startswith(".out.")
    assert left.endswith(".partial")
    other = tmp_path / ".other.abcd.partial"
    other.write_text("of another output")
    if kind == "file":
        with atomic_output(tmp_path / "out") as temporary:
            temporary.write_text("whole")
    else:
        with atomic_directory(tmp_path / "out") as temporary:
            (temporary / "a.txt").write_text("whole")
    assert names(tmp_path) == [other.name, "out"]


@pytest.mark.parametrize("neighbour", ["out.v2", "out.cafe"])
@pytest.mark.parametrize("replaced", [False, True])
@pytest.mark.parametrize("exists", [False, True])
def test_what_a_neighbour_left_is_its_own(tmp_path, neighbour, replaced, exists):
    end(start(tmp_path / neighbour, "folder"), signal.SIGKILL)
    (left,) = tmp_path.iterdir()
    if replaced:
        left = left.rename(left.with_name(left.name.replace(".partial", ".old.partial")))
    (left / "a.txt").write_text("the only copy")
    if exists:
        (tmp_path / "out").mkdir()
    with atomic_directory(tmp_path / "out") as temporary:
        (temporary / "a.txt").write_text("mine")
    assert names(tmp_path) == [left.name, "out"]
    assert (left / "a.txt").read_text() == "the only copy"


def test_a_run_does_not_sweep_what_another_still_writes(tmp_path):
    child = start(tmp_path / "out", "file")
    try:
        (theirs,) = names(tmp_path)
        with atomic_output(tmp_path / "out") as temporary:
            temporary.write_text("mine")
        assert names(tmp_path) == [theirs, "out"]
    finally:
        end(child, signal.SIGTERM)
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP, errno.EBADF])
def test_where_nothing_can_be_locked_it_is_written_and_nothing_swept(tmp_path, monkeypatch, number):
    def flock(descriptor, operation):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("fcntl.flock", flock)
    (tmp_path / ".a.csv.01234567.partial").write_text("another run's")
    with atomic_output(tmp_path / "a.csv") as temporary:
        temporary.write_text("a")
    with atomic_directory(tmp_path / "b") as folder:
        (folder / "c.csv").write_text("c")
    with locked_folder(tmp_path):
        pass
    left = sorted(path.name for path in tmp_path.rglob("*"))
    assert left == [".a.csv.01234567.partial", "a.csv", "b", "c.csv"]


def test_a_folder_is_replaced_as_a_whole(tmp_path):
    target = tmp_path / "offer"
    for text in ("one", "two"):
        with atomic_directory(target) as temporary:
            (temporary / "a.txt").write_text(text)
            (temporary / "b.txt").write_text(text)
    assert (target / "a.txt").read_text() == "two"
    assert names(tmp_path) == ["offer"]


def test_a_folder_with_other_things_is_refused_before_the_work(tmp_path):
    target = tmp_path / "offer"
    target.mkdir()
    (target / "my notes.txt").write_text("mine")
    worked = False
    with pytest.raises(OutputError, match="my notes"), atomic_directory(target, names=["a.txt"]):
        worked = True
    assert not worked
    with pytest.raises(OutputError, match="my notes"), atomic_directory(target) as temporary:
        (temporary / "a.txt").write_text("x")
    assert names(target) == ["my notes.txt"]
    assert names(tmp_path) == ["offer"]


def test_a_kill_between_the_two_renames_is_put_right(tmp_path):
    aside = tmp_path / ".offer.0123abcd.old.partial"
    aside.mkdir()
    (aside / "a.txt").write_text("old")
    with pytest.raises(ValueError, match="stop"), atomic_directory(tmp_path / "offer"):
        assert (tmp_path / "offer" / "a.txt").read_text() == "old"
        raise ValueError("stop")
    assert names(tmp_path) == ["offer"]


def test_sha256(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert file_sha256(tmp_path / "x") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
