"""The JSON file: the promised keys, exact money, words in the language asked for."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from tests.analytics.audits import audit, channel

from regulars.analytics.export import audit_json

# The keys of docs/metrics.md and of the command's description, written down apart.
KEYS = [
    "customers",
    "orders",
    "revenue",
    "average_order_value",
    "purchase_frequency",
    "repeat_purchase_rate",
    "one_time_customers",
    "repeat_revenue_share",
    "regulars",
    "regulars_share",
    "regulars_revenue_share",
    "median_days_between_orders",
    "median_days_to_second_order",
    "retention_window_days",
    "retention_rate",
    "churn_rate",
    "new_customer_rate",
    "ltv_historical",
    "purchase_days",
    "ltv_by_channel",
    "cac",
    "ltv_to_cac",
    "payback_months",
    "rfm",
    "stages",
    "cohorts",
    "growth_points",
    "unmatched_returns",
    "voided_orders",
    "duplicate_orders",
    "rejected",
    "revenue_without_customer",
    "as_of",
    "rows_read",
    "mapping",
    "currency",
    "from",
    "to",
]


def exported(language: str = "en", **changes: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(audit_json(audit(**changes), language), parse_float=Decimal)
    return document


def test_promised_keys_are_at_the_top() -> None:
    assert set(KEYS) - set(exported()) == set()


def test_money_is_a_number_with_two_decimals() -> None:
    text = audit_json(audit(ltv_by_channel={"ads": Decimal("7.50")}), "en").decode()
    assert '"revenue": 1488000.00,' in text
    assert '"average_order_value": 500.00,' in text
    assert re.search(r'"ltv_by_channel": \{\s*"ads": 7\.50\s*\}', text)
    assert '"unmatched_returns": {\n    "count": 3,\n    "amount": 1500.00\n  }' in text


def test_days_are_iso_and_text_is_utf8() -> None:
    document = exported()
    assert (document["from"], document["to"], document["as_of"]) == ("2023-11-01", "2024-04-28", "2024-04-29")
    assert "Клиент".encode() in audit_json(audit(), "en")


def test_growth_points_carry_figures_and_sentences() -> None:
    point = exported()["growth_points"][0]
    assert {"key", "customers", "action", "expected_revenue", "how", "backtest"} <= set(point)
    assert point["expected_revenue"] == {
        "value": Decimal("214300.50"),
        "low": Decimal("180250.00"),
        "high": Decimal("251000.00"),
    }
    assert point["backtest"]["inside"] is True
    assert exported()["growth_points"][2]["backtest"] is None
    assert re.search("[а-я]", exported("ru")["growth_points"][0]["action"])


def test_cohorts_and_rfm_have_their_arrays() -> None:
    document = exported()
    assert document["cohorts"][0]["active"] == [200, 54, 48, 42, 36, 30]
    assert document["cohorts"][0]["partial"][-1] is True
    assert document["rfm"][0] == {"segment": "champions", "customers": 140, "revenue": Decimal("700000.00")}


def test_unknown_figures_are_null() -> None:
    document = exported(retention_rate=None, average_order_value=None, currency=None)
    assert document["retention_rate"] is document["average_order_value"] is document["currency"] is None


def test_the_same_audit_gives_the_same_bytes() -> None:
    listed = [channel(None), channel("b"), channel("a")]
    assert audit_json(audit(channels=listed), "ru") == audit_json(audit(channels=listed), "ru")


@pytest.mark.parametrize("name", ["</script>", "=cmd|' /C calc'!A0", 'a"b\\c', "\u2028", "\x00"])
def test_any_name_survives(name: str) -> None:
    document = exported(mapping={"customer_id": name}, ltv_by_channel={name: Decimal("1.00")})
    assert document["mapping"]["customer_id"] == name
    assert document["ltv_by_channel"] == {name: Decimal("1.00")}
