from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction

from regulars.events import registry, services
from regulars.events.types import Batch, Consumer, EventType, NewEvent

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DRUM = EventType("drum_beaten")
registry.register(DRUM)


def beat(*profiles: int, **values: object) -> None:
    with transaction.atomic():
        services.record(
            [
                NewEvent(type=DRUM, source="test", key=f"{id_}", occurred_at=NOW, profile_id=id_)
                for id_ in profiles
            ],
            now=NOW,
        )


@pytest.mark.django_db(transaction=True)
def test_each_event_is_handled_once() -> None:
    got: list[int | None] = []

    def handle(batch: Batch) -> None:
        got.extend(event.profile_id for event in batch.events)

    with registry.only_consumers(Consumer("test.drums", handle)):
        beat(*range(100))
        assert services.drain(now=NOW) == 100
        beat(*range(100, 105))
        assert services.drain(now=NOW) == 5
        assert services.drain(now=NOW) == 0
    assert sorted(got) == list(range(105))
