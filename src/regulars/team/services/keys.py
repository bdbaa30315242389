"""Keys of programs: made, renamed, revoked, and how they are used."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext as _

from regulars.team import locks, queries
from regulars.team.errors import TooManyKeys, WrongKey
from regulars.team.models import ApiKey
from regulars.team.rules import (
    KEY_NAME_MAX,
    KEY_PREFIXES,
    KEYS_MAX,
    KIND_SCOPES,
    SECRET_ALPHABET,
    SECRET_SIGNS,
    hash_token,
    hint_of,
)
from regulars.team.services.audit_log import log
from regulars.team.types import Action, KeyKind, KeyUse, NewKey, Scope

NOTE_USES = """
WITH used AS (
    SELECT t.*
    FROM unnest(%s::bigint[], %s::date[], %s::timestamptz[], %s::bigint[], %s::bigint[], %s::bigint[])
        AS t(key_id, day, at, calls, taken, refused)
    JOIN team_apikey k ON k.id = t.key_id
    ORDER BY t.key_id
    FOR NO KEY UPDATE OF k
), seen AS (
    UPDATE team_apikey k SET last_used_at = GREATEST(k.last_used_at, t.at) FROM used t WHERE k.id = t.key_id
)
INSERT INTO team_apikeyday AS d (key_id, day, calls, taken, refused)
SELECT key_id, day, calls, taken, refused FROM used
ON CONFLICT (key_id, day) DO UPDATE
SET calls = d.calls + excluded.calls, taken = d.taken + excluded.taken, refused = d.refused + excluded.refused
"""


def new_secret(prefix: str) -> str:
    """A secret nobody guesses, with what it is at its head."""
    return prefix + "".join(secrets.choice(SECRET_ALPHABET) for _sign in range(SECRET_SIGNS))


@transaction.atomic
def create_key(
    *,
    name: str,
    kind: KeyKind,
    now: datetime,
    scopes: Collection[Scope] | None = None,
    branch_id: int | None = None,
    user_id: int | None = None,
) -> NewKey:
    """A new key with these scopes, by default all that its kind may have. Raises WrongKey, TooManyKeys.

    `branch_id` is for a till's key, and only for it; whether there is such a branch the caller knows.
    """
    title = _name(name)
    chosen = KIND_SCOPES[kind] if scopes is None else frozenset(scopes)
    if not chosen:
        raise WrongKey(_("Choose at least one thing the key may do."))
    if not chosen <= KIND_SCOPES[kind]:
        raise WrongKey(_("A key of this kind cannot be allowed that much."))
    if (kind is KeyKind.TILL) != (branch_id is not None):
        raise WrongKey(_("Say which branch the till belongs to; other keys belong to none."))
    locks.team()
    if ApiKey.objects.filter(revoked_at=None).count() >= KEYS_MAX:
        raise TooManyKeys(
            _("There are %(count)s keys in use already. Revoke those nobody needs.") % {"count": KEYS_MAX}
        )
    secret = new_secret(KEY_PREFIXES[kind])
    row = ApiKey.objects.create(
        name=title,
        kind=kind.value,
        scopes=sorted(chosen),
        branch_id=branch_id,
        secret_hash=hash_token(secret),
        hint=hint_of(secret),
        public=secret if kind is KeyKind.BROWSER else "",
        created_at=now,
        made_by_id=user_id,
    )
    details = {"kind": kind.value, "scopes": row.scopes, "branch": branch_id}
    log(user_id=user_id, action=Action.KEY_MADE, now=now, subject=f"key:{row.pk}", details=details)
    return NewKey(key=queries.to_key(row), secret=secret)


@transaction.atomic
def rename_key(*, key_id: int, name: str, user_id: int | None, now: datetime) -> None:
    """Call a key something else; it goes on as before. Raises WrongKey."""
    title = _name(name)
    if ApiKey.objects.filter(pk=key_id).exclude(name=title).update(name=title):
        log(user_id=user_id, action=Action.KEY_RENAMED, now=now, subject=f"key:{key_id}")
    elif not ApiKey.objects.filter(pk=key_id).exists():
        raise WrongKey(_("There is no such key any more."))


@transaction.atomic
def revoke_key(*, key_id: int, user_id: int | None, now: datetime) -> bool:
    """The key opens nothing from now on, for good; within seconds everywhere. Whether it still opened."""
    if not ApiKey.objects.filter(pk=key_id, revoked_at=None).update(revoked_at=now):
        return False
    log(user_id=user_id, action=Action.KEY_REVOKED, now=now, subject=f"key:{key_id}")
    return True


@transaction.atomic
def note_keys_used(*, uses: Collection[KeyUse]) -> None:
    """Add how keys were used to their days, and the last moment of each; one use a key.

    Keys that are gone are passed over.
    """
    if not uses:
        return
    zone = ZoneInfo(queries.shop().timezone)
    kept = sorted(uses, key=lambda use: use.key_id)
    columns: list[list[object]] = [
        [use.key_id for use in kept],
        [use.at.astimezone(zone).date() for use in kept],
        [use.at for use in kept],
        [use.calls for use in kept],
        [use.taken for use in kept],
        [use.refused for use in kept],
    ]
    with connection.cursor() as cursor:
        cursor.execute(NOTE_USES, columns)


def _name(name: str) -> str:
    title = " ".join(name.split())
    if not title:
        raise WrongKey(_("Give the key a name, so that you know later what it is for."))
    if len(title) > KEY_NAME_MAX:
        raise WrongKey(
            _("The name is too long: %(max)s characters are enough to tell keys apart.")
            % {"max": KEY_NAME_MAX}
        )
    return title
