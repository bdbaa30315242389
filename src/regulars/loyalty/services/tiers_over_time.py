"""What time and another programme do to tiers: a portion of people in a transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from regulars.kit import sql
from regulars.loyalty.models import TierSweep
from regulars.loyalty.queries.programme import current_anew
from regulars.loyalty.services.tiers import PERSONS_MAX, reckon_page, reckon_tiers
from regulars.loyalty.types import Version

AGAIN_AFTER = timedelta(days=6)
"""Everybody once a week: it reads all orders there are."""

_DUE = """
SELECT person_id FROM loyalty_tierstanding WHERE due_at <= %s AND merged_into IS NULL
ORDER BY due_at LIMIT %s
"""
_PAGE = """
SELECT p.person_id, s.person_id IS NULL
FROM (SELECT DISTINCT person_id FROM facts_profiles WHERE person_id > %s ORDER BY person_id LIMIT %s) AS p
LEFT JOIN loyalty_tierstanding AS s ON s.person_id = p.person_id
ORDER BY p.person_id
"""
_FORGET = """
WITH gone AS (
    DELETE FROM loyalty_tierstanding WHERE person_id IN (
        SELECT person_id FROM loyalty_tierstanding ORDER BY person_id LIMIT %(limit)s FOR UPDATE
    )
    RETURNING person_id, tier, since, least(ends_at, %(now)s) AS until, lent_by
), held AS (
    INSERT INTO loyalty_tierheld (person_id, tier, since, until, lent_by)
    SELECT * FROM gone WHERE tier <> '' AND since < until
)
SELECT count(*) FROM gone
"""


def run_tiers(*, now: datetime, limit: int) -> int:
    """Reckon whom time makes others, and everybody once where the tiers became others.

    A step of the day (`run_day`), outside of transactions: gives `limit` where there may be more.
    """
    if limit < 1:
        return 0
    done = _due(now, limit)
    return done if done >= limit else done + sweep(now=now, limit=limit - done)


def sweep(*, now: datetime, limit: int) -> int:
    """Go on with going through everybody, beginning anew where the tiers became others."""
    version = current_anew(now)
    meaning = meaning_of(version)
    last = TierSweep.objects.order_by("-id").first()
    if last is None and not meaning:
        return 0
    if last is None or last.meaning != meaning:
        last = TierSweep.objects.create(meaning=meaning, changed=True, began_at=now)
    if last.done_at is not None:
        return 0
    done = 0
    while done < limit:
        portion = min(PERSONS_MAX, limit - done)
        looked_at = _portion(last.pk, portion, now)
        done += looked_at
        if looked_at < portion:
            return min(done, limit - 1)
    return limit


def begin_sweep_of_tiers(*, now: datetime) -> None:
    """Have everybody reckoned again where that was AGAIN_AFTER ago.

    What the log does not tell of is found so, such as an import that was undone, or another time zone.
    """
    last = TierSweep.objects.order_by("-id").first()
    if last is None or last.done_at is None or last.done_at > now - AGAIN_AFTER:
        return
    if last.meaning and last.meaning == meaning_of(current_anew(now)):
        TierSweep.objects.create(meaning=last.meaning, changed=False, began_at=now)
    _forget_old()


def meaning_of(version: Version | None) -> str:
    """Names the tiers of a version, and what money they are in; empty where it has none."""
    if version is None or version.programme.tiers is None:
        return ""
    told = f"{version.programme.currency} {version.programme.tiers.model_dump_json()}"
    return hashlib.sha256(told.encode()).hexdigest()


def _due(now: datetime, limit: int) -> int:
    done = 0
    for portion in _portions(now, limit):
        reckon_tiers(person_ids=portion, now=now)
        done += len(portion)
    return done


def _portions(now: datetime, limit: int) -> Iterator[list[int]]:
    version = current_anew(now)
    if version is None or version.programme.tiers is None:
        return  # all is forgotten soon
    due = sql.column(_DUE, [now, limit])
    for start in range(0, len(due), PERSONS_MAX):
        yield due[start : start + PERSONS_MAX]


@transaction.atomic
def _portion(sweep_id: int, portion: int, now: datetime) -> int:
    """Do the next of a sweep; gives how many people were looked at, fewer than `portion` at its end."""
    row = TierSweep.objects.select_for_update(skip_locked=True).filter(pk=sweep_id, done_at=None).first()
    if row is None:
        return 0  # somebody else is at it, or has done it
    if not row.meaning:
        looked_at = int(sql.value(_FORGET, {"limit": portion, "now": now}))
    else:
        is_new = dict(sql.rows(_PAGE, [row.after, portion]))
        looked_at = len(is_new)
        row.after = max(is_new, default=row.after)
        row.persons += looked_at
        version = current_anew(now)
        if version is not None:
            reckon_page(is_new, version.programme, now=now, told=not row.changed)
    row.done_at = now if looked_at < portion else None
    row.save(update_fields=["after", "persons", "done_at"])
    return looked_at


def _forget_old() -> None:
    """Of those that are done the last is enough: by it the next change of the tiers is seen."""
    last = TierSweep.objects.order_by("-id").values("id")[:1]
    TierSweep.objects.filter(done_at__isnull=False).exclude(pk__in=last).delete()
