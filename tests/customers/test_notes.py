from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from regulars.customers import queries, services, tasks
from regulars.customers.errors import BadNote
from regulars.customers.models import Note, Profile
from regulars.customers.types import NewProfile
from regulars.events.models import Event
from regulars.events.queries import timeline

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def customers(*external_ids: str) -> list[int]:
    new = [NewProfile(source="shop", external_id=id_) for id_ in external_ids]
    done = services.upsert_profiles(profiles=new, now=NOW)
    return [done.ids["shop", id_] for id_ in external_ids]


def write(profile_id: int, text: str, hours: int = 0, author_id: int = 5) -> int:
    moment = NOW + timedelta(hours=hours)
    return services.write_note(profile_id=profile_id, author_id=author_id, text=text, now=moment)


@pytest.mark.django_db
def test_notes_of_all_profiles_of_a_person_newest_first() -> None:
    first, second, other = customers("1", "2", "3")
    person_id = Profile.objects.get(pk=first).person_id
    Profile.objects.filter(pk=second).update(person_id=person_id)
    write(first, "старая", 1)
    newest = write(second, "  новая\n", 3, author_id=7)
    write(first, "средняя", 2)
    write(other, "чужая", 4)
    notes = queries.notes_of(person_id)
    assert [note.text for note in notes] == ["новая", "средняя", "старая"]
    assert (notes[0].id, notes[0].profile_id, notes[0].author_id) == (newest, second, 7)
    assert notes[0].written_at == NOW + timedelta(hours=3)
    assert len(queries.notes_of(person_id, limit=2)) == 2


@pytest.mark.django_db
def test_the_timeline_shows_that_a_note_was_written_and_not_what() -> None:
    (profile_id,) = customers("1")
    note_id = write(profile_id, "любит улун", 1)
    line = timeline([profile_id], limit=5)[0]
    assert (line.name, line.occurred_at) == ("note_added", NOW + timedelta(hours=1))
    assert line.properties == {"note_id": note_id}
    assert not Event.objects.get(id=line.id).backfill


@pytest.mark.django_db
def test_one_deletes_ones_own_notes_and_may_bring_them_back() -> None:
    (profile_id,) = customers("1")
    note_id = write(profile_id, "текст")
    person_id = Profile.objects.get().person_id
    later = NOW + timedelta(hours=1)
    assert not services.delete_note(note_id=note_id, author_id=6, now=later)
    assert not services.restore_note(note_id=note_id, author_id=5)
    assert services.delete_note(note_id=note_id, author_id=5, now=later)
    assert not services.delete_note(note_id=note_id, author_id=5, now=later)
    assert queries.notes_of(person_id) == []
    assert not services.restore_note(note_id=note_id, author_id=6)
    assert services.restore_note(note_id=note_id, author_id=5)
    assert [note.text for note in queries.notes_of(person_id)] == ["текст"]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", " \n\t", "\x00", "а" * (services.NOTE_CHARACTERS_MAX + 1)])
def test_a_note_has_a_text_of_some_length(text: str) -> None:
    (profile_id,) = customers("1")
    with pytest.raises(BadNote):
        write(profile_id, text)
    assert not Note.objects.exists()
    assert not Event.objects.filter(name="note_added").exists()
    write(profile_id, "а" * services.NOTE_CHARACTERS_MAX)


@pytest.mark.django_db
def test_notes_are_removed_for_good_by_profile() -> None:
    first, second = customers("1", "2")
    services.delete_note(note_id=write(first, "a"), author_id=5, now=NOW)
    write(first, "b")
    write(second, "c")
    assert services.remove_notes(profile_ids=[first]) == 2
    assert list(Note.objects.values_list("text", flat=True)) == ["c"]


@pytest.mark.django_db
def test_deleted_notes_are_forgotten_after_a_month() -> None:
    (profile_id,) = customers("1")
    for days in (40, 31, 30, 29, 1):
        note_id = write(profile_id, f"{days}")
        services.delete_note(note_id=note_id, author_id=5, now=NOW - timedelta(days=days))
    write(profile_id, "bleibt")
    assert tasks.forget_deleted_notes(NOW, 1) == 1
    assert tasks.forget_deleted_notes(NOW, 10) == 1
    assert tasks.forget_deleted_notes(NOW, 10) == 0
    assert set(Note.objects.values_list("text", flat=True)) == {"30", "29", "1", "bleibt"}
