"""One order, told of through every door: it stays one, and its newest state holds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.api.rest_calls import caller
from tests.api.rest_server import serving

from regulars.commerce.services import record_orders
from regulars.commerce.types import Order, OrderLine
from regulars.customers.queries import profile_ids
from regulars.customers.types import SHOP

ORDERED_AT = "2026-03-01T12:00:00Z"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_order_by_api_by_event_and_by_file_is_one(tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {caller().secret}"}
    with serving(tmp_path) as server, httpx.Client(base_url=server.address, headers=headers) as client:

        def by_api(amount: int, as_of: str) -> int:
            order = {
                "customer_id": "C-7",
                "ordered_at": ORDERED_AT,
                "currency": "RUB",
                "lines": [{"product_id": "TEA", "name": "Tea", "amount_minor": amount}],
                "as_of": as_of,
            }
            return client.put("/api/v1/orders/2026-7", json=order).status_code

        def by_event(price: float, at: str, message: str) -> None:
            answer = client.post(
                "/v1/track",
                json={
                    "userId": "C-7",
                    "event": "Order Completed",
                    "messageId": message,
                    "timestamp": at,
                    "properties": {
                        "order_id": "2026-7",
                        "currency": "RUB",
                        "products": [{"product_id": "TEA", "name": "Tea", "price": price, "quantity": 1}],
                    },
                },
            )
            assert answer.status_code == 200, answer.text

        def stored() -> dict[str, Any]:
            found: dict[str, Any] = client.get("/api/v1/orders/2026-7").raise_for_status().json()
            return found

        by_event(100.0, ORDERED_AT, "first")
        assert stored()["amount_minor"] == 10000
        assert by_api(20000, "2026-03-01T14:00:00Z") == 200
        by_event(50.0, "2026-03-01T13:00:00Z", "late")
        assert stored()["amount_minor"] == 20000
        assert by_api(30000, "2026-03-01T13:30:00Z") == 409
        key = (SHOP, "C-7")
        imported = Order(
            source=SHOP,
            external_id="2026-7",
            profile_id=profile_ids([key])[key],
            ordered_at=datetime.fromisoformat(ORDERED_AT),
            currency="RUB",
            lines=(OrderLine(amount_minor=40000),),
            returns=None,
        )
        now = datetime(2026, 3, 2, tzinfo=UTC)
        assert record_orders(orders=[imported], now=now, backfill=True).created == 0
        assert stored()["amount_minor"] == 40000

        assert [order["id"] for order in client.get("/api/v1/orders").json()["orders"]] == ["2026-7"]
        names = [event["name"] for event in client.get("/api/v1/customers/C-7/events").json()["events"]]
        assert names.count("order_completed") == 1
