"""A policy pack: rules of a market, with the groups, facts and fields that they name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import InitErrorDetails

from recommender.errors import did_you_mean
from recommender.offers._toml import Part, Text, Texts, as_tuple, fault, raise_all
from recommender.offers.policy._condition import FITTING, Condition, FieldType, title_fields, unknown_field
from recommender.offers.policy._rule import OFFER_BASIS, Code, Rule
from recommender.schema import COUNTRIES, GENRES, KINDS, MARKETS, WORLDWIDE
from recommender.sources import canonical_genres, spelled

_MARKETS = MARKETS - {WORLDWIDE}
Key = Annotated[str, spelled("[a-z][a-z0-9_]*", "use small letters, digits and _, a letter first")]
_LANGUAGES = frozenset({"languages", "subtitles", "dubs", "synopsis_language"})


class ExtraField(Part):
    """A column that the titles table does not have, but that a catalogue may bring."""

    type: Literal["list", "text", "number", "boolean"]
    meaning: Text


class Pack(Part):
    """Rules that belong together, such as China's for the cinema.

    Attributes
    ----------
    name : str
        The name by which a brief asks for it.
    title : str
        What it is, for people.
    version : str
    about : str
        What to know of the pack as a whole.
    groups : dict of str to tuple of str
        Names for lists of codes; `@NAME` in a condition, `NAME` as a market.
    facts : dict of str to str
        Numbers that only the partner knows, each with what it means; a brief states them.
    fields : dict of str to ExtraField
        Columns beyond the titles table that conditions name.
    words : dict of str to tuple of str
        Genres beyond the program's vocabulary that a catalogue uses.
    rules : tuple of Rule
        Written `[[rule]]`.
    """

    name: Code
    title: Text
    version: Text
    about: str = ""
    groups: dict[Text, Annotated[Texts, Field(min_length=1)]] = Field(default_factory=dict)
    facts: dict[Key, Text] = Field(default_factory=dict)
    fields: dict[Key, ExtraField] = Field(default_factory=dict)
    words: dict[Literal["genres"], Texts] = Field(default_factory=dict)
    rules: Annotated[tuple[Rule, ...], BeforeValidator(as_tuple), Field(alias="rule", min_length=1)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        return raise_all(self, pack_faults(self, enumerate(self.rules)))

    def types(self) -> dict[str, FieldType]:
        """Return the fields that its conditions may name, with their types."""
        return {**{name: field.type for name, field in self.fields.items()}, **title_fields()}

    def expanded(self, words: Iterable[str]) -> list[str]:
        """Return words with each `@NAME` replaced by the group's codes."""
        return [code for word in words for code in (self.groups[word[1:]] if word.startswith("@") else (word,))]

    def markets(self, rule: Rule) -> tuple[str, ...]:
        """Return the markets in which a rule holds."""
        return self.groups.get(rule.market, (rule.market,))


def pack_faults(pack: Pack, rules: Iterable[tuple[int, Rule]]) -> Iterator[InitErrorDetails]:
    """Yield what is wrong between the rules and what the pack declares, each at its key's path."""
    vocabulary = {
        "kind": frozenset(KINDS),
        "countries": COUNTRIES,
        "genres": frozenset(GENRES) | frozenset(pack.words.get("genres", ())),
    }
    types = pack.types()
    for name in pack.fields:
        if name in title_fields():
            yield fault(("fields", name), "is a column of the titles table already; take it out", name)
    seen: dict[str, int] = {}
    for index, rule in rules:
        here = ("rule", index)
        if rule.id in seen:
            yield fault((*here, "id"), f"also the id of rule.{seen[rule.id]}; every rule has its own", rule.id)
        seen.setdefault(rule.id, index)
        if rule.market not in _MARKETS | set(pack.groups):
            guess = did_you_mean(rule.market, pack.groups) or "write an ISO 3166-1 code such as CN, or a group"
            yield fault((*here, "market"), f"unknown market {rule.market!r}; {guess}", rule.market)
        yield from _basis_faults(here, rule, pack.facts)
        if rule.condition is not None:
            for path, test in rule.condition.tests((*here, "condition")):
                yield from _test_faults(path, test, pack, types, vocabulary)


def _basis_faults(here: tuple[int | str, ...], rule: Rule, facts: Mapping[str, str]) -> Iterator[InitErrorDetails]:
    if rule.effect != "cap":
        return
    for name in ("basis", "less"):
        value = getattr(rule.parameters, name)
        allowed = [OFFER_BASIS, *facts] if name == "basis" else list(facts)
        if value and value not in allowed:
            guess = did_you_mean(value, allowed) or "declare it in [facts] with what it means"
            yield fault((*here, "parameters", name), f"unknown fact {value!r}; {guess}", value)


def _test_faults(
    path: tuple[int | str, ...],
    test: Condition,
    pack: Pack,
    types: Mapping[str, FieldType],
    vocabulary: Mapping[str, frozenset[str]],
) -> Iterator[InitErrorDetails]:
    name = str(test.field)
    if name not in types:
        yield fault((*path, "field"), unknown_field(name, types), name)
        return
    for question, asked in test.asked().items():
        if question not in FITTING[types[name]]:
            fitting = ", ".join(sorted(FITTING[types[name]]))
            yield fault((*path, question), f"cannot be asked of {name} ({types[name]}); it takes {fitting}", asked)
        elif question in {"any_of", "all_of"}:
            for index, word in enumerate(asked):
                problem = _word_fault(name, word, pack.groups, vocabulary.get(name))
                if problem:
                    yield fault((*path, question, index), problem, word)


def _word_fault(name: str, word: str, groups: Mapping[str, object], known: frozenset[str] | None) -> str:
    if word.startswith("@"):
        guess = did_you_mean(word[1:], groups) or "declare it in [groups]"
        return "" if word[1:] in groups else f"unknown group {word!r}; {guess}"
    if name in _LANGUAGES:
        return "" if _is_language(word) else f"matches nothing: {word!r} is no language (BCP 47: ru, zh-Hans)"
    if known is None or word in known or (name == "genres" and set(canonical_genres([word])) <= known):
        return ""
    guess = did_you_mean(word, known) or f"no title has such {name}"
    more = '; or add it to words.genres = ["..."]' if name == "genres" else ""
    return f"matches nothing: {word!r} is not in the vocabulary; {guess}{more}"


def _is_language(tag: str) -> bool:
    import pycountry

    base = tag.partition("-")[0]
    languages = pycountry.languages
    return (languages.get(alpha_2=base) if len(base) == 2 else languages.get(alpha_3=base)) is not None
