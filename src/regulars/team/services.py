"""Every write to the team."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.team.errors import EmailTaken
from regulars.team.models import User
from regulars.team.rules import fold_email
from regulars.team.types import Role


@transaction.atomic
def create_owner(*, email: str, password: str, now: datetime, name: str = "", language: str = "ru") -> User:
    """Let somebody in as an owner of the shop. Raises EmailTaken."""
    user = User(
        email=fold_email(email),
        password=make_password(password),
        name=name,
        language=language,
        created_at=now,
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise EmailTaken(
            _("Somebody signs in with %(email)s already. Choose another address.") % {"email": user.email}
        ) from error
    user.groups.add(_group(Role.OWNER))
    return user


def _group(role: Role) -> Group:
    return Group.objects.get_or_create(name=role.value)[0]
