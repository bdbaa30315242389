"""Ten segments a shop can use on its first day. Each is a condition to begin with; nothing is stored here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from regulars.segments.types import (
    AllOf,
    Anniversary,
    Bought,
    Condition,
    DaysAgo,
    Did,
    Has,
    OneOf,
    Range,
    Sequence,
    Step,
    Within,
    Yes,
)

_DAY = 24 * 60  # minutes


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A segment as it is offered: `what_for` says in a sentence what to do with its people."""

    key: str
    name: Promise
    what_for: Promise
    condition: Condition


WORTH_A_CALL = "worth_a_call"

READY: tuple[Ready, ...] = (
    Ready(
        key=WORTH_A_CALL,
        name=_("Slipping away and worth a call"),
        what_for=_("They buy a lot, and are late by the rhythm of your customers. Call them first."),
        condition=AllOf(
            (
                Bought(at_least=2),
                Has("analytics.stage", OneOf(("at_risk", "lapsed"))),
                Has("analytics.monetary", Range(low=Decimal(4))),
                Has("customers.has_phone", Yes()),
            )
        ),
    ),
    Ready(
        key="one_order",
        name=_("One order and no second"),
        what_for=_("A month has gone by since their only order. Suggest what goes with it."),
        condition=AllOf((Bought(at_least=1, at_most=1), Has("commerce.last_order_at", DaysAgo(at_least=30)))),
    ),
    Ready(
        key="cart_left",
        name=_("Left a cart"),
        what_for=_("Put something in the cart this week and did not order within a day. Remind them."),
        condition=AllOf(
            (
                Sequence(
                    first=Step("product_added"),
                    then=Step("order_completed"),
                    minutes=_DAY,
                    happened=False,
                    days=7,
                ),
                Bought(at_least=0, at_most=0, within=Within(days=1)),
            )
        ),
    ),
    Ready(
        key="looked",
        name=_("Look and do not buy"),
        what_for=_("Looked at products three times or more within two weeks. Help them choose."),
        condition=AllOf(
            (
                Did("product_viewed", at_least=3, within=Within(days=14)),
                Bought(at_least=0, at_most=0, within=Within(days=14)),
            )
        ),
    ),
    Ready(
        key="birthday",
        name=_("Birthday soon"),
        what_for=_("Within the next seven days. A good moment for a greeting and a small present."),
        condition=Has("customers.birthday", Anniversary(before=7)),
    ),
    Ready(
        key="new",
        name=_("New this month"),
        what_for=_("Their first order came in the last 30 days. Say thank you and ask how it was."),
        condition=Has("commerce.first_order_at", DaysAgo(at_least=0, at_most=30)),
    ),
    Ready(
        key="regulars",
        name=_("Regulars"),
        what_for=_("The shop lives by them. Give them something before all others."),
        condition=Has("analytics.stage", OneOf(("regular",))),
    ),
    Ready(
        key="gone",
        name=_("Gone for a year"),
        what_for=_("Ordered once, but not in the last year. A last good offer, then leave them in peace."),
        condition=Has("commerce.last_order_at", DaysAgo(at_least=365)),
    ),
    Ready(
        key="gave_back",
        name=_("Gave something back"),
        what_for=_("Got money back in the last 30 days. Ask what was wrong before they stop coming."),
        condition=Did("order_refunded", within=Within(days=30)),
    ),
    Ready(
        key="subscribed",
        name=_("Agreed to letters, never bought"),
        what_for=_("They want to hear from the shop. Send them a reason for a first order."),
        condition=AllOf((Has("customers.consent_email", Yes()), Bought(at_least=0, at_most=0))),
    ),
)

BY_KEY: Mapping[str, Ready] = {ready.key: ready for ready in READY}
