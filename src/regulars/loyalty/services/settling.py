"""Bringing the books to what orders and other things have earned by now, all told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from django.db import transaction

from regulars.events import services as events
from regulars.kit import sql
from regulars.loyalty import locks
from regulars.loyalty.queries.lots import standing
from regulars.loyalty.rules.settling import Change, Standing, change
from regulars.loyalty.services.debts import pay_debts
from regulars.loyalty.services.posting import POSTINGS_MAX, Move, post
from regulars.loyalty.services.settled_events import settled_events
from regulars.loyalty.services.taking_back import Short, Shortage, take_elsewhere
from regulars.loyalty.types import Account, Settled, Wanted
from regulars.loyalty.types.events import Caused
from regulars.loyalty.types.programme import WhenSpent

_MAKE = """
INSERT INTO loyalty_lot
    (wallet_id, key, order_source, order_id, rule, version_id, earned_at, usable_at, usable_since, expires_at,
     sliding_days, settled_minor, revision)
SELECT t.wallet_id, t.key, t.order_source, t.order_id, t.rule, t.version_id, t.earned_at, t.usable_at,
       CASE WHEN t.usable_at <= %s THEN t.usable_at END, t.expires_at, t.sliding_days, t.points, 1
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::text[], %s::bigint[], %s::timestamptz[],
            %s::timestamptz[], %s::timestamptz[], %s::int[], %s::bigint[])
    AS t(wallet_id, key, order_source, order_id, rule, version_id, earned_at, usable_at, expires_at,
         sliding_days, points)
ORDER BY t.key
ON CONFLICT (key) DO NOTHING
RETURNING key, id, wallet_id, usable_since IS NOT NULL
"""
_UPDATE = """
UPDATE loyalty_lot AS l
SET settled_minor = t.settled, revision = l.revision + 1, elsewhere_minor = t.elsewhere,
    let_go_minor = t.let_go
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[]) AS t(id, settled, elsewhere, let_go)
WHERE l.id = t.id
"""
_NEVER = datetime.max.replace(tzinfo=UTC)


@transaction.atomic
def settle(
    *,
    wanted: Sequence[Wanted],
    when_spent: WhenSpent | Mapping[str, WhenSpent],
    now: datetime,
    caused: Mapping[str, Caused] | None = None,
    record: bool = True,
    locked: Mapping[int, int] = locks.NONE_LOCKED,
) -> list[Settled]:
    """Post the difference between what each is to have earned by now and what it was settled at.

    Gives what changed; the same telling again changes nothing. What can be spent at `now` is available at
    once and pays what is owed in its wallet. Of what is taken back and spent already, `when_spent` says what
    becomes (by key: "owe" where one is missing); of all that is told at once what is more is given first, so
    that it can make up for what is less. `caused`: the event that told of it, by key.
    `record=False`: the caller records `settled_events` together with its own. `locked`: the wallets the
    caller has locked, all of these persons'; who is merged with them since is not looked for.

    A lot stays with the profile it was made for: where an order turns out to be somebody else's, it is
    settled to nothing for the one, and the other gets a lot with a key of its own.

    Raises ValueError for more than POSTINGS_MAX, the same key twice, and a lot of another profile.
    """
    told = {one.key: one for one in wanted}
    if len(told) < len(wanted) or len(told) > POSTINGS_MAX:
        raise ValueError(f"{len(wanted)} lots to settle, {len(told)} different; the most is {POSTINGS_MAX}")
    if not told:
        return []
    missing = {one.profile_id for one in wanted} - locked.keys()
    wallets = {**locked, **locks.lock_persons_wallets(profile_ids=missing, make=True)}
    made = _make([one for one in wanted if one.points_minor], wallets, now)
    lots = made | standing(told.keys() - made.keys())
    changes = {key: _change(lots[key], one) for key, one in told.items() if key in lots}
    changes = {key: one for key, one in changes.items() if one.change_minor}
    _post(told, lots, changes, now)
    shortage = take_elsewhere(
        [
            Short(told[key], lots[key], one.short_minor, _mode(when_spent, key))
            for key, one in changes.items()
            if one.short_minor
        ],
        wallet_ids=wallets.values(),
        now=now,
    )
    _update(told, lots, {key: one for key, one in changes.items() if key not in made}, shortage)
    settled = [_settled(told[key], lots[key], one, shortage[key]) for key, one in changes.items()]
    if record:
        events.record(settled_events(wanted=wanted, settled=settled, caused=caused), now=now)
    return settled


def _mode(when_spent: WhenSpent | Mapping[str, WhenSpent], key: str) -> WhenSpent:
    return when_spent if isinstance(when_spent, str) else when_spent.get(key, "owe")


def _make(wanted: Sequence[Wanted], wallets: Mapping[int, int], now: datetime) -> dict[str, Standing]:
    """Lots of those that have none yet, stored as they will be when all is posted."""
    rows = [
        (
            wallets[one.profile_id],
            one.key,
            one.order_source,
            one.order_id,
            one.rule,
            one.version_id,
            one.earned_at,
            one.usable_at,
            one.expires_at,
            one.sliding_days,
            one.points_minor,
        )
        for one in wanted
    ]
    if not rows:
        return {}
    profiles = {one.key: one.profile_id for one in wanted}
    return {
        key: Standing(
            id=id_,
            wallet_id=wallet_id,
            profile_id=profiles[key],
            revision=0,
            is_usable=usable,
            settled_minor=0,
        )
        for key, id_, wallet_id, usable in sql.rows(_MAKE, [now, *map(list, zip(*rows, strict=True))])
    }


def _change(lot: Standing, wanted: Wanted) -> Change:
    if lot.profile_id != wanted.profile_id:
        raise ValueError(f"the lot {wanted.key} is of profile {lot.profile_id}, not {wanted.profile_id}")
    return change(lot, points_minor=wanted.points_minor, account=wanted.account, cause=wanted.cause)


def _post(
    told: Mapping[str, Wanted], lots: Mapping[str, Standing], changes: Mapping[str, Change], now: datetime
) -> None:
    """In the order in which lots end: of what can be spent at once the soonest to end pays a debt first."""
    moves = []
    for key, one in sorted(changes.items(), key=lambda change: (_end(told[change[0]]), change[0])):
        lot = lots[key]
        for step in one.steps:
            named = f"{key}:{lot.revision + 1}:{step.cause}:{step.source}"
            lot_id = lot.id if step.on_lot else None
            moves.append(
                Move(
                    lot.wallet_id,
                    lot_id,
                    named,
                    step.cause,
                    step.source,
                    step.target,
                    step.amount_minor,
                    told[key].at,
                )
            )
    post(moves, now=now)
    pay_debts([move for move in moves if move.target is Account.AVAILABLE], now=now)


def _end(wanted: Wanted) -> datetime:
    return wanted.expires_at or _NEVER


def _update(
    told: Mapping[str, Wanted],
    lots: Mapping[str, Standing],
    changes: Mapping[str, Change],
    shortage: Mapping[str, Shortage],
) -> None:
    rows = [
        (
            lots[key].id,
            told[key].points_minor,
            lots[key].elsewhere_minor - one.elsewhere_minor + one.short_minor,
            lots[key].let_go_minor - one.let_go_minor + shortage[key].let_go_minor,
        )
        for key, one in changes.items()
    ]
    if rows:
        sql.run(_UPDATE, sql.columns(rows))


def _settled(wanted: Wanted, lot: Standing, one: Change, shortage: Shortage) -> Settled:
    return Settled(
        key=wanted.key,
        profile_id=wanted.profile_id,
        lot_id=lot.id,
        change_minor=one.change_minor,
        revision=lot.revision + 1,
        owed_minor=shortage.owed_minor,
        written_off_minor=shortage.let_go_minor,
    )
