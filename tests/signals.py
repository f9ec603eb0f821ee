"""What tests of signals need."""

from __future__ import annotations

import signal

import pytest

__all__ = ["skip_where_ignored"]


def skip_where_ignored(number: int) -> None:
    """Skip a test of a signal that was ignored when the tests were started: a child inherits that."""
    if signal.getsignal(number) is signal.SIG_IGN:
        pytest.skip("these tests were started with the signal ignored, and so would the program be")
