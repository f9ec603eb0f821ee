"""The commands `recommender brief new`, `list`, `show` and `check`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli._console import output
from recommender.errors import CallError, counted

if TYPE_CHECKING:
    from recommender.offers import Brief

__all__ = ["app"]

_LONGEST_NAME = 40

app = typer.Typer(help="Write, list, show and check briefs: what an offer is asked to be.", no_args_is_help=True)


@app.command()
def new(
    name: Annotated[
        str | None,
        typer.Argument(help="Name of the brief; it begins the offer's id.", show_default="that of --out, or my-offer"),
    ] = None,
    market: Annotated[str, typer.Option("--market", help="ISO 3166-1 alpha-2 code of the audience.")] = "CN",
    size: Annotated[int, typer.Option("--size", min=1, help="How many titles.")] = 300,
    out: Annotated[Path | None, typer.Option("--out", help="File to write; NAME.toml where not given.")] = None,
) -> None:
    """Write a commented brief, ready to be edited.

    Example:

        recommender brief new autumn --market CN --size 60 --out autumn.toml
    """
    from recommender.offers import new_brief
    from recommender.sources import atomic_output

    name = _name_of(out) if name is None else name
    text = new_brief(name, market=market, size=size)
    path = out if out is not None else Path(f"{name}.toml")
    if path.exists():
        raise CallError(f"{path} exists already", hint="Choose another file with --out, or delete this one first.")
    with atomic_output(path) as aside:
        aside.write_text(text, encoding="utf-8", newline="\n")
    typer.echo(f"{path}: edit it, then `recommender brief check {path}`")


def _name_of(file: Path | None) -> str:
    """Return the name of a brief that is called like its file."""
    return ("" if file is None else re.sub(r"[^A-Za-z0-9]+", "-", file.stem).strip("-")[:_LONGEST_NAME]) or "my-offer"


@app.command("list")
def list_briefs() -> None:
    """List the sample briefs.

    Example:

        recommender brief list
    """
    from recommender.offers import parse_brief, sample_briefs

    for name, text in sample_briefs().items():
        brief = parse_brief(text, source=f"{name}.toml")
        typer.echo(f"{name:<10} {brief.size:>5} titles to {brief.market}  {brief.description}")


@app.command()
def show(
    brief: Annotated[str, typer.Argument(help="Path of a brief, or the name of a sample brief.")],
) -> None:
    """Show what a brief asks for, shares as counts of titles.

    Example:

        recommender brief show cn-300
    """
    from recommender.offers import load_brief

    _print(load_brief(brief))


@app.command()
def check(
    brief: Annotated[str, typer.Argument(help="Path of a brief, or the name of a sample brief.")],
) -> None:
    """Check a brief; every fault is printed with the path of its key.

    Example:

        recommender brief check autumn.toml
    """
    from recommender.offers import load_brief

    found = load_brief(brief)
    typer.echo(f"{brief}: no faults ({counted(found.size, 'title')} to {found.market})")


def _print(brief: Brief) -> None:
    from rich.table import Table
    from rich.text import Text

    console = output()
    console.print(Text(f"{brief.name}: {counted(brief.size, 'title')} to {brief.market}", style="bold"))
    facts = {
        "about": brief.description,
        "kinds": ", ".join(brief.kinds),
        "media": ", ".join(brief.media),
        "language": brief.language or "",
        "rights": brief.rights_request().in_words if brief.window.start or brief.window.end else "",
    }
    for part in ("title_ids", "directors", "genres", "countries"):
        facts[f"without {part.replace('_', ' ')}"] = ", ".join(getattr(brief.exclude, part))
    years = brief.exclude.years
    facts["without years"] = " and ".join(
        f"{word} {year}" for word, year in (("before", years.before), ("after", years.after)) if year is not None
    )
    facts["locked"] = ", ".join(brief.lock.title_ids)
    facts["policy packs"] = ", ".join(brief.policy.packs)
    facts["policy facts"] = ", ".join(f"{name} {value:g}" for name, value in brief.policy.facts.items())
    facts["overrides"] = ", ".join(f"{item.rule} ({item.title_id})" for item in brief.policy.overrides)
    facts["materials"] = ", ".join(f"{item} {action}" for item, action in brief.materials.asked.items())
    for head, value in facts.items():
        if value:
            console.print(Text(f"{head:<18}", style="dim"), Text(value), sep="")
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    table.add_column("share of")
    table.add_column("")
    for head in ("at least", "at most"):
        table.add_column(head, justify="right")
    for group in type(brief.shares).model_fields:
        for name, share in getattr(brief.shares, group).items():
            low, high = share.counts(brief.size)
            table.add_row(
                group.replace("_", " "),
                Text(name),
                f"{low:,} ({share.min:.0%})" if share.min else "",
                f"{high:,} ({share.max:.0%})" if share.max < 1 else "",
            )
    if table.row_count:
        console.print(table)
