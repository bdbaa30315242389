"""The report's lists: months, time to the second order, revenue curve, those slipping away, channels."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.analytics.report.second_order import shown_within
from regulars.analytics.types import Audit, Channel
from regulars.analytics.wording.numbers import DASH, Formats, plain
from regulars.analytics.wording.segments import stage_words

LORENZ_STEPS = (1, 5, 10, 20, 30, 50, 80)  # percent of customers


@dataclass(frozen=True)
class MonthRow:
    month: str
    partial: bool
    new_orders: str
    returning_orders: str
    new_revenue: str
    returning_revenue: str
    returning_share: str


@dataclass(frozen=True)
class SlippingRow:
    """`url`: where the customer's card is, on a page that has such."""

    customer_id: str
    last_order: str
    silent: str
    usual_gap: str
    orders: str
    revenue: str
    stage: str
    mood: str
    url: str = ""


@dataclass(frozen=True)
class ChannelRow:
    name: str
    customers: str
    revenue: str
    ltv: str
    cost: str
    cac: str
    ltv_to_cac: str
    mood: str
    payback: str


@dataclass(frozen=True)
class ChannelTable:
    rows: list[ChannelRow]
    has_costs: bool
    with_margin: bool


@dataclass(frozen=True)
class SourceRow:
    name: str
    read_as: str
    rows: str


def source_rows(audit: Audit, formats: Formats) -> list[SourceRow]:
    rows = []
    for part in audit.source:
        read_as = [part.encoding or ""]
        if part.delimiter:
            read_as.append(_("separated by %(delimiter)s") % {"delimiter": _delimiter(part.delimiter)})
        rows.append(
            SourceRow(plain(part.name), ", ".join(p for p in read_as if p) or DASH, formats.number(part.rows))
        )
    return rows


def _delimiter(delimiter: str) -> str:
    names = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": _("bars")}
    return names.get(delimiter, plain(delimiter))


def month_rows(audit: Audit, formats: Formats) -> list[MonthRow]:
    places = formats.money_places(
        [m.returning_revenue for m in audit.months] + [m.new_revenue for m in audit.months]
    )
    rows = []
    for month in audit.months:
        total = month.new_revenue + month.returning_revenue
        share = float(month.returning_revenue / total) if total > 0 else None
        rows.append(
            MonthRow(
                month=formats.month(month.month),
                partial=month.partial,
                new_orders=formats.number(month.new_orders),
                returning_orders=formats.number(month.returning_orders),
                new_revenue=formats.money(month.new_revenue, places),
                returning_revenue=formats.money(month.returning_revenue, places),
                returning_share=formats.share(share, 0),
            )
        )
    return rows


def second_order_rows(audit: Audit, formats: Formats) -> list[tuple[str, str]]:
    """(within so many days, share of customers)."""
    return [(formats.days(days), formats.share(share)) for days, share in shown_within(audit).items()]


def lorenz_rows(audit: Audit, formats: Formats) -> list[tuple[str, str]]:
    """(best so many percent of customers, share of revenue)."""
    points = {round(p.x * 100): p.y for p in audit.lorenz.points}
    return [
        (formats.share(step / 100, 0), formats.share(points[step])) for step in LORENZ_STEPS if step in points
    ]


def slipping_rows(audit: Audit, formats: Formats) -> list[SlippingRow]:
    places = formats.money_places([c.revenue for c in audit.slipping.top])
    rows = []
    for customer in audit.slipping.top:
        words = stage_words(customer.stage, audit.rhythm_days, formats, audit.own_stages)
        rows.append(
            SlippingRow(
                customer_id=plain(customer.customer_id),
                last_order=formats.day_short(customer.last_order),
                silent=formats.days(customer.days_since),
                usual_gap=formats.days(customer.usual_gap_days),
                orders=formats.number(customer.orders),
                revenue=formats.money(customer.revenue, places),
                stage=words.name,
                mood=words.mood,
            )
        )
    return rows


def channel_table(audit: Audit, formats: Formats) -> ChannelTable | None:
    """None where orders carry no channel and no costs were given."""
    channels = audit.channels
    if not channels or (len(channels) == 1 and channels[0].cost is None):
        return None
    revenue = formats.money_places([c.revenue for c in channels])
    each = formats.money_places([c.ltv for c in channels] + [c.cac for c in channels])
    rows = [
        ChannelRow(
            name=_("All channels") if c.channel is None else plain(c.channel) or _("none named"),
            customers=formats.number(c.customers),
            revenue=formats.money(c.revenue, revenue),
            ltv=formats.money(c.ltv, each),
            cost=formats.money(c.cost, revenue),
            cac=formats.money(c.cac, each),
            ltv_to_cac=formats.ratio(c.ltv_to_cac),
            mood=_mood(c),
            payback=_payback(c, formats),
        )
        for c in channels
    ]
    return ChannelTable(
        rows=rows, has_costs=any(c.cost is not None for c in channels), with_margin=audit.margin is not None
    )


def _mood(channel: Channel) -> str:
    if channel.ltv_to_cac is None:
        return ""
    return "kept" if channel.ltv_to_cac >= 1 else "lost"


def _payback(channel: Channel, formats: Formats) -> str:
    if channel.cac is None:
        return DASH
    if channel.payback_months is None:
        return pgettext("payback", "not yet")
    # Counted from 0, the month of the first order itself.
    return formats.months(channel.payback_months + 1)
