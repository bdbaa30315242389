"""What an event has to be like to count: rows of property, comparison and value, as the segment builder
knows them. The rows are read as a condition of that language, which also says what is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from django import forms
from django.utils.translation import gettext as _

from regulars.console.segment_builder.drafts import Draft, Kind, Node
from regulars.console.segment_builder.making import Maker
from regulars.console.segment_builder.offers import OTHER_FIELD, Offers, Option, Options
from regulars.console.segment_builder.reading import Reader
from regulars.console.segment_builder.ways import NAMES, Way
from regulars.kit.attributes import Kind as ValueKind
from regulars.kit.documents import Condition
from regulars.segments.rules import check, parse
from regulars.segments.types import AllOf, Did

LEFT_OUT = "-"
"""Chosen in place of the property of a row that is not to be asked for any more."""
ROWS_MAX = 10
VALUES_MAX = 50
LENGTH_MAX = 200
BLANK_VALUES = 2
"""Fields offered for values beyond those there are: two, as a range needs."""
SLOTS: Mapping[str, tuple[str, ...]] = {
    Way.CONTAINS: ("text",),
    Way.AT_LEAST: ("low",),
    Way.AT_MOST: ("high",),
    Way.BETWEEN: ("low", "high"),
    Way.EXACTLY: ("low",),
    Way.LAST_DAYS: ("high",),
    Way.DAYS_AGO: ("low",),
    Way.NEXT_DAYS: ("low",),
    Way.DAYS_BETWEEN: ("low", "high"),
    Way.ANNIVERSARY: ("low", "high"),
    Way.ON_DAYS: ("first", "last"),
}
"""What the values of a row are, by the comparison; of a list all of them are values."""
_LISTS: frozenset[str] = frozenset({Way.ONE_OF, Way.NONE_OF})
_OF_DAYS: frozenset[str] = frozenset(
    {Way.LAST_DAYS, Way.DAYS_AGO, Way.NEXT_DAYS, Way.DAYS_BETWEEN, Way.ANNIVERSARY, Way.ON_DAYS}
)
"""Offered only where one is chosen already: events tell days in too many ways."""


@dataclass(frozen=True)
class Row:
    """A row as it was written. `number`: of its fields; it stays the same while rows come and go, as a page
    that is drawn anew keeps what was chosen in a field of the same name."""

    number: int
    name: str = ""
    way: str = ""
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class ShownRow:
    """A row as the page draws it. `sign`: of the currency, where the property is an amount."""

    prefix: str
    name: str
    way: str
    values: tuple[str, ...]
    names: Sequence[Options]
    ways: tuple[Option, ...]
    hints: tuple[str, ...]
    is_money: bool
    error: str


@dataclass
class Made:
    """The tests the rows come to, as JSON, and what is wrong: with the event, and by the place of the row."""

    where: tuple[Condition, ...] = ()
    event: str = ""
    wrong: dict[int, str] = field(default_factory=dict)


class Tests(forms.Widget):
    """Reads rows out of a form: `where-0-name`, `where-0-way`, and several `where-0-value`."""

    def value_from_datadict(self, data: Any, _files: Any, name: str) -> list[Row]:
        asked = (re.fullmatch(rf"{name}-(\d{{1,3}})-\w+", key) for key in data)
        numbers = sorted({int(found[1]) for found in asked if found})
        rows = [_row(data, number, f"{name}-{number}") for number in numbers[: ROWS_MAX * 2]]
        return [row for row in rows if row.name != LEFT_OUT and (row.name or any(row.values))]


class TestsField(forms.Field):
    """Rows as they were written; what they come to depends on the event (`made_of`)."""

    widget = Tests
    shown_as = "tests"

    def clean(self, value: Any) -> list[Row]:
        return list(value or ())


def made_of(event: str, rows: Iterable[Row], offers: Offers, currency: str) -> Made:
    """The tests of an event's properties that the rows come to."""
    kept = list(rows)
    draft, nodes = _draft(event, kept, offers)
    maker = Maker(currency=currency, kind_of=offers.kind_of)
    made = maker.make(draft)
    found = Made()
    for finding in made.findings:
        if finding.node in nodes:
            found.wrong.setdefault(nodes[finding.node], finding.message)
    match made.condition:
        case AllOf((Did() as did,)) if not found.wrong:
            wrongs = check(made.condition, attributes={}, relations={}, segments=())
            for wrong in made.at(wrongs):
                if wrong.node in nodes:
                    found.wrong.setdefault(nodes[wrong.node], wrong.message)
                else:
                    found.event = wrong.message
            found.where = tuple(msgspec.to_builtins(each) for each in did.where)
    return found


def rows_of(event: str, where: Sequence[Condition], offers: Offers, currency: str) -> list[Row]:
    """The rows that say these tests."""
    if not where:
        return []
    condition = parse({"node": "event", "event": event, "where": list(where)})
    root = Reader(currency=currency, kind_of=offers.kind_of).read(condition).root
    return [
        Row(
            place,
            node["field"],
            node["way"],
            tuple(node.values) or tuple(node[slot] for slot in SLOTS.get(node["way"], ())),
        )
        for place, node in enumerate(root.children[0].children)
    ]


def shown_rows(event: str, rows: Sequence[Row], offers: Offers, wrong: Mapping[int, str]) -> list[ShownRow]:
    """The rows with what can be chosen in them, and an empty one to add to them."""
    blank = [Row(max((row.number for row in rows), default=-1) + 1)] if len(rows) < ROWS_MAX else []
    return [
        _shown(f"where-{row.number}", event, row, offers, wrong.get(place, ""))
        for place, row in enumerate([*rows, *blank])
    ]


def _row(data: Any, number: int, prefix: str) -> Row:
    chosen, other = (_text(data.get(f"{prefix}-{part}", "")) for part in ("name", "other"))
    several = data.getlist(f"{prefix}-value") if hasattr(data, "getlist") else data.get(f"{prefix}-value", [])
    values = [several] if isinstance(several, str) else list(several)
    return Row(
        number,
        (other or OTHER_FIELD) if chosen == OTHER_FIELD else chosen,
        _text(data.get(f"{prefix}-way", "")),
        tuple(_text(value) for value in values[:VALUES_MAX]),
    )


def _text(value: object) -> str:
    return str(value).replace("\x00", "").strip()[:LENGTH_MAX]


def _draft(event: str, rows: Sequence[Row], offers: Offers) -> tuple[Draft, dict[int, int]]:
    """The rows as the segment builder has them; and the place of each by the id of its node."""
    draft = Draft.empty()
    did = Node(draft.new_id(), Kind.EVENT, {"event": event, "times": "at_least", "low": "1", "when": "ever"})
    draft.root.children.append(did)
    nodes = {}
    for place, row in enumerate(rows):
        node = _node(draft.new_id(), row)
        nodes[node.id] = place
        did.children.append(node)
    offers.settle(draft)
    for node, row in zip(did.children, rows, strict=True):
        _fill(node, row.values)
    return draft, nodes


def _node(id_: int, row: Row) -> Node:
    name = "" if row.name == OTHER_FIELD else row.name
    return Node(id_, Kind.DETAIL, {"field": name, "way": row.way})


def _fill(node: Node, values: Sequence[str]) -> None:
    way = node["way"]
    if way in _LISTS:
        node.values = list(dict.fromkeys(value for value in values if value))
    node.said |= dict(zip(SLOTS.get(way, ()), values, strict=False))


def _shown(prefix: str, event: str, row: Row, offers: Offers, error: str) -> ShownRow:
    node = _node(0, row)
    is_other = row.name == OTHER_FIELD
    offered = offers.ways(node, Kind.EVENT, event)
    ways = [way for way in offered if way not in _OF_DAYS or way == row.way]
    filled = [value for value in row.values if value] if row.way in _LISTS else list(row.values)
    met = offers.properties(event).get(row.name)
    choices = [Option(way, str(NAMES[way])) for way in ways]
    if not row.name:  # once it is said what of, the first comparison that suits it stands there
        choices.insert(0, Option("", _("Choose…")))
    return ShownRow(
        prefix=prefix,
        name=row.name,
        way=row.way if row.way in ways or not row.name else ways[0],
        values=(*filled, *[""] * max(1 if row.way in _LISTS else 0, BLANK_VALUES - len(filled))),
        names=offers.field_options(Kind.EVENT, event, row.name),
        ways=tuple(choices),
        hints=tuple(met.examples) if met and not is_other else (),
        is_money=offers.kind_of(node, Kind.EVENT) is ValueKind.MONEY,
        error=error,
    )
