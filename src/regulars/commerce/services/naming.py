"""What a colleague says by hand of money given back: which order it is of, or that it is of none."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.commerce.errors import NamedAlready, NoSuchCredit, OrderDoesNotFit
from regulars.commerce.locks import LockedCredit, hold_sources, lock_credits
from regulars.commerce.queries.loose import orders_that_fit
from regulars.commerce.services import credits, links
from regulars.kit import sql

_KEY = "SELECT source, external_id FROM commerce_credit WHERE id = %s"
_HOLD_ORDERS = """
SELECT id FROM commerce_order
WHERE id = %(order)s OR id IN (SELECT order_id FROM commerce_credit WHERE id = %(credit)s)
ORDER BY id FOR NO KEY UPDATE
"""
_NAME = "UPDATE commerce_credit SET named_order_id = %s, put_away = false WHERE id = %s"
_PUT_AWAY = """
UPDATE commerce_credit SET put_away = %(away)s
WHERE id = %(credit)s AND order_id IS NULL AND put_away <> %(away)s
"""


@transaction.atomic
def name_order(*, credit_id: int, order_id: int, now: datetime) -> None:
    """Have a credit that is of no order be of this one, until its source names one that is known.

    Where its source names no customer, it is that of the order.
    From then on it is as if it had been told so: the order is worth less, and the log tells of it. Raises
    NoSuchCredit, NamedAlready for one that is of an order, and OrderDoesNotFit.
    """
    row = _lock(credit_id, order_id)
    if row.order_id is not None:
        raise NamedAlready(_("This return belongs to an order by now. Look again before you change it."))
    if not orders_that_fit(credit_id=credit_id, order_id=order_id):
        raise OrderDoesNotFit(
            _(
                "This return cannot belong to that order: it is cancelled, given back, younger than the "
                "return, in another currency, or not theirs."
            )
        )
    sql.run(_NAME, [order_id, credit_id])
    _write(row, order_id, now)


@transaction.atomic
def unname_order(*, credit_id: int, order_id: int, now: datetime) -> None:
    """It was a slip: the credit is of no order again.

    Raises NoSuchCredit, and NamedAlready where nobody named this one, or its source has named another since.
    """
    row = _lock(credit_id, order_id)
    by_source = links.order_of(row.credit, links.named_orders([row.credit]))
    if by_source or row.order_id != order_id or row.named_order_id != order_id:
        raise NamedAlready(_("This was changed since. Look again before you change it."))
    # First it leaves the order: what names no order is of none.
    _write(row, None, now)
    sql.run(_NAME, [None, credit_id])


def put_credit_away(*, credit_id: int, away: bool = True) -> bool:
    """Say that a credit of no order belongs to none of ours, or take that back; False: nothing to say."""
    return sql.run(_PUT_AWAY, {"credit": credit_id, "away": away}) == 1


def _lock(credit_id: int, order_id: int) -> LockedCredit:
    key = sql.row(_KEY, [credit_id])
    if key is None:
        raise NoSuchCredit(_("This return is not there any more."))
    source, external_id = key
    hold_sources([source])
    sql.run(_HOLD_ORDERS, {"order": order_id, "credit": credit_id})
    row = lock_credits([(source, external_id)]).get((source, external_id))
    if row is None:
        raise NoSuchCredit(_("This return is not there any more."))
    return row


def _write(row: LockedCredit, order_id: int | None, now: datetime) -> None:
    order = links.orders_of_ids([order_id]).get(order_id or 0)
    state = credits.changed_state(row, row.credit, order, backfill=False)
    credits.write_states([(row.id, state)])
    credits.tell([(row.id, row, state)], now, backfill=False)
