"""The sentence under each heading of the report: what one sees in the picture below it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.report.second_order import shown_within
from regulars.analytics.types import Audit, Cohort
from regulars.analytics.wording.definitions import knows_rhythm
from regulars.analytics.wording.numbers import Formats
from regulars.analytics.wording.source import rejected_total


def months(audit: Audit, formats: Formats) -> str:
    """The last twelve whole months: how much of the revenue came from whom."""
    whole = [m for m in audit.months if not m.partial][-12:]
    returning = sum((m.returning_revenue for m in whole), Decimal(0))
    total = returning + sum((m.new_revenue for m in whole), Decimal(0))
    if not whole or total <= 0:
        return _("There is no whole month yet.")
    return ngettext(
        "Over the last %(n)s whole month customers who had ordered before brought %(share)s of the revenue.",
        "Over the last %(n)s whole months customers who had ordered before brought %(share)s of the revenue.",
        len(whole),
    ) % {"n": formats.number(len(whole)), "share": formats.rough_share(float(returning / total))}


def revenue_caption(audit: Audit) -> str:
    if audit.currency is None:
        return _("Revenue by month")
    return _("Revenue by month, %(currency)s") % {"currency": audit.currency}


def cohorts(audit: Audit, formats: Formats) -> str:
    """The next month compared between the older and the newer half, where both have enough customers."""
    seen = [c for c in audit.cohorts if len(c.active) > 1 and not c.partial[1] and c.size]
    if not seen:
        return _("Each row is the customers of one month; read it from left to right.")
    first, second = seen[: len(seen) // 2], seen[len(seen) // 2 :]
    rate = _next_month(seen)
    lead = _(
        "Each row is the customers of one month; on average %(share)s of them order again in the next month."
    ) % {"share": formats.rough_share(rate)}
    if len(seen) < 4:
        return lead
    facts = {
        "older": formats.rough_share(_next_month(first)),
        "newer": formats.rough_share(_next_month(second)),
    }
    return (
        lead + " " + _("It was %(older)s in the older half of the months and %(newer)s in the newer.") % facts
    )


def _next_month(group: list[Cohort]) -> float:
    return sum(c.active[1] for c in group) / sum(c.size for c in group)


def second_order(audit: Audit, formats: Formats) -> str:
    within = shown_within(audit)
    if not any(within.values()):
        return _("Nobody has come back on another day yet.")
    if 30 in within and 90 in within:
        return _("%(first)s of customers order again within 30 days, %(second)s within 90.") % {
            "first": formats.rough_share(within[30]),
            "second": formats.rough_share(within[90]),
        }
    days, share = max(within.items())
    return _("%(share)s of customers order again within %(days)s.") % {
        "share": formats.rough_share(share),
        "days": formats.days(days),
    }


def lorenz(audit: Audit, formats: Formats) -> str:
    if not audit.revenue:
        return _("There is no revenue to share out.")
    return _("The best tenth of customers brings %(ten)s of the revenue, the best fifth %(twenty)s.") % {
        "ten": formats.rough_share(audit.lorenz.top_10_share),
        "twenty": formats.rough_share(audit.lorenz.top_20_share),
    }


def stages(audit: Audit, formats: Formats) -> str:
    days = {"days": formats.days(round(audit.rhythm_days))}
    if not knows_rhythm(audit):
        return (
            _(
                "There are too few repeat purchases yet to know this shop's rhythm, so stages are cut in "
                "steps of %(days)s."
            )
            % days
        )
    return (
        _(
            "Cut by this shop's own rhythm: nine out of ten repeat purchases come within %(days)s of the one "
            "before. Who has been silent for longer is at risk."
        )
        % days
    )


def slipping(audit: Audit, formats: Formats) -> str:
    found = audit.slipping
    if not found.customers:
        return _("No valuable customer has been silent for longer than is usual in this shop.")
    return ngettext(
        "%(n)s customer of the top fifth by revenue, with two or more orders, has been silent for longer "
        "than is usual in this shop, but is not lost yet. So far it has brought %(revenue)s.",
        "%(n)s customers of the top fifth by revenue, with two or more orders, have been silent for "
        "longer than is usual in this shop, but are not lost yet. Together they have brought %(revenue)s.",
        found.customers,
    ) % {"n": formats.number(found.customers), "revenue": formats.money(found.revenue)}


def slipping_caption(audit: Audit, formats: Formats) -> str:
    shown = len(audit.slipping.top)
    if shown == audit.slipping.customers:
        return _("All of them, by revenue")
    return _("The %(shown)s with the most revenue of %(all)s") % {
        "shown": formats.number(shown),
        "all": formats.number(audit.slipping.customers),
    }


def channels(audit: Audit, formats: Formats) -> str:
    if audit.margin is not None:
        value = _("LTV is the margin (%(margin)s) on what a customer has brought so far.") % {
            "margin": formats.share(float(audit.margin), 0)
        }
    else:
        value = _("LTV is the revenue a customer has brought so far, without taking off what the goods cost.")
    if all(c.cost is None for c in audit.channels):
        return value
    if len(audit.channels) == 1:
        value += " " + _(
            "Orders name no channel, so the cost can only be set against all customers together."
        )
    cac = _(
        "CAC is the cost of winning one customer. Where LTV / CAC is below 1, a channel has not earned its "
        "cost yet."
    )
    return f"{value} {cac}"


def source(audit: Audit, formats: Formats) -> str:
    return _("%(rows)s, orders %(period)s; moments are in the time zone %(zone)s.") % {
        "rows": formats.rows(audit.rows_read),
        "period": formats.period(audit.from_, audit.to),
        "zone": audit.timezone,
    }


def rejected_caption(audit: Audit, formats: Formats) -> str:
    total = rejected_total(audit)
    return ngettext(
        "%(n)s row was left out: %(share)s of all", "%(n)s rows were left out: %(share)s of all", total
    ) % {
        "n": formats.number(total),
        "share": formats.share(total / audit.rows_read if audit.rows_read else None),
    }
