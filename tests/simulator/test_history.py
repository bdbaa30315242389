from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from regulars.simulator.history import CHANNELS, ZONE, History, make_history

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture(scope="module")
def history() -> History:
    return make_history(now=NOW, seed=1, customers=2000, months=18)


def test_the_same_seed_makes_the_same_shop(history: History) -> None:
    assert make_history(now=NOW, seed=1, customers=2000, months=18) == history
    assert make_history(now=NOW, seed=2, customers=2000, months=18) != history


def test_nothing_happens_in_the_future_or_before_the_opening(history: History) -> None:
    opened = NOW - timedelta(days=round(18 * 30.44) + 1)
    moments = [p.at for p in history.purchases]
    assert moments == sorted(moments)
    assert opened < moments[0]
    for purchase in history.purchases:
        later = [purchase.cancelled_at, purchase.returned.at if purchase.returned else None]
        assert all(purchase.at < moment < NOW for moment in later if moment)
        assert purchase.at < NOW
    assert max(cost.day for cost in history.costs) < NOW.astimezone(ZONE).date()


def test_everybody_bought_and_is_known_since_their_first_purchase(history: History) -> None:
    first: dict[int, datetime] = {}
    for purchase in history.purchases:
        first.setdefault(purchase.customer, purchase.at)
    assert {customer.number: customer.since for customer in history.customers} == first
    assert len(first) == 2000


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_looks_like_a_shop(seed: int) -> None:
    history = make_history(now=NOW, seed=seed, customers=2000, months=18)
    kept = [p for p in history.purchases if not p.cancelled_at]
    orders = Counter(p.customer for p in kept)
    revenue: Counter[int] = Counter()
    for purchase in kept:
        revenue[purchase.customer] += sum(line.amount_minor for line in purchase.lines)
    best = sorted(revenue.values(), reverse=True)
    assert 0.40 <= sum(n > 1 for n in orders.values()) / len(orders) <= 0.52
    assert 0.30 <= sum(best[: len(best) // 10]) / sum(best) <= 0.60
    assert max(orders.values()) > 25
    # Good customers who slip away.
    last = {p.customer: p.at for p in kept}
    gone = [c for c, n in orders.items() if n >= 5 and NOW - last[c] > timedelta(days=90)]
    assert len(gone) > 40
    assert 30 <= sum(p.returned is not None for p in history.purchases) <= 300
    assert 30 <= sum(p.cancelled_at is not None for p in history.purchases) <= 300
    assert {p.branch for p in kept} == {None, 0, 1}


def test_a_channel_gets_worse_while_it_grows(history: History) -> None:
    orders = Counter(p.customer for p in history.purchases)
    won: defaultdict[bool, list[int]] = defaultdict(list)
    seen: set[int] = set()
    for purchase in history.purchases:
        if purchase.customer not in seen and purchase.channel == "vk":
            won[purchase.at > NOW - timedelta(days=270)].append(orders[purchase.customer])
        seen.add(purchase.customer)
    early, late = (sum(n > 1 for n in won[half]) / len(won[half]) for half in (False, True))
    assert len(won[True]) > len(won[False])
    assert late < early - 0.05


def test_december_is_the_busiest_time(history: History) -> None:
    by_month = Counter((p.at.year, p.at.month) for p in history.purchases)
    assert by_month[2025, 12] == max(by_month.values())


def test_winning_a_customer_costs_about_what_it_should(history: History) -> None:
    won = Counter()
    seen: set[int] = set()
    for purchase in history.purchases:
        if purchase.customer not in seen:
            won[purchase.channel] += 1
        seen.add(purchase.customer)
    spent: Counter[str] = Counter()
    for cost in history.costs:
        spent[cost.channel] += cost.cost_minor
    assert "offline" not in spent
    for channel in CHANNELS:
        if channel.code in spent:
            each = spent[channel.code] / won[channel.code] / 100
            assert 0.75 * channel.cost[0] < each < 1.25 * channel.cost[1]


def test_names_are_russian_and_english_and_rows_are_sound(history: History) -> None:
    english = [c for c in history.customers if c.name.isascii()]
    assert 100 < len(english) < 400
    assert any("ё" in c.name for c in history.customers)
    for purchase in history.purchases:
        items = [line.item.name for line in purchase.lines]
        assert len(set(items)) == len(items) >= 1
        assert all(line.amount_minor > 0 and line.quantity > 0 for line in purchase.lines)
        if purchase.returned:
            assert purchase.lines[purchase.returned.line - 1].amount_minor == purchase.returned.amount_minor


def test_a_small_and_short_shop_works_too() -> None:
    small = make_history(now=NOW, seed=5, customers=1, months=1)
    assert len(small.customers) == 1
    assert small.purchases[0].at.date() >= date(2026, 2, 12)
