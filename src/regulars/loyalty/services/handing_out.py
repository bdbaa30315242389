"""Gifts over the counter, and what becomes of tasks and coupons that were given."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from regulars.events import services as events
from regulars.events.types import EventType, NewEvent
from regulars.kit import sql
from regulars.loyalty.types import SOURCE
from regulars.loyalty.types.events import BENEFIT_GIVEN, REWARD_HANDED_OUT

_HAND_OUT = """
UPDATE loyalty_grant SET state = 'used', used_at = %(now)s, used_by = %(user)s
WHERE id = %(id)s AND kind = 'gift' AND state = 'given' AND (until IS NULL OR until > %(now)s)
RETURNING profile_id, mechanic, part, name, round
"""
_UNDO = """
UPDATE loyalty_grant SET state = 'given', used_at = NULL, used_by = NULL, round = round + 1
WHERE id = %s AND kind = 'gift' AND state = 'used'
RETURNING profile_id, mechanic, part, name, round
"""
_HOLD = """
SELECT FROM loyalty_grant WHERE id IN (
    SELECT id FROM loyalty_grant WHERE task_id = ANY(%s)
    UNION
    SELECT id FROM loyalty_grant WHERE key = ANY(%s)
) ORDER BY id FOR NO KEY UPDATE
"""
_TASKS_DONE = """
UPDATE loyalty_grant SET state = 'used', used_at = %s
WHERE task_id = ANY(%s) AND kind = 'task' AND state = 'given'
"""
_COUPONS_USED = """
UPDATE loyalty_grant AS g SET state = 'used', used_at = t.at
FROM unnest(%s::text[], %s::int[], %s::timestamptz[]) AS t(key, round, at)
WHERE g.key = t.key AND g.round = t.round AND g.kind = 'coupon' AND g.state = 'given'
"""
_COUPONS_BACK = """
UPDATE loyalty_grant AS g SET state = 'given', used_at = NULL
FROM unnest(%s::text[], %s::int[]) AS t(key, round)
WHERE g.key = t.key AND g.round = t.round AND g.kind = 'coupon' AND g.state = 'used'
"""


@transaction.atomic
def hand_out(
    *, grant_id: int, now: datetime, user_id: int | None = None, branch_id: int | None = None
) -> bool:
    """A gift is fetched; False: it does not wait (any more). Of two who hand it out at once one does.

    Records `reward_handed_out`.
    """
    told: dict[str, Any] = {"id": grant_id, "now": now, "user": user_id}
    row = sql.row(_HAND_OUT, told)
    if row is not None:
        _tell(REWARD_HANDED_OUT, grant_id, row, {"branch_id": branch_id}, now)
    return row is not None


@transaction.atomic
def undo_hand_out(*, grant_id: int, now: datetime) -> bool:
    """It was not fetched after all, and waits again; False: it does already, or was no gift."""
    row = sql.row(_UNDO, [grant_id])
    if row is not None:
        _tell(BENEFIT_GIVEN, grant_id, row, {"kind": "gift", "points_minor": 0}, now)
    return row is not None


def hold_grants(*, task_ids: Collection[int], keys: Collection[str]) -> None:
    """Before several are noted in one transaction, so that nobody waits in a circle."""
    if task_ids or keys:
        sql.run(_HOLD, [list(task_ids), list(keys)])


def note_tasks_done(*, task_ids: Collection[int], now: datetime) -> None:
    """What was to be done for somebody is done."""
    if task_ids:
        sql.run(_TASKS_DONE, [now, list(task_ids)])


def note_coupons_used(*, used: Sequence[tuple[str, int, datetime]]) -> None:
    """Coupons that were given (key and round of the grant) were used."""
    if used:
        sql.run(_COUPONS_USED, sql.columns(used))


def note_coupons_returned(*, returned: Sequence[tuple[str, int]]) -> None:
    """They can be used again, as the order was given back."""
    if returned:
        sql.run(_COUPONS_BACK, sql.columns(returned))


def _tell(
    type_: EventType, grant_id: int, row: tuple[Any, ...], more: Mapping[str, Any], now: datetime
) -> None:
    profile_id, mechanic, part, name, round_ = row
    event = NewEvent(
        type=type_,
        source=SOURCE,
        key=f"{type_.name}:{grant_id}:{round_}",
        occurred_at=now,
        profile_id=profile_id,
        properties={"grant_id": grant_id, "mechanic": mechanic, "part": part, "name": name, **more},
    )
    events.record([event], now=now)
