"""Our side: a programme replayed over the last twelve months of the lake, from its opening to the sums."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import django

django.setup()

from bench.processes import measured  # noqa: E402
from regulars.analytics.services import open_lake  # noqa: E402
from regulars.loyalty.replaying import replay, shop_tables  # noqa: E402
from regulars.loyalty.services.year import frame_of  # noqa: E402
from regulars.loyalty.types import Programme  # noqa: E402

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
CATEGORIES = 40


def programme() -> Programme:
    """Ten rules, three tiers, two challenges, a birthday coupon."""
    rules: list[dict[str, Any]] = [
        {
            "key": f"category-{n}",
            "name": f"Category {n}",
            "gives": {"kind": "percent", "percent": str(2 + n)},
            "goods": {"categories": [f"Category {n}", f"Category {n + 20}"]},
            "instead": n % 2 == 0,
        }
        for n in range(6)
    ]
    gives: list[dict[str, Any]] = [
        {"kind": "times", "factor": "2"},
        {"kind": "order", "points_minor": 5_000},
        {"kind": "amount", "points_minor": 1_000, "per_minor": 5_000},
        {"kind": "piece", "points_minor": 100},
    ]
    whens: list[dict[str, Any]] = [{"weekdays": [3]}, {"total_from_minor": 15_000}, {}, {}]
    for n, (given, when) in enumerate(zip(gives, whens, strict=True)):
        goods = {"categories": [f"Category {n + 10}"]} if given["kind"] in ("amount", "piece") else {}
        rules.append({"key": f"rule-{n}", "name": f"Rule {n}", "gives": given, "when": when, "goods": goods})
    levels = [
        {"key": f"tier-{n}", "name": f"Tier {n}", "from_minor": 20_000 * n, "brings": {"factor": f"1.{n}"}}
        for n in (1, 2, 3)
    ]
    stamps = {
        "key": "stamps",
        "name": "Stamps",
        "counted": {"kind": "orders", "goods": {"categories": ["Category 5"]}, "pieces": True},
        "times": 6,
        "repeats": True,
        "benefit": {"kind": "gift", "name": "One more", "cost_minor": 5_000},
    }
    thrice = {
        "key": "thrice",
        "name": "Three times a year",
        "counted": {"kind": "orders"},
        "times": 3,
        "window": "year",
        "benefit": {"kind": "points", "points_minor": 10_000},
    }
    return Programme.model_validate(
        {
            "currency": "RUB",
            "rules": rules,
            "tiers": {"levels": levels},
            "challenges": [stamps, thrice],
            "caps": {"order_minor": 500_000},
        }
    )


def replay_year() -> dict[str, int]:
    frame = frame_of(programme(), now=NOW)
    with open_lake(now=NOW, shop=shop_tables(frame)) as lake:
        result = replay(lake, frame)
    if not all(one.brought.people for one in result.parts):
        raise RuntimeError(f"parts that brought nothing: {result.parts}")
    return {"orders": result.orders, "revenue": result.revenue_minor}


def main() -> None:
    measured(replay_year)


if __name__ == "__main__":
    main()
