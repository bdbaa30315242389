"""`--map field=COL` and `--map ordered_at=COL:format`: what the person says about the columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from regulars.analytics.compute.reading.names import normalise, shown
from regulars.analytics.compute.reading.types import Choice, Choices, Table
from regulars.analytics.errors import InputError

ORDER_FIELDS = (
    "customer_id", "order_id", "ordered_at", "product", "category", "quantity", "unit_price", "amount",
    "currency", "status", "channel", "branch",
)  # fmt: skip
DETAIL_FIELDS = ("customer_name", "email", "phone", "product_id")
CUSTOMER_FIELDS = ("customer_id", "name", "email", "phone", "created_at")
PRODUCT_FIELDS = ("product_id", "name", "category")
RETURN_FIELDS = (
    "return_id", "order_id", "customer_id", "returned_at", "product", "product_id", "quantity", "unit_price",
    "amount", "currency",
)  # fmt: skip
COST_FIELDS = ("channel", "day", "cost")
POINTS_FIELDS = ("customer_id", "card", "phone", "email", "points", "expires_on")
COSTS_PREFIX = "costs."
JOINED = " + "  # "Дата + Время": a field read from two columns
_SEVERAL = frozenset({"ordered_at", "status", "returned_at", "created_at", "customer_name", "name"})
_WITH_FORMAT = frozenset({"ordered_at", "day", "returned_at", "created_at", "expires_on"})
_LISTED_MAX = 60


def of_fields(mapping: Mapping[str, str], fields: Sequence[str]) -> dict[str, str]:
    """The part of `--map` that is about the file itself; unknown fields are refused."""
    return _known({f: c for f, c in mapping.items() if not f.startswith(COSTS_PREFIX)}, fields, "")


def of_costs(mapping: Mapping[str, str]) -> dict[str, str]:
    own = {f.removeprefix(COSTS_PREFIX): c for f, c in mapping.items() if f.startswith(COSTS_PREFIX)}
    return _known(own, COST_FIELDS, COSTS_PREFIX)


def _known(mapping: dict[str, str], fields: Sequence[str], prefix: str) -> dict[str, str]:
    for field in mapping:
        if field not in fields:
            raise InputError(
                "unknown_field",
                _("There is no field “%(field)s” to map. The fields are: %(fields)s.")
                % {"field": shown(prefix + field), "fields": ", ".join(prefix + f for f in fields)},
            )
    return mapping


def check_columns(mapping: Mapping[str, str], tables: Sequence[Table], prefix: str = "") -> None:
    """Each column named must be in one of the parts at least."""
    for field, said in mapping.items():
        if said.strip() and not any(find(field, said, table) for table in tables):
            names = [shown(c.name) for c in tables[0].columns]
            more = ", …" if len(names) > _LISTED_MAX else ""
            raise InputError(
                "unknown_column",
                _("There is no column “%(column)s” for %(field)s. The columns of %(name)s are: %(columns)s.")
                % {
                    "column": shown(said),
                    "field": prefix + field,
                    "name": tables[0].name,
                    "columns": ", ".join(names[:_LISTED_MAX]) + more,
                },
            )


def named(mapping: Mapping[str, str]) -> list[str]:
    """Everything that may be a column's name in what the person said; it helps to find the header."""
    names = [part for said in mapping.values() for part in (said, *said.split(JOINED))]
    return names + [said[:at] for said in mapping.values() for at in range(1, len(said)) if said[at] == ":"]


def chosen(mapping: Mapping[str, str], table: Table) -> Choices:
    """What the person said that this part can follow. An empty column leaves the field out."""
    choices: Choices = {}
    for field, said in mapping.items():
        if not said.strip():
            choices[field] = Choice((), forced=True)
        elif choice := find(field, said, table):
            choices[field] = choice
    return choices


def find(field: str, said: str, table: Table) -> Choice | None:
    """The column may hold ":" itself, so the longest beginning that is a column counts."""
    if (whole := _columns(field, said, table)) is not None:
        return Choice(whole, forced=True)
    if field not in _WITH_FORMAT:
        return None
    for at in range(len(said) - 1, 0, -1):
        if said[at] == ":" and (found := _columns(field, said[:at], table)) is not None:
            return Choice(found, format=said[at + 1 :].strip() or None, forced=True)
    return None


def _columns(field: str, said: str, table: Table) -> tuple[int, ...] | None:
    if (one := _column(said, table)) is not None:
        return (one,)
    if field not in _SEVERAL or JOINED not in said:
        return None
    several = [_column(part, table) for part in said.split(JOINED)]
    found = [c for c in several if c is not None]
    return tuple(found) if len(found) == len(several) else None


def _column(said: str, table: Table) -> int | None:
    for same in (str, lambda s: s.strip().casefold(), normalise):
        for index, column in enumerate(table.columns):
            if same(column.name) == same(said) and same(said):
                return index
    return None
