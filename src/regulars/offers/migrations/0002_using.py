"""Taking offers for a cart: all limits are looked at under the locks of the offers, in one round trip.

Offers are locked in the order of their numbers, then codes, then the use is written. What stands in them is
read in a later statement than the one that waits for the locks, and so is not older.
"""

from __future__ import annotations

from django.db import migrations

# The lists are short, which the planner cannot know: it would plan each call anew.
_QUICK = (
    "SET plan_cache_mode = force_generic_plan SET enable_seqscan = off SET enable_hashjoin = off "
    "SET enable_mergejoin = off"
)

# Whether these offers can be used once more by that person, each with its code (NULL: without) and so much.
# They stay locked until the transaction ends. p_late: of a use that was told late, also of offers that were
# paused or stopped meanwhile.
FREE = f"""
CREATE FUNCTION offers_are_free(p_profile bigint, p_offers bigint[], p_codes bigint[], p_amounts bigint[],
                                p_late boolean)
RETURNS boolean LANGUAGE plpgsql {_QUICK} AS $$
BEGIN
    PERFORM FROM offers_offer WHERE id = ANY(p_offers) ORDER BY id FOR NO KEY UPDATE;
    PERFORM FROM offers_code WHERE id = ANY(p_codes) AND serial > 0 ORDER BY id FOR NO KEY UPDATE;
    RETURN NOT EXISTS (
        SELECT FROM unnest(p_offers, p_codes, p_amounts) AS t(offer_id, code_id, amount)
        JOIN offers_offer AS o ON o.id = t.offer_id
        LEFT JOIN offers_code AS c ON c.id = t.code_id
        WHERE (o.state <> 'running' AND NOT p_late) OR o.uses >= o.uses_most
           OR o.taken_minor + t.amount > o.budget_minor OR (c.serial > 0 AND c.state <> 'open')
           OR (o.uses_each IS NOT NULL AND o.uses_each <= (
               SELECT count(*) FROM customers_profile AS one
               JOIN customers_profile AS theirs ON theirs.person_id = one.person_id
               JOIN offers_taken AS u ON u.profile_id = theirs.id
               WHERE one.id = p_profile AND u.offer_id = o.id AND u.counts)));
END
$$;
"""  # noqa: S608 (settings of ours)

# p_taken: for each offer {offer, code, lines, terms} in the order of p_offers. o_outcome: made, known (the
# key was used), changed (something of it can be used no more: ask again what the offers take off).
RESERVE = f"""
CREATE FUNCTION offers_reserve(
    p_key text, p_digest bytea, p_profile bigint, p_offers bigint[], p_codes bigint[], p_amounts bigint[],
    p_taken jsonb, p_currency text, p_source text, p_order text, p_branch bigint, p_at timestamptz,
    p_until timestamptz, p_now timestamptz, OUT o_outcome text, OUT o_use offers_use)
LANGUAGE plpgsql {_QUICK} AS $$
BEGIN
    SELECT * INTO o_use FROM offers_use WHERE key = p_key;
    IF FOUND THEN
        o_outcome := 'known';
        RETURN;
    END IF;
    IF NOT offers_are_free(p_profile, p_offers, p_codes, p_amounts, FALSE) THEN
        -- Who asked with the same key at the same moment may have been before us.
        SELECT * INTO o_use FROM offers_use WHERE key = p_key;
        o_outcome := CASE WHEN FOUND THEN 'known' ELSE 'changed' END;
        RETURN;
    END IF;
    INSERT INTO offers_use (key, digest, profile_id, currency, discount_minor, state, order_source, order_id,
                            branch_id, at, made_at, lasts_until)
    VALUES (p_key, p_digest, p_profile, p_currency,
            coalesce((SELECT sum(t.amount) FROM unnest(p_amounts) AS t(amount)), 0), 'reserved', p_source,
            p_order, p_branch, p_at, p_now, p_until)
    ON CONFLICT (key) DO NOTHING RETURNING * INTO o_use;
    IF NOT FOUND THEN
        SELECT * INTO o_use FROM offers_use WHERE key = p_key;
        o_outcome := 'known';
        RETURN;
    END IF;
    o_outcome := 'made';
    INSERT INTO offers_taken (use_id, offer_id, code_id, profile_id, currency, amount_minor, terms, lines, at)
    SELECT o_use.id, t.offer_id, t.code_id, p_profile, p_currency, t.amount, more.value -> 'terms',
           more.value -> 'lines', p_at
    FROM unnest(p_offers, p_codes, p_amounts) WITH ORDINALITY AS t(offer_id, code_id, amount, place)
    JOIN jsonb_array_elements(p_taken) WITH ORDINALITY AS more(value, place) USING (place);
    UPDATE offers_offer AS o SET uses = o.uses + 1, taken_minor = o.taken_minor + t.amount
    FROM unnest(p_offers, p_amounts) AS t(offer_id, amount) WHERE o.id = t.offer_id;
    UPDATE offers_code SET state = 'reserved', closed_at = p_at WHERE id = ANY(p_codes) AND serial > 0;
END
$$;
"""  # noqa: S608


class Migration(migrations.Migration):
    dependencies = (("offers", "0001_initial"),)

    operations = (
        migrations.RunSQL(
            FREE, "DROP FUNCTION offers_are_free(bigint, bigint[], bigint[], bigint[], boolean)"
        ),
        migrations.RunSQL(
            RESERVE,
            "DROP FUNCTION offers_reserve(text, bytea, bigint, bigint[], bigint[], bigint[], jsonb, text, text,"
            " text, bigint, timestamptz, timestamptz, timestamptz)",
        ),
    )
