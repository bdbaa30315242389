"""Twenty live segments as a shop has them: the ten to begin with, and ten of a marketer's own."""

from __future__ import annotations

from decimal import Decimal

from regulars.segments.ready import READY
from regulars.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Bucket,
    Condition,
    DaysAgo,
    Did,
    Has,
    InSegment,
    Not,
    OneOf,
    Range,
    Where,
    Within,
    Yes,
)

HERE_NOW = "Here within the hour"
"""Everybody who does something enters this one."""
ACTIONS = ("product_viewed", "product_added")


def own(regulars: int) -> dict[str, Condition]:
    """Those of the marketer; `regulars`: a segment to be named."""
    bought_lately = Bought(within=Within(days=30))
    return {
        HERE_NOW: AnyOf(tuple(Did(name, within=Within(hours=1)) for name in ACTIONS)),
        "Spent much, gone quiet": AllOf(
            (Bought(at_least=3, amount=Range(low=Decimal(2_000_000))), Not(bought_lately))
        ),
        "In the capital, bought of two categories": AllOf(
            (
                Has("customers.city", OneOf(("Москва", "Петербург"))),
                Bought(where=(Where("category", OneOf(("Категория 7", "Категория 12"))),)),
            )
        ),
        "Champions": Has("analytics.segment", OneOf(("champions", "loyal"))),
        "Recent and rich": AllOf(
            (
                Has("analytics.recency", Range(low=Decimal(4))),
                Has("analytics.monetary", Range(low=Decimal(4))),
            )
        ),
        "Birthday soon, with a phone": AllOf(
            (Has("customers.birthday", Anniversary(before=3)), Has("customers.has_phone", Yes()))
        ),
        "Regulars who look": AllOf(
            (InSegment(segment=regulars), Did("product_viewed", at_least=2, within=Within(days=14)))
        ),
        "Two months without an order": Has("commerce.last_order_at", DaysAgo(at_least=60, at_most=90)),
        "Half of the rest": AllOf((Bucket(salt="spring", high=5_000), Not(InSegment(segment=regulars)))),
        "Big baskets": AllOf(
            (Has("commerce.average_order", Range(low=Decimal(600_000))), Bought(at_least=2))
        ),
    }


def ready() -> list[tuple[str, Condition]]:
    """The ten to begin with, by key and condition."""
    return [(each.key, each.condition) for each in READY]
