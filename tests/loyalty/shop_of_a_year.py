"""A shop with a year of orders in its lake, and a programme replayed over them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from regulars.analytics.services import open_lake
from regulars.commerce import services as commerce
from regulars.commerce.types import NewProduct, Order, OrderLine
from regulars.customers import services as customers
from regulars.customers.types import NewProfile
from regulars.loyalty.replaying import replay, shop_tables
from regulars.loyalty.services.year import frame_of
from regulars.loyalty.types import Programme
from regulars.loyalty.types.year import OfPart, YearResult

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
CAME = datetime(2024, 1, 1, 12, tzinfo=UTC)

Line = tuple[str, int, int]
"""Product, pieces, roubles."""
GOODS = {"Tea": ("Drinks", "Own"), "Cup": ("Ware", "Other"), "Coffee": ("Drinks", "Other")}
"""Category and brand by product."""


class YearShop:
    """Sells to a few people, all of it history, and replays programmes over it."""

    def __init__(self, names: Sequence[str] = "ab") -> None:
        new = [NewProfile(source="shop", external_id=name, name=name, created_at=CAME) for name in names]
        ids = customers.upsert_profiles(profiles=new, now=NOW, backfill=True).ids
        self.profiles = {one.name: ids[one.key] for one in new}
        goods = [
            NewProduct(source="shop", external_id=name, name=name, category=category, brand=brand)
            for name, (category, brand) in GOODS.items()
        ]
        made = commerce.upsert_products(products=goods)
        self.products = {one.name: made[one.key] for one in goods}
        self.number = 0

    def sell(self, who: str | None, day: str, *lines: Line | int, **values: Any) -> Order:
        """An order of noon UTC; a bare number is roubles for nothing in particular."""
        self.number += 1
        told = [(("", 1, one) if isinstance(one, int) else one) for one in lines]
        order = Order(
            **{
                "source": "shop",
                "external_id": str(self.number),
                "profile_id": None if who is None else self.profiles[who],
                "ordered_at": moment(day),
                "currency": "RUB",
                "lines": tuple(
                    OrderLine(
                        amount_minor=roubles * 100,
                        quantity=Decimal(pieces),
                        product_id=self.products.get(product),
                    )
                    for product, pieces, roubles in told
                ),
            }
            | values
        )
        commerce.record_orders(orders=[order], now=NOW, backfill=True)
        return order


def moment(day: str) -> datetime:
    return datetime.combine(date.fromisoformat(day), datetime.min.time(), tzinfo=UTC).replace(hour=12)


def programme(**rules: Any) -> Programme:
    """Nothing by itself, in roubles worth a point each."""
    return Programme.model_validate({"cashback_percent": "0", "currency": "RUB", **rules})


def replayed(programme: Programme) -> YearResult:
    frame = frame_of(programme, now=NOW)
    with open_lake(now=NOW, shop=shop_tables(frame)) as lake:
        return replay(lake, frame)


def points(result: YearResult) -> Mapping[str, float]:
    """What each part brought that brought anything, in whole points."""
    return {
        f"{part.mechanic}:{part.part}".strip(":"): part.brought.points_minor / 100
        for part in result.parts
        if part.brought.points_minor
    }


def part(result: YearResult, mechanic: str, key: str = "") -> OfPart:
    (found,) = (one for one in result.parts if (one.mechanic, one.part) == (mechanic, key))
    return found
