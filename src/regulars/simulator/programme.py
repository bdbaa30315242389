"""What the demo shop promises its customers: the rules of its programme, rewards and offers."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import CouponGiven, GiftGiven, PointsGiven
from regulars.loyalty.types.challenges import Challenge, OfEvents, OfOrders
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.earning import ByPercent, ByPiece, Caps, Rule, Times, When
from regulars.loyalty.types.programme import AfterDays, AfterReturnWindow
from regulars.loyalty.types.referring import Referral
from regulars.loyalty.types.rewards import NewReward, RewardKind
from regulars.loyalty.types.tiers import Privileges, Tier, Tiers
from regulars.offers.types import Goods, OffAmount, OfferKind, OffPercent, Terms
from regulars.simulator.history import ZONE

CURRENCY = "RUB"
TEA = ("Чёрный чай", "Зелёный чай", "Улун и пуэр", "Травяной чай")
"""Categories of the catalogue."""
SHARED_CODE = "TEA10"


def programme() -> Programme:
    """The rules, in the language that is active. One of them nobody uses, so that pages show what then."""
    return Programme(
        currency=CURRENCY,
        cashback_percent=Decimal(5),
        spend_percent=Decimal(30),
        spend_from_minor=5_000,
        usable=AfterReturnWindow(),
        expiry=AfterDays(days=180),
        rules=_rules(),
        caps=Caps(order_minor=150_000),
        tiers=_tiers(),
        challenges=_challenges(),
        personal_days=(
            PersonalDay(
                key="birthday",
                name=_("Birthday"),
                before=3,
                after=11,
                benefit=CouponGiven(percent=Decimal(15), days=14),
            ),
        ),
        referral=Referral(
            referrer=PointsGiven(points_minor=30_000),
            friend=PointsGiven(points_minor=30_000),
            order_from_minor=50_000,
        ),
    )


def _rules() -> tuple[Rule, ...]:
    return (
        Rule(
            key="wednesday",
            name=_("Double points on Wednesdays"),
            gives=Times(factor=Decimal(2)),
            when=When(weekdays=(3,)),
        ),
        Rule(
            key="ware",
            name=_("10% back on teaware"),
            gives=ByPercent(percent=Decimal(10)),
            goods=Goods(categories=("Посуда",)),
            instead=True,
        ),
        Rule(
            key="rarity",
            name=_("50 points for each pack of the rare harvest"),
            gives=ByPiece(points_minor=5_000),
            goods=Goods(products=("Дикий пуэр, редкий сбор",)),
        ),
    )


def _tiers() -> Tiers:
    return Tiers(
        levels=(
            Tier(
                key="guest",
                name=_("Friend of the house"),
                from_minor=1_000_000,
                brings=Privileges(cashback_percent=Decimal(7)),
            ),
            Tier(
                key="master",
                name=_("Tea master"),
                from_minor=3_000_000,
                brings=Privileges(cashback_percent=Decimal(10), free_delivery=True, early_access=True),
            ),
        )
    )


def _challenges() -> tuple[Challenge, ...]:
    return (
        Challenge(
            key="coffee",
            name=_("The seventh pack of coffee is a gift"),
            shape="stamps",
            counted=OfOrders(goods=Goods(categories=("Кофе в зёрнах",)), pieces=True),
            times=6,
            repeats=True,
            benefit=GiftGiven(name=_("A pack of coffee, 250 g"), cost_minor=35_000, days=60),
        ),
        Challenge(
            key="thrice",
            name=_("Three orders in a month"),
            counted=OfOrders(),
            times=3,
            window="month",
            benefit=PointsGiven(points_minor=20_000),
        ),
        Challenge(
            key="review",
            name=_("Leave a review"),
            shape="review",
            counted=OfEvents(event="review_left"),
            benefit=PointsGiven(points_minor=5_000),
        ),
    )


def rewards() -> list[NewReward]:
    """What can be had for points."""
    return [
        NewReward(
            name=_("A tin for tea"),
            words=_("Holds 100 g and keeps the air out."),
            kind=RewardKind.THING,
            price_minor=30_000,
            cost_minor=18_000,
            left=120,
            most_each=2,
        ),
        NewReward(
            name=_("300 roubles off"),
            words=_("A code for your next order of 1,500 roubles or more."),
            kind=RewardKind.COUPON,
            price_minor=25_000,
            coupon=CouponGiven(amount_minor=30_000, total_from_minor=150_000, days=30),
        ),
        NewReward(
            name=_("A tasting for two"),
            words=_("An hour with our tea master, by appointment."),
            kind=RewardKind.SERVICE,
            price_minor=90_000,
            cost_minor=60_000,
            due_days=7,
        ),
        NewReward(
            name=_("Food for the cat shelter"),
            words=_("We pay the shelter as much as your points are worth."),
            kind=RewardKind.CAUSE,
            price_minor=10_000,
        ),
    ]


def _midnight(now: datetime, *, days: int) -> datetime:
    return datetime.combine(now.astimezone(ZONE).date() + timedelta(days=days), time(), ZONE)


def offers(now: datetime) -> list[tuple[Terms, str]]:
    """Offers with the code of those that are shared."""
    return [
        (
            Terms(
                name=_("Spring discount on tea"),
                kind=OfferKind.SHARED,
                takes=OffPercent(percent=Decimal(10), most_minor=100_000),
                goods=Goods(categories=TEA),
                since=now - timedelta(days=60),
                until=_midnight(now, days=31),
                uses=1_000,
                uses_each=1,
            ),
            SHARED_CODE,
        ),
        (
            Terms(
                name=_("300 roubles for the first order by flyer"),
                kind=OfferKind.CODES,
                takes=OffAmount(amount_minor=30_000),
                total_from_minor=150_000,
                until=_midnight(now, days=91),
            ),
            "",
        ),
    ]
