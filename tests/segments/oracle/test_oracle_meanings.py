"""The evaluator itself: worked out by hand, from what the language says of each node."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.segments.oracle.evaluator import holds, is_anniversary
from tests.segments.oracle.world import Consent, Event, Line, Order, Person, Return, World

from regulars.segments.types import (
    AllOf,
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
    Where,
    Within,
    Yes,
)

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
MICRO = timedelta(microseconds=1)
CITY, LAST = "customers.city", "commerce.last_order_at"


def ago(**periods: float) -> datetime:
    return NOW - timedelta(**periods)


def person(**values: Any) -> Person:
    said: dict[str, tuple[datetime, Any]] = {
        name: (NOW, values.pop(name)) for name in ("city", "birthday", "timezone") if name in values
    }
    return Person(key="ann", since=ago(days=100), said=said, **values)


def so(condition: Condition, who: Person, now: datetime = NOW, **world: Any) -> bool:
    return holds(condition, who, World(**world), now)


def order(at: datetime, *amounts: int, **values: Any) -> Order:
    return Order("1", at, [Line(amount) for amount in amounts or (100,)], **values)


def test_groups_of_nothing() -> None:
    assert so(AllOf(), person())
    assert not so(AnyOf(), person())
    assert so(Not(AnyOf()), person())


@pytest.mark.parametrize(
    ("city", "test", "passes"),
    [
        ("Орёл", OneOf(("тверь", "ОРЕЛ")), True),
        ("Орёл", NoneOf(("орел",)), False),
        (None, NoneOf(("орел",)), True),
        (None, OneOf(("",)), False),
        ("Орёл", Contains("рЕ"), True),
        (None, Known(), False),
        (None, Known(False), True),
        ("Орёл", Known(False), False),
    ],
)
def test_texts(city: str | None, test: Any, passes: bool) -> None:
    assert so(Has(CITY, test), person(city=city)) is passes


def test_what_is_not_known_fails_and_its_opposite_does_not() -> None:
    who = person()
    assert not so(Has("customers.birthday", DaysAgo(at_most=10_000)), who)
    assert so(Not(Has("customers.birthday", DaysAgo(at_most=10_000))), who)


def test_days_are_those_of_the_customers_calendar() -> None:
    # 22:30 in Berlin, 03:15 of the next day in Kathmandu.
    order_ = order(datetime(2026, 3, 14, 21, 30, tzinfo=UTC))
    at = datetime(2026, 3, 15, 12, tzinfo=UTC)
    yesterday, today = Has(LAST, DaysAgo(1, 1)), Has(LAST, DaysAgo(0, 0))
    assert so(yesterday, person(orders=[order_], timezone="Europe/Berlin"), at)
    assert so(today, person(orders=[order_], timezone="Asia/Kathmandu"), at)
    assert so(today, person(orders=[order_]), at, zone="Asia/Kathmandu")
    on = Has(LAST, OnDays(date(2026, 3, 15), date(2026, 3, 15)))
    assert so(on, person(orders=[order_], timezone="Asia/Kathmandu"), at)
    assert not so(on, person(orders=[order_], timezone="Europe/Berlin"), at)


@pytest.mark.parametrize(
    ("day", "today", "before", "after", "is_one"),
    [
        (date(2000, 2, 29), date(2026, 2, 28), 0, 0, True),
        (date(2000, 2, 29), date(2026, 3, 1), 0, 0, False),
        (date(2000, 2, 29), date(2024, 2, 28), 0, 0, False),
        (date(2000, 2, 29), date(2024, 2, 29), 0, 0, True),
        (date(1990, 1, 3), date(2025, 12, 28), 7, 0, True),
        (date(1990, 1, 3), date(2025, 12, 26), 7, 0, False),
        (date(1990, 12, 30), date(2026, 1, 2), 0, 3, True),
        (date(1990, 12, 30), date(2026, 1, 3), 0, 3, False),
        (date(2026, 3, 15), date(2026, 3, 15), 7, 7, False),
        (date(2026, 3, 15), date(2026, 3, 10), 7, 7, False),
        (date(2026, 3, 15), date(2027, 3, 8), 7, 0, True),
    ],
)
def test_anniversaries(day: date, today: date, before: int, after: int, is_one: bool) -> None:
    assert is_anniversary(day, today, before, after) is is_one


def test_periods_have_an_open_beginning_and_end_now() -> None:
    seen = Did("seen", within=Within(days=7))
    assert not so(seen, person(events=[Event("seen", ago(days=7))]))
    assert so(seen, person(events=[Event("seen", ago(days=7) + MICRO)]))
    assert so(seen, person(events=[Event("seen", NOW)]))
    assert not so(Did("seen"), person(events=[Event("seen", NOW + MICRO)]))
    # Days in between are of 24 hours each, also where the clocks go on; days named are the shop's.
    named = Did("seen", within=Within(first=date(2026, 3, 15), last=date(2026, 3, 15)))
    assert so(named, person(events=[Event("seen", datetime(2026, 3, 14, 21, tzinfo=UTC))]))
    assert not so(named, person(events=[Event("seen", datetime(2026, 3, 14, 21, tzinfo=UTC))]), zone="UTC")


@pytest.mark.parametrize(
    ("at_least", "at_most", "of"), [(1, None, "23"), (2, 2, "2"), (0, 0, "0"), (0, 2, "02")]
)
def test_how_often(at_least: int, at_most: int | None, of: str) -> None:
    for times in (0, 2, 3):
        who = person(events=[Event("seen", ago(days=day)) for day in range(times)])
        assert so(Did("seen", at_least, at_most), who) is (str(times) in of)


def test_properties_of_events() -> None:
    products = [{"category": "Чай", "price_minor": 100}, {"category": "Кофе"}]
    event = Event(
        "seen", NOW, {"category": ["Шёлк", "Лён"], "products": products, "gift": True, "n": "7", "x": ""}
    )

    def with_(field: str, test: Any) -> bool:
        return so(Did("seen", where=(Where(field, test),)), person(events=[event]))

    assert with_("category", OneOf(("лен",)))
    assert not with_("category", NoneOf(("лен",)))
    assert with_("products.category", Contains("кОф"))
    assert with_("products.price_minor", Range(Decimal(100), Decimal(100)))
    assert not with_("products.price_minor", Range(Decimal(101)))
    assert not with_("n", Range(Decimal(7)))
    assert with_("gift", Yes())
    assert not with_("gift", Yes(False))
    assert with_("x", Known(False))
    assert with_("y.z", Known(False))
    assert with_("y", NoneOf(("a",)))


def test_orders_are_those_of_the_figures() -> None:
    back = Return(ago(days=1), 100)
    others = [
        order(ago(days=3), cancelled=True),
        order(ago(days=3), currency="EUR"),
        order(ago(days=3), returns=[back]),
    ]
    assert so(Bought(0, 0), person(orders=others))
    assert so(
        Bought(amount=Range(Decimal(50), Decimal(50))), person(orders=[order(NOW, 150, returns=[back])])
    )
    assert so(Bought(0, None, Range(None, Decimal(0))), person(orders=others))


def test_an_order_needs_one_line_that_passes_all_tests_of_lines() -> None:
    lines = [Line(100, category="Чай", brand="A"), Line(30, category="Чай", brand="B"), Line(50, brand="B")]
    bought = Order("1", NOW, lines, branch="centre", returns=[Return(NOW, 10, line=1), Return(NOW, 5)])
    tea, brand = Where("category", OneOf(("чай",))), Where("brand", OneOf(("b",)))
    who = person(orders=[bought])
    assert so(Bought(where=(tea, brand), amount=Range(Decimal(20), Decimal(20))), who)
    assert so(Bought(where=(brand,), amount=Range(Decimal(70), Decimal(70))), who)
    assert not so(Bought(where=(Where("category", OneOf(("кофе",))),)), who)
    elsewhere = Where("branch", NoneOf(("centre",)))
    assert not so(Bought(where=(elsewhere,)), who)
    assert so(
        Bought(where=(Where("branch", OneOf(("centre",))),), amount=Range(Decimal(165), Decimal(165))), who
    )


def test_sequences() -> None:
    seen, paid = Step("seen"), Step("paid")

    def follows(*after: float, minutes: int = 60, happened: bool = True, first: float = 120) -> bool:
        moments = [ago(minutes=first) + timedelta(minutes=each) for each in after]
        events = [Event("seen", ago(minutes=first)), *(Event("paid", moment) for moment in moments)]
        return so(Sequence(seen, paid, minutes, happened, days=1), person(events=events))

    assert follows(60)
    assert not follows(60.001)
    assert not follows(0)
    assert not follows(-1)
    assert follows(happened=False)
    assert not follows(60, happened=False)
    assert follows(happened=False, first=60), "an hour to the microsecond is over"
    assert not follows(happened=False, first=59.999), "it may still happen"
    assert not follows(1, first=60 * 24), "the first lies outside of the last day"


def test_one_occurrence_is_enough() -> None:
    events = [Event("seen", ago(hours=3)), Event("paid", ago(hours=2.5)), Event("seen", ago(hours=2))]
    for happened in (True, False):
        assert so(Sequence(Step("seen"), Step("paid"), 60, happened), person(events=events))


def test_segments_of_segments() -> None:
    segments: dict[int, Any] = {1: {"ann"}, 2: set(), 3: AllOf((InSegment(1), InSegment(2, member=False)))}
    assert so(InSegment(3), person(), segments=segments)
    assert not so(InSegment(3, member=False), person(), segments=segments)


def test_shares_are_stable_and_apart() -> None:
    everybody = [Person(key=str(number), since=NOW, id=number) for number in range(2_000)]
    low, high = Bucket("a", 0, 2_500), Bucket("a", 2_500, 10_000)
    for who in everybody:
        assert so(low, who) is not so(high, who)
    # md5("a:7") begins with 3d3ea0d9, which is 1,027,514,585.
    assert so(Bucket("a", 4_585, 4_586), everybody[7])
    assert 400 < sum(so(low, who) for who in everybody) < 600


def test_consents() -> None:
    email = Has("customers.consent_email", Yes())
    assert not so(email, person())
    said = [
        Consent("email", True, ago(days=2)),
        Consent("email", False, ago(days=1)),
        Consent("sms", True, NOW),
    ]
    assert not so(email, person(consents=said))
    assert so(email, person(consents=said[:1]))
    assert not so(email, person(consents=[Consent("email", yes, NOW) for yes in (True, False)]))
