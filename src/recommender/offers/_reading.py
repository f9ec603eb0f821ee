"""What the workbook and the report both say of an offer: its key figures, and how to read the scores."""

from __future__ import annotations

from recommender.offers._offer import Offer

HOW_TO_READ = [
    "Appeal runs from 0 to 100: it is the percentile at which a title is expected among the "
    "foreign titles of the "
    "market, so 80 means better than 80 of 100 of them.",
    "Low and High bound the interval in which the outcome is likely to fall; where it is wide, "
    "little is known and "
    "people should look closely.",
    "Evidence says how much the score rests on: thin means few facts about the title, or few earlier titles like it.",
    "Comparables are earlier titles that resemble it, with what they did in this market; the "
    "reasons say what moved "
    "the model, not what causes success.",
    "A score is no probability, no forecast of money and no permission: rights, the market's "
    "rules and materials are "
    "not part of it.",
]


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


def key_figures(offer: Offer) -> list[tuple[str, str]]:
    """Return six figures and what each says."""
    frame, eligible = offer.frame, offer.eligible
    width = (frame["high"] - frame["low"]).median()
    strong = (frame["evidence"] == "strong").mean()
    return [
        (f"{len(frame):,}", f"titles offered of {offer.brief.size:,} asked"),
        (f"{len(eligible):,}", f"eligible of {offer.counts['titles']:,} in the catalogue"),
        (
            f"{100 * frame['appeal'].mean():.0f}",
            f"mean appeal; {100 * eligible['appeal'].mean():.0f} among eligible",
        ),
        (f"±{50 * width:.0f}" if width == width else "-", "half the usual width of an interval"),  # noqa: PLR0124
        (f"{strong:.0%}", "rest on strong evidence"),
        (f"{len(offer.shortfalls):,}", "demands of the brief not fulfilled"),
    ]
