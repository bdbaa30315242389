"""Which events there are: each domain registers those it records when its app gets ready."""

from __future__ import annotations

import re

from regulars.events.errors import UnknownEvent
from regulars.events.types import EventType

_SNAKE_CASE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_types: dict[str, EventType] = {}


def register(*types: EventType) -> None:
    """Make names known; registering the same again changes nothing.

    Raises ValueError for a name that is not snake case or that is taken with another class.
    """
    for type_ in types:
        if not _SNAKE_CASE.fullmatch(type_.name):
            raise ValueError(f"{type_.name!r} is not in snake case")
        if _types.setdefault(type_.name, type_) != type_:
            raise ValueError(f"the event {type_.name} is registered already, with another class")


def check(type_: EventType) -> None:
    """Raise UnknownEvent unless exactly this type was registered."""
    if _types.get(type_.name) != type_:
        raise UnknownEvent(f"the event {type_.name} is not registered")
