"""The parts of a brief that concern the package: `[package]` and `[budget]`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from recommender.offers._toml import Part
from recommender.schema import CURRENCIES

TIER_NAMES = ("locomotive", "core", "library")


def _currency(value: object) -> object:
    if isinstance(value, str) and value not in CURRENCIES:
        raise PydanticCustomError("currency", "not a currency; write its ISO 4217 code in capitals, such as EUR or CNY")
    return value


Tier = Literal["locomotive", "core", "library"]
Money = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Currency = Annotated[str, BeforeValidator(_currency)]
Ratio = Annotated[float, Field(ge=0, le=1)]


class PackagePart(Part):
    """How the package is chosen.

    Attributes
    ----------
    objective : {"appeal", "value", "careful"}
        What is made greatest: the total appeal; the total of appeal times price, less what materials cost; or the
        lower end of the interval of the total appeal.
    diversity : float
        The appeal (with `value`: the share of the mean value) that two near-duplicates in one offer cost: the same
        title or franchise; half of it for the same director and first genre. 0: none.
    rho : float
        How strongly titles of one director, genre and origin err together, 0 to 1: a third of it for each they share.
    time_limit : float
        Seconds; where they run out, the offer states the gap.
    tiers : dict of tier to float
        The appeal at which a locomotive and a core title begin. Empty: by place, the first 10% are locomotives,
        the next 50% core. Shares and fees of tiers need it.

    Examples
    --------
    >>> PackagePart(tiers={"locomotive": 0.75, "core": 0.5}).tier_of(0.6)
    'core'
    """

    objective: Literal["appeal", "value", "careful"] = "appeal"
    diversity: Ratio = 0.0
    rho: Ratio = 0.3
    time_limit: Money = 300.0
    tiers: dict[Literal["locomotive", "core"], Ratio] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.tiers and set(self.tiers) != {"locomotive", "core"}:
            raise PydanticCustomError("demand", "name both: tiers = { locomotive = 0.75, core = 0.5 }")
        if self.tiers and self.tiers["locomotive"] < self.tiers["core"]:
            raise PydanticCustomError(
                "demand",
                "locomotives begin at {loco}, below core titles at {core}; swap them",
                {"loco": self.tiers["locomotive"], "core": self.tiers["core"]},
            )
        return self

    def tier_of(self, appeal: float) -> Tier:
        """Return the tier of an appeal by the thresholds."""
        if appeal >= self.tiers["locomotive"]:
            return "locomotive"
        return "core" if appeal >= self.tiers["core"] else "library"


class BudgetPart(Part):
    """What the package may cost.

    Attributes
    ----------
    total : float, optional
        The greatest total of the titles' prices.
    currency : str, optional
        ISO 4217; needed as soon as money counts.
    price : {"ask", "floor"}
        Which of a title's prices counts. Where a title has only the other, that one counts.
    rates : dict of currency to float
        What one unit of another currency is in the budget's. A title in a currency without a rate is an error.
    assume : float, optional
        What a title without any price is taken to cost. Without it such titles are not offered.
    fees : dict of tier to float
        What a title of each tier costs in place of its own price: never more than its ask, and a title whose floor
        is above its tier's fee is not offered. Needs `package.tiers`.
    package_fee : float, optional
        The fee of the whole package; it is allocated to the titles by appeal and tier, within floors and asks.

    Examples
    --------
    >>> BudgetPart(total=1_000_000, currency="EUR").counts
    True
    """

    total: Money | None = None
    currency: Currency | None = None
    price: Literal["ask", "floor"] = "ask"
    rates: dict[Currency, Money] = Field(default_factory=dict)
    assume: Amount | None = None
    fees: dict[Tier, Amount] = Field(default_factory=dict)
    package_fee: Money | None = None

    @model_validator(mode="after")
    def _named(self) -> Self:
        if self.counts and self.currency is None:
            raise PydanticCustomError("demand", 'no currency; add one, such as currency = "EUR"')
        if self.fees and set(self.fees) != set(TIER_NAMES):
            missing = ", ".join(name for name in TIER_NAMES if name not in self.fees)
            raise PydanticCustomError("demand", "no fee for the tiers: {missing}; name all three", {"missing": missing})
        if self.currency in self.rates:
            raise PydanticCustomError("demand", "a rate for the budget's own currency; take it out of rates")
        return self

    @property
    def counts(self) -> bool:
        """Whether any money is asked about."""
        return self.total is not None or bool(self.fees) or self.package_fee is not None

    def rate(self, currency: str) -> float | None:
        """Return what one unit of a currency is in the budget's; None where nothing says it."""
        return 1.0 if currency == self.currency else self.rates.get(currency)
