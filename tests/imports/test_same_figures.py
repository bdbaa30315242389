"""The audit of a file and that of the shop it was brought into say the same."""

from __future__ import annotations

import math
from decimal import Decimal
from pathlib import Path

import pytest
from tests.imports.conftest import NOW, Files

from regulars.analytics import queries as analytics
from regulars.analytics.compute.audit import AuditOptions, run_audit
from regulars.analytics.compute.full_run import make_all_figures
from regulars.analytics.progress import Silent
from regulars.analytics.types import Audit, Headline
from regulars.imports.types import State

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
RETAIL = DATA / "online-retail-ii-2009-2010" / "online_retail_II_2009-2010.csv"
TICKETS = DATA / "yandex-afisha-ltv" / "orders_log_us.csv"
ZONE = "Europe/Moscow"

# By hand: Anna has 4 orders of 100, 200, 300, 400 less a return of 50 that names the third; Boris bought
# twice for 70 each time, a return of 30 of honey without an order is taken off his newest; Vera's only order
# was cancelled; somebody unknown bought for 55.
SHOP = """order_id,customer_id,date,product,quantity,amount,status
1,anna,2025-01-10 10:00,honey,1,100.00,paid
2,anna,2025-02-10 10:00,honey,2,200.00,paid
3,anna,2025-03-10 10:00,tea,3,300.00,paid
3,anna,2025-03-20 10:00,tea,-1,-50.00,paid
4,anna,2025-04-10 10:00,tea,4,400.00,paid
5,boris,2025-02-01 12:00,honey,1,70.00,paid
6,boris,2025-03-01 12:00,honey,1,70.00,paid
K1,boris,2025-03-05 12:00,honey,-1,-30.00,paid
7,vera,2025-03-03 12:00,honey,1,70.00,cancelled
8,,2025-03-04 12:00,honey,1,55.00,paid
9,anna,nonsense,honey,1,10.00,paid
"""


def _both(path: Path) -> tuple[Audit, Audit]:
    options = AuditOptions(timezone=ZONE)
    of_file = run_audit(orders=[path], costs=None, options=options, progress=Silent())
    make_all_figures(now=NOW, progress=Silent())
    of_shop = analytics.latest_audit()
    assert of_shop is not None
    return of_file, of_shop


def _headline(audit: Audit) -> dict[str, object]:
    return {name: getattr(audit, name) for name in Headline.__struct_fields__}


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_figures_of_a_small_shop(files: Files) -> None:
    path = files.write(SHOP)
    row = files.bring_in(path)
    assert (row.state, row.error_text) == (State.DONE, "")
    of_file, of_shop = _both(path)
    assert _headline(of_shop) == _headline(of_file)
    assert (of_shop.customers, of_shop.orders, of_shop.revenue) == (2, 6, Decimal("1060.00"))
    assert of_shop.revenue_without_customer == of_file.revenue_without_customer == Decimal("55.00")
    assert (of_shop.regulars, of_shop.voided_orders) == (1, 1)
    assert row.report.set_aside == {"bad_date": 1}
    assert of_file.rejected["bad_date"] == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not DATA.exists(), reason="the real data are not here")
@pytest.mark.parametrize("path", [RETAIL, TICKETS], ids=["retail", "tickets"])
def test_figures_of_real_shops(files: Files, path: Path) -> None:
    row = files.bring_in(path)
    assert (row.state, row.error_text) == (State.DONE, "")
    assert row.report.rows == row.done == row.report.used + sum(row.report.set_aside.values())
    of_file, of_shop = _both(path)
    assert _differences(_headline(of_shop), _headline(of_file)) == []
    assert [(row.segment, row.customers) for row in of_shop.rfm] == [
        (row.segment, row.customers) for row in of_file.rfm
    ]
    assert [(c.month, c.size, c.active) for c in of_shop.cohorts] == [
        (c.month, c.size, c.active) for c in of_file.cohorts
    ]


def _differences(ours: dict[str, object], theirs: dict[str, object]) -> list[str]:
    """The shop keeps whole cents; a few lines here cost a tenth of one, and the audit adds them up."""
    return [name for name, value in theirs.items() if not _is_same(ours[name], value)]


def _is_same(ours: object, theirs: object) -> bool:
    if isinstance(ours, Decimal) and isinstance(theirs, Decimal):
        return abs(ours - theirs) <= Decimal("0.02")
    if isinstance(ours, float) and isinstance(theirs, float):
        return math.isclose(ours, theirs, rel_tol=1e-8)
    return ours == theirs
