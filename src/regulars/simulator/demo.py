"""Fills an empty installation with the demo shop, through the services every other source uses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.analytics.progress import Progress, Silent
from regulars.analytics.services import request_figures
from regulars.commerce import queries as commerce_queries
from regulars.commerce import services as commerce
from regulars.commerce.types import (
    ChannelDayCost,
    NewBranch,
    NewProduct,
    Order,
    OrderLine,
    OrderReturn,
    OrderStatus,
    SourceKey,
)
from regulars.customers import queries as customers_queries
from regulars.customers import services as customers
from regulars.customers.types import NewProfile, ProfileKey
from regulars.events import services as events
from regulars.simulator import desk, points
from regulars.simulator.catalogue import ITEMS
from regulars.simulator.errors import ShopNotEmpty
from regulars.simulator.history import BRANCHES, ZONE, Customer, History, Purchase, make_history
from regulars.simulator.models import DemoShop
from regulars.simulator.people import identities
from regulars.team import queries as team_queries
from regulars.team import services as team
from regulars.team.types import ShopProfile, Trade

SOURCE = "demo"
CURRENCY = "RUB"


def order_number(number: int) -> str:
    """What the demo shop calls its order of that number, from 1."""
    return f"{number:05}"


def fill(
    *,
    now: datetime,
    seed: int = 1,
    customers: int = 2000,
    months: int = 18,
    progress: Progress | None = None,
) -> None:
    """Fill the shop with a history up to `now`, wholly or not at all, and ask for its first figures.

    Points come after that, step by step; interrupted, there are fewer of them.

    What is said of the shop, notes and tasks come in the language that is active. Raises ShopNotEmpty
    where anything is stored already.
    """
    tell = progress or Silent()
    tell.step(_("Thinking up a shop"))
    history = make_history(now=now, seed=seed, customers=customers, months=months)
    events.make_months(now=now)
    with transaction.atomic():
        if customers_queries.any_customers() or commerce_queries.any_orders():
            raise ShopNotEmpty(
                _("This shop has customers or orders already; the demo shop needs an empty one.")
            )
        if team_queries.shop().set_up_at is None:
            team.save_shop(shop=_shop(), user_id=None, now=now)
        profiles = _store_customers(history.customers, now)
        _store_orders(history.purchases, profiles, now, tell)
        commerce.record_costs(costs=_costs(history))
        tasks = desk.fill(history=history, profiles=profiles, now=now)
        DemoShop.objects.create(
            filled_at=now,
            orders=len(history.purchases),
            customers=len(history.customers),
            first_day=min((cost.day for cost in history.costs), default=now.date()),
            last_day=max((cost.day for cost in history.costs), default=now.date()),
            tasks=tasks,
        )
        request_figures()
    numbers = [order_number(number) for number in range(1, len(history.purchases) + 1)]
    bought = points.stored(history, profiles, source=SOURCE, numbers=numbers)
    lived = points.fill(bought=bought, now=now, seed=seed, tell=tell)
    DemoShop.objects.update(programme=lived.version, rewards=lived.rewards, offers=lived.offers)


def _shop() -> ShopProfile:
    return ShopProfile(
        name=_("Demo shop"),
        timezone=str(ZONE),
        currency=CURRENCY,
        margin=Decimal("0.45"),
        trade=Trade.RETAIL,
    )


def _store_customers(people: Sequence[Customer], now: datetime) -> Mapping[int, int]:
    """Profile by the customer's number."""
    new = [
        NewProfile(
            source=SOURCE,
            external_id=str(one.number),
            name=one.name,
            created_at=one.since,
            identities=identities(one.number, one.name),
        )
        for one in people
    ]
    ids: dict[ProfileKey, int] = {}
    for start in range(0, len(new), customers.PROFILES_MAX):
        batch = new[start : start + customers.PROFILES_MAX]
        ids |= customers.upsert_profiles(profiles=batch, now=now, backfill=True).ids
    return {one.number: ids[SOURCE, str(one.number)] for one in people}


def _store_orders(
    purchases: Sequence[Purchase], profiles: Mapping[int, int], now: datetime, tell: Progress
) -> None:
    products = commerce.upsert_products(
        products=[
            NewProduct(source=SOURCE, external_id=item.name, name=item.name, category=item.category)
            for item in ITEMS
        ]
    )
    places = commerce.upsert_branches(
        branches=[NewBranch(source=SOURCE, external_id=name, name=name) for name in BRANCHES]
    )
    orders = list(_orders(purchases, profiles, products, [places[SOURCE, name] for name in BRANCHES]))
    for start in range(0, len(orders), commerce.ORDERS_MAX):
        tell.step(_("Filling the demo shop"), start / len(orders))
        batch = orders[start : start + commerce.ORDERS_MAX]
        commerce.record_orders(orders=batch, now=now, backfill=True)


def _orders(
    purchases: Sequence[Purchase],
    profiles: Mapping[int, int],
    products: Mapping[SourceKey, int],
    branches: Sequence[int],
) -> Iterator[Order]:
    for number, purchase in enumerate(purchases, start=1):
        back = purchase.returned
        yield Order(
            source=SOURCE,
            external_id=order_number(number),
            profile_id=profiles[purchase.customer],
            ordered_at=purchase.at,
            currency=CURRENCY,
            lines=tuple(
                OrderLine(
                    product_id=products[SOURCE, line.item.name],
                    quantity=Decimal(line.quantity),
                    amount_minor=line.amount_minor,
                )
                for line in purchase.lines
            ),
            returns=(OrderReturn(returned_at=back.at, amount_minor=back.amount_minor, line=back.line),)
            if back
            else (),
            status=OrderStatus.CANCELLED if purchase.cancelled_at else OrderStatus.COMPLETED,
            cancelled_at=purchase.cancelled_at,
            channel=purchase.channel,
            branch_id=None if purchase.branch is None else branches[purchase.branch],
        )


def _costs(history: History) -> list[ChannelDayCost]:
    return [
        ChannelDayCost(channel=cost.channel, day=cost.day, cost_minor=cost.cost_minor, currency=CURRENCY)
        for cost in history.costs
    ]
