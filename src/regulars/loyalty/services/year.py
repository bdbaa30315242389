"""Asking for a replay of a programme over the last twelve months, and doing it.

The web process asks; the worker has it done in a process of its own, which needs the heavy libraries.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.analytics.errors import LakeError
from regulars.analytics.services import open_lake, work_apart
from regulars.commerce import queries as commerce
from regulars.loyalty.models import YearReplay
from regulars.loyalty.models.year import REPLAY
from regulars.loyalty.queries.liability import cohorts
from regulars.loyalty.queries.year import digest_of
from regulars.loyalty.replaying import Frame, replay, shop_tables, year_before
from regulars.loyalty.rules.breakage import breakage
from regulars.loyalty.rules.conditions import conditions_by_part
from regulars.loyalty.types import Programme
from regulars.loyalty.types.year import YearState
from regulars.segments import queries as segments
from regulars.team import queries as team

KEPT = timedelta(days=30)
"""How long a replay is kept after it was asked for."""
WORK = "regulars.loyalty.services.year:replay_here"
GIVEN_UP = timedelta(hours=2)
"""One that is under way for longer than that died with its worker."""


@transaction.atomic
def request_year(*, programme: Programme, now: datetime, user_id: int | None) -> int:
    """Have a programme replayed over the shop's last twelve months; gives the number of the replay.

    One over the same orders that is there or under way is taken as it is; one that failed is tried again.
    A programme without a currency is in the shop's.
    """
    shop = team.shop()
    whole = programme if programme.currency else programme.model_copy(update={"currency": shop.currency})
    row, made = YearReplay.objects.get_or_create(
        digest=digest_of(whole),
        seen=commerce.last_order_id(),
        defaults={"document": whole.model_dump(mode="json"), "asked_at": now, "asked_by": user_id},
    )
    stuck = Q(state=YearState.FAILED.value) | ~Q(state=YearState.DONE.value) & Q(asked_at__lt=now - GIVEN_UP)
    again = YearReplay.objects.filter(stuck, pk=row.pk).update(
        state=YearState.WAITING.value, share=0, error="", asked_at=now, asked_by=user_id, finished_at=None
    )
    if made or again:
        # In a savepoint of its own: a job that waits already must not spoil the transaction around.
        with contextlib.suppress(AlreadyEnqueued), transaction.atomic():
            app.configure_task(REPLAY, queueing_lock=f"{REPLAY}:{row.pk}").defer(number=row.pk)
    return row.pk


def forget_years(*, now: datetime, limit: int) -> int:
    """Remove replays that were asked for long ago; says how many."""
    old = YearReplay.objects.filter(asked_at__lt=now - KEPT).order_by("asked_at").values_list("pk", flat=True)
    return YearReplay.objects.filter(pk__in=list(old[:limit])).delete()[0]


def replay_year(*, number: int, now: datetime, enough: Callable[[], bool] = lambda: False) -> bool:
    """Have what was asked for replayed in a process of its own; repeated, it is done once.

    False if `enough` ended it before: it waits again. What fails is kept with its reason.
    """
    began = YearReplay.objects.filter(pk=number).exclude(state=YearState.DONE.value)
    if not began.update(state=YearState.WORKING.value, share=0, error="", finished_at=None):
        return True
    try:
        done = work_apart(WORK, json.dumps([number, now.isoformat()]), enough=enough)
    except LakeError as error:
        _fail(number, error.message, now)
        return True
    except RuntimeError:
        _fail(number, "", now)
        raise
    if not done:
        began.update(state=YearState.WAITING.value)
    return done


def replay_here(argument: str) -> None:
    """The replay itself, in this process: what `replay_year` has done apart."""
    number, moment = json.loads(argument)
    now = datetime.fromisoformat(moment)
    row = YearReplay.objects.get(pk=number)
    programme = Programme.model_validate(row.document)
    frame = frame_of(programme, now=now)

    def tell(share: float) -> None:
        YearReplay.objects.filter(pk=number).update(share=share)

    with open_lake(now=now, shop=shop_tables(frame)) as lake:
        tell(0.1)
        result = replay(lake, frame, tell)
    YearReplay.objects.filter(pk=number).update(
        state=YearState.DONE.value, share=1, result=msgspec.to_builtins(result), finished_at=now
    )


def frame_of(programme: Programme, *, now: datetime) -> Frame:
    """The twelve months up to yesterday, who fits what the programme asks today, and what is spent of points
    by this shop's own history."""
    zone = team.shop().timezone
    first, last = year_before(now.astimezone(ZoneInfo(zone)).date())
    expired = breakage(cohorts(at=now, zone=zone))
    return Frame(
        programme=programme,
        zone=zone,
        first=first,
        last=last,
        fits=segments.who_fits_now(conditions=conditions_by_part(programme), now=now),
        spent_share=1 - expired.share if expired else None,
    )


def _fail(number: int, text: str, now: datetime) -> None:
    YearReplay.objects.filter(pk=number).update(state=YearState.FAILED.value, error=text, finished_at=now)
