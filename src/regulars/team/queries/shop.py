"""What the owner said of the shop."""

from __future__ import annotations

from regulars.team.models import Shop
from regulars.team.rules import is_zone
from regulars.team.types import ShopProfile, Trade


def shop() -> ShopProfile:
    """What the owner said of the shop, or the defaults.

    A zone the tz database has dropped since is replaced by UTC: figures in another zone beat none.
    """
    row = Shop.objects.first()
    if row is None:
        return ShopProfile()
    return ShopProfile(
        name=row.name,
        timezone=row.timezone if is_zone(row.timezone) else "UTC",
        currency=row.currency,
        margin=row.margin,
        trade=Trade(row.trade),
        return_window_days=row.return_window_days,
        set_up_at=row.set_up_at,
        demo=row.demo,
    )
