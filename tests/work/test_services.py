from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from tests.together import together

from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import NewProfile, ProfileChange
from regulars.events.queries import timeline
from regulars.work import queries, services
from regulars.work.errors import BadTask
from regulars.work.models import Task
from regulars.work.types import TITLE_CHARACTERS_MAX, NewTask

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def customer(external_id: str = "1") -> int:
    new = NewProfile(source="shop", external_id=external_id)
    return customers.upsert_profiles(profiles=[new], now=NOW, backfill=True).ids["shop", external_id]


def create(title: str = "Позвонить", hours: float = 1, **values: Any) -> int:
    return services.create_task(
        **{"title": title, "due_at": NOW + hours * HOUR, "created_by": 5, "now": NOW} | values
    )


@pytest.mark.django_db
def test_a_task_is_stored_as_told_and_seen_on_the_timeline_without_its_title() -> None:
    profile_id = customer()
    task_id = create(" Позвонить\n Анне ", profile_id=profile_id, assignee_id=7)
    task = queries.task(task_id)
    assert task is not None
    assert (task.title, task.due_at, task.created_by, task.created_at) == (
        "Позвонить Анне",
        NOW + HOUR,
        5,
        NOW,
    )
    assert (task.profile_id, task.person_id) == (profile_id, Profile.objects.get().person_id)
    assert (task.assignee_id, task.closed_at, task.closed_by) == (7, None, None)
    line = timeline([profile_id], limit=1)[0]
    assert (line.name, line.properties) == ("task_created", {"task_id": task_id})


@pytest.mark.django_db
def test_closing_reopening_and_closing_again() -> None:
    profile_id = customer()
    task_id = create(profile_id=profile_id)
    assert services.close_task(task_id=task_id, closed_by=6, now=NOW + HOUR)
    assert not services.close_task(task_id=task_id, closed_by=7, now=NOW + 2 * HOUR)
    closed = queries.task(task_id)
    assert closed is not None
    assert (closed.closed_at, closed.closed_by) == (NOW + HOUR, 6)
    assert services.reopen_task(task_id=task_id)
    assert not services.reopen_task(task_id=task_id)
    assert services.close_task(task_id=task_id, closed_by=7, now=NOW + 3 * HOUR)
    moments = [line.occurred_at for line in timeline([profile_id], limit=9) if line.name == "task_closed"]
    assert moments == [NOW + 3 * HOUR, NOW + HOUR]
    assert not services.close_task(task_id=0, closed_by=6, now=NOW)


@pytest.mark.django_db
def test_an_open_task_goes_to_somebody_else() -> None:
    task_id = create(assignee_id=7)
    assert services.reassign(task_id=task_id, assignee_id=8)
    assert services.reassign(task_id=task_id, assignee_id=None)
    services.close_task(task_id=task_id, closed_by=None, now=NOW)
    assert not services.reassign(task_id=task_id, assignee_id=8)
    assert Task.objects.get().assignee_id is None


@pytest.mark.django_db
@pytest.mark.parametrize("title", ["", " \n", "\x00", "а" * (TITLE_CHARACTERS_MAX + 1)])
def test_a_task_has_a_title_of_some_length(title: str) -> None:
    with pytest.raises(BadTask):
        create(title)
    assert not Task.objects.exists()


@pytest.mark.django_db
def test_open_tasks_come_by_their_time_in_pages() -> None:
    ids = [create(str(n), hours=n // 3, assignee_id=7 if n % 2 else None) for n in range(20)]
    services.close_task(task_id=ids[4], closed_by=1, now=NOW)
    open_ids = [id_ for id_ in ids if id_ != ids[4]]
    assert [task.id for task in queries.open_tasks(limit=100)] == open_ids
    assert [task.id for task in queries.open_tasks(assignee_id=7, limit=100)] == ids[1::2]
    assert [task.id for task in queries.open_tasks(free=True, limit=100)] == [
        id_ for id_ in ids[::2] if id_ != ids[4]
    ]
    early = queries.open_tasks(before=NOW + 2 * HOUR, limit=100)
    assert [task.id for task in early] == [id_ for id_ in ids[:6] if id_ != ids[4]]
    assert queries.count_open(before=NOW + 2 * HOUR) == 5
    assert queries.count_open(assignee_id=7, before=NOW + 2 * HOUR) == 3
    paged: list[int] = []
    cursor = None
    while page := queries.open_tasks(cursor=cursor, limit=4):
        paged += [task.id for task in page]
        cursor = (page[-1].due_at, page[-1].id)
    assert paged == open_ids


@pytest.mark.django_db
def test_tasks_of_a_person_the_open_ones_first() -> None:
    profile_id, other = customer(), customer("2")
    person_id = Profile.objects.get(pk=profile_id).person_id
    Profile.objects.filter(pk=customer("3")).update(person_id=person_id)
    late, soon, first_closed, last_closed = (create(str(n), n, profile_id=profile_id) for n in (4, 3, 2, 1))
    create("чужая", profile_id=other)
    create("общая")
    services.close_task(task_id=first_closed, closed_by=1, now=NOW)
    services.close_task(task_id=last_closed, closed_by=1, now=NOW + HOUR)
    assert [task.id for task in queries.tasks_of(person_id)] == [soon, late, last_closed, first_closed]
    assert len(queries.tasks_of(person_id, limit=1)) == 1


@pytest.mark.django_db
def test_a_customer_with_a_task_is_not_removed_with_the_import() -> None:
    profile_id = customer()
    create(profile_id=profile_id)
    change = ProfileChange(("shop", "1"), 1)
    undone = customers.undo_profiles(changes=[change], now=NOW)
    assert undone.kept == {("shop", "1"): "has_tasks"}
    assert services.remove_tasks(profile_ids=[profile_id]) == 1
    undone = customers.undo_profiles(changes=[change], now=NOW)
    assert undone.kept == {("shop", "1"): "has_events"}  # the log tells of the task for ever


@pytest.mark.django_db(transaction=True)
def test_of_two_who_close_a_task_at_once_one_does() -> None:
    task_id = create()
    results = together(
        [partial(services.close_task, task_id=task_id, closed_by=n, now=NOW) for n in range(6)]
    )
    assert sorted(map(str, results)) == ["False"] * 5 + ["True"]
    assert Task.objects.get().closings == 1


@pytest.mark.django_db
def test_an_open_task_is_put_off_and_brought_forward() -> None:
    task_id = create()
    for hours in (48, 2):
        assert services.postpone(task_id=task_id, due_at=NOW + hours * HOUR)
        assert Task.objects.get().due_at == NOW + hours * HOUR
    services.close_task(task_id=task_id, closed_by=None, now=NOW)
    assert not services.postpone(task_id=task_id, due_at=NOW)
    assert not services.postpone(task_id=0, due_at=NOW)
    assert Task.objects.get().due_at == NOW + 2 * HOUR


@pytest.mark.django_db
def test_what_a_colleague_got_done_is_counted() -> None:
    for hours, by in ((0, 7), (1, 7), (2, 7), (2, 8), (2, None)):
        services.close_task(task_id=create(), closed_by=by, now=NOW + hours * HOUR)
    taken_back = create()
    services.close_task(task_id=taken_back, closed_by=7, now=NOW + HOUR)
    services.reopen_task(task_id=taken_back)
    assert queries.count_closed(closed_by=7, since=NOW + HOUR) == 2
    assert queries.count_closed(closed_by=9, since=NOW) == 0


@pytest.mark.django_db
def test_who_is_seen_to_already() -> None:
    profiles = [customer(str(n)) for n in range(4)]
    persons = [Profile.objects.get(pk=profile).person_id for profile in profiles]
    create(profile_id=profiles[0])
    services.close_task(task_id=create(profile_id=profiles[1]), closed_by=7, now=NOW - 48 * HOUR)
    services.close_task(task_id=create(profile_id=profiles[2]), closed_by=7, now=NOW)
    assert queries.persons_with_tasks(persons) == {persons[0]}
    assert queries.persons_with_tasks(persons, closed_since=NOW - HOUR) == {persons[0], persons[2]}
    assert queries.persons_with_tasks(persons[1:]) == set()


@pytest.mark.django_db
def test_many_tasks_are_made_and_closed_as_one_is() -> None:
    new = [NewTask(title=f" Call  {number} ", due_at=NOW) for number in range(3)]
    first, second, third = services.create_tasks(new=new, created_by=None, now=NOW)
    assert [task.title for task in queries.open_tasks(limit=9)] == ["Call 0", "Call 1", "Call 2"]
    assert services.close_task(task_id=second, closed_by=None, now=NOW)
    asked = [first, second, third, third + 1]
    assert services.close_tasks(task_ids=asked, closed_by=None, now=NOW) == {first, third}
    assert services.close_tasks(task_ids=[], closed_by=None, now=NOW) == set()
    with pytest.raises(BadTask):
        services.create_tasks(new=[*new, NewTask(title="", due_at=NOW)], created_by=None, now=NOW)
    assert queries.open_tasks(limit=9) == []
