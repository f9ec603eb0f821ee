"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import re
import secrets
import shutil
import signal
import threading
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from recommender.errors import OutputError

__all__ = [
    "atomic_directory",
    "atomic_output",
    "check_directory",
    "check_output",
    "file_sha256",
    "locked_folder",
]

_ATTEMPTS = 20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_LOST = _FULL | {errno.EFBIG, errno.EROFS, errno.EIO}  # what a place says in the middle of the work
# What network file systems without a lock service say, and NFS of a folder, which cannot be opened for writing.
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EBADF})
# What desktops leave in a folder by themselves; it may go with the folder.
_LITTER = ("~$", ".~lock.", ".DS_Store", "Thumbs.db", "desktop.ini")


def file_sha256(path: str | Path) -> str:
    """Return the SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Raises
    ------
    OSError
        The file cannot be read.
    """
    with Path(path).open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def check_output(path: str | Path) -> None:
    """Refuse a file that cannot be written there, before the work whose result it shall hold.

    Parameters
    ----------
    path : str or Path
        The file that `atomic_output` will be asked for.

    Raises
    ------
    OutputError
        There is a folder of that name, or it may not be written there.
    """
    _check_place(_file_target(path), path)


def check_directory(path: str | Path, *, names: Collection[str]) -> None:
    """Refuse a folder that cannot be written there, before the work whose result it shall hold.

    Parameters
    ----------
    path : str or Path
        The folder that `atomic_directory` will be asked for.
    names : collection of str
        What will be written into it.

    Raises
    ------
    OutputError
        There is a file of that name, the folder holds other things, or it may not be written there.
    """
    _check_place(_folder_target(path, names), path)


@contextmanager
def atomic_output(path: str | Path) -> Iterator[Path]:
    """Give a temporary path beside the output; rename it into place when the block ends well.

    When the block raises, or SIGINT or SIGTERM arrives, nothing is left behind and an earlier output stays as
    it was. After SIGKILL a hidden ``.NAME.XXXX.partial`` may stay; the next run with that output removes it.

    Parameters
    ----------
    path : str or Path
        The file to write; its folder is created if need be.

    Yields
    ------
    Path
        An empty file in the same folder, to be overwritten. Its suffix is ``.partial``: name the format.

    Raises
    ------
    OutputError
        The output cannot be written there, or the disk is full.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with atomic_output(Path(folder) / "hello.txt") as temporary:
    ...         _ = temporary.write_text("hello")
    ...     (Path(folder) / "hello.txt").read_text()
    'hello'
    """
    target = _file_target(path)
    with _terminable(), _prepared(target, path), _claimed(target, directory=False) as temporary:
        yield temporary
        if target.exists():
            shutil.copymode(target, temporary)
        _sync(temporary)
        temporary.replace(target)


@contextmanager
def atomic_directory(path: str | Path, *, names: Collection[str] = ()) -> Iterator[Path]:
    """Give a temporary folder beside the output; rename it into place when the block ends well.

    An earlier folder is replaced as a whole, but only if it holds nothing that the new one does not: what a
    person put there is never deleted.

    Parameters
    ----------
    path : str or Path
        The folder to write.
    names : collection of str
        What will be written, if it is known: then a folder that holds something else is refused before the
        work begins and not after it.

    Yields
    ------
    Path
        An empty folder in the same parent.

    Raises
    ------
    OutputError
        The output cannot be written there, the disk is full, or the folder holds other things.
    """
    target = _folder_target(path, names)
    with _terminable(), _prepared(target, path), _claimed(target, directory=True) as temporary:
        try:
            yield temporary
        except OutputError as error:
            # A file in it that could not be written: its place is told as it was asked for, not as the one that is gone.
            raise OutputError(error.message.replace(str(temporary), str(path)), hint=error.hint) from error
        for file in temporary.rglob("*"):
            if file.is_file():
                _sync(file)
        _refuse_strangers(target, path, {entry.name for entry in temporary.iterdir()})
        if target.exists():
            # Two renames: a kill between them leaves the old folder under a name that the next run puts back.
            aside = _name_beside(target, ".old.partial")
            target.rename(aside)
            temporary.rename(target)
            shutil.rmtree(aside, ignore_errors=True)
        else:
            temporary.rename(target)


def _target(path: str | Path) -> Path:
    try:
        # Through links: the file that a link points to is replaced, not the link.
        target = Path(path).resolve()
        str(target).encode()  # not every writer takes other names, as archives of older systems bring along
    except UnicodeEncodeError:
        raise OutputError(f"{path}: the name is no UTF-8 text", hint="choose another name") from None
    except (OSError, RuntimeError, ValueError) as error:
        raise OutputError(f"{path}: {error}", hint="choose another path") from None
    return target


def _file_target(path: str | Path) -> Path:
    target = _target(path)
    if target.is_dir():
        raise OutputError(f"{path}: this is a directory", hint="give the name of a file to write")
    return target


def _folder_target(path: str | Path, names: Collection[str]) -> Path:
    target = _target(path)
    if target.exists() and not target.is_dir():
        raise OutputError(f"{path}: this is a file", hint="give the name of a folder to write")
    with suppress(FileNotFoundError):  # where the folder that the program was called in is gone
        here = Path.cwd()
        if target in (here, *here.parents):
            # It is replaced as a whole: whoever stands in it would be left in a folder that is no more.
            raise OutputError(
                f"{path}: the program was called inside this folder", hint="give the name of a new folder in it"
            )
    if names:
        _refuse_strangers(target, path, names)
    return target


def _check_place(target: Path, path: str | Path) -> None:
    """Refuse a place where nothing may be created."""
    try:
        nearest = next(folder for folder in target.parents if folder.exists())
    except OSError as error:
        raise _refused(path, error) from None
    number = None
    if not nearest.is_dir():
        number = errno.ENOTDIR
    elif not os.access(nearest, os.W_OK | os.X_OK):
        number = errno.EACCES
    if number is not None:
        raise _refused(path, OSError(number, os.strerror(number)))


def _refuse_strangers(target: Path, path: str | Path, names: Collection[str]) -> None:
    if not target.is_dir():
        return
    strangers = sorted(
        entry.name for entry in target.iterdir() if entry.name not in names and not entry.name.startswith(_LITTER)
    )
    if strangers:
        shown = ", ".join(strangers[:5]) + (", ..." if len(strangers) > 5 else "")
        raise OutputError(
            f"{path}: the folder holds other things, which would be lost ({shown})",
            hint="choose a new or an empty folder",
        )


@contextmanager
def _prepared(target: Path, path: str | Path) -> Iterator[None]:
    """Create the parent folders, clear what a killed run left, and name what the system refuses."""
    _check_place(target, path)
    created = [folder for folder in target.parents if not folder.exists()]
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        _sweep(target)
    except OSError as error:
        raise _refused(path, error) from None
    try:
        yield
    except OSError as error:
        _remove_empty(created)
        if error.errno in _LOST:
            raise _refused(path, error) from error
        raise
    except BaseException:
        _remove_empty(created)
        raise


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):
            folder.rmdir()


def _refused(path: str | Path, error: OSError) -> OutputError:
    hint = "make room there, or choose another place" if error.errno in _FULL else "choose a place where you may write"
    return OutputError(f"{path}: {error.strerror or error}", hint=hint)


@contextmanager
def _claimed(target: Path, *, directory: bool) -> Iterator[Path]:
    """Create a temporary file or folder and hold a lock on it, which says that its writer lives."""
    temporary, descriptor = _claim(target, directory=directory)
    try:
        yield temporary
    finally:
        os.close(descriptor)
        with suppress(FileNotFoundError):
            if directory:
                shutil.rmtree(temporary)
            else:
                temporary.unlink()


def _claim(target: Path, *, directory: bool) -> tuple[Path, int]:
    refusal: OSError = FileNotFoundError(errno.ENOENT, "what is made there is gone at once")
    # Another run's sweep may take it between its creation and the lock, seldom twice.
    for _ in range(_ATTEMPTS):
        temporary = _name_beside(target, ".partial")
        try:
            if directory:
                temporary.mkdir()
                descriptor = os.open(temporary, os.O_RDONLY)
            else:
                descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        except (FileExistsError, FileNotFoundError) as error:
            refusal = error
            continue
        except OSError as error:
            raise _refused(target, error) from None
        with suppress(BlockingIOError):
            _lock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if temporary.exists():
                return temporary, descriptor
        os.close(descriptor)
    raise _refused(target, refusal) from None


def _lock(descriptor: int, operation: int) -> None:
    """Lock a file or folder, where its file system can; where it cannot, no run sweeps either."""
    try:
        fcntl.flock(descriptor, operation)
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise


def _name_beside(target: Path, ending: str) -> Path:
    return target.with_name(f".{_stem(target)}.{secrets.token_hex(4)}{ending}")


def _stem(target: Path) -> str:
    # Names have at most 255 bytes.
    return target.name.encode()[:200].decode(errors="ignore")


def _sweep(target: Path) -> None:
    """Remove what killed runs left of this output; a lock shows which temporary files are still written."""
    # The whole name: a neighbour's may begin alike.
    ours = re.compile(rf"\.{re.escape(_stem(target))}\.[0-9a-f]{{8}}(?P<old>\.old)?\.partial")
    for entry in list(target.parent.iterdir()):
        found = ours.fullmatch(entry.name)
        if found is None:
            continue
        if found["old"] and not target.exists():
            entry.rename(target)
            continue
        with suppress(OSError):
            descriptor = os.open(entry, os.O_RDONLY)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if entry.is_dir():
                    shutil.rmtree(entry)
                else:
                    entry.unlink()
            finally:
                os.close(descriptor)


def _sync(path: Path) -> None:
    with path.open("rb") as stream:
        os.fsync(stream.fileno())


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM end the block as an exception does, where nobody else handles it."""
    if (
        threading.current_thread() is not threading.main_thread()
        or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL
    ):
        yield
        return

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)


@contextmanager
def locked_folder(folder: Path) -> Iterator[None]:
    """Hold a folder's own lock: another process that asks for it waits."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        _lock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
