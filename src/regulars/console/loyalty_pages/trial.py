"""What rules would have given for orders there were: before they are published, on real customers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.commerce.models import Order
from regulars.commerce.types import OrderStatus
from regulars.console.loyalty_pages import words
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.customers import queries as customers
from regulars.loyalty.rules.earning import discount_minor, earned_minor, payable_minor
from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.wording.amounts import points

BACK = timedelta(days=30)
ORDERS_MAX = 5_000
"""As many are reckoned through while somebody waits."""
SHOWN = 5


@dataclass(frozen=True)
class Line:
    """An order that was, and what it would have come to."""

    who: str
    person: int
    order: str
    total: str
    earns: str
    payable: str


@dataclass(frozen=True)
class Trial:
    """`sentence`: what all of them would have cost."""

    sentence: str
    lines: tuple[Line, ...]


def trial(programme: Programme, speak: Voice) -> Trial | None:
    """The orders of the last 30 days by these rules; None where there are none, or nothing is earned."""
    if not programme.running:
        return None
    found = _orders(programme.currency or speak.shop.currency, speak)
    if not found:
        return None
    total = sum(row["amount_minor"] for row in found)
    currency = found[0]["currency"]
    earned = sum(_earned(row, programme) for row in found)
    money = discount_minor(earned, programme)
    said = _(
        "The last %(orders)s (of 30 days at most) came to %(total)s. By these rules they would have earned "
        "%(points)s, worth %(money)s: %(share)s of it, as far as the points are spent."
    ) % {
        "orders": speak.formats.orders(len(found)),
        "total": speak.money(total, currency),
        "points": words.whole(earned, speak.formats),
        "money": speak.money(money, currency),
        "share": speak.formats.share(money / total) if total else speak.formats.share(0),
    }
    return Trial(said, _lines(found, programme, speak))


def _orders(currency: str, speak: Voice) -> list[dict[str, Any]]:
    rows = (
        Order.objects.filter(
            ordered_at__gt=speak.now - BACK,
            ordered_at__lte=speak.now,
            currency=currency,
            profile__isnull=False,
        )
        .exclude(status=OrderStatus.CANCELLED.value)
        .order_by("-ordered_at")
    )
    names = ("external_id", "amount_minor", "currency", "profile__person_id")
    return list(rows.values(*names)[:ORDERS_MAX])


def _lines(found: list[dict[str, Any]], programme: Programme, speak: Voice) -> tuple[Line, ...]:
    """The newest orders of different customers."""
    chosen: dict[int, dict[str, Any]] = {}
    for row in found:
        chosen.setdefault(row["profile__person_id"], row)
        if len(chosen) == SHOWN:
            break
    names = customers.person_names(sorted(chosen))
    return tuple(_line(row, person, names.get(person), programme, speak) for person, row in chosen.items())


def _line(row: dict[str, Any], person: int, name: str | None, programme: Programme, speak: Voice) -> Line:
    payable = payable_minor(
        total_minor=row["amount_minor"], programme=programme, spendable_minor=10**12 * MINOR
    )
    return Line(
        who=name_or_number(name, person),
        person=person,
        order=plain(row["external_id"]),
        total=speak.money(row["amount_minor"], row["currency"]),
        earns=points(_earned(row, programme), speak.formats),
        payable=points(payable, speak.formats),
    )


def _earned(row: dict[str, Any], programme: Programme) -> int:
    return earned_minor(paid_minor=row["amount_minor"], currency=row["currency"], programme=programme)
