from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from regulars.analytics.compute.audit import AuditOptions, run_audit
from regulars.analytics.compute.pseudonyms import Pseudonyms
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Silent
from regulars.analytics.types import Audit, Note
from regulars.kit import clock

NOW = datetime(2024, 3, 4, 5, 6, tzinfo=UTC)
HEADER = "order_id,customer_id,created_at,amount,source"


class Heard:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def step(self, text: str, done: float | None = None) -> None:
        self.texts.append(text)


def _csv(folder: Path, *rows: str, name: str = "orders.csv", header: str = HEADER) -> Path:
    path = folder / name
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def _audit(orders: Path, *, costs: Path | None = None, **how: Any) -> Audit:
    options = AuditOptions(**{"timezone": "Europe/Moscow", "now": NOW, **how})
    return run_audit(orders=[orders], costs=costs, options=options, progress=Silent())


def _year(customers: int = 30) -> list[str]:
    """Customers with an order every 10 days or once; the best of them stopped two months ago."""
    rows = []
    for n in range(customers):
        for k in range(1 if n % 3 == 0 else 24 if n % 2 else 30):
            day = date.fromordinal(date(2023, 1, 1).toordinal() + n + 10 * k)
            rows.append(
                f"{len(rows)},c{n},{day}T12:00:00,{500 + n if n % 2 else 100}.50,{'ads' if n % 2 else 'shop'}"
            )
    return rows


def test_audit_of_a_file_is_one_document(tmp_path: Path) -> None:
    orders = _csv(tmp_path, *_year())
    costs = _csv(tmp_path, "ads,2023-01-05,300", name="costs.csv", header="channel,day,cost")
    found = _audit(orders, costs=costs, margin=Decimal("0.5"))
    assert msgspec.json.decode(msgspec.json.encode(found), type=Audit) == found
    assert (found.made_at, found.timezone, found.rows_read) == (NOW, "Europe/Moscow", len(_year()))
    assert [part.name for part in found.source] == ["orders.csv", "costs.csv"]
    assert (found.from_, found.to, found.as_of) == (date(2023, 1, 1), date(2023, 11, 15), date(2023, 11, 16))
    assert found.span_days == 319
    assert found.mapping["ordered_at"] == "created_at"
    assert found.mapping_costs is not None
    assert found.customers == 30
    assert found.previous is not None
    assert found.previous.customers == 30
    assert found.slipping.top[0].customer_id.startswith("c")
    assert {c.channel for c in found.channels} == {None, "ads", "shop"}
    assert [n for n in found.notes if n.code == "costs_cover_part"] == [
        Note("costs_cover_part", {"from": "2023-01-01", "to": "2023-01-05", "customers": 5})
    ]


def test_time_of_making_is_the_clocks_if_none_is_given(tmp_path: Path) -> None:
    with clock.fixed(NOW):
        assert _audit(_csv(tmp_path, "1,a,2024-01-01,5,ads"), now=None).made_at == NOW


def test_every_part_says_that_it_began(tmp_path: Path) -> None:
    heard = Heard()
    run_audit(
        orders=[_csv(tmp_path, *_year())],
        costs=None,
        options=AuditOptions(timezone="UTC"),
        progress=heard,
    )
    ours = ["Checking the rows", "Putting orders together", "Cohorts and channels"]
    ours.append("Looking for growth points")
    assert list(dict.fromkeys(text for text in heard.texts if text in ours)) == ours


def test_shop_of_one_order(tmp_path: Path) -> None:
    found = _audit(_csv(tmp_path, "1,a,2024-01-31 23:59,5,ads"))
    assert (found.customers, found.orders, found.span_days) == (1, 1, 1)
    assert (found.retention_rate, found.churn_rate, found.previous) == (None, None, None)
    assert (found.median_days_between_orders, found.median_days_to_second_order) == (None, None)
    assert (found.new_customer_rate, found.rhythm_days) == (1.0, 90.0)
    assert [(c.month, c.active, c.partial) for c in found.cohorts] == [("2024-01", [1], [False])]
    assert [(p.x, p.y) for p in found.second_order.curve] == [(0.0, 0.0)]
    assert found.lorenz.top_10_share == 0.1
    assert (found.growth_points, len(found.growth_left_out)) == ([], 6)


def test_shop_of_one_day(tmp_path: Path) -> None:
    found = _audit(_csv(tmp_path, *(f"{n},c{n % 4},2024-01-10,{n},ads" for n in range(1, 13))))
    assert (found.customers, found.orders, found.repeat_purchase_rate) == (4, 12, 1.0)
    assert found.purchase_days == 4
    assert found.months[0].partial


def test_days_are_those_of_the_shops_zone(tmp_path: Path) -> None:
    """22:30 in UTC is the next day in Moscow, and the hour that summer time repeats orders moments."""
    rows = ["1,a,2024-01-31T22:30:00Z,5,ads", "2,b,2024-01-31T20:30:00Z,5,ads"]
    found = _audit(_csv(tmp_path, *rows))
    assert [(m.month, m.new_orders) for m in found.months] == [("2024-01", 1), ("2024-02", 1)]
    berlin = ["1,a,2023-10-29T00:30:00Z,5,ads", "2,a,2023-10-29T01:30:00Z,7,shop"]  # 02:30 twice
    found = _audit(_csv(tmp_path, *berlin), timezone="Europe/Berlin")
    assert found.as_of == date(2023, 10, 30)
    assert found.channels[1].channel == "ads"


def test_given_day_ends_the_figures(tmp_path: Path) -> None:
    found = _audit(_csv(tmp_path, *_year()), as_of=date(2023, 6, 1))
    assert (found.as_of, found.to) == (date(2023, 6, 1), date(2023, 5, 31))


@pytest.mark.slow
def test_ids_that_are_numbers_give_the_same_document(tmp_path: Path) -> None:
    rows = [row.split(",") for row in _year()]
    table = {
        "order_id": [int(row[0]) for row in rows],
        "customer_id": [int(row[1][1:]) for row in rows],
        "created_at": [datetime.fromisoformat(row[2]) for row in rows],
        "amount": [Decimal(row[3]) for row in rows],
        "source": [row[4] for row in rows],
    }
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table(table), path)
    found = msgspec.structs.asdict(_audit(path))
    same = msgspec.structs.asdict(_audit(_csv(tmp_path, *(row.replace(",c", ",") for row in _year()))))
    assert {name for name, value in found.items() if value != same[name]} == {"source"}
    assert found["slipping"].top[0].customer_id.isdigit()


def test_money_is_exact(tmp_path: Path) -> None:
    header = "order_id,customer_id,created_at,quantity,price"
    rows = ["1,a,2024-01-01,0.125,0.015", "2,a,2024-01-02,3,0.1", "3,b,2024-01-02,1,0.2"]
    found = _audit(_csv(tmp_path, *rows, header=header))
    # 0.001875 + 0.3 + 0.2; halves of cents are rounded once, at the end
    assert found.revenue == Decimal("0.50")
    found = _audit(_csv(tmp_path, "1,a,2024-01-01,1.5,0.01", "2,a,2024-01-01,3,0.03", header=header))
    assert found.revenue == Decimal("0.11")  # 0.015 + 0.09 = 0.105


@pytest.mark.slow
def test_hidden_ids_are_nowhere_in_the_document(tmp_path: Path) -> None:
    rows = [row.replace(",c", ",secret-customer-") for row in _year()]
    path = _csv(tmp_path, *rows)
    text = msgspec.json.encode(_audit(path, hide_ids=True)).decode()
    assert "secret-customer" in msgspec.json.encode(_audit(path)).decode()
    assert "secret-customer" not in text
    assert len(set(re.findall(r"Customer [0-9a-f]{4,}", text))) > 1


def test_pseudonyms_are_stable_different_and_new_each_time() -> None:
    names = Pseudonyms()
    given = [names.of(f"c{n}") for n in range(2_000)]
    assert len(set(given)) == 2_000
    assert [names.of(f"c{n}") for n in range(2_000)] == given
    assert Pseudonyms().of("c0") != given[0] or Pseudonyms().of("c0") != given[0]


def test_file_without_an_amount_above_zero_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="above zero") as raised:
        _audit(_csv(tmp_path, "1,a,2024-01-01,0,ads", "2,b,2024-01-02,-5,ads"))
    assert raised.value.code == "no_orders"
