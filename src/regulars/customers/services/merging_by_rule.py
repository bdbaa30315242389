"""Making one of customers who share what is one person's own."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from regulars.customers.locks import lock_persons, lock_profiles_of
from regulars.customers.models import Profile, Sweep
from regulars.customers.queries.comparing import told_apart
from regulars.customers.queries.marks import mark_of
from regulars.customers.queries.sharing import Found, found_by_rule
from regulars.customers.rules import Joining
from regulars.customers.services.joining import Join, Overtaken, join
from regulars.customers.services.withdrawing import withdraw
from regulars.customers.types import IdentityType
from regulars.events.types import LoggedEvent

EVERYBODY = "customers.merge_everybody"
TRIES_MAX = 10
"""So often others may move the same persons between our look and our lock."""


def merge_those_who_share(*, events: Iterable[LoggedEvent], now: datetime) -> list[int]:
    """Make one of all who share something, by rule, with the customers these events are about.

    Gives the ids of the merges. Which values join, whom, and who is kept: `rules.plan`. Merges that only
    history leads to are recorded as history. Repeating changes nothing.
    """
    return _merge_profiles(_by_profile(events), now)


def regroup(
    values: Sequence[tuple[IdentityType, str]], *, among: Collection[int], now: datetime
) -> list[int]:
    """Take apart whom values joined that some of them no longer have, as far as nothing else joins them.

    `among`: the persons who may be concerned, locked by the caller. Recorded as history.
    """
    loose = withdraw(values, now=now, backfill=True, among=among) if values and among else []
    return _merge_profiles(dict.fromkeys(loose), now)


@transaction.atomic
def merge_portion(*, now: datetime, limit: int) -> int:
    """Look at the next customers of all, where a changed rule asks for it; says how many were looked at.

    Less than `limit`: it is done, or somebody else is at it. What comes of it is recorded as history.
    """
    sweep = Sweep.objects.select_for_update(skip_locked=True).filter(name=EVERYBODY, done_at=None).first()
    if sweep is None:
        return 0
    wanted = Profile.objects.filter(pk__gt=sweep.done_to or 0).order_by("pk").values_list("pk", flat=True)
    profiles = list(wanted[:limit])
    merged = _merge_profiles(dict.fromkeys(profiles), now)
    Sweep.objects.filter(name=EVERYBODY).update(
        done_to=profiles[-1] if profiles else sweep.done_to,
        found=sweep.found + len(merged),
        done_at=now if len(profiles) < limit else None,
    )
    return len(profiles)


def look_at_everybody(*, now: datetime) -> None:
    """Have everybody looked at again from the beginning: a rule changed."""
    Sweep.objects.update_or_create(
        name=EVERYBODY, defaults={"asked_at": now, "done_to": 0, "done_at": None, "found": 0}
    )


def _merge_profiles(of: Mapping[int, LoggedEvent | None], now: datetime) -> list[int]:
    if not of:
        return []
    for _try in range(TRIES_MAX):
        try:
            # What was locked by a look that came too late is let go with it: else the next one would lock
            # out of the order.
            with transaction.atomic():
                found = found_by_rule(of.keys())
                backfill = all(event is None or event.backfill for event in of.values())
                if loose := withdraw(found.crowded, now=now, backfill=backfill):
                    of = {**dict.fromkeys(loose), **of}
                    found = found_by_rule(of.keys())
                return _merge(found, of, now)
        except Overtaken:
            continue
    raise RuntimeError(f"others moved the same customers {TRIES_MAX} times while they were being merged")


def _by_profile(events: Iterable[LoggedEvent]) -> dict[int, LoggedEvent]:
    """The event that a merge is because of, by profile: one of what happens now before one of history."""
    found: dict[int, LoggedEvent] = {}
    for event in events:
        if event.profile_id is not None:
            before = found.get(event.profile_id)
            if before is None or (before.backfill and not event.backfill):
                found[event.profile_id] = event
    return found


def _merge(found: Found, of: Mapping[int, LoggedEvent | None], now: datetime) -> list[int]:
    joinings = found.joinings
    _hold(found, joinings)
    causes = _causes(found, joinings, of)
    joins = {one.gone: _join(one, causes.get(one.kept)) for one in joinings}
    return join(joins, now=now, user_id=None)


def _join(one: Joining, cause: LoggedEvent | None) -> Join:
    return Join(
        kept=one.kept,
        because={type_.value: mark_of(type_.value, value) for type_, value in one.because.items()},
        cause=(cause.id, cause.depth) if cause else None,
        backfill=cause.backfill if cause else True,
    )


def _hold(found: Found, joinings: Sequence[Joining]) -> None:
    """Lock all of them; raise Overtaken if they are not as they were when we looked."""
    persons = {id_ for one in joinings for id_ in (one.kept, one.gone)}
    if not persons:
        return
    seen = {profile: id_ for id_ in persons for profile in found.candidates[id_].profiles}
    if lock_persons(persons) != persons or lock_profiles_of(persons) != seen:
        raise Overtaken
    becomes = {one.gone: one.kept for one in joinings}
    group = {profile: becomes.get(id_, id_) for profile, id_ in seen.items()}
    if any(group.get(one, 0) == group.get(other, -1) for one, other in told_apart(seen)):
        raise Overtaken


def _causes(
    found: Found, joinings: Sequence[Joining], of: Mapping[int, LoggedEvent | None]
) -> dict[int, LoggedEvent]:
    """By who is kept: the event because of which all of theirs become one."""
    causes: dict[int, LoggedEvent] = {}
    for one in joinings:
        for person in (one.kept, one.gone):
            for profile in sorted(found.candidates[person].profiles & of.keys()):
                event, before = of[profile], causes.get(one.kept)
                if event and (before is None or (before.backfill and not event.backfill)):
                    causes[one.kept] = event
    return causes
