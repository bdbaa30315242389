"""Orders as they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from regulars.api.rest.fields import Shown
from regulars.commerce.types import OrderState
from regulars.customers import queries as customers
from regulars.customers.types import SHOP

Status = Literal["completed", "cancelled"]


class LineShown(Shown):
    """What was bought on one line."""

    number: int
    product_id: str | None
    name: str
    quantity: float
    amount_minor: int


class ReturnShown(Shown):
    """Money given back, as the order itself tells of it."""

    returned_at: datetime
    amount_minor: int
    quantity: float | None
    line: int | None


class OrderShown(Shown):
    """An order as it is stored."""

    id: str
    source: str
    """`shop`: known under the shop's own id, by which it is got and told of here."""
    customer_id: str | None
    ordered_at: datetime
    status: Status
    cancelled_at: datetime | None
    currency: str
    amount_minor: int
    """Of all lines."""
    returned_minor: int
    """Given back of it, by whichever way that was told."""
    channel: str
    branch_id: str | None
    as_of: datetime | None
    updated_at: datetime | None
    lines: list[LineShown]
    returns: list[ReturnShown]


def shown_orders(rows: Sequence[OrderState]) -> list[OrderShown]:
    """Orders as they are stored, all asked at once whose they are."""
    found = customers.profiles({row.profile_id for row in rows if row.profile_id is not None})
    numbers = {id_: profile.external_id for id_, profile in found.items() if profile.source == SHOP}
    return [
        OrderShown(
            id=row.external_id,
            source=row.source,
            customer_id=None if row.profile_id is None else numbers.get(row.profile_id),
            ordered_at=row.ordered_at,
            status=row.status.value,
            cancelled_at=row.cancelled_at,
            currency=row.currency,
            amount_minor=row.amount_minor,
            returned_minor=row.returned_minor,
            channel=row.channel,
            branch_id=row.branch_external_id or None,
            as_of=row.as_of,
            updated_at=row.updated_at,
            lines=[
                LineShown(
                    number=line.number,
                    product_id=line.product_external_id or None,
                    name=line.product,
                    quantity=float(line.quantity),
                    amount_minor=line.amount_minor,
                )
                for line in row.lines
            ],
            returns=[
                ReturnShown(
                    returned_at=one.returned_at,
                    amount_minor=one.amount_minor,
                    quantity=None if one.quantity is None else float(one.quantity),
                    line=one.line,
                )
                for one in row.returns
            ],
        )
        for row in rows
    ]
