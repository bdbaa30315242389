from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from tests.imports.conftest import NOW, Files

from regulars.imports import queries, services
from regulars.imports.errors import NotNow
from regulars.imports.types import State

TABLES = [
    "customers_profile",
    "customers_person",
    "customers_identity",
    "commerce_product",
    "commerce_order",
    "commerce_orderline",
    "commerce_credit",
    "events",
    "event_keys",
    "event_counts",
]
ORDERS = """order_id,customer_id,date,product,quantity,amount,email
A1,C1,2026-01-05 10:00,Tea,2,500.00,anna@example.com
A1,C1,2026-01-05 10:00,Coffee,1,700.00,anna@example.com
A1,C1,2026-01-08 10:00,Coffee,-1,-700.00,anna@example.com
A2,C2,2026-01-06 11:00,Tea,1,250.00,
"""
CHANGED = (
    ORDERS.replace("2,500.00", "2,450.00").replace("anna@", "anna.new@") + "A3,C3,2026-02-01,Tea,1,1.00,\n"
)


def _state() -> dict[str, list[tuple[Any, ...]]]:
    """All there is, but for what only says when or how often something was written."""
    leave_out = {"id", "revision", "told_revision", "received_at", "xid"}
    found = {}
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column.name for column in cursor.description]
            kept = [i for i, name in enumerate(names) if name not in leave_out]
            found[table] = sorted(tuple(str(row[i]) for i in kept) for row in cursor.fetchall())
    return found


def _undo(files: Files, number: int) -> None:
    services.undo(import_id=number, user_id=None, now=NOW)
    row = files.advance(number)
    assert (row.state, row.error_text) == (State.UNDONE, "")


@pytest.mark.django_db
def test_an_import_is_taken_back_whole(files: Files) -> None:
    empty = _state()
    row = files.bring_in(files.write(ORDERS))
    plan = services.plan_undo(import_id=row.id)
    assert plan.removed == {"profile": 2, "product": 2, "order": 2, "credit": 1}
    assert (plan.restored, plan.kept, plan.later_imports) == ({}, {}, [])
    _undo(files, row.id)
    assert _state() == empty
    undone = files.row(row.id).undone
    assert undone is not None
    assert undone.removed == plan.removed
    assert undone.kept == {}


@pytest.mark.django_db
def test_what_it_changed_is_as_before(files: Files) -> None:
    files.bring_in(files.write(ORDERS))
    before = _state()
    row = files.bring_in(files.write(CHANGED))
    assert _state() != before
    assert services.plan_undo(import_id=row.id).restored == {"profile": 1, "order": 1}
    _undo(files, row.id)
    after = _state()
    # The log keeps that an order was changed there and back.
    for table in TABLES:
        if not table.startswith("event"):
            assert after[table] == before[table], table


@pytest.mark.django_db
def test_what_a_later_import_built_upon_stays(files: Files) -> None:
    first = files.bring_in(files.write(ORDERS))
    second = files.bring_in(files.write(CHANGED))
    plan = services.plan_undo(import_id=first.id)
    assert plan.later_imports == [second.id]
    assert plan.kept == {"order": 1, "profile": 1}
    _undo(files, first.id)
    undone = files.row(first.id).undone
    assert undone is not None
    assert undone.kept["order"] == {"changed_since": 1}
    assert ("order", "A1", "changed_since") in [(e.thing, e.key, e.reason) for e in undone.examples]
    with connection.cursor() as cursor:
        cursor.execute("SELECT external_id FROM commerce_order ORDER BY 1")
        assert cursor.fetchall() == [("A1",), ("A3",)]


@pytest.mark.django_db
def test_customers_one_wrote_about_stay(files: Files) -> None:
    from regulars.customers import services as customers
    from regulars.customers.models import Profile
    from regulars.team.models import User

    row = files.bring_in(files.write(ORDERS))
    author = User.objects.create(email="a@example.com", password="x", created_at=NOW)
    profile = Profile.objects.get(external_id="C1")
    customers.write_note(profile_id=profile.pk, author_id=author.pk, text="Likes tea", now=NOW)
    assert services.plan_undo(import_id=row.id).caused == {"notes": 1}
    _undo(files, row.id)
    undone = files.row(row.id).undone
    assert undone is not None
    assert undone.kept == {"profile": {"has_notes": 1}}


@pytest.mark.django_db
def test_undo_goes_on_after_a_stop_in_the_middle(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.imports.kinds.work.ROWS_MAX", 1)
    monkeypatch.setattr("regulars.imports.kinds.tabled.cut", lambda sizes: list(range(1, len(sizes) + 1)))
    empty = _state()
    row = files.bring_in(files.write(ORDERS))
    services.undo(import_id=row.id, user_id=None, now=NOW)
    asked = iter([False, True, True])
    assert files.advance(row.id, enough=lambda: next(asked)).state is State.UNDOING
    assert queries.changes_left(row.id)
    assert files.advance(row.id).state is State.UNDONE
    assert _state() == empty


@pytest.mark.django_db
def test_what_has_not_begun_cannot_be_undone(files: Files) -> None:
    number = files.take(files.write(ORDERS))
    with pytest.raises(NotNow):
        services.undo(import_id=number, user_id=None, now=NOW)
