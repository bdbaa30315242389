"""Making two of one again."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from regulars.customers.errors import CannotUnmerge
from regulars.customers.locks import lock_persons, lock_profiles_of
from regulars.customers.queries.merging import way_from
from regulars.customers.registry import Moved
from regulars.customers.services.apart import tell_apart
from regulars.customers.services.joining import Overtaken, mark, run_steps
from regulars.customers.services.telling import EVENT_SOURCE
from regulars.customers.types import CUSTOMERS_UNMERGED, Obstacle
from regulars.events import services as events
from regulars.events.types import NewEvent

TRIES_MAX = 5
"""So often others may move the same persons between our look and our lock."""

_READ = """
SELECT kept_id, gone_id, profile_ids, undone_at, gone_created_at, gone_manager_id, kept_manager_id
FROM customers_merge WHERE id = %s
"""
_CLOSE = "UPDATE customers_merge SET undone_at = %s, undone_by = %s WHERE id = %s AND undone_at IS NULL"
# Profiles that came to the person by a merge that is not on the way are there by that one.
_OTHERWISE = """
SELECT DISTINCT profile_id::bigint FROM customers_merge AS m,
    jsonb_array_elements_text(m.profile_ids) AS moved(profile_id)
WHERE m.id > %(merge_id)s AND m.undone_at IS NULL AND m.id <> ALL(%(way)s) AND m.kept_id = ANY(%(persons)s)
"""
_RESTORE = """
INSERT INTO customers_person (id, created_at, known, manager_id)
SELECT %s, %s, bool_or(source <> 'anonymous'), %s FROM customers_profile WHERE id = ANY(%s)
"""
_MOVE = "UPDATE customers_profile SET person_id = %s WHERE id = ANY(%s)"
_STAYING = """
UPDATE customers_person AS p SET created_at = coalesce(theirs.created_at, p.created_at), known = theirs.known,
    manager_id = nullif(p.manager_id, %(manager_taken_over)s)
FROM (
    SELECT min(created_at) FILTER (WHERE source <> 'anonymous') AS created_at,
        bool_or(source <> 'anonymous') AS known
    FROM customers_profile WHERE person_id = %(person_id)s
) AS theirs
WHERE p.id = %(person_id)s
"""


def unmerge(*, merge_id: int, now: datetime, user_id: int | None) -> int:
    """Make two of one again; gives the id of the person who is back, which is the one they had.

    They get the profiles that moved then and that are still with whoever the other is by now; what was
    merged into the other since stays there. Merges of merges can be undone in any order. The two are not
    merged by rule again, until a colleague merges them.

    Raises CannotUnmerge with an `Obstacle` as its code.
    """
    for _try in range(TRIES_MAX):
        try:
            with transaction.atomic():
                gone, profiles = separate(merge_id, now=now, user_id=user_id)
                tell_apart(*profiles, now=now, user_id=user_id)
                return gone
        except Overtaken:
            continue
    raise RuntimeError(f"others moved the same customers {TRIES_MAX} times while a merge was being undone")


@dataclass(frozen=True, slots=True)
class _Found:
    """A merge that is not undone, and the merges that led from the kept one to the person they are now."""

    id: int
    gone_id: int
    profile_ids: tuple[int, ...]
    gone_created_at: datetime
    gone_manager_id: int | None
    manager_taken_over: int | None
    """Who looks after the one who stays only because of the merge."""
    way: tuple[int, ...]
    persons: tuple[int, ...]
    """Who they were on the way; the last is the one they are now."""


def _found(merge_id: int) -> _Found:
    with connection.cursor() as cursor:
        cursor.execute(_READ, [merge_id])
        row = cursor.fetchone()
    if row is None:
        raise refusal(Obstacle.UNKNOWN)
    kept_id, gone_id, profile_ids, undone_at, created_at, gone_manager, kept_manager = row
    if undone_at is not None:
        raise refusal(Obstacle.UNDONE)
    way, persons = way_from(kept_id)
    # Who looked after the one who goes, where the other had nobody, is the other's only for that.
    taken_over = gone_manager if kept_manager is None and not way else None
    return _Found(
        merge_id, gone_id, tuple(json.loads(profile_ids)), created_at, gone_manager, taken_over, way, persons
    )


def separate(
    merge_id: int, *, now: datetime, user_id: int | None, backfill: bool = False
) -> tuple[int, tuple[list[int], list[int]]]:
    """Undo a merge in the caller's transaction; gives who is back, and the profiles of both.

    Raises CannotUnmerge.
    """
    found = _found(merge_id)
    staying = found.persons[-1]
    is_there = bool(lock_persons([staying]))
    if _found(merge_id) != found:
        raise Overtaken
    if not is_there:
        raise refusal(Obstacle.NOTHING_LEFT)
    with connection.cursor() as cursor:
        cursor.execute(
            _OTHERWISE, {"merge_id": found.id, "way": list(found.way), "persons": list(found.persons)}
        )
        otherwise = {id_ for (id_,) in cursor.fetchall()}
    theirs = lock_profiles_of([staying])
    moving = sorted(set(found.profile_ids) & set(theirs) - otherwise)
    if not moving:
        raise refusal(Obstacle.NOTHING_LEFT)
    if len(moving) == len(theirs):
        raise refusal(Obstacle.NOBODY_LEFT)
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, [now, user_id, found.id])
        if not cursor.rowcount:
            raise refusal(Obstacle.UNDONE)
        cursor.execute(_RESTORE, [found.gone_id, found.gone_created_at, found.gone_manager_id, moving])
        cursor.execute(_MOVE, [found.gone_id, moving])
        cursor.execute(_STAYING, {"person_id": staying, "manager_taken_over": found.manager_taken_over})
    left = sorted(set(theirs) - set(moving))
    run_steps([Moved(staying, found.gone_id, tuple(moving), merged=False)], now)
    _tell(found, (moving[0], left[0]), staying, now, backfill)
    mark(theirs)
    return found.gone_id, (left, moving)


def _tell(found: _Found, profiles: tuple[int, int], staying: int, now: datetime, backfill: bool) -> None:
    """Both hear of it: each stands in a timeline of their own from now on."""
    events.record(
        [
            NewEvent(
                type=CUSTOMERS_UNMERGED,
                source=EVENT_SOURCE,
                key=f"customers_unmerged:{found.id}:{profile}",
                occurred_at=now,
                profile_id=profile,
                properties={"merge_id": found.id, "kept": staying, "gone": found.gone_id},
            )
            for profile in profiles
        ],
        now=now,
        backfill=backfill,
    )


_WORDS = {
    Obstacle.UNKNOWN: _("There is no such merge."),
    Obstacle.UNDONE: _("This merge was undone already."),
    Obstacle.NOTHING_LEFT: _("Nothing is left of the customer who was merged."),
    Obstacle.NOBODY_LEFT: _(
        "All that is left belonged to the customer who was merged; nobody else would remain."
    ),
}


def refusal(obstacle: Obstacle) -> CannotUnmerge:
    """Why a merge cannot be undone, in words."""
    return CannotUnmerge(str(_WORDS[obstacle]), code=obstacle.value)
