"""Random conditions over random histories of a few people, biased towards the edges of days and periods."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence as Several
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from tests.segments.oracle import steps
from tests.segments.oracle.attributes import ATTRIBUTES
from tests.segments.oracle.world import RUB, Consent, Credit, Event, Line, Order, Return

from regulars.kit.attributes import Kind
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

PEOPLE = ("ann", "bob", "eve", "joe")
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Pago_Pago",
)
SHOP_ZONES = ("Europe/Moscow", "Europe/Berlin")
CITIES = ("Москва", "москва", "Орёл", "орел", "Tver", "50%_off'; --")
PRODUCTS = {
    "Чёрный чай": ("Чай", "Ahmad"),
    "Кружка": ("Посуда", ""),
    "cup": ("посуда", "Ёлка"),
    "gift": ("", ""),
}
"""By name the category and the brand."""
BRANCHES = ("centre", "north")
EVENTS = ("product_viewed", "coupon_applied", "oracle_called")
CATEGORIES = ("Чай", "чай", "Посуда", "Ёлки", "елки")
DAYS = (1, 2, 3, 7, 30)
AMOUNTS = (0, 1, 100, 250, 1000)
MICRO = timedelta(microseconds=1)

STARTS = (
    datetime(2026, 3, 28, 22, 59, 30, tzinfo=UTC),  # half an hour into the day on which Berlin's clocks go on
    datetime(2025, 10, 26, 0, 30, tzinfo=UTC),  # within the hour that Berlin has twice
    datetime(2026, 3, 8, 6, 59, tzinfo=UTC),  # New York's clocks go on in a minute
    datetime(2024, 2, 28, 20, 59, 59, tzinfo=UTC),
    datetime(2026, 2, 28, 12, tzinfo=UTC),
    datetime(2025, 12, 31, 21, tzinfo=UTC),
)
STEPS = (
    MICRO,
    timedelta(minutes=1),
    timedelta(hours=1),
    timedelta(hours=12),
    timedelta(days=1),
    timedelta(hours=25),
    timedelta(days=2),
    timedelta(days=7),
    timedelta(days=30),
    timedelta(days=366),
)


@st.composite
def clocks(draw: st.DrawFn, most: int = 5) -> list[datetime]:
    """Some moments, one after the other."""
    moments = [draw(st.sampled_from(STARTS))]
    for step in draw(st.lists(st.sampled_from(STEPS), min_size=1, max_size=most)):
        moments.append(moments[-1] + step)
    return moments


# --- Moments ----------------------------------------------------------------------------------------------


@st.composite
def moments(draw: st.DrawFn, clock: Several[datetime]) -> datetime:
    """Near one of the clock's: a whole period before it, or about a midnight of somebody's calendar."""
    now = draw(st.sampled_from(clock))
    kind = draw(st.sampled_from(("period", "midnight", "any")))
    if kind == "midnight":
        zone = ZoneInfo(draw(st.sampled_from((*ZONES, *SHOP_ZONES))))
        day = now.astimezone(zone).date() - timedelta(days=draw(st.sampled_from((0, 0, 1, *DAYS, 31))))
        found = datetime.combine(day, time(), tzinfo=zone).astimezone(UTC)
    elif kind == "period":
        found = now - draw(
            st.sampled_from(
                (*(timedelta(days=days) for days in (0, *DAYS)), timedelta(hours=3), timedelta(minutes=90))
            )
        )
    else:
        found = now - timedelta(minutes=draw(st.integers(-60, 60 * 24 * 40)))
    return found + draw(st.sampled_from((-MICRO, timedelta(), timedelta(), MICRO)))


def past(clock: Several[datetime]) -> st.SearchStrategy[datetime]:
    """What has happened by the last moment of the clock."""
    return moments(clock).map(lambda moment: min(moment, clock[-1]))


@st.composite
def days(draw: st.DrawFn, clock: Several[datetime]) -> date:
    now = draw(st.sampled_from(clock))
    return now.date() + timedelta(days=draw(st.sampled_from((-31, -30, -7, -2, -1, 0, 1, 2, 7))))


@st.composite
def birthdays(draw: st.DrawFn, clock: Several[datetime]) -> str:
    near = draw(days(clock))
    year = draw(st.sampled_from((1988, 1990, 2000, near.year)))
    leap = draw(st.sampled_from((False, False, True)))
    day = date(2000, 2, 29) if leap else _in_year(near, year)
    return day.isoformat()


def _in_year(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 2, 28)


# --- Histories --------------------------------------------------------------------------------------------


@st.composite
def events(draw: st.DrawFn, clock: Several[datetime]) -> Event:
    properties: dict[str, Any] = {}
    category = st.sampled_from(CATEGORIES)
    for name, values in {
        "category": st.one_of(
            category, category.map(str), st.lists(category, max_size=2), st.sampled_from(("", None, 5))
        ),
        "price_minor": st.one_of(st.sampled_from(AMOUNTS), st.sampled_from((99.5, "100", None))),
        "gift": st.sampled_from((True, False, "true", None)),
        "products": st.lists(
            st.fixed_dictionaries(
                {}, optional={"category": category, "price_minor": st.sampled_from(AMOUNTS)}
            ),
            max_size=2,
        ),
        "day": st.one_of(
            days(clock).map(str),
            moments(clock).map(lambda moment: moment.isoformat()),
            moments(clock).map(lambda moment: moment.astimezone(ZoneInfo("Asia/Kathmandu")).isoformat()),
            moments(clock).map(lambda moment: moment.replace(tzinfo=None, microsecond=0).isoformat()),
            st.sampled_from(("2026-02-30", "15.03.2026", "2026-03-15 or so", "2026-3-15", 20260315, None)),
        ),
    }.items():
        if draw(st.booleans()):
            properties[name] = draw(values)
    return Event(draw(st.sampled_from(EVENTS)), draw(moments(clock)), properties)


@st.composite
def orders(draw: st.DrawFn, clock: Several[datetime], key: str) -> Order:
    products = draw(st.lists(st.sampled_from((*PRODUCTS, "")), min_size=1, max_size=3))
    lines = [
        Line(draw(st.sampled_from(AMOUNTS[1:])), product, *PRODUCTS.get(product, ("", "")))
        for product in products
    ]
    return Order(
        key=key,
        at=draw(past(clock)),
        lines=lines,
        currency=draw(st.sampled_from((RUB, RUB, RUB, "EUR"))),
        branch=draw(st.sampled_from(("", *BRANCHES))),
        channel=draw(st.sampled_from(("", "search", "tv"))),
        cancelled=draw(st.sampled_from((False, False, False, True))),
    )


@st.composite
def meetings(draw: st.DrawFn, clock: Several[datetime], key: str) -> steps.Meets:
    return steps.Meets(
        key=key,
        since=draw(past(clock)),
        emails=(f"{key}@example.org",) if draw(st.booleans()) else (),
        phones=(f"+7901{PEOPLE.index(key)}",) if draw(st.booleans()) else (),
    )


@st.composite
def happenings(draw: st.DrawFn, clock: Several[datetime], merging: bool = False) -> steps.Step:
    """One thing that becomes known of somebody who is known already."""
    key = draw(st.sampled_from(PEOPLE))
    order = f"{key}-{draw(st.integers(1, 3))}"
    kinds: dict[str, Callable[[], st.SearchStrategy[steps.Step]]] = {
        "does": lambda: events(clock).map(lambda event: steps.Does(key, event)),
        "buys": lambda: orders(clock, order).map(lambda bought: steps.Buys(key, bought)),
        "says": lambda: says(clock, key),
        "agrees": lambda: st.builds(
            Consent, st.sampled_from(("email", "sms")), st.booleans(), past(clock[:1])
        ).map(lambda consent: steps.Agrees(key, consent)),
        "gives_back": lambda: st.builds(
            Return, past(clock), st.sampled_from(AMOUNTS[1:]), st.sampled_from((None, 0, 0, 1))
        ).map(lambda back: steps.GivesBack(key, order, back)),
        "cancels": lambda: st.just(steps.Cancels(key, order)),
        "credits": lambda: st.builds(
            Credit, st.sampled_from(AMOUNTS[1:]), st.sampled_from(("", *PRODUCTS))
        ).map(lambda credit: steps.Credits(key, order, credit)),
        "manages": lambda: st.sampled_from((None, 1, 2)).map(lambda user: steps.Manages(key, user)),
        "writes": lambda: st.booleans().map(
            lambda is_added: steps.Writes(key, f"{key}@example.org", is_added)
        ),
        "merges": lambda: st.sampled_from(PEOPLE).map(lambda gone: steps.Merges(key, gone)),
        "parts": lambda: st.just(steps.Parts()),
    }
    often = ["does", "does", "does", "does", "buys", "buys", "buys", "says", "says"]
    chosen = [*often, "agrees", "gives_back", "credits", "cancels", "manages", "writes"]
    return draw(kinds[draw(st.sampled_from([*chosen, "merges", "merges", "parts"] if merging else chosen))]())


@st.composite
def says(draw: st.DrawFn, clock: Several[datetime], key: str) -> steps.Step:
    values: dict[str, st.SearchStrategy[Any]] = {
        "city": st.sampled_from(CITIES),
        "birthday": birthdays(clock),
        "timezone": st.sampled_from(ZONES),
        "gender": st.sampled_from(("male", "female")),
        "language": st.sampled_from(("ru", "en")),
        "preferred_channel": st.sampled_from(("email", "sms")),
        "preferred_hour": st.sampled_from((0, 9, 23)),
        "interests": st.sampled_from(CITIES),
        "nick": st.sampled_from(CITIES),
        "size": st.sampled_from((0, 1, 8.5, -3)),
        "wholesale": st.booleans(),
        "wedding": birthdays(clock),
        "plan": st.sampled_from(("gold", "Silver")),
    }
    trait = draw(st.sampled_from(tuple(values)))
    return steps.Says(key, trait, draw(st.one_of(values[trait], values[trait], st.none())))


def histories(clock: Several[datetime], most: int = 24) -> st.SearchStrategy[list[steps.Step]]:
    """Everybody becomes known, then things happen."""
    return st.tuples(
        st.tuples(*(meetings(clock, key) for key in PEOPLE)),
        st.lists(happenings(clock), min_size=10, max_size=most),
    ).map(lambda both: [*both[0], *both[1]])


# --- Conditions -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Asked:
    """What conditions may name: numbers of segments, attributes, and colleagues by their ids."""

    segments: Several[int] = ()
    attributes: Several[str] = tuple(ATTRIBUTES)
    colleagues: Several[str] = ("1", "2", "3")


def between(values: Several[Any], strategy: Callable[[Any, Any], Any]) -> st.SearchStrategy[Any]:
    """Two bounds of which one may be open, seldom the wrong way round."""
    bound = st.one_of(st.none(), st.sampled_from(values))
    return (
        st.tuples(bound, bound)
        .filter(lambda pair: pair != (None, None))
        .map(lambda pair: strategy(*(sorted(pair) if None not in pair else pair)))
    )


def texts(values: Several[str]) -> st.SearchStrategy[Test]:
    some = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)
    return st.one_of(
        some.map(OneOf),
        some.map(NoneOf),
        st.booleans().map(Known),
        st.sampled_from(("о", "О", "ё", "%", "_", "'", "e", "осква")).map(Contains),
    )


def choices(values: Several[str]) -> st.SearchStrategy[Test]:
    if not values:
        return st.booleans().map(Known)
    some = st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True).map(tuple)
    return st.one_of(some.map(OneOf), some.map(NoneOf), st.booleans().map(Known))


def numbers(values: Several[int | str]) -> st.SearchStrategy[Test]:
    return st.one_of(between([Decimal(value) for value in values], Range), st.booleans().map(Known))


def relative_days() -> st.SearchStrategy[Test]:
    return between((-31, -7, -1, 0, 1, 2, 7, 30, 365), DaysAgo)


def dates(clock: Several[datetime]) -> st.SearchStrategy[Test]:
    first_last = st.tuples(st.one_of(st.none(), days(clock)), st.one_of(st.none(), days(clock)))
    ordered = first_last.filter(lambda pair: pair != (None, None)).map(
        lambda pair: OnDays(*(sorted(pair) if None not in pair else pair))  # type: ignore[type-var]
    )
    around = st.sampled_from((0, 1, 7, 180))
    return st.one_of(
        relative_days(), ordered, st.builds(Anniversary, around, around), st.booleans().map(Known)
    )


CHOICES = {
    "customers.gender": ("male", "female", "other"),
    "customers.language": ("ru", "en"),
    "customers.preferred_channel": ("email", "sms", "post"),
    "customers.custom_plan": ("gold", "Silver"),
}


def tests_of(key: str, clock: Several[datetime], asked: Asked) -> st.SearchStrategy[Test]:
    match ATTRIBUTES[key].kind:
        case Kind.TEXT:
            return texts((*CITIES, *ZONES))
        case Kind.CHOICE:
            return choices(CHOICES.get(key, asked.colleagues))
        case Kind.NUMBER:
            return numbers((-3, 0, 1, 2, 3, "8.5", 23))
        case Kind.MONEY:
            return numbers((0, 1, 100, 101, 250, 350, 1000))
        case Kind.YES_NO:
            return st.one_of(st.booleans().map(Yes), st.booleans().map(Known))
        case _:
            return dates(clock)


def within(clock: Several[datetime]) -> st.SearchStrategy[Within]:
    return st.one_of(
        st.just(Within()),
        st.sampled_from(DAYS).map(lambda d: Within(days=d)),
        st.sampled_from((1, 3, 24, 25)).map(lambda h: Within(hours=h)),
        st.tuples(st.one_of(st.none(), days(clock)), st.one_of(st.none(), days(clock)))
        .filter(lambda pair: pair != (None, None))
        .map(lambda pair: sorted(pair) if None not in pair else pair)  # type: ignore[type-var]
        .map(lambda pair: Within(first=pair[0], last=pair[1])),
    )


def times() -> st.SearchStrategy[tuple[int, int | None]]:
    """How often: at least and at most."""
    return st.sampled_from(((1, None), (2, None), (0, 0), (0, 1), (1, 1), (2, 3)))


def of_events(clock: Several[datetime]) -> st.SearchStrategy[tuple[Where, ...]]:
    prices = numbers((0, 1, 100, "99.5", 250))
    one = st.one_of(
        texts(CATEGORIES).map(lambda test: Where("category", test)),
        texts(CATEGORIES).map(lambda test: Where("products.category", test)),
        prices.map(lambda test: Where("price_minor", test)),
        prices.map(lambda test: Where("products.price_minor", test)),
        st.one_of(st.booleans().map(Yes), st.booleans().map(Known)).map(lambda test: Where("gift", test)),
        texts(("true", "99.5", "100", "5")).flatmap(
            lambda test: st.sampled_from(("gift", "price_minor", "category")).map(
                lambda name: Where(name, test)
            )
        ),
        dates(clock).map(lambda test: Where("day", test)),
    )
    return st.one_of(st.just(()), st.lists(one, min_size=1, max_size=2).map(tuple))


def of_orders() -> st.SearchStrategy[tuple[Where, ...]]:
    values = {
        "product": ("чёрный чай", "Кружка", "cup", "gift"),
        "category": ("Чай", "посуда"),
        "brand": ("Ahmad", "ёлка"),
        "branch": BRANCHES,
        "channel": ("search", "TV"),
    }
    one = st.sampled_from(tuple(values)).flatmap(
        lambda name: texts(values[name]).map(lambda test: Where(name, test))
    )
    return st.one_of(st.just(()), st.lists(one, min_size=1, max_size=3).map(tuple))


@st.composite
def leaves(draw: st.DrawFn, clock: Several[datetime], asked: Asked) -> Condition:
    kinds = ["has", "has", "did", "did", "bought", "bought", "sequence", "bucket"]
    kind = draw(st.sampled_from([*kinds, "segment"] if asked.segments else kinds))
    at_least, at_most = draw(times())
    match kind:
        case "has":
            key = draw(st.sampled_from(asked.attributes))
            return Has(key, draw(tests_of(key, clock, asked)))
        case "did":
            return Did(
                draw(st.sampled_from(EVENTS)), at_least, at_most, draw(within(clock)), draw(of_events(clock))
            )
        case "bought":
            amounts = [Decimal(each) for each in (0, 1, 100, 101, 250, 1000)]
            amount = draw(st.one_of(st.none(), between(amounts, Range)))
            if amount is not None and draw(st.booleans()):
                at_least, at_most = 0, None
            return Bought(at_least, at_most, amount, draw(within(clock)), draw(of_orders()))
        case "sequence":
            minutes, days_ = draw(st.sampled_from(((1, 1), (60, 2), (90, 1), (24 * 60, 2), (3 * 24 * 60, 7))))
            return Sequence(
                first=Step(draw(st.sampled_from(EVENTS)), draw(of_events(clock))),
                then=Step(draw(st.sampled_from(EVENTS)), draw(of_events(clock))),
                minutes=minutes,
                happened=draw(st.booleans()),
                days=days_,
            )
        case "segment":
            return InSegment(draw(st.sampled_from(asked.segments)), draw(st.booleans()))
    low, high = draw(st.sampled_from(((0, 2_500), (2_500, 10_000), (0, 5_000), (5_000, 5_001), (0, 10_000))))
    return Bucket(draw(st.sampled_from(("a", "ё%s"))), low, high)


def conditions(clock: Several[datetime], asked: Asked, deep: int = 2) -> st.SearchStrategy[Condition]:
    """Trees of a few nodes."""
    leaf = leaves(clock, asked)
    if not deep:
        return leaf
    inner = conditions(clock, asked, deep - 1)
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    return st.one_of(leaf, leaf, some.map(AllOf), some.map(AnyOf), inner.map(Not))
