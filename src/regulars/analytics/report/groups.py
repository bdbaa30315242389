"""RFM segments and stages as the report shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from regulars.analytics.types import Audit
from regulars.analytics.wording.numbers import Formats
from regulars.analytics.wording.segments import (
    SEGMENT_ORDER,
    STAGE_ORDER,
    GroupWords,
    segment_words,
    stage_words,
)

WEIGHTS = (0.02, 0.06, 0.15, 0.3)  # shares of revenue at which a place on the map gets a stronger colour


@dataclass(frozen=True)
class Group:
    """A segment or a stage.

    `start` and `bar` are where its part of a strip of all customers begins and how wide it is, in percent;
    `step` tells it from others of its mood, `weight` 0 to 4 is how much of the revenue it brings.
    """

    key: str
    words: GroupWords
    customers: str
    customers_share: str
    revenue: str
    revenue_share: str
    customers_label: str
    revenue_label: str
    start: str
    bar: str
    step: int
    weight: int
    empty: bool


def segments(audit: Audit, formats: Formats) -> list[Group]:
    """All eleven, those without customers too: an empty place on the map says something as well."""
    found = {row.segment: (row.customers, row.revenue) for row in audit.rfm}
    counted = [(key, segment_words(key), *found.get(key, _NOBODY)) for key in SEGMENT_ORDER]
    return _groups(counted, audit, formats)


def stages(audit: Audit, formats: Formats) -> list[Group]:
    found = {row.stage: (row.customers, row.revenue) for row in audit.stages}
    counted = [
        (key, stage_words(key, audit.rhythm_days, formats, audit.own_stages), *found.get(key, _NOBODY))
        for key in STAGE_ORDER
    ]
    return _groups(counted, audit, formats)


_NOBODY = (0, Decimal(0))


def _groups(
    counted: Sequence[tuple[str, GroupWords, int, Decimal]], audit: Audit, formats: Formats
) -> list[Group]:
    groups: list[Group] = []
    before = 0
    for key, words, customers, revenue in counted:
        share = customers / audit.customers if audit.customers else 0.0
        of_revenue = float(revenue / audit.revenue) if audit.revenue else 0.0
        revenue_share = formats.share(of_revenue)
        groups.append(
            Group(
                key=key,
                words=words,
                customers=formats.number(customers),
                customers_share=formats.share(share),
                revenue=formats.money(revenue, 0 if revenue == 0 else None),
                revenue_share=revenue_share,
                customers_label=formats.customers(customers),
                revenue_label=_("%(share)s of revenue") % {"share": revenue_share},
                start=f"{before / audit.customers * 100 if audit.customers else 0:.3f}",
                bar=f"{share * 100:.3f}",
                weight=sum(of_revenue >= part for part in WEIGHTS),
                step=sum(g.words.mood == words.mood for g in groups),
                empty=not customers,
            )
        )
        before += customers
    return groups
