"""A hold and its capture in as few statements as the usual case needs.

Each statement of a function costs as much again to begin as to do. Nearly always one lot has enough and all
that is held is spent; whatever else there is goes the long way of before (0005).
"""

from __future__ import annotations

from importlib import import_module

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
# Wallets are locked as `locks.py` does it, and what is in them is read in a later statement.
_WALLETS_AND_DEBT = (
    "SELECT coalesce(array_agg(t.id), '{}'), coalesce(-sum(t.debt_minor), 0) INTO v_wallets, v_debt"
)
_LOCK_PERSON = f"""{_WALLETS_AND_DEBT}
    FROM (
        SELECT w.id, w.debt_minor
        FROM customers_profile AS one
        JOIN customers_profile AS theirs ON theirs.person_id = one.person_id
        JOIN loyalty_wallet AS w ON w.profile_id = theirs.id AND w.currency = '{POINTS}'
        WHERE one.id = p_profile
        ORDER BY w.id FOR NO KEY UPDATE OF w
    ) AS t;"""  # noqa: S608 (names of ours)
_LOCK_HOLD = f"""{_WALLETS_AND_DEBT}
    FROM (
        SELECT w.id, w.debt_minor FROM loyalty_wallet AS w
        WHERE w.id = ANY (ARRAY(
            SELECT p.wallet_id FROM loyalty_posting AS p WHERE p.hold_id = p_hold
            UNION ALL
            SELECT v.id FROM loyalty_hold AS h
            JOIN customers_profile AS one ON one.id = h.profile_id
            JOIN customers_profile AS theirs ON theirs.person_id = one.person_id
            JOIN loyalty_wallet AS v ON v.profile_id = theirs.id AND v.currency = h.currency
            WHERE h.id = p_hold
        ))
        ORDER BY w.id FOR NO KEY UPDATE
    ) AS t;"""  # noqa: S608 (names of ours)
# Out of which lots it was drawn; revived points of a lot are drawn beside what was there.
_PARTS = """SELECT p.wallet_id, p.lot_id, p.currency, sum(p.amount_minor) AS amount, min(p.id) AS place
            FROM loyalty_posting AS p WHERE p.hold_id = p_hold AND p.to_account = 'held'
            GROUP BY p.wallet_id, p.lot_id, p.currency"""


def _points_spent(hold: str) -> str:
    """What the event tells of this record of a hold."""
    return f"""jsonb_build_object(
            'hold_id', {hold}.id, 'points_minor', {hold}.spent_minor, 'order', {hold}.order_id,
            'order_source', {hold}.order_source, 'branch_id', {hold}.branch_id)"""


# Records that a hold was captured (p_spent), and what became usable or expired on the way (points by profile).
# p_heard, p_backfill: as `events.services.heard` says. Gives the profiles it told of.
TELL = f"""
CREATE OR REPLACE FUNCTION loyalty_tell(
    p_hold loyalty_hold, p_spent boolean, p_activated jsonb, p_expired jsonb, p_at timestamptz,
    p_heard timestamptz, p_backfill boolean)
RETURNS bigint[] LANGUAGE plpgsql AS $$
DECLARE
    v_events json;
    v_profiles bigint[];
BEGIN
    SELECT json_agg(json_build_object(
               'source', '{SOURCE}', 'key', e.key, 'class', 'fact', 'name', e.name, 'occurred_at', p_at,
               'profile_id', e.profile_id, 'properties', e.properties, 'cause_id', NULL, 'depth', 0)),
           array_agg(e.profile_id)
    INTO v_events, v_profiles FROM (
        SELECT '{POINTS_SPENT.name}' AS name, 'spent:' || p_hold.id AS key, p_hold.profile_id,
               {_points_spent("p_hold")} AS properties
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
CREATE OR REPLACE FUNCTION loyalty_hold_points(
    p_key text, p_profile bigint, p_points bigint, p_at timestamptz, p_until timestamptz, p_source text,
    p_order text, p_branch bigint, p_owe boolean, p_now timestamptz, p_heard timestamptz, p_backfill boolean,
    OUT o_outcome text, OUT o_spendable bigint, OUT o_told bigint[], OUT o_hold loyalty_hold)
LANGUAGE plpgsql {_QUICK} AS $$
DECLARE
    v_spends boolean := p_owe IS NOT NULL;
    v_wallets bigint[];
    v_debt bigint;
    v_wallet bigint;
    v_lot bigint;
    v_pending bigint[];
    v_there bigint;
    v_activated jsonb;
BEGIN
    IF v_spends THEN
        INSERT INTO loyalty_wallet (profile_id, currency) SELECT p_profile, '{POINTS}'
        WHERE NOT EXISTS (SELECT FROM loyalty_wallet WHERE profile_id = p_profile AND currency = '{POINTS}')
        ON CONFLICT DO NOTHING;
    END IF;
    {_LOCK_PERSON}
    -- As nearly always: nothing is owed, and the lot that is the soonest to expire can be spent and has enough.
    SELECT first.wallet_id, first.id INTO v_wallet, v_lot
    FROM (
        SELECT * FROM loyalty_lot AS l
        WHERE l.wallet_id = ANY (v_wallets) AND l.usable_at <= p_at
          AND (l.expires_at IS NULL OR l.expires_at > p_at)
          AND l.pending_minor + l.available_minor + l.expired_minor > 0
        ORDER BY l.expires_at NULLS LAST, l.id LIMIT 1
    ) AS first
    WHERE v_debt = 0 AND first.pending_minor = 0 AND first.expired_minor = 0
      AND first.available_minor >= p_points;
    IF FOUND THEN
        v_there := p_points;
    ELSE
        SELECT * INTO o_spendable, v_pending FROM loyalty_spendable(v_wallets, v_debt, p_at);
        v_there := least(o_spendable, p_points);
        IF v_there < p_points AND NOT v_spends THEN
            SELECT * INTO o_hold FROM loyalty_hold WHERE key = p_key;
            o_outcome := CASE WHEN FOUND THEN 'known' ELSE 'short' END;
            RETURN;
        END IF;
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
    IF v_lot IS NOT NULL THEN
        INSERT INTO {_POSTING}
        VALUES (v_wallet, v_lot, o_hold.id, '{POINTS}',
                'hold:' || o_hold.id || ':' || v_lot || CASE WHEN v_spends THEN ':spent:1' ELSE ':held:1' END,
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
CREATE OR REPLACE FUNCTION loyalty_capture(
    p_hold bigint, p_points bigint, p_source text, p_order text, p_at timestamptz, p_now timestamptz,
    p_heard timestamptz, p_backfill boolean,
    OUT o_outcome text, OUT o_spendable bigint, OUT o_told bigint[], OUT o_hold loyalty_hold)
LANGUAGE plpgsql {_QUICK} AS $$
DECLARE
    v_wallets bigint[];
    v_debt bigint;
    v_pending bigint[];
    v_points bigint;
    v_activated jsonb;
    v_expired jsonb;
BEGIN
    {_LOCK_HOLD}
    -- As nearly always: all that is held is spent.
    UPDATE loyalty_hold SET state = 'captured', spent_minor = points_minor, closed_at = p_at,
        order_source = CASE WHEN p_order = '' THEN order_source ELSE p_source END,
        order_id = CASE WHEN p_order = '' THEN order_id ELSE p_order END
    WHERE id = p_hold AND state = 'held' AND p_at < lasts_until
      AND (p_points IS NULL OR p_points = points_minor)
    RETURNING * INTO o_hold;
    IF FOUND THEN
        INSERT INTO {_POSTING}
        SELECT d.wallet_id, d.lot_id, p_hold, d.currency, 'hold:' || p_hold || ':' || d.lot_id || ':spent:1',
               'spent', 'held', 'redeemed', d.amount, p_at, p_now
        FROM (
            {_PARTS}
        ) AS d ORDER BY d.place;
        PERFORM events_record_one('{SOURCE}', 'spent:' || p_hold, 'fact', '{POINTS_SPENT.name}', p_at,
                                  o_hold.profile_id, {_points_spent("o_hold")}, p_heard, p_backfill);
        o_told := ARRAY[o_hold.profile_id];
        o_outcome := 'done';
        RETURN;
    END IF;
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
        v_expired := loyalty_release(ARRAY[p_hold], ARRAY[p_at], p_now);
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

DROP = "DROP FUNCTION loyalty_lock_person;"
_LOCKS = import_module("regulars.loyalty.migrations.0003_drawing").LOCK
_BEFORE = import_module("regulars.loyalty.migrations.0005_holding")
BACK: str = (_LOCKS + _BEFORE.TELL + _BEFORE.HOLD + _BEFORE.CAPTURE).replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0013_earned_orders"), ("events", "0007_record_one")]

    operations = [migrations.RunSQL(TELL + HOLD + CAPTURE + DROP, BACK)]
