"""What the pages of the log of events show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from regulars.analytics.wording.numbers import plain
from regulars.console.import_pages import moment
from regulars.console.voice import Voice
from regulars.console.wording import event_log as wording
from regulars.console.wording.happenings_words import sentence
from regulars.console.wording.imports import Standing
from regulars.customers.models import Profile
from regulars.events import queries
from regulars.events.types import BEHIND_MAX, ConsumerState, OldestTransaction, SetAside


@dataclass(frozen=True)
class Reader:
    """One who reads the log."""

    name: str
    title: str
    standing: Standing
    lag: str
    moved: str
    set_aside: int
    paused: bool


@dataclass(frozen=True)
class InTheWay:
    """The transaction that holds those back who read."""

    lasting: str
    whose: str
    doing: str
    advice: str


@dataclass(frozen=True)
class State:
    """How far the log is read, at one moment."""

    readers: list[Reader]
    waiting: str
    late: str
    set_aside: str
    any_set_aside: bool
    in_the_way: InTheWay | None
    is_stuck: bool
    """Events wait for long, nobody stopped it, and nothing stands in the way: the worker may not run."""


def state(voice: Voice) -> State:
    """Asked of the database now; a few questions for each reader."""
    states = queries.consumers_state()
    oldest = queries.oldest_transaction()
    running = [one for one in states if not one.paused and one.oldest_waiting_at is not None]
    late = max((voice.now - one.oldest_waiting_at for one in running if one.oldest_waiting_at), default=None)
    most = max((one.behind for one in states), default=0)
    aside = sum(one.set_aside for one in states)
    way = oldest if wording.is_in_the_way(oldest, voice.now) else None
    return State(
        readers=[_reader(one, voice) for one in states],
        waiting=wording.count_of(min(most, BEHIND_MAX), voice.formats),
        late=wording.lasting(late) if late is not None else "",
        set_aside=voice.formats.number(aside),
        any_set_aside=aside > 0,
        in_the_way=_in_the_way(way, voice) if way else None,
        is_stuck=late is not None and late > wording.VERY_LATE and way is None,
    )


def _reader(one: ConsumerState, voice: Voice) -> Reader:
    return Reader(
        name=one.name,
        title=wording.reader(one.name),
        standing=wording.standing(one, voice.now),
        lag=wording.lag(one, voice.now, voice.formats),
        moved=moment(one.last_moved_at, voice) if one.last_moved_at else "",
        set_aside=one.set_aside,
        paused=one.paused,
    )


def _in_the_way(oldest: OldestTransaction, voice: Voice) -> InTheWay:
    return InTheWay(
        lasting=wording.lasting(voice.now - oldest.since) if oldest.since else "",
        whose=wording.whose(oldest),
        doing=wording.doing(oldest),
        advice=wording.advice(oldest),
    )


@dataclass(frozen=True)
class Aside:
    """An event that was set aside."""

    id: int
    what: str
    reader: str
    person: int | None
    when: str
    tries: int
    error: str
    is_asked: bool


def asides(rows: Sequence[SetAside], voice: Voice) -> list[Aside]:
    """These in words, with the customers they are about; one question for all."""
    people = persons(rows)
    return [
        Aside(
            id=row.id,
            what=sentence(row.name, [{}], {}, voice),
            reader=wording.reader(row.consumer),
            person=people.get(row.profile_id or 0),
            when=moment(row.set_aside_at, voice),
            tries=row.tries,
            error=plain(row.error),
            is_asked=row.asked_at is not None,
        )
        for row in rows
    ]


def persons(rows: Sequence[SetAside]) -> Mapping[int, int]:
    """Whose profiles these are."""
    wanted = {row.profile_id for row in rows if row.profile_id is not None}
    return dict(Profile.objects.filter(pk__in=wanted).values_list("pk", "person_id")) if wanted else {}
