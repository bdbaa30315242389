"""What commerce promises to those who read set-wise, with credits and the profile.

New columns come last: `CREATE OR REPLACE VIEW` wants the others as they were, and readers of the release
before go on while this runs. A credit that names a known order is a row of that order, as a return is;
any other stands by itself with the customer, the channel and the branch its source told.
"""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

LINES = """
CREATE OR REPLACE VIEW facts_order_lines AS
SELECT
    CASE o.status WHEN 'cancelled' THEN 'void' ELSE 'sale' END AS kind,
    o.id AS order_id,
    p.person_id AS customer_id,
    o.ordered_at AS happened_at,
    l.number AS line,
    product.name AS product,
    nullif(product.category, '') AS category,
    l.quantity,
    l.amount_minor,
    o.currency,
    nullif(o.channel, '') AS channel,
    branch.name AS branch,
    o.profile_id
FROM commerce_orderline AS l
JOIN commerce_order AS o ON o.id = l.order_id
LEFT JOIN facts_profiles AS p ON p.profile_id = o.profile_id
LEFT JOIN commerce_product AS product ON product.id = l.product_id
LEFT JOIN commerce_branch AS branch ON branch.id = o.branch_id
UNION ALL
SELECT
    'credit',
    o.id,
    p.person_id,
    r.returned_at,
    l.number,
    product.name,
    nullif(product.category, ''),
    -r.quantity,
    -r.amount_minor,
    o.currency,
    nullif(o.channel, ''),
    branch.name,
    o.profile_id
FROM commerce_orderreturn AS r
JOIN commerce_order AS o ON o.id = r.order_id AND o.status <> 'cancelled'
LEFT JOIN commerce_orderline AS l ON l.id = r.line_id
LEFT JOIN facts_profiles AS p ON p.profile_id = o.profile_id
LEFT JOIN commerce_product AS product ON product.id = l.product_id
LEFT JOIN commerce_branch AS branch ON branch.id = o.branch_id
UNION ALL
SELECT
    'credit',
    o.id,
    p.person_id,
    c.credited_at,
    NULL,
    product.name,
    nullif(product.category, ''),
    -c.quantity,
    -c.amount_minor,
    c.currency,
    nullif(o.channel, ''),
    branch.name,
    o.profile_id
FROM commerce_credit AS c
JOIN commerce_order AS o ON o.id = c.order_id AND o.status <> 'cancelled'
LEFT JOIN facts_profiles AS p ON p.profile_id = o.profile_id
LEFT JOIN commerce_product AS product ON product.id = c.product_id
LEFT JOIN commerce_branch AS branch ON branch.id = o.branch_id
UNION ALL
SELECT
    'credit',
    NULL,
    p.person_id,
    c.credited_at,
    NULL,
    product.name,
    nullif(product.category, ''),
    -c.quantity,
    -c.amount_minor,
    c.currency,
    nullif(c.channel, ''),
    branch.name,
    c.profile_id
FROM commerce_credit AS c
LEFT JOIN facts_profiles AS p ON p.profile_id = c.profile_id
LEFT JOIN commerce_product AS product ON product.id = c.product_id
LEFT JOIN commerce_branch AS branch ON branch.id = c.branch_id
WHERE c.order_id IS NULL;
"""
ORDERS = """
CREATE OR REPLACE VIEW facts_orders AS
SELECT
    o.id AS order_id,
    o.profile_id,
    p.person_id AS customer_id,
    o.ordered_at,
    o.status,
    CASE o.status WHEN 'cancelled' THEN 0
        ELSE o.amount_minor
             - coalesce((SELECT sum(r.amount_minor) FROM commerce_orderreturn AS r
                         WHERE r.order_id = o.id), 0)::bigint
             - coalesce((SELECT sum(c.amount_minor) FROM commerce_credit AS c
                         WHERE c.order_id = o.id), 0)::bigint
    END AS amount_minor,
    o.currency,
    nullif(o.channel, '') AS channel,
    branch.name AS branch
FROM commerce_order AS o
LEFT JOIN facts_profiles AS p ON p.profile_id = o.profile_id
LEFT JOIN commerce_branch AS branch ON branch.id = o.branch_id;
"""
BEFORE: str = import_module("regulars.commerce.migrations.0002_facts").CREATE


class Migration(migrations.Migration):
    dependencies = [("commerce", "0004_more_indexes")]

    operations = [
        migrations.RunSQL(
            LINES + ORDERS,
            "DROP VIEW facts_order_lines; DROP VIEW facts_orders; DROP VIEW facts_channel_costs;" + BEFORE,
        )
    ]
