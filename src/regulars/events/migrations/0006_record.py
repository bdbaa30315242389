"""The statement that writes events, as a function: planned once in a session, and at hand in SQL."""

from __future__ import annotations

from django.db import migrations

# One statement, so that the key, the event and the count come into being together or not at all.
# - Keys are inserted in their own order: of two batches that overlap one waits for the other, and never
#   each for the other. The same holds for the counts.
# - Twice the same key in one batch is one event: the first.
# - The rows come as one JSON text: arrays of texts would be written item by item in Python, half of the work.
# - No value it is given changes how it is best done.
MAKE = """
CREATE FUNCTION events_record(p_rows json, p_now timestamptz, p_backfill boolean)
RETURNS TABLE (id bigint, source text, key text)
LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH input AS (
        SELECT DISTINCT ON (source, key) *
        FROM ROWS FROM (json_to_recordset(p_rows) AS (
                source text, key text, class text, name text, occurred_at timestamptz, profile_id bigint,
                properties jsonb, cause_id bigint, depth smallint))
            WITH ORDINALITY
            AS t(source, key, class, name, occurred_at, profile_id, properties, cause_id, depth, place)
        ORDER BY source, key, place
    ), fresh AS (
        INSERT INTO event_keys (source, key, received_at)
        SELECT source, key, p_now FROM input ORDER BY source, key
        ON CONFLICT DO NOTHING
        RETURNING source, key
    ), stored AS (
        INSERT INTO events (class, name, source, key, occurred_at, received_at, profile_id, properties,
                            cause_id, depth, backfill, epoch)
        SELECT class, name, source, key, occurred_at, p_now, profile_id, properties, cause_id, depth, p_backfill,
               (SELECT coalesce(max(epoch), 1) FROM log_epochs)
        FROM input JOIN fresh USING (source, key)
        ORDER BY place
        RETURNING id, source, key, name, profile_id, occurred_at
    ), counted AS (
        INSERT INTO event_counts AS c (profile_id, name, first_at, last_at, count)
        SELECT profile_id, name, min(occurred_at), max(occurred_at), count(*)
        FROM stored WHERE profile_id IS NOT NULL
        GROUP BY profile_id, name ORDER BY profile_id, name
        ON CONFLICT (profile_id, name) DO UPDATE SET
            first_at = least(c.first_at, excluded.first_at),
            last_at = greatest(c.last_at, excluded.last_at),
            count = c.count + excluded.count
    )
    SELECT id, source, key FROM stored;
END
$$;
"""
DROP = "DROP FUNCTION events_record;"


class Migration(migrations.Migration):
    dependencies = [("events", "0005_by_moment")]

    operations = [migrations.RunSQL(MAKE, DROP)]
