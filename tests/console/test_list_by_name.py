"""The list of customers by name: the alphabet, its pages, its index."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from regulars.console.customer_list import Choice, everybody, page_of
from regulars.customers import services
from regulars.customers.models import Profile
from regulars.customers.types import ANONYMOUS, NewProfile

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
BY_NAME = Choice(sort="name")

pytestmark = pytest.mark.django_db


def _store(*names: str) -> dict[str, int]:
    """Person by number."""
    new = [NewProfile(source="shop", external_id=str(n), name=name) for n, name in enumerate(names)]
    services.upsert_profiles(profiles=new, now=NOW)
    return dict(Profile.objects.values_list("external_id", "person_id"))


def test_the_order_is_that_of_the_alphabet_whatever_the_server() -> None:
    persons = _store("Яна", "анна", "Ёлкина", "Егор", "Жанна", "Елкин", "", "bob", "Zoe", "", "Анна", "Éva")
    rows = page_of(BY_NAME).rows
    assert [row.name for row in rows] == [
        *("bob", "Zoe", "Éva"),
        *("анна", "Анна", "Егор", "Елкин", "Ёлкина", "Жанна", "Яна"),
        *("Customer 6", "Customer 9"),
    ]
    assert {row.id for row in rows} == set(persons.values())


def test_pages_neither_repeat_nor_leave_out_and_devices_are_nobody() -> None:
    services.find_or_create_profiles(keys=[(ANONYMOUS, f"device-{n}") for n in range(30)], now=NOW)
    persons = _store(*("" if n % 5 == 0 else f"Имя {n % 7}" for n in range(60)))
    # One who is known twice is listed once; with a device, which is older, too.
    Profile.objects.filter(external_id="59").update(person_id=persons["1"])
    Profile.objects.filter(external_id="device-0").update(person_id=persons["2"])
    whole = [row.id for row in page_of(BY_NAME, limit=100).rows]
    assert sorted(whole) == sorted({persons[str(n)] for n in range(59)})
    assert [row.id for batch in everybody(BY_NAME, limit=1_000) for row in batch] == whole
    paged: list[int] = []
    page = page_of(BY_NAME, limit=7)
    while paged.extend(row.id for row in page.rows) or page.older:
        page = page_of(Choice(sort="name", after=page.older), limit=7)
    assert paged == whole


def test_a_page_reads_only_what_it_shows() -> None:
    services.find_or_create_profiles(keys=[(ANONYMOUS, f"device-{n}") for n in range(3_000)], now=NOW)
    _store(*(f"Имя {n:04}" for n in range(3_000)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_profile")
    with CaptureQueriesContext(connection) as asked:
        page = page_of(Choice(sort="name", after="0_имя 1500"), limit=20)
    assert page.rows[0].name == "Имя 1500"
    (statement,) = [found["sql"] for found in asked if "sort_key" in found["sql"]]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF) " + statement.replace("%", "%%"))
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
    assert re.search(
        r"customers_profile_listed on customers_profile p .*actual rows=2[12](\.00)? loops=1", plan
    )
