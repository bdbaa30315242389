"""What a person tells an import to do. Each moves its state, if it is in one where that makes sense."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.imports import registry, rules
from regulars.imports.errors import ImportProblem, NoSuchImport, NotNow
from regulars.imports.models import Import, SavedMapping
from regulars.imports.services.jobs import wake
from regulars.imports.types import CHOOSABLE, RESUMABLE, STARTABLE, UNDOABLE, State
from regulars.team import services as team
from regulars.team.types import Action


@transaction.atomic
def choose_mapping(*, import_id: int, kind: str, mapping: Mapping[str, str], now: datetime) -> None:
    """Say what the file tells of and which column each field is read from; the preview is made again.

    `mapping`: field -> "COLUMN" or "COLUMN:format"; an empty column leaves the field out. Raises NotNow once
    a batch went in, ImportProblem for a field the kind does not have.
    """
    rules.check_mapping(mapping, [field.name for field in registry.kind(kind).fields])
    _move(
        import_id,
        CHOOSABLE,
        State.EXAMINING,
        started_at=None,
        kind=kind,
        mapping=dict(mapping),
        preview=None,
        report={},
        **_CLEAN,
    )
    wake(import_id)


@transaction.atomic
def check(*, import_id: int, now: datetime) -> None:
    """Have the worker go through the whole file and write nothing: the report says what would be done."""
    _move(import_id, STARTABLE, State.CHECKING, **_FROM_THE_START)
    wake(import_id)


@transaction.atomic
def start(*, import_id: int, user_id: int | None, now: datetime) -> None:
    """Have the worker bring the file in. Raises ImportProblem while the columns are not understood."""
    row = _move(import_id, STARTABLE, State.RUNNING, started_at=now, started_by=user_id, **_FROM_THE_START)
    registry.kind(row.kind)
    problem = (row.preview or {}).get("problem")
    if problem:
        raise ImportProblem(problem["text"], code=problem["code"])
    _remember_mapping(row, now)
    team.log(
        user_id=user_id,
        action=Action.IMPORT_STARTED,
        now=now,
        subject=f"import:{import_id}",
        details={"kind": row.kind, "size": row.size},
    )
    wake(import_id)


@transaction.atomic
def stop(*, import_id: int, now: datetime) -> None:
    """Have the worker leave off after the batch it is at; what went in stays, and it can go on later.

    A check ends without a result.
    """
    if Import.objects.filter(id=import_id, state=State.CHECKING.value).exists():
        _move(import_id, {State.CHECKING}, State.EXAMINED)
    else:
        _move(import_id, {State.RUNNING}, State.STOPPED, finished_at=now)


@transaction.atomic
def resume(*, import_id: int, now: datetime) -> None:
    """Go on where it was stopped, or where it failed."""
    undoing = Import.objects.filter(id=import_id, undone__isnull=False).exists()
    _move(import_id, RESUMABLE, State.UNDOING if undoing else State.RUNNING, was_started=True, **_CLEAN)
    wake(import_id)


@transaction.atomic
def undo(*, import_id: int, user_id: int | None, now: datetime) -> None:
    """Have the worker take back what the import did, the last first. `plan_undo` says before what that is."""
    _move(import_id, UNDOABLE, State.UNDOING, was_started=True, undone={}, **_CLEAN)
    team.log(user_id=user_id, action=Action.IMPORT_UNDONE, now=now, subject=f"import:{import_id}")
    wake(import_id)


_CLEAN: dict[str, Any] = {"error_code": "", "error_text": "", "finished_at": None}
_FROM_THE_START: dict[str, Any] = {
    **_CLEAN,
    "report": {},
    "done": 0,
    "total": 0,
    "position": 0,
    "plan": "",
    "undone": None,
}


def _move(
    import_id: int,
    from_: Iterable[State],
    to: State,
    *,
    was_started: bool | None = None,
    **values: Any,
) -> Import:
    """Change the state in one statement; who comes second finds it changed."""
    wanted = Import.objects.filter(id=import_id, state__in=[state.value for state in from_])
    if to is not State.UNDOING:
        wanted = wanted.exclude(file="")
    if was_started:
        wanted = wanted.exclude(started_at=None)
    if to is State.EXAMINING:  # what went in went in by the columns chosen then
        wanted = wanted.filter(position=0)
    if not wanted.update(state=to.value, **values):
        if not Import.objects.filter(id=import_id).exists():
            raise NoSuchImport(_("There is no import number %(id)s.") % {"id": import_id})
        raise NotNow(_("The import has moved on meanwhile. Load the page again."))
    return Import.objects.get(id=import_id)


def _remember_mapping(row: Import, now: datetime) -> None:
    columns = rules.columns_of(row.preview)
    if columns and row.mapping:
        SavedMapping.objects.update_or_create(
            kind=row.kind,
            columns=rules.columns_key(columns),
            defaults={"mapping": row.mapping, "saved_at": now},
        )
