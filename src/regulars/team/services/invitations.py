"""Inviting colleagues: a link that is handed over by hand as long as no mail is set up."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.team import locks
from regulars.team.errors import LinkSpent, ShutOut
from regulars.team.models import Invitation, User
from regulars.team.rules import INVITATION_LASTS, fold_email, hash_token
from regulars.team.services.audit_log import log
from regulars.team.services.people import create_user, email_taken
from regulars.team.types import Action, NewLink, Role

TOKEN_BYTES = 32  # 256 random bits: nobody guesses it, and nobody need be slowed down


@transaction.atomic
def invite(*, email: str, role: Role, by: int, now: datetime) -> NewLink:
    """A link by which the owner of the address comes in; one made for it earlier leads nowhere now.

    Raises EmailTaken, ShutOut.
    """
    address = fold_email(email)
    locks.team()
    known = User.objects.filter(email=address).first()
    if known is not None:
        if known.is_active:
            raise email_taken(address)
        raise ShutOut(
            _("%(email)s was of the team and is shut out. Let them in again on their page.")
            % {"email": address}
        )
    Invitation.objects.filter(email=address, accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = Invitation.objects.create(
        email=address,
        role=role.value,
        token_hash=hash_token(token),
        invited_by_id=by,
        invited_at=now,
        expires_at=now + INVITATION_LASTS,
    )
    details = {"role": role.value}
    log(user_id=by, action=Action.USER_INVITED, now=now, subject=f"invitation:{made.pk}", details=details)
    return NewLink(token=token, expires_at=made.expires_at)


@transaction.atomic
def withdraw(*, invitation_id: int, by: int, now: datetime) -> bool:
    """Make the link lead nowhere; whether there was one that still led somewhere."""
    open_ = Invitation.objects.filter(pk=invitation_id, accepted_at=None, withdrawn_at=None)
    if not open_.update(withdrawn_at=now):
        return False
    log(user_id=by, action=Action.INVITATION_WITHDRAWN, now=now, subject=f"invitation:{invitation_id}")
    return True


@transaction.atomic
def accept(*, token: str, name: str, password: str, language: str, now: datetime) -> User:
    """Come in by the link, once. Raises LinkSpent, EmailTaken."""
    rows = Invitation.objects.filter(
        token_hash=hash_token(token), accepted_at=None, withdrawn_at=None, expires_at__gt=now
    )
    # The row is locked: of two who come by the same link at once the second finds it accepted.
    found = rows.select_for_update().first()
    if found is None or not rows.filter(pk=found.pk).update(accepted_at=now):
        raise LinkSpent(_("This invitation was used, withdrawn or has expired. Ask for a new one."))
    user = create_user(
        email=found.email,
        password=password,
        name=name,
        language=language,
        role=Role(found.role),
        now=now,
    )
    log(user_id=user.pk, action=Action.USER_JOINED, now=now, subject=f"user:{user.pk}")
    return user
