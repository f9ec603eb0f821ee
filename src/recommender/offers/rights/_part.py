"""The parts of a brief that ask for rights: the window, and what is wanted of them."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from recommender.offers._toml import Part
from recommender.offers.rights._request import Day, Match, OnUnknown, RightsRequest, window_order

__all__ = ["RightsPart", "WindowPart"]


class WindowPart(Part):
    """``[window]``: the days for which the titles are wanted, both included; without one that side is open.

    Examples
    --------
    >>> WindowPart(start="2027-01-01").start.year
    2027
    """

    start: Day | None = None
    end: Day | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        window_order(self.start, self.end)
        return self


class RightsPart(Part):
    """``[rights]``: what is wanted of a title's rights. Looked at only where there is a rights table.

    Attributes
    ----------
    exclusive : bool
        Whether nobody else in the market may have the same.
    match : {"cover", "overlap", "start"}
        See `RightsRequest`.
    on_unknown : {"exclude", "warn"}
        Whether a title of which the table says nothing is left out, or offered with a warning.
    min_share : float
        The least part of media and window, 0 to 1, that must be free for a title to be offered.
    """

    exclusive: bool = False
    match: Match = "cover"
    on_unknown: OnUnknown = "exclude"
    min_share: Annotated[float, Field(ge=0, le=1)] = 0.0

    def request(
        self, market: str, media: tuple[str, ...], language: str | None, window: WindowPart, day: str | None = None
    ) -> RightsRequest:
        """Return what is asked of a rights table.

        Parameters
        ----------
        market, media, language
            As in `RightsRequest`; without media all are asked for.
        window : WindowPart
            The days.
        day : str, optional
            The day of the offer: a window without a start begins on it.
        """
        start = window.start
        if start is None and day is not None:
            start = WindowPart(start=day).start  # type: ignore[arg-type]
            if start is not None and window.end is not None and window.end < start:
                start = None
        return RightsRequest(
            market=market,
            media=media or ("all",),
            language=language,
            start=start,
            end=window.end,
            exclusive=self.exclusive,
            match=self.match,
            on_unknown=self.on_unknown,
        )
