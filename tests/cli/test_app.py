"""The command as a whole: its help, its exit statuses, what it says, and how it is interrupted."""

from __future__ import annotations

import errno
import logging
import os
import pty
import re
import resource
import shlex
import signal
import subprocess
import sys
import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import pytest
import typer
from typer.main import get_command
from typer.testing import CliRunner

import recommender.cli
from recommender.cli import app
from recommender.cli._border import Border
from recommender.cli._console import errors, quiet, show_messages
from recommender.errors import CallError, ConfigError, Fault, MissingExtraError, OutputError, TableError
from tests.signals import skip_where_ignored

PROJECT = Path(__file__).resolve().parents[2]
RECOMMENDER = [sys.executable, "-m", "recommender"]


def run(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*RECOMMENDER, *words],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def commands() -> Iterator[tuple[str, Any]]:
    """Yield every command with its full name, groups included."""
    waiting = [("recommender", get_command(app))]
    while waiting:
        name, command = waiting.pop()
        yield name, command
        waiting += [(f"{name} {word}", child) for word, child in getattr(command, "commands", {}).items()]


def example_of(command: Any) -> list[str]:
    found = re.search(r"Example:\s+(recommender\b.*?)(?:\n\s*\n|\Z)", command.help or "", re.DOTALL)
    assert found, "no line 'Example: recommender ...' in the help text"
    return shlex.split(found[1])


class TestHelp:
    @pytest.mark.parametrize(
        ("name", "command"),
        [
            pytest.param(name, command, id=name)
            for name, command in commands()
            if name == "recommender" or not hasattr(command, "commands")
        ],
    )
    def test_every_command_has_an_example_that_its_parser_accepts(self, name: str, command: Any) -> None:
        words = example_of(command)
        assert " ".join(words).startswith(name)
        reached: Any = get_command(app)
        rest = words[1:]
        while hasattr(reached, "commands"):
            assert rest[0] in reached.commands, f"no command {rest[0]!r}"
            reached = reached.commands[rest.pop(0)]
        assert reached.make_context(words[-1], rest) is not None

    @pytest.mark.parametrize("name", sorted(name for name, _ in commands()))
    def test_every_option_of_every_command_is_explained(self, name: str) -> None:
        command = dict(commands())[name]
        unexplained = [part.name for part in command.params if not getattr(part, "help", None)]
        assert unexplained == []

    def test_every_module_is_a_command(self) -> None:
        modules = {
            path.stem.rstrip("_")
            for folder in recommender.cli.__path__
            for path in Path(folder).glob("*.py")
            if not path.name.startswith("_")
        }
        assert set(get_command(app).commands) == modules  # type: ignore[attr-defined]

    def test_help_answers_at_once(self) -> None:
        run("--help")  # compiles what was never run
        taken = []
        for _ in range(3):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            assert run("--help").returncode == 0
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        # Processor seconds: the tests may share the machine.
        assert min(taken) < 0.5

    def test_the_version_is_that_of_the_project(self) -> None:
        declared = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
        assert CliRunner().invoke(app, ["--version"]).output == f"recommender {declared}\n"

    def test_the_installed_command_is_the_same(self) -> None:
        command = Path(sys.executable).with_name("recommender")
        shown = subprocess.run([command, "--version"], capture_output=True, text=True, check=True).stdout
        assert shown == run("--version").stdout


class TestUsage:
    @pytest.mark.parametrize("words", [["offr"], ["offer"], ["brief", "--sice"], ["--nonsense"], ["brief", "x"]])
    def test_a_wrong_call_ends_with_2_and_no_traceback(self, words: list[str]) -> None:
        shown = run(*words)
        assert shown.returncode == 2
        assert shown.stdout == ""
        assert "Error" in shown.stderr
        assert "Traceback" not in shown.stderr

    def test_a_mistyped_command_is_guessed(self) -> None:
        assert "Did you mean 'offer'" in run("offr").stderr

    @pytest.mark.parametrize("words", [["--quiet", "brief", "list"], ["brief", "list", "--quiet"]])
    def test_common_options_stand_before_or_after_the_command(self, words: list[str]) -> None:
        assert CliRunner().invoke(app, words).exit_code == 0
        assert logging.getLogger("recommender").level == logging.WARNING

    def test_words_after_two_dashes_are_left_alone(self) -> None:
        result = CliRunner().invoke(app, ["brief", "show", "--", "--quiet"])
        assert result.exit_code == 2
        assert "no brief is called --quiet" in result.stderr


FAULTS = [
    Fault("t.csv", 7, "kind", "flim", "unknown kind", "did you mean 'film'?"),
    Fault("t.csv", 9, "year", 3000, "in the future", "write the year of release"),
    Fault("t.csv", 9, "title", "x", "odd", "look", "warning"),
]


class TestErrors:
    @staticmethod
    def raising(error: BaseException) -> typer.Typer:
        raiser = typer.Typer(cls=Border)

        @raiser.callback()
        def start(debug: Annotated[bool, typer.Option("--debug")] = False) -> None: ...

        @raiser.command()
        def work() -> None:
            raise error

        return raiser

    @pytest.mark.parametrize(
        ("error", "status", "shown"),
        [
            (TableError(FAULTS[:1]), 1, "error: t.csv, row 7, column kind: unknown kind (flim)"),
            (TableError(FAULTS), 1, "error: 2 faults in the data\nt.csv, row 7"),
            (
                ConfigError("unknown key", file="b.toml", key="sice", hint="x"),
                1,
                "error: b.toml, sice: unknown",
            ),
            (
                CallError("unknown market 'XX'", hint="did you mean 'MX'?"),
                2,
                "what to do: did you mean 'MX'?",
            ),
            (MissingExtraError("catboost"), 2, "pip install 'crossmarket-recommender[catboost]'"),
            (OutputError("o.parquet: this is a directory"), 1, "error: o.parquet: this is a directory"),
            (
                PermissionError(errno.EACCES, "Permission denied", "mlflow.db"),
                1,
                "mlflow.db: Permission denied",
            ),
            (OSError(errno.ENOSPC, "No space left on device"), 1, "error: No space left on device"),
            (MemoryError(), 1, "error: not enough memory"),
            (ValueError("inner"), 70, "a fault of the program, not of the data: ValueError: inner"),
            (EOFError("odd"), 70, "a fault of the program, not of the data: EOFError: odd"),
            (KeyboardInterrupt(), 130, "Interrupted; nothing is half-written."),
            (typer.Exit(1), 1, ""),
        ],
        ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else None,
    )
    def test_what_is_raised_becomes_a_message_and_a_status(self, error: BaseException, status: int, shown: str) -> None:
        result = CliRunner().invoke(self.raising(error), ["work"])
        assert result.exit_code == status
        assert result.stdout == ""
        assert shown in result.stderr
        assert "Traceback" not in result.stderr

    def test_debug_shows_the_traceback_too(self) -> None:
        result = CliRunner().invoke(self.raising(ValueError("inner")), ["--debug", "work"])
        assert result.exit_code == 70
        assert "Traceback" in result.stderr
        assert "raise error" in result.stderr

    def test_the_environment_asks_for_tracebacks(self) -> None:
        assert "Traceback" in run("brief", "show", "nope", RECOMMENDER_DEBUG="1").stderr
        assert "Traceback" not in run("brief", "show", "nope").stderr

    def test_nothing_in_a_message_steers_the_terminal(self) -> None:
        error = CallError("[red]x[/red] \x1b[31m\u202ey", hint="a\nb")
        result = CliRunner().invoke(self.raising(error), ["work"])
        assert "[red]x[/red] \\x1b[31m\\u202ey" in result.stderr
        assert "\x1b" not in result.stderr

    def test_a_message_is_one_line_however_long(self) -> None:
        path = "folder/" * 40
        result = CliRunner().invoke(self.raising(OutputError(path)), ["work"])
        assert result.stderr == f"error: {path}\n"


class TestMessages:
    @pytest.mark.parametrize(
        ("options", "levels"),
        [
            ({}, ["info", "warning", "error"]),
            ({"quiet": True}, ["warning", "error"]),
            ({"verbose": True}, ["debug", "info", "warning", "error"]),
        ],
    )
    def test_the_log_goes_to_standard_error(
        self, options: dict[str, bool], levels: list[str], capsys: pytest.CaptureFixture[str]
    ) -> None:
        show_messages(**{"verbose": False, "quiet": False, "debug": False, **options})
        log = logging.getLogger("recommender")
        for level in ("debug", "info", "warning", "error"):
            log.log(getattr(logging, level.upper()), "[b]%s[/b] of 1,000", level)
        marks = {"debug": "", "info": "", "warning": "warning: ", "error": "error: "}
        out, err = capsys.readouterr()
        assert out == ""
        assert err.splitlines() == [f"{marks[level]}[b]{level}[/b] of 1,000" for level in levels]

    def test_a_second_start_does_not_say_everything_twice(self, capsys: pytest.CaptureFixture[str]) -> None:
        for _ in range(2):
            show_messages(verbose=False, quiet=False, debug=False)
        logging.getLogger("recommender").info("once")
        assert capsys.readouterr().err == "once\n"

    def test_no_progress_where_no_terminal_looks_on(self) -> None:
        show_messages(verbose=True, quiet=False, debug=False)
        assert not errors().is_terminal
        assert quiet()

    def test_libraries_are_silent_unless_asked(self) -> None:
        show_messages(verbose=False, quiet=False, debug=False)
        assert not logging.getLogger("mlflow.store").isEnabledFor(logging.WARNING)
        with warnings.catch_warnings():
            show_messages(verbose=False, quiet=False, debug=True)
        assert logging.getLogger("mlflow.store").isEnabledFor(logging.DEBUG)
        show_messages(verbose=False, quiet=False, debug=False)


def on_a_terminal(*words: str, **environment: str) -> tuple[int, str]:
    """Run the command with a terminal as its standard output and error."""
    master, slave = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "FORCE_COLOR", "CI"}}
    process = subprocess.Popen(
        [*RECOMMENDER, *words], stdout=slave, stderr=slave, env={**clean, "TERM": "xterm", **environment}
    )
    os.close(slave)
    shown = b""
    while True:
        try:
            part = os.read(master, 65536)
        except OSError:  # Linux: the other side is closed
            break
        if not part:
            break
        shown += part
    os.close(master)
    return process.wait(timeout=60), shown.decode()


class TestTerminal:
    def test_a_terminal_gets_color_and_nobody_else(self) -> None:
        status, shown = on_a_terminal("brief", "show", "nope")
        assert status == 2
        assert "\x1b[1;31merror: \x1b[0m" in shown
        assert "\x1b" not in run("brief", "show", "nope", TERM="xterm").stderr

    def test_no_color_is_obeyed(self) -> None:
        _, shown = on_a_terminal("brief", "show", "nope", NO_COLOR="1")
        assert "error: no brief is called nope" in re.sub(r"\x1b\[[01]m", "", shown)
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]", shown)

    def test_what_the_terminal_cannot_show_is_escaped(self) -> None:
        shown = run("brief", "show", "Сталкер", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
        assert shown.returncode == 2
        assert "no brief is called \\u0421\\u0442" in shown.stderr

    @pytest.mark.parametrize(
        "words",
        [
            ["brief", "list"],
            ["brief", "show", "cn-300"],
            ["policy", "show", "china-online"],
            ["--help"],
            ["offer", "--help"],
        ],
    )
    def test_a_reader_that_goes_away_is_no_error(self, words: list[str]) -> None:
        with subprocess.Popen([*RECOMMENDER, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == b""
            assert process.wait(timeout=60) == 141

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
    @pytest.mark.parametrize("words", [["brief", "list"], ["brief", "show", "cn-300"], ["--version"], ["--help"]])
    def test_a_full_disk_is_an_error_and_no_traceback(self, words: list[str]) -> None:
        with Path("/dev/full").open("wb") as full:
            shown = subprocess.run([*RECOMMENDER, *words], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
        assert shown.returncode == 1
        assert shown.stderr.startswith("error: No space left on device\n")

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full on this system")
    def test_messages_that_cannot_be_written_change_nothing(self) -> None:
        for words, status in ((["brief", "show", "nope"], 2), (["brief", "show", "nope", "--debug"], 2)):
            with Path("/dev/full").open("wb") as full:
                assert subprocess.run([*RECOMMENDER, *words], stderr=full, check=False).returncode == status
            with subprocess.Popen([*RECOMMENDER, *words], stderr=subprocess.PIPE) as process:
                assert process.stderr is not None
                process.stderr.close()
                assert process.wait(timeout=60) == status


# A command that writes an output slowly, run in a process of its own.
SLOW = """
import sys, time, warnings
from pathlib import Path
import typer
from recommender.cli._border import Border, guarded
from recommender.sources import atomic_output

app = typer.Typer(cls=Border)

@app.callback()
def start() -> None: ...

@app.command()
def work(out: Path) -> None:
    warnings.warn("a library's chatter")
    with atomic_output(out) as aside:
        aside.write_text("half")
        print("ready", flush=True)
        time.sleep(60)

sys.exit(guarded(lambda: app(["work", sys.argv[1]])))
"""


class TestInterruption:
    @pytest.mark.parametrize(
        ("number", "status", "word"),
        [
            (signal.SIGINT, 130, "Interrupted"),
            (signal.SIGTERM, 143, "Terminated"),
            (signal.SIGHUP, 143, "Terminated"),
        ],
    )
    def test_a_signal_leaves_nothing_half_written(self, tmp_path: Path, number: int, status: int, word: str) -> None:
        skip_where_ignored(number)
        out = tmp_path / "scores.csv"
        out.write_text("earlier")
        process = subprocess.Popen(
            [sys.executable, "-c", SLOW, str(out)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        _, shown = process.communicate(timeout=60)
        assert process.returncode == status
        assert shown == f"{word}; nothing is half-written.\n"
        assert [path.name for path in tmp_path.iterdir()] == ["scores.csv"]
        assert out.read_text() == "earlier"

    def test_what_the_caller_ignores_stays_ignored(self, tmp_path: Path) -> None:
        process = subprocess.Popen(
            ["nohup", sys.executable, "-c", SLOW, str(tmp_path / "out")],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGHUP)
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.5)
        process.terminate()
        assert process.wait(timeout=60) == 143
        process.stdout.close()


def test_a_closed_output_is_no_fault() -> None:
    """As a daemon or a scheduler may start it."""
    command = f"{shlex.quote(sys.executable)} -m recommender policy list >&- 2>&-"
    assert subprocess.run(command, shell=True, check=False).returncode == 0
