"""The loyalty app."""

from __future__ import annotations

from django.apps import AppConfig

from regulars.kit import schedules


class LoyaltyConfig(AppConfig):
    name = "regulars.loyalty"

    def ready(self) -> None:
        from regulars.customers.registry import register_merge_step, register_reference
        from regulars.events import registry
        from regulars.loyalty import conditions, personal, services
        from regulars.loyalty import registry as ours
        from regulars.loyalty.handlers import CONSUMERS
        from regulars.loyalty.queries.conditions import conditions_kept
        from regulars.loyalty.services.letters import Letters
        from regulars.loyalty.tasks import SCHEDULES
        from regulars.loyalty.types import EVENT_TYPES
        from regulars.segments.registry import register_conditions

        personal.declare()
        conditions.register()
        registry.register(*EVENT_TYPES)
        for consumer in CONSUMERS:
            registry.register_consumer(consumer)
        register_reference(
            "points",
            "SELECT 1 FROM loyalty_wallet AS w WHERE w.profile_id = p.id"
            " UNION ALL SELECT 1 FROM loyalty_spendingcode AS c WHERE c.profile_id = p.id"
            " UNION ALL SELECT 1 FROM loyalty_usedqr AS q WHERE q.profile_id = p.id"
            " UNION ALL SELECT 1 FROM loyalty_earnedorder AS e WHERE e.profile_id = p.id",
        )
        register_reference(
            "rewards",
            "SELECT 1 FROM loyalty_grant AS g WHERE g.profile_id = p.id"
            " UNION ALL SELECT 1 FROM loyalty_rewardorder AS o WHERE o.profile_id = p.id",
        )
        register_reference(
            "referrals",
            "SELECT 1 FROM loyalty_referralcode AS c WHERE c.profile_id = p.id"
            " UNION ALL SELECT 1 FROM loyalty_friendreferral AS r WHERE r.referrer_id = p.id"
            " UNION ALL SELECT 1 FROM loyalty_friendreferral AS f WHERE f.friend_id = p.id",
        )
        register_reference("personal_days", "SELECT 1 FROM loyalty_dayturn AS t WHERE t.profile_id = p.id")
        register_reference(
            "challenges",
            "SELECT 1 FROM loyalty_stamp AS s WHERE s.profile_id = p.id"
            " UNION ALL SELECT 1 FROM loyalty_challengereached AS r WHERE r.profile_id = p.id",
        )
        register_conditions("the programme", conditions_kept)
        register_merge_step("loyalty.tiers", services.tiers_of_moved)
        register_merge_step("loyalty.challenges", services.progress_of_moved)
        ours.register_sender(Letters())
        for schedule in SCHEDULES:
            schedules.register(schedule)
