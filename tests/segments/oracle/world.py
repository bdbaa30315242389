"""A small world in plain data: people, what they did and bought, and what was said of them. Tests only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
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
class Credit:
    """Money given back, told of by itself; `product`: what was taken back, if that is said."""

    amount: int
    product: str = ""


@dataclass
class Order:
    """`key`: its record's, a dash and a number."""

    key: str
    at: datetime
    lines: list[Line]
    currency: str = RUB
    branch: str = ""
    channel: str = ""
    cancelled: bool = False
    returns: list[Return] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)

    @property
    def left(self) -> int:
        """What is left of its amount after returns; nothing of a cancelled one."""
        if self.cancelled:
            return 0
        back = sum(one.amount for one in self.returns) + sum(one.amount for one in self.credits)
        return sum(line.amount for line in self.lines) - back


@dataclass
class Consent:
    channel: str
    granted: bool
    at: datetime


@dataclass
class Person:
    """What is known of somebody: by one source, or, `World.people`, by all of them together.

    `said`: by name of the trait when the newest word was said, and the word; None took it back.
    """

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


@dataclass
class World:
    """`records`: what each source knows of somebody. `segments`: by its number a condition, or the keys of
    those who were put in it by hand. `merged`: whose record has become somebody else's."""

    zone: str = "Europe/Moscow"
    currency: str = RUB
    records: dict[str, Person] = field(default_factory=dict)
    segments: dict[int, Condition | set[str]] = field(default_factory=dict)
    merged: dict[str, str] = field(default_factory=dict)

    def zone_of(self, person: Person) -> ZoneInfo:
        return ZoneInfo(person.word("timezone") or self.zone)

    def whose(self, key: str) -> str:
        """The key of the person whose record this is by now."""
        return self.merged.get(key, key)

    @property
    def people(self) -> dict[str, Person]:
        """Everybody, with all that their records say together."""
        owners = {self.whose(key) for key in self.records}
        return {owner: self._together(owner) for owner in sorted(owners)}

    def _together(self, owner: str) -> Person:
        records = [record for key, record in self.records.items() if self.whose(key) == owner]
        said: dict[str, tuple[datetime, Any]] = {}
        for record in records:
            for trait, word in record.said.items():
                if trait not in said or said[trait][0] < word[0]:
                    said[trait] = word
        return Person(
            key=owner,
            since=min(record.since for record in records),
            emails={each for record in records for each in record.emails},
            phones={each for record in records for each in record.phones},
            manager=self.records[owner].manager,
            said=said,
            consents=[each for record in records for each in record.consents],
            events=[each for record in records for each in record.events],
            orders=[each for record in records for each in record.orders],
            id=self.records[owner].id,
        )

    def ids(self, keys: Iterable[str]) -> set[int]:
        """The database's numbers of persons."""
        return {self.records[key].id for key in keys}
