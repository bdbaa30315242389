"""However a till's journal arrives, it ends where the till's days would have, had it not been cut off."""

from __future__ import annotations

from datetime import timedelta
from random import Random

import pytest
from tests.loyalty.journals_at_random import (
    BACK,
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


def shuffled_ends_where_it_would_have(seeds: range) -> None:
    """Each day three times: lived through plainly, sent in order, and sent in any order and portions."""
    days = {way: [day(f"{way}{seed}", seed) for seed in seeds] for way in ("live", "inorder", "shuffled")}
    for those in days.values():
        open_books(those)
    for one in days["live"]:
        live(one)
    let_time_pass(BACK)
    for one in days["inorder"]:
        send(one, one.entries, BACK)
    arriving = {one.name: portions(one, Random(one.name)) for one in days["shuffled"]}  # noqa: S311
    now = BACK
    while arriving:
        for one in days["shuffled"]:
            if one.name in arriving:
                portion = next(arriving[one.name], None)
                if portion is None:
                    del arriving[one.name]
                else:
                    send(one, portion, now)
        now += timedelta(minutes=10)
        let_time_pass(now)
    let_time_pass(BACK + timedelta(days=100))
    assert queries.verify().findings == ()
    found = ends()
    for seed in seeds:
        assert found.get(f"shuffled{seed}") == found.get(f"inorder{seed}"), seed
    for seed in seeds:
        assert found.get(f"shuffled{seed}") == found.get(f"live{seed}"), seed


@pytest.mark.django_db(transaction=True)
def test_forty_journals_end_where_they_would_have_in_any_order() -> None:
    publish()
    shuffled_ends_where_it_would_have(range(40))
