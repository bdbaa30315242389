"""A call repeated with its `Idempotency-Key` takes effect once, whatever happens in between."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.api.models import AnsweredCall
from regulars.api.tasks import SCHEDULES
from regulars.kit import clock, schedules

EVENT = {"customer_id": "C-7", "name": "table_booked", "properties": {"table": 4}}
AT_ONCE = 32


@pytest.fixture(autouse=True)
def _nobody_known() -> None:
    keys.forget()
    limits.forget()


def recorded() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE name = 'table_booked'")
        return int(cursor.fetchone()[0])


@pytest.mark.django_db
def test_the_second_time_it_gets_the_first_answer() -> None:
    call = caller()
    first = call("POST", "/events", EVENT, Idempotency_Key="one")
    again = call("POST", "/events", EVENT, Idempotency_Key="one")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert "Idempotency-Replayed" not in first
    assert again["Idempotency-Replayed"] == "true"
    assert recorded() == 1


@pytest.mark.django_db
def test_without_a_key_each_call_is_one_of_its_own() -> None:
    call = caller()
    assert [call("POST", "/events", EVENT).status_code for _ in range(2)] == [201, 201]
    assert recorded() == 2


@pytest.mark.django_db
def test_blanks_and_order_of_fields_make_no_other_request() -> None:
    call = caller()
    call("POST", "/events", raw=b'{"customer_id":"C-7","name":"table_booked"}', Idempotency_Key="one")
    again = call(
        "POST", "/events", raw=b'{ "name": "table_booked",\n "customer_id": "C-7" }', Idempotency_Key="one"
    )
    assert again["Idempotency-Replayed"] == "true"


@pytest.mark.django_db
def test_the_same_key_for_another_request_is_a_mistake() -> None:
    call = caller()
    call("POST", "/events", EVENT, Idempotency_Key="one")
    other = call("POST", "/events", EVENT | {"customer_id": "C-8"}, Idempotency_Key="one")
    assert problem(other) == (422, "idempotency_key_reused")
    elsewhere = call("PUT", "/customers/C-7", {}, Idempotency_Key="one")
    assert problem(elsewhere) == (422, "idempotency_key_reused")
    assert recorded() == 1


@pytest.mark.django_db
def test_keys_of_different_callers_are_different() -> None:
    for _ in range(2):
        assert caller()("POST", "/events", EVENT, Idempotency_Key="one").status_code == 201
    assert recorded() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "x" * 256, "ключ", "a\tb"])
def test_a_key_that_cannot_be_one_is_refused(name: str) -> None:
    answer = caller()("POST", "/events", EVENT, Idempotency_Key=name)
    assert problem(answer) == (400, "bad_idempotency_key")
    assert recorded() == 0


@pytest.mark.django_db
def test_what_was_refused_may_be_sent_again_mended() -> None:
    call = caller()
    assert problem(call("POST", "/events", {"name": 1}, Idempotency_Key="one"))[0] == 422
    reserved = EVENT | {"name": "order_completed"}
    assert problem(call("POST", "/events", reserved, Idempotency_Key="one")) == (409, "refused")
    assert AnsweredCall.objects.count() == 0
    assert call("POST", "/events", EVENT, Idempotency_Key="one").status_code == 201


@pytest.mark.django_db
def test_what_broke_on_our_side_leaves_nothing_and_may_be_repeated() -> None:
    call = caller()

    def breaking(execute, sql, params, many, context):  # type: ignore[no-untyped-def]
        if "api_answeredcall (" in sql:
            raise RuntimeError("a slip")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(breaking):
        answer = call("POST", "/events", EVENT, Idempotency_Key="one")
    assert problem(answer) == (500, "internal_error")
    assert recorded() == 0
    assert call("POST", "/events", EVENT, Idempotency_Key="one").status_code == 201
    assert recorded() == 1


@pytest.mark.django_db
def test_answers_are_forgotten_after_a_day_and_not_before() -> None:
    call = caller()
    now = clock.now()
    for hours in (0, 23, 25, 26, 27):
        with clock.fixed(now - timedelta(hours=hours)):
            call("POST", "/events", EVENT, Idempotency_Key=f"{hours} hours ago")
    run = next(schedule.run for schedule in SCHEDULES if schedule.name == "api.forget_answers")
    assert [run(now, 2), run(now, 2), run(now, 2)] == [2, 1, 0]
    left = set(AnsweredCall.objects.values_list("key", flat=True))
    assert left == {"0 hours ago", "23 hours ago"}
    assert "api.forget_answers" in {schedule.name for schedule in schedules.registered()}


def at_once(call: Caller, **headers: str) -> list[Any]:
    """The same event sent by many clients at the same moment."""
    ready = Barrier(AT_ONCE)

    def send(_number: int) -> Any:
        try:
            ready.wait(10)
            return call("POST", "/events", EVENT, **headers)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(send, range(AT_ONCE)))


@pytest.mark.django_db(transaction=True)
def test_of_32_at_once_one_takes_effect() -> None:
    call = caller()
    assert {answer.status_code for answer in at_once(call)} == {201}
    assert recorded() == AT_ONCE  # the race is there: nothing else keeps them apart

    answers = at_once(call, Idempotency_Key="one")
    statuses = Counter(answer.status_code for answer in answers)
    done = [answer for answer in answers if answer.status_code == 201]
    assert recorded() == AT_ONCE + 1
    assert set(statuses) <= {201, 409}
    assert sum("Idempotency-Replayed" not in answer for answer in done) == 1
    assert len({answer.content for answer in done}) == 1
    for answer in answers:
        if answer.status_code == 409:
            assert problem(answer) == (409, "in_progress")
            assert answer["Retry-After"] == "1"
    assert told(call("POST", "/events", EVENT, Idempotency_Key="one")) == told(done[0])
