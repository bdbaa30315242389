"""docs/till.md: its calls work as they stand, and it names every refusal a cashier may meet."""

from __future__ import annotations

import json
import os
import re
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.api.rest_calls import caller
from tests.api.rest_server import serving

from regulars.api.rest import openapi
from regulars.commerce import services as trade
from regulars.commerce.types import NewBranch
from regulars.customers import services as customers
from regulars.customers.types import SHOP, IdentityType, ProfileIdentity
from regulars.kit import clock
from regulars.loyalty import services
from regulars.loyalty.types import Programme, Wanted
from regulars.team.types import KeyKind, Scope

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "till.md"
# Each call prints its answer on a line of its own, and a refusal ends the script.
PRELUDE = """set -eu
curl() { command curl -sS --fail-with-body "$@" && echo || { echo; exit 1; }; }
"""
SCOPES = [Scope.LOYALTY_READ, Scope.LOYALTY_WRITE, Scope.ORDERS_WRITE, Scope.CUSTOMERS_WRITE]


def scripts() -> list[str]:
    return re.findall(r"```sh\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)


def a_shop_with_a_member() -> str:
    """The secret of a till's key; the member of the document has 1,200 points."""
    now = clock.now()
    since = now - timedelta(days=300)
    services.publish(programme=Programme(currency="RUB"), since=since, now=since, user_id=None)
    id_ = customers.find_or_create_profiles(keys=[(SHOP, "C-1024")], now=now)[SHOP, "C-1024"]
    card = ProfileIdentity(id_, IdentityType.CARD, "2000123")
    customers.add_identities(identities=[card], now=now)
    opening = Wanted(
        key="opening:1",
        profile_id=id_,
        points_minor=120_000,
        at=since,
        earned_at=since,
        usable_at=since,
        expires_at=None,
    )
    services.settle(wanted=[opening], when_spent="owe", now=now)
    new = NewBranch(source=SHOP, external_id="north", name="North")
    return caller(KeyKind.TILL, SCOPES, trade.upsert_branches(branches=[new])[new.key]).secret


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_calls_work_as_they_stand(tmp_path: Path) -> None:
    script, _code, journal, _example = scripts()
    told = {"KEY": a_shop_with_a_member()}

    def run(call: str) -> Any:
        done = subprocess.run(
            ["bash", "-c", PRELUDE + call], env=os.environ | told, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    with serving(tmp_path) as server:
        told["REGULARS"] = server.address
        # The reader puts their own in; the number of the hold is read off the answer before.
        told["NOW"] = clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")
        first, *calls = re.split(r"(?=^# \d\. )", script, flags=re.MULTILINE)
        assert re.findall(r"^(\w+)=", first, re.MULTILINE) == ["REGULARS", "KEY", "NOW"]
        for _ in range(2):  # twice: the same again changes nothing
            customer, quote, hold = (run(call) for call in calls[:3])
            told["HOLD"] = str(hold["id"])
            captured, order, member = (run(call) for call in calls[3:])
            assert customer["id"] == order["customer_id"] == "C-1024"
            assert quote["sentences"]["earns"].startswith("За этот заказ вы получите 59")
            assert quote["lines"][0]["amount_minor"] == order["amount_minor"] == 119_000
            assert hold["id"] == captured["id"]
            assert (captured["state"], captured["order_id"]) == ("captured", order["id"])
            assert member["balance"]["spendable_minor"] == 90_000
        sent, _, asked = journal.partition("# What became of it")
        for _ in range(2):
            assert [one["state"] for one in run(sent)["entries"]] == ["done", "done"]
            assert run(f"#{asked}")["next_number"] == 3
            assert run(calls[-1])["balance"]["spendable_minor"] == 60_000


def test_every_refusal_of_the_till_is_explained() -> None:
    lines = DOCUMENT.read_text(encoding="utf-8").splitlines()
    rows = [line for line in lines if line.startswith("|")]
    for code in {*openapi._OF_POINTS, *openapi._OF_SPENDING}:
        assert any(f"| {code.status} | `{code.code}`" in row for row in rows), code
