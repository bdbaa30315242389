"""Customers who are taken back with their import while others link, call and write about them."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import transaction
from tests.together import together

from regulars.customers import services
from regulars.customers.models import Person, Profile, Traits
from regulars.customers.types import ANONYMOUS, SHOP, NewProfile, NewTraits, ProfileChange, UndoneProfiles
from regulars.events import queries as marks
from regulars.events import registry
from regulars.events import services as events
from regulars.events.models import Event
from regulars.events.types import EventType, NewEvent

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
VISIT = EventType("visit_of_these_tests")
registry.register(VISIT)


def _imported(*ids: str) -> list[ProfileChange]:
    new = [NewProfile(source=SHOP, external_id=id_) for id_ in ids]
    done = services.upsert_profiles(profiles=new, now=NOW, backfill=True)
    return [ProfileChange(key, revision) for key, revision in done.revisions.items()]


def _undo(changes: list[ProfileChange]) -> UndoneProfiles:
    return services.undo_profiles(changes=changes, now=NOW)


def _ids(source: str) -> dict[str, int]:
    return dict(Profile.objects.filter(source=source).values_list("external_id", "id"))


@pytest.mark.django_db
def test_devices_of_somebody_taken_back_stay_and_may_be_claimed_again() -> None:
    changes = _imported("1")
    services.find_or_create_profiles(keys=[(ANONYMOUS, "p"), (ANONYMOUS, "l")], now=NOW)
    devices = _ids(ANONYMOUS)
    services.link_anonymous(pairs=[(id_, _ids(SHOP)["1"]) for id_ in devices.values()], now=NOW)
    before = len(marks.touched_profiles(99))
    assert _undo(changes).undone == 1
    # The figures of the devices are to be seen to: they are nobody again.
    assert set(devices.values()) < {id_ for _, id_ in marks.touched_profiles(99)[before:]}
    assert Person.objects.count() == 1
    (again,) = _imported("1")
    (anna,) = _ids(SHOP).values()
    moved = services.link_anonymous(pairs=[(devices["p"], anna)], now=NOW)
    assert moved == set(devices.values())
    assert Person.objects.count() == 1
    assert _undo([again]).undone == 1


@pytest.mark.django_db
def test_who_is_known_for_more_by_now_stays() -> None:
    changes = _imported("1", "2")
    ids = _ids(SHOP)
    told = [
        NewTraits(profile_id=ids["1"], values={"plan": "gold"}, verified=True, as_of=NOW),
        NewTraits(profile_id=ids["2"], values={"plan": None}, verified=True, as_of=NOW),
    ]
    services.set_traits(traits=told, now=NOW)
    undone = _undo(changes)
    assert (undone.undone, undone.kept) == (1, {(SHOP, "1"): "has_traits"})
    assert Traits.objects.count() == 1
    services.remove_traits(profile_ids=[ids["1"]])
    services.set_traits(traits=told[:1], now=NOW)
    assert Event.objects.filter(name="traits_changed").count() == 2
    services.remove_traits(profile_ids=[ids["1"]])
    assert _undo(changes).undone == 1
    assert not Traits.objects.exists()


@pytest.mark.django_db
def test_to_whom_something_happened_stays() -> None:
    changes = _imported("1", "2", "3")
    ids = _ids(SHOP)
    services.write_note(profile_id=ids["3"], author_id=None, text="Любит чай", now=NOW)
    services.remove_notes(profile_ids=[ids["3"]])
    with transaction.atomic():
        event = NewEvent(type=VISIT, source="segment", key="1", occurred_at=NOW, profile_id=ids["1"])
        events.record([event], now=NOW)
    undone = _undo(changes)
    assert (undone.undone, undone.kept) == (2, {(SHOP, "1"): "has_events"})
    assert _ids(SHOP) == {"1": ids["1"]}
    assert services.undo_profiles(changes=changes[:1], now=NOW, whatever_happened=True).undone == 1


@pytest.mark.django_db(transaction=True)
def test_links_and_a_taking_back_at_once_leave_nobody_half() -> None:
    """Each round both lock the same persons and profiles; either comes first, and none waits in a circle."""
    numbers = [f"{n:02}" for n in range(60)]
    services.find_or_create_profiles(keys=[(ANONYMOUS, number) for number in numbers], now=NOW)
    devices = _ids(ANONYMOUS)
    for round_ in range(4):
        changes = _imported(*numbers)
        known = _ids(SHOP)
        pairs = [(devices[number], known[number]) for number in numbers]
        work = [
            partial(_undo, changes),
            partial(services.link_anonymous, pairs=pairs[:: 1 if round_ % 2 else -1], now=NOW),
            partial(services.link_anonymous, pairs=pairs[::-1], now=NOW),
        ]
        undone, *linked = together(work)
        assert isinstance(undone, UndoneProfiles), undone
        assert all(isinstance(result, set) for result in linked), linked
        assert undone.undone == 60
        assert _ids(SHOP) == {}
        # Every device is somebody's, and nobody is left without one.
        assert Profile.objects.count() == 60
        assert set(Profile.objects.values_list("person_id", flat=True)) == set(
            Person.objects.values_list("id", flat=True)
        )
    assert not Event.objects.filter(name="profile_created").exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_comes_in_while_the_one_before_is_taken_back_is_whole() -> None:
    """The file finds the customers, waits while they are removed, and makes them anew; or comes first."""
    numbers = [f"{n:02}" for n in range(60)]
    rows = [NewProfile(source=SHOP, external_id=number, name="Анна") for number in reversed(numbers)]
    for _ in range(4):
        file = partial(services.upsert_profiles, profiles=rows, now=NOW, backfill=True)
        undone, done = together([partial(_undo, _imported(*numbers)), file])
        assert isinstance(undone, UndoneProfiles), undone
        assert not isinstance(done, Exception | UndoneProfiles), done
        assert (undone.undone, done.created) in ((60, 60), (0, 0))
        assert {external_id: id_ for (_, external_id), id_ in done.ids.items()} == _ids(SHOP)
        assert set(_ids(SHOP)) == set(numbers)
        assert set(Profile.objects.values_list("name", flat=True)) == {"Анна"}
        Profile.objects.all().delete()
        Person.objects.all().delete()
