"""A shop with goods, a branch and a programme of any rules; its orders, and what they ought to earn."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from tests.loyalty.earning_oracle import Asked, Line, earns
from tests.loyalty.programmes_at_random import BRANCHES, BRANDS, CATEGORIES, PRODUCTS
from tests.loyalty.shop_with_points import NOW, Shop

from regulars.commerce import services as commerce
from regulars.commerce.types import NewProduct, Order, OrderLine, OrderReturn
from regulars.customers.models import Profile
from regulars.loyalty.models import EarnedOrder
from regulars.loyalty.types import Programme
from regulars.offers.types import Cart, CartLine

AT = NOW + timedelta(hours=1)


@dataclass(frozen=True)
class Goods:
    """What is bought: so many pieces of a product for so much; -1 is no product at all."""

    product: int
    pieces: int
    amount: int


@dataclass
class Bought:
    """An order as it is told, and what it was told with."""

    number: str
    goods: Sequence[Goods]
    pays: Sequence[int]
    at: datetime = AT
    channel: str = ""
    in_branch: bool = False
    back: set[int] = field(default_factory=set)
    profile_id: int = 0


class ShopOfRules(Shop):
    """Six products, of which each has a name, a category and a brand of those the rules know."""

    def __init__(self, programme: Programme) -> None:
        super().__init__(**programme.model_dump(mode="json"))
        self.programme = self.version.programme
        self.goods = [
            (PRODUCTS[n % len(PRODUCTS)].upper(), CATEGORIES[n % 2], BRANDS[n // 3].lower()) for n in range(6)
        ]
        new = [
            NewProduct(source="shop", external_id=f"P{n}", name=name, category=category, brand=brand)
            for n, (name, category, brand) in enumerate(self.goods)
        ]
        stored = commerce.upsert_products(products=new)
        self.products = [stored["shop", f"P{n}"] for n in range(6)]
        self.branch = commerce.save_branch(name=BRANCHES[0])

    def cart(self, goods: Sequence[Goods]) -> Cart:
        lines = []
        for one in goods:
            name, category, brand = self.goods[one.product] if one.product >= 0 else ("", "", "")
            lines.append(
                CartLine(
                    amount_minor=one.amount,
                    quantity=Decimal(one.pieces),
                    product=name,
                    category=category,
                    brand=brand,
                )
            )
        return Cart(currency="RUB", lines=tuple(lines))

    def order_of(self, bought: Bought) -> Order:
        returns = tuple(
            OrderReturn(
                returned_at=bought.at + timedelta(hours=1),
                amount_minor=bought.pays[place],
                quantity=Decimal(bought.goods[place].pieces),
                line=place + 1,
            )
            for place in sorted(bought.back)
            if bought.pays[place]
        )
        return Order(
            source="shop",
            external_id=bought.number,
            profile_id=bought.profile_id or self.anna,
            ordered_at=bought.at,
            currency="RUB",
            channel=bought.channel,
            branch_id=self.branch if bought.in_branch else None,
            returns=returns,
            lines=tuple(
                OrderLine(
                    amount_minor=amount,
                    quantity=Decimal(one.pieces),
                    product_id=self.products[one.product] if one.product >= 0 else None,
                )
                for one, amount in zip(bought.goods, bought.pays, strict=True)
            ),
        )

    def asked(self, bought: Bought, *, tier: str, room: int | None) -> Asked:
        """The order as the oracle is to look at it: what of it was not given back."""
        lines = []
        for place, (one, amount) in enumerate(zip(bought.goods, bought.pays, strict=True)):
            if place in bought.back and amount:
                continue  # what was for nothing has no money to give back, and stays
            name, category, brand = self.goods[one.product] if one.product >= 0 else ("", "", "")
            lines.append(Line(amount, one.pieces, name, category, brand))
        return Asked(
            lines=lines,
            day=bought.at.date(),
            tier=tier,
            fits=self.fits(bought.profile_id or self.anna),
            branch=BRANCHES[0] if bought.in_branch else "",
            channel=bought.channel,
            room=room,
        )

    def ought_to_earn(self, bought: Bought, *, tier: str, room: int | None) -> tuple[int, dict[str, int]]:
        return earns(self.programme, self.asked(bought, tier=tier, room=room))

    def fits(self, profile_id: int) -> set[str]:
        """The rules that are for somebody, whom the bucket of `programmes_at_random` chooses by lot."""
        person_id = Profile.objects.get(pk=profile_id).person_id
        place = int(hashlib.md5(f"who:{person_id}".encode()).hexdigest()[:8], 16) % 10_000  # noqa: S324
        return {rule.key for rule in self.programme.rules if rule.when.who is not None and place < 5_000}


def kept(number: str) -> EarnedOrder:
    """By what an order earned."""
    from regulars.commerce import queries

    (order_id,) = queries.order_ids([("shop", number)]).values()
    return EarnedOrder.objects.get(order_id=order_id)


def earned(number: str) -> tuple[int, dict[str, Any]]:
    one = kept(number)
    return one.points_minor, one.shares
