"""The command `recommender diff`: what came, went and moved between two offers, and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli._console import output
from recommender.errors import CallError

__all__ = ["diff", "print_changes"]

if TYPE_CHECKING:
    import pandas as pd

    from recommender.offers import SavedOffer

_CHANGED = 10  # titles shown that only changed where they stand: a rule or a right may touch all of them
_STYLES = {"came": "green", "went": "red", "moved": "yellow", "changed": "dim"}


def diff(
    before: Annotated[Path, typer.Argument(help="Folder of the earlier offer or version.")],
    after: Annotated[Path, typer.Argument(help="Folder of the later one.")],
    out: Annotated[
        Path | None, typer.Option("--out", help="Also write the table: .xlsx (a sheet to read), .csv or .parquet.")
    ] = None,
    language: Annotated[
        str | None,
        typer.Option("--language", help="Of the sheet: en, en+ru or en+zh.", show_default="that of the later offer"),
    ] = None,
) -> None:
    """Say which titles came, went and moved between two offers, or two versions of one, and why.

    Of titles that stay where they are and only say something else of rights or rules, the first few are printed;
    --out has all.

    Example:

        recommender diff offers/china offers/china-v2 --out changes.xlsx
    """
    from recommender.cli._options import check_table_file
    from recommender.offers import diff_offers, load_offer, write_diff

    if before.resolve() == after.resolve():
        raise CallError(f"{before} and {after} are the same folder", hint="Give the folders of two offers.")
    file = None if out is None else check_table_file(out)
    old, new = load_offer(before), load_offer(after)
    changes = diff_offers(old.offer, new.offer, _decisions(old, new))
    _print_heading(old, new)
    print_changes(changes)
    if file is not None:
        write_diff(changes, file, language=language or new.language)
        typer.echo(f"{out}")


def _decisions(old: SavedOffer, new: SavedOffer) -> pd.DataFrame | None:
    """Return the decisions that lie between two versions of an offer, the last of each title."""
    if new.history is None or old.offer.offer_id != new.offer.offer_id:
        return None
    made = new.history.decisions
    between = made.loc[(made["version"] >= old.offer.version) & (made["version"] < new.offer.version)]
    return between.drop_duplicates("title_id", keep="last")


def _print_heading(old: SavedOffer, new: SavedOffer) -> None:
    from rich.text import Text

    from recommender.offers import what_differs

    console = output()
    names = [f"{one.offer.offer_id} version {one.offer.version}" for one in (old, new)]
    console.print(Text(" and ".join(dict.fromkeys(names)), style="bold"))
    differ = what_differs(old.offer, new.offer)
    console.print(Text(f"what differs: {', '.join(differ) or 'nothing that they were made from'}", style="dim"))


def print_changes(changes: pd.DataFrame, limit: int | None = None) -> None:
    """Print a table of changes: counts, then title by title; of titles that only changed, the first few."""
    from rich.table import Table
    from rich.text import Text

    from recommender.errors import visible

    console = output()
    counts = changes["change"].value_counts()
    said = [f"{int(counts[word]):,} {word}" for word in ("came", "went", "moved", "changed") if word in counts.index]
    console.print(", ".join(said) or "no title came, went, moved or changed")
    if not len(changes):
        return
    table = Table(box=None, pad_edge=False, header_style="dim", padding=(0, 2, 0, 0))
    for head, justify in (("", "left"), ("No.", "right"), ("Title", "left"), ("Because", "left")):
        table.add_column(head, justify=justify, overflow="fold", no_wrap=head == "")  # type: ignore[arg-type]
    changed = changes["change"] == "changed"
    shown = changes[~changed | (changed.cumsum() <= _CHANGED)]
    for row in shown.head(limit if limit is not None else len(shown)).to_dict("records"):
        table.add_row(
            Text(row["change"], style=_STYLES[row["change"]]),
            _places(row["position_before"], row["position_after"]),
            Text(visible(row["title"])),
            Text(visible(row["why"], length=400)),
        )
    console.print(table)
    if limit is not None and len(shown) > limit:
        console.print(Text(f"... and {len(shown) - limit:,} more", style="dim"))
    elif len(changes) > len(shown):
        console.print(Text(f"... and {len(changes) - len(shown):,} more changed where they stand", style="dim"))


def _places(before: object, after: object) -> str:
    import pandas as pd

    one, other = ("" if pd.isna(place) else str(place) for place in (before, after))  # type: ignore[call-overload]
    return one if one == other else f"{one} → {other}" if one and other else one or other
