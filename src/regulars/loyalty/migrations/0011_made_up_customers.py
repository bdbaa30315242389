"""Postings leave the books only with a made-up customer."""

from __future__ import annotations

from django.db import migrations

# After the statement, when it is known what went; the profiles are still there, for wallets point at them.
KEEP = """
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
DROP TRIGGER loyalty_posting_append_only ON loyalty_posting;
CREATE TRIGGER loyalty_posting_append_only
    BEFORE UPDATE ON loyalty_posting
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_change();
CREATE TRIGGER loyalty_posting_kept
    AFTER DELETE ON loyalty_posting REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_removal();
"""
BEFORE = """
DROP TRIGGER loyalty_posting_kept ON loyalty_posting;
DROP FUNCTION loyalty_refuse_removal();
DROP TRIGGER loyalty_posting_append_only ON loyalty_posting;
CREATE TRIGGER loyalty_posting_append_only
    BEFORE UPDATE OR DELETE ON loyalty_posting
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0010_giving_back"), ("customers", "0017_found_by_their_zone")]

    operations = [migrations.RunSQL(KEEP, BEFORE)]
