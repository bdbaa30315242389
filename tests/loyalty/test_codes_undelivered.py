"""Codes that a mail server refuses, or that were overtaken: nobody waits, and no log names anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from procrastinate.contrib.django import app
from pytest_django.fixtures import Settings
from tests.loyalty.books_of_points import NOW, customer
from tests.loyalty.mailbox import Mailbox, receiving

from regulars.customers import services as customers
from regulars.customers.types import IdentityType, ProfileIdentity
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.errors import LockedOut, Unreachable
from regulars.loyalty.models import SpendingCode
from regulars.loyalty.registry import CannotSend, CodeMessage, Unsendable
from regulars.loyalty.rules import codes
from regulars.loyalty.services.letters import Letters
from regulars.loyalty.types.till import Member

MINUTE = timedelta(minutes=1)


@pytest.fixture
def box(settings: Settings) -> Iterator[Mailbox]:
    with receiving(settings) as box:
        yield box


def member(*addresses: str, name: str = "C-1") -> Member:
    id_ = customer(name)
    known = [ProfileIdentity(id_, IdentityType.EMAIL, address) for address in addresses]
    customers.add_identities(identities=known, now=NOW)
    return queries.member_of_profile(id_, at=NOW)


def ask(whose: Member, *, minutes: float = 0) -> int:
    services.send_code(member=whose, branch_id=None, language="en", now=NOW + minutes * MINUTE)
    return SpendingCode.objects.order_by("-pk")[0].pk


def letter(to: str = "anna@example.com", shop: str = "Лавка") -> CodeMessage:
    return CodeMessage(
        id="1f", to=to, code="123456", points_minor=None, minutes=10, shop=shop, branch="", language="ru"
    )


def send(message: CodeMessage) -> None:
    """Send it, to the end."""
    Letters().send(message, lambda: None).result()


def states_of_jobs() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs WHERE task_name = 'loyalty.send_code'")
        return {status for (status,) in cursor.fetchall()}


def work(minutes: float = 0) -> None:
    """Do what the worker does with the jobs that wait, those that wait for another try too."""
    later = "UPDATE procrastinate_jobs SET scheduled_at = now() - interval '1 minute' WHERE status = 'todo'"
    with clock.fixed(NOW + minutes * MINUTE):
        for _ in range(5):
            with connection.cursor() as cursor:
                cursor.execute(later)
            with app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
                app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


@pytest.mark.parametrize(("reply", "wanted"), [("451 later", CannotSend), ("550 never", Unsendable)])
def test_only_what_may_go_another_time_is_tried_again(
    box: Mailbox, reply: str, wanted: type[Exception]
) -> None:
    box.refuses = reply
    with pytest.raises(wanted):
        send(letter())


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("reply", "tries"), [("451 anna@example.com: later", 3), ("550 anna@", 1)])
def test_a_letter_that_is_not_taken_is_no_failed_job(
    box: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    reply: str,
    tries: int,
) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    ask(member("anna@example.com"))
    box.refuses = reply
    work()
    assert box.refused == tries
    assert states_of_jobs() == {"succeeded"}
    (said,) = [one for one in caplog.records if "a code did not go out" in one.message]
    assert said.levelname == "WARNING"
    assert "anna" not in caplog.text


@pytest.mark.django_db
def test_of_two_codes_the_one_that_opens_nothing_any_more_is_not_sent(box: Mailbox) -> None:
    anna = member("anna@example.com")
    first, second = ask(anna), ask(anna, minutes=1)
    assert not services.deliver_code(code_id=first, now=NOW + MINUTE)
    assert services.deliver_code(code_id=second, now=NOW + MINUTE)
    assert len(box.letters) == 1


@pytest.mark.django_db
def test_an_address_that_is_gone_by_then_gets_nothing(box: Mailbox) -> None:
    anna = member("anna@example.com")
    code_id = ask(anna)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM customers_identity")
    assert not services.deliver_code(code_id=code_id, now=NOW)
    assert box.letters == []


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["anna@example..com", "anna,boris@example.com", "анна@example.com"])
def test_an_address_no_letter_can_be_written_to_is_none(box: Mailbox, address: str) -> None:
    with pytest.raises(Unreachable):
        ask(member(address))
    ask(member(address, "anna@example.com", name="C-2"))
    assert services.deliver_code(code_id=SpendingCode.objects.get().pk, now=NOW)
    assert box.letters[0]["To"] == "anna@example.com"


def test_what_is_wrong_with_an_address_is_not_said(box: Mailbox) -> None:
    with pytest.raises(Unsendable) as failed:
        send(letter(to="anna@example..com"))
    assert "anna" not in f"{failed.value!r} {failed.value.__cause__!r}"
    assert failed.value.__suppress_context__


def test_the_name_of_a_shop_adds_no_line_to_the_letter(box: Mailbox) -> None:
    send(letter(to="anna@пример.рф", shop="Лавка\nBcc: boris@example.com"))
    (got,) = box.letters
    assert (got["To"], got["Bcc"]) == ("anna@xn--e1afmkfd.xn--p1ai", None)
    assert got["From"].addresses[0].display_name == "Лавка Bcc: boris@example.com"


@pytest.mark.django_db
def test_who_guessed_at_the_last_moment_is_locked_out_as_long(box: Mailbox) -> None:
    anna = member("anna@example.com")
    services.deliver_code(code_id=ask(anna), now=NOW)
    match = re.search(r"\d{6}", str(box.letters[-1]["Subject"]))
    assert match is not None
    wrong = f"{(int(match[0]) + 1) % 10**6:06}"
    for _ in range(codes.TRIES_MAX):
        services.note_wrong_code(member=anna, code=wrong, now=NOW + 9 * MINUTE)
    with pytest.raises(LockedOut) as refused:
        ask(anna, minutes=23)
    assert refused.value.seconds == pytest.approx(60, abs=2)
    ask(anna, minutes=25)


@pytest.mark.django_db
def test_codes_that_wait_hold_up_no_schedule() -> None:
    """A mail server that says nothing keeps every thread of the worker a while; the tick comes next then."""
    for code_id in range(3):
        app.configure_task("loyalty.send_code").defer(code_id=code_id)
    app.configure_task("regulars.tick").defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM procrastinate_register_worker_v1()")
        cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(NULL, %s)", cursor.fetchone())
        assert cursor.fetchone()[0] == "regulars.tick"
