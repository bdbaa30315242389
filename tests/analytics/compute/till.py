"""A shop made by hand through the services, and its figures."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from regulars.analytics.compute import touched_run
from regulars.analytics.compute.full_run import make_all_figures
from regulars.analytics.models import CustomerFigures
from regulars.analytics.progress import Silent
from regulars.commerce import services as commerce
from regulars.commerce.types import NewCredit, NewProduct, Order, OrderLine
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import NewProfile

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
_later = itertools.count()


def run(now: datetime | None = None) -> int | None:
    """A run over everybody, each one later than the one before."""
    return make_all_figures(now=now or NOW + timedelta(minutes=next(_later)), progress=Silent())


def refresh() -> touched_run.Outcome:
    return touched_run.refresh_touched(NOW + timedelta(minutes=next(_later)))


def figures() -> dict[int, dict[str, Any]]:
    """What is stored of each person, but for when."""
    rows = CustomerFigures.objects.values()
    return {row["person_id"]: {k: v for k, v in row.items() if k != "computed_at"} for row in rows}


class Till:
    """Sells to a few customers of the shop, one line an order unless told otherwise."""

    def __init__(self, names: Sequence[str] = "ab", products: Sequence[str] = ()) -> None:
        new = [NewProfile(source="shop", external_id=name, name=name) for name in names]
        ids = customers.upsert_profiles(profiles=new, now=NOW).ids
        self.profiles = [ids[one.key] for one in new]
        self.persons = [Profile.objects.get(pk=id_).person_id for id_ in self.profiles]
        goods = [NewProduct(source="shop", external_id=name, name=name) for name in products]
        made = commerce.upsert_products(products=goods)
        self.products = {one.name: made[one.key] for one in goods}
        self.number = 0

    def sell(self, who: int | None, at: datetime, amount: int, product: str = "", **values: Any) -> Order:
        self.number += 1
        line = OrderLine(amount_minor=amount, product_id=self.products.get(product))
        told: dict[str, Any] = {
            "source": "shop",
            "external_id": str(self.number),
            "profile_id": None if who is None else self.profiles[who],
            "ordered_at": at,
            "currency": "RUB",
            "lines": (line,),
        }
        order = Order(**told | values)
        done = commerce.record_orders(orders=[order], now=max(NOW, order.ordered_at), backfill=True)
        assert done.created == 1
        return order

    def give_back(self, who: int | None, at: datetime, amount: int, product: str = "", **values: Any) -> None:
        self.number += 1
        told: dict[str, Any] = {
            "source": "shop",
            "external_id": f"back-{self.number}",
            "profile_id": None if who is None else self.profiles[who],
            "credited_at": at,
            "amount_minor": amount,
            "currency": "RUB",
            "product_id": self.products.get(product),
        }
        commerce.record_credits(credits=[NewCredit(**told | values)], now=NOW, backfill=True)
