"""Who has which tier."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from regulars.kit import sql
from regulars.kit.prepared import prepared_cursor
from regulars.loyalty.queries.measuring import asked_sql, measured_sql, measuring_values
from regulars.loyalty.queries.programme import version_at
from regulars.loyalty.rules.tiers import fitting, level
from regulars.loyalty.types.standing import TierStanding
from regulars.loyalty.types.till import Member

STANDING_COLUMNS = "tier, since, measured_minor, ends_at, fits"
_STANDINGS = f"""
SELECT person_id, {STANDING_COLUMNS} FROM loyalty_tierstanding
WHERE person_id = ANY(%s::bigint[]) AND merged_into IS NULL
"""  # noqa: S608 (columns of ours)
_ASKED = asked_sql("SELECT k.person_id FROM unnest(%(persons)s::bigint[]) AS k (person_id)")

_LAST = datetime.max.replace(tzinfo=UTC)


def tiers_of(*, person_ids: Collection[int], at: datetime | None = None) -> dict[int, TierStanding]:
    """Where each of these persons stands; all of them are in the answer. One statement, and one more where
    somebody has a tier that is no more.

    Who never bought has the tier that asks for nothing, if there is one. `at`: who was to keep a tier until
    then or earlier has it no more, and who has one that the programme of then does not know has what fits,
    also where no worker came by yet; None: as they were reckoned last.
    """
    wanted = sorted(set(person_ids))
    with prepared_cursor() as cursor:
        cursor.execute(_STANDINGS, [wanted])
        reckoned = {person_id: stands(*row) for person_id, *row in cursor.fetchall()}
    return _as_of(reckoned, wanted, at)


def tier_of(member: Member, *, at: datetime) -> TierStanding:
    """The same of somebody who was read already: a till asks with each cart."""
    reckoned = {} if member.stands is None else {member.person_id: member.stands}
    return _as_of(reckoned, [member.person_id], at)[member.person_id]


def stands(
    tier: str, since: datetime | None, measured_minor: int, ends_at: datetime | None, fits: str
) -> TierStanding:
    """What `STANDING_COLUMNS` say: how somebody was reckoned last."""
    return TierStanding(tier=tier, since=since, measured_minor=measured_minor, ends_at=ends_at, falls_to=fits)


def _as_of(
    reckoned: Mapping[int, TierStanding], wanted: Collection[int], at: datetime | None
) -> dict[int, TierStanding]:
    found = {person_id: _ended(one, at) for person_id, one in reckoned.items()}
    if missing := [person_id for person_id in wanted if person_id not in found]:
        found |= dict.fromkeys(missing, _beginning(at))
    return found if at is None else found | _of_tiers_gone(found, at)


def _ended(one: TierStanding, at: datetime | None) -> TierStanding:
    if at is None or one.ends_at is None or one.ends_at > at:
        return one
    return replace(one, tier=one.falls_to, since=one.ends_at, ends_at=None)


def _of_tiers_gone(standings: Mapping[int, TierStanding], at: datetime) -> dict[int, TierStanding]:
    """Those whose tier the programme of that moment does not know, with the one that fits what they bought:
    what the worker finds when it comes by."""
    version = version_at(at)
    if version is None or (tiers := version.programme.tiers) is None:
        return {}
    gone = {id_: one for id_, one in standings.items() if one.tier and level(tiers, one.tier) is None}
    if not gone:
        return {}
    values = measuring_values(tiers, version.programme, at) | {"persons": sorted(gone)}
    asked = f"WITH {_ASKED}, {measured_sql(tiers)} SELECT person_id, measures FROM measured"  # noqa: S608
    found = {}
    for person_id, measures in sql.rows(asked, values):
        tier = fitting(tiers, measures)
        key = tier.key if tier else ""
        found[person_id] = replace(
            gone[person_id], tier=key, falls_to=key, measured_minor=measures, ends_at=None
        )
    return found


def _beginning(at: datetime | None) -> TierStanding:
    """Where somebody stands who never bought anything."""
    version = version_at(at or _LAST)
    tiers = version.programme.tiers if version else None
    tier = fitting(tiers, 0) if tiers else None
    return TierStanding(tier=tier.key, falls_to=tier.key) if tier else TierStanding()
