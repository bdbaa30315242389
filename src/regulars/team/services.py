"""Every write to the team."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from regulars.team.errors import EmailTaken
from regulars.team.models import AuditLogEntry, Shop, User
from regulars.team.rules import fold_email
from regulars.team.types import Action, Role, ShopProfile


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


@transaction.atomic
def save_shop(*, shop: ShopProfile, user_id: int | None, now: datetime) -> None:
    """Keep what the owner says of the shop; `shop.set_up_at` is not read: the first saving sets it."""
    Shop.objects.update_or_create(
        id=1,
        defaults={
            "name": shop.name,
            "timezone": shop.timezone,
            "currency": shop.currency,
            "margin": shop.margin,
            "trade": shop.trade.value,
            "return_window_days": shop.return_window_days,
        },
        create_defaults={
            "name": shop.name,
            "timezone": shop.timezone,
            "currency": shop.currency,
            "margin": shop.margin,
            "trade": shop.trade.value,
            "return_window_days": shop.return_window_days,
            "set_up_at": now,
        },
    )
    log(user_id=user_id, action=Action.SHOP_CHANGED, now=now)


def log(
    *,
    user_id: int | None,
    action: Action,
    now: datetime,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write a line of the audit log, in the transaction of what it tells of.

    `subject` as in "person:17"; `details` hold ids, counts and names of fields, never personal data.
    """
    AuditLogEntry.objects.create(
        at=now, user_id=user_id, action=action.value, subject=subject, details=dict(details or {})
    )
