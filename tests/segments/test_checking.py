from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.utils.translation import gettext_lazy, override

from regulars.commerce.conditions import ORDER_LINES, ORDERS
from regulars.kit.attributes import Attribute, Kind
from regulars.segments.ready import READY
from regulars.segments.rules import TESTS_OF, check
from regulars.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Bucket,
    Condition,
    Contains,
    DaysAgo,
    Did,
    Has,
    InSegment,
    Known,
    NoneOf,
    Not,
    OnDays,
    OneOf,
    Range,
    Sequence,
    Step,
    Test,
    Where,
    Within,
    Yes,
)

ATTRIBUTES = {
    f"x.{kind.value}": Attribute(
        key=f"x.{kind.value}",
        label=gettext_lazy("City"),
        group=gettext_lazy("City"),
        kind=kind,
        relation="x",
        expression="x",
        choices=(lambda: [("a", "A"), ("b", "B")]) if kind is Kind.CHOICE else None,
    )
    for kind in Kind
}
RELATIONS = {ORDERS.name: ORDERS, ORDER_LINES.name: ORDER_LINES}
TESTS: tuple[Test, ...] = (
    Known(),
    OneOf(("a",)),
    NoneOf(("a",)),
    Contains("a"),
    Range(Decimal(1)),
    Yes(),
    OnDays(date(2026, 1, 1)),
    DaysAgo(1),
    Anniversary(),
)


def wrongs(condition: Condition, events: frozenset[str] | None = None) -> list[tuple[tuple[int, ...], str]]:
    found = check(condition, attributes=ATTRIBUTES, relations=RELATIONS, segments={3}, events=events)
    return [(wrong.path, wrong.message) for wrong in found]


def wrong(condition: Condition) -> str:
    """The only thing that is wrong with a condition of one node."""
    ((path, message),) = wrongs(condition)
    assert path == ()
    return message


@pytest.mark.parametrize("kind", Kind)
def test_each_kind_of_value_allows_its_tests_and_no_others(kind: Kind) -> None:
    for test in TESTS:
        found = wrongs(Has(f"x.{kind.value}", test))
        assert bool(found) == (type(test) not in TESTS_OF[kind]), test


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (AnyOf(), "This group is empty"),
        (Has("x.gone", Known()), "There is no attribute x.gone any more"),
        (Has("x.choice", OneOf(("a", "c"))), "“c” is not one of the choices any more"),
        (Has("x.text", OneOf(("",))), "An empty text cannot be looked for"),
        (Has("x.text", OneOf(("a\0b",))), "a sign that cannot be kept"),
        (Has("x.text", Contains("\ud800")), "a sign that cannot be kept"),
        (Has("x.text", OneOf(("a" * 1001,))), "at most 1000 signs"),
        (Has("x.number", Range()), "Say from how much"),
        (Has("x.number", Range(Decimal(2), Decimal(1))), "Up to cannot be less"),
        (Has("x.number", Range(Decimal("NaN"))), "too large or too fine"),
        (Has("x.number", Range(Decimal("Infinity"))), "too large or too fine"),
        (Has("x.number", Range(Decimal("1e999999"))), "too large or too fine"),
        (Has("x.number", Range(Decimal("1e-999999"))), "too large or too fine"),
        (Has("x.money", Range(Decimal("1.5"))), "whole number of the smallest coins"),
        (Has("x.day", OnDays()), "from which day"),
        (Has("x.day", OnDays(date(2026, 2, 1), date(2026, 1, 1))), "cannot be before"),
        (Has("x.day", OnDays(date(26, 1, 1))), "Is the year right?"),
        (Has("x.day", DaysAgo()), "how many days"),
        (Has("x.moment", DaysAgo(3, 2)), "At most cannot be less"),
        (Did("a", at_least=0), "true of everybody"),
        (Did("a", at_least=3, at_most=2), "At most cannot be less"),
        (Did("a", within=Within(days=1, hours=1)), "one of days, hours or dates"),
        (Did("a", within=Within(days=1, last=date(2026, 1, 1))), "one of days, hours or dates"),
        (Did("a", within=Within(first=date(2026, 2, 1), last=date(2026, 1, 1))), "cannot be before"),
        (Did("a", within=Within(first=date(9999, 12, 31))), "Is the year right?"),
        (Did("a\0"), "No event is called"),
        (Did("a", where=(Where("b..c", Known()),)), "is no name of a property"),
        (Did("a", where=(Where("b\0", Known()),)), "is no name of a property"),
        (Did("a", where=(Where("b", Range()),)), "b: Say from how much"),
        (Did("a", where=(Where("b", Known()),) * 21), "At most 20 tests"),
        (Bought(at_least=0), "true of everybody"),
        (Bought(amount=Range(Decimal("0.5"))), "whole number"),
        (Bought(where=(Where("colour", Known()),)), "Nothing is known of orders by the name colour"),
        (Bought(where=(Where("brand", Range(Decimal(1))),)), "Brand: This cannot be asked of a text"),
        (Sequence(Step("a"), Step("b"), minutes=1440, happened=False, days=1), "Nobody can be found"),
        (Sequence(Step("a"), Step("b", (Where("x", DaysAgo()),)), minutes=1), "x: Say how many days"),
        (InSegment(4), "There is no such segment"),
        (InSegment(-(10**30)), "There is no such segment"),
        (Bucket("a", 5, 5), "This share is empty"),
        (Bucket("a\0"), "a sign that cannot be kept"),
    ],
)
def test_what_is_wrong_is_said_in_words(condition: Condition, words: str) -> None:
    assert words in wrong(condition)


@pytest.mark.parametrize(
    "condition",
    [
        AllOf(),
        Did("a", at_least=0, at_most=0),
        Bought(at_least=0, amount=Range(high=Decimal(100))),
        Bought(where=(Where("brand", OneOf(("a",))), Where("branch", NoneOf(("b",))))),
        Did("a", where=(Where("products.category", OneOf(("Чай",))),)),
        Sequence(Step("a"), Step("a"), minutes=1439, happened=False, days=1),
        InSegment(3),
        Has("x.day", DaysAgo(-7, 0)),
        Has("x.number", Range(Decimal("-12345678.000001"), Decimal("1e17"))),
    ],
)
def test_what_is_right_passes(condition: Condition) -> None:
    assert wrongs(condition) == []


def test_each_node_is_told_what_is_wrong_with_it() -> None:
    condition = AllOf((Did("a", at_least=0), Not(AnyOf((InSegment(3), InSegment(9)))), AnyOf()))
    assert [path for path, _ in wrongs(condition)] == [(0,), (1, 0, 1), (2,)]


def test_names_of_events_are_held_against_those_there_are() -> None:
    assert wrongs(Did("a"), frozenset({"a"})) == []
    assert "No event is called b" in wrongs(Did("b"), frozenset({"a"}))[0][1]
    steps = Sequence(Step("b"), Step("c"), minutes=1)
    assert len(wrongs(steps, frozenset({"a"}))) == 2


def test_a_condition_has_so_many_parts_and_goes_so_deep() -> None:
    assert wrongs(AllOf((InSegment(3),) * 59)) == []
    assert "at most 60 parts" in wrong(AllOf((InSegment(3),) * 60))
    deep: Condition = InSegment(3)
    for _ in range(5):
        deep = AllOf((deep,))
    assert wrongs(deep) == []
    for _ in range(500):
        deep = Not(deep)
    assert [(len(path), message) for path, message in wrongs(deep)] == [
        (6, "Groups are nested at most 6 deep.")
    ]


def test_messages_are_in_the_language_of_the_moment() -> None:
    with override("en"):
        assert "a day" in wrong(Has("x.day", Yes()))


def test_the_ready_segments_have_nothing_wrong_in_their_orders_and_events() -> None:
    for ready in READY:
        found = check(ready.condition, attributes=ATTRIBUTES, relations=RELATIONS, segments=())
        assert all("no attribute" in wrong.message for wrong in found), ready.key
