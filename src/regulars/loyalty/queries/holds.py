"""Reading holds."""

from __future__ import annotations

from typing import Any

from django.db import connection

from regulars.loyalty.types import Hold, HoldState

HOLD_COLUMNS = (
    "id, key, profile_id, points_minor, spent_minor, given_back_minor, state, order_source, order_id, "
    "branch_id, at, lasts_until, closed_at"
)
"""Of `loyalty_hold`, in the order of `as_hold`."""
_READ = f"SELECT {HOLD_COLUMNS} FROM loyalty_hold WHERE "  # noqa: S608 (names of columns)


def hold(id_: int) -> Hold | None:
    """The hold of this number, as it stands."""
    return _one("id = %s", id_)


def hold_by_key(key: str) -> Hold | None:
    """The hold that was asked for under this key."""
    return _one("key = %s", key)


def holds_of_order(source: str, order_id: str) -> list[Hold]:
    """All holds for an order, by the source's name and the shop's number, in the order they were made."""
    if not order_id:
        return []
    return _all("order_source = %s AND order_id = %s ORDER BY id", source, order_id)


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


def _one(condition: str, *values: int | str) -> Hold | None:
    found = _all(condition, *values)
    return found[0] if found else None


def _all(condition: str, *values: int | str) -> list[Hold]:
    with connection.cursor() as cursor:
        cursor.execute(_READ + condition, values)
        return [as_hold(row) for row in cursor.fetchall()]
