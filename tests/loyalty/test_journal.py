"""Journals of tills that were cut off: stored as they come, done in the till's order, and nothing dropped."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from regulars.customers import services as customers
from regulars.loyalty import queries, services
from regulars.loyalty.rules.journal import GAP_LASTS
from regulars.loyalty.types import (
    Account,
    Cause,
    Entry,
    EntryKind,
    EntryReason,
    EntryState,
    HoldState,
    NewEntry,
    Programme,
    Wanted,
)
from regulars.loyalty.types.programme import AtOnce

pytestmark = pytest.mark.django_db
BEFORE = datetime(2026, 3, 1, 9, tzinfo=UTC)
CUT_OFF = datetime(2026, 3, 2, 9, tzinfo=UTC)
BACK = datetime(2026, 3, 2, 21, tzinfo=UTC)
TILL = "till-1-3f2a"
BRANCH = 7


@pytest.fixture
def shop() -> None:
    queries.forget_versions()
    programme = Programme(usable=AtOnce(), currency="RUB", offline_minor=100_000)
    services.publish(programme=programme, since=None, now=BEFORE, user_id=None)


def customer(number: str = "C-1", points_minor: int = 0, **lot: Any) -> int:
    """Somebody with points from before the till was cut off."""
    key = ("shop", number)
    profile_id = customers.find_or_create_profiles(keys=[key], now=BEFORE)[key]
    if points_minor:
        wanted = Wanted(
            key=f"opening:{number}:{lot.get('expires_at')}",
            profile_id=profile_id,
            points_minor=points_minor,
            at=BEFORE,
            earned_at=BEFORE,
            usable_at=BEFORE,
            expires_at=lot.get("expires_at"),
            account=Account.ADJUSTMENTS,
            cause=Cause.OPENING,
        )
        services.settle(wanted=[wanted], when_spent="owe", now=BEFORE)
    return profile_id


def entry(number: int, kind: EntryKind, key: str = "", **body: Any) -> NewEntry:
    """The till did one thing a minute."""
    at = CUT_OFF + timedelta(minutes=number)
    return NewEntry(number=number, kind=kind, key=key or f"k{number}", at=at, body=body)


def spend(number: int, points_minor: int, customer: str = "id:C-1", **body: Any) -> NewEntry:
    return entry(number, EntryKind.SPEND, customer=customer, points_minor=points_minor, **body)


def send(
    entries: Sequence[NewEntry], *, complete_to: int = 0, now: datetime = BACK, till: str = TILL
) -> list[Entry]:
    """What became of all the till has sent so far."""
    stored = services.store_entries(
        branch_id=BRANCH, till=till, entries=entries, complete_to=complete_to, now=now
    )
    services.do_entries(journal_id=stored.journal_id, now=now, limit=1000)
    assert queries.verify().findings == ()
    return queries.journal_entries(journal_id=stored.journal_id)


def states(found: Sequence[Entry]) -> list[tuple[int, str]]:
    return [(one.number, one.state.value) for one in found]


def spendable(profile_id: int, at: datetime = BACK) -> int:
    return queries.balance(profile_id=profile_id, at=at).spendable_minor


def test_a_spending_is_done_at_the_tills_time(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    (found,) = send([spend(1, 30_000, order_id="O-1")])
    assert (found.state, found.outcome, found.profile_id) == (
        EntryState.DONE,
        {"points_minor": 30_000},
        profile_id,
    )
    assert spendable(profile_id) == 20_000
    made = queries.hold_by_key(f"{BRANCH}:k1")
    assert made is not None
    assert (made.state, made.at, made.order_id) == (HoldState.CAPTURED, CUT_OFF + timedelta(minutes=1), "O-1")


def test_points_that_expired_while_the_till_was_cut_off_are_spent_as_they_were_then(shop: None) -> None:
    profile_id = customer(points_minor=50_000, expires_at=CUT_OFF + timedelta(hours=3))
    assert spendable(profile_id) == 0
    (found,) = send([spend(1, 30_000)])
    assert found.state is EntryState.DONE
    assert spendable(profile_id) == 0


def test_what_is_missing_is_reported_and_owed(shop: None) -> None:
    profile_id = customer(points_minor=10_000)
    (found,) = send([spend(1, 30_000)])
    assert found.state is EntryState.SHORT
    assert found.outcome == {
        "points_minor": 10_000,
        "short_minor": 20_000,
        "reason": EntryReason.NOT_ENOUGH.value,
    }
    assert queries.balance(profile_id=profile_id, at=BACK).owed_minor == 20_000
    assert queries.entries_wrong()[0].number == 1


def test_a_till_alone_takes_no_more_than_the_programme_lets_it(shop: None) -> None:
    profile_id = customer(points_minor=500_000)
    (found,) = send([spend(1, 150_000)])
    assert (found.state, found.outcome["reason"]) == (EntryState.SHORT, EntryReason.OFFLINE_LIMIT.value)
    assert (found.outcome["points_minor"], found.outcome["short_minor"]) == (100_000, 50_000)
    assert spendable(profile_id) == 400_000
    assert queries.balance(profile_id=profile_id, at=BACK).owed_minor == 0


def test_entries_wait_for_the_one_before_them(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    assert states(send([spend(2, 10_000), spend(3, 10_000)])) == [(2, "waiting"), (3, "waiting")]
    assert spendable(profile_id) == 50_000
    assert states(send([spend(1, 10_000)])) == [(1, "done"), (2, "done"), (3, "done")]
    assert spendable(profile_id) == 20_000


def test_the_same_entries_again_change_nothing(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    first = send([spend(1, 10_000), spend(2, 10_000)])
    assert send([spend(2, 10_000), spend(1, 10_000)], now=BACK + timedelta(hours=1)) == first
    assert spendable(profile_id) == 30_000


def test_another_entry_under_a_taken_number_is_kept_and_refused(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    send([spend(1, 10_000)])
    for _ in range(2):
        found = send([spend(1, 20_000), spend(2, 5_000)])
        assert [(one.number, one.twin, one.state.value) for one in found] == [
            (1, 0, "done"),
            (1, 1, "refused"),
            (2, 0, "done"),
        ]
        assert found[1].outcome == {"reason": EntryReason.NUMBER_TAKEN.value}
    assert spendable(profile_id) == 35_000


def test_a_gap_is_given_up_after_three_days_and_what_comes_later_is_still_done(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    send([spend(3, 10_000)])
    services.do_journals(BACK + GAP_LASTS - timedelta(minutes=1), 100)
    assert spendable(profile_id) == 50_000
    assert services.do_journals(BACK + GAP_LASTS, 100) == 1
    row = queries.journal(branch_id=BRANCH, till=TILL)
    assert row is not None
    assert (row.next_number, row.waiting, row.last_number) == (4, 0, 3)
    late = BACK + GAP_LASTS + timedelta(hours=1)
    found = send([spend(2, 20_000)], now=late)
    assert [(one.number, one.state.value, one.outcome) for one in found] == [
        (2, "done", {"points_minor": 20_000, "late": True}),
        (3, "done", {"points_minor": 10_000, "missing": [1, 2]}),
    ]
    assert spendable(profile_id) == 20_000


def test_what_the_till_says_is_all_there_is_is_not_waited_for(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    found = send([spend(2, 10_000), spend(5, 10_000)], complete_to=3)
    assert states(found) == [(2, "done"), (5, "waiting")]
    assert states(send([], complete_to=4)) == [(2, "done"), (5, "done")]
    assert spendable(profile_id) == 30_000


def test_who_is_unknown_is_reported(shop: None) -> None:
    found = send([spend(1, 10_000, customer="id:nobody"), spend(2, 10_000, customer="unknown")])
    assert [(one.state.value, one.outcome["reason"]) for one in found] == [
        ("refused", "unknown_customer"),
        ("refused", "unknown_customer"),
    ]


def test_a_hold_and_its_capture_in_part(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    found = send(
        [
            entry(1, EntryKind.HOLD, "h", customer="id:C-1", points_minor=30_000),
            entry(2, EntryKind.CAPTURE, hold="h", points_minor=10_000, order_id="O-1"),
        ]
    )
    assert states(found) == [(1, "done"), (2, "done")]
    assert spendable(profile_id) == 40_000


def test_a_hold_that_does_not_reach_takes_the_rest_when_it_is_captured(shop: None) -> None:
    profile_id = customer(points_minor=20_000)
    found = send(
        [
            entry(1, EntryKind.HOLD, "h", customer="id:C-1", points_minor=30_000),
            entry(2, EntryKind.CAPTURE, hold="h"),
        ]
    )
    assert [(one.state.value, one.outcome["points_minor"], one.outcome["short_minor"]) for one in found] == [
        ("short", 20_000, 10_000),
        ("short", 20_000, 10_000),
    ]
    assert queries.balance(profile_id=profile_id, at=BACK).owed_minor == 10_000


def test_a_hold_of_nothing_is_spent_when_it_is_captured(shop: None) -> None:
    profile_id = customer()
    found = send(
        [
            entry(1, EntryKind.HOLD, "h", customer="id:C-1", points_minor=30_000),
            entry(2, EntryKind.CAPTURE, hold="h"),
        ]
    )
    assert states(found) == [(1, "refused"), (2, "short")]
    assert queries.balance(profile_id=profile_id, at=BACK).owed_minor == 30_000


def test_a_hold_that_was_let_go_is_captured_no_more(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    found = send(
        [
            entry(1, EntryKind.HOLD, "h", customer="id:C-1", points_minor=30_000),
            entry(2, EntryKind.CANCEL, hold="h"),
            entry(3, EntryKind.CANCEL, hold="h"),
            entry(4, EntryKind.CAPTURE, hold="h"),
            entry(5, EntryKind.CAPTURE, hold="never made"),
        ]
    )
    assert [(one.state.value, one.outcome.get("reason")) for one in found] == [
        ("done", None),
        ("done", None),
        ("done", None),
        ("refused", "hold_closed"),
        ("refused", "no_such_hold"),
    ]
    assert spendable(profile_id) == 50_000


def test_a_hold_whose_time_was_up_at_the_till_is_spent_anew(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    send([entry(1, EntryKind.HOLD, "h", customer="id:C-1", points_minor=30_000)])
    found = send([entry(100, EntryKind.CAPTURE, hold="h")], complete_to=99)
    assert states(found) == [(1, "done"), (100, "done")]
    assert spendable(profile_id) == 20_000
    made = queries.hold_by_key(f"{BRANCH}:h")
    assert made is not None
    assert made.state is HoldState.TIMED_OUT


def test_a_hold_that_timed_out_before_its_capture_came_is_captured(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    send([entry(1, EntryKind.HOLD, "h", customer="id:C-1", points_minor=30_000)])
    # As long as a hold lasts the worker waits for what comes after it.
    assert services.time_out_holds(BACK + timedelta(minutes=29), 100) == 0
    assert services.time_out_holds(BACK + timedelta(minutes=30), 100) == 1
    assert spendable(profile_id) == 50_000
    assert states(send([entry(2, EntryKind.CAPTURE, hold="h")])) == [(1, "done"), (2, "done")]
    assert spendable(profile_id) == 20_000


def test_a_hold_that_timed_out_before_its_cancelling_came_is_captured_no_more(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    send([entry(1, EntryKind.HOLD, "h", customer="id:C-1", points_minor=30_000)])
    assert services.time_out_holds(BACK + timedelta(minutes=30), 100) == 1
    found = send([entry(2, EntryKind.CANCEL, hold="h"), entry(3, EntryKind.CAPTURE, hold="h")])
    assert states(found) == [(1, "done"), (2, "done"), (3, "refused")]
    assert spendable(profile_id) == 50_000


def test_a_spending_whose_answer_was_lost_is_done_once(shop: None) -> None:
    """The till had set points aside by a call, and was cut off before it heard so."""
    from regulars.loyalty.types import NewHold

    profile_id = customer(points_minor=50_000)
    new = NewHold(
        key=f"{BRANCH}:k1",
        profile_id=profile_id,
        points_minor=30_000,
        at=CUT_OFF,
        lasts_until=CUT_OFF + timedelta(minutes=30),
        branch_id=BRANCH,
    )
    made = services.hold(new=new, now=CUT_OFF)
    assert states(send([spend(1, 30_000, order_id="O-1")])) == [(1, "done")]
    assert spendable(profile_id) == 20_000
    found = queries.hold(made.id)
    assert found is not None
    assert (found.state, found.order_id) == (HoldState.CAPTURED, "O-1")


def test_journals_of_tills_go_their_own_way(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    send([spend(2, 10_000)])
    assert states(send([spend(1, 10_000)], till="till-2-77aa")) == [(1, "done")]
    assert [(row.till, row.waiting) for row in queries.journals()] == [(TILL, 1), ("till-2-77aa", 0)]
    # A key is of the branch: made up by both, it is one spending, and with other points a mistake of theirs.
    found = send([spend(1, 20_000)])
    assert [(one.state.value, one.outcome.get("reason")) for one in found] == [
        ("refused", "key_reused"),
        ("done", None),
    ]
    assert spendable(profile_id) == 30_000


def test_setting_aside_and_spending_alone_comes_to_no_more_than_a_till_may(shop: None) -> None:
    profile_id = customer(points_minor=500_000)
    found = send(
        [
            entry(1, EntryKind.HOLD, "h", customer="id:C-1", points_minor=130_000),
            entry(2, EntryKind.CAPTURE, hold="h"),
            entry(3, EntryKind.CAPTURE, hold="h"),
        ]
    )
    limited = {"points_minor": 100_000, "short_minor": 30_000, "reason": "offline_limit"}
    assert [one.outcome for one in found] == [limited] * 3
    assert spendable(profile_id) == 400_000


def test_a_till_that_may_take_nothing_alone_sets_nothing_aside(shop: None) -> None:
    profile_id = customer(points_minor=50_000)
    nothing = Programme(usable=AtOnce(), currency="RUB", offline_minor=0)
    services.publish(programme=nothing, since=CUT_OFF, now=CUT_OFF, user_id=None)
    queries.forget_versions()
    hold = entry(1, EntryKind.HOLD, "h", customer="id:C-1", points_minor=10_000)
    found = send([hold, entry(2, EntryKind.CAPTURE, hold="h")])
    assert [one.outcome["reason"] for one in found] == ["offline_limit"] * 2
    assert states(found) == [(1, "refused"), (2, "short")]
    assert spendable(profile_id) == 50_000
