"""What persons have, planned once in a session: it is asked for at each till and on each card."""

from __future__ import annotations

from django.db import migrations

from regulars.loyalty.types import POINTS

# Held and owed stand in the wallet; what can be spent goes by the moments of the lots, never by what a
# schedule got round to: `loyalty_usable` says what that is, here and where it is spent.
MAKE = f"""
CREATE FUNCTION loyalty_balances(p_persons bigint[], p_at timestamptz)
RETURNS TABLE (person_id bigint, usable bigint, pending bigint, held bigint, owed bigint, soonest bigint,
               soonest_at timestamptz)
LANGUAGE plpgsql STABLE
SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off
SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH theirs AS MATERIALIZED (
        SELECT p.person_id, w.id, w.debt_minor, w.held_minor
        FROM customers_profile AS p
        JOIN loyalty_wallet AS w ON w.profile_id = p.id AND w.currency = '{POINTS}'
        WHERE p.person_id = ANY(p_persons)
    ), lots AS MATERIALIZED (
        SELECT t.person_id, u.expires_at, u.pending + u.available + u.late AS there
        FROM theirs AS t, loyalty_usable(ARRAY[t.id], p_at) AS u
    ), soonest AS (
        SELECT DISTINCT ON (person_id) person_id, expires_at, sum(there)::bigint AS there
        FROM lots WHERE expires_at IS NOT NULL AND there > 0
        GROUP BY person_id, expires_at ORDER BY person_id, expires_at
    ), waiting AS (
        SELECT t.person_id, sum(l.pending_minor)::bigint AS pending
        FROM theirs AS t JOIN loyalty_lot AS l ON l.wallet_id = t.id
        WHERE l.pending_minor > 0 AND (l.usable_at IS NULL OR l.usable_at > p_at)
        GROUP BY t.person_id
    )
    SELECT t.person_id, coalesce(u.there, 0), coalesce(p.pending, 0), t.held, t.owed,
           coalesce(s.there, 0), s.expires_at
    FROM (
        SELECT person_id, sum(held_minor)::bigint AS held, -sum(debt_minor)::bigint AS owed
        FROM theirs GROUP BY person_id
    ) AS t
    LEFT JOIN (SELECT person_id, sum(there)::bigint AS there FROM lots GROUP BY person_id) AS u
        USING (person_id)
    LEFT JOIN waiting AS p USING (person_id)
    LEFT JOIN soonest AS s USING (person_id);
END
$$;
"""  # noqa: S608 (a word of ours)
DROP = "DROP FUNCTION loyalty_balances;"


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0005_holding")]

    operations = [migrations.RunSQL(MAKE, DROP)]
