"""What the simulator refuses."""

from __future__ import annotations

from regulars.kit.errors import Conflict


class ShopNotEmpty(Conflict):
    """There are customers or orders already; made-up ones are never mixed with real ones."""

    code = "shop_not_empty"
