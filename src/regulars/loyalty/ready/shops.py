"""Programmes of shops: cashback, a stamp card, tiers, a discount card."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from regulars.loyalty.ready.units import Units
from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import CouponGiven, GiftGiven, PointsGiven
from regulars.loyalty.types.challenges import Challenge, OfOrders
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.programme import AtOnce
from regulars.loyalty.types.referring import Referral
from regulars.loyalty.types.tiers import Privileges, Tier, Tiers

BIRTHDAY_BEFORE = 3
BIRTHDAY_DAYS = 10
"""So long it lasts, and so long customers read that it does: until a week after the birthday."""


def cashback(of: Units) -> Programme:
    """So many percent back, some more for a birthday, and for a friend."""
    return Programme(
        currency=of.currency,
        worth_minor=of.worth_minor,
        cashback_percent=Decimal(5),
        spend_percent=Decimal(30),
        personal_days=(_birthday(PointsGiven(points_minor=of.points(3), days=BIRTHDAY_DAYS)),),
        referral=Referral(
            referrer=PointsGiven(points_minor=of.points(3)),
            friend=PointsGiven(points_minor=of.points(3)),
            order_from_minor=of(10),
        ),
    )


def stamp_card(of: Units) -> Programme:
    """A stamp for each purchase, something for free when it is full; no points."""
    return Programme(
        currency=of.currency,
        worth_minor=of.worth_minor,
        cashback_percent=Decimal(0),
        spend_percent=Decimal(0),
        usable=AtOnce(),
        challenges=(
            Challenge(
                key="card",
                name=_("Stamp card"),
                shape="stamps",
                counted=OfOrders(total_from_minor=of(2)),
                times=6,
                repeats=True,
                benefit=GiftGiven(name=_("A drink of your choice"), cost_minor=of(1), days=30),
            ),
        ),
        personal_days=(_birthday(GiftGiven(name=_("A dessert"), cost_minor=of(1), days=BIRTHDAY_DAYS)),),
    )


def tiers(of: Units) -> Programme:
    """More back with each tier, and what money does not buy in the highest."""
    return Programme(
        currency=of.currency,
        worth_minor=of.worth_minor,
        cashback_percent=Decimal(3),
        spend_percent=Decimal(50),
        tiers=Tiers(
            measure="spend",
            span="rolling_year",
            grace_days=30,
            levels=(
                _tier("silver", pgettext("tier", "Silver"), of(200), cashback_percent=Decimal(5)),
                _tier(
                    "gold",
                    pgettext("tier", "Gold"),
                    of(600),
                    cashback_percent=Decimal(7),
                    free_delivery=True,
                ),
                _tier(
                    "platinum",
                    pgettext("tier", "Platinum"),
                    of(1500),
                    cashback_percent=Decimal(10),
                    free_delivery=True,
                    early_access=True,
                    manager=True,
                ),
            ),
        ),
        personal_days=(_birthday(CouponGiven(percent=Decimal(15), days=BIRTHDAY_DAYS)),),
    )


def discount_card(of: Units) -> Programme:
    """A discount that grows with what was bought altogether, and stays; no points."""
    return Programme(
        currency=of.currency,
        worth_minor=of.worth_minor,
        cashback_percent=Decimal(0),
        spend_percent=Decimal(0),
        usable=AtOnce(),
        tiers=Tiers(
            measure="spend",
            span="ever",
            levels=(
                _tier("three", _card(3), of(50), discount_percent=Decimal(3)),
                _tier("five", _card(5), of(200), discount_percent=Decimal(5)),
                _tier("seven", _card(7), of(500), discount_percent=Decimal(7)),
                _tier("ten", _card(10), of(1000), discount_percent=Decimal(10)),
            ),
        ),
    )


def _birthday(benefit: PointsGiven | GiftGiven | CouponGiven) -> PersonalDay:
    return PersonalDay(
        key="birthday",
        name=_("Birthday"),
        before=BIRTHDAY_BEFORE,
        after=BIRTHDAY_DAYS - BIRTHDAY_BEFORE,
        benefit=benefit,
    )


def _tier(key: str, name: str, from_minor: int, **brings: Decimal | bool) -> Tier:
    return Tier(key=key, name=name, from_minor=from_minor, brings=Privileges.model_validate(brings))


def _card(percent: int) -> str:
    return _("%(percent)s%% card") % {"percent": percent}
