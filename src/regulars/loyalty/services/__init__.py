"""All that changes the books."""

from __future__ import annotations

from regulars.loyalty.services.activating import set_usable
from regulars.loyalty.services.adjusting import adjust, decide_adjustment, undo_adjustment
from regulars.loyalty.services.bringing_over import bring_over, undo_openings
from regulars.loyalty.services.by_hand import REASON_CHARACTERS_MAX
from regulars.loyalty.services.catalogue import add_reward, edit_reward, set_reward_state
from regulars.loyalty.services.challenges import count_events, count_orders
from regulars.loyalty.services.challenges_progress import progress_of_moved
from regulars.loyalty.services.challenges_sweeping import count_orders_again
from regulars.loyalty.services.checking import check_books
from regulars.loyalty.services.codes import forget_codes, note_wrong_code, send_code, use_code, use_qr
from regulars.loyalty.services.day import run_day
from regulars.loyalty.services.days import give_personal_days, give_personal_days_late
from regulars.loyalty.services.delivering import deliver_code
from regulars.loyalty.services.drafts import drop_draft, keep_draft, publish_draft, restore_draft, undo_draft
from regulars.loyalty.services.extending import extend
from regulars.loyalty.services.forgetting import forget_points, forget_rewards, withdraw_version
from regulars.loyalty.services.giving_back import give_back
from regulars.loyalty.services.granting import GRANTS_MAX, grant
from regulars.loyalty.services.handing_out import (
    hand_out,
    hold_grants,
    note_coupons_returned,
    note_coupons_used,
    note_tasks_done,
    undo_hand_out,
)
from regulars.loyalty.services.holding import cancel, capture, hold, spend
from regulars.loyalty.services.journal import do_entries, do_journals, store_entries
from regulars.loyalty.services.journal_points import customer_of_entry
from regulars.loyalty.services.orders import ORDERS_MAX, settle_orders
from regulars.loyalty.services.programme import check_programme, publish
from regulars.loyalty.services.redeeming import cancel_reward, redeem
from regulars.loyalty.services.referring import (
    REFERRALS_MAX,
    decide_referral,
    refer,
    refer_all,
    referral_code,
)
from regulars.loyalty.services.referring_by_hand import refer_by_hand, undo_by_hand
from regulars.loyalty.services.referring_looking import see_to_referrals
from regulars.loyalty.services.referring_marks import mark_referrals
from regulars.loyalty.services.releasing import time_out_holds
from regulars.loyalty.services.settled_events import settled_events
from regulars.loyalty.services.settling import settle
from regulars.loyalty.services.sweeping import settle_again
from regulars.loyalty.services.taking import take
from regulars.loyalty.services.tiers import reckon_tiers
from regulars.loyalty.services.tiers_merged import tiers_of_moved
from regulars.loyalty.services.tiers_over_time import begin_sweep_of_tiers, run_tiers
from regulars.loyalty.services.withdrawing import withdraw
from regulars.loyalty.services.year import forget_years, replay_year, request_year

__all__ = [
    "GRANTS_MAX",
    "ORDERS_MAX",
    "REASON_CHARACTERS_MAX",
    "REFERRALS_MAX",
    "add_reward",
    "adjust",
    "begin_sweep_of_tiers",
    "bring_over",
    "cancel",
    "cancel_reward",
    "capture",
    "check_books",
    "check_programme",
    "count_events",
    "count_orders",
    "count_orders_again",
    "customer_of_entry",
    "decide_adjustment",
    "decide_referral",
    "deliver_code",
    "do_entries",
    "do_journals",
    "drop_draft",
    "edit_reward",
    "extend",
    "forget_codes",
    "forget_points",
    "forget_rewards",
    "forget_years",
    "give_back",
    "give_personal_days",
    "give_personal_days_late",
    "grant",
    "hand_out",
    "hold",
    "hold_grants",
    "keep_draft",
    "mark_referrals",
    "note_coupons_returned",
    "note_coupons_used",
    "note_tasks_done",
    "note_wrong_code",
    "progress_of_moved",
    "publish",
    "publish_draft",
    "reckon_tiers",
    "redeem",
    "refer",
    "refer_all",
    "refer_by_hand",
    "referral_code",
    "replay_year",
    "request_year",
    "restore_draft",
    "run_day",
    "run_tiers",
    "see_to_referrals",
    "send_code",
    "set_reward_state",
    "set_usable",
    "settle",
    "settle_again",
    "settle_orders",
    "settled_events",
    "spend",
    "store_entries",
    "take",
    "tiers_of_moved",
    "time_out_holds",
    "undo_adjustment",
    "undo_by_hand",
    "undo_draft",
    "undo_hand_out",
    "undo_openings",
    "use_code",
    "use_qr",
    "withdraw",
    "withdraw_version",
]
