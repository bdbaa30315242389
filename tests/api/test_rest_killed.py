"""A web server that dies in the middle of a call, and what its caller may rely on."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from django.db import connection, transaction
from tests.api.rest_calls import caller
from tests.api.rest_server import serving

from regulars.api.models import AnsweredCall

PATIENCE = 20.0
EVENT = {"customer_id": "C-7", "name": "table_booked"}


def recorded() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events WHERE name = 'table_booked'")
        return int(cursor.fetchone()[0])


def waiting_for_the_table() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'")
        return bool(cursor.fetchone()[0])


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_call_cut_off_by_a_kill_takes_effect_once_when_repeated(tmp_path: Path) -> None:
    secret = caller().secret
    headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "one"}
    outcome: list[str] = []

    with serving(tmp_path) as server:

        def send() -> None:
            try:
                answer = httpx.post(
                    f"{server.address}/api/v1/events", json=EVENT, headers=headers, timeout=PATIENCE
                )
                outcome.append(str(answer.status_code))
            except httpx.HTTPError:
                outcome.append("cut off")

        # The effect is written, its answer is not yet: the call stands right between them.
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("LOCK TABLE api_answeredcall IN SHARE MODE")
            sender = threading.Thread(target=send)
            sender.start()
            until = time.monotonic() + PATIENCE
            while not waiting_for_the_table():
                assert time.monotonic() < until
                time.sleep(0.01)
            server.kill()
            sender.join(PATIENCE)
        assert outcome == ["cut off"]

    until = time.monotonic() + PATIENCE
    with serving(tmp_path) as server:
        while True:  # the database may still be finding out that the first caller's server is gone
            answer = httpx.post(
                f"{server.address}/api/v1/events", json=EVENT, headers=headers, timeout=PATIENCE
            )
            if answer.status_code != 409:
                break
            assert time.monotonic() < until
            time.sleep(0.05)
        assert answer.status_code == 201
        assert "Idempotency-Replayed" not in answer.headers
        again = httpx.post(f"{server.address}/api/v1/events", json=EVENT, headers=headers, timeout=PATIENCE)
        assert again.headers["Idempotency-Replayed"] == "true"
        assert again.content == answer.content
    assert recorded() == 1
    assert AnsweredCall.objects.count() == 1


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_32_at_once_one_takes_effect_over_all_processes(tmp_path: Path) -> None:
    headers = {"Authorization": f"Bearer {caller().secret}"}
    ready = threading.Barrier(32)

    with serving(tmp_path, REGULARS_WEB_WORKERS="2") as server:

        def send(name: str) -> httpx.Response:
            ready.wait(PATIENCE)
            with httpx.Client(headers=headers | {"Idempotency-Key": name}, timeout=PATIENCE) as client:
                return client.post(f"{server.address}/api/v1/events", json=EVENT)

        with ThreadPoolExecutor(32) as pool:
            apart = list(pool.map(send, [str(number) for number in range(32)]))
            together = list(pool.map(send, ["one"] * 32))
    assert {answer.status_code for answer in apart} == {201}
    assert {answer.status_code for answer in together} <= {201, 409}
    done = [answer for answer in together if answer.status_code == 201]
    assert sum("Idempotency-Replayed" not in answer.headers for answer in done) == 1
    assert len({answer.content for answer in done}) == 1
    assert recorded() == 32 + 1
