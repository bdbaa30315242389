"""The commerce app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.commerce.types import BROWSING_EVENTS, CART_EVENTS, COSTS_TABLE, FACTS, LINES_TABLE
from regulars.customers.registry import register_reference
from regulars.events import registry
from regulars.kit import lake, schedules

_LINES = """
SELECT kind, order_id, profile_id, happened_at, line, product, category, quantity, amount_minor, currency,
       channel, branch
FROM facts_order_lines
"""
_COSTS = "SELECT channel, day, cost_minor, currency FROM facts_channel_costs"


class CommerceConfig(AppConfig):
    name = "regulars.commerce"

    def ready(self) -> None:
        from regulars.commerce import personal

        personal.declare()
        registry.register(*FACTS, *CART_EVENTS, *BROWSING_EVENTS.values())
        register_reference("orders", "SELECT 1 FROM commerce_order AS o WHERE o.profile_id = p.id")
        register_reference("credits", "SELECT 1 FROM commerce_credit AS c WHERE c.profile_id = p.id")
        register_reference("carts", "SELECT 1 FROM commerce_cart AS c WHERE c.profile_id = p.id")
        lake.register(lake.LakeTable(name=LINES_TABLE, query=_LINES, moment="happened_at"))
        lake.register(lake.LakeTable(name=COSTS_TABLE, query=_COSTS, moment="day"))
        from regulars.commerce import conditions

        conditions.register()
        from regulars.commerce.tasks import SCHEDULES

        for schedule in SCHEDULES:
            schedules.register(schedule)
