"""The draft of the programme: kept change by change, one for all, and nobody's change is lost unseen."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from regulars.loyalty import queries, services
from regulars.loyalty.errors import BadProgramme, DraftChanged
from regulars.loyalty.models import ProgrammeDraft
from regulars.loyalty.services.drafts import KEPT
from regulars.loyalty.types import Programme
from regulars.loyalty.types.drafts import Draft
from regulars.loyalty.types.programme import AfterReturnWindow, WithoutPurchase

pytestmark = pytest.mark.django_db
NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)


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
