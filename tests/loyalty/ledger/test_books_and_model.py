"""Whatever happens, in any order: the books agree with themselves and with the model in plain Python."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test
from tests.loyalty.ledger.machine import Ledger

LONG = int(os.environ.get("LEDGER_EXAMPLES", "200"))
_COMMON = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "print_blob": True,
    "report_multiple_bugs": False,
}


@pytest.mark.django_db
def test_a_few_days() -> None:
    run_state_machine_as_test(Ledger, settings=settings(max_examples=10, stateful_step_count=16, **_COMMON))


@pytest.mark.slow
@pytest.mark.timeout(1_800)
@pytest.mark.django_db
def test_many_years() -> None:
    run_state_machine_as_test(Ledger, settings=settings(max_examples=LONG, stateful_step_count=50, **_COMMON))
