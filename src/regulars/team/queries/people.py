"""Who is of the team, and what links still lead somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from regulars.team.models import Invitation, PasswordLink, User
from regulars.team.rules import fold_email, hash_token, permissions_of
from regulars.team.types import Member, OpenInvitation, Permission, Role


def has_owner() -> bool:
    """Whether somebody can sign in as an owner yet."""
    return User.objects.filter(groups__name=Role.OWNER.value, is_active=True).exists()


def user_permissions(user_id: int) -> frozenset[Permission]:
    """What somebody may see and do by all their roles; nothing once they were shut out."""
    names = User.objects.filter(pk=user_id, is_active=True).values_list("groups__name", flat=True)
    return permissions_of(Role(name) for name in names if name is not None)


def user_names(user_ids: Iterable[int]) -> Mapping[int, str]:
    """What to call these people: the name, or the address as long as there is none."""
    rows = User.objects.filter(pk__in=set(user_ids)).values_list("pk", "name", "email")
    return {pk: name or email for pk, name, email in rows}


def members() -> list[Member]:
    """Everybody, those who were shut out last; within that by name."""
    return sorted(map(_member, _people()), key=lambda m: (not m.active, m.called.casefold(), m.id))


def member(user_id: int) -> Member | None:
    """One of them."""
    found = _people().filter(pk=user_id).first()
    return None if found is None else _member(found)


def who_may(permission: Permission) -> list[Member]:
    """Those who may do this, such as do tasks, by name."""
    return [m for m in members() if m.active and m.role and permission in permissions_of([m.role])]


def user_id_of(email: str) -> int | None:
    """Whose address it is."""
    return User.objects.filter(email=fold_email(email)).values_list("pk", flat=True).first()


def open_invitations() -> list[OpenInvitation]:
    """Invitations nobody has taken up, the newest first; those that have expired as well."""
    rows = Invitation.objects.filter(accepted_at=None, withdrawn_at=None).order_by("-invited_at", "-pk")
    return [_invitation(row) for row in rows]


def invitation_of(token: str, now: datetime) -> OpenInvitation | None:
    """The invitation behind a link, if the link still leads somewhere."""
    row = Invitation.objects.filter(
        token_hash=hash_token(token), accepted_at=None, withdrawn_at=None, expires_at__gt=now
    ).first()
    return None if row is None else _invitation(row)


def password_link_of(token: str, now: datetime) -> Member | None:
    """Whose password the link sets, if it still leads somewhere."""
    row = PasswordLink.objects.filter(
        token_hash=hash_token(token),
        used_at=None,
        withdrawn_at=None,
        expires_at__gt=now,
        user__is_active=True,
    ).first()
    return None if row is None else member(row.user_id)


def _people() -> QuerySet[User]:
    groups = User.groups.through.objects.filter(user_id=OuterRef("pk")).order_by("group_id")
    return User.objects.annotate(
        role=Subquery(groups.values("group__name")[:1]),
        second_step=Exists(
            Authenticator.objects.filter(user_id=OuterRef("pk"), type=Authenticator.Type.TOTP)
        ),
    )


def _member(user: User) -> Member:
    role: str | None = user.role  # type: ignore[attr-defined]
    return Member(
        id=user.pk,
        email=user.email,
        name=user.name,
        role=None if role is None else Role(role),
        active=user.is_active,
        second_step=user.second_step,  # type: ignore[attr-defined]
        created_at=user.created_at,
        last_seen_at=user.last_login,
    )


def _invitation(row: Invitation) -> OpenInvitation:
    return OpenInvitation(
        id=row.pk,
        email=row.email,
        role=Role(row.role),
        invited_at=row.invited_at,
        expires_at=row.expires_at,
    )
