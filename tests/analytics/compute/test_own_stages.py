"""Stages that a segment of the shop decides, in runs over everybody and over those who changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from tests.analytics.compute.till import Till, refresh, run
from tests.segments.shops import NOW, VISITORS, made, visit

from regulars.analytics import queries as analytics
from regulars.events import services as log
from regulars.segments import services

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]
DAY = datetime(2026, 2, 1, 9, tzinfo=UTC)


def _stages(till: Till) -> list[str | None]:
    found = [analytics.figures_of(person) for person in till.persons]
    return [one.stage if one else None for one in found]


def test_runs_ask_the_segment_and_count_by_it() -> None:
    till = Till("abc")
    for who in range(3):
        till.sell(who, DAY, 100_00)
    lost = made(VISITORS)
    visit([till.persons[1]])
    log.drain(now=NOW)
    run()
    assert _stages(till) == ["new", "new", "new"]
    assert services.set_stage_rules(rules={"lost": lost})
    assert not services.set_stage_rules(rules={"lost": lost})
    run()
    assert _stages(till) == ["new", "lost", "new"]
    last = analytics.latest_run()
    assert last is not None
    assert (last.own_stages, last.stages["lost"], last.stages["new"]) == (["lost"], 1, 2)
    # One who changes is at the stage of the segment within the minute.
    visit([till.persons[2]])
    log.drain(now=NOW)
    till.sell(2, DAY + timedelta(days=1), 100_00)
    assert refresh() == "done"
    assert _stages(till) == ["new", "lost", "lost"]
    services.set_stage_rules(rules={})
    run()
    assert _stages(till) == ["new", "new", "active"]
