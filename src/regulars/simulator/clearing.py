"""Taking the demo shop away again, in batches, through the services of those who hold its rows."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from regulars.analytics import services as analytics
from regulars.commerce import queries as commerce_queries
from regulars.commerce import services as commerce
from regulars.commerce.types import BranchChange, CostChange, OrderChange, ProductChange
from regulars.customers import queries as customers_queries
from regulars.customers import services as customers
from regulars.customers.types import ProfileChange
from regulars.events import services as events
from regulars.loyalty import services as loyalty
from regulars.offers import services as offers
from regulars.simulator.catalogue import ITEMS
from regulars.simulator.demo import CURRENCY, SOURCE, order_number
from regulars.simulator.history import BRANCHES, CHANNELS
from regulars.simulator.models import DemoShop
from regulars.work import services as work

BATCH_MAX = 2_000
"""Orders or customers in one transaction: an open write holds the readers of the log back."""
_AS_FILLED = 1
"""The revision of everything the demo shop was filled with; what was changed since is no longer made up."""


@transaction.atomic
def clear(*, now: datetime, limit: int) -> int:
    """Take away at most `limit` of what is left of the demo shop; says how much that was, 0 when all is gone.

    Only what `demo.fill` stored, and with its customers the notes, tasks, traits, consents and events about
    them; everything else stays, and so does what somebody changed since. Interrupted, it goes on where it
    was. At the end the audits it was part of are forgotten, and figures asked for. What was said of the shop
    is taken back by `team`, when the owner asks for all this.
    """
    shop = DemoShop.objects.select_for_update().first()
    if shop is None:
        return 0
    batch = min(limit, BATCH_MAX)
    if shop.orders:
        return _clear_orders(shop, batch, now)
    if not shop.costs_cleared:
        return _clear_costs(shop, now)
    if shop.customers:
        return _clear_customers(shop, batch, now)
    _clear_rest(shop, now)
    return 1


def _clear_orders(shop: DemoShop, batch: int, now: datetime) -> int:
    left = max(0, shop.orders - batch)
    numbers = range(left + 1, shop.orders + 1)
    changes = [OrderChange((SOURCE, order_number(number)), _AS_FILLED, None) for number in numbers]
    commerce.undo_orders(changes=changes, now=now)
    DemoShop.objects.update(orders=left)
    return len(changes)


def _clear_costs(shop: DemoShop, now: datetime) -> int:
    days = [shop.first_day + timedelta(days=n) for n in range((shop.last_day - shop.first_day).days + 1)]
    changes = [
        CostChange((channel.code, day, CURRENCY), _AS_FILLED, None) for channel in CHANNELS for day in days
    ]
    undone = commerce.undo_costs(changes=changes, now=now)
    DemoShop.objects.update(costs_cleared=True)
    return max(1, undone.undone)


def _clear_customers(shop: DemoShop, batch: int, now: datetime) -> int:
    left = max(0, shop.customers - batch)
    keys = [(SOURCE, str(number)) for number in range(left + 1, shop.customers + 1)]
    ids = sorted(customers_queries.profile_ids(keys).values())
    customers.remove_notes(profile_ids=ids)
    customers.remove_consents(profile_ids=ids)
    customers.remove_traits(profile_ids=ids)
    work.remove_tasks(profile_ids=ids)
    # Who bought anything that was not made up is a customer of the shop now.
    made_up = set(ids) - commerce_queries.buyers(ids)
    loyalty.forget_points(profile_ids=made_up)
    offers.forget_uses(profile_ids=made_up)
    changes = [ProfileChange(key, _AS_FILLED) for key in keys]
    customers.undo_profiles(changes=changes, now=now, whatever_happened=True)
    stayed = set(customers_queries.profile_ids(keys).values())
    events.forget_profiles(profile_ids=[id_ for id_ in ids if id_ not in stayed])
    DemoShop.objects.update(customers=left)
    return len(keys)


def _clear_rest(shop: DemoShop, now: datetime) -> None:
    work.remove_tasks(task_ids=shop.tasks)
    loyalty.forget_rewards(reward_ids=shop.rewards)
    offers.forget_offers(offer_ids=shop.offers)
    if shop.programme is not None:
        loyalty.withdraw_version(version_id=shop.programme)
    commerce.undo_products(
        changes=[ProductChange((SOURCE, item.name), _AS_FILLED, None) for item in ITEMS], now=now
    )
    commerce.undo_branches(
        changes=[BranchChange((SOURCE, name), _AS_FILLED, None) for name in BRANCHES], now=now
    )
    DemoShop.objects.all().delete()
    analytics.forget_audits()
    analytics.request_figures()
