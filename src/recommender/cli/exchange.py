"""The command `recommender exchange`: two lists, one for each side, whose expected values balance."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli._console import output
from recommender.errors import counted

__all__ = ["exchange"]

if TYPE_CHECKING:
    from recommender.offers.exchange import Exchange


def exchange(
    ours: Annotated[
        Path, typer.Option("--ours", help="What we can give: a folder with titles and scores, an offer, or one table.")
    ],
    theirs: Annotated[Path, typer.Option("--theirs", help="What they can give, likewise.")],
    brief: Annotated[Path, typer.Option("--brief", help="Exchange brief (TOML): both briefs, weights, tolerance.")],
    out: Annotated[Path, typer.Option("--out", help="Folder for both offers and the balance.")] = Path(
        "offers/exchange"
    ),
    language: Annotated[
        str | None,
        typer.Option(
            "--language",
            help="Of all workbooks and pages: en, en+ru or en+zh.",
            show_default="that of each brief's partner",
        ),
    ] = None,
) -> None:
    """Choose two lists together, so that what each side gives balances within a tolerance.

    Both sides' demands are kept; of all such pairs of lists the greatest total of both is chosen. The scores of
    ours are for the partner's market, those of theirs for our own. The brief is a file like this:

        name = "exchange-2027"
        tolerance = 0.05                                 # of the mean of both totals
        ours = { brief = "cn-300" }
        theirs = { brief = "ru-60", weight = 5.0 }       # one of their total counts five of ours

    Example:

        recommender exchange --ours ours/ --theirs theirs/ --brief exchange.toml --out offers/exchange
    """
    from recommender.offers import words_in
    from recommender.offers.exchange import build_exchange, load_exchange_brief, read_side, write_exchange

    if language is not None:
        words_in(language)
    wanted = load_exchange_brief(brief)
    made = build_exchange(read_side(ours), read_side(theirs), wanted)
    files = write_exchange(made, out, inputs={"brief": brief, "ours": ours, "theirs": theirs}, language=language)
    _print(made, files)


def _print(made: Exchange, files: dict[str, Path]) -> None:
    from rich.text import Text

    console = output()
    balance = made.balance
    scale, unit = (100.0, "points of appeal") if made.brief.measure == "appeal" else (1.0, "of value")
    headline = (
        f"\n{counted(len(made.ours.frame), 'title')} for {made.brief.ours.market}, {len(made.theirs.frame):,} for "
    )
    console.print(Text(headline + made.brief.theirs.market, style="bold"))
    ours, theirs = (
        f"{scale * total:,.1f}" + (f" ({weight:g} times {scale * total / weight:,.1f})" if weight != 1 else "")
        for total, weight in zip((balance.ours, balance.theirs), made.brief.weights, strict=True)
    )
    console.print(
        f"we give {ours}, they give {theirs} {unit}; difference "
        f"{scale * balance.difference:+,.1f} ({100 * balance.share:+.1f}%), interval {scale * balance.low:+,.1f} to "
        f"{scale * balance.high:+,.1f}"
    )
    console.print(f"the balance costs {scale * balance.cost:,.1f}; the lists are {balance.proof}")
    for name, offer in (("ours", made.ours), ("theirs", made.theirs)):
        for shortfall in offer.shortfalls:
            console.print(Text(f"missed  {name}: ", style="yellow"), Text(shortfall.text), sep="")
    for name, meaning in (
        ("ours", "the offer that we give"),
        ("theirs", "the offer that they give"),
        ("balance.html", "how they balance"),
        ("balance.json", "the same for programs"),
    ):
        console.print(Text(f"{files[name]}", style="cyan"), Text(f"  {meaning}", style="dim"), sep="", soft_wrap=True)
