"""What rules would have given for the newest orders, beside those of today: real customers, as they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from regulars.analytics.wording.numbers import plain
from regulars.commerce import queries as commerce
from regulars.commerce.models import Order
from regulars.commerce.types import OrderStanding, OrderStatus
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.loyalty import queries
from regulars.loyalty.queries.circumstances import Asking, reckoned
from regulars.loyalty.types import Programme, Version
from regulars.loyalty.wording.amounts import points

BACK = timedelta(days=90)
LOOKED_AT = 200
"""Among so many of the newest orders are those of `SHOWN` customers; else fewer are shown."""
SHOWN = 5


@dataclass(frozen=True)
class Line:
    """An order that was; `before` is empty where there are no rules yet."""

    who: str
    person: int
    order: str
    total: str
    before: str
    after: str


def trial(programme: Programme, published: Programme | None, speak: Voice) -> list[Line]:
    """The newest orders of different customers by these rules, and by those of today."""
    if not programme.running:
        return []
    people = _newest(programme.currency or speak.shop.currency, speak)
    standings = commerce.order_standings(list(people))
    orders = [standings[id_] for id_ in people if id_ in standings]
    if not orders:
        return []
    after = _earned(orders, programme, speak)
    before = _earned(orders, published, speak) if published is not None else {}
    names = customers.person_names(sorted(set(people.values())))
    return [
        Line(
            who=name_or_number(names.get(people[order.id]), people[order.id]),
            person=people[order.id],
            order=plain(order.external_id),
            total=speak.money(order.net_minor, order.currency),
            before=points(before[order.id], speak.formats) if order.id in before else "",
            after=points(after[order.id], speak.formats),
        )
        for order in orders
    ]


def _newest(currency: str, speak: Voice) -> dict[int, int]:
    """The newest order of each customer, with who they are."""
    rows = (
        Order.objects.filter(
            ordered_at__gt=speak.now - BACK,
            ordered_at__lte=speak.now,
            currency=currency,
            profile__isnull=False,
        )
        .exclude(status=OrderStatus.CANCELLED.value)
        .order_by("-ordered_at", "-id")
        .values_list("id", "profile__person_id")[:LOOKED_AT]
    )
    chosen: dict[int, int] = {}
    for order, person in rows:
        if len(chosen) < SHOWN and person not in chosen.values():
            chosen[order] = person
    return chosen


def _earned(orders: Sequence[OrderStanding], programme: Programme, speak: Voice) -> Mapping[int, int]:
    """What each of them would earn, were it ordered by somebody as they are today."""
    whole = (
        programme if programme.currency else programme.model_copy(update={"currency": speak.shop.currency})
    )
    version = Version(id=0, since=speak.now, published_at=speak.now, published_by=None, programme=whole)
    profiles = {order.profile_id for order in orders if order.profile_id is not None}
    zones = queries.zones_of(profile_ids=profiles)
    found = reckoned(Asking(orders, dict.fromkeys([order.id for order in orders], version), {}, zones))
    return {order: kept.points_minor for order, kept in found.items()}
