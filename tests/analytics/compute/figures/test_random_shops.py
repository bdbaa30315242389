"""Figures of shops made up at random, against plain loops over the same orders."""

from __future__ import annotations

import itertools
import random
import statistics
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.analytics.compute import made_lines
from tests.analytics.compute.naive import Customers, Order
from tests.analytics.compute.naive import assemble as plain_orders

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.figures.document import Frame, figures
from regulars.analytics.compute.orders import assemble
from regulars.analytics.progress import Silent

START = datetime(2022, 2, 27)


def _shop(seed: int) -> list[dict[str, Any]]:
    """A few dozen customers; with some seeds a short history, whole days only, or equal amounts."""
    rng = random.Random(seed)  # noqa: S311
    days = rng.choice([20, 150, 400, 900])
    step = rng.choice([1, 3600, 86_400])
    amounts = rng.choice([[100], [199, 250, 1_000], list(range(1, 5_000))])
    lines = []
    for customer in range(rng.choice([1, 7, 43])):
        begins, count = rng.random() * days, int(1 + rng.expovariate(0.4))
        for _ in range(count):
            seconds = int((begins + rng.random() ** 2 * (days - begins)) * 86_400) // step * step
            lines.append(
                {
                    "customer_id": f"c{customer}",
                    "order_id": str(len(lines)),
                    "ordered_at": START + timedelta(seconds=seconds),
                    "amount": Decimal(rng.choice(amounts)) / 100,
                    "product": None,
                    "kind": "sale",
                    "part": 0,
                    "channel": rng.choice(["ads", "shop", None]),
                    "row": len(lines) + 1,
                }
            )
    return lines


@pytest.fixture(params=[*range(2), *(pytest.param(n, marks=pytest.mark.slow) for n in range(2, 40))])
def shop(request: pytest.FixtureRequest, engine: Engine) -> tuple[dict[str, Any], Customers, Frame]:
    lines = _shop(request.param)
    made_lines.fill(engine.con, lines)
    found = assemble(engine, made_lines.reading(products=False), None, Silent())
    frame = Frame(
        first_day=found.first_day, as_of=found.as_of, margin=None, has_channels=True, has_costs=False
    )
    as_of = max(line["ordered_at"] for line in lines).date() + timedelta(days=1)
    return figures(engine, frame, Silent()).fields, Customers(plain_orders(lines, as_of).orders, as_of), frame


def test_figures_as_plain_loops_make_them(shop: tuple[dict[str, Any], Customers, Frame]) -> None:
    found, plain, frame = shop
    assert frame.as_of == plain.as_of
    _check_headline(found, plain)
    _check_groups(found, plain)
    _check_months(found, plain)
    for point in found["second_order"].curve:
        assert point.y == plain.share_with_second_day_by(int(point.x))
    assert (
        plain.share_with_second_day_by(len(found["second_order"].curve)) is None
        or len(found["second_order"].curve) == 366
    )
    _check_lorenz(found, plain)


def _check_headline(found: dict[str, Any], plain: Customers) -> None:
    customers = list(plain.orders)
    counts = {c: len(plain.orders[c]) for c in customers}
    revenue = {c: plain.revenue(c) for c in customers}
    repeat, regulars = [c for c in customers if counts[c] >= 2], [c for c in customers if plain.is_regular(c)]
    whole = sum(revenue.values())
    waits = [(days[1] - days[0]).days for c in customers if len(days := plain.days(c)) > 1]
    assert found["customers"] == len(customers)
    assert found["orders"] == sum(counts.values())
    assert found["revenue"] == whole
    assert found["repeat_purchase_rate"] == len(repeat) / len(customers)
    assert found["repeat_revenue_share"] == pytest.approx(float(sum(revenue[c] for c in repeat) / whole))
    assert found["regulars"] == len(regulars)
    assert found["regulars_revenue_share"] == pytest.approx(float(sum(revenue[c] for c in regulars) / whole))
    gaps = plain.gaps()
    assert found["median_days_between_orders"] == (statistics.median(gaps) if gaps else None)
    assert found["median_days_to_second_order"] == (statistics.median(waits) if waits else None)
    assert found["purchase_days"] == sum(len(plain.days(c)) for c in customers)
    first = min(plain.days(c)[0] for c in customers)
    span = (plain.as_of - first).days
    w = 365 if span >= 730 else 90
    before, last = plain.retention(w)
    kept = len(before & last) / len(before) if span >= 2 * w and before else None
    new = {c for c in last if plain.days(c)[0] >= plain.as_of - timedelta(days=w)}
    assert (found["retention_window_days"], found["retention_rate"]) == (w, kept)
    assert found["new_customer_rate"] == len(new) / len(last)


def _check_groups(found: dict[str, Any], plain: Customers) -> None:
    assert found["rhythm_days"] == pytest.approx(plain.rhythm())
    stages: dict[str, list[str]] = defaultdict(list)
    cells: dict[tuple[int, int], list[str]] = defaultdict(list)
    slipping = []
    for customer, orders in plain.orders.items():
        stage, (r, f, m) = plain.stage(customer), plain.scores(customer)
        stages[stage].append(customer)
        cells[r, f].append(customer)
        if m == 5 and len(orders) >= 2 and stage in {"at_risk", "lapsed"}:
            slipping.append(customer)
    assert {row.stage: row.customers for row in found["stages"] if row.customers} == {
        stage: len(who) for stage, who in stages.items()
    }
    assert [(cell.r, cell.f) for cell in found["rfm_map"]] == sorted(cells, reverse=True)
    for cell in found["rfm_map"]:
        who = cells[cell.r, cell.f]
        assert (cell.customers, cell.revenue) == (len(who), sum(plain.revenue(c) for c in who))
    assert sum(row.customers for row in found["rfm"]) == len(plain.orders)
    best_first = sorted(slipping, key=lambda c: (-plain.revenue(c), c))
    assert [row.customer_id for row in found["slipping"].top] == best_first[:50]
    for row in found["slipping"].top:
        days = plain.days(row.customer_id)
        gaps = [(b - a).days for a, b in itertools.pairwise(days)]
        assert row.usual_gap_days == (statistics.median(gaps) if gaps else None)


def _month(day: date) -> str:
    return f"{day:%Y-%m}"


def _check_months(found: dict[str, Any], plain: Customers) -> None:
    new: dict[str, list[Order]] = defaultdict(list)
    again: dict[str, list[Order]] = defaultdict(list)
    active: dict[tuple[str, str], set[str]] = defaultdict(set)
    for customer, orders in plain.orders.items():  # by (moment, id): the first is the first
        new[_month(orders[0].day)].append(orders[0])
        for order in orders[1:]:
            again[_month(order.day)].append(order)
        for order in orders:
            active[_month(orders[0].day), _month(order.day)].add(customer)
    names = [month.month for month in found["months"]]
    for month in found["months"]:
        assert (month.new_orders, month.returning_orders) == (len(new[month.month]), len(again[month.month]))
        assert month.new_revenue == sum(order.amount for order in new[month.month])
        assert month.returning_revenue == sum(order.amount for order in again[month.month])
    assert [cohort.month for cohort in found["cohorts"]] == sorted(month for month in new if new[month])
    for cohort in found["cohorts"]:
        since = names[names.index(cohort.month) :]
        assert cohort.active == [len(active[cohort.month, name]) for name in since]
    by_channel: dict[str, list[str]] = defaultdict(list)
    for customer, orders in plain.orders.items():
        by_channel[orders[0].channel or ""].append(customer)
    total, *each = found["channels"]
    assert (total.customers, total.revenue) == (found["customers"], found["revenue"])
    assert {c.channel: (c.customers, c.revenue) for c in each} == {
        name: (len(who), sum(plain.revenue(c) for c in who)) for name, who in by_channel.items()
    }


def _check_lorenz(found: dict[str, Any], plain: Customers) -> None:
    best_first = sorted((plain.revenue(c) for c in plain.orders), reverse=True)
    total, n = sum(best_first), len(best_first)
    for point in found["lorenz"].points:
        heads = point.x * n
        whole = int(heads + 1e-9)
        part = Decimal(heads - whole) * best_first[whole] if heads - whole > 1e-9 else Decimal(0)
        assert point.y == pytest.approx(float((sum(best_first[:whole]) + part) / total))
