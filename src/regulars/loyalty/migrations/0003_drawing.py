"""What a hold does to the books, in one round trip each: drawn out of lots, let go, spent.

All of them lock the wallets first (`loyalty_lock_person`, as `locks.py` does) and read lots in a later
statement: functions are VOLATILE, so each statement in them sees what was committed before it began.
"""

from __future__ import annotations

from django.db import migrations

from regulars.loyalty.types import POINTS

_POSTING = (
    "loyalty_posting (wallet_id, lot_id, hold_id, currency, key, cause, from_account, to_account, "
    "amount_minor, at, recorded_at)"
)

# The lists of wallets are short, which the planner cannot know: it would plan each call anew.
_QUICK = (
    "SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off "
    "SET enable_mergejoin = off"
)

# What can be spent of each lot at a moment: not usable in the books yet, there, and expired by a run since.
# What came back to a lot that had expired is not there: it was given anew, or lost.
USABLE = """
CREATE FUNCTION loyalty_usable(p_wallets bigint[], p_at timestamptz)
RETURNS TABLE (lot_id bigint, wallet_id bigint, pending bigint, available bigint, late bigint,
               expires_at timestamptz)
LANGUAGE sql STABLE AS $$
    SELECT l.id, l.wallet_id, l.pending_minor, l.available_minor,
        CASE WHEN l.expired_minor = 0 THEN 0 ELSE greatest(0, l.expired_minor - (
            SELECT coalesce(sum(CASE p.to_account WHEN 'expired' THEN p.amount_minor
                                                  ELSE -p.amount_minor END), 0)
            FROM loyalty_posting AS p
            WHERE p.wallet_id = l.wallet_id AND p.lot_id = l.id
              AND (p.to_account = 'expired' AND p.cause = 'spent_back'
                   OR p.from_account = 'expired' AND p.cause = 'spent')
        )) END::bigint,
        l.expires_at
    FROM loyalty_lot AS l
    WHERE l.wallet_id = ANY(p_wallets) AND l.usable_at <= p_at
      AND (l.expires_at IS NULL OR l.expires_at > p_at)
      AND l.pending_minor + l.available_minor + l.expired_minor > 0
$$;
"""

LOCK = f"""
CREATE FUNCTION loyalty_lock_person(p_profile bigint, OUT o_wallets bigint[], OUT o_debt bigint)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(array_agg(t.id), '{{}}'), coalesce(-sum(t.debt_minor), 0) INTO o_wallets, o_debt FROM (
        SELECT w.id, w.debt_minor
        FROM customers_profile AS one
        JOIN customers_profile AS theirs ON theirs.person_id = one.person_id
        JOIN loyalty_wallet AS w ON w.profile_id = theirs.id AND w.currency = '{POINTS}'
        WHERE one.id = p_profile
        ORDER BY w.id FOR NO KEY UPDATE OF w
    ) AS t;
END
$$;
CREATE FUNCTION loyalty_lock_hold(p_hold bigint, OUT o_wallets bigint[], OUT o_debt bigint)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(array_agg(t.id), '{{}}'), coalesce(-sum(t.debt_minor), 0) INTO o_wallets, o_debt FROM (
        SELECT w.id, w.debt_minor FROM loyalty_wallet AS w
        WHERE w.id IN (
            SELECT p.wallet_id FROM loyalty_posting AS p WHERE p.hold_id = p_hold
            UNION
            SELECT v.id FROM loyalty_hold AS h
            JOIN customers_profile AS one ON one.id = h.profile_id
            JOIN customers_profile AS theirs ON theirs.person_id = one.person_id
            JOIN loyalty_wallet AS v ON v.profile_id = theirs.id AND v.currency = h.currency
            WHERE h.id = p_hold
        )
        ORDER BY w.id FOR NO KEY UPDATE
    ) AS t;
END
$$;
-- Of the person's wallets those that are locked: more may have become theirs since.
CREATE FUNCTION loyalty_wallets_now(p_profile bigint, p_locked bigint[],
                                    OUT o_wallets bigint[], OUT o_debt bigint)
LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(array_agg(w.id), '{{}}'), coalesce(-sum(w.debt_minor), 0) INTO o_wallets, o_debt
    FROM customers_profile AS one
    JOIN customers_profile AS theirs ON theirs.person_id = one.person_id
    JOIN loyalty_wallet AS w ON w.profile_id = theirs.id AND w.currency = '{POINTS}'
    WHERE one.id = p_profile AND w.id = ANY(p_locked);
END
$$;
"""  # noqa: S608 (a word of ours)

# Points that became usable pay what their wallet owes, in the order in which they are named.
PAY_OFF = f"""
CREATE FUNCTION loyalty_pay_off(p_lots bigint[], p_amounts bigint[], p_keys text[], p_holds bigint[],
                                p_ats timestamptz[], p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
                   WHERE l.id = ANY(p_lots) AND w.debt_minor < 0) THEN
        RETURN;
    END IF;
    INSERT INTO {_POSTING}
    SELECT d.wallet_id, d.lot_id, d.hold_id, d.currency, d.key, 'paid_off', 'available', 'debt', d.pays,
           d.at, p_now
    FROM (
        SELECT w.id AS wallet_id, w.currency, x.*,
               least(x.amount, -w.debt_minor
                     - (sum(x.amount) OVER (PARTITION BY w.id ORDER BY x.place) - x.amount)) AS pays
        FROM unnest(p_lots, p_amounts, p_keys, p_holds, p_ats)
            WITH ORDINALITY AS x(lot_id, amount, key, hold_id, at, place)
        JOIN loyalty_lot AS l ON l.id = x.lot_id
        JOIN loyalty_wallet AS w ON w.id = l.wallet_id
        WHERE w.debt_minor < 0
    ) AS d WHERE d.pays > 0 ORDER BY d.place;
END
$$;
"""  # noqa: S608 (names of ours)

# Gives how much became usable, by profile, so that it can be told.
ACTIVATE = f"""
CREATE FUNCTION loyalty_activate(p_lots bigint[], p_now timestamptz, OUT o_activated jsonb)
LANGUAGE plpgsql AS $$
DECLARE
    v_lots bigint[];
    v_amounts bigint[];
    v_keys text[];
    v_ats timestamptz[];
BEGIN
    SELECT array_agg(t.id), array_agg(t.pending_minor), array_agg('lot:' || t.id || ':became_usable:paid_off'),
           array_agg(t.usable_at)
    INTO v_lots, v_amounts, v_keys, v_ats FROM (
        SELECT * FROM loyalty_lot WHERE id = ANY(p_lots) AND pending_minor > 0
        ORDER BY expires_at NULLS LAST, id
    ) AS t;
    INSERT INTO {_POSTING}
    SELECT l.wallet_id, l.id, NULL, w.currency, 'lot:' || l.id || ':became_usable',
           'became_usable', 'pending', 'available', l.pending_minor, l.usable_at, p_now
    FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
    WHERE l.id = ANY(v_lots) ORDER BY l.id;
    UPDATE loyalty_lot SET usable_since = usable_at WHERE id = ANY(v_lots);
    PERFORM loyalty_pay_off(v_lots, v_amounts, v_keys, array_fill(NULL::bigint, ARRAY[cardinality(v_lots)]),
                            v_ats, p_now);
    SELECT jsonb_object_agg(t.profile_id, t.amount) INTO o_activated FROM (
        SELECT w.profile_id, sum(x.amount) AS amount
        FROM unnest(v_lots, v_amounts) AS x(lot_id, amount)
        JOIN loyalty_lot AS l ON l.id = x.lot_id JOIN loyalty_wallet AS w ON w.id = l.wallet_id
        GROUP BY w.profile_id
    ) AS t;
END
$$;
"""  # noqa: S608 (names of ours)

SPENDABLE = """
CREATE FUNCTION loyalty_spendable(p_wallets bigint[], p_debt bigint, p_at timestamptz,
                                  OUT o_spendable bigint, OUT o_pending bigint[])
LANGUAGE plpgsql AS $$
BEGIN
    SELECT greatest(0, coalesce(sum(u.pending + u.available + u.late), 0) - p_debt),
           array_agg(u.lot_id) FILTER (WHERE u.pending > 0)
    INTO o_spendable, o_pending FROM loyalty_usable(p_wallets, p_at) AS u;
END
$$;
"""

# The soonest to expire first. Whoever calls made sure that so much is there, and activated what was pending.
DRAW = f"""
CREATE FUNCTION loyalty_draw(p_hold bigint, p_wallets bigint[], p_points bigint, p_to text, p_number int,
                             p_at timestamptz, p_now timestamptz)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    v_drawn bigint;
BEGIN
    WITH posted AS (
        INSERT INTO {_POSTING}
        SELECT d.wallet_id, d.lot_id, p_hold, '{POINTS}',
               'hold:' || p_hold || ':' || d.lot_id || ':' || d.cause || ':' || p_number,
               d.cause, d.from_account, p_to, d.amount, p_at, p_now
        FROM (
            SELECT u.wallet_id, u.lot_id, u.expires_at, v.from_account, v.cause,
                   least(v.there, p_points - (sum(v.there) OVER (
                       ORDER BY u.expires_at NULLS LAST, u.lot_id, v.from_account) - v.there)) AS amount
            FROM loyalty_usable(p_wallets, p_at) AS u
            CROSS JOIN LATERAL (VALUES
                ('available', CASE p_to WHEN 'held' THEN 'held' ELSE 'spent' END, u.available),
                ('expired', 'revived', u.late)) AS v(from_account, cause, there)
            WHERE v.there > 0
        ) AS d WHERE d.amount > 0
        ORDER BY d.expires_at NULLS LAST, d.lot_id, d.from_account
        RETURNING amount_minor
    )
    SELECT sum(amount_minor) INTO v_drawn FROM posted;
    IF v_drawn IS DISTINCT FROM p_points THEN
        RAISE EXCEPTION 'points that were there are not there: somebody drew them without the lock'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
END
$$;
"""  # noqa: S608 (names of ours)

# What holds still have goes back to its lots; out of lots that had expired by then, on to expired. Gives how
# much expired so, by profile of the wallet.
RELEASE = f"""
CREATE FUNCTION loyalty_release(p_holds bigint[], p_ats timestamptz[], p_now timestamptz,
                                OUT o_expired jsonb)
LANGUAGE plpgsql {_QUICK} AS $$
DECLARE
    v_lots bigint[];
    v_amounts bigint[];
    v_keys text[];
    v_holds bigint[];
    v_ats timestamptz[];
BEGIN
    WITH remaining AS (
        SELECT p.hold_id, p.wallet_id, p.lot_id, x.at, min(p.id) AS place,
               sum(CASE p.to_account WHEN 'held' THEN p.amount_minor ELSE -p.amount_minor END) AS amount
        FROM unnest(p_holds, p_ats) AS x(hold_id, at) JOIN loyalty_posting AS p ON p.hold_id = x.hold_id
        WHERE p.to_account = 'held' OR p.from_account = 'held'
        GROUP BY p.hold_id, p.wallet_id, p.lot_id, x.at
        HAVING sum(CASE p.to_account WHEN 'held' THEN p.amount_minor ELSE -p.amount_minor END) > 0
    ), released AS (
        SELECT r.*, l.expires_at <= r.at IS TRUE AS expires, w.profile_id, w.currency,
               'hold:' || r.hold_id || ':' || r.lot_id || ':' AS prefix
        FROM remaining AS r
        JOIN loyalty_lot AS l ON l.id = r.lot_id JOIN loyalty_wallet AS w ON w.id = r.wallet_id
    ), posted AS (
        INSERT INTO {_POSTING}
        SELECT r.wallet_id, r.lot_id, r.hold_id, r.currency, r.prefix || v.cause || ':1',
               v.cause, v.from_account, v.to_account, r.amount, r.at, p_now
        FROM released AS r
        JOIN (VALUES ('released', 'held', 'available'), ('expired', 'available', 'expired'))
            AS v(cause, from_account, to_account) ON v.cause = 'released' OR r.expires
        ORDER BY r.hold_id, r.place, v.cause DESC
    )
    SELECT array_agg(r.lot_id ORDER BY r.place) FILTER (WHERE NOT r.expires),
           array_agg(r.amount ORDER BY r.place) FILTER (WHERE NOT r.expires),
           array_agg(r.prefix || 'paid_off:1' ORDER BY r.place) FILTER (WHERE NOT r.expires),
           array_agg(r.hold_id ORDER BY r.place) FILTER (WHERE NOT r.expires),
           array_agg(r.at ORDER BY r.place) FILTER (WHERE NOT r.expires),
           (SELECT jsonb_object_agg(e.profile_id, e.amount) FROM (
               SELECT profile_id, sum(amount) AS amount FROM released WHERE expires GROUP BY profile_id) AS e)
    INTO v_lots, v_amounts, v_keys, v_holds, v_ats, o_expired FROM released AS r;
    IF v_lots IS NOT NULL THEN
        PERFORM loyalty_pay_off(v_lots, v_amounts, v_keys, v_holds, v_ats, p_now);
    END IF;
END
$$;
"""  # noqa: S608 (names of ours)

MAKE = USABLE + LOCK + PAY_OFF + ACTIVATE + SPENDABLE + DRAW + RELEASE
DROP = """
DROP FUNCTION loyalty_release, loyalty_draw,
    loyalty_spendable, loyalty_activate, loyalty_pay_off, loyalty_wallets_now, loyalty_lock_hold,
    loyalty_lock_person, loyalty_usable;
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0002_books")]

    operations = [migrations.RunSQL(MAKE, DROP)]
