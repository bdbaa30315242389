"""What each node finds, on people made by hand; the same for all at once, a batch, and one by one."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from tests.segments.asked import NOW, SHOP, compiled, did, found, person, profiles_of, read

from regulars.kit import attributes as registry
from regulars.segments.errors import BadCondition
from regulars.segments.types import (
    AllOf,
    AnyOf,
    Bought,
    Bucket,
    Condition,
    Contains,
    Did,
    Has,
    InSegment,
    Known,
    NoneOf,
    Not,
    OneOf,
    Range,
    Sequence,
    Step,
    Test,
    Where,
    Within,
    Yes,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_everybody_is_whoever_is_known() -> None:
    people = [person(), person(profiles=3)]
    person(known=False)
    assert found(AllOf()) == people
    assert found(AnyOf()) == found(Not(AllOf())) == []
    assert found(Not(AnyOf())) == people


def test_texts_are_compared_without_case() -> None:
    moscow, capitals, orel, nowhere = (
        person(city="Москва"),
        person(city="МОСКВА"),
        person(city="Орёл"),
        person(),
    )

    def city(test: Test) -> list[int]:
        return found(Has("customers.city", test))

    assert city(OneOf(("москва",))) == [moscow, capitals]
    assert city(OneOf(("ОРЕЛ", "нигде"))) == [orel]
    assert city(NoneOf(("Москва",))) == [orel, nowhere]
    assert city(Contains("ск")) == [moscow, capitals]
    assert city(Contains("%")) == city(Contains("_")) == []
    assert city(Known()) == [moscow, capitals, orel]
    assert city(Known(False)) == [nowhere]
    assert found(Not(Has("customers.city", OneOf(("Москва",))))) == [orel, nowhere]


@pytest.mark.parametrize(
    "hostile",
    [
        "'; DROP TABLE customers_person; --",
        "%(v0)s",
        "%s %",
        "{scope:x}",
        "\\",
        '"',
        "$1",
        "a\nb",
        "é{now}",
        "'||'",
    ],
)
def test_what_people_write_is_a_value_and_nothing_else(hostile: str) -> None:
    one = person(city=hostile)
    told: dict[str, Any] = {"how": hostile, "o\"d'd %(x)s": hostile}
    did(one, "paid", NOW - DAY, **told)
    where = (Where("how", OneOf((hostile,))), Where("o\"d'd %(x)s", Contains(hostile)))
    assert found(Has("customers.city", OneOf((hostile,)))) == [one]
    assert found(Did("paid", where=where)) == [one]
    assert found(Did(hostile)) == found(Did(hostile, within=Within(days=1))) == []
    assert found(AllOf((Bucket(hostile), Has("customers.city", Contains(hostile))))) == [one]
    # The text of the statement does not depend on it.
    queries = [
        compiled(Did("paid", where=(Where(f, Contains(f)),))).everybody(NOW).query for f in (hostile, "x")
    ]
    assert queries[0] == queries[1]


def test_events_are_counted_over_all_profiles_of_a_person() -> None:
    one, two, none = person(profiles=2), person(), person()
    did(one, "waved", NOW - 3 * DAY)
    did(one, "waved", NOW - 2 * DAY, profile=1)
    did(two, "waved", NOW - 2 * DAY)
    did(two, "bowed", NOW - 2 * DAY)
    for within in (Within(), Within(days=30), Within(first=date(2026, 4, 1))):
        assert found(Did("waved", within=within)) == [one, two]
        assert found(Did("waved", at_least=2, within=within)) == [one]
        assert found(Did("waved", at_least=1, at_most=1, within=within)) == [two]
        assert found(Did("waved", at_least=0, at_most=0, within=within)) == [none]
        assert found(Did("waved", at_least=0, at_most=1, within=within)) == [two, none]
        assert found(Not(Did("waved", at_least=2, within=within))) == [two, none]
        both = AllOf((Did("waved", within=within), Did("bowed", within=within)))
        assert found(both) == [two]


def test_what_lies_ahead_has_not_happened_yet() -> None:
    one = person(profiles=2)
    did(one, "waved", NOW - DAY)
    did(one, "waved", NOW)
    did(one, "waved", NOW + DAY)
    did(one, "waved", NOW + DAY, profile=1)
    for within in (Within(), Within(days=10)):
        assert found(Did("waved", at_least=2, at_most=2, within=within)) == [one]
        assert found(Did("waved", at_least=4, within=within), NOW + DAY) == [one]
        assert found(Did("waved", within=within), NOW - 2 * DAY) == []


@pytest.mark.parametrize(("within", "long"), [(Within(days=2), 2 * DAY), (Within(hours=5), DAY / 24 * 5)])
def test_the_last_so_long_ends_to_the_moment(within: Within, long: timedelta) -> None:
    one, moment = person(), timedelta(microseconds=1)
    did(one, "waved", NOW)
    assert found(Did("waved", within=within), NOW - moment) == []
    assert found(Did("waved", within=within), NOW) == [one]
    assert found(Did("waved", within=within), NOW + long - moment) == [one]
    assert found(Did("waved", within=within), NOW + long) == []


def test_dates_of_a_window_are_of_the_shops_calendar() -> None:
    one, moment = person(zone="Asia/Novosibirsk"), timedelta(microseconds=1)
    begin = datetime.fromisoformat("2026-04-10T00:00:00+03:00")
    window = Within(first=date(2026, 4, 10), last=date(2026, 4, 11))
    for at, is_in in (
        (begin - moment, False),
        (begin, True),
        (begin + 2 * DAY - moment, True),
        (begin + 2 * DAY, False),
    ):
        name = f"waved_{at:%d%H%f}"
        did(one, name, at)
        assert found(Did(name, within=window)) == ([one] if is_in else [])


VALUES: dict[str, Any] = {
    "text": "Чёрный чай",
    "number": 12.5,
    "digits": "12.5",
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": "",
    "list": ["a", "B"],
    "none_in": [],
    "inside": {"deep": [{"x": 1}, {"x": [7, "seven"]}, {"y": 2}]},
    "products": [{"category": "Чай", "price": 5}, {"category": "Кофе", "price": 9}],
    "day": "2026-02-28",
    "moment": "2026-04-30T22:30:00Z",
    "no_day": "2026-02-30",
    "nearly": "2026-02-28 and more",
}


@pytest.mark.parametrize(
    ("field", "test", "passes"),
    [
        ("text", OneOf(("чЕрный чай",)), True),
        ("text", Contains("НЫЙ"), True),
        ("text", Range(Decimal(0)), False),
        ("text", Yes(), False),
        ("number", Range(Decimal("12.5"), Decimal("12.5")), True),
        ("number", Range(Decimal(13)), False),
        ("number", OneOf(("12.5",)), True),
        ("digits", Range(Decimal(12), Decimal(13)), False),
        ("yes", Yes(), True),
        ("yes", Yes(False), False),
        ("no", Yes(False), True),
        ("nothing", Known(), False),
        ("nothing", NoneOf(("null",)), True),
        ("empty", Known(), False),
        ("empty", Known(False), True),
        ("missing", Known(False), True),
        ("missing", NoneOf(("a",)), True),
        ("missing", Yes(False), False),
        ("missing.deeper", Known(), False),
        ("list", OneOf(("b",)), True),
        ("list", NoneOf(("b",)), False),
        ("list", NoneOf(("c",)), True),
        ("none_in", Known(), False),
        ("inside", Known(), True),
        ("inside.deep.x", Range(Decimal(7), Decimal(7)), True),
        ("inside.deep.x", OneOf(("SEVEN",)), True),
        ("inside.deep.x", Range(Decimal(2), Decimal(6)), False),
        ("inside.deep.y", Known(), True),
        ("inside.deep.z", Known(), False),
        ("products.category", OneOf(("чай",)), True),
        ("products.category", NoneOf(("чай",)), False),
        ("products.price", Range(high=Decimal(5)), True),
        ("products", OneOf(("Чай",)), False),
    ],
)
def test_properties_are_looked_into(field: str, test: Test, passes: bool) -> None:
    one = person()
    did(one, "paid", NOW - DAY, **VALUES)
    assert found(Did("paid", where=(Where(field, test),))) == ([one] if passes else [])


def test_all_tests_are_of_one_and_the_same_event() -> None:
    one = person()
    did(one, "paid", NOW - DAY, how="card", much=5)
    did(one, "paid", NOW - DAY, how="cash", much=9)
    card, much = Where("how", OneOf(("card",))), Where("much", Range(Decimal(9)))
    assert found(Did("paid", where=(card,))) == found(Did("paid", where=(much,))) == [one]
    assert found(Did("paid", where=(card, much))) == []
    assert found(
        AllOf((Did("paid", where=(card,)), Did("paid", where=(much,)), Did("paid", at_least=2)))
    ) == [one]


def looked(then: str = "paid", *, minutes: int = 60, happened: bool = True, days: int = 90) -> Condition:
    return Sequence(Step("looked"), Step(then), minutes=minutes, happened=happened, days=days)


def test_then_comes_later_and_in_time() -> None:
    minute, moment = timedelta(minutes=1), timedelta(microseconds=1)
    start = NOW - DAY
    cases = {
        timedelta(0): False,
        moment: True,
        60 * minute: True,
        60 * minute + moment: False,
        -minute: False,
    }
    for later, is_in in cases.items():
        one = person(profiles=2)
        did(one, "looked", start)
        did(one, "paid", start + later, profile=1)
        assert (one in found(looked())) is is_in, later
        assert (one in found(looked(happened=False))) is not is_in, later


def test_any_one_occurrence_is_enough() -> None:
    one, minute = person(), timedelta(minutes=1)
    for ago in (300, 200, 100):
        did(one, "looked", NOW - ago * minute)
    did(one, "paid", NOW - 190 * minute)
    assert found(looked()) == found(looked(happened=False)) == [one]
    assert found(Not(AnyOf((looked(), looked(happened=False))))) == []


def test_that_it_did_not_happen_is_known_when_the_time_is_over() -> None:
    one, moment = person(), timedelta(microseconds=1)
    did(one, "looked", NOW)
    over = NOW + timedelta(minutes=60)
    assert found(looked(happened=False), over - moment) == []
    assert found(looked(happened=False), over) == [one]
    assert found(looked(happened=False, days=1), NOW + DAY - moment) == [one]
    assert found(looked(happened=False, days=1), NOW + DAY) == []


def test_an_event_may_follow_itself() -> None:
    one, two = person(), person()
    did(one, "looked", NOW - DAY)
    did(two, "looked", NOW - DAY)
    did(two, "looked", NOW - DAY + timedelta(minutes=5))
    assert found(looked("looked")) == [two]
    assert found(looked("looked", happened=False)) == [one, two]


def test_steps_have_tests_of_their_own() -> None:
    one, two = person(), person()
    for who, category in ((one, "tea"), (two, "coffee")):
        did(who, "looked", NOW - DAY, category=category)
        did(who, "paid", NOW - DAY + timedelta(minutes=5), much=category == "tea")
    tea = Step("looked", (Where("category", OneOf(("tea",))),))
    assert found(Sequence(tea, Step("paid"), minutes=9)) == [one]
    much = Step("paid", (Where("much", Yes()),))
    assert found(Sequence(Step("looked"), much, minutes=9)) == [one]
    assert found(Sequence(Step("looked"), much, minutes=9, happened=False)) == [two]


def test_other_segments_are_read_as_they_stand() -> None:
    one, two = person(), person()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO segments_segment (name, kind, state, created_at) VALUES ('a', 'static', 'ready', %s)"
            " RETURNING id",
            [NOW],
        )
        (segment,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO segments_member (segment_id, person_id, since) VALUES (%s, %s, %s)",
            [segment, one, NOW],
        )
    assert found(InSegment(segment)) == [one]
    assert found(InSegment(segment, member=False)) == found(Not(InSegment(segment))) == [two]
    assert found(AnyOf((InSegment(segment), InSegment(segment, member=False)))) == [one, two]
    assert found(InSegment(segment + 1)) == []
    assert compiled(AllOf((InSegment(segment), InSegment(7)))).by_segments == {segment, 7}


def test_a_bucket_is_always_the_same_share() -> None:
    people = [person() for _ in range(200)]

    def place(salt: str, id_: int) -> int:
        return int(hashlib.md5(f"{salt}:{id_}".encode(), usedforsecurity=False).hexdigest()[:8], 16) % 10_000

    for salt in ("spring", "осень", "a:b"):
        assert found_everybody(Bucket(salt, 2_500, 7_500)) == [
            p for p in people if 2_500 <= place(salt, p) < 7_500
        ]
    assert found_everybody(Bucket("spring")) == people


def found_everybody(condition: Condition) -> list[int]:
    return read(compiled(condition).everybody(NOW))


def test_values_bound_for_many_conditions_fit_into_one_statement() -> None:
    one, two = person(city="Тула"), person(city="100%")
    parts = [
        compiled(Has("customers.city", OneOf((city,)))).everybody(NOW).named(f"s{n}_")
        for n, city in enumerate(("Тула", "100%"))
    ]
    with connection.cursor() as cursor:
        query = " UNION ALL ".join(
            f"SELECT {n}, person_id FROM ({part.query}) AS p" for n, part in enumerate(parts)
        )
        cursor.execute(query, parts[0].params | parts[1].params)
        assert sorted(cursor.fetchall()) == [(0, one), (1, two)]


def test_what_makes_the_answer_another_is_known() -> None:
    plain = compiled(Has("customers.city", Known()))
    assert not plain.by_time
    assert plain.may_have_changed(NOW, NOW + 400 * DAY) is None
    assert {"traits_changed", "profile_created", "customers_merged"} <= plain.events
    assert {"waved"} < compiled(Did("waved")).events
    assert {"a", "b"} < compiled(Sequence(Step("a"), Step("b"), minutes=1)).events
    bought = compiled(Not(Bought()))
    assert {"order_completed", "order_refunded", "order_cancelled", "order_updated"} < bought.events
    assert not bought.by_figures
    # Whose calendar it is changes with what is known of them.
    assert "traits_changed" not in compiled(Bucket("a")).events
    dated = Did("waved", where=(Where("day", Range(Decimal(1))),))
    assert "traits_changed" not in compiled(dated).events


def test_what_is_no_longer_there_is_named_with_its_place() -> None:
    with pytest.raises(BadCondition) as refused:
        compiled(AllOf((Bought(), Not(Has("customers.custom_gone", Known())))))
    assert refused.value.wrongs[0].path == (1, 0)
    with pytest.raises(BadCondition) as refused:
        compiled(Bought(where=(Where("colour", Known()),)))
    assert "colour" in str(refused.value)


def test_another_relation_may_stand_in() -> None:
    """As for the order in hand, which is nowhere stored."""
    one, two = person(), person()
    orders = registry.relations()["orders"]
    in_hand = registry.Relation(
        name="orders",
        query=f"SELECT {one}::bigint AS person_id, {{now}} AS at, 500::bigint AS amount_minor",
        one_each=False,
        fields=orders.fields,
    )
    from regulars.segments.compiling import compile_condition

    ready = compile_condition(
        Bought(amount=Range(Decimal(500))),
        surroundings=SHOP,
        relations=registry.relations() | {"orders": in_hand},
    )
    assert read(ready.among(NOW, [one, two], profiles_of(one, two))) == [one]
