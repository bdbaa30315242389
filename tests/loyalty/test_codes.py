"""Codes by which a customer allows a spending: sent once, opened once, guessed never."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django import app
from pytest_django.fixtures import Settings
from tests.loyalty.books_of_points import DAY, NOW, customer
from tests.loyalty.mailbox import Mailbox, receiving

from regulars.commerce import services as trade
from regulars.commerce.types import NewBranch
from regulars.customers import services as customers
from regulars.customers.types import SHOP, IdentityType, ProfileIdentity
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.errors import CodeElsewhere, CodeOfLess, LockedOut, NoSender, Unreachable
from regulars.loyalty.models import SpendingCode, UsedQr
from regulars.loyalty.registry import CannotSend
from regulars.loyalty.rules import codes
from regulars.loyalty.types.till import Member
from regulars.team.services import save_shop
from regulars.team.types import ShopProfile

MINUTE = timedelta(minutes=1)


@pytest.fixture
def box(settings: Settings) -> Iterator[Mailbox]:
    with receiving(settings) as box:
        yield box


@pytest.fixture
def anna(db: None) -> Member:
    id_ = customer("C-1")
    address = ProfileIdentity(id_, IdentityType.EMAIL, "anna@example.com")
    customers.add_identities(identities=[address], now=NOW)
    return queries.member_of_profile(id_, at=NOW)


@pytest.fixture
def branch(db: None) -> int:
    new = NewBranch(source=SHOP, external_id="station", name="Station")
    return trade.upsert_branches(branches=[new])[new.key]


def ask(
    member: Member,
    *,
    minutes: float = 0,
    language: str = "en",
    points: int | None = None,
    branch: int | None = None,
) -> None:
    at = NOW + minutes * MINUTE
    services.send_code(member=member, branch_id=branch, points_minor=points, language=language, now=at)


def work() -> None:
    """Do what the worker does with the jobs that wait."""
    with clock.fixed(NOW), app.replace_connector(app.connector.get_worker_connector()):  # type: ignore[attr-defined]
        app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def delivered(box: Mailbox, *, minutes: float = 0) -> str:
    for id_ in SpendingCode.objects.filter(sent_at=None).values_list("pk", flat=True):
        services.deliver_code(code_id=id_, now=NOW + minutes * MINUTE)
    match = re.search(r"\d{6}", str(box.letters[-1]["Subject"]))
    assert match is not None
    return match[0]


def opens(
    member: Member, code: str, *, minutes: float = 0, points: int = 50_000, branch: int | None = None
) -> bool:
    at = NOW + minutes * MINUTE
    services.note_wrong_code(member=member, code=code, now=at)
    return services.use_code(member=member, code=code, branch_id=branch, points_minor=points, now=at)


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def test_a_code_is_sent_and_opens_once(anna: Member, box: Mailbox) -> None:
    ask(anna)
    code = delivered(box)
    letter = box.letters[0]
    assert letter["To"] == "anna@example.com"
    assert "points@shop.example" in letter["From"]
    assert code in letter.get_content()
    assert opens(anna, f" {code[:3]} {code[3:]} ", minutes=9)
    assert not opens(anna, code, minutes=9)


def test_neither_the_code_nor_the_address_is_kept(anna: Member, box: Mailbox) -> None:
    ask(anna)
    before = SpendingCode.objects.get()
    code = delivered(box)
    after = SpendingCode.objects.get()
    for row in (before, after):
        assert code not in str(row.__dict__)
        assert "anna@" not in str(row.__dict__)
    assert before.sealed
    assert after.sealed == ""
    assert not services.deliver_code(code_id=after.pk, now=NOW)
    assert len(box.letters) == 1


def test_a_code_in_russian(anna: Member, box: Mailbox) -> None:
    ask(anna, language="ru")
    code = delivered(box)
    assert box.letters[0]["Subject"].strip() == f"Код {code}: оплата баллами"


def test_a_code_says_what_it_lets_be_spent_and_where(anna: Member, box: Mailbox, branch: int) -> None:
    save_shop(shop=ShopProfile(name="Лавка"), user_id=None, now=NOW)
    ask(anna, points=150_000, branch=branch)
    code = delivered(box)
    said = f"Code {code}: pay with 1,500 points, Лавка, Station"
    assert box.letters[0]["Subject"].strip() == said
    assert said in box.letters[0].get_content()


def test_a_code_opens_no_more_than_it_was_asked_for(anna: Member, box: Mailbox) -> None:
    ask(anna, points=50_000)
    code = delivered(box)
    with pytest.raises(CodeOfLess) as refused:
        opens(anna, code, points=50_001)
    assert refused.value.points_minor == 50_000
    assert opens(anna, code, points=50_000)


def test_a_code_opens_where_it_was_asked_for_and_nowhere_else(
    anna: Member, box: Mailbox, branch: int
) -> None:
    for asked_by, others in ((branch, (branch + 1, None)), (None, (branch,))):
        ask(anna, points=50_000, branch=asked_by)
        code = delivered(box)
        for other in others:
            with pytest.raises(CodeElsewhere):
                opens(anna, code, branch=other)
        assert SpendingCode.objects.latest("pk").tries == 0
        assert opens(anna, code, branch=asked_by)


def test_a_code_ends_after_ten_minutes(anna: Member, box: Mailbox) -> None:
    ask(anna)
    code = delivered(box)
    assert not opens(anna, code, minutes=10)


def test_only_the_last_code_opens(anna: Member, box: Mailbox) -> None:
    ask(anna)
    first = delivered(box)
    ask(anna, minutes=1)
    second = delivered(box, minutes=1)
    assert first == second or not opens(anna, first, minutes=2)
    assert opens(anna, second, minutes=2)


def test_a_code_of_somebody_else_opens_nothing(anna: Member, box: Mailbox) -> None:
    boris = queries.member_of_profile(customer("C-2"), at=NOW)
    ask(anna)
    assert not opens(boris, delivered(box))


def test_after_five_wrong_ones_nothing_opens_for_a_while(anna: Member, box: Mailbox) -> None:
    ask(anna)
    code = delivered(box)
    for _ in range(codes.TRIES_MAX - 1):
        assert not opens(anna, other_than(code), minutes=1)
    services.note_wrong_code(member=anna, code=other_than(code), now=NOW + MINUTE)
    tries = (
        lambda: opens(anna, code, minutes=1),
        lambda: ask(anna, minutes=1),
    )
    for attempt in tries:
        with pytest.raises(LockedOut) as refused:
            attempt()
        assert 0 < refused.value.seconds <= codes.LOCKED_FOR.total_seconds() + 1
    ask(anna, minutes=16)
    assert opens(anna, delivered(box, minutes=16), minutes=16)


def test_four_wrong_ones_do_no_harm(anna: Member, box: Mailbox) -> None:
    ask(anna)
    code = delivered(box)
    for _ in range(codes.TRIES_MAX - 1):
        assert not opens(anna, other_than(code))
    assert opens(anna, code)


def test_codes_are_sent_three_times_in_ten_minutes_and_ten_times_a_day(anna: Member, box: Mailbox) -> None:
    for minute in range(3):
        ask(anna, minutes=minute)
    with pytest.raises(LockedOut) as refused:
        ask(anna, minutes=3)
    assert refused.value.seconds == pytest.approx(7 * 60, abs=2)
    for time in range(1, 8):
        ask(anna, minutes=time * 20)
    with pytest.raises(LockedOut):
        ask(anna, minutes=300)
    ask(anna, minutes=24 * 60 + 121)


def test_who_has_no_address_gets_no_code(box: Mailbox, db: None) -> None:
    boris = queries.member_of_profile(customer("C-2"), at=NOW)
    with pytest.raises(Unreachable):
        ask(boris)


def test_without_a_mail_server_it_is_said_what_to_set(anna: Member, settings: Settings) -> None:
    settings.EMAIL_HOST = ""
    with pytest.raises(NoSender, match="REGULARS_SMTP_HOST"):
        ask(anna)
    assert not SpendingCode.objects.exists()


def test_a_letter_that_is_not_taken_is_tried_again(
    anna: Member, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    ask(anna)
    box.refuses = "451 anna@example.com: later, please"
    id_ = SpendingCode.objects.get().pk
    with pytest.raises(CannotSend) as failed:
        services.deliver_code(code_id=id_, now=NOW)
    assert "anna" not in f"{failed.value!r} {failed.value.__cause__!r} {caplog.text}"
    box.refuses = ""
    assert opens(anna, delivered(box, minutes=1), minutes=1)


def test_a_code_that_came_too_late_is_not_sent(anna: Member, box: Mailbox) -> None:
    ask(anna)
    assert not services.deliver_code(code_id=SpendingCode.objects.get().pk, now=NOW + 10 * MINUTE)
    assert box.letters == []


def test_old_ones_are_forgotten(anna: Member, box: Mailbox) -> None:
    ask(anna)
    assert services.use_qr(profile_id=anna.profile_id, step=7, now=NOW)
    assert services.forget_codes(now=NOW + DAY, limit=100) == 0
    assert services.forget_codes(now=NOW + DAY + MINUTE, limit=100) == 1
    assert not SpendingCode.objects.exists()
    assert not UsedQr.objects.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_worker_sends_it_after_the_commit(
    anna: Member, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The worker's threads end with it here, and must not leave connections open.
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    with transaction.atomic():
        ask(anna)
        transaction.set_rollback(True)
    ask(anna)
    work()
    assert len(box.letters) == 1
    assert SpendingCode.objects.get().sent_at == NOW


def test_a_code_is_six_digits_and_its_hash_needs_the_key() -> None:
    made = {codes.new_code() for _ in range(200)}
    assert all(re.fullmatch(r"[0-9]{6}", code) for code in made)
    assert len(made) > 190
    hashes = {codes.hashed("123456", profile_id=id_, key=key) for id_ in (1, 2) for key in (b"a", b"b")}
    assert len(hashes) == 4
    assert codes.hashed("123 456", profile_id=1, key=b"a") in hashes
