"""One transaction for a call, or for many small ones that came at the same moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction

from regulars.api.ingest.types import Entry, Result, Status
from regulars.customers import services as customers
from regulars.customers.types import ANONYMOUS, SHOP, ProfileKey
from regulars.events import services as events
from regulars.events.types import NewEvent

Place = int
"""Where an entry stands in the batch."""


@transaction.atomic
def store(entries: Sequence[Entry], now: datetime) -> list[Result]:
    """Store what was made out and say of each entry what became of it, in their order.

    Every transaction goes the same way: profiles, devices, occasions, what customers are like, trade, the
    log; and within each step in the order of keys. So two of them wait for each other, but never both ways.
    """
    profiles = _profiles(entries, now)
    _link(entries, profiles, now)
    recorded = _record(entries, profiles, now)
    return [_result(entry, place in recorded) for place, entry in enumerate(entries)]


def _profiles(entries: Iterable[Entry], now: datetime) -> Mapping[ProfileKey, int]:
    keys: dict[ProfileKey, None] = {}
    for entry in entries:
        if entry.user_id is not None:
            keys[SHOP, entry.user_id] = None
        if entry.anonymous_id is not None:
            keys[ANONYMOUS, entry.anonymous_id] = None
    return customers.find_or_create_profiles(keys=keys, now=now)


def _link(entries: Iterable[Entry], profiles: Mapping[ProfileKey, int], now: datetime) -> None:
    pairs = {
        (profiles[ANONYMOUS, entry.anonymous_id], profiles[SHOP, entry.user_id]): None
        for entry in entries
        if entry.anonymous_id is not None and entry.user_id is not None
    }
    if pairs:
        customers.link_anonymous(pairs=list(pairs), now=now)


def _record(entries: Sequence[Entry], profiles: Mapping[ProfileKey, int], now: datetime) -> set[Place]:
    """What goes into the log as it is; gives the places of those that were new."""
    first: dict[tuple[str, str], Place] = {}
    news = []
    for place, entry in enumerate(entries):
        if entry.type is None or first.setdefault((entry.caller.source, entry.key), place) != place:
            continue
        news.append(
            NewEvent(
                type=entry.type,
                source=entry.caller.source,
                key=entry.key,
                occurred_at=entry.occurred_at,
                profile_id=profile_of(entry, profiles),
                properties=entry.properties,
            )
        )
    recorded = events.record(news, now=now)
    return {first[occasion] for occasion in recorded.ids}


def profile_of(entry: Entry, profiles: Mapping[ProfileKey, int]) -> int:
    """Whose an entry is: the known customer's where one is named, else the device's."""
    return profiles[whose(entry)]


def whose(entry: Entry) -> ProfileKey:
    """The name of that profile."""
    if entry.user_id is not None:
        return SHOP, entry.user_id
    return ANONYMOUS, entry.anonymous_id or ""


def _result(entry: Entry, new: bool) -> Result:
    if not new:
        return Result(Status.REPEATED, entry.key)
    code, detail = entry.note or (None, None)
    return Result(Status.TAKEN, entry.key, code, detail)
