"""How far somebody is with what the programme asks to be done so many times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from regulars.loyalty.types.benefits import Benefit
from regulars.loyalty.types.challenges import Challenge, Shape


class ReachedState(StrEnum):
    """What became of a challenge that was reached."""

    GIVEN = "given"
    """Its benefit was."""
    REFUSED = "refused"
    """It was not for them then."""
    WITHDRAWN = "withdrawn"
    """It is not reached any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a customer is with a challenge, in the window that lasts now.

    `done` of `times` of the present round: of a card that begins anew, the stamps on the new one. `reached`:
    how often within the window. `is_over`: nothing more can be reached in this window; `done` equals `times`
    then. `until`: the first moment at which what is done counts less or no more (None: it stays). `last_day`:
    the last day of the customer's calendar on which it counts in full.
    """

    key: str
    name: str
    shape: Shape
    done: int
    times: int
    reached: int
    is_over: bool
    until: datetime | None
    last_day: date | None
    benefit: Benefit
    challenge: Challenge

    @property
    def missing(self) -> int:
        """How many more it takes to the benefit; 0 where nothing more can be reached now."""
        return self.times - self.done


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeHeld:
    """A badge of a customer: what it is called, when they first had it, and how often they got it."""

    key: str
    name: str
    since: datetime
    times: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeFigures:
    """What a challenge brings about.

    `taking_part`: people who did something for it in the window that lasts; `halfway`: those of them who have
    done half or more, and not all. Of a span of time: `people_reached` reached it, `reached` times in all;
    for that they got points (minor units), gifts and tasks that cost the shop `cost_minor`, and coupons.
    """

    challenge: Challenge
    taking_part: int
    halfway: int
    people_reached: int
    reached: int
    points_minor: int
    cost_minor: int
    coupons: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenges:
    """All challenges of the programme, and how many people take part in any."""

    people: int
    figures: tuple[ChallengeFigures, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NearGoal:
    """Somebody who is near the goal of a challenge; as `models.ChallengeProgress`."""

    person_id: int
    done: int
    reached: int
    until: datetime | None
    last_at: datetime
