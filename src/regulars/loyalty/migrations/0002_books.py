"""Postings keep the balances of wallets and lots in their own statement, and never change."""

from __future__ import annotations

from django.db import migrations

_WALLET = ("pending", "available", "held", "debt", "issued", "redeemed", "expired")
_WALLET += ("compensation", "adjustments", "partner")
_LOT = ("pending", "available", "held", "redeemed", "expired")
_SOURCES = "'debt', 'issued', 'compensation', 'adjustments', 'partner'"


def _moved(account: str) -> str:
    return (
        f"sum(CASE '{account}' WHEN to_account THEN amount_minor WHEN from_account THEN -amount_minor "
        f"ELSE 0 END) AS {account}"
    )


KEEP = f"""
CREATE FUNCTION loyalty_keep_balances() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint;
    kept bigint;
BEGIN
    UPDATE loyalty_lot AS l SET
        {", ".join(f"{name}_minor = l.{name}_minor + m.{name}" for name in _LOT)},
        got_minor = l.got_minor + m.got,
        open = l.pending_minor + m.pending + l.available_minor + m.available + l.held_minor + m.held > 0
    FROM (
        SELECT lot_id, wallet_id, {", ".join(_moved(name) for name in _LOT)},
               sum(CASE WHEN from_account IN ({_SOURCES}) THEN amount_minor ELSE 0 END
                   - CASE WHEN to_account IN ({_SOURCES}) THEN amount_minor ELSE 0 END) AS got
        FROM fresh WHERE lot_id IS NOT NULL GROUP BY lot_id, wallet_id
    ) AS m
    WHERE l.id = m.lot_id AND l.wallet_id = m.wallet_id;
    GET DIAGNOSTICS kept = ROW_COUNT;
    SELECT count(DISTINCT lot_id) INTO wanted FROM fresh WHERE lot_id IS NOT NULL;
    IF kept <> wanted THEN
        RAISE EXCEPTION 'a posting names a lot that is not of its wallet'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    UPDATE loyalty_wallet AS w SET
        {", ".join(f"{name}_minor = w.{name}_minor + m.{name}" for name in _WALLET)}
    FROM (
        SELECT wallet_id, currency, {", ".join(_moved(name) for name in _WALLET)}
        FROM fresh GROUP BY wallet_id, currency
    ) AS m
    WHERE w.id = m.wallet_id AND w.currency = m.currency;
    GET DIAGNOSTICS kept = ROW_COUNT;
    SELECT count(DISTINCT wallet_id) INTO wanted FROM fresh;
    IF kept <> wanted THEN
        RAISE EXCEPTION 'a posting names a wallet there is not, or another currency'
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER loyalty_posting_keeps_balances
    AFTER INSERT ON loyalty_posting REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_keep_balances();

CREATE FUNCTION loyalty_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'postings are neither changed nor deleted: correct one by its opposite'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER loyalty_posting_append_only
    BEFORE UPDATE OR DELETE ON loyalty_posting
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_change();
ALTER TABLE loyalty_wallet SET (fillfactor = 80);
ALTER TABLE loyalty_lot SET (fillfactor = 80);
ALTER TABLE loyalty_hold SET (fillfactor = 80);
"""  # noqa: S608 (names of columns of ours)
DROP = """
DROP TRIGGER loyalty_posting_append_only ON loyalty_posting;
DROP FUNCTION loyalty_refuse_change();
DROP TRIGGER loyalty_posting_keeps_balances ON loyalty_posting;
DROP FUNCTION loyalty_keep_balances();
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0001_initial")]

    operations = [migrations.RunSQL(KEEP, DROP)]
