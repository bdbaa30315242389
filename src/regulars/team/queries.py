"""Reading the team."""

from __future__ import annotations

from regulars.team.models import Shop, User
from regulars.team.rules import permissions_of
from regulars.team.types import Permission, Role, ShopProfile, Trade


def has_owner() -> bool:
    """Whether somebody can sign in as an owner yet."""
    return User.objects.filter(groups__name=Role.OWNER.value, is_active=True).exists()


def user_permissions(user_id: int) -> frozenset[Permission]:
    """What somebody may see and do by all their roles; nothing once they were shut out."""
    names = User.objects.filter(pk=user_id, is_active=True).values_list("groups__name", flat=True)
    return permissions_of(Role(name) for name in names if name is not None)


def shop() -> ShopProfile:
    """What the owner said of the shop, or the defaults."""
    row = Shop.objects.first()
    if row is None:
        return ShopProfile()
    return ShopProfile(
        name=row.name,
        timezone=row.timezone,
        currency=row.currency,
        margin=row.margin,
        trade=Trade(row.trade),
        return_window_days=row.return_window_days,
        set_up_at=row.set_up_at,
    )
