"""A capture of what came out of one lot locks one wallet, and need not put together what was held.

What goes by another way goes the long one of before, which has lost its own short cut (0014).
"""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

from regulars.loyalty.types.events import POINTS_SPENT, SOURCE

_BEFORE = import_module("regulars.loyalty.migrations.0014_holding_quicker")
_POSTING, _QUICK, _LOCK_HOLD, _PARTS = _BEFORE._POSTING, _BEFORE._QUICK, _BEFORE._LOCK_HOLD, _BEFORE._PARTS
_points_spent = _BEFORE._points_spent

# Spends what is held, as far as p_points (null: all of it); the rest goes back. A hold that timed out after
# p_at is drawn anew. o_outcome: done, closed, short, or unknown.
CAPTURE = f"""
CREATE OR REPLACE FUNCTION loyalty_capture(
    p_hold bigint, p_points bigint, p_source text, p_order text, p_at timestamptz, p_now timestamptz,
    p_heard timestamptz, p_backfill boolean,
    OUT o_outcome text, OUT o_spendable bigint, OUT o_told bigint[], OUT o_hold loyalty_hold)
LANGUAGE plpgsql {_QUICK} AS $$
DECLARE
    v_wallet bigint;
    v_lot bigint;
    v_wallets bigint[];
    v_debt bigint;
    v_pending bigint[];
    v_points bigint;
    v_activated jsonb;
    v_expired jsonb;
BEGIN
    -- As nearly always: it came out of one lot, all of it is spent, and it cannot time out meanwhile.
    SELECT p.wallet_id, p.lot_id INTO v_wallet, v_lot
    FROM loyalty_hold AS h
    JOIN loyalty_posting AS p ON p.hold_id = h.id AND p.amount_minor = h.points_minor AND p.to_account = 'held'
    WHERE h.id = p_hold AND h.state = 'held' AND p_at < h.lasts_until
      AND p_now < h.lasts_until - interval '1 minute' AND coalesce(p_points, h.points_minor) = h.points_minor
    LIMIT 1;
    IF FOUND THEN
        PERFORM FROM loyalty_wallet WHERE id = v_wallet FOR NO KEY UPDATE;
        UPDATE loyalty_hold SET state = 'captured', spent_minor = points_minor, closed_at = p_at,
            order_source = CASE WHEN p_order = '' THEN order_source ELSE p_source END,
            order_id = CASE WHEN p_order = '' THEN order_id ELSE p_order END
        WHERE id = p_hold AND state = 'held' RETURNING * INTO o_hold;
        IF FOUND THEN
            INSERT INTO {_POSTING}
            VALUES (v_wallet, v_lot, p_hold, o_hold.currency, 'hold:' || p_hold || ':' || v_lot || ':spent:1',
                    'spent', 'held', 'redeemed', o_hold.points_minor, p_at, p_now);
            PERFORM events_record_one('{SOURCE}', 'spent:' || p_hold, 'fact', '{POINTS_SPENT.name}', p_at,
                                      o_hold.profile_id, {_points_spent("o_hold")}, p_heard, p_backfill);
            o_told := ARRAY[o_hold.profile_id];
            o_outcome := 'done';
            RETURN;
        END IF;
    END IF;
    {_LOCK_HOLD}
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
        INSERT INTO {_POSTING}
        SELECT d.wallet_id, d.lot_id, p_hold, d.currency, 'hold:' || p_hold || ':' || d.lot_id || ':spent:1',
               'spent', 'held', 'redeemed', d.amount, p_at, p_now
        FROM (
            SELECT a.wallet_id, a.lot_id, a.currency, a.place,
                   least(a.amount, v_points - (sum(a.amount) OVER (ORDER BY a.place) - a.amount)) AS amount
            FROM (
            {_PARTS}
            ) AS a
        ) AS d WHERE d.amount > 0 ORDER BY d.place;
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
"""  # noqa: S608 (names of ours)


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0020_tiers_held")]

    operations = [migrations.RunSQL(CAPTURE, _BEFORE.CAPTURE)]
