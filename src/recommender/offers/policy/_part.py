"""The brief's part `[policy]`: which packs, what the partner has said, and who has overruled what."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import InitErrorDetails

from recommender.errors import ConfigError, did_you_mean
from recommender.offers._toml import Part, Text, Texts, as_tuple, fault, raise_all
from recommender.offers.policy._policy import Policy, load_policy, shipped_packs, unknown_pack

ALL_TITLES = "all"


class Override(Part):
    """A person's word against a rule.

    Attributes
    ----------
    rule : str
        The rule's id.
    title_id : str
        The title, or `all`.
    person : str
        Who answers for it.
    reason : str
        Why the rule does not stand.
    """

    rule: Text
    title_id: Text
    person: Text
    reason: Text


class PolicyPart(Part):
    """What a brief says of the market's rules.

    Attributes
    ----------
    packs : tuple of str
        Names of shipped packs, or paths of TOML files. Empty: the rules are not checked.
    on : date, optional
        The day on which the rules are read; the scores' `as_of` where it is not given.
    facts : dict of str to float
        Numbers that only the partner knows, by the names that the packs declare.
    overrides : tuple of Override
        Written `[[policy.override]]`.
    """

    packs: Texts = ()
    on: date | None = None
    facts: dict[Text, Annotated[float, Field(ge=0, allow_inf_nan=False)]] = Field(default_factory=dict)
    overrides: Annotated[tuple[Override, ...], BeforeValidator(as_tuple), Field(alias="override")] = ()

    model_config = Part.model_config | {"validate_by_name": True, "validate_by_alias": True}

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        return raise_all(self, self._faults())

    def _faults(self) -> Iterator[InitErrorDetails]:
        if not self.packs:
            for name, given in (("facts", self.facts), ("override", self.overrides)):
                if given:
                    yield fault((name,), 'no packs are named to go with it; add packs = ["..."]')
            return
        named = [pack for pack in self.packs if pack in shipped_packs()]
        for index, pack in enumerate(self.packs):
            if pack not in named and "." not in pack and "/" not in pack and "\\" not in pack:
                yield fault(("packs", index), f"no policy pack is called {pack!r}; {unknown_pack(pack)}", pack)
                return
        if len(named) == len(self.packs):
            yield from self.unmatched(load_policy(named))

    def unmatched(self, policy: Policy) -> Iterator[InitErrorDetails]:
        """Yield the overrides and facts that name what the packs do not have."""
        for index, override in enumerate(self.overrides):
            if override.rule not in policy.ids():
                guess = did_you_mean(override.rule, policy.ids()) or "`recommender policy show PACK` lists the rules"
                text = f"no pack of this brief has the rule {override.rule!r}; {guess}"
                yield fault(("override", index, "rule"), text, override.rule)
        facts = policy.facts()
        for name in self.facts:
            if name not in facts:
                guess = did_you_mean(name, facts) or f"the packs ask for {', '.join(facts) or 'none'}"
                yield fault(("facts", name), f"no pack of this brief asks for it; {guess}", name)

    def fitted(self, policy: Policy) -> PolicyPart:
        """Return the part without the overrides and facts that a changed policy does not have any more."""
        ids, facts = policy.ids(), policy.facts()
        return self.model_copy(
            update={
                "overrides": tuple(item for item in self.overrides if item.rule in ids),
                "facts": {name: value for name, value in self.facts.items() if name in facts},
            }
        )

    def check(self, policy: Policy) -> None:
        """Refuse overrides and facts that name what the packs do not have.

        Raises
        ------
        ConfigError
            Every fault, one a line.
        """
        found = [
            f"  policy.{'.'.join(map(str, item.get('loc', ())))}: {_text(item)}" for item in self.unmatched(policy)
        ]
        if found:
            raise ConfigError(
                "the brief's [policy] does not fit its packs:\n" + "\n".join(found),
                hint="Correct the names; `recommender policy show PACK` lists the rules and facts.",
            )


def _text(item: InitErrorDetails) -> str:
    kind = item["type"]
    context = getattr(kind, "context", None) or {}
    return str(context.get("text", ""))
