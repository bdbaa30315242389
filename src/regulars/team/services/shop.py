"""What the owner says of the shop."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from regulars.team.errors import UnknownZone
from regulars.team.models import Shop
from regulars.team.rules import is_zone
from regulars.team.services.audit_log import log
from regulars.team.types import Action, ShopProfile

FIELDS = ("name", "timezone", "currency", "margin", "trade", "return_window_days")


@transaction.atomic
def save_shop(*, shop: ShopProfile, user_id: int | None, now: datetime) -> None:
    """Keep what the owner says of the shop, or with `user_id` None what comes with the demo shop.

    `shop.set_up_at` and `shop.demo` are not read: the first saving sets them. Raises UnknownZone.
    """
    if not is_zone(shop.timezone):
        raise UnknownZone(
            _("There is no time zone %(name)s. Choose one of the list, such as Europe/Moscow.")
            % {"name": shop.timezone}
        )
    values = {field: getattr(shop, field) for field in FIELDS} | {"trade": shop.trade.value}
    before = Shop.objects.select_for_update().filter(id=1).values(*FIELDS).first()
    if before is None:
        Shop.objects.get_or_create(id=1, defaults=values | {"set_up_at": now, "demo": user_id is None})
    changed = _changed(before, values)
    if changed:
        Shop.objects.filter(id=1).update(**values)
        log(user_id=user_id, action=Action.SHOP_CHANGED, now=now, details={"fields": changed})


def _changed(before: dict[str, Any] | None, values: dict[str, Any]) -> list[str]:
    return [field for field in FIELDS if before is None or before[field] != values[field]]


@transaction.atomic
def forget_demo(*, user_id: int, now: datetime) -> bool:
    """Begin with a shop of one's own: what came with the demo shop is forgotten, the setting up asks anew.

    Whether there was something to forget: what somebody said of their own shop stays. Customers and
    orders of the demo shop are taken away by the domains that hold them.
    """
    gone, _counts = Shop.objects.filter(id=1, demo=True).delete()
    if gone:
        log(user_id=user_id, action=Action.DEMO_REMOVED, now=now)
    return bool(gone)
