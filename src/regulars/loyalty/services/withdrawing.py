"""Taking back what was given, as far as it is not used."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.events import services as events
from regulars.events.types import NewEvent
from regulars.kit import sql
from regulars.loyalty import locks
from regulars.loyalty.rules.grants import coupon_key, lot_key
from regulars.loyalty.services.posting import POSTINGS_MAX
from regulars.loyalty.services.settling import settle
from regulars.loyalty.types import SOURCE, Mechanic, Wanted
from regulars.loyalty.types.events import BENEFIT_WITHDRAWN
from regulars.loyalty.types.rewards import BenefitKind
from regulars.offers import services as offers
from regulars.work import services as work

_PROFILES = """
SELECT DISTINCT profile_id FROM loyalty_grant WHERE key = ANY(%s) AND state = 'given' AND kind = 'points'
"""
_LOCKED = """
SELECT id, key, profile_id, mechanic, part, name, kind, points_minor, round, task_id, given_at
FROM loyalty_grant WHERE key = ANY(%s) AND state = 'given' ORDER BY id FOR NO KEY UPDATE
"""
_WITHDRAW = "UPDATE loyalty_grant SET state = 'withdrawn', withdrawn_at = %s WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Given:
    """A grant that is given still."""

    id: int
    key: str
    profile_id: int
    mechanic: str
    part: str
    name: str
    kind: BenefitKind
    points_minor: int
    round: int
    task_id: int | None
    given_at: datetime


@transaction.atomic
def withdraw(*, keys: Collection[str], now: datetime) -> frozenset[str]:
    """Take back what was given under these keys and is not used; gives the keys that were taken back.

    Of points, what is left of them; what was spent stays spent and is written off. Coupons do no more, gifts
    are not handed out any more, tasks that are open are closed. What was used, handed out or done stays.
    Records `benefit_withdrawn`. Keys nobody knows are left out; the same again changes nothing.

    Raises ValueError for more keys than go into one transaction.
    """
    if len(set(keys)) > POSTINGS_MAX:
        raise ValueError(f"{len(keys)} grants to withdraw; the most is {POSTINGS_MAX}")
    if not keys:
        return frozenset()
    told = sorted(set(keys))
    paid = set(sql.column(_PROFILES, [told]))
    locks.lock_persons_wallets(profile_ids=paid)
    given = [_given(*row) for row in sql.rows(_LOCKED, [told])]
    back = [*_points(given, now), *_coupons(given, now), *_tasks(given, now), *_others(given)]
    if not back:
        return frozenset()
    sql.run(_WITHDRAW, [now, [one.id for one in back]])
    told_of = [one for one in back if one.mechanic != Mechanic.REWARD.value]
    events.record([_event(one, now) for one in told_of], now=now)
    return frozenset(one.key for one in back)


def _given(*row: Any) -> _Given:
    id_, key, profile_id, mechanic, part, name, kind, points, round_, task_id, given_at = row
    return _Given(
        id=id_,
        key=key,
        profile_id=profile_id,
        mechanic=mechanic,
        part=part,
        name=name,
        kind=BenefitKind(kind),
        points_minor=points,
        round=round_,
        task_id=task_id,
        given_at=given_at,
    )


def _points(given: Sequence[_Given], now: datetime) -> list[_Given]:
    found = [one for one in given if one.kind is BenefitKind.POINTS]
    wanted = [
        Wanted(
            key=lot_key(one.key),
            profile_id=one.profile_id,
            points_minor=0,
            at=now,
            earned_at=one.given_at,
            usable_at=one.given_at,
            expires_at=None,
            rule=f"{one.mechanic}:{one.part}",
        )
        for one in found
    ]
    settle(wanted=wanted, when_spent="write_off", now=now)
    return found


def _coupons(given: Sequence[_Given], now: datetime) -> list[_Given]:
    """Those whose code nobody used yet."""
    found = {coupon_key(one.key, one.round): one for one in given if one.kind is BenefitKind.COUPON}
    if not found:
        return []
    return [found[key] for key in sorted(offers.void(keys=list(found), now=now))]


def _tasks(given: Sequence[_Given], now: datetime) -> list[_Given]:
    """Those nobody has done yet."""
    found = {one.task_id: one for one in given if one.kind is BenefitKind.TASK and one.task_id is not None}
    return [found[id_] for id_ in sorted(work.close_tasks(task_ids=found, closed_by=None, now=now))]


def _others(given: Sequence[_Given]) -> list[_Given]:
    return [one for one in given if one.kind in (BenefitKind.GIFT, BenefitKind.BADGE)]


def _event(one: _Given, now: datetime) -> NewEvent:
    return NewEvent(
        type=BENEFIT_WITHDRAWN,
        source=SOURCE,
        key=f"benefit_withdrawn:{one.id}:{one.round}",
        occurred_at=now,
        profile_id=one.profile_id,
        properties={
            "grant_id": one.id,
            "mechanic": one.mechanic,
            "part": one.part,
            "name": one.name,
            "kind": one.kind.value,
            "points_minor": one.points_minor,
        },
    )
