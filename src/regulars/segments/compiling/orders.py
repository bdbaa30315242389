"""Rows of a relation that happened at moments, above all orders, in SQL."""

from __future__ import annotations

from regulars.kit.attributes import Relation
from regulars.segments.compiling.asking import Asking, Source
from regulars.segments.compiling.happenings import ZONE, ZONES, dated, so_many
from regulars.segments.compiling.passing import in_range, passes
from regulars.segments.compiling.windows import bounds
from regulars.segments.types import Bought

ORDERS, LINES = "orders", "order_lines"
"""The relations of orders and of what is in them, which commerce registers. Lines have `order_id` and the
fields of the order too, and `is_sold`, false for what was given back of them; both have `amount_minor`."""


def source(asking: Asking, relation: Relation, *, with_zones: bool = False) -> Source:
    """The rows of a relation that have happened."""

    def make(alias: str) -> Source:
        rows = f"({asking.filled(relation.query)}) AS of_relation"
        if with_zones:
            rows += ZONES.format(person="person_id")
        return Source(rows, "at", alias, [f"at <= {asking.moment(asking.now)}"])

    return asking.join(("relation", relation.name, str(with_zones)), make)


def bought(asking: Asking, condition: Bought) -> str:
    """So many orders that come to so much."""
    relation = of_what(asking, condition)
    found = source(asking, relation, with_zones=dated(condition.where))
    calendar = asking.calendar_of(ZONE)
    fields = [(relation.fields[each.field], each.test) for each in condition.where]
    filters = [passes(f.column.replace("%", "%%"), f.kind, test, calendar, asking.now) for f, test in fields]
    if relation.name == LINES and condition.amount is None:
        filters.append("is_sold")  # what was given back is not even read then
    within = bounds(asking, "at", condition.within, *filters)
    enough = []
    if condition.at_least > 0 or condition.at_most is not None:
        # Whether there is one at all is known without telling the lines' orders apart.
        one_will_do = condition.at_least <= 1 and not condition.at_most
        each = "count(*)" if relation.name == ORDERS or one_will_do else "count(DISTINCT order_id)"
        enough.append(so_many(asking, found.column(each, within), condition.at_least, condition.at_most))
    if condition.amount is not None:
        sum_ = f"coalesce({found.column('sum(amount_minor)', within)}, 0)"
        enough.append(in_range(sum_, condition.amount, asking.values))
    return f"({' AND '.join(enough) or 'true'})"


def of_what(asking: Asking, condition: Bought) -> Relation:
    """Lines, if one of the tests is of them, else orders."""
    relations = asking.known.relations
    own = relations[ORDERS].fields
    return relations[ORDERS if all(each.field in own for each in condition.where) else LINES]
