"""The report in three sentences: how retention stands, who is slipping away, what to do first."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.types import Audit
from regulars.analytics.wording.growth import growth_words
from regulars.analytics.wording.headline import change
from regulars.analytics.wording.numbers import Formats


@dataclass(frozen=True)
class SummaryLine:
    question: str
    answer: str


def summary(audit: Audit, formats: Formats) -> list[SummaryLine]:
    """Three lines, whatever the figures; each answer is one sentence."""
    return [
        SummaryLine(_("How retention stands"), _retention(audit, formats)),
        SummaryLine(_("Who is slipping away"), _slipping(audit, formats)),
        SummaryLine(_("What to do first"), _first_step(audit, formats)),
    ]


def _retention(audit: Audit, formats: Formats) -> str:
    if audit.repeat_purchase_rate is None or audit.repeat_revenue_share is None:
        return _("There are no orders to judge by.")
    facts = {
        "repeat": formats.rough_share(audit.repeat_purchase_rate),
        "revenue": formats.rough_share(audit.repeat_revenue_share),
    }
    if audit.retention_rate is None:
        sentence = _(
            "%(repeat)s of customers have ordered again so far and bring %(revenue)s of the revenue; how "
            "many stay cannot be said yet, as that takes %(needed)s of orders."
        )
        return sentence % (facts | {"needed": formats.days(2 * audit.retention_window_days)})
    facts |= {
        "rate": formats.rough_share(audit.retention_rate),
        "days": formats.days(audit.retention_window_days),
    }
    moved = change("retention_rate", audit, formats)
    if moved is None:
        return (
            _(
                "%(rate)s of customers order again in the %(days)s that follow; over the whole time "
                "%(repeat)s have ordered again, and they bring %(revenue)s of the revenue."
            )
            % facts
        )
    trend = _("as many as a period earlier")
    if moved.verdict != "neutral":
        trend = _("%(change)s against a period earlier") % {"change": moved.text}
    return _(
        "%(rate)s of customers order again in the %(days)s that follow (%(trend)s); over the whole time "
        "%(repeat)s have ordered again, and they bring %(revenue)s of the revenue."
    ) % (facts | {"trend": trend})


def _slipping(audit: Audit, formats: Formats) -> str:
    slipping = audit.slipping
    if not slipping.customers:
        return _("No valuable customer has been silent for longer than is usual in this shop.")
    sentence = ngettext(
        "%(n)s valuable customer has been silent for longer than is usual in this shop: %(revenue)s of "
        "revenue so far, %(share)s of all.",
        "%(n)s valuable customers have been silent for longer than is usual in this shop: together "
        "%(revenue)s of revenue so far, %(share)s of all.",
        slipping.customers,
    )
    return sentence % {
        "n": formats.number(slipping.customers),
        "revenue": formats.money(slipping.revenue),
        "share": formats.share(float(slipping.revenue / audit.revenue) if audit.revenue else None),
    }


def _first_step(audit: Audit, formats: Formats) -> str:
    if not audit.growth_points:
        return _(
            "The history does not yet bear a forecast, so let every first order go well and read this "
            "again later."
        )
    return growth_words(audit.growth_points[0], audit, formats).short
