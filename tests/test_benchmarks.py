"""The benchmarks answer, and their table judges rightly."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import typer

from benchmarks._measure import Row, measure, show

PROJECT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", ["help_time", "demo", "score", "backtest", "rights", "policy", "apply", "package"])
def test_each_benchmark_explains_itself(name: str) -> None:
    command = [sys.executable, "-m", f"benchmarks.{name}", "--help"]
    shown = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    assert f"Example: python -m benchmarks.{name}" in shown


def test_seconds_and_peak_memory_are_those_of_the_whole_tree(tmp_path: Path) -> None:
    hog = "b = bytearray(200_000_000); import time; time.sleep(0.5)"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {hog!r}])"
    # From a small process, as a benchmark is: until it starts, a child has its parent's memory.
    script = f"""
import sys
from pathlib import Path
from benchmarks._measure import measure
run = measure([sys.executable, "-c", {parent!r}], folder=Path({str(tmp_path)!r}))
print(run.seconds, run.peak_bytes)
"""
    shown = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, check=True).stdout
    seconds, peak = map(float, shown.split())
    assert 0.5 < seconds < 30
    assert 200e6 < peak < 400e6


def test_a_failing_command_is_shown_and_ends_the_benchmark(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="exit status 3"):
        measure([sys.executable, "-c", "print('why'); raise SystemExit(3)"], folder=tmp_path)
    assert capfd.readouterr().err == "why\n"


@pytest.mark.parametrize(("value", "word"), [(0.4, "within"), (0.5, "within"), (0.6, "MISSED")])
def test_the_table_says_whether_the_bar_is_met(value: float, word: str, capsys: pytest.CaptureFixture[str]) -> None:
    show("help", [Row("best", value, 0.5, "s")], strict=False)
    line = capsys.readouterr().out.splitlines()[-1]
    assert line.split() == ["best", f"{value:.2f}", "s", "0.5", "s", f"{value / 0.5:.2f}", word]


def test_a_missed_bar_is_a_failure_only_when_strict() -> None:
    rows = [Row("best", 0.6, 0.5, "s")]
    show("help", rows, strict=False)
    with pytest.raises(typer.Exit):
        show("help", rows, strict=True)
