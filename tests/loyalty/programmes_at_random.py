"""Programmes, orders and carts as hypothesis makes them up."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import strategies as st
from tests.loyalty.earning_oracle import Asked, Line

from regulars.loyalty.types import Programme

DAY = date(2026, 3, 15)
TIERS = ("silver", "gold")
PRODUCTS = ("Чай", "Ёлка", "Coffee")
CATEGORIES = ("Напитки", "Gifts")
BRANDS = ("Акме", "Zéro")
BRANCHES = ("Арбат", "Мясницкая")
CHANNELS = ("search", "till")
SOMEBODY: dict[str, Any] = {"node": "bucket", "salt": "who", "low": 0, "high": 5_000}

percents = st.decimals(0, 100, places=2).map(str)
factors = st.decimals(1, 10, places=2).map(str)
amounts = st.one_of(st.integers(0, 3_000), st.integers(0, 5_000_000))


def some(of: tuple[Any, ...]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(of), unique=True, max_size=2)


def cased(of: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from([*of, *(text.upper() for text in of), *(t.replace("ё", "е") for t in of), ""])


goods = st.fixed_dictionaries(
    {}, optional={"products": some(PRODUCTS), "categories": some(CATEGORIES), "brands": some(BRANDS)}
)
days = st.integers(-3, 3).map(lambda n: (DAY + timedelta(days=n)).isoformat())
whens = st.fixed_dictionaries(
    {},
    optional={
        "who": st.sampled_from([None, SOMEBODY]),
        "tiers": some(TIERS),
        "weekdays": st.lists(st.integers(1, 7), unique=True, max_size=5),
        "first": days,
        "last": days,
        "branches": some(BRANCHES),
        "channels": some(CHANNELS),
        "total_from_minor": st.integers(0, 1_000_000),
    },
)
usually = st.one_of(st.builds(dict), whens)
shares = st.one_of(
    st.fixed_dictionaries({"kind": st.just("percent"), "percent": percents}),
    st.fixed_dictionaries(
        {
            "kind": st.just("amount"),
            "points_minor": st.integers(1, 20_000),
            "per_minor": st.integers(1, 300_000),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("piece"), "points_minor": st.integers(1, 20_000)}),
)
fixed = st.one_of(
    st.fixed_dictionaries({"kind": st.just("order"), "points_minor": st.integers(1, 50_000)}),
    st.fixed_dictionaries({"kind": st.just("times"), "factor": factors}),
)


@st.composite
def rules(draw: st.DrawFn, most: int = 10) -> list[dict[str, Any]]:
    made = []
    for n in range(draw(st.integers(0, most))):
        instead = draw(st.booleans())
        gives = draw(shares if instead else st.one_of(shares, fixed))
        made.append(
            {
                "key": f"r{n}",
                "name": f"Rule {n}",
                "gives": gives,
                "goods": draw(goods),
                "when": draw(usually),
                "instead": instead,
            }
        )
    return made


sums = st.fixed_dictionaries(
    {"amount_minor": st.integers(1, 1_000_000)}, optional={"total_from_minor": st.integers(0, 3_000_000)}
)
discounts: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"discount_percent": percents}),
    st.fixed_dictionaries({"discount_sum": sums}),
)


@st.composite
def programmes(draw: st.DrawFn) -> Programme:
    document: dict[str, Any] = {
        "usable": {"kind": "at_once"},
        "currency": "RUB",
        "cashback_percent": draw(percents),
        "worth_minor": draw(st.one_of(st.just(100), st.integers(1, 10_000))),
        "whole_points": draw(st.booleans()),
        "spend_percent": draw(percents),
        "rules": draw(rules()),
        "caps": {
            "order_minor": draw(st.one_of(st.none(), st.integers(1, 200_000))),
            "period": draw(st.sampled_from(["day", "week", "month", "year"])),
            "period_minor": draw(st.one_of(st.none(), st.integers(1, 300_000))),
        },
    }
    if draw(st.booleans()):
        document["tiers"] = {
            "levels": [
                {
                    "key": key,
                    "name": key,
                    "from_minor": n * 100_000,
                    "brings": draw(
                        st.fixed_dictionaries(
                            {},
                            optional={
                                "cashback_percent": percents,
                                "factor": factors,
                            },
                        )
                    )
                    | draw(discounts),
                }
                for n, key in enumerate(TIERS)
            ]
        }
    for rule in document["rules"]:
        keep_sound(rule["when"], with_tiers="tiers" in document)
    return Programme.model_validate(document)


def keep_sound(when: dict[str, Any], *, with_tiers: bool) -> None:
    """Only statuses that there are, and campaigns that end after they begin."""
    if not with_tiers:
        when.pop("tiers", None)
    if "first" in when and "last" in when:
        when["first"], when["last"] = sorted((when["first"], when["last"]))


lines = st.builds(
    Line,
    amount=amounts,
    pieces=st.integers(0, 5),
    product=cased(PRODUCTS),
    category=cased(CATEGORIES),
    brand=cased(BRANDS),
)
orders = st.builds(
    Asked,
    lines=st.lists(lines, max_size=6),
    day=st.integers(-3, 3).map(lambda n: DAY + timedelta(days=n)),
    currency=st.sampled_from(["RUB", "RUB", "RUB", "EUR"]),
    tier=st.sampled_from(["", *TIERS]),
    fits=st.sets(st.sampled_from([f"r{n}" for n in range(10)])),
    branch=cased(BRANCHES),
    channel=cased(CHANNELS),
    room=st.one_of(st.none(), st.integers(0, 200_000)),
)
