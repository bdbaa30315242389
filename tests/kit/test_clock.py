from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest

from regulars.kit import clock


def test_now_is_aware_and_in_utc() -> None:
    before = datetime.now(UTC)
    moment = clock.now()
    assert before <= moment <= datetime.now(UTC)
    assert moment.utcoffset() == timedelta(0)


def test_fixed_holds_in_every_thread_and_ends() -> None:
    moment = datetime(2026, 3, 1, 3, 0, tzinfo=timezone(timedelta(hours=3)))
    seen: list[datetime] = []
    with clock.fixed(moment):
        thread = threading.Thread(target=lambda: seen.append(clock.now()))
        thread.start()
        thread.join()
        assert clock.now().isoformat() == "2026-03-01T00:00:00+00:00"
    assert seen == [moment]
    assert clock.now() > moment


def test_fixed_ends_after_an_error_and_nests() -> None:
    first, second = datetime(2020, 1, 1, tzinfo=UTC), datetime(2021, 1, 1, tzinfo=UTC)
    with clock.fixed(first):
        with pytest.raises(RuntimeError), clock.fixed(second):
            raise RuntimeError
        assert clock.now() == first


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"), clock.fixed(datetime(2026, 1, 1)):
        pass
