"""Programmes of those who sell by contract: to businesses, and by subscription."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.loyalty.ready.units import Units
from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import CouponGiven, PointsGiven, TaskGiven
from regulars.loyalty.types.challenges import Challenge, OfOrders
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.programme import AfterDays, OnDay
from regulars.loyalty.types.referring import Referral
from regulars.loyalty.types.tiers import Privileges, Tier, Tiers


def business(of: Units) -> Programme:
    """A little back on every order until the end of the next year, people instead of percents above that."""
    return Programme(
        currency=of.currency,
        worth_minor=of.worth_minor,
        cashback_percent=Decimal(1),
        spend_percent=Decimal(20),
        expiry=OnDay(month=12, day=31, years=1),
        tiers=Tiers(
            measure="spend",
            span="calendar_year",
            grace_days=60,
            levels=(
                Tier(
                    key="partner",
                    name=pgettext("tier", "Partner"),
                    from_minor=of(5_000),
                    brings=Privileges(cashback_percent=Decimal(2), priority_service=True),
                ),
                Tier(
                    key="key",
                    name=pgettext("tier", "Key partner"),
                    from_minor=of(20_000),
                    brings=Privileges(
                        cashback_percent=Decimal(3), free_delivery=True, priority_service=True, manager=True
                    ),
                ),
            ),
        ),
        challenges=(
            Challenge(
                key="advice",
                name=_("Five orders in a year"),
                counted=OfOrders(total_from_minor=of(500)),
                times=5,
                window="year",
                benefit=TaskGiven(
                    name=_("An hour of our specialist's advice"), due_days=5, cost_minor=of(30)
                ),
            ),
        ),
        referral=Referral(
            referrer=PointsGiven(points_minor=of.points(50)),
            friend=CouponGiven(percent=Decimal(5), days=60),
            order_from_minor=of(300),
        ),
    )


def subscription(of: Units) -> Programme:
    """Rewards whoever stays: months in a row, the anniversary, and friends."""
    return Programme(
        currency=of.currency,
        worth_minor=of.worth_minor,
        cashback_percent=Decimal(2),
        spend_percent=Decimal(100),
        expiry=AfterDays(days=180),
        tiers=Tiers(
            measure="orders",
            span="rolling_year",
            grace_days=45,
            levels=(
                Tier(
                    key="regular",
                    name=pgettext("tier", "Regular"),
                    from_minor=3,
                    brings=Privileges(cashback_percent=Decimal(4), early_access=True),
                ),
                Tier(
                    key="friend",
                    name=pgettext("tier", "Friend of the house"),
                    from_minor=10,
                    brings=Privileges(cashback_percent=Decimal(6), early_access=True, priority_service=True),
                ),
            ),
        ),
        challenges=(
            Challenge(
                key="months",
                name=_("Three months in a row"),
                counted=OfOrders(),
                times=3,
                in_a_row="months",
                repeats=True,
                benefit=PointsGiven(points_minor=of.points(5)),
            ),
        ),
        personal_days=(
            PersonalDay(
                key="anniversary",
                name=_("A year with us"),
                which="first_order",
                after=14,
                benefit=CouponGiven(percent=Decimal(20), days=30),
            ),
        ),
        referral=Referral(
            referrer=PointsGiven(points_minor=of.points(5)),
            friend=CouponGiven(percent=Decimal(20), days=30),
        ),
    )
