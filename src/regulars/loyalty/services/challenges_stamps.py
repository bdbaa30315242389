"""Keeping what challenges count: of orders by how they stand, of events as they happened.

Each is a target of its own, so what is told again, late or in another order ends in the same stamps.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from regulars.commerce import queries as commerce
from regulars.commerce.types import LineStanding, OrderStanding
from regulars.events.types import LoggedEvent
from regulars.kit import sql
from regulars.loyalty.queries.challenges_editions import Dated, Editions
from regulars.loyalty.rules.challenge_orders import asks_for_lines, order_counts
from regulars.loyalty.types import OrderTold
from regulars.loyalty.types.challenges import OfEvents, OfOrders
from regulars.loyalty.types.events import Caused
from regulars.segments.queries.happened import happened

_KNOWN = """
SELECT ref, challenge, profile_id, at, amount FROM loyalty_stamp WHERE of_order AND ref = ANY(%s)
"""
_PUT = """
INSERT INTO loyalty_stamp (ref, of_order, challenge, profile_id, at, amount)
SELECT t.ref, %s, t.challenge, t.profile_id, t.at, t.amount
FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::timestamptz[], %s::int[])
    AS t (ref, challenge, profile_id, at, amount)
ORDER BY t.ref, t.challenge
ON CONFLICT (ref, of_order, challenge) DO UPDATE
SET profile_id = excluded.profile_id, at = excluded.at, amount = excluded.amount
WHERE NOT loyalty_stamp.of_order
   OR (loyalty_stamp.profile_id, loyalty_stamp.at, loyalty_stamp.amount)
      IS DISTINCT FROM (excluded.profile_id, excluded.at, excluded.amount)
"""

_NOBODY = 0
"""In place of a profile, of an order whose customer is not known."""


@dataclass(frozen=True, slots=True)
class Touched:
    """What somebody did, or undid, for a challenge; `at` None: anything may be different."""

    profile_id: int
    challenge: str
    at: datetime | None
    caused: Caused | None = None


@dataclass(frozen=True, slots=True)
class _Stamp:
    ref: int
    challenge: str
    profile_id: int
    at: datetime
    amount: int


def stamp_orders(told: Mapping[int, OrderTold], known: Editions, as_of: datetime | None) -> list[Touched]:
    """Have the stamps of these orders say what they count for as they stand; gives what differs.

    Orders of imported history count only if they came in as they happened. Their locks are held.
    """
    orders = commerce.order_standings(told, at=as_of)
    stored = _stored(told)
    began = {id_ for id_, one in told.items() if one.began} | stored.keys()
    counted = [order for id_, order in orders.items() if id_ in began]
    asked = [order.id for order in counted if _asks(order, known)]
    lines = commerce.order_lines_standing(asked, at=as_of) if asked else {}
    changes: list[_Stamp] = []
    touched: list[Touched] = []
    for order in counted:
        before = stored.get(order.id, {})
        for stamp in _wanted(order, known.at(order.ordered_at), lines.get(order.id, ()), before):
            was = before.get(stamp.challenge)
            if was == stamp:
                continue
            changes.append(stamp)
            touched += _touched(was, stamp, told[order.id].caused)
    gone = [stamp for id_ in stored.keys() - orders.keys() for stamp in stored[id_].values() if stamp.amount]
    for stamp in gone:
        nothing = _Stamp(stamp.ref, stamp.challenge, stamp.profile_id, stamp.at, 0)
        changes.append(nothing)
        touched += _touched(stamp, nothing, told[stamp.ref].caused)
    _put(changes, of_order=True)
    return touched


def stamp_events(events: Sequence[LoggedEvent], known: Editions) -> list[Touched]:
    """Keep which challenges count these events; gives those that do."""
    wanted = [event for event in events if event.name in known.event_names and event.profile_id is not None]
    if not wanted:
        return []
    by_id = {event.id: event for event in wanted}
    asked = {_asked(one): _condition(one) for version in known.versions for one in _of_events(version)}
    found = happened(events=wanted, conditions=asked)
    moments = {id_: at for matches in found.values() for id_, at in matches.items()}
    stamps = []
    for id_, at in sorted(moments.items()):
        version = known.at(at)
        for key, challenge in version.challenges.items() if version else ():
            counted = challenge.counted
            if isinstance(counted, OfEvents) and id_ in found[_asked(counted)]:
                stamps.append(_Stamp(id_, key, by_id[id_].profile_id or _NOBODY, at, 1))
    _put(stamps, of_order=False)
    return [Touched(one.profile_id, one.challenge, one.at, (one.ref, by_id[one.ref].depth)) for one in stamps]


def _wanted(
    order: OrderStanding, version: Dated | None, lines: Sequence[LineStanding], before: Mapping[str, _Stamp]
) -> Iterator[_Stamp]:
    """What an order is to count for, and for what no more; if for nothing, that it came in all the same."""
    counts: dict[str, int] = {}
    if order.profile_id is not None and version is not None:
        for key, challenge in version.challenges.items():
            if isinstance(challenge.counted, OfOrders):
                counts[key] = order_counts(
                    challenge.counted,
                    net_minor=order.net_minor,
                    currency=order.currency,
                    shops_currency=version.currency,
                    lines=lines,
                )
    for key, amount in counts.items():
        if amount or key in before:
            yield _Stamp(order.id, key, order.profile_id or _NOBODY, order.ordered_at, amount)
    for key, was in before.items():
        if key and key not in counts:
            yield _Stamp(order.id, key, was.profile_id, was.at, 0)
    if not before and not any(counts.values()):
        yield _Stamp(order.id, "", order.profile_id or _NOBODY, order.ordered_at, 0)


def _touched(was: _Stamp | None, now: _Stamp, caused: Caused | None) -> Iterator[Touched]:
    """Whom a changed stamp makes a difference for, and since when."""
    if not now.challenge:
        return
    for stamp in (was, now):
        if stamp and (stamp.amount or (was and was.amount)):
            yield Touched(stamp.profile_id, stamp.challenge, stamp.at, caused)


def _asks(order: OrderStanding, known: Editions) -> bool:
    version = known.at(order.ordered_at)
    of_orders = (one.counted for one in version.challenges.values()) if version else ()
    return order.net_minor > 0 and any(isinstance(one, OfOrders) and asks_for_lines(one) for one in of_orders)


def _of_events(version: Dated) -> Iterator[OfEvents]:
    for challenge in version.challenges.values():
        if isinstance(challenge.counted, OfEvents):
            yield challenge.counted


def _asked(counted: OfEvents) -> str:
    """What tells one test of events from another."""
    return counted.model_dump_json()


def _condition(counted: OfEvents) -> Mapping[str, Any]:
    """The event and its tests in the language of conditions."""
    return {"node": "event", "event": counted.event, "where": list(counted.where)}


def _stored(order_ids: Collection[int]) -> dict[int, dict[str, _Stamp]]:
    """The stamps of these orders, by challenge."""
    found: dict[int, dict[str, _Stamp]] = {}
    for row in sql.rows(_KNOWN, [list(order_ids)]):
        stamp = _Stamp(*row)
        found.setdefault(stamp.ref, {})[stamp.challenge] = stamp
    return found


def _put(stamps: Sequence[_Stamp], *, of_order: bool) -> None:
    if not stamps:
        return
    columns: list[list[Any]] = [
        [stamp.ref for stamp in stamps],
        [stamp.challenge for stamp in stamps],
        [stamp.profile_id for stamp in stamps],
        [stamp.at for stamp in stamps],
        [stamp.amount for stamp in stamps],
    ]
    sql.run(_PUT, [of_order, *columns])
