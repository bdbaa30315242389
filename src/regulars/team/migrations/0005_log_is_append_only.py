"""Nobody changes or deletes lines of the audit log, whatever code he runs with the rights of the application."""

from __future__ import annotations

from django.db import migrations

REFUSE = """
CREATE FUNCTION team_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'lines of the audit log are neither changed nor deleted'
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER team_auditlogentry_append_only
    BEFORE UPDATE OR DELETE ON team_auditlogentry
    FOR EACH STATEMENT EXECUTE FUNCTION team_refuse_change();
"""
ALLOW = """
DROP TRIGGER team_auditlogentry_append_only ON team_auditlogentry;
DROP FUNCTION team_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("team", "0004_links_and_sessions")]

    operations = [migrations.RunSQL(REFUSE, ALLOW)]
