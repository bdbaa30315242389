"""Programmes replayed over the last twelve months: what was asked for and what came of it."""

from __future__ import annotations

import hashlib
import json

import msgspec

from regulars.commerce import queries as commerce
from regulars.loyalty.models import YearReplay
from regulars.loyalty.types import Programme
from regulars.loyalty.types.year import Year, YearResult, YearState


def year(number: int) -> Year | None:
    """The replay of that number."""
    row = YearReplay.objects.filter(pk=number).first()
    return _to_year(row, commerce.last_order_id()) if row else None


def years_of(programmes: list[Programme]) -> list[Year | None]:
    """The last replay of each: the one that is under way, or else as its orders were then."""
    digests = [digest_of(programme) for programme in programmes]
    rows = YearReplay.objects.filter(digest__in=set(digests)).order_by("digest", "-asked_at", "-pk")
    newest = {row.digest: row for row in rows.distinct("digest")}
    seen = commerce.last_order_id()
    return [_to_year(newest[digest], seen) if digest in newest else None for digest in digests]


def digest_of(programme: Programme) -> str:
    """What a programme is known by: two that say the same have the same."""
    document = json.dumps(programme.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(document.encode()).hexdigest()


def _to_year(row: YearReplay, seen: int) -> Year:
    result = None
    if row.result is not None:
        try:
            result = msgspec.convert(row.result, YearResult)
        except msgspec.ValidationError:
            result = None  # another release wrote it
    state = YearState(row.state)
    return Year(
        id=row.pk,
        state=YearState.FAILED if state is YearState.DONE and result is None else state,
        programme=Programme.model_validate(row.document),
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        share=row.share,
        result=result,
        error=row.error,
        is_newest=row.seen == seen,
    )
