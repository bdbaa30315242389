from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.customers.test_merging_by_rule import MAIL, PHONE, come, drain, groups, told

from regulars.customers import services
from regulars.customers.models import Merge, Profile
from regulars.customers.types import NewProfile, ProfileChange, UndoneProfiles, UpsertedProfiles

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db

mail, phone, other = (MAIL, "a@mail.ru"), (PHONE, "+79161234567"), (MAIL, "b@mail.ru")


def bring_in(*profiles: NewProfile) -> UpsertedProfiles:
    done = services.upsert_profiles(profiles=profiles, now=NOW, backfill=True)
    drain()
    return done


def undo(done: UpsertedProfiles) -> UndoneProfiles:
    changes = [ProfileChange(key, number, done.before.get(key)) for key, number in done.revisions.items()]
    return services.undo_profiles(changes=changes, now=NOW)


def test_who_became_one_by_what_an_import_added_are_two_again() -> None:
    come(told("a", mail), told("b"))
    done = bring_in(told("b", mail))
    assert groups() == {"a b"}
    assert undo(done) == UndoneProfiles(1, {})
    assert groups() == {"a", "b"}
    bring_in(told("b", mail))  # nobody has said that they are not one
    assert groups() == {"a b"}


def test_who_became_one_through_a_customer_who_goes_are_two_again() -> None:
    come(told("a", mail), told("b", phone))
    done = bring_in(told("bridge", mail, phone))
    assert groups() == {"a b bridge"}
    assert undo(done) == UndoneProfiles(1, {})
    assert groups() == {"a", "b"}


def test_who_has_something_else_in_common_stays_one() -> None:
    come(told("a", mail, other), told("b", other))
    drain()
    done = bring_in(told("b", mail), told("c", mail))
    assert groups() == {"a b c"}
    assert undo(done) == UndoneProfiles(2, {})
    assert groups() == {"a b"}


def test_whom_a_colleague_made_one_stays_one() -> None:
    come(told("a"), told("b"))
    done = bring_in(told("c", mail))
    a, b, c = (Profile.objects.get(external_id=id_).person_id for id_ in "abc")
    services.merge(pairs=[(a, b), (c, a)], now=NOW, user_id=1)
    assert undo(done) == UndoneProfiles(1, {})
    assert groups() == {"a b"}
    assert Merge.objects.filter(undone_at=None).count() == 2
