"""Erasing somebody: what tells who they are goes, the books stay without names."""

from __future__ import annotations

import contextlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from secrets import token_hex
from uuid import uuid4

from django.db import connection, transaction
from django.utils.translation import gettext as _
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued
from psycopg import sql

from regulars.customers.errors import CannotErase
from regulars.customers.locks import lock_persons, lock_profiles_of
from regulars.customers.models import Erasure, Identity, Person, Profile, RefusedContact
from regulars.customers.queries.consents import consents_of_person
from regulars.customers.rules.contacts import contact_hash
from regulars.customers.services.creating import PROFILES_TABLE
from regulars.customers.services.telling import EVENT_SOURCE
from regulars.customers.types import (
    ANONYMOUS,
    ERASED,
    MARKETING,
    PROFILE_CREATED,
    ErasureReason,
    IdentityType,
)
from regulars.events import services as events
from regulars.events.types import WHOLE, NewEvent
from regulars.kit import locks, personal, sealing
from regulars.kit.personal import Table, Whom

AT_ONCE_MAX = 1_000
"""Rows of a table in one transaction; the rest is seen to by the worker."""
WORD_MIN = 4
"""A shorter word is in every text."""
NUMBER_MIN = 9
ERASE = "customers.erase"
"""The job that does the rest."""
_PURPOSE = "erasure"

_RENAME = """
UPDATE customers_profile AS p SET source = %s, external_id = t.external_id, name = '', search_key = '',
    sort_key = '', revision = p.revision + 1
FROM unnest(%s::bigint[], %s::text[]) AS t(id, external_id) WHERE p.id = t.id
"""


@transaction.atomic
def erase(*, person_id: int, reason: ErasureReason, user_id: int | None, now: datetime) -> int:
    """Erase somebody; gives the number under which it is kept that it was done.

    Names, contacts, traits, notes, consents, tasks' titles and what events told are gone when this comes
    back, but for what fills more than a transaction: that, and copies of files, the worker sees to. Orders
    and amounts stay, on profiles that name nobody and are no customers any more: in no segment and, without
    orders, in no list. That they refused to be written to is kept as a hash of each address.

    There is no way back. Once more changes nothing. Raises CannotErase, with what speaks against it.
    """
    if person_id not in lock_persons([person_id]):
        raise CannotErase(_("There is no such customer any more. They may have become one with another."))
    profile_ids = sorted(lock_profiles_of([person_id]))
    done = Erasure.objects.filter(person_id=person_id).order_by("-id").first()
    if done and not set(profile_ids) - set(done.profile_ids):
        return done.pk
    ids, values = _known_by(person_id)
    whom = Whom((person_id,), tuple(profile_ids), ids, values)
    for guard in personal.guards():
        if against := guard(whom):
            raise CannotErase(against)
    _keep_refusals(person_id, now)
    counts = Counter({table.name: _erase_rows(table, whom, AT_ONCE_MAX) for table in personal.tables()})
    _name_nobody(person_id, profile_ids)
    row = Erasure.objects.create(
        person_id=person_id,
        profile_ids=profile_ids,
        reason=reason.value,
        asked_at=now,
        asked_by=user_id,
        sealed=sealing.seal(json.dumps([ids, values]), purpose=_PURPOSE),
        counts={name: count for name, count in counts.items() if count},
    )
    _tell(profile_ids[0], now)
    events.touch(months=[(PROFILES_TABLE, WHOLE)], profiles=profile_ids)
    transaction.on_commit(_wake, robust=True)
    return row.pk


def go_on_erasing(*, now: datetime, limit: int) -> int:
    """Do more of what erasures left to the worker; says how many things, below `limit` when all is done."""
    with locks.alone(locks.Space.ERASURE, "all") as mine:
        done = 0
        while mine and done < limit:
            row = Erasure.objects.filter(done_at=None).order_by("id").first()
            if row is None:
                break
            done += _portion(row, now)
        return done


def _portion(row: Erasure, now: datetime) -> int:
    """A portion of what is left of one erasure; at least 1, so that its end counts too."""
    ids, values = json.loads(sealing.unseal(row.sealed, purpose=_PURPOSE))
    whom = Whom((row.person_id,), tuple(row.profile_ids), tuple(ids), tuple(values))
    for table in personal.tables():
        with transaction.atomic():
            count = _erase_rows(table, whom, AT_ONCE_MAX)
            if count:
                _count(row, table.name, count)
                return count
    for name, step in personal.steps().items():
        if count := step(whom, now, AT_ONCE_MAX):
            _count(row, name, count)
            return count
    Erasure.objects.filter(pk=row.pk).update(done_at=now, sealed="")
    return 1


def _count(row: Erasure, name: str, count: int) -> None:
    row.counts[name] = row.counts.get(name, 0) + count
    Erasure.objects.filter(pk=row.pk).update(counts=row.counts)


def _erase_rows(table: Table, whom: Whom, limit: int) -> int:
    """Remove rows of a table, or blank what is personal of them; nothing happens to those that are blank."""
    if not table.remove and not table.blank:
        return 0
    name = sql.Identifier(table.name)
    key = sql.SQL(", ").join(map(sql.Identifier, table.key))
    told = sql.SQL(", ").join(sql.Identifier("t", column) for column in table.key)
    whose: sql.Composable = sql.SQL(table.whose)
    if not table.remove:
        still = sql.SQL(" OR ").join(
            sql.SQL("t.{} IS DISTINCT FROM {}").format(sql.Identifier(column), sql.SQL(to))
            for column, to in table.blank.items()
        )
        whose = sql.SQL("({}) AND ({})").format(whose, still)
    found = sql.SQL("SELECT {told} FROM {name} AS t WHERE {whose} LIMIT {limit}").format(
        told=told, name=name, whose=whose, limit=limit
    )
    doing = sql.SQL("DELETE FROM {}").format(name)
    if not table.remove:
        blank = (
            sql.SQL("{} = {}").format(sql.Identifier(column), sql.SQL(to))
            for column, to in table.blank.items()
        )
        doing = sql.SQL("UPDATE {} SET {}").format(name, sql.SQL(", ").join(blank))
    statement = sql.SQL("{} WHERE ({}) IN ({})").format(doing, key, found)
    with connection.cursor() as cursor:
        cursor.execute(
            statement.as_string(cursor.connection),
            {"persons": list(whom.person_ids), "profiles": list(whom.profile_ids)},
        )
        return int(cursor.rowcount)


def _known_by(person_id: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The ids that sources have of somebody, and all that tells who they are by itself."""
    profiles = list(Profile.objects.filter(person_id=person_id).values_list("external_id", "name"))
    found = Identity.objects.filter(profile__person_id=person_id).values_list("value", flat=True)
    ids = {external_id for external_id, _ in profiles}
    values = {name for _, name in profiles} | set(found) | ids
    told = (value for value in values if len(value) >= WORD_MIN and not _is_short_number(value))
    return tuple(sorted(ids)), tuple(sorted(told))


def _is_short_number(value: str) -> bool:
    """One that stands for many things: once nothing else knows it, it names nobody."""
    return value.isdecimal() and len(value) < NUMBER_MIN


def _name_nobody(person_id: int, profile_ids: Sequence[int]) -> None:
    """Their profiles become devices nobody knows: in figures where there are orders, else nowhere.

    An id cannot be guessed: nobody may claim such a device as theirs.
    """
    ids = [f"{ERASED}{profile_id}-{token_hex(8)}" for profile_id in profile_ids]
    with connection.cursor() as cursor:
        cursor.execute(_RENAME, [ANONYMOUS, list(profile_ids), ids])
    Person.objects.filter(pk=person_id).update(known=False, manager_id=None)


def _keep_refusals(person_id: int, now: datetime) -> None:
    """Of who refused to be written to, a hash of each address: so that it is not written to after all."""
    refused = sorted(
        {row.channel for row in consents_of_person(person_id) if row.topic == MARKETING and not row.granted}
    )
    if not refused:
        return
    identities = Identity.objects.filter(profile__person_id=person_id).values_list("type", "value")
    RefusedContact.objects.bulk_create(
        [
            RefusedContact(hash=contact_hash(IdentityType(type_), value), channels=refused, at=now)
            for type_, value in dict.fromkeys(identities)
        ],
        update_conflicts=True,
        unique_fields=["hash"],
        update_fields=["channels", "at"],
    )


def _tell(profile_id: int, now: datetime) -> None:
    """That the profile begins anew, as a device: by that, whoever keeps something of persons looks again.

    No condition finds them any more, whatever it asks about.
    """
    event = NewEvent(
        type=PROFILE_CREATED,
        source=EVENT_SOURCE,
        key=f"erased:{profile_id}:{uuid4().hex}",
        occurred_at=now,
        profile_id=profile_id,
    )
    events.record([event], now=now, backfill=True)


def _wake() -> None:
    """Should that fail, the schedule sees to it within a minute."""
    with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
        app.configure_task(ERASE, queueing_lock=ERASE).defer()
