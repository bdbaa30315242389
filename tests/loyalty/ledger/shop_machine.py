"""The same with a shop around it: orders and what comes back of them, a programme that changes, erasure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, initialize, rule
from tests.loyalty.ledger import model
from tests.loyalty.ledger.machine import AGO, GIVEN_BACK_DAYS, START, WHO, Ledger, read
from tests.loyalty.shop_with_points import LogReader

from regulars.commerce import services as commerce
from regulars.commerce.types import Cancellation, Order, OrderLine, OrderReturn
from regulars.customers import services as customers
from regulars.customers.errors import CannotErase
from regulars.customers.types import ErasureReason
from regulars.loyalty import queries, services
from regulars.loyalty.types import NewHold, Programme
from regulars.loyalty.types.programme import WhenSpent

ROUBLES = st.sampled_from([0, 99, 100, 1_999, 2_000, 3_333])
MODES: st.SearchStrategy[WhenSpent] = st.sampled_from(["owe", "take", "write_off"])

_LOTS_OF_ORDER = """
SELECT l.key, l.id, w.profile_id, l.usable_at, l.expires_at, l.sliding_days
FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id WHERE l.order_id = %s
"""
_ENDS = "SELECT key, expires_at FROM loyalty_lot WHERE key = ANY(%s) AND sliding_days IS NOT NULL"


@dataclass
class Told:
    """An order as the shop last told of it."""

    order: Order
    cancelled: bool = False

    @property
    def amount(self) -> int:
        return self.order.amount_minor

    @property
    def returned(self) -> int:
        return self.amount if self.cancelled else sum(one.amount_minor for one in self.order.returns or ())


class ShopLedger(Ledger):
    """Orders are told of as a shop tells of them, and the model is told what they come to."""

    orders: Bundle[str] = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        queries.forget_versions()  # those of the example before were rolled back
        self.told: dict[str, Told] = {}
        self.versions: list[tuple[datetime, Programme]] = []
        self.began_with: dict[str, Programme] = {}
        self.paid_with: dict[str, list[str]] = {}
        self.log = LogReader()

    def teardown(self) -> None:
        super().teardown()
        queries.forget_versions()

    @initialize(percent=st.sampled_from([1, 5, 50]), mode=MODES, days=st.sampled_from([0, 14]))
    def the_programme_begins(self, percent: int, mode: WhenSpent, days: int) -> None:
        self._publish(START, percent, mode, days, None)
        self.log.catch_up(START)

    @rule(
        percent=st.sampled_from([0, 5, 20]),
        mode=MODES,
        days=st.sampled_from([0, 14]),
        lasts=st.sampled_from([None, 10, 30]),
    )
    def the_programme_changes(self, percent: int, mode: WhenSpent, days: int, lasts: int | None) -> None:
        if self.now > self.versions[-1][0]:
            self._publish(self.now, percent, mode, days, lasts)

    def _publish(self, since: datetime, percent: int, mode: WhenSpent, days: int, lasts: int | None) -> None:
        programme = Programme.model_validate(
            {
                "cashback_percent": Decimal(percent),
                "when_spent": mode,
                "given_back_days": GIVEN_BACK_DAYS,
                "usable": {"kind": "after_return_window", "days": days} if days else {"kind": "at_once"},
                "expiry": {"kind": "after_days", "days": lasts} if lasts else {"kind": "never"},
            }
        )
        services.publish(programme=programme, since=since, now=since, user_id=None)
        self.versions.append((since, programme))

    def _programme(self, at: datetime) -> Programme:
        return next(programme for since, programme in reversed(self.versions) if since <= at)

    # --- what is ordered and comes back

    @rule(target=orders, who=WHO, roubles=st.lists(ROUBLES, min_size=1, max_size=3), ago=AGO)
    def somebody_orders(self, who: int, roubles: list[int], ago: timedelta) -> str:
        order = Order(
            source="shop",
            external_id=f"{self.run}-{next(self.names)}",
            profile_id=self.profiles[who],
            ordered_at=max(START, self.now - ago),
            currency="RUB",
            lines=tuple(OrderLine(amount_minor=amount * 100) for amount in roubles),
            as_of=self.now,
        )
        self.told[order.external_id] = Told(order)
        self._tell(order.external_id)
        return order.external_id

    @rule(id_=orders, line=st.integers(0, 2), half=st.booleans())
    def a_line_comes_back(self, id_: str, line: int, half: bool) -> None:
        told = self.told[id_]
        of = told.order.lines[line % len(told.order.lines)]
        number = line % len(told.order.lines) + 1
        before = sum(one.amount_minor for one in told.order.returns or () if one.line == number)
        amount = (of.amount_minor - before) // (2 if half else 1)
        if told.cancelled or not amount:
            return
        back = OrderReturn(returned_at=self.now, amount_minor=amount, line=number)
        told.order = replace(told.order, returns=(*(told.order.returns or ()), back), as_of=self.now)
        self._tell(id_)

    @rule(id_=orders)
    def returns_were_a_mistake(self, id_: str) -> None:
        told = self.told[id_]
        if told.cancelled or self.paid_with.get(id_):
            return  # that points are spent again is a test of its own
        told.order = replace(told.order, returns=(), as_of=self.now)
        self._tell(id_)

    @rule(id_=orders)
    def an_order_is_cancelled(self, id_: str) -> None:
        told = self.told[id_]
        if not told.cancelled:
            told.cancelled = True
            cancelled = Cancellation(source="shop", external_id=id_, cancelled_at=self.now)
            commerce.cancel_orders(cancellations=[cancelled], now=self.now)
            self._keep_up(id_)

    @rule(id_=orders, who=WHO)
    def an_order_was_somebody_elses(self, id_: str, who: int) -> None:
        told = self.told[id_]
        if not told.cancelled:
            told.order = replace(told.order, profile_id=self.profiles[who], as_of=self.now)
            self._tell(id_)

    @rule(id_=orders)
    def the_same_order_is_told_again(self, id_: str) -> None:
        if not self.told[id_].cancelled:
            self._tell(id_)

    @rule(id_=orders, points=st.sampled_from([100, 550, 2_000]))
    def an_order_is_paid_with_points(self, id_: str, points: int) -> None:
        told = self.told[id_]
        profile = told.order.profile_id
        assert profile is not None
        points = min(points, self.model.spendable(profile, self.now))
        if told.returned or not points or not told.amount:
            return
        new = NewHold(
            key=f"till:{self.run}-{next(self.names)}",
            profile_id=profile,
            points_minor=points,
            at=self.now,
            lasts_until=self.now + timedelta(minutes=30),
        )
        held = services.hold(new=new, now=self.now)
        services.capture(hold_id=held.id, now=self.now, order_source="shop", order_id=id_)
        hold = model.Hold(new.key, profile, points, self.now, new.lasts_until)
        self.model.hold(hold)
        self.model.capture(hold, points, self.now)
        self._note(new, held)
        self.paid_with.setdefault(id_, []).append(new.key)
        self._keep_up(id_)

    def _tell(self, id_: str) -> None:
        commerce.record_orders(orders=[self.told[id_].order], now=self.now)
        self._keep_up(id_)

    def _keep_up(self, id_: str) -> None:
        """The worker reads the log, and the model hears what the order comes to."""
        lots = set(self._lots())
        self.log.catch_up(self.now)
        self._settle_by_the_model(id_)
        told = self.told[id_]
        for key in self.paid_with.get(id_, ()):
            hold = self.model.holds[key]
            back = hold.spent if told.returned == told.amount else hold.spent * told.returned // told.amount
            anew = self.model.give_back(hold, max(back, hold.back), self.now, GIVEN_BACK_DAYS)
            mine = [row for row in self._new_lots(lots) if row[0].startswith(f"back:{self.ids[key]}:")]
            self._compensated(mine, anew, self.now)
        for key, ends in read(_ENDS, list(self.model.lots)):
            self.model.move_end(self.model.lots[key], ends)

    def _settle_by_the_model(self, id_: str) -> None:
        order = self.told[id_].order
        # Of two versions at one moment the one that was there when the order was first settled.
        programme = self.began_with.setdefault(id_, self._programme(order.ordered_at))
        net = self.told[id_].amount - self.told[id_].returned
        target = int(net * programme.cashback_percent / 100 / programme.worth_minor) * 100
        # What is more is given first: of the one who has it now, then of whoever had it before.
        rows = sorted(read(_LOTS_OF_ORDER, id_), key=lambda row: bool(row[2] != order.profile_id))
        assert target == 0 or rows[0][2] == order.profile_id
        for key, lot_id, profile, usable_at, expires_at, sliding_days in rows:
            lot = self.model.lots.get(key) or model.Lot(
                lot_id, key, profile, usable_at, expires_at, sliding_days
            )
            self.model.settle(lot, target if profile == order.profile_id else 0, programme.when_spent)

    def _lots(self) -> list[str]:
        return [row[0] for row in self._rows()]

    # --- who is no more

    @rule(who=WHO)
    def somebody_is_erased(self, who: int) -> None:
        """The books stay as they are."""
        person = self.model.person_of[self.profiles[who]]
        try:
            with transaction.atomic():
                customers.erase(person_id=person, reason=ErasureReason.ASKED, user_id=None, now=self.now)
        except CannotErase:
            return
        customers.go_on_erasing(now=self.now, limit=1_000)
        self._who_is_who()
