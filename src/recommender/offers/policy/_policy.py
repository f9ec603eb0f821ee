"""The policy: the packs that are used together, loaded from the package or from files."""

from __future__ import annotations

import hashlib
import json
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from recommender.errors import CallError, ConfigError, did_you_mean, visible
from recommender.offers._toml import fault_lines, read_text
from recommender.offers.policy._condition import FieldType
from recommender.offers.policy._pack import Pack, pack_faults
from recommender.offers.policy._rule import Rule
from recommender.sources import parse_toml


@dataclass(frozen=True)
class Policy:
    """Packs that are used together.

    Attributes
    ----------
    packs : tuple of Pack
        In the order in which they were named.

    Examples
    --------
    >>> policy = load_policy(["china-online"])
    >>> policy.rule("cn-online-share").effect
    'cap'
    """

    packs: tuple[Pack, ...]

    def rules(self) -> Iterator[tuple[Pack, Rule]]:
        """Yield every rule with its pack, in order."""
        for pack in self.packs:
            for rule in pack.rules:
                yield pack, rule

    def ids(self) -> list[str]:
        """Return the ids of all rules."""
        return [rule.id for _, rule in self.rules()]

    def rule(self, rule_id: str) -> Rule:
        """Return a rule by its id.

        Raises
        ------
        CallError
            No pack has it.
        """
        found = next((rule for _, rule in self.rules() if rule.id == rule_id), None)
        if found is None:
            raise CallError(
                f"no rule is called {visible(rule_id)}",
                hint=did_you_mean(rule_id, self.ids()) or f"Rules: {', '.join(self.ids()) or 'none'}.",
            )
        return found

    def facts(self) -> dict[str, str]:
        """Return the facts that a brief may state, each with what it means."""
        return {name: meaning for pack in self.packs for name, meaning in pack.facts.items()}

    def types(self) -> dict[str, FieldType]:
        """Return the fields that conditions may name, with their types."""
        return {name: kind for pack in self.packs for name, kind in pack.types().items()}

    def named(self) -> list[str]:
        """Return each pack's name and version, such as `china-online 2026.1`."""
        return [f"{pack.name} {pack.version}" for pack in self.packs]

    def content(self) -> list[dict[str, Any]]:
        """Return what the packs say, as JSON can hold it; `policy_of` takes it back."""
        return [pack.model_dump(mode="json", by_alias=True, exclude_unset=True) for pack in self.packs]

    def digest(self) -> str:
        """Return the SHA-256 of what the packs say, as hexadecimal digits."""
        text = json.dumps(self.content(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()


def policy_of(content: list[dict[str, Any]]) -> Policy:
    """Return the policy whose `content` this is.

    Raises
    ------
    pydantic.ValidationError
        It is damaged.

    Examples
    --------
    >>> policy = load_policy("china-online")
    >>> policy_of(policy.content()).digest() == policy.digest()
    True
    """
    # JSON has no dates: they are taken as they are written.
    return Policy(tuple(Pack.model_validate(pack, strict=False) for pack in content))


@cache
def shipped_packs() -> dict[str, str]:
    """Return the packs that come with the program, by name, each with its TOML text.

    Examples
    --------
    >>> sorted(shipped_packs())
    ['china-cinema', 'china-formats', 'china-online', 'china-television', 'eu', 'russia']
    """
    folder = resources.files("recommender.offers.policy") / "packs"
    found = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".toml")), key=lambda e: e.name)
    return {entry.name.removesuffix(".toml"): entry.read_text("utf-8") for entry in found}


def load_policy(names_or_paths: Sequence[str | Path] | str | Path) -> Policy:
    """Load policy packs from TOML files, or those that come with the program by name.

    Parameters
    ----------
    names_or_paths : str, Path or sequence of them
        A path (it ends with `.toml`, has a folder in it, or exists) or a name such as `china-cinema`.

    Returns
    -------
    Policy

    Raises
    ------
    CallError
        No pack is called so.
    ConfigError
        A file cannot be read, keys or values are wrong, or two rules have the same id.
    """
    names = [names_or_paths] if isinstance(names_or_paths, str | Path) else list(names_or_paths)
    packs = tuple(_load(name) for name in dict.fromkeys(map(str, names)))
    homes: dict[str, str] = {}
    for pack in packs:
        for rule in pack.rules:
            if rule.id in homes:
                raise ConfigError(
                    f"the rule {rule.id} stands in the packs {homes[rule.id]} and {pack.name}",
                    hint="Give every rule its own id, or leave one of the packs out.",
                )
            homes[rule.id] = pack.name
    return Policy(packs)


def _load(name: str) -> Pack:
    path = Path(name)
    if path.suffix.lower() == ".toml" or path.exists() or path.name != name:
        text = read_text(path, "policy pack", "Check the path; `recommender policy list` names the shipped packs.")
        return parse_pack(text, source=name)
    return _shipped(name)


@cache
def _shipped(name: str) -> Pack:
    packs = shipped_packs()
    if name not in packs:
        raise CallError(f"no policy pack is called {visible(name)}", hint=unknown_pack(name))
    return parse_pack(packs[name], source=f"{name}.toml")


def unknown_pack(name: str) -> str:
    """Return which packs there are, the nearest first."""
    guess = did_you_mean(name, shipped_packs())
    return (
        f"{guess + ' ' if guess else ''}Shipped packs: {', '.join(shipped_packs())}; or give the path of a TOML file."
    )


def parse_pack(text: str, *, source: str = "pack") -> Pack:
    """Check the TOML text of a policy pack.

    Parameters
    ----------
    text : str
        TOML.
    source : str
        What to call it in errors.

    Raises
    ------
    ConfigError
        Every fault, one a line, with the path of its key and what to do.
    """
    return check_pack(parse_toml(text, source=source, hint="Mend the line; docs/policy.md shows a pack."), source)


def check_pack(tree: dict[str, Any], source: str) -> Pack:
    """Return the pack of a TOML tree, or raise a ConfigError with every fault of it."""
    try:
        return Pack.model_validate(tree)
    except ValidationError as error:
        faults = dict.fromkeys(fault_lines(error, Pack))
        faults.update(dict.fromkeys(_hidden(tree)))
    except RecursionError as error:
        raise ConfigError(f"{source}: a condition is nested too deeply", hint="Write it flatter.") from error
    count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
    lines = "\n".join(f"  {source}: {line}" for line in faults)
    raise ConfigError(
        f"the policy pack {source} has {count}:\n{lines}",
        hint=f"`recommender policy check {shlex.quote(source)}` checks it again; docs/policy.md explains every key.",
    )


def _hidden(tree: dict[str, Any]) -> Iterator[str]:
    """Yield the faults between sound rules and the pack, which pydantic does not reach while others are unsound."""
    raw = tree.get("rule")
    sound: list[tuple[int, Rule]] = []
    for index, item in enumerate(raw if isinstance(raw, list) else []):
        try:
            sound.append((index, Rule.model_validate(item)))
        except ValidationError:
            continue
    declared: dict[str, Any] = {}
    for name in ("groups", "facts", "fields", "words"):
        part = {"name": "x", "title": "x", "version": "x", "rule": [_ANY_RULE], name: tree.get(name, {})}
        try:
            declared[name] = getattr(Pack.model_validate(part), name)
        except ValidationError:
            return
    pack = Pack.model_construct(name="x", title="x", version="x", rules=(), **declared)
    found = list(pack_faults(pack, sound))
    if found:
        yield from fault_lines(ValidationError.from_exception_data("Pack", found), Pack)


_ANY_RULE = {
    "id": "x",
    "market": "CN",
    "level": "title",
    "effect": "warn",
    "reason_code": "x",
    "message": "x",
    "source": "x",
    "confidence": "low",
}
