"""The brief: what is asked for, as checked models."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from recommender.offers._brief_words import (
    ByGenre,
    Country,
    Decade,
    Genre,
    Kind,
    Language,
    Market,
    Name,
    Tier,
    repeated,
)
from recommender.offers._materials import APPEAL_UNIT, MaterialsPart
from recommender.offers._toml import Part, Text, Texts, as_tuple, fault, raise_all
from recommender.offers.package._demands import BudgetPart, PackagePart
from recommender.offers.policy import PolicyPart
from recommender.offers.rights import Media, RightsPart, RightsRequest, WindowPart

GROUPS = ("genre", "kind", "decade", "director", "studio", "age_mark", "tier")
"""The groups that a brief may ask shares of."""
_ONE_EACH = ("kind", "decade", "age_mark", "tier")


class Share(Part):
    """The least and the greatest part of the offer that a group may fill.

    Attributes
    ----------
    min, max : float
        Shares of the final size, 0 to 1.

    Examples
    --------
    >>> Share(min=0.15, max=0.35).counts(60)
    (9, 21)
    """

    min: Annotated[float, Field(ge=0, le=1)] = 0.0
    max: Annotated[float, Field(ge=0, le=1)] = 1.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min > self.max:
            raise PydanticCustomError(
                "share_order",
                "min ({low}) is greater than max ({high}); swap them or widen the share",
                {"low": self.min, "high": self.max},
            )
        return self

    def counts(self, size: int) -> tuple[int, int]:
        """Return the least and greatest number of titles among `size`.

        The minimum is rounded up and the maximum down, so that the shares hold exactly; where no whole number
        lies between them the maximum gives way to the minimum.
        """
        low = -int(-(self.min * size - 1e-9) // 1) if self.min else 0
        return low, max(low, int(self.max * size + 1e-9))


class Shares(Part):
    """Demands on the mix.

    By genre, director and studio a title may count in several; kind, decade, age mark and tier it has one each.
    """

    genre: ByGenre[Share] = Field(default_factory=dict)
    kind: dict[Kind, Share] = Field(default_factory=dict)
    decade: dict[Decade, Share] = Field(default_factory=dict)
    director: dict[Text, Share] = Field(default_factory=dict)
    studio: dict[Text, Share] = Field(default_factory=dict)
    age_mark: dict[Text, Share] = Field(default_factory=dict)
    tier: dict[Tier, Share] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        faults = [
            fault(
                (group,),
                f"the minima add up to {total:g}, more than the whole offer; lower some of them",
                list(getattr(self, group)),
            )
            for group in _ONE_EACH
            if (total := round(sum(share.min for share in getattr(self, group).values()), 9)) > 1
        ]
        for group in ("director", "studio", "age_mark"):
            same = repeated(getattr(self, group))
            if same:
                faults.append(fault((group,), f"named twice: {', '.join(same)}; keep one", same))
        return raise_all(self, faults)


class YearBounds(Part):
    """Years to leave out: titles made before `before`, and titles made after `after`."""

    before: Annotated[int, Field(ge=1870, le=2200)] | None = None
    after: Annotated[int, Field(ge=1870, le=2200)] | None = None

    @model_validator(mode="after")
    def _some_left(self) -> Self:
        if self.before is not None and self.after is not None and self.before > self.after:
            raise PydanticCustomError(
                "years",
                "before {before} and after {after} leave no year; before must not be later than after",
                {"before": self.before, "after": self.after},
            )
        return self


class Exclusions(Part):
    """What must not be offered. Names compare without regard to case; genres and countries may be spelt as catalogues do."""

    title_ids: Texts = ()
    directors: Texts = ()
    genres: Annotated[tuple[Genre, ...], BeforeValidator(as_tuple)] = ()
    countries: Annotated[tuple[Country, ...], BeforeValidator(as_tuple)] = ()
    years: YearBounds = YearBounds()


class Locks(Part):
    """What must be offered, whatever its score."""

    title_ids: Texts = ()


class Brief(Part):
    """What is asked for: a market, a size, and the demands on the mix.

    Parameters
    ----------
    name : str
        Short name; it begins the offer's id. Letters, digits, `-` and `_`.
    market : str
        ISO 3166-1 alpha-2 code of the audience.
    size : int
        How many titles, 1 to 100,000.
    kinds : tuple of str
        Kinds of title that may be offered.
    description : str
        One sentence for the head of the report.
    media : tuple of str, optional
        Where the titles will be shown: names of `recommender.schema.MEDIA` or their synonyms. Rights are asked for
        these; for all where none is named.
    language : str, optional
        BCP 47 code of the partner's language.
    shares : Shares
        Minimum and maximum shares by genre, kind, decade, director, studio, age mark and tier.
    window : WindowPart
        The days for which the titles are wanted.
    rights : RightsPart
        What is wanted of their rights.
    package : PackagePart
        What is made greatest, and how near-duplicates and uncertainty count.
    budget : BudgetPart
        What the titles may cost, and the package's fee.
    exclude : Exclusions
        What must not be offered.
    lock : Locks
        What must be offered.
    policy : PolicyPart
        The market's rules: packs, facts, overrides.
    materials : MaterialsPart
        What must be ready to be delivered, and what follows where it is not.

    Raises
    ------
    pydantic.ValidationError
        Where a value is wrong or demands contradict each other. `load_brief` turns it into a `ConfigError`.

    Examples
    --------
    >>> brief = Brief(name="pilot", market="CN", size=20, kinds=("film",))
    >>> brief.size, brief.shares.genre
    (20, {})
    """

    name: Name
    market: Market
    size: Annotated[int, Field(ge=1, le=100_000)]
    kinds: Annotated[tuple[Kind, ...], BeforeValidator(as_tuple), Field(min_length=1)]
    description: str = ""
    media: Media = ()
    language: Language | None = None
    window: WindowPart = WindowPart()
    rights: RightsPart = RightsPart()
    shares: Shares = Shares()
    package: PackagePart = PackagePart()
    budget: BudgetPart = BudgetPart()
    exclude: Exclusions = Exclusions()
    lock: Locks = Locks()
    policy: PolicyPart = PolicyPart()
    materials: MaterialsPart = MaterialsPart()

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        faults = []
        both = sorted(set(self.lock.title_ids) & set(self.exclude.title_ids))
        if both:
            text = f"also excluded: {', '.join(both)}; take each out of lock.title_ids or of exclude.title_ids"
            faults.append(fault(("lock", "title_ids"), text, both))
        if len(set(self.lock.title_ids)) > self.size:
            text = f"{len(set(self.lock.title_ids))} titles are locked into an offer of {self.size}; unlock some"
            faults.append(fault(("lock", "title_ids"), text, len(set(self.lock.title_ids))))
        faults += [
            fault(
                ("shares", "kind", kind),
                f"not among kinds; add it to kinds or drop the share (kinds = {list(self.kinds)})",
                kind,
            )
            for kind in self.shares.kind
            if kind not in self.kinds
        ]
        room = sum(self.shares.kind.get(kind, Share()).max for kind in self.kinds)
        if room < 1 - 1e-9:
            text = f"the maxima of all kinds add up to {room:g}, less than the whole offer; raise some of them"
            faults.append(fault(("shares", "kind"), text, room))
        faults += self._money()
        banned = {genre.casefold() for genre in self.exclude.genres}
        faults += [
            fault(
                ("shares", "genre", genre),
                "a minimum is asked for a genre that exclude.genres leaves out",
                genre,
            )
            for genre, share in self.shares.genre.items()
            if share.min > 0 and genre.casefold() in banned
        ]
        return raise_all(self, faults)

    def rights_request(self, day: str | None = None) -> RightsRequest:
        """Return what the brief asks of a rights table.

        Parameters
        ----------
        day : str, optional
            The day of the offer (ISO): a window without a start begins on it.

        Examples
        --------
        >>> brief = Brief(name="pilot", market="CN", size=20, kinds=("film",), media=("cinema", "svod"))
        >>> brief.rights_request("2027-01-01").start.year
        2027
        """
        return self.rights.request(self.market, self.media, self.language, self.window, day)

    def _money(self) -> Iterable[InitErrorDetails]:
        """Yield what the package and the budget lack together."""
        by_place = not self.package.tiers
        if by_place and self.shares.tier:
            text = (
                "tiers go by place; say at which appeal each begins: [package] tiers = { locomotive = ..., core = ... }"
            )
            yield fault(("shares", "tier"), text, list(self.shares.tier))
        if by_place and self.budget.fees:
            text = "fees of tiers need [package] tiers = { locomotive = ..., core = ... }"
            yield fault(("budget", "fees"), text, list(self.budget.fees))
        if self.package.objective == "value" and self.budget.currency is None:
            text = 'value is appeal times price: say in which currency, [budget] currency = "EUR"'
            yield fault(("package", "objective"), text, "value")
        elif self.package.objective == "value" and self.uncounted is not None:
            yield fault(("materials", "unit"), self.uncounted, self.materials.unit)

    @property
    def uncounted(self) -> str | None:
        """Why the costs of materials cannot be taken off a value, and what to do; None where they can."""
        unit, budget = self.materials.unit, self.budget
        if not self.materials.costs or unit == APPEAL_UNIT or budget.rate(unit) is not None:
            return None
        return (
            f"value is counted in {budget.currency}, and there is no rate for {unit}; add one to budget.rates, or write "
            f"the costs in {budget.currency} or appeal"
        )
