"""A mail server that takes a letter and is slow to say so, or says nothing: nobody gets a letter twice."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from pytest_django.fixtures import Settings
from tests.loyalty.books_of_points import NOW, customer
from tests.loyalty.mailbox import Mailbox, receiving

from regulars.customers import services as customers
from regulars.customers.types import IdentityType, ProfileIdentity
from regulars.loyalty import queries, services
from regulars.loyalty.models import SpendingCode
from regulars.loyalty.registry import CannotSend, Unanswered
from regulars.loyalty.services import delivering

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def box(settings: Settings) -> Iterator[Mailbox]:
    with receiving(settings) as box:
        yield box


@pytest.fixture
def slow(box: Mailbox, monkeypatch: pytest.MonkeyPatch) -> Mailbox:
    """Says nothing until it is let; and no job waits for it."""
    box.answers.clear()
    monkeypatch.setattr(delivering, "ANSWER_SECONDS", 0)
    return box


@pytest.fixture
def code_id() -> int:
    id_ = customer("C-1")
    address = ProfileIdentity(id_, IdentityType.EMAIL, "anna@example.com")
    customers.add_identities(identities=[address], now=NOW)
    services.send_code(member=queries.member_of_profile(id_, at=NOW), branch_id=None, language="en", now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    return SpendingCode.objects.get().pk


def deliver(code_id: int) -> bool:
    return services.deliver_code(code_id=code_id, now=NOW)


def answered(box: Mailbox) -> None:
    """Let the server say what it says, and wait until all of it is noted."""
    box.answers.set()
    for thread in threading.enumerate():
        if thread.name == "letter":
            thread.join()


def jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'loyalty.send_code'")
        return int(cursor.fetchone()[0])


def test_while_the_server_says_nothing_there_is_no_second_letter(slow: Mailbox, code_id: int) -> None:
    assert deliver(code_id)
    assert not deliver(code_id)
    answered(slow)
    assert not deliver(code_id)
    assert len(slow.letters) == 1
    row = SpendingCode.objects.get()
    assert (row.sent_at, row.sealed, jobs()) == (NOW, "", 0)


def test_a_late_refusal_is_tried_again(slow: Mailbox, code_id: int) -> None:
    """From within a worker, whose own way to its jobs is not for other threads."""
    slow.says = "451 later"

    def work() -> None:
        try:
            assert deliver(code_id)
            answered(slow)
        finally:
            connection.close()

    async def worker() -> None:
        async with app.open_async():
            await asyncio.to_thread(work)

    with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        asyncio.run(worker())
    assert (SpendingCode.objects.get().sent_at, jobs()) == (None, 1)
    slow.says = "250 OK"
    assert deliver(code_id)
    answered(slow)
    first, second = slow.letters
    assert first["Message-ID"] == second["Message-ID"]
    assert str(first["Message-ID"]).endswith("@shop.example>")


def test_a_late_refusal_for_ever_is_said_in_the_log(
    slow: Mailbox, code_id: int, caplog: pytest.LogCaptureFixture
) -> None:
    slow.says = "550 anna@example.com: never"
    deliver(code_id)
    answered(slow)
    assert "a code did not go out: SMTPResponseException" in caplog.text
    assert "anna" not in caplog.text
    assert jobs() == 0


def test_letters_of_two_codes_are_told_apart(box: Mailbox, code_id: int) -> None:
    deliver(code_id)
    row = SpendingCode.objects.get()
    member = queries.member_of_profile(row.profile_id, at=NOW)
    services.send_code(member=member, branch_id=None, language="en", now=NOW)
    deliver(SpendingCode.objects.latest("pk").pk)
    assert len({str(letter["Message-ID"]) for letter in box.letters}) == 2


def test_a_server_that_goes_away_without_a_word_gets_it_once(box: Mailbox, code_id: int) -> None:
    box.says = "gone"  # no reply a server may give
    with pytest.raises(Unanswered):
        deliver(code_id)
    assert not deliver(code_id)
    assert len(box.letters) == 1


def test_of_two_workers_one_hands_it_over(
    box: Mailbox, code_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the first was taken for dead: both have the server wait for the letter."""
    came: list[str] = []
    both = asyncio.Event()

    async def handle_RCPT(server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        came.append(address)
        if len(came) == 2:
            both.set()
        await both.wait()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    monkeypatch.setattr(box, "handle_RCPT", handle_RCPT, raising=False)
    done: list[bool] = []

    def work() -> None:
        try:
            done.append(deliver(code_id))
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [False, True]
    assert len(box.letters) == 1


def test_before_the_letter_itself_it_may_be_tried_again(
    box: Mailbox, code_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def handle_RCPT(server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        return "450 later"

    monkeypatch.setattr(box, "handle_RCPT", handle_RCPT, raising=False)
    with pytest.raises(CannotSend):
        deliver(code_id)
    monkeypatch.delattr(box, "handle_RCPT")
    assert deliver(code_id)
