"""How each field of a part is to be read, decided from its whole columns and, for dates, from all parts."""

from __future__ import annotations

import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass, field

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import cells, dates, findings, fit, kinds, numbers, sql
from regulars.analytics.compute.reading.date_shapes import Form
from regulars.analytics.compute.reading.findings import Source
from regulars.analytics.compute.reading.names import currency_in_name, shown
from regulars.analytics.compute.reading.profile import profile
from regulars.analytics.compute.reading.types import Choice, Choices, Column, Table
from regulars.analytics.errors import InputError

_NUMBERS = ("quantity", "unit_price", "amount", "cost", "points")
_IDS = ("customer_id", "order_id", "product", "channel", "product_id", "return_id", "phone", "card")


@dataclass(frozen=True, slots=True)
class Part:
    """A table with its rows at hand: `number` from 0, `offset` rows come before it."""

    table: Table
    choices: Choices
    source: Source
    number: int
    offset: int

    def column(self, field_name: str, place: int = 0) -> Column | None:
        choice = self.choices.get(field_name)
        return self.table.columns[choice.columns[place]] if choice and place < len(choice.columns) else None

    def columns(self, field_name: str) -> list[Column]:
        choice = self.choices.get(field_name)
        return [self.table.columns[c] for c in choice.columns] if choice else []


@dataclass(slots=True)
class Plan:
    """Everything found out about a part's fields; what is missing needs no treatment."""

    moments: dict[str, dates.DatePlan] = field(default_factory=dict)
    numbers: dict[str, numbers.NumberPlan] = field(default_factory=dict)
    ids: dict[str, findings.Ids] = field(default_factory=dict)
    currency_words: dict[str, str] = field(default_factory=dict)
    currencies_beside: list[str] = field(default_factory=list)
    currency_of_name: str | None = None
    states: list[dict[kinds.Meaning, list[str]] | None] = field(
        default_factory=list
    )  # None: a flag or a date
    cancelled_mark: str | None = None


def check_timezone(con: duckdb.DuckDBPyConnection, name: str) -> None:
    try:
        zoneinfo.ZoneInfo(name)
        con.execute(f"SELECT timezone({sql.text(name)}, TIMESTAMPTZ '2024-01-01 00:00:00+00')").fetchall()
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError, duckdb.Error) as error:
        raise InputError(
            "unknown_timezone",
            _("There is no time zone “%(name)s”. Write it like Europe/Moscow.") % {"name": shown(name)},
        ) from error


def make(con: duckdb.DuckDBPyConnection, parts: Sequence[Part], moment: str) -> list[Plan]:
    """One plan for each part; `moment` is the field of dates. `InputError` where dates stay open."""
    plans = [_plan(con, part) for part in parts]
    for part_plan, date_plan in zip(plans, _date_plans(con, parts, moment), strict=True):
        if date_plan is not None:
            part_plan.moments[moment] = date_plan
    return plans


def _plan(con: duckdb.DuckDBPyConnection, part: Part) -> Plan:
    plan = Plan()
    found = {f: findings.marks(con, part.source, c) for f in _NUMBERS if (c := part.column(f))}
    for name, marks in found.items():
        others = [m for f, m in found.items() if f != name]
        by_program = part.table.delimiter in {None, ","}
        plan.numbers[name] = numbers.decide(marks, others, is_money=name != "quantity", by_program=by_program)
    plan.ids = {f: findings.ids(con, part.source, c) for f in _IDS if (c := part.column(f))}
    if order := part.column("order_id"):
        plan.cancelled_mark = findings.cancelled_mark(con, part.source, order)
    _plan_currency(con, part, plan)
    for index, column in enumerate(part.columns("status")):
        sample = part.table.sample[part.choices["status"].columns[index]]
        is_flag = fit.cancelled(profile(sample), 0) > 0 or cells.is_moment(column) or column.type == "BOOLEAN"
        words = findings.words(con, part.source.relation, column) if not is_flag else []
        plan.states.append(None if is_flag else findings.states(words))
    return plan


def _plan_currency(con: duckdb.DuckDBPyConnection, part: Part, plan: Plan) -> None:
    if column := part.column("currency"):
        plan.currency_words = findings.currency_codes(findings.words(con, part.source.relation, column))
        return
    money = part.column("amount") or part.column("unit_price")
    if money is not None:
        plan.currencies_beside = findings.currencies_in(con, part.source, money)
        plan.currency_of_name = currency_in_name(money.name)


def _date_plans(
    con: duckdb.DuckDBPyConnection, parts: Sequence[Part], moment: str
) -> list[dates.DatePlan | None]:
    forms: list[list[Form] | None] = []
    evidence: list[dict[dates.Group, dates.Evidence]] = []
    for part in parts:
        column, choice = part.column(moment), part.choices.get(moment)
        if column is None or choice is None or choice.format or cells.is_moment(column):
            forms.append(None)
            evidence.append({})
            continue
        own = findings.date_forms(con, part.source, column)
        forms.append(own)
        evidence.append(findings.order_evidence(con, part.source, column, own))
    everywhere = _together(evidence)
    plans: list[dates.DatePlan | None] = []
    for part, own_forms, own_evidence in zip(parts, forms, evidence, strict=True):
        if own_forms is None:
            plans.append(_given(con, part.choices.get(moment)))
            continue
        orders: dict[dates.Group, dates.Order] = {}
        for group, seen in own_evidence.items():
            order = dates.settle(group, seen, everywhere[group])
            if order is None:
                raise _open_order(part, moment, [f for f in own_forms if f.order_group == group])
            orders[group] = order
        plans.append(dates.plan(own_forms, orders))
    return plans


def _together(evidence: Sequence[dict[dates.Group, dates.Evidence]]) -> dict[dates.Group, dates.Evidence]:
    total: dict[dates.Group, dates.Evidence] = {}
    for found in evidence:
        for group, seen in found.items():
            total[group] = total.get(group, dates.Evidence()) + seen
    return total


def _given(con: duckdb.DuckDBPyConnection, choice: Choice | None) -> dates.DatePlan | None:
    if choice is None or choice.format is None:
        return None
    plan = dates.plan_of_format(choice.format)
    try:
        con.execute(f"SELECT {dates.timestamp_sql('NULL::VARCHAR', plan, 'UTC')}").fetchall()
    except duckdb.Error as error:
        raise InputError(
            "bad_format",
            _("“%(format)s” is no format of dates. Write it like %%d.%%m.%%Y or %%m/%%d/%%Y %%H:%%M.")
            % {"format": shown(choice.format)},
        ) from error
    return plan


def _open_order(part: Part, moment: str, forms: Sequence[Form]) -> InputError:
    column = part.column(moment)
    example = next((v for v in part.table.sample[part.choices[moment].columns[0]] if v.strip()), "")
    prefix = "costs." if moment == "day" else ""
    return InputError(
        "open_date_order",
        _(
            "The dates in column “%(column)s” of %(name)s can be read both as day first and as month first "
            "(for example “%(value)s”), and nothing in the data tells which. Say it with "
            '--map "%(field)s=%(column)s:%(day)s" or --map "%(field)s=%(column)s:%(month)s".'
        )
        % {
            "column": shown(column.name if column else ""),
            "name": part.table.name,
            "value": shown(example),
            "field": prefix + moment,
            "day": dates.filled(forms[0], "dmy"),
            "month": dates.filled(forms[0], "mdy"),
        },
        field=prefix + moment,
        column=column.name if column else "",
        value=shown(example),
    )
