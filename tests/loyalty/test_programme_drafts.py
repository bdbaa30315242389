"""The draft of the programme: kept change by change, one for all, and nobody's change is lost unseen."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection

from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadProgramme, DraftChanged
from regulars.loyalty.models import ProgrammeDraft
from regulars.loyalty.services.drafts import KEPT
from regulars.loyalty.types import Programme
from regulars.loyalty.types.drafts import Changed, Draft
from regulars.loyalty.types.programme import AfterReturnWindow, WithoutPurchase
from regulars.team.models import AuditLogEntry, User

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def colleagues(db: None) -> None:
    for number in (1, 2):
        User.objects.create(pk=number, email=f"{number}@shop.example", created_at=NOW)


def _of(percent: int) -> Programme:
    return Programme(currency="RUB", cashback_percent=Decimal(percent))


def _keep(percent: int, seen: int | None, user: int = 1) -> Draft:
    return services.keep_draft(programme=_of(percent), seen=seen, based_on=7, now=NOW, user_id=user)


def _percent() -> int | None:
    draft = queries.draft()
    return None if draft is None else int(draft.programme.cashback_percent)


def test_a_draft_is_kept_as_it_was_written() -> None:
    assert queries.draft() is None
    kept = _keep(3, None)
    assert queries.draft() == kept
    assert (kept.programme, kept.based_on, kept.kept_at, kept.kept_by) == (_of(3), 7, NOW, 1)
    again = services.keep_draft(programme=_of(4), seen=kept.number, based_on=99, now=NOW, user_id=2)
    assert (again.based_on, again.kept_by) == (7, 2)  # it was begun from the one of then
    assert again.number > kept.number


def test_whoever_was_slower_is_told() -> None:
    first = _keep(3, None)
    with pytest.raises(DraftChanged):
        _keep(4, None, user=2)
    assert queries.draft() == first
    second = _keep(5, first.number)
    with pytest.raises(DraftChanged):
        services.drop_draft(seen=first.number, now=NOW, user_id=2)
    assert queries.draft() == second
    services.drop_draft(seen=second.number, now=NOW, user_id=1)
    with pytest.raises(DraftChanged):
        _keep(6, second.number)
    assert queries.draft() is None


def test_undo_goes_back_change_by_change_to_no_draft() -> None:
    seen = None
    for percent in (3, 4, 5):
        seen = _keep(percent, seen).number
    for expected in (4, 3, None):
        assert seen is not None
        draft = services.undo_draft(seen=seen, now=NOW, user_id=1)
        assert _percent() == expected
        seen = draft.number if draft else None
    with pytest.raises(DraftChanged):
        services.undo_draft(seen=1, now=NOW, user_id=1)


def test_undo_of_what_somebody_else_changed_meanwhile_is_refused() -> None:
    mine = _keep(3, None)
    theirs = _keep(4, mine.number, user=2)
    with pytest.raises(DraftChanged):
        services.undo_draft(seen=mine.number, now=NOW, user_id=1)
    back = services.undo_draft(seen=theirs.number, now=NOW, user_id=2)
    assert back is not None
    assert back.number not in {mine.number, theirs.number}  # nobody saw it as it is now


def test_what_was_thrown_away_comes_back_once() -> None:
    services.drop_draft(seen=None, now=NOW, user_id=1)  # there is none
    kept = _keep(3, None)
    services.drop_draft(seen=kept.number, now=NOW, user_id=1)
    assert _percent() is None
    services.restore_draft(now=NOW, user_id=1)
    assert _percent() == 3
    services.restore_draft(now=NOW, user_id=1)
    assert _percent() == 3


def test_publishing_a_draft_leaves_none() -> None:
    kept = _keep(8, None)
    version = services.publish_draft(programme=_of(8), seen=kept.number, since=None, now=NOW, user_id=1)
    assert (version.programme, queries.draft()) == (_of(8), None)
    with pytest.raises(DraftChanged):
        services.publish_draft(programme=_of(9), seen=kept.number, since=None, now=NOW, user_id=1)
    assert len(queries.versions()) == 1


def test_a_draft_that_cannot_hold_stays_a_draft() -> None:
    wrong = Programme(usable=AfterReturnWindow(days=30), expiry=WithoutPurchase(days=20))
    kept = services.keep_draft(programme=wrong, seen=None, now=NOW, user_id=1)
    with pytest.raises(BadProgramme):
        services.publish_draft(programme=wrong, seen=kept.number, since=None, now=NOW, user_id=1)
    assert queries.draft() == kept


def test_only_so_many_changes_are_kept() -> None:
    seen = None
    for percent in range(KEPT + 10):
        seen = _keep(percent % 100, seen).number
    assert ProgrammeDraft.objects.count() == KEPT
    for _change in range(KEPT - 1):
        draft = services.undo_draft(seen=seen or 0, now=NOW, user_id=1)
        seen = draft.number if draft else None
    assert _percent() == 10
    last = queries.draft()
    assert last is not None
    assert not last.can_undo
    assert services.undo_draft(seen=last.number, now=NOW, user_id=1) == last  # nothing to go back to


def _told() -> list[tuple[int | None, str, dict[str, str]]]:
    """The audit log: who, what without what all of its actions are about, and how."""
    rows = AuditLogEntry.objects.order_by("pk").values_list("user_id", "action", "details")
    return [(user, action.removeprefix("programme_draft_"), details) for user, action, details in rows]


def test_the_audit_log_tells_of_a_draft_but_not_of_every_stroke() -> None:
    minutes = iter((0, 1, 2, 3, 4, 70))

    def change(user: int, changed: Changed) -> None:
        kept = queries.draft()
        at = NOW + timedelta(minutes=next(minutes))
        seen = kept.number if kept else None
        services.keep_draft(programme=_of(3), seen=seen, now=at, user_id=user, changed=changed)

    tea, cup = Changed("changed", "rules", "Tea"), Changed("changed", "rules", "Cup")
    change(1, Changed("changed", "basics"))
    change(1, tea)
    change(1, tea)
    change(1, cup)
    change(2, tea)
    change(1, tea)  # more than an hour later
    said_of_tea = {"what": "changed", "part": "rules", "name": "Tea"}
    assert _told() == [
        (1, "begun", {"what": "changed", "part": "basics"}),
        (1, "changed", said_of_tea),
        (1, "changed", said_of_tea | {"name": "Cup"}),
        (2, "changed", said_of_tea),
        (1, "changed", said_of_tea),
    ]


def test_the_audit_log_tells_how_a_draft_ended_and_came_back() -> None:
    services.drop_draft(seen=None, now=NOW, user_id=1)  # there is none: nothing to tell
    kept = _keep(3, None)
    services.drop_draft(seen=kept.number, now=NOW, user_id=2)
    back = services.restore_draft(now=NOW, user_id=2)
    services.restore_draft(now=NOW, user_id=2)  # it is there already
    assert back is not None
    with pytest.raises(DraftChanged):
        services.drop_draft(seen=kept.number, now=NOW, user_id=2)
    services.undo_draft(seen=back.number, now=NOW, user_id=1)
    assert _told() == [
        (1, "begun", {"what": "taken over"}),
        (2, "dropped", {}),
        (2, "begun", {"what": "brought back"}),
        (1, "dropped", {"what": "undone"}),
    ]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_has_its_way() -> None:
    kept = _keep(1, None)
    done: list[str] = []
    ready = threading.Barrier(8)

    def change(percent: int) -> None:
        try:
            ready.wait(10)
            _keep(percent, kept.number)
            done.append("kept")
        except DraftChanged:
            done.append("told")
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=(percent,)) for percent in range(10, 18)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(done) == ["kept"] + ["told"] * 7
