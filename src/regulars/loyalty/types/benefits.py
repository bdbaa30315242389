"""What somebody is given once for something: a birthday, a full stamp card, a friend who bought."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from regulars.kit.documents import Money, Name, Part, Percent, SomeMoney
from regulars.loyalty.types.document import Days, SomePoints
from regulars.offers.types import Goods


class PointsGiven(Part):
    """Points, usable at once; `days`: they last so many days, None: as the programme's points do."""

    kind: Literal["points"] = "points"
    points_minor: SomePoints
    days: Days | None = None


class CouponGiven(Part):
    """A coupon of the customer's own: so many percent, or so much money, off goods; for `days` days."""

    kind: Literal["coupon"] = "coupon"
    percent: Annotated[Percent, Field(gt=0)] | None = None
    amount_minor: SomeMoney | None = None
    """One of the two."""
    goods: Goods = Goods()
    total_from_minor: Money = 0
    days: Days = 14


class GiftGiven(Part):
    """Something to be handed out: a cup of coffee. It waits among rewards to be given."""

    kind: Literal["gift"] = "gift"
    name: Name
    cost_minor: Money = 0
    """What it costs the shop, for the reckoning."""
    days: Days = 30
    """It can be fetched for so long."""


class TaskGiven(Part):
    """Something of ours to be done for them, such as an hour of advice: makes a task for staff."""

    kind: Literal["task"] = "task"
    name: Name
    due_days: Days = 3
    cost_minor: Money = 0


class Badge(Part):
    """Nothing but honour."""

    kind: Literal["badge"] = "badge"


Benefit = Annotated[PointsGiven | CouponGiven | GiftGiven | TaskGiven | Badge, Field(discriminator="kind")]
