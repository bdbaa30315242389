from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction
from tests.together import together

from regulars.customers import registry, services
from regulars.customers.models import Identity, Person, Profile
from regulars.customers.types import IdentityType, NewProfile, ProfileChange, UndoneProfiles, UpsertedProfiles
from regulars.events import queries as events
from regulars.events import services as event_services
from regulars.events.models import Event, EventCount, EventKey
from regulars.events.types import WHOLE

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MAIL, PHONE = IdentityType.EMAIL, IdentityType.PHONE


def profile(external_id: str, name: str = "", *identities: tuple[IdentityType, str]) -> NewProfile:
    return NewProfile(source="shop", external_id=external_id, name=name, identities=identities)


def upsert(*profiles: NewProfile, **values: Any) -> UpsertedProfiles:
    return services.upsert_profiles(**{"profiles": profiles, "now": NOW, "backfill": True} | values)


def changes(done: UpsertedProfiles) -> list[ProfileChange]:
    return [ProfileChange(key, revision, done.before.get(key)) for key, revision in done.revisions.items()]


def undo(done: UpsertedProfiles) -> UndoneProfiles:
    return services.undo_profiles(changes=changes(done), now=NOW)


def everything() -> Mapping[str, list[Any]]:
    return {
        "profiles": list(Profile.objects.order_by("id").values_list()),
        "identities": list(
            Identity.objects.order_by("profile_id", "type", "value").values_list("profile_id", "value")
        ),
        "persons": list(Person.objects.order_by("id").values_list()),
        "events": list(Event.objects.order_by("id").values_list("id", "key")),
        "keys": sorted(EventKey.objects.values_list("source", "key")),
        "counts": list(EventCount.objects.order_by("profile_id").values_list("profile_id", "name", "count")),
    }


def forget_marks() -> None:
    event_services.forget_touched(
        months=[id_ for id_, _, _ in events.touched_months(100)],
        profiles=[id_ for id_, _ in events.touched_profiles(100)],
    )


@pytest.mark.django_db
def test_a_batch_tells_what_it_changed() -> None:
    first = upsert(profile("1", "Анна", (MAIL, "a@b.c")), profile("2"), profile("3", "Пётр"))
    assert first.before == {}
    assert first.revisions == {("shop", n): 1 for n in "123"}
    done = upsert(
        profile("1", "Анна Ёлкина", (MAIL, "A@b.c"), (PHONE, "+7 1")),
        profile("2", "", (MAIL, "x@y.z")),
        profile("3", "Пётр"),
        profile("4"),
    )
    assert {key[1]: (before.name, before.added) for key, before in done.before.items()} == {
        "1": ("Анна", ((PHONE, "+71"),)),
        "2": ("", ((MAIL, "x@y.z"),)),
    }
    assert done.revisions == {("shop", "1"): 2, ("shop", "2"): 2, ("shop", "4"): 1}
    assert (done.created, done.renamed, done.changed) == (1, 1, 2)
    assert upsert(profile("1", "Анна Ёлкина", (PHONE, "+71"))).revisions == {}


@pytest.mark.django_db
def test_what_changed_is_marked() -> None:
    first = upsert(profile("1", "Анна"), profile("2"))
    assert sorted(id_ for _, id_ in events.touched_profiles(9)) == sorted(first.ids.values())
    assert [mark[1:] for mark in events.touched_months(9)] == [("profiles", WHOLE)]
    forget_marks()
    done = upsert(profile("1", "Аня"), profile("2"))
    assert [id_ for _, id_ in events.touched_profiles(9)] == [first.ids["shop", "1"]]
    assert events.touched_months(9) == []
    forget_marks()
    undo(done)
    assert [id_ for _, id_ in events.touched_profiles(9)] == [first.ids["shop", "1"]]
    forget_marks()
    undo(first)
    assert sorted(id_ for _, id_ in events.touched_profiles(9)) == sorted(first.ids.values())
    assert [mark[1:] for mark in events.touched_months(9)] == [("profiles", WHOLE)]


@pytest.mark.django_db
def test_undone_imports_leave_everything_as_before() -> None:
    upsert(profile("0", "Вера", (MAIL, "v@b.c")))
    before = everything()
    first = upsert(profile("1", "Анна", (MAIL, "a@b.c")), profile("0", "Вера П.", (PHONE, "+7 2")))
    between = everything()
    second = upsert(
        profile("1", "Аня", (MAIL, "a@b.c"), (PHONE, "+7 3")), profile("2"), profile("0", "В. П.")
    )
    assert undo(second) == UndoneProfiles(3, {})
    assert everything() == between
    assert undo(first) == UndoneProfiles(2, {})
    assert everything() == before
    # And it may be done anew.
    again = upsert(profile("1", "Анна", (MAIL, "a@b.c")))
    assert (again.created, Event.objects.filter(profile_id=again.ids["shop", "1"]).count()) == (1, 1)


@pytest.mark.django_db
def test_what_changed_since_is_kept() -> None:
    first = upsert(profile("1", "Анна"), profile("2", "Пётр"), profile("3"))
    upsert(profile("1", "Аня"), profile("2", "", (MAIL, "p@b.c")))
    assert undo(first) == UndoneProfiles(1, {("shop", "1"): "changed_since", ("shop", "2"): "changed_since"})
    assert list(Profile.objects.order_by("external_id").values_list("name", flat=True)) == ["Аня", "Пётр"]
    assert undo(first).kept["shop", "3"] == "gone"


@pytest.mark.django_db
def test_whom_something_points_at_is_kept() -> None:
    done = upsert(profile("1"), profile("2"), profile("3"))
    taken_back = services.write_note(profile_id=done.ids["shop", "3"], author_id=5, text="нет", now=NOW)
    services.delete_note(note_id=taken_back, author_id=5, now=NOW)
    services.write_note(profile_id=done.ids["shop", "1"], author_id=5, text="любит улун", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE parcels ON COMMIT DROP AS SELECT %s::bigint AS profile_id",
            [done.ids["shop", "2"]],
        )
    registry.register_reference("parcels", "SELECT 1 FROM parcels WHERE profile_id = p.id")
    try:
        assert undo(done) == UndoneProfiles(1, {("shop", "1"): "has_notes", ("shop", "2"): "has_parcels"})
        assert set(Profile.objects.values_list("external_id", flat=True)) == {"1", "2"}
        assert Event.objects.filter(name="profile_created").count() == Person.objects.count() == 2
        with pytest.raises(ValueError, match="parcels"):
            registry.register_reference("parcels", "SELECT 2")
        with pytest.raises(ValueError, match="snake case"):
            registry.register_reference("Parcels", "SELECT 2")
    finally:
        del registry._references["parcels"]


@pytest.mark.django_db
def test_a_person_stays_with_another_profile() -> None:
    done = upsert(profile("1"), profile("2"))
    person = Profile.objects.get(external_id="1").person_id
    Profile.objects.filter(external_id="2").update(person_id=person)
    key = ("shop", "1")
    services.undo_profiles(changes=[ProfileChange(key, done.revisions[key])], now=NOW)
    assert Person.objects.filter(pk=person).exists()
    undo(UpsertedProfiles(done.ids, 1, 0, {("shop", "2"): 1}))
    assert not Person.objects.filter(pk=person).exists()


@pytest.mark.django_db
def test_one_profile_twice_or_too_many_is_a_mistake() -> None:
    change = ProfileChange(("shop", "1"), 1)
    with pytest.raises(ValueError, match="most"):
        services.undo_profiles(changes=[change, ProfileChange(("shop", "1"), 2)], now=NOW)
    many = [ProfileChange(("shop", str(n)), 1) for n in range(services.PROFILES_MAX + 1)]
    with pytest.raises(ValueError, match="most"):
        services.undo_profiles(changes=many, now=NOW)
    assert services.undo_profiles(changes=[], now=NOW) == UndoneProfiles(0, {})


def _note(profile_id: int) -> int:
    with transaction.atomic():
        return services.write_note(profile_id=profile_id, author_id=1, text="t", now=NOW + timedelta(hours=1))


@pytest.mark.django_db(transaction=True)
def test_somebody_who_writes_about_a_customer_meanwhile_is_not_left_pointing_at_nobody() -> None:
    done = upsert(*(profile(str(n)) for n in range(40)))
    ids = [done.ids["shop", str(n)] for n in range(40)]
    results = together([partial(undo, done), *(partial(_note, id_) for id_ in ids[::8])])
    undone = results[0]
    assert isinstance(undone, UndoneProfiles)
    written = [result for result in results[1:] if isinstance(result, int)]
    # Each note either came first, and its customer stays, or too late, and was refused.
    assert len(undone.kept) == len(written) == Profile.objects.count() == 40 - undone.undone
    assert set(undone.kept.values()) <= {"has_notes"}
