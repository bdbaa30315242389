"""Bringing orders in, batch by batch."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from regulars.commerce import services as commerce
from regulars.commerce.types import NewCredit, Order, OrderLine, OrderStatus, SourceKey
from regulars.customers import services as customers
from regulars.imports.kinds import people, shelf
from regulars.imports.kinds.aside import refused_at
from regulars.imports.kinds.orders import tables
from regulars.imports.kinds.tabled import TabledWork, reading_options
from regulars.imports.kinds.work import Opening, Tables
from regulars.imports.ledger import Ledger
from regulars.imports.types import Thing

_HEADS = """
SELECT number, rows, is_void, ordered_at, currency, buyer, channel, branch
FROM order_heads WHERE unit >= ? AND unit < ? ORDER BY unit
"""
_LINES = "SELECT good, millionths, minor FROM order_lines WHERE unit >= ? AND unit < ? ORDER BY unit, row"
_CREDITS = """
SELECT number, buyer, order_number, good, credited_at, minor, millionths, currency, channel, branch
FROM order_credits WHERE unit >= ? AND unit < ? ORDER BY unit
"""
_BUYERS = """
SELECT buyer, customer_id, name, email, phone, first_at, first_unit >= $first AS is_first
FROM buyers
WHERE buyer IN (SELECT buyer FROM order_heads WHERE unit >= $first AND unit < $end
                UNION ALL SELECT buyer FROM order_credits WHERE unit >= $first AND unit < $end)
"""
_GOODS = """
SELECT number, good, name, category, first_unit >= $first AS is_first
FROM goods
WHERE number IN (SELECT good FROM order_lines WHERE unit >= $first AND unit < $end
                 UNION ALL SELECT good FROM order_credits WHERE unit >= $first AND unit < $end)
"""
_PLACES = """
SELECT branch, first_unit >= $first AS is_first
FROM places
WHERE branch IN (SELECT branch FROM order_heads WHERE unit >= $first AND unit < $end
                 UNION ALL SELECT branch FROM order_credits WHERE unit >= $first AND unit < $end)
"""
_ROWS_OF_NUMBER = """
SELECT j.part, j.part_row FROM units AS u
JOIN rows_of_units AS r USING (unit) JOIN judged AS j ON j.row = r.row
WHERE u.number = ? AND u.is_credit = ?
ORDER BY r.row
"""
_MILLION = Decimal(1_000_000)
_ONE = Decimal(1)


def open_orders(stack: ExitStack, opening: Opening) -> OrdersWork:
    """Read the file and put its rows together; `stack` closes what was opened. Raises InputError."""
    from regulars.analytics.compute.engine import connection
    from regulars.analytics.compute.reading import read_orders
    from regulars.analytics.progress import Silent

    con = stack.enter_context(connection())
    how = reading_options(opening)
    reading = read_orders(con, [opening.path], how, Silent())
    currency = reading.currency or opening.currency
    tables.assemble(con, has_order_ids=reading.has_order_ids, currency=currency)
    return OrdersWork(
        con,
        opening,
        parts=[part.name for part in reading.parts],
        rows=reading.rows_read,
        has_states="status" in reading.mapping,
    )


class OrdersWork(TabledWork):
    def __init__(
        self, con: Tables, opening: Opening, *, parts: list[str], rows: int, has_states: bool
    ) -> None:
        super().__init__(con, opening, kind="orders", order=1, parts=parts, rows=rows)
        # A file that says nothing of states does not know what was cancelled since.
        self._standing = OrderStatus.COMPLETED if has_states else None
        self._goods = shelf.Goods(opening.source)
        self._branches = shelf.Branches(opening.source)

    def forget(self) -> None:
        self._goods.forget()
        self._branches.forget()

    def apply(self, number: int, ledger: Ledger, now: datetime) -> None:
        span = self._span(number, ledger)
        buyers = self._buyers(span, ledger, now)
        goods = self._goods.ids(self._con.execute(_GOODS, span).fetchall(), ledger)
        branches = self._branches.ids(self._con.execute(_PLACES, span).fetchall(), ledger)
        ids = _Ids(buyers, goods, branches)
        orders = self._orders(span, ids)
        credits_ = self._credits(span, ids)
        if orders and credits_:
            # Who writes both has to be alone from the beginning: a credit may name an order nobody knows.
            commerce.hold_sources([self._source])
        if orders:
            recorded = commerce.record_orders(orders=orders, now=now, backfill=True)
            ledger.note(Thing.ORDER, recorded)
            self._refuse(recorded.refused, False, ledger)
        if credits_:
            given = commerce.record_credits(credits=credits_, now=now, backfill=True)
            ledger.note(Thing.CREDIT, given)
            self._refuse(given.refused, True, ledger)

    def _buyers(self, span: dict[str, int], ledger: Ledger, now: datetime) -> dict[int, int]:
        """Ids of the profiles of a batch, all of them locked until it is in."""
        rows = self._con.execute(_BUYERS, span).fetchall()
        if not rows:
            return {}
        profiles = [
            people.new_profile(self._source, customer_id, name, email, phone, self._moment(first_at))
            for _, customer_id, name, email, phone, first_at, _ in rows
        ]
        stored = customers.upsert_profiles(profiles=profiles, now=now, backfill=True)
        firsts = {(self._source, row[1]) for row in rows if row[-1]}
        ledger.note(Thing.PROFILE, stored, firsts=firsts)
        return {row[0]: stored.ids[self._source, row[1]] for row in rows}

    def _orders(self, span: dict[str, int], ids: _Ids) -> list[Order]:
        bounds = [span["first"], span["end"]]
        goods, quantities, amounts = _columns(self._con.execute(_LINES, bounds).fetchall(), 3)
        lines = [
            OrderLine(amount_minor=amount, quantity=_quantity(millionths), product_id=product)
            for amount, millionths, product in zip(
                amounts, quantities, map(ids.goods.get, goods), strict=True
            )
        ]
        orders, at = [], 0
        for number, rows, is_void, ordered_at, currency, buyer, channel, branch in self._con.execute(
            _HEADS, bounds
        ).fetchall():
            moment = self._moment(ordered_at)
            orders.append(
                Order(
                    source=self._source,
                    external_id=number,
                    profile_id=ids.buyers.get(buyer),
                    ordered_at=moment,
                    currency=currency,
                    lines=tuple(lines[at : at + rows]),
                    returns=None,
                    status=OrderStatus.CANCELLED if is_void else self._standing,
                    channel=channel or "",
                    branch_id=ids.branches.get(branch),
                )
            )
            at += rows
        return orders

    def _credits(self, span: dict[str, int], ids: _Ids) -> list[NewCredit]:
        found = self._con.execute(_CREDITS, [span["first"], span["end"]]).fetchall()
        return [
            NewCredit(
                source=self._source,
                external_id=number,
                profile_id=ids.buyers.get(buyer),
                credited_at=self._moment(credited_at),
                amount_minor=minor,
                currency=currency,
                order_external_id=order_number,
                product_id=ids.goods.get(good),
                quantity=_quantity(millionths) if millionths else None,
                channel=channel or "",
                branch_id=ids.branches.get(branch),
            )
            for number, buyer, order_number, good, credited_at, minor, millionths, currency, *rest in found
            for channel, branch in [rest]
        ]

    def _refuse(self, refused: Any, is_credit: bool, ledger: Ledger) -> None:
        reasons: dict[SourceKey, str] = refused
        for (_, number), reason in reasons.items():
            places = self._con.execute(_ROWS_OF_NUMBER, [number, is_credit]).fetchall()
            ledger.refused += refused_at(places, str(reason))


class _Ids:
    """Of what a batch points to: by number of buyer and good, by name of branch."""

    __slots__ = ("branches", "buyers", "goods")

    def __init__(self, buyers: dict[int, int], goods: dict[int, int], branches: dict[str, int]) -> None:
        self.buyers, self.goods, self.branches = buyers, goods, branches


def _columns(rows: list[tuple[Any, ...]], width: int) -> list[tuple[Any, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


@lru_cache(maxsize=4096)  # a shop sells in few quantities
def _quantity(millionths: int | None) -> Decimal:
    return Decimal(millionths) / _MILLION if millionths else _ONE
