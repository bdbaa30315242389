"""Of what was spent, some comes back; or it is spent again, as a return is withdrawn."""

from __future__ import annotations

from django.db import migrations

_POSTING = (
    "loyalty_posting (wallet_id, lot_id, hold_id, currency, key, cause, from_account, to_account, "
    "amount_minor, at, recorded_at)"
)

# What a hold has spent and not given back, part by part: lots, then what was owed or written off. A part that
# was drawn later comes back earlier (`place`).
PARTS = """
CREATE FUNCTION loyalty_spent_parts(p_holds bigint[])
RETURNS TABLE (hold_id bigint, wallet_id bigint, lot_id bigint, is_written_off boolean, currency text,
               place bigint, amount bigint)
LANGUAGE sql STABLE AS $$
    SELECT p.hold_id, p.wallet_id, p.lot_id,
           p.lot_id IS NULL AND 'adjustments' IN (p.from_account, p.to_account), p.currency,
           max(p.id) FILTER (WHERE p.to_account = 'redeemed'),
           sum(CASE p.to_account WHEN 'redeemed' THEN p.amount_minor ELSE -p.amount_minor END)::bigint
    FROM loyalty_posting AS p
    WHERE p.hold_id = ANY(p_holds) AND 'redeemed' IN (p.from_account, p.to_account)
    GROUP BY 1, 2, 3, 4, 5
    HAVING sum(CASE p.to_account WHEN 'redeemed' THEN p.amount_minor ELSE -p.amount_minor END) > 0
$$;
"""

# p_amounts: how much more of each hold comes back, never more than is spent. p_ends: when points that are
# given anew expire, in place of those whose lot had expired (null: those are lost). What was owed lessens the
# debt; where that is paid already, it is given anew until p_ends_of_debts.
GIVE_BACK = f"""
CREATE FUNCTION loyalty_give_back(p_holds bigint[], p_amounts bigint[], p_ats timestamptz[],
                                  p_ends timestamptz[], p_ends_of_debts timestamptz[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_lots bigint[];
    v_amounts bigint[];
    v_keys text[];
    v_holds bigint[];
    v_ats timestamptz[];
BEGIN
    WITH asked AS (
        SELECT x.*, h.returns + 1 AS number, h.order_source, h.order_id
        FROM unnest(p_holds, p_amounts, p_ats, p_ends, p_ends_of_debts)
            AS x(hold_id, wanted, at, ends, debts_end)
        JOIN loyalty_hold AS h ON h.id = x.hold_id
    ), parts AS (
        SELECT a.*, s.wallet_id, s.lot_id, s.is_written_off, s.currency, s.place,
               least(s.amount, a.wanted - (sum(s.amount) OVER (PARTITION BY s.hold_id ORDER BY s.place DESC)
                                           - s.amount)) AS amount
        FROM asked AS a JOIN loyalty_spent_parts(p_holds) AS s USING (hold_id)
    ), owed AS (
        SELECT p.hold_id, p.wallet_id,
               greatest(0, least(p.amount, -w.debt_minor - (sum(p.amount) OVER (
                   PARTITION BY p.wallet_id ORDER BY p.hold_id) - p.amount))) AS amount
        FROM parts AS p JOIN loyalty_wallet AS w ON w.id = p.wallet_id
        WHERE p.lot_id IS NULL AND NOT p.is_written_off AND p.amount > 0
    ), moves AS (
        SELECT p.*, l.expires_at <= p.at IS TRUE AS has_expired,
               CASE WHEN p.lot_id IS NULL THEN p.amount - coalesce(o.amount, 0) ELSE p.amount END AS anew,
               coalesce(o.amount, 0) AS pays,
               CASE WHEN p.lot_id IS NULL THEN p.debts_end ELSE p.ends END AS anew_ends,
               coalesce(p.lot_id, 0) AS part
        FROM parts AS p
        LEFT JOIN loyalty_lot AS l ON l.id = p.lot_id
        LEFT JOIN owed AS o ON o.hold_id = p.hold_id AND o.wallet_id = p.wallet_id
                           AND p.lot_id IS NULL AND NOT p.is_written_off
        WHERE p.amount > 0
    ), fresh AS (
        INSERT INTO loyalty_lot (wallet_id, key, order_source, order_id, rule, earned_at, usable_at,
                                 usable_since, expires_at)
        SELECT m.wallet_id, 'back:' || m.hold_id || ':' || m.part || ':' || m.number, m.order_source,
               m.order_id, '', m.at, m.at, m.at, m.anew_ends
        FROM moves AS m
        WHERE (m.has_expired OR m.lot_id IS NULL AND NOT m.is_written_off)
          AND m.anew > 0 AND m.anew_ends IS NOT NULL
        ORDER BY m.hold_id, m.place DESC
        RETURNING id, key
    ), posted AS (
        INSERT INTO {_POSTING}
        SELECT m.wallet_id, v.lot_id, m.hold_id, m.currency, v.key, v.cause, v.from_account, v.to_account,
               v.amount, m.at, p_now
        FROM moves AS m
        LEFT JOIN fresh AS f ON f.key = 'back:' || m.hold_id || ':' || m.part || ':' || m.number
        CROSS JOIN LATERAL (VALUES
            (m.lot_id, 'hold:' || m.hold_id || ':' || m.part || ':spent_back:' || m.number, 'spent_back',
             'redeemed', CASE WHEN m.has_expired THEN 'expired' ELSE 'available' END,
             CASE WHEN m.lot_id IS NOT NULL THEN m.amount ELSE 0 END),
            (NULL, 'hold:' || m.hold_id || ':let_go:spent_back:' || m.number, 'spent_back',
             'redeemed', 'adjustments', CASE WHEN m.is_written_off THEN m.amount ELSE 0 END),
            (NULL, 'hold:' || m.hold_id || ':owed:spent_back:' || m.number, 'spent_back',
             'redeemed', 'debt', m.pays),
            (NULL, 'hold:' || m.hold_id || ':paid:spent_back:' || m.number, 'spent_back',
             'redeemed', 'compensation',
             CASE WHEN m.lot_id IS NULL AND NOT m.is_written_off THEN m.anew ELSE 0 END),
            (f.id, f.key || ':compensated', 'compensated', 'compensation', 'available',
             CASE WHEN f.id IS NOT NULL THEN m.anew ELSE 0 END)
        ) AS v(lot_id, key, cause, from_account, to_account, amount)
        WHERE v.amount > 0
        ORDER BY m.hold_id, m.place DESC, v.cause DESC
    ), usable AS (
        SELECT m.lot_id, m.amount, 'back:' || m.hold_id || ':' || m.lot_id || ':' || m.number AS key,
               m.hold_id, m.at, m.place
        FROM moves AS m WHERE m.lot_id IS NOT NULL AND NOT m.has_expired
        UNION ALL
        SELECT f.id, m.anew, f.key, m.hold_id, m.at, m.place
        FROM moves AS m JOIN fresh AS f ON f.key = 'back:' || m.hold_id || ':' || m.part || ':' || m.number
    )
    SELECT array_agg(u.lot_id ORDER BY u.hold_id, u.place DESC),
           array_agg(u.amount ORDER BY u.hold_id, u.place DESC),
           array_agg(u.key || ':paid_off' ORDER BY u.hold_id, u.place DESC),
           array_agg(u.hold_id ORDER BY u.hold_id, u.place DESC),
           array_agg(u.at ORDER BY u.hold_id, u.place DESC)
    INTO v_lots, v_amounts, v_keys, v_holds, v_ats FROM usable AS u;
    UPDATE loyalty_hold AS h SET given_back_minor = h.given_back_minor + x.amount, returns = h.returns + 1
    FROM unnest(p_holds, p_amounts) AS x(hold_id, amount) WHERE h.id = x.hold_id;
    IF v_lots IS NOT NULL THEN
        PERFORM loyalty_pay_off(v_lots, v_amounts, v_keys, v_holds, v_ats, p_now);
    END IF;
END
$$;
"""  # noqa: S608 (names of ours)

# A return was withdrawn: so much is spent again. First what came back to lots that had expired and was lost,
# then whatever is in the person's
# wallets (those of them that are locked), then (p_owe) a debt; else it is written off.
SPEND_AGAIN = f"""
CREATE FUNCTION loyalty_spend_again(p_hold bigint, p_amount bigint, p_at timestamptz, p_locked bigint[],
                                    p_owe boolean, p_now timestamptz, OUT o_activated jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    v_hold loyalty_hold;
    v_number int;
    v_wallets bigint[];
    v_pending bigint[];
    v_debt bigint;
    v_spendable bigint;
    v_lost bigint;
    v_short bigint := p_amount;
BEGIN
    UPDATE loyalty_hold SET given_back_minor = given_back_minor - p_amount, returns = returns + 1
    WHERE id = p_hold RETURNING * INTO v_hold;
    SELECT * INTO v_wallets, v_debt FROM loyalty_wallets_now(v_hold.profile_id, p_locked);
    v_number := v_hold.returns + 1;

    WITH lost AS (
        SELECT p.wallet_id, p.lot_id, p.currency,
               sum(CASE WHEN p.to_account = 'expired' AND p.cause = 'spent_back' THEN p.amount_minor
                        WHEN p.from_account = 'expired' AND p.cause = 'spent' THEN -p.amount_minor
                        ELSE 0 END)
               - coalesce((
                   SELECT sum(l.got_minor) FROM loyalty_lot AS l
                   WHERE l.wallet_id = p.wallet_id AND l.key LIKE 'back:' || p_hold || ':' || p.lot_id || ':%'
               ), 0) AS amount
        FROM loyalty_posting AS p WHERE p.hold_id = p_hold AND p.lot_id IS NOT NULL
        GROUP BY p.wallet_id, p.lot_id, p.currency
    ), again AS (
        SELECT l.*, least(l.amount, p_amount - (sum(l.amount) OVER (ORDER BY l.lot_id) - l.amount)) AS takes
        FROM lost AS l WHERE l.amount > 0
    ), posted AS (
        INSERT INTO {_POSTING}
        SELECT a.wallet_id, a.lot_id, p_hold, a.currency,
               'hold:' || p_hold || ':' || a.lot_id || ':lost:' || v_number, 'spent', 'expired', 'redeemed',
               a.takes, p_at, p_now
        FROM again AS a WHERE a.takes > 0
    )
    SELECT coalesce(sum(a.takes), 0) INTO v_lost FROM again AS a WHERE a.takes > 0;
    v_short := v_short - v_lost;

    SELECT * INTO v_spendable, v_pending FROM loyalty_spendable(v_wallets, v_debt, p_at);
    v_spendable := least(v_spendable, v_short);
    IF v_spendable > 0 THEN
        IF v_pending IS NOT NULL THEN
            o_activated := loyalty_activate(v_pending, p_now);
        END IF;
        PERFORM loyalty_draw(p_hold, v_wallets, v_spendable, 'redeemed', v_number, p_at, p_now);
        v_short := v_short - v_spendable;
    END IF;
    IF v_short > 0 THEN
        INSERT INTO {_POSTING}
        SELECT w.id, NULL, p_hold, w.currency, 'hold:' || p_hold || ':short:' || v_number,
               CASE WHEN p_owe THEN 'owed' ELSE 'written_off' END,
               CASE WHEN p_owe THEN 'debt' ELSE 'adjustments' END, 'redeemed', v_short, p_at, p_now
        FROM loyalty_wallet AS w WHERE w.profile_id = v_hold.profile_id AND w.currency = v_hold.currency;
    END IF;
END
$$;
"""  # noqa: S608 (names of ours)

DROP = "DROP FUNCTION loyalty_spend_again, loyalty_give_back, loyalty_spent_parts;"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0003_drawing")]

    operations = [migrations.RunSQL(PARTS + GIVE_BACK + SPEND_AGAIN, DROP)]
