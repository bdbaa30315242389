"""What an offer is: for whom, off what, how much, how often, together with what."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from regulars.kit.documents import Condition, Money, Name, Part, Percent, SomeMoney, Texts

PRICES_MAX = 5_000
"""Prices that stand in the terms themselves; longer lists are kept apart."""
LISTED_MAX = 100_000
"""Prices of a list that is kept apart."""
LISTED_SHOWN = 5
"""So many of such a list stand in the terms, for reading."""


class OfferKind(StrEnum):
    """How somebody comes by an offer."""

    SHARED = "shared"
    """One code for everybody, such as SPRING."""
    CODES = "codes"
    """Codes of one use each: made in bulk, or one for a customer by the programme."""
    PERSONAL = "personal"
    """No code: it applies at the till by itself for whoever fits `who`."""
    PRICES = "prices"
    """Prices of goods for whoever fits `who`, without a code."""


class Goods(Part):
    """Lines of any of these products, categories or brands, by name without case, ё is е.

    Nothing said: all lines, also those without a product.
    """

    products: Texts = ()
    categories: Texts = ()
    brands: Texts = ()

    @property
    def is_all(self) -> bool:
        return not (self.products or self.categories or self.brands)


class OffPercent(Part):
    """So much of each line of the goods, rounded down a line; at most `most_minor` altogether."""

    kind: Literal["percent"] = "percent"
    percent: Annotated[Percent, Field(gt=0)]
    most_minor: SomeMoney | None = None


class OffAmount(Part):
    """So much off the lines of the goods together, spread by what they cost; not more than they cost."""

    kind: Literal["amount"] = "amount"
    amount_minor: SomeMoney


class OfPrices(Part):
    """What a piece of a product costs, by its name; where that is less than what the line costs.

    `listed`: number of a list that is kept apart (`services.keep_prices`) and holds `count` prices; `prices`
    are then its first ones, for reading.
    """

    kind: Literal["prices"] = "prices"
    prices: Annotated[dict[Name, Money], Field(min_length=1, max_length=PRICES_MAX)]
    listed: Annotated[int, Field(ge=1)] | None = None
    count: Annotated[int, Field(ge=0, le=LISTED_MAX)] = 0

    @property
    def size(self) -> int:
        """How many prices there are."""
        return len(self.prices) if self.listed is None else self.count


Takes = Annotated[OffPercent | OffAmount | OfPrices, Field(discriminator="kind")]


class Terms(Part):
    """The terms of an offer. They are checked when it is used; a use keeps those it was made by."""

    name: Name
    kind: OfferKind
    takes: Takes
    currency: Annotated[str, Field(pattern="^([A-Z]{3})?$")] = ""
    """The shop's, if empty; carts in any other get nothing."""
    goods: Goods = Goods()
    total_from_minor: Money = 0
    """The cart comes to at least so much before any discount."""
    since: datetime | None = None
    until: datetime | None = None
    """Usable before this moment. A code may end earlier (personal ones have days of their own)."""
    who: Condition | None = None
    """A condition of `segments.types` as JSON; None: everybody, also customers nobody knows."""
    uses: Annotated[int, Field(ge=1, le=10**9)] | None = None
    """How often it can be used by all together; None: no limit. A code of one use is used once anyway."""
    uses_each: Annotated[int, Field(ge=1, le=10_000)] | None = None
    """How often by one person; they have to be known then."""
    budget_minor: SomeMoney | None = None
    """How much it takes off altogether; a use that would take more is refused."""
    with_offers: bool = False
    """Together with other offers; only if they say so too."""
    with_tier: bool = True
    """Together with the standing discount of a tier; if not, whichever leaves less to be paid counts."""
    with_points: bool = True
    """What it is used with may be paid with points."""
    given_back: bool = True
    """When all of the order is given back, it can be used again."""
