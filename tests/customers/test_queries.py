from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.customers import queries, services
from regulars.customers.models import Profile
from regulars.customers.rules import mask
from regulars.customers.types import ANONYMOUS, Contacts, IdentityType, NewProfile

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
def test_devices_come_after_all_that_is_known() -> None:
    (device,) = services.find_or_create_profiles(keys=[(ANONYMOUS, "0123456789ab")], now=NOW).values()
    persons = store(NewProfile(source="shop", external_id="17"))
    visitor = Profile.objects.get(pk=device).person_id
    assert queries.person_names([visitor]) == {visitor: "Visitor 01234567"}
    assert queries.shop_numbers([visitor], masked=False) == {}
    found = queries.person(visitor)
    assert found
    assert found.name == "Visitor 01234567"
    Profile.objects.filter(pk=device).update(person_id=persons["17"])
    found = queries.person(persons["17"])
    assert found
    assert [profile.source for profile in found.profiles] == ["shop", "anonymous"]
    assert found.name == "Customer 17"


@pytest.mark.django_db
def test_a_device_is_nobody_yet() -> None:
    services.find_or_create_profiles(keys=[(ANONYMOUS, "a")], now=NOW)
    assert not queries.any_customers()
    store(NewProfile(source="shop", external_id="17"))
    assert queries.any_customers()


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
