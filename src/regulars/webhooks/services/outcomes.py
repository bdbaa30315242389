"""Noting what came of a try."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import translation
from django.utils.translation import gettext as _

from regulars.team import queries as team
from regulars.webhooks import rules
from regulars.webhooks.models import Delivery, Endpoint
from regulars.webhooks.types import OffReason, State
from regulars.work import services as work

GONE = "status_410"
DUE_IN = timedelta(days=1)
"""So soon somebody should see to an endpoint that was switched off."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a try; `code` is empty if it went well (see `types.DeliveryRow`)."""

    code: str
    status: int | None = None
    answer: str = ""
    retry_after: int | None = None
    took_ms: int | None = None


@transaction.atomic
def note(
    delivery_id: int, endpoint_id: int, tries: int, outcome: Outcome, now: datetime, chance: float
) -> None:
    """Note the outcome of try number `tries`; `chance` (0 to 1) places the next one within the jitter.

    A success counts whatever happened meanwhile. A failure counts only if nobody has taken up the
    delivery since. The endpoint's row is locked before the delivery's, as by all who lock both.
    """
    told = {
        "status": outcome.status,
        "code": outcome.code,
        "answer": outcome.answer,
        "took_ms": outcome.took_ms,
    }
    if not outcome.code:
        Endpoint.objects.filter(pk=endpoint_id).update(last_success_at=now, failing_since=None, last_code="")
        settled = {"state": State.DELIVERED.value, "settled_at": now, "next_try_at": None, "held_until": None}
        Delivery.objects.filter(pk=delivery_id).update(**told, **settled)
        return
    failing = Coalesce(F("failing_since"), now)
    Endpoint.objects.filter(pk=endpoint_id).update(failing_since=failing, last_code=outcome.code)
    gone = outcome.code == GONE
    again = rules.next_try(tries=tries, now=now, chance=chance, retry_after=outcome.retry_after)
    mine = Delivery.objects.filter(pk=delivery_id, tries=tries, state=State.WAITING.value)
    if again is not None and not gone:
        mine.update(**told, next_try_at=again, held_until=None)
        return
    row = mine.first()
    if row is None:
        return
    mine.update(**told, state=State.DEAD.value, settled_at=now, next_try_at=None, held_until=None)
    if gone:
        _switch_off(endpoint_id, OffReason.GONE, Q(), now)
    else:
        nothing_since = Q(last_success_at=None) | Q(last_success_at__lt=row.first_tried_at)
        _switch_off(endpoint_id, OffReason.FAILING, nothing_since, now)


def _switch_off(endpoint_id: int, reason: OffReason, only_if: Q, now: datetime) -> None:
    """Switch it off, unless it is, and tell who made it (or, if they have left, everybody) by a task."""
    on = Endpoint.objects.filter(only_if, pk=endpoint_id, off_reason="", deleted_at=None)
    if not on.update(off_reason=reason.value, off_at=now):
        return
    row = Endpoint.objects.get(pk=endpoint_id)
    still_here = {member.id for member in team.members() if member.active}
    with translation.override(row.language):
        work.create_task(
            title=_title(reason) % {"host": urlsplit(row.url).hostname},
            due_at=now + DUE_IN,
            created_by=None,
            assignee_id=row.created_by if row.created_by in still_here else None,
            now=now,
        )


def _title(reason: OffReason) -> str:
    if reason is OffReason.GONE:
        return _(
            "%(host)s wants no more webhooks (it answers 410). Delete the webhook, or put it right and "
            "switch it on again: Connections, Webhooks."
        )
    return _(
        "No webhook has reached %(host)s for a day, so nothing more is sent there. Put it right and switch "
        "it on again: Connections, Webhooks."
    )
