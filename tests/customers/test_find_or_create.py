from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from tests.together import together

from regulars.customers import services
from regulars.customers.models import Person, Profile
from regulars.customers.types import ANONYMOUS, SHOP, NewProfile, ProfileKey
from regulars.events.models import Event

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def find(*keys: ProfileKey) -> dict[ProfileKey, int]:
    return services.find_or_create_profiles(keys=keys, now=NOW)


@pytest.mark.django_db
def test_known_ones_are_found_and_missing_ones_made() -> None:
    first = services.upsert_profiles(
        profiles=[NewProfile(source=SHOP, external_id="1", name="Анна")], now=NOW
    ).ids
    found = find((SHOP, "1"), (SHOP, "2"), (ANONYMOUS, "2"), (SHOP, "2"))
    assert found[SHOP, "1"] == first[SHOP, "1"]
    assert (len(found), Profile.objects.count(), Person.objects.count()) == (3, 3, 3)
    assert Profile.objects.get(pk=found[SHOP, "1"]).name == "Анна"
    assert find(*found) == found
    assert find() == {}


@pytest.mark.django_db
def test_devices_come_into_being_without_a_word() -> None:
    found = find((SHOP, "1"), (ANONYMOUS, "2"))
    events = Event.objects.values_list("name", "profile_id", "backfill")
    assert list(events) == [("profile_created", found[SHOP, "1"], False)]
    services.find_or_create_profiles(keys=[(SHOP, "3")], now=NOW, backfill=True)
    assert Event.objects.filter(backfill=True).count() == 1


@pytest.mark.django_db
def test_known_ones_cost_one_query(django_assert_num_queries: Callable[..., object]) -> None:
    keys = [(SHOP, str(n)) for n in range(500)]
    find(*keys)
    with django_assert_num_queries(1):
        find(*keys)


@pytest.mark.django_db
def test_an_empty_id_and_too_many_are_refused() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        find((SHOP, ""))
    with pytest.raises(ValueError, match="batch"):
        find(*((SHOP, str(n)) for n in range(services.PROFILES_MAX + 1)))


@pytest.mark.django_db(transaction=True)
def test_the_same_by_eight_at_once_are_made_once() -> None:
    keys = [(source, f"{n:03}") for n in range(150) for source in (SHOP, ANONYMOUS)]
    results = together([partial(find, *(keys if n % 2 else keys[::-1])) for n in range(8)])
    assert all(result == results[0] for result in results), results
    assert (Profile.objects.count(), Person.objects.count()) == (300, 300)
    assert Event.objects.count() == 150
