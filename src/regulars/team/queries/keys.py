"""Keys of programs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import F

from regulars.team.models import ApiKey as Row
from regulars.team.models import ApiKeyDay
from regulars.team.rules import hash_token
from regulars.team.types import ApiKey, KeyDay, KeyKind, Scope


def key_of(secret: str) -> ApiKey | None:
    """The key that this opens with, as long as it is not revoked."""
    row = Row.objects.filter(secret_hash=hash_token(secret), revoked_at=None).first()
    return None if row is None else to_key(row)


def keys() -> list[ApiKey]:
    """All of them, also those revoked: those in use first, the last used of them first."""
    order = (F("revoked_at").desc(nulls_first=True), F("last_used_at").desc(nulls_last=True), "-pk")
    return [to_key(row) for row in Row.objects.order_by(*order)]


def key(key_id: int) -> ApiKey | None:
    """One of them, also one revoked."""
    row = Row.objects.filter(pk=key_id).first()
    return None if row is None else to_key(row)


def browser_keys() -> list[ApiKey]:
    """Those in use in the pages of the shop's site, the oldest first."""
    rows = Row.objects.filter(kind=KeyKind.BROWSER.value, revoked_at=None).order_by("pk")
    return [to_key(row) for row in rows]


def keys_on(day: date) -> Mapping[int, KeyDay]:
    """How each key was used on a day of the shop's calendar; who was not used is not in it."""
    return {row.key_id: _day(row) for row in ApiKeyDay.objects.filter(day=day)}


def key_days(key_id: int, *, since: date) -> list[KeyDay]:
    """The days on which a key was used, the newest first."""
    rows = ApiKeyDay.objects.filter(key_id=key_id, day__gte=since).order_by("-day")
    return [_day(row) for row in rows]


def to_key(row: Row) -> ApiKey:
    """A stored key as others see it."""
    known = {scope.value for scope in Scope}
    return ApiKey(
        id=row.pk,
        name=row.name,
        kind=KeyKind(row.kind),
        scopes=frozenset(Scope(name) for name in row.scopes if name in known),
        branch_id=row.branch_id,
        hint=row.hint,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
        public=row.public,
    )


def _day(row: ApiKeyDay) -> KeyDay:
    return KeyDay(day=row.day, calls=row.calls, taken=row.taken, refused=row.refused)
