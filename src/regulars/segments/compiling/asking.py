"""One question put together: the tables it looks into, each once, and what is bound."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from typing import TypeVar, cast

from regulars.kit.attributes import Attribute, Relation
from regulars.segments.compiling.calendar import Calendar
from regulars.segments.compiling.moments import ROW, Moment, OfRow
from regulars.segments.compiling.statements import Values
from regulars.segments.compiling.surroundings import Surroundings

EVERYBODY = "customers"
"""The relation that has exactly one row for everybody in facts_customers, and their `timezone`."""

_SLOT = re.compile(r"\{(?:scope:(?P<column>[\w.]+)|(?P<currency>currency)|(?P<now>now))\}")


@dataclass(frozen=True)
class Known:
    """What there is to ask about."""

    surroundings: Surroundings
    attributes: Mapping[str, Attribute]
    relations: Mapping[str, Relation]


@dataclass(frozen=True)
class Bounds:
    """Rows of a table that count for one leaf. `filter` is SQL; `since` a moment they are all later than,
    where it is the same for whoever asks."""

    filter: str = ""
    since: datetime | None = None


@dataclass
class Source:
    """A sub-select of rows that happened at moments, one row a person, for all leaves that ask it.

    `rows` gives columns person_id, those that aggregates name, and those of filters. `at` is its moment.
    """

    rows: str
    at: str
    alias: str
    where: list[str]
    columns: dict[tuple[str, str], str] = field(default_factory=dict)
    since: list[datetime | None] = field(default_factory=list)

    def column(self, aggregate: str, bounds: Bounds = Bounds()) -> str:
        """The name by which the whole question knows an aggregate of the rows that count."""
        self.since.append(bounds.since)
        name = self.columns.setdefault((aggregate, bounds.filter), f"a{len(self.columns)}")
        return f"{self.alias}.{name}"

    def joined(self, person: str, values: Values) -> str:
        """The join. What is true of all rows that count is a condition before grouping."""
        filters = {filter_ for _, filter_ in self.columns}
        where = list(self.where)
        if len(filters) == 1:
            where += filter(None, filters)
        elif None not in self.since:
            earliest = min(moment for moment in self.since if moment is not None)
            where.append(f"{self.at} >= {values.bind(earliest, 'timestamptz')}")
        columns = ", ".join(
            f"{aggregate}{f' FILTER (WHERE {filter_})' if filter_ and len(filters) > 1 else ''} AS {name}"
            for (aggregate, filter_), name in self.columns.items()
        )
        return (  # values are bound
            f"LEFT JOIN (SELECT person_id, {columns} FROM {self.rows} WHERE {' AND '.join(where)}"  # noqa: S608
            f" GROUP BY person_id) AS {self.alias} ON {self.alias}.person_id = {person}"
        )


@dataclass
class Rows:
    """A relation with one row a person, and the expressions over it that are asked for."""

    query: str
    alias: str
    columns: dict[str, str] = field(default_factory=dict)

    def column(self, expression: str) -> str:
        """The name by which the whole question knows an expression over the relation's columns."""
        name = self.columns.setdefault(expression, f"a{len(self.columns)}")
        return f"{self.alias}.{name}"

    def select(self, *columns: str) -> str:
        """The relation with these columns of its own and all expressions."""
        asked = [f"{expression} AS {name}" for expression, name in self.columns.items()]
        return f"SELECT {', '.join([*columns, *asked])} FROM ({self.query}) AS of_relation"  # noqa: S608

    def joined(self, person: str, values: Values) -> str:
        """The join."""
        return f"LEFT JOIN ({self.select('person_id')}) AS {self.alias} ON {self.alias}.person_id = {person}"


@dataclass
class Written:
    """A join that is not added to."""

    alias: str
    join: str

    def joined(self, person: str, values: Values) -> str:
        """The join."""
        return self.join


Join = TypeVar("Join", Source, Rows, Written)


@dataclass
class Asking:
    """A question as of `now`: about everybody, or about these persons, whose profiles are these.

    With a moment `OfRow` it is asked by rows, about the person of each, and stands beside them.
    """

    known: Known
    now: Moment
    among: tuple[Sequence[int], Sequence[int]] | None = None
    values: Values = field(default_factory=Values)
    joins: dict[tuple[str, ...], Source | Rows | Written] = field(default_factory=dict)

    @cached_property
    def everybody(self) -> Rows:
        """The rows `u`, one for each person there is: the relation of that name, or else the bare view."""
        own = self.known.relations.get(EVERYBODY)
        return Rows(self.filled(own.query) if own else "SELECT * FROM facts_customers", "u")

    def rows(self, relation: Relation) -> Rows:
        """A relation with one row a person; that of everybody need not be joined to itself."""
        if relation.name == EVERYBODY:
            return self.everybody
        return self.join(("rows", relation.name), partial(Rows, self.filled(relation.query)))

    @cached_property
    def calendar(self) -> Calendar:
        """Of the person who is asked about."""
        return self.calendar_of("u.timezone")

    def calendar_of(self, zone: str) -> Calendar:
        return Calendar(zone, self.values, self.known.surroundings)

    def moment(self, moment: Moment) -> str:
        return moment.sql if isinstance(moment, OfRow) else self.values.bind(moment, "timestamptz")

    def scope(self, column: str) -> str:
        """A condition on a column of profiles' ids."""
        if isinstance(self.now, OfRow):
            return f"{column} = ANY({ROW}.profiles)"
        if self.among is None:
            return "true"
        return f"{column} = ANY({self.values.bind(list(self.among[1]), 'bigint[]')})"

    def filled(self, query: str) -> str:
        """A registered query with its braces filled."""

        def fill(slot: re.Match[str]) -> str:
            if slot["column"]:
                return self.scope(slot["column"])
            if slot["currency"]:
                return self.values.bind(self.known.surroundings.currency, "text")
            return self.moment(self.now)

        return _SLOT.sub(fill, query.replace("%", "%%"))

    def join(self, key: tuple[str, ...], make: Callable[[str], Join]) -> Join:
        """The join of a key, which is unlike those of all other kinds; made with an alias when first used."""
        if key not in self.joins:
            self.joins[key] = make(f"j{len(self.joins)}")
        return cast(Join, self.joins[key])

    def statement_of(self, condition: str) -> str:
        """Who fulfils a condition over what was joined."""
        joins = [join.joined("u.person_id", self.values) for join in self.joins.values()]
        where = [condition]
        if isinstance(self.now, OfRow):
            where.insert(0, f"u.person_id = {ROW}.person_id")
        elif self.among is not None:
            persons = self.values.bind(list(self.among[0]), "bigint[]")
            where.insert(0, f"u.person_id = ANY({persons})")
        return "\n".join(
            [
                "SELECT u.person_id",
                f"FROM ({self.everybody.select('person_id', 'timezone')}) AS u",
                *joins,
                f"WHERE {' AND '.join(where)}",
            ]
        )
