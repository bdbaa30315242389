"""Reading the catalogue: what there is, who can have what, and what was taken."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from regulars.customers import queries as customers
from regulars.kit import sql
from regulars.kit.attributes import Kind
from regulars.loyalty.models import Reward
from regulars.loyalty.queries.balances import balances
from regulars.loyalty.queries.tiers import tiers_of
from regulars.loyalty.rules.catalogue import Having, why_not
from regulars.loyalty.rules.grants import coupon_key, reward_key
from regulars.loyalty.types.benefits import CouponGiven
from regulars.loyalty.types.grants import GrantState
from regulars.loyalty.types.rewards import (
    CauseRow,
    ForCustomer,
    RewardFigures,
    RewardKind,
    RewardOrderRow,
    RewardRow,
    RewardState,
)
from regulars.offers import queries as offers

REWARDS_MAX = 200
"""Most in a catalogue: more nobody reads."""

_HAD = """
SELECT o.reward_id, sum(o.pieces) FROM customers_profile AS p
JOIN loyalty_rewardorder AS o ON o.profile_id = p.id
WHERE p.person_id = %s AND o.state = 'taken' GROUP BY o.reward_id
"""
_ORDERS = """
SELECT o.id, o.key, o.reward_id, r.name, r.kind, o.profile_id, p.person_id, o.pieces, o.points_minor,
       CASE WHEN o.state = 'cancelled' THEN 'withdrawn' ELSE coalesce(g.state, 'used') END,
       o.at, o.branch_id, o.grant_id, g.task_id, g.used_at, o.cancelled_at, g.until
FROM loyalty_rewardorder AS o
JOIN loyalty_reward AS r ON r.id = o.reward_id
JOIN customers_profile AS p ON p.id = o.profile_id
LEFT JOIN loyalty_grant AS g ON g.id = o.grant_id
"""
_CAUSES = """
SELECT r.id, r.name, r.state, r.given_minor, r.taken,
       coalesce(sum(o.points_minor) FILTER (WHERE o.at >= %(since)s), 0)::bigint,
       count(DISTINCT p.person_id), max(o.at)
FROM loyalty_reward AS r
LEFT JOIN loyalty_rewardorder AS o ON o.reward_id = r.id AND o.state = 'taken'
LEFT JOIN customers_profile AS p ON p.id = o.profile_id
WHERE r.kind = 'cause' GROUP BY r.id ORDER BY r.given_minor DESC, r.id
"""
_FIGURES = """
SELECT coalesce(sum(o.pieces), 0)::bigint, coalesce(sum(o.points_minor), 0)::bigint,
       count(DISTINCT p.person_id)
FROM loyalty_rewardorder AS o JOIN customers_profile AS p ON p.id = o.profile_id
WHERE o.at >= %s AND o.at < %s AND o.state = 'taken'
"""


def rewards(*, removed: bool = False) -> list[RewardRow]:
    """The catalogue, what is offered first, the cheapest first; with what was taken out of it, or without."""
    found = Reward.objects.order_by("price_minor", "id")
    return _rows(found if removed else found.exclude(state=RewardState.REMOVED.value))


def reward(id_: int) -> RewardRow | None:
    """The reward of this number, also one that was removed."""
    return next(iter(_rows(Reward.objects.filter(pk=id_))), None)


def rewards_for(*, person_id: int, at: datetime) -> list[ForCustomer]:
    """The catalogue as one customer has it before them: what they can have first, then the nearest."""
    offered = [row for row in rewards() if row.is_offered(at)]
    if not offered:
        return []
    spendable = balances(person_ids=[person_id], at=at)[person_id].spendable_minor
    tier = tiers_of(person_ids=[person_id], at=at)[person_id].tier
    had = pieces_had(person_id)
    found = [_for_customer(row, tier, spendable, had.get(row.id, 0), at) for row in offered]
    return sorted(found, key=lambda one: (one.why_not is not None, one.missing_minor, one.reward.price_minor))


def pieces_had(person_id: int) -> dict[int, int]:
    """How many pieces of each reward a person took, less what was cancelled."""
    return {reward_id: int(pieces) for reward_id, pieces in sql.rows(_HAD, [person_id])}


def reward_order(id_: int) -> RewardOrderRow | None:
    """The order of this number."""
    return next(iter(_orders("WHERE o.id = %s", id_)), None)


def reward_order_by_key(key: str) -> RewardOrderRow | None:
    """The order that was made under this key."""
    return next(iter(_orders("WHERE o.key = %s", key)), None)


def reward_orders_of(person_id: int, *, limit: int = 100) -> list[RewardOrderRow]:
    """What a person took, the last first."""
    return _orders("WHERE p.person_id = %s ORDER BY o.id DESC LIMIT %s", person_id, limit)


def reward_orders_of_grants(grant_ids: Collection[int]) -> dict[int, RewardOrderRow]:
    """By the number of what was given for it, the order."""
    found = _orders("WHERE o.grant_id = ANY(%s)", list(grant_ids)) if grant_ids else []
    return {row.grant_id: row for row in found if row.grant_id is not None}


def last_reward_orders(*, limit: int, reward_id: int | None = None) -> list[RewardOrderRow]:
    """What was taken last, of all or of one reward."""
    if reward_id is None:
        return _orders("ORDER BY o.at DESC, o.id DESC LIMIT %s", limit)
    return _orders("WHERE o.reward_id = %s ORDER BY o.at DESC, o.id DESC LIMIT %s", reward_id, limit)


def reward_codes(rows: Collection[RewardOrderRow]) -> dict[int, str]:
    """By the number of the order, the code of the coupon that was taken with it and not given back."""
    keys = {
        row.id: coupon_key(reward_key(row.key), 1)  # given once: what is given back has an order of its own
        for row in rows
        if row.kind is RewardKind.COUPON and row.cancelled_at is None
    }
    found = offers.coupons_by_key(keys.values())
    return {id_: found[key].code for id_, key in keys.items() if key in found}


def causes(*, since: datetime) -> list[CauseRow]:
    """What was given to each cause, and of that since a moment."""
    return [
        CauseRow(
            reward_id=id_,
            name=name,
            state=RewardState(state),
            given_minor=given,
            pieces=pieces,
            lately_minor=lately,
            people=people,
            last_at=last_at,
        )
        for id_, name, state, given, pieces, lately, people, last_at in sql.rows(_CAUSES, {"since": since})
    ]


def reward_figures(*, since: datetime, until: datetime) -> RewardFigures:
    """What was taken from the catalogue in a span, less what was cancelled."""
    ((pieces, points, people),) = sql.rows(_FIGURES, [since, until])
    return RewardFigures(pieces=pieces, points_minor=points, people=people)


def due_attributes() -> list[tuple[str, str]]:
    """The days the shop notes of its customers, such as the renewal of a contract: key and words."""
    return [(one.key, one.label) for one in customers.definitions() if one.kind is Kind.DAY]


def to_reward(row: Reward) -> RewardRow:
    """A stored reward."""
    return RewardRow(
        id=row.pk,
        name=row.name,
        words=row.words,
        kind=RewardKind(row.kind),
        state=RewardState(row.state),
        price_minor=row.price_minor,
        cost_minor=row.cost_minor,
        left=row.left,
        most_each=row.most_each,
        tiers=tuple(row.tiers),
        since=row.since,
        until=row.until,
        due_days=row.due_days,
        due_attribute=row.due_attribute,
        coupon=None if row.coupon is None else CouponGiven.model_validate(row.coupon),
        taken=row.taken,
        given_minor=row.given_minor,
        changes=row.changes,
        made_at=row.made_at,
    )


def _for_customer(row: RewardRow, tier: str, spendable_minor: int, had: int, at: datetime) -> ForCustomer:
    having = Having(tier=tier, spendable_minor=spendable_minor, had=had)
    return ForCustomer(
        reward=row,
        why_not=why_not(row, having, pieces=1, at=at),
        missing_minor=max(0, row.price_minor - spendable_minor),
        had=had,
    )


def _rows(found: QuerySet[Reward]) -> list[RewardRow]:
    return [to_reward(row) for row in found[: REWARDS_MAX * 2]]


def _orders(where: str, *values: Any) -> list[RewardOrderRow]:
    return [_order(row) for row in sql.rows(f"{_ORDERS} {where}", values)]


def _order(row: tuple[Any, ...]) -> RewardOrderRow:
    id_, key, reward_id, name, kind, profile_id, person_id, pieces, points, state, at, *rest = row
    branch_id, grant_id, task_id, used_at, cancelled_at, until = rest
    return RewardOrderRow(
        id=id_,
        key=key,
        reward_id=reward_id,
        reward_name=name,
        kind=RewardKind(kind),
        profile_id=profile_id,
        person_id=person_id,
        pieces=pieces,
        points_minor=points,
        state=GrantState(state),
        at=at,
        branch_id=branch_id,
        grant_id=grant_id,
        task_id=task_id,
        handed_out_at=used_at,
        cancelled_at=cancelled_at,
        until=until,
    )
