from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.together import together

from regulars.customers import queries, services
from regulars.customers.models import Identity, Profile
from regulars.customers.types import (
    ANONYMOUS,
    SHOP,
    ChangedIdentities,
    IdentityType,
    NewProfile,
    NewTraits,
    ProfileChange,
    ProfileIdentity,
)
from regulars.events.models import Event

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIL, PHONE = IdentityType.EMAIL, IdentityType.PHONE


def known(*ids: str) -> list[int]:
    found = services.find_or_create_profiles(keys=[(SHOP, id_) for id_ in ids], now=NOW)
    return [found[SHOP, id_] for id_ in ids]


def add(*identities: ProfileIdentity) -> ChangedIdentities:
    return services.add_identities(identities=identities, now=NOW)


def remove(*identities: ProfileIdentity) -> ChangedIdentities:
    return services.remove_identities(identities=identities, now=NOW)


@pytest.mark.django_db
def test_they_are_added_once_in_the_form_in_which_they_are_compared() -> None:
    anna, boris = known("1", "2")
    Event.objects.all().delete()
    mail = ProfileIdentity(anna, MAIL, "A@Mail.ru")
    done = add(
        mail,
        ProfileIdentity(boris, PHONE, "8 916 123-45-67"),
        mail,
        ProfileIdentity(boris, MAIL, "a@mail.RU"),
    )
    assert set(done.changed) == {
        ProfileIdentity(anna, MAIL, "a@mail.ru"),
        ProfileIdentity(boris, MAIL, "a@mail.ru"),
        ProfileIdentity(boris, PHONE, "+79161234567"),
    }
    assert add(mail) == ChangedIdentities()
    events = Event.objects.order_by("id").values_list("name", "profile_id", "properties")
    assert sorted(events, key=str) == sorted(
        [
            ("identity_added", of, {"type": kind})
            for of, kind in ((anna, "email"), (boris, "email"), (boris, "phone"))
        ],
        key=str,
    )


@pytest.mark.django_db
def test_what_is_none_is_refused_and_told() -> None:
    (anna,) = known("1")
    wrong = [(MAIL, "anna"), (MAIL, "a b@"), (MAIL, "@x"), (PHONE, "12"), (PHONE, "no"), (PHONE, "1" * 16)]
    identities = [ProfileIdentity(anna, type_, value) for type_, value in wrong]
    done = add(*identities, ProfileIdentity(999_999, MAIL, "a@b.ru"), ProfileIdentity(anna, MAIL, "a@b.ru"))
    assert done.refused == dict.fromkeys(range(6), "bad_value") | {6: "unknown_profile"}
    assert [identity.value for identity in done.changed] == ["a@b.ru"]


@pytest.mark.django_db
def test_nobody_has_a_hundred_addresses() -> None:
    (anna,) = known("1")
    mails = [ProfileIdentity(anna, MAIL, f"a{n}@b.ru") for n in range(services.IDENTITIES_MAX + 2)]
    done = add(*mails)
    assert (len(done.changed), done.refused) == (services.IDENTITIES_MAX, {50: "too_many", 51: "too_many"})
    assert add(mails[0]).refused == {}


@pytest.mark.django_db
def test_they_are_removed_once() -> None:
    (anna,) = known("1")
    mail, phone = ProfileIdentity(anna, MAIL, "a@b.ru"), ProfileIdentity(anna, PHONE, "+79161234567")
    add(mail, phone)
    assert remove(ProfileIdentity(anna, MAIL, "A@B.ru")).changed == (mail,)
    assert remove(mail, ProfileIdentity(anna, MAIL, "nothing")) == ChangedIdentities()
    assert list(Identity.objects.values_list("value")) == [("+79161234567",)]
    assert Event.objects.filter(name="identity_removed").count() == 1
    add(mail)
    remove(mail)
    assert Event.objects.filter(name="identity_added").count() == 3
    assert Event.objects.filter(name="identity_removed").count() == 2


@pytest.mark.django_db
def test_an_import_is_not_undone_over_them() -> None:
    done = services.upsert_profiles(
        profiles=[NewProfile(source=SHOP, external_id="1")], now=NOW, backfill=True
    )
    ((key, id_),) = done.ids.items()
    add(ProfileIdentity(id_, MAIL, "a@b.ru"))
    undone = services.undo_profiles(changes=[ProfileChange(key, done.revisions[key])], now=NOW)
    assert undone.kept == {key: "changed_since"}


@pytest.mark.django_db
def test_what_comes_with_a_name_is_told_too() -> None:
    def come(number: str, mail: str, backfill: bool = False) -> None:
        new = NewProfile(source=SHOP, external_id=number, name="Анна", identities=((MAIL, mail),))
        services.upsert_profiles(profiles=[new], now=NOW, backfill=backfill)

    (anna,) = known("1")
    come("1", "a@b.ru")
    come("1", "a@b.ru")
    come("1", "old@b.ru", backfill=True)
    come("2", "new@b.ru")
    told = Event.objects.filter(name="identity_added").values_list("profile_id", "properties")
    assert list(told) == [(anna, {"type": "email"})] * 2
    assert list(told.values_list("backfill", flat=True)) == [False, True]


@pytest.mark.django_db(transaction=True)
def test_the_same_by_many_at_once_are_added_once_and_keep_to_the_limit() -> None:
    ids = known(*map(str, range(10)))

    def one(number: int) -> ChangedIdentities:
        mine = [ProfileIdentity(id_, MAIL, f"a{n}@b.ru") for id_ in ids for n in range(number, number + 30)]
        return add(*(mine if number % 2 else mine[::-1]))

    results = together([partial(one, number) for number in range(0, 60, 10)])
    assert [r for r in results if not isinstance(r, ChangedIdentities)] == []
    assert Identity.objects.count() == 10 * services.IDENTITIES_MAX
    assert Event.objects.filter(name="identity_added").count() == 10 * services.IDENTITIES_MAX


@pytest.mark.django_db
def test_profiles_are_found_by_what_they_can_be_known_by() -> None:
    anna, boris = known("1", "2")
    add(
        ProfileIdentity(anna, MAIL, "a@b.ru"),
        ProfileIdentity(boris, MAIL, "a@b.ru"),
        ProfileIdentity(boris, PHONE, "+79161234567"),
    )
    assert queries.profiles_by_identity(MAIL, ["A@b.ru", "x@y.z", ""]) == {"A@b.ru": sorted([anna, boris])}
    assert queries.profiles_by_identity(PHONE, ["8 (916) 123-45-67"]) == {"8 (916) 123-45-67": [boris]}
    assert queries.profiles_by_identity(PHONE, []) == {}


@pytest.mark.django_db
@pytest.mark.parametrize("type_", IdentityType)
def test_of_many_they_are_found_by_an_index(type_: IdentityType) -> None:
    value = {MAIL: "{}@b.ru", PHONE: "+7916{:07}", IdentityType.CRM: "amo:{}"}.get(type_, "1{:09}")
    new = [
        NewProfile(source=SHOP, external_id=str(n), identities=((type_, value.format(n)),))
        for n in range(2_000)
    ]
    services.upsert_profiles(profiles=new, now=NOW)
    where = queries.details._WHERE.get(type_, queries.details._WHERE_OTHER)
    statement = queries.details._BY_IDENTITY.format(where=where)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_identity")
        cursor.execute("EXPLAIN " + statement, {"values": ["a", "b"], "type": type_.value})
        index = type_.value if type_ in (MAIL, PHONE) else "other"
        assert f"customers_identity_{index}" in str(cursor.fetchall())


@pytest.mark.django_db
def test_a_page_shows_all_that_a_program_asks_of_customers() -> None:
    ids = services.upsert_profiles(
        profiles=[
            NewProfile(source=SHOP, external_id=str(n), name=f"Имя {n}", identities=((MAIL, f"{n}@b.ru"),))
            for n in range(5)
        ]
        + [NewProfile(source="till", external_id="1")],
        now=NOW,
    ).ids
    services.find_or_create_profiles(keys=[(ANONYMOUS, "a")], now=NOW)
    services.set_traits(
        traits=[NewTraits(profile_id=ids[SHOP, "1"], values={"vip": True}, verified=True, as_of=NOW)], now=NOW
    )
    first = queries.profiles_page(limit=2)
    rest = queries.profiles_page(after=first[-1].id, limit=5_000)
    assert [found.external_id for found in [*first, *rest]] == ["0", "1", "2", "3", "4"]
    found = queries.profile(SHOP, "1")
    assert found == first[1]
    assert found is not None
    assert (found.name, found.identities, found.traits.verified) == (
        "Имя 1",
        ((MAIL, "1@b.ru"),),
        {"vip": True},
    )
    assert found.person_id == Profile.objects.get(pk=found.id).person_id
    assert queries.profile(SHOP, "9") is None
    assert [p.external_id for p in queries.profiles_page(limit=9, source="till")] == ["1"]
    assert queries.profiles([found.id, 999_999]) == {found.id: found}


@pytest.mark.django_db
def test_a_page_passes_over_devices_without_reading_them() -> None:
    services.find_or_create_profiles(keys=[(ANONYMOUS, f"device-{n}") for n in range(3_000)], now=NOW)
    ids = sorted(known(*map(str, range(1_500))))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_profile")
    with CaptureQueriesContext(connection) as asked:
        page = queries.profiles_page(after=ids[700], limit=20)
    assert [found.id for found in page] == ids[701:721]
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + asked[0]["sql"].replace("%", "%%"))
        plan = str(cursor.fetchall())
    assert "customers_profile_known" in plan
    assert "Sort" not in plan
