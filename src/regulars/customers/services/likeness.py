"""Finding who may be one, for colleagues to look at. Nobody is ever merged by likeness."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from psycopg.types.json import Jsonb

from regulars.customers.models import Sweep
from regulars.customers.queries.likeness import (
    birthdays_of,
    groups_of,
    likenesses,
    state_of_everybody,
    told_apart_persons,
)
from regulars.customers.rules.likeness import Alike, Pair, pairs_of, weighed

LOOK = "customers.look_for_duplicates"
PAIRS_MAX = 5_000
"""So many pairs are suggested at most, the surest: a team has no time for more."""
PORTION = 5_000
A_DAY = timedelta(days=1)

_STORE = """
INSERT INTO customers_likely (first_id, second_id, likenesses, weight, found_at, run)
SELECT t.*, %s, %s FROM unnest(%s::bigint[], %s::bigint[], %s::jsonb[], %s::smallint[])
    AS t(first_id, second_id, likenesses, weight)
ORDER BY first_id, second_id
ON CONFLICT (first_id, second_id) DO UPDATE
SET likenesses = excluded.likenesses, weight = excluded.weight, run = excluded.run
"""
_DROP = """
DELETE FROM customers_likely WHERE id IN (SELECT id FROM customers_likely WHERE run <> %s LIMIT %s)
"""


def ask_for_duplicates(*, now: datetime) -> bool:
    """Have the worker look for duplicates if there may be others than at the last look; says whether.

    Once a day in any case: what customers are like changes too.
    """
    last = Sweep.objects.filter(name=LOOK, done_at__gt=now - A_DAY).first()
    if last is not None and last.asked_for == state_of_everybody():
        return False
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(LOOK, queueing_lock=LOOK).defer()
    return True


def look_for_duplicates(*, now: datetime) -> int:
    """Go through everybody and keep who may be one; says how many pairs there are.

    It reads without holding anybody up, a statement for each likeness, and writes in short transactions.
    Those found before keep their number; those that are none any more go.
    """
    seen = state_of_everybody()
    alike: defaultdict[Pair, Alike] = defaultdict(Alike)
    for likeness in likenesses():
        for group in groups_of(likeness):
            for pair in pairs_of(group):
                alike[pair].add(likeness)
    for pair in told_apart_persons():
        alike.pop(pair, None)
    found = weighed(alike, birthdays_of({id_ for pair in alike for id_ in pair}))
    surest = sorted(found, key=lambda pair: (-found[pair].weight, pair))[:PAIRS_MAX]
    run = _next_run(now)
    for start in range(0, len(surest), PORTION):
        _store([(pair, found[pair]) for pair in surest[start : start + PORTION]], run, now)
    while _drop_others(run) == PORTION:
        pass
    Sweep.objects.filter(name=LOOK).update(asked_for=seen, done_at=now, found=len(surest), done_to=run)
    return len(surest)


def _next_run(now: datetime) -> int:
    with transaction.atomic():
        sweep, _made = Sweep.objects.select_for_update().get_or_create(
            name=LOOK, defaults={"asked_at": now, "done_to": 0}
        )
        run = (sweep.done_to or 0) + 1
        Sweep.objects.filter(name=LOOK).update(done_to=run, asked_at=now)
    return run


@transaction.atomic
def _store(pairs: Sequence[tuple[Pair, Alike]], run: int, now: datetime) -> None:
    columns: list[list[object]] = [
        [pair[0] for pair, _ in pairs],
        [pair[1] for pair, _ in pairs],
        [Jsonb(sorted(one.likenesses)) for _, one in pairs],
        [one.weight for _, one in pairs],
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STORE, [now, run, *columns])


@transaction.atomic
def _drop_others(run: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_DROP, [run, PORTION])
        return int(cursor.rowcount)
