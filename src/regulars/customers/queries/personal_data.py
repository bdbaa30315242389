"""All that is kept of a person, for the person."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg import sql

from regulars.customers.models import Erasure, Person, Profile, RefusedContact
from regulars.customers.rules.contacts import contact_hash
from regulars.customers.rules.personal_file import packed
from regulars.customers.types import (
    ErasureReason,
    ErasureRow,
    IdentityType,
    PersonalData,
    Section,
)
from regulars.kit import personal
from regulars.kit.money import to_decimal
from regulars.kit.personal import Table
from regulars.team import queries as team

__all__ = ["erasure", "erasure_of", "erasures", "packed", "personal_data", "refused_before"]

ROWS_MAX = 10_000
"""Most rows of one table in a customer's file; the newest."""
ERASURES_MAX = 100


def personal_data(person_id: int, now: datetime) -> PersonalData | None:
    """All that is kept of a person, as their file is to say it; None if there is no such person."""
    if not Person.objects.filter(pk=person_id).exists():
        return None
    profiles = list(Profile.objects.filter(person_id=person_id).values_list("id", flat=True))
    found = (_section(table, person_id, profiles) for table in personal.tables() if table.tells)
    sections = tuple(section for section in found if section.rows)
    return PersonalData(person_id, team.shop().name, now, sections)


def erasure(number: int) -> ErasureRow | None:
    """An erasure by its number."""
    row = Erasure.objects.filter(pk=number).first()
    return _erasure(row) if row else None


def erasure_of(person_id: int) -> ErasureRow | None:
    """The newest erasure of a person; None: they were not erased."""
    row = Erasure.objects.filter(person_id=person_id).order_by("-id").first()
    return _erasure(row) if row else None


def erasures(*, limit: int = ERASURES_MAX) -> list[ErasureRow]:
    """Who was erased, the newest first."""
    return [_erasure(row) for row in Erasure.objects.order_by("-id")[: min(limit, ERASURES_MAX)]]


def refused_before(contacts: list[tuple[IdentityType, str]]) -> dict[tuple[IdentityType, str], list[str]]:
    """Which of these addresses, as stored, are of somebody erased who refused, and in which channels.

    Who writes to people asks this of addresses they know no consent of.
    """
    hashes = {contact_hash(type_, value): (type_, value) for type_, value in contacts}
    rows = RefusedContact.objects.filter(pk__in=list(hashes)).values_list("hash", "channels")
    return {hashes[hash_]: channels for hash_, channels in rows}


def _section(table: Table, person_id: int, profiles: list[int]) -> Section:
    told = [
        sql.SQL("{} AS {}").format(sql.SQL(one.expression), sql.Identifier(name))
        for name, one in table.tells.items()
    ]
    order = table.order or ", ".join(f't."{column}"' for column in table.key)
    statement = sql.SQL("SELECT {} FROM {} AS t WHERE {} ORDER BY {} LIMIT {}").format(
        sql.SQL(", ").join(told),
        sql.Identifier(table.name),
        sql.SQL(table.whose),
        sql.SQL(order),
        ROWS_MAX + 1,
    )
    with connection.cursor() as cursor:
        cursor.execute(statement.as_string(cursor.connection), {"persons": [person_id], "profiles": profiles})
        rows = cursor.fetchall()
    return Section(
        name=table.name,
        label=table.label,
        words={name: one.words for name, one in table.tells.items()},
        rows=tuple(_plain(dict(zip(table.tells, row, strict=True))) for row in rows[:ROWS_MAX]),
        more=len(rows) > ROWS_MAX,
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A row as it is handed out: money in major units, moments as text, without what is not known."""
    currency = row.get("currency") or ""
    plain: dict[str, Any] = {}
    for name, value in row.items():
        if value is None or value == "":
            continue
        if name.endswith("_minor") and currency:
            plain[name.removesuffix("_minor")] = str(to_decimal(value, currency))
        elif isinstance(value, datetime | date):
            plain[name] = value.isoformat()
        elif isinstance(value, Decimal | UUID):
            plain[name] = str(value)
        else:
            plain[name] = value
    return plain


def _erasure(row: Erasure) -> ErasureRow:
    return ErasureRow(
        id=row.pk,
        person_id=row.person_id,
        reason=ErasureReason(row.reason),
        asked_at=row.asked_at,
        asked_by=row.asked_by,
        counts=row.counts,
        done_at=row.done_at,
    )
