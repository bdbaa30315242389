"""Keys at a real web server of two processes: how soon a revoked one ends, and what is noted of its use."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from tests.api.rest_server import Server, serving

from regulars.kit import clock
from regulars.team import queries, services
from regulars.team.types import KeyKind

ENDS_WITHIN = 5.0
NOTED_WITHIN = 15.0
AT_ONCE = 8
EVENT = {"anonymousId": "a", "event": "Key Tried"}


def _statuses(server: Server, secret: str) -> set[int]:
    """What a few calls get, each over a connection of its own, so that both processes answer."""
    return {
        httpx.post(f"{server.address}/v1/track", json=EVENT, auth=(secret, ""), timeout=10).status_code
        for _ in range(AT_ONCE)
    }


def _until(met: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_use_is_noted_and_a_revoked_key_ends_in_all_processes(tmp_path: Path) -> None:
    made = services.create_key(name="x", kind=KeyKind.SERVER, now=clock.now())
    with serving(tmp_path, REGULARS_WEB_WORKERS="2") as server:
        assert _statuses(server, made.secret) == {200}

        def noted() -> bool:
            days = queries.key_days(made.key.id, since=clock.now().date() - timedelta(days=1))
            return 0 < sum(day.taken for day in days) <= AT_ONCE

        _until(noted, NOTED_WITHIN)
        assert queries.key(made.key.id) != made.key  # with the moment it was last used
        assert _statuses(server, made.secret) == {200}
        services.revoke_key(key_id=made.key.id, user_id=None, now=clock.now())
        _until(lambda: _statuses(server, made.secret) == {401}, ENDS_WITHIN + 1)
