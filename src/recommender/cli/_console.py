"""What the command says: results on standard output; messages and progress, while it works, on standard error."""

from __future__ import annotations

import logging
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

from rich.console import Console
from rich.text import Text

__all__ = ["errors", "output", "quiet", "say", "show_messages", "stage"]

_LOG = logging.getLogger("recommender")
# What libraries log while they work as they should.
_CHATTY = ("alembic", "huggingface_hub", "matplotlib", "mlflow", "sentence_transformers", "transformers")
_MARKS = {
    logging.CRITICAL: ("error: ", "bold red"),
    logging.ERROR: ("error: ", "bold red"),
    logging.WARNING: ("warning: ", "yellow"),
}


class _Console(Console):
    """A console that raises where its reader has gone; rich's own would end the program with status 1."""

    def on_broken_pipe(self) -> None:
        raise  # noqa: PLE0704 - called while the error is handled


def output(*, soft_wrap: bool = False) -> Console:
    """Return a console on standard output: plain where no terminal looks on, or where NO_COLOR is set."""
    return _Console(highlight=False, soft_wrap=soft_wrap)


def errors() -> Console:
    """Return a console on standard error: plain where no terminal looks on, or where NO_COLOR is set."""
    return _Console(stderr=True, highlight=False, soft_wrap=True)


def say(mark: str, style: str, text: str) -> None:
    """Write a marked message to standard error, with nothing in it that a terminal would obey.

    Where it cannot be written, on a full disk or to a reader that has gone, the work goes on.
    """
    from recommender.errors import visible

    safe = "\n".join(visible(line, length=2000) for line in text.splitlines())
    with suppress(OSError):
        errors().print(Text(mark, style=style), Text(safe), sep="")


def quiet() -> bool:
    """Return whether progress is unwanted: asked for with ``--quiet``, or no terminal looks on."""
    return not _LOG.isEnabledFor(logging.INFO) or not errors().is_terminal


@contextmanager
def stage(doing: str) -> Iterator[None]:
    """Say what is being done while it is done, and how long it took."""
    start = time.monotonic()
    with nullcontext() if quiet() else errors().status(doing):
        yield
    _LOG.info("%s: %.0f s", doing, time.monotonic() - start)


class _Messages(logging.Handler):
    """Shows the program's log to a person, on whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            mark, style = _MARKS.get(record.levelno, ("", ""))
            say(mark, style, record.getMessage())
        except Exception:  # noqa: BLE001 - a message that cannot be shown never stops the work
            self.handleError(record)


def show_messages(*, verbose: bool, quiet: bool, debug: bool) -> None:
    """Show the program's messages; silence the libraries' own, which a user can do nothing about."""
    if not any(isinstance(handler, _Messages) for handler in _LOG.handlers):
        _LOG.addHandler(_Messages())
    _LOG.setLevel(logging.DEBUG if verbose or debug else logging.WARNING if quiet else logging.INFO)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.DEBUG if debug else logging.ERROR)
    if debug:
        warnings.simplefilter("default")
