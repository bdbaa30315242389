"""Reading holds."""

from __future__ import annotations

from typing import Any

from regulars.kit import sql
from regulars.loyalty.types import Hold, HoldState

HOLD_COLUMNS = (
    "id, key, profile_id, points_minor, spent_minor, given_back_minor, state, order_source, order_id, "
    "branch_id, at, lasts_until, closed_at"
)
"""Of `loyalty_hold`, in the order of `as_hold`."""


def hold(id_: int) -> Hold | None:
    """The hold of this number, as it stands."""
    return _one("id", id_)


def hold_by_key(key: str) -> Hold | None:
    """The hold that was asked for under this key."""
    return _one("key", key)


def as_hold(row: tuple[Any, ...]) -> Hold:
    """A row of HOLD_COLUMNS."""
    id_, key, profile_id, points, spent, given_back, state, source, order, branch, at, until, closed = row
    return Hold(
        id=id_,
        key=key,
        profile_id=profile_id,
        points_minor=points,
        spent_minor=spent,
        given_back_minor=given_back,
        state=HoldState(state),
        order_source=source,
        order_id=order,
        branch_id=branch,
        at=at,
        lasts_until=until,
        closed_at=closed,
    )


def _one(column: str, value: int | str) -> Hold | None:
    found = sql.row(f"SELECT {HOLD_COLUMNS} FROM loyalty_hold WHERE {column} = %s", [value])  # noqa: S608 (names of columns)
    return as_hold(found) if found else None
