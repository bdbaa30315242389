"""Points given and taken by hand: what waits for a second colleague, what was decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from django.db.models import F, QuerySet

from regulars.loyalty.models import Adjustment
from regulars.loyalty.queries.programme import current
from regulars.loyalty.types import AdjustmentLimits, AdjustmentRow, AdjustmentState
from regulars.team import queries as team

PAGE = 50
UNDO = "undo"


def undo_key(adjustment_id: int, refusals: int) -> str:
    """The key of what undoes an adjustment, after it was refused so many times."""
    return f"{UNDO}:{adjustment_id}:{refusals}"


def undone_by_key(key: str) -> int | None:
    """Which adjustment the one with this key undoes."""
    kind, _, rest = key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == UNDO and number.isascii() and number.isdigit() else None


def adjustments(
    *,
    states: Collection[AdjustmentState] | None = None,
    before: int | None = None,
    limit: int = PAGE,
) -> list[AdjustmentRow]:
    """The newest ones; those with a smaller number than `before`, for the next page."""
    rows = Adjustment.objects.order_by("-id")
    if states is not None:
        rows = rows.filter(state__in=[state.value for state in states])
    if before is not None:
        rows = rows.filter(id__lt=before)
    return _rows(rows[:limit])


def adjustment(adjustment_id: int) -> AdjustmentRow | None:
    """One of them."""
    return next(iter(_rows(Adjustment.objects.filter(id=adjustment_id))), None)


def adjustments_by_id(ids: Iterable[int]) -> dict[int, AdjustmentRow]:
    """These, such as those a statement names."""
    wanted = sorted(set(ids))
    return {row.id: row for row in _rows(Adjustment.objects.filter(id__in=wanted))} if wanted else {}


def adjustment_limits(user_id: int, now: datetime) -> AdjustmentLimits | None:
    """What a colleague may give or take by hand; None as long as there is no programme."""
    version = current(now)
    if version is None:
        return None
    member = team.member(user_id)
    allowed = version.programme.adjust_minor
    role = member.role if member is not None and member.active else None
    return AdjustmentLimits(
        most_minor=allowed.get(role, 0) if role else 0, alone_minor=version.programme.second_eyes_minor
    )


def adjustments_waiting_of(profile_ids: Sequence[int]) -> list[AdjustmentRow]:
    """Those of a customer that wait for a second colleague, the oldest first."""
    waiting = Adjustment.objects.filter(state=AdjustmentState.WAITING.value, profile_id__in=profile_ids)
    return _rows(waiting.order_by("id"))


def count_adjustments_waiting(*, not_asked_by: int | None = None) -> int:
    """How many wait for a second colleague; without those that this one asked for, who cannot decide them."""
    waiting = Adjustment.objects.filter(state=AdjustmentState.WAITING.value)
    if not_asked_by is not None:
        waiting = waiting.exclude(asked_by=not_asked_by)
    return waiting.count()


def _rows(found: QuerySet[Adjustment]) -> list[AdjustmentRow]:
    kept = list(found.annotate(person_id=F("profile__person_id")))
    undone = _undone([row.pk for row in kept if row.state == AdjustmentState.DONE.value])
    return [
        AdjustmentRow(
            id=row.pk,
            profile_id=row.profile_id,
            person_id=row.person_id,
            points_minor=row.points_minor,
            reason=row.reason,
            state=AdjustmentState(row.state),
            asked_by=row.asked_by,
            asked_at=row.asked_at,
            decided_by=row.decided_by,
            decided_at=row.decided_at,
            undoes=undone_by_key(row.key),
            undone=row.pk in undone,
        )
        for row in kept
    ]


def _undone(ids: Sequence[int]) -> set[int]:
    """Those of these that have an opposite which is done or waits."""
    if not ids:
        return set()
    # Refused ones only count up the last part of the key, and nobody refuses as often as this.
    keys = [undo_key(id_, times) for id_ in ids for times in range(UNDO_TRIES)]
    found = Adjustment.objects.filter(key__in=keys).exclude(state=AdjustmentState.REFUSED.value)
    return {number for key in found.values_list("key", flat=True) if (number := undone_by_key(key))}


UNDO_TRIES = 5
"""How often undoing one adjustment may be asked for and refused."""
