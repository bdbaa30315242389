"""The cache that all processes share: what it keeps, and that of many who add one is first."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from tests.together import together

from regulars.config.cache import PostgresCache, forget_expired
from regulars.config.models import CacheEntry
from regulars.kit.schedules import registered

pytestmark = pytest.mark.django_db


def test_keeps_replaces_and_forgets() -> None:
    assert isinstance(cache._connections[cache._alias], PostgresCache)  # type: ignore[attr-defined]
    assert cache.get("k", "none") == "none"
    cache.set("k", [1.5, "ю"], 60)
    assert cache.get("k") == [1.5, "ю"]
    assert not cache.add("k", 2, 60)
    assert cache.touch("k", 60)
    assert cache.delete("k")
    assert not cache.delete("k")
    assert not cache.touch("k", 60)
    assert cache.add("k", None, None)
    assert cache.has_key("k")
    cache.clear()
    assert not cache.has_key("k")


def test_what_has_expired_is_not_there_and_makes_way() -> None:
    cache.set("old", 1, -1)
    cache.set("young", 1, 60)
    cache.set("ever", 1, None)
    assert cache.get("old") is None
    assert not cache.touch("old", 60)
    assert forget_expired(100) == 1
    assert CacheEntry.objects.count() == 2
    cache.set("old", 1, -1)
    assert cache.add("old", 2, 60)
    assert cache.get("old") == 2


def test_rows_are_forgotten_in_portions() -> None:
    for number in range(5):
        cache.set(number, 1, -1)
    assert [forget_expired(2), forget_expired(2), forget_expired(2)] == [2, 2, 1]


@pytest.fixture
def expired(transactional_db: None) -> Iterator[None]:
    cache.set("race", "old", -1)
    yield
    cache.clear()


def test_of_many_who_add_over_an_expired_entry_one_is_first(expired: None) -> None:
    for _ in range(10):
        cache.set("race", "old", -1)
        results = together([partial(cache.add, "race", number, 60) for number in range(6)])
        assert sorted(results) == [False] * 5 + [True]


ATTEMPTS = """
import sys
import django

django.setup()
from allauth.core import context
from allauth.core.internal import ratelimit
from django.test import RequestFactory

request = RequestFactory().post("/", REMOTE_ADDR="203.0.113.7")
print("ready", flush=True)
sys.stdin.readline()
with context.request_context(request):
    allowed = [
        ratelimit.consume(request, app="allauth.account", action="login_failed", key="anna@shop.example")
        for _ in range(6)
    ]
print(sum(one is not None for one in allowed))
"""


@pytest.mark.slow
def test_attempts_of_two_processes_are_counted_together(transactional_db: None) -> None:
    """Both try six times at once; five in five minutes are allowed, whoever makes them."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "regulars.config.settings",
        "DATABASE_URL": _url_of_the_tests(),
    }
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", ATTEMPTS],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    allowed = [int(process.communicate(timeout=60)[0]) for process in processes]
    cache.clear()
    assert sum(allowed) == 5


def _url_of_the_tests() -> str:
    base, _slash, _name = os.environ["DATABASE_URL"].partition("?")[0].rpartition("/")
    _path, _mark, query = os.environ["DATABASE_URL"].partition("?")
    name = connection.settings_dict["NAME"]
    return f"{base}/{name}" + (f"?{query}" if query else "")


def test_sessions_that_ended_are_forgotten_in_portions() -> None:
    now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    for number, hours in enumerate((-3, -2, -1, 1)):
        Session.objects.create(
            session_key=str(number), session_data="x", expire_date=now + timedelta(hours=hours)
        )
    run = next(one.run for one in registered() if one.name == "config.sessions")
    assert [run(now, 2), run(now, 2)] == [2, 1]
    assert Session.objects.get().session_key == "3"
