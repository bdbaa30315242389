"""Who calls: where a key may stand in a call, how soon a revoked one ends, how uses are counted."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries
from tests.team.conftest import NOW
from tests.together import together

from regulars.api import key_uses, keys
from regulars.kit import clock
from regulars.team import queries, services
from regulars.team.types import KeyKind, NewKey

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nothing_known() -> Iterator[None]:
    keys.forget()
    yield
    keys.forget()


def _make(kind: KeyKind = KeyKind.SERVER) -> NewKey:
    return services.create_key(name="x", kind=kind, now=NOW)


def _basic(user: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def test_key_stands_in_the_header_or_in_the_body() -> None:
    made = _make()
    secret = made.secret
    for header in (_basic(secret), f"Bearer {secret}", f"bearer   {secret}", f"BASIC {_basic(secret)[6:]}"):
        assert keys.calling(header) == made.key
    assert keys.calling(_basic(secret, "anything")) == made.key
    assert keys.calling(None, secret) == made.key
    assert keys.calling("", f" {secret} ") == made.key
    assert keys.calling(_basic(""), secret) == made.key


def test_header_counts_before_the_body() -> None:
    made, other = _make(), _make(KeyKind.BROWSER)
    assert keys.calling(f"Bearer {made.secret}", other.secret) == made.key
    assert keys.calling("Bearer nobodys", other.secret) is None


@pytest.mark.parametrize(
    "header",
    [
        None, "", "Basic", "Basic !", "Basic ====", "Basic 0LzQ", "Bearer", "Bearer  ", "Digest x",
        "x" * 10_000, "Bearer " + "x" * 201, "Bearer ключ",
        "Bearer \udcff", "Bearer \x00", "Basic \u0660\u0661",
        "Basic " + base64.b64encode(b"\xff\xfe:").decode(),
        "Basic " + base64.b64encode(b"sk_nobody").decode(),
    ],
)  # fmt: skip
def test_headers_that_open_nothing(header: str | None) -> None:
    assert keys.calling(header) is None
    assert keys.calling(None, header) is None


@pytest.mark.parametrize("written", [5, True, ["sk_x"], {"key": "sk_x"}, b"sk_x", 1.5])
def test_what_stands_for_a_key_in_a_body_may_be_anything(written: object) -> None:
    assert keys.calling(None, written) is None


def test_key_is_asked_for_once_in_a_while(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    made = _make()
    with django_assert_num_queries(1):
        for _ in range(5):
            assert keys.calling(None, made.secret) == made.key
    with django_assert_num_queries(1):  # nor does who guesses cost a question each time
        for _ in range(5):
            assert keys.calling(None, "sk_wrong") is None


def test_revoked_key_ends_within_five_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    made = _make()
    at = 1000.0
    monkeypatch.setattr("regulars.api.keys.time.monotonic", lambda: at)
    assert keys.calling(None, made.secret) is not None
    services.revoke_key(key_id=made.key.id, user_id=None, now=NOW)
    at += 4.99
    assert keys.calling(None, made.secret) is not None  # so it is really remembered
    at += 0.01
    assert keys.calling(None, made.secret) is None


def test_guessing_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.api.keys.REMEMBERED_MAX", 10)
    for number in range(50):
        keys.calling(None, f"sk_{number}")
    assert len(keys._known) == 10


def test_uses_are_counted_and_written_together() -> None:
    made, other = _make(), _make()
    with clock.fixed(NOW):
        for _ in range(3):
            keys.count(made.key, taken=10, refused=1)
    with clock.fixed(NOW + timedelta(seconds=5)):
        keys.count(other.key)
        keys.count(made.key, calls=0, taken=2)
    assert queries.keys_on(NOW.date()) == {}
    keys.write_uses()
    days = queries.keys_on(NOW.date())
    assert (days[made.key.id].calls, days[made.key.id].taken, days[made.key.id].refused) == (3, 32, 3)
    assert (days[other.key.id].calls, days[other.key.id].taken) == (1, 0)
    found = queries.key(made.key.id)
    assert found is not None
    assert found.last_used_at == NOW + timedelta(seconds=5)
    keys.write_uses()  # once
    assert queries.keys_on(NOW.date()) == days


@pytest.mark.django_db(transaction=True)
def test_uses_are_kept_while_they_cannot_be_written() -> None:
    made = _make()
    keys.count(made.key, taken=5)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE team_apikeyday RENAME TO away")
    try:
        with pytest.raises(Exception, match="team_apikeyday"):
            keys.write_uses()
        keys.count(made.key, taken=6)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO team_apikeyday")
    keys.write_uses()
    (day,) = queries.key_days(made.key.id, since=NOW.date())
    assert (day.calls, day.taken) == (2, 11)


@pytest.mark.django_db(transaction=True)
def test_what_could_not_be_written_behind_is_written_when_it_can_be(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(key_uses, "FIRST_WRITTEN_AFTER_SECONDS", 0.01)
    monkeypatch.setattr(key_uses, "WRITTEN_EVERY_SECONDS", 0.02)
    made = _make()
    uses = key_uses.Uses()
    uses.write_behind()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE team_apikeyday RENAME TO away")
    uses.count(made.key.id, calls=1, taken=5, refused=0)
    try:
        _until(lambda: "could not be written" in caplog.text)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO team_apikeyday")
    yesterday = clock.now().date() - timedelta(days=1)  # by whatever clock
    _until(lambda: bool(queries.key_days(made.key.id, since=yesterday)))
    assert [day.taken for day in queries.key_days(made.key.id, since=yesterday)] == [5]


def _until(met: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
def test_threads_that_count_while_others_write_lose_nothing() -> None:
    made = _make()

    def one() -> None:
        for _ in range(200):
            keys.count(made.key, taken=1)

    done = together([one, one, one, partial(keys.write_uses), partial(keys.write_uses)])
    assert done == [None] * 5
    keys.write_uses()
    assert sum(day.taken for day in queries.key_days(made.key.id, since=NOW.date())) == 600
