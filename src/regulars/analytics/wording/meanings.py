"""What each headline figure is and what its value says about this shop, in one sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from regulars.analytics.types import Audit
from regulars.analytics.wording.numbers import Formats

DAYS_IN_MONTH = Decimal("30.4375")  # 365.25 / 12
SHORTEST_FOR_MONTHLY = 60  # days; an average month says nothing about less than two


def _customers(audit: Audit, formats: Formats) -> str:
    return _("Different customers with at least one order, %(period)s.") % {
        "period": formats.period(audit.from_, audit.to)
    }


def _orders(audit: Audit, formats: Formats) -> str:
    if audit.span_days < SHORTEST_FOR_MONTHLY:
        return _("Orders with a customer and something left of the amount after returns.")
    return _(
        "Orders with a customer and something left of the amount after returns: about %(n)s a month."
    ) % {"n": formats.number(audit.orders / _months(audit))}


def _revenue(audit: Audit, formats: Formats) -> str:
    if audit.span_days < SHORTEST_FOR_MONTHLY:
        return _("What these orders brought after returns.")
    return _("What these orders brought after returns: about %(amount)s a month.") % {
        "amount": formats.about(audit.revenue / _months(audit))
    }


def _months(audit: Audit) -> Decimal:
    return Decimal(audit.span_days) / DAYS_IN_MONTH


def _average_order_value(audit: Audit, formats: Formats) -> str:
    if audit.average_order_value is None:
        return _no_orders()
    if audit.ltv_historical is not None and audit.margin is None and audit.orders > audit.customers:
        return _(
            "Revenue divided by orders: one order brings %(aov)s, one customer with all their orders %(ltv)s."
        ) % {
            "aov": formats.money(audit.average_order_value),
            "ltv": formats.money(audit.ltv_historical),
        }
    return _("Revenue divided by orders: what one order brings, returns taken off.")


def _purchase_frequency(audit: Audit, formats: Formats) -> str:
    if audit.purchase_frequency is None:
        return _no_orders()
    return _("Orders divided by customers: on average a customer has ordered %(n)s times in %(days)s.") % {
        "n": formats.ratio(audit.purchase_frequency),
        "days": formats.days(audit.span_days),
    }


def _repeat_purchase_rate(audit: Audit, formats: Formats) -> str:
    if audit.repeat_purchase_rate is None:
        return _no_orders()
    return _("Share of customers with two or more orders: %(people)s came back at least once.") % {
        "people": formats.out_of(audit.repeat_purchase_rate)
    }


def _one_time_customers(audit: Audit, formats: Formats) -> str:
    if not audit.customers:
        return _no_orders()
    return _("Ordered once and have not come back so far: %(share)s of all customers.") % {
        "share": formats.share(audit.one_time_customers / audit.customers)
    }


def _repeat_revenue_share(audit: Audit, formats: Formats) -> str:
    if audit.repeat_revenue_share is None:
        return _no_orders()
    return _("Of every %(hundred)s earned, %(part)s come from customers with two or more orders.") % _hundred(
        audit.repeat_revenue_share, formats
    )


def _regulars(audit: Audit, formats: Formats) -> str:
    if audit.regulars_share is None:
        return _no_orders()
    if not audit.regulars:
        return _("Nobody yet has four orders, or repeat orders that span a year.")
    return _(
        "Customers with four or more orders, or with repeat orders that span a year: %(people)s of all."
    ) % {"people": formats.out_of(audit.regulars_share)}


def _regulars_share(audit: Audit, formats: Formats) -> str:
    if audit.regulars_share is None:
        return _no_orders()
    repeat = audit.customers - audit.one_time_customers
    if not repeat:
        return _("Regulars among all customers: nobody has come back yet.")
    return _(
        "Regulars among all customers; of those who came back at least once, %(share)s became regulars."
    ) % {"share": formats.share(audit.regulars / repeat, 0)}


def _regulars_revenue_share(audit: Audit, formats: Formats) -> str:
    if audit.regulars_revenue_share is None:
        return _no_orders()
    return _("Of every %(hundred)s earned, %(part)s come from regulars.") % _hundred(
        audit.regulars_revenue_share, formats
    )


def _hundred(share: float, formats: Formats) -> dict[str, str]:
    return {
        "hundred": formats.money(Decimal(100), 0),
        "part": formats.money(Decimal(round(share * 100)), 0),
    }


def _median_days_to_second_order(audit: Audit, formats: Formats) -> str:
    if audit.median_days_to_second_order is None:
        return _("Nobody has come back on another day yet, so there is nothing to measure.")
    return _(
        "Half of those who came back did so within %(days)s of their first purchase, half took longer."
    ) % {"days": formats.days(audit.median_days_to_second_order)}


def _median_days_between_orders(audit: Audit, formats: Formats) -> str:
    if audit.median_days_between_orders is None:
        return _("Nobody has come back on another day yet, so there is nothing to measure.")
    return _("Half of all repeat purchases come within %(days)s of the one before, half take longer.") % {
        "days": formats.days(audit.median_days_between_orders)
    }


def _purchase_days(audit: Audit, formats: Formats) -> str:
    if not audit.customers:
        return _no_orders()
    return _("Days on which a customer bought, several orders on one day counted once: %(n)s a customer.") % {
        "n": formats.ratio(audit.purchase_days / audit.customers)
    }


def _retention_rate(audit: Audit, formats: Formats) -> str:
    if audit.retention_rate is None:
        return _too_short(audit, formats)
    return _(
        "Of the customers who ordered %(before)s, %(people)s ordered again in the %(days)s that followed."
    ) % {
        "before": _window_before(audit, formats),
        "people": formats.out_of(audit.retention_rate),
        "days": formats.days(audit.retention_window_days),
    }


def _churn_rate(audit: Audit, formats: Formats) -> str:
    if audit.churn_rate is None:
        return _too_short(audit, formats)
    return _(
        "The other side of retention: %(people)s of those customers did not order in these %(days)s."
    ) % {
        "people": formats.out_of(audit.churn_rate),
        "days": formats.days(audit.retention_window_days),
    }


def _new_customer_rate(audit: Audit, formats: Formats) -> str:
    if audit.new_customer_rate is None:
        return _no_orders()
    if audit.new_customer_rate == 1:
        return _("All customers of the last %(days)s ordered for the first time.") % {
            "days": formats.days(audit.retention_window_days)
        }
    return _(
        "Of the customers of the last %(days)s, %(people)s ordered for the first time; the others knew you."
    ) % {
        "days": formats.days(audit.retention_window_days),
        "people": formats.out_of(audit.new_customer_rate),
    }


def _ltv_historical(audit: Audit, formats: Formats) -> str:
    if audit.ltv_historical is None:
        return _no_orders()
    if audit.margin is not None:
        return _(
            "Margin of %(margin)s on what an average customer has brought so far, with all their orders."
        ) % {"margin": formats.share(float(audit.margin), 0)}
    return _(
        "Revenue divided by customers: what an average customer has brought so far, with all their orders."
    )


def _window_before(audit: Audit, formats: Formats) -> str:
    window = timedelta(days=audit.retention_window_days)
    return formats.period(audit.as_of - 2 * window, audit.as_of - window - timedelta(days=1))


def _too_short(audit: Audit, formats: Formats) -> str:
    return _("Takes %(needed)s of orders to measure; there are %(days)s so far.") % {
        "needed": formats.days(2 * audit.retention_window_days),
        "days": formats.days(audit.span_days),
    }


def _no_orders() -> str:
    return _("No orders in this period, so there is nothing to measure.")


MEANINGS: dict[str, Callable[[Audit, Formats], str]] = {
    "customers": _customers,
    "orders": _orders,
    "revenue": _revenue,
    "average_order_value": _average_order_value,
    "purchase_frequency": _purchase_frequency,
    "repeat_purchase_rate": _repeat_purchase_rate,
    "one_time_customers": _one_time_customers,
    "repeat_revenue_share": _repeat_revenue_share,
    "regulars": _regulars,
    "regulars_share": _regulars_share,
    "regulars_revenue_share": _regulars_revenue_share,
    "median_days_to_second_order": _median_days_to_second_order,
    "median_days_between_orders": _median_days_between_orders,
    "purchase_days": _purchase_days,
    "retention_rate": _retention_rate,
    "churn_rate": _churn_rate,
    "new_customer_rate": _new_customer_rate,
    "ltv_historical": _ltv_historical,
}
