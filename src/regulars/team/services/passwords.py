"""Passwords: changed by oneself, or set anew by a link."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _

from regulars.team.errors import LinkSpent, ShutOut, UnknownUser
from regulars.team.models import PasswordLink, User
from regulars.team.rules import PASSWORD_LINK_LASTS, hash_token
from regulars.team.services.audit_log import log
from regulars.team.services.invitations import TOKEN_BYTES
from regulars.team.types import Action, NewLink


@transaction.atomic
def set_password(*, user_id: int, password: str, now: datetime) -> str:
    """A new password; every session of this person ends, and links to set one lead nowhere. Gives its hash.

    Whether the password is a good one has been checked.
    """
    stored = make_password(password)
    User.objects.filter(pk=user_id).update(password=stored, made_up_password=False)
    _withdraw(user_id, now)
    log(user_id=user_id, action=Action.PASSWORD_CHANGED, now=now, subject=f"user:{user_id}")
    return stored


@transaction.atomic
def make_password_link(*, user_id: int, by: int | None, now: datetime) -> NewLink:
    """A link by which somebody sets a new password; an earlier one leads nowhere now.

    `by` is None on the command line. Raises ShutOut, UnknownUser.
    """
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise UnknownUser(_("There is nobody of this number in the team any more."))
    if not user.is_active:
        raise ShutOut(_("%(name)s is shut out. Let them in first.") % {"name": user.get_full_name()})
    _withdraw(user_id, now)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = PasswordLink.objects.create(
        user_id=user_id,
        token_hash=hash_token(token),
        made_by_id=by,
        made_at=now,
        expires_at=now + PASSWORD_LINK_LASTS,
    )
    log(user_id=by, action=Action.PASSWORD_LINK_MADE, now=now, subject=f"user:{user_id}")
    return NewLink(token=token, expires_at=made.expires_at)


@transaction.atomic
def use_password_link(*, token: str, password: str, now: datetime) -> User:
    """Set a new password by the link, once. Raises LinkSpent."""
    rows = PasswordLink.objects.filter(
        token_hash=hash_token(token),
        used_at=None,
        withdrawn_at=None,
        expires_at__gt=now,
        user__is_active=True,
    )
    found = rows.select_for_update(of=("self",)).first()
    if found is None or not rows.filter(pk=found.pk).update(used_at=now):
        raise LinkSpent(_("This link was used, replaced by a newer one or has expired. Ask for a new one."))
    set_password(user_id=found.user_id, password=password, now=now)
    return User.objects.get(pk=found.user_id)


def _withdraw(user_id: int, now: datetime) -> None:
    PasswordLink.objects.filter(user_id=user_id, used_at=None, withdrawn_at=None).update(withdrawn_at=now)
