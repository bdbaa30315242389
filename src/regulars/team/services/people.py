"""Who is of the team, in which role, and what people say of themselves."""

from __future__ import annotations

from datetime import datetime

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from regulars.team import locks
from regulars.team.errors import EmailTaken, LastOwner, NotOneself, UnknownUser
from regulars.team.models import User
from regulars.team.rules import fold_email
from regulars.team.services.audit_log import log
from regulars.team.types import Action, Role


@transaction.atomic
def create_owner(
    *,
    email: str,
    password: str,
    now: datetime,
    name: str = "",
    language: str = "ru",
    made_up: bool = False,
) -> User:
    """Let somebody in as an owner of the shop. Raises EmailTaken.

    `made_up`: the password was made up by the installation, and the setting up asks for another.
    """
    return create_user(
        email=email,
        password=password,
        name=name,
        language=language,
        role=Role.OWNER,
        now=now,
        made_up=made_up,
    )


@transaction.atomic
def create_user(
    *,
    email: str,
    password: str,
    name: str,
    language: str,
    role: Role,
    now: datetime,
    made_up: bool = False,
) -> User:
    """Somebody new. Raises EmailTaken."""
    user = User(
        email=fold_email(email),
        password=make_password(password),
        name=name.strip(),
        language=language,
        created_at=now,
        made_up_password=made_up,
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise email_taken(user.email) from error
    user.groups.add(_group(role))
    return user


def email_taken(email: str) -> EmailTaken:
    """The refusal of an address that is in use."""
    return EmailTaken(
        _("Somebody signs in with %(email)s already. Choose another address.") % {"email": email}
    )


@transaction.atomic
def set_role(*, user_id: int, role: Role, by: int, now: datetime) -> None:
    """Give somebody another role; what it allows holds from their next page on.

    Raises LastOwner, UnknownUser.
    """
    locks.team()
    user = _locked(user_id)
    had = set(user.groups.values_list("name", flat=True))
    if had == {role.value}:
        return
    if role is not Role.OWNER:
        _keep_an_owner(user)
    user.groups.set([_group(role)])
    details = {"role": role.value, "was": sorted(had)}
    log(user_id=by, action=Action.USER_CHANGED, now=now, subject=f"user:{user_id}", details=details)


@transaction.atomic
def shut_out(*, user_id: int, by: int, now: datetime) -> None:
    """Somebody signs in no more, and their sessions end at once. What they did and wrote stays.

    Raises LastOwner, NotOneself, UnknownUser.
    """
    if user_id == by:
        raise NotOneself(_("You cannot shut yourself out. Another owner can."))
    locks.team()
    user = _locked(user_id)
    if not user.is_active:
        return
    _keep_an_owner(user)
    User.objects.filter(pk=user_id).update(is_active=False, session_number=F("session_number") + 1)
    log(user_id=by, action=Action.USER_SHUT_OUT, now=now, subject=f"user:{user_id}")


@transaction.atomic
def let_in(*, user_id: int, by: int, now: datetime) -> None:
    """Somebody who was shut out may sign in again, in the role they had. Raises UnknownUser."""
    _locked(user_id)
    if User.objects.filter(pk=user_id, is_active=False).update(is_active=True):
        log(user_id=by, action=Action.USER_LET_IN, now=now, subject=f"user:{user_id}")


@transaction.atomic
def save_self(
    *, user_id: int, now: datetime, name: str, language: str | None = None, email: str | None = None
) -> None:
    """What somebody says of themselves; None leaves as it is. Raises EmailTaken."""
    values = {"name": name.strip(), "language": language, "email": email and fold_email(email)}
    before = User.objects.select_for_update().filter(pk=user_id).values(*values).get()
    changed = {field: value for field, value in values.items() if value not in (None, before[field])}
    if not changed:
        return
    try:
        with transaction.atomic():
            User.objects.filter(pk=user_id).update(**changed)
    except IntegrityError as error:
        raise email_taken(str(values["email"])) from error
    details = {"fields": sorted(changed)}
    log(user_id=user_id, action=Action.USER_CHANGED, now=now, subject=f"user:{user_id}", details=details)


@transaction.atomic
def remove_second_step(*, user_id: int, by: int | None, now: datetime) -> bool:
    """Let somebody who lost their telephone sign in by password alone; whether there was a second step."""
    _locked(user_id)
    gone, _counts = Authenticator.objects.filter(user_id=user_id).delete()
    if gone:
        log(user_id=by, action=Action.SECOND_STEP_OFF, now=now, subject=f"user:{user_id}")
    return bool(gone)


def log_failed_sign_in(*, email: str, now: datetime) -> None:
    """Note a wrong password. The address stays out of the log: whose it is says the number, if anybody's."""
    found = User.objects.filter(email=fold_email(email)).values_list("pk", flat=True).first()
    log(
        user_id=None,
        action=Action.SIGN_IN_FAILED,
        now=now,
        subject="" if found is None else f"user:{found}",
    )


def _group(role: Role) -> Group:
    return Group.objects.get_or_create(name=role.value)[0]


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id).first()
    if user is None:
        raise UnknownUser(_("There is nobody of this number in the team any more."))
    return user


def _keep_an_owner(user: User) -> None:
    """Refuse to lose the last active owner; the team is locked, so nobody else goes meanwhile."""
    owners = User.objects.filter(groups__name=Role.OWNER.value, is_active=True)
    if owners.filter(pk=user.pk).exists() and not owners.exclude(pk=user.pk).exists():
        raise LastOwner(
            _("%(name)s is the only owner left. Make somebody else an owner first.")
            % {"name": user.get_full_name()}
        )
