"""Reading by what customers are merged, and what is nobody's own."""

from __future__ import annotations

from regulars.customers.models import BlockedIdentity, MergeRule
from regulars.customers.rules import DEFAULT_RULES
from regulars.customers.types import BlockedValue, IdentityType, Rule

BLOCKED_MAX = 1_000
"""Most values a shop can block."""


def merge_rules() -> dict[IdentityType, Rule]:
    """What sharing an identity means, by type, the strongest first: what the shop said, else the defaults."""
    said = {
        IdentityType(row.type): Rule(
            type=IdentityType(row.type),
            merges=row.merges,
            persons_max=row.persons_max,
            one_each=row.one_each,
            priority=row.priority,
        )
        for row in MergeRule.objects.all()
    }
    rules = {**DEFAULT_RULES, **said}
    return dict(sorted(rules.items(), key=lambda item: (item[1].priority, item[0].value)))


def blocked_values() -> list[BlockedValue]:
    """What the shop said is nobody's own, by type and value; what is blocked everywhere is not among it."""
    rows = BlockedIdentity.objects.order_by("type", "value")[:BLOCKED_MAX]
    return [
        BlockedValue(row.pk, IdentityType(row.type), row.value, row.created_at, row.created_by)
        for row in rows
    ]
