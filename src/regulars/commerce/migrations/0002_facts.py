"""What commerce promises to those who read set-wise.

`customer_id` is the person, so that merging two profiles makes their orders one customer's. Lines of a
cancelled order are 'void'; what was given back for it is left out, because cancelling takes all of it.
"""

from __future__ import annotations

from django.db import migrations

CREATE = """
CREATE VIEW facts_order_lines AS
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
    branch.name AS branch
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
    branch.name
FROM commerce_orderreturn AS r
JOIN commerce_order AS o ON o.id = r.order_id AND o.status <> 'cancelled'
LEFT JOIN commerce_orderline AS l ON l.id = r.line_id
LEFT JOIN facts_profiles AS p ON p.profile_id = o.profile_id
LEFT JOIN commerce_product AS product ON product.id = l.product_id
LEFT JOIN commerce_branch AS branch ON branch.id = o.branch_id;

CREATE VIEW facts_orders AS
SELECT
    o.id AS order_id,
    o.profile_id,
    p.person_id AS customer_id,
    o.ordered_at,
    o.status,
    CASE o.status WHEN 'cancelled' THEN 0
        ELSE o.amount_minor - coalesce((SELECT sum(r.amount_minor) FROM commerce_orderreturn AS r
                                        WHERE r.order_id = o.id), 0)::bigint
    END AS amount_minor,
    o.currency,
    nullif(o.channel, '') AS channel,
    branch.name AS branch
FROM commerce_order AS o
LEFT JOIN facts_profiles AS p ON p.profile_id = o.profile_id
LEFT JOIN commerce_branch AS branch ON branch.id = o.branch_id;

CREATE VIEW facts_channel_costs AS
SELECT channel, day, cost_minor, currency FROM commerce_channelcost;
"""


class Migration(migrations.Migration):
    dependencies = [("commerce", "0001_initial"), ("customers", "0002_facts")]

    operations = [
        migrations.RunSQL(
            CREATE, "DROP VIEW facts_order_lines; DROP VIEW facts_orders; DROP VIEW facts_channel_costs"
        )
    ]
