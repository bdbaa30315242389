"""What the pages of webhooks show of an endpoint and of what was sent to it."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from regulars.analytics.wording.numbers import plain
from regulars.console.import_pages import moment
from regulars.console.voice import Voice
from regulars.console.wording import webhooks as wording
from regulars.console.wording.imports import Standing
from regulars.webhooks.types import OFFERED, TEST, TRIES_MAX, DeliveryRow, EndpointRow, State

SOON = timedelta(minutes=2)
"""So long after a test was put in line the page looks by itself whether it has been sent."""


@dataclass(frozen=True)
class Listed:
    """An endpoint in words."""

    id: int
    host: str
    path: str
    url: str
    asked_for: str
    standing: Standing
    health: str
    day: str
    waiting: str
    dead: str


@dataclass(frozen=True)
class Sent:
    """A delivery in words. `answer` and `body` are shown on demand."""

    id: int
    event: str
    when: str
    standing: Standing
    tries: str
    next_try: str
    reason: str
    took: str
    status: str
    message_id: str
    answer: str
    body: str
    is_settled: bool


@dataclass(frozen=True)
class Choice:
    """A group of events with those that are ticked."""

    title: str
    events: list[tuple[str, str, bool]]


def listed(row: EndpointRow, voice: Voice) -> Listed:
    parts = urlsplit(row.url)  # what stands behind the question mark may be a secret; the list leaves it out
    return Listed(
        id=row.id,
        host=parts.netloc,
        path=plain(parts.path) if parts.path != "/" else "",
        url=plain(row.url),
        asked_for=wording.asked_for(row.events),
        standing=wording.standing(row),
        health=wording.health(row, voice),
        day=wording.arrived(row, voice),
        waiting=wording.count(row.waiting, voice) if row.waiting else "",
        dead=wording.count(row.dead, voice) if row.dead else "",
    )


def sent(row: DeliveryRow, voice: Voice) -> Sent:
    return Sent(
        id=row.id,
        event=wording.event(row.name),
        when=moment(row.created_at, voice),
        standing=wording.state(row),
        tries=f"{min(row.tries, TRIES_MAX)} / {TRIES_MAX}",
        next_try=moment(row.next_try_at, voice) if row.next_try_at and row.tries else "",
        reason=wording.reason(row.code),
        took=voice.formats.number(row.took_ms) if row.took_ms is not None else "",
        status=str(row.status or ""),
        message_id=row.message_id,
        answer=plain(row.answer),
        body=json.dumps(json.loads(row.body), ensure_ascii=False, indent=2),
        is_settled=row.state is not State.WAITING,
    )


def is_on_its_way(rows: Collection[DeliveryRow], voice: Voice) -> bool:
    """Whether a test was put in line just now and has not been tried yet: somebody waits for it."""
    return any(
        row.name == TEST
        and row.state is State.WAITING
        and not row.tries
        and row.created_at > voice.now - SOON
        for row in rows
    )


def choices(ticked: Collection[str]) -> list[Choice]:
    """All events that may be asked for, in their groups."""
    return [
        Choice(str(wording.GROUPS[key]), [(name, wording.event(name), name in ticked) for name in names])
        for key, names in OFFERED.items()
    ]
