"""The files of an exchange: both offers' folders, and the page and the figures of the balance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender.errors import OutputError
from recommender.offers._files import FILES as OFFER_FILES
from recommender.offers._files import refuse_edited, write_offer
from recommender.offers._offer import Offer
from recommender.offers._words import clean, market_name, titled
from recommender.offers.exchange._exchange import Exchange
from recommender.sources import atomic_directory, file_sha256

FILES = ("ours", "theirs", "balance.html", "balance.json")
_TOP = 15


def write_exchange(
    made: Exchange, directory: str | Path, *, inputs: Mapping[str, str | Path] | None = None
) -> dict[str, Path]:
    """Write an exchange into a folder: two offers, and how they balance.

    Parameters
    ----------
    made : Exchange
    directory : str or Path
        An earlier exchange in it is replaced as a whole; a folder with anything else is refused.
    inputs : mapping of str to path, optional
        The files that it was made from, by role; their names and hashes go into `balance.json`.

    Returns
    -------
    dict of str to Path
        `ours`, `theirs`, `balance.html`, `balance.json`.

    Raises
    ------
    OutputError
        The folder cannot be written, holds something else, or a workbook that somebody has edited.
    """
    folder = Path(directory)
    for side in ("ours", "theirs"):
        refuse_edited(folder / side)
        _refuse_strangers(folder / side)
    with atomic_directory(folder, names=FILES) as aside:
        write_offer(made.ours, aside / "ours")
        write_offer(made.theirs, aside / "theirs")
        facts = balance_facts(made)
        facts["inputs"] = {
            role: {"file": Path(path).name, "sha256": file_sha256(path)}
            for role, path in sorted((inputs or {}).items())
            if Path(path).is_file()
        }
        text = json.dumps(facts, ensure_ascii=False, indent=2)
        (aside / "balance.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        (aside / "balance.html").write_text(balance_html(made), encoding="utf-8", newline="\n")
    return {name: folder / name for name in FILES}


def balance_facts(made: Exchange) -> dict[str, Any]:
    """Return the figures of an exchange, as they stand in `balance.json`."""
    balance = made.balance
    return {
        "name": made.brief.name,
        "measure": made.brief.measure,
        "weights": {"ours": made.brief.weights[0], "theirs": made.brief.weights[1]},
        "tolerance": balance.tolerance,
        "ours": round(balance.ours, 6),
        "theirs": round(balance.theirs, 6),
        "difference": round(balance.difference, 6),
        "difference_share": round(balance.share, 6),
        "interval": [round(balance.low, 6), round(balance.high, 6)],
        "cost_of_balance": round(balance.cost, 6),
        "proven_optimum": balance.proven,
        "offers": {"ours": made.ours.offer_id, "theirs": made.theirs.offer_id},
    }


def balance_html(made: Exchange) -> str:
    """Return the page of the balance; everything from outside is escaped, and nothing is fetched."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("recommender.offers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    balance = made.balance
    scale = 100.0 if made.brief.measure == "appeal" else 1.0
    reach = max(abs(balance.low), abs(balance.high), balance.tolerance * balance.ours, 1e-9) * 1.1
    allowed = balance.tolerance * (balance.ours + balance.theirs) / 2
    return environment.get_template("balance.html").render(
        made=made,
        balance=balance,
        scale=scale,
        unit="points of appeal" if made.brief.measure == "appeal" else f"{made.brief.ours.budget.currency} of value",
        sides=[
            _side("We give", made.ours, made.brief.weights[0]),
            _side("They give", made.theirs, made.brief.weights[1]),
        ],
        place={
            name: 50 + 50 * value / reach
            for name, value in (
                ("low", balance.low),
                ("high", balance.high),
                ("at", balance.difference),
                ("from", -allowed),
                ("to", allowed),
            )
        },
    )


def _side(name: str, offer: Offer, weight: float) -> dict[str, Any]:
    assert offer.choice is not None
    solution = offer.choice.solution
    frame = offer.frame.head(_TOP)
    return {
        "name": name,
        "offer": offer,
        "market": market_name(offer.brief.market),
        "weight": weight,
        "total": float(solution.problem.value[solution.chosen].sum()),
        "interval": solution.interval,
        "titles": [
            (titled(title, year), 100 * appeal, clean(", ".join(genres), 60))
            for title, year, appeal, genres in zip(
                frame["title"], frame["year"], frame["appeal"], frame["genres"], strict=True
            )
        ],
    }


def _refuse_strangers(folder: Path) -> None:
    """Refuse to replace an offer's folder in which a person keeps something."""
    if not folder.is_dir():
        return
    strange = sorted(entry.name for entry in folder.iterdir() if entry.name not in OFFER_FILES)
    if strange:
        raise OutputError(
            f"{folder}: holds {', '.join(strange[:5])}, which is no part of an offer",
            hint="Move it away, or choose another folder.",
        )
