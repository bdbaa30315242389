"""Customers, tills, colleagues and the clock, in any order: the books and the model go side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule
from tests.loyalty.ledger import model

from regulars.customers import services as customers
from regulars.customers.errors import CannotUnmerge
from regulars.customers.types import SHOP, NewProfile
from regulars.loyalty import queries, services
from regulars.loyalty.errors import HoldClosed, KeyReused, NotEnough
from regulars.loyalty.types import Account, Cause, GiveBack, Hold, NewHold, Wanted
from regulars.loyalty.types.programme import WhenSpent

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
PEOPLE = ("anna", "boris", "vera")
WHO = st.sampled_from([0, 0, 0, 1, 1, 2])
"""So that much happens to one of them."""
GIVEN_BACK_DAYS = 30
LIMIT = 10_000
WAITS = [timedelta(minutes=5), timedelta(hours=7), timedelta(days=1), timedelta(days=9), timedelta(days=40)]
USABLE_AFTER = st.sampled_from([0, 0, 0, 1, 14, None])
LASTS = st.sampled_from([None, 10, 30, 30, 31])
POINTS = st.integers(1, 40).map(lambda tens: tens * 10)
MODES: st.SearchStrategy[WhenSpent] = st.sampled_from(["owe", "owe", "take", "write_off"])
SHARES = st.sampled_from([1, 3, 5, 10])
"""Of ten."""
AGO = st.sampled_from(
    [timedelta(0), timedelta(0), timedelta(minutes=10), timedelta(days=2), timedelta(days=20)]
)

_runs = count()

_LOTS = """
SELECT l.key, l.id, w.profile_id, l.pending_minor, l.available_minor, l.held_minor, l.redeemed_minor,
       l.expired_minor, l.usable_at, l.expires_at
FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
WHERE w.profile_id = ANY(%s) ORDER BY l.id
"""
_ISSUED = "SELECT issued_minor FROM loyalty_wallet WHERE profile_id = ANY(%s)"
_SETTLED = """
SELECT l.settled_minor FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
WHERE w.profile_id = ANY(%s) AND l.key LIKE 'order:%%'
"""
_DEBTS = "SELECT profile_id, -debt_minor FROM loyalty_wallet WHERE profile_id = ANY(%s)"
_PERSONS = "SELECT id, person_id FROM customers_profile WHERE id = ANY(%s)"


def read(statement: str, *values: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


class Ledger(RuleBasedStateMachine):
    """Each step is done by the services and by the model, and then they are compared."""

    lots: Bundle[str] = Bundle("lots")
    holds: Bundle[str] = Bundle("holds")
    merges: Bundle[int] = Bundle("merges")

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.run = next(_runs)
        self.names = count()
        self.model = model.Model(now=START)
        self.wanted: dict[str, Wanted] = {}
        self.asked: dict[str, NewHold] = {}
        self.ids: dict[str, int] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        return self.model.now

    @initialize()
    def people_come(self) -> None:
        keys = [(SHOP, f"{name}-{self.run}") for name in PEOPLE]
        customers.upsert_profiles(
            profiles=[NewProfile(source=source, external_id=id_) for source, id_ in keys], now=START
        )
        found = customers.find_or_create_profiles(keys=keys, now=START)
        self.profiles = [found[key] for key in keys]
        self._who_is_who()

    def _who_is_who(self) -> None:
        self.model.person_of = dict(read(_PERSONS, self.profiles))

    # --- time

    @rule(wait=st.sampled_from(WAITS))
    def the_clock_moves(self, wait: timedelta) -> None:
        """The worker gets to nothing meanwhile.

        Where somebody owes it does: which of several lots pays hangs on which becomes usable first.
        """
        if any(self.model.debts.values()):
            self.time_passes(wait)
        else:
            self.model.wait_until(self.now + wait)

    @rule(wait=st.sampled_from(WAITS))
    def time_passes(self, wait: timedelta) -> None:
        """The worker runs at each moment at which something is due."""
        end = self.now + wait
        due = sorted(
            {
                moment
                for lot in self.model.lots.values()
                for moment in (lot.usable_at, lot.expires_at)
                if moment is not None and self.now < moment <= end
            }
        )
        for moment in [*due, end]:
            self.model.wait_until(moment)
            self._work()

    def _work(self) -> None:
        while services.run_day(now=self.now, limit=LIMIT) >= LIMIT:
            pass

    @rule(holds_too=st.booleans())
    def the_worker_runs(self, holds_too: bool) -> None:
        if holds_too:
            services.time_out_holds(self.now, LIMIT)
            self.model.time_out()
        self._work()

    # --- earning

    @rule(target=lots, who=WHO, points=POINTS, after=USABLE_AFTER, lasts=LASTS, mode=MODES)
    def an_order_earns(
        self, who: int, points: int, after: int | None, lasts: int | None, mode: WhenSpent
    ) -> str:
        usable_at = None if after is None else self.now + timedelta(days=after)
        begins = usable_at or self.now
        wanted = Wanted(
            key=f"order:shop:{self.run}-{next(self.names)}:cashback",
            profile_id=self.profiles[who],
            points_minor=points,
            at=self.now,
            earned_at=self.now,
            usable_at=usable_at,
            expires_at=None if lasts is None else begins + timedelta(days=lasts),
            sliding_days=lasts if lasts == 31 else None,
        )
        self._settle(wanted, mode)
        return wanted.key

    @rule(key=lots, share=st.sampled_from([0, 0, 3, 5, 10, 15]), mode=MODES)
    def an_order_changes(self, key: str, share: int, mode: WhenSpent) -> None:
        first = self.wanted[key]
        self._settle(replace(first, points_minor=first.points_minor * share // 10, at=self.now), mode)

    @rule(target=lots, who=WHO, points=POINTS, share=st.sampled_from([0, 3]), mode=MODES)
    def what_was_earned_is_spent_before_it_is_returned(
        self, who: int, points: int, share: int, mode: WhenSpent
    ) -> str:
        """What becomes of that is what most rules are about, and chance seldom comes by it."""
        key = str(self.an_order_earns(who, points, 0, None, mode))
        if there := self.model.spendable(self.profiles[who], self.now):
            new = self._new(who, there, timedelta(0))
            services.spend(new=new, now=self.now, when_short=mode)
            self.model.spend(self._modelled(new), mode)
            held = queries.hold_by_key(new.key)
            assert held is not None
            self._note(new, held)
        self.an_order_changes(key, share, mode)
        return key

    @rule(key=lots, mode=MODES)
    def an_order_is_told_again(self, key: str, mode: WhenSpent) -> None:
        told = self.wanted[key]
        self._settle(replace(told, points_minor=self.model.lots[key].target, at=self.now), mode)

    def _settle(self, wanted: Wanted, mode: WhenSpent) -> None:
        services.settle(wanted=[wanted], when_spent=mode, now=self.now)
        self.wanted.setdefault(wanted.key, wanted)
        lot = self.model.lots.get(wanted.key) or model.Lot(
            id=self._lot_id(wanted.key),
            key=wanted.key,
            profile=wanted.profile_id,
            usable_at=wanted.usable_at,
            expires_at=wanted.expires_at,
            sliding_days=wanted.sliding_days,
        )
        self.model.settle(lot, wanted.points_minor, mode)

    def _lot_id(self, key: str) -> int:
        ((id_,),) = read("SELECT id FROM loyalty_lot WHERE key = %s", key)
        return int(id_)

    @rule(key=lots, days=st.sampled_from([0, 0, 3]), lasts=st.sampled_from([None, 10, 30]))
    def an_order_arrives(self, key: str, days: int, lasts: int | None) -> None:
        lot = self.model.lots[key]
        if lot.usable_at is not None:
            return
        usable = self.now + timedelta(days=days)
        lasts = lot.sliding_days or lasts
        ends = None if lasts is None else usable + timedelta(days=lasts)
        services.set_usable(usable={key: usable}, expires={key: ends}, now=self.now)
        self.model.set_usable(lot, usable, ends)

    @rule(who=WHO, ago=AGO)
    def somebody_buys_again(self, who: int, ago: timedelta) -> None:
        """Sliding lots of the whole person last longer; by how much exactly is a test of its own."""
        at = max(START, self.now - ago)
        services.extend(activity={self.profiles[who]: at}, now=self.now)
        ends = {row[0]: row[9] for row in read(_LOTS, self.profiles)}
        for lot in self.model.lots_of(self.profiles[who]):
            if lot.sliding_days is None or not any(self._holds(lot)):
                continue  # of nothing it says nothing when that ends
            assert lot.expires_at is not None
            if lot.expires_at <= at:  # what had ended by then does not come back
                assert ends[lot.key] == lot.expires_at
                continue
            least = max(lot.expires_at, at + timedelta(days=lot.sliding_days))
            assert least <= ends[lot.key] <= max(lot.expires_at, least + timedelta(days=2))
            self.model.move_end(lot, ends[lot.key])

    # --- spending

    def _new(self, who: int, points: int, ago: timedelta) -> NewHold:
        at = max(START, self.now - ago)
        return NewHold(
            key=f"till:{self.run}-{next(self.names)}",
            profile_id=self.profiles[who],
            points_minor=points,
            at=at,
            lasts_until=at + timedelta(minutes=30),
        )

    def _modelled(self, new: NewHold) -> model.Hold:
        return model.Hold(new.key, new.profile_id, new.points_minor, new.at, new.lasts_until, self.now)

    def _note(self, new: NewHold, done: Hold) -> str:
        self.asked[new.key], self.ids[new.key] = new, done.id
        return new.key

    @rule(target=holds, who=WHO, points=POINTS, ago=AGO, all_=st.booleans())
    def points_are_held(self, who: int, points: int, ago: timedelta, all_: bool) -> Any:
        new = self._new(who, points, ago)
        there = self.model.spendable(new.profile_id, new.at)
        if all_ and there:
            new = replace(new, points_minor=there)
        try:
            self.model.hold(self._modelled(new))
        except model.Refused:
            with pytest.raises(NotEnough) as refused, transaction.atomic():
                services.hold(new=new, now=self.now)
            assert refused.value.spendable_minor == there
            return multiple()
        return self._note(new, services.hold(new=new, now=self.now))

    @rule(key=holds)
    def the_same_is_asked_again(self, key: str) -> None:
        hold, new = self.model.holds[key], self.asked[key]
        if hold.state == "captured" and hold.short:
            return
        again = services.hold(new=new, now=self.now)
        assert (again.id, again.state) == (self.ids[key], hold.state)
        with pytest.raises(KeyReused), transaction.atomic():
            services.hold(new=replace(new, points_minor=new.points_minor + 1), now=self.now)

    @rule(key=holds, share=SHARES, ago=AGO)
    def a_till_captures(self, key: str, share: int, ago: timedelta) -> None:
        hold = self.model.holds[key]
        at = max(hold.at, self.now - ago)
        points = max(1, hold.points * share // 10)
        if hold.state == "held" and hold.lasts_until <= at:
            return  # overdue, and nobody has timed it out: either is right
        same = hold.state == "captured" and hold.spent == points
        try:
            if not same:
                self.model.capture(hold, points, at)
        except model.Refused:
            with pytest.raises((HoldClosed, NotEnough)), transaction.atomic():
                services.capture(hold_id=self.ids[key], points_minor=points, now=self.now, at=at)
            return
        done = services.capture(hold_id=self.ids[key], points_minor=points, now=self.now, at=at)
        assert (done.state, done.spent_minor) == ("captured", points)

    @rule(key=holds)
    def a_till_cancels(self, key: str) -> None:
        hold = self.model.holds[key]
        if hold.state == "held":
            self.model.cancel(hold, self.now)
            assert services.cancel(hold_id=self.ids[key], now=self.now).state == "cancelled"
        elif hold.state == "cancelled":
            assert services.cancel(hold_id=self.ids[key], now=self.now).state == "cancelled"
        elif hold.state == "captured":
            with pytest.raises(HoldClosed), transaction.atomic():
                services.cancel(hold_id=self.ids[key], now=self.now)

    @rule(target=holds, who=WHO, points=POINTS, ago=AGO, mode=MODES)
    def a_till_tells_what_it_let_somebody_spend(
        self, who: int, points: int, ago: timedelta, mode: WhenSpent
    ) -> str:
        new = self._new(who, points, ago)
        done = services.spend(new=new, now=self.now, when_short=mode)
        self.model.spend(self._modelled(new), mode)
        assert services.spend(new=new, now=self.now, when_short=mode) == done
        return self._note(new, done)

    @rule(key=holds, share=SHARES, ago=AGO)
    def goods_come_back(self, key: str, share: int, ago: timedelta) -> None:
        hold = self.model.holds[key]
        wanted = max(hold.back, hold.spent * share // 10)
        if hold.state != "captured":
            return
        at = max(hold.at, self.now - ago)
        back = GiveBack(hold_id=self.ids[key], given_back_minor=wanted, at=at)
        before = {row[0] for row in self._rows()}
        services.give_back(wanted=[back], given_back_days=GIVEN_BACK_DAYS, when_spent="owe", now=self.now)
        anew = self.model.give_back(hold, wanted, at, GIVEN_BACK_DAYS)
        rows = self._new_lots(before)
        assert all(row[0].startswith(f"back:{self.ids[key]}:") for row in rows)
        self._compensated(rows, anew, at)

    def _rows(self) -> list[Any]:
        return read(_LOTS, self.profiles)

    def _new_lots(self, before: set[str]) -> list[Any]:
        return [row for row in self._rows() if row[0] not in before]

    def _compensated(self, rows: list[Any], anew: list[tuple[int, int]], at: datetime) -> None:
        """There is a new lot for each that the model asks for, and it lasts as long as it should."""
        assert len(rows) == len(anew)
        for row, (profile, amount) in zip(rows, anew, strict=True):
            assert row[2] == profile
            ends = at + timedelta(days=GIVEN_BACK_DAYS)
            assert ends <= row[9] <= ends + timedelta(days=2)
            self.model.compensate(model.Lot(row[1], row[0], profile, at, row[9]), amount)

    @rule(who=WHO, points=POINTS)
    def a_colleague_takes_points(self, who: int, points: int) -> None:
        taken = services.take(
            profile_id=self.profiles[who],
            points_minor=points,
            key=f"by_hand:{self.run}-{next(self.names)}",
            cause=Cause.BY_HAND,
            account=Account.ADJUSTMENTS,
            at=self.now,
            now=self.now,
        )
        assert taken == self.model.take(self.profiles[who], points)

    # --- who is who

    @rule(target=merges, kept=WHO, gone=WHO)
    def two_become_one(self, kept: int, gone: int) -> Any:
        one, other = (self.model.person_of[self.profiles[who]] for who in (kept, gone))
        if one == other:
            return multiple()
        (merge,) = customers.merge(pairs=[(one, other)], now=self.now)
        self._who_is_who()
        return merge

    @rule(merge=consumes(merges))
    def one_becomes_two_again(self, merge: int) -> None:
        try:
            with transaction.atomic():
                customers.unmerge(merge_id=merge, now=self.now, user_id=None)
        except CannotUnmerge:
            return
        self._who_is_who()

    # --- what always holds

    @invariant()
    def the_books_agree(self) -> None:
        assert queries.verify().findings == ()

    @invariant()
    def everybody_has_what_the_model_says(self) -> None:
        if not hasattr(self, "profiles"):
            return
        rows = {row[0]: row for row in read(_LOTS, self.profiles)}
        owed = {profile: debt for profile, debt in read(_DEBTS, self.profiles) if debt}
        for profile in self.profiles:
            if any(owed.get(one) for one in self.model.profiles(profile)) and self._is_behind(rows):
                continue  # a debt is paid when the worker gets there
            balance = queries.balance(profile_id=profile, at=self.now)
            told = (balance.spendable_minor, balance.pending_minor, balance.held_minor)
            ours = self.model
            expected = (ours.spendable(profile, self.now), ours.pending(profile), ours.held(profile))
            assert told == expected, (profile, told, expected)
            if not self._is_behind(rows):
                assert balance.owed_minor == ours.owed(profile)

    def _is_behind(self, rows: dict[str, Any]) -> bool:
        """The worker has not got round to what is due."""
        return any(
            (row[3] and row[8] is not None and row[8] <= self.now)
            or (row[4] and row[9] is not None and row[9] <= self.now)
            for row in rows.values()
        )

    def _holds(self, lot: model.Lot) -> tuple[int, ...]:
        """What is in a lot by the model, in the order of its columns."""
        return (lot.pending, lot.available, self.model.held_of(lot), lot.redeemed, lot.lapsed + lot.gone)

    @invariant()
    def every_lot_holds_what_the_model_says(self) -> None:
        if not hasattr(self, "profiles"):
            return
        rows = {row[0]: row for row in read(_LOTS, self.profiles)}
        if self._is_behind(rows):
            return
        ours = {key: self._holds(lot) for key, lot in self.model.lots.items()}
        theirs = {key: row[3:8] for key, row in rows.items()}
        wrong = {
            key: (theirs.get(key), ours.get(key))
            for key in theirs.keys() | ours.keys()
            if theirs.get(key) != ours.get(key)
        }
        assert wrong == {}, wrong

    @invariant()
    def what_was_given_out_is_what_was_earned(self) -> None:
        """By the last telling of each, whatever became of it: spent, owed, taken elsewhere, let go."""
        if hasattr(self, "profiles"):
            issued = sum(row[0] for row in read(_ISSUED, self.profiles))
            earned = sum(lot.target for lot in self.model.lots.values())
            assert (-issued, self._settled()) == (earned, earned)

    def _settled(self) -> int:
        return sum(row[0] for row in read(_SETTLED, self.profiles))

    @invariant()
    def every_hold_is_as_the_model_says(self) -> None:
        for key, hold in self.model.holds.items():
            row = queries.hold(self.ids[key])
            assert row is not None
            told = (row.state, row.points_minor, row.spent_minor, row.given_back_minor)
            assert told == (hold.state, hold.points, hold.spent, hold.back)
