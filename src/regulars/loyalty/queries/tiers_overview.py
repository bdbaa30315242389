"""How many have which tier, and who."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.loyalty.models import TierSweep
from regulars.loyalty.types.tier_pages import NEAR_PERCENT, TierCount, TierPerson, Which
from regulars.loyalty.types.tiers import Tiers

_COUNTS = """
SELECT tier, count(*), count(*) FILTER (WHERE since >= %(since)s),
       count(*) FILTER (WHERE ends_at IS NOT NULL),
       count(*) FILTER (WHERE measured_minor >= (%(near)s::bigint[])[
           coalesce(array_position(%(keys)s::text[], tier), 0) + 1])
FROM loyalty_tierstanding WHERE merged_into IS NULL GROUP BY tier
"""
_COLUMNS = "person_id, tier, since, measured_minor, ends_at"
# The most first; as in the index of tiers, so that no more is read than is shown.
_OF_TIER = f"""
SELECT {_COLUMNS} FROM loyalty_tierstanding
WHERE tier = %(tier)s AND merged_into IS NULL AND measured_minor >= %(least)s
  AND (%(key)s::bigint IS NULL OR (measured_minor, person_id) < (%(key)s, %(person)s))
ORDER BY tier DESC, measured_minor DESC, person_id DESC LIMIT %(limit)s
"""  # noqa: S608 (names of columns)
_ENDING = f"""
SELECT {_COLUMNS} FROM loyalty_tierstanding
WHERE ends_at IS NOT NULL AND merged_into IS NULL
  AND (%(moment)s::timestamptz IS NULL OR (ends_at, person_id) > (%(moment)s, %(person)s))
ORDER BY ends_at, person_id LIMIT %(limit)s
"""  # noqa: S608


def tier_counts(tiers: Tiers, *, since: datetime) -> dict[str, TierCount]:
    """By tier, also for none (an empty key); `since`: from when on somebody came lately."""
    values = {
        "since": since,
        "keys": [tier.key for tier in tiers.levels],
        "near": [near_minor(tiers, tier.key) for tier in tiers.levels],
    }
    return {
        key: TierCount(key=key, persons=persons, came=came, ending=ending, near=near)
        for key, persons, came, ending, near in sql.rows(_COUNTS, values)
    }


def tier_people(
    tiers: Tiers, which: Which, *, limit: int, after: TierPerson | None = None
) -> list[TierPerson]:
    """Those of a list, the most first (who is about to lose a tier: the soonest first); `after`: the last of
    the page before."""
    values: dict[str, Any] = {
        "limit": limit,
        "person": after.person_id if after else None,
        "key": after.measured_minor if after else None,
        "moment": after.ends_at if after else None,
    }
    if which.kind == "ending":
        found = sql.rows(_ENDING, values)
    elif which.kind == "near":
        below = _below(tiers, which.key)
        found = sql.rows(_OF_TIER, values | {"tier": below, "least": near_minor(tiers, which.key)})
    else:
        found = sql.rows(_OF_TIER, values | {"tier": which.key, "least": 0})
    return [
        TierPerson(person_id=person, tier=tier, since=since, measured_minor=measured, ends_at=ends_at)
        for person, tier, since, measured, ends_at in found
    ]


def near_minor(tiers: Tiers, key: str) -> int:
    """From how much on somebody is near a tier."""
    from_minor = next(tier.from_minor for tier in tiers.levels if tier.key == key)
    return -(-from_minor * NEAR_PERCENT // 100)


def tiers_are_being_reckoned() -> tuple[bool, int]:
    """Whether everybody is being gone through because the tiers became others, and how many were by now."""
    last = TierSweep.objects.order_by("-id").first()
    return (True, last.persons) if last and last.changed and last.done_at is None else (False, 0)


def _below(tiers: Tiers, key: str) -> str:
    """The tier below one; empty below the lowest."""
    keys = ["", *(tier.key for tier in tiers.levels)]
    return keys[keys.index(key) - 1]
