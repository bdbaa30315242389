"""Ready segments: all can be kept, and read well."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from regulars.kit import attributes
from regulars.segments import queries
from regulars.segments.ready import BY_KEY, READY, WORTH_A_CALL
from regulars.segments.rules import check
from regulars.segments.wording import sentence

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_there_are_ten_of_different_names() -> None:
    assert len(READY) == len(BY_KEY) == len({str(ready.name) for ready in READY}) == 10
    assert WORTH_A_CALL in BY_KEY


@pytest.mark.parametrize("key", BY_KEY)
def test_each_can_be_kept_asked_and_read(key: str) -> None:
    condition = BY_KEY[key].condition
    wrongs = check(
        condition, attributes=attributes.registered(), relations=attributes.relations(), segments=()
    )
    assert wrongs == []
    assert queries.count(condition, now=NOW).members == 0
    said = sentence(condition, language="en")
    assert said
    assert "unknown" not in said
