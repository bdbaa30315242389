"""The points of the demo shop: a programme younger than the shop, lived through fortnight by fortnight.

All by the services every shop uses, called as of then: orders earn, and lose what was given back; some are
paid with points; what nobody spends expires. What else customers do, `mechanics` says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from django.db import connection
from django.utils.translation import gettext as _

from regulars.analytics.progress import Progress
from regulars.commerce import queries as commerce
from regulars.events import services as events
from regulars.loyalty import queries, services
from regulars.loyalty.errors import NotEnough
from regulars.loyalty.rules.earning import payable_minor
from regulars.loyalty.types import NewHold, OrderTold, Programme
from regulars.simulator.history import History
from regulars.simulator.mechanics import Bought, Mechanics
from regulars.simulator.programme import programme

SHOPS_AGE_MIN = 4
"""A quarter of the history passes before the programme begins."""
_STEP = timedelta(days=14)
_PAYS_WITH_POINTS = 0.15
"""So many of those who come again, if they have enough."""
_A_DAYS_WORK = 10_000


@dataclass(frozen=True, slots=True)
class Lived:
    """What there is of the programme then: its version, rewards and offers, by their numbers."""

    version: int | None = None
    rewards: list[int] = field(default_factory=list)
    offers: list[int] = field(default_factory=list)


def stored(
    history: History, profiles: Mapping[int, int], *, source: str, numbers: Sequence[str]
) -> list[Bought]:
    """The purchases of a history with the orders they became; `numbers` are theirs, in the same order."""
    ids = commerce.order_ids([(source, number) for number in numbers])
    return [
        Bought(purchase, source, number, ids[source, number], profiles[purchase.customer])
        for purchase, number in zip(history.purchases, numbers, strict=True)
    ]


def fill(*, bought: Sequence[Bought], now: datetime, seed: int, tell: Progress) -> Lived:
    """Live through it up to `now`, as history; gives what there is of the programme (where something was
    sold).

    Each step is a transaction of its own or several: nobody waits long. Interrupted, what is there stays.
    """
    if not bought:
        return Lived()
    opened = bought[0].purchase.at
    began = opened + (now - opened) / SHOPS_AGE_MIN
    random = Random(seed)  # noqa: S311 - a made-up shop, not a secret
    rules, mechanics = programme(), Mechanics(random)
    with events.as_history(now=now):
        version = services.publish(programme=rules, since=began, now=began, user_id=None)
        mechanics.begin(bought, began=began, now=now)
        known = {one.profile_id for one in bought if one.purchase.at < began}
        for number, start in enumerate(_steps(began, now)):
            if number & (number - 1) == 0:
                _look_at_sizes()
            end = min(start + _STEP, now)
            tell.step(_("Giving points in the demo shop"), (start - began) / (now - began))
            step = [one for one in bought if start <= one.purchase.at < end]
            # Before what came back is looked at, so that what was spent on it comes back too.
            for one in step:
                if one.profile_id in known and random.random() < _PAYS_WITH_POINTS:
                    _pay_with_points(one, rules)
            told = _told(bought, start, end)
            for first in range(0, len(told), services.ORDERS_MAX):
                services.settle_orders(told=told[first : first + services.ORDERS_MAX], now=end, as_of=end)
            mechanics.live(step, told, end=end, known=known)
            known |= {one.profile_id for one in step}
            while services.run_day(now=end, limit=_A_DAYS_WORK) == _A_DAYS_WORK:
                pass
    return Lived(version.id, mechanics.rewards, mechanics.offers)


def _look_at_sizes() -> None:
    """Have the database see how large its tables have become: they grew from nothing within seconds, sooner
    than it looks by itself, and it plans by what it saw."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _steps(began: datetime, now: datetime) -> Iterator[datetime]:
    while began < now:
        yield began
        began += _STEP


def _told(bought: Sequence[Bought], start: datetime, end: datetime) -> list[OrderTold]:
    """What was ordered and what came back in a step."""
    told = {b.order_id: b.purchase.at for b in bought if start <= b.purchase.at < end}
    for one in bought:
        changed_at = one.changed_at
        if changed_at and start <= changed_at < end:
            told[one.order_id] = changed_at
    return [OrderTold(order_id=order_id, at=at, began=True) for order_id, at in told.items()]


def _pay_with_points(one: Bought, rules: Programme) -> None:
    at = one.purchase.at
    paid = sum(line.amount_minor for line in one.purchase.lines)
    has = queries.balance(profile_id=one.profile_id, at=at).spendable_minor
    points = payable_minor(total_minor=paid, programme=rules, spendable_minor=has)
    if not points or one.purchase.cancelled_at:
        return
    new = NewHold(
        key=f"{one.source}:{one.number}",
        profile_id=one.profile_id,
        points_minor=points,
        at=at,
        lasts_until=at + timedelta(minutes=rules.hold_minutes),
        order_source=one.source,
        order_id=one.number,
    )
    try:
        held = services.hold(new=new, now=at)
    except NotEnough:
        return
    services.capture(hold_id=held.id, now=at)
