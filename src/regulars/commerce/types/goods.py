"""What the shop sells, where, and what winning customers costs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from regulars.commerce.types.changes import Change, CostKey, Recorded, SourceKey, Undone


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProduct:
    """An empty name or category leaves what is stored, and so does None."""

    source: str
    external_id: str
    name: str
    category: str = ""
    price_minor: int | None = None
    """What one piece costs; told with `currency`."""
    currency: str | None = None
    brand: str | None = None
    url: str | None = None
    image_url: str | None = None
    variant: str | None = None
    sku: str | None = None

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBranch:
    """An empty name leaves what is stored."""

    source: str
    external_id: str
    name: str

    @property
    def key(self) -> SourceKey:
        return self.source, self.external_id


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelDayCost:
    """What winning customers by a channel cost on a day of the shop's calendar."""

    channel: str
    day: date
    cost_minor: int
    currency: str

    @property
    def key(self) -> CostKey:
        return self.channel, self.day, self.currency


RecordedProducts = Recorded[SourceKey, NewProduct]
RecordedBranches = Recorded[SourceKey, NewBranch]
RecordedCosts = Recorded[CostKey, ChannelDayCost]
ProductChange = Change[SourceKey, NewProduct]
BranchChange = Change[SourceKey, NewBranch]
CostChange = Change[CostKey, ChannelDayCost]
UndoneCosts = Undone[CostKey]


@dataclass(frozen=True, slots=True)
class TillRow:
    """A till as pages show it."""

    id: int
    name: str
    external_id: str
    active: bool


@dataclass(frozen=True, slots=True)
class BranchRow:
    """A branch as pages show it, with its tills."""

    id: int
    name: str
    external_id: str
    active: bool
    tills: tuple[TillRow, ...]


@dataclass(frozen=True, slots=True)
class ProductRow:
    """A product as it is stored; a text that is not known is empty."""

    id: int
    source: str
    external_id: str
    name: str
    category: str
    price_minor: int | None
    currency: str
    brand: str
    url: str
    image_url: str
    variant: str
    sku: str
