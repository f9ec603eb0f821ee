"""The border between the program and the person who called it: errors, interruptions, exit statuses."""

from __future__ import annotations

import io
import os
import signal
import sys
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import typer
from typer.core import TyperGroup

from recommender.cli._console import say
from recommender.cli._faults import count, fold
from recommender.errors import RecommenderError, TableError

__all__ = ["Border", "guarded"]

_REFUSED, _FAULT, _INTERRUPTED, _PIPE_CLOSED, _TERMINATED = 1, 70, 130, 141, 143
_FOR_EVERY_COMMAND = frozenset({"--verbose", "-v", "--quiet", "-q", "--debug"})
# Set before the libraries are loaded; what the caller has set stays.
_ENVIRONMENT = {
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    # Threads that wait sleep: spinning, they take the time of whatever else the machine does, ours included.
    "OMP_WAIT_POLICY": "PASSIVE",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_NO_ADVISORY_WARNINGS": "1",
}


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP arrived; an interruption like Ctrl-C, so that temporary files are removed."""


class Border(TyperGroup):
    """The group of all commands; turns what they raise into a message and an exit status."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Let the options of every command stand after the command's name too."""
        end = args.index("--") if "--" in args else len(args)
        moved = [word for word in args[:end] if word in _FOR_EVERY_COMMAND]
        rest = [word for word in args[:end] if word not in _FOR_EVERY_COMMAND]
        return super().parse_args(ctx, [*moved, *rest, *args[end:]])

    def invoke(self, ctx: typer.Context) -> Any:  # type: ignore[override]
        """Run the command; end with the status that belongs to what it raises."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, typer.TyperException):
            raise
        except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - this is where everything ends
            if ctx.params.get("debug"):
                with suppress(OSError):
                    traceback.print_exception(error)
            raise typer.Exit(_told(error)) from None


def _told(error: BaseException) -> int:
    """Tell a person what happened; return the exit status."""
    match error:
        case BrokenPipeError():
            return _PIPE_CLOSED
        case KeyboardInterrupt():
            terminated = isinstance(error, Terminated)
            say("", "", f"{'Terminated' if terminated else 'Interrupted'}; nothing is half-written.")
            return _TERMINATED if terminated else _INTERRUPTED
        case RecommenderError():
            _say_error(_message(error), error.hint)
            return error.exit_status
        case MemoryError():
            _say_error("not enough memory", "Give fewer titles or markets at a time, or more memory.")
            return _REFUSED
        case OSError():
            place = "" if error.filename is None else f"{error.filename}: "
            _say_error(f"{place}{error.strerror or error}", "The system refused it; --debug shows where.")
            return _REFUSED
        case _:
            _say_error(
                f"a fault of the program, not of the data: {type(error).__name__}: {error}",
                "Please report it with what the same command prints with --debug.",
            )
            return _FAULT


def _message(error: RecommenderError) -> str:
    """Return what an error says; of many faults how many, and of a long run of one problem the first ones."""
    if not isinstance(error, TableError):
        return error.message
    wrong = [fault for fault in error.faults if fault.severity == "error"]
    total, listed = count(wrong, "error"), TableError(fold(wrong)).message
    return f"{total:,} faults in the data\n{listed}" if total > 1 else listed


def _say_error(message: str, hint: str | None) -> None:
    say("error: ", "bold red", message)
    if hint:
        say("what to do: ", "bold", hint)


def guarded(run: Callable[[], object]) -> int:
    """Run the command in this process's name, and return its exit status.

    SIGTERM and SIGHUP interrupt it as Ctrl-C does, a closed pipe ends it quietly, and characters that the
    terminal's encoding lacks are written as escapes.
    """
    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    status: int | str | None
    with _interruptible():
        try:
            run()
            status = 0
        except SystemExit as leaving:
            # The library that writes the help leaves so where its reader has gone.
            status = _PIPE_CLOSED if isinstance(leaving.__context__, BrokenPipeError) else leaving.code
        except (KeyboardInterrupt, OSError) as error:  # before or after the command itself, as of its help
            status = _told(error)
    return _flushed(status if isinstance(status, int) else int(status is not None))


@contextmanager
def _interruptible() -> Iterator[None]:
    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise Terminated(number)

    # What the caller ignores stays ignored: nohup relies on it.
    caught = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) is signal.SIG_DFL]
    for number in caught:
        signal.signal(number, interrupt)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)


def _flushed(status: int) -> int:
    """Write out what is left; a reader that has gone or a full disk must not surface as Python's message."""
    # Where a process was started with its output closed there is none.
    if sys.stdout is None:
        return status
    try:
        sys.stdout.flush()
    except OSError as error:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _told(error)
    return status
