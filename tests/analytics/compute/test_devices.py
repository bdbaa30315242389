"""Who is only a device on the site is nobody in the figures until an order comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.analytics.compute.till import NOW, Till, figures, refresh, run

from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import ANONYMOUS
from regulars.events import services as events

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]

DAY = datetime(2026, 2, 1, 9, tzinfo=UTC)


def _devices(*ids: str) -> list[int]:
    found = customers.find_or_create_profiles(keys=[(ANONYMOUS, id_) for id_ in ids], now=NOW)
    return [found[ANONYMOUS, id_] for id_ in ids]


def _person(profile_id: int) -> int:
    return Profile.objects.get(pk=profile_id).person_id


def test_a_device_counts_with_its_first_order_and_becomes_one_with_whom_it_is_of() -> None:
    till = Till("ab")
    till.sell(0, DAY, 100_00)
    phone, guest = _devices("phone", "guest")
    till.profiles += [phone, guest]
    run()
    assert set(figures()) == set(till.persons)
    # A guest buys: told from the rows of those who changed as from all files.
    till.sell(3, DAY + timedelta(days=3), 20_00)
    assert refresh() == "done"
    expected = {*till.persons, _person(guest)}
    assert set(figures()) == expected
    run()
    assert set(figures()) == expected
    # The phone and the guest turn out to be the first customer's.
    customers.link_anonymous(pairs=[(phone, till.profiles[0]), (guest, till.profiles[0])], now=NOW)
    assert refresh() == "done"
    assert set(figures()) == set(till.persons)
    assert figures()[till.persons[0]]["orders"] == 2
    run()
    assert (set(figures()), figures()[till.persons[0]]["orders"]) == (set(till.persons), 2)


def test_what_is_said_of_a_device_makes_nobody_of_it() -> None:
    till = Till("a")
    till.sell(0, DAY, 100)
    run()
    (phone,) = _devices("phone")
    assert refresh() == "idle"
    events.touch(profiles=[phone])
    assert refresh() == "done"
    assert set(figures()) == set(till.persons)
