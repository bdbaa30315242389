"""Having consumers handle what they have not seen, each batch in the transaction that moves the cursor."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from regulars.events import registry, rules
from regulars.events.queries.horizon import Horizon, horizon
from regulars.events.queries.reading import most_of_a_lane, news, take
from regulars.events.services import failing, registration
from regulars.events.services.cursors import move
from regulars.events.types import LANES, Batch, Consumer, LoggedEvent

EVERY_LANE = tuple(range(LANES))
SCAN = 5000
"""So many events are looked through at once for those a consumer wants; the others only move its cursor."""

CONFLICTS_MAX = 3
"""So often a batch is begun anew that met others in a circle of waiting."""


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: events handled, whether any cursor moved, whether there is probably more."""

    handled: int = 0
    moved: bool = False
    is_more: bool = False

    def __add__(self, other: Round) -> Round:
        return Round(self.handled + other.handled, self.moved or other.moved, self.is_more or other.is_more)


def consume(*, now: datetime, limit: int | None = None) -> int:
    """Give every consumer one batch of what it has not seen; says how many events were handled.

    `limit`: at most so many to each. 0 does not mean that nothing is left: what was written while an older
    transaction is open comes once that one has ended.
    """
    return one_round(now=now, limit=limit).handled


def drain(*, now: datetime) -> int:
    """Have all that may be read handled, and what the handlers record with it; says how many there were.

    What fails is tried again at once, and set aside after the last try. For tests and simulations: a
    worker does the same by itself.
    """
    handled = 0
    while True:
        done = one_round(now=now, is_patient=False)
        handled += done.handled
        if not done.moved:
            return handled


def one_round(
    *,
    now: datetime,
    lanes: Collection[int] = EVERY_LANE,
    up_to: Horizon | None = None,
    limit: int | None = None,
    is_patient: bool = True,
) -> Round:
    """One batch for each consumer, of the given lanes; what failed is tried again when it is time.

    `is_patient=False`: what failed is tried again at once. Raises RuntimeError within a transaction: what
    that has recorded cannot be read before it is committed.
    """
    if connection.in_atomic_block:
        raise RuntimeError("the log is read outside of transactions; in a test: django_db(transaction=True)")
    done = Round()
    standings = registration.standings(now=now, is_patient=is_patient)
    edge = up_to or horizon()
    unseen = news(consumers=[standing.name for standing in standings], lanes=lanes)
    for standing in standings:
        consumer = registry.consumer(standing.name)
        if standing.is_asked:
            done += _as_round(failing.replay_asked(consumer, now=now))
        if standing.failed_lanes:
            done += _as_round(failing.again(consumer, _below(consumer, edge), standing.failed_lanes, now=now))
        if of_its_lanes := unseen.get(standing.name):
            done += _batch(consumer, _below(consumer, edge), of_its_lanes, now, limit)
    return done


def _as_round(handled_and_tried: tuple[int, int]) -> Round:
    handled, tried = handled_and_tried
    return Round(handled, tried > 0, tried > 0)


def _below(consumer: Consumer, edge: Horizon) -> tuple[int, int]:
    return edge.epoch, edge.everything if consumer.backfill else edge.fresh


def _batch(
    consumer: Consumer,
    below: tuple[int, int],
    lanes: Collection[int],
    now: datetime,
    limit: int | None,
    conflicts: int = CONFLICTS_MAX,
) -> Round:
    most = min(limit or consumer.batch, consumer.batch)
    scan = most if consumer.names is None else max(most, SCAN)
    seen: Sequence[LoggedEvent] = []
    try:
        with transaction.atomic():
            found = seen = take(consumer, lanes=lanes, below=below, limit=scan)
            if not seen:
                return Round()
            wanted, seen = rules.wanted(found, most)
            is_more = len(found) >= most_of_a_lane(scan) or len(seen) < len(found)
            if wanted:
                consumer.handle(Batch(wanted, now))
            move(consumer.name, seen, now=now)
    except Exception as error:  # whatever a handler may raise
        failing.raise_if_not_the_handlers(error)
        if conflicts and failing.is_conflict(error):
            # One by one its events would lock what they touch in another order than all at once do.
            return _batch(consumer, below, lanes, now, limit, conflicts - 1)
        failed_lanes = {event.lane for event in seen}
        handled, tried = failing.one_by_one(consumer, below, failed_lanes, count=len(seen), now=now)
        return Round(handled, tried > 0, is_more=True)
    return Round(len(wanted), True, is_more)
