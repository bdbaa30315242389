from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection

from regulars.customers import queries, services
from regulars.customers.models import Profile
from regulars.customers.queries import searching
from regulars.customers.rules import Wanted, wanted
from regulars.customers.types import IdentityType, NewProfile

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
PEOPLE = {
    "17": ("Пётр Семёнов", "petr.semenov@example.com", "+7 916 123-45-67"),
    "18": ("Семён Петров", "Semen@Example.com", "8 (916) 123-99-00"),
    "19": ("Анна-Мария О’Нил", "anna@mail.example", ""),
    "20": ("ООО «Ёлка»", "", "+44 20 7946 0018"),
    "4567": ("", "nameless@example.com", ""),
    "AB-1/2": ("Ян Ли", "", ""),
}


@pytest.fixture
def people(db: None) -> dict[int, str]:
    """External id by person."""
    services.upsert_profiles(
        profiles=[
            NewProfile(
                source="shop",
                external_id=id_,
                name=name,
                identities=tuple(
                    (type_, value)
                    for type_, value in ((IdentityType.EMAIL, email), (IdentityType.PHONE, phone))
                    if value
                ),
            )
            for id_, (name, email, phone) in PEOPLE.items()
        ],
        now=NOW,
    )
    return dict(Profile.objects.values_list("person_id", "external_id"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("петр", ["17", "18"]),  # those whose name begins so come first
        ("сем", ["18", "17"]),
        ("СЕМЁН ПЁТР", ["18", "17"]),
        ("семенов петр", ["17"]),
        ("Семёнов Анна", []),
        ("мария", ["19"]),
        ("анна мар", ["19"]),
        ("нил", ["19"]),
        ("елка", ["20"]),
        ("«Ёлк", ["20"]),
        ("ооо", ["20"]),
        ("я л", ["AB-1/2"]),
        ("ли", ["AB-1/2"]),
        ("я", ["AB-1/2"]),
        ("л", []),  # a single letter is looked for where it begins a name
        ("Petr.Sem", ["17"]),
        ("semen@", ["18"]),
        ("semen@example.COM", ["18"]),
        ("example.com", []),
        ("4567", ["4567", "17"]),
        ("+7 (916) 123-45-67", ["17"]),
        ("8 916 123 45 67", ["17"]),
        ("123-99-00", ["18"]),
        ("7946 0018", ["20"]),
        ("18", ["18"]),
        ("AB-1/2", ["AB-1/2"]),
        ("ab-1/2", []),
        ("", []),
        ("   ", []),
        ("—", []),
        ("@", []),
        ("'", []),
        ("\\", []),
        ("a\x00b", []),
        ("%", []),
        ("☃" * 500, []),
        (":* & |", []),
    ],
)
def test_finding(people: dict[int, str], text: str, found: list[str]) -> None:
    assert [people[id_] for id_ in queries.search(text, limit=10)] == found


@pytest.mark.django_db
def test_never_more_than_asked_for_and_everybody_once() -> None:
    services.upsert_profiles(
        profiles=[
            NewProfile(
                source="shop",
                external_id=f"{n:05}",
                name="Анна Аннина",
                identities=((IdentityType.EMAIL, f"anna{n:05}@example.com"),),
            )
            for n in range(300)
        ],
        now=NOW,
    )
    ids = queries.search("анна", limit=20)
    assert len(ids) == len(set(ids)) == 20
    assert len(queries.search("анна", limit=1000)) == searching.SEARCH_MAX
    assert queries.search("анна", limit=0) == []
    assert len(queries.search("anna000", limit=1000)) == 100
    # Of two profiles of one person both answer; the person comes once.
    first, second = Profile.objects.filter(external_id__in=["00001", "00002"]).order_by("external_id")
    Profile.objects.filter(pk=second.pk).update(person_id=first.person_id)
    assert queries.search("anna0000", limit=10).count(first.person_id) == 1


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("8 916 123-45-67", Wanted(id="8 916 123-45-67", phone="9161234567", name="8 916 123-45-67")),
        ("45-67", Wanted(id="45-67", phone="4567", name="45-67", words=("45", "67"))),
        ("123", Wanted(id="123", name="123", words=("123",))),
        ("a@b", Wanted(id="a@b", email="a@b")),
        ("Анна", Wanted(id="Анна", name="анна", words=("анна",))),
        ("Bob", Wanted(id="Bob", email="bob", name="bob", words=("bob",))),
    ],
)
def test_what_may_be_meant(text: str, meant: Wanted) -> None:
    found = wanted(text)
    assert (found.id, found.email, found.phone, found.name) == (
        meant.id,
        meant.email,
        meant.phone,
        meant.name,
    )
    assert not meant.words or found.words == meant.words


WAYS = {
    "анна": "customers_profile_listed",
    "пет ива": "customers_profile_search",
    "а б": "customers_profile_listed",
    "anna@": "customers_identity_email",
    "+7 916 000 45 67": "customers_identity_phone",
    "ID-17": "customers_profile_number",
}
MANY = 4_000
LETTERS = "абвгдежзиклмнопрстуф"


def _many() -> None:
    """So many that the planner has something to choose by."""

    def name(n: int) -> str:
        return " ".join(
            LETTERS[n * step % 20] + LETTERS[n * step // 20 % 20] * 3 + str(n) for step in (7, 11)
        )

    services.upsert_profiles(
        profiles=[
            NewProfile(
                source="shop",
                external_id=f"ID-{n}",
                name=name(n),
                identities=(
                    (IdentityType.EMAIL, f"a{n * 7919 % MANY}@mail.example"),
                    (IdentityType.PHONE, f"+7916{n * 7919 % 10_000_000:07}"),
                ),
            )
            for n in range(MANY)
        ],
        now=NOW,
        backfill=True,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_profile, customers_identity")


@pytest.mark.django_db
def test_each_way_has_its_index() -> None:
    _many()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")  # which a shop of 4,000 may still be quickest with
    for text, index in WAYS.items():
        with connection.cursor() as cursor:
            look_for = wanted(text)
            ways = searching._sure_ways(look_for) + searching._by_words(look_for)
            statement = searching._SEARCH.replace("{ways}", " UNION ALL ".join(ways))
            cursor.execute("EXPLAIN " + statement, searching._parameters(look_for, 50))
            plan = "\n".join(line for (line,) in cursor.fetchall())
        assert index in plan, text
        assert "Seq Scan" not in plan, text
