"""The catalogue of rewards, what was taken from it and what was given once, as pages and programs read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from regulars.loyalty.types.benefits import Benefit, CouponGiven
from regulars.loyalty.types.grants import GrantState, Mechanic

PIECES_MAX = 100
"""Most pieces of a reward taken at once."""
WORDS_CHARACTERS_MAX = 500
NAME_CHARACTERS_MAX = 80


class BenefitKind(StrEnum):
    """As `types.benefits` tell them apart."""

    POINTS = "points"
    COUPON = "coupon"
    GIFT = "gift"
    TASK = "task"
    BADGE = "badge"


class RewardKind(StrEnum):
    THING = "thing"
    """Handed out by a colleague: a cup, a towel."""
    CAUSE = "cause"
    """Points given to a good cause; the shop pays what they are worth to it."""
    SERVICE = "service"
    """Something of ours, such as an hour of advice: a task for staff."""
    COUPON = "coupon"
    """A code of the customer's own that takes something off a later purchase."""


class RewardState(StrEnum):
    RUNNING = "running"
    PAUSED = "paused"
    REMOVED = "removed"
    """Not offered any more; kept for what was taken."""


class OrderState(StrEnum):
    TAKEN = "taken"
    """Paid with points; for a thing and a service its grant says what became of it."""
    CANCELLED = "cancelled"


class WhyNot(StrEnum):
    """Why a customer cannot have a reward now."""

    NOT_OFFERED = "not_offered"
    """Paused, removed, before its time or after."""
    SOLD_OUT = "sold_out"
    ENOUGH = "enough"
    """They have had as many as one may."""
    OTHER_TIER = "other_tier"
    POINTS = "points"
    """Not enough of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewReward:
    """What a reward is to be; see `models.Reward`. `price_minor` in minor units of points."""

    name: str
    kind: RewardKind
    price_minor: int
    words: str = ""
    cost_minor: int = 0
    left: int | None = None
    most_each: int | None = None
    tiers: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    due_days: int = 3
    due_attribute: str = ""
    coupon: CouponGiven | None = None
    """Of a coupon and of nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardRow:
    """A reward as it stands; `changes` is given back when it is edited."""

    id: int
    name: str
    words: str
    kind: RewardKind
    state: RewardState
    price_minor: int
    cost_minor: int
    left: int | None
    most_each: int | None
    tiers: tuple[str, ...]
    since: datetime | None
    until: datetime | None
    due_days: int
    due_attribute: str
    coupon: CouponGiven | None
    taken: int
    given_minor: int
    changes: int
    made_at: datetime

    def is_offered(self, at: datetime) -> bool:
        """Whether it can be had at a moment by anybody; as far as time and state go."""
        begun = self.since is None or self.since <= at
        return self.state is RewardState.RUNNING and begun and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeeming:
    """What is asked for. `key`: whoever asks makes it up; the same key with something else is a conflict."""

    key: str
    reward_id: int
    profile_id: int
    at: datetime
    pieces: int = 1
    branch_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardOrderRow:
    """A reward somebody took; `handed_out_at` also tells when a service was done.

    `state`: that of what is given for it where there is something; of a cause always `used`. `until`: the
    first moment at which a coupon cannot be used any more.
    """

    id: int
    key: str
    reward_id: int
    reward_name: str
    kind: RewardKind
    profile_id: int
    person_id: int
    pieces: int
    points_minor: int
    state: GrantState
    at: datetime
    branch_id: int | None
    grant_id: int | None
    task_id: int | None
    handed_out_at: datetime | None
    cancelled_at: datetime | None
    until: datetime | None

    def is_coupon_over(self, at: datetime) -> bool:
        """Whether it is a coupon that nobody used and that cannot be used any more."""
        waits = self.kind is RewardKind.COUPON and self.state is GrantState.GIVEN
        return waits and self.until is not None and self.until <= at


@dataclass(frozen=True, slots=True, kw_only=True)
class ForCustomer:
    """A reward as one customer has it before them; `why_not` None: they can have it now.

    `missing_minor`: points they are short of. `had`: how many they took already.
    """

    reward: RewardRow
    why_not: WhyNot | None
    missing_minor: int
    had: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRow:
    """Something that was given once, and what became of it."""

    id: int
    key: str
    profile_id: int
    person_id: int
    mechanic: Mechanic
    part: str
    name: str
    benefit: Benefit
    state: GrantState
    given_at: datetime
    until: datetime | None
    used_at: datetime | None
    used_by: int | None
    withdrawn_at: datetime | None
    task_id: int | None
    round: int = 1

    def is_open(self, at: datetime) -> bool:
        """Whether it can still be used, fetched or done at a moment."""
        return self.state is GrantState.GIVEN and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class CauseRow:
    """A good cause: what was given to it altogether, and `lately_minor` of that in a span."""

    reward_id: int
    name: str
    state: RewardState
    given_minor: int
    pieces: int
    lately_minor: int
    people: int
    last_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardFigures:
    """What was taken from the catalogue in a span."""

    pieces: int
    points_minor: int
    people: int
