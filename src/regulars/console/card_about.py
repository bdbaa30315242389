"""What stands beside a customer's story: how to reach them, what they agreed to, what they are like."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from regulars.console.access import may
from regulars.console.voice import Voice
from regulars.console.wording import consents as wording
from regulars.customers import queries as customers
from regulars.customers.types import MARKETING, NewConsent, PersonRow
from regulars.kit.errors import RegularsError
from regulars.team.types import Permission

HISTORY_SHOWN = 30
OLDEST = timedelta(days=50 * 366)
"""A consent before that is mistyped, and the edges of the calendar have no zones."""


class BadConsent(RegularsError):
    """A form for a consent that says too little or what cannot be."""

    code = "bad_consent"


def consents_part(request: HttpRequest, found: PersonRow, speak: Voice) -> dict[str, Any]:
    """What holds, how it came about, and what the form offers."""
    history = customers.consent_history(found.profile_ids)
    told = wording.told(history[:HISTORY_SHOWN], speak)
    return {
        "consents": wording.standing(history, speak),
        "consent_history": told,
        "consent_history_more": len(history) > len(told),
        "consent_proofs": may(request, Permission.SEE_CONTACTS),
        "consent_channels": wording.CHANNELS.items(),
        "today": speak.today.isoformat(),
        "earliest": (speak.today - OLDEST).isoformat(),
    }


def consent_of(form: QueryDict, profile_id: int, speak: Voice) -> NewConsent:
    """What the form says a customer agreed to or refused.

    Raises BadConsent with words for who filled it in.
    """
    answer = form.get("answer", "")
    if answer not in ("yes", "no"):
        raise BadConsent(_("Say whether the customer agreed or refused."))
    granted = answer == "yes"
    proof = form.get("proof", "").strip()
    return NewConsent(
        profile_id=profile_id,
        channel=form.get("channel", ""),
        topic=MARKETING,
        granted=granted,
        at=_said_at(form.get("day", ""), granted, speak),
        source=form.get("source", "").strip(),
        proof={"text": proof} if proof else {},
    )


def _said_at(text: str, granted: bool, speak: Voice) -> datetime:
    """Today: now. Of another day the hour is not known: a yes counts from its beginning, a no at its end, so
    that in doubt the no holds."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadConsent(_("Choose the day the customer said so.")) from None
    if day == speak.today:
        return speak.now
    if not speak.today - OLDEST <= day < speak.today:
        raise BadConsent(wording.refusal("in_future" if day > speak.today else "bad_day"))
    return datetime.combine(day, time.min if granted else time(23, 59, 59), tzinfo=speak.zone)
