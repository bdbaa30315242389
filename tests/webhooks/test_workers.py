"""Several workers, and workers that die."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import LazySettings
from django.conf import settings as here
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.together import together
from tests.webhooks import receivers, shop
from tests.webhooks.receivers import Receiver
from tests.webhooks.shop import NOW, Clock, happen

from regulars.events.models import EventConsumer
from regulars.kit import clock as wall
from regulars.webhooks import queries, services, tasks
from regulars.webhooks.handlers import CONSUMER
from regulars.webhooks.models import Delivery
from regulars.webhooks.services.sending import AT_ONCE
from regulars.webhooks.types import State

pytestmark = pytest.mark.django_db(transaction=True)
MANY = 60


def _ids(receiver: Receiver) -> list[str]:
    return [message.id for message in receiver.seen]


def _send() -> int:
    return services.send_due(clock=Clock())


def test_two_workers_tell_everything_once(receiver: Receiver) -> None:
    made = [shop.endpoint(receiver.url).id, shop.endpoint(receiver.url + "/2").id]
    happen(*(shop.event(number) for number in range(1, MANY + 1)))
    counts = together([_send, _send, _send])
    assert sum(count for count in counts if isinstance(count, int)) == 2 * MANY
    assert min(count for count in counts if isinstance(count, int)) > 0  # or there was no race
    assert len(_ids(receiver)) == len(set(_ids(receiver))) == 2 * MANY
    for id_ in made:
        assert {row.state for row in queries.deliveries(id_, limit=100)} == {State.DELIVERED}


def test_without_claims_two_workers_would_tell_twice(receiver: Receiver) -> None:
    """The race is there: rows that are only read are read by both."""
    shop.endpoint(receiver.url)
    happen(*(shop.event(number) for number in range(1, 6)))
    sql = "SELECT id FROM webhooks_delivery WHERE state = 'waiting' AND next_try_at <= %s"

    def look() -> list[Any]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [NOW])
            return cursor.fetchall()

    one, two = together([look, look])
    assert one == two != []


@pytest.mark.slow
def test_a_worker_that_dies_between_sending_and_noting_loses_nothing(
    receiver: Receiver, tls_files: Any
) -> None:
    """The receiver has the message, nobody has noted it: it comes again, under the same id."""
    made = shop.endpoint(receiver.url, now=wall.now())
    happen(shop.event(1), now=wall.now())
    worker: list[subprocess.Popen[bytes]] = []

    def answer(request: Any) -> None:
        worker[0].kill()  # between what was sent and what would have been noted
        worker[0].wait()
        receivers.status(200)(request)

    receiver.answer = answer
    worker.append(_worker())
    receiver.wait_for(1)
    assert worker[0].wait(30) == -signal.SIGKILL
    (row,) = queries.deliveries(made.id, limit=10)
    assert (row.state, row.tries) == (State.WAITING, 1)
    receiver.answer = receivers.status(200)
    soon = Clock(wall.now())
    assert services.send_due(clock=soon) == 0  # it may still be under way
    soon.forward(seconds=61)
    assert queries.any_due(soon.now)
    assert services.send_due(clock=soon) == 1
    assert len(receiver.seen) == 2
    assert len(set(_ids(receiver))) == 1
    assert receiver.seen[0].body == receiver.seen[1].body
    (row,) = queries.deliveries(made.id, limit=10)
    assert (row.state, row.tries) == (State.DELIVERED, 2)


def test_a_failure_noted_late_does_not_undo_a_success(receiver: Receiver) -> None:
    """The first worker was so slow that another took the message up; what it notes then is old."""
    made = shop.endpoint(receiver.url)
    happen(shop.event(1))
    later = Clock(NOW + timedelta(minutes=2))

    def answer(request: Any) -> None:
        if len(receiver.seen) == 1:
            assert together([lambda: services.send_due(clock=later)]) == [1]
            receivers.status(500)(request)
        else:
            receivers.status(200)(request)

    receiver.answer = answer
    _send()
    (row,) = queries.deliveries(made.id, limit=10)
    assert (row.state, row.tries, len(receiver.seen)) == (State.DELIVERED, 2, 2)


def test_nothing_is_open_while_a_message_is_under_way(receiver: Receiver) -> None:
    """Or a slow receiver would hold back all who read the log."""
    shop.endpoint(receiver.url)
    happen(shop.event(1))
    open_then: list[int] = []

    def look() -> int:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
            )
            return int(cursor.fetchone()[0])

    def answer(request: Any) -> None:
        open_then.extend(count for count in together([look]) if isinstance(count, int))
        receivers.status(200)(request)

    receiver.answer = answer
    _send()
    assert open_then == [0]


def test_a_job_that_comes_while_another_sends_leaves_it_to_that(receiver: Receiver) -> None:
    """What is put in line while the sender ends is not left to the next minute."""
    made = shop.endpoint(receiver.url, now=wall.now())
    happen(shop.event(1), now=wall.now())
    sender, threads = tasks.Sender(), set[int]()

    def answer(request: Any) -> None:
        number = len(receiver.seen)
        if number < 30:
            together([lambda: happen(shop.event(number + 1), now=wall.now())])
            for _ in range(3):
                sender.ask()
        threads.update(t.ident or 0 for t in threading.enumerate() if t.name == "webhooks")
        receivers.status(200)(request)

    receiver.answer = answer
    sender.ask()
    receiver.wait_for(30)
    assert len(threads) == 1
    ended_by = time.monotonic() + 30
    while {row.state for row in queries.deliveries(made.id, limit=50)} != {State.DELIVERED}:
        assert time.monotonic() < ended_by
    _joined()
    assert len(set(_ids(receiver))) == 30


def test_a_sender_that_failed_may_be_asked_again(
    receiver: Receiver, settings: LazySettings, caplog: pytest.LogCaptureFixture
) -> None:
    shop.endpoint(receiver.url, now=wall.now())
    happen(shop.event(1), now=wall.now())
    sender, good = tasks.Sender(), settings.OUTGOING_ALLOW
    settings.OUTGOING_ALLOW = ["no network"]
    sender.ask()
    _joined()
    assert "sending webhooks failed" in caplog.text
    settings.OUTGOING_ALLOW = good
    sender.ask()
    receiver.wait_for(1)
    _joined()


def _joined() -> None:
    for thread in threading.enumerate():
        if thread.name == "webhooks":
            thread.join(30)


def test_the_schedule_wakes_for_what_is_due(receiver: Receiver) -> None:
    made = shop.endpoint(receiver.url)
    tasks.wake(NOW, 100)
    assert not ProcrastinateJob.objects.exists()
    happen(shop.event(1))
    ProcrastinateJob.objects.all().delete()
    tasks.wake(NOW, 100)
    tasks.wake(NOW, 100)
    assert ProcrastinateJob.objects.filter(task_name="webhooks.send", status="todo").count() == 1
    services.switch_off(endpoint_id=made.id, user_id=None, now=NOW)
    assert not queries.any_due(NOW)


def test_what_is_older_than_thirty_days_is_removed_in_portions() -> None:
    made = shop.endpoint("https://93.184.216.34/")
    happen(*(shop.event(number) for number in range(1, 8)))
    happen(shop.event(9), now=NOW + timedelta(days=10))
    gone = NOW + timedelta(days=31)
    assert [tasks.forget(gone, 5), tasks.forget(gone, 5), tasks.forget(gone, 5)] == [5, 2, 0]
    assert [row.created_at for row in queries.deliveries(made.id, limit=10)] == [NOW + timedelta(days=10)]
    services.delete_endpoint(endpoint_id=made.id, user_id=None, now=NOW)
    assert tasks.forget(gone, 5) == 1
    assert not Delivery.objects.exists()
    assert queries.endpoint(made.id, now=NOW) is None


@pytest.mark.slow
def test_from_the_log_to_the_receiver_through_workers_that_are_killed(
    receiver: Receiver, tmp_path: Path
) -> None:
    """The whole way with real workers; one dies with messages under way, and all arrive nevertheless."""
    count, kill_at = 60, 25
    made = shop.endpoint(receiver.url, now=wall.now())
    profile = shop.customer()
    workers = [_real_worker(tmp_path)]

    def answer(request: Any) -> None:
        if len(receiver.seen) == kill_at:
            os.killpg(workers[0].pid, signal.SIGKILL)
        receivers.status(200)(request)

    receiver.answer = answer
    try:
        _until(lambda: EventConsumer.objects.filter(name=CONSUMER.name).exists())
        for number in range(count):
            shop.record(shop.ORDER, str(number), profile_id=profile, now=wall.now(), number=f"A-{number}")
        assert workers[0].wait(60) == -signal.SIGKILL
        assert not _all_arrived(made.id, count)
        # As if the minute had passed in which the dead one might still have been at it.
        Delivery.objects.filter(held_until__isnull=False).update(held_until=wall.now())
        tasks.wake(wall.now(), 100)
        workers.append(_real_worker(tmp_path))
        _until(lambda: _all_arrived(made.id, count))
    finally:
        for worker in workers:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(worker.pid, signal.SIGKILL)
            worker.wait(30)
    told = {message.id: message.body for message in receiver.seen}
    orders = {json.loads(body)["data"]["properties"]["order_id"] for body in told.values()}
    assert orders == {f"A-{number}" for number in range(count)}
    assert len(told) == count
    assert count <= len(receiver.seen) <= count + AT_ONCE  # what was under way came twice, under its id


def _all_arrived(endpoint_id: int, count: int) -> bool:
    return Delivery.objects.filter(endpoint_id=endpoint_id, state="delivered").count() == count


def _until(is_so: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + 90
    while not is_so():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


def _real_worker(home: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "regulars", "worker"],
        env=_environment() | {"REGULARS_HOME": str(home)},
        start_new_session=True,
    )


def _worker() -> subprocess.Popen[bytes]:
    """A process that sends what is due, and nothing else."""
    code = (
        "import django; django.setup()\n"
        "from regulars.kit import clock\n"
        "from regulars.webhooks import services\n"
        "services.send_due(clock=clock.now)\n"
    )
    return subprocess.Popen([sys.executable, "-c", code], env=_environment())


def _environment() -> dict[str, str]:
    """For a process on the test's database."""
    url = urlsplit(os.environ["DATABASE_URL"])
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "DATABASE_URL": urlunsplit(url._replace(path=f"/{connection.settings_dict['NAME']}")),
        "REGULARS_SECRET_KEY": here.SECRET_KEY,
        "REGULARS_OUTGOING_ALLOW": "127.0.0.1/32,::1/128",
    }
