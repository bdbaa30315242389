"""Sending codes that wait, each handed over at most once until it is said that it was not taken.

A mail server may take a letter and be slow to say so (RFC 5321, 4.5.3.2.6: up to ten minutes), or never say
so: whoever tries again then sends a copy. So a code is claimed right before there is no way back, and only a
clear refusal lets go of it. The job stays a few seconds for the answer; later ones are waited for beside
the jobs, which schedules need.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, wait
from datetime import datetime
from functools import partial

from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector

from regulars.commerce import queries as commerce
from regulars.customers import queries as customers
from regulars.kit import sql
from regulars.kit.sealing import signing_key, unseal
from regulars.loyalty import registry
from regulars.loyalty.models import SpendingCode
from regulars.loyalty.registry import CannotSend, Unanswered, Unsendable
from regulars.loyalty.rules import codes
from regulars.loyalty.services.codes import NEWEST, PURPOSE, SEND
from regulars.team import queries as team

ANSWER_SECONDS = 5.0
"""So long the job waits for the answer."""
AGAIN_SECONDS = 5
"""Between two tries."""

_log = logging.getLogger(__name__)


class _Claimed(Exception):
    """Another worker hands it over, or has done so."""


def deliver_code(*, code_id: int, now: datetime) -> bool:
    """Send a code that waits; says whether it was handed over.

    One that opens nothing any more is not sent: it is over, or a newer one was made meanwhile. Nothing is
    locked meanwhile. A worker that dies while it waits for the answer leaves the code as sent: the customer
    asks for another rather than getting two.

    Raises CannotSend, to be tried again; Unsendable; Unanswered.
    """
    row = SpendingCode.objects.filter(pk=code_id, sent_at=None, used_at=None, expires_at__gt=now).first()
    if row is None or not row.sealed:
        return False
    person_id = customers.profiles([row.profile_id])[row.profile_id].person_id
    if sql.value(NEWEST, {"person_id": person_id}) != row.pk:
        return False
    sender = registry.sender(row.channel)
    contacts = customers.contacts([person_id]).get(person_id)
    address = sender.address(contacts) if contacts else ""
    if not address:
        return False
    try:
        answer = sender.send(_message(row, address), partial(_claim, code_id, now))
    except _Claimed:
        return False
    if wait([answer], timeout=ANSWER_SECONDS).done:
        _note(code_id, answer)
    else:
        answer.add_done_callback(partial(_note_late, code_id))
    return True


def _message(row: SpendingCode, address: str) -> registry.CodeMessage:
    names = {branch.id: branch.name for branch in commerce.branches()} if row.branch_id else {}
    return registry.CodeMessage(
        id=codes.message_id(row.pk, made_at=row.made_at, key=signing_key(purpose=PURPOSE)),
        to=address,
        code=unseal(row.sealed, purpose=PURPOSE),
        points_minor=row.points_minor,
        minutes=int(codes.LASTS.total_seconds() // 60),
        shop=team.shop().name,
        branch=names.get(row.branch_id or 0, ""),
        language=row.language,
    )


def _claim(code_id: int, now: datetime) -> None:
    if not SpendingCode.objects.filter(pk=code_id, sent_at=None).update(sent_at=now):
        raise _Claimed


def _note(code_id: int, answer: Future[None]) -> None:
    """Keep what came of a code that was handed over, and raise it again where it is not good."""
    row = SpendingCode.objects.filter(pk=code_id)
    try:
        answer.result()
    except (CannotSend, Unsendable):
        row.update(sent_at=None)
        raise
    except Unanswered:
        row.update(sealed="")
        raise
    row.update(sealed="")


def _note_late(code_id: int, answer: Future[None]) -> None:
    try:
        _note(code_id, answer)
    except CannotSend:
        # The worker's own connector lives in its event loop; this is another thread.
        here = app.with_connector(DjangoConnector())
        here.configure_task(SEND, schedule_in={"seconds": AGAIN_SECONDS}).defer(code_id=code_id)
    except (Unsendable, Unanswered) as error:
        _log.warning("a code did not go out: %s", error)
