"""What holds of a person stays true whoever writes at the same time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, transaction
from tests.together import together

from regulars.customers import services
from regulars.customers.models import PersonAttributes, Profile
from regulars.customers.services import deriving
from regulars.customers.types import NewTraits
from regulars.kit import locks
from regulars.kit.attributes import Kind

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
SECONDS_MAX = 20

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def elsewhere() -> Iterator[Callable[[Callable[[], Any]], Future[Any]]]:
    """Runs something on a connection of its own."""
    with ThreadPoolExecutor(1) as pool:

        def run(what: Callable[[], Any]) -> Any:
            try:
                return what()
            finally:
                connection.close()

        yield lambda what: pool.submit(run, what)


def somebody(*ids: str) -> list[int]:
    keys = [("shop", id_) for id_ in ids]
    found = services.find_or_create_profiles(keys=keys, now=NOW)
    return [found[key] for key in keys]


def person_of(profile_id: int) -> int:
    return Profile.objects.get(pk=profile_id).person_id


def say(profile_id: int, **values: Any) -> None:
    new = NewTraits(profile_id=profile_id, values=values, verified=True, as_of=NOW)
    services.set_traits(traits=[new], now=NOW)


def until_it_waits(future: Future[Any]) -> bool:
    """Whether the other one waits for a lock of ours; False if it was done without."""
    deadline = time.monotonic() + SECONDS_MAX
    while time.monotonic() < deadline:
        if future.done():
            return False
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return True
    raise TimeoutError


def of_one_person() -> tuple[int, int]:
    """Two profiles of somebody of whom something is known."""
    one, other = somebody("1", "2")
    services.merge(pairs=[(person_of(one), person_of(other))], now=NOW)
    say(one, gender="f")
    return one, other


def two_sources_at_once(
    one: int, other: int, elsewhere: Callable[[Callable[[], Any]], Future[Any]]
) -> tuple[str, str]:
    """Two profiles of one person are told of in transactions that overlap; what is known then."""
    with transaction.atomic():
        say(one, city="Тверь")
        later = elsewhere(lambda: say(other, language="ru"))
        until_it_waits(later)
    later.result(SECONDS_MAX)
    row = PersonAttributes.objects.get()
    return row.city, row.language


def test_without_the_rows_lock_one_of_two_sources_is_lost(
    elsewhere: Callable[[Callable[[], Any]], Future[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = of_one_person()
    monkeypatch.setattr(deriving, "_take_rows", lambda persons: None)
    assert two_sources_at_once(one, other, elsewhere) == ("", "ru")


def test_two_sources_at_once_are_both_heard(
    elsewhere: Callable[[Callable[[], Any]], Future[Any]],
) -> None:
    assert two_sources_at_once(*of_one_person(), elsewhere) == ("Тверь", "ru")


def test_a_merge_waits_for_what_is_being_told(
    elsewhere: Callable[[Callable[[], Any]], Future[Any]],
) -> None:
    one, other = somebody("1", "2")
    say(one, city="Тверь")
    kept, gone = person_of(one), person_of(other)
    with transaction.atomic():
        say(other, language="ru")
        later = elsewhere(lambda: services.merge(pairs=[(kept, gone)], now=NOW))
        assert until_it_waits(later)
    later.result(SECONDS_MAX)
    row = PersonAttributes.objects.get()
    assert (row.person_id, row.city, row.language) == (kept, "Тверь", "ru")


def test_what_is_told_waits_for_a_merge(
    elsewhere: Callable[[Callable[[], Any]], Future[Any]],
) -> None:
    one, other = somebody("1", "2")
    say(one, city="Тверь")
    say(other, gender="f")
    kept, gone = person_of(one), person_of(other)
    with transaction.atomic():
        services.merge(pairs=[(kept, gone)], now=NOW)
        later = elsewhere(lambda: say(other, language="ru"))
        assert until_it_waits(later)
    later.result(SECONDS_MAX)
    row = PersonAttributes.objects.get()
    assert (row.person_id, row.city, row.gender, row.language) == (kept, "Тверь", "female", "ru")


def defined_while_told(elsewhere: Callable[[Callable[[], Any]], Future[Any]]) -> dict[str, Any]:
    """Somebody tells of a trait while the shop begins to want to know it, and everybody is derived."""
    (one,) = somebody("1")

    def define() -> None:
        services.define_attribute(label="Чай", trait="tea", kind=Kind.TEXT, now=NOW)
        services.derive_portion(now=NOW, limit=100)

    with transaction.atomic():
        say(one, tea="Улун", city="Тверь")
        later = elsewhere(define)
        until_it_waits(later)
    later.result(SECONDS_MAX)
    values: dict[str, Any] = PersonAttributes.objects.get().values
    return values


def test_without_the_lock_of_definitions_somebody_is_passed_over(
    elsewhere: Callable[[Callable[[], Any]], Future[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "share", lambda *what: None)
    assert defined_while_told(elsewhere) == {}


def test_a_new_attribute_misses_nobody(
    elsewhere: Callable[[Callable[[], Any]], Future[Any]],
) -> None:
    assert defined_while_told(elsewhere) == {"tea": "Улун"}


@pytest.mark.slow
def test_many_at_once_end_well() -> None:
    """Sources, merges and colleagues at once, again and again: nobody waits in a circle, nothing is lost."""
    for turn in range(5):
        profiles = somebody(*(f"{turn}-{number}" for number in range(8)))
        persons = [person_of(profile) for profile in profiles]

        def tell(offset: int, profiles: list[int] = profiles) -> None:
            told = [
                NewTraits(
                    profile_id=profile,
                    values={"city": f"Город {offset}", "language": "ru"},
                    verified=True,
                    as_of=NOW,
                )
                for profile in profiles[offset:] + profiles[:offset]
            ]
            services.set_traits(traits=told, now=NOW)

        def join(persons: list[int] = persons) -> None:
            services.merge(pairs=[(persons[0], gone) for gone in persons[1:]], now=NOW)

        def look_after(persons: list[int] = persons) -> None:
            services.set_manager(person_ids=persons, manager_id=1, user_id=None, now=NOW)

        outcomes = together([lambda: tell(0), lambda: tell(3), lambda: tell(5), join, look_after])
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
        row = PersonAttributes.objects.get(person__profiles=profiles[0])
        assert row.language == "ru"
        assert row.city.startswith("Город")
