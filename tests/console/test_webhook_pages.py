"""The pages of webhooks: adding, the secret, what was sent, resending, switching, who may."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from standardwebhooks.webhooks import Webhook
from tests.console import shops, workbooks
from tests.webhooks import shop

from regulars.console.wording import webhooks as wording
from regulars.kit import clock
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role
from regulars.webhooks import queries
from regulars.webhooks.models import Delivery, Endpoint
from regulars.webhooks.types import OFFERED, OFFERED_NAMES, OffReason, State

pytestmark = pytest.mark.django_db
NOW = shops.NOW
URL = "https://93.184.216.34/hooks/orders"
# Session, user, permissions, shop; the endpoints.
LIST_QUERIES = 5
# The same with the one endpoint; its deliveries.
ENDPOINT_QUERIES = 6


@pytest.fixture(autouse=True)
def now() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague(Role.OWNER))


def _made(*names: str) -> int:
    return shop.endpoint(URL, *names, now=NOW).id


def _sent(endpoint_id: int, count: int = 1, **values: object) -> None:
    shop.happen(*(shop.event(n, properties={"number": f"A-{n}"}) for n in range(1, count + 1)), now=NOW)
    Delivery.objects.filter(endpoint_id=endpoint_id).update(**values)


def _dead(endpoint_id: int, count: int = 1) -> None:
    _sent(
        endpoint_id, count, state="dead", next_try_at=None, settled_at=NOW, tries=12, code="status_500",
        status=500, answer="<b>Fatal error</b>", took_ms=1234,
    )  # fmt: skip


def _post(client: Client, name: str, number: int, **said: str | int) -> str:
    return client.post(reverse(f"connections-webhook-{name}", args=[number]), said, follow=True).text


def test_nobody_is_told_yet(inside: Client) -> None:
    page = inside.get(reverse("connections-webhooks")).text
    assert "Nobody is told yet" in page
    assert reverse("connections-webhook-new") in page


def test_one_is_added_and_its_secret_shown_once(inside: Client) -> None:
    page = inside.get(reverse("connections-webhook-new")).text
    assert page.count("checked") == len(OFFERED["orders"])
    form = {"url": f" {URL} ", "events": ["order_completed", "task_closed"]}
    page = inside.post(reverse("connections-webhook-new"), form, follow=True).text
    (secret,) = re.findall(r"whsec_[A-Za-z0-9+/=]+", page)
    Webhook(secret)  # the reference library takes it
    (row,) = queries.endpoints(now=NOW)
    assert (row.url, row.events) == (URL, {"order_completed", "task_closed"})
    assert Endpoint.objects.get().created_by is not None
    page = inside.get(reverse("connections-webhook", args=[row.id])).text
    assert "whsec_" not in page
    assert "Nothing yet. Send a test" in page
    assert AuditLogEntry.objects.filter(
        action=Action.WEBHOOK_MADE.value, subject=f"webhook:{row.id}"
    ).exists()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com/", "Write the address as https://host/path"),
        ("https://user:word@93.184.216.34/", "without a password in it"),
        ("https://127.0.0.1/", "private or local network"),
        ("https://169.254.169.254/latest/", "private or local network"),
        ("", "Write the address of the other system."),
    ],
)
def test_addresses_that_may_not_be_sent_to(inside: Client, url: str, words: str) -> None:
    form = {"url": url, "events": ["order_completed"]}
    page = inside.post(reverse("connections-webhook-new"), form).text
    assert words in page
    assert 'id="id_url_error"' in page
    assert queries.endpoints(now=NOW) == []


@pytest.mark.parametrize("events", [[], ["note_added"], ["order_completed", "nothing_known"]])
def test_events_that_are_not_offered(inside: Client, events: list[str]) -> None:
    page = inside.post(reverse("connections-webhook-new"), {"url": URL, "events": events}).text
    assert 'id="id_events_error"' in page
    assert queries.endpoints(now=NOW) == []


def test_address_and_events_are_changed(inside: Client) -> None:
    number = _made()
    form = {"url": URL + "/new", "events": ["consent_withdrawn"]}
    page = inside.post(reverse("connections-webhook", args=[number]), form, follow=True).text
    assert "The webhook is changed." in page
    row = queries.endpoint(number, now=NOW)
    assert row is not None
    assert (row.url, row.events) == (URL + "/new", {"consent_withdrawn"})
    page = inside.post(reverse("connections-webhook", args=[number]), {"url": "x"}).text
    assert 'id="id_url_error"' not in page  # the service was not asked, since no event was chosen
    assert 'id="id_events_error"' in page


def test_a_new_secret_is_shown_once_and_the_former_one_signs_on(inside: Client) -> None:
    number = _made()
    page = _post(inside, "secret", number)
    assert len(re.findall(r"whsec_[A-Za-z0-9+/=]{44}", page)) == 1
    assert "messages are signed with the former one too: 2 May at 12:00" in shops.plain(page)
    page = inside.get(reverse("connections-webhook", args=[number])).text
    assert "whsec_" not in page
    assert "The former one still signs until: 2 May at 12:00." in shops.plain(page)


def test_a_test_is_put_in_line_and_looked_after(inside: Client) -> None:
    number = _made()
    page = _post(inside, "test", number)
    assert "The test is on its way" in page
    assert 'hx-trigger="every 2s"' in page
    assert Delivery.objects.get().name == "webhook_test"
    Delivery.objects.update(tries=1, code="too_slow", next_try_at=NOW + timedelta(seconds=30))
    page = inside.get(reverse("connections-webhook", args=[number])).text
    assert 'hx-trigger="every 2s"' not in page
    assert "It did not answer within 10 seconds." in page
    assert "Next try: today at 12:00." in page


def test_what_did_not_arrive_is_said_and_sent_again(inside: Client) -> None:
    number = _made()
    _dead(number, 3)
    page = inside.get(reverse("connections-webhook", args=[number])).text
    assert "Something is wrong on its side (500)." in page
    assert "&lt;b&gt;Fatal error&lt;/b&gt;" in page
    assert "A-3" in page
    (one, *_rest) = queries.deliveries(number, limit=10)
    assert "It is sent again." in _post(inside, "resend", number, delivery=one.id)
    assert "2 messages are sent again." in _post(inside, "resend", number)
    assert {row.state for row in queries.deliveries(number, limit=10)} == {State.WAITING}
    assert "no longer kept" in _post(inside, "resend", number, delivery=one.id + 1000)


def test_it_is_switched_off_and_on(inside: Client) -> None:
    number = _made()
    assert "It is off." in _post(inside, "switch", number, to="off")
    _sent(number, 2)
    page = inside.get(reverse("connections-webhook", args=[number])).text
    assert "What waits meanwhile: 2" in page
    assert reverse("connections-webhook-test", args=[number]) not in page
    assert "Switch it on first" in _post(inside, "test", number)
    assert "Switch it on first" in _post(inside, "resend", number)
    assert "It is on again." in _post(inside, "switch", number, to="on", waiting="skip")
    assert {row.state for row in queries.deliveries(number, limit=10)} == {State.DEAD}


@pytest.mark.parametrize(
    ("values", "word", "words"),
    [
        ({}, "nothing sent yet", "Send a test to see whether it works."),
        ({"last_success_at": NOW}, "works", "The last message arrived today at 12:00."),
        (
            {"last_success_at": NOW, "failing_since": NOW, "last_code": "status_404"},
            "does not get through",
            "Nothing gets through since today at 12:00. Nothing is there (404).",
        ),
        (
            {"off_reason": OffReason.FAILING.value, "off_at": NOW, "last_code": "no_host"},
            "switched itself off",
            "Off since today at 12:00: for a day nothing had got through. There is no such host.",
        ),
        ({"off_reason": OffReason.GONE.value, "off_at": NOW}, "switched itself off", "(410)"),
        ({"off_reason": OffReason.BY_HAND.value, "off_at": NOW}, "off", "Switched off today at 12:00."),
    ],
)
def test_how_it_stands_in_words(inside: Client, values: dict[str, object], word: str, words: str) -> None:
    number = _made()
    Endpoint.objects.update(**values)
    for page in (
        inside.get(reverse("connections-webhooks")).text,
        inside.get(reverse("connections-webhook", args=[number])).text,
    ):
        assert f">{word}</span>" in page
        assert words in page


def test_all_that_was_sent_page_by_page(inside: Client) -> None:
    number = _made()
    _sent(number, 65)
    seen: list[str] = []
    address: str | None = reverse("connections-webhook", args=[number])
    while address:
        page = inside.get(address).text
        seen += re.findall(r'"order_id": ?(?:"|&quot;)A-(\d+)|order_id&quot;: &quot;A-(\d+)', page)
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = older[1].replace("&amp;", "&") if older else None
    assert [a or b for a, b in seen] == [str(n) for n in range(65, 0, -1)]


@pytest.mark.parametrize("before", ["x", "1.", ".1", "9" * 30 + ".1", "1.1.1", "١.١", "-1.5"])
def test_places_that_are_none(inside: Client, before: str) -> None:
    address = reverse("connections-webhook", args=[_made()])
    assert inside.get(address, {"before": before, "state": "nothing"}).status_code == 200


def test_it_is_deleted(inside: Client) -> None:
    number = _made()
    assert "The webhook is deleted." in _post(inside, "delete", number)
    assert queries.endpoints(now=NOW) == []
    for name in ("test", "switch", "resend", "secret", "delete"):
        assert inside.post(reverse(f"connections-webhook-{name}", args=[number])).status_code == 404
    assert inside.get(reverse("connections-webhook", args=[number])).status_code == 404


def test_what_was_sent_as_a_file(inside: Client) -> None:
    number = _made()
    _dead(number, 2)
    answer = inside.get(reverse("connections-webhook-export", args=[number]))
    rows = workbooks.rows_of(answer.streaming_content)
    assert len(rows) == 3
    assert rows[1][1:4] == ["An order was placed", "given up", 12]
    assert AuditLogEntry.objects.filter(action=Action.LIST_TAKEN_OUT.value).exists()


def test_nobody_else_may(inside: Client) -> None:
    number = _made()
    client = shops.browser_of(shops.colleague(Role.ANALYST))
    for name in ("test", "switch", "resend", "secret", "delete"):
        assert client.post(reverse(f"connections-webhook-{name}", args=[number])).status_code == 403
        assert inside.get(reverse(f"connections-webhook-{name}", args=[number])).status_code == 405
    for name in ("connections-webhook", "connections-webhook-export"):
        assert client.get(reverse(name, args=[number])).status_code == 403
    assert client.get(reverse("connections-webhooks")).status_code == 403
    assert client.get(reverse("connections-webhook-new")).status_code == 403


def test_what_the_pages_cost(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    number = _made()
    _made()
    _dead(number, 20)
    with django_assert_num_queries(LIST_QUERIES):
        inside.get(reverse("connections-webhooks"))
    with django_assert_num_queries(ENDPOINT_QUERIES):
        inside.get(reverse("connections-webhook", args=[number]))


def test_everything_offered_has_its_words() -> None:
    assert set(wording.EVENTS) >= OFFERED_NAMES
    assert set(OFFERED) == set(wording.GROUPS)
    assert wording.event("of_another_release") == "of_another_release"
    for code in ("status_302", "status_400", "status_503", "something_new"):
        assert wording.reason(code).count("%") == 0
