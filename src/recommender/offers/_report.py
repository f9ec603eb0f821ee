"""The report: one page that needs nothing else, not even a network."""

from __future__ import annotations

from typing import Any

from recommender.offers._constraints import conflict_lines, demand_lines, facts_of, said, unit_of
from recommender.offers._eligible import REASONS
from recommender.offers._figures import appeal_histogram, decade_bars, genre_bars
from recommender.offers._offer import Offer
from recommender.offers._plots import histogram_plot, mix_plot
from recommender.offers._reading import HOW_TO_READ, key_figures
from recommender.offers._words import (
    clean,
    comparable_line,
    is_missing,
    joined,
    link_of,
    market_name,
    reason_line,
    rows_of,
)

_TOP = 20
_LEAST_CERTAIN = 12


def report_html(offer: Offer) -> str:
    """Return the report as one HTML document.

    Everything that comes from the catalogue is escaped, nothing in the page can run, and nothing is
    fetched: its content security policy allows inline styles only. The same offer gives the same text.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("recommender.offers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    rows = [_row(row, number) for number, row in enumerate(rows_of(offer.frame), start=1)]
    # Only our own plots are marked as safe; matplotlib escapes the names in them.
    plots = {
        "appeal": histogram_plot(appeal_histogram(offer)),
        "genres": mix_plot(genre_bars(offer), "genre"),
        "decades": mix_plot(decade_bars(offer), "decade"),
    }
    return environment.get_template(
        "report.html"
    ).render(
        offer=offer,
        market=market_name(offer.brief.market),
        facts={name: offer.fact(name) for name in ("as_of", "model", "model_version", "encoder")},
        figures=key_figures(offer),
        plots={name: Markup(plot) for name, plot in plots.items()},  # noqa: S704
        rows=rows,
        top=rows[:_TOP],
        uncertain=_least_certain(rows),
        left_out=[(offer.counts[code], words) for code, words in REASONS.items() if code in offer.counts],
        how_to_read=HOW_TO_READ,
        package=_package(offer),
        said=said,
    )


def _package(offer: Offer) -> dict[str, Any]:
    return {
        "facts": facts_of(offer),
        "conflicts": conflict_lines(offer),
        "demands": demand_lines(offer),
        "unit": unit_of(offer)[0],
    }


def _row(row: Any, number: int) -> dict[str, Any]:
    reasons = [reason_line(reason) for reason in row.reasons]
    original = clean(row.original_title, 120)
    year = None if is_missing(row.year) else str(int(row.year))
    minutes = None if is_missing(row.runtime_min) else f"{int(row.runtime_min)} min"
    names = joined(row.directors, 100)
    links = [
        (label, link)
        for label, column in (("IMDb", "imdb_id"), ("Kinopoisk", "kinopoisk_id"), ("Douban", "douban_id"))
        if (link := link_of(column, getattr(row, column)))
    ]
    return {
        "number": number,
        "tier": row.tier,
        "title": clean(row.title, 120),
        "original": original if original != clean(row.title, 120) else "",
        "facts": [fact for fact in (year, joined(row.countries, 60), names, joined(row.genres, 80), minutes) if fact],
        "year": year or "",
        "genres": joined(row.genres, 60),
        "logline": clean(row.synopsis, 400),
        "appeal": 100 * row.appeal,
        "low": None if is_missing(row.low) else 100 * row.low,
        "high": None if is_missing(row.high) else 100 * row.high,
        "evidence": clean(row.evidence),
        "good": [words for good, words in reasons if good],
        "bad": [words for good, words in reasons if not good],
        "comparables": [comparable_line(comparable, row.market) for comparable in row.comparables],
        "links": links,
    }


def _least_certain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = [row for row in rows if row["low"] is not None and row["high"] is not None]
    return sorted(known, key=lambda row: (-(row["high"] - row["low"]), row["number"]))[:_LEAST_CERTAIN]
