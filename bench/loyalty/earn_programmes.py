"""A programme of one cashback rule, and one of ten rules, three tiers and five challenges."""

from __future__ import annotations

from typing import Any

from regulars.loyalty.types import Programme

TEA, COFFEE, GIFTS = "Tea", "Coffee", "Gift cards"
GOODS = [
    ("Green tea", TEA, "Acme"),
    ("Black tea", TEA, "Zenith"),
    ("Kenya AA", COFFEE, "Acme"),
    ("Cup", "Things", "Zenith"),
    ("Card of 1,000", GIFTS, ""),
]
"""Name, category and brand."""
COUPONS = ("SPRING", "MUGS")
"""The codes of two offers that add up."""
BOUGHT_TWICE = {"node": "orders", "at_least": 2}

PLAIN = Programme.model_validate({"currency": "RUB"})


def _percent(percent: str) -> dict[str, Any]:
    return {"kind": "percent", "percent": percent}


def _rule(number: int, gives: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"key": f"rule-{number}", "name": f"Rule {number}", "gives": gives} | more


_RULES = [
    _rule(1, _percent("10"), goods={"categories": [TEA]}, instead=True),
    _rule(2, _percent("0"), goods={"categories": [GIFTS]}, instead=True),
    _rule(3, _percent("3"), goods={"brands": ["Acme"]}),
    _rule(4, {"kind": "amount", "points_minor": 5_000, "per_minor": 100_000}),
    _rule(5, {"kind": "piece", "points_minor": 500}, goods={"products": ["Kenya AA"]}),
    _rule(6, {"kind": "order", "points_minor": 5_000}, when={"total_from_minor": 300_000}),
    _rule(7, {"kind": "times", "factor": "2"}, when={"weekdays": [2, 3]}),
    _rule(8, {"kind": "times", "factor": "3"}, when={"tiers": ["gold"], "weekdays": [1]}),
    _rule(9, _percent("1"), when={"channels": ["app"]}),
    _rule(10, _percent("2"), when={"who": BOUGHT_TWICE}),
]
_TIERS = [
    {"key": "silver", "name": "Silver", "from_minor": 100_000, "brings": {"cashback_percent": "6"}},
    {"key": "gold", "name": "Gold", "from_minor": 500_000, "brings": {"factor": "1.5"}},
    {
        "key": "platinum",
        "name": "Platinum",
        "from_minor": 2_000_000,
        "brings": {"factor": "2", "discount_percent": "3"},
    },
]
_POINTS = {"kind": "points", "points_minor": 10_000}


def _challenge(number: int, times: int, goods: dict[str, Any], **more: Any) -> dict[str, Any]:
    counted = {"kind": "orders", "goods": goods, "pieces": more.pop("pieces", False)}
    goal = {"key": f"goal-{number}", "name": f"Goal {number}", "counted": counted, "times": times}
    return goal | {"benefit": _POINTS} | more


_CHALLENGES = [
    _challenge(1, 6, {"categories": [COFFEE]}, pieces=True, repeats=True, shape="stamps"),
    _challenge(2, 3, {}, window="month"),
    _challenge(3, 2, {}, in_a_row="weeks"),
    _challenge(4, 1, {"brands": ["Zenith"]}, window="year"),
    _challenge(5, 10, {}),
]
RICH = Programme.model_validate(
    {
        "currency": "RUB",
        "rules": _RULES,
        "tiers": {"levels": _TIERS},
        "challenges": _CHALLENGES,
        "caps": {"order_minor": 500_000},
    }
)
