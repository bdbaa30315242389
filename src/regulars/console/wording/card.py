"""A customer's card in words: the story in one sentence, the figures, the orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.types import CustomerRow
from regulars.analytics.wording.numbers import plain
from regulars.commerce.types import LineRow, OrderRow, OrderStatus
from regulars.console.voice import Voice
from regulars.console.wording.people import Basis, is_late, silent_days
from regulars.customers.rules import shown_id
from regulars.customers.types import ANONYMOUS, SHOP, ProfileRow


@dataclass(frozen=True)
class CardFigure:
    label: str
    value: str
    period: str = ""


@dataclass(frozen=True)
class OrderLineWords:
    name: str
    quantity: str
    amount: str


@dataclass(frozen=True)
class OrderWords:
    """An order as its card line; `remark` says what became of it, empty where nothing did."""

    number: str
    day: str
    amount: str
    remark: str
    where: str
    lines: list[OrderLineWords]


def story(
    figures: CustomerRow | None, basis: Basis | None, voice: Voice, *, has_ordered: bool = False
) -> str:
    """ "7 orders for 12,400 ₽ since March 2024; usually every 32 days; …".

    `has_ordered`: an order is there already, whatever the figures, which follow a little later, say.
    """
    if figures is None or (has_ordered and not figures.orders):
        return _("The figures of this customer are not made yet; that takes a minute or so.")
    if not figures.orders or figures.first_day is None:
        return _("Has not ordered anything yet.")
    parts = [
        _("%(orders)s for %(money)s since %(month)s")
        % {
            "orders": voice.formats.orders(figures.orders),
            "money": voice.money(figures.revenue_minor, figures.currency),
            "month": voice.month_of(figures.first_day),
        }
    ]
    if figures.usual_gap_days is not None:
        parts.append(_("usually every %(gap)s") % {"gap": voice.formats.days(figures.usual_gap_days)})
    days = silent_days(figures, basis, voice)
    if figures.last_day == voice.today:
        parts.append(_("the last order was today"))
    elif days is not None:
        last = _("the last order was %(days)s ago") % {"days": voice.formats.days(days)}
        if is_late(figures, basis, voice):
            last = _("%(last)s: that is longer than usual") % {"last": last}
        parts.append(last)
    return "; ".join(parts) + "."


def figures_of(figures: CustomerRow, basis: Basis | None, voice: Voice) -> list[CardFigure]:
    """The figures behind the story."""
    if not figures.orders or figures.first_day is None or figures.last_day is None:
        return []
    formats = voice.formats
    since = _("since %(day)s") % {"day": formats.day_short(figures.first_day)}
    found = [
        CardFigure(_("Revenue"), voice.money(figures.revenue_minor, figures.currency), since),
        CardFigure(_("Orders"), formats.number(figures.orders), since),
    ]
    if figures.average_order_minor is not None:
        found.append(
            CardFigure(
                _("Average order"),
                voice.money(figures.average_order_minor, figures.currency),
                _("over all orders"),
            )
        )
    found.append(CardFigure(_("Usual gap"), formats.days(figures.usual_gap_days), _("between orders")))
    days = silent_days(figures, basis, voice)
    is_today = figures.last_day == voice.today
    ago = _("today") if is_today else _("%(days)s ago") % {"days": formats.days(days)}
    found.append(CardFigure(_("Last order"), voice.day(figures.last_day), ago))
    return found


def sources(profiles: Sequence[ProfileRow], *, whole: bool) -> list[str]:
    """By which numbers the customer is known, and where; of devices on the site only how many.

    `whole`: also where such a number is an address or a phone.
    """
    names = {SHOP: _("shop"), "demo": _("demo shop")}
    known = [profile for profile in profiles if profile.source != ANONYMOUS]
    told = [
        _("%(number)s (%(source)s)")
        % {
            "number": plain(profile.external_id if whole else shown_id(profile.external_id)),
            "source": names.get(profile.source, plain(profile.source)),
        }
        for profile in known
    ]
    if devices := len(profiles) - len(known):
        told.append(
            ngettext("%(count)s device on the site", "%(count)s devices on the site", devices)
            % {"count": devices}
        )
    return told


def orders(
    rows: Sequence[OrderRow], lines: Mapping[int, Sequence[LineRow]], voice: Voice
) -> list[OrderWords]:
    return [
        OrderWords(
            number=plain(row.number),
            day=voice.day(voice.day_of(row.ordered_at)),
            amount=voice.money(row.amount_minor, row.currency),
            remark=_remark(row, voice),
            where=" · ".join(plain(part) for part in (row.branch, row.channel) if part),
            lines=[_line(line, row.currency, voice) for line in lines.get(row.id, ())],
        )
        for row in rows
    ]


def _remark(row: OrderRow, voice: Voice) -> str:
    if row.status is OrderStatus.CANCELLED:
        return _("cancelled")
    if row.returned_minor:
        return _("%(money)s given back") % {"money": voice.money(row.returned_minor, row.currency)}
    return ""


def _line(line: LineRow, currency: str, voice: Voice) -> OrderLineWords:
    quantity = line.quantity.normalize()
    places = max(0, -int(quantity.as_tuple().exponent)) if quantity.is_finite() else 0
    return OrderLineWords(
        name=plain(line.product) or _("Goods without a name"),
        quantity="" if quantity == Decimal(1) else f"× {voice.formats.number(quantity, min(places, 3))}",
        amount=voice.money(line.amount_minor, currency),
    )
