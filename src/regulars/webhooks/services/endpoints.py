"""Making, changing and switching endpoints."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from regulars.kit import outgoing, sealing
from regulars.kit.outgoing import OutgoingError
from regulars.team import services as team
from regulars.team.types import Action
from regulars.webhooks import rules
from regulars.webhooks.errors import NoSuchEndpoint, WebhookProblem
from regulars.webhooks.models import Delivery, Endpoint
from regulars.webhooks.services import jobs
from regulars.webhooks.services.lines import line_up_test
from regulars.webhooks.types import (
    ENDPOINTS_MAX,
    OFFERED_NAMES,
    URL_CHARACTERS_MAX,
    NewEndpoint,
    OffReason,
    State,
)

SEALED_FOR = "webhooks"
BOTH_SECRETS_FOR = timedelta(hours=24)
"""So long a receiver has time to take up the new secret."""
PORTION = 5_000
"""Rows changed in one transaction."""


def create_endpoint(*, url: str, events: Collection[str], user_id: int | None, now: datetime) -> NewEndpoint:
    """Have this address told of these events from now on. The secret is given here and never again.

    Raises WebhookProblem or OutgoingError for an address that may not be sent to, or no events.
    """
    url = url.strip()
    _check(url, events)
    secret = rules.secret_of(secrets.token_bytes(rules.SECRET_BYTES))
    with transaction.atomic():
        # Two at once could make one too many; that does no harm.
        if Endpoint.objects.filter(deleted_at=None).count() >= ENDPOINTS_MAX:
            raise WebhookProblem(
                _("There are %(most)s webhooks already. Delete one that is no longer needed.")
                % {"most": ENDPOINTS_MAX},
                code="too_many",
            )
        row = Endpoint.objects.create(
            url=url,
            events=sorted(events),
            secret=sealing.seal(secret, purpose=SEALED_FOR),
            language=get_language() or settings.LANGUAGE_CODE,
            created_by=user_id,
            created_at=now,
        )
        _log(Action.WEBHOOK_MADE, row.pk, user_id, now)
    return NewEndpoint(row.pk, secret)


def change_endpoint(
    *, endpoint_id: int, url: str, events: Collection[str], user_id: int | None, now: datetime
) -> None:
    """Tell another address, or of other events; what is in line goes to the new address too."""
    url = url.strip()
    _check(url, events)
    with transaction.atomic():
        _update(endpoint_id, url=url, events=sorted(events))
        _log(Action.WEBHOOK_CHANGED, endpoint_id, user_id, now)


@transaction.atomic
def change_secret(*, endpoint_id: int, user_id: int | None, now: datetime) -> str:
    """A new secret, given here and never again. For a day messages are signed with the one before, too."""
    secret = rules.secret_of(secrets.token_bytes(rules.SECRET_BYTES))
    _update(
        endpoint_id,
        old_secret=F("secret"),
        secret=sealing.seal(secret, purpose=SEALED_FOR),
        old_secret_until=now + BOTH_SECRETS_FOR,
    )
    _log(Action.WEBHOOK_SECRET_MADE, endpoint_id, user_id, now)
    return secret


@transaction.atomic
def switch_off(*, endpoint_id: int, user_id: int | None, now: datetime) -> None:
    """Send it nothing for the time being. What happens is kept, and sent once it is on again."""
    _update(endpoint_id, only={"off_reason": ""}, off_reason=OffReason.BY_HAND.value, off_at=now)
    _log(Action.WEBHOOK_CHANGED, endpoint_id, user_id, now)


def switch_on(*, endpoint_id: int, send_waiting: bool, user_id: int | None, now: datetime) -> None:
    """Send again: also what waited meanwhile, or only what happens from now on."""
    if not send_waiting:
        _skip_waiting(endpoint_id, now)
    with transaction.atomic():
        _update(endpoint_id, off_reason="", off_at=None, failing_since=None, last_code="")
        if send_waiting:
            waiting = Delivery.objects.filter(endpoint_id=endpoint_id, state=State.WAITING.value)
            first = waiting.order_by("next_try_at", "id").values("id")[:PORTION]
            waiting.filter(id__in=first).update(tries=0, next_try_at=now)
        _log(Action.WEBHOOK_CHANGED, endpoint_id, user_id, now)
        jobs.wake()


@transaction.atomic
def delete_endpoint(*, endpoint_id: int, user_id: int | None, now: datetime) -> None:
    """Tell it nothing more, and forget its secret at once; its deliveries are removed bit by bit."""
    _update(endpoint_id, deleted_at=now, secret="", old_secret="", old_secret_until=None)
    _log(Action.WEBHOOK_DELETED, endpoint_id, user_id, now)


@transaction.atomic
def send_test(*, endpoint_id: int, now: datetime) -> int:
    """Have a test sent; gives the delivery's number. Raises WebhookProblem while the endpoint is off."""
    row = Endpoint.objects.filter(pk=endpoint_id, deleted_at=None).first()
    if row is None:
        raise _no_such(endpoint_id)
    if row.off_reason:
        raise WebhookProblem(_("This webhook is off. Switch it on first."), code="off")
    return line_up_test(endpoint_id=endpoint_id, now=now)


def _skip_waiting(endpoint_id: int, now: datetime) -> None:
    """Give up what waits; each may still be sent by hand."""
    waiting = Delivery.objects.filter(endpoint_id=endpoint_id, state=State.WAITING.value)
    gone = {"state": State.DEAD.value, "next_try_at": None, "held_until": None, "settled_at": now}
    while True:
        portion = waiting.order_by("next_try_at", "id").values("id")[:PORTION]
        if not waiting.filter(id__in=portion).update(**gone, code="skipped"):
            return


def _check(url: str, events: Collection[str]) -> None:
    if not events or not OFFERED_NAMES.issuperset(events):
        raise WebhookProblem(_("Choose at least one event."), code="no_events")
    if len(url) > URL_CHARACTERS_MAX:
        raise WebhookProblem(_("The address is too long."), code="bad_address")
    try:
        outgoing.check_target(url, allow=outgoing.networks(settings.OUTGOING_ALLOW))
    except OutgoingError as error:
        if error.code != "bad_address":
            raise
        raise WebhookProblem(
            _("Write the address as https://host/path, without a password in it."), code="bad_address"
        ) from error


def _update(endpoint_id: int, *, only: dict[str, str] | None = None, **values: object) -> None:
    rows = Endpoint.objects.filter(pk=endpoint_id, deleted_at=None)
    if not rows.exists():
        raise _no_such(endpoint_id)
    rows.filter(**(only or {})).update(**values)


def _log(action: Action, endpoint_id: int, user_id: int | None, now: datetime) -> None:
    team.log(user_id=user_id, action=action, now=now, subject=f"webhook:{endpoint_id}")


def _no_such(endpoint_id: int) -> NoSuchEndpoint:
    return NoSuchEndpoint(_("There is no webhook number %(id)s.") % {"id": endpoint_id})
