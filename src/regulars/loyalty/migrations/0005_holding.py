"""Holding, capturing and cancelling: each one round trip, with the event that tells of it.

They lock the wallets first and read what is there in a later statement.
"""

from __future__ import annotations

from django.db import migrations

from regulars.loyalty.types import POINTS
from regulars.loyalty.types.events import (
    POINTS_BECAME_USABLE,
    POINTS_EXPIRED,
    POINTS_SHORT,
    POINTS_SPENT,
    SOURCE,
)

_POSTING = (
    "loyalty_posting (wallet_id, lot_id, hold_id, currency, key, cause, from_account, to_account, "
    "amount_minor, at, recorded_at)"
)
# The lists of wallets are short, which the planner cannot know: it would plan each call anew.
_QUICK = (
    "SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off "
    "SET enable_mergejoin = off"
)

# Records that a hold was captured (p_spent), and what became usable or expired on the way (points by profile).
# p_heard, p_backfill: as `events.services.heard` says. Gives the profiles it told of.
TELL = f"""
CREATE FUNCTION loyalty_tell(p_hold loyalty_hold, p_spent boolean, p_activated jsonb, p_expired jsonb,
                             p_at timestamptz, p_heard timestamptz, p_backfill boolean)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_events json;
    v_profiles bigint[];
BEGIN
    IF p_spent AND p_activated IS NULL AND p_expired IS NULL AND p_hold.short_minor = 0 THEN
        PERFORM events_record(json_build_array(json_build_object(
            'source', '{SOURCE}', 'key', 'spent:' || p_hold.id, 'class', 'fact',
            'name', '{POINTS_SPENT.name}', 'occurred_at', p_at, 'profile_id', p_hold.profile_id,
            'properties', json_build_object(
                'hold_id', p_hold.id, 'points_minor', p_hold.spent_minor, 'order', p_hold.order_id,
                'order_source', p_hold.order_source, 'branch_id', p_hold.branch_id),
            'cause_id', NULL, 'depth', 0)), p_heard, p_backfill);
        RETURN ARRAY[p_hold.profile_id];
    END IF;
    SELECT json_agg(json_build_object(
               'source', '{SOURCE}', 'key', e.key, 'class', 'fact', 'name', e.name, 'occurred_at', p_at,
               'profile_id', e.profile_id, 'properties', e.properties, 'cause_id', NULL, 'depth', 0)),
           array_agg(e.profile_id)
    INTO v_events, v_profiles FROM (
        SELECT '{POINTS_SPENT.name}' AS name, 'spent:' || p_hold.id AS key, p_hold.profile_id,
               jsonb_build_object('hold_id', p_hold.id, 'points_minor', p_hold.spent_minor,
                                  'order', p_hold.order_id, 'order_source', p_hold.order_source,
                                  'branch_id', p_hold.branch_id) AS properties
        WHERE p_spent
        UNION ALL
        SELECT '{POINTS_SHORT.name}', 'short:' || p_hold.id, p_hold.profile_id,
               jsonb_build_object('hold_id', p_hold.id, 'short_minor', p_hold.short_minor)
        WHERE p_spent AND p_hold.short_minor > 0
        UNION ALL
        SELECT o.name, 'hold:' || p_hold.id || ':' || o.name || ':' || x.key || ':' || p_at, x.key::bigint,
               jsonb_build_object('points_minor', x.value)
        FROM (VALUES ('{POINTS_BECAME_USABLE.name}', p_activated), ('{POINTS_EXPIRED.name}', p_expired))
            AS o(name, points), jsonb_each(o.points) AS x
    ) AS e;
    IF v_events IS NOT NULL THEN
        PERFORM events_record(v_events, p_heard, p_backfill);
    END IF;
    RETURN v_profiles;
END
$$;
"""  # noqa: S608 (names of ours)

# A hold, or (p_owe is not null) a spending that is done whether or not there are points: what is not there
# becomes a debt or is written off. o_outcome: made, known (the key was used), short.
HOLD = f"""
CREATE FUNCTION loyalty_hold_points(
    p_key text, p_profile bigint, p_points bigint, p_at timestamptz, p_until timestamptz, p_source text,
    p_order text, p_branch bigint, p_owe boolean, p_now timestamptz, p_heard timestamptz, p_backfill boolean,
    OUT o_outcome text, OUT o_spendable bigint, OUT o_told bigint[], OUT o_hold loyalty_hold)
LANGUAGE plpgsql {_QUICK} AS $$
DECLARE
    v_spends boolean := p_owe IS NOT NULL;
    v_wallets bigint[];
    v_pending bigint[];
    v_debt bigint;
    v_there bigint;
    v_activated jsonb;
    v_is_plain boolean;
    v_lots bigint[];
    v_of_wallets bigint[];
    v_available bigint[];
BEGIN
    IF v_spends THEN
        INSERT INTO loyalty_wallet (profile_id, currency) SELECT p_profile, '{POINTS}'
        WHERE NOT EXISTS (SELECT FROM loyalty_wallet WHERE profile_id = p_profile AND currency = '{POINTS}')
        ON CONFLICT DO NOTHING;
    END IF;
    SELECT * INTO v_wallets, v_debt FROM loyalty_lock_person(p_profile);
    SELECT greatest(0, coalesce(sum(u.pending + u.available + u.late), 0) - v_debt),
           array_agg(u.lot_id) FILTER (WHERE u.pending > 0), coalesce(sum(u.pending + u.late), 0) = 0,
           array_agg(u.lot_id), array_agg(u.wallet_id), array_agg(u.available)
    INTO o_spendable, v_pending, v_is_plain, v_lots, v_of_wallets, v_available
    FROM (SELECT * FROM loyalty_usable(v_wallets, p_at) ORDER BY expires_at NULLS LAST, lot_id) AS u;
    v_there := least(o_spendable, p_points);
    IF v_there < p_points AND NOT v_spends THEN
        SELECT * INTO o_hold FROM loyalty_hold WHERE key = p_key;
        o_outcome := CASE WHEN FOUND THEN 'known' ELSE 'short' END;
        RETURN;
    END IF;
    INSERT INTO loyalty_hold (key, profile_id, currency, points_minor, spent_minor, short_minor, state,
                              order_source, order_id, branch_id, at, made_at, lasts_until, closed_at)
    VALUES (p_key, p_profile, '{POINTS}', p_points, CASE WHEN v_spends THEN p_points ELSE 0 END,
            p_points - v_there, CASE WHEN v_spends THEN 'captured' ELSE 'held' END,
            p_source, p_order, p_branch, p_at, p_now, p_until, CASE WHEN v_spends THEN p_at END)
    ON CONFLICT (key) DO NOTHING RETURNING * INTO o_hold;
    IF NOT FOUND THEN
        SELECT * INTO o_hold FROM loyalty_hold WHERE key = p_key;
        o_outcome := 'known';
        RETURN;
    END IF;
    IF v_pending IS NOT NULL THEN
        v_activated := loyalty_activate(v_pending, p_now);
    END IF;
    IF v_there > 0 AND v_is_plain AND v_available[1] >= v_there THEN
        -- As nearly always: the soonest to expire has enough.
        INSERT INTO {_POSTING}
        VALUES (v_of_wallets[1], v_lots[1], o_hold.id, '{POINTS}',
                'hold:' || o_hold.id || ':' || v_lots[1] || CASE WHEN v_spends THEN ':spent:1' ELSE ':held:1' END,
                CASE WHEN v_spends THEN 'spent' ELSE 'held' END, 'available',
                CASE WHEN v_spends THEN 'redeemed' ELSE 'held' END, v_there, p_at, p_now);
    ELSIF v_there > 0 THEN
        PERFORM loyalty_draw(o_hold.id, v_wallets, v_there,
                             CASE WHEN v_spends THEN 'redeemed' ELSE 'held' END, 1, p_at, p_now);
    END IF;
    IF v_there < p_points THEN
        INSERT INTO {_POSTING}
        SELECT w.id, NULL, o_hold.id, w.currency, 'hold:' || o_hold.id || ':short',
               CASE WHEN p_owe THEN 'owed' ELSE 'written_off' END,
               CASE WHEN p_owe THEN 'debt' ELSE 'adjustments' END, 'redeemed', p_points - v_there, p_at, p_now
        FROM loyalty_wallet AS w WHERE w.profile_id = p_profile AND w.currency = '{POINTS}';
    END IF;
    IF v_spends OR v_activated IS NOT NULL THEN
        o_told := loyalty_tell(o_hold, v_spends, v_activated, NULL, p_at, p_heard, p_backfill);
    END IF;
    o_outcome := 'made';
END
$$;
"""  # noqa: S608 (names of ours)

# Spends what is held, as far as p_points (null: all of it); the rest goes back. A hold that timed out after
# p_at is drawn anew. o_outcome: done, closed, short, or unknown.
CAPTURE = f"""
CREATE FUNCTION loyalty_capture(
    p_hold bigint, p_points bigint, p_source text, p_order text, p_at timestamptz, p_now timestamptz,
    p_heard timestamptz, p_backfill boolean,
    OUT o_outcome text, OUT o_spendable bigint, OUT o_told bigint[], OUT o_hold loyalty_hold)
LANGUAGE plpgsql {_QUICK} AS $$
DECLARE
    v_wallets bigint[];
    v_pending bigint[];
    v_debt bigint;
    v_points bigint;
    v_parts int;
    v_wallet bigint;
    v_lot bigint;
    v_activated jsonb;
    v_expired jsonb;
BEGIN
    SELECT * INTO v_wallets, v_debt FROM loyalty_lock_hold(p_hold);
    SELECT * INTO o_hold FROM loyalty_hold WHERE id = p_hold;
    IF NOT FOUND THEN
        o_outcome := 'unknown';
        RETURN;
    END IF;
    v_points := coalesce(p_points, o_hold.points_minor);
    IF o_hold.state NOT IN ('held', 'timed_out') OR p_at >= o_hold.lasts_until
       OR v_points > o_hold.points_minor THEN
        o_outcome := 'closed';
        RETURN;
    END IF;
    IF o_hold.state = 'held' THEN
        SELECT count(*), min(p.wallet_id), min(p.lot_id) INTO v_parts, v_wallet, v_lot
        FROM loyalty_posting AS p WHERE p.hold_id = p_hold AND p.to_account = 'held';
        IF v_parts = 1 THEN
            INSERT INTO {_POSTING}
            VALUES (v_wallet, v_lot, p_hold, o_hold.currency, 'hold:' || p_hold || ':' || v_lot || ':spent:1',
                    'spent', 'held', 'redeemed', v_points, p_at, p_now);
        ELSE
            INSERT INTO {_POSTING}
            SELECT d.wallet_id, d.lot_id, p_hold, d.currency, 'hold:' || p_hold || ':' || d.lot_id || ':spent:1',
                   'spent', 'held', 'redeemed', d.amount, p_at, p_now
            FROM (
                SELECT p.wallet_id, p.lot_id, p.currency, min(p.id) AS place,
                       least(sum(p.amount_minor),
                             v_points - (sum(sum(p.amount_minor)) OVER (ORDER BY min(p.id))
                                         - sum(p.amount_minor))) AS amount
                FROM loyalty_posting AS p WHERE p.hold_id = p_hold AND p.to_account = 'held'
                GROUP BY p.wallet_id, p.lot_id, p.currency
            ) AS d WHERE d.amount > 0 ORDER BY d.place;
        END IF;
        IF v_points < o_hold.points_minor THEN
            v_expired := loyalty_release(ARRAY[p_hold], ARRAY[p_at], p_now);
        END IF;
    ELSE
        SELECT * INTO v_wallets, v_debt FROM loyalty_wallets_now(o_hold.profile_id, v_wallets);
        SELECT * INTO o_spendable, v_pending FROM loyalty_spendable(v_wallets, v_debt, o_hold.at);
        IF o_spendable < v_points THEN
            o_outcome := 'short';
            RETURN;
        END IF;
        IF v_pending IS NOT NULL THEN
            v_activated := loyalty_activate(v_pending, p_now);
        END IF;
        -- As of when it was held: what has expired since would have been kept. And for the second time: what
        -- it had first may have been revived, too.
        PERFORM loyalty_draw(p_hold, v_wallets, v_points, 'redeemed', 2, o_hold.at, p_now);
    END IF;
    UPDATE loyalty_hold SET state = 'captured', spent_minor = v_points, closed_at = p_at,
        order_source = CASE WHEN p_order = '' THEN order_source ELSE p_source END,
        order_id = CASE WHEN p_order = '' THEN order_id ELSE p_order END
    WHERE id = p_hold RETURNING * INTO o_hold;
    o_told := loyalty_tell(o_hold, true, v_activated, v_expired, p_at, p_heard, p_backfill);
    o_outcome := 'done';
END
$$;
-- One that timed out, though after p_at, was cancelled before: nobody brings it back any more.
CREATE FUNCTION loyalty_cancel(
    p_hold bigint, p_at timestamptz, p_now timestamptz, p_heard timestamptz, p_backfill boolean,
    OUT o_outcome text, OUT o_told bigint[], OUT o_hold loyalty_hold)
LANGUAGE plpgsql {_QUICK} AS $$
DECLARE
    v_expired jsonb;
BEGIN
    PERFORM loyalty_lock_hold(p_hold);
    SELECT * INTO o_hold FROM loyalty_hold WHERE id = p_hold;
    IF NOT FOUND THEN
        o_outcome := 'unknown';
        RETURN;
    END IF;
    IF o_hold.state <> 'held' AND (o_hold.state <> 'timed_out' OR p_at >= o_hold.lasts_until) THEN
        o_outcome := 'closed';
        RETURN;
    END IF;
    v_expired := loyalty_release(ARRAY[p_hold], ARRAY[p_at], p_now);
    UPDATE loyalty_hold SET state = 'cancelled', closed_at = p_at WHERE id = p_hold RETURNING * INTO o_hold;
    IF v_expired IS NOT NULL THEN
        o_told := loyalty_tell(o_hold, false, NULL, v_expired, p_at, p_heard, p_backfill);
    END IF;
    o_outcome := 'done';
END
$$;
"""  # noqa: S608 (names of ours)

# As they were, and with the names of before.
DROP = "DROP FUNCTION loyalty_cancel, loyalty_capture, loyalty_hold_points, loyalty_tell;"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0004_giving_back"), ("events", "0006_record")]

    operations = [migrations.RunSQL(TELL + HOLD + CAPTURE, DROP)]
