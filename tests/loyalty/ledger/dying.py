"""Points of a customer from the first to the last, by a worker that dies.

`python -m tests.loyalty.ledger.dying WHAT NAME STEP` prints the number of statements it takes; then, for each
(or every so many of them), it forks a worker that kills itself (SIGKILL) right after that statement, and goes
on where that one died.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def by_services(name: str) -> None:
    """Earn, hold, spend, give back, expire, be taken back: what is done already is done again."""
    from regulars.customers import services as customers
    from regulars.loyalty import queries, services
    from regulars.loyalty.types import GiveBack, NewHold, Wanted

    key = ("shop", name)
    profile = customers.find_or_create_profiles(keys=[key], now=NOW)[key]

    def earned(number: int, points: int, lasts: int) -> Wanted:
        return Wanted(
            key=f"order:shop:{name}-{number}:cashback",
            profile_id=profile,
            points_minor=points,
            at=NOW,
            earned_at=NOW,
            usable_at=NOW + number * DAY,
            expires_at=NOW + lasts * DAY,
        )

    def asked(number: int, points: int, at: datetime) -> NewHold:
        return NewHold(
            key=f"till:{name}-{number}",
            profile_id=profile,
            points_minor=points,
            at=at,
            lasts_until=at + timedelta(minutes=30),
        )

    orders = [earned(0, 1_000, 5), earned(1, 500, 30), earned(2, 200, 40)]
    if queries.hold_by_key(f"till:{name}-3") is None:  # else this is told of, and would be an older telling
        services.settle(wanted=orders, when_spent="owe", now=NOW)
    services.run_day(now=NOW + DAY, limit=1_000)
    held = services.hold(new=asked(1, 1_200, NOW + DAY), now=NOW + DAY)
    services.capture(hold_id=held.id, points_minor=1_100, now=NOW + DAY)
    services.hold(new=asked(2, 300, NOW + DAY), now=NOW + DAY)
    services.time_out_holds(NOW + 2 * DAY, 1_000)
    services.spend(new=asked(3, 700, NOW + 2 * DAY), now=NOW + 2 * DAY, when_short="owe")
    back = GiveBack(hold_id=held.id, given_back_minor=600, at=NOW + 6 * DAY)
    services.give_back(wanted=[back], given_back_days=30, when_spent="owe", now=NOW + 6 * DAY)
    fewer = [earned(1, 100, 30), earned(2, 0, 40)]
    services.settle(wanted=fewer, when_spent="owe", now=NOW + 6 * DAY)
    services.run_day(now=NOW + 60 * DAY, limit=1_000)


def by_log(name: str) -> None:
    """Three orders are told of, then what came back of them; a worker reads the log."""
    from regulars.commerce import services as commerce
    from regulars.commerce.types import Order, OrderLine, OrderReturn
    from regulars.customers import services as customers
    from regulars.events import queries
    from regulars.events import services as events
    from regulars.loyalty import services
    from regulars.loyalty.queries import current
    from regulars.loyalty.types import Programme

    if current(NOW) is None:
        at_once = Programme.model_validate({"usable": {"kind": "at_once"}})
        services.publish(programme=at_once, since=NOW - DAY, now=NOW - DAY, user_id=None)
    events.ensure_consumers(now=NOW)
    key = ("shop", name)
    profile = customers.find_or_create_profiles(keys=[key], now=NOW)[key]
    whole = [
        Order(
            source="shop",
            external_id=f"{name}-{number}",
            profile_id=profile,
            ordered_at=NOW,
            currency="RUB",
            lines=(OrderLine(amount_minor=200_000), OrderLine(amount_minor=40_000)),
            as_of=NOW,
        )
        for number in range(3)
    ]
    returned = (OrderReturn(returned_at=NOW + DAY, amount_minor=40_000, line=2),)
    for orders in (whole, [replace(one, returns=returned, as_of=NOW + DAY) for one in whole]):
        commerce.record_orders(orders=orders, now=NOW + DAY)
        while any(one.behind for one in queries.consumers_state() if one.name.startswith("loyalty.")):
            events.drain(now=NOW + DAY)


LIVES = {"services": by_services, "log": by_log}


def _counting(die_at: int | None) -> tuple[list[int], Callable[..., Any]]:
    seen = [0]

    def counted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        seen[0] += 1
        if seen[0] == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return seen, counted


def _lived(live: Callable[[str], None], name: str, die_at: int | None = None) -> int:
    """Statements it took."""
    from django.db import connection

    seen, counted = _counting(die_at)
    with connection.execute_wrapper(counted):
        live(name)
    return seen[0]


def main(arguments: Sequence[str]) -> None:
    """Live once whole, then die and live on."""
    from django.db import connections

    what, name, step = arguments
    live = LIVES[what]
    print(_lived(live, f"{name}-whole"), flush=True)
    for die_at in count(1, int(step)):
        connections.close_all()
        worker = os.fork()
        if worker == 0:
            _lived(live, f"{name}-{die_at}", die_at)
            os._exit(0)
        _pid, status = os.waitpid(worker, 0)
        if os.waitstatus_to_exitcode(status) == 0:  # there was no statement left to die after
            return
        assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL, (die_at, status)
        _lived(live, f"{name}-{die_at}")
        print(die_at, flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    main(sys.argv[1:])
