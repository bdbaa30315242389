"""What time alone changes, and what figures do."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from tests.segments.shops import (
    LATELY,
    NOW,
    VISITED,
    VISITORS,
    after,
    keep_up,
    made,
    members,
    newcomers,
    profile_of,
    told,
    visit,
)

from regulars.analytics import queries as figures
from regulars.analytics import services as analytics
from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.customers import services as people
from regulars.customers.types import SHOP, NewTraits
from regulars.events import queries as marks
from regulars.events import services as log
from regulars.segments import queries, services
from regulars.segments.models import Segment
from regulars.segments.services import ticking
from regulars.segments.types import (
    AllOf,
    Anniversary,
    DaysAgo,
    Did,
    Has,
    InSegment,
    Kind,
    Not,
    Range,
    State,
    Within,
)
from regulars.team import services as team
from regulars.team.queries import shop

pytestmark = pytest.mark.django_db


def tick(now: datetime) -> int:
    return services.tick(now=now, limit=1000)


def test_who_leaves_by_time_leaves_and_who_enters_by_time_enters() -> None:
    (anna, _boris) = newcomers(2)
    visit([anna], at=after(days=-6))
    lately, quiet = made(LATELY), made(AllOf((VISITORS, Not(of=LATELY))))
    keep_up()
    tick(after(minutes=1))
    assert (members(lately), members(quiet)) == ([anna], [])
    assert told() == []
    tick(after(days=1, seconds=-1))
    assert (members(lately), members(quiet)) == ([anna], [])
    tick(after(days=1))
    assert (members(lately), members(quiet)) == ([], [anna])
    assert sorted(told()) == [("segment_entered", quiet, False), ("segment_left", lately, False)]
    row = queries.segment(quiet)
    assert row is not None
    assert row.true_at == after(days=1)


def test_a_tick_that_comes_late_sees_all_that_it_missed() -> None:
    (anna,) = newcomers(1)
    segment = made(AllOf((Did(event=VISITED.name, within=Within(hours=2)), VISITORS)))
    visit([anna], at=after(minutes=5))
    keep_up(after(minutes=6))
    assert members(segment) == [anna]
    tick(after(days=3))
    assert members(segment) == []


def test_those_that_name_it_follow_by_time_too() -> None:
    (anna,) = newcomers(1)
    visit([anna], at=after(days=-6))
    lately = made(LATELY)
    outer = made(Not(of=InSegment(segment=lately)))
    keep_up()
    tick(after(days=2))
    assert (members(lately), members(outer)) == ([], [anna])
    assert sorted(told()) == [("segment_entered", outer, False), ("segment_left", lately, False)]


def _born(person: int, day: str, zone: str = "") -> None:
    values = {"birthday": day} | ({"timezone": zone} if zone else {})
    people.set_traits(
        traits=[NewTraits(profile_id=profile_of(person), values=values, verified=True, as_of=NOW)], now=NOW
    )


def test_midnight_is_the_customers_own() -> None:
    """A birthday on 16 March begins in Kamchatka at 12:00 UTC of the 15th, in New York at 04:00 of the 16th.

    Of whom no zone is known the shop's own counts, which is Moscow's: 21:00 of the 15th.
    """
    east, west, here = newcomers(3)
    _born(east, "1990-03-16", "Asia/Kamchatka")
    _born(west, "1990-03-16", "America/New_York")
    _born(here, "1990-03-16")
    begins = {
        east: datetime(2026, 3, 15, 12, tzinfo=UTC),
        here: datetime(2026, 3, 15, 21, tzinfo=UTC),
        west: datetime(2026, 3, 16, 4, tzinfo=UTC),
    }
    segment = made(Has("customers.birthday", Anniversary()), now=datetime(2026, 3, 15, 11, tzinfo=UTC))
    day, minute = timedelta(days=1), timedelta(minutes=1)
    for now in sorted(
        moment + by for moment in begins.values() for by in (-minute, minute * 0, day - minute, day)
    ):
        tick(now)
        assert set(members(segment)) == {
            person for person, moment in begins.items() if moment <= now < moment + day
        }


def test_the_day_the_clocks_change_has_another_length() -> None:
    """In Berlin 29 March 2026 has 23 hours."""
    (anna,) = newcomers(1)
    _born(anna, "1990-03-29", "Europe/Berlin")
    begins, ends = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    minute = timedelta(minutes=1)
    segment = made(Has("customers.birthday", Anniversary()), now=begins - timedelta(hours=3))
    for now in (begins - minute, begins, ends - minute, ends):
        tick(now)
        assert members(segment) == ([anna] if begins <= now < ends else [])


def _figures(person: int, **values: object) -> None:
    """What a run would write of somebody."""
    row = dict.fromkeys(analytics.FIGURES_COLUMNS, "")
    row |= {
        "person_id": str(person),
        "profile_id": str(profile_of(person)),
        "orders": "0",
        "revenue_minor": "0",
        "currency": "RUB",
        "purchase_days": "0",
    }
    row |= {name: str(value) for name, value in values.items()}
    line = ",".join(row[name] for name in analytics.FIGURES_COLUMNS) + "\n"
    analytics.store_figures(rows=line.encode(), above=person - 1, up_to=person, computed_at=NOW)


@pytest.mark.django_db(transaction=True)
def test_who_has_other_figures_is_looked_at() -> None:
    anna, boris = newcomers(2)
    segment = made(Has("analytics.recency", Range(low=Decimal(4))))
    _figures(anna, r=5)
    _figures(boris, r=3)
    keep_up()
    tick(NOW)
    assert members(segment) == [anna]
    assert not figures.changed_persons(10).mark_ids
    _figures(anna, r=2)
    _figures(boris, r=3)  # the same: nobody is marked for that
    assert figures.changed_persons(10).figures == {anna}
    tick(after(minutes=1))
    assert members(segment) == []
    assert told() == [("segment_entered", segment, False), ("segment_left", segment, False)]


@pytest.mark.django_db(transaction=True)
def test_marks_are_not_lost_while_it_is_built() -> None:
    (anna,) = newcomers(1)
    segment = services.make_segment(
        name="Recent", condition=Has("analytics.recency", Range(low=Decimal(4))), now=NOW
    )
    _figures(anna, r=5)
    tick(NOW)
    services.build(segment_id=segment, now=NOW)
    assert members(segment) == [anna]


def test_who_was_touched_without_an_event_is_looked_at() -> None:
    """As when an import is undone: the orders are gone, and the log has never heard of them."""
    (anna,) = newcomers(1)
    segment = made(VISITORS)
    keep_up()
    visit([anna], backfill=True)
    keep_up()
    assert members(segment) == [anna]
    log.retract(source="test", keys=[f"{VISITED.name}::{anna}:{NOW}"])
    keep_up()
    assert members(segment) == [anna]
    log.touch(profiles=[profile_of(anna)])
    analytics.see_to_touched(marks.touched_profiles(99))
    tick(after(minutes=1))
    assert members(segment) == []
    assert told() == [("segment_entered", segment, True), ("segment_left", segment, True)]


def test_an_order_makes_and_time_unmakes_a_member() -> None:
    (anna,) = newcomers(1)
    segment = made(Has("commerce.last_order_at", DaysAgo(at_least=0, at_most=30)))
    commerce.record_orders(
        orders=[
            Order(
                source=SHOP,
                external_id="1",
                profile_id=profile_of(anna),
                ordered_at=NOW,
                currency="RUB",
                lines=(OrderLine(amount_minor=10_000),),
            )
        ],
        now=NOW,
    )
    keep_up()
    assert members(segment) == [anna]
    tick(after(days=30))
    assert members(segment) == [anna]
    tick(after(days=31))
    assert members(segment) == []


def test_many_at_once_are_found_by_one_look_at_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    persons = newcomers(30)
    visit(persons[:20], at=after(days=-6))
    visit(persons[20:], at=after(days=-1))
    segment = made(LATELY)
    keep_up()
    monkeypatch.setattr(ticking, "EVERYBODY_FROM", 5)
    monkeypatch.setattr(ticking, "PORTION", 7)
    tick(after(days=2))
    assert members(segment) == persons[20:]
    row = queries.segment(segment)
    assert row is not None
    assert row.members == 10
    (day,) = queries.days(segment, first=after(days=2).date(), last=after(days=2).date())
    assert (day.members, day.entered, day.left) == (10, 0, 20)


def test_a_tick_that_died_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    persons = newcomers(6)
    visit(persons, at=after(days=-6))
    segment = made(LATELY)
    keep_up()
    monkeypatch.setattr(ticking, "PORTION", 2)
    look, looked = ticking._look, []

    def dies(*args: object) -> int:
        if len(looked) == 2:
            raise KeyboardInterrupt
        looked.append(True)
        return look(*args)  # type: ignore[arg-type]

    with monkeypatch.context() as dying:
        dying.setattr(ticking, "_look", dies)
        with pytest.raises(KeyboardInterrupt):
            tick(after(days=2))
    assert len(members(segment)) == 2
    tick(after(days=2, minutes=1))
    assert members(segment) == []
    assert told("left") == [("segment_left", segment, False)] * 6


def test_another_zone_of_the_shop_has_them_found_anew() -> None:
    (anna,) = newcomers(1)
    _born(anna, "1990-03-16")
    now = datetime(2026, 3, 15, 15, tzinfo=UTC)
    segment = made(Has("customers.birthday", Anniversary()), now=now)
    keep_up()
    assert members(segment) == []
    team.save_shop(shop=replace(shop(), timezone="Asia/Vladivostok"), user_id=None, now=NOW)
    tick(now)
    row = queries.segment(segment)
    assert row is not None
    assert row.state == State.BUILDING
    services.build(segment_id=segment, now=now)
    assert members(segment) == [anna]


def test_a_static_segment_left_half_written_is_given_up() -> None:
    segment = Segment.objects.create(
        name="List", kind=Kind.STATIC.value, state=State.BUILDING.value, created_at=NOW
    )
    tick(after(minutes=30))
    assert queries.segment(segment.pk).state == State.BUILDING
    tick(after(minutes=61))
    assert queries.segment(segment.pk).state == State.FAILED


def test_a_clock_that_was_set_back_changes_nothing() -> None:
    (anna,) = newcomers(1)
    visit([anna], at=after(days=-6))
    segment = made(LATELY)
    keep_up()
    tick(after(days=2))
    tick(after(days=-1))
    assert members(segment) == []
    row = queries.segment(segment)
    assert row is not None
    assert row.true_at == after(days=2)


def test_a_segment_that_asks_for_what_is_no_longer_there_fails() -> None:
    (anna,) = newcomers(1)
    visit([anna])
    segment, other = made(VISITORS), made(LATELY)
    condition = {"node": "attribute", "attribute": "test.gone", "test": {"is": "known"}}
    Segment.objects.filter(pk=segment).update(condition=condition)
    keep_up()
    tick(after(minutes=1))
    assert [queries.segment(one).state for one in (segment, other)] == [State.FAILED, State.READY]
    assert members(segment) == [anna]
