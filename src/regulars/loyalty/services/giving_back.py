"""What was spent on an order comes back as the order does, and is spent again where a return is withdrawn."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from regulars.events.types import NewEvent
from regulars.kit import sql
from regulars.loyalty.locks import lock_wallets_of_holds
from regulars.loyalty.queries.holds import HOLD_COLUMNS, as_hold
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.rules.lifetime import lasting
from regulars.loyalty.services import telling_of_holds as telling
from regulars.loyalty.types import GiveBack, Hold
from regulars.loyalty.types.events import Caused
from regulars.loyalty.types.programme import WhenSpent

PAID_DEBT_DAYS = 30
"""At least so long last points that are given for a debt which was paid meanwhile, and which was none."""


_HOLDS = f"""
SELECT {HOLD_COLUMNS}, returns FROM loyalty_hold WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""  # noqa: S608 (names of columns)
_GIVE_BACK = """
SELECT loyalty_give_back(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::timestamptz[],
                         %s::timestamptz[], %s)
"""
_SPEND_AGAIN = """
SELECT x.hold_id, loyalty_spend_again(x.hold_id, x.amount, x.at, %s, %s, %s)
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS x(hold_id, amount, at)
"""


@dataclass(frozen=True, slots=True)
class _Change:
    """So much of a hold comes back more than before; negative: is spent again."""

    hold: Hold
    number: int
    amount_minor: int
    at: datetime


def give_back(
    *,
    wanted: Sequence[GiveBack],
    given_back_days: int,
    when_spent: WhenSpent,
    now: datetime,
    caused: Mapping[int, Caused] | None = None,
) -> None:
    """Bring what came back of these holds to what is wanted: up, or down where a return was withdrawn.

    What was drawn last comes back first, to its own lot; out of one that has expired at `at`, as points given
    anew for `given_back_days` of the customer's calendar (0: they are lost). What was owed for the hold
    lessens the debt, what was written off for it goes back to nobody. Debts of the wallets are paid first.

    Down: what is there is spent again, the rest is owed or (`take`, `write_off`) written off. `caused`: by
    hold, the event that made something come back.
    """
    by_hold = {one.hold_id: one for one in wanted}
    if not by_hold:
        return
    with transaction.atomic():
        locked = lock_wallets_of_holds(hold_ids=by_hold, make=True)
        changes = _changes(by_hold)
        back = [change for change in changes if change.amount_minor > 0]
        again = [change for change in changes if change.amount_minor < 0]
        if back:
            _give(back, given_back_days, now)
        told = [_event(change, caused or {}) for change in changes]
        if again:
            told += _spend_again(again, list(locked.values()), when_spent == "owe", now)
        telling.tell(told, now=now)


def _changes(wanted: Mapping[int, GiveBack]) -> list[_Change]:
    """What is to be done. All wallets concerned are locked."""
    holds = [(as_hold(tuple(row)), returns) for *row, returns in sql.rows(_HOLDS, [list(wanted)])]
    changes = []
    for hold, returns in holds:
        target = min(max(wanted[hold.id].given_back_minor, 0), hold.spent_minor)
        if target != hold.given_back_minor:
            at = wanted[hold.id].at
            changes.append(_Change(hold, returns + 1, target - hold.given_back_minor, at))
    return changes


def _give(changes: Sequence[_Change], days: int, now: datetime) -> None:
    zones = zones_of(profile_ids={change.hold.profile_id for change in changes})

    def end(change: _Change, days: int) -> datetime:
        zone: ZoneInfo = zones[change.hold.profile_id]
        return lasting(since=change.at, days=days, zone=zone)

    values: list[list[Any]] = [
        [change.hold.id for change in changes],
        [change.amount_minor for change in changes],
        [change.at for change in changes],
        [end(change, days) if days else None for change in changes],
        [end(change, max(days, PAID_DEBT_DAYS)) for change in changes],
    ]
    sql.run(_GIVE_BACK, [*values, now])


def _spend_again(changes: Sequence[_Change], locked: list[int], owe: bool, now: datetime) -> list[NewEvent]:
    values: list[list[Any]] = [
        [change.hold.id for change in changes],
        [-change.amount_minor for change in changes],
        [change.at for change in changes],
    ]
    ats = {change.hold.id: change.at for change in changes}
    rows = sql.rows(_SPEND_AGAIN, [locked, owe, now, *values])
    return [
        event
        for hold_id, activated in rows
        for event in telling.on_the_way(
            hold_id, activated=json.loads(activated) if activated else None, expired=None, at=ats[hold_id]
        )
    ]


def _event(change: _Change, caused: Mapping[int, Caused]) -> NewEvent:
    return telling.given_back(
        change.hold, change.number, change.amount_minor, at=change.at, cause=caused.get(change.hold.id)
    )
