"""However a till's journal arrives, it ends where the till's days would have, had it not been cut off."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import timedelta
from random import Random

import pytest
from tests.loyalty.journals_at_random import (
    BACK,
    Day,
    day,
    ends,
    let_time_pass,
    live,
    open_books,
    portions,
    publish,
    send,
)

from regulars.loyalty import queries
from regulars.loyalty.models import JournalEntry
from regulars.loyalty.services import journal
from regulars.loyalty.types import EntryReason, EntryState

WAYS = ("live", "shuffled")
BLOCK = 250
"""Days that are in the database together."""
BLOCKS = range(0, 10_000, BLOCK if os.environ.get("ALL_JOURNALS") else 10_000)
"""One of them with the slow tests; all take half an hour of one core."""


def end_where_they_would_have(seeds: range, ways: Sequence[str] = WAYS) -> None:
    """Each day in several ways: lived through plainly, sent in order, and sent in any order and portions."""
    days = {way: [day(f"{way}{seed}", seed) for seed in seeds] for way in ways}
    for those in days.values():
        open_books(those)
    for one in days["live"]:
        live(one)
    let_time_pass(BACK)
    for one in days.get("inorder", ()):
        send(one, one.entries, BACK)
    _arrive(days["shuffled"])
    let_time_pass(BACK + timedelta(days=100))
    assert queries.verify().findings == ()
    found = ends()
    assert not JournalEntry.objects.filter(state=EntryState.WAITING.value).exists()
    assert not JournalEntry.objects.filter(outcome__reason=EntryReason.BROKEN.value).exists()
    for seed in seeds:
        for way in ways[1:]:
            assert found.get(f"{way}{seed}") == found.get(f"live{seed}"), (way, seed)


def _arrive(days: Sequence[Day]) -> None:
    """In portions, two minutes between them, in which the worker does what is due."""
    arriving = {one.name: portions(one, Random(one.name)) for one in days}  # noqa: S311
    now = BACK
    while arriving:
        for one in days:
            if one.name in arriving:
                portion = next(arriving[one.name], None)
                if portion is None:
                    del arriving[one.name]
                else:
                    send(one, portion, now)
        now += timedelta(minutes=2)
        let_time_pass(now)


@pytest.mark.django_db(transaction=True)
def test_four_journals_end_where_they_would_have_in_any_order() -> None:
    publish()
    end_where_they_would_have(range(4))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_sending_in_order_is_one_of_the_orders() -> None:
    publish()
    end_where_they_would_have(range(100), ("live", "inorder", "shuffled"))


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", BLOCKS)
def test_ten_thousand_journals_end_where_they_would_have_in_any_order(first: int) -> None:
    publish()
    end_where_they_would_have(range(first, first + BLOCK))


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_done_as_they_come_journals_would_end_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof above can fail: without the till's order it does."""
    monkeypatch.setattr(journal, "is_due", lambda *_numbers, **_more: True)
    publish()
    with pytest.raises(AssertionError):
        end_where_they_would_have(range(100))
