"""What stands beside a customer's story: what they are like, who looks after them, what they agreed to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.console.access import may, user_id_of
from regulars.console.task_forms import able
from regulars.console.voice import Voice
from regulars.console.wording import consents as wording
from regulars.console.wording.attributes import known
from regulars.console.zones import find
from regulars.customers import queries as customers
from regulars.customers.models import Merge
from regulars.customers.types import MARKETING, NewConsent, PersonAttribute, PersonRow
from regulars.kit.errors import RegularsError
from regulars.segments import queries as segments
from regulars.team.types import Member, Permission

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


def attributes_part(found: PersonRow, speak: Voice) -> dict[str, Any]:
    """What is known of a customer, and what the form asks."""
    attributes = [known(one, speak) for one in customers.attributes_of_person(found.id)]
    return {"attributes": attributes, "known": [one for one in attributes if one.shown or one.remark]}


def manager_part(request: HttpRequest, found: PersonRow, members: Sequence[Member]) -> dict[str, Any]:
    """Who looks after a customer, and who could."""
    manager = customers.managers_of([found.id]).get(found.id)
    choices = [(member.id, member.called) for member in able(members)]
    names = {member.id: member.called for member in members}
    if manager is not None and manager not in dict(choices):
        choices.append((manager, names.get(manager, _("somebody who is no longer here"))))
    return {
        "manager": dict(choices).get(manager, "") if manager is not None else "",
        "manager_id": manager,
        "manager_is_me": manager == user_id_of(request),
        "managers": choices,
    }


def merges_part(request: HttpRequest, found: PersonRow) -> dict[str, Any]:
    """Whether the card was put together of several, for those who may part it again."""
    asked = may(request, Permission.MERGE_CUSTOMERS)
    return {"merged": asked and Merge.objects.filter(kept_id=found.id, undone_at=None).exists()}


def segments_part(found: PersonRow, speak: Voice) -> dict[str, Any]:
    """The segments a customer is in and since when, the latest first."""
    return {
        "memberships": [
            {
                "url": reverse("segments-one", args=[one.segment_id]),
                "name": plain(one.name),
                "since": speak.day(speak.day_of(one.since)),
            }
            for one in segments.segments_of(found.id)
        ]
    }


def changes_of(form: QueryDict, attributes: Sequence[PersonAttribute], speak: Voice) -> dict[str, str]:
    """What the form gives another value than it showed: what somebody else changed meanwhile stays."""
    changed = {}
    for attribute in attributes:
        value = form.get(f"value-{attribute.key}")
        if value is not None and value.strip() != form.get(f"was-{attribute.key}", "").strip():
            changed[attribute.key] = value.strip()
    if zone := find(changed.get("timezone", "")):
        changed["timezone"] = zone  # people write the city
    return changed


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
