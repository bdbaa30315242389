"""Which details the events of a name carry: found in the latest of them, for nobody keeps a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from regulars.console.wording.happenings_kinds import BROWSING
from regulars.events.models import Event
from regulars.kit.attributes import Kind

LOOKED_AT = 200
"""So many of the latest events tell what details there are."""
PROPERTIES_MAX = 60
EXAMPLES_MAX = 12
_LONG = 60
_MONEY = "_minor"


@dataclass
class Property:
    """A detail by its name; of a list inside an event `products.category`.

    `kind`: what its values look like, None where they differ. `examples`: short texts that occur.
    """

    name: str
    kind: Kind | None = None
    examples: list[str] = field(default_factory=list)


def is_money(name: str) -> bool:
    """Amounts are told in minor units, and their names say so."""
    return name.endswith(_MONEY)


def properties_of(event: str) -> dict[str, Property]:
    """The details of the latest events of this name, in the order in which they were met.

    Where none came yet, those that events of this name usually carry.
    """
    rows = Event.objects.filter(name=event).order_by("-occurred_at").values_list("properties", flat=True)
    found = found_in(rows[:LOOKED_AT])
    return found or {name: Property(name) for name in _usual(event)}


def _usual(event: str) -> tuple[str, ...]:
    if event in {"page_viewed", "screen_viewed"}:
        return ("path", "title")
    if event == "products_searched":
        return ("query",)
    if event in BROWSING and "product" in event:
        return ("name", "category", "brand")
    return ()


def found_in(rows: Iterable[object]) -> dict[str, Property]:
    """All details of these events."""
    kinds: dict[str, set[Kind | None]] = {}
    examples: dict[str, list[str]] = {}
    for row in rows:
        for name, value in _flat(row):
            if name not in kinds and len(kinds) >= PROPERTIES_MAX:
                continue
            kinds.setdefault(name, set()).add(_kind(value))
            shown = examples.setdefault(name, [])
            is_short = isinstance(value, str) and 0 < len(value) <= _LONG
            if is_short and value not in shown and len(shown) < EXAMPLES_MAX:
                shown.append(str(value))
    return {
        name: Property(
            name,
            Kind.MONEY if is_money(name) else next(iter(seen)) if len(seen) == 1 else None,
            sorted(examples[name]),
        )
        for name, seen in kinds.items()
    }


def _flat(row: object) -> Iterator[tuple[str, object]]:
    if not isinstance(row, Mapping):
        return
    for name, value in row.items():
        if not name or "." in name:
            continue
        inner = value if isinstance(value, list) else [value]
        for one in inner[:EXAMPLES_MAX]:
            if isinstance(one, Mapping):
                yield from ((f"{name}.{key}", v) for key, v in one.items() if "." not in key and _plain(v))
            elif _plain(one):
                yield name, one


def _plain(value: object) -> bool:
    return isinstance(value, str | int | float | bool)


def _kind(value: object) -> Kind | None:
    if isinstance(value, bool):
        return Kind.YES_NO
    if isinstance(value, int | float):
        return Kind.NUMBER
    return Kind.TEXT
