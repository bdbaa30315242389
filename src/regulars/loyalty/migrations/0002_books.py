"""Postings keep the balances of wallets and lots in their own statement, and never change.

One statement keeps both, always by their indexes. A single posting, as a till makes it, is told from many: two
updates by number cost a third of that.
"""

from __future__ import annotations

from django.db import migrations

_WALLET = ("pending", "available", "held", "debt", "issued", "redeemed", "expired")
_WALLET += ("compensation", "adjustments", "partner")
_LOT = ("pending", "available", "held", "redeemed", "expired")
_OPEN = ("pending", "available", "held")
_SOURCES = ("debt", "issued", "compensation", "adjustments", "partner")


def _moved(account: str) -> str:
    return (
        f"sum(CASE '{account}' WHEN to_account THEN amount_minor WHEN from_account THEN -amount_minor "
        f"ELSE 0 END)::bigint AS {account}"
    )


def _moves(account: str) -> str:
    return f"CASE '{account}' WHEN v_to THEN v_amount WHEN v_from THEN -v_amount ELSE 0 END"


def _in(account: str, accounts: tuple[str, ...]) -> str:
    return f"{account} IN ({', '.join(repr(name) for name in accounts)})"


# The plan is made at the first posting of a session and kept: it must suit one posting and thousands, in
# small tables and large ones. Looking each lot and wallet up by its number does.
KEEP = f"""
CREATE FUNCTION loyalty_keep_balances() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    v_lots bigint;
    v_kept_lots bigint;
    v_wallets bigint;
    v_kept_wallets bigint;
    v_postings int;
    v_wallet bigint;
    v_lot bigint;
    v_currency text;
    v_from text;
    v_to text;
    v_amount bigint;
    v_got bigint;
    v_open bigint;
BEGIN
    SELECT count(*), min(wallet_id), min(lot_id), min(currency), min(from_account), min(to_account),
           min(amount_minor)
    INTO v_postings, v_wallet, v_lot, v_currency, v_from, v_to, v_amount
    FROM (SELECT * FROM fresh LIMIT 2) AS f;
    IF v_postings = 1 THEN
        v_got := CASE WHEN {_in("v_from", _SOURCES)} THEN v_amount ELSE 0 END
               - CASE WHEN {_in("v_to", _SOURCES)} THEN v_amount ELSE 0 END;
        v_open := CASE WHEN {_in("v_to", _OPEN)} THEN v_amount ELSE 0 END
                - CASE WHEN {_in("v_from", _OPEN)} THEN v_amount ELSE 0 END;
        IF v_lot IS NOT NULL THEN
            UPDATE loyalty_lot AS l SET
                {", ".join(f"{name}_minor = l.{name}_minor + {_moves(name)}" for name in _LOT)},
                got_minor = l.got_minor + v_got,
                open = l.pending_minor + l.available_minor + l.held_minor + v_open > 0
            WHERE l.id = v_lot AND l.wallet_id = v_wallet;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'a posting names a lot that is not of its wallet'
                    USING ERRCODE = 'foreign_key_violation';
            END IF;
        END IF;
        UPDATE loyalty_wallet AS w SET
            {", ".join(f"{name}_minor = w.{name}_minor + {_moves(name)}" for name in _WALLET)}
        WHERE w.id = v_wallet AND w.currency = v_currency;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'a posting names a wallet there is not, or another currency'
                USING ERRCODE = 'foreign_key_violation';
        END IF;
        RETURN NULL;
    END IF;
    IF v_postings = 0 THEN
        RETURN NULL;
    END IF;
    WITH moved AS MATERIALIZED (
        SELECT wallet_id, currency, lot_id, {", ".join(_moved(name) for name in _WALLET)}
        FROM fresh GROUP BY wallet_id, currency, lot_id
    ), of_wallets AS MATERIALIZED (
        SELECT wallet_id, currency, {", ".join(f"sum({name})::bigint AS {name}" for name in _WALLET)}
        FROM moved GROUP BY wallet_id, currency
    ), lots AS (
        UPDATE loyalty_lot AS l SET
            {", ".join(f"{name}_minor = l.{name}_minor + m.{name}" for name in _LOT)},
            got_minor = l.got_minor - ({" + ".join(f"m.{name}" for name in _SOURCES)}),
            open = l.pending_minor + m.pending + l.available_minor + m.available + l.held_minor + m.held > 0
        FROM moved AS m WHERE l.id = m.lot_id AND l.wallet_id = m.wallet_id
        RETURNING 1
    ), wallets AS (
        UPDATE loyalty_wallet AS w SET
            {", ".join(f"{name}_minor = w.{name}_minor + m.{name}" for name in _WALLET)}
        FROM of_wallets AS m WHERE w.id = m.wallet_id AND w.currency = m.currency
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM moved WHERE lot_id IS NOT NULL), (SELECT count(*) FROM lots),
           (SELECT count(*) FROM of_wallets), (SELECT count(*) FROM wallets)
    INTO v_lots, v_kept_lots, v_wallets, v_kept_wallets;
    IF v_lots <> v_kept_lots THEN
        RAISE EXCEPTION 'a posting names a lot that is not of its wallet'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    IF v_wallets <> v_kept_wallets THEN
        RAISE EXCEPTION 'a posting names a wallet there is not, or another currency'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
"""  # noqa: S608 (names of columns of ours)

TRIGGER = """
CREATE TRIGGER loyalty_posting_keeps_balances
    AFTER INSERT ON loyalty_posting REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_keep_balances();
ALTER TABLE loyalty_wallet SET (fillfactor = 80);
ALTER TABLE loyalty_lot SET (fillfactor = 80);
ALTER TABLE loyalty_hold SET (fillfactor = 80);
"""
# They leave the books only with a made-up customer. That is asked after the statement, when it is known what
# went; the profiles are still there, for wallets point at them.
REFUSE = """
CREATE FUNCTION loyalty_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'postings are neither changed nor deleted: correct one by its opposite'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER loyalty_posting_append_only
    BEFORE UPDATE ON loyalty_posting
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_change();

CREATE FUNCTION loyalty_refuse_removal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM gone
        WHERE NOT EXISTS (
            SELECT FROM loyalty_wallet AS w JOIN customers_profile AS p ON p.id = w.profile_id
            WHERE w.id = gone.wallet_id AND p.source = 'demo'
        )
    ) THEN
        RAISE EXCEPTION 'postings are neither changed nor deleted: correct one by its opposite'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER loyalty_posting_kept
    AFTER DELETE ON loyalty_posting REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_removal();
"""
DROP = """
DROP TRIGGER loyalty_posting_kept ON loyalty_posting;
DROP FUNCTION loyalty_refuse_removal();
DROP TRIGGER loyalty_posting_append_only ON loyalty_posting;
DROP FUNCTION loyalty_refuse_change();
DROP TRIGGER loyalty_posting_keeps_balances ON loyalty_posting;
DROP FUNCTION loyalty_keep_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_initial")]

    operations = [migrations.RunSQL(KEEP + TRIGGER + REFUSE, DROP)]
