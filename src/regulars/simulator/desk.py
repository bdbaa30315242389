"""A few notes and tasks of the demo shop, so that the pages show what they are for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from regulars.customers import services as customers
from regulars.simulator.baskets import Shopper
from regulars.simulator.history import History
from regulars.work import services as work

SLIPPING_ORDERS_MIN = 4
SLIPPING_DAYS_MIN = 75


def fill(*, history: History, profiles: Mapping[int, int], now: datetime) -> list[int]:
    """Write them, as history; gives the ids of the tasks that are about no customer."""
    slipping, firms, regulars = _slipping(history, now), _firms(history), _regulars(history)
    notes = [
        (slipping[:1], _("Said on the phone that deliveries have become slow.")),
        (firms[:1], _("Orders for the whole office; best to call in the morning.")),
        (regulars[:1], _("Likes light oolong and asks when the new harvest comes in.")),
    ]
    for about, text in notes:
        for one in about:
            customers.write_note(profile_id=profiles[one], author_id=None, text=text, now=now, backfill=True)
    day = timedelta(days=1)
    tasks = [
        (slipping[:1], _("Call: nothing ordered for a long time"), now - day),
        (slipping[1:2], _("Send samples of the new harvest"), now + day / 8),
        (firms[:1], _("Agree on deliveries for the next quarter"), now + 2 * day),
    ]
    for about, title, due_at in tasks:
        for one in about:
            work.create_task(
                title=title,
                due_at=due_at,
                created_by=None,
                now=now,
                profile_id=profiles[one],
                backfill=True,
            )
    general = _("Choose a small present for the best customers")
    return [work.create_task(title=general, due_at=now + 4 * day, created_by=None, now=now)]


def _spent(history: History) -> Counter[int]:
    spent: Counter[int] = Counter()
    for purchase in history.purchases:
        spent[purchase.customer] += sum(line.amount_minor for line in purchase.lines)
    return spent


def _slipping(history: History, now: datetime) -> list[int]:
    """Private customers who bought often and have not come for long, the best first."""
    orders, spent = Counter(p.customer for p in history.purchases), _spent(history)
    last: dict[int, datetime] = {}
    for purchase in history.purchases:
        last[purchase.customer] = purchase.at
    gone = [
        one
        for one, count in orders.items()
        if count >= SLIPPING_ORDERS_MIN
        and now - last[one] >= timedelta(days=SLIPPING_DAYS_MIN)
        and one % Shopper.FIRM_EVERY
    ]
    return sorted(gone, key=lambda one: (-spent[one], one))


def _firms(history: History) -> list[int]:
    return [one for one, _money in _spent(history).most_common() if one % Shopper.FIRM_EVERY == 0]


def _regulars(history: History) -> list[int]:
    orders = Counter(p.customer for p in history.purchases)
    return [one for one, _count in orders.most_common() if one % Shopper.FIRM_EVERY]
