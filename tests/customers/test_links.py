from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.together import together

from regulars.customers import queries, services
from regulars.customers.models import Person, Profile
from regulars.customers.types import ANONYMOUS, SHOP, IdentityType, NewProfile, ProfileIdentity
from regulars.events import queries as marks
from regulars.events import services as event_services
from regulars.events.models import Event
from regulars.events.types import WHOLE

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def devices(*ids: str) -> list[int]:
    return _profiles(ANONYMOUS, ids)


def known(*ids: str) -> list[int]:
    return _profiles(SHOP, ids)


def _profiles(source: str, ids: tuple[str, ...]) -> list[int]:
    found = services.find_or_create_profiles(keys=[(source, id_) for id_ in ids], now=NOW)
    return [found[source, id_] for id_ in ids]


def link(*pairs: tuple[int, int]) -> set[int]:
    return services.link_anonymous(pairs=pairs, now=NOW)


def persons(*ids: int) -> list[int]:
    stored = dict(Profile.objects.values_list("id", "person_id"))
    return [stored[id_] for id_ in ids]


def names(*wanted: str) -> list[tuple[str, int | None, object]]:
    rows = Event.objects.filter(name__in=wanted).order_by("id")
    return list(rows.values_list("name", "profile_id", "properties"))


@pytest.mark.django_db
def test_a_device_goes_to_whom_it_turned_out_to_be_of() -> None:
    (phone, laptop), (anna, boris) = devices("p", "l"), known("1", "2")
    event_services.forget_touched(
        months=[m[0] for m in marks.touched_months(99)], profiles=[m[0] for m in marks.touched_profiles(99)]
    )
    assert link((phone, anna), (laptop, anna)) == {phone, laptop}
    assert persons(phone, laptop, anna) == persons(anna) * 3
    assert Person.objects.count() == 2  # nobody is left behind
    assert sorted(names("anonymous_linked"), key=str) == [
        ("anonymous_linked", device, {"anonymous_profile_id": device, "known_profile_id": anna})
        for device in sorted((phone, laptop))
    ]
    assert {id_ for _, id_ in marks.touched_profiles(99)} == {phone, laptop, anna}
    assert [mark[1:] for mark in marks.touched_months(99)] == [("profiles", WHOLE)]
    found = queries.person(persons(anna)[0])
    assert found
    assert found.profile_ids == [anna, *sorted([phone, laptop])]
    assert persons(boris) != persons(anna)


@pytest.mark.django_db
def test_the_same_again_changes_nothing_and_writes_nothing() -> None:
    (phone,), (anna,) = devices("p"), known("1")
    link((phone, anna), (phone, anna))
    before = Event.objects.count(), marks.touched_profiles(99)
    assert link((phone, anna)) == link() == set()
    assert (Event.objects.count(), marks.touched_profiles(99)) == before


@pytest.mark.django_db
def test_a_second_claim_is_left_alone_and_told_once() -> None:
    (phone, tablet), (anna, boris) = devices("p", "t"), known("1", "2")
    link((phone, anna))
    assert link((phone, boris)) == link((phone, boris)) == set()
    assert link((tablet, boris), (tablet, anna)) == {tablet}
    assert persons(phone, tablet) == persons(anna, boris)
    assert names("anonymous_claim_refused") == [
        ("anonymous_claim_refused", claimant, {"anonymous_profile_id": device, "known_profile_id": claimant})
        for device, claimant in ((phone, boris), (tablet, anna))
    ]


@pytest.mark.django_db
def test_two_known_people_never_become_one() -> None:
    (phone,), (anna, boris) = devices("p"), known("1", "2")
    link((phone, anna))
    before = persons(phone, anna, boris)
    link((phone, boris), (anna, boris), (boris, anna), (boris, phone), (anna, anna), (999_999, boris))
    assert persons(phone, anna, boris) == before


@pytest.mark.django_db
def test_a_device_of_whom_an_address_is_known_is_somebody_already() -> None:
    (phone,), (anna,) = devices("p"), known("1")
    services.add_identities(identities=[ProfileIdentity(phone, IdentityType.EMAIL, "b@x.ru")], now=NOW)
    assert link((phone, anna)) == set()
    assert len(set(persons(phone, anna))) == 2
    # Unless it is the customer's own: then they are the same.
    services.add_identities(identities=[ProfileIdentity(anna, IdentityType.EMAIL, "B@x.ru")], now=NOW)
    assert link((phone, anna)) == {phone}


@pytest.mark.django_db
def test_devices_of_one_person_move_together() -> None:
    """As they are left when the customer they were of is taken back with the import that brought them."""
    (phone, laptop), (anna,) = devices("p", "l"), known("1")
    Profile.objects.filter(pk=laptop).update(person_id=persons(phone)[0])
    assert link((laptop, anna)) == {phone, laptop}
    assert len(names("anonymous_linked")) == 2


@pytest.mark.django_db
def test_a_device_says_nothing_about_who_somebody_is() -> None:
    (phone,), (anna,) = devices("some-long-device-id"), known("17")
    link((phone, anna))
    (person,) = persons(anna)
    assert queries.person_names([person]) == {person: "Customer 17"}
    assert queries.shop_numbers([person], masked=False) == {person: "17"}
    found = queries.person(person)
    assert found
    assert found.name == "Customer 17"


@pytest.mark.django_db(transaction=True)
def test_a_device_claimed_by_many_at_once_is_given_once() -> None:
    """Each claim sees a free device; without the locks the last to commit would have it."""
    free = devices(*(f"d{n}" for n in range(40)))
    claimants = known(*map(str, range(6)))
    assert _both_see_it_free(free[0])

    def claim(claimant: int) -> set[int]:
        pairs = [(device, claimant) for device in free]
        return link(*(pairs if claimant % 2 else pairs[::-1]))

    results = together([partial(claim, claimant) for claimant in claimants])
    won = [result for result in results if isinstance(result, set)]
    assert len(won) == 6, results
    assert sorted(device for result in won for device in result) == sorted(free)
    for claimant, result in zip(claimants, won, strict=True):
        assert set(persons(*result)) <= set(persons(claimant))
    assert Person.objects.count() == 6
    assert len(names("anonymous_linked")) == 40
    assert len(names("anonymous_claim_refused")) == 40 * 5


def _both_see_it_free(device: int) -> bool:
    """That the race is there: two transactions that only look both find the device with nobody."""
    looked = Barrier(2)

    def look() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM customers_profile WHERE person_id ="
                " (SELECT person_id FROM customers_profile WHERE id = %s)",
                [device],
            )
            looked.wait(10)
            return int(cursor.fetchone()[0])

    return together([look, look]) == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_links_while_files_come_in_do_not_wait_in_a_circle() -> None:
    """The same customers, in both orders: some rename them, some create their neighbours, some link."""
    people = [f"{n:03}" for n in range(200)]
    known(*people[::2])
    phones = devices(*people)

    def file(round_: int) -> int:
        rows = [NewProfile(source=SHOP, external_id=id_, name=f"Имя {round_}") for id_ in people]
        return len(services.upsert_profiles(profiles=rows[:: 1 if round_ % 2 else -1], now=NOW).ids)

    def calls(round_: int) -> int:
        order = people[:: 1 if round_ % 2 else -1]
        with transaction.atomic():
            found = services.find_or_create_profiles(keys=[(SHOP, id_) for id_ in order], now=NOW)
            pairs = [(phones[int(id_)], found[SHOP, id_]) for id_ in order]
            services.link_anonymous(pairs=pairs, now=NOW)
        return len(found)

    results = together([partial(work, n) for n in range(4) for work in (file, calls)])
    assert results == [200] * 8
    assert len(names("anonymous_linked")) == 200
    assert Person.objects.count() == 200
    assert set(Profile.objects.values_list("source", flat=True)) == {SHOP, ANONYMOUS}


@pytest.mark.django_db
@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), max_size=12), st.data())
@pytest.mark.slow
def test_the_first_claim_counts_in_whatever_batches(
    claims: list[tuple[int, int]], data: st.DataObject
) -> None:
    Profile.objects.all().delete()
    Person.objects.all().delete()
    free, claimants = devices(*"abcde"), known(*"123")
    expected: dict[int, int] = {}
    for device, claimant in claims:
        expected.setdefault(device, claimant)
    moved: list[int] = []
    while claims:
        size = data.draw(st.integers(1, len(claims)))
        moved += sorted(link(*((free[device], claimants[claimant]) for device, claimant in claims[:size])))
        claims = claims[size:]
    assert sorted(moved) == sorted(free[device] for device in expected)  # each once
    owners = persons(*claimants)
    alone = [device for place, device in enumerate(free) if place not in expected]
    assert persons(*(free[device] for device in expected)) == [owners[c] for c in expected.values()]
    assert not set(persons(*alone)) & set(owners)
    assert Person.objects.count() == 3 + len(alone)
