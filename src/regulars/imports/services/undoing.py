"""Taking an import back, batch by batch, the last first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec
from django.db import connection, transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from regulars.analytics import services as analytics
from regulars.events import services as events
from regulars.imports import registry, takeback
from regulars.imports.errors import NoSuchImport
from regulars.imports.models import Change, Import
from regulars.imports.types import KeptThing, State, Thing, Undone, UndoPlan

EXAMPLES_MAX = 100
"""Things named in the report that an undo left as they are; of the others there is the count."""
PORTION = 5_000

_COUNTS = """
SELECT thing, count(DISTINCT object_id) FILTER (WHERE before IS NULL),
       count(DISTINCT object_id) - count(DISTINCT object_id) FILTER (WHERE before IS NULL)
FROM imports_change WHERE import_id = %s GROUP BY thing
"""
_CHANGED_LATER = """
SELECT mine.thing, later.import_id, count(DISTINCT mine.object_id)
FROM imports_change AS mine
JOIN imports_change AS later
  ON later.thing = mine.thing AND later.object_id = mine.object_id
 AND later.import_id <> mine.import_id AND later.id > mine.id
WHERE mine.import_id = %s
GROUP BY mine.thing, later.import_id
"""


def plan_undo(*, import_id: int) -> UndoPlan:
    """What undoing this import would remove, restore and keep, and what it already caused.

    Reads only. What pages or other systems changed since is found while undoing, and kept as well.
    Raises NoSuchImport.
    """
    if not Import.objects.filter(id=import_id).exists():
        raise NoSuchImport(_("There is no import number %(id)s.") % {"id": import_id})
    plan = UndoPlan()
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [import_id])
        for thing, removed, restored in cursor.fetchall():
            plan.removed |= {thing: removed} if removed else {}
            plan.restored |= {thing: restored} if restored else {}
        cursor.execute(_CHANGED_LATER, [import_id])
        for thing, later, count in cursor.fetchall():
            plan.kept[thing] = plan.kept.get(thing, 0) + count
            plan.later_imports.append(later)
    plan.later_imports = sorted(set(plan.later_imports))
    for name, count_effect in registry.effects().items():
        caused = sum(count_effect(profiles) for profiles in _created_profiles(import_id))
        plan.caused |= {name: caused} if caused else {}
    return plan


def _created_profiles(import_id: int) -> Iterator[list[int]]:
    """Ids of the customers it brought, in portions."""
    found = Change.objects.filter(owner_id=import_id, thing=Thing.PROFILE.value, before__isnull=True)
    after = 0
    while ids := list(
        found.filter(object_id__gt=after).order_by("object_id").values_list("object_id", flat=True)[:PORTION]
    ):
        portion = [id_ for id_ in ids if id_ is not None]
        yield portion
        after = portion[-1]


def take_back(row: Import, clock: Callable[[], datetime], enough: Callable[[], bool]) -> None:
    """Undo what is left of an import, until nothing is, or `enough` says to leave off."""
    while (batch := _last_batch(row.pk)) is not None:
        if enough() or not _take_batch(row.pk, batch, clock()):
            return
    _end(row.pk, clock())


def _last_batch(import_id: int) -> int | None:
    found: int | None = Change.objects.filter(owner_id=import_id).aggregate(last=Max("batch"))["last"]
    return found


@transaction.atomic
def _take_batch(import_id: int, batch: int, now: datetime) -> bool:
    """One batch, its changes forgotten with it; False once the import is no longer being undone."""
    mine = Import.objects.select_for_update().filter(pk=import_id, state=State.UNDOING.value).first()
    if mine is None:
        return False
    report = msgspec.convert(mine.undone or {}, Undone)
    changes: dict[Thing, list[Change]] = defaultdict(list)
    for change in Change.objects.filter(owner_id=import_id, batch=batch).order_by("id"):
        changes[Thing(change.thing)].append(change)
    with events.only_backfill():
        for thing in takeback.ORDER:
            for start in range(0, len(changes[thing]), PORTION):
                _take(thing, changes[thing][start : start + PORTION], report, now)
    Change.objects.filter(owner_id=import_id, batch=batch).delete()
    Import.objects.filter(pk=import_id).update(undone=msgspec.to_builtins(report), attempts=0)
    return True


def _take(thing: Thing, changes: Sequence[Change], report: Undone, now: datetime) -> None:
    kept = takeback.take_back(thing, changes, now)
    for change in changes:
        reason = kept.get((change.source, change.key))
        if reason is None:
            counts = report.removed if change.before is None else report.restored
            counts[thing.value] = counts.get(thing.value, 0) + 1
            continue
        reasons = report.kept.setdefault(thing.value, {})
        reasons[reason] = reasons.get(reason, 0) + 1
        if len(report.examples) < EXAMPLES_MAX:
            report.examples.append(KeptThing(thing.value, change.key.replace("\x1f", ", "), reason))


@transaction.atomic
def _end(import_id: int, now: datetime) -> None:
    mine = Import.objects.filter(pk=import_id, state=State.UNDOING.value)
    if mine.update(state=State.UNDONE.value, finished_at=now):
        analytics.request_figures()
