"""What the workbook and the report both say of an offer: its key figures, and how to read the scores."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from recommender.errors import counted
from recommender.offers._language import Words
from recommender.offers._offer import Offer

_OF_MANY = {"needs review": "need review"}
_READING = ("appeal", "interval", "evidence", "comparables", "limits")


def what_was_checked(offer: Offer) -> str:
    """Return in sentences which of rights, rules and materials somebody has looked at."""
    rights, policy, materials = offer.checks.rights, offer.checks.policy, offer.checks.materials
    said = [
        "Rights: not checked." if rights is None else f"Rights: checked, {rights.request.in_words}.",
        "The market's rules: not checked."
        if policy is None
        else f"The market's rules: read as data, to be verified ({', '.join(policy.policy.named())}).",
        "Materials: not checked." if materials is None else "Materials: checked.",
    ]
    return " ".join(said)


def check_lines(offer: Offer) -> list[str]:
    """Return in one line each what was found of rights, rules and materials, with counts."""
    counts, frame = offer.counts, offer.frame
    found = []
    if offer.checks.rights is not None:
        status = frame["rights"].str.partition(":")[0].str.partition(";")[0].str.partition(",")[0]
        found.append(f"rights: {_counted(status)}; {_left(counts, 'rights-')} left out")
    if offer.checks.policy is not None:
        statuses = offer.checks.policy.statuses(frame["title_id"])
        said = ", ".join(counted(count, status, _OF_MANY.get(status, status)) for status, count in statuses.items())
        found.append(f"the market's rules, to be verified: {said}; {_left(counts, 'policy-')} left out")
    if offer.checks.materials is not None:
        status = frame["materials"].str.partition(":")[0].str.partition(";")[0]
        found.append(f"materials: {_counted(status)}; {_left(counts, 'materials-')} left out")
    return found


def _counted(status: pd.Series) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in status.value_counts().items())


def _left(counts: Mapping[str, int], group: str) -> str:
    return f"{sum(count for code, count in counts.items() if code.startswith(group)):,}"


def how_to_read(words: Words) -> list[str]:
    """Return what the scores mean, and what they do not, sentence by sentence."""
    return [words.both(f"reading.{key}") for key in _READING]


def key_figures(offer: Offer, words: Words) -> list[tuple[str, str]]:
    """Return six figures and what each says."""
    frame, eligible = offer.frame, offer.eligible
    width = (frame["high"] - frame["low"]).median()
    strong = (frame["evidence"] == "strong").mean()
    figures: list[tuple[str, str, dict[str, str]]] = [
        (f"{len(frame):,}", "offered_one" if len(frame) == 1 else "offered", {"size": f"{offer.brief.size:,}"}),
        (f"{len(eligible):,}", "eligible", {"titles": f"{offer.counts['titles']:,}"}),
        (f"{100 * frame['appeal'].mean():.0f}", "appeal", {"mean": f"{100 * eligible['appeal'].mean():.0f}"}),
        (f"±{50 * width:.0f}" if width == width else "-", "interval", {}),  # noqa: PLR0124
        (f"{strong:.0%}", "strong", {}),
        (f"{len(offer.shortfalls):,}", "missed_one" if len(offer.shortfalls) == 1 else "missed", {}),
    ]
    return [(figure, words.both(f"figure.{key}", "\n", **values)) for figure, key, values in figures]


def tier_rule(offer: Offer, words: Words) -> str:
    """Return by what rule a title has its tier."""
    tiers = offer.brief.package.tiers
    if not tiers:
        return words.both("report.tiers_by_place")
    return words.both("report.tiers_by_appeal", **{name: f"{100 * start:.0f}" for name, start in tiers.items()})


def how_chosen(offer: Offer, words: Words) -> list[str]:
    """Return by what rule the titles were chosen, what is proven of it, and what they cost, sentence by sentence."""
    return [words.told(line) for line in offer.package.facts]
