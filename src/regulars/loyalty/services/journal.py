"""The journals of tills that were cut off: stored as they come, done in the till's own order.

An entry is done in a transaction of its own, under the lock of its journal, and leaves its outcome there. So
whoever dies in between leaves the rest for the next call or for the schedule, and the same end is reached
in whatever order and portions a journal arrives.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import OperationalError, connection, transaction
from django.utils import translation
from psycopg.errors import DeadlockDetected, LockNotAvailable

from regulars.kit import sql
from regulars.kit.database import is_unable
from regulars.kit.errors import RegularsError
from regulars.loyalty.errors import EntryRefused, HoldClosed, KeyReused, NoSuchHold, NotEnough
from regulars.loyalty.registry import doer_of
from regulars.loyalty.rules.journal import GAP_LASTS, digest, is_due, is_given_up
from regulars.loyalty.services.journal_points import DOERS
from regulars.loyalty.services.orders import settle_orders
from regulars.loyalty.services.releasing import time_out_holds
from regulars.loyalty.types import (
    Doing,
    Done,
    EntryKind,
    EntryReason,
    EntryState,
    NewEntry,
    OrderTold,
    StoredEntries,
)

ENTRIES_MAX = 500
"""Most entries stored in one transaction."""
TWINS_MAX = 5
"""Most other entries kept under one number; who sends more of them is told so, and that is all."""
HOLDS = 1_000
"""So many whose time was up are let go in one transaction."""
TRIES = 3
"""How often an entry is begun again where the database chose it to end a deadlock."""

_log = logging.getLogger(__name__)

# Who is in the way of one customer is not waited for: the entry stays, and is done with the next call.
_PATIENCE = "SET LOCAL lock_timeout = '5s'"
_OPEN = """
INSERT INTO loyalty_journal (branch_id, till) VALUES (%s, %s) ON CONFLICT (branch_id, till) DO NOTHING
"""
_FIND = """
SELECT id FROM loyalty_journal WHERE branch_id = %s AND till = %s FOR NO KEY UPDATE
"""
_KNOWN = """
SELECT number, digest FROM loyalty_journalentry WHERE journal_id = %s AND number = ANY(%s)
ORDER BY number, twin
"""
_ADD = """
INSERT INTO loyalty_journalentry
    (journal_id, number, twin, digest, kind, key, at, body, state, outcome, received_at, done_at)
SELECT %(journal)s, t.number, t.twin, t.digest, t.kind, t.key, t.at, t.body, t.state, t.outcome, %(now)s,
       CASE WHEN t.twin > 0 THEN %(now)s::timestamptz END
FROM unnest(%(numbers)s::bigint[], %(twins)s::smallint[], %(digests)s::bytea[], %(kinds)s::text[],
            %(keys)s::text[], %(moments)s::timestamptz[], %(bodies)s::jsonb[], %(states)s::text[],
            %(outcomes)s::jsonb[])
    AS t(number, twin, digest, kind, key, at, body, state, outcome)
"""
_COMPLETE = "UPDATE loyalty_journal SET complete_to = %s WHERE id = %s AND complete_to < %s"
_TURN = """
SELECT branch_id, next_number, complete_to FROM loyalty_journal WHERE id = %s FOR NO KEY UPDATE
"""
_FIRST = """
SELECT id, number, kind, key, at, body, received_at FROM loyalty_journalentry
WHERE journal_id = %s AND state = 'waiting' ORDER BY number LIMIT 1
"""
# What the till had set aside itself, and its time was up by the moment of the entry whose turn it is.
_UP = """
SELECT h.id FROM loyalty_hold AS h
JOIN loyalty_journal AS j ON j.id = %s AND h.branch_id = j.branch_id
WHERE h.state = 'held' AND h.lasts_until <= (
    SELECT at FROM loyalty_journalentry
    WHERE journal_id = j.id AND state = 'waiting' AND number <= greatest(j.next_number, j.complete_to + 1)
    ORDER BY number LIMIT 1
) AND EXISTS (
    SELECT FROM loyalty_journalentry AS e
    WHERE e.journal_id = j.id AND e.kind = 'hold' AND j.branch_id || ':' || e.key = h.key
)
ORDER BY h.id LIMIT %s
"""
_DONE = """
UPDATE loyalty_journalentry
SET state = %s, outcome = %s, profile_id = %s, done_at = %s,
    body = CASE WHEN %s THEN body #- '{customer}' #- '{body,customer_id}' ELSE body END
WHERE id = %s
"""
_NEXT = "UPDATE loyalty_journal SET next_number = %s WHERE id = %s AND next_number < %s"
_WITH_WORK = """
SELECT j.id, j.next_number, w.number, w.received_at
FROM loyalty_journal AS j
CROSS JOIN LATERAL (
    SELECT number, received_at FROM loyalty_journalentry
    WHERE journal_id = j.id AND state = 'waiting' ORDER BY number LIMIT 1
) AS w
WHERE j.id IN (SELECT journal_id FROM loyalty_journalentry WHERE state = 'waiting')
  AND (w.number <= greatest(j.next_number, j.complete_to + 1) OR w.received_at <= %s)
ORDER BY j.id
"""


@transaction.atomic
def store_entries(
    *, branch_id: int, till: str, entries: Sequence[NewEntry], complete_to: int = 0, now: datetime
) -> StoredEntries:
    """Store what a till sends; nothing of it is done yet (`do_entries`).

    The same entry again changes nothing. Another one under a number that is taken is kept beside it and
    refused. `complete_to`: up to that number the till has nothing to send any more. Raises ValueError above
    ENTRIES_MAX.
    """
    if len(entries) > ENTRIES_MAX:
        raise ValueError(f"{len(entries)} entries in one batch; the most is {ENTRIES_MAX}")
    sql.run(_OPEN, [branch_id, till])
    journal_id = int(sql.value(_FIND, [branch_id, till]))
    known: dict[int, list[bytes]] = {}
    for number, found in sql.rows(_KNOWN, [journal_id, [entry.number for entry in entries]]):
        known.setdefault(number, []).append(bytes(found))
    added, taken = _sorted_out(entries, known)
    if added:
        sql.run(_ADD, {"journal": journal_id, "now": now, **_columns(added)})
    sql.run(_COMPLETE, [complete_to, journal_id, complete_to])
    return StoredEntries(journal_id=journal_id, taken=frozenset(taken))


def do_entries(*, journal_id: int, now: datetime, limit: int) -> int:
    """Do at most `limit` entries of a journal whose turn it is; says how many.

    Must not be called in a transaction: each entry is done in its own, so that it holds nobody up.
    """
    done = 0
    while done < limit:
        _let_time_pass(journal_id, now)
        if not _do_next(journal_id, now):
            break
        done += 1
    return done


def do_journals(now: datetime, limit: int) -> int:
    """Do what waits in journals though its turn has come; gaps older than 72 hours are waited for no more.

    The schedule: what a till sends is done with its call, as a rule.
    """
    found = sql.rows(_WITH_WORK, [now - GAP_LASTS])
    done = 0
    for journal_id, next_number, number, received_at in found:
        if is_given_up(received_at, now=now):
            _give_up(journal_id, next_number, number)
        try:
            done += do_entries(journal_id=journal_id, now=now, limit=limit - done)
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
        if done >= limit:
            break
    return done


def _give_up(journal_id: int, next_number: int, number: int) -> None:
    if number > next_number:
        _log.info("a till's journal goes on without its numbers %d to %d", next_number, number - 1)
    sql.run(_COMPLETE, [number - 1, journal_id, number - 1])


def _sorted_out(
    entries: Sequence[NewEntry], known: dict[int, list[bytes]]
) -> tuple[list[tuple[NewEntry, int, bytes]], set[int]]:
    """What is new, each with its twin and digest; and the numbers under which another one had come."""
    added, taken = [], set()
    for entry in sorted(entries, key=lambda one: one.number):
        mark, before = digest(entry), known.setdefault(entry.number, [])
        if mark in before:
            if before.index(mark):
                taken.add(entry.number)
            continue
        if before:
            taken.add(entry.number)
        if len(before) <= TWINS_MAX:
            added.append((entry, len(before), mark))
            before.append(mark)
    return added, taken


def _columns(added: Sequence[tuple[NewEntry, int, bytes]]) -> dict[str, list[Any]]:
    refused = json.dumps({"reason": EntryReason.NUMBER_TAKEN.value})
    return {
        "numbers": [entry.number for entry, _, _ in added],
        "twins": [twin for _, twin, _ in added],
        "digests": [mark for _, _, mark in added],
        "kinds": [entry.kind.value for entry, _, _ in added],
        "keys": [entry.key for entry, _, _ in added],
        "moments": [entry.at for entry, _, _ in added],
        "bodies": [json.dumps(entry.body) for entry, _, _ in added],
        "states": [(EntryState.REFUSED if twin else EntryState.WAITING).value for _, twin, _ in added],
        "outcomes": [refused if twin else "{}" for _, twin, _ in added],
    }


def _let_time_pass(journal_id: int, now: datetime) -> None:
    """Let go what the till had set aside and not captured by the moment of the next entry.

    The worker hears of it later than its time is up, and waits for what comes after it.
    """
    up = sql.column(_UP, [journal_id, HOLDS])
    if up:
        time_out_holds(now, HOLDS, only=up)


def _do_next(journal_id: int, now: datetime) -> bool:
    """Do the entry whose turn it is; False: there is none."""
    for left in reversed(range(TRIES)):
        try:
            return _do_first(journal_id, now)
        except OperationalError as error:
            chosen = isinstance(error.__cause__, DeadlockDetected)
            if not chosen or not left or connection.in_atomic_block:
                raise
    raise AssertionError("a last try either ends or raises")


@transaction.atomic
def _do_first(journal_id: int, now: datetime) -> bool:
    sql.run(_PATIENCE)
    ((branch_id, next_number, complete_to),) = sql.rows(_TURN, [journal_id])
    found = sql.row(_FIRST, [journal_id])
    if found is None or not is_due(found[1], next_number=next_number, complete_to=complete_to):
        return False
    id_, number, kind, key, at, body, _received_at = found
    doing = Doing(
        journal_id=journal_id,
        branch_id=branch_id,
        kind=EntryKind(kind),
        key=key,
        at=min(at, now),
        body=json.loads(body) if isinstance(body, str) else body,
        now=now,
    )
    done = _outcome(doing)
    if number > next_number:
        done = replace(done, outcome={**done.outcome, "missing": [next_number, number - 1]})
    elif number < next_number:
        done = replace(done, outcome={**done.outcome, "late": True})
    outcome = json.dumps(done.outcome)
    known = done.profile_id is not None
    sql.run(_DONE, [done.state.value, outcome, done.profile_id, now, known, id_])
    sql.run(_NEXT, [number + 1, journal_id, number + 1])
    return True


def _outcome(doing: Doing) -> Done:
    """What becomes of an entry; a refused one leaves nothing behind."""
    try:
        with transaction.atomic(), translation.override("en"):  # it is read by programs
            done = (DOERS.get(doing.kind) or doer_of(doing.kind))(doing)
            if done.order_id is not None:
                # At once, as it was for the till: what an order earned can be spent by the next entry.
                told = OrderTold(order_id=done.order_id, at=doing.at, began=done.began)
                settle_orders(told=[told], now=doing.now)
            # What is checked at the end only would end all of it.
            sql.run("SET CONSTRAINTS ALL IMMEDIATE")
            return done
    except EntryRefused as error:
        return _refused(EntryReason(error.reason), error.message)
    except NotEnough as error:
        return _refused(EntryReason.NOT_ENOUGH, error.message, spendable_minor=error.spendable_minor)
    except NoSuchHold as error:
        return _refused(EntryReason.NO_SUCH_HOLD, error.message)
    except HoldClosed as error:
        return _refused(EntryReason.HOLD_CLOSED, error.message)
    except KeyReused as error:
        return _refused(EntryReason.KEY_REUSED, error.message)
    except RegularsError as error:
        return _refused(EntryReason.NOT_STORED, error.message)
    except Exception as error:
        if is_unable(error) or isinstance(error, MemoryError):
            raise  # a deadlock, a lost connection, a full disk: it is done again
        # Set aside instead of tried for ever: all that comes after it would wait for it.
        _log.exception("an entry of a till's journal broke")
        return _refused(EntryReason.BROKEN, "")


def _refused(reason: EntryReason, detail: str, **more: int) -> Done:
    outcome: dict[str, Any] = {"reason": reason.value, **more}
    return Done(state=EntryState.REFUSED, outcome=outcome | ({"detail": detail} if detail else {}))
