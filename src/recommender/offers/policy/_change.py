"""A policy with one rule changed: what a replay asks about."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from recommender.errors import CallError, did_you_mean, visible
from recommender.offers.policy._condition import ASKED
from recommender.offers.policy._pack import Pack
from recommender.offers.policy._policy import Policy, check_pack
from recommender.offers.policy._rule import Parameters, Rule


def without_rule(policy: Policy, rule_id: str) -> Policy:
    """Return the policy without a rule; a pack that had only this one falls away.

    Raises
    ------
    CallError
        No pack has the rule.

    Examples
    --------
    >>> from recommender.offers.policy import load_policy
    >>> "cn-online-share" in without_rule(load_policy("china-online"), "cn-online-share").ids()
    False
    """
    policy.rule(rule_id)
    packs = []
    for pack in policy.packs:
        kept = tuple(rule for rule in pack.rules if rule.id != rule_id)
        if kept:
            packs.append(pack if len(kept) == len(pack.rules) else pack.model_copy(update={"rules": kept}))
    return Policy(tuple(packs))


def with_rule(policy: Policy, rule_id: str, settings: Mapping[str, str]) -> Policy:
    """Return the policy with keys of a rule set to other values.

    Parameters
    ----------
    policy : Policy
    rule_id : str
    settings : mapping of str to str
        From a key's path to a TOML value: `effect` to `warn`, `parameters.share` to `0.25`,
        `condition.any.0.any_of` to `["Horror"]`. A name of a parameter or of a question may stand alone.

    Raises
    ------
    CallError
        No pack has the rule, or the rule has no such key.
    ConfigError
        The rule is not sound with these values.

    Examples
    --------
    >>> from recommender.offers.policy import load_policy
    >>> policy = load_policy("china-online")
    >>> with_rule(policy, "cn-online-share", {"share": "0.25"}).rule("cn-online-share").parameters.share
    0.25
    """
    policy.rule(rule_id)
    packs = []
    for pack in policy.packs:
        if any(rule.id == rule_id for rule in pack.rules):
            packs.append(_changed(pack, rule_id, settings))
        else:
            packs.append(pack)
    return Policy(tuple(packs))


def _changed(pack: Pack, rule_id: str, settings: Mapping[str, str]) -> Pack:
    tree = pack.model_dump(mode="python", by_alias=True, exclude_unset=True)
    rule = next(item for item in tree["rule"] if item["id"] == rule_id)
    for key, value in settings.items():
        _set(rule, _path(key, rule), _value(value), key)
    return check_pack(tree, f"{pack.name} with {rule_id} changed")


def _path(key: str, rule: Mapping[str, Any]) -> list[str]:
    steps = key.split(".")
    if steps[0] in Rule.model_fields:
        return steps
    if steps[0] in Parameters.model_fields:
        return ["parameters", *steps]
    if len(steps) == 1 and key in ASKED and "field" in (rule.get("condition") or {}):
        return ["condition", key]
    known = [*Rule.model_fields, *(f"parameters.{name}" for name in Parameters.model_fields)]
    raise CallError(
        f"a rule has no key {visible(key)}", hint=did_you_mean(key, known) or f"Keys: {', '.join(known)}, condition...."
    )


def _set(tree: Any, steps: list[str], value: object, key: str) -> None:
    for place, step in enumerate(steps):
        last = place == len(steps) - 1
        if isinstance(tree, dict):
            if last:
                tree[step] = value
                return
            if isinstance(tree.get(step), tuple):
                tree[step] = list(tree[step])
            tree = tree.setdefault(step, {})
        elif isinstance(tree, list) and step.isdigit() and int(step) < len(tree):
            if last:
                tree[int(step)] = value
                return
            tree = tree[int(step)]
        else:
            raise CallError(
                f"--set {visible(key)}: there is no {visible('.'.join(steps[: place + 1]))} in this rule",
                hint="`recommender policy show PACK` prints the rule as it stands.",
            )


def _value(text: str) -> object:
    """Return a value as TOML reads it; a bare word is a text."""
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
