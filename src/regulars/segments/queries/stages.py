"""Stages of customers that the shop's own segments decide."""

from __future__ import annotations

from array import array
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import connection

from regulars.analytics.types import Stage
from regulars.segments.models import Segment, StageRule
from regulars.segments.queries.dependence import named, nodes
from regulars.segments.types import State

STAGE_ATTRIBUTE = "analytics.stage"

_MEMBERS = """
SELECT person_id FROM segments_member
WHERE segment_id = %(segment)s AND (%(persons)s::bigint[] IS NULL OR person_id = ANY(%(persons)s))
"""


def stage_rules() -> dict[Stage, int]:
    """The segment that decides a stage, where one does."""
    rules: dict[Any, int] = dict(StageRule.objects.values_list("stage", "segment_id"))
    return rules


def who_fits(now: datetime, persons: Sequence[int] | None) -> Mapping[Stage, Sequence[int]]:
    """For each stage that a segment decides who is in it, of some persons or of everybody.

    What `analytics.registry.register_stages` asks for. Segments are true at any moment: `now` is theirs.
    """
    found: dict[Stage, Sequence[int]] = {}
    with connection.cursor() as cursor:
        for stage, segment_id in stage_rules().items():
            chosen = None if persons is None else list(persons)
            cursor.execute(_MEMBERS, {"segment": segment_id, "persons": chosen})
            found[stage] = array("q", (person_id for (person_id,) in cursor.fetchall()))
    return found


def may_decide() -> dict[int, str]:
    """Segments, by name, that may decide a stage: those in use that do not themselves ask for the stage."""
    rows = Segment.objects.exclude(state=State.ARCHIVED.value).order_by("name", "id")
    conditions = {row.pk: row.condition for row in rows}
    return {row.pk: row.name for row in rows if not _asks(row.condition, conditions)}


def _asks(condition: Any, others: Mapping[int, Any]) -> bool:
    """Whether it asks for the stage, itself or by the segments it names; these make no circle."""
    if any(node.get("attribute") == STAGE_ATTRIBUTE for node in nodes(condition)):
        return True
    return any(_asks(others.get(one), others) for one in named(condition))
