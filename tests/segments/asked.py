"""People made by hand, and who of them a condition finds: all at once and one by one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection, transaction

from regulars.customers.queries import zones_of_customers
from regulars.events import registry, services
from regulars.events.types import EventClass, NewEvent
from regulars.segments.compiling import Compiled, Statement, Surroundings, compile_condition
from regulars.segments.types import Condition

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)  # noon in Moscow
SHOP = Surroundings(zone="Europe/Moscow", currency="RUB")


def person(
    *,
    city: str = "",
    birthday: date | None = None,
    zone: str = "",
    known: bool = True,
    gender: str = "",
    profiles: int = 1,
) -> int:
    """Somebody, with so many profiles."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO customers_person (created_at, known) VALUES (%s, %s) RETURNING id", [NOW, known]
        )
        (id_,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO customers_profile (person_id, source, external_id, name, search_key, sort_key,"
            " created_at) SELECT %s, 'shop', %s || '-' || n, '', '', '', %s FROM generate_series(1, %s) AS n",
            [id_, id_, NOW, profiles],
        )
        cursor.execute(
            "INSERT INTO customers_personattributes (person_id, city, birthday, timezone, gender)"
            " VALUES (%s, %s, %s, %s, %s)",
            [id_, city, birthday, zone, gender],
        )
    return int(id_)


def profiles_of(*persons: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM customers_profile WHERE person_id = ANY(%s) ORDER BY id", [[*persons]])
        return [id_ for (id_,) in cursor.fetchall()]


def did(person_id: int, name: str, at: datetime, *, profile: int = 0, **properties: Any) -> None:
    """Something happened to somebody, by one of their profiles."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events")
        ((count,),) = cursor.fetchall()
        one = NewEvent(
            type=registry.outside(name, EventClass.BROWSING),
            source="test",
            key=str(count),
            occurred_at=at,
            profile_id=profiles_of(person_id)[profile],
            properties=properties,
        )
        services.record([one], now=NOW)


def compiled(condition: Condition, surroundings: Surroundings = SHOP) -> Compiled:
    return compile_condition(condition, surroundings=surroundings)


def read(statement: Statement | None) -> list[int]:
    if statement is None:
        return []
    with connection.cursor() as cursor:
        cursor.execute(statement.query, statement.params)
        found = [id_ for (id_,) in cursor.fetchall()]
    assert len(found) == len(set(found))
    return sorted(found)


def found(condition: Condition, now: datetime = NOW, surroundings: Surroundings = SHOP) -> list[int]:
    """Who fulfils a condition; the same whether all are asked at once, in one batch or one by one."""
    ready = compiled(condition, surroundings)
    all_of_them = read(ready.everybody(now))
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM customers_person ORDER BY id")
        persons = [id_ for (id_,) in cursor.fetchall()]
    assert read(ready.among(now, persons, profiles_of(*persons))) == all_of_them
    assert [p for p in persons if read(ready.among(now, [p], profiles_of(p)))] == all_of_them
    return all_of_them


def turns(condition: Condition, moments: Iterable[datetime], surroundings: Surroundings = SHOP) -> int:
    """Step from moment to moment; whoever comes or goes must have been foretold. Gives how many did."""
    ready, changes = compiled(condition, surroundings), 0
    before: tuple[datetime, set[int]] | None = None
    for moment in moments:
        now = set(read(ready.everybody(moment)))
        if before is not None:
            foretold = set(read(ready.may_have_changed(before[0], moment)))
            assert now ^ before[1] <= foretold, (condition, before[0], moment)
            with_zones = set(read(ready.may_have_changed(before[0], moment, zones_of_customers())))
            assert now ^ before[1] <= with_zones <= foretold, (condition, before[0], moment)
            changes += len(now ^ before[1])
        before = moment, now
    return changes
