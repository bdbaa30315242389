"""The log's page: how far its readers are, what stands in their way, what was set aside and what to do."""

from __future__ import annotations

import contextlib
import io
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from zipfile import ZipFile

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.events.test_epochs import settled

from regulars.console.event_log import asides
from regulars.console.voice import voice
from regulars.console.wording import event_log as wording
from regulars.customers.models import Profile
from regulars.events import queries, registry, services
from regulars.events.models import EventSetAside
from regulars.events.types import (
    BEHIND_MAX,
    Batch,
    Consumer,
    ConsumerState,
    Doing,
    EventType,
    NewEvent,
    OldestTransaction,
)
from regulars.kit import clock
from regulars.team.models import AuditLogEntry
from regulars.team.types import Role

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
BELL = EventType("bell_rung")
registry.register(BELL)
# Session, user, permissions, shop; the oldest transaction; of each reader its row and what waits for it.
QUERIES = 5 + 2 * 2


class Refusal(Exception):
    """What the reader of these tests makes of events it does not like."""


class Listener:
    """A reader that can be told to fail."""

    def __init__(self) -> None:
        self.fails = True
        self.heard: list[int | None] = []

    def handle(self, batch: Batch) -> None:
        if self.fails:
            raise Refusal("anna@example.com is not liked")
        self.heard += [event.profile_id for event in batch.events]


@pytest.fixture
def listener() -> Iterator[Listener]:
    heard = Listener()
    with registry.only_consumers(Consumer("test.bells", heard.handle)):
        yield heard


@pytest.fixture
def inside(db: None) -> Client:
    return shops.browser_of(shops.colleague(Role.OWNER))


def _ring(*profiles: int | None, at: datetime | None = None) -> None:
    now = at or clock.now()
    events = [
        NewEvent(type=BELL, source="test", key=f"{profile}", occurred_at=now, profile_id=profile)
        for profile in profiles
    ]
    with transaction.atomic():
        services.record(events, now=now)


def _fail_for_good() -> None:
    """Have the worker try until it sets aside."""
    settled()
    now = clock.now()
    for step in range(4):
        services.drain(now=now + step * MINUTE)


def _do(client: Client, wanted: str, **more: str | int) -> str:
    form = {"do": wanted, "next": reverse("connections-log-set-aside")} | more
    return client.post(reverse("connections-log-replay"), form, follow=True).text


@contextlib.contextmanager
def _open_transaction(name: str) -> Iterator[None]:
    """Somebody else's transaction, which has written and is left open."""
    parameters = connection.get_connection_params()
    keep = {k: parameters[k] for k in ("dbname", "user", "host", "port", "password") if k in parameters}
    with psycopg.connect(**keep, application_name=name) as other:
        other.execute("CREATE TEMP TABLE secret_of_anna (x int)")
        yield
        other.rollback()


def test_nobody_reads_yet(inside: Client) -> None:
    with registry.only_consumers():
        page = inside.get(reverse("connections-log")).text
    assert "Nobody reads events yet" in page


@pytest.mark.django_db(transaction=True)
def test_what_waits_and_what_was_handled(
    inside: Client, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wording, "IN_THE_WAY", HOUR)  # tests beside these may have one open for long
    services.ensure_consumers(now=clock.now())
    _ring(*range(7), at=clock.now() - 3 * HOUR)
    page = shops.plain(inside.get(reverse("connections-log")).text)
    assert "7 events wait, the oldest for 3 hours." in page
    assert "far behind" in page
    assert "Probably the worker does not run" in page
    listener.fails = False
    settled()
    assert services.drain(now=clock.now()) == 7
    page = inside.get(reverse("connections-log")).text
    assert "Everything is handled." in page
    assert "up to date" in page
    assert "Probably the worker" not in page


def test_piece_that_is_asked_for_anew_is_the_piece_of_the_page(inside: Client, listener: Listener) -> None:
    services.ensure_consumers(now=clock.now())
    page = inside.get(reverse("connections-log")).text
    piece = inside.get(reverse("connections-log-state")).text
    assert f'hx-get="{reverse("connections-log-state")}"' in piece
    assert piece.strip().startswith('<div id="log-state"')
    assert "<html" not in piece
    assert page.count('id="log-state"') == 1
    gone = Client().get(reverse("connections-log-state"))
    assert (gone.headers["HX-Refresh"], gone.content) == ("true", b"")


@pytest.mark.django_db(transaction=True)
def test_what_failed_is_set_aside_tried_again_and_handled_once(inside: Client, listener: Listener) -> None:
    shops.person("Anna")
    profile = Profile.objects.get()
    _ring(profile.pk, None)
    _fail_for_good()
    assert EventSetAside.objects.count() == 2
    page = inside.get(reverse("connections-log")).text
    assert "2 events set aside" in page
    page = inside.get(reverse("connections-log-set-aside")).text
    assert "Bell rung" in page
    assert "Refusal" in page
    assert "anna@example.com" not in page  # what the error said is no business of this page
    assert reverse("customers-card", args=[profile.person_id]) in page
    listener.fails = False
    (first, second) = EventSetAside.objects.order_by("id").values_list("pk", flat=True)
    page = _do(inside, "again", number=first)
    assert "1 event is tried again now" in page
    assert "being tried again" in page
    assert "There was nothing to do" in _do(inside, "again", number=first)  # asked for once already
    settled()
    services.drain(now=clock.now() + 5 * MINUTE)
    assert list(EventSetAside.objects.values_list("pk", flat=True)) == [second]
    assert len(listener.heard) == 1
    assert "1 event is tried again now" in _do(inside, "again", reader="test.bells")
    settled()
    services.drain(now=clock.now() + 5 * MINUTE)
    assert sorted(listener.heard, key=str) == [profile.pk, None]
    assert "Nothing was set aside" in inside.get(reverse("connections-log-set-aside")).text
    lines = AuditLogEntry.objects.order_by("pk").values_list("action", "details")
    assert list(lines) == [
        ("events_replayed", {"events": 1}),
        ("events_replayed", {"events": 1, "reader": "test.bells"}),
    ]


@pytest.mark.django_db(transaction=True)
def test_what_is_given_up_is_not_handled(inside: Client, listener: Listener) -> None:
    _ring(1, 2, 3)
    _fail_for_good()
    first = EventSetAside.objects.order_by("id").values_list("pk", flat=True)[0]
    assert "1 event is given up" in _do(inside, "give-up", number=first)
    assert "2 events are given up" in _do(inside, "give-up", reader="test.bells")
    assert "There was nothing to do" in _do(inside, "give-up", number=first)
    listener.fails = False
    settled()
    assert services.drain(now=clock.now() + 5 * MINUTE) == 0
    assert listener.heard == []
    assert AuditLogEntry.objects.filter(action="events_dropped").count() == 2
    assert "test.bells" in inside.get(reverse("settings-log")).text


@pytest.mark.django_db(transaction=True)
def test_reader_is_stopped_and_goes_on(inside: Client, listener: Listener) -> None:
    listener.fails = False
    services.ensure_consumers(now=clock.now())
    page = _do(inside, "pause", reader="test.bells", next=reverse("connections-log"))
    assert "stopped by hand" in page
    assert "Let it go on" in page
    _ring(1, at=clock.now() - HOUR)
    settled()
    assert services.drain(now=clock.now()) == 0
    page = inside.get(reverse("connections-log")).text
    assert "Probably the worker" not in page  # somebody stopped it, so that is why
    page = _do(inside, "resume", reader="test.bells", next=reverse("connections-log"))
    assert "stopped by hand" not in page
    assert services.drain(now=clock.now()) == 1
    assert AuditLogEntry.objects.filter(action="reader_changed", details__reader="test.bells").count() == 2


@pytest.mark.parametrize(
    "form",
    [
        {"do": "again"},
        {"do": "drop everything", "number": 1},
        {"do": "pause", "number": 1, "reader": "nobody.at_all"},
        {"do": "again", "number": "x"},
        {"do": "again", "reader": "nobody.at_all"},
        {"number": 1},
    ],
)
def test_what_makes_no_sense_is_not_done(inside: Client, listener: Listener, form: dict[str, str]) -> None:
    assert inside.post(reverse("connections-log-replay"), form).status_code == 404
    assert not AuditLogEntry.objects.exists()


def test_open_transaction_is_named_without_what_it_wrote(
    inside: Client, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.ensure_consumers(now=clock.now())
    monkeypatch.setattr(wording, "IN_THE_WAY", HOUR)
    assert "has been open for" not in inside.get(reverse("connections-log")).text
    monkeypatch.setattr(wording, "IN_THE_WAY", timedelta(0))
    deadline = time.monotonic() + 60
    with _open_transaction("<nightly> report"):
        page = inside.get(reverse("connections-log")).text
        while "nightly" not in page:  # one of the tests beside these is older
            assert time.monotonic() < deadline
            page = inside.get(reverse("connections-log")).text
    assert "has been open for" in page
    assert "&lt;nightly&gt; report" in page
    assert "nothing happens in it" in page
    assert "secret_of_anna" not in page


def test_words_for_a_transaction() -> None:
    def oldest(**more: object) -> OldestTransaction:
        values = {
            "pid": 5, "application": "psql", "user": "ivan", "database": "shop", "since": NOW - MINUTE,
            "doing": Doing.IDLE, "statement": "", "is_ours": False,
        }  # fmt: skip
        return OldestTransaction(**(values | more))  # type: ignore[arg-type]

    assert not wording.is_in_the_way(None, NOW)
    assert not wording.is_in_the_way(oldest(since=NOW - 5 * SECOND), NOW)
    assert wording.is_in_the_way(oldest(since=NOW - 6 * SECOND), NOW)
    assert wording.is_in_the_way(oldest(since=None), NOW)
    assert wording.whose(oldest()) == "psql, signed in as ivan to the database shop"
    assert wording.whose(oldest(database="")) == "somebody of another database"
    assert wording.whose(oldest(is_ours=True, application="")) == (
        "Regulars itself (a programme without a name)"
    )
    assert "INSERT commerce_order" in wording.doing(oldest(statement="INSERT commerce_order"))
    for doing in Doing:
        assert wording.doing(oldest(doing=doing))
        assert wording.advice(oldest(doing=doing))


@pytest.mark.parametrize(
    ("behind", "late", "paused", "name", "tone"),
    [
        (0, None, False, "up to date", "kept"),
        (0, None, True, "stopped by hand", "slipping"),
        (3, 30 * SECOND, False, "at it", "kept"),
        (3, 31 * SECOND, False, "behind", "slipping"),
        (3, 5 * MINUTE + SECOND, False, "far behind", "lost"),
    ],
)
def test_words_for_a_reader(behind: int, late: timedelta | None, paused: bool, name: str, tone: str) -> None:
    since = NOW - late if late else None
    state = ConsumerState("test.bells", behind, since, 0, paused=paused, last_moved_at=None)
    standing = wording.standing(state, NOW)
    assert (standing.name, standing.tone) == (name, tone)


def test_every_reader_has_words() -> None:
    assert {one.name for one in registry.consumers()} == set(wording.READERS)


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (-SECOND, "0 seconds"),
        (SECOND, "1 second"),
        (59.9 * SECOND, "59 seconds"),
        (MINUTE, "1 minute"),
        (119 * MINUTE, "1 hour"),
        (25 * HOUR, "1 day"),
        (50 * HOUR, "2 days"),
    ],
)
def test_durations(duration: timedelta, text: str) -> None:
    assert wording.lasting(duration) == text


def test_more_than_is_counted() -> None:
    formats = voice().formats
    assert wording.waiting(BEHIND_MAX - 1, formats) == "9,999 events wait"
    assert wording.waiting(BEHIND_MAX, formats) == "more than 10,000 events wait"
    assert wording.count_of(BEHIND_MAX, formats) == "10,000+"


def _set_aside(count: int, consumer: str = "test.bells") -> None:
    EventSetAside.objects.bulk_create(
        EventSetAside(
            consumer=consumer, lane=0, epoch=1, xid=1, event_id=number, name="bell_rung", profile_id=None,
            received_at=NOW, set_aside_at=NOW, tries=3, error=f"=Refusal {number} at <handlers>",
        )
        for number in range(count)
    )  # fmt: skip


def test_long_list_is_read_in_pages(inside: Client, listener: Listener) -> None:
    _set_aside(35)
    address = reverse("connections-log-set-aside")
    page = inside.get(address)
    assert page.text.count("&lt;handlers&gt;") == 30
    assert page.context["newer_url"] == ""
    further = inside.get(page.context["older_url"])
    assert further.text.count("&lt;handlers&gt;") == 5
    assert (further.context["older_url"], further.context["newer_url"]) == ("", address)
    assert "Try all again" not in page.text
    assert "Try all again" in inside.get(address, {"reader": "test.bells"}).text
    for wrong in ("x", "9" * 30, "-1"):
        assert inside.get(address, {"after": wrong, "reader": wrong}).status_code == 200


def test_list_as_a_workbook(inside: Client, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.console.views.event_log.BATCH", 10)
    _set_aside(25)
    answer = inside.get(reverse("connections-log-export"))
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with ZipFile(io.BytesIO(content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 26
    assert "<f>" not in sheet
    assert AuditLogEntry.objects.get().details == {"list": "set-aside"}


def test_only_the_owner_looks_into_the_log(listener: Listener) -> None:
    client = shops.browser_of(shops.colleague(Role.MARKETER))
    for name in ("connections-log", "connections-log-state", "connections-log-set-aside"):
        assert client.get(reverse(name)).status_code == 403
    form = {"do": "give-up", "reader": "test.bells"}
    assert client.post(reverse("connections-log-replay"), form).status_code == 403


def test_what_the_pages_cost(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    listener = Listener()
    both = (Consumer("test.bells", listener.handle), Consumer("test.drums", listener.handle))
    with registry.only_consumers(*both):
        services.ensure_consumers(now=clock.now())
        with django_assert_num_queries(QUERIES):
            inside.get(reverse("connections-log"))
        _set_aside(20)
        with django_assert_num_queries(5):  # session, user, permissions, shop; the list
            inside.get(reverse("connections-log-set-aside"))


def test_customers_are_looked_up_once(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    people = [shops.person(f"Anna {number}") for number in range(3)]
    profiles = list(Profile.objects.order_by("pk").values_list("pk", flat=True))
    _set_aside(3)
    for row, profile in zip(EventSetAside.objects.order_by("pk"), profiles, strict=True):
        EventSetAside.objects.filter(pk=row.pk).update(profile_id=profile)
    rows, speak = queries.set_aside_page(), voice()
    with django_assert_num_queries(1):
        found = asides(rows, speak)
    assert [row.person for row in found] == people[::-1]
