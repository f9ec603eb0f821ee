"""The commands `recommender policy list`, `show`, `check` and `replay`."""

from __future__ import annotations

from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated

import typer

from recommender.cli._console import output
from recommender.cli._options import check_day
from recommender.errors import CallError, counted, visible

if TYPE_CHECKING:
    from datetime import date

    from recommender.offers import RuleChange
    from recommender.offers.policy import Pack, Policy, Rule

__all__ = ["app"]

_SHOWN = 30
_HEAD = 15  # columns that the heads of a rule's facts take

app = typer.Typer(
    help="List, show, check and replay policy packs: a market's rules as data, to be verified.", no_args_is_help=True
)
_Pack = Annotated[str, typer.Argument(help="Path of a policy pack (TOML), or the name of a shipped one.")]
_AsOf = Annotated[
    str | None, typer.Option("--as-of", help="The day on which the rules are read; today where not given.")
]


@app.command("list")
def list_packs() -> None:
    """List the policy packs that come with the program.

    Example:

        recommender policy list
    """
    from recommender.offers.policy import load_policy, shipped_packs

    for name in shipped_packs():
        [pack] = load_policy(name).packs
        markets = sorted({rule.market for rule in pack.rules})
        open_ = sum(not rule.verified for rule in pack.rules)
        typer.echo(
            f"{name:<18} {', '.join(markets):<4} {counted(len(pack.rules), 'rule'):>9}, {open_} to be verified  "
            f"{pack.title}, version {pack.version}"
        )


@app.command()
def show(pack: _Pack, as_of: _AsOf = None) -> None:
    """Show a pack's rules: effect, condition, message, source, and how far each can be trusted.

    Example:

        recommender policy show china-online
    """
    from recommender.offers.policy import load_policy

    day = _day(as_of)
    for found in load_policy(pack).packs:
        _show_pack(found, day)


@app.command()
def check(
    pack: _Pack,
    titles: Annotated[
        Path | None, typer.Option("--titles", help="A titles table: name the rules that match nothing in it.")
    ] = None,
    as_of: _AsOf = None,
    strict: Annotated[bool, typer.Option("--strict", help="End with status 1 on warnings too.")] = False,
) -> None:
    """Check a policy pack: every fault is printed with the path of its key.

    Warnings tell of rules that are expired, not yet in force or not checked for a year, and, with --titles, of rules
    that match nothing there.

    Example:

        recommender policy check my-rules.toml --titles catalogue.xlsx
    """
    from recommender.offers.policy import load_policy, policy_notices

    day = _day(as_of)
    policy = load_policy(pack)
    markets = sorted({market for found, rule in policy.rules() for market in found.markets(rule)})
    notices = {
        (notice.code, notice.rule): notice.text
        for market in markets
        for notice in policy_notices(policy, market=market, media=["all"], on=day)
        if notice.code in {"expired", "not-yet-in-force", "stale", "never-checked"}
    }
    warnings = list(notices.values())
    if titles is not None:
        warnings += _unmatched(policy, titles)
    for text in warnings:
        typer.echo(f"warning: {visible(text, length=300)}")
    rules = counted(len(policy.ids()), "rule")
    typer.echo(f"{pack}: no faults, {counted(len(warnings), 'warning')} ({rules})")
    if strict and warnings:
        raise typer.Exit(1)


@app.command()
def replay(
    offer: Annotated[Path, typer.Option("--offer", help="Folder of an offer, as `recommender offer` wrote it.")],
    rule: Annotated[str, typer.Option("--rule", help="Id of the rule that changes.")],
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="KEY=VALUE of the rule, VALUE as in TOML: effect=warn, share=0.25."),
    ] = None,
    without: Annotated[bool, typer.Option("--without", help="Leave the rule out.")] = False,
) -> None:
    """Say what changes in an offer if a rule changes: what is blocked or freed, and what the offer would then be.

    The offer is chosen again from what its folder holds: the catalogue, the scores, the rights and the packs as they
    were. Nothing is written.

    Example:

        recommender policy replay --offer offers/china --rule cn-cinema-all-ages --set at_least=16
    """
    from recommender.cli.diff import print_changes
    from recommender.offers import load_offer
    from recommender.offers import replay as replayed
    from recommender.offers.policy import with_rule, without_rule

    changes = _settings(settings or [])
    if without == bool(changes):
        raise CallError("say what changes", hint="Give --set KEY=VALUE, or --without.")

    def change(policy: Policy) -> Policy:
        return without_rule(policy, rule) if without else with_rule(policy, rule, changes)

    found = replayed(load_offer(offer), rule, change)
    _print_rule(found.said)
    typer.echo("\nchosen again:")
    print_changes(found.changes)


def _day(as_of: str | None) -> date:
    from datetime import date

    day = check_day(as_of)
    return date.today() if day is None else date.fromisoformat(day)


def _show_pack(pack: Pack, day: date) -> None:
    from rich.text import Text

    console = output()
    console.print(Text(f"{pack.name}: {pack.title}, version {pack.version}", style="bold"))
    if pack.about:
        console.print(Text(" ".join(pack.about.split())))  # the terminal breaks its lines, not the file
    for name, meaning in pack.facts.items():
        console.print(Text(f"fact {name}: ", style="dim"), Text(meaning), sep="")
    for rule in pack.rules:
        state = rule.state(day)
        console.print()
        console.print(Text(rule.id, style="bold"), Text(f"  {rule.effect}, {rule.level}, market {rule.market}"), sep="")
        for head, value in _rule_facts(rule):
            # A web address stays whole, whatever the width.
            lines = wrap(value, max(console.width - _HEAD, 20), break_long_words=False, break_on_hyphens=False)
            told = f"\n{'':<{_HEAD}}".join(lines)
            console.print(Text(f"  {head:<{_HEAD - 2}}", style="dim"), Text(told), sep="", soft_wrap=True)
        if state != "in force":
            console.print(Text(f"  {state} on {day}", style="yellow"))


def _rule_facts(rule: Rule) -> list[tuple[str, str]]:
    numbers = rule.parameters.model_dump(exclude_unset=True)
    valid = " to ".join(str(day) if day else "open" for day in (rule.valid_from, rule.valid_to))
    facts = [
        ("kinds", ", ".join(rule.applies_to.kind) or "every kind"),
        ("media", ", ".join(rule.applies_to.media) or "every medium"),
        ("hit where", rule.condition.in_words() if rule.condition is not None else "always"),
        ("numbers", ", ".join(f"{name} {value}" for name, value in numbers.items())),
        ("reason code", rule.reason_code),
        ("message", rule.message),
        ("source", " ".join(filter(None, (rule.source, rule.source_url)))),
        ("valid", "" if rule.valid_from is None and rule.valid_to is None else valid),
        (
            "trust",
            f"{rule.confidence} confidence, {'verified' if rule.verified else 'to be verified'}, "
            f"{f'checked on {rule.last_checked}' if rule.last_checked else 'never checked'}",
        ),
    ]
    return [(head, value) for head, value in facts if value]


def _unmatched(policy: Policy, path: Path) -> list[str]:
    from recommender.offers.policy import rule_matches
    from recommender.sources import read_titles

    texts = []
    for found in rule_matches(read_titles(path), policy):
        if not found.hits:
            titles = f"{counted(found.concerned, 'title')} it is about" if found.concerned else "no title of its kinds"
            more = f"; of {found.unknown:,} nothing is known" if found.unknown else ""
            texts.append(f"{found.rule} matches nothing in {path.name} ({titles}{more})")
    return texts


def _settings(words: list[str]) -> dict[str, str]:
    pairs = [word.partition("=") for word in words]
    for word, (key, sign, _) in zip(words, pairs, strict=True):
        if not key or not sign:
            raise CallError(f"--set {visible(word)} is no KEY=VALUE", hint="Write it like --set effect=warn.")
    return {key.strip(): value.strip() for key, _, value in pairs}


def _what_changed(before: str, after: str) -> str:
    """Return what the rules say newly of a title, and what they no longer say."""
    was, now = _sayings(before), _sayings(after)
    gone = [f"no longer {saying}" for saying in was if saying not in now]
    return "; ".join([saying for saying in now if saying not in was] + gone) or after


def _sayings(text: str) -> list[str]:
    """Return each code with its status, of a text like ``blocked: a, b; unknown: c``."""
    parts = [part.partition(": ") for part in text.split("; ")]
    return [f"{status}: {code}" if code else status for status, _, codes in parts for code in codes.split(", ")]


def _print_rule(found: RuleChange) -> None:
    frame = found.changed
    counts = ", ".join(f"{found.count(change)} {change}" for change in ("newly blocked", "freed"))
    typer.echo(f"{found.rule}: {counts}, {found.count('otherwise')} with another status")
    for row in frame.sort_values("offered", ascending=False, kind="stable").head(_SHOWN).to_dict("records"):
        mark = "in the offer" if row["offered"] else "not in the offer"
        typer.echo(f"  {row['change']}: {visible(row['title'])} [{visible(row['title_id'])}], {mark}")
        typer.echo(f"    {_what_changed(row['before'], row['after'])}")
    if len(frame) > _SHOWN:
        typer.echo(f"  ... and {len(frame) - _SHOWN:,} more")
    for text in found.caps:
        typer.echo(f"  cap {text}")
