from __future__ import annotations

from functools import partial

import pytest
from django.db import transaction
from tests.events.reading import NOW, beat
from tests.together import together

from regulars.events import registry, rules, services
from regulars.events.errors import BadName, ReservedName, TooManyNames, UnknownEvent
from regulars.events.models import Event, EventName
from regulars.events.services import names
from regulars.events.types import EventClass, EventType


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a process has seen in the table is not there in the next test's."""
    monkeypatch.setattr(names, "_known", set())


def fact(name: str) -> EventType:
    return registry.outside(name, EventClass.FACT)


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("Table Booked", "table_booked"),
        ("tableBooked", "table_booked"),
        ("SKUPicked", "sku_picked"),
        ("  table -- booked! ", "table_booked"),
        ("TABLE_BOOKED", "table_booked"),
        ("Step 2 Done", "step_2_done"),
        ("step2Done", "step2_done"),
        ("Стол Забронирован", "стол_забронирован"),
        ("Чай й", "чай_й"),
        ("2nd visit", "2nd_visit"),
    ],
)
def test_a_name_is_stored_in_snake_case(given: str, stored: str) -> None:
    assert rules.snake_case(given) == stored
    assert rules.snake_case(stored) == stored
    assert fact(given) == EventType(stored, EventClass.FACT, is_outside=True)


@pytest.mark.parametrize("name", ["", " ", "!?", "_", "x" * 101, "🍵"])
def test_what_is_no_name(name: str) -> None:
    with pytest.raises(BadName, match="letters or digits"):
        fact(name)


@pytest.mark.parametrize("name", ["drum_beaten", "Drum Beaten", "drumBeaten"])
def test_a_name_of_our_own_is_reserved(name: str) -> None:
    with pytest.raises(ReservedName, match="drum_beaten"):
        fact(name)


@pytest.mark.django_db
def test_an_outside_name_is_recorded_and_noted_when_first_seen() -> None:
    booked = fact("Table Booked")
    with pytest.raises(UnknownEvent):
        beat([1], "a", type=EventType("table_booked"))
    beat([1, 2], "b", type=booked)
    beat([1, 2], "c", type=registry.outside("table_booked", EventClass.BROWSING))
    assert set(Event.objects.values_list("name", "event_class")) == {
        ("table_booked", "fact"),
        ("table_booked", "browsing"),
    }
    assert list(EventName.objects.values_list()) == [("table_booked", NOW)]


@pytest.mark.django_db
def test_names_beyond_the_limit_are_refused_and_known_ones_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "OUTSIDE_NAMES_MAX", 3)
    types = [fact(f"name {n}") for n in range(5)]
    assert services.admit(types[:2], now=NOW) == frozenset()
    assert services.admit(types[1:], now=NOW) == {"name_3", "name_4"}
    assert services.admit([*types[:3], EventType("drum_beaten")], now=NOW) == frozenset()
    with pytest.raises(TooManyNames, match="name_4"):
        beat([1], "a", type=types[4])
    assert len(beat([1], "b", type=types[2])) == 1
    assert Event.objects.count() == 1
    assert EventName.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_name_of_a_transaction_that_failed_is_noted_by_the_next() -> None:
    booked = fact("Table Booked")
    for _ in range(2):
        with transaction.atomic():
            services.admit([booked], now=NOW)
            transaction.set_rollback(True)
    assert not EventName.objects.exists()
    beat([1], "a", type=booked)
    assert EventName.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_for_many_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "OUTSIDE_NAMES_MAX", 20)

    def admit(which: int) -> frozenset[str]:
        with transaction.atomic():
            return services.admit([fact(f"n {which} {n}") for n in range(10)], now=NOW)

    results = together([partial(admit, which) for which in range(6)])
    assert sum(len(r) for r in results if isinstance(r, frozenset)) == 40
    assert EventName.objects.count() == 20


@pytest.mark.django_db(transaction=True)
def test_the_same_new_name_by_many_at_once_is_one() -> None:
    def admit() -> frozenset[str]:
        with transaction.atomic():
            return services.admit([fact("table booked")], now=NOW)

    assert together([admit] * 6) == [frozenset()] * 6
    assert EventName.objects.count() == 1
