"""Who a device turned out to belong to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from regulars.customers.locks import lock_persons, lock_profiles_of
from regulars.customers.registry import Moved
from regulars.customers.services.creating import PROFILES_MAX
from regulars.customers.services.joining import mark, run_steps
from regulars.customers.services.telling import EVENT_SOURCE
from regulars.customers.types import ANONYMOUS, ANONYMOUS_CLAIM_REFUSED, ANONYMOUS_LINKED
from regulars.events import services as events
from regulars.events.types import EventType, NewEvent

TRIES_MAX = 5
"""So often others may move the same persons between our look and our lock."""

# Something is known of a person who is more than devices: a customer of a source, or with an address or a
# number that the claimant does not have.
_LOOK = """
SELECT anonymous.id, anonymous.person_id, known.id, known.person_id,
       anonymous.person_id <> known.person_id AND EXISTS (
           SELECT 1 FROM customers_profile AS p
           WHERE p.person_id = anonymous.person_id AND (p.source <> %s OR EXISTS (
               SELECT 1 FROM customers_identity AS i WHERE i.profile_id = p.id AND NOT EXISTS (
                   SELECT 1 FROM customers_identity AS own
                   JOIN customers_profile AS q ON q.id = own.profile_id
                   WHERE q.person_id = known.person_id AND (own.type, own.value) = (i.type, i.value)
               )
           ))
       )
FROM unnest(%s::bigint[], %s::bigint[]) WITH ORDINALITY AS t(anonymous_id, known_id, place)
JOIN customers_profile AS anonymous ON anonymous.id = t.anonymous_id AND anonymous.source = %s
JOIN customers_profile AS known ON known.id = t.known_id AND known.source <> %s
ORDER BY t.place
"""
_MOVE = """
UPDATE customers_profile AS p SET person_id = t.new
FROM unnest(%s::bigint[], %s::bigint[]) AS t(old, new)
WHERE p.person_id = t.old
"""
_REMOVE_EMPTIED = "DELETE FROM customers_person WHERE id = ANY(%s)"


@dataclass(frozen=True, slots=True)
class _Pair:
    """A device, whose it is now, and the customer it is said to be of."""

    device: int
    holder: int
    profile: int
    person: int
    taken: bool
    """Whether something is known of the holder that is not of the person."""


class _Moved(Exception):
    """Somebody moved one of the persons before we had them locked."""


def link_anonymous(*, pairs: Sequence[tuple[int, int]], now: datetime, backfill: bool = False) -> set[int]:
    """Give devices to the customers who turned out to use them; tells which anonymous profiles moved.

    Pairs are (anonymous profile, known profile). A person of whom nothing is known but devices, or nothing
    that is not known of the customer too, becomes one with the customer, once. A device that is already
    somebody's stays theirs: a second claim changes nothing and is recorded as `anonymous_claim_refused`;
    of two in a batch the first counts. Pairs of profiles that are not such are passed over. Repeating
    changes nothing.

    Raises ValueError above PROFILES_MAX.
    """
    if len(pairs) > PROFILES_MAX:
        raise ValueError(f"{len(pairs)} links in one batch; the most is {PROFILES_MAX}")
    for _ in range(TRIES_MAX):
        found = _look(pairs)
        moves, refused = _decide(found)
        if not moves and not refused:
            return set()
        try:
            with transaction.atomic():
                lock_persons({*moves, *(pair.person for pair in moves.values())})
                if moves and _look(pairs) != found:
                    raise _Moved
                return _carry_out(moves, refused, now=now, backfill=backfill)
        except _Moved:
            continue
    raise RuntimeError(f"others moved the same customers {TRIES_MAX} times while they were being linked")


def _look(pairs: Sequence[tuple[int, int]]) -> list[_Pair]:
    wanted = dict.fromkeys(pairs)
    if not wanted:
        return []
    columns = [[device for device, _ in wanted], [profile for _, profile in wanted]]
    with connection.cursor() as cursor:
        cursor.execute(_LOOK, [ANONYMOUS, *columns, ANONYMOUS, ANONYMOUS])
        return [_Pair(*row) for row in cursor.fetchall()]


def _decide(pairs: Sequence[_Pair]) -> tuple[dict[int, _Pair], list[_Pair]]:
    """By whom each holder of free devices is claimed, and the claims that came too late."""
    moves: dict[int, _Pair] = {}
    refused = []
    for pair in pairs:
        if pair.holder == pair.person:
            continue
        if pair.taken or moves.setdefault(pair.holder, pair).person != pair.person:
            refused.append(pair)
    return moves, refused


def _carry_out(
    moves: Mapping[int, _Pair], refused: Sequence[_Pair], *, now: datetime, backfill: bool
) -> set[int]:
    persons = {holder: pair.person for holder, pair in moves.items()}
    moved: dict[int, int] = {}
    if moves:
        moved = lock_profiles_of(persons)
        with connection.cursor() as cursor:
            cursor.execute(_MOVE, [list(persons), list(persons.values())])
            cursor.execute(_REMOVE_EMPTIED, [list(persons)])
        theirs: defaultdict[int, list[int]] = defaultdict(list)
        for device, holder in moved.items():
            theirs[holder].append(device)
        run_steps([Moved(old, new, tuple(theirs[old]), merged=True) for old, new in persons.items()], now)
    linked = [
        _event(ANONYMOUS_LINKED, device, moves[holder].profile, now) for device, holder in moved.items()
    ]
    late = [_event(ANONYMOUS_CLAIM_REFUSED, pair.device, pair.profile, now) for pair in refused]
    events.record([*linked, *late], now=now, backfill=backfill)
    if moved:
        mark([*moved, *(pair.profile for pair in moves.values())])
    return set(moved)


def _event(type_: EventType, device: int, profile: int, now: datetime) -> NewEvent:
    return NewEvent(
        type=type_,
        source=EVENT_SOURCE,
        key=f"{type_.name}:{device}:{profile}",
        occurred_at=now,
        profile_id=device if type_ is ANONYMOUS_LINKED else profile,
        properties={"anonymous_profile_id": device, "known_profile_id": profile},
    )
