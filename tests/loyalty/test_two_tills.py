"""Many tills at once: what fits is spent, once, and nobody waits for each other in a circle."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, connection
from tests.loyalty.books_of_points import DAY, NOW, customer, wanted
from tests.loyalty.spending import ask, earn, has, person, spent_on

from regulars.customers import services as customers
from regulars.loyalty import queries, services
from regulars.loyalty.errors import HoldClosed, NotEnough
from regulars.loyalty.models import Hold, Wallet
from regulars.loyalty.types import Balance, GiveBack, HoldState

pytestmark = pytest.mark.django_db(transaction=True)
TILLS = 32
ROUNDS_MAX = 30
"""So often a race is looked for before it counts as not there."""


def at_once(acts: list[Callable[[], object]]) -> list[object]:
    """Do all of these at the same moment, each on a connection of its own; what each gave or raised."""
    barrier = Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=60)
            return one()
        except Exception as error:  # whatever it was is told to the test
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(act, acts))


@contextmanager
def without_locks(*functions: str) -> Iterator[None]:
    """Have these functions of the database not lock anything, to see what would happen."""
    with connection.cursor() as cursor:
        before = []
        for name in functions:
            cursor.execute("SELECT pg_get_functiondef(%s::regproc)", [name])
            before.append(cursor.fetchone()[0])
        try:
            for definition in before:
                unlocked = definition.replace("FOR NO KEY UPDATE OF w", "").replace("FOR NO KEY UPDATE", "")
                assert unlocked != definition
                cursor.execute(unlocked)
            yield
        finally:
            for definition in before:
                cursor.execute(definition)


def told_apart(outcomes: list[object]) -> Counter[str]:
    return Counter(type(one).__name__ for one in outcomes)


def holds_of(profile: int, mark: str) -> list[Callable[[], object]]:
    """As many tills as there are ask for 100 of a balance that has 1,000."""
    return [
        partial(services.hold, new=ask(profile, 100, f"{mark}-{number}"), now=NOW) for number in range(TILLS)
    ]


def test_of_32_tills_on_one_balance_exactly_what_fits_succeeds() -> None:
    """vendure PR#4660, saleor PR#15855, shopware #11245, Odoo's till: all checked, and took afterwards."""
    boris = customer("C-2")
    earn(boris, 1000, "2")
    assert told_apart(at_once(holds_of(boris, "k"))) == {"Hold": 10, "NotEnough": TILLS - 10}
    assert has(boris) == Balance(0, 0, 1000, 0)
    with without_locks("loyalty_hold_points"):
        for number in range(ROUNDS_MAX):  # more are let through than fit
            anna = customer(f"race {number}")
            earn(anna, 1000, f"race {number}")
            outcomes = told_apart(at_once(holds_of(anna, f"race {number}")))
            if outcomes["IntegrityError"]:
                break
        else:
            pytest.fail("the race was not there to be won")


def test_of_many_tills_with_one_key_all_are_given_the_same_hold() -> None:
    anna = customer("C-1")
    earn(anna, 1000)
    same = ask(anna, 300)
    outcomes = at_once([partial(services.hold, new=same, now=NOW)] * 8)
    assert told_apart(outcomes) == {"Hold": 8}
    assert len(set(outcomes)) == 1
    assert has(anna) == Balance(700, 0, 300, 0, 700, NOW + 364 * DAY)


def test_two_tills_capture_one_hold() -> None:
    anna = customer("C-1")
    earn(anna, 100_000)

    def tills(mark: str) -> list[Callable[[], object]]:
        made = services.hold(new=ask(anna, 700, mark), now=NOW)
        return [
            partial(services.capture, hold_id=made.id, points_minor=100 * number, now=NOW)
            for number in range(1, 8)
        ]

    outcomes = at_once(tills("k"))
    assert told_apart(outcomes) == {"Hold": 1, "HoldClosed": 6}
    found = queries.hold_by_key("k")
    assert found in outcomes
    assert has(anna).held_minor == 0
    with without_locks("loyalty_capture"):
        for number in range(ROUNDS_MAX):
            if told_apart(at_once(tills(f"race {number}")))["IntegrityError"]:
                break
        else:
            pytest.fail("the race was not there to be won")


def test_one_till_captures_while_the_other_cancels_and_the_time_is_up() -> None:
    anna = customer("C-1")
    earn(anna, 10_000)
    for number in range(4):
        made = services.hold(new=ask(anna, 700, f"{number}"), now=NOW)
        captured, cancelled, timed_out = at_once(
            [
                partial(services.capture, hold_id=made.id, now=NOW),
                partial(services.cancel, hold_id=made.id, now=NOW),
                partial(services.time_out_holds, made.lasts_until, 10),
            ]
        )
        end = queries.hold(made.id)
        assert end is not None
        if end.state is HoldState.CAPTURED:  # also when it had timed out, which was after that
            assert captured == end
            assert isinstance(cancelled, HoldClosed) or (
                timed_out == 1 and getattr(cancelled, "state", None) is HoldState.TIMED_OUT
            )
        else:
            assert isinstance(captured, HoldClosed)
        assert has(anna).held_minor == 0


def test_a_spending_beside_the_return_of_what_was_spent() -> None:
    """Odoo 17 counts points of a cancelled order twice; here the order of the two does not matter."""
    anna = customer("C-1")
    earn(anna, 100_000)
    for number in range(3):
        before = has(anna).spendable_minor
        hold = spent_on(anna, 1000, f"{number}")
        back = [GiveBack(hold_id=hold, given_back_minor=1000, at=NOW)]
        told = partial(services.give_back, wanted=back, given_back_days=30, when_spent="owe", now=NOW)
        new = ask(anna, 300, f"s{number}")
        outcomes = at_once([told] * 4 + [partial(services.spend, new=new, now=NOW, when_short="owe")])
        assert told_apart(outcomes) == {"NoneType": 4, "Hold": 1}
        assert has(anna).spendable_minor == before - 300


def test_whose_first_wallet_several_make_at_once() -> None:
    """Who never had points gets one wallet, whoever comes first."""
    anna = customer("C-1")
    acts: list[Callable[[], object]] = []
    for number in range(6):
        earned = [wanted(anna, 100, f"{number}", at=NOW - DAY)]
        acts.append(partial(services.settle, wanted=earned, when_spent="owe", now=NOW))
        acts.append(partial(services.spend, new=ask(anna, 50, f"{number}"), now=NOW, when_short="owe"))
    outcomes = told_apart(at_once(acts))
    assert outcomes == {"list": 6, "Hold": 6}
    assert Wallet.objects.count() == 1
    found = has(anna)
    assert found.spendable_minor - found.owed_minor == 300


def storm(seed: int, profiles: list[int], holds: list[int], steps: int) -> None:
    """What tills, returns and schedules do to customers who share wallets, in any order."""
    dice = random.Random(seed)  # noqa: S311 (no secret)
    late = NOW + timedelta(hours=1)
    for step in range(steps):
        profile, key = dice.choice(profiles), f"storm {seed}.{step}"
        what = dice.randrange(7)
        try:
            if what == 0:
                services.settle(
                    wanted=[wanted(profile, dice.randrange(300), f"{profile}", at=NOW)],
                    when_spent="owe",
                    now=NOW,
                )
            elif what == 1:
                services.spend(new=ask(profile, 50, key), now=NOW, when_short="owe")
            elif what == 2:
                services.time_out_holds(late, 10)
            elif what == 3:
                wants = [
                    GiveBack(hold_id=one, given_back_minor=dice.randrange(100), at=NOW)
                    for one in dice.sample(holds, 3)
                ]
                services.give_back(wanted=wants, given_back_days=30, when_spent="owe", now=NOW)
            else:
                made = services.hold(new=ask(profile, dice.randrange(1, 80), key), now=NOW)
                if what == 4:
                    services.cancel(hold_id=made.id, now=NOW)
                else:
                    services.capture(hold_id=made.id, points_minor=1, now=NOW)
        except NotEnough:
            continue


def _storm(tills: int, steps: int) -> None:
    profiles = [customer(f"C-{number}") for number in range(6)]
    for number, profile in enumerate(profiles):
        earn(profile, 500, f"{profile}", expires_at=NOW + (number + 1) * DAY)
    for one, other in ((0, 5), (4, 1)):  # wallets in another order than persons
        customers.merge(pairs=[(person(profiles[one]), person(profiles[other]))], now=NOW)
    holds = [spent_on(profile, 90, f"s{profile}") for profile in profiles]
    outcomes = at_once([partial(storm, seed, profiles, holds, steps) for seed in range(tills)])
    assert outcomes == [None] * tills  # no deadlock, nothing refused by the database
    assert queries.verify().findings == ()
    assert not Hold.objects.filter(state="held").exists() or services.time_out_holds(NOW + DAY, 1000)
    assert all(has(profile).held_minor == 0 for profile in profiles)


def test_tills_and_returns_and_schedules_at_once_wait_for_nobody_in_a_circle() -> None:
    _storm(tills=6, steps=8)


@pytest.mark.slow
def test_a_long_storm_of_tills_leaves_the_books_in_order() -> None:
    _storm(tills=16, steps=150)


def test_the_database_itself_refuses_what_no_lock_kept_apart() -> None:
    anna = customer("C-1")
    earn(anna, 100)
    with pytest.raises(IntegrityError, match="not_below_zero"), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO loyalty_posting (wallet_id, lot_id, currency, key, cause, from_account, to_account, "
            "amount_minor, at, recorded_at) SELECT w.id, l.id, w.currency, 'by hand', 'held', 'available', "
            "'held', 101, %s, %s FROM loyalty_wallet AS w JOIN loyalty_lot AS l ON l.wallet_id = w.id",
            [NOW, NOW],
        )
