"""What a condition means, in plain Python over plain data: one person, one moment, true or false.

Written from what `segments.types.conditions` says of each kind of node and of nothing else. It shares no
code with what turns conditions into SQL, asks no database, and is slow on purpose: every node reads the
whole history of the person anew.
"""

from __future__ import annotations

import json
import re
from calendar import isleap
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import md5
from typing import Any
from zoneinfo import ZoneInfo

from tests.segments.oracle.attributes import ATTRIBUTES
from tests.segments.oracle.world import Event, Line, Order, Person, World

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

LINE_FIELDS = ("product", "category", "brand")


def holds(condition: Condition, person: Person, world: World, now: datetime) -> bool:
    """Whether it is true of the person at this moment."""
    match condition:
        case AllOf(of):
            return all(holds(child, person, world, now) for child in of)
        case AnyOf(of):
            return any(holds(child, person, world, now) for child in of)
        case Not(child):
            return not holds(child, person, world, now)
        case Has(key, test):
            attribute = ATTRIBUTES[key]
            value = attribute.value(person, world, now)
            if attribute.kind is Kind.CHOICE:
                return chosen(value, test)
            return passes(value, test, person_zone=world.zone_of(person), now=now)
        case Did(name, at_least, at_most, within, where):
            times = len(
                [e for e in happened(person, name, where, world, now) if inside(e.at, within, world, now)]
            )
            return times >= at_least and (at_most is None or times <= at_most)
        case Bought():
            return bought(condition, person, world, now)
        case Sequence(first, then, minutes, did_happen, days):
            return in_sequence(first, then, minutes, did_happen, days, person, world, now)
        case InSegment(number, member):
            return in_segment(number, person, world, now) is member
        case Bucket(salt, low, high):
            place = (
                int(md5(f"{salt}:{person.id}".encode(), usedforsecurity=False).hexdigest()[:8], 16) % 10_000
            )
            return low <= place < high
    raise AssertionError(f"no meaning is written down for {condition!r}")


# --- Tests of one value -----------------------------------------------------------------------------------


def passes(value: Any, test: Test, *, person_zone: ZoneInfo, now: datetime) -> bool:
    """What is not known (None, an empty text) fails everything but `Known(False)` and `NoneOf`."""
    is_known = value is not None and value != ""
    match test:
        case Known(known):
            return is_known is known
        case NoneOf(values):
            return not is_known or folded(value) not in {folded(each) for each in values}
    if not is_known:
        return False
    match test:
        case OneOf(values):
            return folded(value) in {folded(each) for each in values}
        case Contains(text):
            return folded(text) in folded(value)
        case Range(low, high):
            number = Decimal(str(value))
            return (low is None or low <= number) and (high is None or number <= high)
        case Yes(yes):
            return value is yes
        case OnDays(first, last):
            on = day_of(value, person_zone)
            return (first is None or first <= on) and (last is None or on <= last)
        case DaysAgo(at_least, at_most):
            ago = (now.astimezone(person_zone).date() - day_of(value, person_zone)).days
            return (at_least is None or ago >= at_least) and (at_most is None or ago <= at_most)
        case Anniversary(before, after):
            return is_anniversary(
                day_of(value, person_zone), now.astimezone(person_zone).date(), before, after
            )
    raise AssertionError(f"no meaning is written down for {test!r}")


def chosen(value: str | None, test: Test) -> bool:
    """A choice is as it is stored."""
    match test:
        case Known(known):
            return bool(value) is known
        case OneOf(values):
            return value in values
        case NoneOf(values):
            return value not in values
    raise AssertionError(f"no meaning is written down for {test!r} of a choice")


def folded(text: str) -> str:
    return text.lower().replace("ё", "е")


def day_of(value: date | datetime, zone: ZoneInfo) -> date:
    return value.astimezone(zone).date() if isinstance(value, datetime) else value


def is_anniversary(day: date, today: date, before: int, after: int) -> bool:
    for year in (today.year - 1, today.year, today.year + 1):
        if year <= day.year:
            continue
        leaps = day.month == 2 and day.day == 29 and not isleap(year)
        anniversary = date(year, 2, 28) if leaps else date(year, day.month, day.day)
        if -before <= (today - anniversary).days <= after:
            return True
    return False


# --- What happened ----------------------------------------------------------------------------------------


def happened(person: Person, name: str, where: tuple[Where, ...], world: World, now: datetime) -> list[Event]:
    """What lies ahead has not happened yet."""
    return [
        event
        for event in person.events
        if event.name == name
        and event.at <= now
        and all(
            any_passes(values_at(event.properties, each.field.split(".")), each.test, person, world, now)
            for each in where
        )
    ]


def any_passes(values: Iterable[Any], test: Test, person: Person, world: World, now: datetime) -> bool:
    """Any of several values may pass; `NoneOf` and `Known(False)` say that none of them does."""
    zone = world.zone_of(person)
    found = [value for value in values if value is not None and value != "" and not isinstance(value, dict)]
    match test:
        case Known(known):
            return bool(found) is known
        case NoneOf(unwanted):
            return not any_passes(found, OneOf(unwanted), person, world, now)
        case OneOf() | Contains():
            found = [value if isinstance(value, str) else json.dumps(value) for value in found]
        case Yes():
            found = [value for value in found if isinstance(value, bool)]
        case Range():
            found = [str(v) for v in found if isinstance(v, int | float) and not isinstance(v, bool)]
        case OnDays() | DaysAgo() | Anniversary():
            found = [day for value in found if (day := as_day(value)) is not None]
    return any(passes(value, test, person_zone=zone, now=now) for value in found)


def as_day(value: Any) -> date | datetime | None:
    """A text that begins with YYYY-MM-DD and is nothing else, or a moment of ISO 8601.

    A moment without an offset is of the day it names.
    """
    if not isinstance(value, str) or not re.match(r"\d{4}-\d\d-\d\d(T|$)", value):
        return None
    try:
        if len(value) == 10:
            return date.fromisoformat(value)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return moment.date() if moment.tzinfo is None else moment


def values_at(inside_of: Any, path: list[str]) -> Iterator[Any]:
    """What stands at the end of a path; of a list on the way, of each of its members."""
    if isinstance(inside_of, list):
        for member in inside_of:
            yield from values_at(member, path)
    elif not path:
        yield inside_of
    elif isinstance(inside_of, dict) and path[0] in inside_of:
        yield from values_at(inside_of[path[0]], path[1:])


def inside(at: datetime, within: Within, world: World, now: datetime) -> bool:
    if at > now:
        return False
    if within.days is not None:
        return at > now - timedelta(days=within.days)
    if within.hours is not None:
        return at > now - timedelta(hours=within.hours)
    day = at.astimezone(ZoneInfo(world.zone)).date()
    return (within.first is None or day >= within.first) and (within.last is None or day <= within.last)


def in_sequence(
    first: Step,
    then: Step,
    minutes: int,
    did_happen: bool,
    days: int,
    person: Person,
    world: World,
    now: datetime,
) -> bool:
    later = [event.at for event in happened(person, then.event, then.where, world, now)]
    for event in happened(person, first.event, first.where, world, now):
        if not inside(event.at, Within(days=days), world, now):
            continue
        over = event.at + timedelta(minutes=minutes)
        followed = any(event.at < at <= over for at in later)
        if did_happen and followed:
            return True
        if not did_happen and not followed and over <= now:
            return True
    return False


# --- Orders -----------------------------------------------------------------------------------------------


def bought(condition: Bought, person: Person, world: World, now: datetime) -> bool:
    of_lines = [where for where in condition.where if where.field in LINE_FIELDS]
    of_orders = [where for where in condition.where if where.field not in LINE_FIELDS]
    times, amount = 0, 0
    for order in person.orders:
        if order.left <= 0 or order.currency != world.currency:
            continue
        if not inside(order.at, condition.within, world, now):
            continue
        if not _fields_pass(order, of_orders, person, world, now):
            continue
        wanted = [
            place
            for place, line in enumerate(order.lines)
            if _fields_pass(line, of_lines, person, world, now)
        ]
        if not wanted:
            continue
        times += 1
        amount += left_of_lines(order, wanted) if of_lines else order.left
    wanted_sum = condition.amount
    enough = wanted_sum is None or passes(amount, wanted_sum, person_zone=world.zone_of(person), now=now)
    most = condition.at_most
    return enough and times >= condition.at_least and (most is None or times <= most)


def left_of_lines(order: Order, places: list[int]) -> int:
    lines = [order.lines[place] for place in places]
    products = {line.product for line in lines if line.product}
    back = sum(one.amount for one in order.returns if one.line in places)
    back += sum(one.amount for one in order.credits if one.product in products)
    return sum(line.amount for line in lines) - back


def _fields_pass(
    of: Order | Line, wheres: Iterable[Where], person: Person, world: World, now: datetime
) -> bool:
    zone = world.zone_of(person)
    return all(passes(getattr(of, each.field), each.test, person_zone=zone, now=now) for each in wheres)


# --- Segments of segments ---------------------------------------------------------------------------------


def in_segment(number: int, person: Person, world: World, now: datetime) -> bool:
    of = world.segments[number]
    return person.key in of if isinstance(of, set) else holds(of, person, world, now)


def everybody(condition: Condition, world: World, now: datetime) -> set[str]:
    """The keys of all of whom it is true."""
    return {key for key, person in world.people.items() if holds(condition, person, world, now)}
