"""What the log hears of tiers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.kit import sql
from regulars.loyalty.rules.tiers import level
from regulars.loyalty.types import SOURCE
from regulars.loyalty.types.events import TIER_ENDING, TIER_LEFT, TIER_REACHED, Caused
from regulars.loyalty.types.tiers import Tiers

# The one that is known by more than a device, where there is one.
_PROFILES = """
SELECT DISTINCT ON (person_id) person_id, profile_id FROM facts_profiles WHERE person_id = ANY(%s)
ORDER BY person_id, known DESC, profile_id
"""
_WHOSE = "SELECT person_id, profile_id FROM facts_profiles WHERE profile_id = ANY(%s) ORDER BY profile_id"


@dataclass(frozen=True, slots=True)
class Passed:
    """Somebody whose tier became another, or is about to end (`ends`).

    `was`, `has`: the place among the levels, 0 is none; `fits`: the key of what their measure asks for.
    """

    person_id: int
    before: str
    tier: str
    fits: str
    measured_minor: int
    was: int
    has: int
    ends: datetime | None

    @property
    def type_(self) -> EventType:
        """What the log calls it."""
        if self.has > self.was:
            return TIER_REACHED
        return TIER_LEFT if self.has < self.was else TIER_ENDING


def tell(
    passed: Sequence[Passed],
    tiers: Tiers,
    *,
    now: datetime,
    caused: Mapping[int, Caused],
    ups: bool = True,
) -> None:
    """Record that tiers were reached, are about to end, and were left; `ups` False: not that of reaching.

    Of whom nothing is told a mark is left, so that segments which ask for tiers look at them too.
    """
    profiles = _rows(_PROFILES, [one.person_id for one in passed])
    told = [one for one in passed if ups or one.type_ is not TIER_REACHED]
    if not ups:
        events.touch(profiles=profiles.values())
    if not told:
        return
    causes = {person: (profile, caused[profile]) for person, profile in _rows(_WHOSE, list(caused)).items()}
    events.record(
        [
            _event(one, tiers, now, profiles[one.person_id], causes.get(one.person_id))
            for one in told
            if one.person_id in profiles
        ],
        now=now,
    )


def _event(
    passed: Passed,
    tiers: Tiers,
    now: datetime,
    profile_id: int,
    cause: tuple[int, Caused] | None,
) -> NewEvent:
    type_ = passed.type_
    about = passed.before if type_ is TIER_LEFT else passed.tier
    after = passed.fits if type_ is not TIER_REACHED else passed.before
    known, other = level(tiers, about), level(tiers, after)
    properties = {
        "tier": about,
        "name": known.name if known else "",
        "before" if type_ is TIER_REACHED else "then": after,
        "before_name" if type_ is TIER_REACHED else "then_name": other.name if other else "",
        "measured_minor": passed.measured_minor,
    }
    if type_ is TIER_ENDING and passed.ends is not None:
        properties["until"] = passed.ends.isoformat()
    return NewEvent(
        type=type_,
        source=SOURCE,
        # Written with the change it tells of, once: the moment is enough to tell it from others.
        key=f"{type_.name}:{passed.person_id}:{about}:{now:%Y%m%dT%H%M%S%f}",
        occurred_at=now,
        profile_id=cause[0] if cause else profile_id,
        properties=properties,
        caused=cause[1] if cause else None,
    )


def _rows(statement: str, ids: Collection[int]) -> dict[int, int]:
    if not ids:
        return {}
    return dict(sql.rows(statement, [list(ids)]))
