"""Mixed-integer programs, solved without a word."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ONE_AT_A_TIME = threading.Lock()
_STDOUT = 1


def milp(*args: Any, **kwargs: Any) -> Any:
    """Solve as `scipy.optimize.milp` does, with the same parameters, and print nothing.

    HiGHS writes a line to the standard output where it mends a solution, whatever its log is set to; there it would
    stand among the lines of a command, which other programs read.
    """
    from scipy import optimize

    with _silent():
        return optimize.milp(*args, **kwargs)


@contextmanager
def _silent() -> Iterator[None]:
    """Within the block, let go to nowhere what libraries of C write to the standard output."""
    with _ONE_AT_A_TIME:
        try:
            kept = os.dup(_STDOUT)
        except OSError:  # there is none: it was closed
            yield
            return
        flush = ctypes.CDLL(None).fflush
        flush(None)
        nowhere = os.open(os.devnull, os.O_WRONLY)
        try:
            os.dup2(nowhere, _STDOUT)
            yield
        finally:
            os.close(nowhere)
            flush(None)
            os.dup2(kept, _STDOUT)
            os.close(kept)
