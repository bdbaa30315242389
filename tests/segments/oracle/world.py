"""A small world in plain data: people, what they did and bought, and what was said of them. Tests only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from regulars.segments.types import Condition

RUB = "RUB"


@dataclass
class Event:
    name: str
    at: datetime
    properties: dict[str, Any] = field(default_factory=dict)


@dataclass
class Line:
    """`product` as conditions name it; category and brand are those of the product."""

    amount: int
    product: str = ""
    category: str = ""
    brand: str = ""


@dataclass
class Return:
    """Money given back, of a line (from 0) or of the order as a whole."""

    at: datetime
    amount: int
    line: int | None = None


@dataclass
class Order:
    key: str
    at: datetime
    lines: list[Line]
    currency: str = RUB
    branch: str = ""
    channel: str = ""
    cancelled: bool = False
    returns: list[Return] = field(default_factory=list)

    @property
    def left(self) -> int:
        """What is left of its amount after returns; nothing of a cancelled one."""
        if self.cancelled:
            return 0
        return sum(line.amount for line in self.lines) - sum(back.amount for back in self.returns)


@dataclass
class Consent:
    channel: str
    granted: bool
    at: datetime


@dataclass
class Person:
    """`said`: by name of the trait when the newest word was said, and the word; None took it back."""

    key: str
    since: datetime
    emails: set[str] = field(default_factory=set)
    phones: set[str] = field(default_factory=set)
    manager: int | None = None
    said: dict[str, tuple[datetime, Any]] = field(default_factory=dict)
    consents: list[Consent] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    id: int = 0
    """What the database calls them; known once they are written."""

    def word(self, name: str) -> Any:
        """What holds of them; None: nothing is known."""
        return self.said.get(name, (None, None))[1]

    @property
    def birthday(self) -> date | None:
        told = self.word("birthday")
        return None if told is None else date.fromisoformat(told)


@dataclass
class World:
    """`segments`: by its number a condition, or the keys of those who were put in it by hand.

    `gone`: who became whom by merging.
    """

    zone: str = "Europe/Moscow"
    currency: str = RUB
    people: dict[str, Person] = field(default_factory=dict)
    segments: dict[int, Condition | set[str]] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)

    def zone_of(self, person: Person) -> ZoneInfo:
        return ZoneInfo(person.word("timezone") or self.zone)

    def person(self, key: str) -> Person:
        """Whoever they are by now."""
        while key in self.gone:
            key = self.gone[key]
        return self.people[key]

    def ids(self, keys: Iterable[str]) -> set[int]:
        return {self.people[key].id for key in keys}
