"""Keeping the draft of the programme: one for all, so that nobody publishes over another's changes unseen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from regulars.kit import sql
from regulars.loyalty.errors import DraftChanged
from regulars.loyalty.models import ProgrammeDraft
from regulars.loyalty.queries.drafts import draft, to_draft
from regulars.loyalty.services.programme import publish
from regulars.loyalty.types import Programme, Version
from regulars.loyalty.types.drafts import Changed, Draft
from regulars.team import queries as team
from regulars.team import services as team_services
from regulars.team.types import Action

KEPT = 50
"""Changes that undo can go back by."""
TOLD_AGAIN_AFTER = timedelta(hours=1)
"""Who works at a part keeps it many times; so often the audit log says so."""
TAKEN_OVER = Changed()


@transaction.atomic
def keep_draft(
    *,
    programme: Programme,
    seen: int | None,
    based_on: int | None = None,
    now: datetime,
    user_id: int | None,
    changed: Changed = TAKEN_OVER,
) -> Draft:
    """The programme as it is now to be drafted; gives the draft.

    `seen`: the number of the draft that was changed, None where there was none. Raises DraftChanged where
    somebody was faster. `based_on`: of a new draft, the version it was begun from. `changed`: what the audit
    log says of it.
    """
    kept = _seen(seen)
    if not ProgrammeDraft.objects.exists():
        _add(None, None, now, user_id)  # what undoing the first change goes back to
    base = kept.based_on if kept else based_on
    number = _add(programme, base, now, user_id)
    action = Action.PROGRAMME_DRAFT_CHANGED if kept else Action.PROGRAMME_DRAFT_BEGUN
    _tell(action, now, user_id, what=changed.what, part=changed.part, name=changed.name)
    return Draft(
        number=number,
        programme=programme,
        based_on=base,
        kept_at=now,
        kept_by=user_id,
        can_undo=True,
    )


@transaction.atomic
def undo_draft(*, seen: int, now: datetime, user_id: int | None) -> Draft | None:
    """Go back by one change; None where that was the first. Raises DraftChanged."""
    kept = _seen(seen)
    before = ProgrammeDraft.objects.order_by("-id")[1:2].first() if kept is not None else None
    if kept is not None and before is not None:
        # Both rows are taken out, so that the next undo goes further back; the one before gets a number of
        # its own, so that whoever saw it then is not taken to have seen it now.
        ProgrammeDraft.objects.filter(pk__in=[kept.number, before.pk]).delete()
        ProgrammeDraft.objects.create(
            document=before.document, based_on=before.based_on, kept_at=now, kept_by=user_id
        )
        if before.document is None:
            _tell(Action.PROGRAMME_DRAFT_DROPPED, now, user_id, what="undone")
        else:
            _tell(Action.PROGRAMME_DRAFT_CHANGED, now, user_id, what="undone")
    return draft()


@transaction.atomic
def drop_draft(*, seen: int | None, now: datetime, user_id: int | None) -> None:
    """Throw it away. Raises DraftChanged; without a draft nothing happens."""
    if _seen(seen) is not None:
        _add(None, None, now, user_id)
        _tell(Action.PROGRAMME_DRAFT_DROPPED, now, user_id)


@transaction.atomic
def publish_draft(
    *,
    programme: Programme,
    seen: int | None,
    since: datetime | None,
    now: datetime,
    user_id: int | None,
    instead_of: int | None = None,
) -> Version:
    """Publish what was drafted, and have no draft with that; see `publish`.

    Raises DraftChanged where it is not that draft any more, and BadProgramme.
    """
    kept = _seen(seen)
    version = publish(programme=programme, since=since, now=now, user_id=user_id, instead_of=instead_of)
    if kept is not None:
        _add(None, None, now, user_id)
    return version


@transaction.atomic
def restore_draft(*, now: datetime, user_id: int | None) -> Draft | None:
    """Bring back the one thrown away last; the one there is, where nothing was thrown away since."""
    _lock()
    newest = list(ProgrammeDraft.objects.order_by("-id")[:2])
    if len(newest) == 2 and newest[0].document is None and newest[1].document is not None:
        _add(Programme.model_validate(newest[1].document), newest[1].based_on, now, user_id)
        _tell(Action.PROGRAMME_DRAFT_BEGUN, now, user_id, what="brought back")
    return draft()


def _seen(seen: int | None) -> Draft | None:
    """The draft as it stands, under a lock, if it is the one that was seen."""
    _lock()
    kept = to_draft(list(ProgrammeDraft.objects.order_by("-id")[:2]))
    if (kept.number if kept else None) != seen:
        raise DraftChanged
    return kept


def _tell(action: Action, now: datetime, user_id: int | None, **details: str) -> None:
    """A line of the audit log; of what the same person did to the same part, one in a while."""
    said: dict[str, Any] = {name: text for name, text in details.items() if text}
    is_repeated = (
        action is Action.PROGRAMME_DRAFT_CHANGED
        and user_id is not None
        and team.was_logged(user_id=user_id, action=action, details=said, since=now - TOLD_AGAIN_AFTER)
    )
    if not is_repeated:
        team_services.log(user_id=user_id, action=action, now=now, details=said)


def _lock() -> None:
    sql.run("LOCK TABLE loyalty_programmedraft IN SHARE ROW EXCLUSIVE MODE")


def _add(programme: Programme | None, based_on: int | None, now: datetime, user_id: int | None) -> int:
    row = ProgrammeDraft.objects.create(
        document=None if programme is None else programme.model_dump(mode="json"),
        based_on=based_on,
        kept_at=now,
        kept_by=user_id,
    )
    gone = ProgrammeDraft.objects.filter(pk__lte=row.pk).order_by("-id").values("id")[KEPT : KEPT + 1]
    for oldest in gone:
        ProgrammeDraft.objects.filter(pk__lte=oldest["id"]).delete()
    return row.pk
