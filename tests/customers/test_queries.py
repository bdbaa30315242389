from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from regulars.customers import queries, services
from regulars.customers.models import Profile
from regulars.customers.rules import mask
from regulars.customers.types import Contacts, IdentityType, NamedPerson, NewProfile

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIL, PHONE = IdentityType.EMAIL, IdentityType.PHONE


def store(*profiles: NewProfile) -> dict[str, int]:
    """Person by external id."""
    services.upsert_profiles(profiles=profiles, now=NOW)
    return dict(Profile.objects.values_list("external_id", "person_id"))


@pytest.mark.django_db
def test_a_person_with_all_profiles() -> None:
    store(NewProfile(source="till", external_id="9", created_at=NOW, identities=((PHONE, "+7 1"),)))
    persons = store(
        NewProfile(
            source="shop",
            external_id="17",
            name="Анна",
            created_at=NOW - timedelta(days=3),
            identities=((MAIL, "a@b.c"), (PHONE, "+7 1")),
        ),
    )
    Profile.objects.filter(external_id="17").update(person_id=persons["9"])
    person = queries.person(persons["9"])
    assert person is not None
    assert (person.id, person.name, person.created_at) == (persons["9"], "Анна", NOW - timedelta(days=3))
    assert [(p.source, p.external_id, p.name) for p in person.profiles] == [
        ("till", "9", ""),
        ("shop", "17", "Анна"),
    ]
    assert set(person.identities) == {(PHONE, "+71"), (MAIL, "a@b.c")}
    assert len(person.identities) == 2
    assert person.profile_ids == [p.id for p in person.profiles]
    assert queries.person(persons["17"]) is None
    assert queries.person(0) is None
    assert queries.contacts([persons["9"], persons["17"], 0]) == {
        persons["9"]: Contacts(("a@b.c",), ("+71",))
    }


@pytest.mark.django_db
def test_the_list_by_name_is_that_of_the_alphabet_whatever_the_server() -> None:
    names = ["Яна", "анна", "Ёлкина", "Егор", "Жанна", "Елкин", "", "bob", "Zoe", "", "Анна", "Éva"]
    persons = store(
        *(NewProfile(source="shop", external_id=str(n), name=name) for n, name in enumerate(names))
    )
    listed = queries.by_name(limit=100)
    assert [line.name for line in listed][:3] == ["bob", "Zoe", "Éva"]
    rest = [line.name for line in listed][3:]
    assert rest == ["анна", "Анна", "Егор", "Елкин", "Ёлкина", "Жанна", "Яна", "", ""]
    assert {line.person_id for line in listed} == set(persons.values())


@pytest.mark.django_db
def test_pages_by_name_neither_repeat_nor_leave_out() -> None:
    persons = store(
        *(
            NewProfile(source="shop", external_id=str(n), name="" if n % 5 == 0 else f"Имя {n % 7}")
            for n in range(60)
        )
    )
    # One who is known twice is listed once, by the older name.
    Profile.objects.filter(external_id="59").update(person_id=persons["1"])
    everybody = queries.by_name(limit=100)
    assert len(everybody) == len({line.person_id for line in everybody}) == 59
    paged: list[NamedPerson] = []
    after = None
    while page := queries.by_name(after=after, limit=7):
        paged += page
        after = (page[-1].sort_key, page[-1].person_id)
    assert paged == everybody


@pytest.mark.django_db
def test_a_page_by_name_reads_only_what_it_shows() -> None:
    store(*(NewProfile(source="shop", external_id=str(n), name=f"Имя {n:04}") for n in range(3000)))
    statement = queries.people._BY_NAME.format(after=queries.people._AFTER)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_profile")
        cursor.execute("EXPLAIN (ANALYZE, TIMING OFF) " + statement, [False, "имя 1500", 0, 20])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "customers_profile_listed" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
    assert re.search(r"customers_profile_listed on customers_profile p .*actual rows=20(\.00)? loops=1", plan)


@pytest.mark.parametrize(
    ("type_", "value", "masked"),
    [
        (MAIL, "anna.petrova@mail.ru", "a•••@mail.ru"),
        (MAIL, "ё@почта.рф", "ё•••@почта.рф"),
        (MAIL, "not an address", "•••"),
        (MAIL, "", "•••"),
        (PHONE, "+79161234534", "+7 ••• •• 34"),
        (PHONE, "+442079460018", "+44 ••• •• 18"),
        (PHONE, "+12025550134", "+1 ••• •• 34"),
        (PHONE, "+12345", "•••"),
    ],
)
def test_masks(type_: IdentityType, value: str, masked: str) -> None:
    assert mask(type_, value) == masked
