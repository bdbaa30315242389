"""Whatever happens, in any order: the books agree with themselves and with the model in plain Python."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.depth import tries
from tests.loyalty.ledger.machine import Ledger
from tests.loyalty.ledger.shop_machine import ShopLedger


def run(machine: type[Ledger], examples: int, steps: int) -> None:
    """In CI the same lives each time, as all random tests there; elsewhere others each time."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Ledger, ShopLedger])
def test_a_few_days(machine: type[Ledger]) -> None:
    run(machine, 6, 16)


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1_800)
@pytest.mark.django_db
@pytest.mark.parametrize("machine", [Ledger, ShopLedger])
def test_many_years(machine: type[Ledger]) -> None:
    run(machine, tries(40), 50)
