"""Asking for a replay of a programme over the last twelve months, and doing it.

The web process asks; the worker has it done in a process of its own, which needs the heavy libraries.
"""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from regulars.commerce import queries as commerce
from regulars.loyalty.models import YearReplay
from regulars.loyalty.models.year import REPLAY
from regulars.loyalty.queries.year import digest_of
from regulars.loyalty.types import Programme
from regulars.loyalty.types.year import YearState
from regulars.team import queries as team

KEPT = timedelta(days=30)
"""How long a replay is kept after it was asked for."""
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
        digest=digest_of(programme),
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


def replay_year(*, number: int, now: datetime) -> None:
    """Replay what was asked for; in a process of its own. Repeated, it is done once."""
    raise NotImplementedError
