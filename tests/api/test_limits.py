"""How often a key may call: a minute's worth at once, then as it fills up; each process its share."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from django.conf import LazySettings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothetical
from hypothesis import strategies as st
from tests.team.conftest import NOW

from regulars.api import limits
from regulars.team.types import ApiKey, KeyKind

SERVER = ApiKey(
    id=1, name="x", kind=KeyKind.SERVER, scopes=frozenset(), branch_id=None, hint="sk_…x", created_at=NOW
)
BROWSER = replace(SERVER, id=2, kind=KeyKind.BROWSER)


@pytest.fixture(autouse=True)
def _begun_anew(settings: LazySettings) -> Iterator[None]:
    settings.API_LIMIT = 600
    settings.WEB_WORKERS = 1
    limits.forget()
    yield
    limits.forget()


def _taken(key: ApiKey, at: float, cost: int = 1, caller: str = "", tries: int = 2000) -> int:
    """How many calls in a row are let through."""
    for number in range(tries):
        if not limits.take(key, cost, at, caller).allowed:
            return number
    return tries


def test_a_minutes_worth_goes_through_at_once_and_no_more() -> None:
    assert _taken(SERVER, 100.0) == 600
    assert _taken(SERVER, 100.0) == 0
    assert _taken(SERVER, 101.0) == 10  # a second's worth has come back
    assert _taken(SERVER, 161.0) == 600  # and never more than the whole
    assert _taken(SERVER, 10_000.0) == 600


def test_what_the_answer_says() -> None:
    first = limits.take(SERVER, 1, 50.0)
    assert limits.headers(first) == {
        "RateLimit-Limit": "600",
        "RateLimit-Remaining": "599",
        "RateLimit-Reset": "1",
    }
    _taken(SERVER, 50.0)
    refused = limits.take(SERVER, 30, 50.0)
    assert not refused.allowed
    assert limits.headers(refused) == {
        "RateLimit-Limit": "600",
        "RateLimit-Remaining": "0",
        "RateLimit-Reset": "60",
        "Retry-After": "3",
    }


def test_who_waits_as_told_is_let_through() -> None:
    _taken(SERVER, 0.0)
    for cost in (1, 7, 30, 600):
        at = 1_000.0 * cost
        _taken(SERVER, at)
        told = limits.take(SERVER, cost, at).retry_seconds
        assert not limits.take(SERVER, cost, at + told - 1.01).allowed
        assert limits.take(SERVER, cost, at + told).allowed


def test_refusing_costs_nothing() -> None:
    _taken(SERVER, 0.0)
    for _ in range(50):
        assert not limits.take(SERVER, 600, 30.0).allowed
    assert _taken(SERVER, 30.0) == 300


def test_batch_dearer_than_the_whole_minute_goes_through_when_it_is_untouched() -> None:
    assert limits.take(SERVER, 5_000, 0.0).allowed
    assert _taken(SERVER, 0.0) == 0
    assert not limits.take(SERVER, 5_000, 59.0).allowed
    assert limits.take(SERVER, 5_000, 60.0).allowed


def test_each_key_has_its_own() -> None:
    assert _taken(SERVER, 0.0) == 600
    assert _taken(replace(SERVER, id=3), 0.0) == 600


def test_one_visitor_does_not_use_up_the_public_key() -> None:
    assert _taken(BROWSER, 0.0, caller="a") == 12
    assert _taken(BROWSER, 0.0, caller="b") == 12
    assert limits.take(BROWSER, 1, 0.0, "c").remaining == 600 - 25
    assert _taken(SERVER, 0.0, caller="a") == 600  # a server's key is not shared by strangers


def test_processes_share_the_limit(settings: LazySettings) -> None:
    settings.WEB_WORKERS = 4
    verdict = limits.take(SERVER, 1, 0.0)
    assert verdict.limit == 600
    assert verdict.remaining == 596
    assert _taken(SERVER, 0.0) == 149


def test_clock_that_steps_back_gives_nothing_away() -> None:
    assert _taken(SERVER, 100.0) == 600
    assert _taken(SERVER, 90.0) == 0
    assert _taken(SERVER, 100.5) == 5


def test_threads_take_no_more_than_there_is() -> None:
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: _taken(SERVER, 0.0), range(8)))
    assert sum(taken) == 600


def test_many_visitors_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "BUCKETS_MAX", 20)
    for number in range(100):
        limits.take(BROWSER, 1, float(number), f"visitor {number}")
    assert len(limits._buckets) == 20


@hypothetical(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    calls=st.lists(
        st.tuples(st.floats(0, 90), st.integers(0, 700)),  # seconds since the last call, what it costs
        max_size=40,
    )
)
def test_in_any_time_no_more_is_taken_than_was_there_and_came_back(calls: list[tuple[float, int]]) -> None:
    limits.forget()
    at = 0.0
    taken: list[tuple[float, int]] = []
    for pause, cost in calls:
        at += pause
        verdict = limits.take(SERVER, cost, at)
        assert 0 <= verdict.remaining <= 600
        if verdict.allowed:
            taken.append((at, min(cost, 600)))
    for first, (begins, _cost) in enumerate(taken):
        total = 0
        for ends, cost in taken[first:]:
            total += cost
            assert total <= 600 + 10 * (ends - begins) + 0.001
