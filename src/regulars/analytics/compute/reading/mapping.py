"""Which column is which field of an order: by name, by content, and by what the person said."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from regulars.analytics.compute.reading import amounts, missing, overrides
from regulars.analytics.compute.reading.blanks import tidy
from regulars.analytics.compute.reading.candidates import Candidate, Candidates
from regulars.analytics.compute.reading.kinds import meaning_of
from regulars.analytics.compute.reading.recognition import ORDER_ROLES, is_other_moment
from regulars.analytics.compute.reading.types import Choice, Choices, Table, TextContent
from regulars.analytics.types import Note

# Taken in this order of certainty where a column could be two things; amounts are weighed apart.
_SIMPLE_ROLES = (
    "ordered_at", "order_id", "customer_id", "time", "currency", "quantity", "unit_price", "product",
    "category", "channel", "branch",
)  # fmt: skip
_TOTALS = ("line_total", "amount", "order_total")
_BARE_ID = 30  # the score of plain "id" as a customer's: only where the data say so
_BARE_ORDER_ID = 55  # the same as an order's; names that say more are believed
_BARE_NAME = 40  # the score of plain "name" as a product's: only beside a quantity or a price
_CLOCK = re.compile(r"[ T,]*\d{1,2}:.*$")
_INHERITED = ("customer_id", "ordered_at", "currency", "status", "channel", "branch")
_NEARLY_ALL = 0.9


@dataclass(frozen=True, slots=True)
class Mapped:
    """`once`: the amount is the order's total, counted on one line of it. `inherited`: fields that are
    written on the first line of an order only and hold for all of them."""

    choices: Choices
    once: bool
    inherited: frozenset[str]
    notes: tuple[Note, ...] = ()

    def shown(self, table: Table) -> dict[str, str]:
        return {
            field: overrides.JOINED.join(table.columns[c].name for c in choice.columns)
            for field, choice in self.choices.items()
        }


def choose(table: Table, said: Choices) -> Mapped:
    """The fields of a part; `InputError` where the customer, the moment or the amount cannot be found."""
    taken = {c for choice in said.values() for c in choice.columns}
    found = Candidates(table, ORDER_ROLES, taken)
    choices: Choices = {field: choice for field, choice in said.items() if choice.columns}
    left_out = {field for field, choice in said.items() if not choice.columns}
    _assign(found, choices, left_out)
    _recognise_bare_id(found, choices, left_out)
    _add_status(found, choices, left_out)
    missing.require(found, choices)
    amount = _add_amount(found, choices, left_out)
    ordered = {field: choices[field] for field in overrides.ORDER_FIELDS if field in choices}
    notes = []
    if amount.unused is not None:
        notes.append(_note("order_total_unused", table, amount.unused))
    if amount.once and amount.column is not None:
        notes.append(_note("order_total_once", table, amount.column))
    return Mapped(ordered, amount.once, _inherited(table, ordered), tuple(notes))


def _note(code: str, table: Table, column: int) -> Note:
    return Note(code=code, facts={"name": table.name, "column": table.columns[column].name})


def _assign(found: Candidates, choices: Choices, left_out: set[str]) -> None:
    """The best pair of field and column first, until nothing is left."""
    time: Candidate | None = None
    open_roles = {r for r in _SIMPLE_ROLES if r not in choices and r not in left_out}
    for candidate in found.all:
        role, column = candidate.role, candidate.column
        if role not in open_roles or column in found.taken:
            continue
        if role == "customer_id" and candidate.name_score <= _BARE_ID:
            continue
        if (
            role == "order_id"
            and candidate.name_score <= _BARE_ORDER_ID
            and _spans_days(found, column, choices)
        ):
            continue
        if role == "product" and candidate.name_score <= _BARE_NAME and not _has_lines(choices, found):
            continue
        if role == "time":
            time = candidate
        else:
            choices[role] = Choice((column,))
        open_roles.discard(role)
        found.take(candidate)
    if "ordered_at" in open_roles and (only := _only_dates(found)) is not None:
        choices["ordered_at"] = Choice((only,))
        found.taken.add(only)
    moment = choices.get("ordered_at")
    if (
        time
        and moment
        and len(moment.columns) == 1
        and not moment.format
        and _has_no_time(found, moment.columns[0])
    ):
        choices["ordered_at"] = Choice((*moment.columns, time.column), forced=moment.forced)


def _has_lines(choices: Choices, found: Candidates) -> bool:
    """Whether rows are lines of orders; the columns that say so have surer names, so they came first."""
    return "quantity" in choices or "unit_price" in choices or bool(found.of("quantity", "unit_price"))


def _only_dates(found: Candidates) -> int | None:
    """A column of dates under a name nobody knows, if it is the only one of dates."""
    dates = [i for i, p in enumerate(found.profiles) if p.written_dates > 0.9 and i not in found.taken]
    if len(dates) != 1 or is_other_moment(found.table.columns[dates[0]].name):
        return None
    return dates[0]


def _has_no_time(found: Candidates, column: int) -> bool:
    """Either there is no time in it, or it is midnight everywhere."""
    values = [v for v in found.table.sample[column] if v.strip()]
    return all(":" not in v or "00:00" in v for v in values)


def _spans_days(found: Candidates, column: int, choices: Choices) -> bool:
    """An id that comes back on other days is a customer's, not an order's."""
    dated = choices.get("ordered_at")
    best = found.best("ordered_at")
    place = dated.columns[0] if dated else best.column if best else _only_dates(found)
    if place is None:
        return False
    moments = found.table.sample[place]
    days: dict[str, set[str]] = defaultdict(set)
    times: dict[str, int] = defaultdict(int)
    for value, moment in zip(found.table.sample[column], moments, strict=True):
        if (key := tidy(value)) is not None and moment.strip():
            days[key].add(_CLOCK.sub("", moment.strip()))
            times[key] += 1
    repeated = [key for key, count in times.items() if count > 1]
    return len(repeated) >= 2 and sum(len(days[k]) > 1 for k in repeated) > 0.5 * len(repeated)


def _recognise_bare_id(found: Candidates, choices: Choices, left_out: set[str]) -> None:
    if "customer_id" in choices or "customer_id" in left_out:
        return
    for candidate in found.of("customer_id"):
        if _spans_days(found, candidate.column, choices):
            choices["customer_id"] = Choice((candidate.column,))
            found.take(candidate)
            return


def _add_status(found: Candidates, choices: Choices, left_out: set[str]) -> None:
    """The order's state; a state of payment, a type of row or a date of cancelling may stand beside it."""
    if "status" in choices or "status" in left_out:
        return
    columns: list[int] = []
    if best := next(iter(found.of("status")), None):
        columns.append(best.column)
    for other in found.of("status", "status_like"):
        if other.column not in columns and _tells(found, other.column) and len(columns) < 3:
            columns.append(other.column)
    if flag := next((c for c in found.of("cancelled") if c.column not in columns), None):
        columns.append(flag.column)
    if columns:
        choices["status"] = Choice(tuple(columns))
        found.taken.update(columns)


def _tells(found: Candidates, column: int) -> bool:
    return any(meaning_of(v) in {"void", "credit"} for v in set(found.table.sample[column]))


def _add_amount(found: Candidates, choices: Choices, left_out: set[str]) -> amounts.Amount:
    forced = choices.get("amount")
    price = choices.get("unit_price")
    if forced:
        totals = [amounts.Candidate(forced.columns[0], "amount", 100, 1.0, forced=True)]
    elif "amount" in left_out or (price and price.forced):
        totals = []
    else:
        totals = [
            amounts.Candidate(c.column, c.role, c.score, found.profiles[c.column].filled)  # type: ignore[arg-type]
            for c in found.of(*_TOTALS)
        ]
    sample = found.table.sample
    position = {field: choices[field].columns[0] for field in choices}
    lines = amounts.lines_of(
        sample, *(position.get(f) for f in ("order_id", "product", "unit_price", "quantity"))
    )
    filled = found.profiles[position["unit_price"]].filled if price else 0.0
    amount = amounts.choose(totals, price is not None, filled, lines, sample)
    if amount is None:
        raise missing.no_amount(found)
    if amount.column is not None:
        choices["amount"] = Choice((amount.column,), forced=bool(forced))
    return amount


def _inherited(table: Table, choices: Choices) -> frozenset[str]:
    """Status and currency of a text hold for the whole order wherever they are blank; other fields, and
    those of Parquet, only where the file leaves them blank on all following lines, as a habit."""
    order = choices.get("order_id")
    if order is None:
        return frozenset()
    lines = amounts.lines_of(table.sample, order.columns[0], None, None, None)
    fields = {
        field
        for field in _INHERITED
        if (choice := choices.get(field))
        and _is_on_first_lines(lines.orders, table.sample[choice.columns[0]])
    }
    if isinstance(table.content, TextContent):
        fields |= {f for f in ("status", "currency") if f in choices}
    return frozenset(fields)


def _is_on_first_lines(orders: Sequence[Sequence[int]], values: Sequence[str]) -> bool:
    following = [values[r] for rows in orders for r in rows[1:]]
    firsts = [values[rows[0]] for rows in orders]
    if not following:
        return False
    blank = sum(tidy(v) is None for v in following) / len(following)
    filled = sum(tidy(v) is not None for v in firsts) / len(firsts)
    return blank >= _NEARLY_ALL and filled >= _NEARLY_ALL
