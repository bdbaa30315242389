"""One statement keeps the balances of lots and wallets, where four did, and always by their indexes."""

from __future__ import annotations

from django.db import migrations

_WALLET = ("pending", "available", "held", "debt", "issued", "redeemed", "expired")
_WALLET += ("compensation", "adjustments", "partner")
_LOT = ("pending", "available", "held", "redeemed", "expired")
_SOURCES = ("debt", "issued", "compensation", "adjustments", "partner")


def _moved(account: str) -> str:
    return (
        f"sum(CASE '{account}' WHEN to_account THEN amount_minor WHEN from_account THEN -amount_minor "
        f"ELSE 0 END)::bigint AS {account}"
    )


# The plan is made at the first posting of a session and kept: it must suit one posting and thousands, in
# small tables and large ones. Looking each lot and wallet up by its number does.
KEEP = f"""
CREATE OR REPLACE FUNCTION loyalty_keep_balances() RETURNS trigger LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
DECLARE
    v_lots bigint;
    v_kept_lots bigint;
    v_wallets bigint;
    v_kept_wallets bigint;
BEGIN
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


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0012_keys_with_one_index")]

    operations = [migrations.RunSQL(KEEP, migrations.RunSQL.noop)]
