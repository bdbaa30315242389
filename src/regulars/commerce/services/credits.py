"""Storing money given back that a source tells of by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from regulars.commerce.locks import LockedCredit, known_credits, lock_credits
from regulars.commerce.rules.checking import Checking
from regulars.commerce.rules.states import with_stored_quantity
from regulars.commerce.services import links, reckoning, telling
from regulars.commerce.services.marks import Marks
from regulars.commerce.services.telling import NamedOrder, Telling
from regulars.commerce.types import NewCredit, Reckoned, RecordedCredits, RefusedCredit, SourceKey, Told
from regulars.events.types import NewEvent

CREDITS_MAX = 5_000
"""Most credits in one transaction: an open write holds the readers of the log back."""

_INSERT = """
INSERT INTO commerce_credit (source, external_id, backfill, revision, told, told_revision, order_id,
                             order_external_id, profile_id, product_id, credited_at, quantity, amount_minor,
                             currency, channel, branch_id, reckoned)
SELECT * FROM unnest(%s::text[], %s::text[], %s::boolean[], %s::integer[], %s::text[], %s::integer[],
                     %s::bigint[], %s::text[], %s::bigint[], %s::bigint[], %s::timestamptz[],
                     %s::numeric[], %s::bigint[], %s::text[], %s::text[], %s::bigint[], %s::text[])
    AS t(source, external_id)
ORDER BY source, external_id
ON CONFLICT (source, external_id) DO NOTHING
RETURNING id, source, external_id
"""
_UPDATE = """
UPDATE commerce_credit AS c
SET revision = t.revision, told = t.told, told_revision = t.told_revision, order_id = t.order_id,
    reckoned = t.reckoned, order_external_id = t.order_external_id, profile_id = t.profile_id,
    product_id = t.product_id, credited_at = t.credited_at, quantity = t.quantity,
    amount_minor = t.amount_minor, currency = t.currency, channel = t.channel, branch_id = t.branch_id
FROM unnest(%s::bigint[], %s::integer[], %s::text[], %s::integer[], %s::bigint[], %s::text[], %s::bigint[],
            %s::bigint[], %s::timestamptz[], %s::numeric[], %s::bigint[], %s::text[], %s::text[],
            %s::bigint[], %s::text[])
    AS t(id, revision, told, told_revision, order_id, order_external_id, profile_id, product_id, credited_at,
         quantity, amount_minor, currency, channel, branch_id, reckoned)
WHERE c.id = t.id
"""


@dataclass(frozen=True, slots=True)
class State:
    """What a credit becomes, and the order it then reduces."""

    credit: NewCredit
    revision: int
    told: Told
    told_revision: int
    order: NamedOrder | None


Happened = tuple[int, LockedCredit | None, State]
"""The id of a credit, what it was and what it is."""


@transaction.atomic
def record_credits(*, credits: Sequence[NewCredit], now: datetime, backfill: bool = False) -> RecordedCredits:
    """Store money given back by (source, external id); the last of each in the batch wins.

    A credit reduces the order it names as soon as both are known, whichever comes first; the same batch
    again changes nothing. Records `order_refunded` once for each: at once where it names no order, else
    when its order is known; `order_updated` when one of a known order is changed.

    Raises ValueError above CREDITS_MAX.
    """
    if len(credits) > CREDITS_MAX:
        raise ValueError(f"{len(credits)} credits in one batch; the most is {CREDITS_MAX}")
    wanted, refused = _sorted_out(credits)
    if not wanted:
        return RecordedCredits({}, 0, 0, refused)
    named_keys = {(c.source, c.order_external_id) for c in wanted.values() if c.order_external_id}
    links.enter({source for source, _ in wanted}, named_keys)
    links.hold_named(wanted.values())
    named = links.named_orders(wanted.values())
    known = known_credits(wanted)
    new = {
        key: _new(credit, links.order_of(credit, named), backfill)
        for key, credit in wanted.items()
        if key not in known
    }
    created = _insert(new, backfill)
    # Among them what somebody else stored while we looked: it is there now.
    stored = lock_credits(key for key in wanted if key not in created)
    given = links.orders_of_ids(row.named_order_id for row in stored.values())
    changed = {
        key: changed_state(row, told, order_of(row, told, named, given), backfill)
        for key, row in stored.items()
        if row.credit != (told := _as_reckoned(row, wanted[key]))
    }
    write_states([(stored[key].id, state) for key, state in changed.items()])
    happened: list[Happened] = [(id_, None, new[key]) for key, id_ in created.items()]
    happened += [(stored[key].id, stored[key], state) for key, state in changed.items()]
    tell(happened, now, backfill)
    return RecordedCredits(
        {key: row.id for key, row in stored.items()} | created,
        len(created),
        len(changed),
        refused,
        {key: stored[key].credit for key in changed},
        dict.fromkeys(created, 1) | {key: state.revision for key, state in changed.items()},
    )


def order_of(
    row: LockedCredit,
    told: NewCredit,
    named: dict[SourceKey, NamedOrder],
    given: Mapping[int, NamedOrder],
) -> NamedOrder | None:
    """The order that the source names; while nobody knows it, the one that a colleague named."""
    return links.order_of(told, named) or links.by_hand(told, given.get(row.named_order_id or 0))


def _as_reckoned(row: LockedCredit, told: NewCredit) -> NewCredit:
    """What is told, with what is not told but reckoned as it is stored."""
    if told.reckoned is Reckoned.TOLD:
        return told
    if row.credit.reckoned is Reckoned.TOLD:
        return replace(told, amount_minor=0)
    return replace(told, amount_minor=row.credit.amount_minor, currency=row.credit.currency)


def _sorted_out(
    credits: Sequence[NewCredit],
) -> tuple[dict[SourceKey, NewCredit], Mapping[SourceKey, RefusedCredit]]:
    wanted: dict[SourceKey, NewCredit] = {}
    refused: dict[SourceKey, RefusedCredit] = {}
    checking = Checking()
    for credit in credits:
        if reason := checking.check_credit(credit):
            refused[credit.key] = reason
        else:
            wanted[credit.key] = with_stored_quantity(credit)
    return wanted, refused


def _new(credit: NewCredit, order: NamedOrder | None, backfill: bool) -> State:
    told = told_now(credit, order, backfill)
    return State(credit, 1, told, 0 if told is Told.NOT_YET else 1, order)


def told_now(credit: NewCredit, order: NamedOrder | None, backfill: bool) -> Told:
    """Whether the log is told of a credit at once: not of one that waits for its order, or its amount."""
    if (credit.order_external_id and order is None) or not credit.amount_minor:
        return Told.NOT_YET
    return Told.BACKFILL if backfill else Told.LIVE


def changed_state(row: LockedCredit, credit: NewCredit, order: NamedOrder | None, backfill: bool) -> State:
    """What a stored credit becomes by this content, of this order."""
    revision = row.revision + 1
    if row.told is Told.NOT_YET:
        told = told_now(credit, order, backfill or row.backfill)
        return State(credit, revision, told, 0 if told is Told.NOT_YET else revision, order)
    # The log is told of the correction: from then on it can be taken back only if that set nothing off.
    told = row.told if backfill or (order is None and row.order_id is None) else Told.LIVE
    return State(credit, revision, told, row.told_revision, order)


def _insert(states: Mapping[SourceKey, State], backfill: bool) -> dict[SourceKey, int]:
    if not states:
        return {}
    values = [(*key, backfill, *_values(state)) for key, state in states.items()]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, _columns(values))
        return {(source, external_id): id_ for id_, source, external_id in cursor.fetchall()}


def write_states(states: Sequence[tuple[int, State]]) -> None:
    """Make locked credits what is given."""
    if states:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, _columns([(id_, *_values(state)) for id_, state in states]))


def _values(state: State) -> tuple[Any, ...]:
    credit = state.credit
    return (
        state.revision,
        state.told.value,
        state.told_revision,
        state.order and state.order.id,
        credit.order_external_id,
        credit.profile_id,
        credit.product_id,
        credit.credited_at,
        credit.quantity,
        credit.amount_minor,
        credit.currency,
        credit.channel,
        credit.branch_id,
        credit.reckoned.value,
    )


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def tell(happened: Sequence[Happened], now: datetime, backfill: bool) -> None:
    """Tell the log of credits that were written, have their orders reckoned, and mark what was touched."""
    if not happened:
        return
    marks = Marks()
    tellings = []
    left = links.orders_of_ids(_left(before, after) for _, before, after in happened)
    for id_, before, after in happened:
        marks.credit(after.credit, after.order.profile_id if after.order else None)
        if before:
            marks.credit(before.credit, before.order_profile_id)
        if after.told is not Told.NOT_YET and (before is None or before.told is Told.NOT_YET):
            tellings.append(Telling(refund(id_, after), after.told is Told.BACKFILL))
        elif before and after.order:
            key = telling.correction_key(id_, after.revision)
            correction = telling.of_correction(id_, key, after.order.number, after.order, now)
            tellings.append(Telling(correction, backfill))
        if gone := left.get(_left(before, after) or 0):
            key = telling.left_key(id_, after.revision)
            tellings.append(Telling(telling.of_correction(id_, key, gone.number, gone, now), backfill))
    orders = {after.order.id for _, _, after in happened if after.order}
    orders |= {before.order_id for _, before, _ in happened if before and before.order_id}
    tellings += reckoning.settle(sorted(orders), now=now, backfill=backfill, marks=marks)
    telling.record(tellings, now)
    marks.write()


def _left(before: LockedCredit | None, after: State) -> int | None:
    """The order that a credit was of and is no more."""
    if before is None or (after.order and after.order.id == before.order_id):
        return None
    return before.order_id


def refund(credit_id: int, state: State) -> NewEvent:
    """What is told when the money has been given back: to the order's customer, where there is one."""
    credit, order = state.credit, state.order
    return telling.of_refund(
        credit_id=credit_id,
        number=order.number if order else credit.order_external_id,
        amount_minor=credit.amount_minor,
        currency=credit.currency,
        credited_at=credit.credited_at,
        order_id=order.id if order else None,
        profile_id=order.profile_id if order else credit.profile_id,
    )
