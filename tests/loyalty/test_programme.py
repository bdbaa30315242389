"""Which version of the programme holds when, and what cannot be published."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadProgramme
from regulars.loyalty.types import Programme

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.mark.django_db
def test_each_version_holds_from_its_moment_on() -> None:
    assert queries.current(NOW) is None
    first = services.publish(programme=Programme(), since=None, now=NOW, user_id=None)
    later = services.publish(
        programme=Programme(cashback_percent="7.5"), since=NOW + DAY, now=NOW, user_id=None
    )
    assert queries.versions() == (first, later)
    assert queries.version_at(NOW - timedelta(microseconds=1)) is None
    assert queries.version_at(NOW) == queries.version_at(NOW + DAY - timedelta(microseconds=1)) == first
    assert queries.version_at(NOW + DAY) == later
    assert first.programme.currency == "RUB"


@pytest.mark.django_db
def test_what_was_ordered_already_keeps_its_version() -> None:
    with pytest.raises(BadProgramme, match="choose now"):
        services.publish(programme=Programme(), since=NOW - timedelta(seconds=1), now=NOW, user_id=None)
    assert queries.versions() == ()


@pytest.mark.django_db
def test_a_moment_is_given_once() -> None:
    services.publish(programme=Programme(), since=NOW, now=NOW, user_id=None)
    with pytest.raises(BadProgramme, match="another moment"):
        services.publish(programme=Programme(), since=NOW, now=NOW, user_id=None)
    again = services.publish(programme=Programme(), since=None, now=NOW, user_id=None)
    assert again.since > NOW
