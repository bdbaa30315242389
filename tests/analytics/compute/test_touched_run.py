"""Customers who changed are reckoned by themselves, and come out as in a run over everybody."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from tests.analytics.compute.till import NOW, Till, figures, refresh, run

from regulars.analytics import queries, services, tasks
from regulars.analytics.compute import touched_run
from regulars.analytics.models import CustomerFigures
from regulars.commerce import services as commerce
from regulars.commerce.types import OrderReturn, OrderStatus
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import NewProfile
from regulars.events import queries as marks
from regulars.events import services as events
from regulars.team import services as team
from regulars.team.types import ShopProfile

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]

DAY = datetime(2026, 2, 1, 9, tzinfo=UTC)


def test_a_change_is_on_the_card_with_the_next_minute() -> None:
    till = Till("abc")
    till.sell(0, DAY, 100_00)
    till.sell(1, DAY + timedelta(days=20), 50_00)
    run()
    assert marks.touched_profiles(10) == []
    order = till.sell(0, DAY + timedelta(days=10), 30_00)
    assert refresh() == "done"
    found = queries.figures_of(till.persons[0])
    assert found is not None
    assert (found.orders, found.revenue_minor, found.average_order_minor) == (2, 130_00, 65_00)
    assert (found.first_day, found.before_last_day, found.last_day) == (
        date(2026, 2, 1),
        date(2026, 2, 1),
        date(2026, 2, 11),
    )
    assert (found.purchase_days, found.usual_gap_days) == (2, 10.0)
    assert marks.touched_profiles(10) == []
    assert refresh() == "idle"
    commerce.record_orders(orders=[replace(order, status=OrderStatus.CANCELLED)], now=NOW)
    assert refresh() == "done"
    found = queries.figures_of(till.persons[0])
    assert found is not None
    assert (found.orders, found.revenue_minor) == (1, 100_00)


def test_a_customer_without_orders_has_a_row() -> None:
    till = Till("ab")
    till.sell(0, DAY, 100)
    run()
    assert figures()[till.persons[1]] == {
        "person_id": till.persons[1],
        "profile_id": till.profiles[1],
        "orders": 0,
        "revenue_minor": 0,
        "currency": "RUB",
        "purchase_days": 0,
        **dict.fromkeys(("first_day", "last_day", "before_last_day", "average_order_minor")),
        **dict.fromkeys(("usual_gap_days", "r", "f", "m", "segment", "stage", "channel")),
    }
    customers.upsert_profiles(profiles=[NewProfile(source="shop", external_id="new", name="N")], now=NOW)
    assert refresh() == "done"
    person = Profile.objects.get(external_id="new").person_id
    assert figures()[person]["orders"] == 0


def test_an_order_after_the_run_counts() -> None:
    till = Till()
    till.sell(0, DAY, 100)
    run()
    before = queries.latest_run()
    assert before is not None
    till.sell(1, DAY + timedelta(days=3), 200)
    refresh()
    found = queries.figures_of(till.persons[1])
    assert found is not None
    assert (found.last_day, found.stage) == (date(2026, 2, 4), "new")
    assert before.as_of == date(2026, 2, 2)


def test_persons_that_are_gone_or_merged_lose_their_row() -> None:
    till = Till("abc")
    for who in range(3):
        till.sell(who, DAY, 100)
    run()
    merged, kept = till.persons[0], till.persons[1]
    Profile.objects.filter(pk=till.profiles[0]).update(person_id=kept)
    events.touch(profiles=[till.profiles[0]], months=[("profiles", DAY.date().replace(day=1))])
    assert refresh() == "done"
    assert merged not in figures()
    assert figures()[kept]["orders"] == 2
    assert figures()[kept]["profile_id"] == till.profiles[0]
    run()
    assert set(figures()) == {kept, till.persons[2]}


def test_a_run_over_everybody_removes_who_is_gone() -> None:
    till = Till("ab")
    till.sell(0, DAY, 100)
    run()
    template = CustomerFigures.objects.get(pk=till.persons[0])
    for person_id in (till.persons[1] + 1, 10**12):
        template.pk = person_id
        template.save(force_insert=True)
    till.sell(0, DAY, 100)
    run()
    assert set(figures()) == set(till.persons)


@pytest.mark.parametrize("reason", ["no run", "zone", "margin", "currency", "too many"])
def test_where_a_run_over_everybody_is_needed_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, reason: str
) -> None:
    till = Till()
    till.sell(0, DAY, 100)
    shop = {
        "zone": ShopProfile(timezone="Asia/Vladivostok"),
        "margin": ShopProfile(margin=Decimal("0.5")),
        "currency": ShopProfile(currency="EUR"),
    }
    if reason != "no run":
        run()
        till.sell(1, DAY, 100)
        till.sell(0, DAY, 100)
    if reason in shop:
        team.save_shop(shop=shop[reason], user_id=None, now=NOW)
    if reason == "too many":
        monkeypatch.setattr(touched_run, "PERSONS_MAX", 1)
    waiting = marks.touched_profiles(10)
    assert refresh() == "everybody"
    assert marks.touched_profiles(10) == waiting
    if reason == "no run":
        assert tasks.refresh_touched(NOW, 1) == 1
        assert queries.figures_work() == "making"


def test_what_was_seen_earlier_never_covers_what_was_seen_later() -> None:
    """Without turns the first run, which looked before the order and writes after it, would win."""
    till = Till()
    till.sell(0, DAY, 100)
    run()
    (person,) = till.persons[:1]
    row = figures()[person]
    columns = services.FIGURES_COLUMNS
    later, earlier = NOW + timedelta(days=2), NOW + timedelta(days=1)

    def line(revenue: int) -> bytes:
        values = {**row, "revenue_minor": revenue}
        return (",".join("" if values[c] is None else str(values[c]) for c in columns) + "\n").encode()

    services.store_figures(rows=line(200), above=0, up_to=person, computed_at=later)
    services.store_figures(rows=line(100), above=0, up_to=person, computed_at=earlier)
    assert figures()[person]["revenue_minor"] == 200
    services.store_figures(rows=b"", above=0, up_to=person, computed_at=earlier)
    assert figures()[person]["revenue_minor"] == 200
    services.store_figures(rows=line(300), above=0, up_to=person, computed_at=later)
    assert figures()[person]["revenue_minor"] == 300


def test_a_refresh_that_another_run_overtook_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    till = Till()
    till.sell(0, DAY, 100)
    run()
    till.sell(0, DAY, 200)
    write_back = touched_run._write_back

    def overtaken(*args: object) -> bool:
        run()  # comes in between the look and the writing
        return write_back(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(touched_run, "_write_back", overtaken)
    assert refresh() == "later"
    assert figures()[till.persons[0]]["orders"] == 2
    monkeypatch.undo()
    assert refresh() == "idle"  # the run in between saw to the marks


def test_who_was_refreshed_while_a_run_was_made_is_scored_again(monkeypatch: pytest.MonkeyPatch) -> None:
    till = Till("abcdef")
    for who in range(6):
        till.sell(who, DAY, 100 * (who + 1))
    run()
    from regulars.analytics.compute import full_run

    write_back = full_run._write_back

    def meanwhile(*args: object) -> None:
        till.sell(0, DAY + timedelta(days=1), 10_000)
        assert refresh() == "done"
        write_back(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(full_run, "_write_back", meanwhile)
    run()
    assert figures()[till.persons[0]]["orders"] == 2  # the run, which looked before, left it
    assert [profile for _id, profile in marks.touched_profiles(10)] == [till.profiles[0]]


@pytest.mark.parametrize("seed", range(3))
def test_touched_customers_come_out_as_in_a_run_over_everybody(seed: int) -> None:
    """Of a shop at random, all customers touched at once: then the cuts are the same on both ways."""
    chance = random.Random(seed)  # noqa: S311
    till = Till([f"c{n}" for n in range(12)], products=["tea", "cup"])
    for _ in range(60):
        who = chance.randrange(11)
        at = DAY + timedelta(days=chance.randrange(200), hours=chance.randrange(30))
        product, amount = chance.choice(["tea", "cup", ""]), chance.randrange(1, 400)
        what = chance.random()
        if what < 0.15:
            till.give_back(who, at, amount, product)
        elif what < 0.25:
            back = (
                OrderReturn(returned_at=at + timedelta(days=1), amount_minor=chance.randrange(1, amount + 1)),
            )
            till.sell(who, at, amount, product, returns=back)
        elif what < 0.3:
            till.sell(who, at, amount, product, status=OrderStatus.CANCELLED)
        else:
            till.sell(
                None if what > 0.95 else who, at, amount, product, channel=chance.choice(["", "ads", "vk"])
            )
    run()
    expected = figures()
    assert len(expected) == 12
    CustomerFigures.objects.update(revenue_minor=-1, orders=0, first_day=None, segment="lost", r=1)
    events.touch(profiles=till.profiles)
    assert refresh() == "done"
    assert figures() == expected
    some = chance.sample(till.profiles, 4)
    CustomerFigures.objects.filter(profile_id__in=some).update(revenue_minor=-1, stage="new", channel="x")
    events.touch(profiles=some)
    assert refresh() == "done"
    assert figures() == expected
