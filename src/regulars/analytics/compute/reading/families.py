"""Which parts are read: every file that was named, and of a workbook or an archive those of one shape."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.names import squash
from regulars.analytics.compute.reading.notes import left_out
from regulars.analytics.compute.reading.types import Table
from regulars.analytics.errors import InputError
from regulars.analytics.types import Note

# What makes two sheets alike; a comment more or less does not matter.
_ESSENTIAL = (
    "customer_id", "order_id", "ordered_at", "amount", "unit_price", "quantity", "channel", "day", "cost",
    "name", "returned_at",
)  # fmt: skip
_INTERCHANGEABLE = frozenset({"channel"})  # essential for costs only

Shape = tuple[tuple[str, str], ...]
Chosen = list[tuple[Table, Mapped]]


def select(tables: Sequence[Table], choose: Callable[[Table], Mapped]) -> tuple[Chosen, list[Note]]:
    """The parts to read, in their order, and notes of those that were left out."""
    families: dict[str, list[Table]] = defaultdict(list)
    for table in tables:
        if table.family is not None:
            families[table.family].append(table)
    of_families: dict[str, Mapped | None] = {}
    for family in families.values():
        of_families.update(_of_family(family, choose))
    chosen: Chosen = []
    notes: list[Note] = []
    for table in tables:
        mapped = choose(table) if table.family is None else of_families[table.name]
        if mapped is None:
            notes += left_out([table.name])
        else:
            chosen.append((table, mapped))
    return chosen, notes


def _of_family(family: Sequence[Table], choose: Callable[[Table], Mapped]) -> dict[str, Mapped | None]:
    """Of several shapes, the one that most of the content has."""
    by_shape: dict[Shape, list[tuple[Table, Mapped]]] = defaultdict(list)
    errors: list[tuple[int, InputError]] = []
    for table in family:
        try:
            mapped = choose(table)
        except InputError as error:
            errors.append((table.size, error))
        else:
            by_shape[_shape(table, mapped)].append((table, mapped))
    if not by_shape:
        raise max(errors, key=lambda e: e[0])[1]
    largest = max(by_shape.values(), key=lambda group: sum(table.size for table, _ in group))
    found: dict[str, Mapped | None] = {table.name: None for table in family}
    found.update({table.name: mapped for table, mapped in largest})
    return found


def _shape(table: Table, mapped: Mapped) -> Shape:
    shown = mapped.shown(table)
    is_costs = "cost" in shown
    fields = [f for f in _ESSENTIAL if f in shown and (is_costs or f not in _INTERCHANGEABLE)]
    return tuple((field, squash(shown[field])) for field in fields)
