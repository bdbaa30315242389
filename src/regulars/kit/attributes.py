"""The one registry of what conditions can ask about a customer.

A domain registers what it knows of customers in `AppConfig.ready()`; segments owns the language and the
engine. So a lower domain needs nothing of segments, and segments holds no other domain's knowledge.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from django.utils.functional import Promise

_KEY = re.compile(r"[a-z_]+\.[a-z0-9_]+")


class Kind(StrEnum):
    """What may be asked of a value."""

    TEXT = "text"
    CHOICE = "choice"
    """A text out of a short list that is known beforehand."""
    NUMBER = "number"
    MONEY = "money"
    """Whole minor units of the shop's currency."""
    YES_NO = "yes_no"
    DAY = "day"
    """A date without a time, as a birthday."""
    MOMENT = "moment"
    """A point in time; conditions ask for its day in the customer's zone."""


@dataclass(frozen=True, kw_only=True)
class Relation:
    """Rows about customers that conditions read.

    `name` is a plural noun in snake case. `query` is one SELECT over views `facts_<noun>` or tables of the
    domain itself, without a semicolon and without parameters of its own; it gives `person_id`, never NULL,
    and the columns that attributes and fields name. Where it stands between braces, `{scope:COLUMN}` is
    put in the place of a condition: true when everybody is asked about, else that COLUMN, a profile's id,
    is one of theirs. So the same text is quick for one customer and for all. `{currency}` is the shop's, as
    text; `{now}` the moment asked about.

    `one_each`: at most one row a person. Otherwise the rows happen at moments, in the column `at`, and an
    attribute over it is an aggregate of those that have happened. `fields`: what of a row may be asked in a
    condition over its rows. `changed_by`: names of the events after which its rows may be others. `moments`:
    a quicker query, of `person_id` and `at` alone, that has at least the rows of the other; it is asked for
    those whose rows begin or cease to count by time alone.
    """

    name: str
    query: str
    one_each: bool
    changed_by: frozenset[str] = frozenset()
    by_figures: bool = False
    """Its rows also change when figures are made; analytics marks whose did."""
    moments: str | None = None
    fields: Mapping[str, Field] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Field:
    """A column of a relation's rows that a condition over them may ask about.

    `choices` gives what there is to choose from, as (value, words), for pages; at most some hundreds.
    """

    label: Promise
    kind: Kind
    column: str
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None


@dataclass(frozen=True, kw_only=True)
class Attribute:
    """Something of a customer that conditions can ask about, alone or with other customers at once.

    `key`, `<domain>.<what>`, is stored in conditions and never changes. `expression` is SQL over the
    relation's columns, an aggregate where the relation has many rows a person; it names columns plainly.
    `choices` as in `Field`. `group` is what pages list it under. `of_nothing`: the value of who has no row,
    as 0 of a count or a sum; None: it is not known then.
    """

    key: str
    label: Promise
    group: Promise
    kind: Kind
    relation: str
    expression: str
    choices: Callable[[], Sequence[tuple[str, str]]] | None = None
    of_nothing: int | None = None


_relations: dict[str, Relation] = {}
_attributes: dict[str, Attribute] = {}
_more: list[Callable[[], Sequence[Attribute]]] = []


def register_relation(relation: Relation) -> None:
    """Add a relation; the same name twice is a mistake in the code."""
    if relation.name in _relations:
        raise ValueError(f"the relation {relation.name} is registered twice")
    if ";" in relation.query:
        raise ValueError(f"the query of the relation {relation.name} must be one SELECT without a semicolon")
    _relations[relation.name] = relation


def register(*attributes: Attribute) -> None:
    """Add attributes whose relation is registered; the same key twice is a mistake in the code."""
    for attribute in attributes:
        if not _KEY.fullmatch(attribute.key):
            raise ValueError(f"{attribute.key!r} is not <domain>.<what>")
        if attribute.key in _attributes:
            raise ValueError(f"the attribute {attribute.key} is registered twice")
        if attribute.relation not in _relations:
            raise ValueError(f"the attribute {attribute.key} names no relation: {attribute.relation}")
        _attributes[attribute.key] = attribute


def register_source(give: Callable[[], Sequence[Attribute]]) -> None:
    """Add attributes that are known at run time only, as those a shop makes up itself."""
    _more.append(give)


def registered() -> dict[str, Attribute]:
    """All attributes by key, lower layers first, those known at run time after all others."""
    made_up = {attribute.key: attribute for give in _more for attribute in give()}
    return _attributes | made_up


def relations() -> dict[str, Relation]:
    """All relations by name."""
    return dict(_relations)
