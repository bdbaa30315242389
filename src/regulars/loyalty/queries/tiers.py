"""Who has which tier."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from regulars.kit.prepared import prepared_cursor
from regulars.loyalty.queries.programme import version_at
from regulars.loyalty.rules.tiers import fitting
from regulars.loyalty.types.standing import TierStanding

_STANDINGS = """
SELECT person_id, tier, since, measured_minor, ends_at, fits FROM loyalty_tierstanding
WHERE person_id = ANY(%s::bigint[]) AND merged_into IS NULL
"""

_LAST = datetime.max.replace(tzinfo=UTC)


def tiers_of(*, person_ids: Collection[int], at: datetime | None = None) -> dict[int, TierStanding]:
    """Where each of these persons stands; all of them are in the answer. One statement.

    Who never bought has the tier that asks for nothing, if there is one. `at`: who was to keep a tier until
    then or earlier has it no more, also where no worker came by yet; None: as they were reckoned last.
    """
    wanted = sorted(set(person_ids))
    found: dict[int, TierStanding] = {}
    with prepared_cursor() as cursor:  # a till asks with each cart
        cursor.execute(_STANDINGS, [wanted])
        for person_id, tier, since, measured, ends_at, fits in cursor.fetchall():
            has_ended = at is not None and ends_at is not None and ends_at <= at
            found[person_id] = TierStanding(
                tier=fits if has_ended else tier,
                since=ends_at if has_ended else since,
                measured_minor=measured,
                ends_at=None if has_ended else ends_at,
                falls_to=fits,
            )
    if missing := [person_id for person_id in wanted if person_id not in found]:
        found |= dict.fromkeys(missing, _beginning(at))
    return found


def _beginning(at: datetime | None) -> TierStanding:
    """Where somebody stands who never bought anything."""
    version = version_at(at or _LAST)
    tiers = version.programme.tiers if version else None
    tier = fitting(tiers, 0) if tiers else None
    return TierStanding(tier=tier.key, falls_to=tier.key) if tier else TierStanding()
