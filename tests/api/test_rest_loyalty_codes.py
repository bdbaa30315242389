"""A code at the till: refused calls leave wrong tries counted, and many at once are no way around that."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial
from itertools import cycle
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from tests.api.rest_calls import Caller, caller, problem, told
from tests.loyalty.mailbox import Mailbox, receiving

from regulars.api import keys, limits
from regulars.api.rest import loyalty_limits
from regulars.commerce import services as trade
from regulars.commerce.types import NewBranch
from regulars.customers import services as customers
from regulars.customers.types import SHOP, IdentityType, ProfileIdentity
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.models import SpendingCode
from regulars.loyalty.rules.codes import TRIES_MAX
from regulars.loyalty.types import Programme, Wanted
from regulars.team.types import KeyKind, Scope

pytestmark = pytest.mark.django_db(transaction=True)
PHONE = "phone:+79161234567"


@pytest.fixture
def box(settings: Settings) -> Iterator[Mailbox]:
    with receiving(settings) as box:
        yield box


@pytest.fixture
def till(db: None) -> Iterator[Caller]:
    """A till, and Anna with 1,200 points."""
    for module in (keys, limits, loyalty_limits):
        module.forget()
    queries.forget_versions()
    now = clock.now()
    since = now - timedelta(days=2)
    services.publish(programme=Programme(currency="RUB"), since=since, now=since, user_id=None)
    anna = customers.find_or_create_profiles(keys=[(SHOP, "C-1")], now=now)[SHOP, "C-1"]
    known = [(IdentityType.PHONE, "+79161234567"), (IdentityType.EMAIL, "anna@example.com")]
    customers.add_identities(
        identities=[ProfileIdentity(anna, type_, value) for type_, value in known], now=now
    )
    earned = Wanted(
        key="opening:1",
        profile_id=anna,
        points_minor=120_000,
        at=since,
        earned_at=since,
        usable_at=since,
        expires_at=None,
    )
    services.settle(wanted=[earned], when_spent="owe", now=since)
    new = NewBranch(source=SHOP, external_id="north", name="North")
    branch_id = trade.upsert_branches(branches=[new])[new.key]
    yield caller(KeyKind.TILL, [Scope.LOYALTY_READ, Scope.LOYALTY_WRITE], branch_id)
    queries.forget_versions()


def send(till: Caller, box: Mailbox, points_minor: int | None = None) -> str:
    body = None if points_minor is None else {"points_minor": points_minor}
    answer = till("POST", f"/loyalty/customers/{PHONE}/code", body)
    assert answer.status_code == 200, answer.content
    assert told(answer)["to"] == "a•••@example.com"
    services.deliver_code(code_id=SpendingCode.objects.order_by("-pk")[0].pk, now=clock.now())
    match = re.search(r"\d{6}", str(box.letters[-1]["Subject"]))
    assert match is not None
    return match[0]


def wish(code: str, key: str = "k1") -> dict[str, Any]:
    return {
        "key": key,
        "customer": PHONE,
        "points_minor": 20_000,
        "amount_minor": 149_000,
        "currency": "RUB",
        "factor": {"code": code},
    }


def wrong(code: str, by: int = 1) -> str:
    return f"{(int(code) + by) % 10**6:06}"


def test_a_code_opens_one_spending_by_phone(till: Caller, box: Mailbox) -> None:
    code = send(till, box)
    made = told(till("POST", "/loyalty/holds", wish(code)))
    assert made["state"] == "held"
    assert told(till("POST", "/loyalty/holds", wish(code))) == made
    assert problem(till("POST", "/loyalty/holds", wish(code, "k2"))) == (403, "factor_refused")


def other_till() -> Caller:
    """A till of another branch."""
    new = NewBranch(source=SHOP, external_id="south", name="South")
    branch_id = trade.upsert_branches(branches=[new])[new.key]
    return caller(KeyKind.TILL, [Scope.LOYALTY_READ, Scope.LOYALTY_WRITE], branch_id)


def test_a_code_opens_what_it_was_asked_for(till: Caller, box: Mailbox) -> None:
    code = send(till, box, 20_000)
    for where, more, why in (
        (other_till(), {}, "at another branch"),
        (caller(), {}, "at another branch"),
        (till, {"points_minor": 20_100}, "allows 20000 to be spent"),
        (till, {"points_minor": None}, "allows 20000 to be spent"),
    ):
        answer = where("POST", "/loyalty/holds", wish(code) | more)
        assert problem(answer) == (403, "factor_refused")
        assert why in told(answer)["detail"]
    assert told(till("POST", "/loyalty/holds", wish(code)))["points_minor"] == 20_000


def test_a_code_is_asked_for_with_points_there_may_be(till: Caller) -> None:
    for points in (0, -1, 1.5, "1"):
        answer = till("POST", f"/loyalty/customers/{PHONE}/code", {"points_minor": points})
        assert problem(answer) == (422, "invalid")


def test_wrong_tries_stay_counted_although_the_call_is_refused(till: Caller, box: Mailbox) -> None:
    code = send(till, box)
    for number in range(TRIES_MAX - 1):
        assert problem(
            till("POST", "/loyalty/holds", wish(wrong(code)), **{"Idempotency-Key": f"{number}"})
        ) == (
            403,
            "factor_refused",
        )
    assert SpendingCode.objects.get().tries == TRIES_MAX - 1
    assert problem(till("POST", "/loyalty/holds", wish(wrong(code)))) == (429, "locked_out")
    refused = till("POST", "/loyalty/holds", wish(code))
    assert problem(refused) == (429, "locked_out")
    assert int(refused["Retry-After"]) > 0
    assert problem(till("POST", f"/loyalty/customers/{PHONE}/code")) == (429, "locked_out")


@pytest.mark.slow
def test_what_is_refused_for_another_reason_leaves_the_code_unused(till: Caller, box: Mailbox) -> None:
    code = send(till, box)
    greedy = wish(code) | {"points_minor": 900_000, "amount_minor": 100_000_000}
    assert problem(till("POST", "/loyalty/holds", greedy)) == (409, "not_enough_points")
    assert told(till("POST", "/loyalty/holds", wish(code)))["state"] == "held"


@pytest.mark.slow
def test_look_first_and_write_then_would_let_several_through(till: Caller, box: Mailbox) -> None:
    """The race is there: what follows would not pass with a look and a change of its own."""
    send(till, box)
    threads = 4
    looked = threading.Barrier(threads)
    opened: list[int] = []

    def use() -> None:
        try:
            free = SpendingCode.objects.filter(used_at=None).exists()
            looked.wait()
            if free:
                opened.append(SpendingCode.objects.update(used_at=clock.now()))
        finally:
            connection.close()

    run([use] * threads)
    assert sum(opened) == threads


def run(jobs: Sequence[Callable[[], None]]) -> None:
    """All of them at the same time, to the end."""
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def at_once(till: Caller, bodies: list[dict[str, Any]], *others: Caller) -> list[int]:
    """All of these calls at the same moment, by turns of this till and the others."""
    start = threading.Barrier(len(bodies))
    statuses: list[int] = []

    def call(secret: str, body: dict[str, Any]) -> None:
        try:
            start.wait()
            statuses.append(Caller(secret)("POST", "/loyalty/holds", body).status_code)
        finally:
            connection.close()

    tills = cycle([till.secret, *(other.secret for other in others)])
    run([partial(call, next(tills), body) for body in bodies])
    return sorted(statuses)


@pytest.mark.slow
def test_many_guesses_at_once_count_as_one_after_the_other(till: Caller, box: Mailbox) -> None:
    code = send(till, box)
    at_once(till, [wish(wrong(code, by), f"g{by}") for by in range(1, 13)])
    assert SpendingCode.objects.get().tries == TRIES_MAX
    assert problem(till("POST", "/loyalty/holds", wish(code))) == (429, "locked_out")


@pytest.mark.slow
def test_one_code_opens_one_of_many_spendings_at_once(till: Caller, box: Mailbox) -> None:
    code = send(till, box, 20_000)
    bodies = [wish(code, f"k{number}") for number in range(32)]
    for body in bodies[2::4]:
        body["points_minor"] = 20_001
    assert at_once(till, bodies, other_till()) == [200] + [403] * 31


@pytest.mark.slow
def test_one_qr_opens_one_of_many_spendings_at_once(till: Caller) -> None:
    token = told(caller()("GET", "/loyalty/customers/id:C-1/qr"))["token"]
    bodies = [wish("", f"k{number}") | {"factor": {"qr": token}} for number in range(8)]
    assert at_once(till, bodies) == [200] + [403] * 7
