"""Several at once, each with a connection of its own: what an order earns, what ends, who becomes one."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

import pytest
from django.db import connection, transaction
from tests.loyalty.books_of_points import DAY, NOW, customer, wanted
from tests.loyalty.spending import ask, earn, has, person
from tests.together import together

from regulars.customers import services as customers
from regulars.customers.errors import CannotUnmerge
from regulars.loyalty import locks, queries, services
from regulars.loyalty.errors import HoldClosed, NotEnough
from regulars.loyalty.models import Lot
from regulars.loyalty.types import Hold, Wanted

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS_MAX = 20
"""So often a race is looked for before it counts as not there."""


def settled(one: Wanted, now: datetime = NOW) -> Callable[[], object]:
    return partial(services.settle, wanted=[one], when_spent="owe", now=now)


def errors(outcomes: Sequence[object]) -> list[Exception]:
    return [one for one in outcomes if isinstance(one, Exception)]


def test_without_the_lock_an_order_that_is_told_of_twice_at_once_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The race that the next test is about is there: the books refuse what two post side by side."""
    lock = locks.lock_persons_wallets

    def unlocked(**values: object) -> dict[int, int]:
        with transaction.atomic():
            return lock(**values)  # type: ignore[arg-type]

    def beside(*arguments: object, **values: object) -> dict[int, int]:
        found: list[dict[int, int]] = together([lambda: unlocked(**values)])  # type: ignore[assignment]
        return found[0]

    monkeypatch.setattr(locks, "lock_persons_wallets", beside)
    for number in range(ROUNDS_MAX):
        anna = customer(f"race {number}")
        earn(anna, 100, f"{number}")
        more = settled(wanted(anna, 150, f"{number}"))
        if errors(together([more] * 6)):
            return
    pytest.fail("the race was not there to be won")


def test_an_order_that_several_tell_of_at_once_earns_once() -> None:
    anna = customer("anna")
    for number in range(3):
        one = wanted(anna, 100, f"{number}")
        assert errors(together([settled(one)] * 6)) == []
        assert errors(together([settled(wanted(anna, 150, f"{number}"))] * 6)) == []
    assert has(anna).spendable_minor == 450
    fewer = [settled(wanted(anna, points, "0")) for points in (10, 20, 30, 40)]
    assert errors(together(fewer)) == []
    assert has(anna).spendable_minor in {310, 320, 330, 340}


def test_a_return_and_the_end_of_the_same_points_at_the_same_moment() -> None:
    """Whichever comes first: nothing is left, and nobody owes what was never spent."""
    end = NOW + 365 * DAY

    def returned(profile: int, order: str) -> Callable[[], object]:
        return settled(wanted(profile, 0, order), end)

    def ended() -> object:
        return services.run_day(now=end, limit=100)

    for number, several in enumerate(["return, end", "end, return", "at once", "at once", "at once"]):
        anna = customer(f"anna {number}")
        earn(anna, 100, f"{number}", usable_at=NOW - DAY, expires_at=end)
        acts = [returned(anna, f"{number}"), ended]
        if several == "at once":
            assert errors(together(acts)) == []
        else:
            for act in acts if several.startswith("return") else reversed(acts):
                act()
        found = has(anna, end)
        assert (found.spendable_minor, found.pending_minor, found.owed_minor) == (0, 0, 0), several


def test_two_cards_of_one_person_cannot_both_spend_what_they_have_together() -> None:
    """vendure PR#4660, POSNext #198, PrestaShop #29493, django-oscar PR#4612: looked, and took afterwards."""
    for number in range(5):
        anna, boris = customer(f"anna {number}"), customer(f"boris {number}")
        earn(anna, 100, f"a{number}")
        earn(boris, 100, f"b{number}")
        customers.merge(pairs=[(person(anna), person(boris))], now=NOW)
        outcomes = together(
            [
                partial(services.hold, new=ask(profile, 150, f"{profile}-{till}"), now=NOW)
                for profile in (anna, boris)
                for till in range(3)
            ]
        )
        assert sum(isinstance(one, Hold) for one in outcomes) == 1
        assert sum(isinstance(one, NotEnough) for one in outcomes) == 5
        assert has(anna).spendable_minor == 50


@pytest.mark.slow
def test_eventyay_1398_of_five_who_want_one_of_three_three_get_it() -> None:
    anna = customer("anna")
    earn(anna, 3)
    outcomes = together([partial(services.hold, new=ask(anna, 1, f"{n}"), now=NOW) for n in range(5)])
    assert sum(isinstance(one, Hold) for one in outcomes) == 3


@pytest.mark.slow
def test_odoo_17_of_48_tries_by_16_tills_what_there_is_is_spent_once() -> None:
    """There 13 to 19 went through where there were points for 10."""
    anna = customer("anna")
    earn(anna, 1_000)

    def till(number: int) -> int:
        done = 0
        for try_ in range(3):
            try:
                made = services.hold(new=ask(anna, 100, f"{number}-{try_}"), now=NOW)
                services.capture(hold_id=made.id, now=NOW)
                done += 1
            except NotEnough:
                continue
        return done

    tills: list[Callable[[], object]] = [partial(till, number) for number in range(16)]
    outcomes = together(tills)
    assert errors(outcomes) == []
    assert sum(one for one in outcomes if isinstance(one, int)) == 10
    assert has(anna).spendable_minor == 0


@pytest.mark.slow
def test_who_becomes_one_or_two_while_they_spend_has_what_is_left() -> None:
    for number in range(4):
        anna, boris = customer(f"anna {number}"), customer(f"boris {number}")
        earn(anna, 100, f"a{number}")
        earn(boris, 100, f"b{number}")
        pair = person(anna), person(boris)
        merging: Callable[[], object] = partial(customers.merge, pairs=[pair], now=NOW)
        spends: list[Callable[[], object]] = [
            partial(services.hold, new=ask(profile, 60, f"{profile}-{till}"), now=NOW)
            for profile in (anna, boris)
            for till in range(2)
        ]
        outcomes = together([merging, *spends])
        held = sum(isinstance(one, Hold) for one in outcomes)
        assert all(isinstance(one, NotEnough) for one in errors(outcomes))
        assert held in {2, 3}  # 3 where they had become one in time
        assert has(anna).spendable_minor == 200 - 60 * held


def _go_on(seed: int, profiles: list[int], steps: int) -> None:
    """Whatever may happen to a few customers, in any order."""
    dice = random.Random(seed)  # noqa: S311
    for step in range(steps):
        profile, now = dice.choice(profiles), NOW + step * DAY
        try:
            _do(dice, profile, profiles, f"{seed}-{step}", now)
        except (NotEnough, HoldClosed, CannotUnmerge):
            continue


def _do(dice: random.Random, profile: int, profiles: list[int], key: str, now: datetime) -> None:
    what = dice.randrange(9)
    if what <= 2:
        several = [
            wanted(
                one,
                dice.choice([0, 50, 100]),
                f"{one}-{dice.randrange(4)}",
                usable_at=NOW + dice.randrange(10) * DAY,
                expires_at=NOW + dice.randrange(10, 40) * DAY,
                sliding_days=31,
            )
            for one in dice.sample(profiles, 3)
        ]
        services.settle(wanted=several, when_spent=dice.choice(["owe", "take", "write_off"]), now=now)
    elif what == 3:
        services.run_day(now=now, limit=1_000)
    elif what == 4:
        services.extend(activity=dict.fromkeys(dice.sample(profiles, 2), now), now=now)
    elif what == 5:
        one, other = (person(at) for at in dice.sample(profiles, 2))
        for merge in customers.merge(pairs=[(one, other)], now=now):
            if dice.random() < 0.7:
                customers.unmerge(merge_id=merge, now=now, user_id=None)
    elif what == 6:
        services.spend(new=ask(profile, 30, key, at=now), now=now, when_short="owe")
    else:
        made = services.hold(new=ask(profile, dice.randrange(1, 60), key, at=now), now=now)
        if what == 7:
            services.capture(hold_id=made.id, points_minor=1, now=now)
        else:
            services.cancel(hold_id=made.id, now=now)


def _look(looks: int) -> int:
    """Proves the books again and again meanwhile; every look is of one moment."""
    for _ in range(looks):
        assert queries.verify().findings == ()
    return looks


def _everything(workers: int, steps: int) -> None:
    profiles = [customer(f"customer {number}") for number in range(5)]
    acts: list[Callable[[], object]] = [partial(_go_on, seed, profiles, steps) for seed in range(workers)]
    acts.append(partial(_look, steps))
    outcomes = together(acts)
    assert errors(outcomes) == []  # no deadlock, and nothing that the database had to refuse
    assert queries.verify().findings == ()
    assert Lot.objects.exists()


def test_whatever_happens_at_once_the_books_agree_at_every_moment() -> None:
    _everything(workers=5, steps=8)


@pytest.mark.slow
def test_a_long_time_of_everything_at_once() -> None:
    _everything(workers=12, steps=80)


def test_a_look_in_several_statements_would_be_of_several_moments() -> None:
    """Why `verify` is one statement: what is posted between two of them would look like a fault."""
    anna = customer("anna")
    earn(anna, 100)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT sum(available_minor) FROM loyalty_wallet")
        (kept,) = cursor.fetchone()
        assert errors(together([settled(wanted(anna, 300, "2"))])) == []
        cursor.execute("SELECT sum(amount_minor) FROM loyalty_posting WHERE to_account = 'available'")
        (proved,) = cursor.fetchone()
    assert kept != proved
    assert queries.verify().findings == ()
