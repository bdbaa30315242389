"""A thousand clients and a coupon with a limit of a hundred."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from tests.offers.coupon_shop import cart, terms, whys
from tests.together import together

from regulars.customers import queries as people
from regulars.customers import services as customers
from regulars.offers import queries, services
from regulars.offers.errors import CouponsRefused
from regulars.offers.models import Offer as Row
from regulars.offers.queries.stored import forget
from regulars.offers.types import CouponRefusal, NewUse, Offer

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
THREADS = 16
CLIENTS = 32
_WRITTEN = """
INSERT INTO offers_use (key, digest, currency, discount_minor, state, at, made_at, lasts_until)
VALUES (gen_random_uuid()::text, '', 'RUB', 1, 'reserved', now(), now(), now())
"""


def running(**values: Any) -> Offer:
    forget()
    made = services.make_offer(terms=terms(**values), shared_code="SPRING", now=NOW, user_id=None)
    return services.start(offer_id=made.id)


def new(key: str) -> NewUse:
    lasts_until = NOW + timedelta(minutes=30)
    return NewUse(key=key, cart=cart(), codes=("SPRING",), at=NOW, lasts_until=lasts_until)


def client(first: int, count: int) -> Callable[[], int]:
    """Somebody who tries so many times; how often it went through."""

    def tries() -> int:
        done = 0
        for number in range(first, first + count):
            try:
                services.reserve(new=new(f"till/{number}"), now=NOW)
                done += 1
            except CouponsRefused as error:
                if whys(error.refused) != {"SPRING": CouponRefusal.USED_UP}:
                    raise
        return done

    return tries


def looked_and_taken(offer: Offer) -> Callable[[], bool]:
    """What it would be without the locks: looked at first, written down then."""

    def tries() -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM offers_use WHERE currency = %s", ["RUB"])
            if cursor.fetchone()[0] >= 1:
                return False
            cursor.execute("SELECT pg_sleep(0.2)")
            cursor.execute(_WRITTEN)
            return True

    return tries


def counted_and_taken(counted: str, limit: int) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SELECT {counted} FROM offers_use")
        if cursor.fetchone()[0] >= limit:
            return False
        cursor.execute("SELECT pg_sleep(0.2)")
        cursor.execute(_WRITTEN.replace("'RUB', 1,", "'RUB', 10000,"))
        return True


def test_who_looks_first_and_takes_then_takes_too_much() -> None:
    offer = running(uses=1)
    found = together([looked_and_taken(offer) for _ in range(4)])
    assert sum(one is True for one in found) > 1


def test_a_limit_holds_however_many_ask_at_once() -> None:
    offer = running(uses=20)
    found = together([client(part * 10, 10) for part in range(THREADS)])
    assert sum(one for one in found if isinstance(one, int)) == 20, found
    stands = Row.objects.get(pk=offer.id)
    assert (stands.uses, stands.taken_minor) == (20, 20 * 10_000)


def test_a_budget_holds_however_many_ask_at_once() -> None:
    offer = running(budget_minor=75_000)
    found = together([client(part * 10, 3) for part in range(THREADS)])
    assert sum(one for one in found if isinstance(one, int)) == 7, found
    assert Row.objects.get(pk=offer.id).taken_minor == 70_000


@pytest.mark.slow
def test_who_looks_at_uses_of_a_person_or_a_budget_first_takes_too_much() -> None:
    """The same as above, of the other limits: what is counted is one person's, or money."""
    running(uses_each=2, budget_minor=75_000)
    for limit, counted in ((2, "count(*)"), (75_000, "coalesce(sum(discount_minor), 0)")):
        connection.cursor().execute("TRUNCATE offers_use CASCADE")
        found = together([partial(counted_and_taken, counted, limit)] * CLIENTS)
        assert sum(one is True for one in found) * (1 if limit == 2 else 10_000) > limit


@pytest.mark.slow
@pytest.mark.parametrize(
    ("limits", "uses"),
    [
        ({"uses": 5}, 5),
        ({"uses_each": 3}, 3),
        ({"budget_minor": 75_000}, 7),
        ({"uses": 9, "uses_each": 4, "budget_minor": 50_000}, 4),
        ({"uses": 9, "uses_each": 8, "budget_minor": 50_000}, 5),
    ],
)
def test_each_limit_holds_for_thirty_two_at_once(limits: dict[str, int], uses: int) -> None:
    """They are one person, who is known by two profiles."""
    offer = running(**limits)
    keys = [("shop", "C-1"), ("shop", "C-2")]
    profiles = list(customers.find_or_create_profiles(keys=keys, now=NOW).values())
    persons = [people.profiles([one])[one].person_id for one in profiles]
    customers.merge(pairs=[(persons[0], persons[1])], now=NOW)

    def tries(number: int) -> bool:
        try:
            services.reserve(new=replace(new(f"till/{number}"), profile_id=profiles[number % 2]), now=NOW)
        except CouponsRefused as error:
            if error.refused["SPRING"].why not in (CouponRefusal.USED_UP, CouponRefusal.ENOUGH):
                raise
            return False
        return True

    found = together([partial(tries, number) for number in range(CLIENTS)])
    assert sorted(map(str, found)) == ["False"] * (CLIENTS - uses) + ["True"] * uses
    stands = Row.objects.get(pk=offer.id)
    assert (stands.uses, stands.taken_minor) == (uses, uses * 10_000)


def test_the_same_key_at_once_is_one_use() -> None:
    offer = running(uses=1)
    found = together([lambda: services.reserve(new=new("till/1"), now=NOW).id for _ in range(THREADS)])
    assert len(set(found)) == 1, found
    assert Row.objects.get(pk=offer.id).uses == 1


def test_capturing_and_timing_out_at_once_end_one_way() -> None:
    offer = running(uses=8)
    uses = [services.reserve(new=new(f"till/{number}"), now=NOW) for number in range(8)]
    late = NOW + timedelta(hours=1)
    asked: list[Callable[[], object]] = [partial(services.capture, use_id=use.id, now=late) for use in uses]
    asked += [partial(services.time_out, now=late, limit=10)] * 4
    found = together(asked)
    assert not [one for one in found if isinstance(one, Exception)], found
    assert {queries.use(use.id).state.value for use in uses} == {"captured"}  # type: ignore[union-attr]
    assert Row.objects.get(pk=offer.id).uses == 8


@pytest.mark.slow
def test_of_a_thousand_clients_exactly_a_hundred_get_it() -> None:
    """In four processes of five threads each."""
    offer = running(uses=100)
    told = {
        "DATABASE_URL": url(),
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "REGULARS_SECRET_KEY": settings.SECRET_KEY,
    }
    begun = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.offers.processes", name],
            env=os.environ | told,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "abcd"
    ]
    done = [int(process.communicate(timeout=120)[0]) for process in begun]
    assert sum(done) == 100
    stands = Row.objects.get(pk=offer.id)
    assert (stands.uses, stands.taken_minor) == (100, 100 * 10_000)


def url() -> str:
    """Where a process finds the database of the tests."""
    values = connection.settings_dict
    user = f"{values['USER']}:{values['PASSWORD']}"
    return f"postgresql://{user}@/{values['NAME']}?host={values['HOST']}&port={values['PORT']}"
