"""Giving benefits: once for an occasion, whatever they are made of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import sql
from regulars.loyalty import locks
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.rules.lifetime import lasting
from regulars.loyalty.services import giving
from regulars.loyalty.services.posting import POSTINGS_MAX
from regulars.loyalty.types import SOURCE
from regulars.loyalty.types.benefits import CouponGiven, GiftGiven, PointsGiven, TaskGiven
from regulars.loyalty.types.events import BENEFIT_GIVEN
from regulars.loyalty.types.grants import Granted, GrantState, Mechanic, NewGrant

GRANTS_MAX = POSTINGS_MAX
"""Most in one transaction: an open write holds the readers of the log back."""

_MAKE = """
INSERT INTO loyalty_grant
    (key, profile_id, mechanic, part, name, kind, benefit, points_minor, cost_minor, version_id, state,
     given_at, until)
SELECT t.key, t.profile_id, t.mechanic, t.part, t.name, t.kind, t.benefit::jsonb, t.points, t.cost,
       t.version_id, 'given', t.given_at, t.until
FROM unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::bigint[], %s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[])
    AS t(key, profile_id, mechanic, part, name, kind, benefit, points, cost, version_id, given_at, until)
ORDER BY t.key
ON CONFLICT (key) DO NOTHING
RETURNING key
"""
_AGAIN = """
UPDATE loyalty_grant AS g
SET state = 'given', round = g.round + 1, withdrawn_at = NULL, task_id = NULL, given_at = t.given_at,
    until = t.until
FROM unnest(%s::text[], %s::timestamptz[], %s::timestamptz[]) AS t(key, given_at, until)
WHERE g.key = t.key
"""
_STORED = "SELECT key, id, profile_id, state, round, until FROM loyalty_grant WHERE key = ANY(%s) ORDER BY id"
_LOCKED = f"{_STORED} FOR NO KEY UPDATE"


@dataclass(frozen=True, slots=True)
class _Stored:
    """A row as it is; `new`: as it was asked for now."""

    key: str
    id: int
    profile_id: int
    state: GrantState
    round: int
    until: datetime | None


@transaction.atomic
def grant(*, grants: Sequence[NewGrant], now: datetime) -> dict[str, Granted]:
    """Give benefits; by key, what became of each.

    A key that was given stays as it is: given, or used by now, and the profile's it was given to. One that
    was withdrawn is given anew, to the same profile; points that had stayed spent are not given twice. Days
    count from `at` by the customer's calendar. Records `benefit_given` for what is given now (and the events
    of points, coupons and tasks).

    Raises ValueError for more than GRANTS_MAX and for the same key twice.
    """
    told = {one.key: one for one in grants}
    if len(told) < len(grants) or len(told) > GRANTS_MAX:
        raise ValueError(f"{len(grants)} grants, {len(told)} different; the most is {GRANTS_MAX}")
    if not told:
        return {}
    # Wallets before anything else, as whoever posts does; those of the others are let alone.
    paid = {one.profile_id for one in grants if isinstance(one.benefit, PointsGiven)}
    locks.lock_persons_wallets(profile_ids=paid, make=True)
    ends = _ends(grants)
    made = _make(grants, ends)
    known = _rows(_LOCKED, told.keys() - made)
    if again := [key for key, one in known.items() if one.state is GrantState.WITHDRAWN]:
        _give_again([told[key] for key in again], ends)
    given = made | set(again)
    rows = known | _rows(_STORED, given)
    fresh = [_giving(told[key], rows[key]) for key in sorted(given)]
    giving.give_points(fresh, now=now)
    giving.give_tasks(fresh, now=now)
    held = [_giving(told[key], row) for key, row in rows.items() if row.state is not GrantState.USED]
    codes = giving.give_coupons(held, now=now)
    # What is taken from the catalogue is told of as such.
    told_of = [one for one in fresh if one.new.mechanic is not Mechanic.REWARD]
    events.record([_event(one) for one in told_of], now=now)
    return {
        key: Granted(key=key, profile_id=row.profile_id, state=row.state, code=codes.get(key, ""))
        for key, row in rows.items()
    }


def _ends(grants: Sequence[NewGrant]) -> dict[str, datetime | None]:
    """The first moment at which each cannot be used any more, as far as the benefit itself says."""
    zones = zones_of(profile_ids={one.profile_id for one in grants})
    return {one.key: _end(one, zones[one.profile_id]) for one in grants}


def _end(one: NewGrant, zone: ZoneInfo) -> datetime | None:
    if one.mechanic is Mechanic.REWARD and not isinstance(one.benefit, CouponGiven):
        return None  # It was paid for; of a coupon the customer was told how long it is good.
    match one.benefit:
        case PointsGiven(days=int(days)) | CouponGiven(days=days) | GiftGiven(days=days):
            return lasting(since=one.at, days=days, zone=zone)
        case _:
            return None


def _make(grants: Sequence[NewGrant], ends: Mapping[str, datetime | None]) -> set[str]:
    """The keys that were not there yet."""
    rows = [_row(one, ends[one.key]) for one in grants]
    return set(sql.column(_MAKE, sql.columns(rows)))


def _row(one: NewGrant, until: datetime | None) -> tuple[Any, ...]:
    benefit = one.benefit
    points = benefit.points_minor if isinstance(benefit, PointsGiven) else 0
    cost = benefit.cost_minor if isinstance(benefit, GiftGiven | TaskGiven) else 0
    named = (one.key, one.profile_id, one.mechanic.value, one.part, one.name, benefit.kind)
    return (*named, benefit.model_dump_json(), points, cost, one.version_id, one.at, until)


def _give_again(grants: Sequence[NewGrant], ends: Mapping[str, datetime | None]) -> None:
    rows = [(one.key, one.at, ends[one.key]) for one in grants]
    sql.run(_AGAIN, sql.columns(rows))


def _rows(statement: str, keys: Collection[str]) -> dict[str, _Stored]:
    if not keys:
        return {}
    return {
        key: _Stored(key, id_, profile_id, GrantState(state), round_, until)
        for key, id_, profile_id, state, round_, until in sql.rows(statement, [sorted(keys)])
    }


def _giving(new: NewGrant, row: _Stored) -> giving.Giving:
    return giving.Giving(id=row.id, profile_id=row.profile_id, round=row.round, until=row.until, new=new)


def _event(one: giving.Giving) -> NewEvent:
    new = one.new
    return NewEvent(
        type=BENEFIT_GIVEN,
        source=SOURCE,
        key=f"benefit_given:{one.id}:{one.round}",
        occurred_at=new.at,
        profile_id=one.profile_id,
        properties={
            "grant_id": one.id,
            "mechanic": new.mechanic.value,
            "part": new.part,
            "name": new.name,
            "kind": new.benefit.kind,
            "points_minor": new.benefit.points_minor if isinstance(new.benefit, PointsGiven) else 0,
        },
        caused=new.caused,
    )
