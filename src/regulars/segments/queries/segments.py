"""Which segments there are, and how far each is."""

from __future__ import annotations

import json

from regulars.segments.models import Segment
from regulars.segments.types import Kind, Progress, SegmentRow, State


def segments(*, archived: bool = False) -> list[SegmentRow]:
    """All segments by name, or, `archived`, those that were put away."""
    rows = Segment.objects.order_by("name", "id")
    archive = {"state": State.ARCHIVED.value}
    return [as_row(row) for row in (rows.filter(**archive) if archived else rows.exclude(**archive))]


def segment(segment_id: int) -> SegmentRow | None:
    """One of them, also if it was put away; None if there is no such segment."""
    row = Segment.objects.filter(pk=segment_id).first()
    return as_row(row) if row else None


def live_ids() -> list[int]:
    """Those that conditions may name: all that are not put away."""
    return list(Segment.objects.exclude(state=State.ARCHIVED.value).values_list("pk", flat=True))


def progress(segment_id: int) -> Progress | None:
    """How far its building is; None if there is no such segment."""
    row = Segment.objects.filter(pk=segment_id).values_list("state", "written", "to_write").first()
    return Progress(State(row[0]), row[1], row[2]) if row else None


def as_row(row: Segment) -> SegmentRow:
    """A stored segment as others see it."""
    return SegmentRow(
        id=row.pk,
        name=row.name,
        kind=Kind(row.kind),
        state=State(row.state),
        condition=None if row.condition is None else json.dumps(row.condition, ensure_ascii=False),
        revision=row.revision,
        members=row.members,
        created_at=row.created_at,
        created_by=row.created_by,
        true_at=row.true_at,
        note=row.note,
    )
