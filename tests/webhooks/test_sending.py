"""Sending to real receivers: what arrives, what is noted, when it comes again."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from standardwebhooks.webhooks import Webhook
from tests.webhooks import receivers, shop
from tests.webhooks.receivers import Receiver
from tests.webhooks.shop import NOW, Clock, happen

from regulars.kit import clock as wall
from regulars.kit import outgoing
from regulars.team.models import User
from regulars.webhooks import queries, services
from regulars.webhooks.models import Delivery, Endpoint
from regulars.webhooks.rules import WAITS
from regulars.webhooks.types import TRIES_MAX, DeliveryRow, OffReason, State
from regulars.work.models import Task

pytestmark = pytest.mark.django_db


def _send(clock: Clock | None = None) -> int:
    return services.send_due(clock=clock or Clock())


def _one(endpoint_id: int) -> DeliveryRow:
    (row,) = queries.deliveries(endpoint_id, limit=10)
    return row


def test_a_message_arrives_and_proves_where_it_comes_from(receiver: Receiver) -> None:
    now = wall.now()
    made = shop.endpoint(receiver.url + "/hook?k=1", now=now)
    happen(shop.event(1, profile_id=shop.customer(), properties={"number": "Заказ-1"}), now=now)
    assert _send(Clock(now)) == 1
    (message,) = receiver.seen
    told = Webhook(made.secret).verify(message.body, message.headers)
    assert told["data"]["properties"] == {"order_id": "Заказ-1"}
    assert message.path == "/hook?k=1"
    assert message.headers["content-type"] == "application/json"
    row = _one(made.id)
    assert (row.state, row.tries, row.status, row.code) == (State.DELIVERED, 1, 200, "")
    assert row.message_id == message.id
    assert row.took_ms is not None
    assert _send(Clock(now + timedelta(days=1))) == 0


@pytest.mark.parametrize("code", [200, 201, 204, 299])
def test_what_counts_as_taken(receiver: Receiver, code: int) -> None:
    made = shop.endpoint(receiver.url)
    happen(shop.event(1))
    receiver.answer = receivers.status(code)
    _send()
    assert _one(made.id).state is State.DELIVERED


@pytest.mark.parametrize("code", [301, 307, 400, 401, 404, 429, 500, 503])
def test_what_does_not(receiver: Receiver, code: int) -> None:
    made = shop.endpoint(receiver.url)
    happen(shop.event(1))
    receiver.answer = receivers.status(code, b"not now \xff\x00", Location=receiver.url + "/private")
    assert _send() == 1
    row = _one(made.id)
    assert (row.state, row.status, row.code) == (State.WAITING, code, f"status_{code}")
    assert row.answer == "not now \ufffd"
    assert row.next_try_at is not None
    assert timedelta(seconds=27) <= row.next_try_at - NOW <= timedelta(seconds=33)
    assert len(receiver.seen) == 1  # no redirect was followed


def test_a_pause_that_was_asked_for_is_kept(receiver: Receiver) -> None:
    made = shop.endpoint(receiver.url)
    happen(shop.event(1))
    receiver.answer = receivers.status(429, Retry_After="3600")
    _send()
    assert _one(made.id).next_try_at == NOW + timedelta(hours=1)


def test_twelve_tries_over_a_day_then_dead_and_off(receiver: Receiver) -> None:
    """Every try has the same id and text and a signature of its own moment; then somebody is told."""
    made = shop.endpoint(receiver.url)
    maker = User.objects.create(email="maker@example.com", password="!", created_at=NOW)
    Endpoint.objects.update(created_by=maker.pk)
    happen(shop.event(1))
    receiver.answer = receivers.status(500)
    clock = Clock()
    moments: list[datetime] = []
    for minute in [*range(120), *range(120, 30 * 60, 15)]:  # as the schedule does, if not as often
        clock.now = NOW + timedelta(minutes=minute)
        if queries.any_due(clock.now):
            moments.append(clock.now)
            assert _send(clock) == 1
    assert len(receiver.seen) == len(moments) == TRIES_MAX
    assert {(m.id, m.body) for m in receiver.seen} == {(receiver.seen[0].id, receiver.seen[0].body)}
    assert [int(m.headers["webhook-timestamp"]) for m in receiver.seen] == [
        int(moment.timestamp()) for moment in moments
    ]
    for message in receiver.seen:
        # `verify` refuses old moments, so what the library itself would have signed is compared.
        signed = Webhook(made.secret).sign(
            message.id,
            datetime.fromtimestamp(int(message.headers["webhook-timestamp"]), NOW.tzinfo),
            message.body.decode(),
        )
        assert message.headers["webhook-signature"] == signed
    for before, after, wait in zip(moments, moments[1:], WAITS, strict=False):
        assert wait * 0.9 <= after - before <= wait * 1.1 + timedelta(minutes=15)
    assert timedelta(hours=21) < moments[-1] - NOW < timedelta(hours=29)
    row = _one(made.id)
    assert (row.state, row.tries, row.settled_at) == (State.DEAD, TRIES_MAX, moments[-1])
    endpoint = queries.endpoint(made.id, now=clock.now)
    assert endpoint is not None
    assert (endpoint.off_reason, endpoint.off_at, endpoint.dead) == (OffReason.FAILING, moments[-1], 1)
    (task,) = Task.objects.all()
    assert "No webhook has reached localhost for a day" in task.title
    assert task.assignee_id == maker.pk


def test_one_poisonous_event_switches_nothing_off(receiver: Receiver) -> None:
    made = shop.endpoint(receiver.url)
    bad = shop.event(1, properties={"number": "poison"})
    happen(bad)

    def answer(request: Any) -> None:
        receivers.status(500 if b"poison" in receiver.seen[-1].body else 200)(request)

    receiver.answer = answer
    clock = Clock()
    for number in range(2, 2 + TRIES_MAX):
        assert _send(clock) == 1  # the poisonous one
        happen(shop.event(number), now=clock.now)
        assert _send(clock) == 1
        clock.forward(hours=9)
    endpoint = queries.endpoint(made.id, now=clock.now)
    assert endpoint is not None
    assert (endpoint.off_reason, endpoint.failing_since, endpoint.dead) == (None, None, 1)
    assert Delivery.objects.filter(state="delivered").count() == TRIES_MAX


def test_gone_switches_off_at_once_and_nothing_is_lost(receiver: Receiver) -> None:
    made = shop.endpoint(receiver.url)
    Endpoint.objects.update(created_by=4711)
    happen(shop.event(1))
    receiver.answer = receivers.status(410)
    _send()
    happen(shop.event(2))
    assert _send(Clock(NOW + timedelta(days=2))) == 0
    endpoint = queries.endpoint(made.id, now=NOW)
    assert endpoint is not None
    assert (endpoint.off_reason, endpoint.waiting, endpoint.dead) == (OffReason.GONE, 1, 1)
    task = Task.objects.get()
    assert "wants no more webhooks" in task.title
    assert task.assignee_id is None  # nobody made it who is still here
    receiver.answer = receivers.status(200)
    services.switch_on(endpoint_id=made.id, send_waiting=True, user_id=None, now=NOW)
    assert services.resend_dead(endpoint_id=made.id, user_id=None, now=NOW) == 1
    assert _send() == 2
    assert Delivery.objects.filter(state="delivered").count() == 2


def test_what_waited_may_be_skipped_and_sent_later(receiver: Receiver) -> None:
    made = shop.endpoint(receiver.url)
    services.switch_off(endpoint_id=made.id, user_id=None, now=NOW)
    happen(shop.event(1), shop.event(2))
    services.switch_on(endpoint_id=made.id, send_waiting=False, user_id=None, now=NOW)
    assert _send() == 0
    assert {row.code for row in queries.deliveries(made.id, state=State.DEAD, limit=10)} == {"skipped"}
    assert services.resend_dead(endpoint_id=made.id, user_id=None, now=NOW) == 2
    assert _send() == 2


def test_the_worst_receivers_hold_up_nobody(receiver: Receiver, tls_files: Any) -> None:
    """One never answers, one drips, one does not speak; the others are told at once meanwhile."""
    ended = threading.Event()
    slow, dripping = Receiver(*tls_files), Receiver(*tls_files)
    slow.answer, dripping.answer = receivers.never(ended), receivers.dripping(200)
    with receivers.silent() as silent:
        bad = [shop.endpoint(url).id for url in (slow.url, dripping.url, silent)]
        good = shop.endpoint(receiver.url)
        happen(*(shop.event(number) for number in range(1, 21)))
        arrived: list[float] = []
        began = time.monotonic()

        def answer(request: Any) -> None:
            arrived.append(time.monotonic() - began)
            receivers.status(200)(request)

        receiver.answer = answer
        ticks = iter(range(10_000))
        services.send_due(clock=Clock(), enough=lambda: len(arrived) >= 20 or next(ticks) > 5_000)
    ended.set()
    assert len(arrived) == 20
    assert max(arrived) < outgoing.POST_SECONDS  # which the bad ones take
    assert _counts(good.id) == (20, 0)
    for id_ in bad:
        rows = queries.deliveries(id_, limit=100)
        assert {row.code for row in rows if row.tries} == {"too_slow"}
        assert sum(row.tries for row in rows) == 4
    slow.close()
    dripping.close()


def test_an_endless_answer_is_cut_off(receiver: Receiver) -> None:
    made = shop.endpoint(receiver.url)
    happen(shop.event(1))
    receiver.answer = receivers.endless
    _send()
    row = _one(made.id)
    assert (row.state, len(row.answer)) == (State.DELIVERED, 4096)


def test_no_more_than_four_at_once_and_one_while_it_fails(receiver: Receiver) -> None:
    shop.endpoint(receiver.url)
    gate = threading.Semaphore(0)

    def answer(request: Any) -> None:
        if receiver.under_way >= 4:
            gate.release(8)
        gate.acquire(timeout=1)
        receivers.status(200)(request)

    receiver.answer = answer
    happen(*(shop.event(number) for number in range(1, 13)))
    assert _send() == 12
    assert receiver.most_under_way == 4
    Endpoint.objects.update(failing_since=NOW)
    receiver.most_under_way = 0
    receiver.answer = receivers.status(500)
    happen(*(shop.event(number) for number in range(20, 26)))
    assert _send() == 6
    assert receiver.most_under_way == 1


def test_while_a_secret_is_changed_both_sign(receiver: Receiver) -> None:
    start = wall.now()
    made = shop.endpoint(receiver.url, now=start)
    second = services.change_secret(endpoint_id=made.id, user_id=None, now=start)
    assert second != made.secret
    happen(shop.event(1), now=start)
    _send(Clock(start))
    (message,) = receiver.seen
    for secret in (made.secret, second):
        assert Webhook(secret).verify(message.body, message.headers)["type"] == shop.ORDER
    later = Clock(start + timedelta(hours=24))
    happen(shop.event(2), now=later.now)
    _send(later)
    assert len(receiver.seen[1].headers["webhook-signature"].split(" ")) == 1
    services.forget(now=later.now, limit=10)
    assert Endpoint.objects.get().old_secret == ""


def test_secrets_are_not_stored_as_they_are(receiver: Receiver) -> None:
    made = shop.endpoint(receiver.url)
    assert made.secret.startswith("whsec_")
    assert len(made.secret) == len("whsec_") + 44
    assert made.secret[6:] not in str(Endpoint.objects.values().get())


def test_secrets_of_another_installation(receiver: Receiver, settings: LazySettings) -> None:
    """After a restore without its key nothing can be signed; it is said, and a new secret mends it."""
    made = shop.endpoint(receiver.url)
    happen(shop.event(1))
    settings.SECRET_KEY = "another key"
    _send()
    assert receiver.seen == []
    assert (_one(made.id).code, _one(made.id).state) == ("no_secret", State.WAITING)
    services.change_secret(endpoint_id=made.id, user_id=None, now=NOW)
    _send(Clock(NOW + timedelta(minutes=1)))
    assert len(receiver.seen[0].headers["webhook-signature"].split(" ")) == 1


def test_an_address_that_moved_into_our_network_is_not_posted_to(
    receiver: Receiver, settings: LazySettings
) -> None:
    made = shop.endpoint(receiver.url)
    settings.OUTGOING_ALLOW = []
    happen(shop.event(1))
    _send()
    assert (receiver.seen, _one(made.id).code) == ([], "private_address")


def test_resending_by_hand_keeps_the_id(receiver: Receiver) -> None:
    made = shop.endpoint(receiver.url)
    happen(shop.event(1))
    _send()
    services.resend(
        endpoint_id=made.id, delivery_id=_one(made.id).id, user_id=None, now=NOW + timedelta(days=3)
    )
    assert _send(Clock(NOW + timedelta(days=3))) == 1
    assert receiver.seen[0].id == receiver.seen[1].id
    assert receiver.seen[0].body == receiver.seen[1].body


def test_a_test_goes_through_the_same_door(receiver: Receiver) -> None:
    now = wall.now()
    made = shop.endpoint(receiver.url, "task_created", now=now)
    services.send_test(endpoint_id=made.id, now=now)
    services.send_test(endpoint_id=made.id, now=now)
    assert _send(Clock(now)) == 2
    told = Webhook(made.secret).verify(receiver.seen[0].body, receiver.seen[0].headers)
    assert (told["type"], told["data"]["customer"]) == ("webhook_test", None)


def _counts(endpoint_id: int) -> tuple[int, int]:
    rows = queries.deliveries(endpoint_id, limit=200)
    return sum(r.state is State.DELIVERED for r in rows), sum(r.state is State.DEAD for r in rows)
