"""Audits made by hand for the tests of what is made from one."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from regulars.analytics import types

D = Decimal
MONTHS = ["2023-11", "2023-12", "2024-01", "2024-02", "2024-03", "2024-04"]


def headline(**changes: Any) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "customers": 1240,
        "orders": 2976,
        "revenue": D("1488000.00"),
        "average_order_value": D("500.00"),
        "purchase_frequency": 2.4,
        "repeat_purchase_rate": 0.42,
        "one_time_customers": 719,
        "repeat_revenue_share": 0.731,
        "regulars": 186,
        "regulars_share": 0.15,
        "regulars_revenue_share": 0.405,
        "median_days_between_orders": 31.0,
        "median_days_to_second_order": 24.5,
        "retention_window_days": 90,
        "retention_rate": 0.381,
        "churn_rate": 0.619,
        "new_customer_rate": 0.55,
        "ltv_historical": D("1200.00"),
        "purchase_days": 2801,
    }
    return figures | changes


def cohorts() -> list[types.Cohort]:
    found = []
    for start, month in enumerate(MONTHS):
        size = 200 + 10 * start
        length = len(MONTHS) - start
        active = [size] + [size * (30 - 3 * k) // 100 for k in range(1, length)]
        found.append(
            types.Cohort(
                month=month,
                size=size,
                active=active,
                revenue=[D(n * 500) for n in active],
                retention=[n / size for n in active],
                partial=[start + k == len(MONTHS) - 1 for k in range(length)],
            )
        )
    return found


FACTS: dict[str, str | int | float] = {
    "share_percent": 23.4,
    "money_each": 1790.0,
    "revenue_so_far": 640000.0,
    "median_absence_days": 44.0,
    "rhythm_days": 62.0,
    "moments": 5,
    "horizon_days": 91,
    "precedents": 731,
    "sampled_customers": 0,
    "tide_percent": 8,
}
FACTS_BY_KEY: dict[str, dict[str, str | int | float]] = {
    "second_order": {"longest_absence_days": 180},
    "win_back": {"longest_absence_days": 180, "lapsed_after_days": 124},
    "overdue": {"lapsed_after_days": 124, "late_factor": 1.5, "usual_gap_days": 21.0},
    "almost_regulars": {"regular_orders": 4},
    "keep_best": {"lapsed_after_days": 124, "recent_revenue": 410000.0, "recent_days": 180},
    "cross_sell": {
        "longest_absence_days": 180,
        "a": "Чай",
        "b": "Чайник",
        "by": "product",
        "also_in_others": 40,
    },
}


def growth_point(**changes: Any) -> types.GrowthPoint:
    values: dict[str, Any] = {
        "key": "second_order",
        "customers": 512,
        "expected_revenue": types.Interval(D("214300.50"), D("180250.00"), D("251000.00")),
        "extra_percent": D("5120.00"),
        "backtest": types.Backtest(
            as_of=date(2023, 11, 1),
            days=181,
            customers=240,
            expected=types.Interval(D("90000.00"), D("78000.00"), D("104000.00")),
            actual=D("99500.00"),
            inside=True,
        ),
        "facts": FACTS | FACTS_BY_KEY[changes.get("key", "second_order")],
        "top": ["0007", "Иванова", "a-19"],
    }
    return types.GrowthPoint(**(values | changes))


def audit(**changes: Any) -> types.Audit:
    """Half a year of a shop in roubles, all sections filled."""
    values: dict[str, Any] = headline() | {
        "made_at": datetime(2024, 5, 1, 9, 0, tzinfo=UTC),
        "source": [types.SourcePart(name="orders.csv", rows=3100, encoding="utf-8", delimiter=";")],
        "rows_read": 3100,
        "mapping": {"customer_id": "Клиент", "ordered_at": "Дата", "amount": "Сумма", "order_id": "Номер"},
        "currency": "RUB",
        "timezone": "Europe/Moscow",
        "margin": None,
        "from_": date(2023, 11, 1),
        "to": date(2024, 4, 28),
        "as_of": date(2024, 4, 29),
        "span_days": 180,
        "rejected": {"no_customer": 21, "bad_date": 2},
        "rejected_examples": {"no_customer": ["orders.csv, row 17"], "bad_date": ["orders.csv, row 40"]},
        "revenue_without_customer": D("10300.00"),
        "unmatched_returns": types.CountAmount(3, D("1500.00")),
        "voided_orders": 5,
        "duplicate_orders": 1,
        "duplicate_orders_differing": 0,
        "previous": types.Headline(
            **headline(
                customers=900,
                orders=2000,
                revenue=D("990000.00"),
                repeat_purchase_rate=0.4,
                retention_rate=0.39,
                churn_rate=0.61,
                average_order_value=D("495.00"),
                median_days_between_orders=33.0,
            )
        ),
        "months": [
            types.Month(
                month=m,
                new_orders=200 + n,
                returning_orders=100 * n,
                new_revenue=D(100000 + n),
                returning_revenue=D(50000 * n),
                partial=m == "2024-04",
            )
            for n, m in enumerate(MONTHS)
        ],
        "rfm": [
            types.RfmSegment("champions", 140, D("700000.00")),
            types.RfmSegment("loyal", 200, D("350000.00")),
            types.RfmSegment("new", 160, D("90000.00")),
            types.RfmSegment("at_risk", 81, D("120000.00")),
            types.RfmSegment("lost", 659, D("228000.00")),
        ],
        "rfm_map": [types.RfmCell(5, 5, 140, D("700000.00"))],
        "rfm_cuts": types.RfmCuts([None] * 4, [None] * 4, [None] * 4),
        "stages": [
            types.StageRow("new", 300, D("200000.00")),
            types.StageRow("active", 250, D("300000.00")),
            types.StageRow("regular", 180, D("600000.00")),
            types.StageRow("returned", 10, D("8000.00")),
            types.StageRow("at_risk", 300, D("250000.00")),
            types.StageRow("lapsed", 200, D("130000.00")),
        ],
        "rhythm_days": 62.0,
        "cohorts": cohorts(),
        "second_order": types.SecondOrder(
            curve=[types.CurvePoint(float(x), 0.42 * x / 180) for x in range(0, 181, 5)],
            within={"30": 0.14, "60": 0.22, "90": 0.29, "180": 0.42},
        ),
        "lorenz": types.Lorenz(
            points=[types.CurvePoint(x / 100, 1 - (1 - x / 100) ** 3) for x in range(101)],
            top_10_share=0.271,
            top_20_share=0.488,
        ),
        "slipping": types.Slipping(
            customers=2,
            revenue=D("31000.00"),
            top=[
                types.SlippingCustomer(
                    customer_id="0007",
                    last_order=date(2024, 1, 20),
                    days_since=100,
                    usual_gap_days=20.5,
                    orders=9,
                    revenue=D("21000.00"),
                    stage="at_risk",
                ),
                types.SlippingCustomer(
                    customer_id="Ё-18",
                    last_order=date(2023, 12, 1),
                    days_since=150,
                    usual_gap_days=None,
                    orders=2,
                    revenue=D("10000.00"),
                    stage="lapsed",
                ),
            ],
        ),
        "channels": [],
        "ltv_by_channel": {},
        "cac": {},
        "ltv_to_cac": {},
        "payback_months": {},
        "growth_points": [
            growth_point(),
            growth_point(key="win_back", customers=81),
            growth_point(key="keep_best", backtest=None),
        ],
        "growth_left_out": [types.LeftOut("cross_sell", "no_products")],
        "notes": [],
    }
    return types.Audit(**(values | changes))


def channel(name: str | None, **changes: Any) -> types.Channel:
    values: dict[str, Any] = {
        "channel": name,
        "customers": 620,
        "revenue": D("744000.00"),
        "ltv": D("1200.00"),
        "cost": D("310000.00"),
        "cac": D("500.00"),
        "ltv_to_cac": 2.4,
        "payback_months": 3,
    }
    return types.Channel(**(values | changes))


def changed(document: types.Audit, **changes: Any) -> types.Audit:
    return msgspec.structs.replace(document, **changes)
