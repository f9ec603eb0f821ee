"""The command `recommender offer`: choose the titles that a brief asks for, and write the offer's files.

It is a group as well: `recommender offer apply` makes the next version from what reviewers wrote.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli._apply import apply
from recommender.cli._console import output
from recommender.errors import CallError, counted

__all__ = ["app", "offer", "print_offer"]

_SHOWN = 5

if TYPE_CHECKING:
    import pandas as pd

    from recommender.offers import Offer


app = typer.Typer(invoke_without_command=True)
app.command()(apply)


@app.callback()
def offer(
    ctx: typer.Context,
    brief: Annotated[
        str | None,
        typer.Option("--brief", help="Path of a brief (TOML), or the name of a sample brief.", show_default="required"),
    ] = None,
    titles: Annotated[
        Path | None, typer.Option("--titles", help="Titles table: Parquet, CSV or XLSX.", show_default="required")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the offer's files.", show_default="required")
    ] = None,
    scores: Annotated[
        Path | None, typer.Option("--scores", help="Scores table, as `recommender score` writes it.")
    ] = None,
    bundle: Annotated[Path | None, typer.Option("--bundle", help="Model bundle: score the titles first.")] = None,
    history: Annotated[
        Path | None, typer.Option("--history", help="With --bundle: outcomes of these titles elsewhere.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="With --bundle: nothing dated on or after this day is seen.")
    ] = None,
    rights: Annotated[
        Path | None,
        typer.Option("--rights", help="Rights table: what it bars is not offered, and the offer says what is free."),
    ] = None,
    policy: Annotated[
        list[str] | None,
        typer.Option("--policy", help="Policy pack, by name or path, in place of the brief's; may be repeated."),
    ] = None,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="End with status 1 where the offer misses anything the brief asks for."),
    ] = False,
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            help="Of workbook and report: en, en+ru or en+zh.",
            show_default="that of the brief's partner",
        ),
    ] = None,
) -> None:
    """Choose the titles that a brief asks for, and write workbook, report, tables and manifest.

    The choice has the greatest total appeal that keeps the brief's demands. What cannot be kept is missed
    by as few titles as possible, and the offer says so.

    With --rights a title is offered only where its rights are free as the brief's [window] and [rights] ask.

    Example:

        recommender offer --brief cn-300 --titles T.parquet --scores S.parquet --rights R.csv --out offers/china
    """
    given = {"--brief": brief, "--titles": titles, "--out": out}
    if ctx.invoked_subcommand is not None:
        _refuse_both(ctx)
        return
    missing = [name for name, value in given.items() if value is None]
    if missing:
        ctx.fail(f"Missing option '{missing[0]}'.")
    assert brief is not None
    assert titles is not None
    assert out is not None

    from recommender.cli._options import check_day
    from recommender.offers import build_offer, check_offer_folder, load_brief, words_in, write_offer
    from recommender.sources import read_rights, read_scores, read_titles

    _check_call(scores, bundle, history, as_of)
    day = check_day(as_of)
    if language is not None:
        words_in(language)
    wanted = load_brief(brief)
    check_offer_folder(out, wanted)
    if policy:
        wanted = wanted.model_copy(update={"policy": wanted.policy.model_copy(update={"packs": tuple(policy)})})
    catalogue = read_titles(titles)
    allowed = None if rights is None else read_rights(rights)
    if bundle is not None:
        scored = _score(bundle, catalogue, wanted.market, history, day)
    else:
        assert scores is not None
        scored = read_scores(scores)
    made = build_offer(catalogue, scored, wanted, rights=allowed)
    inputs = {"titles": titles, "scores": scores, "history": history, "rights": rights, "brief": Path(brief)}
    inputs |= {f"policy {number}": Path(pack) for number, pack in enumerate(wanted.policy.packs, start=1)}
    files = write_offer(
        made,
        out,
        inputs={role: path for role, path in inputs.items() if path and path.is_file()},
        bundle=bundle,
        language=language,
    )
    print_offer(made, files)
    if strict and made.shortfalls:
        raise typer.Exit(1)


def _refuse_both(ctx: typer.Context) -> None:
    """Refuse options of a new offer in front of a sub-command: they would be passed over."""
    given = [name for name, value in ctx.params.items() if value]
    if given:
        ctx.fail(f"Option '--{given[0].replace('_', '-')}' does not go with '{ctx.invoked_subcommand}'.")


def _check_call(scores: Path | None, bundle: Path | None, history: Path | None, as_of: str | None) -> None:
    if (scores is None) == (bundle is None):
        raise CallError(
            "give the scores either by --scores or by --bundle",
            hint="--scores takes a table that `recommender score` wrote; --bundle scores the titles now.",
        )
    if scores is not None and (history is not None or as_of is not None):
        raise CallError(
            "--history and --as-of go with --bundle only",
            hint="The scores in --scores were made as of their own day.",
        )


def _score(bundle: Path, titles: pd.DataFrame, market: str, history: Path | None, as_of: str | None) -> pd.DataFrame:
    from recommender.scoring import score
    from recommender.sources import read_outcomes

    outcomes = None if history is None else read_outcomes(history)
    scored: pd.DataFrame = score(bundle, titles, [market], history=outcomes, as_of=as_of)
    return scored


def print_offer(offer: Offer, files: dict[str, Path]) -> None:
    """Print what was offered, what was missed, and where each file is."""
    import pandas as pd
    from rich.table import Table
    from rich.text import Text

    from recommender.errors import visible
    from recommender.offers import check_lines

    console = output()
    frame, brief = offer.frame, offer.brief
    headline = Text(f"\n{counted(len(frame), 'title')} for {brief.market}", style="bold")
    console.print(headline, Text(f"   offer {offer.offer_id}", style="dim"), sep="")
    console.print(
        f"{offer.counts['titles']:,} in the catalogue, {offer.counts['eligible']:,} eligible, "
        f"{brief.size:,} asked; "
        f"mean appeal {100 * frame['appeal'].mean():.0f} of 100 "
        f"(eligible titles: {100 * offer.eligible['appeal'].mean():.0f})"
    )
    for line in check_lines(offer):
        console.print(line)
    top = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for head, justify in (
        ("No.", "right"),
        ("Title", "left"),
        ("Year", "left"),
        ("Appeal", "right"),
        ("Interval", "left"),
    ):
        # Where the line is too short, only what may wrap gives way; the name is then cut, see below.
        top.add_column(head, justify=justify, no_wrap=head != "Title")  # type: ignore[arg-type]
    for number, row in enumerate(frame.head(_SHOWN).to_dict("records"), start=1):
        top.add_row(
            str(number),
            Text(visible(row["title"]), no_wrap=True, overflow="ellipsis"),
            "" if pd.isna(row["year"]) else str(row["year"]),
            f"{100 * row['appeal']:.0f}",
            f"{100 * row['low']:.0f} to {100 * row['high']:.0f}" if row["low"] == row["low"] else "",
        )
    console.print(top)
    for shortfall in offer.shortfalls:
        console.print(Text("missed  ", style="yellow"), Text(shortfall.text), sep="")
    for line in offer.package.conflicts:
        console.print(Text("conflict  ", style="yellow"), Text(line), sep="")
    for note in offer.notes:
        console.print(Text("money  ", style="yellow"), Text(note), sep="")
    console.print()
    for name, meaning in (
        ("offer.xlsx", "workbook to review"),
        ("report.html", "report to read"),
        ("offer.parquet", "table for programs"),
        ("offer.csv", "the same as text"),
        ("pool.parquet", "what the next version is chosen from"),
        ("rights.parquet", "what is free of what was asked, title by title"),
        ("package.json", "what each demand costs, and substitutes"),
        ("rules.json", "the rules it was checked by"),
        ("manifest.json", "inputs, hashes, versions"),
    ):
        console.print(Text(f"{files[name]}", style="cyan"), Text(f"  {meaning}", style="dim"), sep="", soft_wrap=True)
