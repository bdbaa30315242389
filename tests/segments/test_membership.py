"""Keeping people in segments as things happen."""

from __future__ import annotations

import pytest
from tests.events.reading import settled
from tests.segments.shops import NOW, VISITORS, made, members, newcomers, told, visit

from regulars.events import services as log
from regulars.segments import queries
from regulars.segments.types import State

pytestmark = pytest.mark.django_db(transaction=True)


def keep_up(now=NOW):
    settled()
    log.drain(now=now)


def test_whoever_does_it_enters_and_it_is_told_once() -> None:
    anna, boris = newcomers(2)
    segment = made(VISITORS)
    assert members(segment) == []
    visit([anna])
    keep_up()
    assert members(segment) == [anna]
    assert told() == [("segment_entered", segment, False)]
    visit([anna], "again")
    keep_up()
    assert told() == [("segment_entered", segment, False)]
    row = queries.segment(segment)
    assert row is not None and (row.members, row.state) == (1, State.READY)
    assert [(m.segment_id, m.name) for m in queries.segments_of(anna)] == [(segment, "Visitors")]
    assert queries.segments_of(boris) == []
