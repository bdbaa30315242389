from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from tests.together import together

from regulars.customers import queries, services
from regulars.customers.models import Identity, Person, Profile
from regulars.customers.types import IdentityType, NewProfile, UpsertedProfiles
from regulars.events.models import Event

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def profile(external_id: str, name: str = "", **values: Any) -> NewProfile:
    return NewProfile(**{"source": "shop", "external_id": external_id, "name": name} | values)


def upsert(*profiles: NewProfile, **values: Any) -> UpsertedProfiles:
    return services.upsert_profiles(profiles=profiles, now=NOW, **values)


@pytest.mark.django_db
def test_a_new_customer_gets_a_person_and_an_event() -> None:
    since = NOW - timedelta(days=30)
    done = upsert(profile("17", "Фёдор Семёнов", created_at=since), profile("18"), backfill=True)
    assert (done.created, done.renamed) == (2, 0)
    stored = Profile.objects.get(pk=done.ids["shop", "17"])
    assert (stored.name, stored.search_key, stored.sort_key) == ("Фёдор Семёнов",) + ("федор семенов",) * 2
    assert stored.created_at == stored.person.created_at == since
    assert Profile.objects.get(external_id="18").created_at == NOW
    assert Person.objects.count() == 2
    event = Event.objects.get(profile_id=stored.pk)
    assert (event.name, event.occurred_at, event.backfill) == ("profile_created", since, True)
    assert "Фёдор" not in str(event.properties)


@pytest.mark.django_db
def test_the_same_batch_again_changes_nothing() -> None:
    batch = [profile(str(n), f"Имя {n}", identities=((IdentityType.EMAIL, f"{n}@x.y"),)) for n in range(20)]
    first = upsert(*batch)
    again = upsert(*batch[::-1])
    assert again.ids == first.ids
    assert (again.created, again.renamed) == (0, 0)
    assert (Profile.objects.count(), Person.objects.count(), Identity.objects.count()) == (20, 20, 20)
    assert Event.objects.count() == 20


@pytest.mark.django_db
def test_a_new_name_replaces_the_old_one_and_none_leaves_it() -> None:
    upsert(profile("1", "Анна Петрова"), profile("2", "Пётр"))
    done = upsert(profile("1", "Анна Ёлкина"), profile("2"))
    assert (done.created, done.renamed) == (0, 1)
    assert list(Profile.objects.order_by("external_id").values_list("name", "search_key", "sort_key")) == [
        ("Анна Ёлкина", "анна елкина", "анна елкина"),
        ("Пётр", "петр", "петр"),
    ]


@pytest.mark.django_db
def test_an_id_belongs_to_its_source() -> None:
    done = upsert(profile("1", "Анна"), profile("1", "Boris", source="till"))
    assert done.created == 2
    assert len(set(done.ids.values())) == 2


@pytest.mark.django_db
def test_one_customer_many_times_in_a_batch() -> None:
    done = upsert(profile("1", "Анна"), profile("1"), profile("1", created_at=NOW - timedelta(days=9)))
    assert done.created == 1
    assert Profile.objects.get().name == "Анна"
    assert Profile.objects.get().created_at == NOW - timedelta(days=9)


@pytest.mark.django_db
def test_identities_are_added_normalised_and_once() -> None:
    mail = IdentityType.EMAIL
    upsert(profile("1", identities=((mail, "A@B.c"), (mail, " "), (IdentityType.PHONE, "8 916 1"))))
    upsert(
        profile("1", identities=((mail, "a@b.C"), (mail, "other@b.c"))),
        profile("2", identities=((mail, "a@b.c"),)),
    )
    stored = Identity.objects.order_by("profile__external_id", "type", "value")
    assert list(stored.values_list("profile__external_id", "type", "value")) == [
        ("1", "email", "a@b.c"),
        ("1", "email", "other@b.c"),
        ("1", "phone", "+89161"),
        ("2", "email", "a@b.c"),
    ]


@pytest.mark.django_db
def test_an_empty_batch_is_no_work_and_a_huge_one_too_much() -> None:
    assert upsert() == UpsertedProfiles({}, 0, 0)
    with pytest.raises(ValueError, match="batch"):
        upsert(*[profile("1")] * (services.PROFILES_MAX + 1))


@pytest.mark.django_db
def test_the_database_holds_what_we_promise() -> None:
    done = upsert(profile("1"))
    stored = Profile.objects.get(pk=done.ids["shop", "1"])
    for values in ({"external_id": "1"}, {"external_id": ""}):
        twin = Profile(person=stored.person, source="shop", created_at=NOW, **values)
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save(force_insert=True)


@pytest.mark.django_db
def test_a_person_is_called_by_the_oldest_name_known() -> None:
    done = upsert(profile("1"), profile("2", "Анна"), profile("3", "Анна П."), profile("4"))
    first = Profile.objects.get(pk=done.ids["shop", "1"]).person_id
    Profile.objects.filter(external_id__in="23").update(person_id=first)
    nameless = Profile.objects.get(external_id="4").person_id
    assert queries.person_names([first, nameless]) == {first: "Анна", nameless: "Customer 4"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM facts_profiles WHERE person_id = %s", [first])
        assert cursor.fetchone() == (3,)


@pytest.mark.django_db(transaction=True)
def test_the_same_customers_by_six_at_once_are_stored_once() -> None:
    batch = [profile(f"{n:03}", f"Имя {n}") for n in range(300)]
    known = upsert(*batch[100:200])
    results = together([partial(upsert, *(batch if n % 2 else batch[::-1])) for n in range(6)])
    done = [r for r in results if isinstance(r, UpsertedProfiles)]
    assert len(done) == 6, results
    assert sum(r.created for r in done) == 200
    assert all(r.ids == done[0].ids for r in done)
    assert known.ids.items() <= done[0].ids.items()
    assert (Profile.objects.count(), Person.objects.count(), Event.objects.count()) == (300, 300, 300)


@pytest.mark.django_db(transaction=True)
def test_two_files_that_rename_the_same_customers_do_not_deadlock() -> None:
    batch = [profile(f"{n:04}", "до") for n in range(1000)]
    upsert(*batch)
    up, down = ([profile(p.external_id, name) for p in ps] for name, ps in (("А", batch), ("Б", batch[::-1])))
    results = together([partial(upsert, *(up if n % 2 else down)) for n in range(4)])
    assert [r for r in results if not isinstance(r, UpsertedProfiles)] == []
    # Each batch is whole: the last one to come wins everywhere.
    assert Profile.objects.values("name").distinct().count() == 1


@pytest.mark.django_db
def test_a_huge_name_fits_the_indexes() -> None:
    name = " ".join(f"слово{n}" for n in range(5_000))
    done = upsert(profile("1", name, identities=((IdentityType.EMAIL, "x" * 5_000 + "@y.z"),)))
    assert Profile.objects.get(pk=done.ids["shop", "1"]).name == name
    assert queries.search("слово1 слово2", limit=5) != []
    assert not Identity.objects.exists()
