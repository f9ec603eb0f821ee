"""Run a command and measure it; print what was measured beside its bar."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.table import Table

PROJECT = Path(__file__).resolve().parents[1]
Strict = Annotated[bool, typer.Option("--strict", help="Exit with status 1 where a bar is missed.")]
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of a command took: wall seconds, and the peak memory of its process tree in bytes."""

    seconds: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: what was measured, the value, its bar, and their common unit."""

    what: str
    value: float
    bar: float
    unit: str

    @property
    def ratio(self) -> float:
        """Value over bar; at most 1 is within it."""
        return self.value / self.bar


def recommender(*words: str | Path) -> list[str]:
    """Return the command line of `recommender` in this environment."""
    return [sys.executable, "-m", "recommender", *map(str, words)]


def measure(command: Sequence[str], *, folder: Path, environment: Mapping[str, str] | None = None) -> Run:
    """Run a command in a folder and measure it; exit where it fails."""
    log = folder / "benchmark.log"
    with log.open("wb") as stream:
        start = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
        )
        peaks = [0]
        watcher = threading.Thread(target=_watch, args=(process.pid, peaks), daemon=True)
        watcher.start()
        # The system's own figure for the process: a peak between two looks is not missed.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        watcher.join()
    if process.returncode:
        sys.stderr.write(log.read_text(encoding="utf-8", errors="replace"))
        raise SystemExit(f"{' '.join(command)}: exit status {process.returncode}")
    return Run(seconds, max(peaks[0], usage.ru_maxrss * 1024))


def _watch(pid: int, peaks: list[int]) -> None:
    with suppress(psutil.Error):
        root = psutil.Process(pid)
        while root.is_running() and root.status() != psutil.STATUS_ZOMBIE:
            total = 0
            for process in [root, *root.children(recursive=True)]:
                with suppress(psutil.Error):
                    total += process.memory_info().rss
            peaks[0] = max(peaks[0], total)
            time.sleep(_POLL_SECONDS)


def show(title: str, rows: Sequence[Row], *, strict: bool) -> None:
    """Print the table; with `strict`, exit with status 1 where a bar is missed."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False, padding=(0, 3, 0, 0))
    table.add_column("what")
    for head in ("value", "bar", "ratio"):
        table.add_column(head, justify="right")
    table.add_column("")
    for row in rows:
        table.add_row(
            row.what,
            f"{row.value:.2f} {row.unit}",
            f"{row.bar:g} {row.unit}",
            f"{row.ratio:.2f}",
            "within" if row.ratio <= 1 else "MISSED",
        )
    Console(highlight=False).print(table)
    if strict and any(row.ratio > 1 for row in rows):
        raise typer.Exit(1)
