"""Which events there are and who reads them: each domain registers its own when its app gets ready."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from regulars.events import rules
from regulars.events.errors import BadName, NoSuchConsumer, ReservedName, UnknownEvent
from regulars.events.types import OUTSIDE_NAME_CHARACTERS_MAX, Consumer, EventClass, EventType

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_types: dict[str, EventType] = {}
_consumers: dict[str, Consumer] = {}


def register(*types: EventType) -> None:
    """Make names known; registering the same again changes nothing.

    Raises ValueError for a name that is not snake case or that is taken with another class.
    """
    for type_ in types:
        if not _SNAKE_CASE.fullmatch(type_.name) or type_.is_outside:
            raise ValueError(f"{type_.name!r} is not a name in snake case of our own")
        if _types.setdefault(type_.name, type_) != type_:
            raise ValueError(f"the event {type_.name} is registered already, with another class")


def check(type_: EventType) -> None:
    """Raise UnknownEvent unless exactly this type was registered, or made by `outside`."""
    if not type_.is_outside and _types.get(type_.name) != type_:
        raise UnknownEvent(f"the event {type_.name} is not registered")


def registered() -> list[EventType]:
    """All types of our own."""
    return list(_types.values())


def outside(name: str, class_: EventClass) -> EventType:
    """The type for a name that an outside system made up, in snake case ("Table Booked": table_booked).

    Raises BadName for one without letters or too long, ReservedName for one that our domains record.
    How many there may be is `services.record`'s to see to.
    """
    folded = rules.snake_case(name)
    if not folded or len(folded) > OUTSIDE_NAME_CHARACTERS_MAX:
        raise BadName(
            _("The name of an event has letters or digits, and at most %(most)s signs.")
            % {"most": OUTSIDE_NAME_CHARACTERS_MAX}
        )
    if folded in _types:
        raise ReservedName(
            _("Events named %(name)s are recorded by Regulars itself; choose another name.")
            % {"name": folded}
        )
    return EventType(folded, class_, is_outside=True)


def register_consumer(consumer: Consumer) -> None:
    """Have somebody read the log; the same name twice is a mistake in the code."""
    if not re.fullmatch(r"[a-z_]+\.[a-z0-9_]+", consumer.name):
        raise ValueError(f"{consumer.name!r} is not <domain>.<what is done>")
    if consumer.name in _consumers:
        raise ValueError(f"the consumer {consumer.name} is registered twice")
    if consumer.batch < 1:
        raise ValueError("a batch has at least one event")
    _consumers[consumer.name] = consumer


def consumers() -> list[Consumer]:
    """All who read the log, lower layers first."""
    return list(_consumers.values())


def consumer(name: str) -> Consumer:
    """The one of that name. Raises NoSuchConsumer."""
    try:
        return _consumers[name]
    except KeyError:
        raise NoSuchConsumer(_("There is no consumer %(name)s.") % {"name": name}) from None


@contextlib.contextmanager
def only_consumers(*those: Consumer) -> Iterator[None]:
    """Within the block nobody else reads the log: for tests and benchmarks."""
    before = dict(_consumers)
    _consumers.clear()
    try:
        for one in those:
            register_consumer(one)
        yield
    finally:
        _consumers.clear()
        _consumers.update(before)
