"""Sending again by hand."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.team import services as team
from regulars.team.types import Action
from regulars.webhooks.errors import WebhookProblem
from regulars.webhooks.models import Delivery, Endpoint
from regulars.webhooks.services import jobs
from regulars.webhooks.types import State

PORTION = 5_000
"""Rows changed in one transaction."""
RESENT_MAX = 100_000
"""At one press of the button; who has more presses again."""


@transaction.atomic
def resend(*, endpoint_id: int, delivery_id: int, user_id: int | None, now: datetime) -> None:
    """Send this one again as soon as may be, under the same id: delivered, given up or waiting alike.

    Raises WebhookProblem for one that is not there any more, or whose endpoint is off.
    """
    _check_on(endpoint_id)
    rows = Delivery.objects.filter(pk=delivery_id, endpoint_id=endpoint_id)
    if not rows.update(**_anew(now)):
        raise WebhookProblem(_("This delivery is no longer kept."), code="no_such_delivery")
    _log(endpoint_id, 1, user_id, now)
    jobs.wake()


def resend_dead(*, endpoint_id: int, user_id: int | None, now: datetime) -> int:
    """Send all again that were given up, the oldest first; gives how many, at most RESENT_MAX."""
    _check_on(endpoint_id)
    dead = Delivery.objects.filter(endpoint_id=endpoint_id, state=State.DEAD.value, settled_at__lte=now)
    done = 0
    while done < RESENT_MAX:
        with transaction.atomic():
            portion = dead.order_by("created_at", "id").values("id")[:PORTION]
            count = dead.filter(id__in=portion).update(**_anew(now))
            if not count:
                break
            jobs.wake()
        done += count
    if done:
        _log(endpoint_id, done, user_id, now)
    return done


def _anew(now: datetime) -> dict[str, object]:
    return {
        "state": State.WAITING.value,
        "tries": 0,
        "next_try_at": now,
        "first_tried_at": None,
        "settled_at": None,
    }


def _check_on(endpoint_id: int) -> None:
    if not Endpoint.objects.filter(pk=endpoint_id, deleted_at=None, off_reason="").exists():
        raise WebhookProblem(_("This webhook is off. Switch it on first."), code="off")


def _log(endpoint_id: int, rows: int, user_id: int | None, now: datetime) -> None:
    team.log(
        user_id=user_id,
        action=Action.WEBHOOK_RESENT,
        now=now,
        subject=f"webhook:{endpoint_id}",
        details={"rows": rows},
    )
