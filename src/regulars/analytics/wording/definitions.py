"""Words the report uses, explained as one would to a colleague."""

from __future__ import annotations

from django.utils.translation import gettext as _

from regulars.analytics.types import Audit
from regulars.analytics.wording.numbers import Formats
from regulars.analytics.wording.segments import stage_words

ENOUGH_REPEATS = 50
"""By the metric definitions: below so many pairs of purchase days the rhythm is taken to be 90 days."""


def definitions(audit: Audit, formats: Formats) -> list[tuple[str, str]]:
    """(term, what it means), in the order in which the report uses them."""
    return [
        *_of_figures(audit, formats),
        (_("Expected in 12 months"), _expected()),
        (
            _("Tested on the past"),
            _(
                "The same forecast made from older orders only, compared with what then really happened. "
                "Where it missed, the report says so."
            ),
        ),
        (_("RFM"), _rfm()),
        (_("Stage"), _stage(audit, formats) + _own_stages(audit, formats)),
        (_("Cohort"), _("All customers whose first order fell into the same calendar month.")),
        (
            _("Median"),
            _(
                "The value in the middle: half are below, half above. Unlike an average it does not move "
                "because of a few extremes."
            ),
        ),
    ]


def knows_rhythm(audit: Audit) -> bool:
    """Whether the stages rest on the shop's own repeat purchases, or on 90 days as there are too few."""
    return audit.purchase_days - audit.customers >= ENOUGH_REPEATS


def _of_figures(audit: Audit, formats: Formats) -> list[tuple[str, str]]:
    return [
        (
            _("Order"),
            _(
                "An order number with a customer and something left of its amount after returns. A "
                "return or a cancellation is never an order; it lowers the order it belongs to."
            ),
        ),
        (_("Period"), _period(audit, formats)),
        (
            _("Retention"),
            _(
                "Of the customers who ordered in one stretch of %(window)s, the share who ordered again "
                "in the next one."
            )
            % {"window": formats.days(audit.retention_window_days)},
        ),
        (
            _("Regular"),
            _(
                "A customer with four or more orders, or with repeat orders whose first and last days "
                "are a year apart."
            ),
        ),
        (
            _("LTV"),
            _(
                "Customer lifetime value: what a customer has brought on average so far. It looks back and "
                "forecasts nothing."
            ),
        ),
    ]


def _period(audit: Audit, formats: Formats) -> str:
    return _("Orders %(period)s: %(days)s. Days are those of the time zone %(zone)s.") % {
        "period": formats.period(audit.from_, audit.to),
        "days": formats.days(audit.span_days),
        "zone": audit.timezone,
    }


def _expected() -> str:
    return _(
        "What such customers did in this shop before, carried over to those who are in the group today. "
        "The range is an interval of 80 percent: four times out of five the true figure should fall into "
        "it. It is what the group should bring in all, not what one more letter adds."
    )


def _rfm() -> str:
    return _(
        "Recency of the last order, frequency of orders, money spent: each from 1 to 5, by comparison "
        "with your other customers. Equal values get equal scores, so with many one-time buyers some "
        "places stay empty."
    )


def _stage(audit: Audit, formats: Formats) -> str:
    days = {"days": formats.days(round(audit.rhythm_days))}
    if not knows_rhythm(audit):
        return (
            _("Where a customer stands by days since the last order, measured in steps of %(days)s.") % days
        )
    return (
        _(
            "Where a customer stands by days since the last order, measured in this shop's own rhythm: "
            "%(days)s, within which nine out of ten repeat purchases come."
        )
        % days
    )


def _own_stages(audit: Audit, formats: Formats) -> str:
    if not audit.own_stages:
        return ""
    names = [stage_words(stage, audit.rhythm_days, formats).name for stage in audit.own_stages]
    return " " + _("By the shop's own rules: %(stages)s.") % {"stages": ", ".join(names)}
