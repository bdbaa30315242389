"""From the log into the line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.together import together
from tests.webhooks import shop
from tests.webhooks.shop import NOW, ORDER, happen

from regulars.customers.types import ANONYMOUS
from regulars.events import registry
from regulars.events import services as events
from regulars.webhooks import queries, services
from regulars.webhooks.handlers import CONSUMER
from regulars.webhooks.models import Delivery, Endpoint

pytestmark = pytest.mark.django_db
URL = "https://93.184.216.34/hook"


def _told() -> list[dict[str, Any]]:
    return [json.loads(body) for body in Delivery.objects.order_by("id").values_list("body", flat=True)]


def test_only_what_was_asked_for_is_put_in_line() -> None:
    one, two = shop.endpoint(URL), shop.endpoint(URL + "/2", "task_created", ORDER)
    profile = shop.customer()
    assert (
        happen(shop.event(1, profile_id=profile), shop.event(2, "task_created"), shop.event(3, "note_added"))
        == 3
    )
    lines = [(d.name, d.state) for d in queries.deliveries(one.id, limit=10)]
    assert lines == [(ORDER, "waiting")]
    assert [d.name for d in queries.deliveries(two.id, limit=10)] == ["task_created", ORDER]


def test_a_customer_goes_by_the_shops_own_id() -> None:
    shop.endpoint(URL)
    profile = shop.customer("Anna-17")
    happen(shop.event(1, profile_id=profile, properties={"number": "A-5", "amount_minor": 100}))
    ((told),) = _told()
    assert told["data"]["customer"] == {"source": "shop", "id": "Anna-17"}
    assert told["data"]["properties"] == {"order_id": "A-5", "amount_minor": 100}
    assert "Анна" not in json.dumps(told, ensure_ascii=False)


def test_of_a_device_nobody_knows_no_customer_is_told() -> None:
    shop.endpoint(URL, ORDER, "profile_created")
    profile = shop.customer("device-1", ANONYMOUS)
    assert (
        happen(shop.event(1, profile_id=profile), shop.event(2, "profile_created", profile_id=profile)) == 1
    )
    assert [(told["type"], told["data"]["customer"]) for told in _told()] == [(ORDER, None)]


def test_the_same_event_again_changes_nothing() -> None:
    shop.endpoint(URL)
    assert happen(shop.event(1)) == 1
    before = list(Delivery.objects.values())
    assert happen(shop.event(1), shop.event(2)) == 2
    assert list(Delivery.objects.filter(event_id=1).values()) == before
    assert Delivery.objects.count() == 2


def test_nothing_is_read_of_customers_where_nobody_asks(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert services.put_in_line(events=[shop.event(n) for n in range(1, 50)], now=NOW) == 0


def test_a_batch_costs_the_same_whatever_its_size(django_assert_num_queries: Any) -> None:
    shop.endpoint(URL)
    profiles = [shop.customer(f"C-{n}") for n in range(5)]
    with django_assert_num_queries(5):  # endpoints; profiles, identities, traits; the deliveries
        services.put_in_line(
            events=[shop.event(n, profile_id=profiles[n % 5]) for n in range(1, 100)], now=NOW
        )


def test_an_endpoint_that_is_off_keeps_what_happens() -> None:
    made = shop.endpoint(URL)
    services.switch_off(endpoint_id=made.id, user_id=None, now=NOW)
    assert happen(shop.event(1)) == 1
    assert not queries.any_due(NOW)
    services.switch_on(endpoint_id=made.id, send_waiting=True, user_id=None, now=NOW)
    assert queries.any_due(NOW)


def test_a_deleted_one_does_not() -> None:
    made = shop.endpoint(URL)
    services.delete_endpoint(endpoint_id=made.id, user_id=None, now=NOW)
    assert happen(shop.event(1)) == 0
    assert Endpoint.objects.get().secret == ""


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_woken_once_for_many() -> None:
    shop.endpoint(URL)
    together([lambda: happen(shop.event(1)), lambda: happen(shop.event(2))])
    happen(shop.event(3))
    jobs = ProcrastinateJob.objects.filter(task_name="webhooks.send")
    assert list(jobs.values_list("status", flat=True)) == ["todo"]


@pytest.mark.django_db(transaction=True)
def test_two_that_read_the_same_event_put_it_in_line_once() -> None:
    made = shop.endpoint(URL)
    together([lambda: happen(*(shop.event(n) for n in range(1, 200)))] * 4)
    assert Delivery.objects.filter(endpoint_id=made.id).count() == 199


@pytest.mark.django_db(transaction=True)
def test_the_log_is_read_from_when_it_was_asked_for() -> None:
    """Through the real consumer: what is recorded goes into the line, in history nothing is set off."""
    with registry.only_consumers(CONSUMER):
        profile = shop.customer()
        shop.record(ORDER, "before", profile_id=profile, number="A-0")
        events.ensure_consumers(now=NOW)
        events.drain(now=NOW)
        made = shop.endpoint(URL)
        shop.record(ORDER, "one", profile_id=profile, number="A-1")
        events.drain(now=NOW)
        events.drain(now=NOW)
    (delivery,) = queries.deliveries(made.id, limit=10)
    told = json.loads(delivery.body)
    assert told["data"]["properties"] == {"order_id": "A-1"}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM events WHERE key = 'one'")
        assert cursor.fetchone() == (told["data"]["event_id"],)
