"""Giving what personal days bring: once a person and year, by their own calendar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from django.db import transaction

from regulars.customers.services.holding import hold_persons
from regulars.kit import sql
from regulars.loyalty.queries.days import Candidate, Turn, candidates, turns
from regulars.loyalty.queries.programme import current_anew
from regulars.loyalty.rules import days as rules
from regulars.loyalty.services.granting import grant
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.grants import Mechanic, NewGrant
from regulars.segments.queries import Asked, fits

PORTION = 500
"""People in a transaction: they and their wallets are locked so long."""
FOUND_MAX = 10_000
"""People looked up at once."""

_TURN = """
INSERT INTO loyalty_dayturn (profile_id, key, year, day, given, seen_at)
SELECT t.profile_id, %s, EXTRACT(YEAR FROM t.day), t.day, t.given, %s
FROM unnest(%s::bigint[], %s::date[], %s::boolean[]) AS t (profile_id, day, given)
ORDER BY t.profile_id
ON CONFLICT DO NOTHING
RETURNING profile_id
"""


def give_personal_days(*, now: datetime, limit: int) -> int:
    """Give to those whose window opens or ends about now; says to how many people, `limit` if there may be
    more."""
    return _see_to(now=now, limit=limit, days_of=rules.days_turning)


def give_personal_days_late(*, now: datetime, limit: int) -> int:
    """The same for all windows that are open: for birthdays told late, and for what was missed."""
    return _see_to(now=now, limit=limit, days_of=lambda of, at: [rules.days_open(of, at)])


def _see_to(
    *, now: datetime, limit: int, days_of: Callable[[PersonalDay, datetime], Sequence[Sequence[date]]]
) -> int:
    version = current_anew(now)
    if version is None or not version.programme.running:
        return 0
    done, most = 0, min(limit, FOUND_MAX)
    parts = version.programme.personal_days
    for of, days in [(part, days) for part in parts for days in days_of(part, now)]:
        after = 0
        while True:
            found = candidates(of, days=days, now=now, after=after, most=most)
            for begin in range(0, len(found), PORTION):
                done += _give(of, found[begin : begin + PORTION], version_id=version.id, now=now)
                if done >= limit:
                    return limit
            if len(found) < most:
                break
            after = found[-1].person_id
    return done


@transaction.atomic
def _give(of: PersonalDay, found: Sequence[Candidate], *, version_id: int, now: datetime) -> int:
    """Give to those of these whose turn it is; says how many turns were seen to."""
    held = hold_persons(one.person_id for one in found)
    due = turns(of, [one for one in found if one.person_id in held], now=now)
    if not due:
        return 0
    fitting = fits(
        conditions={"who": of.who}, asked=[Asked(turn.person_id, turn.person_id, now) for turn in due]
    )["who"]
    made = _note(of, due, fitting, now)
    grant(
        grants=[
            NewGrant(
                key=f"day:{of.key}:{turn.day.year}:{turn.profile_id}",
                profile_id=turn.profile_id,
                mechanic=Mechanic.DAY,
                part=of.key,
                name=of.name,
                benefit=of.benefit,
                at=now,
                version_id=version_id,
            )
            for turn in due
            if turn.person_id in fitting and turn.profile_id in made
        ],
        now=now,
    )
    return len(made)


def _note(of: PersonalDay, due: Sequence[Turn], fitting: frozenset[int], now: datetime) -> set[int]:
    """Write the turns down; gives the profiles whose turn was not written down yet."""
    return set(
        sql.column(
            _TURN,
            [
                of.key,
                now,
                [turn.profile_id for turn in due],
                [turn.day for turn in due],
                [turn.person_id in fitting for turn in due],
            ],
        )
    )
