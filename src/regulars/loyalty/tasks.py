"""The worker's part: what time does to points."""

from __future__ import annotations

import logging
from datetime import datetime, time

from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobAborted

from regulars.kit import clock
from regulars.kit.schedules import Daily, Every, Schedule
from regulars.loyalty import services
from regulars.loyalty.models.year import REPLAY
from regulars.loyalty.registry import CannotSend, Unanswered, Unsendable
from regulars.loyalty.services.codes import SEND
from regulars.loyalty.services.delivering import AGAIN_SECONDS

SENT_TRIES = 3

_log = logging.getLogger(__name__)


def check_books(now: datetime, limit: int) -> int:
    """Prove the books; once is all there is to do."""
    services.check_books(now=now)
    return 0


def forget_codes(now: datetime, limit: int) -> int:
    """Forget codes that opened spendings a day ago or more."""
    return services.forget_codes(now=now, limit=limit)


@app.task(
    name=SEND,
    pass_context=True,
    retry=RetryStrategy(wait=AGAIN_SECONDS, retry_exceptions=[CannotSend]),
)
def send_code(context: JobContext, code_id: int) -> None:
    """Send a code. Asked for by `services`. One that does not go out is no mistake of ours: no failed job."""
    try:
        services.deliver_code(code_id=code_id, now=clock.now())
    except (CannotSend, Unsendable, Unanswered) as error:
        if isinstance(error, CannotSend) and context.job.attempts + 1 < SENT_TRIES:
            raise
        _log.warning("a code did not go out: %s", error)


def time_out_holds(now: datetime, limit: int) -> int:
    """Let go of holds nobody came back for."""
    return services.time_out_holds(now=now, limit=limit)


def run_day(now: datetime, limit: int) -> int:
    """Make points usable, let them expire, and warn of it."""
    return services.run_day(now=now, limit=limit)


def count_orders_again(now: datetime, limit: int) -> int:
    """See that orders count for challenges as they stand; once is all there is to do."""
    services.count_orders_again(now=now)
    return 0


def settle_orders_again(now: datetime, limit: int) -> int:
    """See that orders earned what they come to; once is all there is to do."""
    services.settle_again(now=now)
    return 0


@app.task(name=REPLAY, lock=REPLAY, pass_context=True)
def replay_year(context: JobContext, number: int) -> None:
    """Replay a programme over the last twelve months. Asked for by `services`; one at a time."""
    if not services.replay_year(number=number, now=clock.now(), enough=context.should_abort):
        raise JobAborted


def forget_years(now: datetime, limit: int) -> int:
    """Remove replays of long ago."""
    return services.forget_years(now=now, limit=limit)


def reckon_tiers_again(now: datetime, limit: int) -> int:
    """Have everybody's tier reckoned again; once is all there is to do."""
    services.begin_sweep_of_tiers(now=now)
    return 0


def see_to_referrals(now: datetime, limit: int) -> int:
    """See how those stand who were brought by friends, and reward what is due."""
    return services.see_to_referrals(now=now, limit=limit)


def give_personal_days(now: datetime, limit: int) -> int:
    """Give what personal days bring to those whose window opens."""
    return services.give_personal_days(now=now, limit=limit)


def give_personal_days_late(now: datetime, limit: int) -> int:
    """The same for all whose window is open: for birthdays told late, and for what was missed."""
    return services.give_personal_days_late(now=now, limit=limit)


SCHEDULES: list[Schedule] = [
    Schedule(name="loyalty.do_journals", cadence=Every(minutes=1), run=services.do_journals),
    Schedule(name="loyalty.time_out_holds", cadence=Every(minutes=1), run=time_out_holds),
    Schedule(name="loyalty.run_day", cadence=Every(minutes=1), run=run_day, limit=10_000),
    Schedule(name="loyalty.forget_codes", cadence=Daily(at=time(3, 40)), run=forget_codes, limit=5_000),
    Schedule(name="loyalty.count_orders_again", cadence=Daily(at=time(2, 50)), run=count_orders_again),
    Schedule(name="loyalty.settle_orders_again", cadence=Daily(at=time(2, 40)), run=settle_orders_again),
    Schedule(name="loyalty.forget_years", cadence=Daily(at=time(3, 50)), run=forget_years, limit=1_000),
    Schedule(name="loyalty.reckon_tiers_again", cadence=Daily(at=time(2, 20)), run=reckon_tiers_again),
    Schedule(name="loyalty.see_to_referrals", cadence=Every(minutes=1), run=see_to_referrals, limit=5_000),
    Schedule(
        name="loyalty.give_personal_days", cadence=Every(minutes=60), run=give_personal_days, limit=5_000
    ),
    Schedule(
        name="loyalty.give_personal_days_late",
        cadence=Daily(at=time(4, 10)),
        run=give_personal_days_late,
        limit=5_000,
    ),
    Schedule(name="loyalty.check_books", cadence=Daily(at=time(3, 10)), run=check_books),
]
