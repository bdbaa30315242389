"""One event by three plain statements: a third quicker than the statement for many, which plans for sets."""

from __future__ import annotations

from django.db import migrations

# As `events_record` does it (0006), for a function of the database that tells of what it has just done. What it
# is told of has no cause within Regulars. Gives the number of the event; NULL where its key came before.
MAKE = """
CREATE FUNCTION events_record_one(
    p_source text, p_key text, p_class text, p_name text, p_occurred_at timestamptz, p_profile bigint,
    p_properties jsonb, p_now timestamptz, p_backfill boolean)
RETURNS bigint LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    v_id bigint;
BEGIN
    INSERT INTO event_keys (source, key, received_at) VALUES (p_source, p_key, p_now) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    INSERT INTO events (class, name, source, key, occurred_at, received_at, profile_id, properties, cause_id,
                        depth, backfill, epoch)
    VALUES (p_class, p_name, p_source, p_key, p_occurred_at, p_now, p_profile, p_properties, NULL, 0, p_backfill,
            (SELECT coalesce(max(epoch), 1) FROM log_epochs))
    RETURNING id INTO v_id;
    IF p_profile IS NOT NULL THEN
        INSERT INTO event_counts AS c (profile_id, name, first_at, last_at, count)
        VALUES (p_profile, p_name, p_occurred_at, p_occurred_at, 1)
        ON CONFLICT (profile_id, name) DO UPDATE SET
            first_at = least(c.first_at, excluded.first_at),
            last_at = greatest(c.last_at, excluded.last_at),
            count = c.count + 1;
    END IF;
    RETURN v_id;
END
$$;
"""
DROP = "DROP FUNCTION events_record_one;"


class Migration(migrations.Migration):
    dependencies = [("events", "0006_record")]

    operations = [migrations.RunSQL(MAKE, DROP)]
