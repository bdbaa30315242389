"""What the books keep of customers: they stay when somebody is erased, without a word about them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from regulars.kit import personal
from regulars.kit.personal import Table, Told

_OF_PROFILES = "t.profile_id = ANY(%(profiles)s)"
_POINTS = "t.points_minor / 100.0"
_TIER = """
(SELECT l ->> 'name'
 FROM loyalty_programmeversion AS v, jsonb_array_elements(v.document -> 'tiers' -> 'levels') AS l
 WHERE l ->> 'key' = t.tier ORDER BY v.since DESC LIMIT 1)
"""

ADJUSTMENTS = Table(
    name="loyalty_adjustment",
    label=_("Points given and taken by hand"),
    whose=_OF_PROFILES,
    tells={
        "asked_at": Told(_("When"), "t.asked_at"),
        "points": Told(_("Points"), _POINTS),
        "reason": Told(_("Why"), "t.reason"),
    },
    personal=("reason",),
    free=("key", "currency", "state"),
    blank={"reason": "''"},
    order="t.id DESC",
)
HOLDS = Table(
    name="loyalty_hold",
    label=_("Points spent on orders"),
    whose=_OF_PROFILES,
    tells={
        "at": Told(_("When"), "t.at"),
        "points": Told(_("Points"), "t.spent_minor / 100.0"),
        "order": Told(_("Order"), "t.order_id"),
    },
    free=("key", "currency", "state", "order_source", "order_id"),
    order="t.id DESC",
)

ENTRIES = Table(
    name="loyalty_journalentry",
    label=_("What tills wrote down while they were cut off"),
    whose=_OF_PROFILES,
    tells={
        "at": Told(_("When"), "t.at"),
        "kind": Told(_("What"), "t.kind"),
        "state": Told(_("Outcome"), "t.state"),
    },
    free=("kind", "key", "digest", "body", "state", "outcome"),
    order="t.id DESC",
)

GRANTS = Table(
    name="loyalty_grant",
    label=_("What was given to you"),
    whose=_OF_PROFILES,
    tells={
        "given_at": Told(_("When"), "t.given_at"),
        "name": Told(_("What for"), "t.name"),
        "state": Told(_("Outcome"), "t.state"),
    },
    free=("key", "mechanic", "part", "name", "kind", "benefit", "state"),
    order="t.id DESC",
)
REWARD_ORDERS = Table(
    name="loyalty_rewardorder",
    label=_("Rewards taken for points"),
    whose=_OF_PROFILES,
    tells={
        "at": Told(_("When"), "t.at"),
        "reward": Told(_("What"), "(SELECT r.name FROM loyalty_reward AS r WHERE r.id = t.reward_id)"),
        "points": Told(_("Points"), _POINTS),
        "state": Told(_("Outcome"), "t.state"),
    },
    free=("key", "state"),
    order="t.id DESC",
)

CODES_FOR_FRIENDS = Table(
    name="loyalty_referralcode",
    label=_("Codes for friends"),
    whose=_OF_PROFILES,
    tells={"made_at": Told(_("When"), "t.made_at"), "code": Told(_("Code"), "t.code")},
    personal=("code",),
    remove=True,
)
REFERRALS = Table(
    name="loyalty_friendreferral",
    label=_("Friends brought"),
    whose="(t.referrer_id = ANY(%(profiles)s) OR t.friend_id = ANY(%(profiles)s))",
    tells={
        "at": Told(_("When"), "t.at"),
        "state": Told(_("Outcome"), "t.state"),
    },
    personal=("device", "network"),
    free=("source", "state", "reason"),
    blank={"device": "''", "network": "''"},
    order="t.id DESC",
)
PERSONAL_DAYS = Table(
    name="loyalty_dayturn",
    label=_("Personal days"),
    whose=_OF_PROFILES,
    tells={"day": Told(_("Day"), "t.day"), "given": Told(_("Something was given"), "t.given")},
    free=("key",),
    remove=True,
)
CHALLENGES = Table(
    name="loyalty_challengeprogress",
    label=_("Challenges"),
    whose="t.person_id = ANY(%(persons)s)",
    tells={
        "last_at": Told(_("When"), "t.last_at"),
        "done": Told(_("Done"), "t.done"),
        "reached": Told(_("Reached"), "t.reached"),
    },
    free=("challenge", "window"),
    key=("challenge", "person_id"),
    remove=True,
)

TIERS = Table(
    name="loyalty_tierstanding",
    label=_("The tier you have"),
    whose="t.person_id = ANY(%(persons)s)",
    tells={"tier": Told(_("Tier"), _TIER), "since": Told(_("Since"), "t.since")},
    key=("person_id",),
    free=("tier", "fits"),
    order="t.person_id",
)
TIERS_HELD = Table(
    name="loyalty_tierheld",
    label=_("Tiers you had before"),
    whose="t.person_id = ANY(%(persons)s)",
    tells={
        "tier": Told(_("Tier"), _TIER),
        "since": Told(_("Since"), "t.since"),
        "until": Told(_("Until"), "t.until"),
    },
    free=("tier",),
    order="t.id DESC",
)


def declare() -> None:
    """Say what is kept of customers, and what names nobody."""
    personal.register(ADJUSTMENTS, ENTRIES, HOLDS, TIERS, TIERS_HELD)
    personal.free("loyalty_programmeversion", "document")
    personal.free("loyalty_programmedraft", "document")
    personal.register(GRANTS, REWARD_ORDERS)
    personal.register(CHALLENGES)
    personal.register(CODES_FOR_FRIENDS, REFERRALS, PERSONAL_DAYS)
    personal.free("loyalty_reward", "name", "words", "kind", "state", "tiers", "due_attribute", "coupon")
    personal.free("loyalty_earnedorder", "tier", "fits", "goods", "branch", "channel", "shares")
    personal.free("loyalty_wallet", "currency")
    personal.free("loyalty_lot", "key", "order_source", "order_id", "rule")
    personal.free("loyalty_posting", "currency", "key", "cause", "from_account", "to_account")
    personal.free("loyalty_journal", "till")
    personal.free("loyalty_spendingcode", "code_hash", "channel", "language", "sealed")
    personal.free("loyalty_ledgercheck", "findings")
    personal.free("loyalty_yearreplay", "digest", "document", "state", "result", "error")
    personal.free("loyalty_stamp", "challenge")
    personal.free("loyalty_challengereached", "challenge", "window", "state")
    personal.free("loyalty_tiersweep", "meaning")
