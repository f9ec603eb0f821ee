"""The exchange: two lists of titles, one for each side's market, chosen together so that their values balance."""

from __future__ import annotations

from recommender.offers.exchange._balance import Balance
from recommender.offers.exchange._brief import ExchangeBrief, load_exchange_brief
from recommender.offers.exchange._exchange import Exchange, build_exchange
from recommender.offers.exchange._files import write_exchange
from recommender.offers.exchange._sides import Side, read_side

__all__ = [
    "Balance",
    "Exchange",
    "ExchangeBrief",
    "Side",
    "build_exchange",
    "load_exchange_brief",
    "read_side",
    "write_exchange",
]
