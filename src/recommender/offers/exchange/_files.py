"""The files of an exchange: both offers' folders, and the page and the figures of the balance."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recommender.offers._constraints import percent_above
from recommender.offers._files import check_offer_folder, write_offer
from recommender.offers._html import render
from recommender.offers._language import Words, check_language, language_for, words_in
from recommender.offers._offer import Offer
from recommender.offers._words import clean, market_name, rows_of, titled
from recommender.offers.exchange._exchange import Exchange
from recommender.sources import atomic_directory, file_sha256

FILES = ("ours", "theirs", "balance.html", "balance.json")
_TOP = 15


def write_exchange(
    made: Exchange,
    directory: str | Path,
    *,
    inputs: Mapping[str, str | Path] | None = None,
    language: str | None = None,
) -> dict[str, Path]:
    """Write an exchange into a folder: two offers, and how they balance.

    Parameters
    ----------
    made : Exchange
    directory : str or Path
        An earlier exchange in it is replaced as a whole; a folder with anything else is refused.
    inputs : mapping of str to path, optional
        The files that it was made from, by role; their names and hashes go into `balance.json`.
    language : {"en", "en+ru", "en+zh"}, optional
        Of workbooks, reports and the page of the balance; where not given, that of each brief's partner, and the
        page in that of the partner who receives ours.

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
    page = check_language(language or language_for(made.brief.ours.language))
    for side, offer in (("ours", made.ours), ("theirs", made.theirs)):
        check_offer_folder(folder / side, offer.brief)
    with atomic_directory(folder, names=FILES) as aside:
        write_offer(made.ours, aside / "ours", language=language)
        write_offer(made.theirs, aside / "theirs", language=language)
        facts = balance_facts(made)
        facts["inputs"] = {
            role: {"file": Path(path).name, "sha256": file_sha256(path)}
            for role, path in sorted((inputs or {}).items())
            if Path(path).is_file()
        }
        text = json.dumps(facts, ensure_ascii=False, indent=2)
        (aside / "balance.json").write_text(text + "\n", encoding="utf-8", newline="\n")
        (aside / "balance.html").write_text(balance_html(made, page), encoding="utf-8", newline="\n")
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
        "proven_optimum": balance.gap == 0,
        "gap": float(f"{balance.gap:.3g}"),
        "offers": {"ours": made.ours.offer_id, "theirs": made.theirs.offer_id},
    }


def balance_html(made: Exchange, language: str = "en") -> str:
    """Return the page of the balance; everything from outside is escaped, and nothing is fetched."""
    words = words_in(language)
    balance, weights = made.balance, made.brief.weights
    appeal = made.brief.measure == "appeal"
    scale, unit = (100.0, "points of appeal") if appeal else (1.0, f"{made.brief.ours.budget.currency} of value")
    reach = max(abs(balance.low), abs(balance.high), balance.tolerance * balance.ours, 1e-9) * 1.1
    allowed = balance.tolerance * (balance.ours + balance.theirs) / 2
    places = {"low": balance.low, "high": balance.high, "at": balance.difference, "from": -allowed, "to": allowed}
    signed = {"by": balance.difference, "low": balance.low, "high": balance.high}
    return render(
        "balance.html",
        words,
        made=made,
        balance=balance,
        scale=scale,
        number="{:,}".format,
        percent_above=percent_above,
        receives=_receives(made, words, unit),
        given={
            "n": f"{scale * balance.ours:,.1f}",
            "total": f"{scale * balance.theirs:,.1f}",
            "unit": unit,
            "share": f"{100 * balance.share:+.1f}%",
        }
        | {name: f"{scale * value:+,.1f}" for name, value in signed.items()},
        sides=[
            _side("balance.we_give", made.ours, weights[0], words),
            _side("balance.they_give", made.theirs, weights[1], words),
        ],
        place={name: 50 + 50 * value / reach for name, value in places.items()},
    )


def _receives(made: Exchange, words: Words, unit: str) -> str:
    """Return which market receives what, in one line a language."""
    more = {"share": f"{made.balance.tolerance:.1%}", "unit": unit}
    markets = (made.ours.brief.market, made.theirs.brief.market)

    def named(language: str) -> dict[str, str]:
        return dict(zip(("market", "other"), (market_name(market, language) for market in markets), strict=True))

    english = words.english("balance.receives", **named("en"), **more)
    if words.other is None:
        return english
    return f"{english}\n{words.second('balance.receives', **named(words.other), **more)}"


def _side(name: str, offer: Offer, weight: float, words: Words) -> dict[str, Any]:
    assert offer.choice is not None
    solution = offer.choice.solution
    market = market_name(offer.brief.market)
    return {
        "name": name,
        "offer": offer,
        "market": f"{market}\n{market_name(offer.brief.market, words.other)}" if words.other else market,
        "weight": weight,
        "total": float(solution.problem.value[solution.chosen].sum()),
        "interval": solution.interval,
        "titles": [
            (titled(row.title, row.year), 100 * row.appeal, clean(", ".join(row.genres), 60))
            for row in rows_of(offer.frame.head(_TOP))
        ],
    }
