"""Counting for challenges what happened: orders as they stand, events, and persons who became one.

Whatever was counted before is brought to what stands now, and so is what was given for it: events may come
late, in any order and more than once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType

from django.db import transaction

from regulars.events.types import LoggedEvent
from regulars.kit import sql
from regulars.kit.locks import Space, hold_numbers
from regulars.loyalty.queries.challenges_editions import editions
from regulars.loyalty.services.challenges_reckoning import reckon
from regulars.loyalty.services.challenges_stamps import Touched, stamp_events, stamp_orders
from regulars.loyalty.services.orders import ORDERS_MAX
from regulars.loyalty.types import OrderTold
from regulars.loyalty.types.events import Caused

_NOBODY: Mapping[int, Caused] = MappingProxyType({})

# Also where nothing counts any more, such as of who is somebody else again.
_OF_PERSONS = """
SELECT known.challenge, one.id
FROM customers_profile AS one
JOIN customers_profile AS theirs ON theirs.person_id = one.person_id
CROSS JOIN LATERAL (
    SELECT s.challenge FROM loyalty_stamp AS s WHERE s.profile_id = theirs.id AND s.challenge <> ''
    UNION
    SELECT r.challenge FROM loyalty_challengereached AS r WHERE r.profile_id = theirs.id
) AS known
WHERE one.id = ANY(%s)
"""


@transaction.atomic
def count_orders(
    *,
    told: Sequence[OrderTold],
    now: datetime,
    as_of: datetime | None = None,
    moved: Mapping[int, Caused] = _NOBODY,
) -> None:
    """Count these orders, as they stand, for the challenges that ask for orders; give and take back by it.

    As `settle_orders`: an order counts by the version of the programme that held when it was ordered;
    repeating it changes nothing, and the order in which they are told does not matter. `as_of`: as orders
    stood then. `moved`: profiles that are another person's now, with the event that told of it; all that
    their persons were given is brought to what stands too, at once with the rest, so that all persons are
    held together. Raises ValueError above ORDERS_MAX orders.
    """
    by_order = {one.order_id: one for one in told}
    if len(by_order) > ORDERS_MAX:
        raise ValueError(f"{len(by_order)} orders to count; the most is {ORDERS_MAX}")
    known = editions()
    touched: list[Touched] = []
    if by_order and known.count_orders:
        # Of two that count one order the later is to see what the first has made of it.
        hold_numbers(Space.STAMPS_OF_ORDERS, by_order)
        touched += stamp_orders(by_order, known, as_of)
    if moved and known.of_challenges:
        touched += [
            Touched(profile_id, challenge, None, moved.get(profile_id))
            for challenge, profile_id in sql.rows(_OF_PERSONS, [list(moved)])
        ]
    reckon(touched, known, now=now)


@transaction.atomic
def count_events(*, events: Sequence[LoggedEvent], now: datetime) -> None:
    """Count these events for the challenges that ask for events; brief ones will do."""
    known = editions()
    if known.event_names:
        reckon(stamp_events(events, known), known, now=now)
