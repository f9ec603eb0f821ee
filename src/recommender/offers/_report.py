"""The report: one page that needs nothing else, not even a network."""

from __future__ import annotations

from typing import Any

from recommender.offers._columns import reason_second
from recommender.offers._constraints import said
from recommender.offers._eligible import REASONS
from recommender.offers._figures import appeal_histogram, decade_bars, genre_bars
from recommender.offers._history import History
from recommender.offers._html import render
from recommender.offers._language import Words, words_in
from recommender.offers._offer import Offer
from recommender.offers._plots import histogram_plot, mix_plot
from recommender.offers._reading import how_to_read, key_figures, tier_rule, what_was_checked
from recommender.offers._rules_view import rules_view
from recommender.offers._screening import screening_rows
from recommender.offers._title_names import MARK, title_names
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


def report_html(offer: Offer, language: str = "en", history: History | None = None) -> str:
    """Return the report as one HTML document.

    Everything that comes from the catalogue is escaped, nothing in the page can run, and nothing is
    fetched: its content security policy allows inline styles only. The same offer gives the same text.
    """
    words, past = words_in(language), history or History()
    rows = [_row(row, number, words) for number, row in enumerate(rows_of(offer.frame), start=1)]
    plots = {
        "appeal": histogram_plot(appeal_histogram(offer), words),
        "genres": mix_plot(genre_bars(offer), words.both("summary.genre", " / "), words),
        "decades": mix_plot(decade_bars(offer), words.both("summary.decade", " / "), words),
    }
    market = {"market": market_name(offer.brief.market)}
    other_market = {"market": market_name(offer.brief.market, words.other)} if words.other else market
    count, headline = f"{len(rows):,}", "summary.headline_one" if len(rows) == 1 else "summary.headline"
    return render(
        "report.html",
        words,
        offer=offer,
        headline=words.english(headline, n=count, **market),
        other_headline=words.second(headline, n=count, **other_market),
        facts={name: offer.fact(name) for name in ("as_of", "model", "model_version", "encoder")},
        figures=key_figures(offer, words),
        plots=plots,
        rows=rows,
        top=rows[:_TOP],
        uncertain=_least_certain(rows),
        screening=screening_rows(offer),
        left_out=[(f"{offer.counts[code]:,}", said) for code, said in REASONS.items() if code in offer.counts],
        how_to_read=how_to_read(words),
        changes=[row for row in past.changes.to_dict("records") if row["change"] != "changed"],
        before=past.before,
        package=offer.package,
        said=said,
        tiers=tier_rule(offer, words),
        rules=rules_view(offer),
        checked=what_was_checked(offer),
    )


def _row(row: Any, number: int, words: Words) -> dict[str, Any]:
    reasons = [(good, _reason(words, said)) for good, said in map(reason_line, row.reasons)]
    title, original = clean(row.title, 120), clean(row.original_title, 120)
    names = title_names(row, words.other)
    partner = names.partner
    if partner in {title, original}:
        partner = ""
    comparables = [comparable_line(comparable, row.market) for comparable in row.comparables]
    if words.other:
        seconds = [comparable_line(comparable, row.market, words) for comparable in row.comparables]
        comparables = [
            one if one == other else f"{one}\n{other.rpartition(f', {row.market}: ')[2]}"
            for one, other in zip(comparables, seconds, strict=True)
        ]
    year = None if is_missing(row.year) else str(int(row.year))
    minutes = None if is_missing(row.runtime_min) else f"{int(row.runtime_min)} min"
    directors, genres = joined(row.directors, 100), words.told(joined(row.genres, 80), " / ")
    links = [
        (label, link)
        for label, column in (("IMDb", "imdb_id"), ("Kinopoisk", "kinopoisk_id"), ("Douban", "douban_id"))
        if (link := link_of(column, getattr(row, column)))
    ]
    return {
        "number": number,
        "tier": row.tier,
        "title": title,
        "original": original if original != title else "",
        "english": names.english,
        "partner": partner.removeprefix(MARK),
        "transliterated": partner.startswith(MARK),
        "facts": [fact for fact in (year, joined(row.countries, 60), directors, genres, minutes) if fact],
        "year": year or "",
        "genres": joined(row.genres, 60),
        "logline": clean(row.synopsis, 400),
        "appeal": 100 * row.appeal,
        "low": None if is_missing(row.low) else 100 * row.low,
        "high": None if is_missing(row.high) else 100 * row.high,
        "evidence": clean(row.evidence),
        "good": [said for good, said in reasons if good],
        "bad": [said for good, said in reasons if not good],
        "comparables": comparables,
        "links": links,
        "policy": clean(row.policy, 300),
        "rights": clean(row.rights, 300),
        "materials": clean(row.materials, 300),
    }


def _reason(words: Words, said: str) -> str:
    """Return a reason, and on a second line what it is in the second language."""
    other = reason_second(words, said)
    return said if other is None or other == said else f"{said}\n{other}"


def _least_certain(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = [row for row in rows if row["low"] is not None and row["high"] is not None]
    return sorted(known, key=lambda row: (-(row["high"] - row["low"]), row["number"]))[:_LEAST_CERTAIN]
