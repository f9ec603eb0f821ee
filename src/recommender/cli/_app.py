"""The command and its sub-commands, and the entry point."""

from __future__ import annotations

import gc
from collections.abc import Sequence
from typing import Annotated

import typer

from recommender.cli._border import Border, guarded
from recommender.cli._console import show_messages
from recommender.cli.backtest import backtest
from recommender.cli.brief import app as brief
from recommender.cli.check import check
from recommender.cli.demo import demo
from recommender.cli.diff import diff
from recommender.cli.exchange import exchange
from recommender.cli.experiment import experiment
from recommender.cli.export import app as export
from recommender.cli.import_ import app as import_
from recommender.cli.offer import app as offer
from recommender.cli.policy import app as policy
from recommender.cli.score import score
from recommender.cli.train import train

__all__ = ["app", "main"]

# In the order in which a newcomer needs them; typer alone would put the groups last.
_ORDER = ("demo", "check", "train", "score", "brief", "offer", "diff", "experiment")

# New objects between two searches for cycles. Nearly all that a command makes lives until it ends: looking at it again
# and again, as Python does every few hundred objects, takes a tenth of the time and frees next to nothing.
_UNCHECKED = 50_000


class _Commands(Border):
    def list_commands(self, ctx: typer.Context) -> list[str]:  # type: ignore[override]
        names = super().list_commands(ctx)
        return sorted(names, key=lambda name: _ORDER.index(name) if name in _ORDER else len(_ORDER))


app = typer.Typer(
    name="recommender",
    cls=_Commands,
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit status: 0 done, 1 the data is wrong, 2 the call is wrong, 70 a fault of the program.",
)
app.command()(demo)
app.command()(check)
app.command()(train)
app.command()(score)
app.add_typer(offer, name="offer")
app.command()(diff)
app.add_typer(brief, name="brief")
app.command()(backtest)
app.add_typer(import_, name="import")
app.add_typer(export, name="export")
app.add_typer(policy, name="policy")
app.command()(exchange)
app.command()(experiment)


def _show_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"recommender {version('crossmarket-recommender')}")
        raise typer.Exit


@app.callback()
def _start(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Tell more about what is done.")] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Tell the result, warnings and errors alone; no progress.")
    ] = False,
    debug: Annotated[
        bool,
        typer.Option("--debug", envvar="RECOMMENDER_DEBUG", help="Show tracebacks and libraries' warnings."),
    ] = False,
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version, and exit."),
    ] = False,
) -> None:
    """Select the titles of a catalogue to offer to a foreign audience.

    `--verbose`, `--quiet` and `--debug` may stand before a command or after it.

    Example: recommender demo --size 300 --out offers/china
    """
    show_messages(verbose=verbose, quiet=quiet, debug=debug)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``recommender``; those of this process where not given.

    Returns
    -------
    int
        The exit status: 0 done, 1 the data is wrong, 2 the call is wrong, 70 a fault of the program,
        130 and 143 interrupted.
    """
    gc.set_threshold(_UNCHECKED)
    return guarded(lambda: app(args=arguments, prog_name="recommender"))
