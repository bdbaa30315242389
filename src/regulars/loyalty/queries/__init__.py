"""Reading the books."""

from __future__ import annotations

from regulars.loyalty.queries.adjustments import (
    adjustment,
    adjustment_limits,
    adjustments,
    adjustments_by_id,
    adjustments_waiting_of,
    count_adjustments_waiting,
)
from regulars.loyalty.queries.ahead import ahead_of
from regulars.loyalty.queries.balances import balance, balances
from regulars.loyalty.queries.challenges import badges_of, progress_of
from regulars.loyalty.queries.challenges_overview import challenges, challenges_reached, near_goal
from regulars.loyalty.queries.days_overview import days_of, days_overview
from regulars.loyalty.queries.drafts import draft
from regulars.loyalty.queries.earning import earned
from regulars.loyalty.queries.grants import (
    count_gifts_waiting,
    gifts_waiting,
    grants_by_key,
    grants_of,
    one_grant,
)
from regulars.loyalty.queries.holds import hold, hold_by_key
from regulars.loyalty.queries.journal import (
    entries_wrong,
    hold_entry,
    journal,
    journal_entries,
    journal_entries_of,
    journal_marks,
    journals,
)
from regulars.loyalty.queries.liability import cohorts, open_points, owed_minor
from regulars.loyalty.queries.lots import zones_of
from regulars.loyalty.queries.members import member, member_of_profile
from regulars.loyalty.queries.overview import activity, count_members, flows
from regulars.loyalty.queries.postings import (
    account_sheet,
    count_in_books,
    first_posting_at,
    has_begun,
    postings,
)
from regulars.loyalty.queries.programme import current, forget_versions, shop_zone, version_at, versions
from regulars.loyalty.queries.qr import customer_qr, scan_qr
from regulars.loyalty.queries.quoting import goes_by_goods, quote, quote_for, standing_discount, zone_of
from regulars.loyalty.queries.referring import (
    brought,
    brought_of,
    code_of_person,
    friends_of,
    people_named,
    referral,
    referral_link,
)
from regulars.loyalty.queries.referring_overview import referral_figures, referrals_page
from regulars.loyalty.queries.referring_terms import may_refer, terms_at
from regulars.loyalty.queries.rewards import (
    causes,
    due_attributes,
    last_reward_orders,
    reward,
    reward_codes,
    reward_figures,
    reward_order,
    reward_order_by_key,
    reward_orders_of,
    reward_orders_of_grants,
    rewards,
    rewards_for,
)
from regulars.loyalty.queries.statement import statement
from regulars.loyalty.queries.tiers import tiers_of
from regulars.loyalty.queries.tiers_overview import tier_counts, tier_people, tiers_are_being_reckoned
from regulars.loyalty.queries.verifying import checks, verify
from regulars.loyalty.queries.year import year, years_of

__all__ = [
    "account_sheet",
    "activity",
    "adjustment",
    "adjustment_limits",
    "adjustments",
    "adjustments_by_id",
    "adjustments_waiting_of",
    "ahead_of",
    "badges_of",
    "balance",
    "balances",
    "brought",
    "brought_of",
    "causes",
    "challenges",
    "challenges_reached",
    "checks",
    "code_of_person",
    "cohorts",
    "count_adjustments_waiting",
    "count_gifts_waiting",
    "count_in_books",
    "count_members",
    "current",
    "customer_qr",
    "days_of",
    "days_overview",
    "draft",
    "due_attributes",
    "earned",
    "entries_wrong",
    "first_posting_at",
    "flows",
    "forget_versions",
    "friends_of",
    "gifts_waiting",
    "goes_by_goods",
    "grants_by_key",
    "grants_of",
    "has_begun",
    "hold",
    "hold_by_key",
    "hold_entry",
    "journal",
    "journal_entries",
    "journal_entries_of",
    "journal_marks",
    "journals",
    "last_reward_orders",
    "may_refer",
    "member",
    "member_of_profile",
    "near_goal",
    "one_grant",
    "open_points",
    "owed_minor",
    "people_named",
    "postings",
    "progress_of",
    "quote",
    "quote_for",
    "referral",
    "referral_figures",
    "referral_link",
    "referrals_page",
    "reward",
    "reward_codes",
    "reward_figures",
    "reward_order",
    "reward_order_by_key",
    "reward_orders_of",
    "reward_orders_of_grants",
    "rewards",
    "rewards_for",
    "scan_qr",
    "shop_zone",
    "standing_discount",
    "statement",
    "terms_at",
    "tier_counts",
    "tier_people",
    "tiers_are_being_reckoned",
    "tiers_of",
    "verify",
    "version_at",
    "versions",
    "year",
    "years_of",
    "zone_of",
    "zones_of",
]
